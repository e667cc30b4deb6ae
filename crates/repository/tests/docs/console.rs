//! What is typed, and what is then shown, in a block of code.

use rstest::rstest;

/// A command, and what it prints.
#[derive(Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) command: String,
    /// The lines below it; `…` alone on a line stands for any lines.
    pub(crate) output: Vec<String>,
}

/// The steps of a `console` block: `$ ` begins a command, what follows is its output.
pub(crate) fn session(text: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: whole(command, &mut lines),
                output: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            step.output.push(line.to_owned());
        } else {
            return Err(
                "a console block begins with `$ `; commands without output are a sh block".to_owned(),
            );
        }
    }
    Ok(steps)
}

/// The steps of a `sh` block: commands only.
pub(crate) fn script(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !line.trim().is_empty() && !line.starts_with('#') {
            steps.push(Step {
                command: whole(line, &mut lines),
                output: Vec::new(),
            });
        }
    }
    steps
}

/// A command with the lines on which it goes on.
fn whole<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut command = first.to_owned();
    while ["\\", "|", "&&"]
        .iter()
        .any(|open| command.trim_end().ends_with(open))
    {
        let Some(next) = lines.next() else { break };
        command.push('\n');
        command.push_str(next);
    }
    command
}

/// Whether these lines are what the document shows.
pub(crate) fn matches(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == "…" => {
            (0..=printed.len()).any(|skipped| matches(rest, printed.get(skipped..).unwrap_or_default()))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| first == line && matches(rest, others)),
    }
}

#[test]
fn a_session_is_commands_and_their_output() {
    let text = "$ a |\n    b\n1\n\n2\n$ c \\\n  d\n";
    let step = |command: &str, output: &[&str]| Step {
        command: command.to_owned(),
        output: output.iter().map(|&line| line.to_owned()).collect(),
    };
    assert_eq!(
        session(text),
        Ok(vec![step("a |\n    b", &["1", "", "2"]), step("c \\\n  d", &[])])
    );
    assert!(session("make\n").is_err());
    assert_eq!(
        script("# why\na\n\nb |\n c\n"),
        [step("a", &[]), step("b |\n c", &[])]
    );
}

#[rstest]
#[case::equal(&["a", "b"], &["a", "b"], true)]
#[case::more_is_printed(&["a"], &["a", "b"], false)]
#[case::less_is_printed(&["a", "b"], &["a"], false)]
#[case::another_line(&["a"], &["b"], false)]
#[case::any_end(&["a", "…"], &["a", "b", "c"], true)]
#[case::no_end(&["a", "…"], &["a"], true)]
#[case::any_middle(&["a", "…", "d"], &["a", "b", "c", "d"], true)]
#[case::wrong_end(&["a", "…", "d"], &["a", "b", "c"], false)]
fn output_is_compared(#[case] shown: &[&str], #[case] printed: &[&str], #[case] expected: bool) {
    let shown: Vec<String> = shown.iter().map(|&line| line.to_owned()).collect();
    assert_eq!(matches(&shown, printed), expected);
}
