//! The verdict on a path against a model that is written from the rules in words, on lists of path elements.

use kubevirt_sidecar_hostpath_policy::{
    annotation::Access, host_path_type::HostPathType, judge, path::HostPath, read_settings,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A rule as the model sees it.
#[derive(Clone, Debug)]
struct ModelRule {
    path: Vec<String>,
    exact: bool,
    writable: bool,
    socket: bool,
}

fn path() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ab]", 0..4)
}

fn text(path: &[String]) -> String {
    format!("/{}", path.join("/"))
}

fn rule() -> impl Strategy<Value = ModelRule> {
    (path(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(path, exact, writable, socket)| {
        ModelRule {
            path,
            exact,
            writable: writable && exact,
            socket,
        }
    })
}

fn settings(rules: &[ModelRule], sensitive: &[Vec<String>]) -> Value {
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let types = if rule.socket {
                json!(["Socket"])
            } else {
                json!(["Directory"])
            };
            if rule.exact {
                json!({"path": text(&rule.path), "readOnly": !rule.writable, "types": types})
            } else {
                json!({"pathPrefix": text(&rule.path), "types": types})
            }
        })
        .collect();
    let sensitive: Vec<String> = sensitive.iter().map(|path| text(path)).collect();
    json!({
        "allowedHostPaths": rules,
        "allowedTypes": ["Directory", "Socket"],
        "sensitiveHostPaths": sensitive,
    })
}

/// Whether the settings are refused for what their rules are together.
fn refused(rules: &[ModelRule], sensitive: &[Vec<String>]) -> bool {
    let strictly_below =
        |path: &[String], other: &[String]| path.len() > other.len() && path.starts_with(other);
    rules.iter().enumerate().any(|(i, rule)| {
        rules
            .iter()
            .take(i)
            .any(|other| other.path == rule.path && other.exact == rule.exact)
            || rules
                .iter()
                .any(|other| other.writable && strictly_below(&rule.path, &other.path))
            || rule.exact && sensitive.iter().any(|path| strictly_below(path, &rule.path))
    })
}

/// The deciding rule, if it permits the path at all.
fn permitted<'r>(
    rules: &'r [ModelRule],
    sensitive: &[Vec<String>],
    path: &[String],
) -> Option<&'r ModelRule> {
    let exact = rules.iter().find(|rule| rule.exact && rule.path == path);
    let prefixes = rules
        .iter()
        .filter(|rule| !rule.exact && path.starts_with(&rule.path));
    let rule = exact.or(prefixes.max_by_key(|rule| rule.path.len()))?;
    let touches = |s: &Vec<String>| path.starts_with(s) || s.starts_with(path);
    let named = |s: &Vec<String>| rule.path.starts_with(s);
    if sensitive.iter().any(|s| touches(s) && !named(s)) {
        return None;
    }
    let below = |other: &ModelRule| other.writable && path != other.path && path.starts_with(&other.path);
    (!rules.iter().any(below)).then_some(rule)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_verdict_is_that_of_the_model(
        rules in prop::collection::vec(rule(), 0..5),
        sensitive in prop::collection::vec(path(), 0..3),
        path in path(),
        socket in any::<bool>(),
        writable in any::<bool>(),
    ) {
        let read = read_settings(settings(&rules, &sensitive).to_string().as_bytes());
        prop_assert_eq!(read.is_err(), refused(&rules, &sensitive), "{:?}", read);
        let Ok(read) = read else { return Ok(()) };

        let host_path = HostPath::parse(&text(&path)).unwrap();
        let (rule, reasons) = judge::path_rule(&read, &host_path);
        let expected = permitted(&rules, &sensitive, &path);
        prop_assert_eq!(rule.is_some() && reasons.is_empty(), expected.is_some(), "{:?}", reasons);
        if let (Some(rule), Some(expected)) = (rule, expected) {
            let host_path_type = if socket { HostPathType::Socket } else { HostPathType::Directory };
            prop_assert_eq!(judge::refused_type(rule, host_path_type).is_none(), expected.socket == socket);
            let access = if writable { Access::Writable } else { Access::ReadOnly };
            prop_assert_eq!(judge::refused_access(rule, access).is_none(), expected.writable || !writable);
        }
    }
}
