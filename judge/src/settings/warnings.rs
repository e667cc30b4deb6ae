//! What is dangerous in settings that are valid.

use kubevirt_sidecar_hostpath_policy::base::host_path_type::HostPathType;
use kubevirt_sidecar_hostpath_policy::base::path::HostPath;
use kubevirt_sidecar_hostpath_policy::settings::rule::{Rule, Scope};
use kubevirt_sidecar_hostpath_policy::settings::sensitive::BUILT_IN;
use kubevirt_sidecar_hostpath_policy::settings::{Settings as Rules, TrustedCreators};
use serde_json::Value;

use crate::reading::node::Position;
use crate::settings::Settings;
use crate::settings::file::SettingsFile;

/// Something that the admin should mean, and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The place.
    pub at: Position,
    /// The field, and what it does.
    pub message: String,
}

/// The warnings, in the order of the file.
#[must_use]
pub fn of(file: &SettingsFile, rules: &Rules) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut add = |field: String, why: String| {
        warnings.push(Warning {
            at: file.position(&field),
            message: format!("{field}: {why}"),
        });
    };
    for (rule, number) in rules.rules.iter().zip(0_usize..) {
        for (field, why) in of_rule(rules, rule) {
            add(format!("settings.allowedHostPaths[{number}].{field}"), why);
        }
    }
    let sensitive = file.settings.get("sensitiveHostPaths");
    if sensitive
        .and_then(|list| list.as_array())
        .is_some_and(Vec::is_empty)
    {
        let why = "without sensitive paths a prefix opens everything below it: sockets, keys, the state of the node";
        add("settings.sensitiveHostPaths".to_owned(), why.to_owned());
    }
    match &rules.trusted_creators {
        TrustedCreators::Anyone => add(
            "settings.trustedCreators".to_owned(),
            "everyone who may create pods can forge a launcher pod that gets a namespace's host paths"
                .to_owned(),
        ),
        TrustedCreators::Users(users) => {
            for (user, number) in users.iter().zip(0_usize..) {
                if !is_service_account(user) {
                    let field = format!("settings.trustedCreators[{number}]");
                    let why =
                        "no user name of a service account, which is system:serviceaccount:NAMESPACE:NAME";
                    add(field, why.to_owned());
                }
            }
        }
    }
    warnings.sort_by_key(|warning| warning.at);
    warnings
}

/// The messages of the warnings about settings that no file holds; none where they are refused.
pub fn of_settings(settings: &Settings) -> Vec<String> {
    let text = Value::Object(settings.clone()).to_string();
    let warnings = SettingsFile::from_text(&text, "settings.json", None)
        .ok()
        .and_then(|file| Some(of(&file, &file.rules().ok()?)));
    let warnings = warnings.unwrap_or_default().into_iter();
    warnings.map(|warning| warning.message).collect()
}

/// Fields of a rule, and what they do.
fn of_rule(rules: &Rules, rule: &Rule) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let (field, path) = match &rule.scope {
        Scope::Exact { path, .. } => ("path", path),
        Scope::Prefix(path) => ("pathPrefix", path),
    };
    // Of a placeholder all the directory counts: any namespace may be there.
    let opened = match (path.directory(), rule.is_exact()) {
        (Some(directory), _) => Some(directory),
        (None, false) => Some(path.as_written()),
        (None, true) => None,
    };
    let sensitive = || rules.sensitive.iter().chain(&BUILT_IN);
    let names = path.named().names();
    let lies_in = sensitive().find(|sensitive| names.iter().any(|name| name.is_at_or_below(sensitive)));
    if let Some(sensitive) = lies_in {
        found.push((
            field,
            format!("opens a part of the sensitive host path {sensitive}"),
        ));
    } else if let Some(opened) = opened {
        let within = |sensitive: &&HostPath| opened.names().iter().any(|name| sensitive.is_at_or_below(name));
        if let Some(sensitive) = sensitive().find(within) {
            let rest = if rules.sensitive.contains(sensitive) {
                "only the list of sensitive paths keeps that closed"
            } else {
                "and the list of sensitive paths does not keep that closed"
            };
            found.push((
                field,
                format!("contains the sensitive host path {sensitive}: {rest}"),
            ));
        }
    }
    if path.as_written().as_str().contains(['*', '?', '$']) {
        let why = "*, ? and $ are literal: nothing is matched or expanded";
        found.push((field, why.to_owned()));
    }
    if rule.types.contains(&HostPathType::Unset) {
        let why = "with the type \"\" the container runtime creates as a directory what is missing";
        found.push(("types", why.to_owned()));
    }
    if rule.is_restricted()
        && let Some(wider) = rules.rules.iter().find(|wider| is_wider(wider, rule))
    {
        let wider = wider.path().as_written();
        let why = format!(
            "takes this path from everyone whom the rule for {wider} allows it: others can no longer ask for it, nor for {wider} as a whole"
        );
        found.push((field, why));
    }
    found
}

/// Whether `wider` allows the path of `rule` to more requests.
fn is_wider(wider: &Rule, rule: &Rule) -> bool {
    let path = rule.path().named();
    let is_subset = |of: &Option<Vec<String>>, all: &Option<Vec<String>>| match (of, all) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(of), Some(all)) => of.iter().all(|name| all.contains(name)),
    };
    !wider.is_exact()
        && !std::ptr::eq(wider, rule)
        && wider.path().directory().is_none()
        && path.is_below(wider.path().as_written())
        && is_subset(&rule.namespaces, &wider.namespaces)
        && is_subset(&rule.containers, &wider.containers)
        && !(rule.path().directory().is_none()
            && rule.namespaces == wider.namespaces
            && rule.containers == wider.containers)
}

fn is_service_account(user: &str) -> bool {
    let name = user.strip_prefix("system:serviceaccount:");
    let parts = name.and_then(|name| name.split_once(':'));
    parts.is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains(':'))
}
