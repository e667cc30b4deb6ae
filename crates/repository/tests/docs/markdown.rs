//! Reads the Markdown files of the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use rstest::rstest;

/// A Markdown file.
#[derive(Default)]
pub(crate) struct Document {
    /// Its path from the root of the repository.
    pub(crate) name: String,
    pub(crate) blocks: Vec<Block>,
    /// The destinations of links and pictures.
    pub(crate) links: Vec<String>,
    /// What can be behind a `#` in a link to this file.
    pub(crate) anchors: BTreeSet<String>,
    /// Code within text.
    pub(crate) code: Vec<String>,
}

/// A block of code.
pub(crate) struct Block {
    /// Where it begins, as `README.md:7`.
    pub(crate) place: String,
    /// The word behind the fence; empty if there is none.
    pub(crate) language: String,
    pub(crate) text: String,
    /// What `<!-- needs: … -->`, directly above the block, says.
    pub(crate) needs: Option<String>,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// Every Markdown file, sorted by name.
pub(crate) fn documents() -> Vec<Document> {
    let mut names = Vec::new();
    collect(&root(), &mut names);
    names.sort();
    names.iter().map(|path| read(path)).collect()
}

/// The Markdown files below `directory`, but for what is built and installed there.
fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if !["target", "node_modules", ".git"]
                .iter()
                .any(|skipped| name == *skipped)
            {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Document {
    let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
    parse(name, &fs::read_to_string(path).unwrap())
}

pub(crate) fn parse(name: &str, text: &str) -> Document {
    let mut document = Document {
        name: name.to_owned(),
        ..Document::default()
    };
    let mut slugs = BTreeMap::new();
    let mut heading: Option<String> = None;
    let mut block: Option<Block> = None;
    let mut comment = None;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Html(html) => comment = needs(&html).map(str::to_owned),
            Event::Start(Tag::CodeBlock(kind)) => {
                let line = text
                    .get(..range.start)
                    .unwrap()
                    .matches('\n')
                    .count()
                    .saturating_add(1);
                block = Some(Block {
                    place: format!("{name}:{line}"),
                    language: match kind {
                        CodeBlockKind::Fenced(language) => language.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    },
                    text: String::new(),
                    needs: comment.take(),
                });
            }
            Event::End(TagEnd::CodeBlock) => document.blocks.extend(block.take()),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                document
                    .anchors
                    .insert(anchor(&heading.take().unwrap(), &mut slugs));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                comment = None;
                document.links.push(dest_url.to_string());
            }
            Event::Text(part) => {
                if let Some(block) = &mut block {
                    block.text.push_str(&part);
                } else if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
                comment = None;
            }
            Event::Code(code) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&code);
                }
                document.code.push(code.to_string());
            }
            _ => {}
        }
    }
    document
}

/// What the comment says that the block below it needs.
fn needs(html: &str) -> Option<&str> {
    html.trim().strip_prefix("<!-- needs: ")?.strip_suffix(" -->")
}

/// As GitHub makes it of a heading: letters, digits, `-` and `_`, numbered where it is duplicated.
fn anchor(heading: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let slug: String = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    let count = seen.entry(slug.clone()).or_default();
    let anchor = if *count == 0 {
        slug
    } else {
        format!("{slug}-{count}")
    };
    *count = count.saturating_add(1);
    anchor
}

#[rstest]
#[case::words("Try it", "try-it")]
#[case::punctuation("`/audit`, and why: 1.2", "audit-and-why-12")]
#[case::dash("roll-out_now", "roll-out_now")]
fn anchors_are_those_of_github(#[case] heading: &str, #[case] expected: &str) {
    assert_eq!(anchor(heading, &mut BTreeMap::new()), expected);
}

#[test]
fn a_document_is_taken_apart() {
    let text = "# A\n\n[x](y.md#z) `code`\n\n<!-- needs: cluster -->\n```sh\nls\n```\n\n\
                1. item\n\n   ```console\n   $ ls\n   a\n   ```\n\n# A\n";
    let document = parse("d.md", text);
    assert_eq!(document.links, ["y.md#z"]);
    assert_eq!(document.code, ["code"]);
    assert_eq!(
        document.anchors,
        BTreeSet::from(["a".to_owned(), "a-1".to_owned()])
    );
    let blocks: Vec<_> = document
        .blocks
        .iter()
        .map(|block| {
            (
                block.place.as_str(),
                block.language.as_str(),
                block.text.as_str(),
                block.needs.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        blocks,
        [
            ("d.md:6", "sh", "ls\n", Some("cluster")),
            ("d.md:12", "console", "$ ls\na\n", None),
        ]
    );
}

/// Text between the comment and the block: the comment says nothing about the block.
#[test]
fn a_mark_holds_for_the_block_below_it_only() {
    let document = parse("d.md", "<!-- needs: cluster -->\ntext\n\n```sh\nls\n```\n");
    let needs: Vec<_> = document.blocks.iter().map(|block| block.needs.clone()).collect();
    assert_eq!(needs, [None]);
}
