//! Writes the schemas into their files, below the current directory.

use std::fs;
use std::io;

use settings_schema::{DOCUMENTS, document};

fn main() -> io::Result<()> {
    for (name, file) in DOCUMENTS {
        fs::write(file, document(name)?)?;
    }
    Ok(())
}
