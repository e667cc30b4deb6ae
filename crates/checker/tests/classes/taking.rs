//! What `settings` notes of rules that take paths from others, against the difference that they make.

use checker::classes::difference::Difference;
use checker::settings::warnings;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::generate::pair;
use crate::universe::settings;

/// The same for each rule but for whom it is: else a rule takes types, or writing, from those whom it is for.
fn alike(mut all: Value) -> Value {
    for rule in all["allowedHostPaths"].as_array_mut().unwrap() {
        let rule = rule.as_object_mut().unwrap();
        rule.remove("types");
        rule.remove("nodeSelector");
        rule.insert("readOnly".to_owned(), json!(true));
        rule.insert("allowSharedCompute".to_owned(), json!(true));
    }
    all
}

/// Whether there is a note that the rule takes something.
fn is_noted(all: &Value, number: usize) -> bool {
    let field = format!("settings.allowedHostPaths[{number}].");
    let warnings = warnings::of_settings(all.as_object().unwrap());
    let takes = |warning: &warnings::Warning| {
        warning.field.to_string().starts_with(&field) && warning.why.starts_with("takes ")
    };
    warnings.iter().any(takes)
}

proptest! {
    #![proptest_config(crate::properties::cases(500))]

    #[test]
    fn a_rule_is_noted_if_it_takes_something(all in pair().prop_map(|(one, _)| alike(one))) {
        let Some(with) = settings(&all) else { return Ok(()); };
        for number in 0..with.rules.len() {
            let mut without = all.clone();
            without["allowedHostPaths"].as_array_mut().unwrap().remove(number);
            let Some(without) = settings(&without) else { continue };
            let difference = Difference::of(&without, &with);
            // Of two rules that take the same, neither makes a difference beside the other.
            prop_assert!(
                difference.refused.is_empty() || is_noted(&all, number),
                "rule {} of {:#}\n{:#?}", number, all, difference.refused
            );
        }
    }
}
