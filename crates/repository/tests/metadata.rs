//! `metadata.yml`, and what `artifacthub-pkg.yml` has beside it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper fails its test by panicking"
)]

use std::fs;
use std::path::Path;

use rstest::rstest;
use yaml_serde::Value;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(path).unwrap()
}

fn document(name: &str) -> Value {
    yaml_serde::from_str(&text(name)).unwrap()
}

fn metadata() -> Value {
    document("metadata.yml")
}

fn annotation<'a>(metadata: &'a Value, name: &str) -> &'a str {
    metadata["annotations"][name].as_str().unwrap()
}

#[test]
fn the_artifact_hub_package_names_the_time_of_its_making() {
    let package = document("artifacthub-pkg.yml");
    let created_at = package["createdAt"].as_str().unwrap();
    assert!(is_utc_time(created_at), "{created_at}");
}

/// RFC 3339 in UTC, which is what kwctl writes.
fn is_utc_time(text: &str) -> bool {
    let Some((seconds, fraction)) = text.strip_suffix('Z').and_then(|text| text.split_at_checked(19)) else {
        return false;
    };
    let shape: String = seconds
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let number = |from: usize| {
        seconds
            .get(from..)
            .and_then(|rest| rest.get(..2))
            .and_then(|two| two.parse::<u8>().ok())
    };
    let within = |from, least, most| number(from).is_some_and(|n| (least..=most).contains(&n));
    let digits = |fraction: &str| !fraction.is_empty() && fraction.chars().all(|c| c.is_ascii_digit());
    shape == "0000-00-00T00:00:00"
        && within(5, 1, 12)
        && within(8, 1, 31)
        && within(11, 0, 23)
        && within(14, 0, 59)
        && within(17, 0, 59)
        && (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits))
}

#[rstest]
#[case::of_kwctl("2026-11-23T21:00:00.000000000Z", true)]
#[case::without_a_fraction("2026-11-23T21:00:00Z", true)]
#[case::empty("", false)]
#[case::a_day("2026-11-23", false)]
#[case::no_zone("2026-11-23T21:00:00", false)]
#[case::a_blank("2026-11-23 21:00:00Z", false)]
#[case::month_13("2026-13-23T21:00:00Z", false)]
#[case::hour_24("2026-11-23T24:00:00Z", false)]
#[case::an_empty_fraction("2026-11-23T21:00:00.Z", false)]
fn times_are_recognised(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(is_utc_time(text), expected);
}

#[test]
fn there_is_one_version() {
    let metadata = metadata();
    assert_eq!(annotation(&metadata, "io.kubewarden.policy.version"), VERSION);
    let usage = annotation(&metadata, "io.kubewarden.policy.usage");
    assert!(usage.contains(&format!("/tree/v{VERSION}/deploy;")), "{usage}");
    let package = document("artifacthub-pkg.yml");
    assert_eq!(package["version"].as_str(), Some(VERSION));
    let image = package["containersImages"][0]["image"].as_str().unwrap();
    assert!(image.ends_with(&format!(":v{VERSION}")), "{image}");
    let download = package["links"][0]["url"].as_str().unwrap();
    assert!(
        download.ends_with(&format!("/v{VERSION}/policy.wasm")),
        "{download}"
    );
}

/// Kubewarden ignores keys that it does not know: a typo would go unnoticed.
#[test]
fn the_metadata_have_no_unknown_keys() {
    let known = [
        "annotations",
        "backgroundAudit",
        "contextAwareResources",
        "executionMode",
        "hostCapabilities",
        "minimumKubewardenVersion",
        "mutating",
        "policyType",
        "rules",
    ];
    let metadata = metadata();
    let unknown = |key: &&Value| !known.contains(&key.as_str().unwrap());
    let unknown: Vec<_> = metadata.as_mapping().unwrap().keys().filter(unknown).collect();
    assert_eq!(unknown, Vec::<&Value>::new());

    let rule_keys = ["apiGroups", "apiVersions", "resources", "operations"];
    for rule in metadata["rules"].as_sequence().unwrap() {
        let keys: Vec<_> = rule.as_mapping().unwrap().keys().collect();
        assert_eq!(keys, rule_keys);
    }
}

/// With a subresource in such a rule, the background scan gives up on the whole policy.
#[test]
fn no_rule_for_create_names_a_subresource() {
    for rule in metadata()["rules"].as_sequence().unwrap() {
        let named = |key: &str| {
            let values = rule[key].as_sequence().unwrap().iter();
            values
                .map(|value| value.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let creates = named("operations")
            .iter()
            .any(|operation| operation == "CREATE" || operation == "*");
        let nested = named("resources").iter().any(|resource| resource.contains('/'));
        assert!(!(creates && nested), "{rule:?}");
    }
}

#[test]
fn the_policy_is_a_mutating_wapc_policy() {
    let metadata = metadata();
    assert_eq!(metadata["mutating"].as_bool(), Some(true));
    assert_eq!(metadata["executionMode"].as_str(), Some("kubewarden-wapc"));
    assert_eq!(metadata["policyType"].as_str(), Some("kubernetes"));
    assert_eq!(metadata["contextAwareResources"], Value::Sequence(vec![]));
}

#[rstest]
fn the_metadata_have_every_annotation_that_is_read(
    #[values(
        "io.artifacthub.displayName",
        "io.artifacthub.keywords",
        "io.artifacthub.resources",
        "io.kubewarden.policy.author",
        "io.kubewarden.policy.category",
        "io.kubewarden.policy.description",
        "io.kubewarden.policy.license",
        "io.kubewarden.policy.ociUrl",
        "io.kubewarden.policy.severity",
        "io.kubewarden.policy.source",
        "io.kubewarden.policy.title",
        "io.kubewarden.policy.url",
        "io.kubewarden.policy.usage",
        "io.kubewarden.policy.version"
    )]
    name: &str,
) {
    assert_ne!(annotation(&metadata(), name).trim(), "");
}

#[test]
fn the_severity_is_one_that_policy_reports_know() {
    let metadata = metadata();
    let severity = annotation(&metadata, "io.kubewarden.policy.severity");
    assert!(["info", "low", "medium", "high", "critical"].contains(&severity));
}

/// Registries drop annotations of several lines.
#[test]
fn every_annotation_is_one_line() {
    for (name, value) in metadata()["annotations"].as_mapping().unwrap() {
        assert!(!value.as_str().unwrap().contains('\n'), "{name:?}");
    }
}
