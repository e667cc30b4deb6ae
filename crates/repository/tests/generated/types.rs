//! The types that the form's help texts list.

use kubevirt_sidecar_hostpath_policy::HostPathType;

use crate::{Generated, wrapped};

pub(crate) const GENERATED: [Generated; 2] = [
    Generated {
        file: "questions-ui.yml",
        between: Some((
            "description: >-\n",
            "        tooltip: Narrows the allowed types for this rule.",
        )),
        make: |help| wrapped(&listed(help), 10),
    },
    Generated {
        file: "questions-ui.yml",
        between: Some((
            "description: >-\n",
            "    tooltip: The types that any rule may allow.",
        )),
        make: |help| wrapped(&listed(help), 6),
    },
];

/// The help text with the types between its colon and the end of that sentence.
fn listed(help: &str) -> String {
    let help: Vec<&str> = help.split_whitespace().collect();
    let help = help.join(" ");
    let (before, sentence) = help.split_once(": ").unwrap();
    let (_, after) = sentence.split_once(". ").unwrap();
    let types: Vec<&str> = HostPathType::REQUESTABLE
        .iter()
        .map(|known| known.as_str())
        .collect();
    format!("{before}: {}. {after}", types.join(", "))
}
