//! Exit codes, standard error and colours.

use std::process::Stdio;

use rstest::rstest;

use crate::guest::{Does, policy, with_settings};
use crate::harness::{
    Dir, Outcome, SETTINGS, check, check_in, check_text, command, example, finish, root, vmi,
};

#[test]
fn a_manifest_may_come_through_a_pipe() {
    let outcome = check_text(&example("vm-with-writable-hostpath.yaml"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(
        outcome
            .stdout
            .starts_with("ACCEPTED  standard input:3:1: VirtualMachine tenant-a/debian-scratch\n"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn the_settings_that_are_deployed_decide() {
    let args = ["--settings", "deploy/base/settings.yaml", "-"];
    // The example of the guide.
    let outcome = check(&args, &example("vmi-with-sidecar-hostpath.yaml"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    // They do not allow the scratch directory.
    let outcome = check(&args, &example("vm-with-writable-hostpath.yaml"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
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
        "SKIPPED   standard input:1:1: ConfigMap (no name) (v1, not judged)\n\n\
         0 accepted, 0 rejected, 1 skipped\n"
    );
}

#[test]
fn without_settings_there_is_no_verdict() {
    let message = "no --settings FILE: without the settings, nothing says which host paths are allowed";
    assert_eq!(
        check(&["examples/vmi-with-sidecar-hostpath.yaml"], ""),
        Outcome::error(message)
    );
    assert_eq!(check(&[], ""), Outcome::error(message));
}

#[rstest]
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
#[case::forgotten_hyphen(
    &["-s", "examples/settings.yaml"],
    "no MANIFEST: name files or directories, or - for standard input"
)]
#[case::settings_from_standard_input(
    &["-s", "-", "examples/vmi-with-sidecar-hostpath.yaml"],
    "--settings needs a file: standard input is for manifests"
)]
#[case::standard_input_twice(
    &["-s", "examples/settings.yaml", "-", "-"],
    "standard input is given more than once"
)]
#[case::empty_pipe(
    &["-s", "examples/settings.yaml", "-"],
    "standard input is empty"
)]
fn an_unusable_file_is_one_line(#[case] args: &[&str], #[case] message: &str) {
    assert_eq!(check(args, ""), Outcome::error(message));
    let json = [args, &["-o", "json"]].concat();
    assert_eq!(check(&json, ""), Outcome::error(message));
}

#[test]
fn what_cannot_be_read_does_not_hide_the_verdicts_on_the_rest() {
    let vm = example("vm-with-writable-hostpath.yaml");
    let dir = Dir::new();
    dir.write("a.yaml", format!("{vm}\n---\na: [\n---\n{vm}"));
    dir.write("b.yaml", b"\xff");
    dir.write("half.yaml", "kind: Pod\n");
    let outcome = check_in(&dir, &["no.yaml", "a.yaml", "b.yaml", "half.yaml"]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.stdout.matches("ACCEPTED  a.yaml:").count(),
        2,
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.ends_with("\n2 accepted, 0 rejected, 0 skipped\n"),
        "{}",
        outcome.stdout
    );
    let lines = vm.lines().count();
    let stderr = format!(
        "error: no.yaml:1:1: cannot be read: No such file or directory (os error 2)\n\
         error: a.yaml:{}:1: did not find expected node content, while parsing a flow node\n\
         error: b.yaml:1:1: not UTF-8 text, at byte 0\n\
         error: half.yaml:1:1: not a Kubernetes object: apiVersion or kind is missing\n",
        lines + 4
    );
    assert_eq!(outcome.stderr, stderr);
    let json = check_in(&dir, &["-o", "json", "half.yaml"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let error = serde_json::json!({
        "file": "half.yaml", "document": 1, "item": null, "line": 1, "column": 1,
        "message": "not a Kubernetes object: apiVersion or kind is missing",
    });
    assert_eq!(json["errors"], serde_json::json!([error]));
}

#[test]
fn a_namespace_has_a_name() {
    let expected = Outcome::error("\"evil.yaml\": not the name of a namespace: at most 63 of a-z, 0-9 and -");
    assert_eq!(
        check(&[SETTINGS.as_slice(), &["-nevil.yaml", "-"]].concat(), ""),
        expected
    );
}

#[rstest]
#[case::empty_list("{apiVersion: v1, kind: List, items: []}", &[], 0, "0 accepted, 0 rejected, 0 skipped")]
#[case::comments("# nothing\n", &[], 0, "0 accepted, 0 rejected, 0 skipped")]
#[case::nothing_judged("{apiVersion: v1, kind: ConfigMap}", &["--require-judged"], 1, "0 accepted, 0 rejected, 1 skipped")]
#[case::nothing_at_all("# nothing\n", &["--require-judged"], 1, "0 accepted, 0 rejected, 0 skipped")]
#[case::judged(&vmi("x", "[]"), &["--require-judged"], 0, "1 accepted, 0 rejected, 0 skipped")]
#[case::warning(&vmi("x", r#"[{"host-path": {}}]"#), &[], 0, "1 accepted, 0 rejected, 0 skipped")]
#[case::strict_warning(
    &vmi("x", r#"[{"host-path": {}}]"#),
    &["--strict"],
    1,
    "1 accepted, 0 rejected, 0 skipped; 1 more with warnings (--strict)"
)]
#[case::strict(&vmi("x", "[]"), &["--strict"], 0, "1 accepted, 0 rejected, 0 skipped")]
fn what_passes_can_be_chosen(
    #[case] manifest: &str,
    #[case] args: &[&str],
    #[case] code: i32,
    #[case] summary: &str,
) {
    let outcome = check(&[SETTINGS.as_slice(), args, &["-"]].concat(), manifest);
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().last(), Some(summary));
    let stderr = match summary.starts_with("0 accepted") && code == 1 {
        true => "error: no object was judged (--require-judged)\n",
        false => "",
    };
    assert_eq!(outcome.stderr, stderr);
}

