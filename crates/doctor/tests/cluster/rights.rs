//! `deploy/doctor/` grants what doctor asks for, and nothing else.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::examined_by;
use crate::support::rendered::{objects, root, tool};
use crate::support::server::{Dialect, Server};

/// A verb on a resource of an API group.
type Right = (String, String, String);

/// The right that a request needs.
fn right(method: &str, address: &str) -> Option<Right> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut parts = path.split('/').skip(1);
    let group = match parts.next()? {
        "api" => "",
        "apis" => parts.next()?,
        _ => return None,
    };
    let _version = parts.next()?;
    let mut rest: Vec<&str> = parts.collect();
    if rest.first() == Some(&"namespaces") && rest.len() > 2 {
        rest.drain(..2);
    }
    let resource = match rest.as_slice() {
        [resource, _, sub] => format!("{resource}/{sub}"),
        [resource, ..] => (*resource).to_owned(),
        [] => return None,
    };
    let verb = match method {
        "GET" if query.contains("limit=") => "list",
        "GET" => "get",
        "POST" => "create",
        "PUT" => "update",
        other => panic!("{other}"),
    };
    Some((verb.to_owned(), group.to_owned(), resource))
}

fn texts(rule: &Value, member: &str) -> Vec<String> {
    let list = rule[member].as_array().unwrap();
    list.iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_cluster_role_grants_what_is_asked_for_and_nothing_else() {
    let server = Server::deployed(Dialect::KwCap);
    let (reads, writes) = (
        std::sync::Arc::clone(&server.reads),
        std::sync::Arc::clone(&server.writes),
    );
    examined_by(server, None).unwrap();
    let mut asked = BTreeSet::new();
    for request in reads.lock().unwrap().iter().chain(writes.lock().unwrap().iter()) {
        let (method, address) = request.split_once(' ').unwrap();
        asked.extend(right(method, address));
    }
    let role = objects(
        Command::new(tool("kubectl"))
            .arg("kustomize")
            .arg(root().join("deploy/doctor")),
    );
    let role = role
        .iter()
        .find(|object| object["kind"] == "ClusterRole")
        .unwrap();
    assert_eq!(role["metadata"]["name"], json!("sidecar-hostpath-doctor"));
    let mut granted = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        for verb in texts(rule, "verbs") {
            for group in texts(rule, "apiGroups") {
                for resource in texts(rule, "resources") {
                    granted.insert((verb.clone(), group.clone(), resource));
                }
            }
        }
    }
    assert_eq!(granted, asked);
}
