//! The guarantees, each as a property of any pod, annotation and settings. The model that they are held against,
//! and what makes the pods, are in `crates/model/`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: a panic is the test's failure"
)]

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use fuzz_targets::{self as targets, policy};
use model::{
    aliases,
    annotation::Entry,
    cases,
    choices::Choices,
    generate::{self, Ephemeral, Scenario, Update},
    guard, judge, laws, path, pod, rewrite,
    rule::{self, PLACEHOLDER, Seer},
    settings, verdict,
    wanted::{self, Wanted},
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use testkit::Response;

/// Bytes for a generator, enough that it seldom runs out of them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 512)
}

/// Tries `property`, which answers with a word for the kind of case that it saw, on many bytes. Each of `kinds` must be
/// among at least this many of a thousand cases: a property that is seldom asked proves nothing.
fn hold(own: u32, kinds: &[(&str, usize)], property: impl Fn(&[u8]) -> String) {
    let seen = Mutex::new(BTreeMap::<String, usize>::new());
    let config = ProptestConfig {
        cases: cases(own),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    };
    let counted = |bytes: Vec<u8>| {
        let kind = property(&bytes);
        *seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(kind)
            .or_default() += 1;
        Ok(())
    };
    if let Err(failure) = TestRunner::new(config).run(&bytes(), counted) {
        panic!("{failure}");
    }
    let seen = seen.into_inner().unwrap();
    let all: usize = seen.values().sum();
    println!("{all} cases: {seen:?}");
    // Fewer cases than its own are for many short runs, as under mutation testing. The numbers are well below what is seen:
    // chance must not break the test.
    for (kind, permille) in kinds.iter().filter(|_| all >= usize::try_from(own).unwrap()) {
        let count = seen.get(*kind).copied().unwrap_or_default();
        assert!(
            count * 1000 >= all * permille,
            "only {count} of {all} cases are {kind:?}: {seen:?}"
        );
    }
}

fn verdict(response: &Response) -> String {
    match (response.accepted, &response.mutated_object) {
        (true, None) => "allow".to_owned(),
        (true, Some(_)) => "mutate".to_owned(),
        (false, _) => format!("deny {}", response.code.unwrap_or_default()),
    }
}

fn ask(request: &Value, settings: &Value) -> Response {
    let payload = json!({"request": request, "settings": settings}).to_string();
    Response::ask(&policy, payload.as_bytes()).unwrap()
}

#[test]
fn an_accepted_pod_shows_its_containers_nothing_outside_the_settings() {
    let kinds = [("allow", 50), ("mutate", 20), ("deny 403", 150), ("deny 422", 30)];
    hold(1000, &kinds, |bytes| {
        let mut choices = Choices::new(bytes);
        let scenario = Scenario::pod(&mut choices);
        verdict(&laws::any_pod(&policy, &mut choices, &scenario))
    });
}

#[test]
fn a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted() {
    let kinds = [
        ("allow", 100),
        ("mutate", 40),
        ("mutate for other containers", 8),
        ("mutate beside an agent", 4),
        ("deny 403", 250),
        ("deny 422", 30),
    ];
    hold(1500, &kinds, |bytes| {
        let scenario = Scenario::plain(&mut Choices::new(bytes));
        let word = verdict(&laws::plain_pod(&policy, &scenario));
        let asks = |text: &String| wanted::own(text).is_some_and(|own| !own.is_empty());
        let others = || pod::mounts(&scenario.pod).is_some_and(|mounts| guard::sees_node(&mounts));
        match word.as_str() {
            "mutate" if scenario.own.as_ref().is_some_and(asks) => "mutate for other containers".to_owned(),
            "mutate" if others() => "mutate beside an agent".to_owned(),
            _ => word,
        }
    });
}

#[test]
fn a_pod_without_annotation_is_accepted_exactly_if_its_containers_see_nothing_else() {
    let kinds = [
        ("blind: allow", 60),
        ("allow", 20),
        ("compute: allow", 20),
        ("compute: deny 403", 150),
        ("processes: deny 403", 5),
        ("deny 403", 100),
        ("deny 422", 5),
    ];
    hold(2500, &kinds, |bytes| {
        let scenario = Scenario::foreign(&mut Choices::new(bytes));
        let word = verdict(&laws::foreign_pod(&policy, &scenario));
        format!("{}{word}", who_sees(&scenario))
    });
}

