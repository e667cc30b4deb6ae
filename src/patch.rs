//! Makes the planned changes in the pod's JSON value, in place: every other field, known or unknown to any
//! library, stays as it is.

use k8s_openapi::api::core::v1::{HostPathVolumeSource, VolumeMount};
use serde_json::{Map, Value};

use crate::{
    annotation::Access,
    inject::{ContainerRef, Edit, MountRef},
    settings::RecursiveReadOnly,
};

/// Makes `edits` in `pod`. `None` where the pod has no such place, and then it is half changed and of no use;
/// edits that were planned on the same pod have theirs.
#[must_use]
pub fn apply(pod: &mut Value, edits: &[Edit]) -> Option<()> {
    edits.iter().try_for_each(|edit| apply_one(pod, edit))
}

fn apply_one(pod: &mut Value, edit: &Edit) -> Option<()> {
    match edit {
        Edit::AddVolume { name, request } => {
            let source = HostPathVolumeSource {
                path: request.path.as_str().to_owned(),
                type_: Some(request.host_path_type.as_str().to_owned()),
            };
            let mut volume = Map::new();
            volume.insert("name".to_owned(), name.as_str().into());
            volume.insert("hostPath".to_owned(), serde_json::to_value(source).ok()?);
            let spec = pod.get_mut("spec")?.as_object_mut()?;
            append(spec, "volumes", volume.into())
        }
        Edit::AddMount {
            container: place,
            volume,
            mount_path,
            access,
            recursive_read_only,
        } => {
            let mount = VolumeMount {
                name: volume.clone(),
                mount_path: mount_path.as_str().to_owned(),
                read_only: (*access == Access::ReadOnly).then_some(true),
                recursive_read_only: recursive_read_only.map(|value| value.as_str().to_owned()),
                ..VolumeMount::default()
            };
            append(
                container(pod, *place)?,
                "volumeMounts",
                serde_json::to_value(mount).ok()?,
            )
        }
        Edit::SetReadOnly(place) => {
            mount(pod, *place)?.insert("readOnly".to_owned(), true.into());
            Some(())
        }
        Edit::SetRecursiveReadOnly(place) => {
            let enabled = RecursiveReadOnly::Enabled.as_str();
            mount(pod, *place)?.insert("recursiveReadOnly".to_owned(), enabled.into());
            Some(())
        }
    }
}

fn container(pod: &mut Value, place: ContainerRef) -> Option<&mut Map<String, Value>> {
    let list = pod.get_mut("spec")?.get_mut(place.list.key())?;
    list.get_mut(place.index)?.as_object_mut()
}

fn mount(pod: &mut Value, place: MountRef) -> Option<&mut Map<String, Value>> {
    let mounts = container(pod, place.container)?.get_mut("volumeMounts")?;
    mounts.get_mut(place.index)?.as_object_mut()
}

/// Appends to a list that may be absent or `null`.
fn append(parent: &mut Map<String, Value>, key: &str, item: Value) -> Option<()> {
    match parent.entry(key).or_insert(Value::Null) {
        Value::Array(items) => items.push(item),
        absent @ Value::Null => *absent = Value::Array(vec![item]),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        host_path_type::HostPathType,
        judge::HostPathRequest,
        path::{ContainerPath, HostPath},
        pod::ContainerList,
    };

    fn volume() -> Edit {
        Edit::AddVolume {
            name: "v".to_owned(),
            request: HostPathRequest {
                index: 0,
                path: HostPath::parse("/data").unwrap(),
                volume_path: ContainerPath::parse("/d").unwrap(),
                host_path_type: HostPathType::File,
                access: Access::ReadOnly,
                shared_compute_path: None,
            },
        }
    }

    const PLACE: ContainerRef = ContainerRef {
        list: ContainerList::Main,
        index: 0,
    };

    #[test]
    fn a_list_that_is_absent_or_null_is_made() {
        let added =
            json!({"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/data", "type": "File"}}]}});
        for mut pod in [
            json!({"spec": {}}),
            json!({"spec": {"volumes": null}}),
            json!({"spec": {"volumes": []}}),
        ] {
            assert_eq!(apply(&mut pod, &[volume()]), Some(()));
            assert_eq!(pod, added);
        }
    }

    #[test]
    fn a_place_that_is_not_there_is_an_error() {
        let mount = Edit::SetReadOnly(MountRef {
            container: PLACE,
            index: 1,
        });
        let one_mount = json!({"spec": {"containers": [{"volumeMounts": [{}]}]}});
        for (mut pod, edit) in [
            (json!({}), volume()),
            (json!({"spec": {"volumes": {}}}), volume()),
            (json!({"spec": {"containers": []}}), mount.clone()),
            (one_mount, mount),
        ] {
            assert_eq!(apply(&mut pod, &[edit]), None, "{pod}");
        }
    }
}
