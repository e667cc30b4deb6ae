//! The guard: what hook sidecars mount of the node, whoever put it into the pod, obeys the settings.
//!
//! Other containers are not judged: KubeVirt itself mounts hostPath volumes in `compute` (hostDisk).

use crate::{
    field::{Path, Violation, Violations, list, quote},
    host_path_type::HostPathType,
    judge,
    pod::{HostPathSource, Mount, Pod},
    settings::Settings,
};

/// Judges every mount of a hostPath volume in every hook sidecar of the resulting pod.
#[must_use]
pub fn violations(settings: &Settings, pod: &Pod<'_>) -> Vec<Violation> {
    let spec = Path::root("spec");
    let mut violations = Vec::new();
    for container in pod
        .containers
        .iter()
        .filter(|container| container.is_hook_sidecar())
    {
        let list = spec.name(container.list.key());
        let at = list.index(container.index);
        let at = at.name("volumeMounts");
        for (index, mount, source) in pod.host_path_mounts(container) {
            judge_mount(settings, at.index(index), mount, source, &mut violations);
        }
    }
    violations
}

/// Judges one mount, which stands at `at`, of a hostPath volume, unless there are violations enough.
pub fn judge_mount(
    settings: &Settings,
    at: Path<'_>,
    mount: &Mount<'_>,
    source: &HostPathSource<'_>,
    violations: &mut Vec<Violation>,
) {
    if violations.len() >= Violations::ENOUGH {
        return;
    }
    let volume = quote(&mount.volume);
    let path_at = at.name("name");
    let rule = match &source.path {
        Ok(path) => {
            let (rule, refused) = judge::path_rule(settings, path);
            violations.extend(
                refused
                    .into_iter()
                    .map(|why| Violation::forbidden(path_at, format!("hostPath volume {volume}: {why}"))),
            );
            rule
        }
        Err(error) => {
            let why = format!(
                "hostPath volume {volume}: its path {} {error}",
                quote(&source.path_text)
            );
            violations.push(Violation::invalid(path_at, volume.clone(), why));
            None
        }
    };
    match source.host_path_type {
        Some(host_path_type) => {
            let refused = rule.and_then(|rule| judge::refused_type(rule, host_path_type));
            violations.extend(
                refused.map(|why| Violation::forbidden(path_at, format!("hostPath volume {volume}: {why}"))),
            );
        }
        None => {
            let why = format!(
                "hostPath volume {volume}: its type {} must be one of {}",
                quote(&source.type_text),
                list(HostPathType::REQUESTABLE)
            );
            violations.push(Violation::invalid(path_at, volume.clone(), why));
        }
    }
    let refused = rule.and_then(|rule| judge::refused_access(rule, mount.access));
    violations
        .extend(refused.map(|why| {
            Violation::forbidden(at.name("readOnly"), format!("hostPath volume {volume}: {why}"))
        }));
    if let Some(propagation) = mount.propagation.as_deref().filter(|_| !mount.is_private()) {
        let why = format!(
            "hostPath volume {volume}: mount propagation {} is not allowed",
            quote(propagation)
        );
        violations.push(Violation::forbidden(at.name("mountPropagation"), why));
    }
}
