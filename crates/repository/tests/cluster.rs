//! `make cluster-tests` refuses a cluster that nobody named. What it does on one is not tested here: that needs a cluster.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

#[path = "../../cli/tests/support/dir.rs"]
mod dir;

use std::path::Path;
use std::process::Command;

use dir::Dir;
use rstest::rstest;

/// A context of a cluster at an address where nothing listens.
const MINE: &str = "\
apiVersion: v1
kind: Config
current-context: mine
contexts: [{name: mine, context: {cluster: none, user: none}}]
clusters: [{name: none, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: none, user: {}}]
";

#[rstest]
#[case::no_context("", "mine", "registry://x", "make: kubectl has no current context")]
#[case::unnamed(
    MINE,
    "",
    "registry://x",
    "make: name the cluster: make cluster-tests CLUSTER=mine MODULE=registry://…"
)]
#[case::another(MINE, "other", "registry://x", "make: the current context is mine, not other")]
#[case::text(
    MINE,
    "$(error expanded)",
    "registry://x",
    "make: the current context is mine, not $(error expanded)"
)]
#[case::no_module(
    MINE,
    "mine",
    "",
    "make: name the module, as policy servers pull it: MODULE=registry://…"
)]
#[case::unreachable(
    MINE,
    "mine",
    "registry://x",
    "make: mine has no ClusterAdmissionPolicies that can be read"
)]
fn an_unnamed_cluster_is_refused(
    #[case] config: &str,
    #[case] cluster: &str,
    #[case] module: &str,
    #[case] expected: &str,
) {
    let dir = Dir::new();
    dir.write("config", config);
    let output = Command::new("make")
        .args([
            "--silent",
            "cluster-named",
            &format!("CLUSTER={cluster}"),
            &format!("MODULE={module}"),
        ])
        .env("KUBECONFIG", dir.path("config"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.lines().next(), Some(expected));
}
