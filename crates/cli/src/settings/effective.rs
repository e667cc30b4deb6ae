//! What settings mean, with every default written out.

use anstyle::Style;
use kubevirt_sidecar_hostpath_policy::{
    ContainerPath, DEFAULT_TYPES, HostPath, HostPathType, Rule, Scope, Settings, TrustedCreators,
};
use serde_json::{Map, Value, json};

use crate::printing::escape::one_line;
use crate::printing::style::{HEADING, REJECTED, SKIPPED, WARNING, styled};
use crate::printing::{violation, wrap};
use crate::settings::file::{Refusal, SettingsFile};
use crate::settings::warnings::{Level, Warning};

/// How far what belongs to a heading is in.
const INDENT: usize = 2;

/// The settings for people; styled, in lines of at most `width` characters.
/// `all`: the sensitive paths too, not their number.
pub(super) fn text(
    file: &SettingsFile,
    rules: &Settings,
    warnings: &[Warning],
    all: bool,
    width: usize,
) -> String {
    let mut lines = vec![format!("{}: the settings are valid", one_line(&title(file)))];
    let mut section = |title: &str, style: Style, content: Vec<String>| {
        lines.push(String::new());
        lines.extend(
            wrap::lines(title, 0, width)
                .iter()
                .map(|line| styled(style, line)),
        );
        lines.extend(content);
    };
    let warned = |level: Level| -> Vec<String> {
        let of_level = warnings.iter().filter(|warning| warning.level == level);
        of_level
            .flat_map(|warning| {
                let place = format!("{}:{}:{}", file.file, warning.at.line, warning.at.column);
                let mut lines = vec![format!("{:INDENT$}{}", "", styled(SKIPPED, &one_line(&place)))];
                lines.extend(wrap::lines(&warning.to_string(), INDENT + 2, width));
                lines
            })
            .collect()
    };
    let (dangers, notes) = (warned(Level::Danger), warned(Level::Note));
    if !dangers.is_empty() {
        section("Dangers", WARNING, dangers);
    }
    let allowed = match rules.rules.as_slice() {
        [] => vec!["  none: every host path is rejected".to_owned()],
        rules => rules
            .iter()
            .zip(0_usize..)
            .flat_map(|(rule, number)| allowed(rule, number, width))
            .collect(),
    };
    section("Allowed host paths", HEADING, allowed);
    if !notes.is_empty() {
        section("Notes", HEADING, notes);
    }
    let others = [
        ("requestContainers", request_containers(rules)),
        ("recursiveReadOnly", rules.recursive_read_only.as_str().to_owned()),
        ("trustedCreators", creators(rules).join(", ")),
        ("verifyOnly", rules.verify_only.to_string()),
    ];
    section(
        "Other settings",
        HEADING,
        others
            .iter()
            .flat_map(|(key, value)| field(key, value, 17, width))
            .collect(),
    );
    let count = rules.sensitive.len();
    let sensitive = match all {
        _ if count == 0 => vec!["  none".to_owned()],
        true => wrap::words(rules.sensitive.iter().map(HostPath::as_str), INDENT, width),
        false => wrap::lines(&format!("{count}; --all lists them"), INDENT, width),
    };
    section(
        "Sensitive host paths, allowed only by a rule that names one of them or a path below it",
        HEADING,
        sensitive,
    );
    lines.push(String::new());
    lines.join("\n")
}

