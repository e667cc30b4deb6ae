//! Requests that are sent as dry runs. What the cluster answers is what it would do, and is held against what the policy
//! itself says under the cluster's settings.

mod paths;
mod undecided;

use serde_json::Value;

use crate::check::{Check, Finding, Status};
use crate::cluster::Cluster;
use crate::deployed::Role;
use crate::dry_run::DryRun;
use crate::judge::{Judge, Verdict};
use crate::mounts::{difference, stored_text};
use crate::name::Label;
use crate::reply::{Reply, Sender, Senders};
use crate::request::{Kind, MACHINE, POD};
use crate::samples::{annotation, machine, pod, with_writable_mount};
use crate::settings::Settings;

/// Another user than KubeVirt: who doctor runs as is not known.
const SOMEBODY: &str = "sidecar-hostpath-doctor";

/// What to do where a pod reaches inject with more in it than was sent.
const EARLIER: &str = "an earlier webhook has changed the pod, if the check of inject is ok: the check of others that change launcher pods above names those before inject; add a rule for what it mounts, or have it leave launcher pods out";

/// What all probes need.
pub(crate) struct Probes<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(crate) judge: &'c dyn Judge,
    pub(crate) settings: &'c Settings,
    /// The user that creates launcher pods.
    pub(crate) controller: Option<String>,
    pub(crate) senders: Senders,
    /// What to do where the companion does not deny the launcher label.
    pub(crate) label_fix: &'static str,
    /// A policy server is known to be down, so that no probe has to say it.
    pub(crate) is_server_down: bool,
}

/// What a probe sends, and what it is for.
struct Probe {
    name: &'static str,
    /// `a launcher pod that asks for /etc`
    what: String,
    kind: Kind,
    dry_run: DryRun,
    object: Value,
    is_by_kubevirt: bool,
    /// How bad it is if it is accepted against the settings.
    if_accepted: Status,
    fix: &'static str,
}

/// The field that a message is about.
fn field(message: &str) -> &str {
    message.split_once(": ").map_or(message, |(field, _)| field)
}

