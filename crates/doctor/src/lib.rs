//! Whether a live cluster is protected by this project's policy: the library behind `sidecar-hostpath doctor`.
//!
//! *Ok means equal.* The objects of `deploy/` are [`deployed`] into this crate; what the [`cluster`] has is held against them
//! field by field, with what servers fill in, but for names, namespaces, module, settings, policy server,
//! timeouts and labels. So are the webhooks that Kubewarden makes of the policies, in both of its dialects. What Kubewarden says
//! of itself decides whether that is enforced. Then probes are sent, each a [`dry_run::DryRun`], the only write that there is;
//! what the cluster answers is held against what the policy itself, a [`judge::Judge`], says.
//!
//! The result is data: [`check::Check`]s with [`check::Finding`]s. What was not read, or not tried, is unknown and never ok.

pub mod check;
pub mod cluster;
pub mod deployed;
pub mod dry_run;
pub mod judge;
pub mod name;

mod annotation;
mod bindings;
mod ca;
mod companion;
mod companion_shape;
mod creators;
mod debug;
mod delivery;
mod enforcement;
mod error;
mod injectors;
mod kubernetes;
mod kubevirt;
mod lists;
mod members;
mod mounts;
mod nodes;
mod object;
mod pod_security;
mod policies;
mod policy;
mod policy_fields;
mod probes;
mod registered;
mod registration;
mod reply;
mod request;
mod roll_out;
mod rules;
mod samples;
mod selector;
mod server;
mod settings;
mod shape;
mod some_of;
mod strays;
mod workloads;
mod writers;

pub use error::Error;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use check::{Check, Finding, Status};
use cluster::{Cluster, Seen};
use deployed::Deployed;
use judge::{Judge, Values};
use kubevirt::KubeVirt;
use name::Label;
use policy::Policies;
use probes::Probes;
use registered::Registered;
use reply::Senders;
use server::Servers;
use settings::{Creators, Settings};
use workloads::{Under, Workloads};

const WEBHOOKS: &str = "/apis/admissionregistration.k8s.io/v1";

/// What is asked of a cluster.
pub struct Options<'o> {
    /// The settings that VMs are judged by, if not the cluster's own.
    pub settings: Option<&'o Values>,
    /// The namespace for probes, if not the first that enforces the Pod Security level privileged.
    pub probe_namespace: Option<Label>,
    /// Told what is being done.
    pub progress: &'o dyn Fn(&str),
}

/// All checks, in their order.
///
/// # Errors
/// The cluster cannot be reached.
pub async fn examine(
    cluster: &Cluster,
    judge: &dyn Judge,
    options: &Options<'_>,
) -> Result<Vec<Check>, Error> {
    let deployed = Deployed::built_in()?;
    (options.progress)("reading policies");
    let mut checks = vec![kubernetes::check(cluster).await?];
    let namespaces = cluster.list_of("/api/v1/namespaces", namespace).await;
    let found = policy::policies(cluster, &deployed).await;
    let none = Policies::default();
    let policies = found.as_ref().unwrap_or(&none).policies.as_slice();
    let servers = server::servers(cluster, policies).await;
    checks.extend(servers.values().map(|server| server.check.clone()));
    checks.extend(policies::checks(&found, &deployed, &servers, judge));
    let own = policies::settings_of(policies, judge);

    (options.progress)("reading webhooks");
    let mutating = cluster
        .list(&format!("{WEBHOOKS}/mutatingwebhookconfigurations"))
        .await;
    let validating = cluster
        .list(&format!("{WEBHOOKS}/validatingwebhookconfigurations"))
        .await;
    let registered = Registered {
        mutating: &mutating,
        validating: &validating,
    };
    checks.extend(registration::checks(policies, &registered, &servers));
    checks.push(injectors::check(cluster, &found, &mutating).await);
    let kubevirt = kubevirt::find(cluster).await;
    let controller = kubevirt.as_ref().ok().map(|kubevirt| kubevirt.controller.clone());
    let companion = companion::companion(cluster, &deployed, own.as_ref(), controller.as_deref()).await;
    let senders = Senders::new(policies, &companion.names);
    let label_fix = companion.fix;
    checks.push(companion.check);
    checks.extend(kubevirt::checks(&kubevirt, own.as_ref()));
    checks.push(nodes::check(cluster, own.as_ref()).await);

    (options.progress)("judging VMs");
    let creator = controller.or_else(|| first_creator(own.as_ref()));
    let by = options.settings.or(own.as_ref().map(|own| &own.0));
    let under = by.map(|settings| Under {
        judge,
        settings,
        verifying: own.as_ref().map(Settings::verifying),
        controller: creator.as_deref(),
    });
    let workloads = workloads::read(cluster, under.as_ref()).await;

    (options.progress)("sending dry runs");
    let cluster_state = State {
        label_fix,
        namespaces: &namespaces,
        servers: &servers,
        workloads: &workloads,
    };
    checks.extend(
        probe(
            cluster,
            judge,
            own.as_ref(),
            creator.clone(),
            senders,
            &cluster_state,
            options,
        )
        .await,
    );
    checks.extend(workloads::checks(
        &workloads,
        under.is_some(),
        &namespaces,
        &servers,
    ));

    (options.progress)("reading pods and volumes");
    let own_namespace = kubevirt
        .as_ref()
        .ok()
        .map(|kubevirt: &KubeVirt| kubevirt.namespace.as_str());
    checks.push(writers::check(cluster, own.as_ref(), own_namespace).await);
    (options.progress)("");
    Ok(checks)
}

