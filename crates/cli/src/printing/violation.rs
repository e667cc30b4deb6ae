//! A reason over several lines: field, kind and value, and below them the explanation.

use checker::manifests::reason::Reason;
use kubevirt_sidecar_hostpath_policy::Field;

use crate::printing::escape::one_line;
use crate::printing::style::{FIELD, REJECTED, styled};
use crate::printing::wrap;

/// How far the explanation is in from its field.
const STEP: usize = 2;

/// The lines, after `indent` spaces, without `prefix` at the front of the field; styled.
pub(crate) fn lines(reason: &Reason, prefix: Option<&Field>, indent: usize, width: usize) -> Vec<String> {
    let Some(violation) = reason.violation() else {
        return wrap::lines(&reason.to_string(), indent, width);
    };
    let below = indent.saturating_add(STEP);
    let field = violation.field.to_string();
    let prefix = prefix.map(Field::to_string).unwrap_or_default();
    let field = field.strip_prefix(&prefix).unwrap_or(&field);
    let field = one_line(field.strip_prefix('.').unwrap_or(field));
    let plain_kind = violation.kind.to_string();
    let kind = styled(REJECTED, &plain_kind);
    let value = violation.value.as_deref().map(one_line);
    let mut lines = Vec::new();
    // The field and the kind on one line, if they fit, and the value too, if that fits.
    let both = format!("{:indent$}{field}: {plain_kind}", "");
    let (mut line, used) = match field.as_str() {
        "" => (
            format!("{:indent$}{kind}", ""),
            indent.saturating_add(plain_kind.chars().count()),
        ),
        field if both.chars().count() <= width => (
            format!("{:indent$}{}: {kind}", "", styled(FIELD, field)),
            both.chars().count(),
        ),
        field => {
            lines.push(format!("{:indent$}{}:", "", styled(FIELD, field)));
            (
                format!("{:below$}{kind}", ""),
                below.saturating_add(plain_kind.chars().count()),
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
    lines.extend(wrap::lines(&violation.explanation(true), below, width));
    if let Some(meant) = reason.meant() {
        lines.push(format!("{:below$}did you mean {meant}?", ""));
    }
    lines
}
