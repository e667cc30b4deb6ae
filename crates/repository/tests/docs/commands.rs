//! Every command in the documents is run here, is a target of the Makefile, or is marked with what it needs.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use crate::console::{Step, matches, script, session};
use crate::make;
use crate::markdown::{Block, documents, root};

/// What `<!-- needs: … -->` above a block may say, so that the block is not run.
const NEEDS: [&str; 7] = [
    "cluster", "helm", "kwctl", "network", "nightly", "registry", "time",
];

/// Languages of commands under another name: such a block would go unnoticed.
const ALIASES: [&str; 8] = [
    "",
    "bash",
    "shell",
    "shell-session",
    "zsh",
    "fish",
    "cmd",
    "terminal",
];

/// The blocks of commands, each with its steps.
fn blocks() -> Vec<(Block, Vec<Step>)> {
    let all = documents().into_iter().flat_map(|document| document.blocks);
    all.filter_map(|block| {
        let steps = match block.language.as_str() {
            "console" => session(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.place)),
            "sh" => script(&block.text),
            language => {
                assert!(
                    !ALIASES.contains(&language),
                    "{}: name the language; commands are `sh`, with their output `console`",
                    block.place
                );
                assert_eq!(block.needs, None, "{}: no commands", block.place);
                return None;
            }
        };
        Some((block, steps))
    })
    .collect()
}

/// Where `sidecar-hostpath` is: beside this test's directory, as `make` and `cargo test --workspace` build it.
fn built() -> PathBuf {
    let test = env::current_exe().unwrap();
    let directory = test.ancestors().nth(2).unwrap();
    assert!(
        directory.join("sidecar-hostpath").is_file(),
        "no sidecar-hostpath in {}: run `cargo build -p sidecar-hostpath`",
        directory.display()
    );
    directory.to_owned()
}

/// What the command prints, and whether it succeeds, at the root of the repository.
pub(crate) fn run(command: &str) -> (String, bool) {
    let executable = built();
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = env::join_paths([executable].into_iter().chain(env::split_paths(&paths))).unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(root())
        .env("PATH", paths)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

/// What is wrong with the step.
fn fault(step: &Step, targets: &BTreeSet<String>) -> Option<String> {
    if let Some(named) = make::targets(&step.command) {
        let unknown: Vec<&str> = named
            .into_iter()
            .filter(|target| !targets.contains(*target))
            .collect();
        return (!unknown.is_empty()).then(|| format!("no such targets: {}", unknown.join(" ")));
    }
    let (printed, success) = run(&step.command);
    if step.output.is_empty() {
        return (!success).then(|| format!("fails:\n{printed}"));
    }
    let lines: Vec<&str> = printed.lines().collect();
    (!matches(&step.output, &lines)).then(|| format!("prints something else:\n{printed}"))
}

#[test]
fn every_command_does_what_the_documents_show() {
    let targets = make::known();
    let blocks = blocks();
    let steps: Vec<(&str, &Step)> = blocks
        .iter()
        .filter(|(block, _)| block.needs.is_none())
        .flat_map(|(block, steps)| steps.iter().map(|step| (block.place.as_str(), step)))
        .collect();
    assert!(steps.len() > 5, "only {} commands were found", steps.len());
    let fault = |&(place, step): &(&str, &Step)| {
        fault(step, &targets).map(|fault| format!("{place}: {}\n{fault}", step.command))
    };
    // At once: a debug build takes seconds to compile a module.
    let faults: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = steps.iter().map(|step| scope.spawn(|| fault(step))).collect();
        running
            .into_iter()
            .filter_map(|step| step.join().unwrap())
            .collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_not_run_says_why() {
    for (block, _) in blocks() {
        if let Some(needs) = &block.needs {
            assert!(
                NEEDS.contains(&needs.as_str()),
                "{}: {needs:?} is none of {NEEDS:?}",
                block.place
            );
        }
    }
}

/// The runner would notice.
#[test]
fn a_command_that_fails_is_a_fault() {
    let targets = make::known();
    let step = |command: &str, output: &[&str]| Step {
        command: command.to_owned(),
        output: output.iter().map(|&line| line.to_owned()).collect(),
    };
    assert_eq!(
        fault(&step("make no-such-target", &[]), &targets).as_deref(),
        Some("no such targets: no-such-target")
    );
    assert_eq!(fault(&step("false", &[]), &targets).as_deref(), Some("fails:\n"));
    assert_eq!(
        fault(&step("false | true", &[]), &targets).as_deref(),
        Some("fails:\n")
    );
    assert_eq!(
        fault(&step("echo a", &["b"]), &targets).as_deref(),
        Some("prints something else:\na\n")
    );
    assert_eq!(fault(&step("echo a >&2; false", &["a"]), &targets), None);
    assert_eq!(fault(&step("sidecar-hostpath --version", &["…"]), &targets), None);
}
