//! The forms of reports, as those who read them expect: JUnit as Jenkins has it, SARIF by its JSON Schema.

use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};
use rstest::rstest;
use serde_json::Value;

/// An element of JUnit's form.
struct Element {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    children: &'static [&'static str],
}

const JUNIT: [Element; 7] = [
    Element {
        name: "testsuites",
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors", "disabled"],
        children: &["testsuite"],
    },
    Element {
        name: "testsuite",
        required: &["name", "tests"],
        optional: &[
            "failures",
            "errors",
            "skipped",
            "time",
            "timestamp",
            "hostname",
            "id",
            "package",
        ],
        children: &["testcase", "system-out"],
    },
    Element {
        name: "testcase",
        required: &["name"],
        optional: &["classname", "time", "file", "line"],
        children: &["skipped", "error", "failure", "system-out"],
    },
    Element {
        name: "skipped",
        required: &[],
        optional: &["message", "type"],
        children: &[],
    },
    Element {
        name: "error",
        required: &[],
        optional: &["message", "type"],
        children: &[],
    },
    Element {
        name: "failure",
        required: &[],
        optional: &["message", "type"],
        children: &[],
    },
    Element {
        name: "system-out",
        required: &[],
        optional: &[],
        children: &[],
    },
];

/// The attributes that count, each with what it counts in the element.
const COUNTS: [(&str, &str); 4] = [
    ("tests", "testcase"),
    ("failures", "failure"),
    ("errors", "error"),
    ("skipped", "skipped"),
];

/// What is wrong with a report in JUnit's form.
pub(crate) fn junit_faults(report: &str) -> Vec<String> {
    let document = match Document::parse(report) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let root = document.root_element();
    let mut faults = Vec::new();
    if !root.has_tag_name("testsuites") {
        faults.push(format!("the root is {}", root.tag_name().name()));
    }
    for node in root.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        match JUNIT.iter().find(|element| element.name == name) {
            Some(element) => faults.extend(element_faults(element, &node)),
            None => faults.push(format!("no such element: {name}")),
        }
    }
    faults
}

fn element_faults(element: &Element, node: &Node<'_, '_>) -> Vec<String> {
    let name = element.name;
    let mut faults = Vec::new();
    for required in element.required.iter().filter(|it| !node.has_attribute(**it)) {
        faults.push(format!("{name} without {required}"));
    }
    for attribute in node.attributes().map(|attribute| attribute.name()) {
        if !element.required.contains(&attribute) && !element.optional.contains(&attribute) {
            faults.push(format!("{name} with {attribute}"));
        }
    }
    for child in node
        .children()
        .filter(Node::is_element)
        .map(|child| child.tag_name().name())
    {
        if !element.children.contains(&child) {
            faults.push(format!("{child} in {name}"));
        }
    }
    for (attribute, counted) in COUNTS {
        if let Some(said) = node.attribute(attribute) {
            let found = node.descendants().filter(|it| it.has_tag_name(counted)).count();
            if said != found.to_string() {
                faults.push(format!("{name}: {attribute} is {said:?}, but there are {found}"));
            }
        }
    }
    faults
}

/// What is wrong with a report in SARIF, by the schema of SARIF 2.1.0, which make has fetched.
pub(crate) fn sarif_faults(report: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/sarif-2.1.0.json");
    let schema = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make tools`, which fetches it", file.display()));
    // The pattern of languages closes a bracket that was never opened, which not every reader of patterns takes.
    let schema = schema.replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let report: Value = serde_json::from_str(report).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults = validator.iter_errors(&report);
    faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}

#[rstest]
#[case::not_xml("<testsuites>", "the root node was opened but never closed")]
#[case::root("<testcase name='a'/>", "the root is testcase")]
#[case::element("<testsuites><case/></testsuites>", "no such element: case")]
#[case::place("<testsuites><testcase name='a'/></testsuites>", "testcase in testsuites")]
#[case::missing("<testsuites><testsuite tests='0'/></testsuites>", "testsuite without name")]
#[case::unknown("<testsuites x='1'/>", "testsuites with x")]
#[case::count("<testsuites tests='1'/>", "testsuites: tests is \"1\", but there are 0")]
fn faults_in_junit_are_found(#[case] report: &str, #[case] expected: &str) {
    let faults = junit_faults(report);
    assert!(faults.iter().any(|fault| fault == expected), "{faults:?}");
}

#[test]
fn faults_in_sarif_are_found() {
    assert_eq!(
        sarif_faults(r#"{"version": "2.1.0"}"#),
        [": \"runs\" is a required property"]
    );
}
