//! No files that use each other in a circle. A folder's own file (`mod.rs`, `foo.rs` beside `foo/`) is its face: it and what is
//! below it may use each other.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a helper fails its test by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The names of the modules from the crate's root on.
type Module = Vec<String>;

/// By module, those that it uses.
type Uses = BTreeMap<Module, BTreeSet<Module>>;

fn files_below(directory: &Path, below: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => files_below(&path, below),
            path if path.extension().is_some_and(|extension| extension == "rs") => below.push(path),
            _ => {}
        }
    }
}

/// The modules of a crate with their texts, by the files below its `src`. `lib.rs` and `main.rs` are its face.
fn modules(source: &Path) -> BTreeMap<Module, String> {
    let mut files = Vec::new();
    files_below(source, &mut files);
    let mut modules: BTreeMap<Module, String> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(source).unwrap().with_extension("");
        let mut module: Module = inside
            .iter()
            .map(|name| name.to_str().unwrap().to_owned())
            .collect();
        let is_face = |name: &str| ["lib", "main", "mod"].contains(&name);
        module.pop_if(|name| is_face(name));
        let text = fs::read_to_string(&file).unwrap();
        // Tests may use what uses what they try.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        modules.entry(module).or_default().push_str(code);
    }
    modules
}

/// The paths that a list such as `a::{b, c::{d, e}}` means.
fn expanded(list: &str) -> Vec<String> {
    let Some(open) = list.find('{') else {
        return vec![list.split(" as ").next().unwrap().trim().to_owned()];
    };
    let (before, inside) = (list[..open].trim(), &list[open + 1..list.rfind('}').unwrap()]);
    let (mut depth, mut begin, mut items) = (0, 0, Vec::new());
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                items.push(&inside[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    items.push(&inside[begin..]);
    let items = items.into_iter().filter(|item| !item.trim().is_empty());
    items
        .flat_map(expanded)
        .map(|item| format!("{before}{item}"))
        .collect()
}

/// The modules that are named in the text of one.
fn used(module: &Module, text: &str, modules: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let listed = Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);").unwrap();
    let inline = Regex::new(r"\b(?:crate|super|self)(?:::[a-z_0-9]+)+").unwrap();
    let mut paths: Vec<String> = listed
        .captures_iter(&code)
        .flat_map(|found| expanded(&found[1]))
        .collect();
    paths.extend(inline.find_iter(&code).map(|found| found.as_str().to_owned()));
    let mut used = BTreeSet::new();
    for path in paths {
        let mut at = module.clone();
        for (number, name) in path.split("::").map(str::trim).enumerate() {
            match name {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                // Of this module a child, or a crate.
                name => {
                    at.push(name.to_owned());
                    if number == 0 && !modules.contains_key(&at) {
                        break;
                    }
                }
            }
        }
        while !modules.contains_key(&at) {
            at.pop();
        }
        if !at.starts_with(module) && !module.starts_with(&at) {
            used.insert(at);
        }
    }
    used
}

/// A circle, if there is one.
fn circle(uses: &Uses) -> Option<Vec<Module>> {
    fn visit(module: &Module, uses: &Uses, done: &mut BTreeSet<Module>, way: &mut Vec<Module>) -> bool {
        if let Some(begin) = way.iter().position(|before| before == module) {
            way.drain(..begin);
            return true;
        }
        if !done.contains(module) {
            way.push(module.clone());
            if uses
                .get(module)
                .is_some_and(|used| used.iter().any(|next| visit(next, uses, done, way)))
            {
                return true;
            }
            way.pop();
            done.insert(module.clone());
        }
        false
    }
    let mut done = BTreeSet::new();
    let mut way = Vec::new();
    uses.keys()
        .any(|module| visit(module, uses, &mut done, &mut way))
        .then_some(way)
}

fn uses(modules: &BTreeMap<Module, String>) -> Uses {
    modules
        .iter()
        .map(|(module, text)| (module.clone(), used(module, text, modules)))
        .collect()
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = vec![root.join("src")];
    let crates = fs::read_dir(root.join("crates")).unwrap();
    sources.extend(crates.map(|entry| entry.unwrap().path().join("src")));
    let mut count = 0;
    for source in sources.iter().filter(|source| source.is_dir()) {
        let uses = uses(&modules(source));
        count += uses.values().map(BTreeSet::len).sum::<usize>();
        assert_eq!(circle(&uses), None, "{}", source.display());
    }
    assert!(count > 800, "only {count} were found");
}

#[test]
fn a_circle_is_found() {
    let texts = [
        ("", "mod a;"),
        ("a", "use super::b::{\n    x::Y,\n    Z,\n};"),
        ("b", "pub(crate) use crate::c::D as E;"),
        ("c", "fn f() { super::a::g() }"),
        ("d", "use self::e::F;\nuse serde::a;\n// use crate::a;"),
        ("d::e", "use super::super::a::H;"),
    ];
    let module = |path: &str| -> Module {
        path.split("::")
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let modules: BTreeMap<Module, String> = texts
        .iter()
        .map(|(path, text)| (module(path), (*text).to_owned()))
        .collect();
    let uses = uses(&modules);
    let expected = ["a", "b", "c"].map(module).to_vec();
    assert_eq!(circle(&uses), Some(expected));
    assert_eq!(uses[&module("d")], BTreeSet::new());
    assert_eq!(uses[&module("d::e")], BTreeSet::from([module("a")]));
}
