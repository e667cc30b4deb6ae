//! A fake API server: lists, and dry runs that the policy itself judges. What is not a dry run fails the test.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use sidecar_hostpath::admission::AdmissionRequest;
use sidecar_hostpath::doctor::cluster::Cluster;
use sidecar_hostpath::evaluator::Evaluator;
use sidecar_hostpath::policy::Linked;

const CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

/// What the server has, and how it behaves.
#[derive(Clone)]
pub(crate) struct Server {
    /// Items by the paths of their lists.
    pub(crate) lists: BTreeMap<&'static str, Vec<Value>>,
    /// Paths that nobody may read.
    pub(crate) forbidden: Vec<&'static str>,
    /// Whether pods are changed.
    pub(crate) injects: bool,
    /// Whether anything is denied.
    pub(crate) judges: bool,
    /// The message of another policy, which denies every pod and VM before this one does.
    pub(crate) other: Option<&'static str>,
    /// The minor version.
    pub(crate) minor: &'static str,
}

fn settings() -> Value {
    json!({
        "allowedHostPaths": [{"pathPrefix": "/data/images"}],
        "trustedCreators": [CONTROLLER],
    })
}

fn policy(name: &str, spec: Value, verify_only: bool) -> Value {
    let mut settings = settings();
    settings["verifyOnly"] = json!(verify_only);
    let mut policy = json!({
        "metadata": {"name": name},
        "spec": {"mode": "protect", "module": concat!("registry://x/kubevirt-sidecar-hostpath-policy:v", env!("CARGO_PKG_VERSION")), "mutating": false, "settings": settings},
        "status": {"policyStatus": "active"},
    });
    for (key, value) in spec.as_object().unwrap() {
        policy["spec"][key] = value.clone();
    }
    policy
}

fn rules(group: &str, resource: &str, operation: &str) -> Value {
    json!([{"apiGroups": [group], "apiVersions": ["v1"], "operations": [operation], "resources": [resource]}])
}

fn webhook(policy: &str, rules: &Value) -> Value {
    json!({
        "metadata": {"name": format!("clusterwide-{policy}"), "annotations": {"kubewardenPolicyName": policy}},
        "webhooks": [{"clientConfig": {"caBundle": "Q0E="}, "rules": rules}],
    })
}

fn annotation(path: &str) -> String {
    json!([{"image": "x", "hostPath": {"path": path, "volumePath": "/host-images"}}]).to_string()
}

