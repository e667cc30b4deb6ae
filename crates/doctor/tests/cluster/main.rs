//! Doctor on a fake API server that has what `deploy/` and the companion are, and on the same with one thing wrong.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a helper fails its test by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod companion;
mod dry_runs;
mod enforced;
mod limits;
mod more;
mod nodes;
mod policies;
mod probes;
mod reading;
mod rights;
mod running;
mod webhooks;

use doctor::check::{Check, Status};
use doctor::examine;
use doctor::judge::Values;
use doctor::{Error, Options};
use rstest::rstest;

use support::admission::Policy;
use support::server::{Dialect, Server};

pub(crate) fn examined_by(server: Server, settings: Option<&Values>) -> Result<Vec<Check>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let options = Options {
        settings,
        probe_namespace: None,
        progress: &|_| {},
    };
    runtime.block_on(async { examine(&server.cluster(), &Policy, &options).await })
}

/// The checks of a cluster to which this was done.
pub(crate) fn after(damage: impl Fn(&mut Server)) -> Vec<Check> {
    let mut server = Server::deployed(Dialect::KwCap);
    damage(&mut server);
    examined_by(server, None).unwrap()
}

/// The check of this name.
pub(crate) fn check<'c>(checks: &'c [Check], name: &str) -> &'c Check {
    let mut found = checks.iter().filter(|check| check.name == name);
    found
        .next()
        .unwrap_or_else(|| panic!("no check {name}: {checks:#?}"))
}

/// All checks that are not ok, with what they are.
pub(crate) fn faults(checks: &[Check]) -> Vec<(&str, Status)> {
    let faults = checks.iter().filter(|check| check.status() != Status::Ok);
    faults
        .map(|check| (check.name.as_str(), check.status()))
        .collect()
}

/// Asserts that the check has a finding of this status at this field.
pub(crate) fn assert_found(checks: &[Check], name: &str, status: Status, field: &str) {
    let check = check(checks, name);
    let is_there = check
        .findings
        .iter()
        .any(|finding| finding.status == status && finding.field.as_deref() == Some(field));
    assert!(is_there, "no {status:?} at {field}: {check:#?}");
    assert!(check.status() >= status, "{check:#?}");
}

#[rstest]
#[case::clusterwide(Dialect::Clusterwide)]
#[case::kw_cap(Dialect::KwCap)]
fn a_cluster_as_deployed_is_ok(#[case] dialect: Dialect) {
    let server = Server::deployed(dialect);
    let writes = std::sync::Arc::clone(&server.writes);
    let checks = examined_by(server, None).unwrap();
    assert_eq!(faults(&checks), [], "{checks:#?}");
    let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    let expected = [
        "Kubernetes",
        "policy server default",
        "policy inject",
        "policy verify",
        "policy verify-ephemeral",
        "policy early",
        "module",
        "settings",
        "webhook of sidecar-hostpath-inject",
        "webhook of sidecar-hostpath-verify",
        "webhook of sidecar-hostpath-verify-ephemeral",
        "webhook of sidecar-hostpath-early",
        "others that change launcher pods",
        "companion",
        "KubeVirt",
        "trustedCreators",
        "feature gate Sidecar",
        "feature gate HostDisk",
        "nodes",
        "probe: a forbidden path",
        "probe: an allowed path",
        "probe: a writable mount",
        "probe: another creator",
        "probe: the launcher label",
        "probe: a VirtualMachine",
        "probe: kubectl debug",
        "VMs of the cluster",
        "requests that reach the pod",
        "Pod Security",
        "others that write at the allowed paths",
    ];
    assert_eq!(names, expected);
    // What is tried is tried on the real addresses.
    let writes = writes.lock().unwrap();
    assert_eq!(writes.len(), 7, "{writes:#?}");
}
