//! The manifests that people copy: those in `examples/`, and the YAML blocks of the documents.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use sidecar_hostpath::check::manifest;

use crate::harness::{Outcome, SETTINGS, check, check_text, example, root};

/// The names of the files with this ending in a directory of the repository.
fn names(dir: &str, ending: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(dir))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(ending))
        .collect()
}

/// The blocks of a Markdown document that begin with ```` ```yaml ````, without the indentation of the list item that
/// they stand in.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(indentation) = line.strip_suffix("```yaml") else {
            continue;
        };
        let mut block = String::new();
        for line in lines.by_ref().take_while(|line| line.trim() != "```") {
            block.push_str(line.strip_prefix(indentation).unwrap_or(line));
            block.push('\n');
        }
        blocks.push(block);
    }
    blocks
}

/// Whether a block holds whole objects. Others are fragments, such as an annotation or settings.
fn is_manifest(block: &&String) -> bool {
    ["apiVersion:", "kind:"]
        .iter()
        .all(|key| block.lines().any(|line| line.starts_with(key)))
}

/// The first line of each object's finding, with the verdict, that `check` printed.
fn verdicts(outcome: &Outcome) -> Vec<&str> {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let is_verdict = |line: &&str| line.starts_with("ACCEPTED") || line.starts_with("SKIPPED");
    outcome.stdout.lines().filter(is_verdict).collect()
}

#[test]
fn the_manifests_of_the_examples_are_accepted() {
    let mut files = names("examples", ".yaml");
    for settings in ["settings.yaml", "settings-full.yaml"] {
        assert!(files.remove(settings), "{settings}");
    }
    let files: Vec<String> = files.iter().map(|name| format!("examples/{name}")).collect();
    let args: Vec<&str> = SETTINGS
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    assert_eq!(
        verdicts(&check(&args, "")),
        [
            "SKIPPED   examples/overlay-pvc.yaml: PersistentVolumeClaim tenant-a/debian-cow (v1, not judged)",
            "ACCEPTED  examples/vm-with-sidecar-hostpath.yaml: VirtualMachine tenant-a/debian-cow",
            "ACCEPTED  examples/vm-with-writable-hostpath.yaml: VirtualMachine tenant-a/debian-scratch",
            "ACCEPTED  examples/vmi-with-sidecar-hostpath.yaml: VirtualMachineInstance tenant-a/debian-cow",
        ]
    );
}

#[test]
fn the_manifests_of_the_documents_are_accepted() {
    let mut documents = vec!["README.md".to_owned(), "deploy/README.md".to_owned()];
    documents.extend(names("docs", ".md").iter().map(|name| format!("docs/{name}")));
    let mut found = Vec::new();
    for document in documents {
        let markdown = fs::read_to_string(root().join(&document)).unwrap();
        for block in blocks(&markdown).iter().filter(is_manifest) {
            let outcome = check_text(block);
            let verdicts = verdicts(&outcome);
            found.extend(
                verdicts
                    .iter()
                    .map(|verdict| verdict.replace("standard input", &document)),
            );
        }
    }
    // The guide's, so that blocks are found at all.
    let example = "ACCEPTED  docs/sidecar-hostpath.md: VirtualMachineInstance tenant-a/debian-cow".to_owned();
    assert!(found.contains(&example), "{found:?}");
}

/// The guide for VM owners.
fn guide() -> String {
    fs::read_to_string(root().join("docs/sidecar-hostpath.md")).unwrap()
}

#[test]
fn the_guide_shows_the_example_as_it_is() {
    let guide = guide();
    for name in ["overlay-pvc.yaml", "vmi-with-sidecar-hostpath.yaml"] {
        let shown = blocks(&guide).contains(&example(name));
        assert!(shown, "examples/{name}");
    }
    let args = [SETTINGS.as_slice(), &["examples/vmi-with-sidecar-hostpath.yaml"]].concat();
    assert!(guide.contains(&check(&args, "").stdout));
}

#[test]
fn the_denials_of_the_guide_are_those_of_the_policy() {
    // What the case corpus expects, word for word.
    let expected: Vec<String> = names("tests/cases", ".json")
        .iter()
        .map(|name| fs::read_to_string(root().join("tests/cases").join(name)).unwrap())
        .filter_map(|text| {
            serde_json::from_str::<Value>(&text).unwrap()["expect"]["message"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    let guide = guide();
    let (_, section) = guide.split_once("### What a denial means").unwrap();
    let (section, _) = section.split_once("\n### ").unwrap();
    let shown: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(message, _)| message)
        .collect();
    assert_eq!(shown.len(), 12);
    for message in shown {
        let said = |answer: &String| {
            let mut rest = answer.as_str();
            message.split('…').all(|part| {
                let found = rest.split_once(part);
                rest = found.map_or("", |(_, after)| after);
                found.is_some()
            })
        };
        assert!(expected.iter().any(said), "no case is answered with {message}");
    }
}

/// The annotation of an object, at this pointer.
fn annotation<'a>(object: &'a Value, metadata: &str) -> &'a str {
    object
        .pointer(&format!("{metadata}/annotations/hooks.kubevirt.io~1hookSidecars"))
        .and_then(Value::as_str)
        .unwrap()
}

#[test]
fn the_vm_and_the_launcher_pod_are_those_of_the_vmi() {
    let object = |name: &str| {
        let mut manifests = manifest::read(&example(name), name).manifests;
        assert_eq!(manifests.len(), 1);
        manifests.remove(0).object
    };
    let vmi = object("vmi-with-sidecar-hostpath.yaml");
    let vm = object("vm-with-sidecar-hostpath.yaml");
    let fixture = fs::read(root().join("tests/fixtures/launcher-cow.json")).unwrap();
    let request: Value = serde_json::from_slice(&fixture).unwrap();
    let pod = &request["object"];

    let expected = annotation(&vmi, "/metadata");
    assert_eq!(annotation(&vm, "/spec/template/metadata"), expected);
    assert_eq!(annotation(pod, "/metadata"), expected);
    assert_eq!(vm["spec"]["template"]["spec"], vmi["spec"]);

    // What KubeVirt makes of the annotation and the volume.
    let entry = &serde_json::from_str::<Value>(expected).unwrap()[0];
    let sidecar = &pod["spec"]["containers"][1];
    for key in ["image", "imagePullPolicy", "command", "args"] {
        assert_eq!(sidecar[key], entry[key], "{key}");
    }
    let claim = &vmi["spec"]["volumes"][0]["persistentVolumeClaim"];
    let volumes = pod["spec"]["volumes"].as_array().unwrap();
    for name in [&vmi["spec"]["volumes"][0]["name"], &entry["pvc"]["name"]] {
        let volume = volumes.iter().find(|volume| &volume["name"] == name).unwrap();
        assert_eq!(&volume["persistentVolumeClaim"], claim, "{name}");
    }
    for (container, path) in [(0, "sharedComputePath"), (1, "volumePath")] {
        let mounts = pod["spec"]["containers"][container]["volumeMounts"]
            .as_array()
            .unwrap();
        let mount = mounts
            .iter()
            .find(|mount| mount["name"] == entry["pvc"]["name"])
            .unwrap();
        assert_eq!(mount["mountPath"], entry["pvc"][path]);
    }
}
