//! The narrowest settings under which objects are accepted.
//!
//! `need` reads what each object needs: its requests, and the mounts by others in a pod. The policy judges each object alone
//! under the widest settings for its own needs: what it rejects there, no settings permit. What is left becomes a `draft`: a
//! `place` for each path, a prefix where there are too many, `passes` where a rule for some would be in the way of others.
//! Each need is then judged under the draft as the policy judges it; an object that is still rejected is given up.

mod conflict;
mod draft;
mod gap;
mod narrow;
mod need;
mod opening;
mod passes;
mod place;
mod prefix;
mod profile;
mod rule;
mod who;
mod wide;

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy as policy;
use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment, Verdict, Violation};
use serde::Serialize;

use crate::Error;
use crate::admission::AdmissionRequest;
use crate::manifests::manifest::Manifest;
use crate::manifests::reason::Reason;
use crate::settings::{SettingsJson, rules};
use draft::Draft;
use need::Need;
pub use opening::Opening;
pub use rule::Rule;

/// Settings for objects, and what is to be said of them.
#[derive(Debug)]
pub struct Suggestion {
    /// The rules, in the order of the settings.
    pub rules: Vec<Rule>,
    /// The settings.
    pub settings: SettingsJson,
    /// What the other settings open beyond the objects.
    pub openings: Vec<Opening>,
    /// The objects that are rejected, by number.
    pub rejected: BTreeMap<usize, Rejection>,
}

/// Why an object is rejected.
#[derive(Debug)]
pub enum Rejection {
    /// Under any settings: the widest for this object alone are not enough.
    Always(Vec<Reason>),
    /// Under settings that accept the others.
    Beside {
        /// What cannot be permitted beside what.
        why: String,
        /// The object that is accepted instead, if it is one.
        other: Option<usize>,
    },
}

impl Rejection {
    fn beside(why: String, other: Option<usize>) -> Self {
        Rejection::Beside { why, other }
    }
}

/// The narrowest settings under which the policy accepts these objects, all of which it judges.
///
/// # Errors
/// A request cannot be written.
pub fn suggest(manifests: &[Manifest]) -> Result<Suggestion, Error> {
    let mut objects = Objects::of(manifests)?;
    let mut retried = BTreeSet::new();
    loop {
        let draft = objects.settle()?;
        // Who gave way to an object that is rejected itself need not.
        let is_rejected = |other: &usize| objects.rejected.contains_key(other);
        let again: Vec<usize> = objects
            .rejected
            .iter()
            .filter_map(|(object, rejection)| match rejection {
                Rejection::Beside {
                    other: Some(other), ..
                } if is_rejected(other) => Some(*object),
                _ => None,
            })
            .filter(|object| retried.insert(*object))
            .collect();
        if again.is_empty() {
            return Ok(Suggestion {
                settings: draft.settings(),
                openings: draft.openings(),
                rules: draft.into_rules(),
                rejected: objects.rejected,
            });
        }
        for object in again {
            objects.rejected.remove(&object);
        }
    }
}

/// What is found out about the objects.
struct Objects<'m> {
    manifests: &'m [Manifest],
    /// What each of them needs.
    needs: Vec<Vec<Need>>,
    rejected: BTreeMap<usize, Rejection>,
    /// What drafts have to do otherwise than the first one.
    corrections: draft::Corrections,
}

impl<'m> Objects<'m> {
    fn of(manifests: &'m [Manifest]) -> Result<Self, Error> {
        let mut objects = Objects {
            manifests,
            needs: Vec::new(),
            rejected: BTreeMap::new(),
            corrections: draft::Corrections::default(),
        };
        let nothing = wide::settings(&[]);
        for (manifest, number) in manifests.iter().zip(0_usize..) {
            let mut needs = need::needs(manifest, number);
            // A pod that is not a launcher pod needs nothing.
            let is_free = |manifest| Ok::<_, Error>(violations(manifest, &nothing)?.is_empty());
            if manifest.kind == "Pod" && !needs.is_empty() && is_free(manifest)? {
                needs = Vec::new();
            }
            let violations = violations(manifest, &wide::settings(&needs))?;
            if !violations.is_empty() {
                let reasons = violations.into_iter().map(Reason::from).collect();
                objects.rejected.insert(number, Rejection::Always(reasons));
            }
            objects.needs.push(needs);
        }
        Ok(objects)
    }

    /// The needs of the objects that are not rejected.
    fn kept(&self) -> impl Iterator<Item = &Need> + Clone {
        let objects = self.needs.iter().zip(0_usize..);
        objects
            .filter(|(_, number)| !self.rejected.contains_key(number))
            .flat_map(|(needs, _)| needs)
    }

