//! `docs/settings.schema.json`.

use std::collections::BTreeSet;

use jsonschema::Validator;
use rstest::rstest;
use serde_json::{Map, Value, json};
use settings_schema::{DOCUMENTS, document};

use crate::reader::{keys, meaning, rule_keys, text};

pub(crate) fn schema() -> Value {
    serde_json::from_str(&text("docs/settings.schema.json")).unwrap()
}

/// Whether the schema finds nothing wrong.
pub(crate) fn permits(settings: &Value) -> bool {
    Validator::new(&schema()).unwrap().is_valid(settings)
}

fn properties(schema: &Value) -> &Map<String, Value> {
    schema["properties"].as_object().unwrap()
}

fn names(schema: &Value) -> BTreeSet<String> {
    properties(schema).keys().cloned().collect()
}

#[test]
fn the_files_are_what_make_schema_writes() {
    for (name, file) in DOCUMENTS {
        let generated = document(name).unwrap();
        assert!(generated == text(file), "{file} is stale: run `make schema`");
        jsonschema::meta::validate(&serde_json::from_str(&generated).unwrap()).unwrap();
    }
}

#[test]
fn the_file_is_a_schema() {
    jsonschema::meta::validate(&schema()).unwrap();
}

#[test]
fn its_keys_are_those_of_the_reader() {
    assert_eq!(names(&schema()), keys());
    let (prefix, exact) = (
        names(&schema()["$defs"]["PrefixRule"]),
        names(&schema()["$defs"]["ExactRule"]),
    );
    assert_eq!(&prefix | &exact, rule_keys());
    // Of the two paths, each kind of rule has its own.
    assert_eq!(&prefix - &exact, BTreeSet::from(["pathPrefix".to_owned()]));
    assert_eq!(&exact - &prefix, BTreeSet::from(["path".to_owned()]));
}

#[test]
fn every_key_is_explained() {
    for part in [
        &schema(),
        &schema()["$defs"]["PrefixRule"],
        &schema()["$defs"]["ExactRule"],
    ] {
        for (key, property) in properties(part) {
            assert!(
                property["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{key}"
            );
        }
    }
}

/// Each default, written out, alone and with the others.
#[test]
fn its_defaults_are_those_of_the_reader() {
    let rules = json!([{"pathPrefix": "/a"}, {"path": "/b"}]);
    let minimal = json!({"allowedHostPaths": rules});
    let expected = meaning(&minimal).unwrap();
    let mut all = minimal.clone();
    for (key, property) in properties(&schema())
        .iter()
        .filter(|(key, _)| *key != "allowedHostPaths")
    {
        let default = property
            .get("default")
            .unwrap_or_else(|| panic!("{key} has no default"));
        let mut one = minimal.clone();
        one[key] = default.clone();
        assert_eq!(meaning(&one).unwrap(), expected, "{key}");
        all[key] = default.clone();
    }
    for (index, kind) in ["PrefixRule", "ExactRule"].into_iter().enumerate() {
        for (key, property) in properties(&schema()["$defs"][kind]) {
            if let Some(default) = property.get("default") {
                all["allowedHostPaths"][index][key] = default.clone();
            }
        }
    }
    assert_eq!(meaning(&all).unwrap(), expected);
    assert!(permits(&all));
}

/// Values of one place, each judged alike by both.
#[rstest]
#[case::path("path", &["/a", "/a/b", "//a/./b/", "/..data", "/a..b", "/a/...", "/a:b", "/ä ö", "/a\u{2003}b",
    "/a/b/{namespace}", "/a//b/{namespace}/./b/"], &[
    "/", "", "a", "./a", "/..", "/../a", "/a/..", "/a/../b", "/a\\b", "/a\0", "/a\nb", "/a\u{7f}", "/a\u{85}b", "/a ",
    "/a/{name}", "/a/x{namespace}", "/a/{namespace}x", "/a/{namespace}/{namespace}", "/a/{namespace}/b/{namespace}/", "/a}",
    "/{/a", " /a", "/a\t", "/a\u{2003}", "/ ", "/a /", "/a //", "/a /.", "/a\u{a0}/./",
])]
#[case::path_prefix("pathPrefix", &["/a/", "/..data"], &["/", "", "a", "/..", "/a/..", "/a\\b", "/a ", " /a"])]
#[case::namespaces("namespaces", &["a", "0", "team-a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"], &[
    "", "A", "-a", "a-", "a.b", "a/b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ä", "a\n",
])]
#[case::type_of_volume("types", &[], &["directory", "Directory ", "Any"])]
fn a_text_in_a_rule_is_judged_alike(#[case] key: &str, #[case] good: &[&str], #[case] bad: &[&str]) {
    let settings = |value: &str| {
        let value = if ["types", "namespaces"].contains(&key) {
            json!([value])
        } else {
            json!(value)
        };
        // Nothing is sensitive: an exact path could not contain it.
        let mut settings = json!({"allowedHostPaths": [{key: value}], "sensitiveHostPaths": []});
        if ["types", "namespaces"].contains(&key) {
            settings["allowedHostPaths"][0]["path"] = json!("/a");
        }
        settings
    };
    for value in good {
        assert_eq!(meaning(&settings(value)).err(), None, "{value:?}");
        assert!(permits(&settings(value)), "{value:?}");
    }
    for value in bad {
        assert!(meaning(&settings(value)).is_err(), "{value:?}");
        assert!(!permits(&settings(value)), "{value:?}");
    }
}

/// Every value that the schema lists is one that the reader knows.
#[test]
fn the_values_it_lists_are_read() {
    let schema = schema();
    for value in schema["$defs"]["HostPathType"]["enum"].as_array().unwrap() {
        let settings = json!({"allowedHostPaths": [], "allowedTypes": [value]});
        assert_eq!(meaning(&settings).err(), None, "{value}");
    }
    for value in schema["$defs"]["RecursiveReadOnly"]["enum"].as_array().unwrap() {
        let settings = json!({"allowedHostPaths": [], "recursiveReadOnly": value});
        assert_eq!(meaning(&settings).err(), None, "{value}");
    }
}
