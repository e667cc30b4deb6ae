//! Reads the settings object, member by member.

mod containers;
mod items;
mod rules;
mod together;

use std::borrow::Cow;

use super::{GuardScope, RecursiveReadOnly, Settings, TrustedCreators};
use crate::{
    base::{
        field::{Path, Violation, list, quote},
        host_path_type::HostPathType,
        json::Json,
        namespace::Namespace,
        path::HostPath,
    },
    settings::{sensitive, taken::Taken},
};

/// KubeVirt's controller, which creates every launcher pod.
const KUBEVIRT_CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

const KEYS: [&str; 9] = [
    "allowedHostPaths",
    "allowedTypes",
    "sensitiveHostPaths",
    "additionalSensitiveHostPaths",
    "guard",
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
    pub(super) fn settings(&mut self, at: Path<'_>, value: Json<'_>) -> Option<Settings> {
        let members = self.object(at, value, &KEYS)?;
        // The rules are compared with the types, but are before them.
        let mut types_reader = Reader::default();
        let allowed_types = match members.first("allowedTypes") {
            None => Some(vec![HostPathType::Directory, HostPathType::File]),
            Some(types) => types_reader.types(at.name("allowedTypes"), types),
        };
        let rules_at = at.name("allowedHostPaths");
        let rules = match members.first("allowedHostPaths") {
            None => self.fault(Violation::required(
                rules_at,
                "must be a list of rules (an empty list allows nothing)",
            )),
            Some(rules) => self.rules(rules_at, rules, allowed_types.as_deref()),
        };
        self.faults.append(&mut types_reader.faults);
        let sensitive = match members.first("sensitiveHostPaths") {
            None => Some(Cow::Borrowed(sensitive::BUILT_IN.as_slice())),
            Some(paths) => self
                .each(at.name("sensitiveHostPaths"), paths, Self::sensitive_path)
                .map(Cow::Owned),
        };
        let additional = match members.first("additionalSensitiveHostPaths") {
            None => Some(Vec::new()),
            Some(paths) => self.each(
                at.name("additionalSensitiveHostPaths"),
                paths,
                Self::sensitive_path,
            ),
        };
        let sensitive = sensitive.zip(additional).map(|(mut paths, additional)| {
            // The built-in list is not copied for nothing.
            if !additional.is_empty() {
                paths.to_mut().extend(additional);
            }
            paths
        });
        if let Some(rules) = &rules {
            self.rules_together(rules_at, rules, sensitive.as_deref().unwrap_or_default());
        }
        let guard = match members.first("guard") {
            None => Some(GuardScope::Sidecars),
            Some(value) => self.guard(at.name("guard"), value),
        };
        let request_containers = match members.first("requestContainers") {
            None => Some(Vec::new()),
            Some(value) => self.request_containers(at.name("requestContainers"), value),
        };
        let recursive_read_only = match members.first("recursiveReadOnly") {
            None => Some(RecursiveReadOnly::IfPossible),
            Some(value) => self.recursive_read_only(at.name("recursiveReadOnly"), value),
        };
        let trusted_creators = match members.first("trustedCreators") {
            None => Some(TrustedCreators::Users(vec![KUBEVIRT_CONTROLLER.to_owned()])),
            Some(creators) => self.creators(at.name("trustedCreators"), creators),
        };
        let verify_only = self.boolean(at, &members, "verifyOnly", false);
        Some(Settings {
            rules: rules?.into_iter().map(|(_, rule)| rule).collect(),
            sensitive: sensitive?,
            guard: guard?,
            request_containers: request_containers?,
            recursive_read_only: recursive_read_only?,
            trusted_creators: trusted_creators?,
            verify_only: verify_only?,
            requester: Namespace::Absent,
            taken: Taken::default(),
        })
    }

    fn types(&mut self, at: Path<'_>, value: Json<'_>) -> Option<Vec<HostPathType>> {
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

    fn host_path_type(&mut self, at: Path<'_>, value: Json<'_>) -> Option<HostPathType> {
        let text = self.text(at, value)?;
        HostPathType::parse(&text).or_else(|| {
            let detail = format!(
                "must be one of {}, or \"\" for a volume without type",
                list(HostPathType::REQUESTABLE)
            );
            self.fault(Violation::invalid(at, quote(&text), detail))
        })
    }

    fn guard(&mut self, at: Path<'_>, value: Json<'_>) -> Option<GuardScope> {
        let text = self.text(at, value)?;
        let known = GuardScope::ALL.into_iter().find(|scope| scope.as_str() == text);
        known.or_else(|| {
            let detail = "must be one of Sidecars, AllContainers";
            self.fault(Violation::invalid(at, quote(&text), detail))
        })
    }

    fn recursive_read_only(&mut self, at: Path<'_>, value: Json<'_>) -> Option<RecursiveReadOnly> {
        let text = self.text(at, value)?;
        let known = RecursiveReadOnly::ALL.into_iter().find(|r| r.as_str() == text);
        known.or_else(|| {
            let detail = "must be one of Disabled, IfPossible, Enabled";
            self.fault(Violation::invalid(at, quote(&text), detail))
        })
    }

    fn creators(&mut self, at: Path<'_>, value: Json<'_>) -> Option<TrustedCreators> {
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
    fn sensitive_path(&mut self, at: Path<'_>, value: Json<'_>) -> Option<HostPath> {
        let path = self.path(at, value)?;
        if path.as_str() == "/" {
            let detail = "protects nothing, because every rule names a path below it";
            return self.fault(Violation::invalid(at, quote("/"), detail));
        }
        Some(path)
    }

    fn path(&mut self, at: Path<'_>, value: Json<'_>) -> Option<HostPath> {
        let text = self.text(at, value)?;
        match HostPath::parse(&text) {
            Ok(path) => Some(path),
            Err(error) => self.fault(Violation::invalid(at, quote(&text), error.to_string())),
        }
    }
}
