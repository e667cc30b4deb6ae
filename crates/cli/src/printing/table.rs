//! Text in columns.

use crate::printing::escape::one_line;

/// The space between two columns.
const GAP: &str = "  ";

/// Aligns the cells below each other, one line for each row. Nothing follows the last cell of a line.
#[must_use]
pub(crate) fn lines<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<String> {
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

/// Whether each line has at most `width` characters.
#[must_use]
pub(crate) fn fits(lines: &[String], width: usize) -> bool {
    lines.iter().all(|line| line.chars().count() <= width)
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn cells_are_aligned_by_characters() {
        let rows = [["A", "B"], ["äöü", "x"], ["a\nb", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows), ["A     B", "äöü   x", r"a\nb"]);
        assert_eq!(lines::<2>(&[]), [""; 0]);
    }
}
