//! Rules, each by itself.

use std::borrow::Cow;

use super::Reader;
use crate::{
    base::{
        by_name::ByName,
        container_name::is_hook_sidecar,
        field::{FieldPath, Violation, list, quote},
        host_path_type::HostPathType,
        json::{Json, JsonKind, Members, NoItems},
        namespace::is_label,
    },
    settings::{
        MOST_RULES, node_label,
        pattern::Pattern,
        rule::{Rule, Scope},
    },
};

/// The keys of a rule.
pub static RULE_KEYS: [&str; 10] = [
    "pathPrefix",
    "path",
    "types",
    "allowSharedCompute",
    "readOnly",
    "namespaces",
    "containers",
    "requestable",
    "nodeSelector",
    "description",
];

/// The longest description, in bytes.
const MOST_DESCRIPTION_BYTES: usize = 256;

/// How many labels a node selector may have.
const MOST_LABELS: usize = 16;

impl Reader {
    /// The rules that could be read.
    pub(super) fn rules(
        &mut self,
        at: FieldPath<'_>,
        value: Json<'_>,
        allowed_types: Option<&[HostPathType]>,
    ) -> Option<Vec<Rule>> {
        let items = match value.items(MOST_RULES) {
            Err(NoItems::TooMany) => {
                let detail = format!("must have at most {MOST_RULES} rules");
                return self.wrong_kind(at, value, &detail);
            }
            _ => self.items(at, value)?,
        };
        let mut rules = Vec::new();
        for (number, item) in items.into_iter().enumerate() {
            if self.has_enough() {
                break;
            }
            rules.extend(self.rule(at.index(number), number, item, allowed_types));
        }
        Some(rules)
    }

    fn rule(
        &mut self,
        at: FieldPath<'_>,
        number: usize,
        value: Json<'_>,
        allowed_types: Option<&[HostPathType]>,
    ) -> Option<Rule> {
        let members = self.object(at, value, &RULE_KEYS)?;
        let read_only = self.boolean(at, &members, "readOnly", true);
        let scope = self.scope(at, &members, read_only == Some(false));
        let inherited = || allowed_types.map(<[HostPathType]>::to_vec);
        let types = self.member(at, &members, "types", inherited, |reader, at, types| {
            let types = reader.types(at, types);
            if let (Some(types), Some(allowed)) = (&types, allowed_types) {
                reader.narrower(at, types, allowed);
            }
            Some(types)
        });
        let allow_shared_compute = self.boolean(at, &members, "allowSharedCompute", false);
        let namespaces = self.member(
            at,
            &members,
            "namespaces",
            || None,
            |reader, at, namespaces| reader.labels(at, namespaces, "namespace").map(Some),
        );
        let containers = self.member(
            at,
            &members,
            "containers",
            || None,
            |reader, at, containers| {
                let containers = reader.labels(at, containers, "container")?;
                reader.no_hook_sidecars(at, &containers);
                Some(Some(containers))
            },
        );
        let requestable = self.boolean(at, &members, "requestable", true);
        let node_selector = self.member(at, &members, "nodeSelector", Vec::new, Self::node_selector);
        if requestable == Some(false) && node_selector.as_ref().is_some_and(|labels| !labels.is_empty()) {
            let detail =
                "never applies, because the rule is not requestable: nodes are selected for requests only";
            let shown = JsonKind::Object.shown();
            self.faults
                .push(Violation::invalid(at.name("nodeSelector"), shown, detail));
        }
        let description = self.member(
            at,
            &members,
            "description",
            || None,
            |reader, at, text| reader.description(at, text).map(Some),
        );
        // A rule with a fault beside its path is still compared with the others; the settings are refused anyway.
        Some(Rule {
            number,
            scope: scope?,
            namespaces: namespaces.unwrap_or_default(),
            containers: containers.unwrap_or_default(),
            types: types.flatten().unwrap_or_default(),
            allow_shared_compute: allow_shared_compute.unwrap_or_default(),
            requestable: requestable.unwrap_or_default(),
            node_selector: node_selector.unwrap_or_default(),
            description: description.unwrap_or_default(),
        })
    }

