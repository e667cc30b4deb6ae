//! Any bytes are settings, a pod and a user, with much in common: few names, near misses, and volumes and mounts that a
//! tenant or another webhook might have put there.

use serde_json::{Map, Value, json};

use crate::{annotation, choices::Choices, path, settings};

/// Everything that a verdict on a launcher pod depends on.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The settings; now and then they must be refused.
    pub settings: Value,
    /// The pod.
    pub pod: Value,
    /// The annotation's text, if the pod has it.
    pub annotation: Option<String>,
    /// Who creates the pod.
    pub username: String,
}

/// The user that the default of `trustedCreators` names.
const CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

impl Scenario {
    /// A launcher pod with everything: annotation, other mounts, other containers.
    #[must_use]
    pub fn pod(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let annotation = (!choices.once_in(6)).then(|| annotation(choices, &settings));
        let entries = annotation
            .as_deref()
            .and_then(annotation::read)
            .map_or(1, |entries| entries.len());
        let pod = pod(choices, &settings, entries, annotation.as_deref());
        Scenario {
            username: username(choices),
            settings,
            pod,
            annotation,
        }
    }

    /// A launcher pod as KubeVirt makes it: what its sidecars see of the node is what the annotation asks for.
    #[must_use]
    pub fn plain(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let annotation = annotation(choices, &settings);
        let entries = annotation::read(&annotation).map_or(0, |entries| entries.len());
        let names = (0..entries).map(|index| format!("hook-sidecar-{index}"));
        let containers: Vec<Value> = names
            .chain(["compute".to_owned()])
            .map(|name| container(&name, vec![]))
            .collect();
        let pod = assemble(Some(&annotation), json!([]), json!([]), json!(containers));
        Scenario {
            username: username(choices),
            settings,
            pod,
            annotation: Some(annotation),
        }
    }

    /// A launcher pod without annotation, whose sidecars see what others have put there.
    #[must_use]
    pub fn foreign(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let pod = pod(choices, &settings, 2, None);
        Scenario {
            username: username(choices),
            settings,
            pod,
            annotation: None,
        }
    }

    /// The admission request that creates the pod.
    #[must_use]
    pub fn request(&self) -> Value {
        json!({
            "uid": "u",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "operation": "CREATE",
            "userInfo": {"username": self.username},
            "object": self.pod,
        })
    }

    /// The admission request that creates a VirtualMachineInstance with the same annotation.
    #[must_use]
    pub fn vmi_request(&self) -> Value {
        let annotations = self
            .annotation
            .as_deref()
            .map(|text| json!({annotation::KEY: text}));
        json!({
            "uid": "u",
            "kind": {"group": "kubevirt.io", "version": "v1", "kind": "VirtualMachineInstance"},
            "operation": "CREATE",
            "userInfo": {"username": self.username},
            "object": {"metadata": {"annotations": annotations}},
        })
    }

    /// The waPC payload.
    #[must_use]
    pub fn payload(&self) -> Value {
        json!({"request": self.request(), "settings": self.settings})
    }
}

/// Everything that a verdict on ephemeral containers depends on.
#[derive(Clone, Debug)]
pub struct Ephemeral {
    /// The settings; now and then they must be refused.
    pub settings: Value,
    /// The pod before, or `null`.
    pub before: Value,
    /// The pod with what was added.
    pub after: Value,
}

