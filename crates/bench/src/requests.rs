//! What is asked: real launcher pods from the fixtures of the tests, and larger ones grown from them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sidecar_hostpath::admission::AdmissionRequest;
use sidecar_hostpath::settings::SettingsJson;

use crate::Error;

/// Where KubeVirt keeps the list of hook sidecars.
const ANNOTATION: &str = "hooks.kubevirt.io/hookSidecars";

/// The sizes of pods in which the growth is shown, in KiB.
pub const POD_SIZES: [usize; 7] = [16, 32, 64, 128, 256, 512, 1024];

/// The numbers of sidecars in which the growth is shown.
pub const SIDECARS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// A request with a name.
#[derive(Debug, Clone)]
pub struct Request {
    /// As in the tables.
    pub name: String,
    /// What policy-server has read from the API server's request.
    pub request: AdmissionRequest,
    /// How many times the floor the policy may take.
    pub limit: Option<f64>,
}

impl Request {
    fn new(name: impl Into<String>, request: AdmissionRequest) -> Self {
        Self {
            name: name.into(),
            request,
            limit: None,
        }
    }

    fn limit(self, limit: f64) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

/// Settings that allow what the requests ask for.
pub fn settings() -> Result<SettingsJson, Error> {
    Ok(serde_json::from_value(json!({
        "allowedHostPaths": [{"pathPrefix": "/var/lib/kubevirt/images"}]
    }))?)
}

/// The requests of the main table.
pub fn named() -> Result<Vec<Request>, Error> {
    let bare = fixture("launcher-no-annotation")?;
    let example = fixture("launcher-image-volume")?;
    Ok(vec![
        Request::new("launcher pod without the annotation", bare.clone()).limit(1.65),
        Request::new("the example, one sidecar", example.clone()).limit(1.5),
        Request::new("three sidecars", with_sidecars(&example, 3)?),
        Request::new("64 sidecars", with_sidecars(&example, 64)?),
        Request::new("the example in a pod of 1 MiB", of_size(&example, 1 << 20)?),
        Request::new("1 MiB without the annotation", of_size(&bare, 1 << 20)?).limit(1.65),
        Request::new("a pod that is not a launcher pod", fixture("pod-plain")?).limit(1.2),
        Request::new("a VirtualMachine with the annotation", fixture("vm")?),
    ])
}

/// Launcher pods without the annotation, of growing size.
pub fn growing_bare() -> Result<Vec<(usize, Request)>, Error> {
    growing(&fixture("launcher-no-annotation")?)
}

/// The example in pods of growing size.
pub fn growing_example() -> Result<Vec<(usize, Request)>, Error> {
    growing(&fixture("launcher-image-volume")?)
}

/// Pods with more and more sidecars.
pub fn growing_sidecars() -> Result<Vec<(usize, Request)>, Error> {
    let example = fixture("launcher-image-volume")?;
    let of = |count: usize| {
        Ok((
            count,
            Request::new(count.to_string(), with_sidecars(&example, count)?),
        ))
    };
    SIDECARS.into_iter().map(of).collect()
}

fn growing(pod: &AdmissionRequest) -> Result<Vec<(usize, Request)>, Error> {
    let of = |kib: usize| {
        let size = kib.saturating_mul(1024);
        Ok((kib, Request::new(format!("{kib} KiB"), of_size(pod, size)?)))
    };
    POD_SIZES.into_iter().map(of).collect()
}

fn fixture(name: &str) -> Result<AdmissionRequest, Error> {
    let file = format!("{}/../../tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read(Path::new(&file)).map_err(|error| format!("{file}: {error}"))?;
    AdmissionRequest::from_json(&text, &file).map_err(|error| error.to_string().into())
}

/// The pod with `count` copies of its one sidecar, each with a path of its own.
fn with_sidecars(example: &AdmissionRequest, count: usize) -> Result<AdmissionRequest, Error> {
    let mut request = example.clone();
    let pod = request.object.as_mut().ok_or("no object")?;
    let containers = list(pod, "/spec/containers")?;
    let is_sidecar = |container: &Value| container["name"] == "hook-sidecar-0";
    let position = containers
        .iter()
        .position(is_sidecar)
        .ok_or("the example has no sidecar")?;
    let template = containers.remove(position).to_string();
    let mut entries = Vec::new();
    for number in 0..count {
        let name = format!("hook-sidecar-{number}");
        containers.push(serde_json::from_str(&template.replace("hook-sidecar-0", &name))?);
        entries.push(json!({
            "image": "my-qemu-img-sidecar:latest", "imagePullPolicy": "IfNotPresent",
            "args": ["--version", "v1alpha2"], "command": ["/usr/bin/create-cow.sh"],
            "hostPath": {
                "path": format!("/var/lib/kubevirt/images/{number}"), "volumePath": "/host-images", "type": "Directory",
            },
        }));
    }
    let annotations = pod.pointer_mut("/metadata/annotations").ok_or("no annotations")?;
    annotations[ANNOTATION] = Value::String(serde_json::to_string_pretty(&entries)?);
    Ok(request)
}

/// The pod grown to `size` bytes of JSON, by environment variables of `compute`: many small members, which cost a reader
/// of JSON more than a few long ones.
fn of_size(pod: &AdmissionRequest, size: usize) -> Result<AdmissionRequest, Error> {
    let mut request = pod.clone();
    let pod = request.object.as_mut().ok_or("no object")?;
    let missing = size.saturating_sub(serde_json::to_vec(pod)?.len());
    let variable =
        |number: usize| json!({"name": format!("VARIABLE_{number:05}"), "value": "0123456789abcdef"});
    // And its comma.
    let each = variable(0).to_string().len().saturating_add(1);
    let env = list(pod, "/spec/containers/0/env")?;
    env.extend((0..missing.checked_div(each).unwrap_or_default()).map(variable));
    Ok(request)
}

fn list<'a>(pod: &'a mut Value, pointer: &str) -> Result<&'a mut Vec<Value>, Error> {
    let value = pod.pointer_mut(pointer).and_then(Value::as_array_mut);
    value.ok_or_else(|| format!("the fixture has no list {pointer}").into())
}

