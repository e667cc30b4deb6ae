//! The policies: whether all are there, and do what they are there for.

use serde_json::{Map, Value, json};

use crate::Error;
use crate::doctor::check::Check;
use crate::doctor::cluster::{Cluster, Seen, Unseen};
use crate::doctor::policy::{Policy, Role};
use crate::doctor::selector::selects;
use crate::settings::file::SettingsFile;
use crate::settings::warnings;

/// The first minor version of Kubernetes 1 with `recursiveReadOnly` by default.
const RECURSIVE_READ_ONLY: u32 = 31;

/// Namespaces that Kubewarden leaves out.
const EXEMPT: [&str; 1] = ["kubewarden"];

/// The version of the API server.
pub(super) async fn kubernetes(cluster: &Cluster) -> Result<Check, Error> {
    let name = "Kubernetes";
    let version = match cluster.get("/version").await? {
        Ok(version) => version,
        Err(unseen) => return Ok(Check::unseen(name, &unseen)),
    };
    let text = |key: &str| version.get(key).and_then(Value::as_str).unwrap_or_default();
    let minor: String = text("minor").chars().take_while(char::is_ascii_digit).collect();
    let is_old = text("major") == "1" && minor.parse().is_ok_and(|minor: u32| minor < RECURSIVE_READ_ONLY);
    let why = format!("version {}", text("gitVersion"));
    Ok(match is_old {
        false => Check::ok(name, why),
        true => Check::warning(
            name,
            format!("{why}: nodes leave file systems that are mounted below a host path writable"),
            "upgrade to 1.31 or newer, or see that no file system is mounted below an allowed path",
        ),
    })
}

/// The policy servers, and what they run.
pub(super) async fn kubewarden(cluster: &Cluster) -> Result<Check, Error> {
    let name = "Kubewarden";
    let servers = match cluster
        .list("/apis/policies.kubewarden.io/v1/policyservers")
        .await?
    {
        Ok(servers) => servers,
        Err(Unseen::Absent) => {
            let fix = "install Kubewarden: https://docs.kubewarden.io/quick-start";
            return Ok(Check::failed(name, "it is not installed", fix));
        }
        Err(unseen) => return Ok(Check::unseen(name, &unseen)),
    };
    let images = servers
        .iter()
        .filter_map(|server| server.pointer("/spec/image")?.as_str());
    let images: Vec<&str> = images.collect();
    Ok(match images.is_empty() {
        true => Check::failed(
            name,
            "there is no policy server",
            "install its chart kubewarden-defaults",
        ),
        false => Check::ok(name, format!("policy servers run {}", images.join(", "))),
    })
}

/// The policies of this module: each by itself, and all together.
pub(super) fn checks(policies: &Seen<Vec<Policy>>, namespaces: &Seen<Vec<Value>>) -> Vec<Check> {
    let policies = match policies {
        Ok(policies) => policies,
        Err(unseen) => return vec![Check::unseen("policies", unseen)],
    };
    if policies.is_empty() {
        let why = "no ClusterAdmissionPolicy runs kubevirt-sidecar-hostpath-policy";
        return vec![Check::failed("policies", why, "kubectl apply -k deploy/")];
    }
    let roles = [
        ("inject", Role::Inject, "launcher pods get no mounts"),
        (
            "verify",
            Role::Verify,
            "a webhook that runs later can change what was mounted",
        ),
        (
            "verify-ephemeral",
            Role::VerifyEphemeral,
            "kubectl debug can mount an injected volume writable",
        ),
        (
            "early",
            Role::Early,
            "owners learn of a rejection only when the VM does not start",
        ),
    ];
    let mut checks: Vec<Check> = roles
        .into_iter()
        .map(|(name, role, missing)| of_role(name, role, missing, policies, namespaces))
        .collect();
    checks.push(module(policies));
    checks.push(settings(policies));
    checks
}

fn of_role(
    name: &str,
    role: Role,
    missing: &str,
    policies: &[Policy],
    namespaces: &Seen<Vec<Value>>,
) -> Check {
    let name = format!("policy {name}");
    let apply = "kubectl apply -k deploy/";
    let found: Vec<&Policy> = policies.iter().filter(|policy| policy.role == role).collect();
    if found.is_empty() {
        let why = format!("there is none: {missing}");
        return match role {
            Role::Early => Check::warning(&name, why, apply),
            _ => Check::failed(&name, why, apply),
        };
    }
    let faults: Vec<Check> = found
        .iter()
        .filter_map(|policy| fault(&name, policy, namespaces))
        .collect();
    // One without a fault is enough.
    match (faults.len() < found.len(), faults.into_iter().next()) {
        (false, Some(fault)) => fault,
        _ => {
            let titles: Vec<&str> = found.iter().map(|policy| policy.title.as_str()).collect();
            Check::ok(&name, format!("{} is active and protects", titles.join(", ")))
        }
    }
}

