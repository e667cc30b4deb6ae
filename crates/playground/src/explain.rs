//! `explain`: the document of `sidecar-hostpath explain -o json`, with the steps of the decision.

use checker::explain::change::Change;
use checker::explain::document::document;
use checker::explain::verdict::{Asker, Relation};
use checker::preview::Question;
use checker::settings::file::SettingsFile;
use kubevirt_sidecar_hostpath_policy::{Access, HostPath, HostPathType};
use serde::Deserialize;
use serde_json::{Value, json};

/// A request for a host path.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    settings: String,
    path: String,
    #[serde(rename = "type")]
    host_path_type: String,
    container: String,
    namespace: Option<String>,
    read_only: bool,
    shares: bool,
}

/// Explains the decision; `null` where the settings or the path mean nothing.
pub(crate) fn explain(request: &Request) -> Value {
    explanation(request).unwrap_or_default()
}

fn explanation(request: &Request) -> Option<Value> {
    let file = SettingsFile::from_text(&request.settings, "settings", None).ok()?;
    let rules = file.rules().ok()?;
    let question = Question {
        container: request.container.clone(),
        path: HostPath::parse(&request.path).ok()?,
        host_path_type: HostPathType::parse(&request.host_path_type)?,
        access: if request.read_only {
            Access::ReadOnly
        } else {
            Access::Writable
        },
        shares: request.shares,
    };
    let asker = Asker::new(
        request.namespace.as_deref().unwrap_or("default"),
        &question,
        &rules,
    );
    let violations = asker.violations(&file.settings);
    let write_as = asker.permitted_name(&file.settings, &rules);
    let is_wanted = !violations.is_empty() && write_as.is_none();
    let change = is_wanted.then(|| Change::find(&file.settings, &asker));
    let mut document = document(&rules, &asker, &violations, write_as.as_ref(), change.as_ref());
    let steps = asker.steps(&rules);
    let covering = steps.covering.iter().map(|covering| {
        let path = rules
            .rules
            .get(covering.number)
            .map(|rule| rule.path().as_written().to_string());
        json!({
            "rule": format!("allowedHostPaths[{}]", covering.number),
            "path": path,
            "decides": covering.decides,
            "relation": relation(covering.relation),
        })
    });
    let members = document.as_object_mut()?;
    members.insert("covering".to_owned(), covering.collect());
    let refused = steps
        .refused
        .iter()
        .map(|refusal| Value::from(refusal.to_string()));
    members.insert("refused".to_owned(), refused.collect());
    Some(document)
}

const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::For => "applies",
        Relation::OtherNamespaces => "applies to other namespaces",
        Relation::OtherContainers => "applies to other containers",
        Relation::NotRequestable => "applies to mounts by others only",
        Relation::ExactAbove => "applies only to its own path, which is above",
    }
}
