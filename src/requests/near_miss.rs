//! Keys that are nearly right, and are therefore ignored: a warning says what to write.

use crate::{
    base::{field::quote_within, json::Members},
    requests::place::HOOK_SIDECARS,
};

/// The longest key that a warning shows whole, in bytes.
const WARNED_BYTES: usize = 64;

/// The warning about a key of entry `index` that is nearly `hostPath`, or belongs into it. Spellings that differ in case
/// only are rejected elsewhere, because Go would read them.
pub(crate) fn of_host_path(index: usize, key: &str) -> Option<String> {
    let instead = match key {
        "hostPath" => return None,
        "path" | "volumePath" => "it in \"hostPath\"",
        key if bare(key) == "hostpath" => "\"hostPath\"",
        _ => return None,
    };
    let key = quote_within(key, WARNED_BYTES);
    Some(format!(
        "{HOOK_SIDECARS}[{index}]: key {key} is ignored: write {instead}"
    ))
}

/// The warnings about annotations whose keys are nearly KubeVirt's.
pub(crate) fn of_annotations(annotations: &Members<'_>) -> Vec<String> {
    let keys = annotations.iter().filter_map(|(key, _)| key.as_str());
    keys.filter_map(|key| of_annotation(&key)).take(MOST).collect()
}

/// How many of them are given.
const MOST: usize = 4;

/// The warning about an annotation whose key is nearly KubeVirt's.
fn of_annotation(key: &str) -> Option<String> {
    let (domain, name) = key.rsplit_once('/').unwrap_or(("", key));
    // Cheap, because every annotation of every launcher pod comes by.
    let is_near = matches!(name.len(), 11..=14)
        && key != HOOK_SIDECARS
        && bare(name) == "hooksidecar"
        && (domain.is_empty() || domain.to_ascii_lowercase().ends_with("kubevirt.io"));
    is_near.then(|| {
        let key = quote_within(key, WARNED_BYTES);
        format!("annotation {key} is ignored: write {HOOK_SIDECARS}")
    })
}

/// The key without case, `-`, `_` and a final `s`.
fn bare(key: &str) -> String {
    let letters = key.chars().filter(|c| !matches!(c, '-' | '_'));
    let letters: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    letters.strip_suffix('s').map(str::to_owned).unwrap_or(letters)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plural("hostPaths", Some("\"hostPath\""))]
    #[case::dash("host-path", Some("\"hostPath\""))]
    #[case::underscore("HOST_PATHS", Some("\"hostPath\""))]
    #[case::path_of_the_node("path", Some("it in \"hostPath\""))]
    #[case::path_of_the_container("volumePath", Some("it in \"hostPath\""))]
    #[case::itself("hostPath", None)]
    #[case::another("hostPathType", None)]
    fn a_key_of_an_entry_is_nearly_ours(#[case] key: &str, #[case] instead: Option<&str>) {
        let expected = instead.map(|instead| {
            format!("hooks.kubevirt.io/hookSidecars[3]: key \"{key}\" is ignored: write {instead}")
        });
        assert_eq!(of_host_path(3, key), expected);
    }

    #[rstest]
    #[case::case("hooks.kubevirt.io/hooksidecars", true)]
    #[case::singular("hooks.kubevirt.io/hookSidecar", true)]
    #[case::dash("hooks.kubevirt.io/hook-sidecars", true)]
    #[case::another_domain_of_kubevirt("Kubevirt.io/hookSidecars", true)]
    #[case::no_domain("hookSidecars", true)]
    #[case::itself("hooks.kubevirt.io/hookSidecars", false)]
    #[case::another_domain("example.com/hookSidecars", false)]
    #[case::another_name("hooks.kubevirt.io/hookSidecarX", false)]
    #[case::longer("hooks.kubevirt.io/hook--sidecars-s", false)]
    fn an_annotation_is_nearly_kubevirts(#[case] key: &str, #[case] near: bool) {
        let expected =
            near.then(|| format!("annotation \"{key}\" is ignored: write hooks.kubevirt.io/hookSidecars"));
        assert_eq!(of_annotation(key), expected);
    }
}
