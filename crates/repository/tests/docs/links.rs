//! Where the documents point to.

use std::path::{Component, Path, PathBuf};

use crate::markdown::{Document, documents, root};

/// The path, without `.` and `..`; `None` if it leaves the repository.
fn within(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !clean.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(clean)
}

/// What is wrong with a link in this document.
fn fault(documents: &[Document], document: &Document, link: &str) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link
        .split_once('#')
        .map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    if file.contains(':') {
        return Some("not https".to_owned());
    }
    let target = if file.is_empty() {
        PathBuf::from(&document.name)
    } else {
        let Some(target) = within(&Path::new(&document.name).with_file_name(file)) else {
            return Some("leaves the repository".to_owned());
        };
        target
    };
    if !root().join(&target).exists() {
        return Some("no such file".to_owned());
    }
    let anchor = anchor?;
    match documents
        .iter()
        .find(|document| Path::new(&document.name) == target)
    {
        None => Some("an anchor in a file that is no Markdown".to_owned()),
        Some(document) => (!document.anchors.contains(anchor)).then(|| "no such heading".to_owned()),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut faults = Vec::new();
    let mut count = 0_usize;
    for document in &documents {
        for link in &document.links {
            count = count.saturating_add(1);
            if let Some(fault) = fault(&documents, document, link) {
                faults.push(format!("{}: {link}: {fault}", document.name));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(count > 10, "only {count} links were found");
}

#[test]
fn a_link_that_leads_nowhere_is_a_fault() {
    let documents = documents();
    let document = documents
        .iter()
        .find(|document| document.name == "deploy/README.md")
        .unwrap();
    let fault = |link: &str| fault(&documents, document, link);
    assert_eq!(fault("base/inject.yaml"), None);
    assert_eq!(fault("../README.md#settings"), None);
    assert_eq!(fault("#rolling-out"), None);
    assert_eq!(fault("https://example.com/"), None);
    assert_eq!(fault("http://example.com/").as_deref(), Some("not https"));
    assert_eq!(fault("absent.yaml").as_deref(), Some("no such file"));
    assert_eq!(fault("#absent").as_deref(), Some("no such heading"));
    assert_eq!(fault("../README.md#absent").as_deref(), Some("no such heading"));
    assert_eq!(fault("../../README.md").as_deref(), Some("leaves the repository"));
    assert_eq!(fault("/README.md").as_deref(), Some("leaves the repository"));
    assert_eq!(
        fault("base/inject.yaml#L1").as_deref(),
        Some("an anchor in a file that is no Markdown")
    );
}

/// `src/lib.rs` in the text, too, is a pointer.
#[test]
fn every_file_in_the_text_exists() {
    let directories = [
        "deploy/",
        "docs/",
        "examples/",
        "charts/",
        "crates/",
        "src/",
        "tests/",
        "tools/",
    ];
    let plain = |code: &str| {
        code.chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    };
    for document in documents() {
        for code in &document.code {
            if plain(code) && directories.iter().any(|directory| code.starts_with(directory)) {
                let found =
                    root().join(code).exists() || root().join(&document.name).with_file_name(code).exists();
                assert!(found, "{}: `{code}`", document.name);
            }
        }
    }
}

/// Artifact Hub reads a branch that has no other file.
#[test]
fn the_readme_of_artifact_hub_has_no_relative_links() {
    let made = std::process::Command::new("make")
        .args(["--silent", "artifacthub-readme"])
        .current_dir(root())
        .status()
        .unwrap();
    assert!(made.success());
    let readme = std::fs::read_to_string(root().join("target/artifacthub/README.md")).unwrap();
    let document = crate::markdown::parse("README.md", &readme);
    let relative: Vec<&String> = document
        .links
        .iter()
        .filter(|link| !link.starts_with("https://") && !link.starts_with('#'))
        .collect();
    assert_eq!(relative, Vec::<&String>::new());
    let picture = concat!("/raw/v", env!("CARGO_PKG_VERSION"), "/docs/check.svg)");
    assert!(readme.contains(picture), "{picture}");
}