impl Server {
    /// All is as `deploy/` has it.
    pub(crate) fn right() -> Self {
        let selector = json!({"matchExpressions": [{"key": "kubevirt.io", "operator": "In", "values": ["virt-launcher"]}]});
        let pods = rules("", "pods", "CREATE");
        let annotations = json!({"hooks.kubevirt.io/hookSidecars": annotation("/data/images")});
        let mut launcher = Server::launcher();
        launcher["metadata"]["annotations"] = annotations.clone();
        let policies = vec![
            policy(
                "sidecar-hostpath-early",
                json!({"rules": rules("kubevirt.io", "virtualmachines", "CREATE")}),
                false,
            ),
            policy(
                "sidecar-hostpath-inject",
                json!({"rules": pods, "mutating": true, "objectSelector": selector}),
                false,
            ),
            policy(
                "sidecar-hostpath-verify",
                json!({"rules": pods, "objectSelector": selector}),
                true,
            ),
            policy(
                "sidecar-hostpath-verify-ephemeral",
                json!({"rules": rules("", "pods/ephemeralcontainers", "UPDATE")}),
                true,
            ),
        ];
        let lists = BTreeMap::from([
            (
                "/apis/policies.kubewarden.io/v1/clusteradmissionpolicies",
                policies,
            ),
            ("/apis/policies.kubewarden.io/v1/admissionpolicies", vec![]),
            (
                "/apis/policies.kubewarden.io/v1/policyservers",
                vec![
                    json!({"metadata": {"name": "default"}, "spec": {"image": "ghcr.io/kubewarden/policy-server:v1.36.0"}}),
                ],
            ),
            (
                "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
                vec![
                    webhook("sidecar-hostpath-inject", &pods),
                    json!({"metadata": {"name": "a-mesh"}, "webhooks": [{"clientConfig": {}, "rules": pods}]}),
                ],
            ),
            (
                "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                vec![
                    webhook("sidecar-hostpath-early", &json!([])),
                    webhook("sidecar-hostpath-verify", &pods),
                    webhook("sidecar-hostpath-verify-ephemeral", &json!([])),
                ],
            ),
            (
                "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
                vec![json!({
                    "metadata": {"name": "sidecar-hostpath-launcher-label"},
                    "spec": {
                        "failurePolicy": "Fail",
                        "matchConstraints": {"objectSelector": {"matchLabels": {"kubevirt.io": "virt-launcher"}}},
                        "variables": [{"name": "creators", "expression": format!("['{CONTROLLER}']")}],
                    },
                })],
            ),
            (
                "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
                vec![json!({
                    "metadata": {"name": "x"},
                    "spec": {"policyName": "sidecar-hostpath-launcher-label", "validationActions": ["Deny"]},
                })],
            ),
            (
                "/apis/kubevirt.io/v1/kubevirts",
                vec![json!({
                    "metadata": {"name": "kubevirt", "namespace": "kubevirt"},
                    "spec": {"configuration": {"developerConfiguration": {"featureGates": ["Sidecar"]}}},
                    "status": {"observedKubeVirtVersion": "v1.9.0"},
                })],
            ),
            (
                "/api/v1/namespaces",
                vec![
                    json!({"metadata": {"name": "default", "labels": {}}}),
                    json!({"metadata": {"name": "tenant-a", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
                ],
            ),
            (
                "/apis/kubevirt.io/v1/virtualmachines",
                vec![json!({"metadata": {"name": "vm", "namespace": "tenant-a"}, "spec": {}})],
            ),
            (
                "/apis/kubevirt.io/v1/virtualmachineinstances",
                vec![
                    json!({"metadata": {"name": "vmi-0", "namespace": "tenant-a", "annotations": annotations}}),
                ],
            ),
            ("/api/v1/pods", vec![launcher]),
        ]);
        Server {
            lists,
            forbidden: Vec::new(),
            injects: true,
            judges: true,
            other: None,
            minor: "36",
        }
    }

    /// A launcher pod after the injection.
    fn launcher() -> Value {
        let mount = json!({"name": "hook-sidecar-0-hostpath", "mountPath": "/host-images", "readOnly": true});
        json!({
            "metadata": {"name": "virt-launcher-x", "namespace": "tenant-a", "labels": {"kubevirt.io": "virt-launcher"}},
            "spec": {
                "volumes": [{"name": "hook-sidecar-0-hostpath", "hostPath": {"path": "/data/images", "type": "Directory"}}],
                "containers": [
                    {"name": "compute", "image": "x"},
                    {"name": "hook-sidecar-0", "image": "x", "volumeMounts": [mount]},
                ],
            },
        })
    }

    /// All namespaces that enforce a level enforce this one.
    pub(crate) fn enforce(&mut self, level: &str) {
        let namespaces = self.lists.get_mut("/api/v1/namespaces").unwrap();
        namespaces[1]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = json!(level);
    }

    pub(crate) fn cluster(self) -> Cluster {
        let server = Arc::new(self);
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = Arc::clone(&server);
            async move {
                let (head, body) = request.into_parts();
                let body = body.collect_bytes().await.unwrap();
                let user = head
                    .headers
                    .get("Impersonate-User")
                    .map(|user| user.to_str().unwrap().to_owned());
                let path = head.uri.path_and_query().unwrap().to_string();
                let (status, answer) = match head.method {
                    Method::GET => server.get(&path),
                    ref method => server.dry_run(
                        method,
                        &path,
                        serde_json::from_slice(&body).unwrap(),
                        user.as_deref(),
                    ),
                };
                let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
                Ok::<_, Infallible>(
                    response
                        .body(Body::from(answer.to_string().into_bytes()))
                        .unwrap(),
                )
            }
        });
        Cluster::new(Client::new(service, "default"))
    }

