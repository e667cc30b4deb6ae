//! Random files with lists, byte order marks, aliases and broken metadata: what we read of them, and what kubectl would send.
//!
//! `FILES=20000 cargo test -p sidecar-hostpath --test check files` reads more of them.

use std::process::Command;

use serde_json::Value;
use sidecar_hostpath::check::manifest::{Found, Manifest};
use sidecar_hostpath::check::reader;
use sidecar_hostpath::reading::text::decode;

use crate::harness::Dir;
use crate::oracle::is_same;
use crate::random::{Dice, MARK, file};
use crate::tools::kubectl;

/// How many files are read, unless `FILES` says it.
const FILES: usize = 500;

/// How many files kubectl reads at once.
const AT_ONCE: usize = 100;

/// What kubectl sends of each file.
fn by_kubectl(texts: &[String]) -> Vec<Vec<Value>> {
    let dir = Dir::new();
    let between = dir.write(
        "between.json",
        r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "between"}}"#,
    );
    let mut command = Command::new(kubectl());
    command.args(["patch", "--local", "--type", "json", "-p", "[]", "-o", "json"]);
    for (number, text) in texts.iter().enumerate() {
        command.arg("-f").arg(dir.write(&format!("{number}.yaml"), text));
        command.arg("-f").arg(&between);
    }
    let output = command.env("KUBECONFIG", dir.path("none")).output().unwrap();
    let mut files = vec![Vec::new()];
    for object in serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>() {
        let object = object.unwrap();
        match object["metadata"]["name"] == "between" {
            true => files.push(Vec::new()),
            false => files.last_mut().unwrap().push(object),
        }
    }
    assert_eq!(
        files.len(),
        texts.len() + 1,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    files
}

/// kubectl prints no empty namespace, and an object with `items: null` as an empty list.
fn as_printed(mut object: Value) -> Value {
    if object["items"].is_null()
        && let Some(items) = object.get_mut("items")
    {
        *items = Value::Array(Vec::new());
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
        && metadata
            .get("namespace")
            .is_some_and(|namespace| namespace == "" || namespace.is_null())
    {
        metadata.remove("namespace");
    }
    object
}

/// Whether our object is the one that kubectl sends.
fn is_sent(ours: &Manifest, sent: &Value) -> bool {
    if let Some(object) = &ours.object {
        return is_same(&as_printed(object.clone()), sent);
    }
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Some(ours.api_version.clone()) == text(&sent["apiVersion"])
        && Some(ours.kind.clone()) == text(&sent["kind"])
        && ours.name == text(&sent["metadata"]["name"])
        && ours.namespace == text(&sent["metadata"]["namespace"])
}

/// Why we refuse what kubectl reads: tools differ on it, or no server would take it.
const REFUSED: [&str; 21] = [
    "byte order mark",
    "duplicate key",
    "the merge key <<",
    "the key <<",
    "kubectl does not know the tag",
    "kubectl reads only the first document",
    "kubectl refuses text after ---",
    "apiVersion or kind is missing",
    "apiVersion must be",
    "without items",
    "a list within a list",
    "metadata",
    "not an object",
    "cannot be a key",
    "unknown anchor",
    "did not find expected <document start>",
    "is not a number in JSON",
    "does not fit its tag",
    "must be a list of objects",
    // JSON, of which kubectl takes what is above the fault.
    "expected",
    "trailing characters",
];

/// Why the two differ, if they do.
fn difference(text: &str, ours: &Found, sent: &[Value]) -> Option<String> {
    let outer = "the key items makes this a list";
    let is_object = |manifest: &&Manifest| {
        !manifest.kind.is_empty() && !manifest.warnings.iter().any(|warning| warning.starts_with(outer))
    };
    let read: Vec<&Manifest> = ours.manifests.iter().filter(is_object).collect();
    let mut unread = sent
        .iter()
        .filter(|sent| !read.iter().any(|ours| is_sent(ours, sent)));
    if !ours.faults.is_empty() {
        // Then the command fails: enough, if it is said for a reason that we know.
        let is_known = |reason: &str| REFUSED.iter().any(|known| reason.contains(known));
        let is_explained = ours.faults.iter().any(|fault| is_known(&fault.reason));
        let unread = unread.next().filter(|_| !is_explained)?;
        return Some(format!("refused: {:?}, kubectl sends {unread}", ours.faults));
    }
    if let Some(object) = unread.next() {
        return Some(format!("kubectl sends what is not read: {object}"));
    }
    // It stops at what is no object, at what we refuse only where it is judged, and after JSON at what is not JSON.
    let is_json = text.trim_start_matches(MARK).trim_start().starts_with('{');
    let is_unclear = |manifest: &Manifest| {
        manifest
            .warnings
            .iter()
            .any(|warning| warning.contains("the key <<"))
    };
    let stops = is_json
        || ours
            .manifests
            .iter()
            .any(|manifest| manifest.kind.is_empty() || is_unclear(manifest));
    match (sent.len(), read.len()) {
        (sent, read) if sent == read || sent < read && stops => None,
        (sent, read) => Some(format!("kubectl sends {sent}, {read} are read")),
    }
}

#[test]
fn what_is_read_is_what_kubectl_sends() {
    let count = std::env::var("FILES").map_or(FILES, |count| count.parse().unwrap());
    let mut dice = Dice(count as u64);
    let (mut both, mut differences) = (0, Vec::new());
    for first in (0..count).step_by(AT_ONCE) {
        let texts: Vec<String> = (first..count.min(first + AT_ONCE))
            .map(|number| file(&mut dice, number))
            .collect();
        for (text, sent) in texts.iter().zip(by_kubectl(&texts)) {
            let ours = reader::read(&decode(text.clone().into_bytes(), "f.yaml").unwrap(), "f.yaml");
            if ours.faults.is_empty() && !sent.is_empty() {
                both += 1;
            }
            if let Some(difference) = difference(text, &ours, &sent) {
                differences.push(format!("{text:?}\n{difference}"));
            }
        }
    }
    eprintln!(
        "{count} files: both read {both}, {} differences",
        differences.len()
    );
    differences.truncate(8);
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    assert!(both > count / 5, "{both} of {count} are read");
}
