//! Reads a file of manifests.

use super::holder::Around;
use super::manifest::Found;
use super::unpack;
use crate::reading::document::{Placeholders, documents};
use crate::reading::place::Place;

/// All objects of the file, those of lists and templates included. What cannot be read does not hide the others.
#[must_use]
pub fn read(text: &str, file: &str) -> Found {
    let mut found = Found::default();
    let placeholders = Placeholders::of(text);
    for (document, number) in documents(text, file).into_iter().zip(1..) {
        let mut place = Place {
            file: file.to_owned(),
            document: number,
            item: None,
            line: 1,
            column: 1,
        };
        match document {
            Ok(node) if node.is_null() => {}
            Ok(node) => {
                place.line = node.at.line;
                place.column = node.at.column;
                let before = found.faults.len();
                unpack::object(node, &Around::Document, place, &mut found);
                for fault in found.faults.iter_mut().skip(before) {
                    let line = fault.place.line;
                    fault.reason.push_str(&placeholders.hint(|number| number == line));
                }
            }
            Err(fault) => found.fault(&place, fault),
        }
    }
    found
}
