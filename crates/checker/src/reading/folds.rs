//! The lines of a file over which YAML lets a text be written.
//!
//! Folding and escapes change white space and marks of escapes, but no other character of a text: counted without those, a place
//! in the text is a place in the file.

use std::rc::Rc;

use libyaml_safer::{Event, EventData, Mark, ScalarStyle};

/// For each line after a text's first: how many of the text's characters, white space aside, are in the lines above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds(Rc<[usize]>);

impl Folds {
    /// In which line the beginning of a text ends, if the text begins in this one.
    #[must_use]
    pub fn line(&self, first: usize, beginning: &str) -> usize {
        let count = beginning.chars().filter(|c| !c.is_whitespace()).count();
        let above = self.0.partition_point(|above| *above < count);
        first.saturating_add(above)
    }

    /// Those of a scalar that is written over several lines of the text.
    pub(super) fn of(text: &str, event: &Event) -> Option<Self> {
        let EventData::Scalar { style, .. } = event.data else {
            return None;
        };
        if event.start_mark.line == event.end_mark.line {
            return None;
        }
        // The parser counts bytes.
        let byte = |mark: Mark| usize::try_from(mark.index).ok();
        let written = text.get(byte(event.start_mark)?..byte(event.end_mark)?)?;
        Some(Self::of_scalar(written, style))
    }

    /// Reads a scalar of this style as it is written.
    fn of_scalar(written: &str, style: ScalarStyle) -> Self {
        let mut lines = Vec::new();
        let mut count = 0_usize;
        let mut rest = written.chars();
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                rest.next();
            }
            // What is behind `|` or `>`, a comment for one, is not of the text.
            ScalarStyle::Literal | ScalarStyle::Folded => {
                rest.by_ref().find(|c| *c == '\n');
                lines.push(0);
            }
            _ => {}
        }
        while let Some(c) = rest.next() {
            let is_counted = match (c, style) {
                ('\n', _) => {
                    lines.push(count);
                    false
                }
                ('\'', ScalarStyle::SingleQuoted) => rest.next().is_some(),
                ('\\', ScalarStyle::DoubleQuoted) => match rest.next() {
                    Some('\n') => {
                        lines.push(count);
                        false
                    }
                    escape => is_seen(escape, &mut rest),
                },
                (c, _) => !c.is_whitespace(),
            };
            count = count.saturating_add(usize::from(is_counted));
        }
        Folds(lines.into())
    }
}

/// Whether an escape is anything but white space; `rest` is behind its first character.
fn is_seen(escape: Option<char>, rest: &mut impl Iterator<Item = char>) -> bool {
    let digits = match escape {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some('n' | 'r' | 't' | 'v' | 'f' | ' ' | '\t' | 'N' | '_' | 'L' | 'P') | None => return false,
        Some(_) => return true,
    };
    let digits: String = rest.take(digits).collect();
    let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
    c.is_none_or(|c| !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use crate::reading::budget::Budget;
    use crate::reading::node::Node;
    use crate::reading::yaml::documents;

    /// The value of the last key.
    fn last(yaml: &str) -> Node {
        let documents = documents(yaml, 0, &mut Budget::default());
        let document = documents.first().unwrap().as_ref().unwrap();
        document.entries().unwrap().last().unwrap().value.clone()
    }

    #[test]
    fn a_character_is_in_the_line_that_the_file_has_it_in() {
        for yaml in [
            "k: a\n  b c\n\n  \"d\"\n  'e'\n",
            "k: | # no a\n  a b\n  c \"d\"\n\n  'e'\n",
            "k: >-\n  a\n  b\n  c\n  \"d\" 'e'\n",
            "k: 'a b\n  c\n\n  \"d\"\n  ''e'''\n",
            "k: \"a \\\n  b\\tc\n  \\\"d\\x22\\n\n  \\u0027e'\"\n",
            "# é\nk: \"é\"\nl: a\n  b\n  c \"d\"\n  'e'\n",
            "k: |\r\n  a\r\n  b c\r\n  \"d\" 'e'\r\n",
        ] {
            let value = last(yaml);
            let text = value.as_str().unwrap();
            let letters: String = text.split_whitespace().collect();
            assert_eq!(letters, "abc\"d\"'e'");
            for letter in ["b", "c", "d", "e"] {
                let end = text.find(letter).unwrap() + 1;
                let folds = value.folds.as_ref().unwrap();
                let line = folds.line(value.at.line, text.get(..end).unwrap());
                let written = yaml.lines().nth(line - 1).unwrap();
                assert!(written.contains(letter), "{letter}: line {line} of {yaml}");
            }
        }
    }

    #[test]
    fn a_text_in_one_line_has_no_folds() {
        let value = last("k: a b\n");
        assert_eq!((value.as_str(), value.folds.clone()), (Some("a b"), None));
    }
}
