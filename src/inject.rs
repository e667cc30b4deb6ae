//! What must be added to a pod so that every request is met: planned on the pod as read, by content.

use crate::{
    annotation::{self, Access},
    field::{Path, Violation, quote},
    judge::HostPathRequest,
    mounts::MountsByPath,
    path::ContainerPath,
    pod::{Container, ContainerList, HOOK_SIDECAR, HostPathSource, Mount, Pod, Volume},
    settings::RecursiveReadOnly,
};

/// One change of the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Append a hostPath volume to `spec.volumes`.
    AddVolume {
        /// The volume's name.
        name: String,
        /// The request that it serves.
        request: HostPathRequest,
    },
    /// Append a mount to a container's `volumeMounts`.
    AddMount {
        /// The container.
        container: ContainerRef,
        /// The volume's name.
        volume: String,
        /// The path in the container.
        mount_path: ContainerPath,
        /// Whether it can be written to.
        access: Access,
        /// `recursiveReadOnly`, if it is to be set.
        recursive_read_only: Option<RecursiveReadOnly>,
    },
    /// Set `readOnly: true` on a mount that is there.
    SetReadOnly(MountRef),
    /// Set `recursiveReadOnly: Enabled` on a mount that is there.
    SetRecursiveReadOnly(MountRef),
}

/// A container's place in the pod, in the order of [`Pod::containers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerRef {
    /// The list.
    pub list: ContainerList,
    /// The index in that list.
    pub index: usize,
}

/// A mount's place in the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MountRef {
    /// The container.
    pub container: ContainerRef,
    /// The index in its `volumeMounts`.
    pub index: usize,
}

/// The container in which QEMU runs.
const COMPUTE: &str = "compute";

/// Plans the changes for `requests` and makes them in `pod`, which is what the guard then judges. A request
/// that cannot be met adds violations in place of changes.
pub fn plan(
    pod: &mut Pod<'_>,
    requests: &[HostPathRequest],
    recursive_read_only: RecursiveReadOnly,
) -> (Vec<Edit>, Vec<Violation>) {
    let mut plan = Plan {
        mounts: pod.containers.iter().map(|_| None).collect(),
        pod,
        recursive_read_only,
        edits: Vec::new(),
        violations: Vec::new(),
    };
    for request in requests {
        plan.request(request);
    }
    (plan.edits, plan.violations)
}

struct Plan<'p, 'a> {
    pod: &'p mut Pod<'a>,
    /// By the container's index: where its mounts stand, as far as that has been of interest.
    mounts: Vec<Option<MountsByPath>>,
    recursive_read_only: RecursiveReadOnly,
    edits: Vec<Edit>,
    violations: Vec<Violation>,
}

impl Plan<'_, '_> {
    fn request(&mut self, request: &HostPathRequest) {
        let metadata = Path::root("metadata");
        let annotations = metadata.name("annotations");
        let list = annotations.key(annotation::KEY);
        let entry = list.index(request.index);
        let at = entry.name("hostPath");

        let sidecar = format!("{HOOK_SIDECAR}{}", request.index);
        let sidecars = self.pod.containers_named(&sidecar);
        if sidecars.is_empty() {
            let why = format!("the pod has no container {sidecar} to mount it in");
            self.violations
                .push(Violation::invalid(at, quote(request.path.as_str()), why));
        }
        let mut volume = None;
        for container in sidecars {
            volume = self.mount(at, "volumePath", request, container, &request.volume_path, volume);
        }
        let Some(shared) = &request.shared_compute_path else {
            return;
        };
        let mut computes = self.pod.containers_named(COMPUTE);
        computes.retain(|&index| {
            let container = self.pod.containers.get(index);
            container.is_some_and(|container| container.list == ContainerList::Main)
        });
        if computes.is_empty() {
            let why = "the pod has no container compute to share it with";
            self.violations.push(Violation::invalid(
                at.name("sharedComputePath"),
                quote(shared.as_str()),
                why,
            ));
        }
        for container in computes {
            volume = self.mount(at, "sharedComputePath", request, container, shared, volume);
        }
    }

