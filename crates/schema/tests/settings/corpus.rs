//! The schema on the settings cases of the corpus, which say what the policy makes of them.

use std::fs;

use serde_json::{Map, Value};

use crate::reader::root;
use crate::schema::permits;

/// Refused by the policy for what a schema cannot say: rules, lists or lengths that only together are wrong.
const BEYOND_A_SCHEMA: [&str; 28] = [
    "s1-reject-below-expansion-of-writable",
    "s1-reject-below-writable-of-others",
    "s1-reject-below-writable-under-another-name",
    "s1-reject-empty-type-beyond-allowed",
    "s1-reject-exact-above-own-sensitive",
    "s1-reject-exact-above-sensitive",
    "s1-reject-exact-below-writable",
    "s1-reject-expansion-of-writable",
    "s1-reject-expansion-of-writable-under-another-name",
    "s1-reject-never-allowed-by-the-added-list",
    "s1-reject-never-allowed-under-another-name",
    "s1-reject-prefix-below-writable",
    "s1-reject-same-path",
    "s1-reject-same-path-for-a-container",
    "s1-reject-same-path-for-a-namespace",
    "s1-reject-same-path-in-compute",
    "s1-reject-same-path-not-requestable",
    "s1-reject-same-prefix",
    "s1-reject-types-beyond-allowed",
    "s1-reject-writable-below-writable",
    "s2-reject-placeholder-directories",
    "s2-reject-placeholder-in-built-in",
    "s2-reject-placeholder-in-built-in-run",
    "s2-reject-placeholder-in-built-in-var-lib",
    "s2-reject-placeholder-in-own-sensitive",
    "s2-reject-placeholder-in-system-directories",
    "s3-reject-directories-with-code",
    "s4-reject-node-selector-that-never-applies",
];

#[test]
fn the_schema_and_the_policy_agree_on_the_corpus() {
    let mut differing = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(root().join("tests/cases/settings")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let cases: Map<String, Value> = serde_json::from_str(&text).unwrap();
        for (name, case) in cases {
            let valid = case["expect"]["valid"].as_bool().unwrap();
            if permits(&case["settings"]) != valid {
                assert!(!valid, "{name}: the schema refuses what the policy accepts");
                differing.push(name);
            }
            count += 1;
        }
    }
    assert!(count > 40, "only {count} cases were found");
    differing.sort();
    assert_eq!(differing, BEYOND_A_SCHEMA);
}