/// What is looked at of a namespace: there may be many.
fn namespace(namespace: Value) -> Value {
    let enforce = "pod-security.kubernetes.io/enforce";
    json!({ "metadata": {
        "name": object::text(&namespace, "/metadata/name"),
        "labels": { enforce: namespace.pointer("/metadata/labels").and_then(|labels| labels.get(enforce)) },
    } })
}

fn first_creator(settings: Option<&Settings>) -> Option<String> {
    match settings?.creators() {
        Creators::Users(users) => users.into_iter().next(),
        Creators::Anyone => None,
    }
}

/// What has been read before probes are sent.
struct State<'s> {
    label_fix: &'static str,
    namespaces: &'s Seen<Vec<Value>>,
    servers: &'s Servers,
    workloads: &'s Seen<Workloads>,
}

async fn probe(
    cluster: &Cluster,
    judge: &dyn Judge,
    settings: Option<&Settings>,
    controller: Option<String>,
    senders: Senders,
    state: &State<'_>,
    options: &Options<'_>,
) -> Vec<Check> {
    let name = "probes";
    let Some(settings) = settings else {
        let finding = Finding::unknown("no settings could be read").fix("see the checks above");
        return vec![Check::one(name, finding)];
    };
    let mut probes = Probes {
        cluster,
        judge,
        settings,
        controller,
        senders,
        label_fix: state.label_fix,
        is_server_down: state
            .servers
            .values()
            .any(|server| server.check.status() == Status::Failed),
    };
    let left_out: BTreeSet<String> = state
        .servers
        .values()
        .filter_map(|server| server.namespace.clone())
        .collect();
    let left_out: Vec<String> = left_out.into_iter().collect();
    let namespace = match (&options.probe_namespace, state.namespaces) {
        (Some(namespace), _) => Ok(namespace.clone()),
        (None, Ok(namespaces)) => privileged(namespaces, &left_out).ok_or_else(|| {
            Finding::unknown("no namespace enforces Pod Security level privileged")
                .fix("name a namespace with --probe-namespace")
        }),
        (None, Err(unseen)) => Err(Finding::unseen(unseen)),
    };
    let mut checks = match namespace {
        Err(finding) => vec![Check::one(name, finding)],
        Ok(namespace) if left_out.contains(&namespace.to_string()) => vec![Check::one(
            name,
            Finding::unknown(format!(
                "Kubewarden leaves out its own namespace {namespace}: nothing is judged there"
            ))
            .fix("name another namespace with --probe-namespace"),
        )],
        Ok(namespace) => probes.checks(&namespace).await,
    };
    checks.push(match state.workloads {
        Ok(workloads) => probes.kubectl_debug(&workloads.targets).await,
        Err(unseen) => Check::unseen("probe: kubectl debug", unseen),
    });
    checks
}

/// The first namespace that enforces `privileged`, those aside that Kubewarden leaves out.
fn privileged(namespaces: &[Value], left_out: &[String]) -> Option<Label> {
    namespaces
        .iter()
        .filter(|namespace| {
            object::text(namespace, "/metadata/labels/pod-security.kubernetes.io~1enforce") == "privileged"
        })
        .map(|namespace| object::text(namespace, "/metadata/name"))
        .filter(|name| !left_out.iter().any(|left_out| left_out == name))
        .find_map(|name| Label::parse(name).ok())
}
