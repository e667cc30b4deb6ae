//! The hostPath mounts of a pod.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::policy::text;

/// Where a container sees a host path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mount {
    container: String,
    mount_path: String,
    path: String,
    pub(crate) is_read_only: bool,
    recursive: String,
}

/// All of them.
pub(crate) fn of(pod: &Value) -> BTreeSet<Mount> {
    let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
    let paths: BTreeMap<&str, &str> = volumes
        .into_iter()
        .flatten()
        .filter(|volume| volume.get("hostPath").is_some())
        .map(|volume| (text(volume, "/name"), text(volume, "/hostPath/path")))
        .collect();
    let mut found = BTreeSet::new();
    for list in ["containers", "initContainers"] {
        let containers = pod.pointer(&format!("/spec/{list}")).and_then(Value::as_array);
        for container in containers.into_iter().flatten() {
            let mounts = container.get("volumeMounts").and_then(Value::as_array);
            for mount in mounts.into_iter().flatten() {
                if let Some(path) = paths.get(text(mount, "/name")) {
                    found.insert(Mount {
                        container: text(container, "/name").to_owned(),
                        mount_path: text(mount, "/mountPath").to_owned(),
                        path: (*path).to_owned(),
                        is_read_only: mount.get("readOnly") == Some(&json!(true)),
                        recursive: text(mount, "/recursiveReadOnly").to_owned(),
                    });
                }
            }
        }
    }
    found
}

impl Mount {
    /// The same, whether file systems below it are read-only too or not.
    pub(crate) fn is_but_for_recursion(&self, other: &Mount) -> bool {
        let without = |mount: &Mount| Mount {
            recursive: String::new(),
            ..mount.clone()
        };
        without(self) == without(other)
    }

    /// `hook-sidecar-0: /data at /host-images, read-only`
    pub(crate) fn text(&self) -> String {
        let access = match (self.is_read_only, self.recursive.as_str()) {
            (false, _) => "writable".to_owned(),
            (true, "") => "read-only".to_owned(),
            (true, recursive) => format!("read-only (recursive: {recursive})"),
        };
        format!(
            "{}: {} at {}, {access}",
            self.container, self.path, self.mount_path
        )
    }
}
