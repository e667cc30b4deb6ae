//! Whose a path is, exhaustively in a small world: all settings of up to three rules, over paths of up to two elements below one
//! directory, with two names that are those of the namespaces as well, each rule for requests or for mounts by others alone;
//! and every request for a path of up to three elements there. Each verdict is held against the model's.
//!
//! `make test` takes one of every [`SAMPLE`] settings. `make small-scope` takes all of them.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: a panic is the test's failure"
)]

use std::{
    env,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use kubevirt_sidecar_hostpath_policy::{
    Access, HostPath, HostPathType, Namespace, SettingsFor, Viewer, permission, read_settings,
};
use model::{
    judge::{View, permitted},
    namespaces::Asker,
    rule::Seer,
    settings,
};
use serde_json::{Value, json};

const NAMES: [&str; 2] = ["a", "b"];
/// The directory that all is in: of two elements, because namespaces give no names in a shorter one.
const ROOT: &str = "/data/all";
const CONTAINER: &str = "hook-sidecar-0";
const SAMPLE: usize = 97;
const THREADS: usize = 2;

/// All paths of up to `depth` elements.
fn paths(depth: usize, elements: &[&str]) -> Vec<Vec<String>> {
    let mut paths = vec![Vec::new()];
    let mut of_last_depth = paths.clone();
    for _ in 0..depth {
        let longer = of_last_depth.iter().flat_map(|path: &Vec<String>| {
            elements
                .iter()
                .map(|element| [&path[..], &[(*element).to_owned()]].concat())
        });
        of_last_depth = longer.collect();
        paths.extend(of_last_depth.clone());
    }
    paths
}

fn text(path: &[String]) -> String {
    [&[ROOT.to_owned()], path].concat().join("/")
}

/// All rules whose path can be in settings.
fn rules() -> Vec<Value> {
    let mut rules = Vec::new();
    let whose = [
        json!({}),
        json!({"namespaces": ["a"]}),
        json!({"namespaces": ["b"]}),
        json!({"requestable": false}),
        json!({"requestable": false, "namespaces": ["a"]}),
    ];
    let forms = [("pathPrefix", true), ("path", true), ("path", false)];
    for path in paths(2, &["a", "b", "{namespace}"]) {
        for (key, read_only) in forms {
            for whose in &whose {
                let mut rule = whose.clone();
                rule[key] = json!(text(&path));
                if !read_only {
                    rule["readOnly"] = json!(false);
                }
                if settings::read(&settings_of(&[&rule])).is_some() {
                    rules.push(rule);
                }
            }
        }
    }
    rules
}

fn settings_of(rules: &[&Value]) -> Value {
    json!({"allowedHostPaths": rules, "sensitiveHostPaths": []})
}

/// All choices of one to three of `count` things.
fn choices(count: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..count).flat_map(move |one| {
        let more = (one + 1..count).flat_map(move |two| {
            let more = (two + 1..count).map(move |three| vec![one, two, three]);
            std::iter::once(vec![one, two]).chain(more)
        });
        std::iter::once(vec![one]).chain(more)
    })
}

/// What is asked for, in the words of both sides.
struct Asked {
    path: HostPath,
    view: View,
}

fn asked() -> Vec<Asked> {
    let paths = paths(3, &NAMES).into_iter();
    let both = paths.flat_map(|path| [false, true].map(|writable| (text(&path), writable)));
    both.map(|(path, writable)| Asked {
        path: HostPath::parse(&path).unwrap(),
        view: View {
            path,
            volume_type: "Directory".to_owned(),
            writable,
        },
    })
    .collect()
}

/// Holds the verdicts under these settings against the model's. Answers with how many were compared, and how many accept.
fn compare(settings: &Value, asked: &[Asked]) -> (usize, usize) {
    let native = read_settings(settings.to_string().as_bytes());
    let model = settings::read(settings);
    assert_eq!(native.is_ok(), model.is_some(), "{settings}: {:?}", native.err());
    let (Ok(native), Some(mut model)) = (native, model) else {
        return (0, 0);
    };
    let (mut compared, mut accepted) = (0, 0);
    for name in NAMES {
        let namespace = Namespace::named(name);
        let native = SettingsFor::new(&native, &namespace);
        model.asker = Asker::In(name.to_owned());
        for Asked { path, view } in asked {
            let around = native.around(path);
            let access = if view.writable {
                Access::Writable
            } else {
                Access::ReadOnly
            };
            let viewers = [
                (Viewer::requesting(CONTAINER), Seer::Asking(CONTAINER)),
                (Viewer::mounting(Some(CONTAINER)), Seer::Given(CONTAINER)),
                (Viewer::mounting(None), Seer::Debugging),
            ];
            for (viewer, seer) in viewers {
                let directory = Some(HostPathType::Directory);
                let permission = permission(&native, &around, viewer, directory, Some(access));
                let accepts = permission.refusals.is_empty();
                assert_eq!(
                    accepts,
                    permitted(&model, seer, view).is_some(),
                    "{name}: {viewer:?}, {view:?} under {settings}: {:?}",
                    permission.refusals
                );
                compared += 1;
                accepted += usize::from(accepts);
            }
        }
    }
    (compared, accepted)
}

#[test]
fn every_verdict_is_the_models() {
    let step = match env::var("SMALL_SCOPE").as_deref() {
        Ok("all") => 1,
        _ => SAMPLE,
    };
    let rules = rules();
    let asked = asked();
    let (compared, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (rules, asked, compared, accepted) = (&rules, &asked, &compared, &accepted);
            scope.spawn(move || {
                for chosen in choices(rules.len()).step_by(step).skip(number).step_by(THREADS) {
                    let chosen: Vec<&Value> = chosen.iter().map(|index| &rules[*index]).collect();
                    let (more, of_them) = compare(&settings_of(&chosen), asked);
                    compared.fetch_add(more, Ordering::Relaxed);
                    accepted.fetch_add(of_them, Ordering::Relaxed);
                }
            });
        }
    });
    let (compared, accepted) = (compared.into_inner(), accepted.into_inner());
    println!(
        "{} rules, {compared} verdicts, {accepted} of them accept",
        rules.len()
    );
    assert!(
        accepted * 20 > compared && accepted * 2 < compared,
        "{accepted} of {compared}"
    );
}
