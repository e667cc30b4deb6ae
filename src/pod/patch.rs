//! Makes the planned changes in the pod's JSON text: every other byte, known or unknown to any library, stays as it
//! is.

mod splices;

use k8s_openapi::api::core::v1::{HostPathVolumeSource, VolumeMount};
use serde::Serialize;

use crate::{
    base::{access::Access, json::Json},
    pod::{Container, ContainerRef, Edit, MountRef, Pod},
    settings::RecursiveReadOnly,
};
use splices::{Splices, item};

/// The text of `object` after `edits`, which were planned on `pod`, which was read from it. `None` where the pod has no such place.
#[must_use]
pub(crate) fn apply(object: Json<'_>, pod: &Pod<'_>, edits: &[Edit]) -> Option<String> {
    let mut volumes = Vec::new();
    let mut labels = Vec::new();
    let mut mounts = vec![Vec::new(); pod.containers().len()];
    let mut text = Splices::of(object);
    for edit in edits {
        match edit {
            Edit::AddVolume { name, request } => volumes.push(item(&Volume {
                name,
                host_path: HostPathVolumeSource {
                    path: request.path.as_str().to_owned(),
                    type_: Some(request.host_path_type.as_str().to_owned()),
                },
            })?),
            Edit::AddMount {
                container,
                volume,
                mount_path,
                access,
                recursive_read_only,
            } => mounts
                .get_mut(position(pod, *container)?)?
                .push(item(&VolumeMount {
                    name: volume.clone(),
                    mount_path: mount_path.as_str().to_owned(),
                    read_only: (*access == Access::ReadOnly).then_some(true),
                    recursive_read_only: recursive_read_only.map(|value| value.as_str().to_owned()),
                    ..VolumeMount::default()
                })?),
            Edit::AddNodeLabel { key, value } => labels.push((key, item(value)?)),
            Edit::SetReadOnly(place) => text.set(mount(pod, *place)?, "readOnly", "true")?,
            Edit::SetRecursiveReadOnly(place) => {
                let enabled = item(RecursiveReadOnly::Enabled.as_str())?;
                text.set(mount(pod, *place)?, "recursiveReadOnly", &enabled)?;
            }
        }
    }
    if !volumes.is_empty() {
        text.append(pod.spec, "volumes", pod.volume_list, &volumes)?;
    }
    match (&pod.node_selector, labels.as_slice()) {
        (_, []) => {}
        (Some(selector), labels) => {
            for (key, value) in labels {
                text.set(*selector, key, value)?;
            }
        }
        (None, labels) => {
            let members = labels
                .iter()
                .map(|(key, value)| Some(format!("{}:{value}", item(*key)?)));
            let members: Option<Vec<String>> = members.collect();
            text.set(pod.spec, "nodeSelector", &format!("{{{}}}", members?.join(",")))?;
        }
    }
    for (container, mounts) in pod.containers().iter().zip(&mounts) {
        if !mounts.is_empty() {
            text.append(container.raw, "volumeMounts", container.mount_list, mounts)?;
        }
    }
    text.spliced()
}

/// A hostPath volume. k8s-openapi's own type would bring every kind of volume into the module.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Volume<'v> {
    name: &'v str,
    host_path: HostPathVolumeSource,
}

/// Where the container is in [`Pod::containers`], which are ordered by their place.
fn position(pod: &Pod<'_>, place: ContainerRef) -> Option<usize> {
    pod.containers()
        .binary_search_by_key(&place, Container::place)
        .ok()
}

