//! The tables, in Markdown: printed after a run, and pasted into the documentation.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Error;
use crate::evaluation::STAGES;
use crate::figures::{Pair, Row, Run, Series};

/// The tables, each under the name that its place in the documentation has.
pub fn tables(run: &Run) -> Result<Vec<(&'static str, String)>, Error> {
    Ok(vec![
        ("ratios", ratios(run)?),
        ("stages", stages(run)?),
        ("instructions", counts(run)?),
        ("growth", growth(run)?),
    ])
}

/// Puts the tables between the markers `<!-- name -->` and `<!-- /name -->` of the document.
pub fn paste(tables: &[(&str, String)], document: &Path) -> Result<(), Error> {
    let mut text = fs::read_to_string(document)?;
    for (name, table) in tables {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let missing = || format!("{}: no place for {name}", document.display());
        let (head, rest) = text.split_once(&begin).ok_or_else(missing)?;
        let (_, tail) = rest.split_once(&end).ok_or_else(missing)?;
        text = format!("{head}{begin}\n{table}\n{end}{tail}");
    }
    Ok(fs::write(document, text)?)
}

fn ratios(run: &Run) -> Result<String, Error> {
    let mut table = String::new();
    writeln!(
        table,
        "| request | payload | floor | policy | ratio | to reach | reused instance |"
    )?;
    writeln!(table, "|---|--:|--:|--:|--:|--:|--:|")?;
    for row in &run.rows {
        let name = &row.subject.name;
        let payload = size(row.subject.payload_bytes);
        let Pair { floor, policy, .. } = &row.fresh;
        let limit = row
            .subject
            .limit
            .map(|limit| format!("{limit:.1}"))
            .unwrap_or_default();
        writeln!(
            table,
            "| {name} | {payload} | {} | {} | **{:.2}** | {limit} | {:.2} |",
            time(floor.total),
            time(policy.total),
            row.fresh.ratio(),
            row.reused.ratio(),
        )?;
    }
    Ok(table)
}

fn stages(run: &Run) -> Result<String, Error> {
    let mut table = String::new();
    writeln!(table, "| request | | {} | all |", STAGES.join(" | "))?;
    writeln!(table, "|---|---|{}--:|", "--:|".repeat(STAGES.len()))?;
    for Row { subject, fresh, .. } in &run.rows {
        let sides = [
            (subject.name.as_str(), "floor", &fresh.floor),
            ("", "policy", &fresh.policy),
        ];
        for (name, side, times) in sides {
            let stages: Vec<String> = times.stages.iter().copied().map(time).collect();
            writeln!(
                table,
                "| {name} | {side} | {} | {} |",
                stages.join(" | "),
                time(times.total)
            )?;
        }
    }
    Ok(table)
}

fn counts(run: &Run) -> Result<String, Error> {
    let mut table = String::new();
    writeln!(
        table,
        "| request | floor | policy | for each byte of the payload |"
    )?;
    writeln!(table, "|---|--:|--:|--:|")?;
    for Row { subject, .. } in &run.rows {
        let (floor, policy) = (subject.floor.all(), subject.policy.all());
        let each = each(policy.saturating_sub(floor), subject.payload_bytes);
        writeln!(
            table,
            "| {} | {} | {} | {each:.1} |",
            subject.name,
            thousands(floor),
            thousands(policy)
        )?;
    }
    Ok(table)
}

fn growth(run: &Run) -> Result<String, Error> {
    let mut table = String::new();
    writeln!(
        table,
        "| what grows | | payload | floor | policy | ratio | policy, instructions for each byte |"
    )?;
    writeln!(table, "|---|--:|--:|--:|--:|--:|--:|")?;
    for Series { name, unit, points } in &run.growth {
        for (number, point) in points.iter().enumerate() {
            let name = if number == 0 { name.as_str() } else { "" };
            let Pair { floor, policy, .. } = &point.fresh;
            writeln!(
                table,
                "| {name} | {} {unit} | {} | {} | {} | {:.2} | {:.1} |",
                point.number,
                size(point.subject.payload_bytes),
                time(floor.total),
                time(policy.total),
                point.fresh.ratio(),
                each(point.subject.policy.all(), point.subject.payload_bytes),
            )?;
        }
    }
    Ok(table)
}

/// In microseconds, or in milliseconds.
fn time(microseconds: f64) -> String {
    match microseconds {
        us if us >= 9_999.5 => format!("{:.1} ms", us / 1000.0),
        us if us >= 999.5 => format!("{:.2} ms", us / 1000.0),
        us if us >= 9.95 => format!("{us:.0} µs"),
        us => format!("{us:.1} µs"),
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        small if small < 10_240 => format!("{:.1} KiB", small as f64 / 1024.0),
        large => format!("{:.0} KiB", large as f64 / 1024.0),
    }
}

/// `1,234,567`
fn thousands(number: u64) -> String {
    let mut text = number.to_string();
    let mut place = text.len();
    while place > 3 {
        place = place.saturating_sub(3);
        text.insert(place, ',');
    }
    text
}

fn each(instructions: u64, bytes: usize) -> f64 {
    instructions as f64 / bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [9.94, 9.96, 999.4, 999.6, 12_345.0].map(time),
            ["9.9 µs", "10 µs", "999 µs", "1.00 ms", "12.3 ms"]
        );
        assert_eq!([2048, 10_240].map(size), ["2.0 KiB", "10 KiB"]);
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(thousands),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn tables_replace_what_is_between_their_markers() {
        let file = std::env::temp_dir().join(format!("policy-bench-{}.md", std::process::id()));
        fs::write(&file, "a\n<!-- t -->\nold\n<!-- /t -->\nb\n").unwrap();
        let tables = [("t", "| new |\n".to_owned())];
        paste(&tables, &file).unwrap();
        paste(&tables, &file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let missing = paste(&[("other", String::new())], &file);
        fs::remove_file(&file).unwrap();
        assert_eq!(text, "a\n<!-- t -->\n\n| new |\n\n<!-- /t -->\nb\n");
        assert!(missing.is_err_and(|error| error.to_string().ends_with("no place for other")));
    }
}
