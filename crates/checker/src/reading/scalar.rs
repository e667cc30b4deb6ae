//! What a plain text of YAML is: kubectl reads YAML 1.1, with the changes of the Go library that it uses
//! (`sigs.k8s.io/yaml`, a fork of go-yaml 2).

use serde_json::{Number, Value};

/// The tags of YAML itself that kubectl knows, without their common beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Bool,
    Int,
    Float,
    Null,
    Text,
    Timestamp,
    Binary,
}

impl Tag {
    /// The tag of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Tag::Bool,
            "int" => Tag::Int,
            "float" => Tag::Float,
            "null" => Tag::Null,
            "str" => Tag::Text,
            "timestamp" => Tag::Timestamp,
            "binary" => Tag::Binary,
            _ => return None,
        })
    }
}

/// The value of a text that is plain, or that has a tag.
pub(super) fn value(text: &str, tag: Option<Tag>) -> Result<Value, String> {
    let resolved = match tag {
        Some(Tag::Text | Tag::Timestamp) => return Ok(Value::from(text)),
        Some(Tag::Binary) => return binary(text),
        _ => plain(text)?,
    };
    let fits = match tag {
        Some(Tag::Bool) => resolved.is_boolean(),
        Some(Tag::Int) => resolved.is_i64() || resolved.is_u64(),
        Some(Tag::Float) => resolved.is_number(),
        Some(Tag::Null) => resolved.is_null(),
        Some(Tag::Text | Tag::Timestamp | Tag::Binary) | None => true,
    };
    match fits {
        true => Ok(resolved),
        false => Err(format!("{text:?} does not fit its tag")),
    }
}

/// The key that kubectl makes of a value: JSON's keys are texts.
pub(super) fn key(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) if number.is_f64() => Ok(shortest(number.as_f64().unwrap_or_default() as f32)),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Err("null cannot be a key"),
        Value::Array(_) => Err("a list cannot be a key"),
        Value::Object(_) => Err("a mapping cannot be a key"),
    }
}

fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Value::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return Err(format!("{text} is not a number in JSON")),
        _ => {}
    }
    let number = text
        .starts_with(['.', '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        .then(|| {
            let digits = text.replace('_', "");
            let is_decimal = is_decimal(&digits) && (!text.starts_with('.') || separates_digits(text));
            let float = || is_decimal.then(|| float(&digits)).flatten();
            integer(&digits).or_else(float).or_else(|| signed_binary(&digits))
        });
    let number = number.flatten();
    Ok(number.map_or_else(|| Value::from(text), Value::Number))
}

/// As Go's `strconv` reads an integer in any base, if it fits into 64 bits.
fn integer(text: &str) -> Option<Number> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len().saturating_sub(unsigned.len()) > 1 {
        return None;
    }
    let lower = unsigned.to_ascii_lowercase();
    let (radix, digits) = match lower.as_str() {
        "0" => (10, "0"),
        other => match other.split_at_checked(2) {
            Some(("0x", digits)) => (16, digits),
            Some(("0b", digits)) => (2, digits),
            Some(("0o", digits)) => (8, digits),
            _ => match other.strip_prefix('0') {
                Some(digits) => (8, digits),
                None => (10, other),
            },
        },
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    if text.starts_with('-') {
        return i64::try_from(value.checked_neg()?).ok().map(Number::from);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Number::from(value)),
        Err(_) if text.starts_with('+') => None,
        Err(_) => u64::try_from(value).ok().map(Number::from),
    }
}

/// To kubectl the sign may be behind `0b`.
fn signed_binary(text: &str) -> Option<Number> {
    let digits = text.strip_prefix("0b")?;
    i64::from_str_radix(digits, 2).ok().map(Number::from)
}

/// Whether each `_` is between two digits, as Go wants it in a number that begins with a point.
fn separates_digits(text: &str) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let mut parts = text.split('_').map(str::as_bytes);
    let first = parts.next().unwrap_or_default();
    let mut before = is_digit(first.last());
    parts.all(|part| {
        let separates = before && is_digit(part.first());
        before = is_digit(part.last());
        separates
    })
}

/// Digits with at most one point among them, then at most one exponent.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        None => is_digits(mantissa),
        Some((whole, "")) => is_digits(whole),
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    mantissa && exponent.is_none_or(is_digits)
}

/// What overflows is a text to kubectl.
fn float(text: &str) -> Option<Number> {
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// A number as Go prints it shortest: with an exponent if that is less than -4, or 6 or more.
fn shortest(value: f32) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    match (-4..EXPONENT_FROM).contains(&exponent) {
        true => format!("{value}"),
        false => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}

/// The exponent from which Go writes it.
const EXPONENT_FROM: i32 = 6;

fn binary(text: &str) -> Result<Value, String> {
    use base64::Engine as _;
    let compact: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(compact);
    let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Value::from)
        .ok_or_else(|| "!!binary does not hold a text in base64".to_owned())
}
