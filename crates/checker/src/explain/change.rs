//! The smallest change of settings that permits a request.
//!
//! Changes are tried from the smallest on: more of what the deciding rule permits; a rule for this path alone; one that is
//! for this namespace too, or for this container. The policy's own verdict says which one is enough. Of those, one that opens
//! nothing to other namespaces and takes nothing from them is the best, then one that takes nothing.

use kubevirt_sidecar_hostpath_policy::{Access, COMPUTE};
use serde_json::{Map, Value, json};

use super::verdict::{self, Asker, Relation};
use crate::classes::difference::Difference;
use crate::classes::names::Names;
use crate::manifests::reason::Reason;
use crate::settings::warnings::{self, Warning};
use crate::settings::{SettingsJson, rules};

/// A change that is enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The fields that change, with their new values: `allowedHostPaths[2]`.
    pub fields: Map<String, Value>,
    /// The whole settings with the change.
    pub settings: SettingsJson,
}

impl Change {
    /// The first change that is enough.
    ///
    /// # Errors
    /// Why there is none: what the policy says with a rule for the path alone.
    pub fn find(settings: &SettingsJson, asker: &Asker) -> Result<Self, Vec<Reason>> {
        let base = base(settings, asker);
        let is_enough = |change: &Change| violations(change, asker).is_empty();
        let enough = candidates(&base, asker).into_iter().filter(is_enough);
        // The first one of the best.
        match enough.min_by_key(|change| cost(settings, change, asker)) {
            Some(change) => Ok(change),
            None => Err(violations(&base.added(exact(asker)), asker)),
        }
    }

    /// What is dangerous or to be known about the fields that change.
    #[must_use]
    pub fn dangers(&self) -> Vec<Warning> {
        let fields = self.fields.keys();
        fields.flat_map(|field| self.dangers_of(field)).collect()
    }

