//! A field error over several lines: field, kind and value, and below them the reason.

use crate::printing::escape::one_line;
use crate::printing::field_error::FieldError;
use crate::printing::style::{FIELD, REJECTED, styled};
use crate::printing::wrap;

/// How far the reason stands in from its field.
const STEP: usize = 2;

/// The lines, after `indent` spaces, without `prefix` at the front of the field; styled.
pub(crate) fn lines(violation: &str, prefix: &str, indent: usize, width: usize) -> Vec<String> {
    let Some(error) = FieldError::parse(violation) else {
        return wrap::lines(violation, indent, width);
    };
    let below = indent.saturating_add(STEP);
    let field = error.field.strip_prefix(prefix).unwrap_or(error.field);
    let field = one_line(field.strip_prefix('.').unwrap_or(field));
    let named = match field.as_str() {
        "" => String::new(),
        field => format!("{}: ", styled(FIELD, field)),
    };
    let line = format!("{:indent$}{named}{}", "", styled(REJECTED, error.kind));
    let mut lines = match error.value.map(one_line) {
        None => vec![line],
        Some(value) => {
            let plain = format!("{:indent$}{field}: {}: {value}", "", error.kind);
            match plain.chars().count() <= width {
                true => vec![format!("{line}: {value}")],
                false => std::iter::once(line)
                    .chain(wrap::lines(&value, below, width))
                    .collect(),
            }
        }
    };
    lines.extend(wrap::lines(error.detail, below, width));
    if let Some(meant) = error.meant() {
        lines.push(format!("{:below$}did you mean {meant}?", ""));
    }
    lines
}
