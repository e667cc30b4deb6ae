//! `explain`: the steps, the verdict and the change agree with the policy.

use insta::assert_snapshot;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Map, Value, json};
use sidecar_hostpath::explain::change::Change;
use sidecar_hostpath::explain::verdict::Asker;

use checker::preview::Question;
use kubevirt_sidecar_hostpath_policy::{Access, HostPath, HostPathType};

use crate::harness::{Dir, Outcome, command, finish};

fn explain(settings: &str, args: &[&str]) -> Outcome {
    let dir = Dir::new();
    dir.write("s.yaml", settings);
    let namespace: &[&str] = if args.contains(&"-n") {
        &[]
    } else {
        &["-n", "default"]
    };
    let args = [&["explain", "-s", "s.yaml"], namespace, args].concat();
    finish(command(&dir.path(""), &args), b"")
}

/// Without a namespace.
fn for_whom(settings: &str, args: &[&str]) -> Outcome {
    let dir = Dir::new();
    dir.write("s.yaml", settings);
    let args = [&["explain", "-s", "s.yaml"], args].concat();
    finish(command(&dir.path(""), &args), b"")
}

#[test]
fn without_a_namespace_all_who_see_the_path_are_shown() {
    let outcome = for_whom(TEAMS, &["/srv/images/licensed/two"]);
    assert_eq!(outcome.code, Some(0));
    for part in [
        "/srv/images/licensed/two is permitted to\n",
        "amespace team-a",
        "allowedHostPaths[1]",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
    let nobody = for_whom(TEAMS, &["/etc/ssh"]);
    assert_eq!(
        (nobody.code, nobody.stdout.as_str()),
        (Some(1), "/etc/ssh is permitted to nobody\n")
    );
    let map = for_whom(TEAMS, &[]);
    assert_eq!(map.code, Some(0));
    let own = "/srv/tenants/{namespace} and everything below it";
    assert!(map.stdout.contains(own), "{}", map.stdout);
}

#[test]
fn a_new_path_is_opened_to_the_asking_namespace_alone() {
    let outcome = explain(TEAMS, &["/data/x", "-n", "team-b", "-o", "json"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        json["change"]["fields"]["allowedHostPaths[5]"]["namespaces"],
        json!(["team-b"])
    );
    // Its danger is in the document too.
    let outcome = explain(TEAMS, &["/var/log/x", "-n", "team-b", "-o", "json"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(
        json["change"]["dangers"][0]
            .as_str()
            .unwrap()
            .contains("/var/log"),
        "{json}"
    );
}

#[test]
fn a_path_that_is_permitted_under_another_name_needs_no_change() {
    let settings = "allowedHostPaths: [{pathPrefix: /var/run/vhost}]";
    let outcome = explain(settings, &["/run/vhost/a"]);
    let advice = "The settings need no change: write /var/run/vhost/a";
    assert!(outcome.stdout.contains(advice), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("smallest change"), "{}", outcome.stdout);
}

/// Every row of what a step can say.
const TEAMS: &str = "\
allowedHostPaths:
  - {pathPrefix: /srv/images}
  - {pathPrefix: /srv/images/licensed, namespaces: [team-a]}
  - {path: /srv/images/licensed/one, containers: [plugin-sidecar-x]}
  - {path: /srv/scratch, readOnly: false}
  - {pathPrefix: '/srv/tenants/{namespace}'}
requestContainers: {plugin-sidecar-x: /host-images}
";

#[test]
fn each_step_is_shown() {
    let transcripts = [
        ("/srv/images/a --share", 1),
        ("/srv/images/a", 0),
        ("/srv/images/licensed/one -t File", 1),
        ("/srv/tenants", 1),
        ("/srv/tenants/team-a/x -n team-a", 0),
        ("/srv/images/licensed/one -c plugin-sidecar-x -n team-a", 0),
        ("/srv/images -c virtiofs-x", 1),
        ("/srv/scratch/x", 1),
        ("/srv/images/a --write -t FileOrCreate", 1),
        ("/etc/ssh", 1),
        ("/var/lib", 1),
        ("/srv/images -c compute", 1),
    ]
    .map(|(line, code)| {
        let args: Vec<&str> = line.split(' ').collect();
        let outcome = explain(TEAMS, &args);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(code), ""));
        let long = outcome.stdout.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None);
        format!("$ sidecar-hostpath explain {line}\n{}", outcome.transcript())
    });
    assert_snapshot!(transcripts.join("\n\n"));
}

#[test]
fn the_change_is_whole_settings_in_json() {
    let outcome = explain(TEAMS, &["/srv/images/a", "--write", "-o", "json"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (&json["accepted"], &json["rule"]),
        (&json!(false), &json!("allowedHostPaths[0]"))
    );
    let change = &json["change"];
    let added = json!({
        "path": "/srv/images/a", "types": ["Directory"], "readOnly": false, "namespaces": ["default"],
    });
    assert_eq!(change["fields"], json!({"allowedHostPaths[5]": added}));
    let again = explain(&change["settings"].to_string(), &["/srv/images/a", "--write"]);
    assert_eq!(again.code, Some(0));
}

#[rstest]
#[case::relative(&["x"], "\"x\": the path must be an absolute path")]
#[case::unknown_type(&["/x", "-t", "Pipe"], &format!("\"Pipe\": the type must be one of {}", types()))]
fn what_means_nothing_is_an_error(#[case] args: &[&str], #[case] message: &str) {
    assert_eq!(explain(TEAMS, args), Outcome::error(message));
}

fn types() -> String {
    let types: Vec<&str> = HostPathType::REQUESTABLE
        .iter()
        .map(|known| known.as_str())
        .collect();
    types.join(", ")
}

#[test]
fn check_names_the_setting_that_denies() {
    let dir = Dir::new();
    dir.write("s.yaml", TEAMS);
    let annotation = r#"[
        {"hostPath": {"path": "/etc", "volumePath": "/a"}},
        {"hostPath": {"path": "/srv/images/a", "volumePath": "/a", "type": "Socket", "readOnly": false, "sharedComputePath": "/b"}},
        {"hostPath": {"path": "/srv/scratch/x", "volumePath": "/proc"}}
    ]"#;
    dir.write("vm.json", crate::harness::vmi("x", annotation));
    let outcome = finish(
        command(&dir.path(""), &["check", "-s", "s.yaml", "-o", "json", "vm.json"]),
        b"",
    );
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let expected = json!([
        "allowedHostPaths",
        "allowedHostPaths[0].types",
        "allowedHostPaths[0].readOnly",
        "allowedHostPaths[0].allowSharedCompute",
        "allowedHostPaths",
        null,
    ]);
    assert_eq!(
        json["results"][0]["deniedBy"], expected,
        "{}",
        json["results"][0]["violations"]
    );
    let text = finish(command(&dir.path(""), &["check", "-s", "s.yaml", "vm.json"]), b"").stdout;
    assert!(
        text.contains("        denied by settings.allowedHostPaths[0].types\n"),
        "{text}"
    );
}

const PATHS: [&str; 9] = [
    "/a",
    "/a/b",
    "/a/b/c",
    "/srv",
    "/srv/team",
    "/srv/team/x",
    "/var/lib/kubelet/pki",
    "/var/run/x",
    "/run",
];

fn rule() -> impl Strategy<Value = Value> {
    let path = prop_oneof![
        prop::sample::select(PATHS.to_vec()).prop_map(str::to_owned),
        Just("/srv/images/{namespace}".to_owned()),
    ];
    let one_of = |names: &'static [&'static str]| prop::option::of(prop::sample::select(names.to_vec()));
    (
        path,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        one_of(&["team", "other"]),
        one_of(&["plugin-sidecar-x", "compute"]),
        one_of(&["Directory", "File", "Socket"]),
    )
        .prop_map(
            |(path, exact, writable, shared, namespace, container, host_path_type)| {
                let mut rule = Map::new();
                rule.insert(if exact { "path" } else { "pathPrefix" }.to_owned(), json!(path));
                if exact && writable {
                    rule.insert("readOnly".to_owned(), json!(false));
                }
                rule.insert("allowSharedCompute".to_owned(), json!(shared));
                for (key, name) in [
                    ("namespaces", namespace),
                    ("containers", container),
                    ("types", host_path_type),
                ] {
                    rule.extend(name.map(|name| (key.to_owned(), json!([name]))));
                }
                Value::Object(rule)
            },
        )
}

