//! `NAME.message.txt`: what the policy must say.

use super::report::Failure;
use crate::check::finding::Finding;
use crate::printing::escape::one_line;

/// The violations and warnings, each on one line.
pub(super) fn said(findings: &[Finding]) -> Vec<String> {
    let of_finding = |finding: &Finding| -> Vec<String> {
        let violations = finding.violations.iter().map(ToString::to_string);
        violations.chain(finding.warnings.iter().cloned()).collect()
    };
    let texts = findings.iter().flat_map(of_finding);
    texts.map(|text| one_line(&text)).collect()
}

/// The file that expects all of it.
pub(super) fn text(said: &[String]) -> String {
    let lines = said.iter().map(|line| format!("{line}\n"));
    lines.collect()
}

/// The lines of the file that occur nowhere. A file without lines expects nothing, which is a failure too.
pub(super) fn failures(text: &str, file: &str, said: &[String]) -> Vec<Failure> {
    let lines = text.lines().zip(1_usize..);
    let lines: Vec<(&str, usize)> = lines
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return vec![Failure::of_file(file, "the file expects nothing")];
    }
    let missing = lines
        .into_iter()
        .filter(|(line, _)| !said.iter().any(|said| said.contains(line)));
    missing
        .map(|(line, number)| Failure {
            line: number,
            expected: vec![line.to_owned()],
            found: said.to_vec(),
            ..Failure::of_file(
                file,
                match said {
                    [] => "there is no violation and no warning",
                    _ => "the line occurs in no violation and in no warning",
                },
            )
        })
        .collect()
}
