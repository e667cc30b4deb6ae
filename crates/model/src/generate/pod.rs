//! Launcher pods: as KubeVirt makes them, and as they may reach the policy after others.

use serde_json::{Value, json};

use crate::{
    annotation,
    choices::Choices,
    generate::{
        mounts::{agent, mount, mount_above, special},
        settings::node_selector,
        volumes::{harmless, host_disk, volume, volume_above},
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
