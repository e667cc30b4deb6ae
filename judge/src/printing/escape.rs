//! Text that others wrote, made safe for a terminal.

/// On one line, with control characters and characters that turn the direction of writing escaped. What is escaped
/// already stays as it is.
#[must_use]
pub fn one_line(text: &str) -> String {
    // Log lines go through here inside what `make bench` measures: one buffer for all of it.
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => line.push(c),
            // Everything that cannot be seen, or that changes what is around it.
            other => line.extend(other.escape_debug()),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn what_could_fool_a_terminal_is_escaped() {
        assert_eq!(
            one_line("a\nb\t\u{1b}[0m\u{9b}1m\u{0}"),
            r"a\nb\t\u{1b}[0m\u{9b}1m\0"
        );
        assert_eq!(one_line("\u{202e}\u{2028}\u{feff}"), r"\u{202e}\u{2028}\u{feff}");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let text = r#"a "b" 'c' \n \u{1b} äöü 日本 …"#;
        assert_eq!(one_line(text), text);
    }
}
