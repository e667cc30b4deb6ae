//! Help, completions and man pages.

use insta::assert_snapshot;
use rstest::rstest;

use crate::harness::{Outcome, command, finish, root};

fn run(args: &[&str]) -> Outcome {
    finish(command(&root(), args), b"")
}

#[test]
fn help() {
    let transcripts = [
        "--help",
        "-h",
        "check --help",
        "check -h",
        "settings --help",
        "explain --help",
        "suggest --help",
        "compare --help",
        "test --help",
        "test init --help",
        "doctor --help",
        "run --help",
        "completions -h",
        "man -h",
    ]
    .map(|line| {
        let args: Vec<&str> = line.split(' ').collect();
        format!("$ sidecar-hostpath {line}\n{}", run(&args).transcript())
    });
    assert_snapshot!(transcripts.join("\n\n"));
}

#[rstest]
#[case::bash("bash", "complete -F _sidecar__hostpath")]
#[case::elvish("elvish", "set edit:completion:arg-completer[sidecar-hostpath]")]
#[case::fish("fish", "complete -c sidecar-hostpath")]
#[case::powershell("powershell", "Register-ArgumentCompleter")]
#[case::zsh("zsh", "#compdef sidecar-hostpath")]
fn each_shell_can_complete(#[case] shell: &str, #[case] part: &str) {
    let outcome = run(&["completions", shell]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.stdout.contains(part), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("settings"), "{}", outcome.stdout);
}

#[rstest]
#[case::root(&["man"], "sidecar-hostpath", "sidecar\\-hostpath\\-check(1)")]
#[case::check(&["man", "check"], "sidecar-hostpath-check", "\\fB\\-\\-settings\\fR \\fI<FILE>\\fR")]
#[case::settings(&["man", "settings"], "sidecar-hostpath-settings", "\\fIFILE\\fR")]
#[case::run(&["man", "run"], "sidecar-hostpath-run", "\\fB\\-\\-request\\-path\\fR \\fI<FILE>\\fR")]
#[case::completions(&["man", "completions"], "sidecar-hostpath-completions", "\\fISHELL\\fR")]
fn each_command_has_a_man_page(#[case] args: &[&str], #[case] title: &str, #[case] part: &str) {
    let outcome = run(args);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let version = concat!("sidecar-hostpath ", env!("CARGO_PKG_VERSION"));
    let heading = format!(".TH {title} 1  \"{version}\"");
    assert!(outcome.stdout.contains(&heading), "{}", outcome.stdout);
    assert!(outcome.stdout.contains(part), "{}", outcome.stdout);
}

#[test]
fn a_man_page_has_sections_and_examples_as_they_are() {
    let page = run(&["man", "check"]).stdout;
    for section in ["EXAMPLES", "\"EXIT STATUS\"", "OUTPUT"] {
        assert!(
            page.contains(&format!(".SH {section}\n.nf\n")),
            "{section}: {page}"
        );
    }
    assert!(!page.contains("EXTRA"), "{page}");
    assert_eq!(page.matches(".nf").count(), page.matches(".fi").count());
}
