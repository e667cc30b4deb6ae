//! Ways to the node that need one more than the VM owner: an injector, an agent, a careless rule. The model rejects each,
//! and accepts what is just not one.

#![expect(
    clippy::indexing_slicing,
    reason = "helpers of tests: a panic is the test's failure"
)]

use model::{annotation, settings, verdict, wanted};
use serde_json::{Value, json};

const CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

fn container(name: &str, mounts: Value) -> Value {
    json!({"name": name, "volumeMounts": mounts})
}

fn host(name: &str, path: &str, volume_type: &str) -> Value {
    json!({"name": name, "hostPath": {"path": path, "type": volume_type}})
}

fn mount(volume: &str, at: &str) -> Value {
    json!({"name": volume, "mountPath": at, "readOnly": true})
}

/// The creation of a launcher pod.
fn creation(annotations: &Value, spec: &Value) -> Value {
    json!({
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "namespace": "team",
        "userInfo": {"username": CONTROLLER},
        "object": {"metadata": {"labels": {"kubevirt.io": "virt-launcher"}, "annotations": annotations}, "spec": spec},
    })
}

fn accepts(settings: &Value, annotations: &Value, spec: &Value) -> bool {
    verdict::new_pod(&creation(annotations, spec), settings)
}

/// A pod with `compute` and one hook sidecar, which asks for what `request` says.
fn asks(settings: &Value, request: &Value) -> bool {
    let annotations = json!({annotation::KEY: json!([{"hostPath": request}]).to_string()});
    let containers = json!([
        container("compute", json!([])),
        container("hook-sidecar-0", json!([]))
    ]);
    accepts(settings, &annotations, &json!({"containers": containers}))
}

/// What others mount, with this volume and mount in this container.
fn sees(settings: &Value, list: &str, name: &str, volume: Value, mount: Value) -> bool {
    let mut spec = json!({"volumes": [volume], "containers": [container("hook-sidecar-0", json!([]))]});
    if spec[list].is_null() {
        spec[list] = json!([]);
    }
    let list = spec[list].as_array_mut();
    list.into_iter()
        .for_each(|list| list.push(container(name, json!([mount]))));
    accepts(settings, &json!({}), &spec)
}

fn allowing(rules: &Value) -> Value {
    json!({"allowedHostPaths": rules})
}

#[test]
fn what_an_injector_mounts_is_judged_in_every_container() {
    let settings = allowing(&json!([{"pathPrefix": "/srv/disks"}]));
    for (list, name) in [
        ("containers", "mesh-proxy"),
        ("containers", "virtiofs-shared"),
        ("initContainers", "mesh-init"),
        ("initContainers", "hook-sidecar-7"),
    ] {
        let sees = |path| {
            sees(
                &settings,
                list,
                name,
                host("given", path, "Directory"),
                mount("given", "/given"),
            )
        };
        assert!(!sees("/"), "{name}");
        assert!(!sees("/srv"), "{name}");
        assert!(!sees("/etc/kubernetes"), "{name}");
        assert!(sees("/srv/disks/a"), "{name}");
    }
    let writable = json!({"name": "given", "mountPath": "/given"});
    assert!(!sees(
        &settings,
        "containers",
        "tool",
        host("given", "/srv/disks", "Directory"),
        writable
    ));
    let untyped = host("given", "/srv/disks", "");
    assert!(!sees(
        &settings,
        "containers",
        "tool",
        untyped,
        mount("given", "/given")
    ));
}