    /// Sees to it that container number `container` mounts the request at `mount_path`, which the request
    /// names in `field`, and answers with the name of the volume mounted. `volume` is the request's volume, if
    /// another container mounts it already.
    fn mount(
        &mut self,
        at: Path<'_>,
        field: &str,
        request: &HostPathRequest,
        container: usize,
        mount_path: &ContainerPath,
        volume: Option<String>,
    ) -> Option<String> {
        let there = self.pod.containers.get(container)?;
        let by_path = self.mounts.get_mut(container)?;
        let by_path = by_path.get_or_insert_with(|| MountsByPath::of(there));
        let done = mounts_already_there(self.pod, there, by_path.at(mount_path), request);
        if let Some(first) = done.first() {
            let mounted = there.mounts.get(*first).map(|mount| mount.volume.to_string());
            self.keep(at, request, container, &done);
            return mounted;
        }
        if let Some(mount) = by_path.first_conflict(mount_path) {
            let why = conflict(there, mount).unwrap_or_default();
            let violation = Violation::invalid(at.name(field), quote(mount_path.as_str()), why);
            self.violations.push(violation);
            return volume;
        }
        let volume = match volume {
            Some(volume) => volume,
            None => self.volume(at, request)?,
        };
        let there = self.pod.containers.get_mut(container)?;
        let recursive_read_only = (request.access == Access::ReadOnly
            && self.recursive_read_only != RecursiveReadOnly::Disabled)
            .then_some(self.recursive_read_only);
        let mount = Mount {
            volume: volume.clone().into(),
            mount_path: mount_path.as_str().to_owned().into(),
            access: request.access,
            sub_paths: Default::default(),
            propagation: None,
            recursive_read_only: recursive_read_only.map(|value| value.as_str().into()),
        };
        if let Some(Some(by_path)) = self.mounts.get_mut(container) {
            by_path.add(there.mounts.len(), &mount);
        }
        there.mounts.push(mount);
        self.edits.push(Edit::AddMount {
            container: there.place(),
            volume: volume.clone(),
            mount_path: mount_path.clone(),
            access: request.access,
            recursive_read_only,
        });
        Some(volume)
    }

    /// Makes the mounts that are there as read-only as was asked.
    fn keep(&mut self, at: Path<'_>, request: &HostPathRequest, container: usize, mounts: &[usize]) {
        let Some(container) = self.pod.containers.get_mut(container) else {
            return;
        };
        let place = container.place();
        for &index in mounts {
            let Some(mount) = container.mounts.get_mut(index) else {
                continue;
            };
            let mount_ref = MountRef {
                container: place,
                index,
            };
            match (request.access, mount.access) {
                (Access::Writable, Access::ReadOnly) => {
                    let why = format!(
                        "container {} mounts {} at {} read-only already",
                        container.name,
                        quote(request.path.as_str()),
                        quote(&mount.mount_path)
                    );
                    self.violations
                        .push(Violation::invalid(at.name("readOnly"), "false", why));
                    continue;
                }
                (Access::ReadOnly, Access::Writable) => {
                    mount.access = Access::ReadOnly;
                    self.edits.push(Edit::SetReadOnly(mount_ref));
                }
                (Access::Writable, Access::Writable) | (Access::ReadOnly, Access::ReadOnly) => {}
            }
            let enabled = RecursiveReadOnly::Enabled;
            if request.access == Access::ReadOnly
                && self.recursive_read_only == enabled
                && mount.recursive_read_only.as_deref() != Some(enabled.as_str())
            {
                mount.recursive_read_only = Some(enabled.as_str().into());
                self.edits.push(Edit::SetRecursiveReadOnly(mount_ref));
            }
        }
    }

    /// The name of the request's volume, appended to the pod unless it is there.
    fn volume(&mut self, at: Path<'_>, request: &HostPathRequest) -> Option<String> {
        let name = volume_name(request.index);
        match self.pod.all_are(&name, &request.path, request.host_path_type) {
            Some(true) => Some(name),
            Some(false) => {
                let why = format!("the pod has a volume {name} with other content");
                self.violations
                    .push(Violation::invalid(at, quote(request.path.as_str()), why));
                None
            }
            None => {
                self.pod.add_volume(Volume {
                    name: name.clone().into(),
                    host_path: Some(HostPathSource {
                        path_text: request.path.as_str().to_owned().into(),
                        path: Ok(request.path.clone()),
                        type_text: request.host_path_type.as_str().into(),
                        host_path_type: Some(request.host_path_type),
                    }),
                });
                self.edits.push(Edit::AddVolume {
                    name: name.clone(),
                    request: request.clone(),
                });
                Some(name)
            }
        }
    }
}

impl Container<'_> {
    /// Where the container stands.
    #[must_use]
    pub const fn place(&self) -> ContainerRef {
        ContainerRef {
            list: self.list,
            index: self.index,
        }
    }
}

/// The name of the volume for entry `index`.
#[must_use]
pub fn volume_name(index: usize) -> String {
    format!("{HOOK_SIDECAR}{index}-hostpath")
}

/// Those of the mounts `at` the requested place that lead where the request leads: names prove nothing, content does.
fn mounts_already_there(
    pod: &Pod<'_>,
    container: &Container<'_>,
    at: &[usize],
    request: &HostPathRequest,
) -> Vec<usize> {
    let there = |index: &&usize| {
        container.mounts.get(**index).is_some_and(|mount| {
            pod.leads_to(mount, &request.path, request.host_path_type)
                && mount.is_whole()
                && mount.is_private()
        })
    };
    at.iter().filter(there).copied().collect()
}

/// Why nothing can be mounted in front of mount number `index`: it would be hidden, or cannot be compared.
fn conflict(container: &Container<'_>, index: usize) -> Option<String> {
    let mount = container.mounts.get(index)?;
    let described = format!(
        "the mount at {} of container {}",
        quote(&mount.mount_path),
        container.name
    );
    Some(match mount.path() {
        Ok(_) => format!("would hide {described}"),
        Err(error) => format!("cannot be compared with {described}, which {error}"),
    })
}
