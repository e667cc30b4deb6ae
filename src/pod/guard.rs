//! The guard: every hostPath mount of every container obeys the settings for that container, whoever put it into the pod.
//!
//! KubeVirt's own mounts are excepted, and mounts that meet a request are judged as that request.

use crate::{
    base::{
        access::Access,
        by_name::item_mut,
        field::{FieldPath, Violation, Violations, list, quote},
        host_path_type::HostPathType,
        step::Step,
    },
    pod::{Container, HostPathMount, Pod, kubevirt_mount::is_kubevirts_own, processes},
    settings::{
        RecursiveReadOnly, RuleFor, RulesAround, SettingsFor,
        permission::{Permission, Viewer, permission},
    },
};

/// Judges the mounts of the resulting pod.
#[must_use]
pub(crate) fn violations(settings: &SettingsFor<'_>, pod: &Pod<'_>) -> Vec<Violation> {
    if !pod.has_host_path_volume() {
        return Vec::new();
    }
    let mut guard = Guard::new(settings, pod);
    let spec = FieldPath::root("spec");
    let mut has_others = false;
    for container in pod.containers() {
        let list = spec.name(container.list.key());
        for mount in pod.host_path_mounts(container) {
            if is_kubevirts_own(container, mount) {
                continue;
            }
            has_others = true;
            if !mount.mount.meets_request {
                guard.judge(list.index(container.index), container, mount);
            }
        }
    }
    let mut violations = guard.violations;
    if has_others {
        violations.extend(processes::violations(pod));
    }
    violations
}

/// The guard of one pod.
pub(crate) struct Guard<'g, 's> {
    settings: &'g SettingsFor<'s>,
    /// By the volume's index, once it was of interest: what is around its path.
    around: Vec<Option<RulesAround<'g>>>,
    /// What was found.
    pub(crate) violations: Vec<Violation>,
}

impl<'g, 's> Guard<'g, 's> {
    /// The guard of mounts of the volumes of `pod`.
    pub(crate) fn new(settings: &'g SettingsFor<'s>, pod: &Pod<'_>) -> Self {
        Guard {
            settings,
            around: pod.volumes().iter().map(|_| None).collect(),
            violations: Vec::new(),
        }
    }

    /// Judges one mount of `container`, which is at `at`, unless there are violations enough.
    pub(crate) fn judge(
        &mut self,
        at: FieldPath<'_>,
        container: &Container<'_>,
        place: HostPathMount<'_, '_>,
    ) {
        if self.violations.len() >= Violations::ENOUGH {
            return;
        }
        let mounts_at = at.name("volumeMounts");
        let at = mounts_at.index(place.index);
        let name_at = at.name("name");
        let volume = quote(&place.mount.volume);
        let subject = format!("hostPath volume {volume}: ");
        let source = place.source;
        let invalid = |why: String| Violation::invalid(name_at, volume.clone(), format!("{subject}{why}"));
        if source.host_path_type.is_none() {
            let shown = quote(&source.type_text);
            let known = list(HostPathType::REQUESTABLE);
            self.violations
                .push(invalid(format!("its type {shown} must be one of {known}")));
        }
        let path = match &source.path {
            Ok(path) => path,
            Err(error) => {
                let shown = quote(&source.path_text);
                self.violations.push(invalid(format!("its path {shown} {error}")));
                return;
            }
        };
        let settings = self.settings;
        let around = item_mut(&mut self.around, place.volume);
        let around = around.get_or_insert_with(|| settings.around(path));
        let viewer = Viewer::mounting((!container.is_ephemeral()).then_some(&*container.name));
        let access = Some(place.mount.access);
        let Permission { rule, refusals } =
            permission(settings, around, viewer, source.host_path_type, access);
        for refusal in refusals {
            let field = match refusal.step {
                Step::Access => at.name("readOnly"),
                _ => name_at,
            };
            self.violations.push(refusal.at(field, &subject));
        }
        self.violations
            .extend(misused(settings, at, place, &subject, rule));
    }
}

/// What is wrong with a mount beside what it shows: it reaches the node in another way, or has the kubelet create something.
fn misused(
    settings: &SettingsFor<'_>,
    at: FieldPath<'_>,
    place: HostPathMount<'_, '_>,
    subject: &str,
    rule: Option<RuleFor<'_>>,
) -> Vec<Violation> {
    let mount = place.mount;
    let mut found = Vec::new();
    let forbidden =
        |field: &str, why: String| Violation::forbidden(at.name(field), format!("{subject}{why}"));
    if let Some(propagation) = mount.propagation.as_deref().filter(|_| !mount.is_private()) {
        let propagation = quote(propagation);
        found.push(forbidden(
            "mountPropagation",
            format!("mount propagation {propagation} is not allowed"),
        ));
    }
    let enabled = RecursiveReadOnly::Enabled;
    if settings.settings.recursive_read_only == enabled
        && mount.access == Access::ReadOnly
        && mount.recursive_read_only.as_deref() != Some(enabled.as_str())
    {
        let why = "must be Enabled, as settings.recursiveReadOnly is".to_owned();
        found.push(forbidden("recursiveReadOnly", why).because_of("recursiveReadOnly"));
    }
    if let Some(rule) = rule.filter(|rule| !rule.rule.types.contains(&HostPathType::DirectoryOrCreate)) {
        for (field, path) in ["subPath", "subPathExpr"].into_iter().zip(&mount.sub_paths) {
            if !path.is_empty() {
                let why = format!(
                    "the kubelet creates a missing {field} on the node, which {rule} allows only with type \
                     DirectoryOrCreate"
                );
                found.push(forbidden(field, why).with(|fault| {
                    fault.rule = Some(rule.rule.number);
                    fault.step = Some(Step::Type);
                }));
            }
        }
    }
    found
}
