//! What must be added to a pod so that every request is met: planned on the pod as read, by content.

mod conflict;
mod met;
mod volume;

use conflict::{describe_conflict, first_that_leads_elsewhere};
pub(crate) use met::Met;

use crate::{
    base::{
        by_name::ByName,
        container_name::COMPUTE,
        field::{Path, Violation, quote},
        path::ContainerPath,
    },
    pod::{
        Container, Edit, Mount, MountRef, Pod,
        claims::{Claims, ClaimsAround},
        mounts::MountsByPath,
    },
    requests::{entry::Access, judge::HostPathRequest, place::Requester},
    settings::RecursiveReadOnly,
};

/// What is to be done for the requests.
#[derive(Debug, Default)]
pub struct Plan {
    /// The changes.
    pub edits: Vec<Edit>,
    /// By which volumes requests are met.
    pub(crate) met: Met,
    /// Why requests cannot be met.
    pub violations: Vec<Violation>,
}

/// Plans the changes for `requests` and makes them in `pod`, which is what the guard then judges. A request
/// that cannot be met adds violations in place of changes.
pub fn plan(pod: &mut Pod<'_>, requests: &[HostPathRequest], recursive_read_only: RecursiveReadOnly) -> Plan {
    if requests.is_empty() {
        return Plan::default();
    }
    let claims = Claims::around(pod, requests);
    let mut planner = Planner {
        mounts: pod.containers.iter().map(|_| None).collect(),
        mounted_volumes: None,
        planned: (ByName::default(), Vec::new()),
        pod,
        recursive_read_only,
        plan: Plan::default(),
    };
    for (position, request) in requests.iter().enumerate() {
        let metadata = Path::root("metadata");
        let annotations = metadata.name("annotations");
        request.place.at(annotations, |at| {
            planner.request(at, request, claims.of(position));
        });
    }
    planner.plan
}

struct Planner<'p, 'a> {
    pod: &'p mut Pod<'a>,
    /// By the container's index: where its mounts stand, as far as that has been of interest.
    mounts: Vec<Option<MountsByPath>>,
    /// By the volume's name: the containers that mounted it before anything was added. Read when a volume is added.
    mounted_volumes: Option<ByName<'a>>,
    /// The places that are planned already, with the volume mounted there.
    planned: (ByName<'static>, Vec<Option<String>>),
    recursive_read_only: RecursiveReadOnly,
    plan: Plan,
}

/// One place in one container where a request is to be met.
#[derive(Clone, Copy)]
struct Place<'r> {
    /// Where the request was written.
    at: Path<'r>,
    /// The key that names the path.
    field: &'r str,
    /// The container's index in the pod.
    container: usize,
    path: &'r ContainerPath,
    /// The mount of a claim in the same container, at or above the path.
    claim: Option<&'r str>,
}

impl Planner<'_, '_> {
    fn request(&mut self, at: Path<'_>, request: &HostPathRequest, claims: ClaimsAround<'_>) {
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
                claim: claims.volume_path,
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
                claim: claims.shared_compute_path,
            };
            volume = self.mount_once(place, request, volume);
        }
    }

    /// The containers of this name, of which there is one; QEMU's is among the main ones only.
    fn containers(&self, name: &str) -> Vec<usize> {
        let mut containers = self.pod.containers_named(name);
        if name == COMPUTE {
            containers.retain(|&index| self.pod.containers.get(index).is_some_and(Container::is_compute));
        }
        containers
    }

    /// As [`Planner::mount`], but a place that several requests share is planned once. Requests share a place only if
    /// they are alike.
    fn mount_once(
        &mut self,
        place: Place<'_>,
        request: &HostPathRequest,
        volume: Option<String>,
    ) -> Option<String> {
        let key = format!("{}{}", place.container, place.path);
        let (places, volumes) = &self.planned;
        if let Some(planned) = places.get(&key).first().and_then(|index| volumes.get(*index)) {
            return planned.clone();
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
        request: &HostPathRequest,
        volume: Option<String>,
    ) -> Option<String> {
        let there = self.pod.containers.get(place.container)?;
        let by_path = self.mounts.get_mut(place.container)?;
        let by_path = by_path.get_or_insert_with(|| MountsByPath::of(there));
        let here = by_path.at(place.path).to_vec();
        let other = first_that_leads_elsewhere(self.pod, there, &here, place.path, request);
        let conflict = match (here.as_slice(), other) {
            // All of them lead there: what is mounted below them stays visible.
            ([_, ..], None) => by_path.unreadable(),
            _ => {
                let conflicts = [other, by_path.first_below(place.path), by_path.unreadable()];
                conflicts.into_iter().flatten().min()
            }
        };
        if let Some(mount) = conflict {
            let why = describe_conflict(there, mount).unwrap_or_default();
            self.refuse(place.at.name(place.field), place.path.as_str(), why);
            return volume;
        }
        if let Some(first) = here.first() {
            let mounted = there.mounts.get(*first).map(|mount| mount.volume.to_string());
            self.keep(place.at, request, place.container, &here);
            return mounted;
        }
        if let Some(claim) = place.claim {
            let why = format!(
                "is below the mount of a claim at {} of container {}: its owner could make it a symbolic link",
                quote(claim),
                there.name
            );
            self.refuse(place.at.name(place.field), place.path.as_str(), why);
            return volume;
        }
        let volume = match volume {
            Some(volume) => volume,
            None => self.volume(place.at, request)?,
        };
        let there = self.pod.containers.get_mut(place.container)?;
        let recursive_read_only = (request.access == Access::ReadOnly
            && self.recursive_read_only != RecursiveReadOnly::Disabled)
            .then_some(self.recursive_read_only);
        let mount = Mount {
            volume: volume.clone().into(),
            mount_path: place.path.as_str().to_owned().into(),
            access: request.access,
            sub_paths: Default::default(),
            propagation: None,
            recursive_read_only: recursive_read_only.map(|value| value.as_str().into()),
        };
        if let Some(Some(by_path)) = self.mounts.get_mut(place.container) {
            by_path.add(there.mounts.len(), &mount);
        }
        there.mounts.push(mount);
        self.plan.edits.push(Edit::AddMount {
            container: there.place(),
            volume: volume.clone(),
            mount_path: place.path.clone(),
            access: request.access,
            recursive_read_only,
        });
        self.plan.met.add(&volume, &request.container);
        Some(volume)
    }

    fn refuse(&mut self, at: Path<'_>, value: &str, why: String) {
        self.plan
            .violations
            .push(Violation::invalid(at, quote(value), why));
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
            self.plan.met.add(&mount.volume, &request.container);
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
