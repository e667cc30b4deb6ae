//! KubeVirt itself: who creates launcher pods, and what its feature gates permit.

use serde_json::{Value, json};

use crate::check::{Check, Finding, Status};
use crate::cluster::{Cluster, Seen, Unseen};
use crate::enforcement::deletion;
use crate::object::{text, title};
use crate::settings::{Creators, Settings};

/// Where the feature gates are.
const GATES: &str = "/spec/configuration/developerConfiguration/featureGates";

/// The phase of a KubeVirt that runs.
const DEPLOYED: &str = "Deployed";

/// The KubeVirt object, and what it says of itself.
#[derive(Debug, Clone)]
pub(crate) struct KubeVirt {
    /// The user that creates launcher pods.
    pub(crate) controller: String,
    /// Where its own pods run.
    pub(crate) namespace: String,
    version: String,
    gates: Vec<String>,
    /// What is wrong with it as a whole.
    findings: Vec<Finding>,
}

/// The KubeVirt object, in any namespace.
pub(crate) async fn find(cluster: &Cluster) -> Seen<KubeVirt> {
    let path = "/apis/kubevirt.io/v1/kubevirts";
    let items = cluster.list(path).await?;
    let Some(object) = items.first() else {
        return Err(Unseen::Missing {
            what: "there is no KubeVirt object: KubeVirt does not run",
            fix: "create the KubeVirt object, as KubeVirt's installation guide says",
        });
    };
    let namespace = text(object, "/metadata/namespace").to_owned();
    let gates = object
        .pointer(GATES)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    Ok(KubeVirt {
        controller: format!("system:serviceaccount:{namespace}:kubevirt-controller"),
        version: text(object, "/status/observedKubeVirtVersion").to_owned(),
        gates: gates.filter_map(Value::as_str).map(str::to_owned).collect(),
        findings: wrong(object, items.len()),
        namespace,
    })
}

/// That KubeVirt is not all there, or that there is more of it than was looked at.
fn wrong(object: &Value, count: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    if count > 1 {
        let why = format!(
            "there are {count} KubeVirt objects: only {} was looked at",
            title(object)
        );
        findings.push(Finding::unknown(why).fix("delete those that are not used: KubeVirt supports one"));
    }
    let gone = "no VM starts: KubeVirt is removed";
    findings.extend(deletion(object, "", Status::Failed, gone, "create it again"));
    let phase = object.pointer("/status/phase");
    if phase != Some(&json!(DEPLOYED)) {
        let why = "KubeVirt is not deployed: VMs may not start";
        findings.push(
            Finding::warning(why)
                .fix("kubectl get kubevirts -A -o yaml: its conditions say why")
                .field(
                    "status.phase",
                    json!(DEPLOYED),
                    phase.cloned().unwrap_or(Value::Null),
                ),
        );
    }
    findings
}

/// The checks of it.
pub(crate) fn checks(kubevirt: &Seen<KubeVirt>, settings: Option<&Settings>) -> Vec<Check> {
    let kubevirt = match kubevirt {
        Ok(kubevirt) => kubevirt,
        Err(Unseen::Absent { .. }) => {
            let finding =
                Finding::unknown("it is not installed").fix("install KubeVirt, then run doctor again");
            return vec![Check::one("KubeVirt", finding)];
        }
        Err(unseen) => return vec![Check::unseen("KubeVirt", unseen)],
    };
    let seen = format!("{} in namespace {}", kubevirt.version, kubevirt.namespace);
    vec![
        Check::new("KubeVirt", seen, kubevirt.findings.clone()),
        creator(kubevirt, settings),
        sidecars(kubevirt),
        host_disk(kubevirt),
    ]
}

fn creator(kubevirt: &KubeVirt, settings: Option<&Settings>) -> Check {
    let name = "trustedCreators";
    let controller = &kubevirt.controller;
    let version = match kubevirt.version.as_str() {
        "" => String::new(),
        version => format!(" (KubeVirt {version})"),
    };
    let fix = format!(
        "set trustedCreators to [\"{controller}\"] in the settings of all policies, and apply them; the companion's names too"
    );
    let field = "spec.settings.trustedCreators";
    let Some(settings) = settings else {
        let finding = Finding::unknown("no settings could be read").fix("see the checks above");
        return Check::one(name, finding);
    };
    match settings.creators() {
        Creators::Anyone => Check::one(
            name,
            Finding::warning("anybody may create launcher pods with host paths")
                .fix(fix)
                .field(field, json!([controller]), json!(["*"])),
        ),
        Creators::Users(users) if !users.contains(controller) => Check::one(
            name,
            Finding::failed(format!(
                "{controller}{version} is not among them: no VM with a host path starts"
            ))
            .fix(fix)
            .field(field, json!([controller]), json!(users)),
        ),
        Creators::Users(users) if users.len() > 1 => {
            let others: Vec<&str> = users
                .iter()
                .map(String::as_str)
                .filter(|user| user != controller)
                .collect();
            Check::one(
                name,
                Finding::warning(format!(
                    "not KubeVirt's controller, and may create launcher pods with host paths: {}",
                    others.join(", ")
                ))
                .fix(fix)
                .field(field, json!([controller]), json!(users)),
            )
        }
        Creators::Users(_) => Check::ok(name, format!("{controller} is named{version}")),
    }
}

fn sidecars(kubevirt: &KubeVirt) -> Check {
    let name = "feature gate Sidecar";
    let has = |gate: &str| kubevirt.gates.iter().any(|known| known == gate);
    match (has("Sidecar"), has("Plugins")) {
        (true, _) => Check::ok(name, "on"),
        (false, true) => Check::ok(name, "off, but Plugins is on: their sidecars are served"),
        (false, false) => Check::one(
            name,
            Finding::failed("off: KubeVirt makes no hook sidecars").fix(
                "add Sidecar to spec.configuration.developerConfiguration.featureGates of the KubeVirt object",
            ),
        ),
    }
}

fn host_disk(kubevirt: &KubeVirt) -> Check {
    let name = "feature gate HostDisk";
    match kubevirt.gates.iter().any(|gate| gate == "HostDisk") {
        false => Check::ok(name, "off"),
        true => Check::one(
            name,
            Finding::warning(
                "on: VM owners can have QEMU write to any directory of a node, regardless of this policy",
            )
            .fix("remove it from featureGates, or forbid volumes of type hostDisk with another policy"),
        ),
    }
}