    /// What is dangerous or to be known about this field.
    #[must_use]
    pub fn dangers_of(&self, field: &str) -> Vec<Warning> {
        let place = format!("settings.{field}");
        let is_about = |warning: &Warning| {
            let field = warning.field.to_string();
            field
                .strip_prefix(&place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let warnings = warnings::of_settings(&self.settings).into_iter();
        warnings.filter(is_about).collect()
    }
}

/// Whether the change takes something from somebody, and whether it opens something to another namespace.
fn cost(settings: &SettingsJson, change: &Change, asker: &Asker) -> (bool, bool) {
    let (Ok(before), Ok(after)) = (rules(settings), rules(&change.settings)) else {
        return (true, true);
    };
    let difference = Difference::of(&before, &after);
    let own = Names::Only([asker.namespace.clone()].into());
    let is_wider = difference.permitted.iter().any(|row| row.namespaces != own);
    (!difference.refused.is_empty(), is_wider)
}

/// What is still wrong with the change.
fn violations(change: &Change, asker: &Asker) -> Vec<Reason> {
    match rules(&change.settings) {
        Err(violations) => violations.into_iter().map(Reason::from).collect(),
        // Where the settings now name the container, what it asks for is another.
        Ok(rules) => Asker::new(&asker.namespace, &asker.question, &rules).violations(&change.settings),
    }
}

/// What every change has: the container may ask, and the type is allowed at all.
fn base(settings: &SettingsJson, asker: &Asker) -> Change {
    let mut base = Change {
        fields: Map::new(),
        settings: settings.clone(),
    };
    let needs_container = rules(settings).is_ok_and(|rules| asker.needs_request_container(&rules));
    if needs_container {
        base.set(
            "requestContainers",
            &asker.question.container,
            json!("/host-path"),
        );
    }
    let host_path_type = json!(asker.question.host_path_type.as_str());
    let types = settings.get("allowedTypes").and_then(Value::as_array);
    let allowed = types.map_or_else(|| vec![json!("Directory"), json!("File")], Clone::clone);
    if !allowed.contains(&host_path_type) {
        base.replace(
            "allowedTypes",
            Value::from([allowed.as_slice(), &[host_path_type]].concat()),
        );
        // Rules without types would all permit it.
        base = base.with_types_kept(&allowed);
    }
    base
}

/// From the smallest on.
fn candidates(base: &Change, asker: &Asker) -> Vec<Change> {
    let mut candidates = vec![base.clone()];
    let decides = rules(&base.settings)
        .ok()
        .and_then(|rules| asker.steps(&rules).covering.into_iter().find(|rule| rule.decides));
    candidates.extend(decides.and_then(|decides| base.extended(decides.number, asker)));
    let exact = exact(asker);
    let restricted = |rule: &Map<String, Value>, key: &str, value: &str| {
        let mut rule = rule.clone();
        rule.insert(key.to_owned(), json!([value]));
        rule
    };
    candidates.extend(holders(&base.settings, asker).map(|namespaces| {
        let mut rule = exact.clone();
        rule.insert("namespaces".to_owned(), Value::from(namespaces));
        base.added(rule)
    }));
    candidates.push(base.added(exact.clone()));
    candidates.push(base.added(restricted(&exact, "namespaces", &asker.namespace)));
    let container = &asker.question.container;
    if verdict::entry(container).is_none() {
        let own = restricted(&exact, "containers", container);
        candidates.push(base.added(own.clone()));
        candidates.push(base.added(restricted(&own, "namespaces", &asker.namespace)));
    }
    candidates
}

/// For whom a path must be that is reserved for other namespaces: for them, who would lose it otherwise, and for the one who
/// asks. It is not opened to all.
fn holders(settings: &SettingsJson, asker: &Asker) -> Option<Vec<String>> {
    let rules = rules(settings).ok()?;
    let others = asker.steps(&rules).covering.into_iter();
    let others = others.filter(|covering| covering.relation == Relation::OtherNamespaces);
    let rule = others
        .filter_map(|covering| rules.rules.get(covering.number))
        .max_by_key(|rule| rule.path().as_written().as_str().len())?;
    let label = rule
        .path()
        .above(&asker.question.path)
        .and_then(|above| above.label);
    let mut namespaces = rule.namespaces.clone().unwrap_or_default();
    namespaces.extend(label.map(str::to_owned));
    namespaces.push(asker.namespace.clone());
    Some(namespaces)
}

/// A rule for the path alone, which permits what is asked for and no more.
fn exact(asker: &Asker) -> Map<String, Value> {
    let question = &asker.question;
    let mut rule = Map::new();
    rule.insert("path".to_owned(), json!(question.path.as_str()));
    rule.insert("types".to_owned(), json!([question.host_path_type.as_str()]));
    permit(&mut rule, asker);
    rule
}

/// Lets the rule permit writing and sharing, as far as they are asked for.
fn permit(rule: &mut Map<String, Value>, asker: &Asker) {
    let question = &asker.question;
    if question.access == Access::Writable {
        rule.insert("readOnly".to_owned(), json!(false));
    }
    let is_compute = question.container == COMPUTE;
    if question.shares || is_compute {
        rule.insert("allowSharedCompute".to_owned(), json!(true));
    }
}

impl Change {
    fn replace(&mut self, key: &str, value: Value) {
        self.fields.insert(key.to_owned(), value.clone());
        self.settings.insert(key.to_owned(), value);
    }

    /// Sets a member of a field that is an object.
    fn set(&mut self, key: &str, member: &str, value: Value) {
        let mut object = self
            .settings
            .get(key)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        object.insert(member.to_owned(), value);
        self.replace(key, Value::Object(object));
    }

    fn rules(&self) -> Vec<Value> {
        let rules = self.settings.get("allowedHostPaths").and_then(Value::as_array);
        rules.cloned().unwrap_or_default()
    }

    fn with_rule(&self, number: usize, rule: Map<String, Value>) -> Self {
        let mut change = self.clone();
        let mut rules = self.rules();
        let rule = Value::Object(rule);
        match rules.get_mut(number) {
            Some(old) => *old = rule.clone(),
            None => rules.push(rule.clone()),
        }
        change.fields.insert(format!("allowedHostPaths[{number}]"), rule);
        change
            .settings
            .insert("allowedHostPaths".to_owned(), Value::from(rules));
        change
    }

    /// With one more rule.
    fn added(&self, rule: Map<String, Value>) -> Self {
        self.with_rule(self.rules().len(), rule)
    }

    /// With a rule that permits what is asked for as well.
    fn extended(&self, number: usize, asker: &Asker) -> Option<Self> {
        let mut rule = self.rules().get(number)?.as_object()?.clone();
        let host_path_type = json!(asker.question.host_path_type.as_str());
        if let Some(types) = rule.get_mut("types").and_then(Value::as_array_mut)
            && !types.contains(&host_path_type)
        {
            types.push(host_path_type);
        }
        permit(&mut rule, asker);
        Some(self.with_rule(number, rule))
    }

    /// Rules that name no types have all that are allowed: they keep what they had.
    fn with_types_kept(&self, types: &[Value]) -> Self {
        let mut change = self.clone();
        for (rule, number) in self.rules().iter().zip(0_usize..) {
            if let Some(rule) = rule.as_object().filter(|rule| !rule.contains_key("types")) {
                let mut rule = rule.clone();
                rule.insert("types".to_owned(), Value::from(types.to_vec()));
                change = change.with_rule(number, rule);
            }
        }
        change
    }
}
