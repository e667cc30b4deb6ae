//! A launcher pod as this policy sees it: volumes, containers and mounts, borrowed from the JSON text.

use std::borrow::Cow;

use super::{ALL_LISTS, Container, ContainerList, Mount, SharedProcesses, reader::Reader};
use crate::base::{
    by_name::{ByName, item, item_mut},
    field::{FieldPath, Violation, Violations},
    host_path_type::HostPathType,
    json::{Json, Members},
    path::{HostPath, PathError},
};

/// The parts of a pod that decide which container sees what.
#[derive(Debug)]
pub struct Pod<'a> {
    /// `spec` as it stands.
    pub spec: Json<'a>,
    /// The list `spec.volumes` as it stands, if there is one; absent and `null` are none.
    pub volume_list: Option<Json<'a>>,
    /// By which members of `spec` containers see each other's processes.
    pub shared_processes: Vec<SharedProcesses>,
    /// `spec.nodeSelector` as it stands.
    pub(crate) node_selector: Option<Json<'a>>,
    volumes: Vec<Volume<'a>>,
    containers: Vec<Container<'a>>,
    volumes_by_name: ByName<'a>,
    containers_by_name: ByName<'a>,
}

/// One element of `spec.volumes`.
#[derive(Debug)]
pub struct Volume<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// What it mounts of the node, if it is a hostPath volume.
    pub host_path: Option<HostPathSource<'a>>,
    /// Whether the kubelet writes its files: a configMap, secret, downwardAPI or projected volume.
    pub is_projection: bool,
}

/// `hostPath` of a volume of any origin.
#[derive(Debug)]
pub struct HostPathSource<'a> {
    /// The path as written.
    pub path_text: Cow<'a, str>,
    /// The path, cleaned.
    pub path: Result<HostPath, PathError>,
    /// The type as written; absent is `""`.
    pub type_text: Cow<'a, str>,
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

/// A mount of a hostPath volume.
#[derive(Clone, Copy, Debug)]
pub struct HostPathMount<'p, 'a> {
    /// The mount's index in the container.
    pub index: usize,
    /// The mount.
    pub mount: &'p Mount<'a>,
    /// The volume's index in the pod.
    pub volume: usize,
    /// What the volume mounts of the node.
    pub source: &'p HostPathSource<'a>,
}

impl<'a> Pod<'a> {
    /// Reads a pod that nobody creates: the JSON text of the object.
    ///
    /// # Errors
    /// It is no JSON object, or contradicts its kind.
    pub fn of_text(object: &'a str) -> Result<Self, Violations> {
        Pod::read(&Members::of_text(FieldPath::root("object"), object)?, None)
    }

    /// Reads the pod `object`. Absent and `null` lists are empty. `spec` are the members of the object's `spec`, where they are
    /// known already.
    ///
    /// # Errors
    /// Every place where it contradicts its kind, so that nothing could be said of what it would mount.
    pub(crate) fn read(object: &Members<'a>, spec: Option<&Members<'a>>) -> Result<Self, Violations> {
        let at = FieldPath::root("spec");
        let known = spec;
        let spec = object.get(FieldPath::root("object"), "spec")?;
        let spec = spec.ok_or_else(|| Violation::required(at, "must be an object"))?;
        let read;
        let members = match known {
            Some(members) => members,
            None => {
                read = Members::read(at, spec)?;
                &read
            }
        };
        let mut reader = Reader::new();
        let (volume_list, volumes) = reader.volumes(at, members);
        let mut pod = Pod {
            spec,
            volume_list,
            shared_processes: reader.shared_processes(at, members),
            node_selector: reader.value(at, members, "nodeSelector"),
            volumes: Vec::new(),
            containers: Vec::new(),
            volumes_by_name: ByName::default(),
            containers_by_name: ByName::default(),
        };
        let volumes_at = at.name("volumes");
        for (index, volume) in volumes.into_iter().enumerate() {
            let name = volume.name.clone();
            let count = pod.add_volume(volume);
            reader.limit_one_name(volumes_at.index(index), &name, count);
        }
        for list in ALL_LISTS {
            let list_at = at.name(list.key());
            for container in reader.containers(at, members, list) {
                let (index, name) = (container.index, container.name.clone());
                let count = pod.add_container(container);
                reader.limit_one_name(list_at.index(index), &name, count);
            }
        }
        match Violations::from_vec(reader.faults) {
            None => Ok(pod),
            Some(faults) => Err(faults),
        }
    }

