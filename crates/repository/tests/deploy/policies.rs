//! The four policies of `deploy/`.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{KINDS, read_settings};
use rstest::rstest;
use serde_json::json;

use crate::{Asked, Expression, Rule, Selector, asked, metadata, policies, policy, without_verify_only};

/// Their names, in order.
pub(crate) const NAMES: [&str; 4] = [
    "sidecar-hostpath-early",
    "sidecar-hostpath-inject",
    "sidecar-hostpath-verify",
    "sidecar-hostpath-verify-ephemeral",
];

#[test]
fn there_are_four_policies_and_nothing_else() {
    for policy in policies() {
        assert_eq!(policy.api_version, "policies.kubewarden.io/v1");
        assert_eq!(policy.kind, "ClusterAdmissionPolicy");
    }
    let mut names: Vec<&str> = policies()
        .iter()
        .map(|policy| policy.metadata.name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, NAMES);
}

#[rstest]
#[case::inject("inject", true, "Fail", false, false, true)]
#[case::verify("verify", false, "Fail", true, true, true)]
#[case::verify_ephemeral("verify-ephemeral", false, "Fail", true, false, false)]
#[case::early("early", false, "Ignore", false, true, false)]
fn each_policy_does_its_own(
    #[case] name: &str,
    #[case] mutating: bool,
    #[case] failure_policy: &str,
    #[case] verify_only: bool,
    #[case] background_audit: bool,
    #[case] launchers_only: bool,
) {
    let spec = &policy(&format!("sidecar-hostpath-{name}")).spec;
    assert_eq!(spec.mutating, mutating);
    assert_eq!(spec.failure_policy, failure_policy);
    assert_eq!(spec.background_audit, background_audit);
    assert_eq!(spec.settings["verifyOnly"], json!(verify_only));
    // Expressions, and the label that the policy itself looks for.
    let launchers = Selector {
        match_expressions: vec![Expression {
            key: "kubevirt.io".to_owned(),
            operator: "In".to_owned(),
            values: vec!["virt-launcher".to_owned()],
        }],
    };
    assert_eq!(spec.object_selector, launchers_only.then_some(launchers));
    assert_eq!(spec.namespace_selector, None);
    // The bounds of Kubewarden.
    assert!((2..=30).contains(&spec.timeout_seconds.unwrap_or(10)));
}

#[rstest]
#[case::inject("inject", &[["", "v1", "pods", "CREATE"]])]
#[case::verify("verify", &[["", "v1", "pods", "CREATE"]])]
#[case::verify_ephemeral("verify-ephemeral", &[["", "v1", "pods/ephemeralcontainers", "UPDATE"]])]
fn pods_are_judged_where_they_should_be(#[case] name: &str, #[case] expected: &[[&str; 4]]) {
    let spec = &policy(&format!("sidecar-hostpath-{name}")).spec;
    let expected: Asked = expected.iter().map(|asked| asked.map(str::to_owned)).collect();
    assert_eq!(asked(&spec.rules), expected);
}

#[test]
fn the_policies_together_have_the_rules_of_the_metadata() {
    let rules: Vec<Rule> = serde_json::from_value(metadata()["rules"].take()).unwrap();
    let deployed = policies().iter().flat_map(|policy| &policy.spec.rules);
    assert_eq!(asked(deployed), asked(&rules));
}

#[test]
fn every_kind_that_the_policy_judges_is_sent_to_it() {
    let expected: BTreeSet<(String, String)> = KINDS
        .iter()
        .map(|kind| (kind.group.to_owned(), kind.resource()))
        .collect();
    let rules = &policy("sidecar-hostpath-early").spec.rules;
    let early: BTreeSet<(String, String)> = asked(rules)
        .into_iter()
        .map(|[group, _, resource, _]| (group, resource))
        .collect();
    assert_eq!(early, expected);
}

/// The background scan gives up on a policy with a subresource in a rule for CREATE, and skips wildcards.
#[test]
fn background_scans_can_follow_the_rules() {
    for policy in policies() {
        for [group, version, resource, operation] in asked(&policy.spec.rules) {
            let rule = format!(
                "{}: {group}/{version} {resource} {operation}",
                policy.metadata.name
            );
            assert!(!(operation == "CREATE" && resource.contains('/')), "{rule}");
            assert!(!rule.contains('*'), "{rule}");
        }
    }
}

/// Status writes are updates of the object itself.
#[test]
fn a_virtual_machine_instance_is_judged_when_it_is_created_and_never_again() {
    let operations: BTreeSet<String> = asked(policies().iter().flat_map(|policy| &policy.spec.rules))
        .into_iter()
        .filter(|[_, _, resource, _]| resource == "virtualmachineinstances")
        .map(|[_, _, _, operation]| operation)
        .collect();
    assert_eq!(operations, BTreeSet::from(["CREATE".to_owned()]));
}

#[rstest]
fn the_settings_are_accepted_and_the_same_for_all(
    #[values(NAMES[0], NAMES[1], NAMES[2], NAMES[3])] name: &str,
) {
    let settings = &policy(name).spec.settings;
    let read = read_settings(settings.to_string().as_bytes()).unwrap();
    assert_eq!(json!(read.verify_only), settings["verifyOnly"]);
    assert_eq!(
        without_verify_only(settings),
        without_verify_only(&policies()[0].spec.settings)
    );
}

/// In a registry that nobody owns: each cluster has its own.
#[rstest]
fn the_module_is_the_one_of_the_metadata(#[values(NAMES[0], NAMES[1], NAMES[2], NAMES[3])] name: &str) {
    let metadata = metadata();
    let annotation = |name: &str| metadata["annotations"][name].as_str().unwrap();
    let (_, module) = annotation("io.kubewarden.policy.ociUrl")
        .rsplit_once('/')
        .unwrap();
    let version = annotation("io.kubewarden.policy.version");
    let policy = policy(name);
    assert_eq!(
        policy.spec.module,
        format!("registry://registry.example.com/policies/{module}:v{version}")
    );
    assert_eq!(policy.spec.mode, "protect");
    let reported = ["io.kubewarden.policy.category", "io.kubewarden.policy.severity"]
        .map(|name| (name.to_owned(), annotation(name).to_owned()));
    assert_eq!(policy.metadata.annotations, BTreeMap::from(reported));
}