#[test]
fn quiet_shows_rejections_and_warnings() {
    let manifests = [
        vmi("good", "[]"),
        vmi("bad", "["),
        vmi("near", r#"[{"host-path": {}}]"#),
    ]
    .join("\n");
    let names = |args: &[&str]| {
        let outcome = check(&[SETTINGS.as_slice(), args, &["-q", "-"]].concat(), &manifests);
        assert!(!outcome.stdout.contains("accepted,"), "{}", outcome.stdout);
        ["good", "bad", "near"]
            .into_iter()
            .filter(|name| outcome.stdout.contains(&format!("tenant-a/{name}")))
            .collect::<Vec<&str>>()
    };
    assert_eq!(names(&[]), ["bad", "near"]);
    assert_eq!(names(&["--strict"]), ["bad", "near"]);
    let quiet = check(&[SETTINGS.as_slice(), &["-q", "-"]].concat(), &vmi("good", "[]"));
    assert_eq!((quiet.code, quiet.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_message_of_several_lines_is_printed_as_one() {
    let outcome = check_text("apiVersion: v1\nkind: Pod\n\"a\\n\\u001b[0m\": 1\n\"a\\n\\u001b[0m\": 1\n");
    let message = r#"standard input:4:1: duplicate key "a\n\u{1b}[0m""#;
    assert_eq!(outcome, Outcome::error(message));
}

/// `head` closes the pipe when it has seen enough.
#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    let manifests = vec![vmi("x", "[]"); 4_000].join("\n");
    let dir = Dir::new();
    dir.write("vms.json", manifests);
    dir.write("settings.yaml", example("settings.yaml"));
    let mut command = command(&dir.path(""), &["check", "-s", "settings.yaml", "vms.json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Whatever happens to the output, the exit code says how it ended.
#[rstest]
#[case::verdict("vm.json", 1)]
#[case::fault("bad.yaml", 2)]
#[case::usage("--no-such-option", 2)]
fn an_output_that_cannot_be_written_is_no_panic(#[case] argument: &str, #[case] code: i32) {
    let dir = Dir::new();
    dir.write("settings.yaml", example("settings.yaml"));
    dir.write("vm.json", vmi("x", "["));
    dir.write("bad.yaml", "a: [\n");
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let closed = || {
        let (_, writer) = std::io::pipe().unwrap();
        writer
    };
    let run = |stdout: Stdio, stderr: Stdio| {
        let mut command = command(&dir.path(""), &["check", "-s", "settings.yaml", argument]);
        command.stdout(stdout).stderr(stderr).status().unwrap().code()
    };
    assert_eq!(run(Stdio::null(), full().into()), Some(code));
    assert_eq!(run(Stdio::null(), closed().into()), Some(code));
    assert_eq!(run(closed().into(), closed().into()), Some(code));
    // A result that is lost is no result.
    let lost = if argument == "vm.json" { 2 } else { code };
    assert_eq!(run(full().into(), Stdio::null()), Some(lost));
    assert_eq!(run(full().into(), full().into()), Some(lost));
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
REJECTED  standard input:4:1:
          VirtualMachineInstance tenant-a/debian-cow (code 403)
    a: Forbidden: no
    b: Required value: x
    warning: w

0 accepted, 1 rejected, 0 skipped
";
    assert_eq!(outcome.stdout, stdout);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
}

#[test]
fn the_given_module_may_refuse_the_settings() {
    let dir = Dir::new();
    let refusal = Does::Answers(r#"{"valid":false,"message":"too new"}"#);
    dir.write("policy.wasm", with_settings(refusal, Does::Traps));
    let outcome = check_in(&dir, &["--policy", "policy.wasm", "settings.yaml"]);
    assert_eq!(outcome, Outcome::error("settings.yaml:2:1: too new"));
    let args = ["settings", "settings.yaml", "--policy", "policy.wasm"];
    let outcome = finish(command(&dir.path(""), &args), b"");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert!(outcome.stdout.contains("too new"), "{}", outcome.stdout);
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