    /// A cluster that does not answer.
    pub(crate) fn gone() -> Cluster {
        let service = tower::service_fn(|_: Request<Body>| async {
            Err::<Response<Body>, _>(std::io::Error::other("connection refused"))
        });
        Cluster::new(Client::new(service, "default"))
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if self.forbidden.contains(&path) {
            return (
                403,
                status(403, &format!("{path} is forbidden: User \"x\" cannot list it")),
            );
        }
        if path == "/version" {
            return (
                200,
                json!({"major": "1", "minor": self.minor, "gitVersion": format!("v1.{}.0", self.minor)}),
            );
        }
        let of_namespace = path == "/api/v1/namespaces/tenant-a/pods";
        let Some(items) = self.lists.get(if of_namespace { "/api/v1/pods" } else { path }) else {
            return (
                404,
                status(404, "the server could not find the requested resource"),
            );
        };
        let number = |key: &str| {
            query
                .split('&')
                .find_map(|part| part.strip_prefix(key)?.parse::<usize>().ok())
        };
        let (start, limit) = (number("continue=").unwrap_or(0), number("limit=").unwrap());
        let end = items.len().min(start + limit);
        let next = if end < items.len() {
            end.to_string()
        } else {
            String::new()
        };
        (
            200,
            json!({"items": items[start..end], "metadata": {"continue": next}}),
        )
    }

    /// Admission: the companion, then the policy.
    fn dry_run(&self, method: &Method, path: &str, object: Value, user: Option<&str>) -> (u16, Value) {
        let (path, query) = path
            .split_once('?')
            .unwrap_or_else(|| panic!("a write that is not a dry run"));
        assert_eq!(query, "dryRun=All", "a write that is not a dry run");
        assert!(method == Method::POST || method == Method::PUT, "{method}");
        let sub_resource = path
            .ends_with("/ephemeralcontainers")
            .then_some("ephemeralcontainers");
        if path.ends_with("/pods") && user.is_none() && self.companion_denies() {
            let message = "ValidatingAdmissionPolicy 'sidecar-hostpath-launcher-label' with binding 'x' denied request: the \
                           label kubevirt.io: virt-launcher is for the pods of KubeVirt only, not for those of admin";
            return (403, status(403, &format!("pods \"x\" is forbidden: {message}")));
        }
        if let Some(message) = self.other {
            let webhook = "admission webhook \"other.example.com\" denied the request";
            return (403, status(403, &format!("{webhook}: {message}")));
        }
        if !self.judges {
            return (201, object);
        }
        let group = if path.starts_with("/apis/kubevirt.io") {
            "kubevirt.io"
        } else {
            ""
        };
        let (kind, resource) = match group {
            "" => ("Pod", "pods"),
            _ => ("VirtualMachine", "virtualmachines"),
        };
        let kinds = json!({"group": group, "version": "v1", "kind": kind});
        let resources = json!({"group": group, "version": "v1", "resource": resource});
        let old = sub_resource.map(|_| self.lists["/api/v1/pods"][0].clone());
        let request = json!({
            "uid": "x", "kind": kinds, "resource": resources, "subResource": sub_resource,
            "operation": if sub_resource.is_some() { "UPDATE" } else { "CREATE" },
            "namespace": "tenant-a", "name": "x", "object": object, "oldObject": old,
            "userInfo": {"username": user.unwrap_or("admin")},
        });
        let request: AdmissionRequest = serde_json::from_value(request).unwrap();
        let settings = settings().as_object().unwrap().clone();
        let response = Evaluator::new(Linked, settings)
            .unwrap()
            .validate(&request)
            .unwrap();
        if !response.allowed {
            let denied = response.status.unwrap();
            let code = denied.code.unwrap();
            let webhook =
                "admission webhook \"clusterwide-sidecar-hostpath.kubewarden.admission\" denied the request";
            return (
                code,
                status(code, &format!("{webhook}: {}", denied.message.unwrap())),
            );
        }
        let mut object = request.object.unwrap();
        if let Some(patch) = response.patch.filter(|_| self.injects) {
            json_patch::patch(&mut object, &patch).unwrap();
        }
        (201, object)
    }

    fn companion_denies(&self) -> bool {
        let of = |path: &str| &self.lists[path];
        let bindings = of("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings");
        let denies = bindings
            .iter()
            .any(|binding| binding["spec"]["validationActions"] == json!(["Deny"]));
        denies && !of("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies").is_empty()
    }
}

fn status(code: u16, message: &str) -> Value {
    json!({"kind": "Status", "status": "Failure", "code": code, "message": message})
}
