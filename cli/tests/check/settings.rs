//! Where settings come from, and what they mean.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::check::effective;
use sidecar_hostpath::check::settings_file::SettingsFile;

use crate::harness::{Dir, Outcome, SETTINGS, check, command, example, finish};

fn read(text: &str) -> Result<(String, Value), String> {
    match SettingsFile::from_text(text, "s.yaml") {
        Ok(file) => Ok((file.place, Value::Object(file.settings))),
        Err(error) => Err(error.to_string()),
    }
}

/// A policy with these settings.
fn policy(kind: &str, metadata: &str, settings: &str) -> String {
    format!(
        "apiVersion: policies.kubewarden.io/v1\nkind: {kind}\nmetadata: {metadata}\n\
         spec:\n  module: registry://x\n  settings: {settings}\n"
    )
}

#[test]
fn the_settings_may_be_plain() {
    let expected = ("s.yaml".to_owned(), json!({"a": 1}));
    assert_eq!(read("a: 1\n"), Ok(expected.clone()));
    assert_eq!(read("{\"a\": 1}"), Ok(expected.clone()));
    assert_eq!(read("---\n---\na: 1\n---\n"), Ok(expected));
    assert_eq!(read(""), Ok(("s.yaml".to_owned(), json!({}))));
}

#[rstest]
#[case::cluster(
    "ClusterAdmissionPolicy",
    "{name: p}",
    "ClusterAdmissionPolicy p (document 1)"
)]
#[case::namespaced(
    "AdmissionPolicy",
    "{name: p, namespace: ns}",
    "AdmissionPolicy ns/p (document 1)"
)]
fn the_settings_may_be_those_of_a_policy(#[case] kind: &str, #[case] metadata: &str, #[case] name: &str) {
    let text = policy(kind, metadata, "{a: 1}");
    assert_eq!(read(&text), Ok((format!("s.yaml, {name}"), json!({"a": 1}))));
    assert_eq!(
        read(&policy(kind, metadata, "null")),
        Ok((format!("s.yaml, {name}"), json!({})))
    );
    assert_eq!(
        read(&policy(kind, metadata, "[]")),
        Err(format!("s.yaml, {name}: invalid settings, not an object"))
    );
}

#[test]
fn what_stands_around_the_policy_does_not_matter() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kubewarden}\n";
    let text = [
        namespace,
        &policy("ClusterAdmissionPolicy", "{name: p}", "{a: 1}"),
        "",
    ]
    .join("---\n");
    let place = "s.yaml, ClusterAdmissionPolicy p (document 2)".to_owned();
    assert_eq!(read(&text), Ok((place, json!({"a": 1}))));
}

#[rstest]
#[case::the_same("{a: 1}", "{a: 1}", "ClusterAdmissionPolicy p (document 1)", json!({"a": 1}))]
#[case::the_second_verifies(
    "{a: 1}",
    "{a: 1, verifyOnly: true}",
    "ClusterAdmissionPolicy p (document 1)",
    json!({"a": 1})
)]
#[case::the_first_verifies(
    "{a: 1, verifyOnly: true}",
    "{a: 1, verifyOnly: false}",
    "AdmissionPolicy ns/q (document 2)",
    json!({"a": 1, "verifyOnly": false})
)]
#[case::both_verify(
    "{a: 1, verifyOnly: true}",
    "{a: 1, verifyOnly: true}",
    "ClusterAdmissionPolicy p (document 1)",
    json!({"a": 1, "verifyOnly": true})
)]
fn several_policies_may_share_their_settings(
    #[case] first: &str,
    #[case] second: &str,
    #[case] name: &str,
    #[case] settings: Value,
) {
    let text = [
        policy("ClusterAdmissionPolicy", "{name: p}", first),
        policy("AdmissionPolicy", "{name: q, namespace: ns}", second),
    ]
    .join("---\n");
    assert_eq!(read(&text), Ok((format!("s.yaml, {name}"), settings)));
}

#[test]
fn policies_that_differ_are_an_error() {
    let text = [
        policy("ClusterAdmissionPolicy", "{name: p}", "{a: 1}"),
        policy("AdmissionPolicy", "{name: q, namespace: ns}", "{a: 2}"),
    ]
    .join("---\n");
    let message = "s.yaml: policies with different settings, put the one that you mean into a file of its own: \
                   ClusterAdmissionPolicy p (document 1), AdmissionPolicy ns/q (document 2)";
    assert_eq!(read(&text), Err(message.to_owned()));
}

