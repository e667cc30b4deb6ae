//! Lists of names that stay readable, and small.

/// How many are named.
const NAMED: usize = 5;

/// The first of them, and how many more there are.
pub(crate) fn some_of(names: &[String]) -> String {
    let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    text(&named.join(", "), names.len().saturating_sub(NAMED))
}

fn text(named: &str, more: usize) -> String {
    match more {
        0 => named.to_owned(),
        more => format!("{named} and {more} more"),
    }
}

/// The first of many, of which a cluster may have any number: the others are only counted.
#[derive(Debug, Clone)]
pub(crate) struct Firsts<T> {
    first: Vec<T>,
    more: usize,
}

impl<T> Default for Firsts<T> {
    fn default() -> Self {
        Firsts {
            first: Vec::new(),
            more: 0,
        }
    }
}

impl<T> Firsts<T> {
    /// One more.
    pub(crate) fn push(&mut self, item: T) {
        match self.first.len() < NAMED {
            true => self.first.push(item),
            false => self.more = self.more.saturating_add(1),
        }
    }

    /// Those that are named.
    pub(crate) fn first(&self) -> &[T] {
        &self.first
    }

    /// How many are not.
    pub(crate) fn more(&self) -> usize {
        self.more
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.first.len().saturating_add(self.more)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

impl Firsts<String> {
    /// The first of them, and how many more there are.
    pub(crate) fn text(&self) -> String {
        text(&self.first.join(", "), self.more)
    }
}
