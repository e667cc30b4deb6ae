//! The scripts for shells, asked for completions by the shells themselves.

use std::process::{Command, Stdio};

use rstest::rstest;

use crate::harness::{Dir, command, finish, root};

fn script(shell: &str) -> String {
    finish(command(&root(), &["completions", shell]), b"").stdout
}

/// What the shell prints for a script of its own; nothing where it is not installed.
fn by(shell: &str, args: &[&str], text: &str) -> Option<String> {
    let dir = Dir::new();
    let completions = dir.write("completions", script(shell));
    let file = dir.write("ask", text.replace("COMPLETIONS", completions.to_str().unwrap()));
    let output = Command::new(shell)
        .args(args)
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[rstest]
#[case::command("sidecar-hostpath sett", "settings")]
#[case::option("sidecar-hostpath check --req", "--require-judged")]
#[case::value("sidecar-hostpath check -o s", "sarif")]
#[case::of_another_command("sidecar-hostpath explain --wr", "--write")]
#[case::of_help("sidecar-hostpath help sug", "suggest")]
fn bash_and_fish_complete(#[case] line: &str, #[case] expected: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    let ask = format!(
        "source COMPLETIONS\nCOMP_WORDS=({line})\nCOMP_CWORD={}\n_sidecar__hostpath sidecar-hostpath '{}' '{}'\necho \"${{COMPREPLY[@]}}\"\n",
        line.matches(' ').count(),
        words.last().unwrap(),
        words.iter().rev().nth(1).unwrap(),
    );
    assert_eq!(by("bash", &[], &ask).unwrap().trim(), expected);
    let ask = format!("source COMPLETIONS\ncomplete -C '{line}'\n");
    // Its script has no commands after `help`.
    if let Some(said) = by("fish", &["--no-config"], &ask).filter(|_| words[1] != "help") {
        let first = said.split_whitespace().next();
        assert_eq!(first, Some(expected), "{said}");
    }
}

#[test]
fn zsh_completes() {
    // Waits for what zsh prints and for no time: a busy machine is slow. What never comes ends it after a minute.
    let ask = "\
zmodload zsh/zpty
zpty z timeout --foreground 60 zsh -f -i
zpty -w z \"PS1=; autoload -U compinit; compinit -u -D; source COMPLETIONS; zle-line-init() { print is-rea''dy }; zle -N zle-line-init\"
zpty -r z out '*is-ready*'
zpty -n -w z $'sidecar-hostpath sett\\t'
zpty -r z out '*settings*'
print -r -- \"$out\"
";
    if let Some(said) = by("zsh", &["-f"], ask) {
        assert!(said.contains("settings"), "{said}");
    }
}
