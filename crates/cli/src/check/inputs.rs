//! The files that MANIFEST names: files, directories, standard input.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use checker::manifests::metadata;
use walkdir::{DirEntry, WalkDir};

use crate::check::manifest::{Found, Manifest, Unreadable};
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
/// Standard input is named twice, or is empty: then something went wrong in the pipe. The namespace cannot be one.
pub fn read(paths: &[PathBuf], namespace: Option<&str>, stdin: &mut dyn Read) -> Result<Found, Error> {
    if paths.is_empty() {
        return Err(Error::NoManifest);
    }
    if paths.iter().filter(|path| input::is_stdin(path)).count() > 1 {
        return Err(Error::StdinTwice);
    }
    if let Some(namespace) = namespace.filter(|namespace| !metadata::is_label(namespace)) {
        return Err(Error::Argument {
            argument: namespace.to_owned(),
            reason: "not the name of a namespace: at most 63 of a-z, 0-9 and -".to_owned(),
        });
    }
    let mut found = Found::default();
    for path in paths {
        if input::is_stdin(path) {
            let text = decode(input::bytes(path, stdin)?, input::STDIN)?;
            if text.trim().is_empty() {
                return Err(Error::EmptyStdin);
            }
            extend(&mut found, reader::read(&text, &shown(path)));
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

/// The path in reports: code scanning finds no file whose path begins with `./`.
pub(crate) fn shown(path: &Path) -> String {
    let plain: PathBuf = path
        .components()
        .filter(|component| *component != Component::CurDir)
        .collect();
    // Else it is the directory itself, or would be taken for standard input.
    let is_plain = !plain.as_os_str().is_empty() && !input::is_stdin(&plain);
    let path = if is_plain { &plain } else { path };
    path.display().to_string()
}

fn unreadable(path: &Path, reason: String, found: &mut Found) {
    found.faults.push(Unreadable {
        place: Place::of_file(&shown(path)),
        reason,
    });
}

/// Lists what is not judged.
fn passed_over(path: &Path, why: &str, found: &mut Found) {
    found.manifests.push(Manifest {
        warnings: vec![why.to_owned()],
        ..Manifest::untyped(Place::of_file(&shown(path)))
    });
}

fn file(path: &Path, found: &mut Found) {
    let name = shown(path);
    match input::file(path).and_then(|bytes| Ok(decode(bytes, &name)?)) {
        Ok(text) if text.trim().is_empty() => passed_over(path, "the file is empty", found),
        Ok(text) => extend(found, reader::read(&text, &name)),
        Err(error) => unreadable(path, error.reason(), found),
    }
}

/// All files of a directory and of those below it, by name, as `kubectl -R -f` takes them: hidden ones too, but no directory
/// behind a link.
fn directory(root: &Path, found: &mut Found) {
    let before = found.count();
    for entry in WalkDir::new(root).sort_by_file_name() {
        match entry {
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                unreadable(&path, format!("cannot be read: {error}"), found);
            }
            Ok(entry) => in_directory(&entry, found),
        }
    }
    if found.count() == before {
        unreadable(
            root,
            "the directory holds no .yaml, .yml or .json file".to_owned(),
            found,
        );
    }
}

fn in_directory(entry: &DirEntry, found: &mut Found) {
    let path = entry.path();
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    let is_manifest = suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix));
    let kind = match entry.file_type() {
        kind if kind.is_symlink() => match fs::metadata(path) {
            Ok(target) => target.file_type(),
            Err(error) => return unreadable(path, format!("a broken link: {error}"), found),
        },
        kind => kind,
    };
    if entry.depth() == 0 || kind.is_dir() && !entry.file_type().is_symlink() {
        return;
    }
    if kind.is_dir() {
        let why = "a link to a directory, which kubectl does not follow: give the directory itself";
        passed_over(path, why, found);
    } else if kind.is_file() && is_manifest {
        file(path, found);
    } else if !kind.is_file() && is_manifest {
        unreadable(path, "not a regular file".to_owned(), found);
    } else if !kind.is_file() {
        passed_over(path, "neither a file nor a directory", found);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::shown;

    #[test]
    fn paths_in_reports_are_plain() {
        for (path, expected) in [
            ("./a.yaml", "a.yaml"),
            ("././a/./b.yaml", "a/b.yaml"),
            ("a//b.yaml", "a/b.yaml"),
            ("/a/./b", "/a/b"),
            ("../a", "../a"),
            (".", "."),
            ("./", "./"),
            ("./-", "./-"),
            ("-", "-"),
            ("./.a/b", ".a/b"),
        ] {
            assert_eq!(shown(Path::new(path)), expected);
        }
    }
}
