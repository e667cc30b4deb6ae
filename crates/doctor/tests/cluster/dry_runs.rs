//! No write that is no dry run, whatever is given.

use doctor::name::{Label, Subdomain};
use doctor::{Options, examine};
use rstest::rstest;
use serde_json::json;

use crate::support::admission::Policy;
use crate::support::server::{Dialect, PODS, Server};
use crate::{after, check};

#[rstest]
#[case::query("x/pods?y=")]
#[case::parent("..")]
#[case::slash("a/b")]
#[case::fragment("a#")]
#[case::percent("a%2f")]
#[case::upper("A")]
#[case::dot("a.b")]
#[case::empty("")]
#[case::begins_with_dash("-a")]
#[case::ends_with_dash("a-")]
#[case::newline("a\n")]
#[case::unicode("ä")]
fn what_is_no_label_is_no_namespace(#[case] name: &str) {
    assert!(Label::parse(name).is_err());
}

#[test]
fn labels_have_63_characters_at_most() {
    assert!(Label::parse(&"a".repeat(63)).is_ok());
    assert!(Label::parse(&"a".repeat(64)).is_err());
    assert!(Subdomain::parse(&format!("{}.{}", "a".repeat(200), "b".repeat(52))).is_ok());
    assert!(Subdomain::parse(&"a".repeat(254)).is_err());
    assert!(Subdomain::parse("a..b").is_err());
    assert!(Subdomain::parse("a/b").is_err());
}

/// What the API server says is no address either.
#[rstest]
#[case::name("/metadata/name", "x/exec?command=rm&")]
#[case::namespace("/metadata/namespace", "kube-system/pods/y?z=")]
fn names_of_the_server_are_read_too(#[case] pointer: &str, #[case] name: &str) {
    let checks = after(|server| *server.list(PODS)[0].pointer_mut(pointer).unwrap() = json!(name));
    let check = check(&checks, "probe: kubectl debug");
    assert_eq!(check.status(), doctor::check::Status::Unknown, "{check:#?}");
}

/// All that is sent, in a namespace of one's own choice; the server panics at anything that is no dry run.
#[test]
fn all_writes_are_dry_runs() {
    let server = Server::deployed(Dialect::Clusterwide);
    let writes = std::sync::Arc::clone(&server.writes);
    let options = Options {
        settings: None,
        probe_namespace: Some(Label::parse("mine").unwrap()),
        progress: &|_| {},
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(async { examine(&server.cluster(), &Policy, &options).await })
        .unwrap();
    let writes = writes.lock().unwrap();
    let pod = "POST /api/v1/namespaces/mine/pods?dryRun=All";
    let expected = [
        pod,
        pod,
        pod,
        pod,
        pod,
        "POST /apis/kubevirt.io/v1/namespaces/mine/virtualmachines?dryRun=All",
        "PUT /api/v1/namespaces/tenant-a/pods/virt-launcher-vm-x7k2p/ephemeralcontainers?dryRun=All",
    ];
    assert_eq!(*writes, expected);
}
