//! Whether a host can read a text back: it holds trees, and numbers of 64 bits.

use super::{Json, cursor::Cursor};

/// The deepest nesting of what is read and sent back: `serde_json`, with which Kubewarden's hosts read the answer, gives up
/// at 128. Pods have around ten levels.
const MOST_NESTED: usize = 100;

/// Whether a number is no larger than the largest 64-bit floating-point number. What is near zero becomes zero.
fn is_in_range(number: &str) -> bool {
    /// The digits of the largest, 309 of them in front of the point.
    const LARGEST: &str = "17976931348623157";
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    if exponent.starts_with('-') {
        return true;
    }
    let mantissa = mantissa.trim_start_matches('-');
    let digits = mantissa.split('.').next().unwrap_or_default().len();
    let exponent = exponent.trim_start_matches('+').parse::<usize>();
    match exponent.map(|exponent| exponent.saturating_add(digits)) {
        Ok(..309) => true,
        Ok(309) => mantissa.replace('.', "").as_str() <= LARGEST,
        _ => false,
    }
}

impl Json<'_> {
    /// Whether a host that reads JSON into a tree can read it: strings are Unicode, numbers fit into 64 bits, and it is
    /// nested no deeper than [`MOST_NESTED`].
    pub(crate) fn is_readable(self) -> bool {
        let mut cursor = Cursor::at_start(self);
        let mut depth = 0_usize;
        while let Some(byte) = self.0.as_bytes().get(cursor.at) {
            match byte {
                b'"' => {
                    let string = cursor.key();
                    if string.is_escaped && string.as_str().is_none() {
                        return false;
                    }
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    if !is_in_range(cursor.value().0) {
                        return false;
                    }
                    continue;
                }
                b'{' | b'[' if depth >= MOST_NESTED => return false,
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            cursor.at = cursor.at.saturating_add(1);
        }
        true
    }
}
