//! AdmissionRequests, as the API server would make them of what doctor sends or has read.

use serde_json::{Value, json};

/// A kind that the policy judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Empty for the core group.
    pub(crate) group: &'static str,
    /// `Pod`
    pub(crate) kind: &'static str,
    /// `pods`
    pub(crate) resource: &'static str,
}

/// Pods.
pub(crate) const POD: Kind = Kind {
    group: "",
    kind: "Pod",
    resource: "pods",
};

/// VirtualMachines.
pub(crate) const MACHINE: Kind = Kind {
    group: "kubevirt.io",
    kind: "VirtualMachine",
    resource: "virtualmachines",
};

/// VirtualMachineInstances.
pub(crate) const INSTANCE: Kind = Kind {
    group: "kubevirt.io",
    kind: "VirtualMachineInstance",
    resource: "virtualmachineinstances",
};

impl Kind {
    /// Items of a list do not say what they are.
    pub(crate) fn complete(self, mut object: Value) -> Value {
        if let Some(members) = object.as_object_mut() {
            let version = match self.group {
                "" => "v1".to_owned(),
                group => format!("{group}/v1"),
            };
            members.insert("apiVersion".to_owned(), json!(version));
            members.insert("kind".to_owned(), json!(self.kind));
        }
        object
    }

    fn request(self, operation: &str, object: &Value, user: Option<&str>) -> Value {
        let metadata = |key: &str| {
            object
                .pointer(&format!("/metadata/{key}"))
                .cloned()
                .unwrap_or(Value::Null)
        };
        json!({
            "uid": "sidecar-hostpath-doctor",
            "kind": { "group": self.group, "version": "v1", "kind": self.kind },
            "resource": { "group": self.group, "version": "v1", "resource": self.resource },
            "name": metadata("name"),
            "namespace": metadata("namespace"),
            "operation": operation,
            "userInfo": { "username": user },
            "object": object,
            "dryRun": true,
        })
    }

    /// The request that creates the object.
    pub(crate) fn create(self, object: &Value, user: Option<&str>) -> Value {
        self.request("CREATE", object, user)
    }
}

/// The request that `kubectl debug` sends.
pub(crate) fn debug(pod: &Value, old: &Value) -> Value {
    let mut request = POD.request("UPDATE", pod, None);
    if let Some(members) = request.as_object_mut() {
        members.insert("subResource".to_owned(), json!("ephemeralcontainers"));
        members.insert("oldObject".to_owned(), old.clone());
    }
    request
}