/// What is wrong with a policy that is there.
fn fault(name: &str, policy: &Policy, namespaces: &Seen<Vec<Value>>) -> Option<Check> {
    let title = &policy.title;
    let mode = policy.text("/spec/mode");
    if mode != "protect" && !mode.is_empty() {
        let why = format!("{title} is in mode {mode}: nothing is denied, and nothing mounted");
        return Some(Check::failed(
            name,
            why,
            "set mode: protect in deploy/settings.yaml, and apply it",
        ));
    }
    let status = policy.text("/status/policyStatus");
    if status != "active" {
        let why = format!(
            "{title} is {}",
            if status.is_empty() {
                "without status"
            } else {
                status
            }
        );
        let fix = "kubectl describe clusteradmissionpolicy says why; the policy server's log too";
        return Some(Check::failed(name, why, fix));
    }
    if policy.role != Role::Early && policy.text("/spec/failurePolicy") == "Ignore" {
        let why = format!("{title} has failurePolicy Ignore: without the policy server nothing is checked");
        return Some(Check::failed(name, why, "set failurePolicy: Fail"));
    }
    let launcher = json!({ "kubevirt.io": "virt-launcher" });
    let launcher = launcher.as_object().cloned().unwrap_or_default();
    let is_for_pods = matches!(policy.role, Role::Inject | Role::Verify);
    if is_for_pods && !selects(policy.object.pointer("/spec/objectSelector"), &launcher) {
        let why = format!("the objectSelector of {title} does not select launcher pods");
        return Some(Check::failed(
            name,
            why,
            "use the objectSelector of deploy/inject.yaml",
        ));
    }
    let conditions = policy
        .object
        .pointer("/spec/matchConditions")
        .and_then(Value::as_array);
    if conditions.is_some_and(|conditions| !conditions.is_empty()) {
        let why = format!("{title} has matchConditions: what they leave out is not judged");
        return Some(Check::warning(name, why, "remove matchConditions"));
    }
    if policy.title.contains('/') {
        let why = format!("{title} is an AdmissionPolicy: other namespaces are not judged");
        return Some(Check::failed(name, why, "use a ClusterAdmissionPolicy"));
    }
    let left_out = left_out(policy, namespaces);
    (!left_out.is_empty()).then(|| {
        let why = format!(
            "the namespaceSelector of {title} leaves out {}",
            left_out.join(", ")
        );
        Check::failed(name, why, "remove namespaceSelector")
    })
}

/// The namespaces that the policy does not select.
fn left_out(policy: &Policy, namespaces: &Seen<Vec<Value>>) -> Vec<String> {
    let selector = policy.object.pointer("/spec/namespaceSelector");
    let namespaces = namespaces.as_ref().map(Vec::as_slice).unwrap_or_default();
    let none = Map::new();
    namespaces
        .iter()
        .filter(|namespace| {
            let labels = namespace.pointer("/metadata/labels").and_then(Value::as_object);
            !selects(selector, labels.unwrap_or(&none))
        })
        .filter_map(|namespace| namespace.pointer("/metadata/name")?.as_str())
        .filter(|name| !EXEMPT.contains(name))
        .map(str::to_owned)
        .collect()
}

/// One module for all.
fn module(policies: &[Policy]) -> Check {
    let name = "module";
    let mut modules: Vec<&str> = policies
        .iter()
        .map(|policy| policy.text("/spec/module"))
        .collect();
    modules.sort_unstable();
    modules.dedup();
    match modules.as_slice() {
        [module] => Check::ok(name, (*module).to_owned()),
        modules => Check::failed(
            name,
            format!("the policies run different modules: {}", modules.join(", ")),
            "set one module in deploy/settings.yaml, and apply it",
        ),
    }
}

/// One settings object for all, that the policy's own reader takes.
fn settings(policies: &[Policy]) -> Check {
    let name = "settings";
    let Some(first) = policies.first() else {
        return Check::failed(name, "there are none", "kubectl apply -k deploy/");
    };
    let settings = first.settings();
    if let Some(other) = policies.iter().find(|policy| policy.settings() != settings) {
        return Check::failed(
            name,
            format!(
                "{} and {} have different settings: what one lets sidecars write, the other may mount through a link",
                first.title, other.title
            ),
            "set them once, in deploy/settings.yaml, and apply it",
        );
    }
    let text = Value::Object(settings).to_string();
    let file = match SettingsFile::from_text(&text, "settings", None) {
        Ok(file) => file,
        Err(error) => return Check::failed(name, error.to_string(), "correct them in deploy/settings.yaml"),
    };
    let rules = match file.rules() {
        Ok(rules) => rules,
        Err(refusal) => {
            let faults: Vec<String> = refusal.faults.into_iter().map(|fault| fault.message).collect();
            return Check::failed(name, faults.join("; "), "correct them in deploy/settings.yaml");
        }
    };
    let warnings: Vec<String> = warnings::of(&file, &rules)
        .into_iter()
        .map(|warning| warning.message)
        .collect();
    match warnings.is_empty() {
        true => Check::ok(
            name,
            format!("the same in all policies; rules: {}", rules.rules.len()),
        ),
        false => Check::warning(name, warnings.join("; "), "read docs/operations.md, and decide"),
    }
}
