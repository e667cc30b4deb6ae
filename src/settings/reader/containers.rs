//! Names of containers, and where requests may be mounted in them.

use std::borrow::Cow;

use super::Reader;
use crate::{
    base::{
        by_name::ByName,
        container_name::{COMPUTE, is_hook_sidecar},
        field::{FieldPath, Violation, quote},
        json::{Json, JsonKind, Members},
        namespace::is_label,
        path::ContainerPath,
        reserved,
    },
    settings::MOST_ITEMS,
};

impl Reader {
    /// `requestContainers`.
    pub(super) fn request_containers(
        &mut self,
        at: FieldPath<'_>,
        object: Json<'_>,
    ) -> Option<Vec<(String, ContainerPath)>> {
        let members = Members::read(at, object);
        let members = members.map_err(|fault| self.faults.push(fault)).ok()?;
        let mut known = ByName::default();
        let mut containers = Vec::new();
        for (index, (name, value)) in members.iter().enumerate() {
            if self.has_enough() {
                return None;
            }
            if index >= MOST_ITEMS {
                let detail = format!("must have at most {MOST_ITEMS} members");
                return self.wrong_kind(at, object, &detail);
            }
            let name = name.to_text();
            let refused = if !is_label(&name) {
                Some("must be the name of a container, a DNS label")
            } else if is_hook_sidecar(&name) {
                Some("is a hook sidecar: use hostPath of its entry in KubeVirt's annotation")
            } else if name == COMPUTE {
                Some("is not allowed here: rules with allowSharedCompute apply to compute")
            } else if !known.add(Cow::Owned(name.to_string()), index) {
                Some("is a duplicate key")
            } else {
                None
            };
            if let Some(detail) = refused {
                self.faults.push(Violation::invalid(at, quote(&name), detail));
                continue;
            }
            if let Some(directory) = self.directory(at.key(&name), value) {
                containers.push((name.into_owned(), directory));
            }
        }
        Some(containers)
    }

    /// A directory of a container in which something may be mounted. What would hide code in `compute` would do so in a
    /// container of the admin.
    fn directory(&mut self, at: FieldPath<'_>, value: Json<'_>) -> Option<ContainerPath> {
        if value.kind() == JsonKind::Null {
            return self.fault(Violation::invalid(
                at,
                "null",
                "must not be null: leave the key out",
            ));
        }
        let text = self.text(at, value)?;
        let path = match ContainerPath::parse(&text) {
            Ok(path) => path,
            Err(error) => return self.fault(Violation::invalid(at, quote(&text), error.to_string())),
        };
        match reserved::in_compute(&path) {
            Some(why) => self.fault(Violation::invalid(at, quote(&text), why)),
            None => Some(path),
        }
    }
}
