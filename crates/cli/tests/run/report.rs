//! The report for people.

use rstest::rstest;

use crate::guest::{Does, policy};
use crate::harness::{Dir, args, request, run_command};

#[rstest]
#[case::accepted(r#"{"accepted":true}"#, "ACCEPTED\n")]
#[case::empty_lists(r#"{"accepted":true,"warnings":[],"audit_annotations":{}}"#, "ACCEPTED\n")]
#[case::rejected(
    r#"{"accepted":false,"message":"a: Forbidden: x; b: Forbidden: y","code":403}"#,
    "\
REJECTED (code 403)

message:
  a: Forbidden: x; b: Forbidden: y
"
)]
#[case::message_of_several_lines(
    r#"{"accepted":false,"message":"a\n  b"}"#,
    "REJECTED\n\nmessage:\n  a\n    b\n"
)]
#[case::rejected_without_a_word(r#"{"accepted":false}"#, "REJECTED\n")]
#[case::everything(
    r#"{
        "accepted": true,
        "message": "fine",
        "mutated_object": {"kind":"Pod","spec":{"containers":[{"name":"c"}]}},
        "audit_annotations": {"host-paths":"[{\"path\":\"/a\"}]","note":"plain"},
        "warnings": ["first","second"]
    }"#,
    r#"ACCEPTED with changes

message:
  fine

warnings:
  - first
  - second

audit annotation host-paths:
  [
    {
      "path": "/a"
    }
  ]

audit annotation note:
  plain

patch:
  [
    {
      "op": "add",
      "path": "/spec/containers/0",
      "value": {
        "name": "c"
      }
    }
  ]
"#
)]
fn the_report_shows_what_is_there(#[case] answer: &str, #[case] report: &str) {
    let dir = Dir::new();
    let policy = dir.write("policy.wasm", policy(Does::Answers(answer)));
    let mut args = args(policy, "-".as_ref());
    args.pretty = true;
    let outcome = run_command(&args, &request().to_string());
    assert_eq!(outcome.error, None);
    assert_eq!(outcome.stdout, report);
}