fn mount<'a>(pod: &Pod<'a>, place: MountRef) -> Option<Json<'a>> {
    let container = pod.container(position(pod, place.container)?);
    container.mount_items.get(place.index).copied()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{
        base::{
            field::FieldPath,
            host_path_type::HostPathType,
            json::Members,
            path::{ContainerPath, HostPath},
        },
        pod::ContainerList,
        requests::permitted::PermittedRequest,
        requests::place::{RequestPlace, Requester},
    };

    const PLACE: ContainerRef = ContainerRef {
        list: ContainerList::Main,
        index: 0,
    };

    fn volume(name: &str) -> Edit {
        Edit::AddVolume {
            name: name.to_owned(),
            request: PermittedRequest {
                place: RequestPlace {
                    of: Requester::Entry(0),
                    element: None,
                },
                container: "hook-sidecar-0".into(),
                volume: "hook-sidecar-0-hostpath".to_owned(),
                path: HostPath::parse("/data").unwrap(),
                volume_path: ContainerPath::parse("/d").unwrap(),
                host_path_type: HostPathType::File,
                access: Access::ReadOnly,
                shared_compute_path: None,
                rule: 0,
            },
        }
    }

    fn mount_at(path: &str, access: Access) -> Edit {
        Edit::AddMount {
            container: PLACE,
            volume: "v".to_owned(),
            mount_path: ContainerPath::parse(path).unwrap(),
            access,
            recursive_read_only: None,
        }
    }

    fn set(index: usize) -> [Edit; 2] {
        let place = MountRef {
            container: PLACE,
            index,
        };
        [Edit::SetReadOnly(place), Edit::SetRecursiveReadOnly(place)]
    }

    fn members(object: Json<'_>) -> Members<'_> {
        Members::read(FieldPath::root("object"), object).unwrap()
    }

    fn applied(object: &str, edits: &[Edit]) -> Option<String> {
        let object = Json::document(object).unwrap();
        let pod = Pod::read(&members(object), None).unwrap();
        apply(object, &pod, edits)
    }

    const VOLUME: &str = r#"{"name":"v","hostPath":{"path":"/data","type":"File"}}"#;

    #[rstest]
    #[case::absent(r#"{"spec":{}}"#, r#"{"spec":{"volumes":[VOLUME]}}"#)]
    #[case::beside_others(r#"{"spec":{"a":1}}"#, r#"{"spec":{"a":1,"volumes":[VOLUME]}}"#)]
    #[case::null(r#"{"spec":{"volumes": null }}"#, r#"{"spec":{"volumes": [VOLUME] }}"#)]
    #[case::empty(r#"{"spec":{"volumes":[ ]}}"#, r#"{"spec":{"volumes":[ VOLUME]}}"#)]
    #[case::with_items(
        r#"{"spec":{"volumes":[{}]}, "b":1e3}"#,
        r#"{"spec":{"volumes":[{},VOLUME]}, "b":1e3}"#
    )]
    fn a_volume_is_appended_to_a_list(#[case] object: &str, #[case] result: &str) {
        let result = result.replace("VOLUME", VOLUME);
        assert_eq!(applied(object, &[volume("v")]), Some(result));
    }

    #[test]
    fn changes_of_one_place_keep_their_order() {
        let pod = r#"{"spec":{"volumes":[],"containers":[{"name":"a"}]}}"#;
        let edits = [
            volume("v"),
            mount_at("/x", Access::ReadOnly),
            volume("w"),
            mount_at("/y", Access::Writable),
        ];
        let second = VOLUME.replace(r#""v""#, r#""w""#);
        let mounts = r#"{"mountPath":"/x","name":"v","readOnly":true},{"mountPath":"/y","name":"v"}"#;
        assert_eq!(
            applied(pod, &edits),
            Some(format!(
                r#"{{"spec":{{"volumes":[{VOLUME},{second}],"containers":[{{"name":"a","volumeMounts":[{mounts}]}}]}}}}"#
            ))
        );
    }

    #[rstest]
    #[case::absent(
        r#"{"name":"v"}"#,
        r#"{"name":"v","readOnly":true,"recursiveReadOnly":"Enabled"}"#
    )]
    #[case::nothing_at_all("{ }", r#"{ "readOnly":true,"recursiveReadOnly":"Enabled"}"#)]
    #[case::there(
        r#"{"recursiveReadOnly":null,"readOnly":false,"name":"v"}"#,
        r#"{"recursiveReadOnly":"Enabled","readOnly":true,"name":"v"}"#
    )]
    fn a_mount_is_made_read_only(#[case] mount: &str, #[case] result: &str) {
        let pod = |mount| format!(r#"{{"spec":{{"containers":[{{"volumeMounts":[{{}},{mount}]}}]}}}}"#);
        assert_eq!(applied(&pod(mount), &set(1)), Some(pod(result)));
    }

    #[rstest]
    #[case::no_such_mount(r#"{"spec":{"containers":[{"volumeMounts":[{}]}]}}"#, set(1).to_vec())]
    #[case::no_mounts(r#"{"spec":{"containers":[{}]}}"#, set(0).to_vec())]
    #[case::no_such_container(r#"{"spec":{"containers":[]}}"#, vec![mount_at("/x", Access::ReadOnly)])]
    fn a_place_that_is_not_there_is_an_error(#[case] pod: &str, #[case] edits: Vec<Edit>) {
        assert_eq!(applied(pod, &edits), None);
    }

    #[test]
    fn a_pod_of_another_text_is_an_error() {
        let read = r#"{"spec":{"volumes":[]}}"#.to_owned();
        let object = Json::document(&read).unwrap();
        let pod = Pod::read(&members(object), None).unwrap();
        // As long as both live, their texts do not overlap.
        let other = read.clone();
        assert_eq!(apply(Json::document(&other).unwrap(), &pod, &[volume("v")]), None);
    }
}
