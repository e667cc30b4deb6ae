//! Text in columns.

use crate::escape::one_line;

/// The space between two columns.
const GAP: &str = "  ";

/// Aligns the cells below each other, one line for each row. Nothing follows the last cell of a line.
#[must_use]
pub fn lines<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<String> {
    let rows: Vec<[String; COLUMNS]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| one_line(cell)))
        .collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join(GAP).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Fills lines of at most `width` characters with the words. A longer word has a line of its own.
#[must_use]
pub fn wrapped<'a>(words: impl IntoIterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        let word = one_line(word);
        match lines.last_mut() {
            Some(line)
                if line
                    .chars()
                    .count()
                    .saturating_add(1)
                    .saturating_add(word.chars().count())
                    <= width =>
            {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{lines, wrapped};

    #[test]
    fn cells_are_aligned_by_characters() {
        let rows = [["A", "B"], ["äöü", "x"], ["a\nb", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows), ["A     B", "äöü   x", r"a\nb"]);
        assert_eq!(lines::<2>(&[]), [""; 0]);
    }

    #[test]
    fn words_fill_lines() {
        assert_eq!(wrapped(["ab", "c", "def", "g"], 4), ["ab c", "def", "g"]);
        assert_eq!(wrapped(["abcdef", "g"], 4), ["abcdef", "g"]);
        assert_eq!(wrapped([], 4), [""; 0]);
    }
}
