//! What the API server calls: the webhooks of the policies, others that touch launcher pods, and the companion.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::Error;
use crate::doctor::check::Check;
use crate::doctor::cluster::{Cluster, Seen};
use crate::doctor::policy::ValidSettings;
use crate::doctor::policy::{Policy, Role};
use crate::doctor::selector::{covers, selects};
use kubevirt_sidecar_hostpath_policy::settings::TrustedCreators;

const API: &str = "/apis/admissionregistration.k8s.io/v1";

/// What Kubewarden writes on the webhook of a policy.
const POLICY_NAME: &str = "/metadata/annotations/kubewardenPolicyName";

/// The webhooks.
pub(super) async fn checks(cluster: &Cluster, policies: &Seen<Vec<Policy>>) -> Result<Vec<Check>, Error> {
    let mutating = cluster
        .list(&format!("{API}/mutatingwebhookconfigurations"))
        .await?;
    let validating = cluster
        .list(&format!("{API}/validatingwebhookconfigurations"))
        .await?;
    let Ok(policies) = policies else {
        return Ok(Vec::new());
    };
    Ok(vec![
        registered(policies, &mutating, &validating),
        order(policies, &mutating),
    ])
}

/// Each policy has a webhook that can be trusted.
fn registered(policies: &[Policy], mutating: &Seen<Vec<Value>>, validating: &Seen<Vec<Value>>) -> Check {
    let name = "webhooks";
    let (mutating, validating) = match (mutating, validating) {
        (Ok(mutating), Ok(validating)) => (mutating, validating),
        (Err(unseen), _) | (_, Err(unseen)) => return Check::unseen(name, unseen),
    };
    for policy in policies {
        let is_mutating = policy.object.pointer("/spec/mutating") == Some(&Value::Bool(true));
        let list = if is_mutating { mutating } else { validating };
        let own = list
            .iter()
            .find(|item| item.pointer(POLICY_NAME).and_then(Value::as_str) == Some(&policy.name));
        let Some(own) = own else {
            let why = format!("the API server has no webhook for {}", policy.title);
            return Check::failed(name, why, "look at the log of kubewarden-controller");
        };
        let bundle = own
            .pointer("/webhooks/0/clientConfig/caBundle")
            .and_then(Value::as_str);
        if bundle.is_none_or(str::is_empty) {
            let why = format!("the webhook of {} has no CA: each call of it fails", policy.title);
            return Check::failed(name, why, "look at the log of kubewarden-controller");
        }
    }
    Check::ok(name, "each policy has one, with its CA")
}

