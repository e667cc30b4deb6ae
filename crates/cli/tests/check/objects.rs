//! Which objects a file holds.

use rstest::rstest;
use serde_json::json;
use sidecar_hostpath::check::manifest::{Found, Manifest};
use sidecar_hostpath::check::reader;

use crate::harness::{check_text, example};

pub(crate) fn read_all(text: &str) -> Found {
    reader::read(text, "f.yaml")
}

/// The objects, or the first fault.
pub(crate) fn read(text: &str) -> Result<Vec<Manifest>, String> {
    objects(read_all(text))
}

pub(crate) fn objects(found: Found) -> Result<Vec<Manifest>, String> {
    match found.faults.first() {
        None => Ok(found.manifests),
        Some(fault) => Err(fault.to_string()),
    }
}

#[rstest]
#[case::empty("", &[])]
#[case::comment("# nothing\n", &[])]
#[case::separators("---\n---\n# x\n---\n", &[])]
#[case::one("{apiVersion: v1, kind: A}", &["A 1:1"])]
#[case::between_empty_ones("---\n---\napiVersion: v1\nkind: A\n---\n---\napiVersion: v1\nkind: B\n...\n", &["A 3:1", "B 7:1"])]
#[case::json(r#"{"apiVersion": "v1", "kind": "A"}"#, &["A 1:1"])]
#[case::json_stream(
    "{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n{\"apiVersion\":\"v1\",\"kind\":\"B\"} null \n",
    &["A 1:1", "B 2:1"]
)]
#[case::json_as_yaml_documents(
    "{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n---\n{\"apiVersion\":\"v1\",\"kind\":\"B\"}\n",
    &["A 1:1", "B 3:1"]
)]
#[case::tabs("{\t\"apiVersion\": \"v1\",\n\t\"kind\": \"A\"}", &["A 1:1"])]
#[case::comment_above("# about it\n\napiVersion: v1\nkind: A\n", &["A 3:1"])]
#[case::directive("%YAML 1.1\n---\napiVersion: v1\nkind: A\n", &["A 3:1"])]
fn documents_are_found_at_their_places(#[case] text: &str, #[case] expected: &[&str]) {
    let place = |manifest: &Manifest| {
        let at = &manifest.place;
        format!("{} {}:{}", manifest.kind, at.line, at.column)
    };
    let found: Vec<String> = read(text).unwrap().iter().map(place).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::no_kind(
    "apiVersion: v1",
    "1:1: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::no_version(
    "---\n---\nkind: Pod",
    "3:1: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::kind_of_another_type(
    "apiVersion: v1\nkind: 1",
    "1:1: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::empty_kind(
    "apiVersion: v1\nkind: ''",
    "1:1: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::two_slashes(
    "apiVersion: a/b/c\nkind: X",
    "1:1: apiVersion must be VERSION or GROUP/VERSION"
)]
#[case::no_group(
    "apiVersion: /v1\nkind: X",
    "1:1: apiVersion must be VERSION or GROUP/VERSION"
)]
#[case::no_version_after_the_group(
    "apiVersion: a/\nkind: X",
    "1:1: apiVersion must be VERSION or GROUP/VERSION"
)]
#[case::items(
    "apiVersion: v1\nkind: List\nitems: {}",
    "3:8: items must be a list of objects"
)]
#[case::item(
    "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A}, {}]",
    "3:36: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::null_item("apiVersion: v1\nkind: List\nitems: [null]", "3:9: not an object")]
