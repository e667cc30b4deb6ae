//! The rules of webhooks and admission policies, by what they ask for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Rules: all combinations that they name. Two that are equal ask for the same requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules(BTreeSet<Asked>);

/// What a rule asks for, one by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    group: String,
    version: String,
    resource: String,
    operation: String,
    scope: String,
    /// The only names that are meant; empty means all.
    names: Vec<String>,
}

/// What is absent is everything.
const ANY: &str = "*";

/// The scope of what is in namespaces.
const NAMESPACED: &str = "Namespaced";

impl Rules {
    /// Reads a list of rules.
    pub(crate) fn of(value: &Value) -> Self {
        let rules = value.as_array().into_iter().flatten();
        Rules(rules.flat_map(asked).collect())
    }

    /// What is asked for here, and not there, whatever wildcards are written there.
    pub(crate) fn beyond(&self, there: &Rules) -> Vec<&Asked> {
        self.0
            .iter()
            .filter(|asked| !there.0.iter().any(|other| other.covers(asked)))
            .collect()
    }

    /// Whether requests to create pods are among them.
    pub(crate) fn cover_pods(&self) -> bool {
        let pods = Asked {
            group: String::new(),
            version: "v1".to_owned(),
            resource: "pods".to_owned(),
            operation: "CREATE".to_owned(),
            scope: NAMESPACED.to_owned(),
            names: Vec::new(),
        };
        // Names are of no use to generated names, but nothing hangs on it.
        self.0.iter().any(|asked| {
            let unnamed = Asked {
                names: Vec::new(),
                ..asked.clone()
            };
            unnamed.covers(&pods)
        })
    }

    /// For people: a text for each.
    pub(crate) fn to_json(&self) -> Value {
        json!(self.0.iter().map(Asked::text).collect::<Vec<String>>())
    }
}

/// The texts of a member that is a list.
fn texts(rule: &Value, member: &str) -> Vec<String> {
    let list = rule.get(member).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
        .collect()
}

/// Pods with all that is below them, and KubeVirt's own objects.
fn is_in_namespaces(group: &str, resource: &str) -> bool {
    let resource = resource.split('/').next().unwrap_or_default();
    matches!((group, resource), ("", "pods" | "bindings") | ("kubevirt.io", _))
}

fn asked(rule: &Value) -> Vec<Asked> {
    let written = rule.get("scope").and_then(Value::as_str).unwrap_or(ANY);
    let mut names = texts(rule, "resourceNames");
    names.sort();
    let mut all = Vec::new();
    for group in texts(rule, "apiGroups") {
        for version in texts(rule, "apiVersions") {
            for resource in texts(rule, "resources") {
                // What is only in namespaces is the same with this scope and without.
                let scope = match written {
                    NAMESPACED if is_in_namespaces(&group, &resource) => ANY,
                    written => written,
                };
                for operation in texts(rule, "operations") {
                    all.push(Asked {
                        group: group.clone(),
                        version: version.clone(),
                        resource: resource.clone(),
                        operation,
                        scope: scope.to_owned(),
                        names: names.clone(),
                    });
                }
            }
        }
    }
    all
}

impl Asked {
    /// Whether a request that this one asks for is asked for by `self` too, as Kubernetes matches them: `pods/*` means pods
    /// and their subresources, `*` all resources without these.
    fn covers(&self, asked: &Asked) -> bool {
        let is = |pattern: &str, text: &str| pattern == ANY || pattern == text;
        let split = |resource: &str| {
            let (resource, sub) = resource.split_once('/').unwrap_or((resource, ""));
            (resource.to_owned(), sub.to_owned())
        };
        let ((resource, sub), (other, other_sub)) = (split(&self.resource), split(&asked.resource));
        is(&self.group, &asked.group)
            && is(&self.version, &asked.version)
            && is(&self.operation, &asked.operation)
            && is(&resource, &other)
            && is(&sub, &other_sub)
            && (self.scope == ANY || self.scope == asked.scope || self.is_scope_of(asked))
            && (self.names.is_empty() || self.names == asked.names)
    }

    /// What we ask for in the core group is in namespaces.
    fn is_scope_of(&self, asked: &Asked) -> bool {
        self.scope == NAMESPACED && asked.scope == ANY && asked.group.is_empty()
    }

    /// `CREATE v1 pods`
    pub(crate) fn text(&self) -> String {
        let group = match self.group.as_str() {
            "" => String::new(),
            group => format!("{group}/"),
        };
        let scope = match self.scope.as_str() {
            ANY => String::new(),
            scope => format!(" (scope {scope})"),
        };
        let names = match self.names.is_empty() {
            true => String::new(),
            false => format!(" named {}", self.names.join(", ")),
        };
        format!(
            "{} {group}{} {}{names}{scope}",
            self.operation, self.version, self.resource
        )
    }
}
