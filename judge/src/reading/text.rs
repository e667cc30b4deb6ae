//! The text of a file, decoded as kubectl decodes it.

use crate::Error;

/// The byte order mark.
const MARK: char = '\u{feff}';

/// The bytes as text: UTF-8, or UTF-16 with a byte order mark. A byte order mark may be at the beginning of any line, where
/// files were put together; `file` is for the error message.
pub fn decode(bytes: Vec<u8>, file: &str) -> Result<String, Error> {
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes, file)?,
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes, file)?,
        _ => String::from_utf8(bytes).map_err(|error| Error::NoText {
            file: file.to_owned(),
            offset: error.utf8_error().valid_up_to(),
        })?,
    };
    if !text.contains(MARK) {
        return Ok(text);
    }
    let line = |line: &str| line.strip_prefix(MARK).unwrap_or(line).to_owned();
    Ok(text.split_inclusive('\n').map(line).collect())
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
