//! KubeVirt itself: who creates launcher pods, and what its feature gates permit.

use kubevirt_sidecar_hostpath_policy::settings::TrustedCreators;
use serde_json::Value;

use crate::Error;
use crate::doctor::check::Check;
use crate::doctor::cluster::{Cluster, Seen, Unseen};
use crate::doctor::policy::ValidSettings;

/// The KubeVirt object, and what it says of itself.
#[derive(Debug, Clone)]
pub struct KubeVirt {
    /// The user that creates launcher pods.
    pub controller: String,
    version: String,
    gates: Vec<String>,
}

/// The KubeVirt object, in any namespace.
pub(super) async fn find(cluster: &Cluster) -> Result<Seen<KubeVirt>, Error> {
    let items = match cluster.list("/apis/kubevirt.io/v1/kubevirts").await? {
        Ok(items) => items,
        Err(unseen) => return Ok(Err(unseen)),
    };
    let Some(object) = items.first() else {
        return Ok(Err(Unseen::Other("there is no KubeVirt object".to_owned())));
    };
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let gates = object.pointer("/spec/configuration/developerConfiguration/featureGates");
    let gates = gates.and_then(Value::as_array).into_iter().flatten();
    Ok(Ok(KubeVirt {
        controller: format!(
            "system:serviceaccount:{}:kubevirt-controller",
            text("/metadata/namespace")
        ),
        version: text("/status/observedKubeVirtVersion").to_owned(),
        gates: gates.filter_map(Value::as_str).map(str::to_owned).collect(),
    }))
}

/// The checks of it.
pub(super) fn checks(kubevirt: &Seen<KubeVirt>, settings: Option<&ValidSettings>) -> Vec<Check> {
    let kubevirt = match kubevirt {
        Ok(kubevirt) => kubevirt,
        Err(unseen) => return vec![Check::unseen("KubeVirt", unseen)],
    };
    vec![
        creator(kubevirt, settings),
        sidecars(kubevirt),
        host_disk(kubevirt),
    ]
}

fn creator(kubevirt: &KubeVirt, settings: Option<&ValidSettings>) -> Check {
    let name = "trustedCreators";
    let controller = &kubevirt.controller;
    let version = match kubevirt.version.as_str() {
        "" => String::new(),
        version => format!(" (KubeVirt {version})"),
    };
    let fix = "name only KubeVirt's controller, as deploy/settings.yaml does";
    match settings.map(|settings| &settings.rules.trusted_creators) {
        None => Check::unknown(name, "no settings could be read", "see the checks above"),
        Some(TrustedCreators::Anyone) => {
            Check::warning(name, "anybody may create launcher pods with host paths", fix)
        }
        Some(TrustedCreators::Users(users)) if !users.contains(controller) => Check::failed(
            name,
            format!("{controller}{version} is not among them: no VM with a host path starts"),
            fix,
        ),
        Some(TrustedCreators::Users(_)) => Check::ok(name, format!("{controller} is named{version}")),
    }
}

fn sidecars(kubevirt: &KubeVirt) -> Check {
    let name = "feature gate Sidecar";
    let has = |gate: &str| kubevirt.gates.iter().any(|known| known == gate);
    match (has("Sidecar"), has("Plugins")) {
        (true, _) => Check::ok(name, "on"),
        (false, true) => Check::ok(name, "off, but Plugins is on: their sidecars are served"),
        (false, false) => Check::failed(
            name,
            "off: KubeVirt makes no hook sidecars",
            "add Sidecar to spec.configuration.developerConfiguration.featureGates of the KubeVirt object",
        ),
    }
}

fn host_disk(kubevirt: &KubeVirt) -> Check {
    let name = "feature gate HostDisk";
    match kubevirt.gates.iter().any(|gate| gate == "HostDisk") {
        false => Check::ok(name, "off"),
        true => Check::warning(
            name,
            "on: VM owners can have QEMU write to any directory of a node, regardless of this policy",
            "remove it from featureGates, or forbid volumes of type hostDisk with another policy",
        ),
    }
}
