//! Runs the command as a process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) use crate::dir::Dir;

/// What a process left behind.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Nothing but one line on standard error, and exit code 2.
    pub(crate) fn error(message: &str) -> Self {
        Self {
            code: Some(2),
            stdout: String::new(),
            stderr: format!("error: {message}\n"),
        }
    }

    /// Everything, for a snapshot.
    pub(crate) fn transcript(&self) -> String {
        let Self { code, stdout, stderr } = self;
        assert_eq!(stderr, "");
        format!("{stdout}[exit {}]", code.unwrap())
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, in this directory, without the variables that ask for colours or forbid them.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidecar-hostpath"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.current_dir(dir).args(args);
    command
}

/// Runs the command to its end.
pub(crate) fn finish(mut command: Command, stdin: &[u8]) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read it.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `check` at the root of the repository, where the examples are.
pub(crate) fn check(args: &[&str], stdin: &str) -> Outcome {
    finish(command(&root(), &[&["check"], args].concat()), stdin.as_bytes())
}

/// `check` of these files in a directory, against the settings of the example.
pub(crate) fn check_in(dir: &Dir, args: &[&str]) -> Outcome {
    dir.write("settings.yaml", example("settings.yaml"));
    let args = [&["check", "-s", "settings.yaml"], args].concat();
    finish(command(&dir.path(""), &args), b"")
}

/// The settings of the example.
pub(crate) const SETTINGS: [&str; 2] = ["--settings", "examples/settings.yaml"];

/// `check` of standard input against the settings of the example.
pub(crate) fn check_text(manifest: &str) -> Outcome {
    check(&[SETTINGS.as_slice(), &["-"]].concat(), manifest)
}

/// A file of the examples.
pub(crate) fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("examples").join(name)).unwrap()
}

/// A VirtualMachineInstance with this annotation.
pub(crate) fn vmi(name: &str, annotation: &str) -> String {
    serde_json::json!({
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstance",
        "metadata": {
            "name": name,
            "namespace": "tenant-a",
            "annotations": {"hooks.kubevirt.io/hookSidecars": annotation},
        },
    })
    .to_string()
}

/// The objects that kubectl reads, and whether it has read all of the text. No cluster is asked.
pub(crate) fn read_by_kubectl(text: &str) -> (Vec<serde_json::Value>, bool) {
    let dir = Dir::new();
    let file = dir.write("f.yaml", text);
    let output = Command::new(crate::tools::kubectl())
        .args(["label", "--local", "-o", "json", "added=1", "-f"])
        .arg(file)
        .env("KUBECONFIG", dir.path("none"))
        .output()
        .unwrap();
    let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    (objects.map(Result::unwrap).collect(), output.status.success())
}
