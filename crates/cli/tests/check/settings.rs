//! Where settings come from, and what they mean.

use insta::assert_snapshot;
use kubevirt_sidecar_hostpath_policy::RULE_KEYS;
use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::settings::file::SettingsFile;

use crate::harness::{Dir, Outcome, check, command, example, finish, root};

fn read(text: &str) -> Result<(String, Value), String> {
    match SettingsFile::from_text(text, "s.yaml", None) {
        Ok(file) => Ok((file.title.unwrap_or_default(), Value::Object(file.settings))),
        Err(error) => Err(error.to_string()),
    }
}

/// A policy with these settings.
fn policy(kind: &str, metadata: &str, settings: &str) -> String {
    format!(
        "apiVersion: policies.kubewarden.io/v1\nkind: {kind}\nmetadata: {metadata}\n\
         spec:\n  module: registry://x/kubevirt-sidecar-hostpath-policy\n  settings: {settings}\n"
    )
}

#[test]
fn the_settings_may_be_plain() {
    let expected = (String::new(), json!({"a": 1}));
    assert_eq!(read("a: 1\n"), Ok(expected.clone()));
    assert_eq!(read("{\"a\": 1}"), Ok(expected.clone()));
    assert_eq!(read("---\n---\na: 1\n---\n"), Ok(expected));
    assert_eq!(read(""), Ok((String::new(), json!({}))));
}

#[rstest]
#[case::cluster("ClusterAdmissionPolicy", "{name: p}", "ClusterAdmissionPolicy p")]
#[case::namespaced("AdmissionPolicy", "{name: p, namespace: ns}", "AdmissionPolicy ns/p")]
fn the_settings_may_be_those_of_a_policy(#[case] kind: &str, #[case] metadata: &str, #[case] name: &str) {
    let text = policy(kind, metadata, "{a: 1}");
    assert_eq!(read(&text), Ok((name.to_owned(), json!({"a": 1}))));
    assert_eq!(
        read(&policy(kind, metadata, "null")),
        Ok((name.to_owned(), json!({})))
    );
    assert_eq!(
        read(&policy(kind, metadata, "[]")),
        Err("s.yaml: invalid settings, not an object".to_owned())
    );
}

#[test]
fn what_surrounds_the_policy_does_not_matter() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kubewarden}\n";
    let text = [
        namespace,
        &policy("ClusterAdmissionPolicy", "{name: p}", "{a: 1}"),
        "",
    ]
    .join("---\n");
    let place = "ClusterAdmissionPolicy p".to_owned();
    assert_eq!(read(&text), Ok((place, json!({"a": 1}))));
}

#[rstest]
#[case::the_same("{a: 1}", "{a: 1}", "ClusterAdmissionPolicy p", json!({"a": 1}))]
#[case::the_second_verifies(
    "{a: 1}",
    "{a: 1, verifyOnly: true}",
    "ClusterAdmissionPolicy p",
    json!({"a": 1})
)]
#[case::the_first_verifies(
    "{a: 1, verifyOnly: true}",
    "{a: 1, verifyOnly: false}",
    "AdmissionPolicy ns/q",
    json!({"a": 1, "verifyOnly": false})
)]
#[case::both_verify(
    "{a: 1, verifyOnly: true}",
    "{a: 1, verifyOnly: true}",
    "ClusterAdmissionPolicy p",
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
    assert_eq!(read(&text), Ok((name.to_owned(), settings)));
}

#[test]
fn policies_that_differ_are_an_error() {
    let text = [
        policy("ClusterAdmissionPolicy", "{name: p}", "{a: 1}"),
        policy("AdmissionPolicy", "{name: q, namespace: ns}", "{a: 2}"),
    ]
    .join("---\n");
    let message = "s.yaml: policies with different settings; --policy-name tells which one is meant: \
                   ClusterAdmissionPolicy p, AdmissionPolicy ns/q";
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
    "s.yaml:2:1: the settings cannot be parsed: did not find expected node content, while parsing a flow node"
)]
fn unusable_settings_are_an_error(#[case] text: &str, #[case] message: &str) {
    assert_eq!(read(text), Err(message.to_owned()));
}

