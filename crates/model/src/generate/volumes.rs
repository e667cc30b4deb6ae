//! Volumes of launcher pods: of the node, and of all else.

use serde_json::{Value, json};

use crate::{
    annotation,
    choices::Choices,
    generate::{
        settings::{Wish, any_wish},
        words::spelled,
    },
};

/// A hostDisk as KubeVirt renders it, or nearly.
pub(super) fn host_disk(choices: &mut Choices<'_>) -> (Value, Value) {
    let mut volume = json!({"name": "disk", "hostPath": {"path": "/a", "type": "DirectoryOrCreate"}});
    let mut mount = json!({"name": "disk", "mountPath": "/var/run/kubevirt-private/vmi-disks/disk"});
    match choices.below(12) {
        1 | 2 => volume["hostPath"]["type"] = json!("Directory"),
        3 => volume["hostPath"]["type"] = choices.one(&[json!("File"), json!(""), Value::Null]),
        4 => mount["subPath"] = json!("s"),
        5 => mount["subPathExpr"] = json!("$(X)"),
        6 => {
            mount["mountPath"] = choices.one(&[
                json!("/var/run/kubevirt-private/vmi-disks/disc"),
                json!("/var/run/kubevirt-private/vmi-disks/disk/x"),
                json!("/var/run/kubevirt-private/vmi-disks"),
                json!("/run/kubevirt-private/vmi-disks/disk"),
                json!("/disk"),
            ]);
        }
        _ => {}
    }
    (volume, mount)
}

/// A volume below the mount of which a place may be a link, or may not.
pub(super) fn volume_above(choices: &mut Choices<'_>, settings: &Value, name: &str) -> Value {
    match choices.below(4) {
        1 => {
            let wish = any_wish(choices, settings, |_| true);
            host_path(choices, name, &wish)
        }
        2 => choices.one(&[
            json!({"name": name, "configMap": {"name": "c"}}),
            json!({"name": name, "secret": {"secretName": "c"}}),
            json!({"name": name, "projected": {"sources": []}}),
            json!({"name": name, "downwardAPI": {}}),
        ]),
        _ => harmless(choices, settings, name),
    }
}

/// A volume that is none of the node; but for one in a few it is.
pub(super) fn harmless(choices: &mut Choices<'_>, settings: &Value, name: &str) -> Value {
    match choices.below(8) {
        1 => json!({"name": name, "persistentVolumeClaim": {"claimName": "c"}}),
        2 => json!({"name": name, "ephemeral": {"volumeClaimTemplate": {}}}),
        3 => json!({"name": name, "image": {"reference": "i"}}),
        4 => json!({"name": name, "csi": {"driver": "d"}, "configMap": null}),
        5 => json!({"name": name, "configMap": {"name": "c"}}),
        6 => {
            let wish = any_wish(choices, settings, |_| true);
            host_path(choices, name, &wish)
        }
        _ => json!({"name": name, "emptyDir": {}}),
    }
}

/// A hostPath volume under a name that anyone may have chosen; what the annotation asks for, or something near it.
pub(super) fn volume(choices: &mut Choices<'_>, settings: &Value, asked: &[annotation::Entry]) -> Value {
    let name = choices.one(&[
        "v",
        "w",
        "v",
        "w",
        "hook-sidecar-0-hostpath",
        "sidecar-hostpath-0",
        "hook-sidecar-1-hostpath",
    ]);
    if choices.once_in(8) {
        return json!({"name": name, "emptyDir": {}, "hostPath": null});
    }
    let mut wish = any_wish(choices, settings, |_| true);
    let requests = asked.iter().flat_map(annotation::Entry::requests).next();
    if let Some(request) = requests.filter(|_| choices.once_in(2)) {
        wish.path.clone_from(&request.path);
        wish.volume_type.clone_from(&request.volume_type);
    }
    host_path(choices, name, &wish)
}

/// A hostPath volume with what is wished for.
pub(super) fn host_path(choices: &mut Choices<'_>, name: &str, wish: &Wish) -> Value {
    let mut source = json!({"path": spelled(choices, &wish.path)});
    if !(wish.volume_type.is_empty() && choices.once_in(2)) {
        source["type"] = json!(wish.volume_type);
    }
    if choices.once_in(48) {
        source["path"] = choices.one(&[Value::Null, json!("/a/../b"), json!("a"), json!("/a\\b")]);
    }
    json!({"name": name, "hostPath": source})
}
