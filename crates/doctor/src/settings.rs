//! The settings of the policies, as far as a cluster can be asked about them. Whether they are right is for the
//! [`Judge`](crate::judge::Judge) to say.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::judge::Values;
use crate::name::Label;

/// Who creates launcher pods where the settings do not say it.
const CREATOR: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

/// The type of a host path where none is given.
const TYPE: &str = "Directory";

/// What stands for the namespace of a request.
const NAMESPACE: &str = "{namespace}";

/// Who may create launcher pods with host paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Creators {
    /// `"*"`
    Anyone,
    /// These.
    Users(BTreeSet<String>),
}

/// Settings that the policy takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings(pub(crate) Values);

/// A rule of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    /// Its number.
    pub(crate) number: usize,
    /// The path, which may hold `{namespace}`.
    pub(crate) path: String,
    /// Whether all below it is meant too.
    pub(crate) is_prefix: bool,
    /// The types that it names.
    pub(crate) types: Vec<String>,
    /// The labels of the nodes that have the path.
    pub(crate) node_selector: Map<String, Value>,
    /// Whether a VM owner may ask for it.
    pub(crate) is_requestable: bool,
    /// Whether it may be mounted writable.
    pub(crate) is_writable: bool,
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

impl Settings {
    /// The same, for judging what is there without adding anything.
    pub(crate) fn verifying(&self) -> Values {
        let mut settings = self.0.clone();
        settings.insert("verifyOnly".to_owned(), json!(true));
        settings
    }

    /// The rules.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        let rules = self.0.get("allowedHostPaths").and_then(Value::as_array);
        let rules = rules.into_iter().flatten().zip(0_usize..);
        rules
            .filter_map(|(rule, number)| self.rule(rule, number))
            .collect()
    }

    fn rule(&self, rule: &Value, number: usize) -> Option<Rule> {
        let text = |key: &str| rule.get(key).and_then(Value::as_str);
        let (path, is_prefix) = match (text("path"), text("pathPrefix")) {
            (Some(path), _) => (path, false),
            (None, Some(prefix)) => (prefix, true),
            (None, None) => return None,
        };
        let types = rule.get("types").or_else(|| self.0.get("allowedTypes"));
        Some(Rule {
            number,
            path: path.to_owned(),
            is_prefix,
            types: match types {
                Some(types) => texts(Some(types)),
                None => vec![TYPE.to_owned()],
            },
            node_selector: rule
                .get("nodeSelector")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            is_requestable: rule.get("requestable") != Some(&json!(false)),
            is_writable: rule.get("readOnly") == Some(&json!(false)),
        })
    }

    /// Who may create launcher pods with host paths.
    pub(crate) fn creators(&self) -> Creators {
        let Some(list) = self.0.get("trustedCreators") else {
            return Creators::Users(BTreeSet::from([CREATOR.to_owned()]));
        };
        let users: BTreeSet<String> = texts(Some(list)).into_iter().collect();
        match users.contains("*") {
            true => Creators::Anyone,
            false => Creators::Users(users),
        }
    }

    /// `Disabled`, `IfPossible` or `Enabled`.
    pub(crate) fn recursive_read_only(&self) -> &str {
        self.0
            .get("recursiveReadOnly")
            .and_then(Value::as_str)
            .unwrap_or("IfPossible")
    }
}

impl Rule {
    /// Its path in this namespace.
    pub(crate) fn path_in(&self, namespace: &Label) -> String {
        self.path.replace(NAMESPACE, &namespace.to_string())
    }

    /// Whether who can write at `place` could plant a link that a request is led through: at the path, above it, and, of a
    /// prefix, below it.
    pub(crate) fn is_reached_from(&self, place: &str) -> bool {
        let mut own = elements(&self.path);
        let mut others = elements(place);
        loop {
            match (own.next(), others.next()) {
                // It is at the path, or above it.
                (_, None) => return true,
                (None, Some(_)) => return self.is_prefix,
                (Some(own), Some(other)) if own != other && own != NAMESPACE => return false,
                (Some(_), Some(_)) => {}
            }
        }
    }
}

fn elements(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter(|element| !element.is_empty() && *element != ".")
}
