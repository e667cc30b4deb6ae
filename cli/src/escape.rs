//! Text that others wrote, made safe for a terminal.

/// On one line, with control characters and characters that turn the direction of writing escaped. What is escaped
/// already stays as it is.
#[must_use]
pub fn one_line(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\'' | '\\' => c.to_string(),
        // Everything that cannot be seen, or that changes what stands around it.
        other => other.escape_debug().to_string(),
    };
    text.chars().map(escape).collect()
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
