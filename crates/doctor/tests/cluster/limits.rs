//! Whatever a server answers, doctor ends, in bounded memory, and says what it has not seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use doctor::check::{Check, Status};
use doctor::{Error, Options, examine};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::admission::Policy;
use crate::support::server::{Dialect, Server};
use crate::{after, check};

static PAGES: AtomicUsize = AtomicUsize::new(0);

static DRY_RUNS: AtomicUsize = AtomicUsize::new(0);

fn page(count: usize, size: usize, next: &str) -> String {
    let item = json!({"metadata": {"name": "x", "namespace": "x", "annotations": {"a": "b".repeat(size)}}});
    json!({"kind": "List", "items": vec![item; count], "metadata": {"continue": next}}).to_string()
}

fn another() -> String {
    PAGES.fetch_add(1, Ordering::Relaxed).to_string()
}

fn volumes(address: &str) -> bool {
    address.starts_with("/api/v1/persistentvolumes?")
}

fn is_same_page(address: &str) -> Option<String> {
    volumes(address).then(|| page(1, 1, "x"))
}

fn is_alternating(address: &str) -> Option<String> {
    let next = if address.ends_with("=x") { "y" } else { "x" };
    volumes(address).then(|| page(1, 1, next))
}

fn is_too_much_on_a_page(address: &str) -> Option<String> {
    volumes(address).then(|| page(251, 1, ""))
}

fn is_endless(address: &str) -> Option<String> {
    volumes(address).then(|| page(250, 1, &another()))
}

fn is_empty_and_endless(address: &str) -> Option<String> {
    volumes(address).then(|| page(0, 0, &another()))
}

fn has_long_token(address: &str) -> Option<String> {
    volumes(address).then(|| page(1, 1, &"x".repeat(9_000)))
}

fn is_long(address: &str) -> Option<String> {
    volumes(address).then(|| page(1, 33 << 20, ""))
}

#[rstest]
#[case::same(is_same_page, "the list does not end: the same page comes again")]
#[case::alternating(is_alternating, "the list does not end: the same page comes again")]
#[case::more_than_asked_for(is_too_much_on_a_page, "a page has 251 objects, and 250 were asked for")]
#[case::endless(is_endless, "the list has more than 200000 objects")]
#[case::empty(is_empty_and_endless, "the list does not end within 2000 pages")]
#[case::token(has_long_token, "the token of the next page is too long")]
#[case::long(is_long, "the answer is longer than 32 MiB")]
fn a_list_is_bounded(#[case] floods: fn(&str) -> Option<String>, #[case] reason: &str) {
    let checks = after(|server| server.floods = Some(floods));
    let check = check(&checks, "others that write at the allowed paths");
    assert_eq!(check.status(), Status::Unknown);
    assert!(check.findings[0].consequence.ends_with(reason), "{check:#?}");
}

fn is_large(address: &str) -> Option<String> {
    address
        .starts_with("/apis/policies.kubewarden.io/v1/clusteradmissionpolicies?")
        .then(|| page(250, 20_000, &another()))
}

fn is_of_many(address: &str) -> Option<String> {
    address
        .starts_with("/api/v1/namespaces?")
        .then(|| page(250, 1, &another()))
}

/// What is kept of a list is bounded by what it takes: many small objects take more than their text.
#[rstest]
#[case::large_objects(is_large, "policies")]
#[case::many_small_objects(is_of_many, "Pod Security")]
fn a_list_that_is_kept_is_bounded(#[case] floods: fn(&str) -> Option<String>, #[case] name: &str) {
    let checks = after(|server| server.floods = Some(floods));
    let check = check(&checks, name);
    let reason = "the list is larger than 64 MiB";
    assert!(check.findings[0].consequence.ends_with(reason), "{check:#?}");
}

/// Namespaces are kept without what nobody looks at: many of them are no reason to see none.
#[test]
fn many_large_namespaces_are_read() {
    let checks = after(|server| {
        let namespaces = server.list(crate::support::server::NAMESPACES);
        namespaces.extend((0..2_000).map(|number| {
            json!({"metadata": {"name": format!("n{number}"), "annotations": {"a": "b".repeat(50_000)}}})
        }));
    });
    assert_eq!(check(&checks, "Pod Security").status(), Status::Ok);
}

/// Examines with a clock that stands still while somebody works, and jumps while everybody waits.
fn timed(server: Server) -> (Result<Vec<Check>, Error>, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let options = Options {
        settings: None,
        probe_namespace: None,
        progress: &|_| {},
    };
    runtime.block_on(async {
        let begin = tokio::time::Instant::now();
        let checks = examine(&server.cluster(), &Policy, &options).await;
        (checks, begin.elapsed().as_secs())
    })
}

#[test]
fn a_server_that_falls_silent_is_asked_twice() {
    let mut server = Server::deployed(Dialect::KwCap);
    server.hangs = Some(|address| address != "/version");
    let reads = Arc::clone(&server.reads);
    let (checks, seconds) = timed(server);
    assert_eq!((reads.lock().unwrap().len(), seconds), (3, 60));
    let checks = checks.unwrap();
    let volumes = check(&checks, "policies");
    assert!(
        volumes.findings[0]
            .consequence
            .starts_with("https://cluster.example.com: no"),
        "{volumes:#?}"
    );
    assert!(
        checks
            .iter()
            .filter(|check| check.name != "Kubernetes")
            .all(|check| check.status() >= Status::Unknown),
        "{checks:#?}"
    );
}

/// One webhook that hangs makes no API server silent.
#[test]
fn one_answer_that_does_not_come_is_one_unknown() {
    let mut server = Server::deployed(Dialect::KwCap);
    server.hangs = Some(|address| address.starts_with("/api/v1/nodes"));
    let (checks, seconds) = timed(server);
    assert_eq!(seconds, 30);
    assert_eq!(crate::faults(&checks.unwrap()), [("nodes", Status::Unknown)]);
}

fn delete(value: &mut Value, key: &str) {
    value.as_object_mut().unwrap().remove(key);
}

/// All of it takes ten minutes at most: what is left is not asked for.
#[test]
fn all_of_it_ends() {
    let mut server = Server::deployed(Dialect::KwCap);
    // Each volume is tried, and every second dry run is never answered.
    let pod = server.list(crate::support::server::PODS)[0].clone();
    for number in 0..60 {
        let mut pod = pod.clone();
        pod["metadata"]["namespace"] = json!(format!("n-{number}"));
        delete(&mut pod["metadata"]["labels"], "kubevirt.io/created-by");
        server.list(crate::support::server::PODS).push(pod);
    }
    server.hangs = Some(|address| {
        address.contains("/ephemeralcontainers") && DRY_RUNS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)
    });
    let (checks, seconds) = timed(server);
    let checks = checks.unwrap();
    assert!((600..=660).contains(&seconds), "{seconds}");
    let last = &check(&checks, "others that write at the allowed paths").findings[0];
    assert_eq!(
        last.consequence,
        "https://cluster.example.com: not asked: doctor stops after 600 seconds"
    );
}
