//! The manifests that people copy: those in `examples/`, and the YAML blocks of the documents.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value};
use sidecar_hostpath::check::reader;

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
/// they are in.
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
fn verdicts(outcome: &Outcome) -> Vec<String> {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let is_verdict = |line: &&str| line.starts_with("ACCEPTED") || line.starts_with("SKIPPED");
    // A long one has two lines.
    let whole = outcome.stdout.replace(":\n          ", ": ");
    whole.lines().filter(is_verdict).map(str::to_owned).collect()
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
            "SKIPPED   examples/overlay-pvc.yaml:3:1: PersistentVolumeClaim tenant-a/debian-cow (v1, not judged)",
            "ACCEPTED  examples/vm-with-sidecar-hostpath.yaml:3:1: VirtualMachine tenant-a/debian-cow",
            "ACCEPTED  examples/vm-with-writable-hostpath.yaml:3:1: VirtualMachine tenant-a/debian-scratch",
            "ACCEPTED  examples/vmi-with-sidecar-hostpath.yaml:4:1: VirtualMachineInstance tenant-a/debian-cow",
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
            let outcome = if document == "docs/plugins.md" {
                check(&["--settings", "examples/plugin-cow/settings.yaml", "-"], block)
            } else {
                check_text(block)
            };
            let verdicts = verdicts(&outcome);
            found.extend(
                verdicts
                    .iter()
                    .map(|verdict| verdict.replace("standard input", &document)),
            );
        }
    }
    // The guide's, so that blocks are found at all.
    let example =
        "ACCEPTED  docs/sidecar-hostpath.md:4:1: VirtualMachineInstance tenant-a/debian-cow".to_owned();
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
        .flat_map(|text| serde_json::from_str::<Map<String, Value>>(&text).unwrap())
        .filter_map(|(_, case)| case["expect"]["message"].as_str().map(str::to_owned))
        .collect();
    let guide = guide();
    let (_, section) = guide.split_once("### Other messages").unwrap();
    let (section, _) = section.split_once("\n### ").unwrap();
    let shown: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(message, _)| message)
        .collect();
    assert_eq!(shown.len(), 19);
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
        let mut manifests = reader::read(&example(name), name).manifests;
        assert_eq!(manifests.len(), 1);
        manifests.remove(0).object.unwrap()
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

/// What an expression in CEL of a list of `JSONPatch` stands for: without the names of types it is YAML.
fn patch_of(expression: &str) -> Value {
    let mut yaml = String::new();
    for (index, part) in expression.split('{').enumerate() {
        let part = if index == 0 {
            part.to_owned()
        } else {
            format!("{{{part}")
        };
        let is_of_type = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let name = part.trim_end_matches(is_of_type);
        let is_type = ["JSONPatch", "Object"]
            .iter()
            .any(|known| part.strip_prefix(name).unwrap().starts_with(known));
        yaml.push_str(if is_type { name } else { &part });
    }
    yaml_serde::from_str(&yaml).unwrap()
}

#[test]
fn the_guide_for_plugins_shows_its_example_as_it_is() {
    let guide = fs::read_to_string(root().join("docs/plugins.md")).unwrap();
    for name in ["vm.yaml", "settings.yaml"] {
        let shown = blocks(&guide).contains(&example(&format!("plugin-cow/{name}")));
        assert!(shown, "examples/plugin-cow/{name}");
    }
}

/// The admission policy of examples/plugin-cow, applied by hand to a launcher pod as KubeVirt makes it, with the annotations
/// of that example's VM; then this policy, under that example's settings.
#[test]
fn the_plugin_of_the_examples_gets_its_host_path() {
    let read = |name: &str| fs::read_to_string(root().join("examples/plugin-cow").join(name)).unwrap();
    let admission = read("admission-policy.yaml");
    let (policy, _binding) = admission.split_once("\n---\n").unwrap();
    let policy: Value = yaml_serde::from_str(policy).unwrap();
    let expression = policy["spec"]["mutations"][0]["jsonPatch"]["expression"]
        .as_str()
        .unwrap();
    let vm: Value = yaml_serde::from_str(&read("vm.yaml")).unwrap();
    let settings: Value = yaml_serde::from_str(&read("settings.yaml")).unwrap();

    let fixture = fs::read_to_string(root().join("tests/fixtures/launcher-plugin.json")).unwrap();
    let mut request: Value = serde_json::from_str(&fixture).unwrap();
    let pod = &mut request["object"];
    let containers = pod["spec"]["containers"].as_array_mut().unwrap();
    containers.retain(|container| container["name"] == "compute");
    let annotations = vm["spec"]["template"]["metadata"]["annotations"]
        .as_object()
        .unwrap();
    for (key, value) in annotations {
        pod["metadata"]["annotations"][key] = value.clone();
    }
    let without_the_plugin = request.clone();
    let patch: json_patch::Patch = serde_json::from_value(patch_of(expression)).unwrap();
    json_patch::patch(&mut request["object"], &patch).unwrap();

    let answer = |request: &Value| -> Value {
        let payload = serde_json::json!({"request": request, "settings": settings}).to_string();
        serde_json::from_slice(&kubevirt_sidecar_hostpath_policy::validate(payload.as_bytes())).unwrap()
    };
    let accepted = answer(&request);
    assert_eq!(accepted["accepted"], true, "{accepted}");
    let containers = accepted["mutated_object"]["spec"]["containers"]
        .as_array()
        .unwrap();
    assert_eq!(containers.len(), 2);
    for container in containers {
        let mounts = container["volumeMounts"].as_array().unwrap();
        let expected = serde_json::json!({
            "name": "sidecar-hostpath-0", "mountPath": "/host-images/golden", "readOnly": true,
            "recursiveReadOnly": "IfPossible",
        });
        assert_eq!(mounts.last(), Some(&expected), "{}", container["name"]);
    }
    let rejected = answer(&without_the_plugin);
    let message = rejected["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("the pod has no container plugin-sidecar-cow"),
        "{rejected}"
    );
}
