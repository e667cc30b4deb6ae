//! The volume of a request, by its name and its content.

use super::Planner;
use crate::{
    base::{
        by_name::{ByName, item},
        field::{FieldPath, quote},
    },
    pod::{Edit, HostPathSource, Volume},
    requests::permitted::PermittedRequest,
};

impl Planner<'_, '_, '_> {
    /// A container that mounts a volume of this name. The pod has none, so that the mount dangles: KubeVirt makes such
    /// mounts, and a VM owner chooses their names.
    fn container_that_mounts(&mut self, volume: &str) -> Option<String> {
        let pod = &*self.pod;
        let mounted = self.mounted_volumes.get_or_insert_with(|| {
            let mut mounted = ByName::default();
            for (index, container) in pod.containers().iter().enumerate() {
                for mount in &container.mounts {
                    mounted.add(mount.volume.clone(), index);
                }
            }
            mounted
        });
        let first = *mounted.get(volume).first()?;
        Some(item(pod.containers(), first).name.to_string())
    }

    /// The name of the request's volume, appended to the pod unless it is there.
    pub(super) fn volume(&mut self, at: FieldPath<'_>, request: &PermittedRequest) -> Option<String> {
        let name = request.volume.clone();
        match self.pod.all_are(&name, &request.path, request.host_path_type) {
            Some(true) => Some(name),
            Some(false) => {
                let why = format!("the pod already has a different volume {name}");
                self.refuse(at, request.path.as_str(), why);
                None
            }
            None => {
                if let Some(container) = self.container_that_mounts(&name) {
                    let why = format!(
                        "container {} mounts a volume {name}, which the pod does not have: it would get the host path",
                        quote(&container)
                    );
                    self.refuse(at, request.path.as_str(), why);
                    return None;
                }
                self.pod.add_volume(Volume {
                    name: name.clone().into(),
                    host_path: Some(HostPathSource {
                        path_text: request.path.as_str().to_owned().into(),
                        path: Ok(request.path.clone()),
                        type_text: request.host_path_type.as_str().into(),
                        host_path_type: Some(request.host_path_type),
                    }),
                    is_projection: false,
                });
                self.plan.edits.push(Edit::AddVolume {
                    name: name.clone(),
                    request: request.clone(),
                });
                Some(name)
            }
        }
    }
}
