//! Whether the settings permit a host path.

use crate::{
    aliases,
    path::{at_or_below, on_node},
    rule::{Instance, Rule, instances},
    settings::Settings,
};

/// How a container sees a host path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The path on the node, as written.
    pub path: String,
    /// The type of the volume; `""` where it has none.
    pub volume_type: String,
    /// Whether the container may write.
    pub writable: bool,
}

/// The rule that decides on `path`; none where it is reserved for others, or contains what is.
#[must_use]
pub fn deciding<'s>(settings: &'s Settings, path: &[String]) -> Option<&'s Rule> {
    let path = &path.to_vec();
    let instances = instances(&settings.rules, &settings.asker, &[path]);
    let lies_at = |instance: &Instance<'_>, name: &Vec<String>| {
        let counts = !instance.rule.exact || instance.path == *name || !instance.is_mine;
        name.starts_with(&instance.path) && counts
    };
    for name in aliases::names(path) {
        let above = instances.iter().filter(|instance| lies_at(instance, &name));
        let deepest = above.clone().map(|instance| instance.path.len()).max();
        let mut of_deepest = above.filter(|instance| Some(instance.path.len()) == deepest);
        if deepest.is_some() && !of_deepest.any(|instance| instance.is_mine) {
            return None;
        }
    }
    let others = instances.iter().filter(|instance| {
        instance.rule.is_restricted() && !instance.is_mine && aliases::is_strictly_in(&instance.path, path)
    });
    let is_mine_too = |path: &Vec<String>| {
        let mut mine = instances.iter().filter(|instance| instance.is_mine);
        mine.any(|instance| instance.path == *path)
    };
    if others.into_iter().any(|other| !is_mine_too(&other.path)) {
        return None;
    }
    let matching = instances.iter().filter(|instance| {
        let is_at = instance.path == *path;
        let is_above = !instance.rule.exact && path.starts_with(&instance.path);
        instance.is_mine && (is_at || is_above)
    });
    let mut matching: Vec<&Instance<'_>> = matching.collect();
    matching.sort_by_key(|instance| {
        (
            !instance.rule.exact,
            usize::MAX - instance.path.len(),
            instance.rule.namespaces.is_none(),
            instance.rule.has_placeholder(),
            instance.index,
        )
    });
    matching.first().map(|instance| instance.rule)
}

/// The rule that permits `path`, types and access aside.
#[must_use]
pub fn permitting<'s>(settings: &'s Settings, path: &[String]) -> Option<&'s Rule> {
    let rule = deciding(settings, path)?;
    let touched = settings
        .sensitive
        .iter()
        .filter(|sensitive| aliases::touch(path, sensitive));
    let named = |sensitive: &Vec<String>| aliases::is_in(&rule.named(), sensitive);
    let instances = instances(&settings.rules, &settings.asker, &[&path.to_vec()]);
    let planted = |other: &Instance<'_>| other.rule.writable && aliases::is_strictly_in(path, &other.path);
    let permitted = touched.into_iter().all(named) && !instances.iter().any(planted);
    permitted.then_some(rule)
}

/// Whether the settings permit this view of the node.
#[must_use]
pub fn permits(settings: &Settings, view: &View) -> bool {
    let rule = on_node(&view.path).and_then(|path| permitting(settings, &path));
    rule.is_some_and(|rule| rule.types.contains(&view.volume_type) && (rule.writable || !view.writable))
}

/// Whether this user may create launcher pods with host paths.
#[must_use]
pub fn trusts(settings: &Settings, username: &str) -> bool {
    username.is_empty()
        || settings
            .creators
            .iter()
            .any(|user| user == "*" || user == username)
}

/// Directories of the image.
const IMAGE: &str =
    "/ /bin /etc /lib /lib64 /sbin /usr /usr/bin /usr/lib /usr/lib64 /usr/sbin /var /run /var/run";
/// Where nothing may be mounted, at or below.
const KERNEL: &str = "/proc /sys /dev /var/run/kubevirt-hooks /run/kubevirt-hooks /var/run/kubevirt-plugin /run/kubevirt-plugin";
/// The same in container `compute`.
const COMPUTE: &str = "/bin /sbin /usr /lib /lib64 /etc /var/lib/libvirt /var/lib/swtpm-localca";
/// How the paths begin that are KubeVirt's in container `compute`.
const COMPUTE_STARTS: &str = "/var/run/kubevirt /run/kubevirt /var/run/libvirt /run/libvirt";

/// Whether something may be mounted at this path of a hook sidecar.
#[must_use]
pub fn free_in_sidecar(path: &[String]) -> bool {
    let text = crate::path::text(path);
    !IMAGE.split(' ').any(|reserved| reserved == text) && !in_one_of(path, KERNEL)
}

/// Whether something may be mounted at this path of container `compute`.
#[must_use]
pub fn free_in_compute(path: &[String]) -> bool {
    let text = crate::path::text(path);
    free_in_sidecar(path)
        && !in_one_of(path, COMPUTE)
        && text != "/var/lib"
        && !COMPUTE_STARTS.split(' ').any(|start| text.starts_with(start))
}

fn in_one_of(path: &[String], directories: &str) -> bool {
    let mut directories = directories.split(' ').map(crate::path::elements);
    directories.any(|directory| at_or_below(path, &directory))
}
