//! `who`: to whom the settings permit a path, or all that they permit, as sentences.

use checker::classes::map::{WhoSees, who_sees, whole};
use checker::classes::rows::Row;
use checker::classes::sentence::{self, Sentence};
use checker::settings::file::SettingsFile;
use kubevirt_sidecar_hostpath_policy::HostPath;
use serde::{Deserialize, Serialize};

/// A path, or none for all of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    settings: String,
    path: Option<String>,
}

/// Who it is, or why nobody can say.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Response {
    fault: Option<String>,
    sections: Vec<Section>,
}

/// What is said of the path, of directories that it is in, or of what is below it.
#[derive(Debug, Serialize)]
struct Section {
    heading: &'static str,
    rows: Vec<Permitted>,
}

/// To whom what is permitted.
#[derive(Debug, Serialize)]
struct Permitted {
    #[serde(flatten)]
    sentence: Sentence,
    /// The rule that permits it.
    by: Option<String>,
}

/// Says who can see the path.
pub(crate) fn who(request: &Request) -> Response {
    sections(request).unwrap_or_else(|fault| Response {
        fault: Some(fault),
        sections: Vec::new(),
    })
}

fn sections(request: &Request) -> Result<Response, String> {
    let file =
        SettingsFile::from_text(&request.settings, "settings", None).map_err(|error| error.to_string())?;
    let rules = file
        .rules()
        .map_err(|_| "The settings are not valid.".to_owned())?;
    let seen = match &request.path {
        Some(path) => {
            let path = HostPath::parse(path).map_err(|fault| format!("The path {fault}."))?;
            who_sees(&rules, &path)
        }
        None => WhoSees {
            itself: whole(&rules),
            above: Vec::new(),
            below: Vec::new(),
        },
    };
    let permitted = |row: &Row| Permitted {
        sentence: sentence::of_row(row, "may"),
        by: row.rule.map(|number| format!("allowedHostPaths[{number}]")),
    };
    let section = |(heading, rows): (&'static str, Vec<Row>)| Section {
        heading,
        rows: rows.iter().map(permitted).collect(),
    };
    let sections = [
        ("Permitted", seen.itself),
        ("Directories that it is in", seen.above),
        ("What is below it", seen.below),
    ];
    Ok(Response {
        fault: None,
        sections: sections.map(section).into(),
    })
}
