//! Mounts of launcher pods, by their own containers and by others.

use serde_json::{Value, json};

use crate::{
    annotation,
    choices::Choices,
    generate::{settings::agents_wish, volumes::host_path, words::place},
    path,
};

pub(super) fn mount(choices: &mut Choices<'_>, volumes: &[Value], asked: &[annotation::Entry]) -> Value {
    let volume = &volumes[choices.below(volumes.len())];
    let mut at = if choices.once_in(3) {
        place(choices)
    } else {
        choices.one(&["/p", "/q", "/p/q", "/r"])
    }
    .to_owned();
    if let Some(request) = asked
        .first()
        .and_then(|entry| entry.requests().into_iter().next())
        && choices.once_in(3)
    {
        at = path::text(&request.volume_path);
    }
    let mut mount = json!({"name": volume["name"], "mountPath": at});
    match choices.below(8) {
        1..=6 => mount["readOnly"] = json!(true),
        7 => mount["readOnly"] = choices.one(&[Value::Null, json!(false)]),
        _ => {}
    }
    match choices.below(24) {
        1 => mount["subPath"] = json!("s"),
        2 => mount["subPathExpr"] = json!("$(X)"),
        3 => mount["mountPropagation"] = json!("HostToContainer"),
        4 => mount["mountPropagation"] = json!("Bidirectional"),
        5 => mount["mountPropagation"] = json!("None"),
        6 => {
            mount["recursiveReadOnly"] =
                choices.one(&[json!("Enabled"), json!("IfPossible"), json!("Disabled")])
        }
        _ => {}
    }
    mount
}

/// A mount above a place that is asked for in the container, if there is one.
pub(super) fn mount_above(
    choices: &mut Choices<'_>,
    volume: &str,
    places: &[(String, Vec<String>)],
    container: &str,
) -> Value {
    let mut at = choices
        .one(&["/m", "/srv", "/var/srv/m", "/o", "/run", "/host", "/n", "/m/n"])
        .to_owned();
    let place = places.iter().find(|(name, _)| name == container);
    if let Some((_, place)) = place.filter(|_| !choices.once_in(4)) {
        at = path::text(&place[..place.len().saturating_sub(1)]);
    }
    json!({"name": volume, "mountPath": at, "readOnly": !choices.once_in(8)})
}

/// A mount that means something to somebody: KubeVirt's own, or one without a volume.
pub(super) fn special(choices: &mut Choices<'_>, volumes: &[Value]) -> Value {
    let volume = &volumes[choices.below(volumes.len())]["name"];
    match choices.below(6) {
        1 | 2 => {
            let name = volume.as_str().unwrap_or_default();
            json!({"name": name, "mountPath": format!("/var/run/kubevirt-private/vmi-disks/{name}")})
        }
        3 => json!({"name": volume, "mountPath": "/var/run/kubevirt-private/vmi-disks/other"}),
        4 => json!({"name": "sidecar-hostpath-0", "mountPath": "/x", "readOnly": true}),
        5 => json!({"name": "hook-sidecar-1-hostpath", "mountPath": "/x", "readOnly": true}),
        _ => json!({"name": "hook-sidecar-0-hostpath", "mountPath": "/x"}),
    }
}

/// Puts a mount of what an agent serves into every container, or nearly, and answers with its volume.
pub(super) fn agent(choices: &mut Choices<'_>, settings: &Value, lists: &mut [&mut Vec<Value>]) -> Value {
    let wish = agents_wish(choices, settings);
    let mut mount = json!({"name": "agent", "mountPath": choices.one(&["/agent", "/run/agent", "/m/n"])});
    if !wish.writable {
        mount["readOnly"] = json!(true);
    }
    if settings["recursiveReadOnly"] == json!("Enabled") && !choices.once_in(4) {
        mount["recursiveReadOnly"] = json!("Enabled");
    }
    match choices.below(24) {
        1 => mount["mountPropagation"] = json!("HostToContainer"),
        2 => mount["mountPropagation"] = json!("None"),
        3 | 4 => mount["subPath"] = json!("s"),
        5 => mount["subPathExpr"] = json!("$(POD_NAME)"),
        _ => {}
    }
    for container in lists.iter_mut().flat_map(|list| list.iter_mut()) {
        // Its own webhook may be told which containers to leave alone.
        if choices.once_in(8) {
            continue;
        }
        if let Some(mounts) = container["volumeMounts"].as_array_mut() {
            mounts.push(mount.clone());
        }
    }
    host_path(choices, "agent", &wish)
}
