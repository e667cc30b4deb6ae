//! Launcher pods: as KubeVirt makes them, and as they may reach the policy after others.

use serde_json::{Value, json};

use crate::{
    annotation,
    choices::Choices,
    generate::{
        settings::{Wish, agents_wish, any_wish, node_selector},
        words::{place, spelled},
    },
    path,
    rule::COMPUTE,
    wanted,
};

/// A launcher pod with hook sidecars for `entries` entries and some more, as it may reach the policy after others.
pub(super) fn pod(
    choices: &mut Choices<'_>,
    settings: &Value,
    entries: usize,
    annotation: Option<&str>,
) -> Value {
    let asked = annotation.and_then(annotation::read).unwrap_or_default();
    let mut volumes = vec![json!({"name": "sockets", "emptyDir": {}})];
    for _ in 0..choices.one(&[0, 1, 2, 3]) {
        volumes.push(volume(choices, settings, &asked));
    }
    if choices.once_in(3) {
        volumes.push(harmless(choices, settings, "w"));
    }
    let mut names: Vec<String> = (0..entries)
        .map(|index| format!("hook-sidecar-{index}"))
        .collect();
    if choices.once_in(24) {
        names.pop();
    }
    names.push("compute".into());
    if choices.once_in(4) {
        // A network binding plugin's, one that a rule may name, or one that only looks like a hook sidecar.
        let more = format!("hook-sidecar-{entries}");
        names.push(
            choices
                .one(&[
                    more.as_str(),
                    "hook-sidecar-",
                    "hook-sidecar-00",
                    "hook-sidecar-0x",
                    "compute",
                    "istio-proxy",
                    "plugin-x",
                    "plugin-x",
                    "virtiofs-v",
                ])
                .to_owned(),
        );
    }
    if choices.once_in(24) {
        names.push(names[0].clone());
    }
    let (mut init, mut main) = (vec![], vec![]);
    for name in names {
        let mut mounts: Vec<Value> = (0..choices.one(&[0, 0, 1, 2]))
            .map(|_| mount(choices, &volumes, &asked))
            .collect();
        if choices.once_in(6) {
            mounts.push(special(choices, &volumes));
        }
        let container = container(&name, mounts);
        if choices.once_in(5) {
            init.push(container)
        } else {
            main.push(container)
        }
    }
    if choices.once_in(3) {
        volumes.push(agent(choices, settings, &mut [&mut init, &mut main]));
    }
    let mut pod = assemble(annotation, json!(volumes), json!(init), json!(main));
    scheduled(choices, &mut pod);
    processes(choices, &mut pod);
    if choices.once_in(64) {
        let (place, junk) = choices.one(&[
            ("volumes", json!({})),
            ("containers", json!([1])),
            ("initContainers", json!("x")),
            ("volumes", json!([{"name": 1}])),
            ("containers", Value::Null),
            ("volumes", Value::Null),
        ]);
        pod["spec"][place] = junk;
    }
    pod
}

/// A launcher pod with what KubeVirt makes of the annotation, and of other parts of the VM.
pub(super) fn plain(
    choices: &mut Choices<'_>,
    settings: &Value,
    annotation: &str,
    ours: Option<&str>,
) -> Value {
    let own = annotation::own(annotation);
    let places = places_asked(annotation, ours);
    let entries = annotation::read(annotation).map_or(0, |entries| entries.len());
    let mut volumes = vec![json!({"name": "sockets", "emptyDir": {}})];
    let mut compute = Vec::new();
    let (mut init, mut main) = (Vec::new(), Vec::new());
    for index in 0..entries {
        let mut mounts = Vec::new();
        let own = own.get(index).cloned().unwrap_or_default();
        let claim = format!("claim-{index}");
        let mount = |at: &Vec<String>| json!({"name": claim, "mountPath": path::text(at)});
        mounts.extend(own.in_sidecar.iter().map(mount));
        compute.extend(own.in_compute.iter().map(mount));
        if !(mounts.is_empty() && own.in_compute.is_empty()) {
            volumes.push(json!({"name": claim, "persistentVolumeClaim": {"claimName": "c"}}));
        }
        main.push(container(&format!("hook-sidecar-{index}"), mounts));
    }
    match choices.below(8) {
        1 => {
            let (volume, mount) = host_disk(choices);
            volumes.push(volume);
            if choices.once_in(8) {
                let name = choices.one(&["compute", "virtiofs-disk"]);
                init.push(container(name, vec![mount]));
            } else {
                compute.push(mount);
            }
        }
        2 => {
            volumes.push(volume_above(choices, settings, "disk"));
            compute.push(mount_above(choices, "disk", &places, "compute"));
        }
        3 => {
            // Of an emptyDisk there is no volume.
            let name = choices.one(&[
                "hook-sidecar-0-hostpath",
                "hook-sidecar-1-hostpath",
                "hook-sidecar-0-hostpath-1",
                "data",
            ]);
            let mount = json!({"name": name, "mountPath": format!("/{name}")});
            main.push(container(&format!("virtiofs-{name}"), vec![mount]));
        }
        _ => {}
    }
    main.push(container("compute", compute));
    if choices.once_in(2) {
        let mut mounts = Vec::new();
        let is_asked = places.iter().any(|(container, _)| container == "plugin-x");
        if is_asked || choices.once_in(2) {
            volumes.push(volume_above(choices, settings, "plugins"));
            mounts.push(mount_above(choices, "plugins", &places, "plugin-x"));
        }
        main.push(container("plugin-x", mounts));
    }
    if choices.once_in(4) {
        init.push(container("guest-console-log", Vec::new()));
    }
    if choices.once_in(6) {
        volumes.push(agent(choices, settings, &mut [&mut init, &mut main]));
    }
    let mut pod = assemble(Some(annotation), json!(volumes), json!(init), json!(main));
    if let Some(text) = ours {
        pod["metadata"]["annotations"][wanted::KEY] = json!(text);
    }
    scheduled(choices, &mut pod);
    if choices.once_in(2) {
        processes(choices, &mut pod);
    }
    pod
}

