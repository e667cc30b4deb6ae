//! Requests that are sent as dry runs: what the cluster answers is what it would do.

use http::Method;
use kubevirt_sidecar_hostpath_policy::base::host_path_type::HostPathType;
use kubevirt_sidecar_hostpath_policy::base::path::HostPath;
use kubevirt_sidecar_hostpath_policy::requests::entry::Access;
use kubevirt_sidecar_hostpath_policy::requests::explanation::Question;
use kubevirt_sidecar_hostpath_policy::requests::place::HOOK_SIDECARS;
use kubevirt_sidecar_hostpath_policy::settings::{Settings as Rules, TrustedCreators};
use serde_json::{Value, json};

use crate::Error;
use crate::doctor::check::Check;
use crate::doctor::cluster::{Answer, Cluster, Seen};
use crate::doctor::kubevirt::KubeVirt;
use crate::doctor::policy::ValidSettings;
use crate::explain::verdict::Asker;
use crate::settings::Settings;

/// Paths that settings seldom permit.
const FORBIDDEN: [&str; 4] = ["/etc", "/root", "/proc", "/boot"];

/// Where a namespace says what it enforces.
const ENFORCE: &str = "/metadata/labels/pod-security.kubernetes.io~1enforce";

/// Where the sidecar of a probe sees its path.
const MOUNT_PATH: &str = "/host-path";

/// What all probes need.
struct Probes<'c> {
    cluster: &'c Cluster,
    namespace: String,
    /// The user that creates launcher pods; where that is not known, the first of those who are trusted.
    controller: Option<String>,
    settings: &'c Settings,
    rules: &'c Rules,
}

/// A path with the type that the settings permit there, read-only.
struct Permitted {
    path: String,
    host_path_type: HostPathType,
}

/// The probes, each a check.
pub(super) async fn checks(
    cluster: &Cluster,
    settings: Option<&ValidSettings>,
    kubevirt: &Seen<KubeVirt>,
    namespaces: &Seen<Vec<Value>>,
    probe_namespace: Option<&str>,
) -> Result<Vec<Check>, Error> {
    let name = "probes";
    let Some(ValidSettings { settings, rules }) = settings else {
        let why = "no settings could be read";
        return Ok(vec![Check::unknown(name, why, "see the checks above")]);
    };
    let namespace = probe_namespace
        .map(str::to_owned)
        .or_else(|| privileged(namespaces));
    let Some(namespace) = namespace else {
        let why = "no namespace enforces Pod Security level privileged";
        return Ok(vec![Check::unknown(
            name,
            why,
            "name a namespace with --probe-namespace",
        )]);
    };
    let trusted = match &rules.trusted_creators {
        TrustedCreators::Users(users) => users.first().cloned(),
        TrustedCreators::Anyone => None,
    };
    let controller = kubevirt.as_ref().ok().map(|kubevirt| kubevirt.controller.clone());
    let probes = Probes {
        cluster,
        namespace,
        controller: controller.or(trusted),
        settings,
        rules,
    };
    let mut checks = vec![probes.forbidden_path().await?];
    match probes.permitted() {
        None => checks.push(Check::warning(
            "probe: an allowed path",
            "the settings permit no read-only path here",
            "add a rule, if one is missing",
        )),
        Some(permitted) => checks.extend([
            probes.allowed_path(&permitted).await?,
            probes.writable_mount(&permitted).await?,
            probes.other_creator(&permitted).await?,
        ]),
    }
    checks.extend([
        probes.launcher_label().await?,
        probes.ephemeral_container().await?,
        probes.early().await?,
    ]);
    Ok(checks)
}

/// The first namespace that enforces `privileged`.
fn privileged(namespaces: &Seen<Vec<Value>>) -> Option<String> {
    let namespaces = namespaces.as_ref().ok()?;
    let enforces = |namespace: &&Value| {
        namespace
            .pointer(ENFORCE)
            .is_some_and(|level| level == "privileged")
    };
    let name = namespaces
        .iter()
        .find(enforces)?
        .pointer("/metadata/name")?
        .as_str()?;
    Some(name.to_owned())
}

