//! The ValidatingAdmissionPolicy that keeps the launcher label for KubeVirt, with its binding and its list of names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::check::{Check, Finding, Status};
use crate::cluster::Cluster;
use crate::creators::of_role;
use crate::deployed::Deployed;
use crate::policy::text;
use crate::settings::Settings;
use crate::shape::{Default, Difference, Field, Form, Narrows, Shape};

const API: &str = "/apis/admissionregistration.k8s.io/v1";

/// The end of its name in `deploy/`.
const NAME: &str = "sidecar-hostpath-launcher-label";

/// What gives it away under another name: the variables of its expressions.
const VARIABLES: [&str; 2] = ["isLauncher", "creators"];

/// How it is put right.
pub(crate) const APPLY: &str = "kubectl apply -k deploy/companion/";

/// `deploy/` lets it warn first.
const DENY: &str = "let it deny when nobody is warned who should not be: deploy/README.md, The companion";

const fn field(name: &'static str, default: Default, form: Form) -> Field {
    Field { name, default, form }
}

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

/// The spec of its binding.
const BINDING: Shape = Shape {
    fields: &[
        field("validationActions", Default::List, Form::Set),
        field("paramRef.parameterNotFoundAction", Default::Nothing, Form::Plain),
        field("paramRef.namespace", Default::Nothing, Form::Plain),
        field("paramRef.selector", Default::Nothing, Form::Selector),
        field("matchResources.resourceRules", Default::List, Form::Rules),
        field("matchResources.excludeResourceRules", Default::List, Form::Rules),
        field("matchResources.objectSelector", Default::Nothing, Form::Selector),
        field(
            "matchResources.namespaceSelector",
            Default::Nothing,
            Form::Selector,
        ),
        field(
            "matchResources.matchPolicy",
            Default::Text("Equivalent"),
            Form::Plain,
        ),
    ],
    // Names of objects, which are followed.
    ignored: &["policyName", "paramRef.name"],
};

/// What was found of it.
pub(crate) struct Companion {
    /// The names of the ValidatingAdmissionPolicies that are it.
    pub(crate) names: Vec<String>,
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
        let name = text(policy, "/metadata/name");
        let bound: Vec<&Value> = bindings
            .iter()
            .filter(|binding| text(binding, "/spec/policyName") == name)
            .collect();
        findings.extend(of_bindings(&bound, deployed));
        let roles: BTreeSet<&str> = bound
            .iter()
            .map(|binding| text(binding, "/spec/paramRef/name"))
            .collect();
        for role in roles {
            findings.extend(of_role(cluster, deployed, role, settings, controller).await);
        }
    }
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

/// All differences, and what nobody knows of.
fn of_shape(
    shape: &Shape,
    expected: &Value,
    found: &Value,
    prefix: &str,
    consequence: fn(&Difference) -> (Status, String),
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = shape
        .differences(expected, found)
        .into_iter()
        .map(|difference| {
            let (status, why) = consequence(&difference);
            let fix = match difference.field {
                "validationActions" => DENY,
                _ => APPLY,
            };
            Finding::of(status, why).fix(fix).field(
                format!("{prefix}.{}", difference.field),
                difference.expected,
                difference.found,
            )
        })
        .collect();
    findings.extend(shape.strangers(found).into_iter().map(|stranger| {
        Finding::unknown("doctor does not know what this field does")
            .fix("remove it, or use a newer sidecar-hostpath")
            .field(
                format!("{prefix}.{}", stranger.field),
                Value::Null,
                stranger.found,
            )
    }));
    findings
}

fn consequence(difference: &Difference) -> (Status, String) {
    let others = "others than trustedCreators can set the launcher label";
    match (difference.field, difference.narrows) {
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

fn binding_consequence(difference: &Difference) -> (Status, String) {
    let others = "others than trustedCreators can set the launcher label";
    match (difference.field, difference.narrows) {
        ("validationActions", _) => {
            let denies = difference
                .found
                .as_array()
                .is_some_and(|actions| actions.contains(&json!("Deny")));
            // To warn is the first step of a roll-out.
            let why = match denies {
                true => "it does more than deny".to_owned(),
                false => format!("it only warns: {others}"),
            };
            (Status::Warning, why)
        }
        ("matchResources.resourceRules" | "matchResources.excludeResourceRules", _) => {
            (Status::Failed, format!("it is not for all requests: {others}"))
        }
        ("paramRef.parameterNotFoundAction", _) => {
            (Status::Failed, format!("without the ClusterRole {others}"))
        }
        _ => (
            Status::Failed,
            format!("it is not for all of the cluster: {others}"),
        ),
    }
}

/// One binding that is as it should be is enough to deny; others deny more.
fn of_bindings(bound: &[&Value], deployed: &Deployed) -> Vec<Finding> {
    let mut all: Vec<Vec<Finding>> = bound
        .iter()
        .map(|binding| {
            let spec = binding.get("spec").unwrap_or(&Value::Null);
            let prefix = format!("binding {} spec", text(binding, "/metadata/name"));
            of_shape(&BINDING, &deployed.binding, spec, &prefix, binding_consequence)
        })
        .collect();
    if all.is_empty() {
        let why = "no binding makes it deny: everyone who may create pods can set the launcher label";
        return vec![Finding::failed(why).fix(APPLY)];
    }
    let is_bound = all.iter().any(Vec::is_empty);
    let mut findings: Vec<Finding> = all.drain(..).flatten().collect();
    if is_bound {
        for finding in &mut findings {
            finding.status = Status::Warning;
            finding.consequence = "a second binding, which is not as deployed; the first is".to_owned();
        }
    }
    findings
}
