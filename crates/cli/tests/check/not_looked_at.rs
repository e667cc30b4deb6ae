//! What the command did not look at, and once said nothing of.

use serde_json::json;

use crate::harness::{Dir, Outcome, command, finish};

const SETTINGS: &str = "allowedHostPaths: [{pathPrefix: /srv/images}]\n";

const HARMLESS: &str =
    "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: a, namespace: b}, spec: {}}";

fn run(dir: &Dir, args: &[&str]) -> Outcome {
    finish(command(&dir.path(""), args), b"")
}

/// `check --strict --require-judged` of this text beside a VM without requests.
fn strict(text: &str) -> Outcome {
    let dir = Dir::new();
    dir.write("s.yaml", SETTINGS);
    dir.write("vm.yaml", HARMLESS);
    dir.write("x.yaml", text);
    run(
        &dir,
        &[
            "check",
            "--strict",
            "--require-judged",
            "-s",
            "s.yaml",
            "vm.yaml",
            "x.yaml",
        ],
    )
}

#[track_caller]
fn is_warned_of(text: &str, warning: &str) {
    let outcome = strict(text);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let words = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(warning), "{warning}: {words}");
}

#[test]
fn a_parameter_by_which_an_object_may_be_judged_is_warned_of() {
    let template = |object: &str| {
        format!(
            "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {{name: t}}\nobjects:\n- {object}\n- {HARMLESS}\n"
        )
    };
    for (object, parameter) in [
        (
            "{apiVersion: kubevirt.io/v1, kind: \"${KIND}\", metadata: {name: x}}",
            "${KIND}",
        ),
        (
            "{apiVersion: \"${GROUP}/v1\", kind: VirtualMachine, metadata: {name: x}}",
            "${GROUP}",
        ),
        (
            "{apiVersion: v1, kind: Pool, metadata: {name: x}, spec: {annotations: {\"hooks.kubevirt.io/${KEY}\": y}}}",
            "${KEY}",
        ),
    ] {
        is_warned_of(
            &template(object),
            &format!("the parameter {parameter} is not substituted"),
        );
    }
}

#[test]
fn an_annotation_where_nobody_reads_it_is_warned_of() {
    const ASKED: &str = "hooks.kubevirt.io/hookSidecars: '[{\"image\": \"i\", \"hostPath\": {\"path\": \"/etc/shadow\", \"volumePath\": \"/s\"}}]'";
    let vm = |spec: &str| {
        format!("{{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {{name: a}}, spec: {spec}}}")
    };
    let instance = |more: &str| {
        format!("{{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {{name: a}}, {more}}}")
    };
    let of_vm = "put it into spec.template.metadata.annotations";
    for (object, place) in [
        (
            vm(&format!("{{template: {{annotations: {{{ASKED}}}, spec: {{}}}}}}")),
            of_vm,
        ),
        (
            vm(&format!("{{template: {{metadata: {{{ASKED}}}, spec: {{}}}}}}")),
            of_vm,
        ),
        (
            vm(&format!(
                "{{template: {{metadata: {{labels: {{{ASKED}}}}}, spec: {{}}}}}}"
            )),
            of_vm,
        ),
        (
            vm(&format!(
                "{{template: {{spec: {{domain: [{{annotations: {{{ASKED}}}}}]}}}}}}"
            )),
            of_vm,
        ),
        (
            instance(&format!(
                "spec: {{template: {{metadata: {{annotations: {{{ASKED}}}}}}}}}"
            )),
            "put it into metadata.annotations",
        ),
    ] {
        is_warned_of(
            &object,
            &format!("line 1 holds hooks.kubevirt.io/hookSidecars, where nobody reads it: {place}"),
        );
    }
    // What the API server notes of who wrote what asks for nothing.
    let fields =
        "{manager: m, fieldsV1: {'f:metadata': {'f:annotations': {'f:hooks.kubevirt.io/hookSidecars': {}}}}}";
    let noted = format!(
        "{{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {{name: a, namespace: b, managedFields: [{fields}]}}, spec: {{}}}}"
    );
    assert_eq!(strict(&noted).code, Some(0), "{:?}", strict(&noted));
}

#[test]
fn a_label_that_a_template_gives_to_its_objects_is_warned_of() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: []}}";
    is_warned_of(
        &format!(
            "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {{name: t}}\nlabels: {{kubevirt.io: virt-launcher}}\nobjects:\n- {pod}\n"
        ),
        "line 4: each object gets the label kubevirt.io, which makes pods launcher pods, and is judged without it",
    );
}

#[test]
fn the_annotation_is_seen_behind_escapes() {
    let text = r#"{"op": "add", "path": "/metadata/annotations/hooks.kubevirt.io~1hook\u0053idecars", "value": "x"}"#;
    let clone = json!({
        "apiVersion": "clone.kubevirt.io/v1beta1", "kind": "VirtualMachineClone", "metadata": {"name": "c"},
        "spec": {"patches": [text]},
    });
    is_warned_of(&clone.to_string(), "holds hooks.kubevirt.io/hookSidecars");
}

