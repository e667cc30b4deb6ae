//! Rules, each by itself.

use std::borrow::Cow;

use super::Reader;
use crate::{
    base::{
        by_name::ByName,
        container_name::is_hook_sidecar,
        field::{Path, Violation, list, quote},
        host_path_type::HostPathType,
        json::{Json, Kind},
        namespace::is_label,
    },
    settings::{
        pattern::Pattern,
        rule::{Mine, Rule, Scope},
    },
};

const RULE_KEYS: [&str; 7] = [
    "pathPrefix",
    "path",
    "types",
    "allowSharedCompute",
    "readOnly",
    "namespaces",
    "containers",
];

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
            (Some(path), None) => self.pattern(at.name("path"), path).map(|path| Scope::Exact {
                path,
                writable: read_only == Some(false),
            }),
            (None, Some(prefix)) => {
                if read_only == Some(false) {
                    self.faults.push(Violation::invalid(
                        at.name("readOnly"),
                        "false",
                        "is allowed with path only: below a writable pathPrefix a sidecar could plant a \
                         symbolic link to anywhere on the node",
                    ));
                }
                self.pattern(at.name("pathPrefix"), prefix).map(Scope::Prefix)
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
        let namespaces = match members.first("namespaces") {
            None => Some(None),
            Some(namespaces) => self
                .labels(at.name("namespaces"), namespaces, "namespace")
                .map(Some),
        };
        let containers = match members.first("containers") {
            None => Some(None),
            Some(containers) => {
                let at = at.name("containers");
                let containers = self.labels(at, containers, "container");
                if let Some(containers) = &containers {
                    self.no_hook_sidecars(at, containers);
                }
                containers.map(Some)
            }
        };
        // A rule with a fault beside its path is still compared with the others; the settings are refused anyway.
        Some(Rule {
            scope: scope?,
            namespaces: namespaces.unwrap_or_default(),
            containers: containers.unwrap_or_default(),
            types: types.unwrap_or_default(),
            allow_shared_compute: allow_shared_compute.unwrap_or_default(),
            mine: Mine::No,
        })
    }

    fn pattern(&mut self, at: Path<'_>, value: Json<'_>) -> Option<Pattern> {
        let text = self.text(at, value)?;
        match Pattern::parse(&text) {
            Ok(pattern) => Some(pattern),
            Err(error) => self.fault(Violation::invalid(at, quote(&text), error.to_string())),
        }
    }

    /// A list of DNS labels, none of them twice.
    fn labels(&mut self, at: Path<'_>, value: Json<'_>, what: &str) -> Option<Vec<String>> {
        let labels = self.each(at, value, |reader, at, item| {
            let text = reader.text(at, item)?;
            if !is_label(&text) {
                let detail = "must be a DNS label: lower-case letters, digits and '-', at most 63";
                return reader.fault(Violation::invalid(at, quote(&text), detail));
            }
            Some(text.into_owned())
        })?;
        if labels.is_empty() {
            return self.fault(Violation::required(at, format!("must name at least one {what}")));
        }
        let mut known = ByName::default();
        for (index, label) in labels.iter().enumerate() {
            if !known.add(Cow::Borrowed(label.as_str()), index) {
                let detail = "is already in the list";
                self.faults
                    .push(Violation::invalid(at.index(index), quote(label), detail));
            }
        }
        Some(labels)
    }

    fn no_hook_sidecars(&mut self, at: Path<'_>, containers: &[String]) {
        for (index, name) in containers.iter().enumerate() {
            if is_hook_sidecar(name) {
                let detail = "is a hook sidecar: a VM owner chooses what it runs";
                self.faults
                    .push(Violation::invalid(at.index(index), quote(name), detail));
            }
        }
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
}
