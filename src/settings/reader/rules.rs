//! Rules, each by itself and all together.

use super::Reader;
use crate::{
    base::{
        field::{Path, Violation, list, quote},
        host_path_type::HostPathType,
        json::{Json, Kind},
        path::HostPath,
    },
    settings::rule::{PathPrefix, Rule, Scope},
};

const RULE_KEYS: [&str; 5] = ["pathPrefix", "path", "types", "allowSharedCompute", "readOnly"];

impl Reader {
    /// The rules that could be read, by their index in the list.
    pub(super) fn rules(
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
    pub(super) fn rules_together(&mut self, at: Path<'_>, rules: &[(usize, Rule)], sensitive: &[HostPath]) {
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
}
