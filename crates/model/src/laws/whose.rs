//! Laws about what one namespace may see of another.

use serde_json::{Value, json};
use testkit::{Engine, Response};

use crate::{
    aliases,
    generate::Scenario,
    namespaces::Asker,
    path::{self, at_or_below},
    rule::{Instance, Seer, instances},
    settings,
};

/// A path that a request in a namespace is admitted with.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The namespace; `null` is none.
    pub namespace: Value,
    /// The path.
    pub path: Vec<String>,
    /// Whether it may be written there.
    pub writable: bool,
}

/// Which of `paths` are admitted, read-only and writable, in each of these namespaces.
#[must_use]
pub fn admitted(
    engine: &Engine<'_>,
    settings: &Value,
    namespaces: &[Value],
    paths: &[Vec<String>],
) -> Vec<Admitted> {
    // Whose a path is does not depend on its type.
    let mut settings = settings.clone();
    settings.as_object_mut().unwrap().remove("allowedTypes");
    for rule in settings["allowedHostPaths"].as_array_mut().unwrap() {
        rule.as_object_mut().unwrap().remove("types");
    }
    let mut admitted = Vec::new();
    for namespace in namespaces {
        for path in paths {
            for writable in [false, true] {
                if admits(engine, &settings, namespace, path, writable) {
                    admitted.push(Admitted {
                        namespace: namespace.clone(),
                        path: path.clone(),
                        writable,
                    });
                }
            }
        }
    }
    admitted
}

fn admits(engine: &Engine<'_>, settings: &Value, namespace: &Value, path: &[String], writable: bool) -> bool {
    let request = json!([{"hostPath": {
        "path": path::text(path), "volumePath": "/m", "readOnly": !writable,
    }}]);
    let scenario = Scenario {
        settings: settings.clone(),
        pod: Value::Null,
        annotation: Some(request.to_string()),
        own: None,
        username: String::new(),
        namespace: namespace.clone(),
    };
    let payload = json!({"request": scenario.vmi_request(), "settings": settings}).to_string();
    let response = Response::ask(engine, payload.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    response.accepted
}

/// No admitted path runs through a directory that an admitted request may write, in any two namespaces.
pub fn no_escape(admitted: &[Admitted]) {
    for directory in admitted.iter().filter(|directory| directory.writable) {
        for through in admitted {
            assert!(
                !aliases::is_strictly_in(&through.path, &directory.path),
                "{through:?} runs through {directory:?}"
            );
        }
    }
}

/// What a rule reserves for others is seen by nobody for whom there is no rule as deep: neither from inside, nor from above
/// it, where the rule must be for that very path.
///
/// Answers with how many paths were admitted beside what is reserved for others.
pub fn nothing_of_others(settings: &Value, admitted: &[Admitted]) -> usize {
    let Some(read) = settings::read(settings) else {
        assert!(
            admitted.is_empty(),
            "admitted under settings that must be refused"
        );
        return 0;
    };
    let mut beside = 0;
    for Admitted { namespace, path, .. } in admitted {
        let asker = match namespace.as_str() {
            Some(name) => Asker::In(name.to_owned()),
            None => Asker::Nowhere,
        };
        let rules = instances(&read.rules, &asker, Seer::Asking("hook-sidecar-0"), &[path]);
        let (mine, others): (Vec<&Instance<'_>>, Vec<&Instance<'_>>) =
            rules.iter().partition(|rule| rule.is_mine);
        beside += usize::from(!others.is_empty());
        for other in others {
            for name in aliases::names(path)
                .iter()
                .filter(|name| at_or_below(name, &other.path))
            {
                let as_deep = |mine: &&Instance<'_>| {
                    at_or_below(name, &mine.path) && mine.path.len() >= other.path.len()
                };
                assert!(
                    mine.iter().copied().any(|mine| as_deep(&mine)),
                    "{namespace} sees {path:?}, which is in {other:?}"
                );
            }
            assert!(
                !aliases::is_strictly_in(&other.path, path)
                    || mine.iter().any(|mine| mine.path == other.path),
                "{namespace} sees {path:?}, which contains {other:?}"
            );
        }
    }
    beside
}
