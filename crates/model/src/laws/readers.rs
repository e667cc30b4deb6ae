//! Laws about what is read: payloads, settings, annotations and paths of any bytes.

use serde_json::Value;
use testkit::{Engine, Response};

use super::{answer, nothing_outside};
use crate::{
    annotation::{self, Entry},
    path, rewrite, settings, wanted,
};

/// Any bytes as the payload: a proper answer, and the invariant.
pub fn payload(engine: &Engine<'_>, bytes: &[u8]) {
    let response = Response::ask(engine, bytes).unwrap_or_else(|error| panic!("{error}"));
    let faults = response.faults();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let text = String::from_utf8_lossy(bytes);
    let Ok(payload) = serde_json::from_slice::<Value>(bytes) else {
        assert!(response.mutated_object.is_none(), "changed what cannot be read");
        return;
    };
    let (request, settings) = (&payload["request"], &payload["settings"]);
    if nothing_outside(request, settings, &response) && !rewrite::repeats_a_key(&text) {
        assert_eq!(answer(engine, request, settings), response);
    }
}

/// Any bytes as settings: refused if and only if the model refuses them, and then nothing is judged under them.
pub fn settings(engine: &Engine<'_>, bytes: &[u8]) -> bool {
    let answer = engine("validate_settings", bytes).unwrap_or_else(|error| panic!("{error}"));
    let answer: Value = serde_json::from_slice(&answer).expect("an answer in JSON");
    let valid = answer["valid"].as_bool().expect("a verdict");
    assert_eq!(answer["message"].is_string(), !valid, "{answer}");
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(!valid, "no text");
        return false;
    };
    let value = serde_json::from_str::<Value>(text);
    if !rewrite::repeats_a_key(text) {
        let expected = value.as_ref().is_ok_and(|value| settings::read(value).is_some());
        assert_eq!(valid, expected, "{answer}, for {text}");
    }
    if let Ok(value) = &value {
        explained(value, answer["message"].as_str().unwrap_or_default());
        let pod = r#"{"metadata": {"labels": {"kubevirt.io": "virt-launcher"}}, "spec": {"containers": []}}"#;
        let request = format!(r#"{{"kind": {{"kind": "Pod"}}, "operation": "CREATE", "object": {pod}}}"#);
        let payload = format!(r#"{{"request": {request}, "settings": {text}}}"#);
        let response = Response::ask(engine, payload.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(response.accepted, valid, "{:?}", response.message);
    }
    valid
}

/// What is gone is said to be gone, and a `null` is called a `null`, never something else.
fn explained(settings: &Value, message: &str) {
    let rules = settings["allowedHostPaths"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let all_objects = settings.is_object() && rules.iter().all(Value::is_object) && rules.len() <= 256;
    if !all_objects || message.len() > 16_000 {
        return;
    }
    if settings.get("guard").is_some() {
        assert!(
            message.contains("guard") && message.contains("judged"),
            "{message}"
        );
    }
    let is_null =
        |object: &Value, keys: &[&str]| keys.iter().any(|key| object.get(*key) == Some(&Value::Null));
    if is_null(settings, &settings::KEYS) || rules.iter().any(|rule| is_null(rule, &settings::RULE_KEYS)) {
        assert!(message.contains("null"), "{message}");
        let has = |rule: &Value, key: &str| rule.get(key).is_some_and(|value| !value.is_null());
        let has_both = |rule: &Value| has(rule, "path") && has(rule, "pathPrefix");
        assert!(
            rules.iter().any(has_both) || !message.contains("both"),
            "{message}"
        );
    }
}

/// What the policy's reader of annotations says, without its types: for each host path request its entry's index, its own in a list, and
/// the request as clean texts (`path`, `volumePath`, `type`, `readOnly: false`, `sharedComputePath`) if it is well-formed.
pub type Reading = Result<Vec<(usize, Option<usize>, Option<annotation::Request>)>, ()>;

/// The policy's reader and the model of Go's agree: on whether it is a list, on which entries have a request, at which
/// index, and on every member.
pub fn annotation(text: &str, reading: &Reading) {
    let expected: Option<Vec<_>> = annotation::read(text).map(|entries| {
        let indexed = entries.into_iter().enumerate();
        let asked = indexed.flat_map(|(index, entry)| match entry {
            Entry::Nothing => Vec::new(),
            Entry::Unclear => vec![(index, None, None)],
            Entry::Requests(asked) => asked
                .into_iter()
                .map(|(element, request)| (index, element, request))
                .collect(),
        });
        asked.collect()
    });
    if expected.as_ref().is_some_and(|asked| asked.len() > wanted::MOST) {
        // Of too many nobody says more than that.
        return;
    }
    if expected.is_none() && reading.is_ok() && crate::go_json::parse(text).is_none() {
        // The policy reads what nests deeper than Go bears: no such pod comes into being.
        assert!(
            text.matches(['[', '{']).count() > 10_000,
            "read what Go refuses: {reading:?}"
        );
        return;
    }
    if let (Ok(read), Some(expected)) = (reading, &expected)
        && let Some((_, _, None)) = read.last()
        && read.len() < expected.len()
    {
        // Reading stops where there are faults enough, of which one request may have many: what was read is the beginning.
        assert_eq!(read.as_slice(), &expected[..read.len()]);
        assert!(text.len() > 2 * ENOUGH_FAULTS, "stopped early: {reading:?}");
        return;
    }
    assert_eq!(reading.as_ref().ok(), expected.as_ref());
}

/// After so many faults reading stops.
const ENOUGH_FAULTS: usize = 256;

/// Any text as a path: read if and only if the model reads it, cleaned to a fixed point, compared by whole elements.
pub fn paths(
    one: &str,
    other: &str,
    parse: &dyn Fn(&str, bool) -> Option<String>,
    below: &dyn Fn(&str, &str) -> bool,
) {
    for (text, in_container) in [(one, false), (one, true), (other, false)] {
        let expected = if in_container {
            path::in_container(text)
        } else {
            path::on_node(text)
        };
        let clean = parse(text, in_container);
        assert_eq!(
            clean,
            expected.as_ref().map(|elements| path::text(elements)),
            "{text:?}"
        );
        if let Some(clean) = clean {
            assert_eq!(
                parse(&clean, in_container).as_ref(),
                Some(&clean),
                "not a fixed point"
            );
            assert!(!clean.split('/').any(|element| element == ".."), "{clean:?}");
        }
    }
    if let (Some(path), Some(prefix)) = (path::on_node(one), path::on_node(other)) {
        assert_eq!(
            below(one, other),
            path::at_or_below(&path, &prefix),
            "{one:?} below {other:?}"
        );
    }
}