    /// The draft under which all are accepted that are not rejected.
    fn settle(&mut self) -> Result<Draft, Error> {
        loop {
            let found = conflict::rejections(self.kept());
            if self.reject(found) {
                continue;
            }
            let (mut draft, surplus) = Draft::of(self.kept(), &self.corrections);
            if self.reject(surplus) {
                continue;
            }
            let settings = draft.settings();
            let read = match rules(&settings) {
                Ok(read) => read,
                Err(faults) => {
                    // What no step before has foreseen: the objects of the rule give way, or all.
                    let of_all: Vec<usize> = self.kept().map(|need| need.user).collect();
                    let found = faults.iter().flat_map(|fault| {
                        let users = rule_number(&fault.field).map(|number| draft.users(number));
                        let users = users.unwrap_or_else(|| of_all.clone());
                        users
                            .into_iter()
                            .map(|user| (user, Rejection::beside(fault.to_string(), None)))
                    });
                    let found = found.collect();
                    self.reject(found);
                    continue;
                }
            };
            let gaps = gap::gaps(&draft.asked, &read);
            let found = self.corrections.correct(&draft, gaps);
            let is_corrected = found.is_none();
            let rejects = self.reject(found.unwrap_or_default());
            if is_corrected || rejects {
                continue;
            }
            if draft.is_writable() && self.reject(self.pods_in_the_way(&settings)?) {
                continue;
            }
            self.narrow(&mut draft)?;
            return Ok(draft);
        }
    }

    /// Takes away what the rules of places where others pass need not say, since later rules permit it too.
    fn narrow(&self, draft: &mut Draft) -> Result<(), Error> {
        let mut tries = narrow::MOST_TRIES;
        for number in draft.passes() {
            let mut rule = draft.rules().nth(number).cloned();
            while let Some(wide) = rule.take() {
                let narrower = narrow::narrower(&wide).into_iter().map(Some);
                for narrow in std::iter::once(None).chain(narrower) {
                    if tries == 0 {
                        return Ok(());
                    }
                    tries = tries.saturating_sub(1);
                    let candidate = draft.with(number, narrow.clone());
                    if self.accepts(&candidate)? {
                        *draft = candidate;
                        rule = narrow;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether all that are not rejected are accepted.
    fn accepts(&self, draft: &Draft) -> Result<bool, Error> {
        let settings = draft.settings();
        let has_gaps = match rules(&settings) {
            Ok(read) => !gap::gaps(&draft.asked, &read).is_empty(),
            Err(_) => true,
        };
        Ok(!has_gaps && self.pods_in_the_way(&settings)?.is_empty())
    }

    /// Whether any of these is rejected that was not before.
    fn reject(&mut self, found: Vec<(usize, Rejection)>) -> bool {
        let before = self.rejected.len();
        for (object, rejection) in found {
            self.rejected.entry(object).or_insert(rejection);
        }
        self.rejected.len() > before
    }

    /// The pods that have mounts in a directory that others may now write to.
    fn pods_in_the_way(&self, settings: &SettingsJson) -> Result<Vec<(usize, Rejection)>, Error> {
        let mut found = Vec::new();
        for (manifest, number) in self.manifests.iter().zip(0_usize..) {
            let has_needs = self.needs.get(number).is_some_and(|needs| !needs.is_empty());
            if manifest.kind != "Pod" || !has_needs || self.rejected.contains_key(&number) {
                continue;
            }
            if let Some(violation) = violations(manifest, settings)?.first() {
                found.push((number, Rejection::beside(violation.to_string(), None)));
            }
        }
        Ok(found)
    }
}

/// The number of the rule in whose field a fault is.
fn rule_number(field: &Field) -> Option<usize> {
    match field.0.as_slice() {
        [_, FieldSegment::Name(list), FieldSegment::Index(number), ..] if list == "allowedHostPaths" => {
            Some(*number)
        }
        _ => None,
    }
}

/// The payload of `validate`.
#[derive(Serialize)]
struct Validation<'a> {
    request: &'a AdmissionRequest,
    settings: &'a SettingsJson,
}

/// Why the policy rejects the object under these settings, none: it does not.
fn violations(manifest: &Manifest, settings: &SettingsJson) -> Result<Vec<Violation>, Error> {
    let Some(request) = manifest.request(1) else {
        return Ok(Vec::new());
    };
    let request = &request;
    let payload = serde_json::to_vec(&Validation { request, settings })?;
    Ok(match policy::decide(&payload) {
        Verdict::Deny(violations) => violations.into_vec(),
        Verdict::Allow(_) | Verdict::Mutate(..) => Vec::new(),
    })
}