/// Who in a pod without annotation sees the node, or why nobody may.
fn who_sees(scenario: &Scenario) -> &'static str {
    let Some(mounts) = pod::mounts(&scenario.pod) else {
        return "";
    };
    let mut apart = scenario.request();
    for field in ["shareProcessNamespace", "hostPID"] {
        apart["object"]["spec"][field] = Value::Null;
    }
    let accepts = |request: &Value| verdict::new_pod(request, &scenario.settings);
    let in_compute = |mount: &pod::Mount| mount.container == rule::COMPUTE && !mount.views.is_empty();
    if !guard::sees_node(&mounts) {
        "blind: "
    } else if accepts(&apart) && !accepts(&scenario.request()) {
        "processes: "
    } else if mounts.iter().any(in_compute) {
        "compute: "
    } else {
        ""
    }
}

#[test]
fn ephemeral_containers_are_accepted_exactly_if_they_see_nothing_new_outside_the_settings() {
    let kinds = [
        ("allow", 10),
        ("judged: allow", 100),
        ("something new: allow", 20),
        ("something new: deny 403", 150),
    ];
    hold(2000, &kinds, |bytes| {
        let scenario = Ephemeral::new(&mut Choices::new(bytes));
        let word = verdict(&laws::ephemeral(&policy, &scenario));
        let containers = pod::containers(&scenario.before).unwrap_or_default();
        let mut kept = scenario.before.clone();
        if kept.is_object() {
            kept["spec"][pod::EPHEMERAL] = scenario.after["spec"][pod::EPHEMERAL].clone();
        }
        let is_new = |(before, after): (Vec<pod::Mount>, Vec<pod::Mount>)| {
            !guard::new_in_ephemeral(&before, &after).is_empty()
        };
        let mounts = pod::running_mounts(&scenario.before).zip(pod::running_mounts(&kept));
        if !guard::is_launchers(&containers) {
            word
        } else if mounts.is_some_and(is_new) {
            format!("something new: {word}")
        } else {
            format!("judged: {word}")
        }
    });
}

#[test]
fn the_update_of_a_kubevirt_object_is_judged_by_what_is_stored() {
    let kinds = [("allow", 200), ("deny 403", 60), ("deny 422", 30)];
    hold(1500, &kinds, |bytes| {
        verdict(&laws::update(&policy, &Update::new(&mut Choices::new(bytes))))
    });
}

#[test]
fn no_admitted_path_runs_through_a_directory_that_a_sidecar_may_write() {
    hold(300, &[("read and written", 150)], |bytes| {
        let mut choices = Choices::new(bytes);
        let settings = generate::settings(&mut choices);
        let paths = paths_about(&mut choices, &settings);
        let admitted = laws::admitted(&policy, &settings, &namespaces(), &paths);
        laws::no_escape(&admitted);
        let words = [(false, "read"), (true, "written")];
        let words: Vec<&str> = words
            .iter()
            .filter(|(writable, _)| admitted.iter().any(|path| path.writable == *writable))
            .map(|(_, word)| *word)
            .collect();
        words.join(" and ")
    });
}

#[test]
fn no_namespace_sees_what_a_rule_as_deep_reserves_for_another() {
    hold(400, &[("beside what is of others", 100)], |bytes| {
        let mut choices = Choices::new(bytes);
        let settings = generate::settings(&mut choices);
        let paths = paths_about(&mut choices, &settings);
        let admitted = laws::admitted(&policy, &settings, &namespaces(), &paths);
        (if laws::nothing_of_others(&settings, &admitted) > 0 {
            "beside what is of others"
        } else {
            "alone"
        })
        .to_owned()
    });
}

/// Two namespaces, and none.
fn namespaces() -> [Value; 3] {
    [json!("a"), json!("b"), Value::Null]
}

