//! Text that others wrote, made safe for a terminal and for a log that a workflow runner reads.

/// On one line, with control characters and characters that turn the direction of writing escaped. A runner takes a line that
/// begins with `::`, or that holds `##[` or `##vso[`, for a command: there a character is escaped too, as after a space,
/// where a line may be broken. What is escaped already stays as it is.
#[must_use]
pub fn one_line(text: &str) -> String {
    // Log lines go through here inside what `make bench` measures: one buffer for all of it.
    let mut line = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let begins_command = match c {
            ':' => before == ' ' && rest.peek() == Some(&':'),
            '#' => rest.peek() == Some(&'#'),
            _ => false,
        };
        match c {
            c if begins_command => line.extend(c.escape_unicode()),
            ' '..='~' => line.push(c),
            // Everything that cannot be seen, or that changes what is around it.
            other => line.extend(other.escape_debug()),
        }
        before = c;
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
    fn what_could_command_a_runner_is_escaped() {
        assert_eq!(one_line("::error::x ::y a::b"), r"\u{3a}:error::x \u{3a}:y a::b");
        assert_eq!(one_line("a ##[group]"), r"a \u{23}#[group]");
        assert_eq!(one_line("###vso[x]"), r"\u{23}\u{23}#vso[x]");
        let escaped = one_line("a ::b ##[c]");
        assert_eq!(one_line(&escaped), escaped);
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let text = r#"a "b" 'c' \n \u{1b} äöü 日本 … : # a: b"#;
        assert_eq!(one_line(text), text);
    }
}
