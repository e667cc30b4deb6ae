//! `questions-ui.yml`, the form that Rancher shows.
//!
//! What Rancher makes of it was read in rancher/kubewarden-ui, `pkg/kubewarden/components/Questions/index.vue` and
//! `pkg/kubewarden/utils/object.ts`: a question's default is written into the settings when the form opens, a new
//! element of a sequence gets the defaults of all its questions, and empty values are dropped when the form is sent.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::reader::{keys, meaning, rule_keys, text};
use crate::schema::{permits, schema};

fn form() -> Value {
    yaml_serde::from_str(&text("questions-ui.yml")).unwrap()
}

fn questions(parent: &Value, list: &str) -> Vec<Value> {
    parent[list].as_array().unwrap().clone()
}

fn top() -> Vec<Value> {
    questions(&form(), "questions")
}

/// The questions about one rule.
fn of_a_rule() -> Vec<Value> {
    let top = top();
    let rules = top
        .iter()
        .find(|question| question["variable"] == "allowedHostPaths");
    questions(rules.unwrap(), "sequence_questions")
}

fn variables(questions: &[Value]) -> Vec<String> {
    let variable = |question: &Value| question["variable"].as_str().unwrap().to_owned();
    questions.iter().map(variable).collect()
}

/// The defaults of these questions, as an object.
fn defaults(questions: &[Value]) -> Value {
    let with_default = questions.iter().filter_map(|question| {
        Some((
            question["variable"].as_str()?.to_owned(),
            question.get("default")?.clone(),
        ))
    });
    Value::Object(with_default.collect())
}

/// What is left when the form is sent.
fn sent(value: &Value) -> Value {
    let kept =
        |value: &Value| !(value.is_null() || value == "" || value == &json!([]) || value == &json!({}));
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| kept(value));
            Value::Object(kept.map(|(key, value)| (key.clone(), sent(value))).collect())
        }
        Value::Array(items) => items.iter().map(sent).collect(),
        other => other.clone(),
    }
}

#[test]
fn it_asks_for_every_key_once_and_for_no_other() {
    for (asked, known) in [
        (variables(&top()), keys()),
        (variables(&of_a_rule()), rule_keys()),
    ] {
        let distinct: BTreeSet<String> = asked.iter().cloned().collect();
        assert_eq!(distinct.len(), asked.len(), "{asked:?}");
        assert_eq!(distinct, known);
    }
}

#[test]
fn every_question_helps() {
    for question in top().iter().chain(&of_a_rule()) {
        for help in ["label", "description", "tooltip"] {
            let text = question[help].as_str().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{}: no {help}", question["variable"]);
        }
    }
}

/// The built-in list has more than a hundred paths; what people edit comes first.
#[test]
fn the_built_in_list_is_in_a_group_of_its_own_at_the_end() {
    let (last, others) = top()
        .split_last()
        .map(|(last, others)| (last.clone(), others.to_vec()))
        .unwrap();
    assert_eq!(last["variable"], "sensitiveHostPaths");
    assert_eq!(last["group"], "Built-in list");
    for question in others.iter().chain(&of_a_rule()) {
        assert_eq!(question["group"], "Settings", "{}", question["variable"]);
    }
}

/// Rancher ignores keys and types that it does not know: a typo would go unnoticed.
#[test]
fn every_question_is_one_that_rancher_knows() {
    let known = [
        "default",
        "description",
        "group",
        "hide_input",
        "label",
        "options",
        "required",
        "sequence_questions",
        "tooltip",
        "type",
        "variable",
    ];
    for question in top().iter().chain(&of_a_rule()) {
        for key in question.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "{key}");
        }
        let expected = type_of_question(question["variable"].as_str().unwrap());
        assert_eq!(question["type"], expected, "{question}");
    }
}

