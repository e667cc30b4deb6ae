//! Lines that fit the terminal.

use crate::printing::escape::one_line;

/// Where there is no terminal to ask.
const WIDTH: usize = 80;

/// Below this, breaking lines helps nobody.
const LEAST: usize = 40;

/// The width of the terminal on standard output, or that of COLUMNS.
pub(crate) fn width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    named.or_else(terminal).unwrap_or(WIDTH).max(LEAST)
}

/// Lines of at most `width` characters with the words of the text, in their order, each line after `indent` spaces. A longer word
/// has a line of its own.
pub(crate) fn lines(text: &str, indent: usize, width: usize) -> Vec<String> {
    let text = one_line(text);
    words(text.split(' ').filter(|word| !word.is_empty()), indent, width)
}

/// As [`lines`], of words that may hold spaces.
pub(crate) fn words<'w>(words: impl Iterator<Item = &'w str>, indent: usize, width: usize) -> Vec<String> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for word in words {
        let word = one_line(word);
        let length = word.chars().count();
        match lines.last_mut() {
            Some((used, line)) if used.saturating_add(length).saturating_add(1) <= width => {
                line.push(' ');
                line.push_str(&word);
                *used = used.saturating_add(length).saturating_add(1);
            }
            _ => lines.push((
                indent.saturating_add(length),
                format!("{}{word}", " ".repeat(indent)),
            )),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::{lines, words};

    #[test]
    fn words_fill_lines() {
        assert_eq!(lines("ab c def g", 0, 4), ["ab c", "def", "g"]);
        assert_eq!(lines("ab c def g", 2, 6), ["  ab c", "  def", "  g"]);
        assert_eq!(lines("abcdef g", 0, 4), ["abcdef", "g"]);
        assert_eq!(lines("äöü ß", 0, 5), ["äöü ß"]);
        assert_eq!(lines("", 2, 4), [""; 0]);
    }

    #[test]
    fn a_word_with_spaces_stays_whole() {
        assert_eq!(words(["a b", "c"].into_iter(), 0, 3), ["a b", "c"]);
    }
}
