//! Prints the schema.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(settings_schema::document()?.as_bytes())
}
