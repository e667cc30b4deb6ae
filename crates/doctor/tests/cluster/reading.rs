//! What cannot be read, or is no answer, is unknown and never ok.

use std::collections::BTreeSet;

use doctor::check::Status;
use doctor::{Options, examine};
use rstest::rstest;

use crate::support::admission::Policy;
use crate::support::server::{
    AP, BINDINGS, CAP, DEPLOYMENTS, GROUPS, KUBEVIRTS, MAP, MUTATING, NAMESPACES, NODES, PODS, ROLES,
    SERVERS, Server, VALIDATING, VAP, VMIS, VMS, VOLUMES,
};
use crate::{after, check, faults};

const ROLE: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/sidecar-hostpath-launcher-label";

#[rstest]
#[case::version("/version", "Kubernetes")]
#[case::policies(CAP, "policies")]
#[case::namespaced(AP, "policies")]
#[case::groups(GROUPS, "policies")]
#[case::servers(SERVERS, "policy server default")]
#[case::deployments(DEPLOYMENTS, "policy server default")]
#[case::mutating(MUTATING, "webhook of sidecar-hostpath-inject")]
#[case::order(MUTATING, "others that change launcher pods")]
#[case::validating(VALIDATING, "webhook of sidecar-hostpath-verify")]
#[case::mutating_policies(MAP, "others that change launcher pods")]
#[case::companion(VAP, "companion")]
#[case::binding(BINDINGS, "companion")]
#[case::role(ROLE, "companion")]
#[case::kubevirt(KUBEVIRTS, "KubeVirt")]
#[case::namespaces(NAMESPACES, "Pod Security")]
#[case::vms(VMS, "VMs of the cluster")]
#[case::vmis(VMIS, "VMs of the cluster")]
#[case::pods(PODS, "others that write at the allowed paths")]
#[case::launchers(PODS, "probe: kubectl debug")]
#[case::nodes(NODES, "nodes")]
#[case::volumes(VOLUMES, "others that write at the allowed paths")]
fn what_may_not_be_read_is_unknown(
    #[case] path: &'static str,
    #[case] name: &str,
    #[values(true, false)] is_forbidden: bool,
) {
    let checks = after(|server| match is_forbidden {
        true => server.forbidden.push(path),
        // A proxy that answers for the API server.
        false => {
            server.answers.insert(path, "<html>please log in</html>");
        }
    });
    let check = check(&checks, name);
    assert_eq!(check.status(), Status::Unknown, "{check:#?}");
    assert!(
        check
            .findings
            .iter()
            .all(|finding| !finding.consequence.is_empty()),
        "{check:#?}"
    );
}

/// An object that is no list, though its status is 200, has no items: that is not the same as an empty list.
#[rstest]
#[case::no_list(r#"{"kind": "Status", "items": []}"#)]
#[case::no_items(r#"{"kind": "PodList"}"#)]
#[case::wrong_items(r#"{"kind": "PodList", "items": {}}"#)]
#[case::no_objects(r#"{"kind": "PodList", "items": [1, "x", null]}"#)]
fn what_is_no_list_is_unknown(#[case] answer: &'static str) {
    let checks = after(|server| {
        server.answers.insert(VMS, answer);
    });
    assert_eq!(check(&checks, "VMs of the cluster").status(), Status::Unknown);
}

#[test]
fn a_cluster_that_is_not_there_is_an_error_with_its_address() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let options = Options {
        settings: None,
        probe_namespace: None,
        progress: &|_| {},
    };
    let error = runtime
        .block_on(async { examine(&Server::gone(), &Policy, &options).await })
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot ask the cluster: https://cluster.example.com: ServiceError: connection refused"
    );
}

/// Every list that is read is one of those that may be unreadable, above.
#[test]
fn all_that_is_read_is_tried_here() {
    let known: BTreeSet<&str> = BTreeSet::from([
        CAP,
        AP,
        GROUPS,
        SERVERS,
        DEPLOYMENTS,
        MUTATING,
        VALIDATING,
        MAP,
        VAP,
        BINDINGS,
        ROLES,
        KUBEVIRTS,
        NAMESPACES,
        VMS,
        VMIS,
        PODS,
        NODES,
        VOLUMES,
    ]);
    let server = Server::deployed(crate::support::server::Dialect::KwCap);
    let served: BTreeSet<&str> = server.lists.keys().copied().collect();
    assert_eq!(served, known);
}

/// One list that may not be read takes nothing away from the others.
#[rstest]
#[case::namespaced(AP)]
#[case::groups(GROUPS)]
fn what_was_read_is_kept(#[case] path: &'static str) {
    let checks = after(|server| server.forbidden.push(path));
    assert_eq!(faults(&checks), [("policies", Status::Unknown)]);
}

/// What was not read is not said to be missing, nor anything that follows from it.
#[test]
fn unread_namespaces_are_not_called_restricted() {
    let checks = after(|server| server.forbidden.push(NAMESPACES));
    let why = &check(&checks, "probes").findings[0].consequence;
    assert!(why.starts_with("/api/v1/namespaces is forbidden"), "{why}");
}

#[test]
fn unread_policies_are_not_called_others() {
    let checks = after(|server| server.forbidden.push(CAP));
    let check = check(&checks, "others that change launcher pods");
    assert_eq!(check.status(), Status::Unknown, "{check:#?}");
    assert!(
        check.findings[0].consequence.contains("clusteradmissionpolicies"),
        "{check:#?}"
    );
}

/// Whose virt-handler is, is not known; it is not accused.
#[rstest]
#[case::unread(|server: &mut Server| server.forbidden.push(KUBEVIRTS))]
#[case::empty(|server: &mut Server| server.list(KUBEVIRTS).clear())]
fn without_kubevirt_its_pods_are_unknown(#[case] damage: fn(&mut Server)) {
    let checks = after(damage);
    let check = check(&checks, "others that write at the allowed paths");
    assert_eq!(check.status(), Status::Unknown, "{check:#?}");
    assert_eq!(check.findings.len(), 1, "{check:#?}");
    assert!(
        check.findings[0].consequence.contains("kubevirt/virt-handler-x"),
        "{check:#?}"
    );
}

#[test]
fn a_kubevirt_object_that_is_not_there_has_its_own_fix() {
    let checks = after(|server| server.list(KUBEVIRTS).clear());
    let finding = &check(&checks, "KubeVirt").findings[0];
    assert_eq!(
        finding.consequence,
        "there is no KubeVirt object: KubeVirt does not run"
    );
    assert!(
        finding
            .fix
            .as_ref()
            .unwrap()
            .starts_with("create the KubeVirt object")
    );
}