#[case::review(
    "{apiVersion: admission.k8s.io/v1, kind: AdmissionReview}",
    "1:1: an AdmissionReview is judged by: sidecar-hostpath run policy.wasm -r FILE"
)]
#[case::request(
    "{uid: x, kind: {group: '', version: v1, kind: Pod}, operation: CREATE, userInfo: {}}",
    "1:1: an AdmissionRequest is judged by: sidecar-hostpath run policy.wasm -r FILE"
)]
#[case::list_without_items(
    "apiVersion: v1\nkind: List\nlist: []",
    "1:1: a List without items: its objects must be below the key items"
)]
#[case::known_list_without_items(
    "apiVersion: kubevirt.io/v1\nkind: VirtualMachineList",
    "1:1: a VirtualMachineList without items: its objects must be below the key items"
)]
#[case::items_of_another_kind("apiVersion: v1\nkind: Pod\nitems: 5", "3:8: items must be a list of objects")]
#[case::half_of_the_type(
    "{apiVersion: v1, kind: PodList, items: [{kind: Pod}]}",
    "1:41: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::items_in_an_item(
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, items: []}]}",
    "1:38: a list within a list, which kubectl refuses: items makes this object a list"
)]
#[case::namespace_that_is_a_number(
    "apiVersion: v1\nkind: Pod\nmetadata: {namespace: 3240286e-210077}",
    "3:23: metadata.namespace must be a text, and YAML reads a number here: quote it"
)]
#[case::name_that_is_true(
    "apiVersion: v1\nkind: Secret\nmetadata: {name: on}",
    "3:18: metadata.name must be a text, and YAML reads true or false here: quote it"
)]
#[case::generate_name(
    "{apiVersion: v1, kind: Pod, metadata: {generateName: [a]}}",
    "1:54: metadata.generateName must be a text, and this is a list"
)]
#[case::metadata(
    "{apiVersion: v1, kind: Pod, metadata: a}",
    "1:39: metadata must be a mapping, and this is a text"
)]
#[case::label(
    "{apiVersion: v1, kind: Pod, metadata: {labels: {a: 1}}}",
    "1:52: metadata.labels[a] must be a text, and YAML reads a number here: quote it"
)]
#[case::annotations(
    "{apiVersion: v1, kind: Pod, metadata: {annotations: []}}",
    "1:53: metadata.annotations must be a mapping, and this is a list"
)]
#[case::no_name(
    "{apiVersion: v1, kind: Pod, metadata: {name: a/b}}",
    "1:46: metadata.name: \"a/b\" is not a name: at most 253 of a-z, 0-9, - and ."
)]
#[case::no_namespace(
    "{apiVersion: v1, kind: Pod, metadata: {namespace: a.b}}",
    "1:51: metadata.namespace: \"a.b\" is not the name of a namespace: at most 63 of a-z, 0-9 and -"
)]
#[case::name_in_an_item(
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: 1}}]}",
    "1:83: metadata.name must be a text, and YAML reads a number here: quote it"
)]
#[case::kind_twice("apiVersion: v1\nkind: A\nkind: B\n", "3:1: duplicate key \"kind\"")]
#[case::metadata_twice(
    "apiVersion: v1\nkind: A\nmetadata: {}\nmetadata: {}\n",
    "4:1: duplicate key \"metadata\""
)]
fn what_is_not_an_object_is_an_error(#[case] text: &str, #[case] reason: &str) {
    assert_eq!(read(text), Err(format!("f.yaml:{reason}")));
}

