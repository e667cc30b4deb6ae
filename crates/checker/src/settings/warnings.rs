//! What the admin should know of settings that are valid.

use kubevirt_sidecar_hostpath_policy::{
    BUILT_IN, DEFAULT_TYPES, Field, FieldPath, HostPath, HostPathType, Rule, Scope, Settings, TrustedCreators,
};
use serde::Serialize;
use serde_json::Value;

use crate::reading::node::Position;
use crate::settings::SettingsJson;
use crate::settings::file::SettingsFile;
use crate::settings::taking::taken;

/// How much a warning matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It opens what the built-in list protects, or switches a check off.
    Danger,
    /// Anything else.
    Note,
}

/// Something that the admin should mean, and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How much it matters.
    pub level: Level,
    /// The place.
    pub at: Position,
    /// The field.
    pub field: Field,
    /// What it does.
    pub why: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.why)
    }
}

/// What is to be said of one field.
type Remark = (Level, &'static str, String);

/// The warnings, in the order of the file.
#[must_use]
pub fn of(file: &SettingsFile, rules: &Settings) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut add = |at: FieldPath<'_>, level, why: String| {
        let field = at.to_field();
        warnings.push(Warning {
            level,
            at: file.position(&field),
            field,
            why,
        });
    };
    let settings = FieldPath::root("settings");
    let list = settings.name("allowedHostPaths");
    let written = file.settings.get("allowedHostPaths").and_then(Value::as_array);
    let opens_types = file.settings.get("allowedTypes").and_then(Value::as_array);
    let opens_types = opens_types.is_some_and(|types| {
        let default = |name: &Value| DEFAULT_TYPES.iter().any(|known| name == known.as_str());
        !types.iter().all(default)
    });
    for rule in &rules.rules {
        let at = list.index(rule.number);
        for (level, field, why) in of_rule(rules, rule) {
            add(at.name(field), level, why);
        }
        let names_types = written
            .and_then(|rules| rules.get(rule.number)?.get("types"))
            .is_some();
        if opens_types && !names_types {
            let types: Vec<String> = rule.types.iter().map(ToString::to_string).collect();
            let why = format!(
                "has no types, so that all of allowedTypes are allowed: {}",
                types.join(", ")
            );
            add(at, Level::Note, why);
        }
    }
    let sensitive = file.settings.get("sensitiveHostPaths");
    if sensitive
        .and_then(|list| list.as_array())
        .is_some_and(Vec::is_empty)
    {
        let why = "without sensitive paths a prefix opens everything below it: sockets, keys, the state of the node";
        add(settings.name("sensitiveHostPaths"), Level::Danger, why.to_owned());
    }
    let creators = settings.name("trustedCreators");
    match &rules.trusted_creators {
        TrustedCreators::Anyone => add(
            creators,
            Level::Danger,
            "everyone who may create pods can forge a launcher pod that gets a namespace's host paths"
                .to_owned(),
        ),
        TrustedCreators::Users(users) => {
            for (user, number) in users.iter().zip(0_usize..) {
                if let Some(why) = never_matches(user) {
                    add(creators.index(number), Level::Note, why.to_owned());
                }
            }
        }
    }
    let spec = FieldPath::root("spec");
    warnings.extend(file.remarks.iter().map(|(at, key, why)| Warning {
        level: Level::Note,
        at: *at,
        field: spec.name(key).to_field(),
        why: why.clone(),
    }));
    warnings.sort_by_key(|warning| warning.at);
    warnings
}

/// The warnings about settings that no file holds; none where they are refused.
#[must_use]
pub fn of_settings(settings: &SettingsJson) -> Vec<Warning> {
    let text = Value::Object(settings.clone()).to_string();
    let warnings = SettingsFile::from_text(&text, "settings.json", None)
        .ok()
        .and_then(|file| Some(of(&file, &file.rules().ok()?)));
    warnings.unwrap_or_default()
}