    /// `path` or `pathPrefix`. One that is `null` is there, and a fault that is known.
    fn scope(&mut self, at: FieldPath<'_>, members: &Members<'_>, writable: bool) -> Option<Scope> {
        let is_given = |key| members.first(key).is_some();
        let is_null = |key| {
            members
                .first(key)
                .is_some_and(|value| value.kind() == JsonKind::Null)
        };
        match (is_given("path"), is_given("pathPrefix")) {
            (true, true) if is_null("path") || is_null("pathPrefix") => return None,
            (true, true) => {
                return self.fault(Violation::invalid(
                    at,
                    JsonKind::Object.shown(),
                    "must have either path or pathPrefix, not both",
                ));
            }
            (false, false) => {
                return self.fault(Violation::required(at, "must have path or pathPrefix"));
            }
            (false, true) if writable => {
                self.faults.push(Violation::invalid(
                    at.name("readOnly"),
                    "false",
                    "is allowed with path only: below a writable pathPrefix a sidecar could plant a \
                     symbolic link to anywhere on the node",
                ));
            }
            _ => {}
        }
        let pattern =
            |reader: &mut Self, at: FieldPath<'_>, value: Json<'_>| reader.pattern(at, value).map(Some);
        let path = self.member(at, members, "path", || None, pattern)?;
        let prefix = self.member(at, members, "pathPrefix", || None, pattern)?;
        path.map(|path| Scope::Exact { path, writable })
            .or(prefix.map(Scope::Prefix))
    }

    /// The labels of nodes, each key once.
    fn node_selector(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<Vec<(String, String)>> {
        let members = Members::read(at, value);
        let members = members.map_err(|fault| self.faults.push(fault)).ok()?;
        let mut labels: Vec<(String, String)> = Vec::new();
        for (key, label) in members.iter() {
            if labels.len() >= MOST_LABELS {
                return self.wrong_kind(at, value, "must have at most 16 labels");
            }
            let key = key.to_text();
            if !node_label::is_key(&key) {
                let detail = "must be the key of a label: a name, or a DNS subdomain, '/' and a name";
                return self.fault(Violation::invalid(at, quote(&key), detail));
            }
            if labels.iter().any(|(known, _)| *known == key) {
                return self.fault(Violation::invalid(at, quote(&key), "is a duplicate key"));
            }
            let at = at.key(&key);
            let text = self.text(at, label)?;
            if !node_label::is_value(&text) {
                let detail = "must be the value of a label: at most 63 letters, digits, '-', '_' and '.', \
                              a letter or digit first and last";
                return self.fault(Violation::invalid(at, quote(&text), detail));
            }
            labels.push((key.into_owned(), text.into_owned()));
        }
        Some(labels)
    }

    fn description(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<String> {
        let text = self.text(at, value)?;
        let detail = if text.len() > MOST_DESCRIPTION_BYTES {
            "must have at most 256 bytes"
        } else if text.contains(char::is_control) {
            "must not contain control characters"
        } else {
            return Some(text.into_owned());
        };
        self.fault(Violation::invalid(at, quote(&text), detail))
    }

    fn pattern(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<Pattern> {
        let text = self.text(at, value)?;
        match Pattern::parse(&text) {
            Ok(pattern) => Some(pattern),
            Err(error) => self.fault(Violation::invalid(at, quote(&text), error.to_string())),
        }
    }

    /// A list of DNS labels, none of them twice.
    fn labels(&mut self, at: FieldPath<'_>, value: Json<'_>, what: &str) -> Option<Vec<String>> {
        let labels = self.each(at, value, |reader, at, item| {
            let text = reader.text(at, item)?;
            if !is_label(&text) {
                let detail = "must be a DNS label: lower-case letters, digits and '-', at most 63";
                return reader.fault(Violation::invalid(at, quote(&text), detail));
            }
            Some(text.into_owned())
        })?;
        if labels.is_empty() {
            return self.fault(Violation::required(at, format!("must name at least one {what}")));
        }
        let mut known = ByName::default();
        for (index, label) in labels.iter().enumerate() {
            if !known.add(Cow::Borrowed(label.as_str()), index) {
                let detail = "is already in the list";
                self.faults
                    .push(Violation::invalid(at.index(index), quote(label), detail));
            }
        }
        Some(labels)
    }

    fn no_hook_sidecars(&mut self, at: FieldPath<'_>, containers: &[String]) {
        for (index, name) in containers.iter().enumerate() {
            if is_hook_sidecar(name) {
                let detail = "is a hook sidecar: a VM owner chooses what it runs";
                self.faults
                    .push(Violation::invalid(at.index(index), quote(name), detail));
            }
        }
    }

    fn narrower(&mut self, at: FieldPath<'_>, types: &[HostPathType], allowed: &[HostPathType]) {
        for (index, t) in types.iter().enumerate() {
            if !allowed.contains(t) {
                let detail = format!("is not among allowedTypes: {}", list(allowed));
                self.faults
                    .push(Violation::invalid(at.index(index), quote(t.as_str()), detail));
            }
        }
    }
}
