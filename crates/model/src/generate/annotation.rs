//! Texts of the annotation.

use serde_json::{Value, json};

use crate::{
    choices::Choices,
    generate::{
        settings::{settings, wish},
        words::{place, spelled},
    },
    rule::COMPUTE,
};

/// The text of an annotation. Text, because a key may be duplicated.
pub fn annotation(choices: &mut Choices<'_>, settings: &Value) -> String {
    if choices.once_in(48) {
        return choices
            .one(&[
                "null",
                "",
                " ",
                "{}",
                "[] []",
                "[1]",
                "[[]]",
                "[null,]",
                "[{\"a\":1e999}]",
                "[\"\\ud800\"]",
            ])
            .to_owned();
    }
    let entries: Vec<String> = (0..choices.one(&[1, 1, 2, 2, 3, 0]))
        .map(|_| entry(choices, settings))
        .collect();
    format!("[{}]", entries.join(choices.one(&[",", ", ", "\n,\t"])))
}

/// The text of the policy's own annotation.
pub fn own_annotation(choices: &mut Choices<'_>, settings: &Value) -> String {
    if choices.once_in(24) {
        return choices
            .one(&[
                "null",
                "",
                "[]",
                "{} {}",
                "{\"compute\":null,\"compute\":null}",
                "{\"hook-sidecar-0\":null}",
                "{\"A\":null}",
                "{\"compute\":7}",
                "{\"compute\":[[]]}",
            ])
            .to_owned();
    }
    // Mostly those that the settings name.
    let known = settings["requestContainers"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
    names.push(COMPUTE);
    if choices.once_in(8) {
        names.push(choices.one(&["tool", "istio-proxy", "plugin-x"]));
    }
    let first = choices.below(names.len());
    names.rotate_left(first);
    names.truncate(choices.one(&[1, 1, 2, 0]));
    names.dedup();
    let members: Vec<String> = names
        .iter()
        .map(|name| {
            let directory = known.get(*name).and_then(Value::as_str);
            let request = request_or_list(choices, settings, Some((name, directory)));
            let name = if choices.once_in(16) {
                name.replacen('p', "\\u0070", 1)
            } else {
                (*name).to_owned()
            };
            format!("\"{name}\":{request}")
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Text with the letters of JSON, of the annotation and of Unicode's surprises, some of it a list of entries.
pub fn annotation_text(choices: &mut Choices<'_>) -> String {
    let settings = settings(choices);
    let mut text = annotation(choices, &settings);
    for _ in 0..choices.one(&[0, 0, 1, 2, 4]) {
        let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let at = places[(choices.below(256) * 256 + choices.below(256)) % places.len()];
        let piece = choices.one(&[
            "",
            ",",
            "null",
            "[",
            "]",
            "{",
            "}",
            "\"",
            ":",
            "\\",
            "\\u",
            "\\ud800",
            "\\udc00",
            "0",
            "-",
            "1.",
            "e5",
            " ",
            "\u{17f}",
            "\u{212a}",
            "\u{0}",
            "\u{1f}",
            "\u{a0}",
            "\u{feff}",
            "\"hostPath\":null,",
            "\"HOSTPATH\":1,",
            "\"a\":[{}],",
            "tru",
            "false",
            "\\u0000",
            "{\"hostPath\":{}},",
            "//",
            "'",
        ]);
        if choices.once_in(3) {
            text.truncate(at);
        }
        text.insert_str(at, piece);
    }
    text
}

/// KubeVirt's own options of an entry.
fn own(choices: &mut Choices<'_>) -> String {
    if !choices.once_in(3) {
        return choices
            .one(&["", "\"image\":\"i\",", "\"pvc\":{\"hostPath\":7},"])
            .to_owned();
    }
    let place = json!(place(choices));
    match choices.below(5) {
        1 => format!("\"pvc\":{{\"volumePath\":{place},\"sharedComputePath\":{place}}},"),
        2 => format!("\"pvc\":{{\"sharedComputePath\":{place}}},"),
        3 => format!("\"configMap\":{{\"hookPath\":{place}}},"),
        4 => format!("\"PVC\":{{\"volumePath\":{place}}},\"pvc\":[{place}],"),
        _ => format!("\"pvc\":{{\"volumePath\":{place}}},"),
    }
}

fn entry(choices: &mut Choices<'_>, settings: &Value) -> String {
    match choices.below(16) {
        1 => {
            return choices
                .one(&["null", "{}", "{\"image\":\"i\"}", "{\"hostPath\":null}"])
                .to_owned();
        }
        2 if choices.once_in(6) => {
            return choices
                .one(&[
                    "7",
                    "{\"hostpath\":{}}",
                    "{\"ho\u{17f}tPath\":null}",
                    "{\"hostPath\":[]}",
                    "{\"hostPath\":null,\"hostPath\":null}",
                ])
                .to_owned();
        }
        _ => {}
    }
    let request = request_or_list(choices, settings, None);
    let key = choices.one(&["hostPath", "hostPath", "hostPath", "\\u0068ostPath"]);
    let own = own(choices);
    format!("{{{own}\"{key}\":{request}}}")
}

/// A container that is not a hook sidecar, and the directory that the settings give for it.
type Other<'n> = Option<(&'n str, Option<&'n str>)>;

/// A request, or a list of some.
fn request_or_list(choices: &mut Choices<'_>, settings: &Value, other: Other<'_>) -> String {
    if !choices.once_in(4) {
        return request(choices, settings, other);
    }
    if choices.once_in(24) {
        // As many as there may be, and one more; or as many in two places.
        let mut elements = vec![request(choices, settings, other); choices.one(&[256, 257, 128, 129, 255])];
        elements.push("null".to_owned());
        return format!("[{}]", elements.join(","));
    }
    let mut elements = Vec::new();
    for _ in 0..choices.one(&[1, 2, 2, 3, 0]) {
        let element = match choices.below(12) {
            1 => "null".to_owned(),
            // The same once more.
            2 => elements.last().cloned().unwrap_or_else(|| "null".to_owned()),
            3 if choices.once_in(4) => choices.one(&["[]", "7", "{}"]).to_owned(),
            _ => request(choices, settings, other),
        };
        elements.push(element);
    }
    format!("[{}]", elements.join(","))
}

fn request(choices: &mut Choices<'_>, settings: &Value, other: Other<'_>) -> String {
    let mut wish = wish(choices, settings, other.map(|(name, _)| name));
    let mut at = place(choices).to_owned();
    if let Some((name, directory)) = other {
        if let Some(directory) = directory.filter(|_| !choices.once_in(6)) {
            at = format!("{directory}{}", choices.one(&["/a", "", "/b", "/a/b"]));
        }
        wish.shared &= name != COMPUTE || choices.once_in(8);
    }
    let mut members = vec![
        ("path", json!(spelled(choices, &wish.path))),
        ("volumePath", json!(at)),
    ];
    if wish.volume_type != "Directory" || choices.once_in(3) {
        members.push(("type", json!(wish.volume_type)));
    } else if choices.once_in(4) {
        members.push(("type", choices.one(&[Value::Null, json!("")])));
    }
    if wish.writable || choices.once_in(8) {
        members.push(("readOnly", json!(!wish.writable)));
    } else if choices.once_in(8) {
        members.push(("readOnly", Value::Null));
    }
    if wish.shared {
        members.push(("sharedComputePath", json!(place(choices))));
    }
    if choices.once_in(40) {
        members.push(choices.one(&[
            ("path", json!("/a")),
            ("mode", Value::Null),
            ("readonly", json!(false)),
            ("type", json!("directory")),
            ("readOnly", json!("false")),
            ("volumePath", Value::Null),
        ]));
    }
    if choices.once_in(4) {
        let last = members.len() - 1;
        members.swap(0, last);
    }
    let members: Vec<String> = members
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}