#[rstest]
#[case::module_name(
    "registry://ghcr.io/x/kubevirt-sidecar-hostpath-policy:v1",
    "registry://other"
)]
#[case::settings("registry://copy", "registry://other")]
fn our_policy_is_found_among_others(#[case] ours: &str, #[case] other: &str) {
    let text = |settings: &str, name: &str, module: &str| {
        policy("ClusterAdmissionPolicy", &format!("{{name: {name}}}"), settings)
            .replace("registry://x/kubevirt-sidecar-hostpath-policy", module)
    };
    let other = text("{b: 1}", "other", other);
    let ours = text("{allowedHostPaths: []}", "ours", ours);
    let expected = (
        "ClusterAdmissionPolicy ours".to_owned(),
        json!({"allowedHostPaths": []}),
    );
    assert_eq!(read(&format!("{other}---\n{ours}")), Ok(expected.clone()));
    let item = |text: &str| format!("  - {}", text.trim_end().replace('\n', "\n    "));
    for api_version in ["v1", "policies.kubewarden.io/v1"] {
        let kind = if api_version == "v1" {
            "List"
        } else {
            "ClusterAdmissionPolicyList"
        };
        let list = format!(
            "apiVersion: {api_version}\nkind: {kind}\nitems:\n{}\n{}\n",
            item(&other),
            item(&ours)
        );
        assert_eq!(read(&list), Ok(expected.clone()));
    }
}

#[test]
fn a_policy_can_be_named() {
    let policies = ["p", "q"].map(|name| {
        policy(
            "ClusterAdmissionPolicy",
            &format!("{{name: {name}}}"),
            &format!("{{a: {name}}}"),
        )
    });
    let read = |name| SettingsFile::from_text(&policies.join("---\n"), "s.yaml", Some(name));
    assert_eq!(read("q").unwrap().settings["a"], "q");
    assert_eq!(
        read("r").unwrap_err().to_string(),
        "s.yaml: no policy of the name r; there are: p, q"
    );
}

const REFUSED: &str = "{allowedHostPaths: [{path: a}], gaurd: Sidecars}";

