//! Reads the settings object, member by member.

use std::borrow::Cow;

use super::{GuardScope, MOST_ITEMS, RecursiveReadOnly, Settings, TrustedCreators};
use crate::{
    base::{
        field::{Path, Violation, Violations, list, quote},
        host_path_type::HostPathType,
        json::{Json, Kind, Members, NoItems},
        path::HostPath,
    },
    settings::{
        rule::{PathPrefix, Rule, Scope},
        sensitive,
    },
};

/// KubeVirt's controller, which creates every launcher pod.
const KUBEVIRT_CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

const KEYS: [&str; 8] = [
    "allowedHostPaths",
    "allowedTypes",
    "sensitiveHostPaths",
    "additionalSensitiveHostPaths",
    "guard",
    "recursiveReadOnly",
    "trustedCreators",
    "verifyOnly",
];

const RULE_KEYS: [&str; 5] = ["pathPrefix", "path", "types", "allowSharedCompute", "readOnly"];

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
        // The rules are compared with the types, but stand before them.
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
            recursive_read_only: recursive_read_only?,
            trusted_creators: trusted_creators?,
            verify_only: verify_only?,
        })
    }

    /// The rules that could be read, by their index in the list.
    fn rules(
        &mut self,
        at: Path<'_>,
        value: Json<'_>,
        allowed_types: Option<&[HostPathType]>,
    ) -> Option<Vec<(usize, Rule)>> {
        let mut rules = Vec::new();
        for (index, item) in self.items(at, value)?.into_iter().enumerate() {
            if let Some(rule) = self.rule(at.index(index), item, allowed_types) {
                rules.push((index, rule));
            }
        }
        Some(rules)
    }

    fn rule(
        &mut self,
        at: Path<'_>,
        value: Json<'_>,
        allowed_types: Option<&[HostPathType]>,
    ) -> Option<Rule> {
        let members = self.object(at, value, &RULE_KEYS)?;
        let read_only = self.boolean(at, &members, "readOnly", true);
        let scope = match (members.first("path"), members.first("pathPrefix")) {
            (Some(path), None) => self.path(at.name("path"), path).map(|path| Scope::Exact {
                path,
                writable: read_only == Some(false),
            }),
            (None, Some(prefix)) => {
                if read_only == Some(false) {
                    self.faults.push(Violation::invalid(
                        at.name("readOnly"),
                        "false",
                        "is possible with path only: below a writable pathPrefix a sidecar could plant a \
                         symbolic link to anywhere on the node",
                    ));
                }
                self.path(at.name("pathPrefix"), prefix)
                    .map(|path| Scope::Prefix(PathPrefix(path)))
            }
            (Some(_), Some(_)) => self.fault(Violation::invalid(
                at,
                Kind::Object.shown(),
                "must have either path or pathPrefix, not both",
            )),
            (None, None) => self.fault(Violation::required(at, "must have path or pathPrefix")),
        };
        let types = match members.first("types") {
            None => allowed_types.map(<[HostPathType]>::to_vec),
            Some(types) => {
                let types_at = at.name("types");
                let types = self.types(types_at, types);
                if let (Some(types), Some(allowed)) = (&types, allowed_types) {
                    self.narrower(types_at, types, allowed);
                }
                types
            }
        };
        let allow_shared_compute = self.boolean(at, &members, "allowSharedCompute", false);
        // A rule with a fault beside its path is still compared with the others; the settings are refused anyway.
        Some(Rule {
            scope: scope?,
            types: types.unwrap_or_default(),
            allow_shared_compute: allow_shared_compute.unwrap_or_default(),
        })
    }

    fn narrower(&mut self, at: Path<'_>, types: &[HostPathType], allowed: &[HostPathType]) {
        for (index, t) in types.iter().enumerate() {
            if !allowed.contains(t) {
                let detail = format!("is not among allowedTypes: {}", list(allowed));
                self.faults
                    .push(Violation::invalid(at.index(index), quote(t.as_str()), detail));
            }
        }
    }

    /// What no rule shows by itself: the same path twice, a path below a writable one, a path above a
    /// sensitive one.
    fn rules_together(&mut self, at: Path<'_>, rules: &[(usize, Rule)], sensitive: &[HostPath]) {
        for (index, rule) in rules {
            let (field, exact) = match rule.scope {
                Scope::Exact { .. } => ("path", true),
                Scope::Prefix(_) => ("pathPrefix", false),
            };
            let rule_at = at.index(*index);
            let field_at = rule_at.name(field);
            let mut refuse = |detail: String| {
                let value = quote(rule.path().as_str());
                self.faults.push(Violation::invalid(field_at, value, detail));
            };
            let same =
                |other: &Rule| other.path() == rule.path() && other.specificity() == rule.specificity();
            if let Some((first, _)) = rules
                .iter()
                .take_while(|(i, _)| i != index)
                .find(|(_, other)| same(other))
            {
                refuse(format!("stands in {} already", at.index(*first)));
            }
            let names = rule.path().names();
            let above =
                |other: &Rule| other.is_writable() && names.iter().any(|name| name.is_below(other.path()));
            if let Some((writable, other)) = rules.iter().find(|(_, other)| above(other)) {
                refuse(format!(
                    "lies below {}, which {} makes writable: a sidecar could plant a symbolic link there",
                    quote(other.path().as_str()),
                    at.index(*writable)
                ));
            }
            let contained = rule.path().contained();
            let inside = |path: &&HostPath| contained.iter().any(|inside| path.is_at_or_below(inside));
            let named = |path: &&HostPath| names.iter().any(|name| name.is_at_or_below(path));
            if exact && let Some(below) = sensitive.iter().find(|path| inside(path) && !named(path)) {
                refuse(format!(
                    "can never be allowed, because it contains the sensitive host path {}",
                    quote(below.as_str())
                ));
            }
        }
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
                    "stands in the list already",
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

    fn boolean(&mut self, at: Path<'_>, members: &Members<'_>, key: &str, default: bool) -> Option<bool> {
        match members.first(key) {
            None => Some(default),
            Some(value) => match value.get() {
                "true" => Some(true),
                "false" => Some(false),
                _ => self.wrong_kind(at.name(key), value, "must be true or false"),
            },
        }
    }

    fn text<'v>(&mut self, at: Path<'_>, value: Json<'v>) -> Option<Cow<'v, str>> {
        value.text(at).map_err(|fault| self.faults.push(fault)).ok()
    }

    /// A list, each element read; `None` if one could not be.
    fn each<T>(
        &mut self,
        at: Path<'_>,
        value: Json<'_>,
        read: impl Fn(&mut Self, Path<'_>, Json<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        // Every element is read before the first fault ends it, so that all faults are listed.
        let read: Vec<Option<T>> = self
            .items(at, value)?
            .into_iter()
            .enumerate()
            .map(|(index, item)| read(self, at.index(index), item))
            .collect();
        read.into_iter().collect()
    }

    /// The items of a list. None where there are faults enough.
    fn items<'v>(&mut self, at: Path<'_>, value: Json<'v>) -> Option<Vec<Json<'v>>> {
        if self.faults.len() >= Violations::ENOUGH {
            return None;
        }
        match value.items(MOST_ITEMS) {
            Ok(items) => Some(items),
            Err(NoItems::NoList) => self.wrong_kind(at, value, "must be a list"),
            Err(NoItems::TooMany) => {
                let detail = format!("must have at most {MOST_ITEMS} items");
                self.wrong_kind(at, value, &detail)
            }
        }
    }

    /// An object that has none but these keys.
    fn object<'v>(&mut self, at: Path<'_>, value: Json<'v>, keys: &[&str]) -> Option<Members<'v>> {
        let members = Members::read(at, value);
        let members = members.map_err(|fault| self.faults.push(fault)).ok()?;
        for (key, _) in members.iter() {
            if self.faults.len() >= Violations::ENOUGH {
                return None;
            }
            let key = key.to_text();
            if !keys.contains(&&*key) {
                let detail = format!("unknown key, known are {}", list(keys));
                self.faults.push(Violation::invalid(at, quote(&key), detail));
            }
        }
        for key in keys {
            if let Err(twice) = members.value(at, key) {
                self.faults.push(twice);
            }
        }
        Some(members)
    }

    fn wrong_kind<T>(&mut self, at: Path<'_>, value: Json<'_>, detail: &str) -> Option<T> {
        self.fault(Violation::invalid(at, value.kind().shown(), detail))
    }

    fn fault<T>(&mut self, fault: Violation) -> Option<T> {
        self.faults.push(fault);
        None
    }
}