impl Ephemeral {
    /// A running pod, launcher or not, that is about to be debugged.
    #[must_use]
    pub fn new(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let mut before = pod(choices, &settings, 1, None);
        if let Some(volumes) = before["spec"]["volumes"].as_array_mut() {
            volumes.push(volume(choices, &settings, &[]));
            let seen = json!({"name": volumes.last().unwrap()["name"], "mountPath": "/seen"});
            let mounts = before.pointer_mut("/spec/containers/0/volumeMounts");
            let mounts = mounts.and_then(Value::as_array_mut);
            if let Some(mounts) = mounts.filter(|_| !choices.once_in(6)) {
                mounts.push(seen);
            }
        }
        if choices.once_in(4) {
            before["metadata"]["labels"] = Value::Null;
        }
        if choices.once_in(16) {
            before["metadata"]["deletionTimestamp"] =
                choices.one(&[json!("2026-11-25T00:00:00Z"), Value::Null]);
        }
        let no_volumes = [json!({"name": "v"})];
        let volumes = before["spec"]["volumes"]
            .as_array()
            .filter(|volumes| !volumes.is_empty());
        let volumes = volumes.map_or(&no_volumes[..], Vec::as_slice).to_vec();
        let mut debugger = |names: &[&str]| {
            let mounts = (0..choices.one(&[1, 2, 0]))
                .map(|_| mount(choices, &volumes, &[]))
                .collect();
            container(choices.one(names), mounts)
        };
        let old = debugger(&["debug-a", "debug-b", "hook-sidecar-0"]);
        let new = debugger(&["debug-a", "debug-c", "hook-sidecar-1"]);
        let mut after = before.clone();
        after["spec"]["ephemeralContainers"] = match choices.below(4) {
            1 => json!([new]),
            2 => json!([old]),
            _ => json!([old, new]),
        };
        before["spec"]["ephemeralContainers"] = json!([old]);
        if choices.once_in(4) {
            // The API server does not let through that an old one changes; the policy does not rely on it.
            let mounts = &mut after["spec"]["ephemeralContainers"][0]["volumeMounts"];
            let last = mounts.as_array().map_or(0, |mounts| mounts.len() - 1);
            let (key, value) = choices.one(&[
                ("readOnly", json!(false)),
                ("readOnly", json!(true)),
                ("mountPath", json!("/z")),
                ("subPath", json!("z")),
                ("subPathExpr", json!("z")),
                ("mountPropagation", json!("HostToContainer")),
                ("recursiveReadOnly", json!("IfPossible")),
                ("name", volumes[0]["name"].clone()),
                ("name", json!(1)),
            ]);
            mounts[last][key] = value;
        }
        match choices.below(24) {
            1 => before = Value::Null,
            2 => before["spec"]["ephemeralContainers"] = Value::Null,
            3 => after["spec"]["ephemeralContainers"] = choices.one(&[json!({}), json!("x"), json!([1])]),
            4 => before["spec"]["ephemeralContainers"] = json!([{"name": []}]),
            _ => {}
        }
        Ephemeral {
            settings,
            before,
            after,
        }
    }

    /// The admission request that adds them.
    #[must_use]
    pub fn request(&self) -> Value {
        json!({
            "uid": "u",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "operation": "UPDATE",
            "subResource": "ephemeralcontainers",
            "userInfo": {"username": "mallory"},
            "object": self.after,
            "oldObject": self.before,
        })
    }
}

fn username(choices: &mut Choices<'_>) -> String {
    choices
        .one(&[
            CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, "", "mallory",
        ])
        .to_owned()
}

/// The elements of a short path: few names, some of which begin alike, and now and then a directory that is sensitive
/// by default.
pub fn elements(choices: &mut Choices<'_>) -> Vec<String> {
    let count = choices.one(&[1, 2, 2, 3, 1, 2, 3, 0]);
    (0..count)
        .map(|_| {
            choices
                .one(&["a", "b", "ab", "a", "b", "c", "var", "run", "a.", "..b"])
                .to_owned()
        })
        .collect()
}

/// A path of these elements, written in one way or another.
fn spelled(choices: &mut Choices<'_>, elements: &[String]) -> String {
    let clean = path::text(elements);
    match choices.below(12) {
        1 => format!("{clean}/"),
        2 => format!("/{clean}"),
        3 => clean.replacen('/', "/./", 1),
        4 => format!("{clean}//."),
        _ => clean,
    }
}

/// A text that is nearly a path: elements, slashes, and what no path may hold.
pub fn path_text(choices: &mut Choices<'_>) -> String {
    let pieces: Vec<&str> = (0..choices.one(&[2, 3, 4, 5, 6, 1, 0]))
        .map(|_| {
            choices.one(&[
                "/", "/a", "/b", "/a", "/ab", "/.", "/..", "a", "..", "/...", "//", "b", ".", " ", "\t",
                "\\", ":", "\u{e9}", "\u{7f}", "\u{a0}", "\u{2028}", "%2e", "\u{0}", "/..a", "/a", "/b",
                "/c", "/a", "/b",
            ])
        })
        .collect();
    pieces.concat()
}

