//! The nodes: those that rules mean, and what their container runtimes can do.

use doctor::check::Status::{self, Failed, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::more::rules;
use crate::support::server::{CAP, NODES};
use crate::{after, check, faults};

#[rstest]
#[case::old(json!({"runtimeHandlers": [{"name": "", "features": {"recursiveReadOnlyMounts": false}}]}))]
#[case::only_another(json!({"runtimeHandlers": [{"name": "kata", "features": {"recursiveReadOnlyMounts": true}}]}))]
#[case::silent(json!({}))]
fn runtimes_without_recursive_mounts_are_named(
    #[case] status: Value,
    #[values(("IfPossible", Warning), ("Enabled", Failed), ("Disabled", Status::Ok))] setting: (&str, Status),
) {
    let checks = after(|server| {
        server.list(NODES)[0]["status"] = status.clone();
        for policy in server.list(CAP) {
            policy["spec"]["settings"]["recursiveReadOnly"] = json!(setting.0);
        }
    });
    let check = check(&checks, "nodes");
    assert_eq!(check.status(), setting.1, "{check:#?}");
    if setting.1 != Status::Ok {
        assert!(check.findings[0].consequence.contains("node-1"), "{check:#?}");
    }
}

fn node(name: &str, labels: Value, spec: Value, is_ready: &str) -> Value {
    json!({
        "metadata": {"name": name, "labels": labels}, "spec": spec,
        "status": {
            "conditions": [{"type": "Ready", "status": is_ready}],
            "runtimeHandlers": [{"name": "", "features": {"recursiveReadOnlyMounts": true}}],
        },
    })
}

/// Nodes that a rule means, and that run no VMs, or none now.
#[rstest]
#[case::usable("true", json!({}), "True", Status::Ok, "")]
#[case::not_for_vms("false", json!({}), "True", Failed, "KubeVirt runs no VMs on the nodes with these labels")]
#[case::cordoned("true", json!({"unschedulable": true}), "True", Warning, "node-2 is cordoned")]
#[case::not_ready("true", json!({}), "Unknown", Warning, "node-2 is not ready")]
#[case::down("true", json!({}), "False", Warning, "node-2 is not ready")]
fn the_nodes_of_a_rule_must_run_vms(
    #[case] schedulable: &str,
    #[case] spec: Value,
    #[case] is_ready: &str,
    #[case] status: Status,
    #[case] consequence: &str,
) {
    let checks = after(|server| {
        rules(
            server,
            &json!([{"path": "/srv/a", "nodeSelector": {"disk": "ssd"}}]),
        );
        let labels = json!({"kubevirt.io/schedulable": schedulable, "disk": "ssd"});
        server
            .list(NODES)
            .push(node("node-2", labels, spec.clone(), is_ready));
    });
    let check = check(&checks, "nodes");
    assert_eq!(check.status(), status, "{check:#?}");
    if status != Status::Ok {
        let finding = &check.findings[0];
        assert!(finding.consequence.starts_with(consequence), "{finding:#?}");
        assert_eq!(
            finding.field.as_deref(),
            Some("settings.allowedHostPaths[0].nodeSelector")
        );
    }
}

/// Another node that can be used is enough.
#[test]
fn one_node_that_can_be_used_is_enough() {
    let checks = after(|server| {
        rules(
            server,
            &json!([{"path": "/srv/a", "nodeSelector": {"disk": "ssd"}}]),
        );
        let labels = json!({"kubevirt.io/schedulable": "true", "disk": "ssd"});
        let cordoned = json!({"unschedulable": true});
        server
            .list(NODES)
            .push(node("node-2", labels.clone(), cordoned, "True"));
        server.list(NODES).push(node("node-3", labels, json!({}), "True"));
    });
    assert_eq!(check(&checks, "nodes").status(), Status::Ok);
}

#[test]
fn without_nodes_nothing_is_known_of_them() {
    let checks = after(|server| server.list(NODES).clear());
    assert_eq!(faults(&checks), [("nodes", Status::Unknown)]);
}
