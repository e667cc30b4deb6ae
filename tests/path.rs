//! Paths: a table of what is read and refused. `tests/properties.rs` holds the reader against a model.
//!
//! The table follows Go's `path.Clean` and Kubernetes' rule against `..` elements in hostPath volumes.
//! DIFFERENCE marks where this policy is stricter than both.

use kubevirt_sidecar_hostpath_policy::{ContainerPath, HostPath, PathError};
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
// Cleaned to what would be refused: a pod that this policy has changed must pass it again.
#[case::space_before_the_last_slash("/a /", PathError::OuterWhiteSpace)]
#[case::space_before_the_last_dot("/a /.", PathError::OuterWhiteSpace)]
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
fn the_longest_path_has_4095_bytes() {
    let longest = format!("/{}", "a".repeat(4094));
    assert_eq!(HostPath::parse(&longest).unwrap().as_str(), longest);
    assert_eq!(HostPath::parse(&format!("{longest}a")), Err(PathError::TooLong));
    // Before cleaning: what is sent is bounded, not what is left of it.
    assert_eq!(HostPath::parse(&"/".repeat(4096)), Err(PathError::TooLong));
}

proptest! {
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
            Err(PathError::OuterWhiteSpace) => prop_assert!(text.trim_end_matches(['/', '.']).trim() != text),
            Err(PathError::TooLong) => prop_assert!(text.len() > 4096),
        }
    }
}
