//! Fixtures: complete admission requests that cases share.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A directory of `<name>.json` files.
#[derive(Debug)]
pub(crate) struct Fixtures {
    pub(crate) dir: PathBuf,
}

/// One fixture, and the file it came from.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) file: PathBuf,
    pub(crate) request: Value,
}

impl Fixtures {
    /// Reads one. A name is lower case kebab, so that it never leaves the directory.
    pub(crate) fn read(&self, name: &str) -> Result<Fixture, String> {
        if !is_kebab(name) {
            return Err(format!("{name:?} is not a fixture name (lower case kebab)"));
        }
        let file = self.dir.join(format!("{name}.json"));
        let text = fs::read_to_string(&file).map_err(|e| format!("fixture {}: {e}", file.display()))?;
        let request = serde_json::from_str(&text).map_err(|e| format!("fixture {}: {e}", file.display()))?;
        Ok(Fixture { file, request })
    }
}

/// Whether `name` consists of words of `[a-z0-9]`, joined by single hyphens.
pub(crate) fn is_kebab(name: &str) -> bool {
    name.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::is_kebab;

    #[test]
    fn kebab_is_lower_case_words() {
        for good in ["a", "r1-accept-plain-pod", "launcher-2"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "../a", "a.b", "é"] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}
