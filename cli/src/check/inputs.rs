//! The files that MANIFEST names: files, directories, standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::check::manifest::{Found, Unreadable};
use crate::check::reader;
use crate::reading::place::Place;
use crate::reading::text::decode;
use crate::{Error, input};

/// What manifests in directories end in.
const SUFFIXES: [&str; 3] = ["yaml", "yml", "json"];

/// The objects of all files; those that name no namespace are in this one, if it is given. What cannot be read is noted beside
/// the others.
///
/// # Errors
/// Standard input is named twice, or is empty: then something went wrong in the pipe.
pub fn read(paths: &[PathBuf], namespace: Option<&str>, stdin: &mut dyn Read) -> Result<Found, Error> {
    if paths.is_empty() {
        return Err(Error::NoManifest);
    }
    if paths.iter().filter(|path| input::is_stdin(path)).count() > 1 {
        return Err(Error::StdinTwice);
    }
    let mut found = Found::default();
    for path in paths {
        if input::is_stdin(path) {
            let text = decode(input::bytes(path, stdin)?, input::STDIN)?;
            if text.trim().is_empty() {
                return Err(Error::EmptyStdin);
            }
            extend(&mut found, reader::read(&text, &path.display().to_string()));
        } else if path.is_dir() {
            directory(path, &mut found);
        } else {
            file(path, &mut found);
        }
    }
    if let Some(namespace) = namespace {
        for manifest in &mut found.manifests {
            manifest.default_namespace(namespace);
        }
    }
    Ok(found)
}

fn extend(found: &mut Found, more: Found) {
    found.manifests.extend(more.manifests);
    found.faults.extend(more.faults);
}

fn unreadable(path: &Path, reason: String, found: &mut Found) {
    found.faults.push(Unreadable {
        place: Place::of_file(&path.display().to_string()),
        reason,
    });
}

fn file(path: &Path, found: &mut Found) {
    let name = path.display().to_string();
    match input::file(path).and_then(|bytes| Ok(decode(bytes, &name)?)) {
        Ok(text) => extend(found, reader::read(&text, &name)),
        Err(error) => unreadable(path, error.reason(), found),
    }
}

/// All files of a directory and of those below it, by name; hidden ones aside.
fn directory(root: &Path, found: &mut Found) {
    let is_visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
    };
    let mut has_any = false;
    for entry in WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_visible)
    {
        match entry {
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                unreadable(&path, format!("cannot be read: {error}"), found);
            }
            Ok(entry) => {
                let path = entry.path();
                let suffix = path.extension().and_then(|suffix| suffix.to_str());
                let is_manifest = suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix));
                if is_manifest && path.is_file() {
                    has_any = true;
                    file(path, found);
                }
            }
        }
    }
    if !has_any {
        unreadable(
            root,
            "the directory holds no .yaml, .yml or .json file".to_owned(),
            found,
        );
    }
}
