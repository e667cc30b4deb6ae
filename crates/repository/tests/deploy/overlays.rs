//! The overlays for products that name KubeVirt's namespace differently.

use rstest::rstest;
use serde_json::{Value, json};

use crate::companion::creators;
use crate::{Policy, policies, rendered, root};

#[rstest]
#[case::openshift("openshift", "openshift-cnv")]
#[case::harvester("harvester", "harvester-system")]
#[case::hyperconverged("hyperconverged", "kubevirt-hyperconverged")]
fn only_the_names_differ(#[case] overlay: &str, #[case] namespace: &str) {
    let controller = json!([format!("system:serviceaccount:{namespace}:kubevirt-controller")]);
    let overlay = root().join("deploy/overlays").join(overlay);
    let of_overlay: Vec<Policy> = rendered(&overlay);
    assert_eq!(of_overlay.len(), policies().len());
    let mut rendered_plain: Vec<Value> = rendered(&root().join("deploy/base"));
    for policy in &mut rendered_plain {
        policy["spec"]["settings"]["trustedCreators"] = controller.clone();
    }
    assert_eq!(rendered::<Value>(&overlay), rendered_plain);

    let companion: Vec<Value> = rendered(&overlay.join("companion"));
    let plain: Vec<Value> = rendered(&root().join("deploy/companion"));
    assert_eq!(companion.len(), plain.len());
    assert_eq!(creators(&companion), controller);
    // All but the role.
    assert_eq!(companion.get(1..), plain.get(1..));

    let mut doctor: Vec<Value> = rendered(&root().join("deploy/doctor"));
    let role = doctor.iter_mut().find(|object| object["kind"] == "Role").unwrap();
    role["metadata"]["namespace"] = json!(namespace);
    assert_eq!(rendered::<Value>(&overlay.join("doctor")), doctor);
}
