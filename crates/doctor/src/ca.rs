//! The CA that the API server believes policy servers by: Kubewarden writes the same into all of its webhooks.

use std::collections::BTreeMap;

use serde_json::json;

use crate::check::Finding;
use crate::object::text;
use crate::policy::Policy;
use crate::registered::{DIALECTS, Registered, names};

/// How much of one is shown: the end, since the beginnings of two are the same.
const SHOWN: usize = 24;

/// Whether the API server believes the policy server, as far as the others tell.
pub(crate) fn finding(own: &str, common: Option<&str>) -> Option<Finding> {
    let end = |bundle: &str| {
        let from = bundle.char_indices().rev().take(SHOWN).last();
        json!(from.and_then(|(from, _)| bundle.get(from..)).unwrap_or_default())
    };
    let (why, expected) = match common {
        _ if own.is_empty() => ("there is no CA", common.map_or(json!("a CA"), end)),
        Some(common) if common != own => ("it is not the CA of the other policies' webhooks", end(common)),
        _ => return None,
    };
    Some(
        Finding::failed(format!(
            "{why}: the API server does not believe the policy server"
        ))
        .fix("restart Kubewarden's controller, which writes it")
        .field("webhooks[0].clientConfig.caBundle", expected, end(own)),
    )
}

/// The CA that most webhooks of the policies have.
pub(crate) fn common(policies: &[Policy], registered: &Registered<'_>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let lists = [registered.mutating, registered.validating];
    for configuration in lists.into_iter().flatten().flatten() {
        let name = text(configuration, "/metadata/name");
        let is_own = policies
            .iter()
            .any(|policy| names(&policy.name).iter().any(|own| own == name));
        let is_kubewardens = DIALECTS.iter().any(|dialect| name.starts_with(dialect));
        let bundle = text(configuration, "/webhooks/0/clientConfig/caBundle");
        if (is_own || is_kubewardens) && !bundle.is_empty() {
            let count = counts.entry(bundle).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(bundle, _)| bundle.to_owned())
}
