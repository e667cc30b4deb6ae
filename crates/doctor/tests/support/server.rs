//! A fake API server. What it has is made of `kubectl kustomize deploy/base/`, with what a real API server and Kubewarden's
//! controller add to it; its admission is the policy itself. A write that is no dry run fails the test.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use doctor::cluster::Cluster;
use doctor::judge::{Judge, Values, Verdict};
use http::{Method, Request, Response, StatusCode};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::admission::Policy;
use super::rendered::deployed;

pub(crate) const CAP: &str = "/apis/policies.kubewarden.io/v1/clusteradmissionpolicies";
pub(crate) const AP: &str = "/apis/policies.kubewarden.io/v1/admissionpolicies";
pub(crate) const GROUPS: &str = "/apis/policies.kubewarden.io/v1/clusteradmissionpolicygroups";
pub(crate) const SERVERS: &str = "/apis/policies.kubewarden.io/v1/policyservers";
pub(crate) const DEPLOYMENTS: &str = "/apis/apps/v1/deployments";
pub(crate) const MUTATING: &str = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
pub(crate) const VALIDATING: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
pub(crate) const MAP: &str = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies";
pub(crate) const VAP: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
pub(crate) const BINDINGS: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
pub(crate) const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
pub(crate) const KUBEVIRTS: &str = "/apis/kubevirt.io/v1/kubevirts";
pub(crate) const VMS: &str = "/apis/kubevirt.io/v1/virtualmachines";
pub(crate) const VMIS: &str = "/apis/kubevirt.io/v1/virtualmachineinstances";
pub(crate) const NAMESPACES: &str = "/api/v1/namespaces";
pub(crate) const PODS: &str = "/api/v1/pods";
pub(crate) const NODES: &str = "/api/v1/nodes";
pub(crate) const VOLUMES: &str = "/api/v1/persistentvolumes";

/// How Kubewarden names what it makes of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Up to 1.37.1.
    Clusterwide,
    /// Since.
    KwCap,
}

impl Dialect {
    fn id(self, policy: &str) -> String {
        match self {
            Dialect::Clusterwide => format!("clusterwide-{policy}"),
            Dialect::KwCap => format!("kw.cap.{policy}"),
        }
    }
}

