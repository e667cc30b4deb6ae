//! What a change of settings does, over all possible requests.

use kubevirt_sidecar_hostpath_policy::{RecursiveReadOnly, Settings, TrustedCreators};
use serde::Serialize;
use serde_json::{Map, Value};

use super::cells::{Cell, Opened, all_parts, places};
use super::members::Containers;
use super::names::Names;
use super::ranges::Range;
use super::rows::{self, Row, merged};
use super::tree::Tree;
use super::types::ByAccess;

/// What a change of settings does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What is newly permitted.
    pub permitted: Vec<Row>,
    /// What is newly refused.
    pub refused: Vec<Row>,
    /// What is permitted as before, on other nodes.
    pub nodes: Vec<OtherNodes>,
    /// The settings beside the rules that changed.
    pub settings: Vec<Setting>,
}

/// Requests that are permitted as before, but whose pods get other node labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherNodes {
    /// In which namespaces.
    pub namespaces: Names,
    /// In which containers.
    pub containers: Containers,
    /// The labels before.
    pub before: Map<String, Value>,
    /// The labels now.
    pub after: Map<String, Value>,
    /// On which paths.
    pub paths: Vec<Range>,
    /// What it does.
    pub effect: Effect,
}

/// A setting that is not a rule, and changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// The field: `trustedCreators`.
    pub field: String,
    /// Its value before, with defaults.
    pub before: Value,
    /// Its value now.
    pub after: Value,
    /// What it does.
    pub effect: Effect,
}

/// Whether a change permits more, or less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Something is newly permitted.
    pub widens: bool,
    /// Something is newly refused.
    pub narrows: bool,
}

impl Difference {
    /// The difference of these settings.
    #[must_use]
    pub fn of(before: &Settings, after: &Settings) -> Self {
        let tree = Tree::of(&[before, after], &[]);
        let places = places(Some(before), after, &tree, &all_parts(&tree));
        let types = |opened: Option<Opened>| opened.map(|opened| opened.types).unwrap_or_default();
        let more = |than: ByAccess, now: ByAccess| {
            Some((now.without(than), None)).filter(|(types, _)| !types.is_empty())
        };
        Difference {
            permitted: rows::of(&tree, &places, |cell| more(types(cell.before), types(cell.after))),
            refused: rows::of(&tree, &places, |cell| more(types(cell.after), types(cell.before))),
            nodes: merged(&tree, &places, |cell| {
                labels(before, after, cell).into_iter().collect()
            })
            .into_iter()
            .map(|((before, after), namespaces, containers, paths)| OtherNodes {
                effect: Effect {
                    widens: before.iter().any(|label| !after.contains(label)),
                    narrows: after.iter().any(|label| !before.contains(label)),
                },
                namespaces,
                containers,
                before: object(&before),
                after: object(&after),
                paths,
            })
            .collect(),
            settings: settings(before, after),
        }
    }

    /// What it does as a whole.
    #[must_use]
    pub fn effect(&self) -> Effect {
        let nodes = self.nodes.iter().map(|nodes| nodes.effect);
        let settings = self.settings.iter().map(|setting| setting.effect);
        let rows = Effect {
            widens: !self.permitted.is_empty(),
            narrows: !self.refused.is_empty(),
        };
        nodes.chain(settings).fold(rows, |all, one| Effect {
            widens: all.widens || one.widens,
            narrows: all.narrows || one.narrows,
        })
    }
}

type Labels = Vec<(String, String)>;

/// The node labels of a request that is permitted by both, if they differ.
fn labels(before: &Settings, after: &Settings, cell: &Cell) -> Option<(Labels, Labels)> {
    let (Some(was), Some(is), true) = (cell.before, cell.after, cell.requests) else {
        return None;
    };
    if was.types.and(is.types).is_empty() {
        return None;
    }
    let labels = |rules: &Settings, number: usize| {
        let rule = rules.rules.iter().find(|rule| rule.number == number);
        let mut labels = rule
            .map(|rule| rule.beyond_permission().to_vec())
            .unwrap_or_default();
        labels.sort();
        labels
    };
    let both = (labels(before, was.rule), labels(after, is.rule));
    (both.0 != both.1).then_some(both)
}

fn object(labels: &Labels) -> Map<String, Value> {
    let labels = labels.iter();
    labels
        .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
        .collect()
}

/// The settings beside rules and sensitive paths, which the classes show.
#[must_use]
pub fn settings(before: &Settings, after: &Settings) -> Vec<Setting> {
    let changed = |field: &str, values: [Value; 2], effect: Effect| {
        let [before, after] = values;
        let field = field.to_owned();
        (before != after).then_some(Setting {
            field,
            before,
            after,
            effect,
        })
    };
    let both = [before, after];
    let mut found: Vec<Option<Setting>> = Vec::new();
    found.push(changed(
        "trustedCreators",
        both.map(|rules| match &rules.trusted_creators {
            TrustedCreators::Anyone => Value::from(vec!["*"]),
            TrustedCreators::Users(users) => Value::from(sorted(users)),
        }),
        Effect {
            widens: trusts_more(&before.trusted_creators, &after.trusted_creators),
            narrows: trusts_more(&after.trusted_creators, &before.trusted_creators),
        },
    ));
    found.push(changed(
        "verifyOnly",
        both.map(|rules| Value::from(rules.verify_only)),
        Effect {
            widens: before.verify_only,
            narrows: after.verify_only,
        },
    ));
    let strictness = both.map(|rules| strictness(rules.recursive_read_only));
    found.push(changed(
        "recursiveReadOnly",
        both.map(|rules| Value::from(rules.recursive_read_only.as_str())),
        Effect {
            widens: strictness.is_sorted_by(|before, after| before > after),
            narrows: strictness.is_sorted_by(|before, after| before < after),
        },
    ));
    let names = both.iter().flat_map(|rules| &rules.request_containers);
    let mut names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let directories = both.map(|rules| {
            let mut named = rules.request_containers.iter();
            named
                .find(|(known, _)| known == name)
                .map(|(_, directory)| directory)
        });
        let wider = |one: usize, other: usize| match (directories.get(one), directories.get(other)) {
            (Some(Some(one)), Some(Some(other))) => !one.is_at_or_below(other),
            (Some(Some(_)), _) => true,
            _ => false,
        };
        let value = |directory: Option<&_>| directory.map_or(Value::Null, |directory: &_| text(directory));
        found.push(changed(
            &format!("requestContainers[{name}]"),
            directories.map(value),
            Effect {
                widens: wider(1, 0),
                narrows: wider(0, 1),
            },
        ));
    }
    found.into_iter().flatten().collect()
}

fn text(directory: &impl ToString) -> Value {
    Value::from(directory.to_string())
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

fn trusts_more(before: &TrustedCreators, after: &TrustedCreators) -> bool {
    match (before, after) {
        (TrustedCreators::Anyone, _) => false,
        (TrustedCreators::Users(_), TrustedCreators::Anyone) => true,
        (TrustedCreators::Users(before), TrustedCreators::Users(after)) => {
            after.iter().any(|user| !before.contains(user))
        }
    }
}

/// Without it, what is mounted below a read-only host path stays writable.
const fn strictness(value: RecursiveReadOnly) -> u8 {
    match value {
        RecursiveReadOnly::Disabled => 0,
        RecursiveReadOnly::IfPossible => 1,
        RecursiveReadOnly::Enabled => 2,
    }
}