/// Where the annotations ask for something, by container.
fn places_asked(annotation: &str, ours: Option<&str>) -> Vec<(String, Vec<String>)> {
    let entries = annotation::read(annotation).unwrap_or_default();
    let theirs = entries
        .iter()
        .flat_map(annotation::Entry::requests)
        .map(|request| ("hook-sidecar".to_owned(), request));
    let ours = ours.and_then(wanted::own).unwrap_or_default();
    let ours = ours
        .into_iter()
        .filter_map(|(container, request)| Some((container, request?)));
    let places = theirs.chain(ours).flat_map(|(container, request)| {
        let shared = request.shared.map(|shared| (COMPUTE.to_owned(), shared));
        std::iter::once((container, request.volume_path)).chain(shared)
    });
    places.collect()
}

/// A mount above a place that is asked for in the container, if there is one.
fn mount_above(
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

/// A hostDisk as KubeVirt renders it, or nearly.
fn host_disk(choices: &mut Choices<'_>) -> (Value, Value) {
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
fn volume_above(choices: &mut Choices<'_>, settings: &Value, name: &str) -> Value {
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
fn harmless(choices: &mut Choices<'_>, settings: &Value, name: &str) -> Value {
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

/// Puts a mount of what an agent serves into every container, or nearly, and answers with its volume.
fn agent(choices: &mut Choices<'_>, settings: &Value, lists: &mut [&mut Vec<Value>]) -> Value {
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

/// What KubeVirt and others want of the node.
fn scheduled(choices: &mut Choices<'_>, pod: &mut Value) {
    match choices.below(8) {
        1 | 4 | 5 => pod["spec"]["nodeSelector"] = node_selector(choices),
        2 => pod["spec"]["nodeSelector"] = choices.one(&[Value::Null, json!({})]),
        3 => pod["spec"]["nodeSelector"] = json!({"kubernetes.io/arch": "amd64"}),
        _ => {}
    }
}

/// Now and then processes see each other.
fn processes(choices: &mut Choices<'_>, pod: &mut Value) {
    let field = choices.one(&["shareProcessNamespace", "hostPID"]);
    match choices.below(12) {
        1 | 2 => pod["spec"][field] = json!(true),
        3 => pod["spec"][field] = choices.one(&[json!(false), Value::Null]),
        _ => {}
    }
}

/// A mount that means something to somebody: KubeVirt's own, or one without a volume.
fn special(choices: &mut Choices<'_>, volumes: &[Value]) -> Value {
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
fn host_path(choices: &mut Choices<'_>, name: &str, wish: &Wish) -> Value {
    let mut source = json!({"path": spelled(choices, &wish.path)});
    if !(wish.volume_type.is_empty() && choices.once_in(2)) {
        source["type"] = json!(wish.volume_type);
    }
    if choices.once_in(48) {
        source["path"] = choices.one(&[Value::Null, json!("/a/../b"), json!("a"), json!("/a\\b")]);
    }
    json!({"name": name, "hostPath": source})
}

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

pub(super) fn container(name: &str, mut mounts: Vec<Value>) -> Value {
    mounts.insert(
        0,
        json!({"name": "sockets", "mountPath": "/var/run/kubevirt-hooks", "subPath": name}),
    );
    json!({"name": name, "image": "i", "volumeMounts": mounts, "future": {"a": [1.0, 1e300, -0.0]}})
}

fn assemble(annotation: Option<&str>, volumes: Value, init: Value, main: Value) -> Value {
    let mut annotations = json!({"kubevirt.io/domain": "vm"});
    if let Some(text) = annotation {
        annotations[annotation::KEY] = json!(text);
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"labels": {"kubevirt.io": "virt-launcher"}, "annotations": annotations},
        "spec": {"volumes": volumes, "initContainers": init, "containers": main, "nodeName": null, "future": [{}]},
    })
}
