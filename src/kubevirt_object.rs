//! The KubeVirt objects through which the annotation reaches a launcher pod, judged so that its owner learns of
//! an error at `kubectl apply` and not from a VM that does not start. The pod's own check stays authoritative.

use serde_json::{Value, value::RawValue};

use crate::{
    annotation,
    field::{Path, Violation, Violations},
    json::Kind,
    request::Operation,
    requests::Requests,
    settings::Settings,
    verdict::{Accepted, Verdict},
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
}

const fn kind(group: &'static str, kind: &'static str, annotations: &'static str) -> KubeVirtKind {
    KubeVirtKind {
        group,
        kind,
        annotations,
    }
}

const INSTANCETYPE: &str = "instancetype.kubevirt.io";
const TEMPLATE: &str = "spec.template.metadata.annotations";

/// All of them.
pub const KINDS: [KubeVirtKind; 8] = [
    kind("kubevirt.io", "VirtualMachineInstance", "metadata.annotations"),
    kind("kubevirt.io", VIRTUAL_MACHINE, TEMPLATE),
    kind("kubevirt.io", "VirtualMachineInstanceReplicaSet", TEMPLATE),
    kind(
        "pool.kubevirt.io",
        "VirtualMachinePool",
        "spec.virtualMachineTemplate.spec.template.metadata.annotations",
    ),
    kind(INSTANCETYPE, "VirtualMachineInstancetype", "spec.annotations"),
    kind(
        INSTANCETYPE,
        "VirtualMachineClusterInstancetype",
        "spec.annotations",
    ),
    kind(INSTANCETYPE, "VirtualMachinePreference", "spec.annotations"),
    kind(
        INSTANCETYPE,
        "VirtualMachineClusterPreference",
        "spec.annotations",
    ),
];

const VIRTUAL_MACHINE: &str = "VirtualMachine";
const MISPLACED: &str = "metadata.annotations";

impl KubeVirtKind {
    /// The kind of this group and name, if it is one of these.
    #[must_use]
    pub fn find(group: &str, kind: &str) -> Option<Self> {
        KINDS
            .into_iter()
            .find(|known| known.group == group && known.kind == kind)
    }

    /// Judges the annotation of `object`, if it is new or differs from that of `old`: status writes, finalizers and
    /// older objects are never in the way. The settings are read only for a judgement.
    ///
    /// # Errors
    /// What would reject the launcher pod, its creator aside.
    pub fn verdict(
        self,
        settings: Option<&RawValue>,
        operation: Operation,
        object: &Value,
        old: Option<&Value>,
    ) -> Result<Verdict, Violations> {
        let old = old.filter(|_| operation == Operation::Update);
        let changed = |path| {
            let new = annotation_at(object, path);
            (old.map(|old| annotation_at(old, path)).as_ref() != Some(&new)).then_some(new)
        };
        let mut accepted = match changed(self.annotations) {
            None | Some(Ok(None)) => Accepted::default(),
            Some(Err(violation)) => return Err(violation.into()),
            Some(Ok(Some(value))) => self.judged(&Settings::read_raw(settings)?, value)?,
        };
        if self.kind == VIRTUAL_MACHINE && matches!(changed(MISPLACED), Some(Ok(Some(_)))) {
            accepted.warnings.push(format!(
                "KubeVirt ignores {} in a VirtualMachine's own metadata: put it into spec.template.metadata",
                annotation::KEY
            ));
        }
        // The audit annotation is the launcher pod's.
        accepted.mounts.clear();
        Ok(Verdict::Allow(accepted))
    }

    /// The requests in `object`, accepted.
    ///
    /// # Errors
    /// What would reject the launcher pod, its creator aside.
    pub fn accepted(self, settings: &Settings, object: &Value) -> Result<Accepted, Violations> {
        match annotation_at(object, self.annotations)? {
            None => Ok(Accepted::default()),
            Some(value) => self.judged(settings, value),
        }
    }

    fn judged(self, settings: &Settings, value: &Value) -> Result<Accepted, Violations> {
        let annotations = Path::root(self.annotations);
        let requests = Requests::read(settings, annotations.key(annotation::KEY), value);
        match Violations::from_vec(requests.violations) {
            Some(violations) => Err(violations),
            None => Ok(Accepted::of(&requests.accepted)),
        }
    }
}

/// The annotation below the member path `annotations`, such as `spec.annotations`. Branches that are missing or
/// `null` hold none.
fn annotation_at<'v>(object: &'v Value, annotations: &str) -> Result<Option<&'v Value>, Violation> {
    let mut place = object;
    let mut walked = String::new();
    for name in annotations.split('.') {
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(name);
        place = match place.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(inner @ Value::Object(_)) => inner,
            Some(other) => {
                let at = Path::root(&walked);
                return Err(Violation::invalid(
                    at,
                    Kind::of(other).shown(),
                    "must be an object",
                ));
            }
        };
    }
    Ok(place.get(annotation::KEY))
}
