//! The file with the settings that VMs are judged by, if not the cluster's own.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use checker::reading::text::decode;
use checker::settings::file::SettingsFile;

use crate::Error;
use crate::input;

/// How long the file may be: longer than any list of policies, and `/dev/zero` is none.
const MEBIBYTES: u64 = 8;

/// Reads the file. With several policies in it, `name` is the one that is meant.
pub(super) fn read(path: &Path, name: Option<&str>) -> Result<SettingsFile, Error> {
    if input::is_stdin(path) {
        return Err(Error::SettingsOnStdin);
    }
    let file = input::name(path);
    let bytes = bytes(path).map_err(|source| Error::Read {
        file: file.clone(),
        source,
    })?;
    Ok(SettingsFile::from_text(&decode(bytes, &file)?, &file, name)?)
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let most = MEBIBYTES << 20;
    let mut bytes = Vec::new();
    // One byte more gives a longer one away.
    File::open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        true => Ok(bytes),
        false => Err(io::Error::other(format!("longer than {MEBIBYTES} MiB"))),
    }
}
