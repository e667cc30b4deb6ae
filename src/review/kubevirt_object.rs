//! The KubeVirt objects through which annotations reach a launcher pod, judged so that its owner learns of
//! an error at `kubectl apply` and not from a VM that does not start. The pod's own check stays authoritative.

use crate::{
    base::{
        field::{FieldPath, Violation, Violations},
        json::{Json, Members},
        namespace::Namespace,
        request::Request,
    },
    requests::{self, Annotations, Requests, host_path_request::HostPathRequest, near_miss, node_selector},
    review::verdict::{Accepted, Verdict},
    settings::{Settings, SettingsFor},
};

/// A kind that can carry the annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubeVirtKind {
    /// Its API group; every version of it is meant.
    pub group: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// Where the annotations lie that reach the launcher pod.
    pub annotations: &'static str,
    /// Where the node selector lies that reaches the launcher pod, if the kind has one.
    pub node_selector: Option<&'static str>,
    /// Whether objects are in a namespace, which is that of the pod.
    pub namespaced: bool,
}

const fn kind(group: &'static str, kind: &'static str, annotations: &'static str) -> KubeVirtKind {
    KubeVirtKind {
        group,
        kind,
        annotations,
        node_selector: None,
        namespaced: true,
    }
}

/// A kind with a node selector at this member path.
const fn selecting(kind: KubeVirtKind, node_selector: &'static str) -> KubeVirtKind {
    KubeVirtKind {
        node_selector: Some(node_selector),
        ..kind
    }
}

/// A kind of objects that serve every namespace.
const fn cluster(kind: KubeVirtKind) -> KubeVirtKind {
    KubeVirtKind {
        namespaced: false,
        ..kind
    }
}

const INSTANCETYPE: &str = "instancetype.kubevirt.io";
const TEMPLATE: &str = "spec.template.metadata.annotations";

/// All of them.
pub const KINDS: [KubeVirtKind; 8] = [
    selecting(
        kind("kubevirt.io", "VirtualMachineInstance", "metadata.annotations"),
        "spec.nodeSelector",
    ),
    selecting(
        kind("kubevirt.io", "VirtualMachine", TEMPLATE),
        "spec.template.spec.nodeSelector",
    ),
    selecting(
        kind("kubevirt.io", "VirtualMachineInstanceReplicaSet", TEMPLATE),
        "spec.template.spec.nodeSelector",
    ),
    selecting(
        kind(
            "pool.kubevirt.io",
            "VirtualMachinePool",
            "spec.virtualMachineTemplate.spec.template.metadata.annotations",
        ),
        "spec.virtualMachineTemplate.spec.template.spec.nodeSelector",
    ),
    kind(INSTANCETYPE, "VirtualMachineInstancetype", "spec.annotations"),
    cluster(kind(
        INSTANCETYPE,
        "VirtualMachineClusterInstancetype",
        "spec.annotations",
    )),
    kind(INSTANCETYPE, "VirtualMachinePreference", "spec.annotations"),
    cluster(kind(
        INSTANCETYPE,
        "VirtualMachineClusterPreference",
        "spec.annotations",
    )),
];

/// The version of each group that deployments name: the API server converts the others before it asks.
pub const VERSIONS: [(&str, &str); 3] = [
    ("kubevirt.io", "v1"),
    ("pool.kubevirt.io", "v1beta1"),
    (INSTANCETYPE, "v1beta1"),
];

/// Kinds without a status subresource. Each status write of KubeVirt is an UPDATE of the object, so deployments send CREATE only.
pub const WITHOUT_STATUS: [&str; 1] = ["VirtualMachineInstance"];

/// Where KubeVirt ignores the annotation, in all kinds but VirtualMachineInstance.
const OWN: &str = "metadata.annotations";
/// Where it ignores the annotation in a pool.
const POOL_TEMPLATE: &str = "spec.virtualMachineTemplate.metadata.annotations";
/// How the places in a pool begin.
const POOL: &str = "spec.virtualMachineTemplate.";

impl KubeVirtKind {
    /// The kind of this group and name, if it is one of these.
    #[must_use]
    pub fn find(group: &str, kind: &str) -> Option<Self> {
        KINDS
            .into_iter()
            .find(|known| known.group == group && known.kind == kind)
    }

    /// Its name in rules of webhooks. All plurals are regular.
    #[must_use]
    pub fn resource(self) -> String {
        format!("{}s", self.kind.to_ascii_lowercase())
    }

    /// The namespace of the pod, for an object in `name`.
    #[must_use]
    pub fn namespace(self, name: &str) -> Namespace {
        if self.namespaced {
            Namespace::named(name)
        } else {
            Namespace::Any
        }
    }

