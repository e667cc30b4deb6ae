//! Requests, and their verdicts without any classes.

use checker::classes::difference::Difference;
use checker::classes::members::Seen;
use checker::classes::rows::Row;
use kubevirt_sidecar_hostpath_policy::{
    Access, COMPUTE, HostPath, HostPathType, Namespace, RulesAround, Settings, SettingsFor, Viewer,
    is_hook_sidecar, permission, read_settings,
};
use serde_json::Value;

/// Settings, if they are valid.
pub(crate) fn settings(settings: &Value) -> Option<Settings> {
    read_settings(settings.to_string().as_bytes()).ok()
}

/// A request for a host path, or a mount by others.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) namespace: String,
    /// `None`: an ephemeral container.
    pub(crate) container: Option<String>,
    pub(crate) requests: bool,
    pub(crate) path: HostPath,
    pub(crate) host_path_type: HostPathType,
    pub(crate) access: Access,
}

impl Request {
    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            container: self.container.as_deref(),
            requests: self.requests,
        }
    }

    pub(crate) fn is_in(&self, rows: &[Row]) -> bool {
        rows.iter().any(|row| {
            row.contains(
                &self.namespace,
                self.seen(),
                &self.path,
                self.host_path_type,
                self.access,
            )
        })
    }

    /// Whether the settings permit it; `around` is what is around the path.
    pub(crate) fn is_permitted(&self, settings: &SettingsFor<'_>, around: &RulesAround<'_>) -> bool {
        let container = self.container.as_deref();
        let mut named = settings.settings.request_containers.iter();
        let may_ask =
            |name: &str| is_hook_sidecar(name) || name == COMPUTE || named.any(|(known, _)| known == name);
        if self.requests && !container.is_some_and(may_ask) {
            return false;
        }
        let viewer = Viewer {
            container,
            requests: self.requests,
        };
        permission(
            settings,
            around,
            viewer,
            Some(self.host_path_type),
            Some(self.access),
        )
        .refusals
        .is_empty()
    }

    /// That the difference says of the request what the verdicts say.
    pub(crate) fn is_told(
        &self,
        before: &Settings,
        after: &Settings,
        difference: &Difference,
    ) -> Result<(), String> {
        let namespace = Namespace::named(&self.namespace);
        let of = |settings: &Settings| {
            let settings = SettingsFor::new(settings, &namespace);
            let around = settings.around(&self.path);
            self.is_permitted(&settings, &around)
        };
        self.agrees(of(before), of(after), difference)
    }

    pub(crate) fn agrees(&self, before: bool, after: bool, difference: &Difference) -> Result<(), String> {
        let told = (self.is_in(&difference.permitted), self.is_in(&difference.refused));
        let right = (after && !before, before && !after);
        match told == right {
            true => Ok(()),
            false => Err(format!(
                "{self:?}\n(permitted, refused) is {right:?}, and told is {told:?}\n{}",
                serde_json::to_string_pretty(difference).unwrap()
            )),
        }
    }
}
