//! The ValidatingAdmissionPolicy that keeps the launcher label for KubeVirt, with its binding and its list of names.

use serde_json::Value;

use crate::bindings::Bindings;
use crate::check::{Check, Finding, Status};
use crate::cluster::Cluster;
use crate::companion_shape::{APPLY, DENY, NAME, of_shape};
use crate::creators::of_role;
use crate::deployed::Deployed;
use crate::enforcement::deletion;
use crate::object::text;
use crate::settings::Settings;
use crate::shape::{Default, Difference, Form, Narrows, Shape, field};

const API: &str = "/apis/admissionregistration.k8s.io/v1";

/// What gives it away under another name: the variables of its expressions.
const VARIABLES: [&str; 2] = ["isLauncher", "creators"];

/// The spec of a ValidatingAdmissionPolicy. The defaults are the API server's.
const POLICY: Shape = Shape {
    fields: &[
        field("failurePolicy", Default::Text("Fail"), Form::Plain),
        field("paramKind", Default::Nothing, Form::Plain),
        field("matchConstraints.resourceRules", Default::List, Form::Rules),
        field(
            "matchConstraints.excludeResourceRules",
            Default::List,
            Form::Rules,
        ),
        field(
            "matchConstraints.objectSelector",
            Default::Nothing,
            Form::Selector,
        ),
        field(
            "matchConstraints.namespaceSelector",
            Default::Nothing,
            Form::Selector,
        ),
        field(
            "matchConstraints.matchPolicy",
            Default::Text("Equivalent"),
            Form::Plain,
        ),
        field("matchConditions", Default::List, Form::Plain),
        field("variables", Default::List, Form::Plain),
        field("validations", Default::List, Form::Plain),
        field("auditAnnotations", Default::List, Form::Plain),
    ],
    ignored: &[],
};

/// What was found of it.
pub(crate) struct Companion {
    /// The names of the ValidatingAdmissionPolicies that are it.
    pub(crate) names: Vec<String>,
    /// What to do where the label is not denied.
    pub(crate) fix: &'static str,
    /// What is wrong with it.
    pub(crate) check: Check,
}

/// The companion, against the settings and the user that creates launcher pods.
pub(crate) async fn companion(
    cluster: &Cluster,
    deployed: &Deployed,
    settings: Option<&Settings>,
    controller: Option<&str>,
) -> Companion {
    let without = |check: Check| Companion {
        names: Vec::new(),
        fix: match check.status() {
            Status::Unknown => "see the check of the companion above",
            _ => APPLY,
        },
        check,
    };
    let policies = match cluster.list(&format!("{API}/validatingadmissionpolicies")).await {
        Ok(policies) => policies,
        Err(unseen) => return without(Check::unseen("companion", &unseen)),
    };
    let bindings = match cluster
        .list(&format!("{API}/validatingadmissionpolicybindings"))
        .await
    {
        Ok(bindings) => bindings,
        Err(unseen) => return without(Check::unseen("companion", &unseen)),
    };
    let own: Vec<&Value> = policies.iter().filter(|policy| is_companion(policy)).collect();
    if own.is_empty() {
        let why = "missing: everyone who may create pods can set the label kubevirt.io: virt-launcher";
        return without(Check::one("companion", Finding::warning(why).fix(APPLY)));
    }
    let mut findings = Vec::new();
    for policy in &own {
        let spec = policy.get("spec").unwrap_or(&Value::Null);
        findings.extend(of_shape(&POLICY, &deployed.companion, spec, "spec", consequence));
        findings.extend(typing(policy));
        let gone = "everyone who may create pods can then set the launcher label";
        findings.extend(deletion(policy, "", Status::Warning, gone, APPLY));
        let name = text(policy, "/metadata/name");
        let bindings = Bindings::of(&bindings, name, deployed);
        for (role, is_second) in bindings.roles {
            findings.extend(of_role(cluster, deployed, &role, settings, controller, is_second).await);
        }
        findings.extend(bindings.findings);
    }
    let only_warns = findings
        .iter()
        .any(|finding| finding.fix.as_deref() == Some(DENY) && finding.status == Status::Warning);
    let names: Vec<String> = own
        .iter()
        .map(|policy| text(policy, "/metadata/name").to_owned())
        .collect();
    let seen = format!(
        "{} denies the launcher label to all but trustedCreators",
        names.join(", ")
    );
    Companion {
        names,
        fix: if only_warns { DENY } else { APPLY },
        check: Check::new("companion", seen, findings),
    }
}

fn is_companion(policy: &Value) -> bool {
    let variables = policy.pointer("/spec/variables").and_then(Value::as_array);
    let has = |name: &&str| {
        let mut variables = variables.into_iter().flatten();
        variables.any(|variable| text(variable, "/name") == *name)
    };
    text(policy, "/metadata/name").ends_with(NAME) || VARIABLES.iter().all(has)
}

/// The API server's own check of the expressions.
fn typing(policy: &Value) -> Option<Finding> {
    let warnings = policy
        .pointer("/status/typeChecking/expressionWarnings")?
        .as_array()?;
    let first = warnings.first()?;
    Some(
        Finding::warning(format!(
            "the API server warns of its expressions: {}",
            text(first, "/warning")
        ))
        .fix(APPLY),
    )
}

fn consequence(difference: &Difference) -> (Status, String) {
    let others = "others than trustedCreators can set the launcher label";
    let is_text = ["reason", "message", "messageExpression"]
        .iter()
        .any(|text| difference.at.ends_with(&format!("].{text}")));
    match (difference.field, difference.narrows) {
        ("validations", _) if is_text => (
            Status::Warning,
            "it denies the same, and says it in other words".to_owned(),
        ),
        ("auditAnnotations", _) => (
            Status::Warning,
            "it denies the same, and writes something else into the audit log".to_owned(),
        ),
        ("failurePolicy", _) => (
            Status::Failed,
            format!("where an expression cannot be evaluated, {others}"),
        ),
        ("matchConstraints.excludeResourceRules", Narrows::No) => {
            (Status::Failed, format!("by what is excluded, {others}"))
        }
        (_, Narrows::No) => (
            Status::Warning,
            "it judges requests that do not concern it".to_owned(),
        ),
        _ => (
            Status::Failed,
            format!("it does not deny what it should: {others}"),
        ),
    }
}
