//! YAML: the tree of one document, aliases and merge keys resolved as kubectl does it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};

use std::rc::Rc;

use libyaml_safer::{Error, Event, EventData, Mark, Parser, ScalarStyle};

use super::budget::Budget;
use super::folds::Folds;
use super::marks::{Marks, STRAY_MARK};
use super::merge;
use super::node::{Content, DEPTH, Entry, Fault, Node, Position};
use super::scalar;
use super::tagged::{collection, scalar_node};
use super::text::MARK;

/// Why there may be no second document without `---` in a line above it.
const UNSEEN: &str =
    "kubectl reads only the first document, up to a line with ---: write --- above the next one";

/// Reads the documents of `text`, whose first line is line `above + 1` of the file. Up to the first fault: the parser cannot
/// go on after one. What kubectl does not read of it is a fault.
pub(super) fn documents(text: &str, above: usize, budget: &mut Budget) -> Vec<Result<Node, Fault>> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    if text.starts_with(MARK) {
        let line = above.saturating_add(1);
        return vec![Err(Fault {
            at: Position { line, column: 1 },
            message: STRAY_MARK.to_owned(),
        })];
    }
    // kubectl ends the last line as well.
    let text = match text.ends_with('\n') {
        true => Cow::from(text),
        false => Cow::from(format!("{text}\n")),
    };
    let mut documents = Vec::new();
    // The parser panics on a few broken texts.
    let read = panic::catch_unwind(AssertUnwindSafe(|| read(&text, above, budget, &mut documents)));
    if read.is_err() {
        documents.push(Err(Fault {
            at: Position {
                line: above.saturating_add(1),
                column: 1,
            },
            message: "cannot be parsed".to_owned(),
        }));
    }
    documents
}

fn read(text: &str, above: usize, budget: &mut Budget, documents: &mut Vec<Result<Node, Fault>>) {
    // kubectl's parser is a port of libyaml as well: it takes the same texts.
    let mut parser = Parser::new();
    parser.set_input(text.as_bytes());
    let mut reader = Reader {
        parser,
        above,
        anchors: HashMap::new(),
        marks: Marks::of(text),
        text,
        budget,
        depth: 0,
    };
    let mut is_first = true;
    while let Some(document) = reader.document().transpose() {
        let is_fault = document.is_err();
        if !is_first {
            let at = match &document {
                Ok(node) => node.at,
                Err(fault) => fault.at,
            };
            let message = UNSEEN.to_owned();
            documents.push(Err(Fault { at, message }));
        }
        if is_first || !is_fault {
            documents.push(document);
        }
        is_first = false;
        if is_fault {
            return;
        }
    }
}

struct Reader<'t, 'b> {
    parser: Parser<&'t [u8]>,
    above: usize,
    marks: Marks,
    text: &'t str,
    /// The values that have an anchor; `None` while such a value is being read.
    anchors: HashMap<String, Option<Node>>,
    budget: &'b mut Budget,
    depth: usize,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<Option<Node>, Fault> {
        loop {
            let event = self.event()?;
            match event.data {
                EventData::StreamEnd => return Ok(None),
                EventData::StreamStart { .. }
                | EventData::DocumentStart { .. }
                | EventData::DocumentEnd { .. } => self.anchors.clear(),
                _ => return self.node(event),
            }
        }
    }

    fn event(&mut self) -> Result<Event, Fault> {
        let (event, stray) = match self.parser.parse() {
            Ok(event) => {
                let stray = self.marks.outside_quotes(&event);
                (Ok(event), stray)
            }
            // More often than not the mark is the reason.
            Err(error) => (Err(self.syntax(&error)), self.marks.first()),
        };
        match stray {
            None => event,
            Some(at) => Err(Fault {
                at: Position {
                    line: at.line.saturating_add(self.above),
                    ..at
                },
                message: STRAY_MARK.to_owned(),
            }),
        }
    }

