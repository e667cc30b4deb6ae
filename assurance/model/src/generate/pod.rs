//! Launcher pods: as KubeVirt makes them, and as they may reach the policy after others.

use serde_json::{Value, json};

use crate::{
    annotation,
    choices::Choices,
    generate::{
        settings::{Wish, wish},
        words::{place, spelled},
    },
    path,
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
        volumes.push(choices.one(&[
            json!({"name": "kubevirt-plugin-sockets", "emptyDir": {}}),
            json!({"name": "kubevirt-plugin-sockets", "emptyDir": {}}),
            json!({"name": "kubevirt-plugin-sockets", "hostPath": {"path": "/a"}}),
            json!({"name": "claim", "persistentVolumeClaim": {"claimName": "c"}}),
            json!({"name": "claim", "ephemeral": {"volumeClaimTemplate": {}}}),
        ]));
    }
    let mut names: Vec<String> = (0..entries)
        .map(|index| format!("hook-sidecar-{index}"))
        .collect();
    if choices.once_in(24) {
        names.pop();
    }
    names.push("compute".into());
    if choices.once_in(4) {
        // A network binding plugin's, or one that only looks like a hook sidecar.
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
                    "istio-proxy",
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
        if choices.once_in(4) {
            mounts.push(special(choices, &volumes));
        }
        let container = container(&name, mounts);
        if choices.once_in(5) {
            init.push(container)
        } else {
            main.push(container)
        }
    }
    if choices.once_in(8) {
        // A plugin's, in good order.
        let sockets = json!({"name": "kubevirt-plugin-sockets", "mountPath": "/sockets", "subPath": "x"});
        let volume = &volumes[choices.below(volumes.len())]["name"];
        let images =
            json!({"name": volume, "mountPath": "/x", "readOnly": true, "recursiveReadOnly": "Enabled"});
        main.push(container("plugin-x", vec![sockets, images]));
    }
    let mut pod = assemble(annotation, json!(volumes), json!(init), json!(main));
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
pub(super) fn plain(choices: &mut Choices<'_>, annotation: &str) -> Value {
    let own = annotation::own(annotation);
    let entries = annotation::read(annotation).map_or(0, |entries| entries.len());
    let mut volumes = vec![json!({"name": "sockets", "emptyDir": {}})];
    let mut compute = Vec::new();
    let mut main = Vec::new();
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
            volumes.push(json!({"name": "disk", "hostPath": {"path": "/a", "type": "DirectoryOrCreate"}}));
            compute.push(json!({"name": "disk", "mountPath": "/var/run/kubevirt-private/vmi-disks/disk"}));
        }
        2 => {
            volumes.push(json!({"name": "disk", "persistentVolumeClaim": {"claimName": "d"}}));
            let at = choices.one(&["/m", "/srv", "/var/srv/m", "/o", "/run"]);
            compute.push(json!({"name": "disk", "mountPath": at}));
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
        let mut mounts =
            vec![json!({"name": "kubevirt-plugin-sockets", "mountPath": "/sockets", "subPath": "x"})];
        volumes.push(json!({"name": "kubevirt-plugin-sockets", "emptyDir": {}}));
        if choices.once_in(4) {
            volumes.push(json!({"name": "plugins", "persistentVolumeClaim": {"claimName": "p"}}));
            let at = choices.one(&["/m", "/srv", "/m/n", "/o"]);
            mounts.push(json!({"name": "plugins", "mountPath": at}));
        }
        main.push(container("plugin-x", mounts));
    }
    assemble(Some(annotation), json!(volumes), json!([]), json!(main))
}

/// A mount that means something to somebody: sockets of plugins, KubeVirt's own, or one without a volume.
fn special(choices: &mut Choices<'_>, volumes: &[Value]) -> Value {
    let volume = &volumes[choices.below(volumes.len())]["name"];
    match choices.below(6) {
        1 => json!({"name": "kubevirt-plugin-sockets", "mountPath": "/sockets", "subPath": "x"}),
        2 => json!({"name": volume, "mountPath": "/var/run/kubevirt-plugin/x"}),
        3 => json!({"name": volume, "mountPath": "/run//kubevirt-plugin"}),
        4 => json!({"name": volume, "mountPath": "/var/run/kubevirt-private/vmi-disks/v"}),
        5 if choices.once_in(3) => json!({"name": "sidecar-hostpath-0", "mountPath": "/x", "readOnly": true}),
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
    let Wish {
        mut path,
        mut volume_type,
        ..
    } = wish(choices, settings);
    let requests = asked.iter().flat_map(annotation::Entry::requests).next();
    if let Some(request) = requests.filter(|_| choices.once_in(2)) {
        path.clone_from(&request.path);
        volume_type.clone_from(&request.volume_type);
    }
    let mut source = json!({"path": spelled(choices, &path)});
    if !(volume_type.is_empty() && choices.once_in(2)) {
        source["type"] = json!(volume_type);
    }
    if choices.once_in(32) {
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
