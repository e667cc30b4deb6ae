//! Settings, and what somebody who knows them asks for.

use serde_json::{Map, Value, json};

use crate::{
    aliases,
    choices::Choices,
    generate::{
        CONTROLLER,
        words::{elements, spelled},
    },
    path,
    rule::{COMPUTE, PLACEHOLDER},
    settings,
};

/// Settings. Most are valid: a rule that would spoil them is mostly left out.
pub fn settings(choices: &mut Choices<'_>) -> Value {
    let mut settings = json!({"allowedHostPaths": []});
    if !choices.once_in(6) {
        let sensitive: Vec<String> = (0..choices.one(&[0, 0, 1, 2]))
            .map(|_| path::text(&elements(choices)))
            .filter(|path| path != "/")
            .collect();
        settings["sensitiveHostPaths"] = json!(sensitive);
    }
    if choices.once_in(6) {
        let more = path::text(&elements(choices));
        let mut with = settings.clone();
        with["additionalSensitiveHostPaths"] = json!([more]);
        if settings::read(&with).is_some() || choices.once_in(16) {
            settings = with;
        }
    }
    if choices.once_in(2) {
        settings["allowedTypes"] = choices.one(&[
            json!(settings::TYPES),
            json!(["Directory", "Socket"]),
            json!(["File"]),
            json!(["", "Directory", "DirectoryOrCreate"]),
        ]);
    }
    let allowed = settings
        .get("allowedTypes")
        .cloned()
        .unwrap_or_else(|| json!(["Directory", "File"]));
    for _ in 0..choices.one(&[1, 2, 3, 4, 5, 2, 3, 1, 2, 0]) {
        for _ in 0..3 {
            let rules = settings["allowedHostPaths"].as_array().unwrap();
            let rule = rule(choices, &allowed, rules);
            let mut more = settings.clone();
            more["allowedHostPaths"].as_array_mut().unwrap().push(rule);
            if settings::read(&more).is_some() || choices.once_in(192) {
                settings = more;
                break;
            }
        }
    }
    if choices.once_in(2) {
        settings["requestContainers"] = choices.one(&[
            json!({"plugin-x": "/m", "tool": "/o"}),
            json!({"plugin-x": "/run"}),
            json!({"plugin-x": "/host//"}),
            json!({"plugin-x": "/srv/m", "istio-proxy": "/n"}),
            json!({}),
        ]);
        if settings::read(&settings).is_none() {
            settings["requestContainers"] = json!({"plugin-x": "/m"});
        }
    }
    if choices.once_in(3) {
        settings["recursiveReadOnly"] = json!(choices.one(&["Enabled", "Disabled", "IfPossible"]));
    }
    if choices.once_in(3) {
        settings["trustedCreators"] =
            choices.one(&[json!(["*"]), json!(["mallory"]), json!([CONTROLLER, "mallory"])]);
    }
    if choices.once_in(10) {
        settings["verifyOnly"] = json!(choices.once_in(2));
    }
    settings
}

fn rule(choices: &mut Choices<'_>, allowed: &Value, rules: &[Value]) -> Value {
    let mut rule = Map::new();
    let mut elements = elements(choices);
    if !rules.is_empty() && choices.once_in(4) {
        // Another name of a directory that a rule names already, what is there, or what it is in.
        let other = &rules[choices.below(rules.len())];
        let other = path::elements(other["path"].as_str().or(other["pathPrefix"].as_str()).unwrap());
        elements = choices.one(&aliases::names(&other));
        match choices.below(3) {
            1 => elements.push("a".to_owned()),
            2 => drop(elements.pop()),
            _ => {}
        }
    }
    if choices.once_in(12) {
        let containers = choices.one(&[
            json!(["plugin-x"]),
            json!(["plugin-x", "compute"]),
            json!(["compute", "istio-proxy"]),
            json!(["tool"]),
        ]);
        rule.insert("containers".into(), containers);
    }
    if choices.once_in(7) {
        // Its directory has two elements at least.
        let least = if choices.once_in(12) { 1 } else { 2 };
        while elements.len() < least {
            elements.push("a".to_owned());
        }
        elements.insert(least, PLACEHOLDER.to_owned());
        elements.truncate(least + choices.one(&[1, 2]));
    }
    let scope = choices.one(&["pathPrefix", "path", "pathPrefix", "path"]);
    let path = spelled(choices, &elements);
    rule.insert(scope.into(), json!(path));
    if scope == "path" && choices.once_in(2) {
        rule.insert("readOnly".into(), json!(false));
    }
    if choices.once_in(3) {
        let allowed = allowed.as_array().unwrap();
        let first = choices.below(allowed.len());
        rule.insert("types".into(), json!([allowed[first]]));
    }
    if choices.once_in(6) {
        let namespaces = choices.one(&[json!(["a"]), json!(["b"]), json!(["a", "b"]), json!(["c", "a"])]);
        rule.insert("namespaces".into(), namespaces);
    }
    if choices.once_in(2) {
        rule.insert("allowSharedCompute".into(), json!(true));
    }
    match choices.below(8) {
        1 | 2 => {
            rule.insert("requestable".into(), json!(false));
        }
        3 | 4 => {
            rule.insert("nodeSelector".into(), node_selector(choices));
        }
        5 => {
            let text = choices.one(&["", "golden images, ticket 7", "\u{e9}"]);
            rule.insert("description".into(), json!(text));
        }
        6 => {
            rule.insert("requestable".into(), json!(true));
            rule.insert("nodeSelector".into(), json!({}));
        }
        _ => {}
    }
    rule.into()
}

