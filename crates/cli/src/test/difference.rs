//! What one list of lines has and another lacks.

use std::collections::HashMap;

/// The lines that `others` lacks, in their order; a line that is there twice must be in `others` twice.
pub(super) fn without(lines: &[String], others: &[String]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in others {
        let count = counts.entry(line).or_default();
        *count = count.saturating_add(1);
    }
    let is_missing = |line: &&String| match counts.get_mut(line.as_str()) {
        Some(count) if *count > 0 => {
            *count = count.saturating_sub(1);
            false
        }
        _ => true,
    };
    lines.iter().filter(is_missing).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn each_line_counts() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
        assert_eq!(without(&lines("a b a"), &lines("a c")), ["b", "a"]);
        assert_eq!(without(&lines("a"), &lines("a a")), [""; 0]);
    }
}