/// Fields of a rule, and what they do.
fn of_rule(rules: &Settings, rule: &Rule) -> Vec<Remark> {
    let mut found = Vec::new();
    let (field, path) = match &rule.scope {
        Scope::Exact { path, .. } => ("path", path),
        Scope::Prefix(path) => ("pathPrefix", path),
    };
    found.extend(sensitive(rules, rule).map(|(level, why)| (level, field, why)));
    if path.as_written().as_str().contains(['*', '?', '$']) {
        let why = "*, ? and $ are literal: nothing is matched or expanded";
        found.push((Level::Note, field, why.to_owned()));
    }
    if rule.types.contains(&HostPathType::Unset) {
        let why = "with the type \"\" the container runtime creates as a directory what is missing";
        found.push((Level::Note, "types", why.to_owned()));
    }
    if let Some(taken) = taken(rules, rule) {
        let from = taken.from.path().as_written();
        let why = match taken.itself {
            true => format!(
                "takes this path from those whom only the rule for {from} allows it: they can no longer ask for it, nor for \
                 {from} as a whole"
            ),
            false => format!(
                "takes {from} from those whom this rule is not for: this path is in it, or is another name of it"
            ),
        };
        found.push((Level::Note, field, why));
    }
    let for_all = |other: &&Rule| other.containers.is_none() && other.path() == rule.path();
    if rule.containers.is_some()
        && rule.allow_shared_compute
        && let Some(other) = rules.rules.iter().find(for_all)
    {
        let why = format!(
            "decides for container compute, whoever asks, and not settings.allowedHostPaths[{}] for the same path",
            other.number
        );
        found.push((Level::Note, "allowSharedCompute", why));
    }
    found
}

/// What a rule opens of the sensitive paths.
fn sensitive(rules: &Settings, rule: &Rule) -> Option<(Level, String)> {
    let path = rule.path();
    // Of a placeholder all the directory counts: any namespace may be there.
    let opened = path.named().names();
    let sensitive = || rules.sensitive.iter().chain(&BUILT_IN);
    let names = path.named().names();
    let is_in = |sensitive: &&HostPath| names.iter().any(|name| name.is_at_or_below(sensitive));
    if let Some(sensitive) = sensitive().find(is_in) {
        let why = format!("opens a part of the sensitive host path {sensitive}");
        return Some((Level::Danger, why));
    }
    let is_within = |sensitive: &&HostPath| opened.iter().any(|name| sensitive.is_at_or_below(name));
    let is_kept = |sensitive: &&HostPath| {
        let names = sensitive.names();
        let mut kept = rules.sensitive.iter();
        kept.any(|kept| names.iter().any(|name| name.is_at_or_below(kept)))
    };
    if let Some(sensitive) = sensitive().filter(is_within).find(|path| !is_kept(path)) {
        let why = format!(
            "contains the sensitive host path {sensitive}: and the list of sensitive paths does not keep that closed"
        );
        return Some((Level::Danger, why));
    }
    // An exact path that contains one of the list is refused as a whole.
    let is_whole = rule.is_exact() && path.directory().is_none();
    let sensitive = sensitive().find(is_within).filter(|_| !is_whole)?;
    let why = format!(
        "contains the sensitive host path {sensitive}: only the list of sensitive paths keeps that closed"
    );
    Some((Level::Note, why))
}

/// Why no user has this name.
fn never_matches(user: &str) -> Option<&'static str> {
    if user.trim() != user {
        return Some("begins or ends with white space: no user has such a name");
    }
    if user.contains('*') {
        return Some("* is literal within a name: no user has such a name");
    }
    let name = user.strip_prefix("system:serviceaccount:");
    let parts = name.and_then(|name| name.split_once(':'));
    let is_service_account = parts
        .is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains(':'));
    (!is_service_account)
        .then_some("is not the user name of a service account, which is system:serviceaccount:NAMESPACE:NAME")
}
