//! The decision table, `docs/decisions.md`, against the corpus.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::load::is_row;

/// The heading above the decision table.
const HEADING: &str = "## Decision table";

/// What is missing: rows of the table without an accepting or without a rejecting case, and rows of cases that the table
/// lacks. Empty: all is covered.
///
/// The rows are the first cells, such as `R1`, of the tables between the heading `## Decision table` and the next heading of
/// its level.
#[must_use]
pub fn coverage(document: &str, cases: &[Case]) -> Vec<String> {
    let table = rows(document);
    if table.is_empty() {
        return vec![format!("no rows below {HEADING:?}")];
    }
    let mut gaps = Vec::new();
    for row in &table {
        for (accepts, kind) in [(true, "an accepting"), (false, "a rejecting")] {
            if !cases
                .iter()
                .any(|case| case.accepts() == accepts && case.rows.contains(row))
            {
                gaps.push(format!("row {row} has not {kind} case"));
            }
        }
    }
    for case in cases {
        for row in case.rows.iter().filter(|row| !table.contains(*row)) {
            gaps.push(format!("{}: the decision table has no row {row}", case.name));
        }
    }
    gaps
}

/// The row ids of the decision table.
fn rows(document: &str) -> BTreeSet<String> {
    document
        .lines()
        .skip_while(|line| line.trim_end() != HEADING)
        .skip(1)
        .take_while(|line| !line.starts_with("# ") && !line.starts_with("## "))
        .filter_map(|line| line.trim_start().strip_prefix('|')?.split('|').next())
        .map(|cell| cell.trim_matches([' ', '*', '`']))
        .filter(|cell| is_row(cell))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn rows_are_read_from_the_tables_below_the_heading() {
        let document = "# P\n| X9 | not here |\n## Decision table\n\ntext R7\n| # | what |\n|---|---|\n| R1 | a |\n|**A12**| b |\n\
                      ### more\n| `S1` | c |\n| R | d |\n| r2 | e |\n## Next\n| R3 | f |\n";
        assert_eq!(
            rows(document).into_iter().collect::<Vec<_>>(),
            ["A12", "R1", "S1"]
        );
    }

    #[test]
    fn no_heading_no_rows() {
        assert!(rows("| R1 | a |\n### Decision table\n| R2 | b |").is_empty());
    }
}
