//! Lists of names that stay readable.

/// How many are named.
const NAMED: usize = 5;

/// The first of them, and how many more there are.
pub(crate) fn some_of(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let named = named.join(", ");
    match more {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
