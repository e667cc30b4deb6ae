//! What must be added to a pod so that every request is met: planned on the pod as read, by content.

mod conflict;
mod link;
mod volume;

use conflict::{describe_conflict, first_that_leads_elsewhere};
use link::Links;

use crate::{
    base::{
        access::Access,
        by_name::{ByName, item, item_mut},
        container_name::COMPUTE,
        field::{FieldPath, Violation, quote},
        path::ContainerPath,
    },
    pod::{Container, Edit, Mount, MountRef, Pod, mount_points::MountPoints},
    requests::{permitted::PermittedRequest, place::Requester},
    settings::{RecursiveReadOnly, SettingsFor},
};

/// What is to be done for the requests.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The changes.
    pub edits: Vec<Edit>,
    /// Why requests cannot be met.
    pub violations: Vec<Violation>,
}

/// Plans the changes for `requests` and makes them in `pod`, which is what the guard then judges. A request
/// that cannot be met adds violations in place of changes.
pub(crate) fn plan<'p>(
    settings: &'p SettingsFor<'_>,
    pod: &'p mut Pod<'_>,
    requests: &[PermittedRequest],
) -> Plan {
    if requests.is_empty() {
        return Plan::default();
    }
    let mut planner = Planner {
        mount_points: pod.containers().iter().map(|_| None).collect(),
        mounted_volumes: None,
        planned: (ByName::default(), Vec::new()),
        links: Links::new(settings, pod),
        pod,
        recursive_read_only: settings.settings.recursive_read_only,
        plan: Plan::default(),
    };
    for request in requests {
        let metadata = FieldPath::root("metadata");
        let annotations = metadata.name("annotations");
        request.place.at(annotations, |at| planner.request(at, request));
    }
    planner.plan
}

struct Planner<'p, 's, 'a> {
    pod: &'p mut Pod<'a>,
    /// By the container's position: where its mounts were before anything was added, as far as that has been of interest.
    mount_points: Vec<Option<MountPoints>>,
    /// By the volume's name: the containers that mounted it before anything was added. Read when a volume is added.
    mounted_volumes: Option<ByName<'a>>,
    /// The places that are planned already, with the volume mounted there.
    planned: (ByName<'static>, Vec<Option<String>>),
    /// In which volumes somebody may make a place a symbolic link.
    links: Links<'p, 's>,
    recursive_read_only: RecursiveReadOnly,
    plan: Plan,
}

/// One place in one container where a request is to be met.
#[derive(Clone, Copy)]
struct Place<'r> {
    /// Where the request was written.
    at: FieldPath<'r>,
    /// The key that names the path.
    field: &'r str,
    /// The container's position in the pod.
    container: usize,
    path: &'r ContainerPath,
}

