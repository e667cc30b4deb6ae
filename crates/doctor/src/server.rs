//! The policy servers: whether those that the policies need are there, and answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::check::{Check, Finding, Status};
use crate::cluster::{Cluster, Seen, Unseen};
use crate::enforcement::deletion;
use crate::name::Subdomain;
use crate::object::text;
use crate::policy::Policy;
use crate::roll_out;

/// A policy server that a policy names.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// The namespace of its Deployment, which is Kubewarden's.
    pub(crate) namespace: Option<String>,
    /// What is wrong with it.
    pub(crate) check: Check,
}

/// The policy servers by their names.
pub(crate) type Servers = BTreeMap<String, Server>;

/// The servers that these policies need.
pub(crate) async fn servers(cluster: &Cluster, policies: &[Policy]) -> Servers {
    let objects = cluster
        .list("/apis/policies.kubewarden.io/v1/policyservers")
        .await;
    let mut names: BTreeSet<String> = policies.iter().map(|policy| policy.server().to_owned()).collect();
    if names.is_empty() {
        names.insert("default".to_owned());
    }
    let mut servers = Servers::new();
    for name in names {
        let server = server(cluster, &objects, &name).await;
        servers.insert(name, server);
    }
    servers
}

async fn server(cluster: &Cluster, objects: &Seen<Vec<Value>>, name: &str) -> Server {
    let title = format!("policy server {name}");
    let without = |finding: Finding| Server {
        namespace: None,
        check: Check::one(title.clone(), finding),
    };
    let objects = match objects {
        Ok(objects) => objects,
        Err(Unseen::Absent { .. }) => {
            let fix = "install Kubewarden: https://docs.kubewarden.io/quick-start";
            return without(Finding::failed("Kubewarden is not installed").fix(fix));
        }
        Err(unseen) => return without(Finding::unseen(unseen)),
    };
    let Some(object) = objects
        .iter()
        .find(|object| text(object, "/metadata/name") == name)
    else {
        let fix = "create the PolicyServer, or name another one in spec.policyServer of the policies; Kubewarden's chart can make one named default";
        return without(Finding::failed("there is no such PolicyServer: nothing is judged").fix(fix));
    };
    let image = text(object, "/spec/image");
    // A name of an object cannot hold anything that a query could not.
    let deployments = match Subdomain::parse(name) {
        Ok(name) => {
            let selector = format!("labelSelector=kubewarden%2Fpolicy-server%3D{name}");
            cluster
                .list(&format!("/apis/apps/v1/deployments?{selector}"))
                .await
        }
        Err(error) => return without(Finding::unknown(error.to_string())),
    };
    let deployments = match deployments {
        Ok(deployments) => deployments,
        Err(unseen) => return without(Finding::unseen(&unseen)),
    };
    let namespaces: BTreeSet<&str> = deployments
        .iter()
        .map(|deployment| text(deployment, "/metadata/namespace"))
        .collect();
    let mut findings: Vec<Finding> =
        deletion(object, "", Status::Failed, "nothing is judged", "create it again")
            .into_iter()
            .collect();
    findings.extend(unjudged(object, &deployments));
    // One failure, one fix: what is down has conditions that say so too.
    match roll_out::finding(object, &deployments, name) {
        Some(finding) => findings.push(finding),
        None => findings.extend(conditions(object)),
    }
    Server {
        namespace: namespaces.into_iter().next().map(str::to_owned),
        check: Check::new(title, format!("runs {image}"), findings),
    }
}

/// How the variable begins by which a policy server accepts whatever it is asked about a namespace. Kubewarden's controller sets
/// it, to the server's own.
const ALWAYS_ACCEPT: &str = "KUBEWARDEN_ALWAYS_ACCEPT";

/// Namespaces of VMs of which the server accepts everything.
fn unjudged(server: &Value, deployments: &[Value]) -> Vec<Finding> {
    let own: Vec<&str> = deployments
        .iter()
        .map(|deployment| text(deployment, "/metadata/namespace"))
        .collect();
    let variables = |list: Option<&Value>, field: &'static str| -> Vec<(String, Value)> {
        let items = list.and_then(Value::as_array).into_iter().flatten();
        let named = items.filter(|item| text(item, "/name").starts_with(ALWAYS_ACCEPT));
        named
            .map(|item| {
                let value = item.get("value").or(item.get("valueFrom"));
                (
                    format!("{field}[{}]", text(item, "/name")),
                    value.cloned().unwrap_or(Value::Null),
                )
            })
            .collect()
    };
    let mut found = variables(server.pointer("/spec/env"), "spec.env");
    for deployment in deployments {
        let containers = deployment
            .pointer("/spec/template/spec/containers")
            .and_then(Value::as_array);
        for container in containers.into_iter().flatten() {
            found.extend(variables(container.get("env"), "Deployment env"));
        }
    }
    let other = found
        .into_iter()
        .filter(|(_, value)| !value.as_str().is_some_and(|name| own.contains(&name)));
    other
        .map(|(field, value)| {
            Finding::failed("it accepts all requests in that namespace, without asking a policy")
                .fix("remove the variable from spec.env of the PolicyServer")
                .field(field, json!(own.first()), value)
        })
        .collect()
}

/// What the controller could not do for it.
fn conditions(server: &Value) -> Vec<Finding> {
    let conditions = server.pointer("/status/conditions").and_then(Value::as_array);
    let conditions = conditions.into_iter().flatten();
    conditions
        .filter(|condition| text(condition, "/status") != "True")
        .map(|condition| {
            let kind = text(condition, "/type");
            let message = text(condition, "/message");
            Finding::failed(format!("Kubewarden's controller could not do it: {message}"))
                .fix("look at the log of Kubewarden's controller")
                .field(
                    format!("status.conditions[{kind}]"),
                    json!("True"),
                    json!(text(condition, "/status")),
                )
        })
        .collect()
}

/// What a policy lacks while its server is not all right.
pub(crate) fn finding_of(policy: &Policy, servers: &Servers) -> Option<Finding> {
    let name = policy.server();
    let status = servers
        .get(name)
        .map_or(Status::Unknown, |server| server.check.status());
    (status >= Status::Unknown).then(|| {
        Finding::unknown(format!(
            "it needs policy server {name}, which is not all right: see there"
        ))
    })
}
