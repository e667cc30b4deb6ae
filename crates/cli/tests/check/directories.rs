//! Directories, repositories with other files than manifests, and the hook for pre-commit.

use serde_json::Value;

use crate::harness::{Dir, Outcome, check_in, command, example, finish, root, vmi};

/// The verdicts and places, without what belongs to them.
fn titles(outcome: &Outcome) -> Vec<String> {
    let is_title = |line: &&str| {
        ["ACCEPTED  ", "REJECTED  ", "SKIPPED   "]
            .iter()
            .any(|verdict| line.starts_with(verdict))
    };
    let title = |line: &str| line.split_once(':').map(|(title, _)| title.to_owned());
    outcome
        .stdout
        .lines()
        .filter(is_title)
        .filter_map(title)
        .collect()
}

#[test]
fn a_directory_means_the_manifests_in_it() {
    let dir = Dir::new();
    for (number, file) in [
        "vms/b.yml",
        "vms/a.yaml",
        "vms/deep/c.json",
        "vms/.hidden/d.yaml",
        "vms/.e.yaml",
        "vms/note.txt",
    ]
    .into_iter()
    .enumerate()
    {
        dir.write(file, vmi(&format!("vm-{number}"), "[]"));
    }
    dir.write("vms/kustomization.yaml", "resources: [a.yaml]\n");
    dir.write("vms/empty.yaml", "\n");
    dir.write("vms/comment.yaml", "# nothing\n");
    let outcome = check_in(&dir, &["./vms/."]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        titles(&outcome),
        [
            "ACCEPTED  vms/.e.yaml",
            "ACCEPTED  vms/.hidden/d.yaml",
            "ACCEPTED  vms/a.yaml",
            "ACCEPTED  vms/b.yml",
            "ACCEPTED  vms/deep/c.json",
            "SKIPPED   vms/empty.yaml",
            "SKIPPED   vms/kustomization.yaml",
        ]
    );
    std::fs::create_dir(dir.path("empty")).unwrap();
    assert_eq!(
        check_in(&dir, &["empty"]),
        Outcome::error("empty:1:1: the directory holds no .yaml, .yml or .json file")
    );
}

/// kubectl follows links to files alone; what it fails on, or passes over, is named.
#[test]
fn what_a_directory_holds_is_judged_or_named() {
    use std::os::unix::fs::symlink;
    let dir = Dir::new();
    dir.write("elsewhere/a.yaml", vmi("a", "["));
    dir.write("vms/z.yaml", vmi("z", "[]"));
    symlink("../elsewhere/a.yaml", dir.path("vms/file.yaml")).unwrap();
    symlink("../elsewhere", dir.path("vms/linked")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path("vms/pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    let outcome = check_in(&dir, &["vms"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert_eq!(
        titles(&outcome),
        [
            "REJECTED  vms/file.yaml",
            "SKIPPED   vms/linked",
            "SKIPPED   vms/pipe",
            "ACCEPTED  vms/z.yaml",
        ]
    );
    for warning in [
        "warning: a link to a directory, which kubectl does not follow:",
        "warning: neither a file nor a directory",
    ] {
        assert!(outcome.stdout.contains(warning), "{}", outcome.stdout);
    }
    symlink("nowhere", dir.path("vms/broken")).unwrap();
    std::fs::rename(dir.path("vms/pipe"), dir.path("vms/pipe.yaml")).unwrap();
    let outcome = check_in(&dir, &["vms"]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.stderr,
        "error: vms/broken:1:1: a broken link: No such file or directory (os error 2)\n\
         error: vms/pipe.yaml:1:1: not a regular file\n"
    );
}

/// A repository holds other YAML than manifests.
#[test]
fn documents_of_other_programs_are_skipped_and_listed() {
    let dir = Dir::new();
    dir.write("repo/.github/workflows/ci.yml", "on: [push]\njobs: {}\n");
    dir.write("repo/Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n");
    dir.write("repo/package.json", "{\"name\": \"x\"}\n");
    dir.write("repo/playbook.yml", "- hosts: all\n  vars: {a: !vault b}\n");
    dir.write("repo/settings.yaml", "allowedHostPaths: []\n");
    dir.write("repo/vm.yaml", vmi("a", "[]"));
    let outcome = check_in(&dir, &["--strict", "--require-judged", "repo"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(
        outcome.stdout.ends_with("1 accepted, 0 rejected, 5 skipped\n"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome
            .stdout
            .contains("SKIPPED   repo/package.json:1:1: not a Kubernetes object\n"),
        "{}",
        outcome.stdout
    );
    assert_eq!(check_in(&dir, &["--quiet", "repo"]).stdout, "");
}

/// The hook's command, as pre-commit runs it: the entry, its arguments, the files.
#[test]
fn the_hook_takes_a_file_for_a_file() {
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Value = yaml_serde::from_str(&hooks).unwrap();
    let hook = &hooks[0];
    let dir = Dir::new();
    dir.write("settings.yaml", example("settings.yaml"));
    dir.write("-nevil.yaml", vmi("evil", "["));
    dir.write("warned.yaml", vmi("warned", r#"[{"host-path": {}}]"#));
    let words = hook["entry"].as_str().unwrap().split(' ').skip(1);
    let arguments = hook["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap());
    let words: Vec<&str> = words.chain(arguments).collect();
    let run = |file: &str| finish(command(&dir.path(""), &[words.as_slice(), &[file]].concat()), b"");
    let outcome = run("-nevil.yaml");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert_eq!(titles(&outcome), ["REJECTED  -nevil.yaml"]);
    // A warning fails, and is shown.
    let outcome = run("warned.yaml");
    assert_eq!(outcome.code, Some(1));
    assert_eq!(titles(&outcome), ["ACCEPTED  warned.yaml"]);
    let outcome = run("settings.yaml");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""));
}
