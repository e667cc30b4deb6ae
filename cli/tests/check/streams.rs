//! Exit codes, standard error and colours.

use rstest::rstest;

use crate::guest::{Does, policy, with_settings};
use crate::harness::{Dir, Outcome, SETTINGS, check, check_text, command, example, finish, root, vmi};

#[test]
fn a_manifest_may_come_through_a_pipe() {
    let outcome = check_text(&example("vm-with-writable-hostpath.yaml"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(
        outcome
            .stdout
            .starts_with("ACCEPTED  standard input: VirtualMachine tenant-a/debian-scratch\n"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn the_settings_that_are_deployed_decide() {
    let args = ["--settings", "deploy/settings.yaml", "-"];
    let shared = example("vmi-with-sidecar-hostpath.yaml");
    let unshared = shared.replace(r#", "sharedComputePath": "/host-images""#, "");
    let outcome = check(&args, &unshared);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    // They allow neither a mount in `compute` nor the scratch directory.
    for manifest in [shared, example("vm-with-writable-hostpath.yaml")] {
        let outcome = check(&args, &manifest);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    }
}

#[rstest]
#[case::accepted("[]", 0)]
#[case::rejected("[", 1)]
fn the_exit_code_is_the_verdict(#[case] annotation: &str, #[case] code: i32) {
    let skipped = "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}";
    let manifests = format!("{}\n{skipped}", vmi("x", annotation));
    for output in ["text", "json"] {
        let outcome = check(&[SETTINGS.as_slice(), &["-o", output, "-"]].concat(), &manifests);
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (Some(code), ""),
            "{outcome:?}"
        );
    }
}

#[test]
fn what_is_only_skipped_passes() {
    let outcome = check_text("apiVersion: v1\nkind: ConfigMap\n");
    assert_eq!(outcome.code, Some(0));
    assert_eq!(
        outcome.stdout,
        "SKIPPED   standard input: ConfigMap (no name) (v1, not judged)\n\n\
         0 accepted, 0 rejected, 1 skipped\n"
    );
}

#[test]
fn without_settings_there_is_no_verdict() {
    let message =
        "give --settings FILE: without the settings of the policy, nothing says which host paths are allowed";
    assert_eq!(
        check(&["examples/vmi-with-sidecar-hostpath.yaml"], ""),
        Outcome::error(message)
    );
    assert_eq!(check(&[], ""), Outcome::error(message));
}

#[rstest]
#[case::manifest(
    &["-s", "examples/settings.yaml", "examples/vmi-with-sidecar-hostpath.yaml", "no.yaml"],
    "cannot read no.yaml: No such file or directory (os error 2)"
)]
#[case::settings(
    &["-s", "no.yaml", "examples/vmi-with-sidecar-hostpath.yaml"],
    "cannot read no.yaml: No such file or directory (os error 2)"
)]
#[case::policy(
    &["-s", "examples/settings.yaml", "--policy", "no.wasm", "examples/vmi-with-sidecar-hostpath.yaml"],
    "cannot read no.wasm: No such file or directory (os error 2)"
)]
#[case::no_policy(
    &["-s", "examples/settings.yaml", "--policy", "examples/vmi-with-sidecar-hostpath.yaml", "examples/vmi-with-sidecar-hostpath.yaml"],
    "examples/vmi-with-sidecar-hostpath.yaml: not a policy: no WebAssembly module"
)]
#[case::directory(
    &["-s", "examples/settings.yaml", "examples"],
    "cannot read examples: Is a directory (os error 21)"
)]
#[case::settings_from_standard_input(
    &["-s", "-", "examples/vmi-with-sidecar-hostpath.yaml"],
    "--settings needs a file: standard input is for manifests"
)]
#[case::standard_input_twice(
    &["-s", "examples/settings.yaml", "-", "-"],
    "standard input is named twice"
)]
#[case::empty_pipe(
    &["-s", "examples/settings.yaml", "-"],
    "there is no object to check in standard input"
)]
fn an_unusable_file_is_one_line(#[case] args: &[&str], #[case] message: &str) {
    assert_eq!(check(args, ""), Outcome::error(message));
    let json = [args, &["-o", "json"]].concat();
    assert_eq!(check(&json, ""), Outcome::error(message));
}

