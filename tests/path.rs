//! Paths: a table of what is read and refused, and properties against a model that is a list of elements.
//!
//! The table follows Go's `path.Clean` and Kubernetes' rule against `..` elements in hostPath volumes.
//! DIFFERENCE marks where this policy is stricter than both.

use kubevirt_sidecar_hostpath_policy::{
    path::{ContainerPath, HostPath, PathError},
    rule::PathPrefix,
};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::root("/", "/")]
#[case::slashes("///", "/")]
#[case::plain("/a/b", "/a/b")]
#[case::double_slash("/a//b", "/a/b")]
#[case::leading_double_slash("//a", "/a")]
#[case::dot("/a/./b", "/a/b")]
#[case::only_dots("/./.", "/")]
#[case::trailing_slash("/a/b/", "/a/b")]
#[case::trailing_dot("/a/.", "/a")]
#[case::dots_inside_a_name("/a..b/..data/...", "/a..b/..data/...")]
#[case::space_inside("/a b", "/a b")]
#[case::percent_is_no_escape("/a/%2e%2e", "/a/%2e%2e")]
#[case::not_normalised("/e\u{301}", "/e\u{301}")]
#[case::case_is_kept("/Var", "/Var")]
fn is_cleaned(#[case] text: &str, #[case] clean: &str) {
    assert_eq!(
        HostPath::parse(text).map(|path| path.to_string()),
        Ok(clean.to_owned())
    );
    assert_eq!(
        ContainerPath::parse(text).map(|path| path.to_string()),
        Ok(clean.to_owned())
    );
}

#[rstest]
#[case::empty("", PathError::Relative)]
#[case::relative("a/b", PathError::Relative)]
#[case::dot_relative("./a", PathError::Relative)]
#[case::parent("/a/../b", PathError::ParentElement)]
#[case::parent_first("/..", PathError::ParentElement)]
#[case::parent_last("/a/..", PathError::ParentElement)]
// DIFFERENCE: legal file names, but no name that an admin means.
#[case::nul("/a\0", PathError::ControlCharacter)]
#[case::newline_inside("/a\nb", PathError::ControlCharacter)]
#[case::delete("/a\u{7f}", PathError::ControlCharacter)]
#[case::c1_control("/a\u{80}b", PathError::ControlCharacter)]
#[case::backslash("/a\\b", PathError::Backslash)]
#[case::leading_space(" /a", PathError::OuterWhiteSpace)]
#[case::trailing_newline("/a\n", PathError::OuterWhiteSpace)]
#[case::trailing_no_break_space("/a\u{a0}", PathError::OuterWhiteSpace)]
fn is_refused(#[case] text: &str, #[case] error: PathError) {
    assert_eq!(HostPath::parse(text), Err(error));
    assert_eq!(ContainerPath::parse(text), Err(error));
}

#[test]
fn a_colon_is_refused_in_containers_only() {
    assert_eq!(ContainerPath::parse("/a:b"), Err(PathError::Colon));
    assert_eq!(HostPath::parse("/a:b").unwrap().as_str(), "/a:b");
}

#[test]
fn the_longest_path_has_4096_bytes() {
    let longest = format!("/{}", "a".repeat(4095));
    assert_eq!(HostPath::parse(&longest).unwrap().as_str(), longest);
    assert_eq!(HostPath::parse(&format!("{longest}a")), Err(PathError::TooLong));
    // Before cleaning: what is sent is bounded, not what is left of it.
    assert_eq!(HostPath::parse(&"/".repeat(4097)), Err(PathError::TooLong));
}

/// The model: a path is the list of its elements.
fn elements(text: &str) -> Vec<&str> {
    text.split('/')
        .filter(|element| !matches!(*element, "" | "."))
        .collect()
}

fn path_text() -> impl Strategy<Value = String> {
    let element = prop_oneof![
        4 => "[ab]{1,2}",
        1 => Just(".".to_owned()),
        1 => Just(String::new()),
        1 => Just("..x".to_owned()),
        1 => "é|a b|a\\.",
    ];
    prop::collection::vec(element, 0..5).prop_map(|elements| format!("/{}", elements.join("/")))
}

proptest! {
    #[test]
    fn cleaning_keeps_the_elements_and_is_idempotent(text in path_text()) {
        prop_assume!(text.trim() == text);
        let path = HostPath::parse(&text).unwrap();
        prop_assert_eq!(elements(path.as_str()), elements(&text));
        prop_assert_eq!(HostPath::parse(path.as_str()), Ok(path.clone()));
        prop_assert!(path.as_str() == "/" || !path.as_str().ends_with('/'));
    }

    #[test]
    fn a_prefix_matches_what_starts_with_its_elements(prefix in path_text(), text in path_text()) {
        prop_assume!(prefix.trim() == prefix && text.trim() == text);
        let expected = elements(&text).starts_with(&elements(&prefix));
        let (prefix, path) = (HostPath::parse(&prefix).unwrap(), HostPath::parse(&text).unwrap());
        prop_assert_eq!(path.is_at_or_below(&prefix), expected);
        prop_assert_eq!(path.is_below(&prefix), expected && path != prefix);
        prop_assert_eq!(PathPrefix(prefix).matches(&path), expected);
    }

    #[test]
    fn nothing_that_is_read_holds_what_is_refused(text in "\\PC{0,12}|[/.\\\\:\u{0}-\u{20}a]{0,8}") {
        match ContainerPath::parse(&text) {
            Ok(path) => {
                prop_assert!(text.starts_with('/'));
                let clean = path.as_str();
                prop_assert!(!clean.split('/').any(|element| element == ".." || element == "."));
                prop_assert!(!clean.contains(['\\', ':']) && !clean.contains(char::is_control));
                prop_assert!(!clean.contains("//"));
            }
            Err(PathError::Relative) => prop_assert!(!text.starts_with('/')),
            Err(PathError::ParentElement) => prop_assert!(text.split('/').any(|element| element == "..")),
            Err(PathError::Colon) => prop_assert!(text.contains(':')),
            Err(PathError::Backslash) => prop_assert!(text.contains('\\')),
            Err(PathError::ControlCharacter) => prop_assert!(text.contains(char::is_control)),
            Err(PathError::OuterWhiteSpace) => prop_assert!(text.trim() != text),
            Err(PathError::TooLong) => prop_assert!(text.len() > 4096),
        }
    }
}
