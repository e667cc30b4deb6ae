//! The policies: whether all are there, as `deploy/` has them, and enforced.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::check::{Check, Finding};
use crate::cluster::Seen;
use crate::deployed::{Deployed, Role};
use crate::enforcement;
use crate::judge::Judge;
use crate::members::members;
use crate::policy::{Policies, Policy};
use crate::policy_fields::{self, SPEC};
use crate::server::{self, Servers};
use crate::settings::Settings;
use crate::strays::Stray;

const APPLY: &str = "kubectl apply -k deploy/base/";

/// The policies of this module: each by itself, and all together.
pub(crate) fn checks(
    found: &Seen<Policies>,
    deployed: &Deployed,
    servers: &Servers,
    judge: &dyn Judge,
) -> Vec<Check> {
    let found = match found {
        Ok(found) => found,
        Err(unseen) => return vec![Check::unseen("policies", unseen)],
    };
    let mut checks = Vec::new();
    if !found.unread.is_empty() {
        let unread = found.unread.iter().map(Finding::unseen).collect();
        checks.push(Check::new("policies", String::new(), unread));
    }
    if found.policies.is_empty() && found.strays.is_empty() {
        let why = "no ClusterAdmissionPolicy runs kubevirt-sidecar-hostpath-policy";
        checks.push(Check::one("policies", Finding::failed(why).fix(APPLY)));
        return checks;
    }
    for role in Role::ALL {
        let of_role: Vec<&Policy> = found
            .policies
            .iter()
            .filter(|policy| policy.role == role)
            .collect();
        if of_role.is_empty() {
            let why = format!("there is none: {}", role.purpose());
            let finding = match role {
                Role::Early => Finding::warning(why),
                Role::Inject | Role::Verify | Role::VerifyEphemeral => Finding::failed(why),
            };
            checks.push(Check::one(format!("policy {}", role.name()), finding.fix(APPLY)));
        }
        checks.extend(
            of_role
                .into_iter()
                .map(|policy| of_policy(policy, deployed, servers)),
        );
    }
    checks.extend(found.strays.iter().map(Stray::check));
    checks.push(module(&found.policies));
    checks.push(settings(&found.policies, judge));
    checks
}

fn of_policy(policy: &Policy, deployed: &Deployed, servers: &Servers) -> Check {
    let role = policy.role;
    let mut findings: Vec<Finding> = SPEC
        .differences(deployed.policies.spec(role), policy.spec())
        .into_iter()
        .map(|difference| policy_fields::finding(role, difference))
        .collect();
    findings.extend(
        SPEC.strangers(policy.spec())
            .into_iter()
            .map(policy_fields::stranger),
    );
    findings.extend(enforcement::findings(policy));
    findings.extend(server::finding_of(policy, servers));
    Check::new(
        format!("policy {}", role.name()),
        format!("{} is as deploy/ has it, and enforced", policy.name),
        findings,
    )
}

/// One module for all: that which most have, inject's where two are as frequent.
fn module(policies: &[Policy]) -> Check {
    let name = "module";
    let of = |policy: &Policy| policy.text("/spec/module").to_owned();
    let count = |module: &str| policies.iter().filter(|policy| of(policy) == module).count();
    // Of equals the last is taken, and inject is the first.
    let Some(common) = policies
        .iter()
        .rev()
        .max_by_key(|policy| count(&of(policy)))
        .map(of)
    else {
        return Check::one(name, Finding::failed("there is none").fix(APPLY));
    };
    let others = policies.iter().filter(|policy| of(policy) != common);
    let findings = others
        .map(|policy| {
            Finding::failed(format!(
                "{} runs another module than the other policies, which may judge differently",
                policy.name
            ))
            .fix("set one module in deploy/base/settings.yaml, and apply it")
            .field("spec.module", json!(common), json!(of(policy)))
        })
        .collect();
    Check::new(name, common.clone(), findings)
}

/// The policy whose settings are those of all.
pub(crate) fn leading(policies: &[Policy]) -> Option<&Policy> {
    policies
        .iter()
        .find(|policy| policy.role == Role::Inject)
        .or_else(|| policies.first())
}

/// The settings of the policies; none if the policy refuses them.
pub(crate) fn settings_of(policies: &[Policy], judge: &dyn Judge) -> Option<Settings> {
    let settings = leading(policies)?.settings();
    judge.settings(&settings).is_ok().then_some(Settings(settings))
}

/// One settings object for all, that the policy's own reader takes.
fn settings(policies: &[Policy], judge: &dyn Judge) -> Check {
    let name = "settings";
    let Some(first) = leading(policies) else {
        return Check::one(name, Finding::failed("there are none").fix(APPLY));
    };
    let own = first.settings();
    let mut findings = Vec::new();
    for policy in policies {
        let other = policy.settings();
        let keys: BTreeSet<&String> = own.keys().chain(other.keys()).collect();
        for key in keys {
            let of = |settings: &crate::judge::Values| settings.get(key).cloned().unwrap_or(Value::Null);
            let (expected, found) = (of(&own), of(&other));
            for (member, expected, found) in members(&expected, &found) {
                let why = format!(
                    "{} and {} differ: what one lets sidecars write, the other may mount through a link",
                    first.name, policy.name
                );
                findings.push(
                    Finding::failed(why)
                        .fix("set them once, in deploy/base/settings.yaml, and apply it")
                        .field(format!("spec.settings.{key}{member}"), expected, found),
                );
            }
        }
    }
    match judge.settings(&own) {
        Err(faults) => findings.extend(faults.into_iter().map(|fault| {
            Finding::failed(format!("the policy refuses them: {fault}"))
                .fix("correct them in deploy/base/settings.yaml")
        })),
        Ok(warnings) => findings.extend(
            warnings
                .into_iter()
                .map(|warning| Finding::warning(warning).fix("read docs/operations.md, and decide")),
        ),
    }
    let rules = Settings(own).rules().len();
    Check::new(
        name,
        format!("the same in all policies; rules: {rules}"),
        findings,
    )
}
