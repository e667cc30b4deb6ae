//! What is built into doctor is what `deploy/` has. `UPDATE=1 cargo test -p doctor --test deployed` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

#[path = "support/rendered.rs"]
mod rendered;

use std::fs;
use std::process::Command;

use rendered::{deployed, objects, root, tool};
use rstest::rstest;
use serde_json::{Value, json};

/// What is compared of these objects: what each cluster has its own of is left out.
fn built_in(objects: &[Value]) -> Value {
    let of_kind = |kind: &str| {
        let mut found = objects.iter().filter(|object| object["kind"] == kind);
        let one = found.next().unwrap_or_else(|| panic!("no {kind}")).clone();
        assert!(found.next().is_none(), "two of kind {kind}");
        one
    };
    let mut policies = json!({});
    for role in ["inject", "verify", "verify-ephemeral", "early"] {
        let name = format!("sidecar-hostpath-{role}");
        let policy = objects.iter().find(|object| {
            object["kind"] == "ClusterAdmissionPolicy" && object["metadata"]["name"] == name.as_str()
        });
        let mut spec = policy.unwrap()["spec"].clone();
        let verify_only = spec["settings"]["verifyOnly"].clone();
        for own in ["module", "policyServer", "timeoutSeconds"] {
            spec.as_object_mut().unwrap().remove(own);
        }
        spec["settings"] = json!({ "verifyOnly": verify_only });
        policies[role] = spec;
    }
    let mut binding = of_kind("ValidatingAdmissionPolicyBinding")["spec"].clone();
    binding.as_object_mut().unwrap().remove("policyName");
    binding["paramRef"].as_object_mut().unwrap().remove("name");
    // What protects, whatever the files begin with.
    binding["validationActions"] = json!(["Deny"]);
    let role = of_kind("ClusterRole");
    assert_eq!(role["rules"].as_array().unwrap().len(), 1);
    let mut creators = role["rules"][0].clone();
    creators.as_object_mut().unwrap().remove("resourceNames");
    json!({
        "policies": policies,
        "companion": of_kind("ValidatingAdmissionPolicy")["spec"],
        "binding": binding,
        "creators": creators,
    })
}

fn chart() -> Vec<Value> {
    let chart = root().join("charts/sidecar-hostpath");
    let mut command = Command::new(tool("helm"));
    command
        .arg("template")
        .arg("x")
        .arg(chart)
        .args(["--set", "module=registry://registry.example.com/m:v1"]);
    objects(&mut command)
}

#[rstest]
#[case::deploy(deployed().to_vec())]
#[case::chart(chart())]
fn what_is_built_in_is_what_is_deployed(#[case] objects: Vec<Value>) {
    let path = root().join("crates/doctor/src/deployed.json");
    let expected = built_in(&objects);
    if std::env::var_os("UPDATE").is_some() {
        let text = serde_json::to_string_pretty(&expected).unwrap();
        fs::write(&path, format!("{text}\n")).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    doctor::deployed::Deployed::built_in().unwrap();
}
