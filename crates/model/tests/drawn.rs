//! What the generators draw. Each fault must be among the cases as the only one of a case, and so must what is just not
//! one: a law that never meets a fault proves nothing about it.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "helpers of tests: a panic is the test's failure"
)]

use std::collections::BTreeMap;

use model::{
    choices::Choices,
    generate::{self, Ephemeral, Scenario, Update},
    guard, places,
    pod::{self, Mount},
    settings, verdict, wanted,
};
use serde_json::{Value, json};

/// Bytes that look random, always the same (splitmix64).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let word = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    };
    std::iter::repeat_with(word).take(64).flatten().collect()
}

/// Draws `count` cases. Each of `words` must be said of at least one case in five hundred.
fn drawn(count: u64, words: &[&str], describe: impl Fn(&mut Choices<'_>) -> Vec<String>) {
    let mut seen = BTreeMap::<String, u64>::new();
    for seed in 0..count {
        let bytes = bytes(seed.wrapping_mul(0x0123_4567_89ab_cdef));
        for word in describe(&mut Choices::new(&bytes)) {
            *seen.entry(word).or_default() += 1;
        }
    }
    println!("{count} cases: {seen:#?}");
    let missing: Vec<_> = words
        .iter()
        .filter(|word| seen.get(**word).copied().unwrap_or_default() * 500 < count)
        .collect();
    assert!(missing.is_empty(), "{missing:?} are seldom among {seen:?}");
}

/// The case, with one fault less.
type Mend = (&'static str, fn(&mut Value, &mut Value));

const MENDS: [Mend; 7] = [
    ("processes", |request, _| {
        request["object"]["spec"]["shareProcessNamespace"] = Value::Null;
        request["object"]["spec"]["hostPID"] = Value::Null;
    }),
    ("nodes", |_, settings| {
        for rule in rules(settings) {
            rule.as_object_mut().unwrap().remove("nodeSelector");
        }
    }),
    ("requestable", |_, settings| {
        for rule in rules(settings) {
            rule.as_object_mut().unwrap().remove("requestable");
        }
    }),
    ("sharing", |_, settings| {
        for rule in rules(settings) {
            rule["allowSharedCompute"] = json!(true);
        }
    }),
    ("links", |request, _| {
        for volume in volumes(request) {
            let name = volume["name"].clone();
            if volume["hostPath"].is_null() {
                *volume = json!({"name": name, "configMap": {}});
            }
        }
    }),
    ("agent", |request, _| {
        without_mounts_of(request, "agent");
    }),
    ("disk", |request, _| {
        without_mounts_of(request, "disk");
    }),
];

fn rules(settings: &mut Value) -> &mut Vec<Value> {
    settings["allowedHostPaths"].as_array_mut().unwrap()
}

fn volumes(request: &mut Value) -> Vec<&mut Value> {
    let volumes = request["object"]["spec"]["volumes"].as_array_mut();
    volumes.map_or_else(Vec::new, |volumes| volumes.iter_mut().collect())
}

fn without_mounts_of(request: &mut Value, volume: &str) {
    for list in ["containers", "initContainers"] {
        let containers = request["object"]["spec"][list].as_array_mut();
        for container in containers.into_iter().flatten() {
            let mounts = container.get_mut("volumeMounts");
            if let Some(mounts) = mounts.and_then(Value::as_array_mut) {
                mounts.retain(|mount| mount["name"] != volume);
            }
        }
    }
}

/// What there is to be said of a new pod.
fn pods_words(request: &Value, settings: &Value) -> Vec<String> {
    let mut words = Vec::new();
    let accepted = verdict::new_pod(request, settings);
    let word = if accepted { "accepted" } else { "rejected" };
    words.push(word.to_owned());
    if accepted {
        let has = |field: &str| request["object"]["spec"].get(field).is_some();
        let mounts = pod::mounts(&request["object"]).unwrap();
        let by = |is: &dyn Fn(&Mount) -> bool| {
            let mut seen = mounts.iter().filter(|mount| !mount.views.is_empty());
            seen.any(is)
        };
        let read = settings::of(request, settings).unwrap();
        let object = &request["object"];
        let asked = wanted::permitted(
            &read,
            &object["metadata"]["annotations"],
            &object["spec"]["nodeSelector"],
        )
        .unwrap();
        let labels = wanted::node_labels(&read, &asked).unwrap();
        let is_below_fixed = asked.iter().any(|wanted| {
            wanted.places().iter().any(|(container, at)| {
                let above = |mount: &&Mount| {
                    mount.container == *container
                        && model::path::in_container(&mount.at)
                            .is_some_and(|other| model::path::below(at, &other))
                };
                !places::is_hook_sidecar(container) && mounts.iter().any(|mount| above(&mount))
            })
        });
        let all = [
            ("with requests", !asked.is_empty()),
            ("with 256 requests", asked.len() == 256),
            ("with labels", !labels.is_empty()),
            ("with a node selector", has("nodeSelector")),
            (
                "with processes apart",
                has("shareProcessNamespace") && guard::sees_node(&mounts),
            ),
            ("with an agent", by(&|mount| mount.volume == "agent")),
            (
                "with an agent in compute",
                by(&|mount| mount.volume == "agent" && mount.container == "compute"),
            ),
            (
                "with others' mount in compute",
                by(&|mount| mount.container == "compute" && mount.volume != "disk"),
            ),
            (
                "with others' mount in an init container",
                by(&|mount| mount.place.0 == "initContainers"),
            ),
            (
                "with a hostDisk",
                by(&|mount| mount.volume == "disk" && mount.container == "compute"),
            ),
            ("with a place below what is fixed", is_below_fixed),
        ];
        words.extend(
            all.into_iter()
                .filter(|(_, is)| *is)
                .map(|(word, _)| word.to_owned()),
        );
        return words;
    }
    for (what, mend) in MENDS {
        let (mut request, mut settings) = (request.clone(), settings.clone());
        mend(&mut request, &mut settings);
        if verdict::new_pod(&request, &settings) {
            words.push(format!("rejected for {what} alone"));
        }
    }
    words
}

#[test]
fn plain_pods() {
    let words = [
        "accepted",
        "with requests",
        "with labels",
        "with an agent",
        "with an agent in compute",
        "with a hostDisk",
        "with a place below what is fixed",
        "rejected for nodes alone",
        "rejected for requestable alone",
        "rejected for processes alone",
        "rejected for links alone",
        "rejected for agent alone",
        "rejected for disk alone",
    ];
    drawn(2000, &words, |choices| {
        let scenario = Scenario::plain(choices);
        pods_words(&scenario.request(), &scenario.settings)
    });
}

#[test]
fn foreign_pods() {
    let words = [
        "accepted",
        "with an agent in compute",
        "with others' mount in compute",
        "with others' mount in an init container",
        "with processes apart",
        "rejected for processes alone",
        "rejected for sharing alone",
        "rejected for agent alone",
    ];
    drawn(2000, &words, |choices| {
        let scenario = Scenario::foreign(choices);
        pods_words(&scenario.request(), &scenario.settings)
    });
}

#[test]
fn ephemeral_containers() {
    let words = [
        "accepted",
        "judged, accepted with something new",
        "rejected for processes alone",
        "rejected for containers alone",
    ];
    drawn(2000, &words, |choices| {
        let scenario = Ephemeral::new(choices);
        let (mut request, mut settings) = (scenario.request(), scenario.settings.clone());
        if verdict::ephemeral(&request, &settings) {
            let mut kept = scenario.before.clone();
            kept["spec"][pod::EPHEMERAL] = scenario.after["spec"][pod::EPHEMERAL].clone();
            let is_new = |(before, after): (Vec<Mount>, Vec<Mount>)| {
                !guard::new_in_ephemeral(&before, &after).is_empty()
            };
            let mounts = pod::running_mounts(&scenario.before).zip(pod::running_mounts(&kept));
            let containers = pod::containers(&scenario.before).unwrap();
            let word = if guard::is_launchers(&containers) && mounts.is_some_and(is_new) {
                "judged, accepted with something new"
            } else {
                "accepted"
            };
            return vec![word.to_owned()];
        }
        let mut words = vec!["rejected".to_owned()];
        for rule in rules(&mut settings) {
            rule.as_object_mut().unwrap().remove("containers");
        }
        if verdict::ephemeral(&request, &settings) {
            words.push("rejected for containers alone".to_owned());
        }
        if !request["oldObject"].is_null() {
            request["oldObject"]["spec"]["shareProcessNamespace"] = Value::Null;
            request["oldObject"]["spec"]["hostPID"] = Value::Null;
        }
        if verdict::ephemeral(&request, &scenario.settings) {
            words.push("rejected for processes alone".to_owned());
        }
        words
    });
}

#[test]
fn objects() {
    let words = [
        "accepted",
        "rejected for nodes alone",
        "rejected for requestable alone",
    ];
    drawn(2000, &words, |choices| {
        let update = Update::new(choices);
        let accepts = |settings: &Value| {
            settings::of(&update.request(), settings).is_some_and(|settings| {
                let nodes = update.node_selector_that_counts();
                wanted::permitted(&settings, &json!(update.new), nodes).is_some()
            })
        };
        if accepts(&update.settings) {
            return vec!["accepted".to_owned()];
        }
        let mut words = vec!["rejected".to_owned()];
        for (key, word) in [("nodeSelector", "nodes"), ("requestable", "requestable")] {
            let mut settings = update.settings.clone();
            for rule in rules(&mut settings) {
                rule.as_object_mut().unwrap().remove(key);
            }
            if accepts(&settings) {
                words.push(format!("rejected for {word} alone"));
            }
        }
        words
    });
}

#[test]
fn spoiled_settings() {
    let words = [
        "valid",
        "refused",
        "path: valid",
        "path: refused",
        "{namespace}: valid",
        "{namespace}: refused",
        "description: valid",
        "description: refused",
        "nodeSelector: valid",
        "nodeSelector: refused",
        "requestable: valid",
        "requestable: refused",
        "requestContainers: valid",
        "requestContainers: refused",
        "guard: refused",
        "null: refused",
    ];
    drawn(4000, &words, |choices| {
        let before = generate::settings(choices);
        if settings::read(&before).is_none() {
            return vec!["refused before".to_owned()];
        }
        let mut after = before.clone();
        generate::spoil(choices, &mut after);
        let word = if settings::read(&after).is_some() {
            "valid"
        } else {
            "refused"
        };
        let mut words = vec![word.to_owned()];
        let changed = |key: &str| {
            let pairs = before["allowedHostPaths"].as_array().unwrap().iter();
            let pairs = pairs.zip(
                after["allowedHostPaths"]
                    .as_array()
                    .map_or(&[][..], Vec::as_slice),
            );
            before[key] != after[key] || pairs.into_iter().any(|(before, after)| before[key] != after[key])
        };
        for key in [
            "description",
            "nodeSelector",
            "requestable",
            "requestContainers",
            "guard",
        ] {
            if changed(key) {
                words.push(format!("{key}: {word}"));
            }
        }
        if changed("path") || changed("pathPrefix") {
            let rules = after["allowedHostPaths"].to_string();
            let what = if rules.contains("{namespace}") {
                "{namespace}"
            } else {
                "path"
            };
            words.push(format!("{what}: {word}"));
        }
        if after.to_string().contains("null") {
            words.push(format!("null: {word}"));
        }
        words
    });
}
