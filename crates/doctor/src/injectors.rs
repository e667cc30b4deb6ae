//! Others that change launcher pods: after the policy that injects, so that it does not see what they do.

use serde_json::Value;

use crate::check::{Check, Finding};
use crate::cluster::{Cluster, Seen, Unseen};
use crate::deployed::Role;
use crate::object::text;
use crate::policy::Policies;
use crate::registered::names;
use crate::rules::Rules;
use crate::selector::Selector;

const API: &str = "/apis/admissionregistration.k8s.io";

/// The versions that the API server may serve MutatingAdmissionPolicies in, the newest first.
const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha1"];

/// Whether others change launcher pods after this policy.
pub(crate) async fn check(
    cluster: &Cluster,
    policies: &Seen<Policies>,
    mutating: &Seen<Vec<Value>>,
) -> Check {
    let name = "others that change launcher pods";
    let mutating = match mutating {
        Ok(mutating) => mutating,
        Err(unseen) => return Check::unseen(name, unseen),
    };
    let policies = match policies {
        Ok(policies) => policies.policies.as_slice(),
        Err(unseen) => return Check::unseen(name, unseen),
    };
    let inject = policies.iter().find(|policy| policy.role == Role::Inject);
    let own = mutating.iter().find(|object| {
        inject.is_some_and(|inject| {
            names(&inject.name)
                .iter()
                .any(|own| own == text(object, "/metadata/name"))
        })
    });
    let own = own.map(|own| text(own, "/metadata/name"));
    let touching: Vec<&Value> = mutating
        .iter()
        .filter(|object| Some(text(object, "/metadata/name")) != own)
        .filter(|object| touches_launcher_pods(object))
        .collect();
    let (later, earlier): (Vec<&Value>, Vec<&Value>) = touching.into_iter().partition(|object| {
        is_called_again(object) || own.is_some_and(|own| text(object, "/metadata/name") > own)
    });
    let titles = |objects: &[&Value]| -> Vec<String> {
        objects
            .iter()
            .map(|object| text(object, "/metadata/name").to_owned())
            .collect()
    };
    let (later, earlier) = (titles(&later), titles(&earlier));
    let mut findings = Vec::new();
    if !later.is_empty() {
        let why = format!(
            "webhooks that are called after inject: {}; verify rejects what they change for the worse",
            later.join(", ")
        );
        let fix = "give them a selector that leaves launcher pods out, or a name that sorts before inject's and reinvocationPolicy Never";
        findings.push(Finding::warning(why).fix(fix));
    }
    if own.is_none() && !earlier.is_empty() {
        let why = format!(
            "no webhook of inject is called, so that nobody is before or after it; others that change launcher pods: {}",
            earlier.join(", ")
        );
        findings.push(Finding::unknown(why).fix("see the checks of inject and of its webhook above"));
    }
    findings.extend(admission_policies(cluster).await);
    let seen = match earlier.is_empty() {
        true => "none after inject".to_owned(),
        false => format!("none after inject; before it: {}", earlier.join(", ")),
    };
    Check::new(name, seen, findings)
}

/// Whether it is called once more, after others have changed the pod.
fn is_called_again(configuration: &Value) -> bool {
    let webhooks = configuration.get("webhooks").and_then(Value::as_array);
    webhooks
        .into_iter()
        .flatten()
        .any(|webhook| text(webhook, "/reinvocationPolicy") == "IfNeeded")
}

fn touches_launcher_pods(configuration: &Value) -> bool {
    let webhooks = configuration.get("webhooks").and_then(Value::as_array);
    webhooks
        .into_iter()
        .flatten()
        .any(|webhook| meets(webhook.get("rules"), webhook.get("objectSelector")))
}

fn meets(rules: Option<&Value>, selector: Option<&Value>) -> bool {
    Rules::of(rules.unwrap_or(&Value::Null)).cover_pods()
        && Selector::of(selector.unwrap_or(&Value::Null)).may_select_launchers()
}

/// MutatingAdmissionPolicies, in the newest version that is served.
async fn admission_policies(cluster: &Cluster) -> Option<Finding> {
    for version in VERSIONS {
        let path = format!("{API}/{version}/mutatingadmissionpolicies");
        let policies = match cluster.list(&path).await {
            Ok(policies) => policies,
            Err(Unseen::Absent { .. }) => continue,
            Err(unseen) => return Some(Finding::unseen(&unseen)),
        };
        let touching: Vec<&str> = policies
            .iter()
            .filter(|policy| {
                meets(
                    policy.pointer("/spec/matchConstraints/resourceRules"),
                    policy.pointer("/spec/matchConstraints/objectSelector"),
                )
            })
            .map(|policy| text(policy, "/metadata/name"))
            .collect();
        return (!touching.is_empty()).then(|| {
            Finding::warning(format!(
                "MutatingAdmissionPolicies for launcher pods: {}; with reinvocationPolicy IfNeeded they run after inject too; verify rejects what they change for the worse",
                touching.join(", ")
            ))
            .fix("see that each is meant to, or give it an objectSelector that leaves launcher pods out")
        });
    }
    // A Kubernetes that has none of them.
    None
}
