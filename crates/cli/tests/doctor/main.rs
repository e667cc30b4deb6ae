//! What `sidecar-hostpath doctor` prints, of the fake API server of the crate `doctor`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a helper fails its test by panicking"
)]
#![expect(
    dead_code,
    reason = "the fake API server can do more than is asked of it here"
)]

#[path = "../../../doctor/tests/support/mod.rs"]
mod support;

use doctor::check::Check;
use doctor::{Options, examine};
use serde_json::json;
use support::admission::Policy;
use support::server::{Dialect, KUBEVIRTS, Server};

fn examined(server: Server) -> Vec<Check> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let options = Options {
        settings: None,
        probe_namespace: None,
        progress: &|_| {},
    };
    runtime
        .block_on(async { examine(&server.cluster(), &Policy, &options).await })
        .unwrap()
}

fn plain(checks: &[Check]) -> String {
    let styled = sidecar_hostpath::doctor::text::report(checks, 80);
    let mut plain = Vec::new();
    std::io::Write::write_all(&mut anstream::StripStream::new(&mut plain), styled.as_bytes()).unwrap();
    String::from_utf8(plain).unwrap()
}

/// What the document shows is what is printed. `UPDATE=1` writes it anew.
#[test]
fn the_runbook_shows_the_output() {
    let mut server = Server::deployed(Dialect::KwCap);
    server.policy("inject")["spec"]["mode"] = json!("monitor");
    server.policy("inject")["status"]["mode"] = json!("monitor");
    server.list(KUBEVIRTS)[0]["spec"]["configuration"]["developerConfiguration"]["featureGates"] =
        json!(["Sidecar", "HostDisk"]);
    server.injects = false;
    let plain = plain(&examined(server));
    // A word is never broken.
    let is_short = |line: &str| line.chars().count() <= 80 || !line.trim().contains(' ');
    assert!(plain.lines().all(is_short), "{plain}");
    let path = support::rendered::root().join("docs/operations.md");
    let mut document = std::fs::read_to_string(&path).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let command = "$ sidecar-hostpath doctor\n";
        let (above, rest) = document.split_once(command).unwrap();
        let (_, below) = rest.split_once("```\n").unwrap();
        document = format!("{above}{command}{plain}```\n{below}");
        std::fs::write(&path, &document).unwrap();
    }
    assert!(document.contains(&plain), "{plain}");
}

/// Both values, what comes of it, and one fix for several findings.
#[test]
fn a_difference_is_a_sentence() {
    let mut server = Server::deployed(Dialect::KwCap);
    server.policy("verify")["spec"]["failurePolicy"] = json!("Ignore");
    server.policy("verify")["spec"]["objectSelector"] = json!(null);
    let plain = plain(&examined(server));
    let expected = "\
failed   policy verify
         spec.objectSelector is [], not [\"kubevirt.io In (virt-launcher)\"]: it
         is called for objects that do not concern it, and an outage stops them
         too
         fix: kubectl apply -k deploy/base/
         spec.failurePolicy is \"Ignore\", not \"Fail\": while no policy server
         answers, nothing is checked: a webhook that runs later can change what
         was mounted
         fix: set failurePolicy: Fail
";
    assert!(plain.contains(expected), "{plain}");
}
