//! The guard: what sidecars mount of the node, whoever put it into the pod, obeys the settings; and so does every other
//! mount of a volume that a sidecar mounts, because `readOnly` belongs to a mount and not to the volume.
//!
//! Other mounts are judged only with `guard: AllContainers`: agents and KubeVirt itself mount hostPath volumes too.

use crate::{
    base::{
        by_name::ByName,
        field::{Path, Violation, Violations, list, quote},
        host_path_type::HostPathType,
    },
    pod::{
        COMPUTE, Container, HostPathMount, HostPathSource, Pod,
        sidecars::{self, Sidecars},
    },
    requests::{annotation::Access, judge},
    settings::{GuardScope, RecursiveReadOnly, Settings, rule::Rule},
};

/// Judges the mounts of the resulting pod. `met` names the volumes by which requests of the annotation are met.
#[must_use]
pub(crate) fn violations(settings: &Settings, pod: &Pod<'_>, met: &ByName<'static>) -> Vec<Violation> {
    if !pod.has_host_path_volume() {
        return Vec::new();
    }
    let mut guard = Guard::of(settings, pod, met);
    let spec = Path::root("spec");
    for (number, container) in pod.containers.iter().enumerate() {
        let list = spec.name(container.list.key());
        let at = list.index(container.index);
        let is_sidecar = guard.sidecars.contains(number);
        for mount in pod.host_path_mounts(container) {
            let is_judged = is_sidecar
                || guard.is_guarded(mount)
                || settings.guard == GuardScope::AllContainers
                    && !sidecars::is_kubevirts_own(container, mount.mount);
            if is_judged {
                guard.judge(at, container, mount);
            }
        }
    }
    guard.violations
}

/// The guard of one pod.
pub(crate) struct Guard<'s, 'p, 'a> {
    settings: &'s Settings,
    pod: &'p Pod<'a>,
    met: &'s ByName<'static>,
    sidecars: Sidecars,
    /// By the volume's index: the container that makes it a guarded volume.
    guarded: Vec<Option<&'p str>>,
    /// By the volume's index, once it was of interest: what the settings say of its path and type.
    judged: Vec<Option<Judged<'s>>>,
    /// What was found.
    pub(crate) violations: Vec<Violation>,
}

/// What the settings say of a volume.
struct Judged<'s> {
    rule: Option<&'s Rule>,
    /// Why it may not be mounted, each ready for the field that names it.
    refused: Vec<Refused>,
}

/// Malformed (with the value), or not permitted.
enum Refused {
    Invalid(String),
    Forbidden(String),
}

impl<'s, 'p, 'a> Guard<'s, 'p, 'a> {
    /// The guard of `pod`, in which these volumes meet requests.
    pub(crate) fn of(settings: &'s Settings, pod: &'p Pod<'a>, met: &'s ByName<'static>) -> Self {
        let sidecars = Sidecars::of(pod);
        let mut guarded = vec![None; pod.volumes.len()];
        for (number, container) in pod.containers.iter().enumerate() {
            if !sidecars.contains(number) {
                continue;
            }
            for mount in pod.host_path_mounts(container) {
                if let Some(by) = guarded.get_mut(mount.volume) {
                    by.get_or_insert(&*container.name);
                }
            }
        }
        Guard {
            settings,
            pod,
            met,
            sidecars,
            guarded,
            judged: pod.volumes.iter().map(|_| None).collect(),
            violations: Vec::new(),
        }
    }

