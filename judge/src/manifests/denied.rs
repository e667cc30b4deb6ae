//! Which setting forbids: what the admin would change.

use kubevirt_sidecar_hostpath_policy::objects::preview::{self, Asked};
use kubevirt_sidecar_hostpath_policy::requests::explanation;
use kubevirt_sidecar_hostpath_policy::requests::refusal::Step;
use kubevirt_sidecar_hostpath_policy::settings::Settings;

use crate::manifests::manifest::Manifest;
use crate::printing::field_error::FieldError;

/// For each violation the setting that forbids, such as `allowedHostPaths[0].types`; none where no setting can permit.
pub(super) fn by(violations: &[String], manifest: &Manifest, settings: &Settings) -> Vec<Option<String>> {
    let (group, kind) = (manifest.group(), manifest.kind.as_str());
    let asked = manifest.asked();
    let namespace = manifest.namespace.as_deref().unwrap_or_default();
    let settings = settings
        .clone()
        .for_requester(&preview::requester(namespace, group, kind));
    let setting = |violation: &String| setting(violation, &asked, &settings);
    violations.iter().map(setting).collect()
}

fn setting(violation: &str, asked: &[Asked], settings: &Settings) -> Option<String> {
    let error = FieldError::parse(violation).filter(|error| error.kind == "Forbidden")?;
    named(error.detail).or_else(|| {
        let is_in = |asked: &&Asked| {
            let member = error.field.strip_prefix(&asked.field);
            member.is_some_and(|member| member.is_empty() || member.starts_with('.'))
        };
        let question = asked.iter().find(is_in)?.question.as_ref()?;
        let explanation = explanation::explain(settings, question);
        let refusal = explanation
            .refused
            .iter()
            .find(|refusal| refusal.why == error.detail)?;
        let field = match refusal.step {
            Step::Rule | Step::Reserved | Step::ContainsReserved | Step::BelowWritable => {
                return Some("allowedHostPaths".to_owned());
            }
            Step::Sensitive => return Some("sensitiveHostPaths".to_owned()),
            Step::Type => "types",
            Step::Access => "readOnly",
            Step::Sharing => "allowSharedCompute",
        };
        let decides = explanation.rule?;
        let number = settings
            .rules
            .iter()
            .position(|rule| std::ptr::eq(rule, decides))?;
        Some(format!("allowedHostPaths[{number}].{field}"))
    })
}

/// The setting that the reason itself names.
fn named(detail: &str) -> Option<String> {
    // A quoted value could name anything.
    let unquoted: String = detail.split('"').step_by(2).collect();
    let (_, name) = unquoted.split_once("settings.")?;
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    name.get(..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_reason_may_name_its_setting() {
        let named = |detail| named(detail);
        let creator =
            r#""x" may not create launcher pods with host paths: settings.trustedCreators names "y""#;
        assert_eq!(named(creator).as_deref(), Some("trustedCreators"));
        assert_eq!(named("settings.guard").as_deref(), Some("guard"));
        assert_eq!(
            named(r#""/settings.guard" is under none of the allowed host paths"#),
            None
        );
    }
}
