//! The verdict on one host path: which rule decides, and whether it permits path, type, access and sharing.

use std::rc::Rc;

use crate::{
    base::{
        container_name::COMPUTE,
        field::{Path, Violation, list, quote},
        host_path_type::HostPathType,
        path::{ContainerPath, HostPath},
        reserved,
    },
    requests::{
        deciding,
        entry::{Access, Entry},
        place::{RequestPlace, Requester},
        refusal::{Refusal, Step},
    },
    settings::{Settings, TrustedCreators, rule::Rule},
};

/// A request in which everything is well-formed and permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPathRequest {
    /// Where it was written.
    pub place: RequestPlace,
    /// The name of the container that it is for.
    pub container: Rc<str>,
    /// The name of the volume that is added for it.
    pub volume: String,
    /// The path on the node.
    pub path: HostPath,
    /// The path in the container.
    pub volume_path: ContainerPath,
    /// What must be there.
    pub host_path_type: HostPathType,
    /// Whether the mounts are writable.
    pub access: Access,
    /// The path in container `compute`, if it is to be mounted there as well as in another.
    pub shared_compute_path: Option<ContainerPath>,
}

/// Judges one request, which is at `at`, and for which a volume of the name `volume` would be added.
///
/// # Errors
/// Every member that is malformed or not permitted.
pub fn entry(
    settings: &Settings,
    at: Path<'_>,
    entry: Entry,
    volume: String,
) -> Result<HostPathRequest, Vec<Violation>> {
    let container = entry.place.container();
    let mut violations = entry.unknown;
    let rule = match &entry.path {
        Ok(path) => {
            let (rule, refused) = path_rule(settings, &container, path);
            violations.extend(
                refused
                    .into_iter()
                    .map(|refusal| Violation::forbidden(at.name("path"), refusal.why)),
            );
            rule
        }
        Err(_) => None,
    };
    let path = keep(entry.path, &mut violations);

    let volume_path = keep(entry.volume_path, &mut violations);
    if let Some(path) = &volume_path {
        violations.extend(refused_place(settings, at, &entry.place, path, rule));
        let is_hidden = |name: ContainerPath| name.is_at_or_below(path);
        for occupied in entry.occupied.iter() {
            if occupied.path.names().into_iter().any(is_hidden) {
                let why = format!(
                    "would hide {} of this entry, {}",
                    occupied.key,
                    quote(occupied.path.as_str())
                );
                violations.push(unusable(at.name("volumePath"), Some(path), &why));
            }
        }
    }

    let host_path_type = keep(entry.host_path_type, &mut violations);
    let refused = host_path_type
        .zip(rule)
        .and_then(|(t, rule)| refused_type(rule, t));
    violations.extend(refused.map(|why| Violation::forbidden(at.name("type"), why)));

    let access = keep(entry.access, &mut violations);
    let refused = access
        .zip(rule)
        .and_then(|(access, rule)| refused_access(rule, access));
    violations.extend(refused.map(|why| Violation::forbidden(at.name("readOnly"), why)));

    let shared_compute_path = keep(entry.shared_compute_path, &mut violations);
    if let Some(Some(shared)) = &shared_compute_path {
        let at = at.name("sharedComputePath");
        if &*container == COMPUTE {
            let why = "the request is for container compute already: volumePath is the path there";
            violations.push(unusable(at, Some(shared), why));
        }
        if let Some(why) = rule.and_then(refused_sharing) {
            violations.push(Violation::forbidden(at, why));
        }
        if let Some(why) = reserved::in_compute(shared) {
            violations.push(unusable(at, Some(shared), why));
        }
    }

    let request = (|| {
        Some(HostPathRequest {
            place: entry.place,
            container,
            volume,
            path: path?,
            volume_path: volume_path?,
            host_path_type: host_path_type?,
            access: access?,
            shared_compute_path: shared_compute_path?,
        })
    })();
    request.filter(|_| violations.is_empty()).ok_or(violations)
}

/// Why nothing may be mounted at `path` in the container that the request names. Only in hook sidecars, which are the VM
/// owner's own, everything is free that the image does not need.
fn refused_place(
    settings: &Settings,
    at: Path<'_>,
    place: &RequestPlace,
    path: &ContainerPath,
    rule: Option<&Rule>,
) -> Vec<Violation> {
    let field = at.name("volumePath");
    let container = match &place.of {
        Requester::Container(name) => Some(&**name),
        Requester::Entry(_) => None,
    };
    let is_compute = container == Some(COMPUTE);
    let reserved = if is_compute {
        reserved::in_compute(path)
    } else {
        reserved::in_sidecar(path)
    };
    let reserved = reserved.map(|why| unusable(field, Some(path), why));
    let forbidden = match container {
        None => None,
        Some(COMPUTE) => rule
            .and_then(refused_sharing)
            .map(|why| Violation::forbidden(field, why)),
        Some(name) => match settings
            .request_containers
            .iter()
            .find(|(known, _)| known == name)
        {
            None => Some(Violation::forbidden(
                at,
                format!("settings.requestContainers does not name container {name}"),
            )),
            Some((_, directory)) if !path.is_at_or_below(directory) => Some(Violation::forbidden(
                field,
                format!(
                    "{} is outside {directory}, where settings.requestContainers lets requests mount in container {name}",
                    quote(path.as_str()),
                ),
            )),
            Some(_) => None,
        },
    };
    forbidden.into_iter().chain(reserved).collect()
}

