//! The test kit on a corpus in a temporary directory, with a toy policy that does everything right.

mod corpus;
mod engines;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use serde_json::{Value, json};

/// A fresh corpus in a temporary directory: `cases/`, `cases/settings/` and `fixtures/`.
struct Corpus {
    root: PathBuf,
}

impl Drop for Corpus {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Corpus {
    fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let root = env::temp_dir().join(format!("testkit-{}-{number}", process::id()));
        fs::create_dir_all(root.join("cases/settings")).unwrap();
        fs::create_dir_all(root.join("fixtures")).unwrap();
        let corpus = Self { root };
        corpus.write("fixtures/pod.json", &pod());
        corpus.write("fixtures/launcher-no-annotation.json", &pod());
        let mut asking = pod();
        asking["object"]["wants"] = json!(true);
        corpus.write("fixtures/launcher-image-volume.json", &asking);
        corpus
    }

    fn write(&self, file: &str, content: &Value) {
        fs::write(self.root.join(file), content.to_string()).unwrap();
    }

    fn write_text(&self, file: &str, content: &str) {
        fs::write(self.root.join(file), content).unwrap();
    }

    fn cases(&self) -> PathBuf {
        self.root.join("cases")
    }
}

/// The creation of a pod that has nothing to do with anything.
fn pod() -> Value {
    json!({
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "object": {"metadata": {}, "spec": {
            "ratio": 0.1,
            "volumes": [{"name": "e", "emptyDir": {}}],
            "containers": [{"name": "compute"}, {"name": "hook-sidecar-0", "volumeMounts": [{"name": "e", "mountPath": "/e"}]}]
        }}
    })
}

/// Answers as a policy must: a pod with `wants: true` gets a volume and a mount, one with `bad: true` is rejected.
fn honest(operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
    let payload: Value = serde_json::from_slice(payload).unwrap_or_default();
    let answer = match operation {
        "validate_settings" if payload.is_object() => json!({"valid": true}),
        "validate_settings" => json!({"valid": false, "message": "settings: Invalid value"}),
        _ => validate(&payload),
    };
    Ok(answer.to_string().into_bytes())
}

fn validate(payload: &Value) -> Value {
    let object = &payload["request"]["object"];
    if !payload["settings"].is_object() || !object.is_object() {
        return json!({"accepted": false, "code": 422, "message": "unreadable"});
    }
    if object["bad"] == true {
        return json!({"accepted": false, "code": 403, "message": "forbidden"});
    }
    if object["wants"] != true {
        return json!({"accepted": true});
    }
    let audit = json!([{"container": "hook-sidecar-0", "hostPath": "/p", "mountPath": "/m", "readOnly": true, "type": "File"}]);
    let mut answer = json!({"accepted": true, "warnings": ["careful"], "audit_annotations": {"host-paths": audit.to_string()}});
    let mut result = object.clone();
    if result["spec"]["volumes"].as_array().unwrap().len() == 1 {
        if payload["settings"]["verifyOnly"] == true {
            return json!({"accepted": false, "code": 422, "message": "missing"});
        }
        let volume = json!({"name": "h", "hostPath": {"path": "/p", "type": "File"}});
        let mount = json!({"name": "h", "mountPath": "/m", "readOnly": true});
        result["spec"]["volumes"].as_array_mut().unwrap().push(volume);
        result["spec"]["containers"][1]["volumeMounts"]
            .as_array_mut()
            .unwrap()
            .push(mount);
        answer["mutated_object"] = result;
    }
    answer
}

/// A case that rejects.
fn reject() -> Value {
    json!({
        "description": "It rejects.", "rows": ["R1"], "settings": {}, "request": "pod",
        "patch": [{"op": "add", "path": "/object/bad", "value": true}],
        "expect": {"verdict": "deny", "code": 403, "message": "forbidden"}
    })
}

/// A case that accepts.
fn allow() -> Value {
    json!({
        "description": "It accepts.", "rows": ["R1"], "settings": {}, "request": "pod",
        "expect": {"verdict": "allow", "mounts": {}}
    })
}

/// A case that mutates.
fn mutate() -> Value {
    json!({
        "description": "It mutates.", "rows": ["R2"], "settings": {}, "request": "pod",
        "patch": [{"op": "add", "path": "/object/wants", "value": true}],
        "expect": {
            "verdict": "mutate", "warnings": ["careful"], "mounts": {"hook-sidecar-0": ["/p (File) at /m ro"]},
            "audit": [{"container": "hook-sidecar-0", "hostPath": "/p", "mountPath": "/m", "readOnly": true, "type": "File"}]
        }
    })
}

/// A case of good settings.
fn valid() -> Value {
    json!({"description": "Good.", "rows": ["S1"], "settings": {}, "expect": {"valid": true}})
}

/// A case of bad settings.
fn invalid() -> Value {
    json!({"description": "Bad.", "rows": ["S1"], "settings": [],
           "expect": {"valid": false, "message": "settings: Invalid value"}})
}
