//! The folders of the repository.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders below, without hidden ones and without what is built or installed there.
fn folders(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_str().unwrap();
            !name.starts_with('.') && !["target", "node_modules"].contains(&name)
        })
        .map(|entry| entry.path())
        .collect()
}

#[test]
fn ten_folders_at_most_are_at_the_top() {
    let folders = folders(&root());
    assert!((5..=10).contains(&folders.len()), "{folders:?}");
}

/// Flux leaves them out of its archives, and Git on Windows writes text files in their place.
#[test]
fn there_is_no_symbolic_link() {
    let mut links = Vec::new();
    let mut files = 0_usize;
    let mut left = vec![root()];
    while let Some(directory) = left.pop() {
        left.extend(folders(&directory));
        for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            let kind = entry.file_type().unwrap();
            files = files.saturating_add(usize::from(kind.is_file()));
            // `policy.wasm` and the like at the top are made by people and make.
            if kind.is_symlink() && directory != root() {
                links.push(entry.path());
            }
        }
    }
    assert_eq!(links, Vec::<PathBuf>::new());
    assert!(files > 300, "only {files} files were found");
}

/// A file that is longer has more than one noun in it. Tests may be as long as what they try.
#[test]
fn no_file_is_longer_than_300_lines() {
    let mut left = vec![root()];
    let (mut files, mut long) = (0_usize, Vec::new());
    while let Some(directory) = left.pop() {
        let tests = directory.ends_with("tests");
        left.extend(folders(&directory).into_iter().filter(|_| !tests));
        for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let is_code = path.extension().is_some_and(|extension| extension == "rs");
            if tests || !is_code || path.ends_with("tests.rs") {
                continue;
            }
            files = files.saturating_add(1);
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > 300 {
                long.push((path, lines));
            }
        }
    }
    assert_eq!(long, []);
    assert!(files > 200, "only {files} files were found");
}
