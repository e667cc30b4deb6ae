//! Answers to dry runs, by who has given them.

use serde_json::Value;

use crate::check::Finding;
use crate::cluster::Answer;
use crate::companion_shape::NAME;
use crate::deployed::Role;
use crate::dry_run::DryRun;
use crate::policy::Policy;
use crate::registered;

/// Who may deny a dry run, besides others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Senders {
    webhooks: Vec<(String, Role)>,
    companions: Vec<String>,
}

/// Who has denied it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A policy of this module.
    Own(Role),
    /// The companion.
    Companion,
    /// Another webhook or admission policy.
    Other(String),
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// The object as it would be stored.
    Stored(Value),
    /// A verdict.
    Denied {
        /// Whose.
        sender: Sender,
        /// The reason that it gives.
        message: String,
    },
    /// A webhook could not be asked.
    Unreachable {
        /// Whether it is one of this module's policies.
        is_own: bool,
        /// Which.
        webhook: String,
        /// Why not.
        reason: String,
    },
    /// Something that lies between the probe and a verdict.
    Obstacle(Obstacle),
}

/// What keeps a probe from a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The user lacks a right.
    Right(String),
    /// The user may not act as KubeVirt.
    Impersonation(String),
    /// The namespace enforces another level.
    PodSecurity(String),
    /// There is no such namespace.
    Namespace(String),
    /// The API server does not know the kind.
    Kind,
    /// It is accepted by this HTTP status, and the answer is not the object.
    NoObject(u16),
    /// No answer.
    Silence(String),
    /// Something else.
    Other(String),
}

/// The text between two others.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(begin)?;
    rest.split_once(end).map(|(found, _)| found)
}

impl Senders {
    /// The webhooks of these policies, and the companions of these names.
    pub(crate) fn new(policies: &[Policy], companions: &[String]) -> Self {
        let webhooks = policies.iter().flat_map(|policy| {
            registered::names(&policy.name).map(|id| (format!("{id}.kubewarden.admission"), policy.role))
        });
        Senders {
            webhooks: webhooks.collect(),
            companions: companions.to_vec(),
        }
    }

    fn webhook(&self, name: &str) -> Option<Role> {
        let mut webhooks = self.webhooks.iter();
        webhooks.find(|(own, _)| own == name).map(|(_, role)| *role)
    }

    /// What an answer means.
    pub(crate) fn reply(&self, dry_run: &DryRun, answer: Result<Answer, String>) -> Reply {
        let answer = match answer {
            Ok(answer) => answer,
            Err(reason) => return Reply::Obstacle(Obstacle::Silence(reason)),
        };
        if matches!(answer.status, 200 | 201) {
            return match dry_run.is_stored_as(&answer.body) {
                true => Reply::Stored(answer.body),
                false => Reply::Obstacle(Obstacle::NoObject(answer.status)),
            };
        }
        let message = answer.message().to_owned();
        self.denial(&message)
            .or_else(|| self.unreachable(&message))
            .unwrap_or_else(|| Reply::Obstacle(Obstacle::of(answer.status, message)))
    }

    fn denial(&self, message: &str) -> Option<Reply> {
        if let Some((head, reason)) = message.split_once("\" denied the request") {
            let (_, webhook) = head.split_once("admission webhook \"")?;
            let sender = match self.webhook(webhook) {
                Some(role) => Sender::Own(role),
                None => Sender::Other(webhook.to_owned()),
            };
            return Some(Reply::Denied {
                sender,
                message: reason.trim_start_matches([':', ' ']).to_owned(),
            });
        }
        let policy = between(message, "ValidatingAdmissionPolicy '", "'")?;
        let (_, reason) = message.split_once("denied request: ")?;
        // By its name as well: its list may not be readable.
        let is_companion = policy.ends_with(NAME) || self.companions.iter().any(|own| own == policy);
        let sender = match is_companion {
            true => Sender::Companion,
            false => Sender::Other(format!("ValidatingAdmissionPolicy {policy}")),
        };
        Some(Reply::Denied {
            sender,
            message: reason.to_owned(),
        })
    }

    fn unreachable(&self, message: &str) -> Option<Reply> {
        let webhook = between(message, "failed calling webhook \"", "\"")?;
        let (_, reason) = message.split_once(webhook)?;
        Some(Reply::Unreachable {
            is_own: self.webhook(webhook).is_some(),
            webhook: webhook.to_owned(),
            reason: reason.trim_start_matches(['"', ':', ' ']).to_owned(),
        })
    }
}

impl Obstacle {
    fn of(status: u16, message: String) -> Self {
        if message.contains("violates PodSecurity") {
            return Obstacle::PodSecurity(message);
        }
        if message.contains("cannot impersonate") {
            return Obstacle::Impersonation(message);
        }
        match status {
            401 | 403 => Obstacle::Right(match message.as_str() {
                "" => format!("HTTP status {status}"),
                _ => message,
            }),
            404 if message.starts_with("namespaces ") => Obstacle::Namespace(message),
            404 => Obstacle::Kind,
            status => Obstacle::Other(format!("HTTP status {status}: {message}")),
        }
    }

    /// It is unknown what the verdict would be, and the fix is that of the obstacle.
    pub(crate) fn finding(self) -> Finding {
        match self {
            Obstacle::Right(message) => Finding::unknown(message).fix(
                "run doctor as a user who may create pods and VirtualMachines and change ephemeral containers: deploy/doctor/ has a ClusterRole",
            ),
            Obstacle::Impersonation(message) => Finding::unknown(message)
                .fix("run doctor as a user who may impersonate KubeVirt's service account: deploy/doctor/ has a Role"),
            Obstacle::PodSecurity(message) => Finding::unknown(message)
                .fix("name a namespace that enforces Pod Security level privileged with --probe-namespace"),
            Obstacle::Namespace(message) => {
                Finding::unknown(message).fix("name a namespace that exists with --probe-namespace")
            }
            Obstacle::Kind => Finding::unknown("the API server does not know the kind: KubeVirt is not installed")
                .fix("install KubeVirt"),
            Obstacle::NoObject(status) => Finding::unknown(format!(
                "HTTP status {status}, with something that is not the object that was sent"
            ))
            .fix("see what answers at the address of the cluster: a proxy may, in place of the API server"),
            Obstacle::Silence(reason) => {
                Finding::unknown(reason).fix("see that the API server can be reached, and run doctor again")
            }
            Obstacle::Other(message) => Finding::unknown(message).fix("ask the API server for the reason"),
        }
    }
}

/// Why a policy server cannot be asked, and what to do.
pub(crate) fn unreachable(webhook: &str, reason: &str) -> Finding {
    let (what, fix) = if reason.contains("x509") || reason.contains("certificate") {
        (
            "the API server does not believe the certificate of the policy server",
            "restart Kubewarden's controller, which writes caBundle and the server's certificate",
        )
    } else if reason.contains("could not find the requested resource") {
        (
            "the policy server does not know the policy",
            "look at the conditions of the policy and at the log of the policy server",
        )
    } else {
        (
            "the policy server does not answer",
            "kubectl get pods -A -l kubewarden/policy-server, and the log of one that is not ready",
        )
    };
    Finding::failed(format!(
        "{what}, and pods that {webhook} judges are not created: {reason}"
    ))
    .fix(fix)
}
