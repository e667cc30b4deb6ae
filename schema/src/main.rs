//! Prints a schema: settings, annotation or policy.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    io::stdout().write_all(settings_schema::document(&name)?.as_bytes())
}