#[test]
fn a_pod_that_is_no_launcher_pod_does_not_count_as_judged() {
    let dir = Dir::new();
    dir.write("s.yaml", SETTINGS);
    dir.write(
        "pod.yaml",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}",
    );
    let outcome = run(&dir, &["check", "--require-judged", "-s", "s.yaml", "pod.yaml"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("not a launcher pod"), "{outcome:?}");
    assert!(outcome.stderr.contains("no object was judged"), "{outcome:?}");
}

#[test]
fn a_parameter_of_a_template_is_no_placeholder_of_helm() {
    let outcome = strict(
        "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects: [\"${{O}}\"]\n",
    );
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(!outcome.stderr.contains("helm template"), "{outcome:?}");
}

/// It was quadratic: each fault searched the whole file for a placeholder.
#[test]
fn many_faults_take_no_longer_than_as_many_objects() {
    let time = |count: usize| {
        let started = std::time::Instant::now();
        let outcome = strict(&"---\nkind: x\n".repeat(count));
        assert_eq!(outcome.code, Some(2));
        started.elapsed().as_millis().max(100)
    };
    let (few, many) = (time(1_000), time(8_000));
    assert!(many < few * 30, "{few} ms, {many} ms");
}

#[test]
fn compare_and_suggest_name_what_they_did_not_judge() {
    let dir = Dir::new();
    dir.write("s.yaml", SETTINGS);
    dir.write(
        "x.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: hooks.kubevirt.io/hookSidecars}\n",
    );
    for args in [
        &["compare", "-s", "s.yaml", "--against", "s.yaml", "x.yaml"][..],
        &["suggest", "x.yaml"],
    ] {
        let outcome = run(&dir, args);
        let words = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("x.yaml:1:1: ConfigMap c: line 4 holds"), "{words}");
    }
}

