//! Field errors as Kubernetes writes them, and the message that joins several.
//!
//! A module answers with one message, in which the violations stand one after the other, joined by `; `. A semicolon can
//! are in quoted values and in explanations as well, so a new violation begins only where a field error begins.

/// `FIELD: KIND: DETAIL`, or `FIELD: Invalid value: VALUE: DETAIL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError<'m> {
    /// The path of the field.
    pub field: &'m str,
    /// The kind, such as `Forbidden`.
    pub kind: &'m str,
    /// The value, in quotes if it is a string.
    pub value: Option<&'m str>,
    /// The reason.
    pub detail: &'m str,
}

impl<'m> FieldError<'m> {
    /// `None` where the violation has another form.
    pub fn parse(violation: &'m str) -> Option<Self> {
        if !is_field_error(violation) {
            return None;
        }
        let (field, rest) = violation.split_once(": ")?;
        let (kind, rest) = rest.split_once(": ")?;
        let (value, detail) = match kind {
            "Invalid value" => value(rest).map(|(value, detail)| (Some(value), detail))?,
            _ => (None, rest),
        };
        Some(FieldError {
            field,
            kind,
            value,
            detail,
        })
    }

    /// What was probably meant, where the field is a key that is not known.
    pub fn meant(&self) -> Option<&'m str> {
        let known = self.detail.strip_prefix("unknown key, known are ")?;
        let key = self.value?.trim_matches('"');
        let likeness = |known: &&str| (strsim::jaro_winkler(key, known) * 1000.0) as u32;
        let likest = known.split(", ").max_by_key(likeness)?;
        (likeness(&likest) >= NEAR).then_some(likest)
    }
}

/// How like a key must be to another to have been meant, in thousandths.
const NEAR: u32 = 800;

/// The value at the beginning, and what stands after it.
fn value(text: &str) -> Option<(&str, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.split_once(": ");
    };
    let mut is_escaped = false;
    let end = quoted.find(|c| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })?;
    let (value, rest) = text.split_at_checked(end.saturating_add(2))?;
    Some((value, rest.strip_prefix(": ")?))
}

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

/// What is before and after each separator that is not inside a quoted value.
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

/// What is at the end of a message that was cut.
fn is_count(text: &str) -> bool {
    let count = text
        .strip_prefix("and ")
        .and_then(|text| text.strip_suffix(" more violations"));
    count.is_some_and(|count| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{FieldError, split};

    #[test]
    fn the_parts_of_a_field_error() {
        let parts =
            |text| FieldError::parse(text).map(|error| (error.field, error.kind, error.value, error.detail));
        assert_eq!(
            parts(r#"a.b[0]: Invalid value: "x\": y": must be: so"#),
            Some(("a.b[0]", "Invalid value", Some(r#""x\": y""#), "must be: so"))
        );
        assert_eq!(
            parts("a: Invalid value: 3: must be text"),
            Some(("a", "Invalid value", Some("3"), "must be text"))
        );
        assert_eq!(
            parts("a: Forbidden: no: never"),
            Some(("a", "Forbidden", None, "no: never"))
        );
        assert_eq!(parts("and 3 more violations"), None);
        assert_eq!(parts("a: Invalid value: \"x"), None);
    }

    #[test]
    fn what_was_meant_is_like_what_is_written() {
        let meant = |text: &str| FieldError::parse(text).and_then(|error| error.meant().map(str::to_owned));
        let unknown = |key: &str| {
            format!("settings: Invalid value: \"{key}\": unknown key, known are guard, verifyOnly")
        };
        assert_eq!(meant(&unknown("verifyonly")).as_deref(), Some("verifyOnly"));
        assert_eq!(meant(&unknown("gaurd")).as_deref(), Some("guard"));
        assert_eq!(meant(&unknown("zzz")), None);
        assert_eq!(meant("settings.a: Forbidden: no"), None);
    }

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
    fn the_count_of_a_cut_message_is_separate() {
        check(&["a: Forbidden: no", "and 12 more violations"]);
        check(&["a: Forbidden: no; and more violations"]);
        check(&["a: Forbidden: no; and  more violations"]);
    }

    #[test]
    fn the_message_of_a_trap_stays_whole() {
        check(&["internal server error: Guest call failure: error while executing; see below\n  0: f"]);
    }
}
