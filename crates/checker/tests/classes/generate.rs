//! Random settings and requests of few words, so that they have to do with each other.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use kubevirt_sidecar_hostpath_policy::{Access, HostPath, HostPathType};

use crate::universe::{Request, settings};

/// `any`, `other` and `Any` are what the classes call their representatives where nobody else does.
const ELEMENTS: [&str; 8] = ["a", "b", "any", "other", "Any", "X", "lock", "vhost"];
const ROOTS: [&str; 12] = [
    "/d",
    "/d",
    "/d/t",
    "/d/t",
    "/run",
    "/var/run",
    "/run/lock",
    "/var/lock",
    "/srv",
    "/var/srv",
    "/opt/t",
    "/var/opt",
];
const NAMESPACES: [&str; 6] = ["a", "b", "c", "any", "other", "lock"];
const CONTAINERS: [&str; 4] = ["plugin-x", "plugin-y", "agent", "compute"];
/// A sample: to the classes one type is like another, but for directories, in which other things are, and for none.
const TYPES: [&str; 4] = ["Directory", "File", "Socket", ""];

fn path() -> impl Strategy<Value = String> {
    (
        select(&ROOTS[..]),
        prop::collection::vec(select(&ELEMENTS[..]), 0..3),
    )
        .prop_map(|(root, elements)| [&[root], elements.as_slice()].concat().join("/"))
}

fn pattern() -> impl Strategy<Value = String> {
    let with_label = (
        select(vec!["/d/t", "/srv/t", "/var/srv/t", "/d/t/a", "/run/vhost"]),
        prop::collection::vec(select(&ELEMENTS[..]), 0..2),
    )
        .prop_map(|(directory, below)| [&[directory, "{namespace}"], below.as_slice()].concat().join("/"));
    prop_oneof![3 => path(), 1 => with_label]
}

