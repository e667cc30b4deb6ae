//! Text that is generated from the policy's own lists. `UPDATE=1 cargo test -p repository --test generated` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a helper fails its test by panicking"
)]

mod kinds;
mod package;
mod types;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use yaml_serde::Value;

/// What a file holds: all of it, or what is between two texts.
struct Generated {
    file: &'static str,
    /// It ends before the second text, which the file has once, and begins after the last of the first before that.
    between: Option<(&'static str, &'static str)>,
    /// What it must be; of what it is.
    make: fn(&str) -> String,
}

impl Generated {
    fn range(&self, text: &str) -> Range<usize> {
        let Some((above, below)) = self.between else {
            return 0..text.len();
        };
        assert_eq!(text.matches(below).count(), 1, "{}: {below:?}", self.file);
        let end = text.find(below).unwrap();
        let start = text[..end].rfind(above);
        start.unwrap_or_else(|| panic!("{}: no {above:?}", self.file)) + above.len()..end
    }

    /// Why the file is stale, unless it is written anew.
    fn stale(&self) -> Option<String> {
        let old = text(self.file);
        let range = self.range(&old);
        let (is, must_be) = (&old[range.clone()], (self.make)(&old[range.clone()]));
        if is == must_be {
            return None;
        }
        if std::env::var_os("UPDATE").is_some() {
            let mut new = old.clone();
            new.replace_range(range, &must_be);
            fs::write(root().join(self.file), new).unwrap();
            return None;
        }
        let both = is.lines().zip(must_be.lines());
        let (is, must_be) = both
            .into_iter()
            .find(|(is, must_be)| is != must_be)
            .unwrap_or((is, &must_be));
        Some(format!("{}: {is:?} must be {must_be:?}", self.file))
    }
}

/// In this order: the package is made of two of the others.
#[test]
fn generated_text_is_up_to_date() {
    let all = types::GENERATED.iter().chain(&kinds::GENERATED);
    let stale: Vec<String> = all
        .chain(&package::GENERATED)
        .filter_map(Generated::stale)
        .collect();
    assert_eq!(stale, Vec::<String>::new(), "UPDATE=1 writes them");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn document(name: &str) -> Value {
    yaml_serde::from_str(&text(name)).unwrap()
}

/// The words in lines of at most 116 characters that are in by `indent`.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(&format!("{:indent$}{word}", ""));
        } else if line.len() + 1 + word.len() <= 116 {
            line.push_str(&format!(" {word}"));
        } else {
            lines.push(format!("{:indent$}{word}", ""));
        }
    }
    lines.join("\n") + "\n"
}
