//! Rules for some that take paths from others: no rule for a shorter path gives back what a longer one reserves.

use kubevirt_sidecar_hostpath_policy::{
    COMPUTE, HostPath, Namespace, Rule, Settings, SettingsFor, Step, Viewer, permission,
};

/// A hook sidecar, which no rule names.
const HOOK_SIDECAR: &str = "hook-sidecar-0";

/// The name of something below a path that no rule names.
const BELOW: &str = "Something below";

/// What a rule takes from somebody whom another rule allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken<'s> {
    /// The other rule.
    pub(super) from: &'s Rule,
    /// Whether the path of the rule is taken; else only the path of the other one, because this is in it.
    pub(super) itself: bool,
}

/// What the rule takes from somebody, as the policy judges it.
pub(super) fn taken<'s>(rules: &'s Settings, rule: &Rule) -> Option<Taken<'s>> {
    let mut found = None;
    for from in rules.rules.iter().filter(|other| other.number != rule.number) {
        let itself = is_taken(rules, rule, from);
        found = found.or(itself.map(|itself| Taken { from, itself }));
        // What is lost is said before what contains it.
        if itself == Some(true) {
            return Some(Taken { from, itself: true });
        }
    }
    found
}

/// Whether it is the path of the rule that somebody loses whom `from` allows it; none: nobody loses anything.
fn is_taken(rules: &Settings, rule: &Rule, from: &Rule) -> Option<bool> {
    let mut lost = None;
    for label in labels(rule, from) {
        for path in rule.path().with(&label).names() {
            let Some(above) = from.path().above(&path) else {
                continue;
            };
            // Of a prefix what is below can be lost where a rule for the path alone gives that back.
            let below = HostPath::parse(&format!("{path}/{BELOW}")).ok();
            let asked = match from.is_exact() {
                false => [Some(path.clone()), below.filter(|_| !rule.is_exact())],
                true => [Some(from.path().with(above.label.unwrap_or_default())), None],
            };
            let namespaces = match above.label {
                Some(own) => vec![own.to_owned()],
                None => namespaces(rule, from),
            };
            let loses = |namespace: String| {
                let mut asked = asked.iter().flatten();
                asked.any(|path| is_lost(rules, rule, from, path, &namespace))
            };
            if namespaces.into_iter().any(loses) {
                lost = lost.max(Some(!from.is_exact()));
            }
        }
    }
    lost.or_else(|| is_under_another_name(rules, rule, from))
}

/// Whether the path of `from` is lost, because the rule has it, or one above, under another name. Written alike, the longer path
/// decides.
fn is_under_another_name(rules: &Settings, rule: &Rule, from: &Rule) -> Option<bool> {
    let mut candidates = labels(from, rule).into_iter().chain(namespaces(rule, from));
    let loses = |namespace: String| {
        let path = from.path().with(&namespace);
        let mut names = path.names().into_iter().filter(|name| *name != path);
        rule.path().above(&path).is_none()
            && names.any(|name| rule.path().above(&name).is_some())
            && is_lost(rules, rule, from, &path, &namespace)
    };
    candidates.any(loses).then_some(false)
}

/// Whether somebody in the namespace whom `from` allows the path, and whom the rule is not for, is refused it for others.
fn is_lost(rules: &Settings, rule: &Rule, from: &Rule, path: &HostPath, name: &str) -> bool {
    let namespace = Namespace::named(name);
    let settings = SettingsFor::new(rules, &namespace);
    let around = settings.around(path);
    let requests = [true, false]
        .into_iter()
        .filter(|requests| from.requestable || !requests);
    let mut viewers = requests.flat_map(|requests| {
        containers(rule, from).into_iter().map(move |container| Viewer {
            container: Some(container),
            requests,
        })
    });
    viewers.any(|viewer| {
        if applies(rule, name, viewer) {
            return false;
        }
        let permission = permission(&settings, &around, viewer, None, None);
        permission
            .refusals
            .iter()
            .any(|refusal| matches!(refusal.step, Step::Reserved | Step::ContainsReserved))
    })
}

/// Whether the rule is for the viewer, if its path is the one for this namespace.
fn applies(rule: &Rule, namespace: &str, viewer: Viewer<'_>) -> bool {
    let is_named = |names: &Vec<String>| names.iter().any(|name| name == namespace);
    let mut containers = rule.container_names().into_iter().flatten();
    rule.namespaces.as_ref().is_none_or(is_named)
        && (rule.containers.is_none() || containers.any(|name| viewer.container == Some(name)))
        && (rule.requestable || !viewer.requests)
        && rule.path().directory().is_none()
}

/// Labels for which the placeholder of the rule may stand, if it has one: any, a namespace that it is for, some of the other rule,
/// and the elements of both paths. Its path is reserved for any label, also for those of namespaces that it is not for.
fn labels(rule: &Rule, from: &Rule) -> Vec<String> {
    if rule.path().directory().is_none() {
        return vec![String::new()];
    }
    let mut labels = vec![unnamed("own", rule, from)];
    labels.extend(rule.namespaces.iter().flatten().take(1).cloned());
    labels.extend(namespaces(rule, from));
    for rule in [rule, from] {
        let elements = rule.path().as_written().as_str().split('/');
        labels.extend(elements.map(str::to_owned));
    }
    labels.retain(|label| Namespace::named(label) != Namespace::Absent);
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// Namespaces that `from` is for, first those that the rule is not for.
fn namespaces(rule: &Rule, from: &Rule) -> Vec<String> {
    match &from.namespaces {
        None => vec![unnamed("any", rule, from)],
        Some(names) => some_of(names, rule.namespaces.as_ref())
            .map(str::to_owned)
            .collect(),
    }
}

/// Containers that `from` is for, first those that the rule is not for.
fn containers<'r>(rule: &'r Rule, from: &'r Rule) -> Vec<&'r str> {
    match &from.containers {
        None => vec![HOOK_SIDECAR, COMPUTE],
        Some(names) => some_of(names, rule.containers.as_ref()).collect(),
    }
}

fn some_of<'n>(names: &'n [String], others: Option<&'n Vec<String>>) -> impl Iterator<Item = &'n str> {
    let is_other = move |name: &&String| others.is_none_or(|others| !others.contains(*name));
    let without = names.iter().find(is_other);
    without
        .into_iter()
        .chain(names.iter().take(2))
        .map(String::as_str)
}

/// The name of a namespace that neither rule names.
fn unnamed(begin: &str, rule: &Rule, from: &Rule) -> String {
    let named = |name: &String| {
        [rule, from]
            .iter()
            .any(|rule| rule.namespaces.iter().flatten().any(|other| other == name))
    };
    let mut names = (0_usize..).map(|number| format!("{begin}-{number}"));
    names.find(|name| !named(name)).unwrap_or_default()
}