/// What the form calls what the schema says of the key.
fn type_of_question(key: &str) -> &'static str {
    let schema = schema();
    let at = |pointer: &str| schema.pointer(pointer);
    let resolved = |property: &Value| {
        let reference = property.get("$ref").and_then(Value::as_str);
        let referred = reference.and_then(|reference| at(reference.strip_prefix('#')?));
        referred.unwrap_or(property).clone()
    };
    let places = ["", "/$defs/PrefixRule", "/$defs/ExactRule"];
    let mut found = places
        .iter()
        .filter_map(|place| at(&format!("{place}/properties/{key}")));
    let property = resolved(found.next().unwrap());
    let is_of_text = |items: &Value| resolved(items).get("type") == Some(&json!("string"));
    match property.get("type").and_then(Value::as_str).unwrap() {
        "array" if property.get("items").is_some_and(is_of_text) => "array[",
        "array" => "sequence[",
        "object" => "map[",
        "string" if property.get("enum").is_some() => "enum",
        "string" => "string",
        "boolean" => "boolean",
        other => panic!("no question asks for {other}"),
    }
}

/// A form that is sent as it opens, with one rule: its defaults are the policy's own.
#[rstest]
#[case::path("path")]
#[case::path_prefix("pathPrefix")]
fn a_rule_with_a_path_is_all_that_must_be_filled_in(#[case] key: &str) {
    let mut rule = defaults(&of_a_rule());
    assert_eq!(rule.get("path"), None, "a rule would have both paths");
    assert_eq!(rule.get("pathPrefix"), None, "a rule would have both paths");
    rule[key] = json!("/srv/images");
    let mut settings = defaults(&top());
    settings["allowedHostPaths"] = json!([rule]);

    let expected = meaning(&json!({"allowedHostPaths": [{key: "/srv/images"}]}));
    assert_eq!(meaning(&settings), expected);
    assert!(permits(&settings));
    assert_eq!(meaning(&sent(&settings)), expected);
}

/// The field for the other path was filled in and emptied again, as was the list of types.
#[test]
fn emptied_fields_do_no_harm() {
    let rule = json!({"path": "/srv/images", "pathPrefix": "", "types": []});
    let settings = json!({"allowedHostPaths": [rule], "sensitiveHostPaths": [], "trustedCreators": []});
    let expected = meaning(&json!({"allowedHostPaths": [{"path": "/srv/images"}]}));
    assert_eq!(meaning(&sent(&settings)), expected);
}

/// Rancher would drop the empty list, and the policy server refuse the rest.
#[test]
fn the_form_cannot_be_sent_without_a_rule() {
    let required: Vec<Value> = top()
        .into_iter()
        .filter(|question| question["required"] == true)
        .collect();
    assert_eq!(variables(&required), ["allowedHostPaths"]);
}

#[test]
fn the_values_to_choose_from_are_read() {
    let top = top();
    let question = top
        .iter()
        .find(|question| question["variable"] == "recursiveReadOnly")
        .unwrap();
    let options = question["options"].as_array().unwrap();
    assert_eq!(options.len(), 3);
    for option in options {
        let settings = json!({"allowedHostPaths": [], "recursiveReadOnly": option});
        assert_eq!(meaning(&settings).err(), None);
    }
}

/// The types that the help texts name are the ones that can be asked for.
#[rstest]
#[case::of_all_rules(top(), "allowedTypes")]
#[case::of_a_rule(of_a_rule(), "types")]
fn the_types_are_named(#[case] questions: Vec<Value>, #[case] variable: &str) {
    let question = questions
        .iter()
        .find(|question| question["variable"] == variable)
        .unwrap();
    let (_, named) = question["description"]
        .as_str()
        .unwrap()
        .split_once(": ")
        .unwrap();
    let named: Vec<&str> = named.split('.').next().unwrap().split(", ").collect();
    let known: Vec<&str> = kubevirt_sidecar_hostpath_policy::HostPathType::REQUESTABLE
        .iter()
        .map(|known| known.as_str())
        .collect();
    assert_eq!(named, known);
}
