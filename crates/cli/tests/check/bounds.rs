//! What one file can cost.

use rstest::rstest;

use crate::objects::read_all;
use crate::yaml::spec;

/// In block style.
fn pod(name: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n")
}

#[test]
fn aliases_cannot_fill_the_memory() {
    let mut yaml = "a0: &a0 [x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        yaml.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let error = spec(&yaml).unwrap_err();
    assert!(error.contains("too many values through aliases"), "{error}");
}

#[test]
fn aliases_of_a_long_text_cannot_fill_the_memory() {
    let text = "x".repeat(1 << 20);
    let aliases = "*a, ".repeat(20);
    let error = spec(&format!("spec: [&a {text}, {aliases}]")).unwrap_err();
    assert!(error.contains("too many values through aliases"), "{error}");
}

#[test]
fn many_aliases_of_a_short_text_are_read() {
    let text = "x".repeat(500);
    let aliases = "*a, ".repeat(2_000);
    let list = spec(&format!("spec: [&a {text}, {aliases}]")).unwrap();
    assert_eq!(list.as_array().map(Vec::len), Some(2_001));
}

/// The bound is one of the file: many documents may not bring more than one.
#[test]
fn aliases_of_all_documents_count_together() {
    let aliases = "*a, ".repeat(20);
    let document = format!(
        "apiVersion: v1\nkind: Pod\nspec: [&a {}, {aliases}]\n---\n",
        "x".repeat(100_000)
    );
    let found = read_all(&document.repeat(20));
    assert_eq!((found.manifests.len(), found.faults.len()), (8, 12));
}

/// Each of these took minutes, or gigabytes.
#[rstest]
#[case::nested_anchors({
    let open: String = (0..120).map(|number| format!("&a{number} [")).collect();
    format!("spec: {open}{}{}", "x, ".repeat(50_000), "]".repeat(120))
})]
#[case::keys_and_a_merge({
    let keys: String = (0..20_000).map(|number| format!("k{number}: 1, ")).collect();
    format!("x: &x {{{keys}}}\nspec: {{{keys}<<: *x}}")
})]
#[case::merges_in_a_list({
    let keys: String = (0..500).map(|number| format!("k{number}: 1, ")).collect();
    format!("x: &x {{{keys}}}\nspec: {{<<: [{}]}}", "*x, ".repeat(199))
})]
#[case::documents("---\n".repeat(100_000))]
fn time_is_in_proportion_to_the_text(#[case] yaml: String) {
    let start = cpu_time::ThreadTime::now();
    let _ = spec(&yaml);
    let seconds = start.elapsed().as_secs_f64();
    assert!(seconds < 5.0, "{seconds}");
}

#[test]
fn the_documents_of_a_file_are_bounded() {
    let found = read_all(&format!("{}---\n", pod("a")).repeat(20_001));
    assert_eq!((found.manifests.len(), found.faults.len()), (20_000, 1));
    let fault = found.faults[0].to_string();
    assert_eq!(
        fault,
        "f.yaml:80001:1: more than 20000 documents: the rest of the file is not read"
    );
}