    /// Reads the ephemeral containers of the pod `object` and nothing else of it.
    ///
    /// # Errors
    /// Every place where they contradict their kind.
    pub(crate) fn read_ephemeral_containers(object: &Members<'a>) -> Result<Vec<Container<'a>>, Violations> {
        let at = FieldPath::root("spec");
        let spec = object.get(FieldPath::root("object"), "spec")?;
        let spec = spec.ok_or_else(|| Violation::required(at, "must be an object"))?;
        let members = Members::read(at, spec)?;
        let mut reader = Reader::new();
        let containers = reader.containers(at, &members, ContainerList::Ephemeral);
        match Violations::from_vec(reader.faults) {
            None => Ok(containers),
            Some(faults) => Err(faults),
        }
    }

    /// Appends a container. How many bear its name now.
    fn add_container(&mut self, container: Container<'a>) -> usize {
        let index = self.containers.len();
        let count = self.containers_by_name.count(container.name.clone(), index);
        self.containers.push(container);
        count
    }

    /// `spec.volumes`.
    #[must_use]
    pub fn volumes(&self) -> &[Volume<'a>] {
        &self.volumes
    }

    /// Every container, by list.
    #[must_use]
    pub fn containers(&self) -> &[Container<'a>] {
        &self.containers
    }

    /// The container at `position` of [`Self::containers`].
    #[must_use]
    pub fn container(&self, position: usize) -> &Container<'a> {
        item(&self.containers, position)
    }

    /// The mounts of the container at `position`, to be changed.
    pub(crate) fn mounts_mut(&mut self, position: usize) -> &mut Vec<Mount<'a>> {
        &mut item_mut(&mut self.containers, position).mounts
    }

    /// Appends a volume. How many bear its name now.
    pub(crate) fn add_volume(&mut self, volume: Volume<'a>) -> usize {
        let index = self.volumes.len();
        let count = self.volumes_by_name.count(volume.name.clone(), index);
        self.volumes.push(volume);
        count
    }

    /// The volumes of this name: one, unless the API server is going to refuse the pod.
    pub fn volumes_named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (usize, &'s Volume<'a>)> {
        let indexes = self.volumes_by_name.get(name).iter();
        indexes.map(|&index| (index, item(&self.volumes, index)))
    }

    /// The indexes of the containers of this name: one, unless the API server is going to refuse the pod.
    #[must_use]
    pub fn containers_named(&self, name: &str) -> Vec<usize> {
        self.containers_by_name.get(name).to_vec()
    }

    /// Whether `mount` leads to the very path and type: a hostPath volume of any name.
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

    /// Whether the pod has a hostPath volume.
    #[must_use]
    pub fn has_host_path_volume(&self) -> bool {
        self.volumes.iter().any(|volume| volume.host_path.is_some())
    }

    /// The mounts of hostPath volumes in this container.
    pub fn host_path_mounts<'p>(
        &'p self,
        container: &'p Container<'a>,
    ) -> impl Iterator<Item = HostPathMount<'p, 'a>> {
        container.mounts.iter().enumerate().flat_map(|(index, mount)| {
            self.volumes_named(&mount.volume)
                .filter_map(move |(volume, named)| {
                    let source = named.host_path.as_ref()?;
                    Some(HostPathMount {
                        index,
                        mount,
                        volume,
                        source,
                    })
                })
        })
    }
}