fn some_of(names: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<&'static str>>> {
    prop_oneof![
        2 => Just(None),
        1 => prop::sample::subsequence(names, 1..3).prop_map(Some)
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    (
        pattern(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.8),
        some_of(&NAMESPACES),
        some_of(&CONTAINERS),
        some_of(&TYPES),
        any::<bool>(),
    )
        .prop_map(
            |(path, exact, writable, shared, requestable, namespaces, containers, types, labels)| {
                let mut rule = Map::new();
                rule.insert(if exact { "path" } else { "pathPrefix" }.to_owned(), json!(path));
                rule.insert("readOnly".to_owned(), json!(!(exact && writable)));
                rule.insert("allowSharedCompute".to_owned(), json!(shared));
                rule.insert("requestable".to_owned(), json!(requestable));
                for (key, names) in [
                    ("namespaces", namespaces),
                    ("containers", containers),
                    ("types", types),
                ] {
                    rule.extend(names.map(|names| (key.to_owned(), json!(names))));
                }
                if labels && requestable {
                    rule.insert("nodeSelector".to_owned(), json!({"disk": "a"}));
                }
                Value::Object(rule)
            },
        )
}

/// Valid settings: rules that would spoil them are left out.
fn all(rules: Vec<Value>, others: &(Vec<String>, u8)) -> Value {
    let (sensitive, containers) = others;
    let containers = match containers {
        0 => json!({}),
        1 => json!({"plugin-x": "/m"}),
        _ => json!({"plugin-x": "/n", "plugin-z": "/m"}),
    };
    let mut all = json!({
        "allowedHostPaths": [],
        "allowedTypes": TYPES,
        "sensitiveHostPaths": sensitive,
        "requestContainers": containers,
    });
    for rule in rules {
        let mut more = all.clone();
        more["allowedHostPaths"].as_array_mut().unwrap().push(rule);
        if settings(&more).is_some() {
            all = more;
        }
    }
    all
}

/// Settings, and others that are often nearly the same.
pub(crate) fn pair() -> impl Strategy<Value = (Value, Value)> {
    let rules = || prop::collection::vec(rule(), 0..5);
    let others = || (prop::collection::vec(path(), 0..3), 0_u8..3);
    (rules(), rules(), others(), others(), any::<bool>(), 0_usize..5).prop_map(
        |(before, mut after, others, mut other_others, alike, kept)| {
            if alike {
                after.truncate(1);
                after.extend(before.iter().take(kept).cloned());
                other_others = others.clone();
            }
            (all(before, &others), all(after, &other_others))
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let containers = vec![
        Some("hook-sidecar-0"),
        Some("hook-sidecar-3"),
        Some("compute"),
        Some("plugin-x"),
        Some("plugin-y"),
        Some("plugin-z"),
        Some("agent"),
        Some("stranger"),
        None,
    ];
    (
        select(&NAMESPACES[..]),
        select(containers),
        any::<bool>(),
        (
            path(),
            prop::option::weighted(0.3, select(&NAMESPACES[..])),
            select(&["", "/a", "/X", "/b/lock"][..]),
        ),
        select(&TYPES[..]),
        any::<bool>(),
    )
        .prop_map(
            |(namespace, container, requests, (path, label, below), host_path_type, writable)| {
                let path = match label {
                    Some(label) => format!("/d/t/{label}{below}"),
                    None => format!("{path}{below}"),
                };
                Request {
                    namespace: namespace.to_owned(),
                    container: container.map(str::to_owned),
                    requests: requests && container.is_some(),
                    path: HostPath::parse(&path).unwrap(),
                    // A request has a type: "" means Directory.
                    host_path_type: match HostPathType::parse(host_path_type).unwrap() {
                        HostPathType::Unset if requests => HostPathType::Directory,
                        named => named,
                    },
                    access: if writable {
                        Access::Writable
                    } else {
                        Access::ReadOnly
                    },
                }
            },
        )
}

/// The paths that the settings name, as they are written.
pub(crate) fn paths_of(settings: &[&Value]) -> Vec<String> {
    let rules = settings
        .iter()
        .flat_map(|settings| settings["allowedHostPaths"].as_array().unwrap());
    let of_rules = rules.map(|rule| rule.get("path").unwrap_or_else(|| &rule["pathPrefix"]));
    let sensitive = settings
        .iter()
        .flat_map(|settings| settings["sensitiveHostPaths"].as_array().unwrap());
    let paths = of_rules.chain(sensitive);
    paths.map(|path| path.as_str().unwrap().to_owned()).collect()
}

/// Names that nodes have for the same directories.
const SAME: [(&str, &str); 4] = [
    ("/var/run/lock", "/var/lock"),
    ("/var/run", "/run"),
    ("/var/srv", "/srv"),
    ("/var/opt", "/opt"),
];

/// Half of the requests ask for what the settings name, under this or another name, or for something below: random paths
/// seldom come so close.
pub(crate) fn close_to(paths: &[String], request: Request, choice: usize) -> Request {
    let (ways, wanted) = (choice % 8, choice / 8);
    if ways < 4 || paths.is_empty() {
        return request;
    }
    let mut path = paths[wanted % paths.len()].replace("{namespace}", &request.namespace);
    if ways > 5 {
        let renamed = SAME.iter().flat_map(|(one, other)| [(one, other), (other, one)]);
        let mut renamed = renamed.filter_map(|(one, other)| {
            let rest = path.strip_prefix(one)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{other}{rest}"))
        });
        if let Some(other) = renamed.next() {
            path = other;
        }
    }
    if ways % 2 == 1 {
        path.push('/');
        path.push_str(ELEMENTS[wanted % ELEMENTS.len()]);
    }
    Request {
        path: HostPath::parse(&path).unwrap(),
        ..request
    }
}

/// A request, and a number for [`close_to`].
pub(crate) fn asked() -> impl Strategy<Value = (Request, usize)> {
    (request(), 0_usize..8 * 64)
}
