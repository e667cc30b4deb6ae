//! YAML's merge key `<<`.
//!
//! Tools agree on a key that is written below `<<`: it counts, and not the merged one. On a key above it they differ:
//! kubectl and Helm take the merged one, kustomize and most other readers the written one. And kubectl does not merge
//! for a `<<` with quotes, tag or anchor. What is not the same for all is refused.

use std::cell::Cell;

use serde_json::{Map, Value};

/// The key.
const MERGE: &str = "<<";

/// The keys that a message names.
const NAMED: usize = 3;

/// How `<<` is read in this text.
#[derive(Clone, Copy)]
pub(crate) struct Merging<'a> {
    /// The text that is read.
    pub(crate) text: &'a str,
    /// Whether `?` begins a key somewhere in it.
    pub(crate) has_explicit_keys: bool,
    /// Whether the error has the position in it, which is better than the one that the parser adds: the beginning of
    /// the mapping.
    pub(crate) placed: &'a Cell<bool>,
}

/// A `<<` that merges.
#[derive(Clone, Copy)]
pub(crate) struct MergeKey<'a> {
    merging: Merging<'a>,
    before: &'a str,
    after: &'a str,
}

impl<'a> Merging<'a> {
    /// The merge key, if this is one. `key` is a part of the text wherever the parser can show it there.
    pub(crate) fn key(self, key: &str) -> Result<Option<MergeKey<'a>>, &'static str> {
        if key != MERGE {
            return Ok(None);
        }
        let refused =
            "the key << must be written without quotes, tag or anchor, and on one line with its colon";
        match self.find(key) {
            Some(key) if key.is_plain() => Ok(Some(key)),
            _ => Err(refused),
        }
    }

    fn find(self, key: &str) -> Option<MergeKey<'a>> {
        let start = key.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        let (before, rest) = self.text.split_at_checked(start)?;
        Some(MergeKey {
            merging: self,
            before,
            after: rest.strip_prefix(MERGE)?,
        })
    }
}

impl MergeKey<'_> {
    /// Whether nothing but blanks or an opening of the mapping stands before it, and a colon after it.
    fn is_plain(self) -> bool {
        let (above, line) = self.before.rsplit_once('\n').unwrap_or(("", self.before));
        let opened = line.trim_end_matches([' ', '\t']);
        let plain = match opened.trim_start_matches([' ', '\t', '-', '?']) {
            // After `?`, the tag or anchor of the key may be on a line above. Elsewhere it is that of the mapping.
            "" if self.merging.has_explicit_keys => !above
                .lines()
                .rev()
                .find(|line| has_content(line))
                .is_some_and(ends_in_property),
            "" => true,
            line => line.ends_with(['{', ',']),
        };
        plain && self.after.trim_start_matches([' ', '\t']).starts_with(':')
    }

    /// What it merges. `above` are the keys that are written above it.
    pub(crate) fn merge(
        self,
        value: Value,
        above: &Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let merged = match value {
            Value::Object(entries) => entries,
            Value::Array(mappings) if self.has_written_list() => first_wins(mappings)?,
            Value::Array(_) => {
                return Err("a list for the key << must be written there, without alias".to_owned());
            }
            _ => return Err(NO_MAPPING.to_owned()),
        };
        let twice: Vec<&String> = merged.keys().filter(|key| above.contains_key(*key)).collect();
        if twice.is_empty() {
            return Ok(merged);
        }
        self.merging.placed.set(true);
        Err(self.already_written(&twice))
    }

    /// kubectl follows no alias to a list.
    fn has_written_list(self) -> bool {
        let value = self.after.trim_start_matches([' ', '\t']).strip_prefix(':');
        let first_line = |text: &&str| has_content(text);
        let line = value.and_then(|value| value.lines().find(first_line));
        line.is_some_and(|line| line.trim_start().starts_with(['[', '-']))
    }

    fn already_written(self, keys: &[&String]) -> String {
        let line = self.before.matches('\n').count().saturating_add(1);
        let column = self
            .before
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count());
        let column = column.saturating_add(1);
        let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("{key:?}")).collect();
        let more = match keys.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let noun = if keys.len() == 1 { "key" } else { "keys" };
        format!(
            "the merge key << at line {line} column {column} repeats the {noun} {}{more} written above it; kubectl takes the \
             merged value, other tools take the written one: move the {noun} below <<, or remove one of the two",
            named.join(", ")
        )
    }
}

const NO_MAPPING: &str = "the key << needs a mapping, or a list of mappings";

/// Of several mappings with a key the first one counts.
fn first_wins(mappings: Vec<Value>) -> Result<Map<String, Value>, String> {
    let mut merged = Map::new();
    for mapping in mappings {
        let Value::Object(entries) = mapping else {
            return Err(NO_MAPPING.to_owned());
        };
        for (key, value) in entries {
            merged.entry(key).or_insert(value);
        }
    }
    Ok(merged)
}

/// Whether `?` begins a key, or may: in a text or a comment it looks the same.
pub(crate) fn has_explicit_keys(text: &str) -> bool {
    let words = text.split_whitespace();
    words
        .filter_map(|word| word.strip_suffix('?'))
        .any(|before| before.is_empty() || before.ends_with(['{', '[', ',']))
}

/// Neither blank nor a comment.
fn has_content(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

/// Whether the line ends in a tag or an anchor, a comment aside. Any `#` may begin the comment.
fn ends_in_property(line: &str) -> bool {
    let is_property = |text: &str| {
        let last = text.split_whitespace().next_back();
        last.is_some_and(|word| word.starts_with(['!', '&']))
    };
    let comments = line.match_indices(" #");
    is_property(line)
        || comments
            .into_iter()
            .any(|(at, _)| line.get(..at).is_some_and(is_property))
}
