//! The violations in a message.
//!
//! A module answers with one message, in which the violations stand one after the other, joined by `; `. A semicolon can
//! stand in quoted values and in explanations as well, so a new violation begins only where a field error begins.

/// How a field error goes on after its field path.
const KINDS: [&str; 3] = ["Required value: ", "Invalid value: ", "Forbidden: "];

const SEPARATOR: &str = "; ";

/// Splits the message into its violations. What cannot be told apart stays together; nothing is lost.
#[must_use]
pub fn split(message: &str) -> Vec<String> {
    let mut violations = Vec::new();
    let mut rest = message;
    while let Some((violation, after)) = separators(rest).find(|(_, after)| is_violation(after)) {
        violations.push(violation.to_owned());
        rest = after;
    }
    violations.push(rest.to_owned());
    violations
}

/// What stands before and after each separator that is not inside a quoted value.
fn separators(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter_map(move |(index, c)| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                let (before, rest) = text.split_at_checked(index)?;
                return Some((before, rest.strip_prefix(SEPARATOR)?));
            }
            _ => {}
        }
        None
    })
}

fn is_violation(text: &str) -> bool {
    is_field_error(text) || is_count(text)
}

/// `spec.containers[0].name: Required value: …`
fn is_field_error(text: &str) -> bool {
    let Some((field, rest)) = text.split_once(": ") else {
        return false;
    };
    let is_path = !field.is_empty() && !field.contains(|c: char| c.is_whitespace() || c == '"');
    is_path && KINDS.iter().any(|kind| rest.starts_with(kind))
}

/// What stands at the end of a message that was cut.
fn is_count(text: &str) -> bool {
    let count = text
        .strip_prefix("and ")
        .and_then(|text| text.strip_suffix(" more violations"));
    count.is_some_and(|count| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[track_caller]
    fn check(violations: &[&str]) {
        assert_eq!(split(&violations.join("; ")), violations);
    }

    #[test]
    fn one_violation_is_the_whole_message() {
        check(&["a.b[0]: Forbidden: no"]);
        check(&[""]);
        check(&["no field error; at all"]);
    }

    #[test]
    fn each_field_error_is_a_violation() {
        check(&[
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path: Forbidden: \"/a\" is sensitive",
            "spec.containers[1]: Required value: must be there",
            "settings: Invalid value: false: must be an object",
        ]);
    }

    #[test]
    fn a_quoted_value_may_look_like_a_violation() {
        check(&[
            r#"a: Invalid value: "x; b: Forbidden: y": must be a path"#,
            r#"c: Invalid value: "\"; d: Forbidden: \\": must be a path"#,
            r#"e: Invalid value: "\\": must not contain a backslash"#,
            "f: Forbidden: no",
        ]);
    }

    #[test]
    fn an_explanation_may_hold_semicolons() {
        check(&[
            "a: Forbidden: no; not even so: never",
            "b: Forbidden: no; Forbidden: this has no path",
            "c: Required value: x;y: Forbidden: without a space",
            "d: Invalid value: 'it's': Forbidden",
        ]);
    }

    #[test]
    fn a_quote_that_is_never_closed_keeps_the_rest_together() {
        check(&["a: Forbidden: \"/a; b: Forbidden: no"]);
    }

    #[test]
    fn the_count_of_a_cut_message_stands_alone() {
        check(&["a: Forbidden: no", "and 12 more violations"]);
        check(&["a: Forbidden: no; and more violations"]);
        check(&["a: Forbidden: no; and  more violations"]);
    }

    #[test]
    fn the_message_of_a_trap_stays_whole() {
        check(&["internal server error: Guest call failure: error while executing; see below\n  0: f"]);
    }
}