/// What the server has, and how it behaves.
#[derive(Clone)]
pub(crate) struct Server {
    /// Items by the paths of their lists.
    pub(crate) lists: BTreeMap<&'static str, Vec<Value>>,
    /// Paths that nobody may read.
    pub(crate) forbidden: Vec<&'static str>,
    /// What else is answered with 200, by path.
    pub(crate) answers: BTreeMap<&'static str, &'static str>,
    /// What is answered with 200 before all else, by path and query.
    pub(crate) floods: Option<fn(&str) -> Option<String>>,
    /// Addresses that are never answered.
    pub(crate) hangs: Option<fn(&str) -> bool>,
    /// Whether the policies add anything.
    pub(crate) injects: bool,
    /// Whether the policies deny anything.
    pub(crate) judges: bool,
    /// What another mutating webhook does to pods, before the policy.
    pub(crate) earlier: Option<fn(&mut Value)>,
    /// What is answered to each dry run, whatever it is.
    pub(crate) written: Option<(u16, &'static str)>,
    /// What another mutating webhook does to pods, after the policy.
    pub(crate) later: Option<fn(&mut Value)>,
    /// The message of another policy, which denies every pod and VM before this one does.
    pub(crate) other: Option<&'static str>,
    /// Why no policy server can be called.
    pub(crate) unreachable: Option<&'static str>,
    /// The minor version.
    pub(crate) minor: &'static str,
    /// All that was sent.
    pub(crate) writes: Arc<Mutex<Vec<String>>>,
    /// All that was asked for.
    pub(crate) reads: Arc<Mutex<Vec<String>>>,
    dialect: Dialect,
}

const CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

fn of_kind(kind: &str) -> Vec<Value> {
    deployed()
        .iter()
        .filter(|object| object["kind"] == kind)
        .cloned()
        .collect()
}

/// As the API server stores it.
fn stored(mut object: Value) -> Value {
    object["metadata"]["uid"] = json!("5d1f0b3e-0000-4000-8000-000000000000");
    object["metadata"]["resourceVersion"] = json!("370");
    object["metadata"]["generation"] = json!(1);
    object
}

/// A policy with what Kubewarden's CRD, its webhook and its controller fill in.
fn policy(object: Value) -> Value {
    let mut object = stored(object);
    object["metadata"]["finalizers"] = json!(["kubewarden.io/finalizer"]);
    let spec = object["spec"].as_object_mut().unwrap();
    spec.entry("policyServer").or_insert(json!("default"));
    spec.entry("timeoutSeconds").or_insert(json!(10));
    let condition = |kind: &str| json!({"type": kind, "status": "True", "reason": kind, "message": "", "lastTransitionTime": "2026-11-25T22:20:39Z"});
    object["status"] = json!({
        "mode": "protect", "policyStatus": "active",
        "conditions": [
            condition("PolicyActive"), condition("PolicyUniquelyReachable"),
            condition("PolicyServerConfigurationUpToDate"),
        ],
    });
    object
}

/// The rules with the scope that the API server fills in.
fn with_scope(rules: &Value) -> Value {
    let mut rules = rules.clone();
    for rule in rules.as_array_mut().unwrap() {
        rule["scope"] = json!("*");
    }
    rules
}

/// What Kubewarden's controller makes of a policy.
pub(crate) fn webhook(policy: &Value, dialect: Dialect) -> Value {
    let name = policy["metadata"]["name"].as_str().unwrap();
    let spec = &policy["spec"];
    let id = dialect.id(name);
    let mut webhook = json!({
        "name": format!("{id}.kubewarden.admission"),
        "clientConfig": {
            "service": {"namespace": "kubewarden", "name": "policy-server-default", "path": format!("/validate/{id}"), "port": 443},
            "caBundle": "LS0tLS1CRUdJTg==",
        },
        "rules": with_scope(&spec["rules"]),
        "failurePolicy": spec["failurePolicy"],
        "matchPolicy": "Equivalent",
        "namespaceSelector": {"matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kubewarden"]},
        ]},
        "objectSelector": spec.get("objectSelector").cloned().unwrap_or(json!({})),
        "sideEffects": "None",
        "timeoutSeconds": spec["timeoutSeconds"],
        "admissionReviewVersions": ["v1"],
    });
    if spec["mutating"] == true {
        webhook["reinvocationPolicy"] = json!("Never");
    }
    json!({
        "metadata": {
            "name": id,
            "labels": {"app.kubernetes.io/part-of": "kubewarden"},
            "annotations": {"kubewardenPolicyName": name, "kubewardenPolicyNamespace": ""},
        },
        "webhooks": [webhook],
    })
}

/// The companion with the API server's defaults.
fn admission_policy(object: Value) -> Value {
    let mut object = stored(object);
    let constraints = &mut object["spec"]["matchConstraints"];
    constraints["resourceRules"] = with_scope(&constraints["resourceRules"]);
    constraints["matchPolicy"] = json!("Equivalent");
    constraints["namespaceSelector"] = json!({});
    object["status"] = json!({"observedGeneration": 1, "typeChecking": {}});
    object
}

pub(crate) fn annotation(path: &str) -> String {
    json!([{"image": "x", "hostPath": {"path": path, "volumePath": "/host-images"}}]).to_string()
}

fn annotations() -> Value {
    json!({"hooks.kubevirt.io/hookSidecars": annotation("/var/lib/kubevirt/images")})
}

/// A launcher pod after the injection.
fn launcher() -> Value {
    let mount = json!({
        "name": "hook-sidecar-0-hostpath", "mountPath": "/host-images", "readOnly": true, "recursiveReadOnly": "IfPossible",
    });
    json!({
        "metadata": {
            "name": "virt-launcher-vm-x7k2p", "namespace": "tenant-a", "annotations": annotations(),
            "labels": {"kubevirt.io": "virt-launcher", "kubevirt.io/created-by": "uid-of-vmi"},
        },
        "spec": {
            "volumes": [{"name": "hook-sidecar-0-hostpath", "hostPath": {"path": "/var/lib/kubevirt/images", "type": "Directory"}}],
            "containers": [
                {"name": "compute", "image": "x"},
                {"name": "hook-sidecar-0", "image": "x", "volumeMounts": [mount]},
            ],
        },
        "status": {"phase": "Running"},
    })
}

