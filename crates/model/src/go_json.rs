//! What Go's `encoding/json` makes of a text: the grammar, the nesting it bears, the strings it reads, and which keys
//! it takes for which. Held against Go itself by the answers in `go/answers.json`.

/// How deep Go lets lists and objects nest.
const DEPTH: usize = 10_000;

/// A value, by its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

/// The text as one JSON value; `None` where Go refuses it.
#[must_use]
pub fn parse(text: &str) -> Option<Json<'_>> {
    let start = skip_space(text, 0);
    let end = skip_value(text, start)?;
    (skip_space(text, end) == text.len()).then(|| Json(&text[start..end]))
}

impl<'a> Json<'a> {
    /// The text as it stands.
    #[must_use]
    pub const fn text(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// A boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A string, as Go reads it: a lone surrogate becomes U+FFFD.
    #[must_use]
    pub fn as_string(self) -> Option<String> {
        self.0.starts_with('"').then(|| unescape(self.0))
    }

    /// Whether a string holds a lone surrogate.
    #[must_use]
    pub fn has_lone_surrogate(self) -> bool {
        units(self.0).is_err()
    }

    /// The elements of a list.
    #[must_use]
    pub fn as_list(self) -> Option<Vec<Json<'a>>> {
        let items = self.items('[')?;
        Some(items.into_iter().map(|(_, value)| value).collect())
    }

    /// The members of an object, in their order.
    #[must_use]
    pub fn as_object(self) -> Option<Vec<(Json<'a>, Json<'a>)>> {
        self.items('{')
    }

    /// The elements with what is before each, which is its key in an object and itself in a list.
    fn items(self, open: char) -> Option<Vec<(Json<'a>, Json<'a>)>> {
        let text = self.0;
        if !text.starts_with(open) {
            return None;
        }
        let mut items = Vec::new();
        let mut at = skip_space(text, 1);
        while !text[at..].starts_with([']', '}']) {
            let end = skip_value(text, at)?;
            let key = Json(&text[at..end]);
            let mut value = key;
            at = skip_space(text, end);
            if open == '{' {
                let start = skip_space(text, at + 1);
                at = skip_value(text, start)?;
                value = Json(&text[start..at]);
                at = skip_space(text, at);
            }
            items.push((key, value));
            if text[at..].starts_with(',') {
                at = skip_space(text, at + 1);
            }
        }
        Some(items)
    }
}

/// Whether Go takes `key` for the field `field`: letter by letter, by simple case folding.
#[must_use]
pub fn same_field(key: &str, field: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(field.chars().map(fold))
}

fn skip_space(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()
}

/// Where the value that begins at `at` ends.
fn skip_value(text: &str, mut at: usize) -> Option<usize> {
    // The closing brackets that are awaited. A loop, not a recursion: the nesting is the text's choice.
    let mut open: Vec<char> = Vec::new();
    loop {
        // A value begins here.
        let rest = &text[at..];
        let mut opened = false;
        match rest.chars().next()? {
            '"' => at = skip_string(text, at)?,
            c @ ('[' | '{') => {
                open.push(if c == '[' { ']' } else { '}' });
                if open.len() > DEPTH {
                    return None;
                }
                at = skip_space(text, at + 1);
                opened = true;
            }
            'n' => at += rest.starts_with("null").then_some(4)?,
            't' => at += rest.starts_with("true").then_some(4)?,
            'f' => at += rest.starts_with("false").then_some(5)?,
            _ => at = skip_number(text, at)?,
        }
        // What follows it: closing brackets, then the end, a comma, or the first element of what was opened.
        loop {
            let Some(close) = open.last() else {
                return Some(at);
            };
            if !opened {
                at = skip_space(text, at);
            }
            let rest = &text[at..];
            if rest.starts_with(*close) {
                open.pop();
                at += 1;
                opened = false;
                continue;
            }
            if !opened {
                at = skip_space(text, at + rest.starts_with(',').then_some(1)?);
            }
            if *close == '}' {
                text[at..].starts_with('"').then_some(())?;
                at = skip_space(text, skip_string(text, at)?);
                at = skip_space(text, at + text[at..].starts_with(':').then_some(1)?);
            }
            break;
        }
    }
}

fn skip_string(text: &str, at: usize) -> Option<usize> {
    let mut chars = text[at + 1..].char_indices();
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => return Some(at + 1 + index + 1),
            '\\' => match chars.next()?.1 {
                '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                'u' => {
                    for _ in 0..4 {
                        chars.next()?.1.is_ascii_hexdigit().then_some(())?;
                    }
                }
                _ => return None,
            },
            c if c < ' ' => return None,
            _ => {}
        }
    }
    None
}

fn skip_number(text: &str, at: usize) -> Option<usize> {
    let digits = |at: usize| {
        let rest = &text[at..];
        text.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len()
    };
    let start = at + usize::from(text[at..].starts_with('-'));
    let mut end = digits(start);
    if end == start || (text[start..].starts_with('0') && end != start + 1) {
        return None;
    }
    if text[end..].starts_with('.') {
        let fraction = end + 1;
        end = digits(fraction);
        (end != fraction).then_some(())?;
    }
    if text[end..].starts_with(['e', 'E']) {
        let exponent = end + 1 + usize::from(text[end + 1..].starts_with(['+', '-']));
        end = digits(exponent);
        (end != exponent).then_some(())?;
    }
    Some(end)
}

/// The text of a string that [`skip_string`] has read.
fn unescape(quoted: &str) -> String {
    match units(quoted) {
        Ok(text) | Err(text) => text,
    }
}

/// The text as UTF-16 reads it: `Err` where a lone surrogate was replaced.
fn units(quoted: &str) -> Result<String, String> {
    let mut units: Vec<u16> = Vec::new();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let mut chars = inner.unwrap_or_default().chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next().unwrap_or_default() {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let hex: String = chars.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&hex, 16).unwrap());
                    continue;
                }
                other => other,
            },
            other => other,
        };
        units.extend(c.encode_utf16(&mut [0; 2]).iter());
    }
    String::from_utf16(&units).map_err(|_| String::from_utf16_lossy(&units))
}