fn question() -> impl Strategy<Value = Question> {
    let containers = vec![
        "hook-sidecar-0",
        "hook-sidecar-2",
        "plugin-sidecar-x",
        "compute",
        "virtiofs-y",
    ];
    let types = vec![HostPathType::Directory, HostPathType::File, HostPathType::Socket];
    (
        prop::sample::select(containers),
        prop::sample::select(PATHS.to_vec()),
        prop::sample::select(types),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(container, path, host_path_type, writable, shares)| Question {
            container: container.to_owned(),
            path: HostPath::parse(path).unwrap(),
            host_path_type,
            access: if writable {
                Access::Writable
            } else {
                Access::ReadOnly
            },
            shares: shares && container != "compute",
        })
}

#[test]
fn a_path_that_is_reserved_is_not_opened_to_all() {
    let settings = "allowedHostPaths: [{pathPrefix: /srv/images, namespaces: [team-a]}, {pathPrefix: '/srv/tenants/{namespace}'}]";
    let namespaces = |path: &str| {
        let outcome = explain(settings, &[path, "-n", "team-b", "-o", "json"]);
        let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
        json["change"]["fields"]["allowedHostPaths[2]"]["namespaces"].clone()
    };
    // Who had the path keeps it.
    assert_eq!(namespaces("/srv/images/x"), json!(["team-a", "team-b"]));
    assert_eq!(namespaces("/srv/tenants/team-a/x"), json!(["team-a", "team-b"]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The steps say what the policy says, and the change that is shown is enough.
    #[test]
    fn explanation_and_verdict_never_disagree(
        rules in prop::collection::vec(rule(), 0..5),
        question in question(),
        namespace in prop::sample::select(vec!["team", "other", "third"]),
    ) {
        let settings = json!({
            "allowedHostPaths": rules,
            "allowedTypes": ["Directory", "File", "Socket"],
            "requestContainers": {"plugin-sidecar-x": "/host-images"},
        });
        let settings = settings.as_object().unwrap().clone();
        let payload = serde_json::to_vec(&settings).unwrap();
        let read = kubevirt_sidecar_hostpath_policy::read_settings(&payload);
        prop_assume!(read.is_ok());
        let read = read.unwrap();
        let asker = Asker::new(namespace, &question, &read);
        let violations = asker.violations(&settings);
        let steps = asker.steps(&read);
        let named = !asker.needs_request_container(&read);
        prop_assert_eq!(steps.refused.is_empty() && named, violations.is_empty(), "{:?} {:?}", steps, violations);
        for refusal in &steps.refused {
            prop_assert!(violations.iter().any(|violation| violation.to_string().ends_with(&refusal.to_string())), "{:?} {:?}", refusal, violations);
        }
        if !violations.is_empty() && let Ok(change) = Change::find(&settings, &asker) {
            let payload = serde_json::to_vec(&change.settings).unwrap();
            let changed = kubevirt_sidecar_hostpath_policy::read_settings(&payload).unwrap();
            let asker = Asker::new(namespace, &question, &changed);
            prop_assert_eq!(asker.violations(&change.settings), []);
        }
    }
}
