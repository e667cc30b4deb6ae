//! The document that programs read.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{SETTINGS, check};
use crate::text::mixed;

#[test]
fn many_objects_are_one_document() {
    assert_snapshot!(mixed(&["-o", "json"]).transcript());
}

#[test]
fn mounts_look_as_in_the_audit_annotation() {
    let outcome = check(
        &[
            SETTINGS.as_slice(),
            &["-o", "json", "examples/vmi-with-sidecar-hostpath.yaml"],
        ]
        .concat(),
        "",
    );
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let mount = |container| {
        json!({
            "container": container,
            "hostPath": "/var/lib/kubevirt/images",
            "mountPath": "/host-images",
            "readOnly": true,
            "type": "Directory",
            "rule": "allowedHostPaths[0]",
        })
    };
    let expected = json!([mount("hook-sidecar-0"), mount("compute")]);
    assert_eq!(json["results"][0]["hostPaths"], expected);
    assert_eq!(outcome.code, Some(0));
}

/// The line of the key itself, and not of the object that it is in.
#[test]
fn a_key_that_is_not_known_has_its_own_line() {
    let manifest = "\
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata:
  name: a
  annotations:
    hooks.kubevirt.io/hookSidecars: |
      [{
        \"hostPath\": {
          \"path\": \"/var/lib/kubevirt/images\",
          \"volumepath\": \"/a\"
        }
      }]
spec: {}
";
    let outcome = check(&[SETTINGS.as_slice(), &["-o", "json", "-"]].concat(), manifest);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let result = &document["results"][0];
    let unknown = result["violations"]
        .as_array()
        .unwrap()
        .iter()
        .position(|text| text.as_str().unwrap().contains("unknown key"));
    assert_eq!(result["violationLines"][unknown.unwrap()], 10, "{result:#}");
}