/// Few labels, with few values: many clash, and many do not.
pub(super) fn node_selector(choices: &mut Choices<'_>) -> Value {
    choices.one(&[
        json!({"example.com/images": "a"}),
        json!({"example.com/images": "a"}),
        json!({"example.com/images": "b"}),
        json!({"zone": "a"}),
        json!({"zone": "", "example.com/images": "a"}),
    ])
}

/// A host path that some rule allows, or nearly.
#[derive(Clone)]
pub(super) struct Wish {
    pub(super) path: Vec<String>,
    pub(super) volume_type: String,
    pub(super) writable: bool,
    pub(super) shared: bool,
}

/// What a request asks for, for a hook sidecar or the container of this name: seldom what that may not see.
pub(super) fn wish(choices: &mut Choices<'_>, settings: &Value, container: Option<&str>) -> Wish {
    let is_named =
        |names: &Value, name: &str| names.as_array().is_none_or(|names| names.contains(&json!(name)));
    let is_meant = |rule: &&Value| {
        let is_shared = rule["allowSharedCompute"] == json!(true);
        rule["requestable"] != json!(false)
            && is_named(&rule["namespaces"], "a")
            && match container {
                Some(COMPUTE) => is_shared,
                name => is_named(&rule["containers"], name.unwrap_or_default()),
            }
    };
    if choices.once_in(8) {
        any_wish(choices, settings, |_| true)
    } else {
        any_wish(choices, settings, is_meant)
    }
}

/// What an agent mounts into every container: mostly what none may ask for, and `compute` may see.
pub(super) fn agents_wish(choices: &mut Choices<'_>, settings: &Value) -> Wish {
    let is_meant = |rule: &&Value| rule["requestable"] == json!(false);
    let is_shared = |rule: &&Value| rule["allowSharedCompute"] == json!(true);
    match choices.below(4) {
        1 => any_wish(choices, settings, is_meant),
        2 => any_wish(choices, settings, is_shared),
        _ => any_wish(choices, settings, |rule| is_meant(rule) && is_shared(rule)),
    }
}

/// What a rule allows that `is_meant`, if there is one; else any.
pub(super) fn any_wish(
    choices: &mut Choices<'_>,
    settings: &Value,
    is_meant: impl Fn(&&Value) -> bool,
) -> Wish {
    let all = settings["allowedHostPaths"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let meant: Vec<&Value> = all.iter().filter(is_meant).collect();
    let rules = if meant.is_empty() {
        all.iter().collect()
    } else {
        meant
    };
    let mut wish = Wish {
        path: elements(choices),
        volume_type: "Directory".to_owned(),
        writable: choices.once_in(2),
        shared: choices.once_in(2),
    };
    if !rules.is_empty() && !choices.once_in(16) {
        let rule = rules[choices.below(rules.len())];
        let exact = rule["path"].as_str();
        wish.path = path::elements(exact.or(rule["pathPrefix"].as_str()).unwrap_or_default());
        for element in wish.path.iter_mut().filter(|element| *element == PLACEHOLDER) {
            choices.one(&["a", "a", "a", "b"]).clone_into(element);
        }
        if exact.is_none() && choices.once_in(2) {
            wish.path.push(choices.one(&["a", "b"]).to_owned());
        }
        let types = rule.get("types").or(settings.get("allowedTypes"));
        let types = types.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if !types.is_empty() {
            let chosen = types[choices.below(types.len())].as_str();
            chosen.unwrap_or_default().clone_into(&mut wish.volume_type);
        }
        wish.writable &= rule["readOnly"] == json!(false);
        wish.shared &= rule["allowSharedCompute"] == json!(true);
    }
    // Near misses.
    match choices.below(40) {
        8 => wish.path = choices.one(&aliases::names(&wish.path)),
        1 => wish.path.push("a".to_owned()),
        2 => wish.path.extend(elements(choices)),
        3 => drop(wish.path.pop()),
        4 => wish.path.iter_mut().for_each(|name| name.push('b')),
        5 => wish.writable = true,
        6 => wish.shared = true,
        7 => {
            wish.volume_type = choices
                .one(&["Directory", "File", "Socket", "", "DirectoryOrCreate", "x"])
                .to_owned()
        }
        _ => {}
    }
    wish
}
