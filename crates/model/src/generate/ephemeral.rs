//! Running pods to which ephemeral containers are added.

use serde_json::{Value, json};

use crate::{
    choices::Choices,
    generate::{
        mounts::mount,
        namespace,
        pod::{container, pod},
        settings::settings,
        volumes::volume,
    },
};

/// Everything that a verdict on ephemeral containers depends on.
#[derive(Clone, Debug)]
pub struct Ephemeral {
    /// The settings; now and then they must be refused.
    pub settings: Value,
    /// The pod as it is stored, or `null` where the request does not tell.
    pub before: Value,
    /// Where the pod is.
    pub namespace: Value,
    /// The pod as it was sent: with what was added, and perhaps with what the API server will not keep.
    pub after: Value,
}

impl Ephemeral {
    /// A running pod, launcher or not, that is about to be debugged.
    #[must_use]
    pub fn new(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let mut before = pod(choices, &settings, 1, None);
        if let Some(volumes) = before["spec"]["volumes"].as_array_mut() {
            volumes.push(volume(choices, &settings, &[]));
        }
        if choices.once_in(16) {
            // No pod of a VM.
            for list in ["containers", "initContainers"] {
                let containers = before["spec"][list].as_array_mut().into_iter().flatten();
                for (number, container) in containers.enumerate() {
                    if container.is_object() {
                        container["name"] = json!(format!("app-{list}-{number}"));
                    }
                }
            }
        }
        if choices.once_in(3) {
            // Nobody shares anything, or all do.
            let value = choices.one(&[json!(false), json!(true), Value::Null]);
            before["spec"]["shareProcessNamespace"] = value;
        }
        if choices.once_in(4) {
            before["metadata"]["labels"] = Value::Null;
        }
        if choices.once_in(16) {
            before["metadata"]["deletionTimestamp"] =
                choices.one(&[json!("2026-11-25T00:00:00Z"), Value::Null]);
        }
        let no_volumes = [json!({"name": "v"})];
        let volumes = before["spec"]["volumes"]
            .as_array()
            .filter(|volumes| !volumes.is_empty());
        let volumes = volumes.map_or(&no_volumes[..], Vec::as_slice).to_vec();
        let mut debugger = |names: &[&str]| {
            let mounts = (0..choices.one(&[1, 2, 0]))
                .map(|_| mount(choices, &volumes, &[]))
                .collect();
            container(choices.one(names), mounts)
        };
        let old = debugger(&["debug-a", "debug-b", "hook-sidecar-0"]);
        let new = debugger(&["debug-a", "debug-c", "hook-sidecar-1", "plugin-x", "compute"]);
        let mut after = before.clone();
        after["spec"]["ephemeralContainers"] = match choices.below(4) {
            1 => json!([new]),
            2 => json!([old]),
            _ => json!([old, new]),
        };
        before["spec"]["ephemeralContainers"] = json!([old]);
        if choices.once_in(4) {
            // The API server does not let through that an old one changes; the policy does not rely on it.
            let mounts = &mut after["spec"]["ephemeralContainers"][0]["volumeMounts"];
            let last = mounts.as_array().map_or(0, |mounts| mounts.len() - 1);
            let (key, value) = choices.one(&[
                ("readOnly", json!(false)),
                ("readOnly", json!(true)),
                ("mountPath", json!("/z")),
                ("subPath", json!("z")),
                ("subPathExpr", json!("z")),
                ("mountPropagation", json!("HostToContainer")),
                ("recursiveReadOnly", json!("IfPossible")),
                ("name", volumes[0]["name"].clone()),
                ("name", json!(1)),
            ]);
            mounts[last][key] = value;
        }
        if choices.once_in(4) {
            forge(choices, &mut after);
        }
        match choices.below(24) {
            1 => before = Value::Null,
            2 => before["spec"]["ephemeralContainers"] = Value::Null,
            5 => before["spec"]["containers"] = json!({}),
            3 => after["spec"]["ephemeralContainers"] = choices.one(&[json!({}), json!("x"), json!([1])]),
            4 => before["spec"]["ephemeralContainers"] = json!([{"name": []}]),
            _ => {}
        }
        Ephemeral {
            namespace: namespace(choices),
            settings,
            before,
            after,
        }
    }

    /// The admission request that adds them.
    #[must_use]
    pub fn request(&self) -> Value {
        json!({
            "uid": "u",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "operation": "UPDATE",
            "subResource": "ephemeralcontainers",
            "namespace": self.namespace,
            "userInfo": {"username": "mallory"},
            "object": self.after,
            "oldObject": self.before,
        })
    }
}

/// Writes into the pod what would make a careless judge look away.
fn forge(choices: &mut Choices<'_>, pod: &mut Value) {
    match choices.below(7) {
        6 => {
            pod["spec"]["shareProcessNamespace"] = json!(choices.once_in(2));
            pod["spec"]["hostPID"] = Value::Null;
        }
        1 => pod["metadata"]["deletionTimestamp"] = json!("2026-11-25T00:00:00Z"),
        2 => {
            pod["spec"]["containers"] =
                choices.one(&[json!([]), Value::Null, json!([{"name": "a"}]), json!("x")])
        }
        3 => {
            pod["spec"]["volumes"] =
                choices.one(&[json!([]), json!([{"name": "v", "emptyDir": {}}]), json!(1)])
        }
        4 => pod["metadata"] = choices.one(&[json!({}), json!("x")]),
        5 => {
            for name in ["v", "w"] {
                let forged = json!({"name": name, "hostPath": {"path": "/etc"}});
                if let Some(volumes) = pod["spec"]["volumes"].as_array_mut() {
                    volumes.insert(0, forged);
                }
            }
        }
        _ => {
            let mounts = pod.pointer_mut("/spec/containers/0/volumeMounts");
            if let Some(mounts) = mounts {
                *mounts = json!([]);
            }
        }
    }
}
