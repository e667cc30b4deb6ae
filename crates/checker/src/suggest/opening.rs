//! What a rule opens beyond the objects that need it, and because of which object.

use super::profile::Profile;
use super::who::Who;

/// Something that is open to somebody who does not need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What is open to whom.
    pub what: String,
    /// The number of the object because of which it is.
    pub object: usize,
    /// What that object does.
    pub why: String,
}

impl Opening {
    pub(super) fn new(what: impl Into<String>, object: usize, why: impl Into<String>) -> Self {
        Opening {
            what: what.into(),
            object,
            why: why.into(),
        }
    }
}

/// What a rule for all of this opens, which names namespaces or is for every one; each of `askers` has it for what it needs.
pub(super) fn of_rule(permits: &Profile, names_namespaces: bool, askers: &[(Who, Profile)]) -> Vec<Opening> {
    let mut openings = Vec::new();
    for (who, profile) in askers {
        let Some((object, path)) = profile.passes.as_ref().filter(|_| profile.is_pass()) else {
            continue;
        };
        openings.push(Opening::new(
            format!("opens it to {}", names(&[who])),
            *object,
            format!("needs {path}"),
        ));
    }
    if !names_namespaces
        && let Some((who, profile)) = askers.iter().find(|(who, _)| !matches!(who, Who::Named(_)))
        && let Some(object) = profile.users.first()
        && !profile.is_pass()
    {
        let why = match who {
            Who::Any => "serves every namespace",
            Who::Absent | Who::Named(_) => "names no namespace",
        };
        openings.push(Opening::new("opens it to every namespace", *object, why));
    }
    let mut add = |what: &str, object: usize, why: &str, has: &dyn Fn(&Profile) -> bool| {
        let without = askers
            .iter()
            .filter(|(_, profile)| !profile.is_pass() && !has(profile));
        let without: Vec<&Who> = without.map(|(who, _)| who).collect();
        if !without.is_empty() {
            openings.push(Opening::new(
                format!("{what} to {}", names(&without)),
                object,
                why,
            ));
        }
    };
    for (host_path_type, object) in &permits.types {
        let has = |profile: &Profile| profile.types.contains_key(host_path_type);
        add(&format!("opens type {host_path_type}"), *object, "needs it", &has);
    }
    if let Some(object) = permits.writes {
        add("opens writing", object, "writes there", &|profile| {
            profile.writes.is_some()
        });
    }
    if let Some(object) = permits.shares {
        let has = |profile: &Profile| profile.shares.is_some();
        add("opens container compute", object, "needs it there", &has);
    }
    if let Some(object) = permits.requests {
        let has = |profile: &Profile| profile.requests.is_some();
        add("opens requests", object, "requests it", &has);
    }
    openings
}

/// The first of the namespaces, and how many more there are.
fn names(whose: &[&Who]) -> String {
    const SHOWN: usize = 3;
    let shown = whose.iter().take(SHOWN).map(|who| match who {
        Who::Named(name) => format!("namespace {name}"),
        Who::Absent | Who::Any => "every namespace".to_owned(),
    });
    let shown = shown.collect::<Vec<String>>().join(", ");
    match whose.len().saturating_sub(SHOWN) {
        0 => shown,
        1 => format!("{shown} and one more namespace"),
        more => format!("{shown} and {more} more namespaces"),
    }
}
