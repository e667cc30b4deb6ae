//! The only writes that there are: dry runs, which the API server judges and does not store.

use http::{Method, Request};
use kube::client::Body;
use serde_json::Value;

use crate::name::{Label, Subdomain};

/// Whom a request is made as, if not as oneself.
pub(crate) const IMPERSONATE: &str = "Impersonate-User";

/// A write that is no write. Its address is made of names that hold no `?`, and it always ends in `dryRun=All`: nothing that
/// is given from outside can make another request of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    method: Method,
    path: String,
    object: Value,
}

impl DryRun {
    /// Creates a pod.
    #[must_use]
    pub fn pod(namespace: &Label, pod: Value) -> Self {
        DryRun {
            method: Method::POST,
            path: format!("/api/v1/namespaces/{namespace}/pods"),
            object: pod,
        }
    }

    /// Creates a VirtualMachine.
    #[must_use]
    pub fn virtual_machine(namespace: &Label, machine: Value) -> Self {
        DryRun {
            method: Method::POST,
            path: format!("/apis/kubevirt.io/v1/namespaces/{namespace}/virtualmachines"),
            object: machine,
        }
    }

    /// Changes the ephemeral containers of a pod, as `kubectl debug` does.
    #[must_use]
    pub fn ephemeral_containers(namespace: &Label, name: &Subdomain, pod: Value) -> Self {
        DryRun {
            method: Method::PUT,
            path: format!("/api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers"),
            object: pod,
        }
    }

    /// Whether this is what the API server answers where it accepts: the object that was sent, with what was added to it.
    pub(crate) fn is_stored_as(&self, answer: &Value) -> bool {
        let same = |pointer: &str| answer.pointer(pointer) == self.object.pointer(pointer);
        same("/kind") && same("/metadata/name") && answer.get("spec").is_some_and(Value::is_object)
    }

    /// The request, as this user or as oneself.
    pub(crate) fn request(&self, user: Option<&str>) -> Result<Request<Body>, http::Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(format!("{}?dryRun=All", self.path))
            .header("Content-Type", "application/json");
        if let Some(user) = user {
            request = request.header(IMPERSONATE, user);
        }
        request.body(Body::from(self.object.to_string().into_bytes()))
    }
}
