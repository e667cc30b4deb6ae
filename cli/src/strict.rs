//! A JSON value, read from JSON or YAML without a guess: what one reader would take otherwise than another is refused.

pub(crate) mod merge;

use std::cell::Cell;
use std::fmt::{self, Formatter};

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use merge::{MergeKey, Merging};

/// Reads one value.
///
/// Refused are a key that stands twice, a key that is no string, and YAML's own tags and infinities.
#[derive(Clone, Copy)]
pub(crate) struct Strict<'a> {
    /// The count of values that may still be built: a few lines of YAML aliases can stand for billions of them.
    pub(crate) budget: &'a Cell<usize>,
    /// How `<<` merges, as it does in YAML.
    pub(crate) merging: Option<Merging<'a>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.budget.get().checked_sub(1) {
            Some(rest) => self.budget.set(rest),
            None => return Err(D::Error::custom("too many values, most of them through aliases")),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    // Larger integers become what they become in JSON.
    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        match Number::from_f64(value) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(E::custom(format_args!("{value} is no number in JSON"))),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = access.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let mut merged = None;
        while let Some(key) = access.next_key_seed(NewKey {
            map: &map,
            merging: self.merging,
            has_merged: merged.is_some(),
        })? {
            let value = access.next_value_seed(self);
            match key {
                Key::Written(key) => {
                    map.insert(key, value?);
                }
                Key::Merge(key) => merged = Some(key.merge(value?, &map).map_err(A::Error::custom)?),
            }
        }
        for (key, value) in merged.into_iter().flatten() {
            map.entry(key).or_insert(value);
        }
        Ok(Value::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        let (tag, _) = access.variant::<String>()?;
        Err(A::Error::custom(format_args!(
            "the tag !{tag} has no meaning here"
        )))
    }
}

/// A key of a mapping.
enum Key<'a> {
    Written(String),
    Merge(MergeKey<'a>),
}

/// A key that the map does not have yet. It is looked up while the key is read, so that the error has its position.
#[derive(Clone, Copy)]
struct NewKey<'a> {
    map: &'a Map<String, Value>,
    merging: Option<Merging<'a>>,
    has_merged: bool,
}

impl<'de, 'a> DeserializeSeed<'de> for NewKey<'a> {
    type Value = Key<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'a>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, 'a> Visitor<'de> for NewKey<'a> {
    type Value = Key<'a>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a string as the key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key<'a>, E> {
        if let Some(merging) = self.merging
            && let Some(key) = merging.key(key).map_err(E::custom)?
        {
            return match self.has_merged {
                true => Err(E::custom(
                    "the key << stands twice: give one << a list of mappings",
                )),
                false => Ok(Key::Merge(key)),
            };
        }
        if self.map.contains_key(key) {
            return Err(E::custom(format_args!("the key {key:?} stands twice")));
        }
        Ok(Key::Written(key.to_owned()))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Key<'a>, A::Error> {
        let (tag, _) = access.variant::<String>()?;
        Err(A::Error::custom(format_args!(
            "the tag !{tag} has no meaning here"
        )))
    }
}
