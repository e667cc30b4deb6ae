//! Every type, kind and key has its place wherever people and tools look for it: who adds one learns here what is missing.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use kubevirt_sidecar_hostpath_policy::{HostPathType, KINDS, REQUEST_KEYS, RULE_KEYS, SETTINGS_KEYS};
use rstest::rstest;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file, or of all files in a directory.
fn text(name: &str) -> String {
    let path = root().join(name);
    if path.is_file() {
        return fs::read_to_string(path).unwrap();
    }
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

/// The places that do not have the name: a file or a directory each, and what is looked for, with `NAME` in the name's place.
fn missing(name: &str, places: &[(&str, &str)]) -> Vec<String> {
    let lacks = |(file, form): &&(&str, &str)| !text(file).contains(&form.replace("NAME", name));
    let places = places.iter().filter(lacks);
    places
        .map(|(file, form)| format!("{file} lacks {}", form.replace("NAME", name)))
        .collect()
}

fn types() -> Vec<String> {
    let names = HostPathType::REQUESTABLE.iter();
    names.map(|named| named.as_str().to_owned()).collect()
}

fn kinds() -> Vec<String> {
    KINDS.map(|kind| kind.kind.to_owned()).into()
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[rstest]
#[case::types(types(), &[
    ("docs/reference.md", "| `NAME` |"),
    ("docs/settings.schema.json", "\"NAME\""),
    ("docs/annotation.schema.json", "\"NAME\""),
    ("charts/sidecar-hostpath/values.schema.json", "\"NAME\""),
    ("tests/cases", "\"type\": \"NAME\""),
    ("crates/model/src/settings.rs", "\"NAME\","),
])]
#[case::kinds(kinds(), &[
    ("tests/fixtures", "\"kind\": \"NAME\""),
])]
#[case::settings(keys(&SETTINGS_KEYS), &[
    ("docs/reference.md", "| `NAME` |"),
    ("docs/settings.schema.json", "\"NAME\": {"),
    ("examples/settings-full.yaml", "NAME:"),
    ("tests/cases/settings", "\"NAME\""),
    ("tests/cases", "\"NAME\": "),
    ("crates/model/src/settings.rs", "\"NAME\","),
    ("crates/model/src/generate/settings.rs", "\"NAME\""),
])]
#[case::rules(keys(&RULE_KEYS), &[
    ("docs/reference.md", "| `NAME` |"),
    ("docs/settings.schema.json", "\"NAME\": {"),
    ("charts/sidecar-hostpath/values.schema.json", "\"NAME\": {"),
    ("examples/settings-full.yaml", "NAME:"),
    ("tests/cases", "\"NAME\": "),
    ("crates/model/src/settings.rs", "\"NAME\","),
    ("crates/model/src/generate/settings.rs", "\"NAME\""),
])]
#[case::requests(keys(&REQUEST_KEYS), &[
    ("docs/reference.md", "| `NAME` |"),
    ("docs/annotation.schema.json", "\"NAME\": {"),
    ("tests/cases", "\"NAME\": "),
])]
fn every_name_has_its_places(#[case] names: Vec<String>, #[case] places: &[(&str, &str)]) {
    let missing: Vec<String> = names.iter().flat_map(|name| missing(name, places)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_name_that_is_nowhere_is_missing() {
    let places = [("docs/reference.md", "| `NAME` |"), ("tests/cases", "NAME")];
    assert_eq!(
        missing("Nowhere", &places),
        [
            "docs/reference.md lacks | `Nowhere` |",
            "tests/cases lacks Nowhere"
        ]
    );
    assert_eq!(missing("type", &places), Vec::<String>::new());
}
