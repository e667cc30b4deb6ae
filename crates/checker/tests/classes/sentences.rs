//! What a sentence says, read by somebody who has nothing but the text, is what its row means.

use checker::classes::difference::Difference;
use checker::classes::rows::Row;
use checker::classes::sentence::{Sentence, of_row};
use kubevirt_sidecar_hostpath_policy::{Access, is_hook_sidecar};
use proptest::prelude::*;

use crate::generate::{asked, close_to, pair, paths_of};
use crate::universe::{Request, settings};

/// `a, b and c`.
fn items(list: &str) -> Vec<&str> {
    list.split(", ").flat_map(|part| part.split(" and ")).collect()
}

/// The text up to this, and behind it.
fn cut<'t>(text: &'t str, at: &str) -> (&'t str, &'t str) {
    text.split_once(at)
        .unwrap_or_else(|| panic!("no {at:?} in {text:?}"))
}

/// `every namespace but a and b`, `namespaces a and b`.
fn is_for(who: &str, namespace: &str) -> bool {
    match who.split_once(' ').unwrap() {
        ("Every", "namespace") => true,
        ("Every", others) => !items(others.strip_prefix("namespace but ").unwrap()).contains(&namespace),
        (_, names) => items(names).contains(&namespace),
    }
}

/// `{namespace, not a, b}`: the requester's own name, unless it is one of these.
fn is_element(written: &str, element: &str, namespace: &str) -> bool {
    let Some(placeholder) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return written == element;
    };
    let (what, not) = placeholder.split_once(", not ").unwrap_or((placeholder, ""));
    let is_left_out = not.split(", ").any(|name| name == element);
    let is_label = element
        .bytes()
        .all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit());
    match what {
        "namespace" => element == namespace && !is_left_out,
        "other" => element != namespace && !is_left_out && is_label,
        _ => panic!("{written}"),
    }
}

/// How deep the path is below what is written, if it is at or below.
fn depth(written: &str, path: &str, namespace: &str) -> Option<usize> {
    let mut left = path.split('/').skip(1).filter(|element| !element.is_empty());
    for element in written.split('/').skip(1).filter(|element| !element.is_empty()) {
        if !is_element(element, left.next()?, namespace) {
            return None;
        }
    }
    Some(left.count())
}

/// `/a alone`, `everything below /a`, `/a and everything below it`; what is left out is called a little otherwise.
fn is_in_span(span: &str, path: &str, namespace: &str) -> bool {
    let depth = |written| depth(written, path, namespace);
    if let Some(written) = span.strip_suffix(" alone") {
        return depth(written) == Some(0);
    }
    let below = ["everything below ", "what is below "];
    if let Some(written) = below.iter().find_map(|word| span.strip_prefix(word)) {
        return depth(written).is_some_and(|depth| depth > 0);
    }
    let written = span.strip_suffix(" and everything below it").unwrap_or(span);
    depth(written).is_some()
}

/// The items of a list whose placeholders have commas of their own.
fn spans(list: &str) -> Vec<String> {
    let mut depth = 0;
    let inside = |c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth > 0 { ';' } else { c }
    };
    let list: String = list.chars().map(inside).collect();
    items(&list)
        .into_iter()
        .map(|item| item.replace(';', ","))
        .collect()
}

fn is_in_range(range: &str, path: &str, namespace: &str) -> bool {
    let (whole, except) = range.split_once(" except ").unwrap_or((range, ""));
    let mut except = spans(except).into_iter().filter(|span| !span.is_empty());
    is_in_span(whole, path, namespace) && !except.any(|span| is_in_span(&span, path, namespace))
}

