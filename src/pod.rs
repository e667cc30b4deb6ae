//! A launcher pod as this policy sees it: volumes, containers and mounts, borrowed from the JSON value.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value};

use crate::{
    annotation::Access,
    field::{Path, Violation},
    host_path_type::HostPathType,
    json::Kind,
    path::{ContainerPath, HostPath, PathError},
};

/// The parts of a pod that decide which container sees what.
#[derive(Debug)]
pub struct Pod<'a> {
    /// `spec.volumes`.
    pub volumes: Vec<Volume<'a>>,
    /// Every container that can mount a volume.
    pub containers: Vec<Container<'a>>,
    volumes_by_name: BTreeMap<Cow<'a, str>, Vec<usize>>,
    containers_by_name: BTreeMap<&'a str, Vec<usize>>,
}

/// One element of `spec.volumes`.
#[derive(Debug)]
pub struct Volume<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// What it mounts of the node, if it is a hostPath volume.
    pub host_path: Option<HostPathSource<'a>>,
}

/// `hostPath` of a volume, whoever wrote it.
#[derive(Debug)]
pub struct HostPathSource<'a> {
    /// The path as written.
    pub path_text: Cow<'a, str>,
    /// The path, cleaned.
    pub path: Result<HostPath, PathError>,
    /// The type as written; absent is `""`.
    pub type_text: &'a str,
    /// The type; `None` where Kubernetes knows no such type.
    pub host_path_type: Option<HostPathType>,
}

impl HostPathSource<'_> {
    /// Whether it is this very path and type.
    #[must_use]
    pub fn is(&self, path: &HostPath, host_path_type: HostPathType) -> bool {
        self.path.as_ref() == Ok(path) && self.host_path_type == Some(host_path_type)
    }
}

/// Which list of the pod's spec a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerList {
    /// `spec.initContainers`.
    Init,
    /// `spec.containers`.
    Main,
}

impl ContainerList {
    /// The list's key in the pod's spec.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            ContainerList::Init => "initContainers",
            ContainerList::Main => "containers",
        }
    }
}

/// One container.
#[derive(Debug)]
pub struct Container<'a> {
    /// The list that it stands in.
    pub list: ContainerList,
    /// Its index in that list.
    pub index: usize,
    /// Its name.
    pub name: &'a str,
    /// Its `volumeMounts`.
    pub mounts: Vec<Mount<'a>>,
}

/// One element of a container's `volumeMounts`.
#[derive(Debug)]
pub struct Mount<'a> {
    /// The volume's name.
    pub volume: Cow<'a, str>,
    /// The path in the container, as written.
    pub mount_path: Cow<'a, str>,
    /// `readOnly`, absent is writable.
    pub access: Access,
    /// Whether `subPath` or `subPathExpr` narrows it.
    pub has_sub_path: bool,
    /// `mountPropagation`.
    pub propagation: Option<&'a str>,
    /// `recursiveReadOnly`.
    pub recursive_read_only: Option<&'a str>,
}

impl Mount<'_> {
    /// Whether nothing mounted later on either side reaches the other.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(self.propagation, None | Some("None"))
    }

    /// The path in the container, cleaned.
    ///
    /// # Errors
    /// Where the path cannot be cleaned.
    pub fn path(&self) -> Result<ContainerPath, PathError> {
        ContainerPath::parse(&self.mount_path)
    }
}

/// What every hook sidecar's name begins with; digits follow.
pub const HOOK_SIDECAR: &str = "hook-sidecar-";

impl Container<'_> {
    /// Whether KubeVirt made this container for a hook, from the annotation or for a network binding plugin.
    #[must_use]
    pub fn is_hook_sidecar(&self) -> bool {
        self.name
            .strip_prefix(HOOK_SIDECAR)
            .is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    }
}

