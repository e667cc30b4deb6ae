//! The bindings of the companion: one that is as it should be is enough to deny, and each that denies takes rights away.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::check::{Finding, Status};
use crate::companion_shape::{APPLY, NAME, of_shape};
use crate::deployed::Deployed;
use crate::enforcement::deletion;
use crate::object::text;
use crate::shape::{Default, Difference, Form, Shape, field};

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

/// What was found of them.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    pub(crate) findings: Vec<Finding>,
    /// The ClusterRoles whose names count, and whether another one decides already who may set the label.
    pub(crate) roles: BTreeMap<String, bool>,
}

impl Bindings {
    /// The bindings of the ValidatingAdmissionPolicy of this name, of all that there are.
    pub(crate) fn of(all: &[Value], policy: &str, deployed: &Deployed) -> Self {
        let (bound, others): (Vec<&Value>, Vec<&Value>) = all
            .iter()
            .partition(|binding| text(binding, "/spec/policyName") == policy);
        if bound.is_empty() {
            return Bindings {
                findings: vec![unbound(&others, policy)],
                roles: BTreeMap::new(),
            };
        }
        let of = |binding: &Value| {
            let spec = binding.get("spec").unwrap_or(&Value::Null);
            let name = format!("binding {}", text(binding, "/metadata/name"));
            let prefix = format!("{name} spec");
            let mut findings = of_shape(&BINDING, &deployed.binding, spec, &prefix, consequence);
            let gone = "everyone who may create pods can then set the launcher label";
            findings.extend(deletion(
                binding,
                &format!("{name} "),
                Status::Warning,
                gone,
                APPLY,
            ));
            findings
        };
        let all: Vec<(&Value, Vec<Finding>)> = bound.iter().map(|binding| (*binding, of(binding))).collect();
        // Of several that are as they should be, that with the role of `deploy/` counts, which the first has.
        let first = all
            .iter()
            .filter(|(_, findings)| findings.is_empty())
            .map(|(binding, _)| text(binding, "/spec/paramRef/name"))
            .max_by_key(|role| role.ends_with(NAME));
        let mut bindings = Bindings::default();
        for (binding, findings) in all {
            let role = text(binding, "/spec/paramRef/name");
            let is_second = first.is_some_and(|first| first != role);
            // What only warns beside one that denies takes nothing away.
            if first.is_none() || denies(binding.pointer("/spec/validationActions")) {
                bindings.roles.insert(role.to_owned(), is_second);
            }
            if let Some(first) = first.filter(|_| is_second && findings.is_empty()) {
                bindings.findings.push(second(binding, first, role));
            }
            bindings.findings.extend(findings.into_iter().map(|mut finding| {
                if first.is_some() {
                    finding.status = Status::Warning;
                    "a second binding, which is not as deployed; the first is"
                        .clone_into(&mut finding.consequence);
                }
                finding
            }));
        }
        bindings
    }
}

/// That nothing binds the policy; and the binding that was meant to, if one has the role of `deploy/`.
fn unbound(others: &[&Value], policy: &str) -> Finding {
    let why = "no binding makes it deny: everyone who may create pods can set the launcher label";
    let finding = Finding::failed(why).fix(APPLY);
    let mut others = others.iter();
    match others.find(|binding| text(binding, "/spec/paramRef/name").ends_with(NAME)) {
        None => finding,
        Some(binding) => finding.field(
            format!("binding {} spec.policyName", text(binding, "/metadata/name")),
            json!(policy),
            json!(text(binding, "/spec/policyName")),
        ),
    }
}

/// A binding that denies as the first does, by another role.
fn second(binding: &Value, first: &str, role: &str) -> Finding {
    Finding::warning("a second binding: only who is in the ClusterRoles of both may set the launcher label")
        .fix("delete it, unless it is meant to be there beside the first")
        .field(
            format!("binding {} spec.paramRef.name", text(binding, "/metadata/name")),
            json!(first),
            json!(role),
        )
}

fn denies(actions: Option<&Value>) -> bool {
    actions
        .and_then(Value::as_array)
        .is_some_and(|actions| actions.contains(&json!("Deny")))
}

fn consequence(difference: &Difference) -> (Status, String) {
    let others = "others than trustedCreators can set the launcher label";
    match (difference.field, difference.narrows) {
        ("validationActions", _) => {
            // To warn is the first step of a roll-out.
            let why = match denies(Some(&difference.found)) {
                true => "it does more than deny".to_owned(),
                false => format!("it only warns or records: {others}"),
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