    /// Judges the annotation of `object`, if it is new or differs from that of `old`, the object before an UPDATE:
    /// status writes, finalizers and older objects are never in the way. The settings are read only for a judgement.
    ///
    /// # Errors
    /// What would reject the launcher pod, its creator aside.
    pub(crate) fn verdict(
        self,
        request: &Request<'_>,
        object: &Members<'_>,
        old: Option<&Members<'_>>,
    ) -> Result<Verdict, Violations> {
        let changed = |path| {
            let new = annotations_in(object, path);
            let old = old.map(|old| annotations_in(old, path));
            let is_same = match (&new, &old) {
                (Ok(new), Some(Ok(old))) => new.is_same(old),
                (Err(new), Some(Err(old))) => new == old,
                _ => false,
            };
            (!is_same).then_some(new)
        };
        let mut accepted = match changed(self.annotations) {
            None => Accepted::default(),
            Some(Err(violation)) => return Err(violation.into()),
            Some(Ok(annotations)) if annotations.is_empty() => Accepted::default(),
            Some(Ok(annotations)) => {
                let namespace = self.namespace(&request.namespace);
                let settings = Settings::of_request(request.settings)?;
                let settings = SettingsFor::new(&settings, &namespace);
                self.judged(&settings, object, &annotations)?
            }
        };
        let near_misses = |object| {
            let annotations = members_at(object, self.annotations).ok().flatten();
            annotations
                .map(|annotations| near_miss::of_annotations(&annotations))
                .unwrap_or_default()
        };
        let before = old.map(near_misses).unwrap_or_default();
        let new = near_misses(object)
            .into_iter()
            .filter(|warning| !before.contains(warning));
        accepted.warnings.extend(new);
        let misplaced = [OWN, POOL_TEMPLATE]
            .into_iter()
            .filter(|path| *path != self.annotations && (*path == OWN || self.annotations.starts_with(POOL)));
        for path in misplaced {
            let Some(Ok(annotations)) = changed(path) else {
                continue;
            };
            for key in annotations.keys() {
                accepted.warnings.push(format!(
                    "KubeVirt ignores {key} in {path} of a {}: put it into {}",
                    self.kind, self.annotations
                ));
            }
        }
        // The audit annotation is the launcher pod's.
        accepted.mounts.clear();
        Ok(Verdict::Allow(accepted))
    }

    /// Whether `object` has an annotation that asks for host paths where KubeVirt reads it.
    ///
    /// # Errors
    /// Where that cannot be told.
    pub(crate) fn carries_annotation(self, object: &Members<'_>) -> Result<bool, Violation> {
        Ok(!annotations_in(object, self.annotations)?.is_empty())
    }

    /// The requests in the object of this JSON text, accepted.
    ///
    /// # Errors
    /// What would reject the launcher pod, its creator aside.
    pub fn accepted(self, settings: &SettingsFor<'_>, object: &str) -> Result<Accepted, Violations> {
        let object = &Members::of_text(FieldPath::root("object"), object)?;
        self.judged(settings, object, &annotations_in(object, self.annotations)?)
    }

    fn judged(
        self,
        settings: &SettingsFor<'_>,
        object: &Members<'_>,
        annotations: &Annotations<'_>,
    ) -> Result<Accepted, Violations> {
        let at = FieldPath::root(self.annotations);
        let mut requests = Requests::read(settings, at, annotations);
        let mut violations = std::mem::take(&mut requests.violations);
        // For which namespace an object of the cluster is used is not known, and so are the rules.
        if self.namespaced {
            let selector_at = self.node_selector.unwrap_or_default();
            let selector = || match self.node_selector {
                Some(path) => value_at(object, path),
                None => Ok(None),
            };
            let labels = node_selector::labels(settings, at, &requests.accepted, selector_at, selector);
            violations.extend(labels.violations);
        }
        match Violations::from_vec(violations) {
            Some(violations) => Err(violations),
            None => Ok(Accepted::of(requests)),
        }
    }
}

/// The requests of the annotations at this member path of the object of this JSON text, as far as they can be read.
#[must_use]
pub fn requests_in(annotations: &str, object: &str) -> Vec<HostPathRequest> {
    let object = Members::of_text(FieldPath::root("object"), object);
    let read = object.and_then(|object| annotations_in(&object, annotations));
    let requests = read.map(|read| requests::written_in(FieldPath::root(annotations), &read));
    requests.unwrap_or_default()
}

/// The annotations below the member path `annotations`, such as `spec.annotations`, that ask for host paths.
fn annotations_in<'v>(object: &Members<'v>, annotations: &str) -> Result<Annotations<'v>, Violation> {
    match members_at(object, annotations)? {
        Some(members) => Annotations::of(FieldPath::root(annotations), &members),
        None => Ok(Annotations::default()),
    }
}

/// The members of the object at this member path, such as `spec.annotations`. Branches that are missing or `null` have none.
fn members_at<'v>(object: &Members<'v>, path: &str) -> Result<Option<Members<'v>>, Violation> {
    let value = value_at(object, path)?;
    value
        .map(|value| Members::read(FieldPath::root(path), value))
        .transpose()
}

/// The value at this member path. Branches that are missing or `null` hold none.
fn value_at<'v>(object: &Members<'v>, path: &str) -> Result<Option<Json<'v>>, Violation> {
    let (branch, name) = path.rsplit_once('.').unwrap_or(("", path));
    if branch.is_empty() {
        return object.get(FieldPath::root("object"), name);
    }
    match members_at(object, branch)? {
        Some(members) => members.get(FieldPath::root(branch), name),
        None => Ok(None),
    }
}
