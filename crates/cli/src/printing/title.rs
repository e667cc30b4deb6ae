//! The first line of what is said of an object.

use anstyle::Style;
use checker::reading::place::Place;

use crate::printing::escape::one_line;
use crate::printing::style::styled;

/// The verdict, the place and the object, which has a line of its own if they do not fit into one. Styled.
pub(crate) fn lines(
    (style, verdict): (Style, &str),
    place: &Place,
    object: &str,
    width: usize,
) -> Vec<String> {
    let place = one_line(&place.to_string());
    let object = one_line(object);
    let plain = format!("{verdict}  {place}: {object}");
    let styled = styled(style, verdict);
    match plain.chars().count() <= width {
        true => vec![format!("{styled}  {place}: {object}")],
        false => vec![
            format!("{styled}  {place}:"),
            format!("{:1$}{object}", "", verdict.chars().count().saturating_add(2)),
        ],
    }
}