impl<'a> Pod<'a> {
    /// Reads `object`. Absent and `null` lists are empty.
    ///
    /// # Errors
    /// Every place where the object contradicts its kind, so that nothing could be said of what it would mount.
    pub fn read(object: &'a Value) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader { faults: Vec::new() };
        let spec_at = Path::root("spec");
        let mut pod = Pod {
            volumes: Vec::new(),
            containers: Vec::new(),
            volumes_by_name: BTreeMap::new(),
            containers_by_name: BTreeMap::new(),
        };
        let spec = match object.get("spec") {
            None | Some(Value::Null) => return Err(vec![Violation::required(spec_at, "must be an object")]),
            Some(spec) => spec,
        };
        let spec = reader.object(spec_at, spec);
        let at = spec_at.name("volumes");
        for (index, volume) in reader.list(at, spec, "volumes").iter().enumerate() {
            let volume = reader.volume(at.index(index), volume);
            pod.add_volume(volume);
        }
        for list in [ContainerList::Init, ContainerList::Main] {
            let at = spec_at.name(list.key());
            for (index, container) in reader.list(at, spec, list.key()).iter().enumerate() {
                let container = reader.container(at.index(index), list, index, container);
                pod.add_container(container);
            }
        }
        if reader.faults.is_empty() {
            Ok(pod)
        } else {
            Err(reader.faults)
        }
    }

    fn add_container(&mut self, container: Container<'a>) {
        let index = self.containers.len();
        self.containers_by_name
            .entry(container.name)
            .or_default()
            .push(index);
        self.containers.push(container);
    }

    /// Appends a volume.
    pub fn add_volume(&mut self, volume: Volume<'a>) {
        let index = self.volumes.len();
        self.volumes_by_name
            .entry(volume.name.clone())
            .or_default()
            .push(index);
        self.volumes.push(volume);
    }

    /// The volumes of this name: one, unless the API server is going to refuse the pod.
    pub fn volumes_named(&self, name: &str) -> impl Iterator<Item = (usize, &Volume<'a>)> {
        let indexes = self.volumes_by_name.get(name).map_or(&[][..], Vec::as_slice);
        indexes
            .iter()
            .filter_map(|&index| self.volumes.get(index).map(|volume| (index, volume)))
    }

    /// The indexes of the containers of this name: one, unless the API server is going to refuse the pod.
    #[must_use]
    pub fn containers_named(&self, name: &str) -> Vec<usize> {
        self.containers_by_name.get(name).cloned().unwrap_or_default()
    }

    /// Whether `mount` leads to the very path and type: a hostPath volume, whatever its name.
    #[must_use]
    pub fn leads_to(&self, mount: &Mount<'_>, path: &HostPath, host_path_type: HostPathType) -> bool {
        self.all_are(&mount.volume, path, host_path_type) == Some(true)
    }

    /// Whether every volume of this name is a hostPath volume of this path and type; `None` where there is none.
    #[must_use]
    pub fn all_are(&self, name: &str, path: &HostPath, host_path_type: HostPathType) -> Option<bool> {
        let mut named = self.volumes_named(name).peekable();
        named.peek()?;
        Some(named.all(|(_, volume)| {
            volume
                .host_path
                .as_ref()
                .is_some_and(|source| source.is(path, host_path_type))
        }))
    }

    /// The mounts of hostPath volumes in this container: index of the mount, the mount, the volume's source.
    pub fn host_path_mounts<'p>(
        &'p self,
        container: &'p Container<'a>,
    ) -> impl Iterator<Item = (usize, &'p Mount<'a>, &'p HostPathSource<'a>)> {
        container.mounts.iter().enumerate().flat_map(|(index, mount)| {
            self.volumes_named(&mount.volume)
                .filter_map(move |(_, volume)| volume.host_path.as_ref().map(|source| (index, mount, source)))
        })
    }
}

/// Collects the faults; what is faulty is read as absent.
struct Reader {
    faults: Vec<Violation>,
}

type Object<'a> = Option<&'a Map<String, Value>>;

impl Reader {
    fn volume<'a>(&mut self, at: Path<'_>, value: &'a Value) -> Volume<'a> {
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

    fn container<'a>(
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

    fn object<'a>(&mut self, at: Path<'_>, value: &'a Value) -> Object<'a> {
        match value {
            Value::Object(map) => Some(map),
            other => {
                self.wrong_kind(at, other, "must be an object");
                None
            }
        }
    }

    /// The list at `key`, which is at `at`.
    fn list<'a>(&mut self, at: Path<'_>, parent: Object<'a>, key: &str) -> &'a [Value] {
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
