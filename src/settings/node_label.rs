//! Labels of nodes, as Kubernetes accepts them (`k8s.io/apimachinery/pkg/util/validation`).

/// The longest name and the longest value, in bytes.
const MAX_BYTES: usize = 63;

/// The longest prefix of a key, in bytes.
const MAX_PREFIX_BYTES: usize = 253;

/// Whether `key` can be the key of a label: `name`, or `example.com/name`.
pub(super) fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        None => is_name(key),
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
    }
}

/// Whether `value` can be the value of a label: empty, or a name.
pub(super) fn is_value(value: &str) -> bool {
    value.is_empty() || is_name(value)
}

/// Letters, digits, `-`, `_` and `.`, the first and the last a letter or a digit.
fn is_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= MAX_BYTES
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && text.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric)
        && text.bytes().all(is_inner)
}

/// Lower-case letters, digits and `-` in elements that are joined by `.` (RFC 1123).
fn is_subdomain(text: &str) -> bool {
    let is_outer = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_element = |element: &str| {
        element.as_bytes().first().is_some_and(is_outer)
            && element.as_bytes().last().is_some_and(is_outer)
            && element.bytes().all(|byte| is_outer(&byte) || byte == b'-')
    };
    text.len() <= MAX_PREFIX_BYTES && text.split('.').all(is_element)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("images", true)]
    #[case::prefixed("example.com/Images_1.x", true)]
    #[case::longest(&format!("{}/{}", "a".repeat(253), "b".repeat(63)), true)]
    #[case::long_prefix(&format!("{}/b", "a".repeat(254)), false)]
    #[case::long_name(&"a".repeat(64), false)]
    #[case::empty("", false)]
    #[case::empty_prefix("/a", false)]
    #[case::empty_name("a/", false)]
    #[case::two_slashes("a/b/c", false)]
    #[case::upper_prefix("Example.com/a", false)]
    #[case::dash_in_prefix("a-b.example.com/a", true)]
    #[case::dash_first_in_prefix("-b.example.com/a", false)]
    #[case::dash_last_in_prefix("a-.example.com/a", false)]
    #[case::underscore_in_prefix("a_b.example.com/a", false)]
    #[case::two_dots_in_prefix("a..com/a", false)]
    #[case::dot_first("example.com/.a", false)]
    #[case::dash_last("a-", false)]
    #[case::space("a b", false)]
    fn a_key_is_recognised(#[case] key: &str, #[case] expected: bool) {
        assert_eq!(is_key(key), expected);
    }

    #[rstest]
    #[case::empty("", true)]
    #[case::word("true", true)]
    #[case::longest(&"a".repeat(63), true)]
    #[case::long(&"a".repeat(64), false)]
    #[case::slash("a/b", false)]
    #[case::dash_first("-a", false)]
    fn a_value_is_recognised(#[case] value: &str, #[case] expected: bool) {
        assert_eq!(is_value(value), expected);
    }
}