/// Settings. Most are valid: a rule that would spoil them is mostly left out.
pub fn settings(choices: &mut Choices<'_>) -> Value {
    let mut settings = json!({"allowedHostPaths": []});
    if !choices.once_in(6) {
        let sensitive: Vec<String> = (0..choices.one(&[0, 0, 1, 2]))
            .map(|_| path::text(&elements(choices)))
            .collect();
        settings["sensitiveHostPaths"] = json!(sensitive);
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
    for _ in 0..choices.one(&[1, 2, 3, 4, 5, 0]) {
        let rule = rule(choices, &allowed);
        let mut more = settings.clone();
        more["allowedHostPaths"].as_array_mut().unwrap().push(rule);
        if settings::read(&more).is_some() || choices.once_in(64) {
            settings = more;
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

fn rule(choices: &mut Choices<'_>, allowed: &Value) -> Value {
    let mut rule = Map::new();
    let elements = elements(choices);
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
    if choices.once_in(2) {
        rule.insert("allowSharedCompute".into(), json!(true));
    }
    rule.into()
}

/// A host path that some rule allows, or nearly.
struct Wish {
    path: Vec<String>,
    volume_type: String,
    writable: bool,
    shared: bool,
}

fn wish(choices: &mut Choices<'_>, settings: &Value) -> Wish {
    let rules = settings["allowedHostPaths"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut wish = Wish {
        path: elements(choices),
        volume_type: "Directory".to_owned(),
        writable: choices.once_in(2),
        shared: choices.once_in(2),
    };
    if !rules.is_empty() && !choices.once_in(16) {
        let rule = &rules[choices.below(rules.len())];
        let exact = rule["path"].as_str();
        wish.path = path::elements(exact.or(rule["pathPrefix"].as_str()).unwrap_or_default());
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

/// Where something is mounted in a container: mostly a path of its own.
const PLACES: [&str; 12] = [
    "/m",
    "/m",
    "/n",
    "/m/n",
    "/o",
    "/o/p",
    "/host",
    "/n/",
    "//m",
    "/mm",
    "/usr/lib/x",
    "/etc/x",
];
/// Where nothing may be mounted, or not everywhere.
const BAD_PLACES: [&str; 10] = [
    "/usr",
    "/proc/x",
    "/var/run/kubevirt-hooks/x",
    "/a:b",
    "m",
    "/m/../n",
    "/",
    "/var/run/libvirt-x",
    "/var/lib",
    "/var/run/kubevirt-hooks",
];

fn place(choices: &mut Choices<'_>) -> &'static str {
    if choices.once_in(20) {
        choices.one(&BAD_PLACES)
    } else {
        choices.one(&PLACES)
    }
}

/// The text of an annotation. Text, because a key may stand twice.
pub fn annotation(choices: &mut Choices<'_>, settings: &Value) -> String {
    if choices.once_in(48) {
        return choices
            .one(&[
                "null",
                "",
                " ",
                "{}",
                "[] []",
                "[1]",
                "[[]]",
                "[null,]",
                "[{\"a\":1e999}]",
                "[\"\\ud800\"]",
            ])
            .to_owned();
    }
    let entries: Vec<String> = (0..choices.one(&[1, 1, 2, 2, 3, 0]))
        .map(|_| entry(choices, settings))
        .collect();
    format!("[{}]", entries.join(choices.one(&[",", ", ", "\n,\t"])))
}

/// Text with the letters of JSON, of the annotation and of Unicode's surprises, some of it a list of entries.
pub fn annotation_text(choices: &mut Choices<'_>) -> String {
    let settings = settings(choices);
    let mut text = annotation(choices, &settings);
    for _ in 0..choices.one(&[0, 0, 1, 2, 4]) {
        let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let at = places[(choices.below(256) * 256 + choices.below(256)) % places.len()];
        let piece = choices.one(&[
            "",
            ",",
            "null",
            "[",
            "]",
            "{",
            "}",
            "\"",
            ":",
            "\\",
            "\\u",
            "\\ud800",
            "\\udc00",
            "0",
            "-",
            "1.",
            "e5",
            " ",
            "\u{17f}",
            "\u{212a}",
            "\u{0}",
            "\u{1f}",
            "\u{a0}",
            "\u{feff}",
            "\"hostPath\":null,",
            "\"HOSTPATH\":1,",
            "\"a\":[{}],",
            "tru",
            "false",
            "\\u0000",
            "{\"hostPath\":{}},",
            "//",
            "'",
        ]);
        if choices.once_in(3) {
            text.truncate(at);
        }
        text.insert_str(at, piece);
    }
    text
}

fn entry(choices: &mut Choices<'_>, settings: &Value) -> String {
    match choices.below(16) {
        1 => {
            return choices
                .one(&["null", "{}", "{\"image\":\"i\"}", "{\"hostPath\":null}"])
                .to_owned();
        }
        2 if choices.once_in(6) => {
            return choices
                .one(&[
                    "7",
                    "{\"hostpath\":{}}",
                    "{\"ho\u{17f}tPath\":null}",
                    "{\"hostPath\":[]}",
                    "{\"hostPath\":null,\"hostPath\":null}",
                ])
                .to_owned();
        }
        _ => {}
    }
    let wish = wish(choices, settings);
    let mut members = vec![
        ("path", json!(spelled(choices, &wish.path))),
        ("volumePath", json!(place(choices))),
    ];
    if wish.volume_type != "Directory" || choices.once_in(3) {
        members.push(("type", json!(wish.volume_type)));
    } else if choices.once_in(4) {
        members.push(("type", choices.one(&[Value::Null, json!("")])));
    }
    if wish.writable || choices.once_in(8) {
        members.push(("readOnly", json!(!wish.writable)));
    } else if choices.once_in(8) {
        members.push(("readOnly", Value::Null));
    }
    if wish.shared {
        members.push(("sharedComputePath", json!(place(choices))));
    }
    if choices.once_in(40) {
        members.push(choices.one(&[
            ("path", json!("/a")),
            ("mode", Value::Null),
            ("readonly", json!(false)),
            ("type", json!("directory")),
            ("readOnly", json!("false")),
            ("volumePath", Value::Null),
        ]));
    }
    if choices.once_in(4) {
        let last = members.len() - 1;
        members.swap(0, last);
    }
    let members: Vec<String> = members
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    let key = choices.one(&["hostPath", "hostPath", "hostPath", "\\u0068ostPath"]);
    let image = choices.one(&["", "\"image\":\"i\",", "\"pvc\":{\"hostPath\":7},"]);
    format!("{{{image}\"{key}\":{{{}}}}}", members.join(","))
}

/// A launcher pod with hook sidecars for `entries` entries and some more, as it may reach the policy after others.
fn pod(choices: &mut Choices<'_>, settings: &Value, entries: usize, annotation: Option<&str>) -> Value {
    let asked = annotation.and_then(annotation::read).unwrap_or_default();
    let mut volumes = vec![json!({"name": "sockets", "emptyDir": {}})];
    for _ in 0..choices.one(&[0, 1, 2, 3]) {
        volumes.push(volume(choices, settings, &asked));
    }
    let mut names: Vec<String> = (0..entries)
        .map(|index| format!("hook-sidecar-{index}"))
        .collect();
    if choices.once_in(24) {
        names.pop();
    }
    names.push("compute".into());
    if choices.once_in(4) {
        // A network binding plugin's, or one that only looks like a hook sidecar.
        let more = format!("hook-sidecar-{entries}");
        names.push(
            choices
                .one(&[
                    more.as_str(),
                    "hook-sidecar-",
                    "hook-sidecar-00",
                    "hook-sidecar-0x",
                    "compute",
                    "istio-proxy",
                ])
                .to_owned(),
        );
    }
    if choices.once_in(24) {
        names.push(names[0].clone());
    }
    let (mut init, mut main) = (vec![], vec![]);
    for name in names {
        let mounts = (0..choices.one(&[0, 0, 1, 2]))
            .map(|_| mount(choices, &volumes, &asked))
            .collect();
        let container = container(&name, mounts);
        if choices.once_in(5) {
            init.push(container)
        } else {
            main.push(container)
        }
    }
    let mut pod = assemble(annotation, json!(volumes), json!(init), json!(main));
    if choices.once_in(64) {
        let (place, junk) = choices.one(&[
            ("volumes", json!({})),
            ("containers", json!([1])),
            ("initContainers", json!("x")),
            ("volumes", json!([{"name": 1}])),
            ("containers", Value::Null),
            ("volumes", Value::Null),
        ]);
        pod["spec"][place] = junk;
    }
    pod
}

/// A hostPath volume under a name that anyone may have chosen; what the annotation asks for, or something near it.
fn volume(choices: &mut Choices<'_>, settings: &Value, asked: &[annotation::Entry]) -> Value {
    let name = choices.one(&[
        "v",
        "w",
        "v",
        "w",
        "hook-sidecar-0-hostpath",
        "hook-sidecar-1-hostpath",
    ]);
    if choices.once_in(8) {
        return json!({"name": name, "emptyDir": {}, "hostPath": null});
    }
    let Wish {
        mut path,
        mut volume_type,
        ..
    } = wish(choices, settings);
    let mut requests = asked.iter().filter_map(|entry| match entry {
        annotation::Entry::Request(request) => Some(request),
        _ => None,
    });
    if let Some(request) = requests.next().filter(|_| choices.once_in(2)) {
        path.clone_from(&request.path);
        volume_type.clone_from(&request.volume_type);
    }
    let mut source = json!({"path": spelled(choices, &path)});
    if !(volume_type.is_empty() && choices.once_in(2)) {
        source["type"] = json!(volume_type);
    }
    if choices.once_in(32) {
        source["path"] = choices.one(&[Value::Null, json!("/a/../b"), json!("a"), json!("/a\\b")]);
    }
    json!({"name": name, "hostPath": source})
}

fn mount(choices: &mut Choices<'_>, volumes: &[Value], asked: &[annotation::Entry]) -> Value {
    let volume = &volumes[choices.below(volumes.len())];
    let mut at = if choices.once_in(3) {
        place(choices)
    } else {
        choices.one(&["/p", "/q", "/p/q", "/r"])
    }
    .to_owned();
    if let Some(annotation::Entry::Request(request)) = asked.first()
        && choices.once_in(3)
    {
        at = path::text(&request.volume_path);
    }
    let mut mount = json!({"name": volume["name"], "mountPath": at});
    match choices.below(8) {
        1..=6 => mount["readOnly"] = json!(true),
        7 => mount["readOnly"] = choices.one(&[Value::Null, json!(false)]),
        _ => {}
    }
    match choices.below(24) {
        1 => mount["subPath"] = json!("s"),
        2 => mount["subPathExpr"] = json!("$(X)"),
        3 => mount["mountPropagation"] = json!("HostToContainer"),
        4 => mount["mountPropagation"] = json!("Bidirectional"),
        5 => mount["mountPropagation"] = json!("None"),
        6 => {
            mount["recursiveReadOnly"] =
                choices.one(&[json!("Enabled"), json!("IfPossible"), json!("Disabled")])
        }
        _ => {}
    }
    mount
}

fn container(name: &str, mut mounts: Vec<Value>) -> Value {
    mounts.insert(
        0,
        json!({"name": "sockets", "mountPath": "/var/run/kubevirt-hooks", "subPath": name}),
    );
    json!({"name": name, "image": "i", "volumeMounts": mounts, "future": {"a": [1.0, 1e300, -0.0]}})
}

fn assemble(annotation: Option<&str>, volumes: Value, init: Value, main: Value) -> Value {
    let mut annotations = json!({"kubevirt.io/domain": "vm"});
    if let Some(text) = annotation {
        annotations[annotation::KEY] = json!(text);
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"labels": {"kubevirt.io": "virt-launcher"}, "annotations": annotations},
        "spec": {"volumes": volumes, "initContainers": init, "containers": main, "nodeName": null, "future": [{}]},
    })
}
