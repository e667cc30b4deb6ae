//! Texts of others in every form of the output: no terminal and no workflow runner obeys them.

use rstest::rstest;

use crate::harness::{Dir, check_in, vmi};

/// A terminal's escapes, a line of its own, and commands of the runners of GitHub and Azure.
const EVIL: &str = "x\u{1b}[2K\r\n::stop-commands::y ::error::z ##[error]a ##vso[task.complete]b \u{9b}1m\u{202e}\u{2028}\u{ffff}";

/// Objects and files with it wherever it can be: kinds, names, keys, values, places of faults.
fn evil() -> Dir {
    let dir = Dir::new();
    let request = serde_json::json!([{"image": EVIL, "hostPath": {"path": format!("/etc/{EVIL}"), "volumePath": "/a"}}]);
    let long = format!("{} ::stop-commands::y", "a".repeat(50));
    let allowed = serde_json::json!([{"hostPath": {"path": format!("/var/lib/kubevirt/images/{long}"), "volumePath": "/a"}, "host-path": EVIL}]);
    let other = serde_json::json!({"apiVersion": "a/v1", "kind": EVIL, "metadata": {"name": EVIL}, EVIL: "hooks.kubevirt.io/hookSidecars"});
    let documents = [
        vmi("a", &request.to_string()),
        vmi("b", &allowed.to_string()),
        vmi("c", EVIL),
        other.to_string(),
    ];
    dir.write("vms/::stop-commands::x,\n##[error].yaml", documents.join("\n"));
    let duplicate = serde_json::to_string(EVIL).unwrap();
    dir.write(
        "vms/twice.json",
        format!(r#"{{"apiVersion": "v1", "kind": "Pod", {duplicate}: 1, {duplicate}: 2}}"#),
    );
    dir
}

#[rstest]
#[case::text("text")]
#[case::json("json")]
#[case::yaml("yaml")]
#[case::junit("junit")]
#[case::sarif("sarif")]
#[case::github("github")]
fn no_output_is_obeyed(#[case] form: &str) {
    let dir = evil();
    let outcome = check_in(&dir, &["-o", form, "vms"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stdout.contains("stop-commands"), "{}", outcome.stdout);
    for text in [&outcome.stdout, &outcome.stderr] {
        let is_safe = |c: char| c == '\n' || !(c.is_control() || "\u{202e}\u{2028}\u{ffff}".contains(c));
        assert!(text.chars().all(is_safe), "{text:?}");
        for line in text.lines() {
            let is_ours = form == "github"
                && ["::error file=", "::warning file="]
                    .iter()
                    .any(|ours| line.starts_with(ours));
            assert!(is_ours || !line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
            assert!(!line.contains("##vso["), "{line}");
        }
    }
    // It is the first of the three that fails that counts.
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn arguments_are_shown_safely() {
    let dir = Dir::new();
    let outcome = check_in(&dir, &["--x\n::stop-commands::y\u{1b}[2K"]);
    assert_eq!(outcome.code, Some(2));
    assert!(!outcome.stderr.contains('\u{1b}'), "{}", outcome.stderr);
    assert!(
        !outcome
            .stderr
            .lines()
            .any(|line| line.trim_start().starts_with("::")),
        "{}",
        outcome.stderr
    );
}

/// Programs read the same as was written.
#[test]
fn what_is_escaped_is_the_same_to_programs() {
    let dir = evil();
    let json = check_in(&dir, &["-o", "json", "vms"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["results"][3]["name"], EVIL);
    let yaml = check_in(&dir, &["-o", "yaml", "vms"]).stdout;
    let yaml: serde_json::Value = yaml_serde::from_str(&yaml).unwrap();
    assert_eq!(yaml, json);
}

#[test]
fn names_of_test_cases_are_unique() {
    let dir = Dir::new();
    let request = |path: &str| format!(r#"[{{"hostPath": {{"path": "{path}", "volumePath": "/a"}}}}]"#);
    let vms = [
        vmi("a", &request("/etc")),
        vmi("a", "[]"),
        vmi("a (2)", "["),
        vmi("a", "["),
    ];
    dir.write("vms.json", vms.join("\n").replace("a (2)", "b"));
    let junit = check_in(&dir, &["-o", "junit", "vms.json", "./vms.json"]).stdout;
    let mut names: Vec<&str> = junit
        .lines()
        .filter_map(|line| line.trim().strip_prefix("<testcase name=\"")?.split('"').next())
        .collect();
    assert_eq!(names.len(), 8, "{junit}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 8, "{junit}");
}

#[test]
fn lines_in_sarif_begin_with_one() {
    let dir = Dir::new();
    dir.write("a.json", format!("{}1{}", "[".repeat(200), "]".repeat(200)));
    dir.write("b.json", "\n{\"apiVersion\": \"v1\", \"kind\": \"\\ud800\"}");
    let sarif = check_in(&dir, &["-o", "sarif", "a.json", "b.json", "none.json"]).stdout;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let lines: Vec<&serde_json::Value> = results
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["region"]["startLine"])
        .collect();
    assert_eq!(lines, [1, 2, 1]);
}
