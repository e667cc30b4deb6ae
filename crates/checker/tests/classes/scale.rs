//! The cost of large settings.

use std::time::Duration;

use checker::classes::difference::Difference;
use cpu_time::ThreadTime;
use serde_json::{Value, json};

use crate::universe::settings;

fn rules(namespaces: impl Fn(usize, usize) -> usize) -> Value {
    let rule = |number: usize| {
        let names: Vec<String> = (0..50)
            .map(|index| format!("team-{}", namespaces(number, index)))
            .collect();
        json!({"pathPrefix": format!("/srv/images/{number}"), "namespaces": names})
    };
    let mut rules: Vec<Value> = (0..255).map(rule).collect();
    rules.push(json!({"pathPrefix": "/srv/images"}));
    json!(rules)
}

fn compared(before: Value, after: Value) -> (Difference, Duration) {
    let of = |rules: Value| settings(&json!({"allowedHostPaths": rules})).unwrap();
    let (before, after) = (of(before), of(after));
    let start = ThreadTime::now();
    let difference = Difference::of(&before, &after);
    (difference, start.elapsed())
}

/// Without optimisation it takes about ten times as long.
const MOST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

#[test]
fn many_rules_with_many_namespaces() {
    let all = [
        rules(|_, index| index),
        rules(|number, index| number * 50 + index),
        rules(|number, index| (number * 7 + index * 31) % 1600),
    ];
    for before in all {
        let mut after = before.clone();
        after.as_array_mut().unwrap().remove(100);
        let (difference, time) = compared(before, after);
        assert!(
            difference
                .permitted
                .iter()
                .any(|row| row.paths[0].span.path.to_string() == "/srv/images/100")
        );
        println!("{time:?}");
        assert!(time < MOST, "{time:?}");
    }
}