fn keep<T>(result: Result<T, Violation>, violations: &mut Vec<Violation>) -> Option<T> {
    result.map_err(|violation| violations.push(violation)).ok()
}

fn unusable(at: Path<'_>, path: Option<&ContainerPath>, why: &str) -> Violation {
    Violation::invalid(at, quote(path.map_or("", ContainerPath::as_str)), why)
}

/// The rule that decides on `path` for this container, and why the path is refused nevertheless. Without a rule there is one
/// reason; with a rule, none or several.
#[must_use]
pub fn path_rule<'s>(
    settings: &'s Settings,
    container: &str,
    path: &HostPath,
) -> (Option<&'s Rule>, Vec<Refusal>) {
    let rule = match deciding::rule(settings, container, path) {
        Ok(rule) => rule,
        Err(why) => return (None, vec![why]),
    };
    let refused = refused_sensitive(settings, rule, path);
    let refused = refused.into_iter().chain(refused_below_writable(settings, path));
    (Some(rule), refused.collect())
}

/// Why `path`, on which `rule` decides, is too sensitive: what the rule does not name at or below a sensitive path, it
/// does not mean.
fn refused_sensitive(settings: &Settings, rule: &Rule, path: &HostPath) -> Option<Refusal> {
    let quoted = quote(path.as_str());
    let rule_names = rule.path().named().names();
    let named = |sensitive: &&HostPath| rule_names.iter().any(|name| name.is_at_or_below(sensitive));
    // As written first: that name says most to who reads it.
    let unnamed = |concerns: &dyn Fn(&HostPath) -> bool| {
        let mut sensitive = settings.sensitive.iter().filter(|sensitive| concerns(sensitive));
        sensitive.find(|sensitive| !named(sensitive))
    };
    let above = |name: &HostPath| unnamed(&|sensitive| name.is_at_or_below(sensitive));
    let inside = |name: &HostPath| unnamed(&|sensitive| sensitive.is_at_or_below(name));
    if let Some(sensitive) = path.names().iter().find_map(above) {
        let why = format!("{quoted} is in the sensitive host path {sensitive}, which no rule for it names");
        return Some(Refusal::new(Step::Sensitive, why));
    }
    let sensitive = path.contained().iter().find_map(inside)?;
    let why = format!("{quoted} contains the sensitive host path {sensitive}");
    Some(Refusal::new(Step::Sensitive, why))
}

/// Why `path`, which is below a path that is writable for whomever, could lead anywhere.
fn refused_below_writable(settings: &Settings, path: &HostPath) -> Option<Refusal> {
    let names = path.names();
    let is_above = |rule: &&Rule| {
        let is_above = |name| {
            rule.path()
                .above(name)
                .is_some_and(|above| !above.rest.is_empty())
        };
        rule.is_writable() && names.iter().any(is_above)
    };
    let writable = settings.rules.iter().find(is_above)?;
    let directory = if writable.is_mine() {
        format!("{writable:#}")
    } else {
        "a host path".to_owned()
    };
    let why = format!(
        "{} is below {directory}, where sidecars may write: it could lead through a symbolic link",
        quote(path.as_str())
    );
    Some(Refusal::new(Step::BelowWritable, why))
}

/// Why `rule` does not permit a volume of this type.
#[must_use]
pub fn refused_type(rule: &Rule, host_path_type: HostPathType) -> Option<String> {
    (!rule.types.contains(&host_path_type)).then(|| {
        format!(
            "type {} is not allowed for {rule}: {}",
            quote(host_path_type.as_str()),
            list(&rule.types)
        )
    })
}

/// Why `rule` does not permit a mount of this access. Read-only is always fine.
#[must_use]
pub fn refused_access(rule: &Rule, access: Access) -> Option<String> {
    (access == Access::Writable && !rule.is_writable())
        .then(|| format!("a writable mount is not allowed for {rule}: it is read-only"))
}

/// Why `rule` does not permit a mount in container `compute`.
#[must_use]
pub fn refused_sharing(rule: &Rule) -> Option<String> {
    (!rule.allow_shared_compute)
        .then(|| format!("the rule for {rule} does not allow a mount in container compute"))
}

/// Why `username` may not create a launcher pod with host paths. The empty name passes: the API server always
/// sets one, background scans and local runs do not.
#[must_use]
pub fn refused_creator(settings: &Settings, username: &str) -> Option<Violation> {
    let TrustedCreators::Users(users) = &settings.trusted_creators else {
        return None;
    };
    (!username.is_empty() && !users.iter().any(|user| user == username)).then(|| {
        let request = Path::root("userInfo");
        let why = format!(
            "{} may not create launcher pods with host paths: settings.trustedCreators names {}",
            quote(username),
            list(users.iter().map(|user| quote(user)))
        );
        Violation::forbidden(request.name("username"), why)
    })
}