#[cfg(test)]
mod tests {
    use sidecar_hostpath::evaluator::Evaluator;
    use sidecar_hostpath::policy::Linked;

    use super::*;

    /// What the patch adds, in numbers of operations.
    fn operations(request: &Request) -> usize {
        let evaluator = Evaluator::new(Linked, settings().unwrap()).unwrap();
        let response = evaluator.validate(&request.request).unwrap();
        assert!(response.allowed, "{}: {:?}", request.name, response.status);
        response.patch.map_or(0, |patch| patch.0.len())
    }

    #[test]
    fn grown_pods_have_the_size_that_they_say() {
        for (kib, request) in growing_bare().unwrap().iter().chain(&growing_example().unwrap()) {
            let size = serde_json::to_vec(&request.request.object).unwrap().len();
            assert!(
                (kib * 1024 - 64..=kib * 1024).contains(&size),
                "{kib} KiB: {size} bytes"
            );
        }
    }

    #[test]
    fn every_request_is_accepted_and_changed_where_it_should_be() {
        let changed: Vec<(String, usize)> = named()
            .unwrap()
            .iter()
            .map(|request| (request.name.clone(), operations(request)))
            .filter(|(_, operations)| *operations > 0)
            .collect();
        // A volume and a mount for each sidecar.
        let expected = [
            ("the example, one sidecar", 2),
            ("three sidecars", 6),
            ("64 sidecars", 128),
            ("the example in a pod of 1 MiB", 2),
        ];
        assert_eq!(
            changed,
            expected.map(|(name, operations)| (name.to_owned(), operations))
        );
    }

    #[test]
    fn every_sidecar_asks() {
        for (count, request) in growing_sidecars().unwrap() {
            assert_eq!(operations(&request), 2 * count);
        }
    }
}
