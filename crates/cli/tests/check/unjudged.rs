//! Warnings about what is not judged, or not as it will be.

use rstest::rstest;

use crate::objects::read;

#[rstest]
#[case::deployment(
    "{apiVersion: apps/v1, kind: Deployment, spec: {template: {metadata: {annotations: {hooks.kubevirt.io/hookSidecars: '[]'}}}}}",
    &["line 1 holds hooks.kubevirt.io/hookSidecars, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::text_of_a_config_map(
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  vm: |\n    kubevirt-sidecar-hostpath-policy.dev/hostPaths: x\n",
    &["line 4 holds kubevirt-sidecar-hostpath-policy.dev/hostPaths, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::json_pointer(
    "apiVersion: v1\nkind: A\nspec:\n- '{\"path\": \"/metadata/annotations/hooks.kubevirt.io~1hookSidecars\"}'\n",
    &["line 4 holds hooks.kubevirt.io/hookSidecars, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::escaped_in_a_text(
    "apiVersion: v1\nkind: A\nspec: '{\"kubevirt-sidecar-hostpath-policy.dev\\/hostPaths\": 1}'\n",
    &["line 3 holds kubevirt-sidecar-hostpath-policy.dev/hostPaths, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::kustomization_without_kind(
    "patches:\n- patch: |\n    - {op: add, path: /metadata/annotations/hooks.kubevirt.io~1hookSidecars, value: x}\n",
    &["line 2 holds hooks.kubevirt.io/hookSidecars, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::values("annotations: {hooks.kubevirt.io/hookSidecars: '[]'}", &[
    "line 1 holds hooks.kubevirt.io/hookSidecars, but objects of this kind are not judged: check the object that is made of it"
])]
#[case::other_program_with_tags("a: !Ref b\nc: 1\nc: 2\n", &[])]
#[case::copy_at_another_place(
    "{apiVersion: v1, kind: A, spec: {annotations: {kubectl.kubernetes.io/last-applied-configuration: hooks.kubevirt.io/hookSidecars}}}",
    &["line 1 holds hooks.kubevirt.io/hookSidecars, but objects of this kind are not judged: check the object that is made of it"]
)]
#[case::items_beside_the_object(
    "{apiVersion: v1, kind: A, items: []}",
    &["the key items makes this a list: kubectl sends the items, and not the object itself"]
)]
#[case::template_without_objects(
    "{apiVersion: template.openshift.io/v1, kind: Template, object: []}",
    &["the Template holds no objects: nothing of it is judged"]
)]
#[case::template_without_virtual_machine(
    "{apiVersion: template.kubevirt.io/v1beta1, kind: VirtualMachineTemplate, spec: {virtualmachine: {}}}",
    &["the VirtualMachineTemplate holds no spec.virtualMachine: nothing of it is judged"]
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

#[rstest]
#[case::path("/srv/${DIR}", &["line 9: the parameter ${DIR} is not substituted, so the verdict may be another: process the template first"])]
#[case::script("x", &[])]
fn a_parameter_in_what_is_judged_has_a_warning(#[case] path: &str, #[case] warnings: &[&str]) {
    let text = format!(
        "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- apiVersion: kubevirt.io/v1\n  \
         kind: VirtualMachineInstance\n  metadata:\n    name: ${{NAME}}\n    annotations:\n      \
         hooks.kubevirt.io/hookSidecars: '{path}'\n  spec: {{script: 'echo ${{HOME}}'}}\n"
    );
    assert_eq!(read(&text).unwrap()[0].warnings, warnings);
}

#[rstest]
#[case::key("metadata: {annotations: {'${KEY}': '[]'}}", "${KEY}")]
#[case::namespace("metadata: {namespace: '${NAMESPACE}'}", "${NAMESPACE}")]
#[case::whole_value("spec: '${{SPEC}}'", "${{SPEC}}")]
#[case::volume("spec: {volumes: [{hostPath: {path: '/x/${DIR}'}}]}", "${DIR}")]
fn a_parameter_may_be_anywhere(#[case] yaml: &str, #[case] parameter: &str) {
    let warning = format!(
        "line 3: the parameter {parameter} is not substituted, so the verdict may be another: process the template first"
    );
    let text = format!("apiVersion: v1\nkind: Pod\n{yaml}\n");
    assert_eq!(read(&text).unwrap()[0].warnings, [warning]);
}
