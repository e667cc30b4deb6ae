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
#[case::scalar("a", "1:1: not an object")]
#[case::list("[]", "1:1: not an object")]
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
    "3:8: the objects of a list must be a list"
)]
#[case::item(
    "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A}, {}]",
    "3:36: not a Kubernetes object: apiVersion or kind is missing"
)]
#[case::null_item("apiVersion: v1\nkind: List\nitems: [null]", "3:9: not an object")]
#[case::review(
    "{apiVersion: admission.k8s.io/v1, kind: AdmissionReview}",
    "1:1: a AdmissionReview is judged by: sidecar-hostpath run policy.wasm -r FILE"
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
#[case::without_items("{apiVersion: v1, kind: List, metadata: {}}", &[])]
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
#[case::of_another_kind("{apiVersion: v1, kind: SecretList, items: [{}]}", &["v1 SecretList -"])]
#[case::list_of_another_group("{apiVersion: a/v1, kind: List, items: [{}]}", &["a/v1 List -"])]
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

#[rstest]
#[case::deployment(
    "{apiVersion: apps/v1, kind: Deployment, spec: {template: {metadata: {annotations: {hooks.kubevirt.io/hookSidecars: '[]'}}}}}",
    &["line 1 holds hooks.kubevirt.io/hookSidecars, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::text_of_a_config_map(
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  vm: |\n    kubevirt-sidecar-hostpath-policy.dev/hostPaths: x\n",
    &["line 4 holds kubevirt-sidecar-hostpath-policy.dev/hostPaths, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::last_applied(
    "{apiVersion: v1, kind: A, metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: hooks.kubevirt.io/hookSidecars}}}",
    &[]
)]
#[case::duplicate_key("apiVersion: v1\nkind: A\nspec:\n  a: 1\n  a: 2\n", &["line 5: duplicate key \"a\""])]
#[case::tag("apiVersion: v1\nkind: A\nspec: !vault x\n", &[
    "line 3: kubectl does not know the tag !vault: a value that Ansible has encrypted must be decrypted first"
])]
#[case::nothing("{apiVersion: v1, kind: A}", &[])]
fn what_is_not_judged_has_warnings(#[case] text: &str, #[case] warnings: &[&str]) {
    let manifests = read(text).unwrap();
    assert_eq!(manifests[0].warnings, warnings);
    assert_eq!(manifests[0].object, None);
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
