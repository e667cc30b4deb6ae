//! The guard: what sidecars mount of the node, of any origin, obeys the settings; and so does every other
//! mount of a volume that a sidecar mounts, because `readOnly` belongs to a mount and not to the volume.
//!
//! Other mounts are judged only with `guard: AllContainers`: agents and KubeVirt itself mount hostPath volumes too.

mod asker;

use std::borrow::Cow;

use asker::{Asker, Guarded};

use crate::{
    base::{
        by_name::ByName,
        container_name::COMPUTE,
        field::{Path, Violation, Violations, list, quote},
        host_path_type::HostPathType,
    },
    pod::{
        Container, HostPathMount, HostPathSource, Pod,
        inject::Met,
        sidecars::{self, Sidecars},
    },
    requests::{entry::Access, judge},
    settings::{GuardScope, RecursiveReadOnly, Settings, rule::Rule},
};

/// Judges the mounts of the resulting pod, in which requests are `met`.
#[must_use]
pub(crate) fn violations(settings: &Settings, pod: &Pod<'_>, met: &Met) -> Vec<Violation> {
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
                guard.judge(at, container, is_sidecar, mount);
            }
        }
    }
    guard.violations
}

/// The guard of one pod.
pub(crate) struct Guard<'s, 'p, 'a> {
    settings: &'s Settings,
    pod: &'p Pod<'a>,
    met: &'p Met,
    sidecars: Sidecars,
    /// The containers that rules name.
    named: ByName<'s>,
    /// By the volume's index.
    guarded: Vec<Guarded<'p>>,
    /// By the volume's index, once it was of interest: what the settings say of its path and type, for those who ask.
    judged: Vec<Vec<(Asker<'p>, Judged<'s>)>>,
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
    /// The guard of `pod`, in which requests are `met`.
    pub(crate) fn of(settings: &'s Settings, pod: &'p Pod<'a>, met: &'p Met) -> Self {
        let mut named = ByName::default();
        for (index, rule) in settings.rules.iter().enumerate() {
            for name in rule.containers.iter().flatten() {
                named.add(Cow::Borrowed(name.as_str()), index);
            }
        }
        let mut guard = Guard {
            settings,
            pod,
            met,
            sidecars: Sidecars::of(pod),
            named,
            guarded: vec![Guarded::default(); pod.volumes.len()],
            judged: pod.volumes.iter().map(|_| Vec::new()).collect(),
            violations: Vec::new(),
        };
        for (number, container) in pod.containers.iter().enumerate() {
            if !guard.sidecars.contains(number) {
                continue;
            }
            let asker = guard.asker(&container.name);
            for mount in pod.host_path_mounts(container) {
                if let Some(guarded) = guard.guarded.get_mut(mount.volume) {
                    guarded.by.get_or_insert(&*container.name);
                    guarded.add(asker);
                }
            }
        }
        for (index, volume) in pod.volumes.iter().enumerate() {
            for name in met.askers(&volume.name) {
                let asker = guard.asker(name);
                if let Some(guarded) = guard.guarded.get_mut(index) {
                    guarded.add(asker);
                }
            }
        }
        guard
    }

    fn asker(&self, name: &'p str) -> Asker<'p> {
        let is_named = self.named.has(name);
        Asker { is_named, name }
    }

    fn is_guarded(&self, mount: HostPathMount<'_, '_>) -> bool {
        let guarded = self.guarded.get(mount.volume);
        guarded.is_some_and(|guarded| !guarded.askers.is_empty())
    }

    /// Judges one mount of `container`, which is at `at`, unless there are violations enough. A sidecar is judged by
    /// itself; another container that mounts a guarded volume, for those because of whom it is one: one will do.
    pub(crate) fn judge(
        &mut self,
        at: Path<'_>,
        container: &'p Container<'a>,
        is_sidecar: bool,
        place: HostPathMount<'_, '_>,
    ) {
        if self.violations.len() >= Violations::ENOUGH {
            return;
        }
        let own = vec![self.asker(&container.name)];
        let guarded = self.guarded.get(place.volume).filter(|_| !is_sidecar);
        let askers = match guarded {
            Some(guarded) if !guarded.askers.is_empty() => guarded.askers.clone(),
            _ => own,
        };
        let mut refused = None;
        for asker in askers {
            let found = self.violations_for(asker, at, container, place);
            if found.is_empty() {
                return;
            }
            refused.get_or_insert(found);
        }
        self.violations.extend(refused.into_iter().flatten());
    }

    fn violations_for(
        &mut self,
        asker: Asker<'p>,
        at: Path<'_>,
        container: &Container<'_>,
        place: HostPathMount<'_, '_>,
    ) -> Vec<Violation> {
        let mounts_at = at.name("volumeMounts");
        let at = mounts_at.index(place.index);
        let mount = place.mount;
        let volume = quote(&mount.volume);
        let guarded_by = self.guarded.get(place.volume).and_then(|guarded| guarded.by);
        let shared = match guarded_by {
            Some(by) if by != container.name => format!(", which {} mounts too", quote(by)),
            _ => String::new(),
        };
        let subject = format!("hostPath volume {volume}{shared}");
        let settings = self.settings;
        let mut found = Vec::new();
        let Some(known) = self.judged.get_mut(place.volume) else {
            return found;
        };
        if !known.iter().any(|(known, _)| known.is_like(asker)) {
            known.push((asker, Judged::of(settings, asker.name, place.source)));
        }
        let Some((_, judged)) = known.iter().find(|(known, _)| known.is_like(asker)) else {
            return found;
        };
        let rule = judged.rule;
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
        if let Some(rule) = rule.filter(|rule| !is_for(rule, container)) {
            forbid(
                "name",
                &format!(
                    "the rule for {rule} does not apply to container {}",
                    quote(&container.name)
                ),
            );
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
        found
    }

    /// The pod that is guarded.
    pub(crate) const fn pod(&self) -> &'p Pod<'a> {
        self.pod
    }
}

/// Whether a rule that is for some containers lets this one see its path: it is one of them, or QEMU's and shared with it. Who
/// owns the VM chooses what a container of the name `virtiofs-…` mounts.
fn is_for(rule: &Rule, container: &Container<'_>) -> bool {
    rule.is_for_container(&container.name) || container.is_compute() && rule.allow_shared_compute
}

impl<'s> Judged<'s> {
    /// What the settings say of `source` for this container.
    fn of(settings: &'s Settings, container: &str, source: &HostPathSource<'_>) -> Self {
        let mut refused = Vec::new();
        let rule = match &source.path {
            Ok(path) => {
                let (rule, why) = judge::path_rule(settings, container, path);
                refused.extend(why.into_iter().map(|refusal| Refused::Forbidden(refusal.why)));
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
