//! What settings mean, with every default written out.

use kubevirt_sidecar_hostpath_policy::base::host_path_type::HostPathType;
use kubevirt_sidecar_hostpath_policy::base::path::{ContainerPath, HostPath};
use kubevirt_sidecar_hostpath_policy::settings::rule::{Rule, Scope};
use kubevirt_sidecar_hostpath_policy::settings::{Settings as Rules, TrustedCreators};
use serde_json::{Map, Value, json};

use crate::check::settings_file::SettingsFile;
use crate::check::{json as document, table, text};

/// The width of the list of sensitive paths.
const WIDTH: usize = 96;

/// The settings for people; styled.
#[must_use]
pub fn text(file: &SettingsFile, rules: &Rules) -> String {
    let heading = |title: &str| text::styled(text::HEADING, title);
    let indented = |lines: Vec<String>| lines.iter().map(|line| format!("  {line}\n")).collect::<String>();
    let allowed = if rules.rules.is_empty() {
        "  none: every host path is rejected\n".to_owned()
    } else {
        indented(table::lines(&rows(&rules.rules)))
    };
    let paths: Vec<&str> = rules.sensitive.iter().map(HostPath::as_str).collect();
    let sensitive = if paths.is_empty() {
        "  none\n".to_owned()
    } else {
        indented(table::wrapped(paths.iter().copied(), WIDTH))
    };
    let others = [
        ["guard".to_owned(), rules.guard.as_str().to_owned()],
        ["requestContainers".to_owned(), request_containers(rules)],
        [
            "recursiveReadOnly".to_owned(),
            rules.recursive_read_only.as_str().to_owned(),
        ],
        ["trustedCreators".to_owned(), creators(rules).join(", ")],
        ["verifyOnly".to_owned(), rules.verify_only.to_string()],
    ];
    format!(
        "{place}: the settings are valid\n\n\
         {allowed_title}\n{allowed}\n\
         {others_title}\n{others}\n\
         {sensitive_title}\n{sensitive}",
        place = crate::escape::one_line(&file.place),
        allowed_title = heading("Allowed host paths"),
        others_title = heading("Other settings"),
        others = indented(table::lines(&others)),
        sensitive_title =
            heading("Sensitive host paths, allowed only by a rule that names one of them or a path below it"),
    )
}

fn rows(rules: &[Rule]) -> Vec<[String; 6]> {
    let heading = ["PATH", "MATCHES", "FOR", "TYPES", "ACCESS", "SHARED WITH COMPUTE"].map(str::to_owned);
    let row = |rule: &Rule| {
        let matches = match rule.scope {
            Scope::Exact { .. } => "this path alone",
            Scope::Prefix(_) => "it and all below",
        };
        let types: Vec<String> = rule.types.iter().map(ToString::to_string).collect();
        [
            rule.path().as_written().to_string(),
            matches.to_owned(),
            for_whom(rule),
            types.join(", "),
            if rule.is_writable() {
                "writable if asked for"
            } else {
                "read-only"
            }
            .to_owned(),
            if rule.allow_shared_compute {
                "if asked for"
            } else {
                "no"
            }
            .to_owned(),
        ]
    };
    std::iter::once(heading).chain(rules.iter().map(row)).collect()
}

/// Whom the rule is for.
fn for_whom(rule: &Rule) -> String {
    let named = |what: &str, names: &Vec<String>| format!("{what} {}", names.join(", "));
    let namespaces = rule.namespaces.as_ref().map(|names| named("namespaces", names));
    let own = rule
        .path()
        .directory()
        .map(|_| "each namespace its own".to_owned());
    let containers = rule.containers.as_ref().map(|names| named("containers", names));
    let whom: Vec<String> = [namespaces, own, containers].into_iter().flatten().collect();
    if whom.is_empty() {
        "all".to_owned()
    } else {
        whom.join("; ")
    }
}

/// The settings for programs: themselves settings, which mean the same.
pub fn json(file: &SettingsFile, rules: &Rules) -> Result<String, serde_json::Error> {
    document::document(&json!({ "valid": true, "settings": settings(file, rules) }))
}

fn settings(file: &SettingsFile, rules: &Rules) -> Value {
    let allowed_types = match file.settings.get("allowedTypes") {
        Some(types) => types.clone(),
        None => types(&[HostPathType::Directory, HostPathType::File]),
    };
    let mut sensitive: Vec<&str> = rules.sensitive.iter().map(HostPath::as_str).collect();
    // Those that were added stand at the end.
    let additional = file
        .settings
        .get("additionalSensitiveHostPaths")
        .and_then(Value::as_array);
    let additional = sensitive.split_off(sensitive.len().saturating_sub(additional.map_or(0, Vec::len)));
    json!({
        "allowedHostPaths": rules.rules.iter().map(rule).collect::<Vec<Value>>(),
        "allowedTypes": allowed_types,
        "sensitiveHostPaths": sensitive,
        "additionalSensitiveHostPaths": additional,
        "guard": rules.guard.as_str(),
        "requestContainers": rules.request_containers.iter()
            .map(|(name, directory)| (name.clone(), Value::from(directory.as_str())))
            .collect::<Map<String, Value>>(),
        "recursiveReadOnly": rules.recursive_read_only.as_str(),
        "trustedCreators": creators(rules),
        "verifyOnly": rules.verify_only,
    })
}

fn rule(rule: &Rule) -> Value {
    let (key, path) = match &rule.scope {
        Scope::Exact { path, .. } => ("path", path),
        Scope::Prefix(path) => ("pathPrefix", path),
    };
    let mut map = Map::new();
    map.insert(key.to_owned(), Value::from(path.as_written().as_str()));
    if let Some(namespaces) = &rule.namespaces {
        map.insert("namespaces".to_owned(), Value::from(namespaces.clone()));
    }
    if let Some(containers) = &rule.containers {
        map.insert("containers".to_owned(), Value::from(containers.clone()));
    }
    map.insert("types".to_owned(), types(&rule.types));
    map.insert(
        "allowSharedCompute".to_owned(),
        Value::from(rule.allow_shared_compute),
    );
    map.insert("readOnly".to_owned(), Value::from(!rule.is_writable()));
    Value::Object(map)
}

fn types(types: &[HostPathType]) -> Value {
    types.iter().map(|t| t.as_str()).collect()
}

fn request_containers(rules: &Rules) -> String {
    if rules.request_containers.is_empty() {
        return "none".to_owned();
    }
    let container = |(name, directory): &(String, ContainerPath)| format!("{name} below {directory}");
    let containers: Vec<String> = rules.request_containers.iter().map(container).collect();
    containers.join(", ")
}

fn creators(rules: &Rules) -> Vec<String> {
    match &rules.trusted_creators {
        TrustedCreators::Anyone => vec!["*".to_owned()],
        TrustedCreators::Users(users) => users.clone(),
    }
}