    /// The value that begins with the event; `None` at the end of what it would be in.
    fn node(&mut self, event: Event) -> Result<Option<Node>, Fault> {
        let at = self.position(event.start_mark);
        let folds = Folds::of(self.text, &event);
        let (node, anchor) = match event.data {
            EventData::Scalar {
                anchor,
                tag,
                value,
                style,
                ..
            } => {
                let node = scalar_node(at, &value, style, tag.as_deref());
                (Node { folds, ..node }, anchor)
            }
            EventData::SequenceStart { anchor, tag, .. } => {
                self.begin(anchor.as_ref(), at)?;
                let mut items = Vec::new();
                loop {
                    let event = self.event()?;
                    match self.node(event)? {
                        Some(item) => items.push(item),
                        None => break,
                    }
                }
                self.depth = self.depth.saturating_sub(1);
                (
                    collection(at, Content::List(Rc::new(items)), tag.as_deref(), "seq"),
                    anchor,
                )
            }
            EventData::MappingStart { anchor, tag, .. } => {
                self.begin(anchor.as_ref(), at)?;
                let entries = self.entries()?;
                self.depth = self.depth.saturating_sub(1);
                (
                    collection(at, Content::Mapping(Rc::new(entries)), tag.as_deref(), "map"),
                    anchor,
                )
            }
            EventData::Alias { anchor } => (self.alias(at, &anchor)?, None),
            _ => return Ok(None),
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        Ok(Some(node))
    }

    /// A list or a mapping begins.
    fn begin(&mut self, anchor: Option<&String>, at: Position) -> Result<(), Fault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            let message = format!("nested too deeply: more than {DEPTH} levels");
            return Err(Fault { at, message });
        }
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.clone(), None);
        }
        Ok(())
    }

    fn entries(&mut self) -> Result<Vec<Entry>, Fault> {
        let mut entries = Vec::new();
        let mut has_merged = false;
        loop {
            let event = self.event()?;
            let at = self.position(event.start_mark);
            let is_plain = matches!(
                &event.data,
                EventData::Scalar {
                    style: ScalarStyle::Plain,
                    anchor: None,
                    tag: None,
                    ..
                }
            );
            let Some(key) = self.node(event)? else {
                return Ok(entries);
            };
            let merges = (key.as_str() == Some(merge::KEY)).then_some(is_plain);
            let Some(value) = self.value(merges)? else {
                return Ok(entries);
            };
            match merges {
                None => entries.push(entry(key, value)),
                Some(true) if !has_merged => {
                    has_merged = true;
                    merge::into(&mut entries, at, value);
                }
                Some(is_plain) => entries.push(Entry {
                    fault: Some(if is_plain { merge::TWICE } else { merge::NOT_PLAIN }.into()),
                    ..entry(key, value)
                }),
            }
        }
    }

    /// The value of a key. What `<<` merges must be written there if it is a list: kubectl follows no alias to one.
    fn value(&mut self, merges: Option<bool>) -> Result<Option<Node>, Fault> {
        let event = self.event()?;
        let is_alias = matches!(event.data, EventData::Alias { .. });
        let value = self.node(event)?;
        Ok(value.map(|node| match &node.content {
            Content::List(_) if merges.is_some() && is_alias => Node {
                fault: Some(merge::LIST_BY_ALIAS.into()),
                ..node
            },
            _ => node,
        }))
    }

    fn alias(&mut self, at: Position, anchor: &str) -> Result<Node, Fault> {
        let fault = |message: &str| Fault {
            at,
            message: message.to_owned(),
        };
        let node = match self.anchors.get(anchor) {
            Some(Some(node)) => node,
            Some(None) => return Err(fault("an alias to the value that it is part of")),
            None => return Err(fault("unknown anchor")),
        };
        self.budget
            .spend(node.weight())
            .ok_or_else(|| fault("too many values through aliases"))?;
        Ok(node.clone())
    }

    fn position(&self, mark: Mark) -> Position {
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
        Position {
            line: number(mark.line).saturating_add(self.above),
            column: number(mark.column),
        }
    }

    fn syntax(&self, error: &Error) -> Fault {
        Fault {
            at: self.position(error.problem_mark().unwrap_or_default()),
            message: match error.context() {
                Some(context) => format!("{}, {context}", error.problem()),
                None => error.problem().to_owned(),
            },
        }
    }
}

fn entry(key: Node, value: Node) -> Entry {
    let (text, fault) = match (&key.fault, &key.content) {
        (Some(fault), _) => (String::new(), Some(fault.clone())),
        (None, Content::Scalar(value)) => match scalar::key(value) {
            Ok(text) => (text, None),
            Err(why) => (String::new(), Some(why.into())),
        },
        (None, Content::List(_)) => (String::new(), Some("a list cannot be a key".into())),
        (None, Content::Mapping(_)) => (String::new(), Some("a mapping cannot be a key".into())),
    };
    Entry {
        key: text,
        at: key.at,
        fault,
        is_merged: false,
        value,
    }
}