#[test]
fn what_is_mounted_in_compute_needs_a_rule_that_shares() {
    for (is_shared, list) in [
        (true, "containers"),
        (false, "containers"),
        (true, "initContainers"),
        (false, "initContainers"),
    ] {
        let settings = allowing(&json!([{"pathPrefix": "/srv/disks", "allowSharedCompute": is_shared}]));
        let volume = host("given", "/srv/disks/a", "Directory");
        assert_eq!(
            sees(&settings, list, "compute", volume, mount("given", "/given")),
            is_shared
        );
    }
    // A rule for some containers is for `compute` too, if it shares.
    for is_shared in [true, false] {
        let rule = json!({"path": "/srv/disks", "containers": ["tool"], "allowSharedCompute": is_shared});
        let settings = allowing(&json!([rule]));
        let sees = |name| {
            let volume = host("given", "/srv/disks", "Directory");
            sees(&settings, "containers", name, volume, mount("given", "/given"))
        };
        assert_eq!(sees("compute"), is_shared);
        assert!(sees("tool"));
        assert!(!sees("other"));
    }
}

#[test]
fn only_kubevirts_own_mounts_are_left_alone() {
    let settings = allowing(&json!([]));
    let at = "/var/run/kubevirt-private/vmi-disks/data";
    let disk = |volume_type| host("data", "/mnt/data", volume_type);
    let own = json!({"name": "data", "mountPath": at});
    for volume_type in ["Directory", "DirectoryOrCreate"] {
        assert!(sees(
            &settings,
            "containers",
            "compute",
            disk(volume_type),
            own.clone()
        ));
    }
    for (list, name, volume, mount) in [
        ("containers", "compute", disk("File"), own.clone()),
        ("containers", "compute", disk(""), own.clone()),
        ("containers", "tool", disk("Directory"), own.clone()),
        ("initContainers", "compute", disk("Directory"), own.clone()),
        (
            "containers",
            "compute",
            disk("Directory"),
            json!({"name": "data", "mountPath": at, "subPath": "s"}),
        ),
        (
            "containers",
            "compute",
            disk("Directory"),
            json!({"name": "data", "mountPath": at, "subPathExpr": "s"}),
        ),
        (
            "containers",
            "compute",
            disk("Directory"),
            json!({"name": "data", "mountPath": format!("{at}/x")}),
        ),
        (
            "containers",
            "compute",
            disk("Directory"),
            json!({"name": "data", "mountPath": "/run/kubevirt-private/vmi-disks/data"}),
        ),
        (
            "containers",
            "compute",
            host("other", "/mnt/data", "Directory"),
            json!({"name": "other", "mountPath": at}),
        ),
    ] {
        assert!(
            !sees(&settings, list, name, volume.clone(), mount.clone()),
            "{list} {name} {volume} {mount}"
        );
    }
}

#[test]
fn an_agents_directory_is_for_all_and_nobody_asks_for_it() {
    let rule = json!({"path": "/run/metrics", "requestable": false, "allowSharedCompute": true, "types": ["DirectoryOrCreate"]});
    let mut settings =
        allowing(&json!([{"pathPrefix": "/srv/disks"}, {"pathPrefix": "/run/metrics-of-vms"}, rule]));
    settings["allowedTypes"] = json!(["Directory", "DirectoryOrCreate"]);
    let agents = json!([mount("agent", "/run/metrics")]);
    let spec = json!({
        "volumes": [host("agent", "/run/metrics/", "DirectoryOrCreate")],
        "initContainers": [container("log", agents.clone())],
        "containers": [container("compute", agents.clone()), container("hook-sidecar-0", agents)],
    });
    assert!(accepts(&settings, &json!({}), &spec));
    let request = |path| json!({"path": path, "volumePath": "/m", "type": "DirectoryOrCreate"});
    for path in ["/run/metrics", "/run/metrics/a", "/run", "/var/run/metrics"] {
        assert!(!asks(&settings, &request(path)), "{path}");
    }
    assert!(asks(&settings, &request("/srv/disks")));
    // What contains it is not to be asked for either.
    settings["allowedHostPaths"][2]["path"] = json!("/srv/disks/metrics");
    assert!(!asks(&settings, &request("/srv/disks")));
    assert!(asks(&settings, &request("/srv/disks/a")));
}

