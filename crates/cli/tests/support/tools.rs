//! The tools that tests ask.

use std::env;
use std::ffi::OsString;
use std::path::Path;

/// The kubectl that `KUBECTL` names, the one on the `PATH`, or the one that make has installed.
pub(crate) fn kubectl() -> OsString {
    if let Some(named) = env::var_os("KUBECTL").filter(|named| !named.is_empty()) {
        return named;
    }
    tool("kubectl")
}

/// The program on the `PATH`, or the one that make has installed.
pub(crate) fn tool(name: &str) -> OsString {
    let paths = env::var_os("PATH").unwrap_or_default();
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let installed = above.map(|directory| directory.join("target/tools").join(name));
    env::split_paths(&paths)
        .map(|directory| directory.join(name))
        .chain(installed)
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| panic!("no {name}: put it on the PATH, or run `make tools`, which installs it"))
        .into_os_string()
}