/// A pod that mounts a host path.
pub(crate) fn pod(namespace: &str, name: &str, path: &str, read_only: bool) -> Value {
    json!({
        "metadata": {"name": name, "namespace": namespace, "labels": {}},
        "spec": {
            "volumes": [{"name": "host", "hostPath": {"path": path, "type": ""}}],
            "containers": [{"name": "x", "image": "x", "volumeMounts": [
                {"name": "host", "mountPath": "/host", "readOnly": read_only},
            ]}],
        },
        "status": {"phase": "Running"},
    })
}

/// KubeVirt's own, which mounts what it works on.
fn handler() -> Value {
    let mut pod = pod("kubevirt", "virt-handler-x", "/var/lib/kubevirt", false);
    pod["metadata"]["labels"]["kubevirt.io"] = json!("virt-handler");
    pod
}

impl Server {
    /// All is as `deploy/` and the companion have it.
    pub(crate) fn deployed(dialect: Dialect) -> Self {
        let policies: Vec<Value> = of_kind("ClusterAdmissionPolicy")
            .into_iter()
            .map(policy)
            .collect();
        let (mutating, validating): (Vec<&Value>, Vec<&Value>) = policies
            .iter()
            .partition(|policy| policy["spec"]["mutating"] == true);
        let webhooks = |policies: Vec<&Value>| -> Vec<Value> {
            policies
                .into_iter()
                .map(|policy| webhook(policy, dialect))
                .collect()
        };
        let (mut mutating, validating) = (webhooks(mutating), webhooks(validating));
        let pods = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"}]);
        mutating.push(json!({"metadata": {"name": "a-mesh"}, "webhooks": [{
            "name": "a.mesh.example.com", "clientConfig": {}, "rules": pods, "reinvocationPolicy": "Never",
        }]}));
        let mut bindings: Vec<Value> = of_kind("ValidatingAdmissionPolicyBinding")
            .into_iter()
            .map(stored)
            .collect();
        for binding in &mut bindings {
            binding["spec"]["validationActions"] = json!(["Deny"]);
        }
        let lists = BTreeMap::from([
            (CAP, policies.clone()),
            (AP, vec![]),
            (GROUPS, vec![]),
            (
                SERVERS,
                vec![json!({
                    "metadata": {"name": "default", "generation": 1},
                    "spec": {"image": "ghcr.io/kubewarden/policy-server:v1.37.2", "replicas": 1},
                    "status": {"conditions": [{"type": "DeploymentReconciled", "status": "True", "message": ""}]},
                })],
            ),
            (
                DEPLOYMENTS,
                vec![json!({
                    "metadata": {"name": "policy-server-default", "namespace": "kubewarden", "generation": 3},
                    "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "policy-server-default", "env": [
                        {"name": "KUBEWARDEN_PORT", "value": "8443"},
                        {"name": "KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_DEPLOYMENTS_NAMESPACE", "value": "kubewarden"},
                    ]}]}}},
                    "status": {
                        "observedGeneration": 3, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
                        "conditions": [
                            {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "message": "Deployment has minimum availability."},
                            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": ""},
                        ],
                    },
                })],
            ),
            (MUTATING, mutating),
            (VALIDATING, validating),
            (MAP, vec![]),
            (
                VAP,
                of_kind("ValidatingAdmissionPolicy")
                    .into_iter()
                    .map(admission_policy)
                    .collect(),
            ),
            (BINDINGS, bindings),
            (ROLES, of_kind("ClusterRole").into_iter().map(stored).collect()),
            (
                KUBEVIRTS,
                vec![json!({
                    "metadata": {"name": "kubevirt", "namespace": "kubevirt"},
                    "spec": {"configuration": {"developerConfiguration": {"featureGates": ["Sidecar"]}}},
                    "status": {"observedKubeVirtVersion": "v1.9.0", "phase": "Deployed"},
                })],
            ),
            (
                NAMESPACES,
                vec![
                    json!({"metadata": {"name": "default", "labels": {"kubernetes.io/metadata.name": "default"}}}),
                    json!({"metadata": {"name": "kubewarden", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
                    json!({"metadata": {"name": "tenant-a", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
                ],
            ),
            (
                VMS,
                vec![json!({
                    "metadata": {"name": "vm", "namespace": "tenant-a"},
                    "spec": {"template": {"metadata": {"annotations": annotations()}}},
                })],
            ),
            (
                VMIS,
                vec![json!({
                    "metadata": {"name": "vm", "namespace": "tenant-a", "uid": "uid-of-vmi", "annotations": annotations()},
                })],
            ),
            (
                PODS,
                vec![
                    launcher(),
                    handler(),
                    pod("monitoring", "node-exporter-x", "/", true),
                    pod("logging", "agent-x", "/var/log", false),
                ],
            ),
            (
                NODES,
                vec![json!({
                    "metadata": {"name": "node-1", "labels": {"kubevirt.io/schedulable": "true"}},
                    "spec": {},
                    "status": {
                        "conditions": [{"type": "Ready", "status": "True"}],
                        "runtimeHandlers": [{"name": "", "features": {"recursiveReadOnlyMounts": true}}],
                    },
                })],
            ),
            (
                VOLUMES,
                vec![json!({
                    "metadata": {"name": "pv"}, "spec": {"local": {"path": "/mnt/disks/1"}, "accessModes": ["ReadWriteOnce"]},
                })],
            ),
        ]);
        Server {
            lists,
            forbidden: Vec::new(),
            answers: BTreeMap::new(),
            floods: None,
            hangs: None,
            injects: true,
            judges: true,
            earlier: None,
            written: None,
            later: None,
            other: None,
            unreachable: None,
            minor: "36",
            writes: Arc::default(),
            reads: Arc::default(),
            dialect,
        }
    }

    pub(crate) fn list(&mut self, path: &'static str) -> &mut Vec<Value> {
        self.lists.get_mut(path).unwrap()
    }

    /// The policy of this role.
    pub(crate) fn policy(&mut self, role: &str) -> &mut Value {
        let name = format!("sidecar-hostpath-{role}");
        let mut policies = self.list(CAP).iter_mut();
        policies
            .find(|policy| policy["metadata"]["name"] == name.as_str())
            .unwrap()
    }

    /// The webhook that was made of the policy of this role.
    pub(crate) fn webhook(&mut self, role: &str) -> &mut Value {
        let name = self.dialect.id(&format!("sidecar-hostpath-{role}"));
        let list = if role == "inject" { MUTATING } else { VALIDATING };
        let mut webhooks = self.list(list).iter_mut();
        webhooks
            .find(|webhook| webhook["metadata"]["name"] == name.as_str())
            .unwrap()
    }

    /// Kubewarden's controller does its work.
    pub(crate) fn reconcile(&mut self, role: &str) {
        let dialect = self.dialect;
        let made = webhook(self.policy(role), dialect);
        *self.webhook(role) = made;
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
                if server.hangs.is_some_and(|hangs| hangs(&path)) {
                    server
                        .reads
                        .lock()
                        .unwrap()
                        .push(format!("{} {path}", head.method));
                    return std::future::pending().await;
                }
                let (status, answer) = match head.method {
                    Method::GET => server.get(&path),
                    ref method => {
                        let object = serde_json::from_slice(&body).unwrap();
                        let (status, answer) = server.dry_run(method, &path, object, user.as_deref());
                        (status, answer.to_string())
                    }
                };
                let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
                Ok::<_, Infallible>(response.body(Body::from(answer.into_bytes())).unwrap())
            }
        });
        Cluster::new(
            Client::new(service, "default"),
            "https://cluster.example.com",
            None,
        )
    }

    /// A cluster that does not answer.
    pub(crate) fn gone() -> Cluster {
        let service = tower::service_fn(|_: Request<Body>| async {
            Err::<Response<Body>, _>(std::io::Error::other("connection refused"))
        });
        Cluster::new(
            Client::new(service, "default"),
            "https://cluster.example.com",
            None,
        )
    }

    fn get(&self, address: &str) -> (u16, String) {
        self.reads.lock().unwrap().push(format!("GET {address}"));
        if let Some(answer) = self.floods.and_then(|floods| floods(address)) {
            return (200, answer);
        }
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        if self.forbidden.contains(&path) {
            let message = format!("{path} is forbidden: User \"x\" cannot list it");
            return (403, status(403, &message).to_string());
        }
        if let Some(answer) = self.answers.get(path) {
            return (200, (*answer).to_owned());
        }
        if path == "/version" {
            let version =
                json!({"major": "1", "minor": self.minor, "gitVersion": format!("v1.{}.0", self.minor)});
            return (200, version.to_string());
        }
        let role = path.strip_prefix(ROLES).and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = role {
            let role = self.lists[ROLES]
                .iter()
                .find(|role| role["metadata"]["name"] == name);
            return match role {
                Some(role) => (200, role.to_string()),
                None => (
                    404,
                    status(404, &format!("clusterroles \"{name}\" not found")).to_string(),
                ),
            };
        }
        let Some(items) = self.lists.get(path) else {
            return (404, "404 page not found".to_owned());
        };
        let number = |key: &str| {
            query
                .split('&')
                .find_map(|part| part.strip_prefix(key)?.parse::<usize>().ok())
        };
        let items: Vec<&Value> = items
            .iter()
            .filter(|item| {
                !query.contains("virt-launcher")
                    || item["metadata"]["labels"]["kubevirt.io"] == "virt-launcher"
            })
            .collect();
        let (start, limit) = (number("continue=").unwrap_or(0), number("limit=").unwrap());
        let end = items.len().min(start + limit);
        let next = if end < items.len() {
            end.to_string()
        } else {
            String::new()
        };
        let list = json!({"kind": "SomeList", "items": items[start..end], "metadata": {"continue": next}});
        (200, list.to_string())
    }

    /// Admission, in the API server's order: mutating webhooks, the companion, validating webhooks.
    fn dry_run(&self, method: &Method, path: &str, object: Value, user: Option<&str>) -> (u16, Value) {
        self.writes.lock().unwrap().push(format!("{method} {path}"));
        let (path, query) = path
            .split_once('?')
            .unwrap_or_else(|| panic!("a write that is not a dry run"));
        assert_eq!(query, "dryRun=All", "a write that is not a dry run");
        let parts: Vec<&str> = path.split('/').collect();
        let (role, kind) = match (method.as_str(), parts.as_slice()) {
            ("POST", ["", "api", "v1", "namespaces", _, "pods"]) => ("verify", "Pod"),
            ("PUT", ["", "api", "v1", "namespaces", _, "pods", _, "ephemeralcontainers"]) => {
                ("verify-ephemeral", "Pod")
            }
            (
                "POST",
                [
                    "",
                    "apis",
                    "kubevirt.io",
                    "v1",
                    "namespaces",
                    _,
                    "virtualmachines",
                ],
            ) => ("early", "VirtualMachine"),
            _ => panic!("{method} {path}: a write that doctor must not make"),
        };
        if kind == "VirtualMachine" && !self.lists.contains_key(VMS) {
            return (404, Value::Null);
        }
        if let Some((status, answer)) = self.written {
            return (status, serde_json::from_str(answer).unwrap());
        }
        if let Some(message) = self.other {
            return (
                403,
                status(
                    403,
                    &format!("admission webhook \"other.example.com\" denied the request: {message}"),
                ),
            );
        }
        let user = user.unwrap_or("admin");
        let mut object = object;
        if role == "verify" {
            if let Some(earlier) = self.earlier {
                earlier(&mut object);
            }
            match self.ask("inject", kind, &object, user) {
                Ok(mutated) if self.injects => object = mutated,
                Ok(_) => {}
                Err(denied) => return denied,
            }
            if let Some(later) = self.later {
                later(&mut object);
            }
            if let Some(denied) = self.companion(user) {
                return denied;
            }
        }
        if let Err(denied) = self.ask(role, kind, &object, user) {
            return denied;
        }
        (201, object)
    }

    /// The policy of this role, if the API server calls it.
    fn ask(&self, role: &str, kind: &str, object: &Value, user: &str) -> Result<Value, (u16, Value)> {
        let id = self.dialect.id(&format!("sidecar-hostpath-{role}"));
        let list = if role == "inject" { MUTATING } else { VALIDATING };
        let is_called = self.lists[list]
            .iter()
            .any(|webhook| webhook["metadata"]["name"] == id.as_str());
        if !is_called || !self.judges {
            return Ok(object.clone());
        }
        if let Some(reason) = self.unreachable {
            if role == "early" {
                return Ok(object.clone());
            }
            let message = format!(
                "Internal error occurred: failed calling webhook \"{id}.kubewarden.admission\": {reason}"
            );
            return Err((500, status(500, &message)));
        }
        let name = format!("sidecar-hostpath-{role}");
        let policy = self.lists[CAP]
            .iter()
            .find(|policy| policy["metadata"]["name"] == name.as_str());
        let Some(policy) = policy else {
            return Ok(object.clone());
        };
        let settings: Values = policy["spec"]["settings"].as_object().unwrap().clone();
        let (group, resource) = if kind == "Pod" {
            ("", "pods")
        } else {
            ("kubevirt.io", "virtualmachines")
        };
        let is_ephemeral = role == "verify-ephemeral";
        let old = is_ephemeral.then(|| self.lists[PODS][0].clone());
        let request = json!({
            "uid": "x", "name": "x", "namespace": "tenant-a", "object": object, "oldObject": old,
            "kind": {"group": group, "version": "v1", "kind": kind},
            "resource": {"group": group, "version": "v1", "resource": resource},
            "subResource": is_ephemeral.then_some("ephemeralcontainers"),
            "operation": if is_ephemeral { "UPDATE" } else { "CREATE" },
            "userInfo": {"username": user},
        });
        match Policy.verdict(&settings, &request).unwrap() {
            Verdict::Accepted(mutated) => Ok(mutated),
            Verdict::Rejected(message) => {
                let message =
                    format!("admission webhook \"{id}.kubewarden.admission\" denied the request: {message}");
                Err((403, status(403, &message)))
            }
        }
    }

    /// The companion, with the names in the ClusterRole of each binding.
    fn companion(&self, user: &str) -> Option<(u16, Value)> {
        let policy = self.lists[VAP].first()?;
        let mut bindings = self.lists[BINDINGS].iter();
        bindings.find_map(|binding| self.bound(policy, binding, user))
    }

    fn bound(&self, policy: &Value, binding: &Value, user: &str) -> Option<(u16, Value)> {
        if binding["spec"]["validationActions"] != json!(["Deny"]) {
            return None;
        }
        let denied = |code: u16, reason: &str| {
            let message = format!(
                "pods \"x\" is forbidden: ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {reason}",
                policy["metadata"]["name"].as_str().unwrap(),
                binding["metadata"]["name"].as_str().unwrap(),
            );
            Some((code, status(code, &message)))
        };
        let Some(role) = self.lists[ROLES]
            .iter()
            .find(|role| role["metadata"]["name"] == binding["spec"]["paramRef"]["name"])
        else {
            return denied(
                422,
                "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
            );
        };
        let names = role["rules"][0]["resourceNames"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        match names.iter().any(|name| name == user) {
            true => None,
            false => denied(
                403,
                "the label kubevirt.io: virt-launcher is only for pods of trusted creators",
            ),
        }
    }
}

fn status(code: u16, message: &str) -> Value {
    json!({"kind": "Status", "status": "Failure", "code": code, "message": message})
}

/// The user that KubeVirt creates launcher pods as.
pub(crate) fn controller() -> &'static str {
    CONTROLLER
}
