//! The alerts and the dashboard.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use rstest::rstest;
use serde_json::Value;

use crate::dir::Dir;
use crate::policies::NAMES;
use crate::tools::tool;
use crate::{rendered, root};

/// The PrometheusRule and the dashboard, which is text in a ConfigMap.
fn objects() -> [Value; 2] {
    let objects: Vec<Value> = rendered(&root().join("deploy/monitoring"));
    let of_kind = |kind: &str| {
        let object = objects.iter().find(|object| object["kind"] == kind);
        object.unwrap_or_else(|| panic!("no {kind}")).clone()
    };
    let dashboard = of_kind("ConfigMap")["data"]["sidecar-hostpath.json"].take();
    [
        of_kind("PrometheusRule"),
        serde_json::from_str(dashboard.as_str().unwrap()).unwrap(),
    ]
}

fn rules() -> Vec<Value> {
    let [rule, _] = objects();
    rule["spec"]["groups"][0]["rules"].as_array().unwrap().clone()
}

/// All expressions.
fn expressions() -> Vec<String> {
    let [_, dashboard] = objects();
    let panels = dashboard["panels"].as_array().unwrap();
    let of_panels = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap().clone());
    rules()
        .into_iter()
        .chain(of_panels)
        .map(|holder| holder["expr"].as_str().unwrap().to_owned())
        .collect()
}

/// What Kubewarden exports was read in its policy server, `src/metrics` and `src/api/service.rs`; the names of the policies
/// are those of its policy server, `clusterwide-` or `kw.cap.` before the object's.
#[test]
fn what_is_asked_for_is_exported() {
    let metrics = [
        "kubewarden_policy_evaluations_total",
        "kubewarden_policy_evaluation_latency_milliseconds_bucket",
        "kube_pod_created",
        "kube_deployment_status_replicas_available",
    ];
    let labels = [
        "accepted",
        "deployment",
        "error_code",
        "initialization_error",
        "mutated",
        "pod",
        "policy_mode",
        "policy_name",
        "request_origin",
    ];
    for expression in expressions() {
        for selector in expression.split('{').skip(1) {
            let (matchers, _) = selector.split_once('}').unwrap();
            for matcher in matchers.split(',') {
                let (label, _) = matcher.split_once(['=', '!']).unwrap();
                assert!(labels.contains(&label), "{label}");
            }
        }
        for metric in expression
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.starts_with("kube"))
            .filter(|word| !["kubewarden", "kube"].contains(word))
        {
            assert!(metrics.contains(&metric), "{metric}");
        }
    }
}

#[test]
fn the_policies_are_those_of_deploy() {
    let named: BTreeSet<String> = expressions()
        .iter()
        .flat_map(|expression| expression.split('"').map(str::to_owned).collect::<Vec<_>>())
        .filter(|text| text.contains("sidecar-hostpath-"))
        .collect();
    let both = r"(clusterwide-|kw\\.cap\\.)";
    let inject = format!("{both}{}", NAMES[1]);
    assert_eq!(
        named,
        BTreeSet::from([inject, format!("{both}sidecar-hostpath-.+")])
    );
    assert!(NAMES.iter().all(|name| name.starts_with("sidecar-hostpath-")));
}

/// The person who is woken by an alert finds what to do.
#[test]
fn every_alert_has_a_section_in_the_runbook() {
    let runbook = fs::read_to_string(root().join("docs/monitoring.md")).unwrap();
    for rule in rules() {
        let alert = rule["alert"].as_str().unwrap();
        let heading = format!("\n### {alert}\n");
        assert!(runbook.contains(&heading), "{alert}");
        let url = rule["annotations"]["runbook_url"].as_str().unwrap();
        assert!(
            url.ends_with(&format!("/docs/monitoring.md#{}", alert.to_lowercase())),
            "{url}"
        );
        for text in ["summary", "description"] {
            assert!(rule["annotations"][text].is_string(), "{alert}: no {text}");
        }
        assert!(rule["labels"]["severity"].is_string(), "{alert}");
    }
    let sections = runbook
        .lines()
        .filter(|line| line.starts_with("### SidecarHostPath"))
        .count();
    assert_eq!(sections, rules().len());
}

/// Each alert fires where it should, and not elsewhere: `tests/monitoring/alerts.yaml`, judged by Prometheus itself, with the
/// names of Kubewarden up to 1.37.1, which are written there, and with those since.
#[rstest]
#[case::clusterwide("clusterwide-")]
#[case::kw_cap("kw.cap.")]
fn prometheus_judges_the_alerts_as_the_cases_say(#[case] dialect: &str) {
    let promtool = tool("promtool");
    let [rule, _] = objects();
    let dir = Dir::new();
    let rules = dir.write("rules.json", rule["spec"].to_string());
    let cases = fs::read_to_string(root().join("tests/monitoring/alerts.yaml")).unwrap();
    assert!(cases.contains("clusterwide-"));
    let cases = cases.replace("clusterwide-", dialect);
    let cases = dir.write("cases.yaml", cases);
    for (command, file) in [("check", rules), ("test", cases)] {
        let output = Command::new(&promtool)
            .args([command, "rules"])
            .arg(file)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}