/// Some paths, and those that rules name for these namespaces, by all names, what they are in, and what is in them.
fn paths_about(choices: &mut Choices<'_>, settings: &Value) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = (0..4).map(|_| generate::elements(choices)).collect();
    for rule in settings["allowedHostPaths"].as_array().unwrap() {
        let text = rule["path"].as_str().or(rule["pathPrefix"].as_str()).unwrap();
        for label in ["a", "b"] {
            for name in aliases::names(&path::elements(&text.replace(PLACEHOLDER, label))).iter() {
                paths.push([&name[..], &["a".to_owned()]].concat());
                paths.push(name[..name.len().saturating_sub(1)].to_vec());
                paths.push(name.clone());
            }
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

/// Settings that allow less than those of `scenario`, mostly of what it asks for; and what was taken, in a word.
fn narrowed(choices: &mut Choices<'_>, scenario: &Scenario) -> Option<(&'static str, Value)> {
    let wide = settings::of(&scenario.request(), &scenario.settings)?;
    let mut narrow = scenario.settings.clone();
    let rules = narrow["allowedHostPaths"].as_array_mut().unwrap();
    let entries = scenario.annotation.as_deref().and_then(model::annotation::read);
    let asked = entries
        .into_iter()
        .flatten()
        .flat_map(|entry| entry.requests())
        .next();
    let decides = |rule: &rule::Rule| {
        let deciding = asked
            .as_ref()
            .and_then(|asked| judge::deciding(&wide, Seer::Asking("hook-sidecar-0"), &asked.path));
        deciding.is_some_and(|deciding| std::ptr::eq(deciding, rule))
    };
    let index = match wide.rules.iter().position(decides) {
        Some(index) if !choices.once_in(4) => index,
        _ => choices.below(rules.len().max(1)),
    };
    // Writable requests that are permitted are rare.
    let is_writable = wide.rules.get(index).is_some_and(|rule| rule.writable);
    let what = match &asked {
        Some(asked) if asked.writable && is_writable && !choices.once_in(8) => "read-only",
        Some(asked) if asked.shared.is_some() && choices.once_in(2) => "sharing",
        Some(asked) if asked.writable && choices.once_in(2) => "read-only",
        _ => choices.one(&["types", "sensitive", "types", "sensitive", "creators", "verify"]),
    };
    match what {
        "types" => {
            let mut types = wide.rules.get(index)?.types.clone();
            match &asked {
                Some(asked) => types.retain(|t| *t != asked.volume_type),
                None => drop(types.pop()),
            }
            rules[index]["types"] = json!(types);
        }
        "read-only" => rules.get_mut(index)?["readOnly"] = json!(true),
        // What a rule for some containers no longer decides in `compute`, one for all may decide more freely.
        "sharing" if wide.rules.get(index)?.containers.is_some() => return None,
        "sharing" => rules.get_mut(index)?["allowSharedCompute"] = json!(false),
        "sensitive" => {
            let mut sensitive: Vec<String> = wide.sensitive.iter().map(|path| path::text(path)).collect();
            sensitive.push(match &asked {
                Some(asked) if !choices.once_in(3) => {
                    path::text(&[&asked.path[..], &["s".to_owned()]].concat())
                }
                _ => path::text(&generate::elements(choices)),
            });
            narrow["sensitiveHostPaths"] = json!(sensitive);
        }
        "creators" => narrow["trustedCreators"] = json!(["nobody"]),
        _ => narrow["verifyOnly"] = json!(true),
    }
    settings::read(&narrow).is_some().then_some((what, narrow))
}

/// Whether less was more, in the two ways that it is, where a directory becomes read-only in which sidecars could make links: what
/// is below it is refused no longer (row V3), nor is a place in a container that is below a mount of it (row I7).
fn sees_what_read_only_opened(pod: &Value, wide: &Value, narrow: &Value) -> bool {
    let (wide, narrow) = (settings::read(wide).unwrap(), settings::read(narrow).unwrap());
    let closed = wide
        .rules
        .iter()
        .zip(&narrow.rules)
        .filter(|(before, after)| before.writable && !after.writable);
    let closed: Vec<rule::Rule> = closed.map(|(rule, _)| rule.clone()).collect();
    let mounts = pod::mounts(pod).unwrap();
    let mut views = mounts.iter().flat_map(|mount| &mount.views);
    let opens_place = |above: &pod::Mount| {
        let is_below = |mount: &pod::Mount| {
            let places = path::in_container(&mount.at).zip(path::in_container(&above.at));
            mount.place == above.place
                && places.is_some_and(|(at, other)| aliases::is_strictly_in(&at, &other))
        };
        above.may_hold_links(&wide.rules)
            && !above.may_hold_links(&narrow.rules)
            && mounts.iter().any(is_below)
    };
    views.any(|view| rule::is_below_writable(&closed, &path::elements(&view.path)))
        || mounts.iter().any(opens_place)
}

#[test]
fn narrower_settings_let_nothing_more_in() {
    let kinds = [
        ("types: less", 1),
        ("sensitive: less", 1),
        ("sharing: less", 1),
        ("read-only: less", 1),
    ];
    hold(5000, &kinds, |bytes| {
        let mut choices = Choices::new(bytes);
        let scenario = if choices.once_in(4) {
            Scenario::pod(&mut choices)
        } else {
            Scenario::plain(&mut choices)
        };
        // At the end, so that the pod does not depend on it.
        let mut choices = Choices::new(&bytes[420..]);
        let Some((what, narrow)) = narrowed(&mut choices, &scenario) else {
            return "nothing to narrow".to_owned();
        };
        let wide_response = ask(&scenario.request(), &scenario.settings);
        let narrow_response = ask(&scenario.request(), &narrow);
        if narrow_response.accepted && !wide_response.accepted {
            let pod = narrow_response.mutated_object.as_ref().unwrap_or(&scenario.pod);
            let opened = what == "read-only" && sees_what_read_only_opened(pod, &scenario.settings, &narrow);
            assert!(
                opened,
                "{what}: {narrow} lets in what {} does not: {:?}",
                scenario.settings, wide_response.message
            );
            return "opened below a path that is no longer writable".to_owned();
        }
        let less = if wide_response.accepted == narrow_response.accepted {
            "same"
        } else {
            "less"
        };
        format!("{what}: {less}")
    });
}

#[test]
fn without_a_rule_for_its_path_nothing_is_let_in() {
    hold(1000, &[("rejected", 120)], |bytes| {
        let scenario = Scenario::plain(&mut Choices::new(bytes));
        let Some(read) = settings::of(&scenario.request(), &scenario.settings) else {
            return "refused settings".to_owned();
        };
        let annotations = &scenario.pod["metadata"]["annotations"];
        let nodes = &scenario.pod["spec"]["nodeSelector"];
        let requests = wanted::permitted(&read, annotations, nodes).unwrap_or_default();
        let Some(Wanted {
            container, request, ..
        }) = requests.first()
        else {
            return "nothing permitted".to_owned();
        };
        let mut without = scenario.settings.clone();
        let rules = without["allowedHostPaths"].as_array_mut().unwrap();
        let seer = Seer::Asking(container);
        let about = rule::instances(&read.rules, &read.asker, seer, &[&request.path]);
        let mut kept = read.rules.iter().enumerate().map(|(index, _)| {
            let mut of_this = about.iter().filter(|about| about.index == index);
            !of_this.any(|rule| {
                rule.path == request.path || !rule.rule.exact && path::at_or_below(&request.path, &rule.path)
            })
        });
        rules.retain(|_| kept.next().unwrap());
        assert!(!ask(&scenario.request(), &without).accepted, "{without}");
        "rejected".to_owned()
    });
}

#[test]
fn the_annotation_is_read_as_go_reads_it() {
    let kinds = [
        ("no list", 150),
        ("nothing", 30),
        ("malformed", 30),
        ("requests", 250),
    ];
    hold(8000, &kinds, |bytes| {
        let text = generate::annotation_text(&mut Choices::new(bytes));
        targets::annotation(text.as_bytes());
        let kind = match model::annotation::read(&text) {
            None => "no list",
            Some(entries) if entries.iter().any(Entry::is_unclear) => "malformed",
            Some(entries) if entries.iter().all(|entry| *entry == Entry::Nothing) => "nothing",
            Some(_) => "requests",
        };
        kind.to_owned()
    });
}

#[test]
fn settings_are_refused_exactly_if_the_model_refuses_them() {
    hold(3000, &[("valid", 300), ("refused", 300)], |bytes| {
        let mut choices = Choices::new(bytes);
        let mut settings = generate::settings(&mut choices);
        if choices.once_in(2) {
            generate::spoil(&mut choices, &mut settings);
        }
        let text = rewrite::rewritten(&mut choices, &settings);
        let valid = laws::settings(&policy, text.as_bytes());
        (if valid { "valid" } else { "refused" }).to_owned()
    });
}

#[test]
fn a_path_is_read_as_the_list_of_its_elements() {
    let kinds = [("read", 150), ("refused", 300)];
    hold(10000, &kinds, |bytes| {
        let mut choices = Choices::new(bytes);
        let (one, other) = (
            generate::path_text(&mut choices),
            generate::path_text(&mut choices),
        );
        targets::paths(format!("{one}\n{other}").as_bytes());
        (if path::on_node(&one).is_some() {
            "read"
        } else {
            "refused"
        })
        .to_owned()
    });
}
