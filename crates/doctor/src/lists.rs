//! The lists of the cluster, in pages: whatever a server answers, a list ends, and what is kept of it is bounded.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::cluster::{Cluster, Seen, Unseen};

/// How many objects a page has.
const PAGE: usize = 250;

/// How many pages a list has: a page may be empty, and not be the last.
const PAGES: usize = 2_000;

/// How many objects a list has.
const ITEMS: usize = 200_000;

/// How much memory the objects of a list take, roughly, where they are kept.
const KEPT: usize = 64 << 20;

/// How long a list takes.
const TIME: Duration = Duration::from_secs(180);

/// How long the token of the next page is.
const TOKEN: usize = 8 << 10;

/// What a value takes beside its text, roughly.
const VALUE: usize = 32;

/// What an object takes, however few members it has: they are kept in nodes of eleven.
const OBJECT: usize = 600;

impl Cluster {
    /// Reads all objects of a list, page by page, and keeps none of them.
    pub async fn each(&self, path: &str, mut item: impl FnMut(Value)) -> Seen<()> {
        self.read(path, |value| {
            item(value);
            Ok(())
        })
        .await
    }

    /// Reads all objects of a list.
    pub async fn list(&self, path: &str) -> Seen<Vec<Value>> {
        self.list_of(path, |item| item).await
    }

    /// Reads all objects of a list, and keeps a part of each.
    pub async fn list_of(&self, path: &str, part: impl Fn(Value) -> Value) -> Seen<Vec<Value>> {
        let (mut items, mut size) = (Vec::new(), 0_usize);
        self.read(path, |item| {
            let item = part(item);
            size = size.saturating_add(weight(&item));
            if size > KEPT {
                return Err(format!("the list is larger than {} MiB", KEPT >> 20));
            }
            items.push(item);
            Ok(())
        })
        .await?;
        Ok(items)
    }

    async fn read(&self, path: &str, mut item: impl FnMut(Value) -> Result<(), String>) -> Seen<()> {
        let other = |reason: String| Unseen::Other {
            path: path.to_owned(),
            reason,
        };
        let begin = Instant::now();
        let mut next = String::new();
        let mut tokens = BTreeSet::new();
        let mut count = 0_usize;
        for _ in 0..PAGES {
            let separator = if path.contains('?') { '&' } else { '?' };
            let mut page = format!("{path}{separator}limit={PAGE}");
            if !next.is_empty() {
                page.push_str(&format!("&continue={}", escaped(&next)));
            }
            let mut list = self.get(&page).await?;
            let items = items(&mut list).map_err(other)?;
            count = count.saturating_add(items.len());
            if count > ITEMS {
                return Err(other(format!("the list has more than {ITEMS} objects")));
            }
            for value in items {
                item(value).map_err(other)?;
            }
            match list.pointer("/metadata/continue").and_then(Value::as_str) {
                None | Some("") => return Ok(()),
                Some(token) if token.len() > TOKEN => {
                    return Err(other("the token of the next page is too long".to_owned()));
                }
                Some(token) => next = token.to_owned(),
            }
            if !tokens.insert(next.clone()) {
                return Err(other(
                    "the list does not end: the same page comes again".to_owned(),
                ));
            }
            if begin.elapsed() > TIME {
                return Err(other(format!(
                    "the list does not end within {} seconds",
                    TIME.as_secs()
                )));
            }
        }
        Err(other(format!("the list does not end within {PAGES} pages")))
    }
}

/// The objects of a page.
fn items(list: &mut Value) -> Result<Vec<Value>, String> {
    let is_list = list
        .get("kind")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    match list.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) if is_list && items.len() > PAGE => Err(format!(
            "a page has {} objects, and {PAGE} were asked for",
            items.len()
        )),
        Some(Value::Array(items)) if is_list && items.iter().all(Value::is_object) => Ok(items),
        // Go writes an empty list so.
        Some(Value::Null) if is_list => Ok(Vec::new()),
        _ => Err("answered with something that is no list".to_owned()),
    }
}

/// The memory that a value takes, roughly.
fn weight(value: &Value) -> usize {
    let inner = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).fold(0, usize::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| VALUE.saturating_add(key.len()).saturating_add(weight(value)))
            .fold(OBJECT, usize::saturating_add),
    };
    inner.saturating_add(VALUE)
}

/// A token of the API server, in a query.
fn escaped(token: &str) -> String {
    token
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
