//! The form of the documents: what fits a screen, and what people read.

use std::fs;

use rstest::rstest;

use crate::markdown::{documents, root};

/// The most words in a cell of a table.
const MOST_WORDS: usize = 25;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn the_readme_is_short() {
    let lines = readme().lines().count();
    assert!(lines <= 130, "{lines} lines");
}

/// GitHub cuts longer ones off on a small screen.
#[test]
fn no_line_of_code_in_the_readme_is_long() {
    for document in documents().iter().filter(|document| document.name == "README.md") {
        for block in &document.blocks {
            for line in block.text.lines() {
                assert!(line.chars().count() <= 90, "{}: {line}", block.place);
            }
        }
    }
}

/// The cells of tables with too many words, and the numbers of their lines.
fn long_cells(markdown: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, number) in markdown.lines().zip(1_usize..) {
        let Some(row) = line.trim().strip_prefix('|') else {
            continue;
        };
        for cell in row.split('|').map(str::trim) {
            if cell.split_whitespace().count() > MOST_WORDS {
                found.push((number, cell.to_owned()));
            }
        }
    }
    found
}

#[test]
fn the_cells_of_tables_are_short() {
    for document in documents() {
        let text = fs::read_to_string(root().join(&document.name)).unwrap();
        assert_eq!(long_cells(&text), [], "{}", document.name);
    }
}

#[rstest]
#[case::short("| a b | c |", 0)]
#[case::long("| a a a a a a a a a a a a a a a a a a a a a a a a a a | c |", 1)]
#[case::text("a a a a a a a a a a a a a a a a a a a a a a a a a a", 0)]
fn long_cells_are_found(#[case] markdown: &str, #[case] expected: usize) {
    assert_eq!(long_cells(markdown).len(), expected);
}
