//! Changes of a JSON text, each where it is made.

use std::collections::BinaryHeap;

use serde::Serialize;

use crate::base::{
    field::FieldPath,
    json::{Json, Members},
};

/// Changes of a text.
pub(super) struct Splices<'t> {
    text: &'t str,
    changes: Vec<Splice>,
}

/// What comes in place of the text from `start` to `end`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Splice {
    start: usize,
    end: usize,
    text: String,
}

impl<'t> Splices<'t> {
    pub(super) fn of(document: Json<'t>) -> Self {
        Splices {
            text: document.get(),
            changes: Vec::new(),
        }
    }

    /// Appends items to the list at `key` of `parent`, which may be absent or `null`.
    pub(super) fn append(
        &mut self,
        parent: Json<'_>,
        key: &str,
        list: Option<Json<'_>>,
        items: &[String],
    ) -> Option<()> {
        let items = items.join(",");
        match list {
            Some(list) => self.insert_at_end(list, &items),
            None => self.set(parent, key, &format!("[{items}]")),
        }
    }

    /// Sets `key` of `object` to `value`.
    pub(super) fn set(&mut self, object: Json<'_>, key: &str, value: &str) -> Option<()> {
        match Members::read(FieldPath::root(key), object).ok()?.first(key) {
            Some(old) => {
                let start = self.offset(old)?;
                self.changes.push(Splice {
                    start,
                    end: start.checked_add(old.get().len())?,
                    text: value.to_owned(),
                });
                Some(())
            }
            None => self.insert_at_end(object, &format!("{}:{value}", item(key)?)),
        }
    }

    /// Inserts text before the bracket that closes a list or an object.
    pub(super) fn insert_at_end(&mut self, inside: Json<'_>, text: &str) -> Option<()> {
        let within = inside.get();
        let last = within.len().checked_sub(1)?;
        let end = self.offset(inside)?.checked_add(last)?;
        // Changes of one object follow each other.
        let is_first = self.changes.last().is_none_or(|change| change.start != end);
        let comma = match within.get(1..last)?.trim() {
            "" if is_first => "",
            _ => ",",
        };
        self.changes.push(Splice {
            start: end,
            end,
            text: format!("{comma}{text}"),
        });
        Some(())
    }

    /// Where `part` is in the text that it was read from.
    pub(super) fn offset(&self, part: Json<'_>) -> Option<usize> {
        let part = part.get();
        let offset = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        (offset.checked_add(part.len())? <= self.text.len()).then_some(offset)
    }

    /// The changed text.
    pub(super) fn spliced(self) -> Option<String> {
        let added: usize = self.changes.iter().map(|splice| splice.text.len()).sum();
        let mut spliced = String::with_capacity(self.text.len().checked_add(added)?);
        let mut from = 0;
        // A heap orders them in a tenth of the code that a sort would bring into the module.
        for splice in BinaryHeap::from(self.changes).into_sorted_vec() {
            spliced.push_str(self.text.get(from..splice.start)?);
            spliced.push_str(&splice.text);
            from = splice.end;
        }
        spliced.push_str(self.text.get(from..)?);
        Some(spliced)
    }
}

/// The text of an item that is added.
pub(super) fn item<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}