#[rstest]
#[case::several_documents(
    "a: 1\n---\nb: 1\n",
    "s.yaml: several documents, and it is not clear which one holds the settings"
)]
#[case::another_object(
    "apiVersion: policies.kubewarden.io/v1\nkind: PolicyServer\n",
    "s.yaml: no settings: the PolicyServer is neither a ClusterAdmissionPolicy nor an AdmissionPolicy"
)]
#[case::list("[]", "s.yaml: invalid settings, not an object")]
#[case::syntax(
    "a: [",
    "s.yaml: the settings cannot be parsed: did not find expected node content at line 2 column 1, while parsing a flow node"
)]
fn unusable_settings_are_an_error(#[case] text: &str, #[case] message: &str) {
    assert_eq!(read(text), Err(message.to_owned()));
}

#[rstest]
#[case::with_a_manifest(&["-"])]
#[case::alone(&[])]
fn refused_settings_are_an_error(#[case] manifests: &[&str]) {
    let dir = Dir::new();
    let settings = "{allowedHostPaths: [{path: a}], nope: 1}";
    dir.write("s.yaml", policy("ClusterAdmissionPolicy", "{name: p}", settings));
    let args = [&["check", "-s", "s.yaml"], manifests].concat();
    let outcome = finish(
        command(&dir.path(""), &args),
        example("vmi-with-sidecar-hostpath.yaml").as_bytes(),
    );
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    let start = "Error: s.yaml, ClusterAdmissionPolicy p (document 1): the settings are not valid: settings";
    assert!(outcome.stderr.starts_with(start), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("\"nope\": unknown key"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome
            .stderr
            .contains("settings.allowedHostPaths[0].path: Invalid value"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.stderr.lines().count(), 1);
}

#[test]
fn settings_alone_are_shown_with_their_defaults() {
    assert_snapshot!(check(&SETTINGS, "").transcript());
}

#[test]
fn settings_alone_are_settings_again_in_json() {
    assert_snapshot!(check(&[SETTINGS.as_slice(), &["-o", "json"]].concat(), "").transcript());
}

#[test]
fn settings_that_allow_nothing_say_so() {
    let dir = Dir::new();
    dir.write(
        "s.yaml",
        "allowedHostPaths: []\nsensitiveHostPaths: []\ntrustedCreators: ['*']\n",
    );
    let outcome = finish(command(&dir.path(""), &["check", "-s", "s.yaml"]), b"");
    assert_snapshot!(outcome.transcript());
}

/// The defaults that stand in this crate are the policy's.
#[rstest]
#[case::defaults("allowedHostPaths: [{pathPrefix: /a}]")]
#[case::nothing("allowedHostPaths: []")]
#[case::types(
    "allowedTypes: [File, '', Socket]\nallowedHostPaths: [{path: /a, types: ['']}, {pathPrefix: /b}]"
)]
#[case::everything(
    "allowedHostPaths: [{path: /s, readOnly: false, allowSharedCompute: true}]
sensitiveHostPaths: [/x]
recursiveReadOnly: Enabled
trustedCreators: [a, b]
verifyOnly: true"
)]
fn the_effective_settings_mean_the_same(#[case] text: &str) {
    let file = SettingsFile::from_text(text, "s.yaml").unwrap();
    let rules = file.rules().unwrap();
    let shown: Value = serde_json::from_str(&effective::json(&file, &rules).unwrap()).unwrap();
    assert_eq!(shown["valid"], true);
    let again = SettingsFile::from_text(&shown["settings"].to_string(), "s.json").unwrap();
    let rules_again = again.rules().unwrap();
    assert_eq!(format!("{rules:?}"), format!("{rules_again:?}"));
    // What is shown once more is the same, so no default is missing.
    let shown_again: Value = serde_json::from_str(&effective::json(&again, &rules_again).unwrap()).unwrap();
    assert_eq!(shown, shown_again);
}

#[test]
fn settings_on_standard_input_are_an_error() {
    let message = "--settings needs a file: standard input is for manifests";
    assert_eq!(check(&["-s", "-"], "a: 1"), Outcome::error(message));
}
