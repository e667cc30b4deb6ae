//! What comes of each field of a policy that is not as `deploy/` has it.

use serde_json::json;

use crate::check::{Finding, Status};
use crate::deployed::Role;
use crate::shape::{Default, Difference, Form, Narrows, Shape, Stranger, field};

/// The spec of a ClusterAdmissionPolicy. The defaults are those of Kubewarden's CRD, and of the API server for what
/// Kubewarden's controller hands on to it.
pub(crate) const SPEC: Shape = Shape {
    fields: &[
        field("mode", Default::Text("protect"), Form::Plain),
        field("mutating", Default::Bool(false), Form::Plain),
        field("rules", Default::List, Form::Rules),
        field("objectSelector", Default::Nothing, Form::Selector),
        field("namespaceSelector", Default::Nothing, Form::Selector),
        field("matchConditions", Default::List, Form::Plain),
        field("matchPolicy", Default::Text("Equivalent"), Form::Plain),
        field("failurePolicy", Default::Text("Fail"), Form::Plain),
        field("settings.verifyOnly", Default::Bool(false), Form::Plain),
        field("sideEffects", Default::Text("None"), Form::Plain),
        field(
            "allowInsideAdmissionControllerNamespace",
            Default::Bool(false),
            Form::Plain,
        ),
        field("contextAwareResources", Default::List, Form::Set),
        field("message", Default::Nothing, Form::Plain),
        field("backgroundAudit", Default::Bool(true), Form::Plain),
    ],
    // Of the settings, all that is not `verifyOnly` has a check of its own.
    ignored: &[
        "module",
        "policyServer",
        "settings",
        "timeoutSeconds",
        "timeoutEvalSeconds",
    ],
};

const APPLY: &str = "kubectl apply -k deploy/base/";

/// The finding of a field that differs.
pub(crate) fn finding(role: Role, difference: Difference) -> Finding {
    let (status, consequence, fix) = consequence(role, &difference);
    // A convenience: the verdict on the pod is the one that counts.
    let status = match role {
        Role::Early => Status::Warning,
        _ => status,
    };
    Finding::of(status, consequence).fix(fix).field(
        format!("spec.{}{}", difference.field, difference.at),
        difference.expected,
        difference.found,
    )
}

/// The finding of a field that `deploy/` does not use, and of which this version does not know what it does.
pub(crate) fn stranger(stranger: Stranger) -> Finding {
    Finding::unknown("doctor does not know what this field does")
        .fix("remove it, or use a newer sidecar-hostpath")
        .field(format!("spec.{}", stranger.field), json!(null), stranger.found)
}

fn consequence(role: Role, difference: &Difference) -> (Status, String, &'static str) {
    use Status::{Failed, Warning};
    let purpose = role.purpose();
    match difference.field {
        "mode" => {
            let effect = match role {
                Role::Inject => "nothing is denied by it, and nothing mounted",
                Role::Early => "it warns of nothing",
                Role::Verify | Role::VerifyEphemeral => "nothing is denied by it",
            };
            (
                Failed,
                format!("{effect}: {purpose}"),
                "set mode: protect in deploy/base/settings.yaml, and apply it",
            )
        }
        "mutating" if role == Role::Inject => {
            let effect = "Kubewarden denies each launcher pod that lacks a mount, instead of adding it";
            (Failed, effect.to_owned(), APPLY)
        }
        "mutating" => {
            let effect = "it is called before or between other mutating webhooks, and does not see what they change later";
            (
                Failed,
                effect.to_owned(),
                "delete the policy, and kubectl apply -k deploy/base/",
            )
        }
        "settings.verifyOnly" if role == Role::Inject => {
            (Failed, "it denies what it should mount".to_owned(), APPLY)
        }
        "settings.verifyOnly" if role == Role::Early => (Warning, "it is not as deployed".to_owned(), APPLY),
        "settings.verifyOnly" => {
            let effect = "a mount that a later webhook took away is no violation to it";
            (Failed, effect.to_owned(), APPLY)
        }
        "rules" => match difference.narrows {
            Narrows::Yes => (Failed, format!("requests are not judged: {purpose}"), APPLY),
            Narrows::No | Narrows::NotApplicable => (
                Warning,
                "it is called for requests that do not concern it, and an outage stops them too".to_owned(),
                APPLY,
            ),
        },
        "objectSelector" | "namespaceSelector" => match difference.narrows {
            Narrows::Yes => (
                Failed,
                format!(
                    "objects are left out, of new namespaces or by labels that their owners choose: {purpose}"
                ),
                "remove what deploy/ does not have from the selector",
            ),
            Narrows::No | Narrows::NotApplicable => (
                Warning,
                "it is called for objects that do not concern it, and an outage stops them too".to_owned(),
                APPLY,
            ),
        },
        "matchConditions" => (
            Failed,
            format!("what they leave out is not judged: {purpose}"),
            "remove matchConditions",
        ),
        "matchPolicy" => (
            Failed,
            "requests in other API versions are not judged".to_owned(),
            "remove matchPolicy",
        ),
        "failurePolicy" if role == Role::Early => (
            Warning,
            "while no policy server answers, KubeVirt cannot write its own objects".to_owned(),
            "set failurePolicy: Ignore",
        ),
        "failurePolicy" => (
            Failed,
            format!("while no policy server answers, nothing is checked: {purpose}"),
            "set failurePolicy: Fail",
        ),
        "sideEffects" => (
            Failed,
            "dry runs may not be judged".to_owned(),
            "remove sideEffects",
        ),
        "message" => (
            Warning,
            "owners read this text instead of the reason of a rejection".to_owned(),
            "remove message",
        ),
        "backgroundAudit" if role == Role::Inject => (
            Warning,
            "the audit scanner ignores patches: it reports pods that lack a mount as passed".to_owned(),
            APPLY,
        ),
        "backgroundAudit" => (
            Warning,
            "the audit scanner does not report what the settings no longer allow".to_owned(),
            APPLY,
        ),
        "contextAwareResources" => (
            Warning,
            "the module may read these objects of the cluster, and has no use for them".to_owned(),
            "remove contextAwareResources",
        ),
        _ => (Warning, "it is not as deployed".to_owned(), APPLY),
    }
}
