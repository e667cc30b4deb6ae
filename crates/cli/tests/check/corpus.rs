//! The case corpus on `policy.wasm`, and that it says what the linked policy says.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::{env, fs};

use host::Engine;
use kubevirt_sidecar_hostpath_policy as linked;
use serde_json::Value;
use sidecar_hostpath::admission::AdmissionRequest;
use sidecar_hostpath::check::Report;
use sidecar_hostpath::check::finding::finding;
use sidecar_hostpath::check::manifest::Manifest;
use sidecar_hostpath::check::output::Output;
use sidecar_hostpath::check::reader;
use sidecar_hostpath::evaluator::Evaluator;
use sidecar_hostpath::policy::Linked;
use sidecar_hostpath::settings::SettingsJson;
use testkit::Case;

use crate::harness::root;

/// The module: that of the variable POLICY, or what make has built.
fn module() -> PathBuf {
    env::var_os("POLICY").map_or_else(|| root().join("policy.wasm"), PathBuf::from)
}

/// The module, compiled once for all tests.
fn engine() -> &'static Arc<Engine> {
    static ENGINE: OnceLock<Arc<Engine>> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let file = module();
        let wasm =
            fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}: run `make policy.wasm`", file.display()));
        Arc::new(Engine::with_log(&wasm, Arc::new(|_| {})).unwrap())
    })
}

fn cases() -> Vec<Case> {
    let cases = testkit::load(&root().join("tests/cases")).unwrap_or_else(|e| panic!("{e}"));
    assert!(!cases.is_empty());
    cases
}

fn succeed(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} cases fail; if src/ is newer than policy.wasm, run `make policy.wasm`\n\n{}\n",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn every_case_on_the_module() {
    let engine = engine();
    let module =
        |operation: &str, payload: &[u8]| engine.call(operation, payload).map_err(|error| error.to_string());
    let cases = cases();
    let failures: Vec<String> = cases.iter().filter_map(|case| case.run(&module).err()).collect();
    succeed(&failures);
}

#[test]
fn the_module_answers_as_the_linked_policy_does_byte_for_byte() {
    let engine = engine();
    let cases = cases();
    let differ = |case: &&Case| {
        case.payload().is_some_and(|payload| {
            engine.call("validate", payload).as_deref() != Ok(linked::validate(payload).as_slice())
        })
    };
    let failures: Vec<String> = cases
        .iter()
        .filter(differ)
        .map(|case| case.name().to_owned())
        .collect();
    succeed(&failures);
}

#[test]
fn the_module_speaks_version_1_of_kubewarden_s_protocol() {
    assert_eq!(engine().call("protocol_version", b""), Ok(b"\"v1\"".to_vec()));
}

#[test]
fn a_mutation_and_a_rejection_are_logged_and_nothing_else() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let wasm = fs::read(module()).unwrap();
    let engine = Engine::with_log(
        &wasm,
        Arc::new(move |line| sink.lock().unwrap().push(line.to_owned())),
    )
    .unwrap();
    let logged = |case: &str| {
        let cases = cases();
        let case = cases.iter().find(|known| known.name() == case).unwrap();
        engine.call("validate", case.payload().unwrap()).unwrap();
        std::mem::take(&mut *lines.lock().unwrap())
    };
    assert_eq!(
        logged("r4-reject-vm"),
        [
            "WARNING rejected namespace=\"tenant-a\" policy=\"kubevirt-sidecar-hostpath-policy\" \
             uid=\"0f6c3a52-6c1e-4f39-9a57-2d6f3c1b8e0e\" violations=\"spec.template.metadata.annotations\
             [hooks.kubevirt.io/hookSidecars][0].hostPath.path: Forbidden: \\\"/etc\\\" is under none of the allowed \
             host paths: /var/lib/kubevirt/images\""
        ]
    );
    let mutation = logged("r1-accept-example");
    assert_eq!(mutation.len(), 1, "{mutation:?}");
    assert!(
        mutation
            .iter()
            .all(|line| line.starts_with("INFO host paths mounted ")),
        "{mutation:?}"
    );
    for silent in ["r1-accept-plain-pod", "r4-accept-vm", "i2-accept-own-output"] {
        assert_eq!(logged(silent), [""; 0], "{silent}");
    }
}

/// The object and the settings of a case, if the object can be in a manifest and the settings are good.
fn manifest(case: &Case) -> Option<(Vec<Manifest>, SettingsJson)> {
    let payload: Value = serde_json::from_slice(case.payload()?).ok()?;
    let settings = payload.get("settings")?.as_object()?.clone();
    let request: AdmissionRequest = serde_json::from_value(payload.get("request")?.clone()).ok()?;
    let found = reader::read(&request.object?.to_string(), case.name());
    found.faults.is_empty().then_some((found.manifests, settings))
}

#[test]
fn check_prints_the_same_with_the_module_as_without_it() {
    let mut failures = Vec::new();
    let mut seen = 0_usize;
    for case in cases() {
        let Some((manifests, settings)) = manifest(&case) else {
            continue;
        };
        let payload = serde_json::to_vec(&settings).unwrap();
        let Ok(rules) = linked::read_settings(&payload) else {
            continue;
        };
        let report = |evaluator: Evaluator| {
            let judged = manifests
                .iter()
                .map(|manifest| finding(manifest, 1, &evaluator, &rules).unwrap());
            let report = Report {
                findings: judged.collect(),
                faults: Vec::new(),
                is_strict: false,
                is_quiet: false,
            };
            [Output::Text, Output::Json].map(|output| output.of(&report, 80).unwrap())
        };
        let natively = report(Evaluator::new(Linked, settings.clone()).unwrap());
        let in_the_host = report(Evaluator::new(Arc::clone(engine()), settings.clone()).unwrap());
        if natively != in_the_host {
            failures.push(format!("{}\n{}\n{}", case.name(), natively[0], in_the_host[0]));
        }
        seen = seen.checked_add(1).unwrap();
    }
    succeed(&failures);
    assert!(seen > 50, "only {seen} cases hold an object");
}
