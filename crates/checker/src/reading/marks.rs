//! Byte order marks within a document of YAML.
//!
//! In a quoted text such a mark is a character. Anywhere else kubectl makes it part of a key or a value, other readers drop it, and
//! both may do either after a line break.

use std::collections::VecDeque;

use libyaml_safer::{Event, EventData, ScalarStyle};

use super::node::Position;
use super::text::MARK;

/// Why a byte order mark may not be there.
pub(super) const STRAY_MARK: &str =
    "a byte order mark (U+FEFF) within a document: remove it, tools differ on what it means there";

/// The marks that the parser has not passed, by their index in bytes, in which the parser counts.
pub(super) struct Marks(VecDeque<(u64, Position)>);

impl Marks {
    /// The marks in the text.
    pub(super) fn of(text: &str) -> Self {
        let mut marks = VecDeque::new();
        if !text.contains(MARK) {
            return Self(marks);
        }
        let mut at = Position { line: 1, column: 1 };
        for (index, c) in text.char_indices() {
            match c {
                '\n' => {
                    at.line = at.line.saturating_add(1);
                    at.column = 0;
                }
                MARK => marks.push_back((index as u64, at)),
                _ => {}
            }
            at.column = at.column.saturating_add(1);
        }
        Self(marks)
    }

    /// The first mark that the parser has not passed.
    pub(super) fn first(&self) -> Option<Position> {
        self.0.front().map(|(_, at)| *at)
    }

    /// The first mark that is before the event, or in it, and not in a quoted text. Takes the events in their order.
    pub(super) fn outside_quotes(&mut self, event: &Event) -> Option<Position> {
        let is_quoted = matches!(
            event.data,
            EventData::Scalar {
                style: ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted,
                ..
            }
        );
        while let Some((index, at)) = self.0.front() {
            match (event.start_mark.index, event.end_mark.index) {
                (start, _) if *index < start => return Some(*at),
                (_, end) if *index >= end => return None,
                _ if !is_quoted => return Some(*at),
                _ => drop(self.0.pop_front()),
            }
        }
        None
    }
}