/// `hook sidecars and plugin-x; mounts by others in every container but compute`.
fn is_in_containers(text: &str, request: &Request) -> bool {
    let container = request.container.as_deref();
    let (asked, mounted) = match text.split_once("mounts by others in ") {
        Some((asked, mounted)) => (asked.trim_end_matches("; "), mounted),
        None => (text, ""),
    };
    if request.requests {
        let name = container.unwrap();
        let asked = items(asked);
        return asked.contains(&name) || is_hook_sidecar(name) && asked.contains(&"hook sidecars");
    }
    match (mounted, mounted.strip_prefix("every container but "), container) {
        ("", _, _) => false,
        ("every container", _, _) => true,
        // An ephemeral container has no name that a rule could have.
        (_, Some(_), None) => true,
        (_, Some(others), Some(name)) => !items(others).contains(&name),
        (names, None, Some(name)) => items(names).contains(&name),
        (_, None, None) => false,
    }
}

/// Whether the sentence is about the request.
fn is_about(sentence: &Sentence, request: &Request) -> bool {
    let (who, rest) = cut(&sentence.text, " may ");
    let verbs = [
        ("read and write to", (true, true)),
        ("read", (true, false)),
        ("write to", (false, true)),
    ];
    let (verb, (reads, writes)) = verbs
        .into_iter()
        .find(|(verb, _)| rest.starts_with(verb))
        .unwrap();
    let rest = &rest[verb.len()..];
    let at = rest.find(", type").unwrap();
    let (path, how) = (rest[..at].trim(), rest[at + 2..].trim_end_matches(':'));
    let (types, containers) = match how.split_once(", in ") {
        Some(both) => both,
        None => match how.strip_suffix(", also in container compute") {
            Some(types) => (
                types,
                "hook sidecars and compute; mounts by others in every container",
            ),
            None => (
                how,
                "hook sidecars; mounts by others in every container but compute",
            ),
        },
    };
    let types = items(types.split_once(' ').unwrap().1);
    let ranges = match path {
        "" => sentence.paths.clone(),
        path => vec![path.to_owned()],
    };
    let path = request.path.as_str();
    is_for(who, &request.namespace)
        && match request.access {
            Access::ReadOnly => reads,
            Access::Writable => writes,
        }
        && types.contains(&request.host_path_type.to_string().as_str())
        && is_in_containers(containers, request)
        && ranges
            .iter()
            .any(|range| is_in_range(range, path, &request.namespace))
}

fn is_cut(sentence: &Sentence) -> bool {
    let texts = sentence.paths.iter().chain([&sentence.text]);
    texts.into_iter().any(|text| text.contains(" more"))
}

/// Whether each sentence, but for those whose lists are cut, says of the request what its row means.
fn read(rows: &[Row], request: &Request) -> Result<(), TestCaseError> {
    for row in rows {
        let sentence = of_row(row, "may");
        if is_cut(&sentence) {
            continue;
        }
        let meant = request.is_in(std::slice::from_ref(row));
        prop_assert_eq!(
            is_about(&sentence, request),
            meant,
            "{:?}\n{:?}",
            sentence,
            request
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::properties::cases(500))]

    #[test]
    fn a_sentence_says_what_its_row_means(
        (before, after) in pair(),
        requests in prop::collection::vec(asked(), 40),
    ) {
        let paths = paths_of(&[&before, &after]);
        let (before, after) = (settings(&before).unwrap(), settings(&after).unwrap());
        let difference = Difference::of(&before, &after);
        for (request, choice) in requests {
            let request = close_to(&paths, request, choice);
            read(&difference.permitted, &request)?;
            read(&difference.refused, &request)?;
        }
    }
}

#[test]
fn a_sentence_is_read_as_it_is_meant() {
    assert!(is_in_range(
        "/d/t/{namespace, not a, b}/x and everything below it",
        "/d/t/c/x/y",
        "c"
    ));
    assert!(!is_in_range(
        "/d/t/{namespace, not a, b} and everything below it",
        "/d/t/a",
        "a"
    ));
    assert!(!is_in_range(
        "/d and everything below it except /d/a, /d/{other, not a, b} alone and what is below /d/b",
        "/d/c",
        "x"
    ));
    assert!(is_in_range(
        "/d and everything below it except /d/a, /d/{other, not a, b} alone and what is below /d/b",
        "/d/b",
        "x"
    ));
    assert!(is_for("Every namespace but a, b and c", "d") && !is_for("Every namespace but a, b and c", "c"));
}
