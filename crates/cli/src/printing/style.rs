//! Colours. They are always there; the printer removes them where they are not wanted.

use anstyle::{AnsiColor, Style};

pub(crate) const ACCEPTED: Style = AnsiColor::Green.on_default().bold();
pub(crate) const REJECTED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const SKIPPED: Style = Style::new().dimmed();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const FIELD: Style = AnsiColor::Cyan.on_default();

/// The text between the codes of the style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
