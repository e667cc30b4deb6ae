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

/// A fenced block of YAML, without the indentation of the list item that it stands in.
struct Block {
    line: usize,
    text: String,
}

/// The blocks of a Markdown document that begin with ```` ```yaml ````.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(indentation) = line.strip_suffix("```yaml") else {
            continue;
        };
        let mut text = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
            text.push_str(line.strip_prefix(indentation).unwrap_or(line));
            text.push('\n');
        }
        blocks.push(Block {
            line: number + 1,
            text,
        });
    }
    blocks
}

/// Whether a block holds whole objects. Others are fragments, such as an annotation or settings.
fn is_manifest(block: &Block) -> bool {
    ["apiVersion:", "kind:"]
        .iter()
        .all(|key| block.text.lines().any(|line| line.starts_with(key)))
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
    assert!(files.remove("settings.yaml"));
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
        for block in blocks(&markdown).iter().filter(|block| is_manifest(block)) {
            let outcome = check_text(&block.text);
            assert_eq!(outcome.code, Some(0), "{document}:{}: {outcome:?}", block.line);
            let verdicts = verdicts(&outcome);
            found.extend(
                verdicts
                    .iter()
                    .map(|verdict| verdict.replace("standard input", &document)),
            );
        }
    }
    let judged: Vec<&str> = found
        .iter()
        .filter(|verdict| verdict.starts_with("ACCEPTED"))
        .map(String::as_str)
        .collect();
    assert_eq!(
        judged,
        ["ACCEPTED  docs/sidecar-hostpath.md: VirtualMachineInstance tenant-a/debian-cow"]
    );
}

#[test]
fn the_guide_shows_the_example_as_it_is() {
    let guide = fs::read_to_string(root().join("docs/sidecar-hostpath.md")).unwrap();
    for name in ["overlay-pvc.yaml", "vmi-with-sidecar-hostpath.yaml"] {
        let shown = blocks(&guide).iter().any(|block| block.text == example(name));
        assert!(shown, "examples/{name}");
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
        let mut manifests = manifest::read(&example(name), name).unwrap();
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
