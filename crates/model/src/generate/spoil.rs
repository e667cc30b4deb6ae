//! Settings with one thing in them that may be wrong, and often is.

use serde_json::{Value, json};

use crate::{choices::Choices, rule::PLACEHOLDER, settings};

/// Puts something else in one place of the settings.
pub fn spoil(choices: &mut Choices<'_>, settings: &mut Value) {
    let rules = settings["allowedHostPaths"].as_array_mut().unwrap();
    match choices.below(6) {
        1 | 2 if !rules.is_empty() => {
            let index = choices.below(rules.len());
            member(choices, &mut rules[index]);
        }
        3 if !rules.is_empty() => {
            let index = choices.below(rules.len());
            rules[index][choices.one(&settings::RULE_KEYS)] = junk(choices);
        }
        4 if !rules.is_empty() => {
            // Twice, or the other way of matching.
            let mut more = rules[choices.below(rules.len())].clone();
            if choices.once_in(2)
                && let Some(path) = more.as_object_mut().unwrap().remove("path")
            {
                more["pathPrefix"] = path;
            }
            if choices.once_in(4) {
                // To be told apart by who may ask is not enough.
                more["requestable"] = json!(false);
                more.as_object_mut().unwrap().remove("nodeSelector");
            }
            rules.push(more);
        }
        5 if choices.once_in(8) => {
            // As many as there may be, or one more.
            let count = choices.one(&[256, 257]) - rules.len();
            rules.extend((0..count).map(|number| json!({"path": format!("/filled/{number}")})));
        }
        _ => {
            let key = choices.one(&settings::KEYS);
            match choices.below(8) {
                1 => settings["more"] = junk(choices),
                2 => settings["guard"] = json!("AllContainers"),
                3 => settings[key] = Value::Null,
                4 | 5 => {
                    let directory = choices.one(&[
                        "/m",
                        "/etc",
                        "/etc/x",
                        "/usr/local",
                        "/lib/x",
                        "/var/lib",
                        "/var/lib/x",
                        "/run/x",
                        "/var/run/kubevirtual",
                        "/run/libvirt",
                        "/a:b",
                        "/",
                    ]);
                    settings["requestContainers"] = json!({"plugin-x": directory});
                }
                _ => settings[key] = junk(choices),
            }
        }
    }
}

/// Puts into a rule what is at the edge of what its key may hold.
fn member(choices: &mut Choices<'_>, rule: &mut Value) {
    match choices.below(8) {
        1 => {
            let path = choices.one(&[
                "/",
                "/var",
                "/var/lib",
                "/mnt",
                "/media",
                "/var/mnt",
                "/run/media",
                "/var/run/media",
                "/etc",
                "/usr/bin",
                "/lib64",
                "/var/home",
                "/tmp",
                "/var/run",
                "/.snapshots",
                "/writable",
                "/srv",
                "/opt",
                "/data",
                "/var/spool",
                "/mnt/a",
                "/media/a",
                "/var/lib/a",
                "/etc/a",
                "/var/tmp",
            ]);
            put_path(choices, rule, path);
        }
        2 => {
            let directory = choices.one(&[
                "",
                "/a",
                "/srv",
                "/var/srv",
                "/var",
                "/var/lib",
                "/var/cache",
                "/var/spool",
                "/var/local",
                "/usr/local",
                "/var/usrlocal",
                "/run/lock",
                "/var/lock",
                "/var/opt",
                "/srv/a",
                "/opt/a",
                "/var/a",
                "/var/lib/a",
                "/var/cache/a",
                "/usr/local/a",
                "/media/a",
            ]);
            let more = choices.one(&["", "/a"]);
            put_path(choices, rule, &format!("{directory}/{PLACEHOLDER}{more}"));
        }
        3 => {
            let text = choices.one(&["", "x\ny", "x\u{85}", "x\u{7f}", "a word"]);
            rule["description"] = match choices.below(4) {
                1 => json!("\u{e9}".repeat(128)),
                2 => json!("\u{e9}".repeat(128) + "x"),
                _ => json!(text),
            };
        }
        4 => {
            let label = |number: usize| (format!("n{number}"), json!("a"));
            rule["nodeSelector"] = match choices.below(4) {
                1 => (0..16).map(label).collect(),
                2 => (0..17).map(label).collect(),
                _ => edge_label(choices),
            };
        }
        5 => {
            rule["requestable"] = json!(false);
            rule["nodeSelector"] = choices.one(&[json!({"a": "b"}), json!({})]);
        }
        6 => {
            let key = choices.one(&settings::RULE_KEYS);
            rule[key] = Value::Null;
        }
        7 => rule["requestable"] = choices.one(&[json!(false), json!(true), json!("false"), json!(0)]),
        _ => rule["nodeSelector"] = junk(choices),
    }
}

fn put_path(choices: &mut Choices<'_>, rule: &mut Value, path: &str) {
    let rule = rule.as_object_mut().unwrap();
    rule.remove("path");
    rule.remove("pathPrefix");
    let key = choices.one(&["path", "pathPrefix"]);
    if key == "pathPrefix" {
        rule.remove("readOnly");
    }
    rule.insert(key.to_owned(), json!(path));
}

/// A label that Kubernetes accepts, or nearly.
fn edge_label(choices: &mut Choices<'_>) -> Value {
    let long = "a".repeat(63);
    let longer = "a".repeat(64);
    // Four labels of a domain, which is as long as it may be.
    let domain = [&long[..], &long, &long, &long[..61]].join(".");
    let keys = [
        "a".to_owned(),
        "A_b.c-d".to_owned(),
        "example.com/x".to_owned(),
        long.clone(),
        format!("{domain}/{long}"),
        longer.clone(),
        format!("{domain}a/x"),
        format!("{domain}/{longer}"),
        String::new(),
        "-a".to_owned(),
        "a-".to_owned(),
        "a b".to_owned(),
        "/x".to_owned(),
        "a/".to_owned(),
        "a/b/c".to_owned(),
        "A.com/x".to_owned(),
        "a..b/x".to_owned(),
        format!("{longer}.com/x"),
    ];
    let values = [
        json!(""),
        json!("true"),
        json!("A.b_c-d"),
        json!(long),
        json!(longer),
        json!("-a"),
        json!("a."),
        json!("a/b"),
        json!("\u{e9}"),
        json!(true),
        Value::Null,
    ];
    if choices.once_in(2) {
        json!({choices.one(&keys): "a"})
    } else {
        json!({"a": choices.one(&values)})
    }
}

/// What stands well in some place, and in no other.
fn junk(choices: &mut Choices<'_>) -> Value {
    choices.one(&[
        Value::Null,
        json!(true),
        json!(false),
        json!(""),
        json!("/a"),
        json!("Enabled"),
        json!("enabled"),
        json!([]),
        json!([""]),
        json!(["Directory"]),
        json!(["Directory", "Directory"]),
        json!(["Socket"]),
        json!(["socket"]),
        json!(["/a"]),
        json!("/srv/a/{namespace}"),
        json!("/srv/{namespace}/{namespace}"),
        json!("/srv/a/a{namespace}"),
        json!("/srv/{a}"),
        json!(["a"]),
        json!(["b", "b"]),
        json!(["-a"]),
        json!(["/a/../b"]),
        json!(["/a", null]),
        json!({}),
        json!({"a": "/a"}),
        json!({"hook-sidecar-0": "/a"}),
        json!({"compute": "/a"}),
        json!({"a": "b"}),
        json!(["hook-sidecar-0"]),
        json!([{}]),
        json!([null]),
        json!(1),
        json!([["/a"]]),
    ])
}
