use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;

use super::{cursor::marks, *};

/// The same document, as `serde_json` reads it.
fn to_value(json: Json<'_>) -> Value {
    match json.kind() {
        JsonKind::List => json.items(99).unwrap().into_iter().map(to_value).collect(),
        JsonKind::Object => {
            let members = Members::read(FieldPath::root("x"), json).unwrap();
            let members = members.iter();
            Value::Object(
                members
                    .map(|(key, value)| (key.to_text().into_owned(), to_value(value)))
                    .collect(),
            )
        }
        JsonKind::String => Value::String(json.string().unwrap().into_owned()),
        _ => serde_json::from_str(json.get()).unwrap(),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let text = "[ab\"\\\\{}\\[\\],: \n\u{1}é\u{1f600}]{0,6}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text, inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_document_is_read_as_serde_json_reads_it(value in value(), pretty in any::<bool>()) {
        let text = if pretty { format!(" {value:#}\n") } else { value.to_string() };
        let json = Json::document(&text).unwrap();
        prop_assert_eq!(json.get(), text.trim());
        prop_assert_eq!(to_value(json), value);
    }

    #[test]
    fn a_string_is_unescaped_as_serde_json_unescapes_it(
        parts in prop::collection::vec("[a-cé/]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}|\\\\ud83d\\\\ude0[0-9]", 0..6)
    ) {
        let text = format!("\"{}\"", parts.concat());
        let expected = serde_json::from_str::<String>(&text).ok();
        let json = Json::document(&text).unwrap();
        prop_assert_eq!(json.string().map(Cow::into_owned), expected);
    }

    #[test]
    fn the_lowest_mark_is_that_of_the_first_such_byte(
        bytes in prop::array::uniform8(prop::sample::select(&[b'"', b'#', b'!', b'\\', 0, 0x80, 0xa2, 0xff][..]))
    ) {
        let first = bytes.iter().position(|&byte| byte == b'"');
        let marked = marks(u64::from_le_bytes(bytes), b'"').trailing_zeros() / 8;
        prop_assert_eq!(marked as usize, first.unwrap_or(8));
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}\",:\\\\u0-9a \n]{0,24}") {
        for json in [Json(&text), Json::document(&text).unwrap_or(Json::EMPTY_OBJECT)] {
            let _ = json.items(99);
            json.string();
            Members::along(json, &["a", "a"]);
        }
    }
}

#[rstest]
#[case::escapes(r#"{"a": ["\\ud800", "\ud83d\ude00", "é\n"]}"#, true)]
#[case::lone_surrogate_in_a_key(r#"{"a": {"\udc00": 1}}"#, false)]
#[case::lone_surrogate_in_a_value(r#"{"a": ["x\ud800"]}"#, false)]
#[case::pair_in_the_wrong_order(r#"{"a": "\ude00\ud83d"}"#, false)]
#[case::numbers(r#"[0, -1.5, 1e+300, 12E306, 1e-999, 18446744073709551616, "1e999"]"#, true)]
#[case::largest("[1.7976931348623157e308, -1.7976931348623157E+308, 9e307]", true)]
#[case::larger("[1.7976931348623160e308]", false)]
#[case::exponent_out_of_range(r#"{"a": [1e+873]}"#, false)]
#[case::digits_out_of_range(&format!("[1{}.5]", "0".repeat(309)), false)]
#[case::exponent_beyond_words("[1e99999999999999999999]", false)]
#[case::nested(&format!("{}{}", "[".repeat(100), "]".repeat(100)), true)]
#[case::nested_too_deep(&format!("{}{}", "[".repeat(101), "]".repeat(101)), false)]
fn what_serde_json_cannot_read_is_not_readable(#[case] text: &str, #[case] readable: bool) {
    assert_eq!(Json::document(text).unwrap().is_readable(), readable);
    assert!(!readable || serde_json::from_str::<Value>(text).is_ok());
}

#[rstest]
#[case::last_that_is_no_pair(r#""\uffff\u0041""#, "\u{ffff}A")]
#[case::first_that_is_a_pair(r#""\ud800\udc00\u0041""#, "\u{10000}A")]
#[case::before_surrogates(r#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}")]
fn code_units_are_read_one_by_one_or_in_pairs(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(Json::document(text).unwrap().string().unwrap(), expected);
}

#[rstest]
#[case::spaces("{ \"a\" : [ 1 , \"]\" ] ,\"b\":{}\n}", &[("a", "[ 1 , \"]\" ]"), ("b", "{}")])]
#[case::escaped_quote(r#"{"a":"\"}","b\"":-1.5e3}"#, &[("a", r#""\"}""#), ("b\"", "-1.5e3")])]
#[case::escaped_key(r#"{"\u0061":true}"#, &[("a", "true")])]
#[case::twice(r#"{"a":null,"a":false}"#, &[("a", "null"), ("a", "false")])]
#[case::lone_surrogate(r#"{"\ud800":0}"#, &[("\u{fffd}", "0")])]
fn members_are_in_document_order(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
    let members = Members::read(FieldPath::root("x"), Json::document(text).unwrap()).unwrap();
    let members: Vec<(String, &str)> = members
        .iter()
        .map(|(key, value)| (key.to_text().into_owned(), value.get()))
        .collect();
    let members: Vec<(&str, &str)> = members.iter().map(|(key, value)| (&**key, *value)).collect();
    assert_eq!(members, expected);
}

#[rstest]
#[case::all(r#"{"a":{"x":1,"b":{"y":2}},"b":3}"#, &["a", "b"], &[2, 1])]
#[case::ends_early(r#"{"a":{"b":[]}}"#, &["a", "b"], &[1])]
#[case::is_absent(r#"{"b":{}}"#, &["a", "b"], &[])]
#[case::stands_twice(r#"{"a":{},"a":{"x":1}}"#, &["a"], &[0, 1])]
fn objects_along_a_path_are_read_in_one_walk(
    #[case] text: &str,
    #[case] path: &[&str],
    #[case] members: &[usize],
) {
    let json = Json::document(text).unwrap();
    let (outer, inner) = Members::along(json, path);
    assert_eq!(
        outer.0.len(),
        Members::read(FieldPath::root("x"), json).unwrap().0.len()
    );
    assert_eq!(
        inner.iter().map(|inner| inner.0.len()).collect::<Vec<_>>(),
        members
    );
}