/// Whether others change launcher pods after this policy.
fn order(policies: &[Policy], mutating: &Seen<Vec<Value>>) -> Check {
    let name = "order of webhooks";
    let mutating = match mutating {
        Ok(mutating) => mutating,
        Err(unseen) => return Check::unseen(name, unseen),
    };
    let text = |item: &Value, pointer: &str| {
        item.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let inject = policies.iter().find(|policy| policy.role == Role::Inject);
    let own = mutating
        .iter()
        .find(|item| inject.is_some_and(|inject| text(item, POLICY_NAME) == inject.name));
    let Some(own) = own.map(|own| text(own, "/metadata/name")) else {
        return Check::unknown(name, "there is no webhook that injects", "see the checks above");
    };
    let later: Vec<String> = mutating
        .iter()
        .map(|item| (text(item, "/metadata/name"), item))
        .filter(|(other, item)| *other > own || is_called_again(item) && *other != own)
        .filter(|(_, item)| touches_launcher_pods(item))
        .map(|(other, _)| other)
        .collect();
    match later.is_empty() {
        true => Check::ok(
            name,
            "no mutating webhook touches launcher pods after this policy",
        ),
        false => Check::warning(
            name,
            format!(
                "called after this policy for launcher pods: {}; verify rejects what they change for the worse",
                later.join(", ")
            ),
            "give them a selector that leaves launcher pods out, or a name before this policy's and reinvocationPolicy Never",
        ),
    }
}

/// Whether it is called once more, after others have changed the pod.
fn is_called_again(configuration: &Value) -> bool {
    let webhooks = configuration.get("webhooks").and_then(Value::as_array);
    let again = |webhook: &Value| {
        webhook
            .get("reinvocationPolicy")
            .is_some_and(|policy| policy == "IfNeeded")
    };
    webhooks.into_iter().flatten().any(again)
}

fn touches_launcher_pods(configuration: &Value) -> bool {
    let labels = json!({ "kubevirt.io": "virt-launcher" });
    let labels = labels.as_object().cloned().unwrap_or_else(Map::new);
    let webhooks = configuration.get("webhooks").and_then(Value::as_array);
    webhooks.into_iter().flatten().any(|webhook| {
        covers(webhook.get("rules"), "", "pods", "CREATE") && selects(webhook.get("objectSelector"), &labels)
    })
}

/// The ValidatingAdmissionPolicy that keeps the launcher label for KubeVirt.
pub(super) async fn companion(
    cluster: &Cluster,
    settings: Option<&ValidSettings>,
) -> Result<Vec<Check>, Error> {
    let name = "companion";
    let policies = cluster
        .list(&format!("{API}/validatingadmissionpolicies"))
        .await?;
    let bindings = cluster
        .list(&format!("{API}/validatingadmissionpolicybindings"))
        .await?;
    let (policies, bindings) = match (policies, bindings) {
        (Ok(policies), Ok(bindings)) => (policies, bindings),
        (Err(unseen), _) | (_, Err(unseen)) => return Ok(vec![Check::unseen(name, &unseen)]),
    };
    let apply = "kubectl apply -k deploy/companion/";
    // It has a list of creators, and asks for the label.
    let own = policies
        .iter()
        .find_map(|policy| Some((policy, creators(policy)?)));
    let Some((policy, creators)) = own else {
        let why = "missing: everyone who may create pods can set the label kubevirt.io: virt-launcher";
        return Ok(vec![Check::warning(name, why, apply)]);
    };
    let title = policy
        .pointer("/metadata/name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let binds = |binding: &&Value| binding.pointer("/spec/policyName").and_then(Value::as_str) == Some(title);
    let denies = |binding: &Value| {
        let actions = binding
            .pointer("/spec/validationActions")
            .and_then(Value::as_array);
        actions.is_some_and(|actions| actions.iter().any(|action| action == "Deny"))
    };
    if !bindings.iter().filter(binds).any(denies) {
        let why = format!("no binding makes {title} deny");
        return Ok(vec![Check::failed(name, why, apply)]);
    }
    if policy.pointer("/spec/failurePolicy").and_then(Value::as_str) == Some("Ignore") {
        let why = format!("{title} has failurePolicy Ignore");
        return Ok(vec![Check::failed(name, why, apply)]);
    }
    let trusted = settings.map(|settings| &settings.rules.trusted_creators);
    Ok(vec![match trusted {
        Some(TrustedCreators::Users(users))
            if users.iter().cloned().collect::<BTreeSet<String>>() == creators =>
        {
            Check::ok(
                name,
                format!("{title} denies the launcher label to all but trustedCreators"),
            )
        }
        None => Check::unknown(
            name,
            format!("{title} denies, but there are no settings to compare it with"),
            apply,
        ),
        Some(_) => {
            let creators: Vec<String> = creators.into_iter().collect();
            let why = format!("{title} trusts {}, and the settings others", creators.join(", "));
            Check::failed(name, why, apply)
        }
    }])
}

/// The users that the variable `creators` lists.
fn creators(policy: &Value) -> Option<BTreeSet<String>> {
    if !policy.to_string().contains("virt-launcher") {
        return None;
    }
    let variables = policy.pointer("/spec/variables").and_then(Value::as_array)?;
    let variable = variables
        .iter()
        .find(|variable| variable.get("name").is_some_and(|name| name == "creators"))?;
    let expression = variable.get("expression").and_then(Value::as_str)?;
    Some(
        expression
            .split('\'')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect(),
    )
}
