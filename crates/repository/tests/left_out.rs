//! `tools/left-out.sh`: what is not tested is named, and in CI that is a failure.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

#[expect(dead_code, reason = "nothing is written here")]
#[path = "../../cli/tests/support/dir.rs"]
mod dir;

use std::path::Path;
use std::process::Command;

use dir::Dir;
use rstest::rstest;

/// What the script says in this directory, and whether make goes on.
fn left_out(dir: &Dir, ci: Option<&str>, what: &[&str]) -> (String, bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/left-out.sh");
    let mut command = Command::new(script);
    command.args(what).current_dir(dir.path("")).env_remove("CI");
    if let Some(ci) = ci {
        command.env("CI", ci);
    }
    let output = command.output().unwrap();
    (String::from_utf8(output.stderr).unwrap(), output.status.success())
}

#[test]
fn what_is_left_out_is_said_at_once_and_summed_up() {
    let dir = Dir::new();
    assert_eq!(left_out(&dir, None, &[]), (String::new(), true));
    for what in [
        "the playground, for there is no chromium",
        "the chart, for there is no helm",
    ] {
        let said = format!("make: left out: {what}\n");
        assert_eq!(left_out(&dir, None, &[what]), (said.clone(), true));
        assert_eq!(left_out(&dir, None, &[what]), (said, true));
    }
    let sum = "make: what was tested has passed, but this was left out:\n\
               make:   the chart, for there is no helm\n\
               make:   the playground, for there is no chromium\n";
    assert_eq!(left_out(&dir, None, &[]), (sum.to_owned(), true));
}

#[rstest]
#[case::ci("true", false)]
#[case::other("1", false)]
#[case::off("false", true)]
#[case::empty("", true)]
fn in_ci_it_is_a_failure(#[case] ci: &str, #[case] expected: bool) {
    let (said, goes_on) = left_out(&Dir::new(), Some(ci), &["the chart"]);
    assert_eq!(goes_on, expected);
    let failure = "make: left out: the chart\nmake: which is a failure, since CI is set\n";
    assert_eq!(said == failure, !expected, "{said}");
}
