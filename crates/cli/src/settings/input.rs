//! The file with the settings.

use std::io::Read;
use std::path::Path;

use checker::reading::text::decode;
use checker::settings::file::SettingsFile;

use crate::{Error, input};

/// Reads the file. With several policies in it, `name` is the one that is meant.
pub fn read(path: Option<&Path>, name: Option<&str>) -> Result<SettingsFile, Error> {
    let path = path.ok_or(Error::NoSettings)?;
    if input::is_stdin(path) {
        return Err(Error::SettingsOnStdin);
    }
    let file = input::name(path);
    Ok(SettingsFile::from_text(
        &decode(input::file(path)?, &file)?,
        &file,
        name,
    )?)
}

/// Reads the file, or standard input where the path is `-`.
pub fn read_or_stdin(path: &Path, name: Option<&str>, stdin: &mut dyn Read) -> Result<SettingsFile, Error> {
    let file = input::name(path);
    let text = decode(input::bytes(path, stdin)?, &file)?;
    if input::is_stdin(path) && text.trim().is_empty() {
        return Err(Error::EmptyStdin);
    }
    Ok(SettingsFile::from_text(&text, &file, name)?)
}