#[test]
fn suggested_settings_hold_no_character_that_cannot_be_seen() {
    let dir = Dir::new();
    let path = "/srv/a \u{2028} b\u{202e}\u{fffe}";
    let requests = json!([{"hostPath": {"path": path, "volumePath": "/a"}}]).to_string();
    let vm = json!({
        "apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstance",
        "metadata": {"name": "x", "namespace": "n", "annotations": {"hooks.kubevirt.io/hookSidecars": requests}},
    });
    dir.write("vm.json", vm.to_string());
    let suggested = run(&dir, &["suggest", "vm.json"]);
    assert_eq!(suggested.code, Some(0), "{suggested:?}");
    assert!(suggested.stdout.is_ascii(), "{suggested:?}");
    dir.write("s.yaml", &suggested.stdout);
    let outcome = run(&dir, &["check", "-s", "s.yaml", "vm.json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

/// A policy with this module, these members beside `spec`, and rules for this path.
fn policy(module: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata: {{name: p}}\n{more}spec:\n  \
         module: {module}\n  mode: monitor\n  settings: {{allowedHostPaths: [{{pathPrefix: {path}}}]}}\n"
    )
}

const MODULE: &str = "registry://r.example.com/kubevirt-sidecar-hostpath-policy:v0.1.0";

#[test]
fn what_has_items_is_a_list_in_settings_too() {
    let dir = Dir::new();
    let inner = policy(MODULE, "/srv/inner", "").replace('\n', "\n  ");
    dir.write(
        "s.yaml",
        policy(MODULE, "/srv/outer", &format!("items:\n- {}\n", inner.trim_end())),
    );
    let outcome = run(&dir, &["settings", "s.yaml"]);
    assert!(
        outcome.stdout.contains("/srv/inner") && !outcome.stdout.contains("/srv/outer"),
        "{outcome:?}"
    );
    dir.write("s.yaml", policy(MODULE, "/srv/outer", "items: []\n"));
    assert_eq!(run(&dir, &["settings", "s.yaml"]).code, Some(2));
}

#[test]
fn another_module_another_version_and_monitor_are_noted() {
    let dir = Dir::new();
    for (module, note) in [
        (MODULE, "with monitor the policy logs"),
        (
            "registry://r.example.com/other:v1",
            "is not called as this policy's module",
        ),
        (
            "registry://r.example.com/kubevirt-sidecar-hostpath-policy-evil:v0.1.0",
            "is not called as this policy's module",
        ),
        (
            "registry://r.example.com/kubevirt-sidecar-hostpath-policy/other:v0.1.0",
            "is not called as this policy's module",
        ),
        (
            "registry://r.example.com/kubevirt-sidecar-hostpath-policy:v99.0.0",
            "is version v99.0.0",
        ),
    ] {
        dir.write("s.yaml", policy(module, "/srv/images", ""));
        let outcome = run(&dir, &["settings", "s.yaml"]);
        let words = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(words.contains(note), "{note}: {words}");
        assert_eq!(words.contains("spec.module"), module != MODULE, "{words}");
    }
}

#[test]
fn the_file_of_a_release_is_the_module() {
    let dir = Dir::new();
    let module =
        "https://g.example.com/o/kubevirt-sidecar-hostpath-policy/releases/download/v0.1.0/policy.wasm";
    dir.write("s.yaml", policy(module, "/srv/images", ""));
    let outcome = run(&dir, &["settings", "s.yaml"]);
    assert!(!outcome.stdout.contains("spec.module"), "{outcome:?}");
}

/// Whoever has a verdict learns what is to be said of the policy, not only who asks for its settings.
#[test]
fn what_is_noted_of_a_policy_is_said_with_each_verdict() {
    let dir = Dir::new();
    dir.write("s.yaml", policy(MODULE, "/srv/images", ""));
    dir.write("tests/a.accept.yaml", HARMLESS);
    let note = "note: s.yaml:6:9: spec.mode: with monitor the policy logs, and rejects and changes nothing\n";
    for (args, times) in [
        (&["check", "-s", "s.yaml", "tests/a.accept.yaml"][..], 1),
        (&["explain", "/srv/images", "-s", "s.yaml"], 1),
        (&["explain", "/srv/images", "-s", "s.yaml", "-n", "a"], 1),
        (&["compare", "-s", "s.yaml", "--against", "s.yaml"], 2),
        (
            &[
                "compare",
                "-s",
                "s.yaml",
                "--against",
                "s.yaml",
                "tests/a.accept.yaml",
            ],
            2,
        ),
        (&["test", "--settings", "s.yaml", "tests"], 1),
    ] {
        let outcome = run(&dir, args);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.stderr, note.repeat(times), "{args:?}");
    }
}

#[test]
fn a_policy_of_another_version_is_no_policy() {
    let dir = Dir::new();
    for (version, code) in [("v1", 0), ("v1alpha2", 0), ("v2", 2), ("banana", 2)] {
        let policy = policy(MODULE, "/srv/images", "").replace("io/v1", &format!("io/{version}"));
        dir.write("s.yaml", policy);
        assert_eq!(run(&dir, &["settings", "s.yaml"]).code, Some(code), "{version}");
    }
}

#[test]
fn settings_beside_a_policy_are_an_error() {
    let dir = Dir::new();
    for beside in ["allowedHostPaths: []\n", "settings: {allowedHostPaths: []}\n"] {
        dir.write("s.yaml", policy(MODULE, "/srv/images", "") + "---\n" + beside);
        let outcome = run(&dir, &["settings", "s.yaml"]);
        let message = "s.yaml: a policy and settings beside it: which of them count is not clear, put them into two files";
        assert_eq!(outcome, Outcome::error(message));
    }
    // Any other object may be beside it.
    dir.write(
        "s.yaml",
        policy(MODULE, "/srv/images", "") + "---\nkind: Namespace\n",
    );
    assert_eq!(run(&dir, &["settings", "s.yaml"]).code, Some(0));
}

#[test]
fn a_group_of_policies_beside_a_policy_is_noted() {
    let dir = Dir::new();
    for kind in ["ClusterAdmissionPolicyGroup", "AdmissionPolicyGroup"] {
        let group = format!("---\nkind: {kind}\nmetadata: {{name: g}}\nspec:\n  policies: {{}}\n");
        dir.write("s.yaml", policy(MODULE, "/srv/images", "") + &group);
        let stderr = run(&dir, &["explain", "-s", "s.yaml"]).stderr;
        let note = format!(
            "note: s.yaml:12:13: spec.policies: the policies of {kind} g are not read: what they allow and forbid does \
             not count here\n"
        );
        assert!(stderr.ends_with(&note), "{stderr}");
    }
}

#[test]
fn explain_takes_names_of_namespaces_and_containers_only() {
    let dir = Dir::new();
    dir.write("s.yaml", SETTINGS);
    for more in [["-n", "TEAM"], ["-n", "a b;x"]] {
        let args = [&["explain", "/srv/images", "-s", "s.yaml"][..], &more].concat();
        assert_eq!(run(&dir, &args).code, Some(2), "{more:?}");
    }
    let args = ["explain", "/srv/images", "-s", "s.yaml", "-n", "a", "-c", ""];
    assert_eq!(run(&dir, &args).code, Some(2));
}

#[test]
fn settings_of_no_test_are_a_failure() {
    let dir = Dir::new();
    dir.write("settings.yaml", SETTINGS);
    dir.write("a.accept.yaml", HARMLESS);
    assert_eq!(run(&dir, &["test", "."]).code, Some(0));
    dir.write("team-b/settings.yaml", SETTINGS);
    let outcome = run(&dir, &["test", "."]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("settings of no test"), "{outcome:?}");
}

#[test]
fn tests_that_would_count_twice_are_an_error() {
    let dir = Dir::new();
    dir.write("settings.yaml", SETTINGS);
    dir.write("a/a.accept.yaml", HARMLESS);
    dir.write("b/b.accept.yaml", HARMLESS);
    assert_eq!(
        run(&dir, &["test", "-s", "settings.yaml", "a", "b"]).code,
        Some(0)
    );
    for twice in [["a", "a"], ["a", "./a/"], [".", "a"], ["a", "."]] {
        let outcome = run(&dir, &[&["test", "-s", "settings.yaml"][..], &twice].concat());
        assert_eq!(outcome.code, Some(2), "{twice:?}");
        assert!(outcome.stderr.contains("would count twice"), "{outcome:?}");
    }
}
