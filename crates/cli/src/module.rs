//! The policy module on disk.

use std::path::Path;

use crate::Error;
use crate::input;
use host::{Engine, LogSink};

/// Reads and compiles the module (`file://` may be before its path). Its log lines go to `log`.
pub fn load(path: &Path, log: LogSink) -> Result<Engine, Error> {
    let path = match path.to_str().and_then(|uri| uri.strip_prefix("file://")) {
        Some(path) => Path::new(path),
        None => path,
    };
    let wasm = input::file(path)?;
    Engine::with_log(&wasm, log).map_err(|source| Error::Module {
        file: path.display().to_string(),
        source,
    })
}
