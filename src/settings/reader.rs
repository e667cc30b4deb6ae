//! Reads the settings object, member by member.

mod containers;
mod items;
mod rule_conflicts;
mod rules;
pub use rules::RULE_KEYS;

use std::borrow::Cow;

use super::{RecursiveReadOnly, Settings, TrustedCreators};
use crate::{
    base::{
        field::{FieldPath, Violation, list, quote},
        host_path_type::HostPathType,
        json::Json,
        path::HostPath,
    },
    settings::sensitive,
};

/// KubeVirt's controller, which creates every launcher pod.
pub const KUBEVIRT_CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

/// The types that rules may have where `allowedTypes` is absent.
pub const DEFAULT_TYPES: [HostPathType; 2] = [HostPathType::Directory, HostPathType::File];

/// The keys of the settings.
pub static SETTINGS_KEYS: [&str; 8] = [
    "allowedHostPaths",
    "allowedTypes",
    "sensitiveHostPaths",
    "additionalSensitiveHostPaths",
    "requestContainers",
    "recursiveReadOnly",
    "trustedCreators",
    "verifyOnly",
];

/// Collects the faults; what is faulty is read as `None`.
#[derive(Default)]
pub(super) struct Reader {
    /// What is wrong, in the order of the settings.
    pub(super) faults: Vec<Violation>,
}

impl Reader {
    /// The whole settings object.
    pub(super) fn settings(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<Settings> {
        let members = self.object(at, value, &SETTINGS_KEYS)?;
        // The rules are compared with the types, but are before them.
        let mut types_reader = Reader::default();
        let default_types = || DEFAULT_TYPES.to_vec();
        let allowed_types = types_reader.member(at, &members, "allowedTypes", default_types, Self::types);
        let rules_at = at.name("allowedHostPaths");
        if members.first("allowedHostPaths").is_none() {
            let detail = "must be a list of rules (an empty list allows nothing)";
            self.faults.push(Violation::required(rules_at, detail));
        }
        let rules = self.member(at, &members, "allowedHostPaths", Vec::new, |reader, at, rules| {
            reader.rules(at, rules, allowed_types.as_deref())
        });
        self.faults.append(&mut types_reader.faults);
        let built_in = || Cow::Borrowed(sensitive::BUILT_IN.as_slice());
        let sensitive_paths = |reader: &mut Self, at: FieldPath<'_>, paths: Json<'_>| {
            reader.each(at, paths, Self::sensitive_path)
        };
        let sensitive = self.member(
            at,
            &members,
            "sensitiveHostPaths",
            built_in,
            |reader, at, paths| sensitive_paths(reader, at, paths).map(Cow::Owned),
        );
        let additional = self.member(
            at,
            &members,
            "additionalSensitiveHostPaths",
            Vec::new,
            sensitive_paths,
        );
        let sensitive = sensitive.zip(additional).map(|(mut paths, additional)| {
            // The built-in list is not copied for nothing.
            if !additional.is_empty() {
                paths.to_mut().extend(additional);
            }
            paths
        });
        if let Some(rules) = &rules {
            self.rule_conflicts(rules_at, rules, sensitive.as_deref().unwrap_or_default());
        }
        let request_containers = self.member(
            at,
            &members,
            "requestContainers",
            Vec::new,
            Self::request_containers,
        );
        let recursive_read_only = self.member(
            at,
            &members,
            "recursiveReadOnly",
            || RecursiveReadOnly::IfPossible,
            Self::recursive_read_only,
        );
        let trusted_creators = self.member(
            at,
            &members,
            "trustedCreators",
            || TrustedCreators::Users(vec![KUBEVIRT_CONTROLLER.to_owned()]),
            Self::creators,
        );
        let verify_only = self.boolean(at, &members, "verifyOnly", false);
        Some(Settings {
            rules: rules?,
            sensitive: sensitive?,
            request_containers: request_containers?,
            recursive_read_only: recursive_read_only?,
            trusted_creators: trusted_creators?,
            verify_only: verify_only?,
        })
    }

    fn types(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<Vec<HostPathType>> {
        let types = self.each(at, value, Self::host_path_type)?;
        if types.is_empty() {
            return self.fault(Violation::required(at, "must name at least one type"));
        }
        for (index, t) in types.iter().enumerate() {
            if types.iter().take(index).any(|earlier| earlier == t) {
                self.faults.push(Violation::invalid(
                    at.index(index),
                    quote(t.as_str()),
                    "is already in the list",
                ));
            }
        }
        Some(types)
    }

    fn host_path_type(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<HostPathType> {
        let text = self.text(at, value)?;
        HostPathType::parse(&text).or_else(|| {
            let detail = format!(
                "must be one of {}, or \"\" for a volume without type",
                list(HostPathType::REQUESTABLE)
            );
            self.fault(Violation::invalid(at, quote(&text), detail))
        })
    }

    fn recursive_read_only(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<RecursiveReadOnly> {
        let text = self.text(at, value)?;
        let known = RecursiveReadOnly::ALL.into_iter().find(|r| r.as_str() == text);
        known.or_else(|| {
            let detail = "must be one of Disabled, IfPossible, Enabled";
            self.fault(Violation::invalid(at, quote(&text), detail))
        })
    }

    fn creators(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<TrustedCreators> {
        let users = self.each(at, value, |reader, at, item| {
            let user = reader.text(at, item)?;
            if user.is_empty() {
                return reader.fault(Violation::invalid(
                    at,
                    "\"\"",
                    "must be a user name, or \"*\" for anyone",
                ));
            }
            Some(user.into_owned())
        })?;
        if users.is_empty() {
            let detail = "must name at least one user, or \"*\" for anyone";
            return self.fault(Violation::required(at, detail));
        }
        if users.iter().any(|user| user == "*") {
            return Some(TrustedCreators::Anyone);
        }
        Some(TrustedCreators::Users(users))
    }

    /// A sensitive path. Every rule names a path below `/`: it would protect nothing.
    fn sensitive_path(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<HostPath> {
        let path = self.path(at, value)?;
        if path.as_str() == "/" {
            let detail = "protects nothing, because every rule names a path below it";
            return self.fault(Violation::invalid(at, quote("/"), detail));
        }
        Some(path)
    }

    fn path(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<HostPath> {
        let text = self.text(at, value)?;
        match HostPath::parse(&text) {
            Ok(path) => Some(path),
            Err(error) => self.fault(Violation::invalid(at, quote(&text), error.to_string())),
        }
    }
}
