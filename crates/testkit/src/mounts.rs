//! The hostPath mounts of a pod, in words.
//!
//! One mount reads `/var/lib/kubevirt/images (Directory) at /host-images ro recursive=IfPossible`: node path, type of
//! the volume (`unset` if it has none), mount path, access, and then `recursive=`, `propagation=`, `subPath=` and
//! `subPathExpr=` where the mount has them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// The members of `spec` that hold containers.
const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What a mount may say beyond its access, and the word for it.
const EXTRAS: [(&str, &str); 4] = [
    ("recursiveReadOnly", "recursive"),
    ("mountPropagation", "propagation"),
    ("subPath", "subPath"),
    ("subPathExpr", "subPathExpr"),
];

/// Every hostPath mount by the name of its container, in document order. Containers without any are left out.
///
/// Where a volume's name is duplicated, each of them counts. What is not shaped like a pod has no mounts.
pub(crate) fn host_mounts(pod: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let spec = pod.get("spec").unwrap_or(&Value::Null);
    for container in CONTAINER_LISTS.iter().flat_map(|list| elements(spec, list)) {
        for mount in elements(container, "volumeMounts") {
            for host_path in elements(spec, "volumes")
                .filter(|volume| volume.get("name") == mount.get("name"))
                .filter_map(|volume| volume.get("hostPath"))
                .filter(|host_path| !host_path.is_null())
            {
                found
                    .entry(text(container, "name").into())
                    .or_default()
                    .push(describe(host_path, mount));
            }
        }
    }
    found
}

/// One mount in words.
fn describe(host_path: &Value, mount: &Value) -> String {
    let kind = match text(host_path, "type") {
        "" => "unset",
        kind => kind,
    };
    let access = if mount.get("readOnly") == Some(&Value::Bool(true)) {
        "ro"
    } else {
        "rw"
    };
    let mut words = format!(
        "{} ({kind}) at {} {access}",
        text(host_path, "path"),
        text(mount, "mountPath")
    );
    for (member, word) in EXTRAS {
        let value = text(mount, member);
        if !value.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(words, " {word}={value}");
        }
    }
    words
}

/// The elements of a list member; none if it is missing or no list.
fn elements<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

/// A text member; empty if it is missing or no text.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::host_mounts;

    #[test]
    fn every_word_of_a_mount() {
        let pod = json!({"spec": {
            "volumes": [{"name": "v", "hostPath": {"path": "/a", "type": "File"}}, {"name": "w", "hostPath": {"path": "/b"}},
                        {"name": "e", "emptyDir": {}}, {"name": "n", "hostPath": null}],
            "initContainers": [{"name": "i", "volumeMounts": [
                {"name": "v", "mountPath": "/m", "readOnly": true, "recursiveReadOnly": "IfPossible"}]}],
            "containers": [{"name": "c", "volumeMounts": [
                {"name": "w", "mountPath": "/n", "readOnly": false, "mountPropagation": "None", "subPath": "s", "subPathExpr": "x"},
                {"name": "e", "mountPath": "/e"}, {"name": "n", "mountPath": "/x"}]}, {"name": "none"}, {"name": "null", "volumeMounts": null}],
            "ephemeralContainers": [{"name": "d", "volumeMounts": [{"name": "v", "mountPath": "/d"}]}]
        }});
        let expected = json!({
            "i": ["/a (File) at /m ro recursive=IfPossible"],
            "c": ["/b (unset) at /n rw propagation=None subPath=s subPathExpr=x"],
            "d": ["/a (File) at /d rw"]
        });
        assert_eq!(json!(host_mounts(&pod)), expected);
    }

    #[test]
    fn both_volumes_of_one_name_count() {
        let pod = json!({"spec": {
            "volumes": [{"name": "v", "hostPath": {"path": "/a"}}, {"name": "v", "hostPath": {"path": "/b"}}],
            "containers": [{"name": "c", "volumeMounts": [{"name": "v", "mountPath": "/m"}]}]
        }});
        assert_eq!(
            json!(host_mounts(&pod)),
            json!({"c": ["/a (unset) at /m rw", "/b (unset) at /m rw"]})
        );
    }

    #[test]
    fn what_is_not_a_pod_has_no_mounts() {
        for pod in [
            Value::Null,
            json!([]),
            json!({"spec": []}),
            json!({"spec": {"containers": {}, "volumes": 1}}),
        ] {
            assert!(host_mounts(&pod).is_empty(), "{pod}");
        }
    }
}