#[test]
fn refused_settings_are_a_line_for_each_fault() {
    let dir = Dir::new();
    dir.write("s.yaml", policy("ClusterAdmissionPolicy", "{name: p}", REFUSED));
    let outcome = finish(
        command(&dir.path(""), &["check", "-s", "s.yaml", "-"]),
        example("vmi-with-sidecar-hostpath.yaml").as_bytes(),
    );
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert_snapshot!(outcome.stderr, @r#"
    error: s.yaml:6:40: ClusterAdmissionPolicy p: settings.allowedHostPaths[0].path: Invalid value: "a": must be an absolute path
    error: s.yaml:6:45: ClusterAdmissionPolicy p: settings: Invalid value: "gaurd": unknown key, known are allowedHostPaths, allowedTypes, sensitiveHostPaths, additionalSensitiveHostPaths, requestContainers, recursiveReadOnly, trustedCreators, verifyOnly
    "#);
}

fn settings(text: &str, args: &[&str]) -> Outcome {
    let dir = Dir::new();
    dir.write("s.yaml", text);
    finish(
        command(&dir.path(""), &[&["settings", "s.yaml"], args].concat()),
        b"",
    )
}

#[test]
fn refused_settings_are_shown_in_the_order_of_the_file() {
    let text = "\
verifyOnly: maybe
allowedHostPaths:
  - {path: /a, readOnly: false}
  - pathPrefx: /b
gaurd: Sidecars
";
    let outcome = settings(text, &[]);
    assert_eq!(outcome.code, Some(1));
    assert_snapshot!(outcome.transcript());
    let outcome = settings(text, &["-o", "json"]);
    assert_eq!(outcome.code, Some(1));
    assert_snapshot!(outcome.transcript());
}

#[test]
fn dangerous_settings_have_warnings() {
    let text = "\
allowedHostPaths:
  - pathPrefix: /var
  - pathPrefix: /var/lib/images
    namespaces: [team-a]
  - pathPrefix: /srv/{namespace}
  - pathPrefix: /opt
  - path: /data/*.img
    types: ['']
  - path: /etc/ssl/certs/ca.pem
allowedTypes: [File, '']
sensitiveHostPaths: []
trustedCreators: [kubevirt:kubevirt-controller]
";
    assert_snapshot!(settings(text, &[]).transcript());
}

#[rstest]
#[case::example(include_str!("../../../../examples/settings.yaml"))]
#[case::everyone(
    "allowedHostPaths: [{pathPrefix: /data}, {path: /data/a}, {path: /data/b, namespaces: [b]}]"
)]
fn these_settings_have_few_warnings(#[case] text: &str) {
    let outcome = settings(text, &["-o", "json"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let messages: Vec<&str> = json["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["message"].as_str().unwrap())
        .collect();
    let expected: &[&str] = match text.contains("/data/b") {
        false => &[],
        true => &[
            "settings.allowedHostPaths[0].pathPrefix: contains the sensitive host path /data/rke: only the list of sensitive \
             paths keeps that closed",
            "settings.allowedHostPaths[2].path: takes this path from those whom only the rule for /data allows it: they can no \
             longer ask for it, nor for /data as a whole",
        ],
    };
    assert_eq!(messages, expected);
}

#[test]
fn settings_are_shown_with_their_defaults() {
    let args = ["settings", "examples/settings.yaml"];
    assert_snapshot!(finish(command(&root(), &args), b"").transcript());
    let wide = {
        let mut command = command(&root(), &args);
        command.env("COLUMNS", "120");
        finish(command, b"")
    };
    assert!(wide.stdout.lines().all(|line| line.chars().count() <= 120));
    assert!(wide.stdout.lines().any(|line| line.chars().count() > 80));
    let narrow = finish(command(&root(), &args), b"");
    assert!(narrow.stdout.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn settings_are_settings_again_in_json() {
    assert_snapshot!(
        finish(
            command(&root(), &["settings", "examples/settings.yaml", "-o", "json"]),
            b""
        )
        .transcript()
    );
}

#[test]
fn settings_that_allow_nothing_say_so() {
    assert_snapshot!(
        settings(
            "allowedHostPaths: []\nsensitiveHostPaths: []\ntrustedCreators: ['*']\n",
            &[]
        )
        .transcript()
    );
}

#[test]
fn settings_may_come_through_a_pipe() {
    let piped = |text: &str| {
        finish(
            command(&root(), &["settings", "-", "-o", "json"]),
            text.as_bytes(),
        )
    };
    assert_eq!(piped("allowedHostPaths: []").code, Some(0));
    assert_eq!(piped(" \n"), Outcome::error("standard input is empty"));
}

/// The defaults that are in this crate are the policy's, and no member is left out.
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
#[case::a_rule_for_few(
    "allowedHostPaths:
- {pathPrefix: '/srv/s/{namespace}', namespaces: [a, b], containers: [x], requestable: false}
- {path: /t, nodeSelector: {a: b, c: ''}, description: golden images}"
)]
#[case::every_key(include_str!("../../../../examples/settings-full.yaml"))]
fn the_effective_settings_mean_the_same(#[case] text: &str) {
    let rules = |text: &str| {
        SettingsFile::from_text(text, "s.yaml", None)
            .unwrap()
            .rules()
            .unwrap()
    };
    let shown = |text: &str| {
        let json: Value = serde_json::from_str(&settings(text, &["-o", "json"]).stdout).unwrap();
        assert_eq!(json["valid"], true);
        json["settings"].to_string()
    };
    let again = shown(text);
    assert_eq!(format!("{:?}", rules(text)), format!("{:?}", rules(&again)));
    // What is shown once more is the same, so no default is missing.
    assert_eq!(shown(&again), again);
}

#[test]
fn every_key_of_rules_is_shown() {
    let full = include_str!("../../../../examples/settings-full.yaml");
    let json: Value = serde_json::from_str(&settings(full, &["-o", "json"]).stdout).unwrap();
    let rules = json["settings"]["allowedHostPaths"].as_array().unwrap();
    for key in RULE_KEYS {
        assert!(rules.iter().any(|rule| rule.get(key).is_some()), "{key}");
    }
}

#[test]
fn settings_on_standard_input_are_an_error() {
    let message = "--settings needs a file: standard input is for manifests";
    assert_eq!(check(&["-s", "-", "x.yaml"], "a: 1"), Outcome::error(message));
}

#[test]
fn a_danger_fails_with_strict() {
    let dangerous = "allowedHostPaths: []\ntrustedCreators: ['*']\n";
    assert_eq!(settings(dangerous, &[]).code, Some(0));
    let outcome = settings(dangerous, &["--strict"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.contains("\nDangers\n"), "{}", outcome.stdout);
    let note = "allowedHostPaths: []\ntrustedCreators: ['system:serviceaccount:*:x']\n";
    let outcome = settings(note, &["--strict"]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stdout.contains("\nNotes\n"), "{}", outcome.stdout);
}

#[test]
fn sensitive_paths_are_counted_unless_all_are_wanted() {
    let text = "allowedHostPaths: []\nsensitiveHostPaths: [/data/a, /data/b]\n";
    assert!(settings(text, &[]).stdout.ends_with("  2; --all lists them\n"));
    assert!(settings(text, &["--all"]).stdout.ends_with("  /data/a /data/b\n"));
}

#[test]
fn values_of_the_chart_hold_settings() {
    let values = "policyServer: x\nsettings:\n  allowedHostPaths: []\n";
    assert_eq!(read(values), Ok((String::new(), json!({"allowedHostPaths": []}))));
}

#[test]
fn a_policy_of_another_group_or_module_is_named() {
    let old = policy("ClusterAdmissionPolicy", "{name: p}", "{}")
        .replace("policies.kubewarden.io/v1", "kubewarden.io/v1alpha1");
    let message = "s.yaml: no settings: the ClusterAdmissionPolicy has apiVersion \"kubewarden.io/v1alpha1\", not \
                   policies.kubewarden.io/v1";
    assert_eq!(read(&old), Err(message.to_owned()));
    let other = policy("ClusterAdmissionPolicy", "{name: p}", "{a: 1}")
        .replace("kubevirt-sidecar-hostpath-policy", "psp");
    let message = "s.yaml: no settings: ClusterAdmissionPolicy p runs the module \"registry://x/psp\", which is not \
                   kubevirt-sidecar-hostpath-policy; --policy-name takes its settings nevertheless";
    assert_eq!(read(&other), Err(message.to_owned()));
}

#[test]
fn policies_of_one_name_are_told_apart_by_their_namespaces() {
    let text = ["a", "b"]
        .map(|namespace| {
            policy(
                "AdmissionPolicy",
                &format!("{{name: p, namespace: {namespace}}}"),
                &format!("{{{namespace}: 1}}"),
            )
        })
        .join("---\n");
    let named = |name| SettingsFile::from_text(&text, "s.yaml", Some(name));
    assert_eq!(
        named("b/p").unwrap().settings,
        json!({"b": 1}).as_object().unwrap().clone()
    );
    let message = "s.yaml: no policy of the name c/p; there are: a/p, b/p";
    assert_eq!(named("c/p").unwrap_err().to_string(), message);
}

/// A list that keeps one of them closed does not keep the others.
#[rstest]
#[case::one_of_several("{pathPrefix: /opt}", "[/opt/cni]")]
#[case::exactly("{path: /opt, readOnly: false}", "[/etc]")]
fn what_the_list_does_not_keep_closed_is_a_danger(#[case] rule: &str, #[case] sensitive: &str) {
    let dir = Dir::new();
    dir.write(
        "s.yaml",
        format!("allowedHostPaths: [{rule}]\nsensitiveHostPaths: {sensitive}\n"),
    );
    let outcome = finish(command(&dir.path(""), &["settings", "--strict", "s.yaml"]), b"");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let words: Vec<&str> = outcome.stdout.split_whitespace().collect();
    assert!(
        words
            .join(" ")
            .contains("and the list of sensitive paths does not keep that closed"),
        "{outcome:?}"
    );
}
