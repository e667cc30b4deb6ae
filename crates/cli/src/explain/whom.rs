//! To whom a path is permitted, or all that the settings open, for people and programs.

use checker::classes::map::{WhoSees, who_sees, whole};
use checker::classes::rows::Row;
use checker::classes::sentence;
use kubevirt_sidecar_hostpath_policy::{HostPath, Settings};
use serde_json::{Value, json};

use crate::printing::escape::one_line;
use crate::printing::row;
use crate::printing::style::{HEADING, REJECTED, styled};
use crate::printing::table;

/// How far a row is in.
const INDENT: usize = 2;

/// Who sees the path, or the whole map without one.
pub(super) struct Whom<'r> {
    rules: &'r Settings,
    path: Option<&'r HostPath>,
    of: WhoSees,
}

impl<'r> Whom<'r> {
    pub(super) fn of(rules: &'r Settings, path: Option<&'r HostPath>) -> Self {
        let of = match path {
            Some(path) => who_sees(rules, path),
            None => WhoSees {
                itself: whole(rules),
                above: Vec::new(),
                below: Vec::new(),
            },
        };
        Whom { rules, path, of }
    }

    /// Whether somebody can see the path itself, alone or within a directory. Without a path nothing was asked.
    pub(super) fn is_seen(&self) -> bool {
        self.path.is_none() || !self.of.itself.is_empty() || !self.of.above.is_empty()
    }

    pub(super) fn document(&self) -> Value {
        match self.path {
            None => json!({ "permitted": self.of.itself }),
            Some(path) => json!({
                "path": path.as_str(),
                "permitted": self.of.itself,
                "above": self.of.above,
                "below": self.of.below,
            }),
        }
    }

    /// The tables; styled.
    pub(super) fn report(&self, width: usize) -> String {
        let mut lines = Vec::new();
        let Some(path) = self.path else {
            lines.push(styled(HEADING, "What the settings permit"));
            lines.extend(self.rows(&self.of.itself, true, width));
            lines.push(String::new());
            return lines.join("\n");
        };
        let path = one_line(path.as_str());
        match self.of.itself.is_empty() {
            true => lines.push(styled(REJECTED, &format!("{path} is permitted to nobody"))),
            false => {
                lines.push(styled(HEADING, &format!("{path} is permitted to")));
                lines.extend(self.rows(&self.of.itself, false, width));
            }
        }
        let more = [
            ("It is in directories that are permitted to", &self.of.above),
            ("What is below it is permitted to", &self.of.below),
        ];
        for (heading, rows) in more {
            if !rows.is_empty() {
                lines.push(String::new());
                lines.push(styled(HEADING, heading));
                lines.extend(self.rows(rows, true, width));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// A table, if it fits; else a sentence for each row.
    fn rows(&self, rows: &[Row], with_paths: bool, width: usize) -> Vec<String> {
        if rows.is_empty() {
            return vec![format!("{:INDENT$}nothing", "")];
        }
        if !with_paths {
            let header = ["NAMESPACE", "CONTAINER", "TYPES", "ACCESS", "SHARED", "RULE"].map(str::to_owned);
            let cells = rows.iter().map(cells);
            let table = table::lines(&[header].into_iter().chain(cells).collect::<Vec<_>>());
            if table::fits(&table, width.saturating_sub(INDENT)) {
                return table
                    .into_iter()
                    .map(|line| format!("{:INDENT$}{line}", ""))
                    .collect();
            }
        }
        rows.iter()
            .flat_map(|row| {
                let mut lines = row::lines(row, "may", INDENT, width);
                lines.extend(self.rule(row, width));
                lines
            })
            .collect()
    }

    fn rule(&self, row: &Row, width: usize) -> Vec<String> {
        let rule = row.rule.and_then(|number| self.rules.rules.get(number));
        let description = rule.and_then(|rule| rule.description.as_deref());
        let description = description.map(|text| format!(": {text}")).unwrap_or_default();
        let text = row
            .rule
            .map(|number| format!("by allowedHostPaths[{number}]{description}"));
        let lines = text.map(|text| crate::printing::wrap::lines(&text, INDENT.saturating_add(2), width));
        lines.unwrap_or_default()
    }
}

fn cells(row: &Row) -> [String; 6] {
    let types: Vec<String> = row.types.iter().map(|known| known.to_string()).collect();
    let rule = row.rule.map(|number| format!("allowedHostPaths[{number}]"));
    let namespaces = sentence::namespaces(&row.namespaces);
    let named = namespaces
        .strip_prefix("namespaces ")
        .or_else(|| namespaces.strip_prefix("namespace "))
        .unwrap_or(&namespaces);
    [
        named.to_owned(),
        sentence::containers(&row.containers),
        types.join(", "),
        sentence::access(row.access).replace(" to", ""),
        if row.containers.shares() { "yes" } else { "no" }.to_owned(),
        rule.unwrap_or_default(),
    ]
}
