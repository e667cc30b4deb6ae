//! The text of a file, decoded as kubectl decodes it.

use crate::Error;

/// The byte order mark.
pub(super) const MARK: char = '\u{feff}';

/// The bytes as text: UTF-8, or UTF-16 with a byte order mark. The mark at the beginning is not part of the text; `file` is
/// for the error message.
pub fn decode(bytes: Vec<u8>, file: &str) -> Result<String, Error> {
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes, file),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes, file),
        _ => match String::from_utf8(bytes) {
            Ok(text) => Ok(text.strip_prefix(MARK).map(str::to_owned).unwrap_or(text)),
            Err(error) => Err(Error::NoText {
                file: file.to_owned(),
                offset: error.utf8_error().valid_up_to(),
            }),
        },
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16, file: &str) -> Result<String, Error> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut offset = 2_usize;
    let mut text = String::with_capacity(pairs.len());
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(c) = c else {
            break;
        };
        offset = offset.saturating_add(c.len_utf16().saturating_mul(2));
        text.push(c);
    }
    match rest.is_empty() && offset == bytes.len().saturating_add(2) {
        true => Ok(text),
        false => Err(Error::NoText {
            file: file.to_owned(),
            offset,
        }),
    }
}
