//! What is needed and still not permitted, as the policy judges it.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{
    Access, COMPUTE, HostPath, Namespace, Settings, SettingsFor, Viewer, permission,
};

use super::profile::{Askers, Profile};
use super::who::{Class, Who};

/// A path that is not permitted to somebody who needs it.
pub(super) struct Gap {
    pub(super) path: HostPath,
    /// What the policy says.
    pub(super) why: String,
    /// The objects that need it.
    pub(super) users: BTreeSet<usize>,
}

/// What is needed of a path by one container.
type Wish<'d> = (&'d HostPath, &'d Class, &'d Profile);

/// What these rules do not permit of what is asked.
pub(super) fn gaps(asked: &BTreeMap<HostPath, Askers>, rules: &Settings) -> Vec<Gap> {
    let mut wishes: BTreeMap<&Who, Vec<Wish<'_>>> = BTreeMap::new();
    for (path, askers) in asked {
        for (who, classes) in askers {
            let of_path = classes.iter().map(|(class, profile)| (path, class, profile));
            wishes.entry(who).or_default().extend(of_path);
        }
    }
    // Namespaces that the same rules name are judged together.
    let mut rules_for: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for rule in &rules.rules {
        for namespace in rule.namespaces.iter().flatten() {
            rules_for.entry(namespace).or_default().push(rule.number);
        }
    }
    type Alike<'w> = (Namespace, Vec<Wish<'w>>);
    let mut alike: BTreeMap<(u8, &[usize]), Alike<'_>> = BTreeMap::new();
    for (who, wishes) in wishes {
        let (kind, rules, namespace) = match who {
            Who::Named(name) => {
                let rules = rules_for.get(name.as_str()).map_or([].as_slice(), Vec::as_slice);
                (0, rules, Namespace::Named(name.clone()))
            }
            Who::Absent => (1, [].as_slice(), Namespace::Absent),
            Who::Any => (2, [].as_slice(), Namespace::Any),
        };
        let group = alike
            .entry((kind, rules))
            .or_insert_with(|| (namespace, Vec::new()));
        group.1.extend(wishes);
    }
    let mut gaps = Vec::new();
    for (namespace, wishes) in alike.into_values() {
        let settings = SettingsFor::new(rules, &namespace);
        for wish in wishes {
            gaps.extend(gap(&settings, wish));
        }
    }
    gaps
}

fn gap(settings: &SettingsFor<'_>, (path, class, profile): Wish<'_>) -> Option<Gap> {
    let around = settings.around(path);
    let container = match class {
        // Any hook sidecar: no rule names one.
        Class::Sidecar => "hook-sidecar-0",
        Class::Compute => COMPUTE,
        Class::Container(name) => name,
    };
    let access = if profile.writes.is_some() {
        Access::Writable
    } else {
        Access::ReadOnly
    };
    for (requests, _) in profile.ways() {
        let viewer = Viewer {
            container: Some(container),
            requests,
        };
        for host_path_type in profile.types.keys() {
            let permission = permission(settings, &around, viewer, Some(*host_path_type), Some(access));
            if let Some(refusal) = permission.refusals.first() {
                return Some(Gap {
                    path: path.clone(),
                    why: refusal.to_string(),
                    users: profile.users.clone(),
                });
            }
        }
    }
    None
}
