//! `artifacthub-pkg.yml` as `kwctl scaffold artifacthub` makes it from `metadata.yml` and `questions-ui.yml`.

use yaml_serde::{Mapping, Value};

use crate::{Generated, document, text};

/// What is above the document; the blank at its end is kwctl's.
const HEADER: &str = "\
# Kubewarden Artifacthub Package config
#
# Use this config to submit the policy to https://artifacthub.io.
#
# This config can be saved to its default location with:
#   kwctl scaffold artifacthub > artifacthub-pkg.yml\x20
";

pub(crate) const GENERATED: [Generated; 1] = [Generated {
    file: "artifacthub-pkg.yml",
    between: None,
    make: |package| {
        let written: Value = yaml_serde::from_str(package).unwrap();
        let package = make(&document("metadata.yml"), written["createdAt"].as_str().unwrap());
        format!("{HEADER}{}", yaml_serde::to_string(&package).unwrap())
    },
}];

fn annotation<'a>(metadata: &'a Value, name: &str) -> &'a str {
    metadata["annotations"][name].as_str().unwrap()
}

/// An object whose keys keep this order.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().map(|(key, value)| (key.into(), value));
    Value::Mapping(members.collect::<Mapping>())
}

/// A list without its white space, as in `a, b`.
fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// `Name <address>, …`
fn maintainers(authors: &str) -> Value {
    let maintainer = |author: &str| {
        let (name, address) = author.split_once(" <").unwrap();
        let address = address.strip_suffix('>').unwrap();
        object([("name", name.into()), ("email", address.into())])
    };
    items(authors).map(maintainer).collect::<Vec<_>>().into()
}

/// The text on installation, which is not kwctl's: that leads to a single policy for every pod.
fn install(source: &str, version: &str) -> String {
    let name = source.rsplit('/').next().unwrap();
    format!(
        "This policy is deployed as four ClusterAdmissionPolicies of one module, with kustomize or Helm. Write your settings into\n\
         `deploy/base/settings.yaml`:\n\
         ```console\n\
         git clone --branch v{version} {source}\n\
         cd {name}\n\
         kubectl apply -k deploy/base/\n\
         ```\n\
         [deploy/README.md]({source}/blob/v{version}/deploy/README.md) describes the policies, the chart, and how to start in mode\n\
         `monitor`. Do not use the manifest of `kwctl scaffold manifest` alone: it judges every pod of the cluster once, and no webhook\n\
         that runs later is checked.\n"
    )
}

/// The package, as kwctl 1.35 and 1.36 make it, but for that text.
fn make(metadata: &Value, created_at: &str) -> Value {
    let annotated = |name| annotation(metadata, name);
    let policy = |name: &str| annotation(metadata, &format!("io.kubewarden.policy.{name}"));
    let version = policy("version");
    let image = format!("{}:v{version}", policy("ociUrl"));
    let source = policy("source");
    let install = install(source, version);
    let named = |name: &str, key: &str, value: String| object([("name", name.into()), (key, value.into())]);
    let download = format!("{source}/releases/download/v{version}/policy.wasm");
    let recommended = "https://artifacthub.io/packages/helm/kubewarden/admission-controller";
    object([
        ("version", version.into()),
        ("name", policy("title").into()),
        ("displayName", annotated("io.artifacthub.displayName").into()),
        ("createdAt", created_at.into()),
        ("description", policy("description").into()),
        ("license", policy("license").into()),
        ("homeURL", policy("url").into()),
        ("containersImages", vec![named("policy", "image", image)].into()),
        (
            "keywords",
            items(annotated("io.artifacthub.keywords"))
                .collect::<Vec<_>>()
                .into(),
        ),
        (
            "links",
            vec![
                named("policy", "url", download),
                named("source", "url", source.to_owned()),
            ]
            .into(),
        ),
        ("install", install.into()),
        ("maintainers", maintainers(policy("author"))),
        ("provider", object([("name", "kubewarden".into())])),
        (
            "recommendations",
            vec![object([("url", recommended.into())])].into(),
        ),
        (
            "annotations",
            object([
                (
                    "kubewarden/mutation",
                    metadata["mutating"].as_bool().unwrap().to_string().into(),
                ),
                ("kubewarden/questions-ui", text("questions-ui.yml").into()),
                (
                    "kubewarden/resources",
                    annotated("io.artifacthub.resources").into(),
                ),
                (
                    "kubewarden/rules",
                    yaml_serde::to_string(&metadata["rules"]).unwrap().into(),
                ),
            ]),
        ),
    ])
}

/// Who may claim the repository on Artifact Hub is who the metadata name.
#[test]
fn the_owners_on_artifact_hub_are_the_authors() {
    let owners = &document("artifacthub-repo.yml")["owners"];
    assert_eq!(
        owners,
        &maintainers(annotation(
            &document("metadata.yml"),
            "io.kubewarden.policy.author"
        ))
    );
}