impl Planner<'_, '_, '_> {
    fn request(&mut self, at: FieldPath<'_>, request: &PermittedRequest) {
        let containers = self.containers(&request.container);
        if containers.is_empty() {
            let name = &request.container;
            let why = match request.place.of {
                Requester::Container(_) if &**name != COMPUTE => format!(
                    "the pod has no container {name} to mount it in: the admission policy of a plugin must have added \
                     it before this webhook runs"
                ),
                _ => format!("the pod has no container {name} to mount it in"),
            };
            self.refuse(at, request.path.as_str(), why);
        }
        let mut volume = None;
        for container in containers {
            let place = Place {
                at,
                field: "volumePath",
                container,
                path: &request.volume_path,
            };
            volume = self.mount_once(place, request, volume);
        }
        let Some(shared) = &request.shared_compute_path else {
            return;
        };
        let computes = self.containers(COMPUTE);
        if computes.is_empty() {
            let why = "the pod has no container compute to share it with".to_owned();
            self.refuse(at.name("sharedComputePath"), shared.as_str(), why);
        }
        for container in computes {
            let place = Place {
                at,
                field: "sharedComputePath",
                container,
                path: shared,
            };
            volume = self.mount_once(place, request, volume);
        }
    }

    /// The containers of this name, of which there is one; QEMU's is among the main ones only.
    fn containers(&self, name: &str) -> Vec<usize> {
        let mut containers = self.pod.containers_named(name);
        containers.retain(|&position| {
            let container = self.pod.container(position);
            !container.is_ephemeral() && (name != COMPUTE || container.is_compute())
        });
        containers
    }

    /// As [`Planner::mount`], but a place that several requests share is planned once. Requests share a place only if
    /// they are alike.
    fn mount_once(
        &mut self,
        place: Place<'_>,
        request: &PermittedRequest,
        volume: Option<String>,
    ) -> Option<String> {
        let key = format!("{}{}", place.container, place.path);
        let (places, volumes) = &self.planned;
        if let Some(planned) = places.get(&key).first() {
            return item(volumes, *planned).clone();
        }
        let volume = self.mount(place, request, volume);
        let (places, volumes) = &mut self.planned;
        places.add(key.into(), volumes.len());
        volumes.push(volume.clone());
        volume
    }

    /// Sees to it that the request is met at `place`, and answers with the name of the volume mounted. `volume` is the
    /// request's volume, if another container mounts it already.
    fn mount(
        &mut self,
        place: Place<'_>,
        request: &PermittedRequest,
        volume: Option<String>,
    ) -> Option<String> {
        let there = self.pod.container(place.container);
        let points = item_mut(&mut self.mount_points, place.container);
        let points = points.get_or_insert_with(|| MountPoints::of(there));
        let here = points.at(place.path).to_vec();
        let other = first_that_leads_elsewhere(self.pod, there, &here, place.path, request);
        let conflict = match (here.as_slice(), other) {
            // All of them lead there: what is mounted below them stays visible.
            ([_, ..], None) => points.unreadable(),
            _ => {
                let conflicts = [other, points.first_below(place.path), points.unreadable()];
                conflicts.into_iter().flatten().min()
            }
        };
        if let Some(mount) = conflict {
            let why = describe_conflict(there, mount);
            self.refuse(place.at.name(place.field), place.path.as_str(), why);
            return volume;
        }
        if let Some(first) = here.first() {
            let mounted = item(&there.mounts, *first).volume.to_string();
            self.keep(place.at, request, place.container, &here);
            return Some(mounted);
        }
        if !there.is_hook_sidecar()
            && let Some(mount) = self.links.first(self.pod, there, points.above(place.path))
        {
            let mount = item(&there.mounts, mount);
            let why = format!(
                "is below the mount of volume {} at {} of container {}, in which it could be made a symbolic link: \
                 choose a path outside that mount",
                quote(&mount.volume),
                quote(&mount.mount_path),
                there.name
            );
            self.refuse(place.at.name(place.field), place.path.as_str(), why);
            return volume;
        }
        let volume = match volume {
            Some(volume) => volume,
            None => self.volume(place.at, request)?,
        };
        self.add_mount(place, request, &volume);
        Some(volume)
    }

    fn add_mount(&mut self, place: Place<'_>, request: &PermittedRequest, volume: &str) {
        let recursive_read_only = (request.access == Access::ReadOnly
            && self.recursive_read_only != RecursiveReadOnly::Disabled)
            .then_some(self.recursive_read_only);
        self.pod.mounts_mut(place.container).push(Mount {
            volume: volume.to_owned().into(),
            mount_path: place.path.as_str().to_owned().into(),
            access: request.access,
            sub_paths: Default::default(),
            propagation: None,
            recursive_read_only: recursive_read_only.map(|value| value.as_str().into()),
            meets_request: true,
        });
        self.plan.edits.push(Edit::AddMount {
            container: self.pod.container(place.container).place(),
            volume: volume.to_owned(),
            mount_path: place.path.clone(),
            access: request.access,
            recursive_read_only,
        });
    }

    fn refuse(&mut self, at: FieldPath<'_>, value: &str, why: String) {
        self.plan
            .violations
            .push(Violation::invalid(at, quote(value), why));
    }

    /// Makes the mounts that are there as read-only as was requested.
    fn keep(&mut self, at: FieldPath<'_>, request: &PermittedRequest, container: usize, mounts: &[usize]) {
        let Container { name, .. } = self.pod.container(container);
        let name = name.clone();
        let place = self.pod.container(container).place();
        for &index in mounts {
            let mount = item_mut(self.pod.mounts_mut(container), index);
            mount.meets_request = true;
            let mount_ref = MountRef {
                container: place,
                index,
            };
            match (request.access, mount.access) {
                (Access::Writable, Access::ReadOnly) => {
                    let why = format!(
                        "container {name} mounts {} at {} read-only already",
                        quote(request.path.as_str()),
                        quote(&mount.mount_path)
                    );
                    self.plan
                        .violations
                        .push(Violation::invalid(at.name("readOnly"), "false", why));
                    continue;
                }
                (Access::ReadOnly, Access::Writable) => {
                    mount.access = Access::ReadOnly;
                    self.plan.edits.push(Edit::SetReadOnly(mount_ref));
                }
                (Access::Writable, Access::Writable) | (Access::ReadOnly, Access::ReadOnly) => {}
            }
            let enabled = RecursiveReadOnly::Enabled;
            if request.access == Access::ReadOnly
                && self.recursive_read_only == enabled
                && mount.recursive_read_only.as_deref() != Some(enabled.as_str())
            {
                mount.recursive_read_only = Some(enabled.as_str().into());
                self.plan.edits.push(Edit::SetRecursiveReadOnly(mount_ref));
            }
        }
    }
}
