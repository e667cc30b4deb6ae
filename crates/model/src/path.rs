//! A path is the list of its elements.

/// The elements of a path, no matter whether it may be used.
#[must_use]
pub fn elements(text: &str) -> Vec<String> {
    text.split('/')
        .filter(|element| !matches!(*element, "" | "."))
        .map(str::to_owned)
        .collect()
}

/// The elements of a path that may be used on the node.
#[must_use]
pub fn on_node(text: &str) -> Option<Vec<String>> {
    let elements = elements(text);
    let usable = text.starts_with('/')
        && text.len() <= 4095
        && text.trim() == text
        // Of what is left as well: "/a /" would be cleaned to what may not be used.
        && elements.last().is_none_or(|last| last.trim_end() == last)
        && !text.contains(|c: char| c == '\\' || c.is_control())
        && !elements.contains(&"..".to_owned());
    usable.then_some(elements)
}

/// The elements of a path that may be used in a container.
#[must_use]
pub fn in_container(text: &str) -> Option<Vec<String>> {
    on_node(text).filter(|_| !text.contains(':'))
}

/// Whether `path` is `other` or is below it.
#[must_use]
pub fn at_or_below(path: &[String], other: &[String]) -> bool {
    path.starts_with(other)
}

/// Whether `path` is below `other` and is not `other` itself.
#[must_use]
pub fn below(path: &[String], other: &[String]) -> bool {
    path != other && path.starts_with(other)
}

/// The path that these elements make.
#[must_use]
pub fn text(elements: &[String]) -> String {
    format!("/{}", elements.join("/"))
}