/// What an answer that is not a verdict of the policy means.
fn undecided(name: &str, answer: &Answer) -> Check {
    let message = answer.message();
    let fix = if message.contains("PodSecurity") {
        "name a namespace that enforces Pod Security level privileged with --probe-namespace"
    } else if message.contains("cannot impersonate") {
        "run doctor as a user who may impersonate KubeVirt's service account"
    } else {
        "run doctor as a user who may create pods and VMs in the namespace of the probes"
    };
    Check::unknown(name, format!("HTTP status {}: {message}", answer.status), fix)
}

/// Whether an admission webhook, or a ValidatingAdmissionPolicy, has denied it, with this in its message.
fn is_denied(answer: &Answer, part: &str) -> bool {
    let message = answer.message();
    matches!(answer.status, 403 | 422) && message.contains("denied") && message.contains(part)
}

/// What this policy says of a path that is requested by the first sidecar, and that the settings do not permit. Another
/// policy may quote the path, but not the field.
fn of_request(path: &str) -> String {
    format!("[{HOOK_SIDECARS}][0].hostPath.path: Forbidden: \"{path}\"")
}

/// What should be denied: `accepted` if it is not, and what the message then holds.
fn expect_denial(name: &str, answer: &Answer, parts: &[&str], denied: String, accepted: Check) -> Check {
    match answer.status {
        200 | 201 => accepted,
        _ if parts.iter().any(|part| is_denied(answer, part)) => Check::ok(name, denied),
        _ => undecided(name, answer),
    }
}