impl Probes<'_> {
    /// What the policy itself says.
    pub(crate) fn verdict(&self, request: &Value) -> Result<Verdict, String> {
        self.judge.verdict(&self.settings.0, request)
    }

    /// What the cluster says.
    pub(crate) async fn send(&self, dry_run: &DryRun, user: Option<&str>) -> Reply {
        let answer = self.cluster.dry_run(dry_run, user).await;
        self.senders.reply(dry_run, answer)
    }

    /// All probes in this namespace.
    pub(crate) async fn checks(&mut self, namespace: &Label) -> Vec<Check> {
        let mut checks = Vec::new();
        let launcher = |name, what: String, object: Value, is_by_kubevirt, fix| Probe {
            name,
            what,
            kind: POD,
            dry_run: DryRun::pod(namespace, object.clone()),
            object,
            is_by_kubevirt,
            if_accepted: Status::Failed,
            fix,
        };
        let forbidden = self.forbidden(namespace);
        match forbidden {
            None => checks.push(Check::one(
                "probe: a forbidden path",
                Finding::failed(format!(
                    "the settings permit all of {}",
                    paths::FORBIDDEN.join(", ")
                ))
                .fix("narrow allowedHostPaths, and keep the built-in sensitive paths"),
            )),
            Some(path) => {
                let object = pod(namespace, Some(&annotation(path, "Directory")));
                let what = format!("a launcher pod that asks for {path}");
                let fix = "see the checks of inject and verify above";
                checks.push(
                    self.run(launcher("probe: a forbidden path", what, object, true, fix))
                        .await,
                );
            }
        }
        match self.permitted(namespace, self.controller.as_deref()) {
            None => checks.push(Check::one(
                "probe: an allowed path",
                self.nothing_permitted(namespace),
            )),
            Some((path, host_path_type)) => {
                let object = pod(namespace, Some(&annotation(&path, &host_path_type)));
                let what = format!("a launcher pod that asks for {path}");
                let fix = "see the checks of inject, settings and trustedCreators above";
                let allowed = launcher("probe: an allowed path", what, object.clone(), true, fix);
                checks.push(self.run(allowed).await);
                let writable = with_writable_mount(object.clone(), &path, &host_path_type);
                let what = format!("a writable mount of {path} beside the request");
                let fix = "see the checks of inject and verify above";
                checks.push(
                    self.run(launcher("probe: a writable mount", what, writable, true, fix))
                        .await,
                );
                let what = "a launcher pod of yours with a host path".to_owned();
                let fix = "see the checks of inject, verify and trustedCreators above: KubeVirt's controller alone may be named";
                checks.push(
                    self.run(launcher("probe: another creator", what, object, false, fix))
                        .await,
                );
            }
        }
        checks.push(self.launcher_label(namespace).await);
        checks.push(match forbidden {
            None => Check::one(
                "probe: a VirtualMachine",
                Finding::unknown("there is no forbidden path to try").fix("see the first probe"),
            ),
            Some(path) => {
                let object = machine(namespace, &annotation(path, "Directory"));
                self.run(Probe {
                    name: "probe: a VirtualMachine",
                    what: format!("a VirtualMachine that asks for {path}"),
                    kind: MACHINE,
                    dry_run: DryRun::virtual_machine(namespace, object.clone()),
                    object,
                    is_by_kubevirt: false,
                    if_accepted: Status::Warning,
                    fix: "see the check of early above",
                })
                .await
            }
        });
        checks
    }

    async fn run(&mut self, probe: Probe) -> Check {
        let user = match probe.is_by_kubevirt {
            true => self.controller.clone(),
            false => Some(SOMEBODY.to_owned()),
        };
        let expected = match self.verdict(&probe.kind.create(&probe.object, user.as_deref())) {
            Ok(verdict) => verdict,
            Err(reason) => return Check::one(probe.name, Finding::unknown(reason)),
        };
        let impersonated = user.filter(|_| probe.is_by_kubevirt);
        let reply = self.send(&probe.dry_run, impersonated.as_deref()).await;
        let what = &probe.what;
        match (expected, reply) {
            (Verdict::Rejected(reason), Reply::Stored(_)) => Check::one(
                probe.name,
                Finding::of(
                    probe.if_accepted,
                    format!("{what} is accepted, and the settings forbid it: {reason}"),
                )
                .fix(probe.fix),
            ),
            (
                Verdict::Rejected(reason),
                Reply::Denied {
                    sender: Sender::Own(_),
                    message,
                },
            ) => match message.contains(field(&reason)) {
                true => Check::ok(probe.name, format!("{what} is denied")),
                false => Check::one(
                    probe.name,
                    Finding::unknown(format!("{what} is denied for another reason: {message}")).fix(
                        match message.starts_with("spec.") {
                            true => EARLIER,
                            false => "see that the cluster's module is of the version of this command",
                        },
                    ),
                ),
            },
            (
                Verdict::Rejected(_),
                Reply::Denied {
                    sender: Sender::Companion,
                    ..
                },
            ) if !probe.is_by_kubevirt => Check::ok(probe.name, format!("{what} is denied by the companion")),
            (Verdict::Accepted(wanted), Reply::Stored(stored)) => Check::new(
                probe.name,
                stored_text(what, &stored),
                difference(&wanted, &stored),
            ),
            (
                Verdict::Accepted(_),
                Reply::Denied {
                    sender: Sender::Own(role),
                    message,
                },
            ) => {
                let fix = match role {
                    // The probe has no mount, so that somebody before inject has added one.
                    Role::Inject if message.starts_with("spec.") => EARLIER,
                    Role::Verify => {
                        "see the check of inject, and of others that change launcher pods, above: inject does not mount it, one of them undoes it, or the policy server enforces older settings than the policies have"
                    }
                    _ => probe.fix,
                };
                let why = format!(
                    "{what} is denied by {}, and the settings permit it: {message}",
                    role.name()
                );
                Check::one(probe.name, Finding::failed(why).fix(fix))
            }
            (_, reply) => {
                let by = probe.is_by_kubevirt.then_some(what.as_str());
                Check::new(
                    probe.name,
                    String::new(),
                    self.undecided(reply, by).into_iter().collect(),
                )
            }
        }
    }

    async fn launcher_label(&mut self, namespace: &Label) -> Check {
        let name = "probe: the launcher label";
        let dry_run = DryRun::pod(namespace, pod(namespace, None));
        match self.send(&dry_run, None).await {
            Reply::Stored(_) => Check::one(
                name,
                Finding::warning("you may set the label kubevirt.io: virt-launcher on a pod of yours")
                    .fix(self.label_fix),
            ),
            Reply::Denied {
                sender: Sender::Companion,
                ..
            } => Check::ok(name, "the label is denied to you"),
            reply => Check::new(
                name,
                String::new(),
                self.undecided(reply, None).into_iter().collect(),
            ),
        }
    }
}
