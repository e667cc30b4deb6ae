//! Values of any kind, as settings hold them: lists, objects with known keys, texts.

use std::borrow::Cow;

use super::Reader;
use crate::{
    base::{
        field::{FieldPath, Violation, Violations, quote},
        json::{Json, JsonKind, Members, NoItems},
    },
    settings::MOST_ITEMS,
};

/// A key of version 2.
const GUARD: &str = "guard";
/// A key that the settings must have.
const ALLOWED_HOST_PATHS: &str = "allowedHostPaths";
/// The keys of which a rule must have one.
const PATHS: [&str; 2] = ["path", "pathPrefix"];
/// A key that the settings have and rules have not.
const REQUEST_CONTAINERS: &str = "requestContainers";

impl Reader {
    pub(super) fn boolean(
        &mut self,
        at: FieldPath<'_>,
        members: &Members<'_>,
        key: &str,
        default: bool,
    ) -> Option<bool> {
        self.member(
            at,
            members,
            key,
            || default,
            |reader, at, value| match value.get() {
                "true" => Some(true),
                "false" => Some(false),
                _ => reader.wrong_kind(at, value, "must be true or false"),
            },
        )
    }

    pub(super) fn text<'v>(&mut self, at: FieldPath<'_>, value: Json<'v>) -> Option<Cow<'v, str>> {
        value.text(at).map_err(|fault| self.faults.push(fault)).ok()
    }

    /// A list, each element read; `None` if one could not be.
    pub(super) fn each<T>(
        &mut self,
        at: FieldPath<'_>,
        value: Json<'_>,
        read: impl Fn(&mut Self, FieldPath<'_>, Json<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        // Every element is read before the first fault ends it, so that all faults are listed.
        let read: Vec<Option<T>> = self
            .items(at, value)?
            .into_iter()
            .enumerate()
            .map(|(index, item)| read(self, at.index(index), item))
            .collect();
        read.into_iter().collect()
    }

    /// The items of a list. None where there are faults enough.
    pub(super) fn items<'v>(&mut self, at: FieldPath<'_>, value: Json<'v>) -> Option<Vec<Json<'v>>> {
        if self.has_enough() {
            return None;
        }
        match value.items(MOST_ITEMS) {
            Ok(items) => Some(items),
            Err(NoItems::NoList) => self.wrong_kind(at, value, "must be a list"),
            Err(NoItems::TooMany) => {
                let detail = format!("must have at most {MOST_ITEMS} items");
                self.wrong_kind(at, value, &detail)
            }
        }
    }

    /// An object that has none but these keys.
    pub(super) fn object<'v>(
        &mut self,
        at: FieldPath<'_>,
        value: Json<'v>,
        keys: &'static [&'static str],
    ) -> Option<Members<'v>> {
        let members = Members::read(at, value);
        let members = members.map_err(|fault| self.faults.push(fault)).ok()?;
        for (key, _) in members.iter() {
            if self.has_enough() {
                return None;
            }
            let key = key.to_text();
            if key == GUARD && keys.contains(&REQUEST_CONTAINERS) {
                let detail = "is gone: every hostPath mount of a launcher pod is judged";
                self.faults.push(Violation::invalid(at, quote(&key), detail));
            } else if !keys.contains(&&*key) {
                self.faults.push(Violation::unknown_key(at, &key, keys));
            }
        }
        for key in keys {
            match members.value(at, key) {
                Err(twice) => self.faults.push(twice),
                Ok(Some(value)) if value.kind() == JsonKind::Null => {
                    let detail = not_null(&members, key);
                    self.faults.push(Violation::invalid(at.name(key), "null", detail));
                }
                Ok(_) => {}
            }
        }
        Some(members)
    }

    /// What `key` of an object holds, as `read` reads it; `default` where the key is absent. `null` is a fault that is known.
    #[inline(never)]
    pub(super) fn member<T>(
        &mut self,
        at: FieldPath<'_>,
        members: &Members<'_>,
        key: &str,
        default: impl FnOnce() -> T,
        read: impl FnOnce(&mut Self, FieldPath<'_>, Json<'_>) -> Option<T>,
    ) -> Option<T> {
        match members.first(key) {
            None => Some(default()),
            Some(value) if value.kind() == JsonKind::Null => None,
            Some(value) => read(self, at.name(key), value),
        }
    }

    /// Whether nobody has to look for more faults.
    pub(super) fn has_enough(&self) -> bool {
        self.faults.len() >= Violations::ENOUGH
    }

    pub(super) fn wrong_kind<T>(&mut self, at: FieldPath<'_>, value: Json<'_>, detail: &str) -> Option<T> {
        self.fault(Violation::invalid(at, value.shown(), detail))
    }

    pub(super) fn fault<T>(&mut self, fault: Violation) -> Option<T> {
        self.faults.push(fault);
        None
    }
}

/// What to write in place of `null` under `key`, which cannot be left out where it is needed.
fn not_null(members: &Members<'_>, key: &str) -> &'static str {
    let is_given = |key: &&str| {
        members
            .first(key)
            .is_some_and(|value| value.kind() != JsonKind::Null)
    };
    if key == ALLOWED_HOST_PATHS {
        "must not be null: write a list of rules (an empty list allows nothing)"
    } else if PATHS.contains(&key) && !PATHS.iter().any(is_given) {
        "must not be null: a rule needs path or pathPrefix"
    } else {
        "must not be null: leave the key out"
    }
}
