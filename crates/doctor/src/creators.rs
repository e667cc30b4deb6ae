//! The names that the companion trusts, in its ClusterRole.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::check::{Finding, Status};
use crate::cluster::{Cluster, Unseen};
use crate::companion_shape::APPLY;
use crate::deployed::Deployed;
use crate::enforcement::deletion;
use crate::name::Subdomain;
use crate::settings::{Creators, Settings};

/// The ClusterRole that holds the names. Where it is that of a second binding, it only takes names away: the first denies
/// the others already.
pub(crate) async fn of_role(
    cluster: &Cluster,
    deployed: &Deployed,
    name: &str,
    settings: Option<&Settings>,
    controller: Option<&str>,
    is_second: bool,
) -> Vec<Finding> {
    let nobody = "nobody can start a VM: all launcher pods are denied, KubeVirt's too";
    let valid = match Subdomain::parse(name) {
        Ok(name) => name,
        Err(error) => {
            return vec![Finding::failed(format!("paramRef names no ClusterRole: {error}")).fix(APPLY)];
        }
    };
    let field = format!("ClusterRole {name}");
    let role = match cluster
        .get(&format!(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/{valid}"
        ))
        .await
    {
        Ok(role) => role,
        Err(Unseen::Absent { .. }) => {
            return vec![
                Finding::failed(format!("it does not exist: {nobody}"))
                    .fix(APPLY)
                    .field(field, deployed.creators.clone(), Value::Null),
            ];
        }
        Err(unseen) => return vec![Finding::unseen(&unseen)],
    };
    let mut findings: Vec<Finding> = deletion(&role, &format!("{field} "), Status::Failed, nobody, APPLY)
        .into_iter()
        .collect();
    if role.get("aggregationRule").is_some_and(|rule| !rule.is_null()) {
        let why = "its rules are made of other roles: who may write those chooses the names";
        findings.push(Finding::failed(why).fix(APPLY).field(
            format!("{field} aggregationRule"),
            Value::Null,
            role.get("aggregationRule").cloned().unwrap_or(Value::Null),
        ));
    }
    let rules = role
        .get("rules")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let shape = rules.first().map(|rule| {
        let mut rule = rule.clone();
        if let Some(members) = rule.as_object_mut() {
            members.remove("resourceNames");
        }
        rule
    });
    if shape.as_ref() != Some(&deployed.creators) || rules.len() != 1 {
        findings.push(
            Finding::warning("its rules are not as deployed: only the names of the first are read, and the rest may grant something")
                .fix(APPLY)
                .field(
                    format!("{field} rules"),
                    json!([deployed.creators.clone()]),
                    json!(rules),
                ),
        );
    }
    let names = role.pointer("/rules/0/resourceNames").and_then(Value::as_array);
    let names: BTreeSet<String> = names
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    findings.extend(of_names(
        &names,
        &format!("{field} rules[0].resourceNames"),
        settings,
        is_second,
    ));
    if let Some(controller) = controller.filter(|controller| !names.contains(*controller)) {
        findings.push(
            Finding::failed(nobody)
                .fix(format!(
                    "add {controller} to trustedCreators in deploy/base/settings.yaml, {APPLY}"
                ))
                .field(
                    format!("{field} rules[0].resourceNames"),
                    json!([controller]),
                    json!(names),
                ),
        );
    }
    findings
}

/// The names of the companion and those of the settings are the same.
fn of_names(
    names: &BTreeSet<String>,
    field: &str,
    settings: Option<&Settings>,
    is_second: bool,
) -> Option<Finding> {
    let Some(settings) = settings else {
        return Some(
            Finding::unknown("there are no settings to compare its names with")
                .fix("see the check of settings"),
        );
    };
    let (expected, consequence) = match settings.creators() {
        Creators::Users(users) if users == *names => return None,
        Creators::Users(users) if is_second && users.is_subset(names) => return None,
        Creators::Anyone => (
            json!(["*"]),
            "the settings trust anyone, and the companion these only: pods of others are denied, with or without host paths",
        ),
        Creators::Users(users) => {
            let is_wider = !is_second && names.iter().any(|name| !users.contains(name));
            let why = match is_wider {
                true => "the companion lets others set the launcher label than the settings trust",
                false => "the companion denies the pods of users that the settings trust",
            };
            (json!(users), why)
        }
    };
    Some(
        Finding::failed(consequence)
            .fix(format!(
                "set trustedCreators in deploy/base/settings.yaml, kubectl apply -k deploy/base/, {APPLY}"
            ))
            .field(field, expected, json!(names)),
    )
}
