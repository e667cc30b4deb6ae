//! The files that the command reads, and standard input in place of one.

use std::fs;
use std::io::Read;
use std::path::Path;

pub(crate) use checker::reading::place::STDIN;

use crate::Error;

/// Whether the path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// What messages call the file.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) {
        STDIN.to_owned()
    } else {
        path.display().to_string()
    }
}

/// The bytes of the file, or of standard input where the path is `-`.
pub(crate) fn bytes(path: &Path, stdin: &mut dyn Read) -> Result<Vec<u8>, Error> {
    if !is_stdin(path) {
        return file(path);
    }
    let mut bytes = Vec::new();
    match stdin.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(source) => Err(Error::Read {
            file: name(path),
            source,
        }),
    }
}

/// The bytes of the file.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read {
        file: path.display().to_string(),
        source,
    })
}
