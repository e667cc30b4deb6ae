//! Settings that no parsed value can show: a key that is duplicated, of which readers take the first or the last.

use kubevirt_sidecar_hostpath_policy::read_settings;
use rstest::rstest;

#[rstest]
#[case::rules(
    r#"{"allowedHostPaths": [], "allowedHostPaths": [{"pathPrefix": "/"}]}"#,
    r#"settings.allowedHostPaths: Invalid value: "list": is a duplicate key"#
)]
#[case::spelled_differently(
    r#"{"allowedHostPaths": [], "verifyOnly": true, "verify\u004fnly": false}"#,
    r#"settings.verifyOnly: Invalid value: false: is a duplicate key"#
)]
#[case::in_a_rule(
    r#"{"allowedHostPaths": [{"pathPrefix": "/srv/a", "pathPrefix": "/"}]}"#,
    r#"settings.allowedHostPaths[0].pathPrefix: Invalid value: "/": is a duplicate key"#
)]
fn a_duplicate_key_is_refused(#[case] settings: &str, #[case] message: &str) {
    let refused = read_settings(settings.as_bytes()).unwrap_err();
    assert_eq!(refused.to_string(), message);
}