/// Why the settings are refused, for people; styled.
pub(super) fn refused(refusal: &Refusal, width: usize) -> String {
    let title = match &refusal.title {
        None => refusal.file.clone(),
        Some(title) => format!("{}, {title}", refusal.file),
    };
    let mut lines = vec![format!(
        "{}: {}",
        one_line(&title),
        styled(REJECTED, "the settings are refused")
    )];
    for fault in &refusal.faults {
        let place = format!("{}:{}:{}", refusal.file, fault.at.line, fault.at.column);
        lines.push(format!("{:INDENT$}{}", "", styled(SKIPPED, &one_line(&place))));
        lines.extend(violation::lines(&fault.reason, None, INDENT, width));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// `settings.yaml`, `policies.yaml, ClusterAdmissionPolicy x`
fn title(file: &SettingsFile) -> String {
    match &file.title {
        None => file.file.clone(),
        Some(title) => format!("{}, {title}", file.file),
    }
}

/// A key and its value, which is in after `column` characters.
fn field(key: &str, value: &str, column: usize, width: usize) -> Vec<String> {
    let key = format!("{:INDENT$}{key:column$}  ", "");
    let mut lines = wrap::lines(value, key.chars().count(), width);
    if let Some(first) = lines.first_mut() {
        *first = format!("{key}{}", first.trim_start());
    }
    lines
}

/// A rule: its path, and below that what it permits to whom. Every member is shown, or it is said here why not.
fn allowed(rule: &Rule, number: usize, width: usize) -> Vec<String> {
    let Rule {
        // The place in the list is the same number.
        number: _,
        scope,
        namespaces,
        containers,
        types,
        allow_shared_compute,
        requestable,
        node_selector,
        description,
    } = rule;
    let matches = match scope {
        Scope::Exact { .. } => "exactly",
        Scope::Prefix(_) => "and all below",
    };
    let types: Vec<String> = types.iter().map(shown).collect();
    let access = if rule.is_writable() {
        "writable if asked for"
    } else {
        "read-only"
    };
    let mut permits = format!("{}; {access}", types.join(", "));
    if *allow_shared_compute {
        permits.push_str("; also in container compute");
    }
    if !requestable {
        permits.push_str("; mounts by others only, no requests");
    }
    let path = one_line(rule.path().as_written().as_str());
    let mut lines = vec![format!("{:INDENT$}[{number}] {path} {matches}", "")];
    let mut more = |text: &str| lines.extend(wrap::lines(text, INDENT + 4, width));
    more(&permits);
    let own = rule.path().directory().is_some();
    if let Some(whom) = for_whom(namespaces.as_deref(), own, containers.as_deref()) {
        more(&format!("only for {whom}"));
    }
    if !node_selector.is_empty() {
        let labels = node_selector.iter().map(|(key, value)| format!("{key}={value}"));
        more(&format!(
            "on nodes with {}",
            labels.collect::<Vec<_>>().join(", ")
        ));
    }
    if let Some(description) = description {
        more(&one_line(description));
    }
    lines
}

/// The name of the type; that of none is `(none)`.
fn shown(host_path_type: &HostPathType) -> String {
    match host_path_type.as_str() {
        "" => "(none)".to_owned(),
        named => named.to_owned(),
    }
}

/// Whom a rule is for, where that is not everyone. `own`: each namespace has its own path.
fn for_whom(namespaces: Option<&[String]>, own: bool, containers: Option<&[String]>) -> Option<String> {
    let named = |what: &str, names: &[String]| format!("{what} {}", names.join(", "));
    let namespaces = namespaces.map(|names| named("namespaces", names));
    let own = own.then(|| "each namespace its own".to_owned());
    let containers = containers.map(|names| named("containers", names));
    let whom: Vec<String> = [namespaces, own, containers].into_iter().flatten().collect();
    (!whom.is_empty()).then(|| whom.join("; "))
}

/// The settings for programs: themselves settings, which mean the same.
pub(super) fn settings(file: &SettingsFile, rules: &Settings) -> Value {
    let allowed_types = match file.settings.get("allowedTypes") {
        Some(types) => types.clone(),
        None => types(&DEFAULT_TYPES),
    };
    let mut sensitive: Vec<&str> = rules.sensitive.iter().map(HostPath::as_str).collect();
    // Those that were added are at the end.
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
        "requestContainers": rules.request_containers.iter()
            .map(|(name, directory)| (name.clone(), Value::from(directory.as_str())))
            .collect::<Map<String, Value>>(),
        "recursiveReadOnly": rules.recursive_read_only.as_str(),
        "trustedCreators": creators(rules),
        "verifyOnly": rules.verify_only,
    })
}

/// Every key of the rule, but for those that have no value for their default.
fn rule(rule: &Rule) -> Value {
    let Rule {
        number: _,
        scope,
        namespaces,
        containers,
        types: of_rule,
        allow_shared_compute,
        requestable,
        node_selector,
        description,
    } = rule;
    let (key, path) = match scope {
        Scope::Exact { path, .. } => ("path", path),
        Scope::Prefix(path) => ("pathPrefix", path),
    };
    let labels = node_selector.iter();
    let labels = labels.map(|(key, value)| (key.clone(), Value::from(value.as_str())));
    let members = [
        (key, Some(Value::from(path.as_written().as_str()))),
        ("namespaces", namespaces.clone().map(Value::from)),
        ("containers", containers.clone().map(Value::from)),
        ("types", Some(types(of_rule))),
        ("allowSharedCompute", Some(Value::from(*allow_shared_compute))),
        ("readOnly", Some(Value::from(!rule.is_writable()))),
        ("requestable", Some(Value::from(*requestable))),
        (
            "nodeSelector",
            (!node_selector.is_empty()).then(|| Value::Object(labels.collect())),
        ),
        ("description", description.clone().map(Value::from)),
    ];
    let given = members.into_iter();
    let given = given.filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(given.collect())
}

fn types(types: &[HostPathType]) -> Value {
    types.iter().map(|t| t.as_str()).collect()
}

fn request_containers(rules: &Settings) -> String {
    if rules.request_containers.is_empty() {
        return "none".to_owned();
    }
    let container = |(name, directory): &(String, ContainerPath)| format!("{name} below {directory}");
    let containers: Vec<String> = rules.request_containers.iter().map(container).collect();
    containers.join(", ")
}

fn creators(rules: &Settings) -> Vec<String> {
    match &rules.trusted_creators {
        TrustedCreators::Anyone => vec!["*".to_owned()],
        TrustedCreators::Users(users) => users.clone(),
    }
}
