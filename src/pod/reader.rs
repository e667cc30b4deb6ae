//! Reads a pod's JSON value.

use serde_json::{Map, Value};

use super::{Container, ContainerList, HostPathSource, Mount, Volume};
use crate::{
    annotation::Access,
    field::{Path, Violation},
    host_path_type::HostPathType,
    json::Kind,
    path::HostPath,
};

/// Collects the faults; what is faulty is read as absent.
#[derive(Default)]
pub(super) struct Reader {
    /// What is wrong, in document order.
    pub(super) faults: Vec<Violation>,
}

/// An object; `None` where something else stands, which is a fault already.
pub(super) type Object<'a> = Option<&'a Map<String, Value>>;

impl Reader {
    /// One element of `spec.volumes`.
    pub(super) fn volume<'a>(&mut self, at: Path<'_>, value: &'a Value) -> Volume<'a> {
        let volume = self.object(at, value);
        let name = self.text(at, volume, "name").unwrap_or_default();
        let host_path_at = at.name("hostPath");
        let host_path = volume
            .and_then(|volume| volume.get("hostPath"))
            .filter(|host_path| !host_path.is_null())
            .map(|host_path| {
                let source = self.object(host_path_at, host_path);
                let path_text = self.text(host_path_at, source, "path").unwrap_or_default();
                let type_text = self.text(host_path_at, source, "type").unwrap_or_default();
                HostPathSource {
                    path_text: path_text.into(),
                    path: HostPath::parse(path_text),
                    type_text,
                    host_path_type: HostPathType::parse(type_text),
                }
            });
        Volume {
            name: name.into(),
            host_path,
        }
    }

    /// One container.
    pub(super) fn container<'a>(
        &mut self,
        at: Path<'_>,
        list: ContainerList,
        index: usize,
        value: &'a Value,
    ) -> Container<'a> {
        let container = self.object(at, value);
        let name = self.text(at, container, "name").unwrap_or_default();
        let mounts_at = at.name("volumeMounts");
        let mounts = self
            .list(mounts_at, container, "volumeMounts")
            .iter()
            .enumerate()
            .map(|(index, mount)| self.mount(mounts_at.index(index), mount))
            .collect();
        Container {
            list,
            index,
            name,
            mounts,
        }
    }

    fn mount<'a>(&mut self, at: Path<'_>, value: &'a Value) -> Mount<'a> {
        let mount = self.object(at, value);
        let access = match mount.and_then(|mount| mount.get("readOnly")) {
            None | Some(Value::Null | Value::Bool(false)) => Access::Writable,
            Some(Value::Bool(true)) => Access::ReadOnly,
            Some(other) => {
                self.wrong_kind(at.name("readOnly"), other, "must be true or false");
                Access::Writable
            }
        };
        let sub_path = self.text(at, mount, "subPath").unwrap_or_default();
        let sub_path_expr = self.text(at, mount, "subPathExpr").unwrap_or_default();
        Mount {
            volume: self.text(at, mount, "name").unwrap_or_default().into(),
            mount_path: self.text(at, mount, "mountPath").unwrap_or_default().into(),
            access,
            has_sub_path: !sub_path.is_empty() || !sub_path_expr.is_empty(),
            propagation: self.text(at, mount, "mountPropagation"),
            recursive_read_only: self.text(at, mount, "recursiveReadOnly"),
        }
    }

    /// The object at `at`.
    pub(super) fn object<'a>(&mut self, at: Path<'_>, value: &'a Value) -> Object<'a> {
        match value {
            Value::Object(map) => Some(map),
            other => {
                self.wrong_kind(at, other, "must be an object");
                None
            }
        }
    }

    /// The list at `key`, which is at `at`; absent and `null` are empty.
    pub(super) fn list<'a>(&mut self, at: Path<'_>, parent: Object<'a>, key: &str) -> &'a [Value] {
        match parent.and_then(|parent| parent.get(key)) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.wrong_kind(at, other, "must be a list");
                &[]
            }
        }
    }

    /// The text at `key` of the object at `at`.
    fn text<'a>(&mut self, at: Path<'_>, parent: Object<'a>, key: &str) -> Option<&'a str> {
        match parent.and_then(|parent| parent.get(key)) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(other) => {
                self.wrong_kind(at.name(key), other, "must be a string");
                None
            }
        }
    }

    fn wrong_kind(&mut self, at: Path<'_>, value: &Value, detail: &str) {
        self.faults
            .push(Violation::invalid(at, Kind::of(value).shown(), detail));
    }
}