    fn guarded_by(&self, mount: HostPathMount<'_, '_>) -> Option<&'p str> {
        self.guarded.get(mount.volume).copied().flatten()
    }

    fn is_guarded(&self, mount: HostPathMount<'_, '_>) -> bool {
        self.guarded_by(mount).is_some() || self.met.has(&mount.mount.volume)
    }

    /// Judges one mount of `container`, which stands at `at`, unless there are violations enough.
    pub(crate) fn judge(&mut self, at: Path<'_>, container: &Container<'_>, place: HostPathMount<'_, '_>) {
        if self.violations.len() >= Violations::ENOUGH {
            return;
        }
        let mounts_at = at.name("volumeMounts");
        let at = mounts_at.index(place.index);
        let mount = place.mount;
        let volume = quote(&mount.volume);
        let shared = match self.guarded_by(place) {
            Some(by) if by != container.name => format!(", which {} mounts too", quote(by)),
            _ => String::new(),
        };
        let subject = format!("hostPath volume {volume}{shared}");
        let settings = self.settings;
        let Some(slot) = self.judged.get_mut(place.volume) else {
            return;
        };
        let judged = slot.get_or_insert_with(|| Judged::of(settings, place.source));
        let rule = judged.rule;
        let mut found = Vec::new();
        for refused in &judged.refused {
            found.push(match refused {
                Refused::Invalid(why) => {
                    Violation::invalid(at.name("name"), volume.clone(), format!("{subject}: {why}"))
                }
                Refused::Forbidden(why) => Violation::forbidden(at.name("name"), format!("{subject}: {why}")),
            });
        }
        let mut forbid = |field: &str, why: &str| {
            found.push(Violation::forbidden(at.name(field), format!("{subject}: {why}")))
        };
        if let Some(why) = rule.and_then(|rule| judge::refused_access(rule, mount.access)) {
            forbid("readOnly", &why);
        }
        let is_met_in_compute = container.name == COMPUTE && self.met.has(&mount.volume);
        if let Some(why) = rule
            .filter(|_| is_met_in_compute)
            .and_then(judge::refused_sharing)
        {
            forbid("name", &why);
        }
        if let Some(propagation) = mount.propagation.as_deref().filter(|_| !mount.is_private()) {
            let propagation = quote(propagation);
            forbid(
                "mountPropagation",
                &format!("mount propagation {propagation} is not allowed"),
            );
        }
        let enabled = RecursiveReadOnly::Enabled;
        if settings.recursive_read_only == enabled
            && mount.access == Access::ReadOnly
            && mount.recursive_read_only.as_deref() != Some(enabled.as_str())
        {
            forbid(
                "recursiveReadOnly",
                "must be Enabled, as settings.recursiveReadOnly is",
            );
        }
        if let Some(rule) = rule.filter(|rule| !rule.types.contains(&HostPathType::DirectoryOrCreate)) {
            for (field, path) in ["subPath", "subPathExpr"].into_iter().zip(&mount.sub_paths) {
                if !path.is_empty() {
                    let why = format!(
                        "the kubelet creates a missing {field} on the node, which {rule} allows only with type \
                         DirectoryOrCreate"
                    );
                    forbid(field, &why);
                }
            }
        }
        self.violations.append(&mut found);
    }

    /// The pod that is guarded.
    pub(crate) const fn pod(&self) -> &'p Pod<'a> {
        self.pod
    }
}

impl<'s> Judged<'s> {
    fn of(settings: &'s Settings, source: &HostPathSource<'_>) -> Self {
        let mut refused = Vec::new();
        let rule = match &source.path {
            Ok(path) => {
                let (rule, why) = judge::path_rule(settings, path);
                refused.extend(why.into_iter().map(Refused::Forbidden));
                rule
            }
            Err(error) => {
                refused.push(Refused::Invalid(format!(
                    "its path {} {error}",
                    quote(&source.path_text)
                )));
                None
            }
        };
        match source.host_path_type {
            Some(host_path_type) => {
                let why = rule.and_then(|rule| judge::refused_type(rule, host_path_type));
                refused.extend(why.map(Refused::Forbidden));
            }
            None => refused.push(Refused::Invalid(format!(
                "its type {} must be one of {}",
                quote(&source.type_text),
                list(HostPathType::REQUESTABLE)
            ))),
        }
        Judged { rule, refused }
    }
}