#[test]
fn processes_that_see_each_other_see_what_others_mount() {
    let settings =
        allowing(&json!([{"pathPrefix": "/srv/disks"}, {"path": "/srv/only", "containers": ["tool"]}]));
    let spec = json!({
        "volumes": [host("only", "/srv/only", "Directory")],
        "containers": [container("compute", json!([])), container("tool", json!([mount("only", "/only")]))],
    });
    let asking = json!({annotation::KEY: r#"[{"hostPath": {"path": "/srv/disks", "volumePath": "/m"}}]"#});
    let asked =
        json!({"containers": [container("compute", json!([])), container("hook-sidecar-0", json!([]))]});
    let own = json!({
        "volumes": [host("d", "/d", "Directory")],
        "containers": [container("compute", json!([mount("d", "/var/run/kubevirt-private/vmi-disks/d")]))],
    });
    for field in ["shareProcessNamespace", "hostPID"] {
        for (value, is_apart) in [(json!(true), false), (json!(false), true), (Value::Null, true)] {
            for (annotations, spec) in [(&json!({}), &spec), (&asking, &asked)] {
                let mut spec = spec.clone();
                spec[field] = value.clone();
                assert_eq!(
                    accepts(&settings, annotations, &spec),
                    is_apart,
                    "{field} {value}"
                );
            }
            let mut own = own.clone();
            own[field] = value;
            assert!(
                accepts(&settings, &json!({}), &own),
                "KubeVirt's own is nobody else's"
            );
        }
    }
}

#[test]
fn an_ephemeral_container_is_named_by_no_rule() {
    let rule = json!({"path": "/srv/gold", "containers": ["tool", "second"], "readOnly": false});
    let debugs = |rule: &Value, name: &str, old: &Value, process: &Value| {
        let pod = json!({"spec": {
            "shareProcessNamespace": process,
            "volumes": [host("gold", "/srv/gold", "Directory")],
            "containers": [container("compute", json!([])), container("tool", json!([mount("gold", "/gold")]))],
            "ephemeralContainers": old,
        }});
        let mut sent = pod.clone();
        sent["spec"]["ephemeralContainers"] = json!([container(name, json!([mount("gold", "/x")]))]);
        let request = json!({
            "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "UPDATE",
            "subResource": "ephemeralcontainers", "namespace": "team", "object": sent, "oldObject": pod,
        });
        verdict::ephemeral(&request, &allowing(&json!([rule])))
    };
    let (none, apart) = (json!([]), Value::Null);
    for name in ["second", "tool", "compute", "debugger"] {
        assert!(!debugs(&rule, name, &none, &apart), "{name}");
    }
    // One for all is for it as well, whether or not it is for `compute` or may be asked for.
    let for_all = json!({"path": "/srv/gold", "requestable": false});
    for name in ["second", "compute", "debugger"] {
        assert!(debugs(&for_all, name, &none, &apart), "{name}");
        assert!(
            !debugs(&for_all, name, &none, &json!(true)),
            "{name} shares processes"
        );
    }
    // What was there stays there, in the container of that name.
    let old = json!([container("debugger", json!([mount("gold", "/x")]))]);
    assert!(debugs(&rule, "debugger", &old, &json!(true)));
    assert!(!debugs(&rule, "second", &old, &apart));
}

#[test]
fn a_place_below_what_others_write_may_be_a_link() {
    let settings = json!({
        "allowedHostPaths": [
            {"pathPrefix": "/srv/disks"},
            {"path": "/srv/work", "readOnly": false},
        ],
        "requestContainers": {"tool": "/data"},
    });
    let request = json!({"tool": {"path": "/srv/disks/a", "volumePath": "/data/a"}}).to_string();
    let annotations = json!({wanted::KEY: request});
    let fits = |volume: &Value, mount: &Value| {
        let spec = json!({"volumes": [volume], "containers": [container("tool", json!([mount]))]});
        accepts(&settings, &annotations, &spec)
    };
    let above = |at| mount("v", at);
    for (source, is_fixed) in [
        (json!({"emptyDir": {}}), false),
        (json!({"persistentVolumeClaim": {"claimName": "c"}}), false),
        (json!({"ephemeral": {}}), false),
        (json!({"image": {}}), false),
        (json!({"csi": {}}), false),
        (json!({}), false),
        (json!({"configMap": {}, "emptyDir": {}}), false),
        (json!({"configMap": {}}), true),
        (json!({"secret": {}}), true),
        (json!({"downwardAPI": {}}), true),
        (json!({"projected": {}}), true),
        (
            json!({"hostPath": {"path": "/srv/disks", "type": "Directory"}}),
            true,
        ),
        (
            json!({"hostPath": {"path": "/var/srv/work", "type": "Directory"}}),
            false,
        ),
        (
            json!({"hostPath": {"path": "/srv/work", "type": "Directory"}}),
            false,
        ),
    ] {
        let mut volume = source.clone();
        volume["name"] = json!("v");
        assert_eq!(fits(&volume, &above("/data")), is_fixed, "{source}");
        assert_eq!(fits(&volume, &above("/")), is_fixed, "{source} at the root");
        assert!(!fits(&volume, &above("/data/a")), "{source} there already");
        let is_permitted = source["hostPath"]["path"] != "/var/srv/work";
        assert_eq!(
            fits(&volume, &above("/other")),
            is_permitted,
            "{source} elsewhere"
        );
    }
    assert!(
        !fits(&json!({"name": "w", "configMap": {}}), &above("/data")),
        "a volume that is not there"
    );
    let work = json!({"name": "v", "hostPath": {"path": "/srv/work", "type": "Directory"}});
    assert!(
        !fits(&work, &json!({"name": "v", "mountPath": "/data"})),
        "writable"
    );
}

#[test]
fn a_second_name_of_a_writable_directory_is_writable() {
    for (link, target) in [
        ("/media/work", "/run/media/work"),
        ("/var/mail/work", "/var/spool/mail/work"),
    ] {
        for (written, read) in [(link, target), (target, link)] {
            let settings = allowing(&json!([{"path": written, "readOnly": false}, {"pathPrefix": read}]));
            let request = |path: &str| json!({"path": path, "volumePath": "/m"});
            assert!(asks(&settings, &request(read)), "{read}");
            assert!(!asks(&settings, &request(&format!("{read}/x"))), "below {read}");
            let below =
                allowing(&json!([{"path": written, "readOnly": false}, {"pathPrefix": format!("{read}/x")}]));
            assert!(settings::read(&below).is_none());
        }
    }
}

#[test]
fn rules_that_no_list_could_make_safe_are_refused() {
    for key in ["path", "pathPrefix"] {
        for path in [
            "/",
            "/var",
            "/var/lib/",
            "/mnt",
            "//media",
            "/run",
            "/var/run",
            "/etc",
            "/usr",
            "/var/mnt",
            "/run/media",
            "/usr/sbin",
            "/var/home",
            "/tmp",
            "/proc",
            "/local",
            "/writable",
        ] {
            let rules = json!([{key: path}]);
            let settings = json!({"allowedHostPaths": rules, "sensitiveHostPaths": []});
            assert!(settings::read(&settings).is_none(), "{key} {path}");
        }
        for path in [
            "/opt",
            "/srv",
            "/data",
            "/var/local",
            "/mnt/a",
            "/etc/a",
            "/var/lib/a",
            "/usr/local",
            "/var/tmp",
        ] {
            let rules = json!([{key: path}]);
            let settings = json!({"allowedHostPaths": rules, "sensitiveHostPaths": []});
            assert!(settings::read(&settings).is_some(), "{key} {path}");
        }
    }
}

#[test]
fn a_namespace_is_not_called_like_a_directory_of_the_node() {
    for (directory, is_usable) in [
        ("", false),
        ("/opt", false),
        ("/srv", false),
        ("/var/srv", false),
        ("/var/opt", false),
        ("/var/lib", false),
        ("/var/cache", false),
        ("/var/spool", false),
        ("/var/local", false),
        ("/usr/local", false),
        ("/var/usrlocal", false),
        ("/srv/kubernetes", false),
        ("/var/srv/kubernetes", false),
        ("/opt/teams", true),
        ("/srv/teams", true),
        ("/var/lib/teams", true),
        ("/usr/local/teams", true),
    ] {
        for rest in ["", "/work"] {
            for rule in [
                json!({"path": format!("{directory}/{{namespace}}{rest}"), "readOnly": false}),
                json!({"pathPrefix": format!("{directory}/{{namespace}}{rest}")}),
            ] {
                assert_eq!(
                    settings::read(&allowing(&json!([rule]))).is_some(),
                    is_usable,
                    "{rule}"
                );
            }
        }
    }
}

#[test]
fn no_directory_of_a_container_is_one_that_its_image_runs() {
    let read = |directory: &str| {
        settings::read(&json!({"allowedHostPaths": [], "requestContainers": {"tool": directory}})).is_some()
    };
    for directory in [
        "/etc/preload",
        "/etc",
        "/usr/local/bin",
        "/lib/x",
        "/var/lib",
        "/var/lib/libvirt/x",
        "/run/libvirt-x",
        "/run/kubevirt",
        "/var/run/kubevirtual",
        "/proc/1",
        "/a:b",
        "a",
        "/",
    ] {
        assert!(!read(directory), "{directory}");
    }
    for directory in ["/host-images", "/var/lib/x", "/run/x", "/opt", "/srv/a/", "/libx"] {
        assert!(read(directory), "{directory}");
    }
}

#[test]
fn directories_that_tenants_write_are_sensitive() {
    let settings = allowing(
        &json!([{"pathPrefix": "/var/local"}, {"pathPrefix": "/opt"}, {"pathPrefix": "/var/lib/shared"}]),
    );
    let request = |path: &str| json!({"path": path, "volumePath": "/m"});
    for path in [
        "/var/local/openebs",
        "/var/local/openebs/pvc-1",
        "/var/local",
        "/opt/pwx/x",
        "/opt",
    ] {
        assert!(!asks(&settings, &request(path)), "{path}");
    }
    for path in ["/var/local/images", "/opt/images", "/var/lib/shared"] {
        assert!(asks(&settings, &request(path)), "{path}");
    }
    let sensitive = settings::sensitive();
    assert_eq!(sensitive.len(), 116 + 33);
    for path in [
        "/mnt/k8s-disks",
        "/mnt/aks",
        "/var/data",
        "/var/lib/etcd-auto-backup",
        "/writable",
        "/run/user",
    ] {
        assert!(sensitive.contains(&path.to_owned()), "{path}");
    }
    assert!(
        sensitive
            .iter()
            .all(|path| path.starts_with('/') && !path.ends_with('-'))
    );
}

#[test]
fn nodes_are_those_that_have_the_path() {
    let rule = |path: &str, labels: Value| json!({"pathPrefix": path, "nodeSelector": labels});
    let settings = allowing(&json!([
        rule("/srv/a", json!({"example.com/a": "yes"})),
        rule("/srv/b", json!({"example.com/a": "no"})),
        rule("/srv/c", json!({"example.com/c": "yes", "example.com/a": "yes"})),
    ]));
    let request = |path: &str, at: &str| json!({"path": path, "volumePath": at});
    assert!(asks(
        &settings,
        &json!([request("/srv/a", "/a"), request("/srv/c", "/c")])
    ));
    assert!(!asks(
        &settings,
        &json!([request("/srv/a", "/a"), request("/srv/b", "/b")])
    ));
    let annotations = json!({annotation::KEY: json!([{"hostPath": request("/srv/a", "/a")}]).to_string()});
    for (labels, is_free) in [
        (Value::Null, true),
        (json!({"example.com/a": "yes"}), true),
        (json!({"zone": "x"}), true),
        (json!({"example.com/a": "no"}), false),
        (json!({"example.com/a": ""}), false),
    ] {
        let spec = json!({"nodeSelector": labels, "containers": [container("hook-sidecar-0", json!([]))]});
        assert_eq!(accepts(&settings, &annotations, &spec), is_free, "{labels}");
        let request = json!({
            "kind": {"group": "kubevirt.io", "kind": "VirtualMachineInstance"}, "namespace": "team",
            "object": {"metadata": {"annotations": annotations}, "spec": {"nodeSelector": labels}},
        });
        assert_eq!(verdict::new_instance(&request, &settings), is_free, "{labels}");
    }
}

#[test]
fn a_rule_that_nobody_may_ask_for_has_no_nodes() {
    for (labels, is_valid) in [(json!({"a": "b"}), false), (json!({}), true)] {
        let rule = json!({"pathPrefix": "/srv/a", "requestable": false, "nodeSelector": labels});
        assert_eq!(settings::read(&allowing(&json!([rule]))).is_some(), is_valid);
    }
}

#[test]
fn two_rules_are_no_two_by_who_may_ask_or_by_compute() {
    let both = |one: Value, other: Value| settings::read(&allowing(&json!([one, other]))).is_some();
    let rule = |more: Value| {
        let mut rule = more;
        rule["pathPrefix"] = json!("/srv/a");
        rule
    };
    assert!(!both(rule(json!({})), rule(json!({"requestable": false}))));
    assert!(both(
        rule(json!({"containers": ["x"]})),
        rule(json!({"containers": ["y"]}))
    ));
    let shared = |name: &str| rule(json!({"containers": [name], "allowSharedCompute": true}));
    assert!(!both(shared("x"), shared("y")));
    assert!(!both(shared("x"), rule(json!({"containers": ["compute"]}))));
    assert!(both(shared("x"), rule(json!({"containers": ["y"]}))));
    assert!(both(shared("x"), rule(json!({}))));
}

#[test]
fn there_are_256_requests_and_rules_at_most() {
    let settings = allowing(&json!([{"pathPrefix": "/srv/a", "allowSharedCompute": true}]));
    let asks = |theirs: usize, ours: usize| {
        let request = json!({"path": "/srv/a", "volumePath": "/m"});
        let mut list = vec![request.clone(); theirs];
        list.push(Value::Null);
        let annotations = json!({
            annotation::KEY: json!([{"hostPath": list}, null]).to_string(),
            wanted::KEY: json!({"compute": vec![request; ours]}).to_string(),
        });
        let containers = ["compute", "hook-sidecar-0"].map(|name| container(name, json!([])));
        accepts(&settings, &annotations, &json!({"containers": containers}))
    };
    for (theirs, ours, fits) in [
        (256, 0, true),
        (257, 0, false),
        (0, 256, true),
        (0, 257, false),
        (128, 128, true),
        (128, 129, false),
    ] {
        assert_eq!(asks(theirs, ours), fits, "{theirs} and {ours}");
    }
    for (count, fits) in [(256, true), (257, false)] {
        let rules: Vec<Value> = (0..count).map(|n| json!({"path": format!("/srv/{n}")})).collect();
        assert_eq!(settings::read(&allowing(&json!(rules))).is_some(), fits);
    }
}

#[test]
fn a_stranger_creates_no_pod_that_sees_the_node() {
    let settings = allowing(&json!([{"pathPrefix": "/srv/a"}]));
    let spec = json!({
        "volumes": [host("a", "/srv/a", "Directory")],
        "containers": [container("tool", json!([mount("a", "/a")]))],
    });
    let none = json!({"containers": [container("tool", json!([]))], "volumes": spec["volumes"]});
    for (user, is_known) in [(CONTROLLER, true), ("", true), ("somebody", false)] {
        let mut request = creation(&json!({}), &spec);
        request["userInfo"]["username"] = json!(user);
        assert_eq!(verdict::new_pod(&request, &settings), is_known, "{user}");
        request["object"]["spec"] = none.clone();
        assert!(verdict::new_pod(&request, &settings), "{user} mounts nothing");
    }
}
