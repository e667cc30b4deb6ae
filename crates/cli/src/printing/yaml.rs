//! YAML that readers of YAML 1.1 and of YAML 1.2 take for the same values.
//!
//! The emitters of libraries follow one of the two: to the other one `yes`, `0o17` or `1e3` is something else.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// What is a truth value or nothing in either version, in any case of its letters.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// A document: block style, each text quoted that is not plainly a text.
pub(crate) fn document(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => mapping(members, 0, &mut text),
        Value::Array(items) if !items.is_empty() => list(items, 0, &mut text),
        scalar => text.push_str(&inline(scalar)),
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The entries; the first one where the line is, the others after `indent` spaces.
fn mapping(members: &Map<String, Value>, indent: usize, text: &mut String) {
    for ((key, value), number) in members.iter().zip(0_usize..) {
        if number > 0 {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&string(key));
        text.push(':');
        match value {
            Value::Object(members) if !members.is_empty() => {
                let indent = indent.saturating_add(2);
                let _ = write!(text, "\n{:indent$}", "");
                mapping(members, indent, text);
            }
            Value::Array(items) if !items.is_empty() => {
                let _ = write!(text, "\n{:indent$}", "");
                list(items, indent, text);
            }
            scalar => {
                let _ = writeln!(text, " {}", inline(scalar));
            }
        }
    }
}

/// The items; the first one where the line is, the others after `indent` spaces.
fn list(items: &[Value], indent: usize, text: &mut String) {
    for (item, number) in items.iter().zip(0_usize..) {
        if number > 0 {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str("- ");
        let indent = indent.saturating_add(2);
        match item {
            Value::Object(members) if !members.is_empty() => mapping(members, indent, text),
            Value::Array(items) if !items.is_empty() => list(items, indent, text),
            scalar => {
                text.push_str(&inline(scalar));
                text.push('\n');
            }
        }
    }
}

/// What fits on the line.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Number(number) => self::number(number),
        // As in JSON: `null`, `true`, `[]`, `{}`.
        other => other.to_string(),
    }
}

/// Plain if it is a word or a path, and no word of YAML; else quoted, with the escapes that JSON and YAML share.
fn string(text: &str) -> String {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '/';
    let continues = |c: char| c.is_ascii_alphanumeric() || "/._-{}".contains(c);
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if text.starts_with(begins) && text.chars().all(continues) && !is_word {
        return text.to_owned();
    }
    quoted(text)
}

/// In double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escape = match c {
            '"' | '\\' => {
                quoted.push('\\');
                false
            }
            // A workflow runner may take two of them for the beginning of a command.
            '#' => rest.peek() == Some(&'#'),
            ' '..='~' => false,
            other => other.escape_debug().nth(1).is_some(),
        };
        let code = u32::from(c);
        let _ = match (escape, code) {
            (false, _) => write!(quoted, "{c}"),
            (true, ..=0xff) => write!(quoted, "\\x{code:02x}"),
            (true, ..=0xffff) => write!(quoted, "\\u{code:04x}"),
            (true, _) => write!(quoted, "\\U{code:08x}"),
        };
    }
    quoted.push('"');
    quoted
}

/// With a point, if it is not an integer: without one `1e21` is a text to YAML 1.1.
fn number(number: &Number) -> String {
    let text = number.to_string();
    match text.split_once('e') {
        Some((mantissa, exponent)) if number.is_f64() => {
            let point = if mantissa.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
            format!("{mantissa}{point}e{sign}{exponent}")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use checker::reading::document::documents;
    use serde_json::{Value, json};

    use super::document;

    /// By a reader of YAML 1.1, as kubectl's is.
    fn old(text: &str) -> Value {
        let mut documents = documents(text, "f.yaml");
        assert_eq!(documents.len(), 1, "{text}");
        documents.remove(0).unwrap().into_json().unwrap()
    }

    /// By a reader of YAML 1.2.
    fn new(text: &str) -> Value {
        yaml_serde::from_str(text).unwrap()
    }

    #[track_caller]
    fn is_the_same(value: &Value) {
        let text = document(value);
        assert_eq!(old(&text), *value, "{text}");
        assert_eq!(new(&text), *value, "{text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
        assert!(!text.contains("##"), "{text}");
    }

    /// Every text that a version may take for something else, as value, as key and in a list.
    #[test]
    fn a_text_is_a_text_to_all() {
        let words = [
            "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "", "=", "<<", "!", "&a", "*a",
        ];
        let pieces = [
            "0", "7", "9", "1", "_", ".", "-", "+", "e", "E", "x", "o", "b", ":", "f", "inf", "nan", "T", " ",
        ];
        let mut texts: Vec<String> = Vec::new();
        for word in words {
            let capital = word
                .chars()
                .take(1)
                .map(|c| c.to_ascii_uppercase())
                .chain(word.chars().skip(1));
            texts.extend([word.to_owned(), word.to_uppercase(), capital.collect()]);
        }
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    texts.extend([a.to_owned(), [a, b].concat(), [a, b, c].concat()]);
                }
            }
        }
        texts.extend(
            [
                "2001-01-01",
                "2001-01-01T01:01:01Z",
                "1:20",
                "0b11",
                "1_000",
                "a: b",
                "a #b",
                "- a",
                "---",
                "...",
                "%a",
                "a\nb",
            ]
            .map(str::to_owned),
        );
        texts.extend(
            [
                "a\r",
                "\t",
                "\u{85}",
                "\u{2028}",
                "\u{feff}",
                "\u{1f600}",
                "\u{e0001}",
                "\"",
                "\\",
                "'",
                "##[x]",
                "@a",
                "`",
            ]
            .map(str::to_owned),
        );
        texts.sort();
        texts.dedup();
        let members = texts
            .iter()
            .map(|text| (text.clone(), Value::from(text.as_str())));
        is_the_same(&Value::Object(members.filter(|(key, _)| key != "<<").collect()));
        is_the_same(&json!(texts));
        for text in &texts {
            is_the_same(&json!([text]));
        }
    }

    #[test]
    fn all_kinds_of_values_are_the_same() {
        is_the_same(&json!({
            "a": {"b": [], "c": {}, "d": [[1, [2]], {"e": null, "f": [true, false]}]},
            "n": [0, -1, u64::MAX, i64::MIN, 1.5, -0.25, 1e21, 1e-7, 1.25e300],
        }));
        for value in [json!({}), json!([]), json!("no"), json!(1.0), json!(null)] {
            is_the_same(&value);
        }
        assert_eq!(
            document(&json!({"a": [{"b": "no", "c": "x"}]})),
            "a:\n- b: \"no\"\n  c: x\n"
        );
    }
}
