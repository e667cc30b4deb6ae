//! The policies and the companion of `deploy/`, as kubectl renders them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|directory| directory.join("deploy/base/kustomization.yaml").is_file())
        .unwrap()
        .to_owned()
}

/// The program on the `PATH`, or the one that make has installed.
pub(crate) fn tool(name: &str) -> PathBuf {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths)
        .chain([root().join("target/tools")])
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| panic!("no {name}: put it on the PATH, or run `make tools`, which installs it"))
}

/// What the command prints, in YAML.
pub(crate) fn objects(command: &mut Command) -> Vec<Value> {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    yaml_serde::Deserializer::from_slice(&output.stdout)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .filter(|object: &Value| !object.is_null())
        .collect()
}

fn kustomized(directory: &str) -> Vec<Value> {
    objects(
        Command::new(tool("kubectl"))
            .arg("kustomize")
            .arg(root().join(directory)),
    )
}

/// All of them, once for all tests.
pub(crate) fn deployed() -> &'static [Value] {
    static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let mut objects = kustomized("deploy/base");
        objects.extend(kustomized("deploy/companion"));
        objects
    });
    &OBJECTS
}