#[rstest]
#[case::list(
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: A}, {apiVersion: v1, kind: B}]}",
    &["v1 A 1", "v1 B 2"]
)]
#[case::empty("{apiVersion: v1, kind: List, items: []}", &[])]
#[case::null("{apiVersion: v1, kind: List, items: null}", &[])]
#[case::nested(
    "{apiVersion: v1, kind: List, items: [
       {apiVersion: v1, kind: A},
       {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: B}, {apiVersion: v1, kind: C}]},
       {apiVersion: v1, kind: D}]}",
    &["v1 A 1", "v1 B 2", "v1 C 3", "v1 D 4"]
)]
#[case::of_a_judged_kind(
    "{apiVersion: kubevirt.io/v1, kind: VirtualMachineList, items: [{}, {apiVersion: kubevirt.io/v1, kind: VirtualMachine}]}",
    &["kubevirt.io/v1 VirtualMachine 1", "kubevirt.io/v1 VirtualMachine 2"]
)]
#[case::of_pods("{apiVersion: v1, kind: PodList, items: [{}]}", &["v1 Pod 1"])]
#[case::of_another_kind("{apiVersion: v1, kind: SecretList, items: [{}]}", &["v1 Secret 1"])]
#[case::of_wrong_types("{apiVersion: v1, kind: PodList, items: [{kind: 5, apiVersion: ''}]}", &["v1 Pod 1"])]
#[case::list_of_another_group(
    "{apiVersion: a/v1, kind: List, items: [{apiVersion: v1, kind: A}]}",
    &["v1 A 1"]
)]
#[case::of_a_kind_that_is_no_list(
    "{apiVersion: v1, kind: Pod, items: [{metadata: {name: x}}]}",
    &["v1 Pod -", "v1 Pod 1"]
)]
#[case::no_items_but_the_key("{apiVersion: v1, kind: Pod, items: null}", &["v1 Pod -"])]
#[case::items_that_are_no_list_in_an_item(
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, items: {}}]}",
    &["v1 ConfigMap 1"]
)]
#[case::allow_list("{apiVersion: a/v1, kind: AllowList, spec: {}}", &["a/v1 AllowList -"])]
#[case::other_program("replicas: 1", &["  -"])]
#[case::text("a", &["  -"])]
#[case::elements("[{apiVersion: v1}]", &["  -"])]
#[case::openshift_template(
    "{apiVersion: template.openshift.io/v1, kind: Template, objects: [{apiVersion: v1, kind: A}], parameters: []}",
    &["v1 A 1"]
)]
#[case::old_template("{apiVersion: v1, kind: Template, objects: [{apiVersion: v1, kind: A}]}", &["v1 A 1"])]
#[case::kubevirt_template(
    "{apiVersion: template.kubevirt.io/v1alpha1, kind: VirtualMachineTemplate, spec: {virtualMachine: {metadata: {name: x}}}}",
    &["kubevirt.io/v1 VirtualMachine 1"]
)]
#[case::harvester_template(
    "{apiVersion: harvesterhci.io/v1beta1, kind: VirtualMachineTemplateVersion, spec: {vm: {metadata: {name: x}}}}",
    &["kubevirt.io/v1 VirtualMachine 1"]
)]
fn what_holds_objects_is_unpacked(#[case] text: &str, #[case] expected: &[&str]) {
    let found: Vec<String> = read(text)
        .unwrap()
        .iter()
        .map(|manifest| {
            let item = manifest
                .place
                .item
                .map_or("-".to_owned(), |item| item.to_string());
            format!("{} {} {item}", manifest.api_version, manifest.kind)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn an_object_becomes_the_request_that_creates_it() {
    let manifests = read(&example("vm-with-writable-hostpath.yaml")).unwrap();
    let request = serde_json::to_value(manifests[0].request(7).unwrap()).unwrap();
    let expected = json!({
        "uid": "check-7",
        "kind": {"group": "kubevirt.io", "version": "v1", "kind": "VirtualMachine"},
        "resource": {"group": "kubevirt.io", "version": "v1", "resource": "virtualmachines"},
        "name": "debian-scratch",
        "namespace": "tenant-a",
        "operation": "CREATE",
        "userInfo": {},
        "object": manifests[0].object,
    });
    assert_eq!(request, expected);
}

#[test]
fn an_annotation_that_is_a_list_is_for_the_policy_to_reject() {
    let manifest = example("vmi-with-sidecar-hostpath.yaml")
        .replace(": '[", ":\n      [")
        .replace("]'", "]");
    let outcome = check_text(&manifest);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    let message = "metadata.annotations[hooks.kubevirt.io/hookSidecars]: Invalid value";
    assert!(outcome.stdout.contains(message), "{}", outcome.stdout);
}

/// Each document is read by itself; numbers of lines are those of the file.
#[rstest]
#[case::key_twice("a: 1\na: 1\n", "", &["5:1: duplicate key \"a\""], 1)]
#[case::syntax("a: [\n", "", &["5:1: did not find expected node content, while parsing a flow node"], 1)]
#[case::both("a: [\n", "b: {\n", &[
    "5:1: did not find expected node content, while parsing a flow node",
    "9:1: did not find expected node content, while parsing a flow node",
], 0)]
fn every_document_is_read(
    #[case] first: &str,
    #[case] second: &str,
    #[case] faults: &[&str],
    #[case] manifests: usize,
) {
    let head = "apiVersion: v1\nkind: Pod\n";
    let found = read_all(&format!("# comment\n{head}{first}---\n{head}{second}"));
    let told: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    let expected: Vec<String> = faults.iter().map(|reason| format!("f.yaml:{reason}")).collect();
    assert_eq!((told, found.manifests.len()), (expected, manifests));
}
