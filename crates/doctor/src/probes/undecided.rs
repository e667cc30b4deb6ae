//! Answers to probes that are no verdict.

use super::{EARLIER, Probes};
use crate::check::Finding;
use crate::reply::{self, Reply, Sender};

impl Probes<'_> {
    /// What an answer says that is no verdict on what was asked. `by_kubevirt`: what KubeVirt could not create.
    pub(crate) fn undecided(&mut self, reply: Reply, by_kubevirt: Option<&str>) -> Option<Finding> {
        Some(match reply {
            Reply::Stored(_) => Finding::unknown("accepted, for a reason that is not known"),
            Reply::Denied {
                sender: Sender::Companion,
                message,
            } if by_kubevirt.is_some() => Finding::failed(format!(
                "nobody can start a VM: the companion denies launcher pods to KubeVirt: {message}"
            ))
            .fix(
                "see the check of the companion above: its ClusterRole must name KubeVirt's service account",
            ),
            Reply::Denied { sender, message } => {
                let (who, fix) = match sender {
                    // No probe that comes here has a mount.
                    Sender::Own(role) if message.contains("spec.") => (role.name().to_owned(), EARLIER),
                    Sender::Own(role) => (role.name().to_owned(), "see the checks of the policies above"),
                    Sender::Companion => ("the companion".to_owned(), "see the check of the companion above"),
                    Sender::Other(name) => (
                        name,
                        "name a namespace that it leaves alone with --probe-namespace; if there is none, see what it does with launcher pods",
                    ),
                };
                Finding::unknown(format!("{who} denies it before there is a verdict: {message}")).fix(fix)
            }
            Reply::Unreachable { is_own: true, .. } if self.is_server_down => {
                Finding::unknown("the policy server does not answer: see above")
            }
            Reply::Unreachable {
                is_own: true,
                webhook,
                reason,
            } => {
                // One failure, one fix.
                self.is_server_down = true;
                reply::unreachable(&webhook, &reason)
            }
            Reply::Unreachable { webhook, reason, .. } => {
                Finding::unknown(format!("webhook {webhook} of others cannot be called: {reason}"))
                    .fix("see to that webhook")
            }
            Reply::Obstacle(obstacle) => obstacle.finding(),
        })
    }
}