impl Probes<'_> {
    fn verdict(&self, path: &str, host_path_type: HostPathType) -> Option<Vec<String>> {
        let question = Question {
            container: "hook-sidecar-0".to_owned(),
            path: HostPath::parse(path).ok()?,
            host_path_type,
            access: Access::ReadOnly,
            shares: false,
        };
        Some(Asker::new(&self.namespace, &question, self.rules).violations(self.settings))
    }

    /// A path that the settings forbid.
    fn forbidden(&self) -> Option<&'static str> {
        let is_forbidden = |path: &&&str| {
            self.verdict(path, HostPathType::Directory)
                .is_some_and(|violations| !violations.is_empty())
        };
        FORBIDDEN.iter().find(is_forbidden).copied()
    }

    /// A path that the settings permit, and that is not writable.
    fn permitted(&self) -> Option<Permitted> {
        let candidates = self.rules.rules.iter().filter(|rule| !rule.is_writable());
        candidates
            .filter_map(|rule| {
                let path = match rule.path().directory() {
                    Some(_) => rule.path().with(&self.namespace).to_string(),
                    None => rule.path().as_written().to_string(),
                };
                let host_path_type = *rule.types.iter().find(|known| !known.as_str().is_empty())?;
                Some(Permitted { path, host_path_type })
            })
            .find(|permitted| {
                let violations = self.verdict(&permitted.path, permitted.host_path_type);
                violations.is_some_and(|violations| violations.is_empty())
            })
    }

    fn request(path: &str, host_path_type: HostPathType) -> String {
        json!([{ "hostPath": { "path": path, "volumePath": MOUNT_PATH, "type": host_path_type.as_str() } }])
            .to_string()
    }

    /// A launcher pod with this annotation, if any.
    fn pod(&self, annotation: Option<&str>) -> Value {
        let image = "registry.invalid/sidecar-hostpath-doctor";
        let mut pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "sidecar-hostpath-doctor",
                "namespace": self.namespace,
                "labels": { "kubevirt.io": "virt-launcher" },
            },
            "spec": { "containers": [
                { "name": "compute", "image": image },
                { "name": "hook-sidecar-0", "image": image },
            ] },
        });
        if let (Some(annotation), Some(metadata)) =
            (annotation, pod.get_mut("metadata").and_then(Value::as_object_mut))
        {
            metadata.insert("annotations".to_owned(), json!({ HOOK_SIDECARS: annotation }));
        }
        pod
    }

    async fn send_pod(&self, pod: &Value, user: Option<&str>) -> Result<Answer, Error> {
        let path = format!("/api/v1/namespaces/{}/pods", self.namespace);
        self.cluster.dry_run(Method::POST, &path, pod, user).await
    }

    async fn forbidden_path(&self) -> Result<Check, Error> {
        let name = "probe: a forbidden path";
        let Some(path) = self.forbidden() else {
            let why = format!("the settings permit all of {}", FORBIDDEN.join(", "));
            return Ok(Check::failed(
                name,
                why,
                "narrow allowedHostPaths, and keep the built-in sensitive paths",
            ));
        };
        let pod = self.pod(Some(&Self::request(path, HostPathType::Directory)));
        let answer = self.send_pod(&pod, self.controller.as_deref()).await?;
        let accepted = Check::failed(
            name,
            format!("a launcher pod that asks for {path} is accepted"),
            "see the checks of the policies above: inject and verify must be active, in mode protect",
        );
        let denied = format!("a launcher pod that asks for {path} is denied");
        Ok(expect_denial(
            name,
            &answer,
            &[&of_request(path)],
            denied,
            accepted,
        ))
    }

    async fn allowed_path(&self, permitted: &Permitted) -> Result<Check, Error> {
        let name = "probe: an allowed path";
        let Permitted { path, host_path_type } = permitted;
        let pod = self.pod(Some(&Self::request(path, *host_path_type)));
        let answer = self.send_pod(&pod, self.controller.as_deref()).await?;
        if answer.status != 201 {
            return Ok(
                match is_denied(&answer, "hostPath") || is_denied(&answer, "userInfo") {
                    true => Check::failed(
                        name,
                        format!(
                            "a launcher pod that asks for {path} is denied: {}",
                            answer.message()
                        ),
                        "see the checks of settings and trustedCreators above",
                    ),
                    false => undecided(name, &answer),
                },
            );
        }
        Ok(match mounted_read_only(&answer.body, path) {
            Some(true) => Check::ok(name, format!("{path} is mounted read-only in hook-sidecar-0")),
            Some(false) => Check::failed(
                name,
                format!("{path} is mounted writable in hook-sidecar-0"),
                "look for a webhook that changes launcher pods, and whether verify is active",
            ),
            None => Check::failed(
                name,
                format!("nothing is mounted for {path}"),
                "see the check of inject above: it must be mutating, and in mode protect",
            ),
        })
    }

    async fn writable_mount(&self, permitted: &Permitted) -> Result<Check, Error> {
        let name = "probe: a writable mount";
        let Permitted { path, host_path_type } = permitted;
        let mut pod = self.pod(Some(&Self::request(path, *host_path_type)));
        if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
            let volume =
                json!({ "name": "x", "hostPath": { "path": path, "type": host_path_type.as_str() } });
            spec.insert("volumes".to_owned(), json!([volume]));
        }
        if let Some(sidecar) = pod
            .pointer_mut("/spec/containers/1")
            .and_then(Value::as_object_mut)
        {
            sidecar.insert(
                "volumeMounts".to_owned(),
                json!([{ "name": "x", "mountPath": "/writable" }]),
            );
        }
        let answer = self.send_pod(&pod, self.controller.as_deref()).await?;
        let accepted = Check::failed(
            name,
            format!("a writable mount of {path} beside the request is accepted"),
            "see the checks of inject and verify above",
        );
        let denied = format!("a writable mount of {path} is denied");
        Ok(expect_denial(name, &answer, &["volumeMounts"], denied, accepted))
    }

    async fn other_creator(&self, permitted: &Permitted) -> Result<Check, Error> {
        let name = "probe: another creator";
        let Permitted { path, host_path_type } = permitted;
        let pod = self.pod(Some(&Self::request(path, *host_path_type)));
        let answer = self.send_pod(&pod, None).await?;
        let accepted = Check::failed(
            name,
            "you may create a launcher pod with a host path, without being KubeVirt",
            "name KubeVirt's controller alone in trustedCreators",
        );
        let denied = "a launcher pod of yours with a host path is denied".to_owned();
        Ok(expect_denial(
            name,
            &answer,
            &["userInfo", "virt-launcher"],
            denied,
            accepted,
        ))
    }

    async fn launcher_label(&self) -> Result<Check, Error> {
        let name = "probe: the launcher label";
        let answer = self.send_pod(&self.pod(None), None).await?;
        let accepted = Check::warning(
            name,
            "you may set the label kubevirt.io: virt-launcher on a pod of yours",
            "kubectl apply -k deploy/companion/",
        );
        let denied = "the label is denied to you".to_owned();
        Ok(expect_denial(name, &answer, &["virt-launcher"], denied, accepted))
    }

    async fn ephemeral_container(&self) -> Result<Check, Error> {
        let name = "probe: kubectl debug";
        let path = format!("/api/v1/namespaces/{}/pods", self.namespace);
        let list = self
            .cluster
            .list(&format!("{path}?labelSelector=kubevirt.io%3Dvirt-launcher"))
            .await?;
        let pods = match list {
            Ok(pods) => pods,
            Err(unseen) => return Ok(Check::unseen(name, &unseen)),
        };
        let Some((mut pod, volume, pod_name)) = pods.into_iter().find_map(|pod| {
            let volumes = pod.pointer("/spec/volumes")?.as_array()?;
            let injected = volumes.iter().find(|volume| {
                let name = volume.get("name").and_then(Value::as_str).unwrap_or_default();
                volume.get("hostPath").is_some() && name.starts_with("hook-sidecar-")
            });
            let volume = injected?.get("name")?.as_str()?.to_owned();
            let name = pod.pointer("/metadata/name")?.as_str()?.to_owned();
            Some((pod, volume, name))
        }) else {
            let why = format!(
                "not tried: no launcher pod in {} has an injected volume",
                self.namespace
            );
            return Ok(Check::ok(name, why));
        };
        if let Some(pod) = pod.as_object_mut() {
            pod.insert("apiVersion".to_owned(), json!("v1"));
            pod.insert("kind".to_owned(), json!("Pod"));
        }
        let container = json!({
            "name": "sidecar-hostpath-doctor",
            "image": "registry.invalid/sidecar-hostpath-doctor",
            "volumeMounts": [{ "name": volume, "mountPath": "/x" }],
        });
        if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
            let containers = spec.entry("ephemeralContainers").or_insert_with(|| json!([]));
            containers
                .as_array_mut()
                .into_iter()
                .for_each(|containers| containers.push(container.clone()));
        }
        let path = format!("{path}/{pod_name}/ephemeralcontainers");
        let answer = self.cluster.dry_run(Method::PUT, &path, &pod, None).await?;
        let accepted = Check::failed(
            name,
            format!("an ephemeral container may mount {volume} of {pod_name} writable"),
            "see the check of verify-ephemeral above",
        );
        let denied = format!("an ephemeral container may not mount {volume} of {pod_name} writable");
        Ok(expect_denial(
            name,
            &answer,
            &["ephemeralContainers"],
            denied,
            accepted,
        ))
    }

    async fn early(&self) -> Result<Check, Error> {
        let name = "probe: a VirtualMachine";
        let Some(path) = self.forbidden() else {
            return Ok(Check::unknown(
                name,
                "there is no forbidden path to try",
                "see the first probe",
            ));
        };
        let vm = json!({
            "apiVersion": "kubevirt.io/v1",
            "kind": "VirtualMachine",
            "metadata": { "name": "sidecar-hostpath-doctor", "namespace": self.namespace },
            "spec": {
                "runStrategy": "Halted",
                "template": {
                    "metadata": { "annotations": { HOOK_SIDECARS: Self::request(path, HostPathType::Directory) } },
                    "spec": { "domain": { "devices": {}, "memory": { "guest": "64Mi" } } },
                },
            },
        });
        let path_of_vms = format!(
            "/apis/kubevirt.io/v1/namespaces/{}/virtualmachines",
            self.namespace
        );
        let answer = self
            .cluster
            .dry_run(Method::POST, &path_of_vms, &vm, None)
            .await?;
        let accepted = Check::warning(
            name,
            format!("a VirtualMachine that asks for {path} is accepted, and would not start"),
            "see the check of early above",
        );
        let denied = format!("a VirtualMachine that asks for {path} is denied");
        Ok(expect_denial(
            name,
            &answer,
            &[&of_request(path)],
            denied,
            accepted,
        ))
    }
}

/// Whether the hook sidecar of the pod mounts the path, and whether read-only.
fn mounted_read_only(pod: &Value, path: &str) -> Option<bool> {
    let volumes = pod.pointer("/spec/volumes")?.as_array()?;
    let is_meant = |volume: &&Value| volume.pointer("/hostPath/path").is_some_and(|of| of == path);
    let volume = volumes.iter().find(is_meant)?.get("name")?;
    let containers = pod.pointer("/spec/containers")?.as_array()?;
    let sidecar = containers
        .iter()
        .find(|container| container.get("name").is_some_and(|name| name == "hook-sidecar-0"))?;
    let mounts = sidecar.get("volumeMounts")?.as_array()?;
    let mount = mounts.iter().find(|mount| mount.get("name") == Some(volume))?;
    Some(mount.get("readOnly") == Some(&Value::Bool(true)))
}