#[test]
fn a_document_with_a_fault_does_not_hide_the_verdicts_on_the_others() {
    let vm = example("vm-with-writable-hostpath.yaml");
    let outcome = check_text(&format!("{vm}\n---\na: [\n---\n{vm}"));
    let message = "standard input, document 2: did not find expected node content at line ";
    assert_eq!(outcome.code, Some(2));
    let judged = ["document 1", "document 3"]
        .map(|place| format!("ACCEPTED  standard input, {place}: VirtualMachine tenant-a/debian-scratch\n"));
    assert!(
        judged.iter().all(|line| outcome.stdout.contains(line)),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.ends_with("\n2 accepted, 0 rejected, 0 skipped\n"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stderr.starts_with(&format!("Error: {message}")),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.stderr.lines().count(), 1);
}

#[test]
fn a_message_of_several_lines_is_printed_as_one() {
    let outcome = check_text("\"a\\n\\u001b[0m\": {b: 1, b: 2}\n");
    let message = r#"standard input, document 1: a\n\u{1b}[0m: the key "b" stands twice at line 1 column 24"#;
    assert_eq!(outcome, Outcome::error(message));
}

#[test]
fn the_given_module_decides() {
    let dir = Dir::new();
    let answer = r#"{"accepted":false,"message":"a: Forbidden: no; b: Required value: x","code":403,"warnings":["w"]}"#;
    dir.write("policy.wasm", policy(Does::Answers(answer)));
    dir.write("settings.yaml", example("settings.yaml"));
    let args = ["check", "-s", "settings.yaml", "--policy", "policy.wasm", "-"];
    let outcome = finish(
        command(&dir.path(""), &args),
        example("vmi-with-sidecar-hostpath.yaml").as_bytes(),
    );
    let stdout = "\
REJECTED  standard input: VirtualMachineInstance tenant-a/debian-cow (code 403)
    a: Forbidden: no
    b: Required value: x
    warning: w

0 accepted, 1 rejected, 0 skipped
";
    assert_eq!(outcome.stdout, stdout);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
}

#[rstest]
#[case::with_a_manifest(&["-"])]
#[case::alone(&[])]
fn the_given_module_may_refuse_the_settings(#[case] manifests: &[&str]) {
    let dir = Dir::new();
    let refusal = Does::Answers(r#"{"valid":false,"message":"too new"}"#);
    dir.write("policy.wasm", with_settings(refusal, Does::Traps));
    dir.write("settings.yaml", example("settings.yaml"));
    let args = ["check", "-s", "settings.yaml", "--policy", "policy.wasm"];
    let args = [args.as_slice(), manifests].concat();
    let outcome = finish(
        command(&dir.path(""), &args),
        example("vmi-with-sidecar-hostpath.yaml").as_bytes(),
    );
    assert_eq!(
        outcome,
        Outcome::error("settings.yaml: the settings are not valid: too new")
    );
}

#[test]
fn a_pipe_has_no_colours_unless_they_are_asked_for() {
    let with = |variables: &[(&str, &str)]| {
        let args = [
            &["check"],
            SETTINGS.as_slice(),
            &["examples/vmi-with-sidecar-hostpath.yaml"],
        ]
        .concat();
        let mut command = command(&root(), &args);
        command.envs(variables.iter().copied());
        finish(command, b"").stdout
    };
    assert!(!with(&[]).contains('\u{1b}'));
    assert!(with(&[("CLICOLOR_FORCE", "1")]).starts_with("\u{1b}[1m\u{1b}[32mACCEPTED\u{1b}[0m"));
    assert!(!with(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}
