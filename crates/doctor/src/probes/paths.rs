//! The paths that probes ask for: one that the settings forbid, and one that they permit.

use super::Probes;
use crate::annotation::HOOK_SIDECARS;
use crate::check::Finding;
use crate::judge::Verdict;
use crate::name::Label;
use crate::request::POD;
use crate::samples::{annotation, pod};
use crate::settings::Creators;

/// Paths that settings seldom permit.
pub(super) const FORBIDDEN: [&str; 4] = ["/etc", "/root", "/proc", "/boot"];

impl Probes<'_> {
    /// A path that the settings forbid.
    pub(super) fn forbidden(&self, namespace: &Label) -> Option<&'static str> {
        let is_forbidden = |path: &&&str| {
            let pod = pod(namespace, Some(&annotation(path, "Directory")));
            let message = format!("[{HOOK_SIDECARS}][0].hostPath.path: Forbidden");
            matches!(self.verdict(&POD.create(&pod, self.controller.as_deref())), Ok(Verdict::Rejected(text)) if text.contains(&message))
        };
        FORBIDDEN.iter().find(is_forbidden).copied()
    }

    /// A path with a type that the settings permit this user there, read-only.
    pub(super) fn permitted(&self, namespace: &Label, user: Option<&str>) -> Option<(String, String)> {
        let rules = self.settings.rules().into_iter();
        rules
            .filter(|rule| rule.is_requestable && !rule.is_writable)
            .filter_map(|rule| {
                let host_path_type = rule.types.iter().find(|known| !known.is_empty())?.clone();
                Some((rule.path_in(namespace), host_path_type))
            })
            .find(|(path, host_path_type)| {
                let pod = pod(namespace, Some(&annotation(path, host_path_type)));
                matches!(self.verdict(&POD.create(&pod, user)), Ok(Verdict::Accepted(_)))
            })
    }

    /// Why no path can be tried that the settings permit.
    pub(super) fn nothing_permitted(&self, namespace: &Label) -> Finding {
        let trusted = match self.settings.creators() {
            Creators::Users(users) => users.into_iter().next(),
            Creators::Anyone => None,
        };
        match trusted.and_then(|trusted| self.permitted(namespace, Some(&trusted))) {
            Some((path, _)) => Finding::unknown(format!(
                "not tried: the settings permit {path}, and not to {}, as which KubeVirt creates pods",
                self.controller.as_deref().unwrap_or_default()
            ))
            .fix("see the check of trustedCreators above"),
            None => Finding::warning(format!(
                "the settings permit no read-only path in namespace {namespace}"
            ))
            .fix("add a rule, if one is missing, or name another namespace with --probe-namespace"),
        }
    }
}
