//! A field error over several lines: field, kind and value, and below them the reason.

use crate::printing::escape::one_line;
use crate::printing::field_error::FieldError;
use crate::printing::style::{FIELD, REJECTED, styled};
use crate::printing::wrap;

/// How far the reason is in from its field.
const STEP: usize = 2;

/// The lines, after `indent` spaces, without `prefix` at the front of the field; styled.
pub(crate) fn lines(violation: &str, prefix: &str, indent: usize, width: usize) -> Vec<String> {
    let Some(error) = FieldError::parse(violation) else {
        return wrap::lines(violation, indent, width);
    };
    let below = indent.saturating_add(STEP);
    let field = error.field.strip_prefix(prefix).unwrap_or(error.field);
    let field = one_line(field.strip_prefix('.').unwrap_or(field));
    let kind = styled(REJECTED, error.kind);
    let value = error.value.map(one_line);
    let mut lines = Vec::new();
    // The field and the kind on one line, if they fit, and the value too, if that fits.
    let both = format!("{:indent$}{field}: {}", "", error.kind);
    let (mut line, used) = match field.as_str() {
        "" => (
            format!("{:indent$}{kind}", ""),
            indent.saturating_add(error.kind.chars().count()),
        ),
        field if both.chars().count() <= width => (
            format!("{:indent$}{}: {kind}", "", styled(FIELD, field)),
            both.chars().count(),
        ),
        field => {
            lines.push(format!("{:indent$}{}:", "", styled(FIELD, field)));
            (
                format!("{:below$}{kind}", ""),
                below.saturating_add(error.kind.chars().count()),
            )
        }
    };
    let fits = |value: &String| used.saturating_add(value.chars().count()).saturating_add(2) <= width;
    match value {
        Some(value) if fits(&value) => {
            line.push_str(&format!(": {value}"));
            lines.push(line);
        }
        value => {
            lines.push(line);
            lines.extend(
                value
                    .into_iter()
                    .flat_map(|value| wrap::lines(&value, below, width)),
            );
        }
    }
    lines.extend(wrap::lines(error.detail, below, width));
    if let Some(meant) = error.meant() {
        lines.push(format!("{:below$}did you mean {meant}?", ""));
    }
    lines
}
