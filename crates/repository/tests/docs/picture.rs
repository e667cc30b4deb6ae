//! `docs/check.svg`, the picture of the README: its text is what the command prints.

use std::fs;
use std::process::Command;

use crate::commands::run;
use crate::markdown::root;

/// The commands in the picture: `tools/picture.py` runs them too.
fn session() -> String {
    let output = Command::new("python3")
        .args([root().join("tools/picture.py"), "--commands".into()])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of text in the picture.
fn pictured() -> Vec<String> {
    let svg = fs::read_to_string(root().join("docs/check.svg")).unwrap();
    let mut lines: Vec<(String, String)> = Vec::new();
    for element in svg.split("<text ").skip(1) {
        let (attributes, rest) = element.split_once('>').unwrap();
        if attributes.contains("-title") {
            continue;
        }
        let (text, _) = rest.split_once("</text>").unwrap();
        let (_, y) = attributes.split_once(" y=\"").unwrap();
        let y = y.split('"').next().unwrap().to_owned();
        let text = text
            .replace("&#160;", " ")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#x27;", "'")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        match lines.last_mut().filter(|(last, _)| *last == y) {
            Some((_, line)) => line.push_str(&text),
            None => lines.push((y, text)),
        }
    }
    lines
        .into_iter()
        .map(|(_, line)| line.trim_end().to_owned())
        .collect()
}

#[test]
fn the_picture_shows_what_the_command_prints() {
    let mut expected = Vec::new();
    for command in session().split_terminator('\0') {
        let mut prompt = "$ ";
        for line in command.lines() {
            expected.push(format!("{prompt}{line}"));
            prompt = "";
        }
        let (output, _) = run(command);
        expected.extend(output.lines().map(|line| line.trim_end().to_owned()));
    }
    // The picture places text instead of printing white space.
    let letters = |lines: Vec<String>| -> Vec<String> {
        let lines = lines.into_iter().map(|line| line.split_whitespace().collect());
        lines.filter(|line: &String| !line.is_empty()).collect()
    };
    assert_eq!(
        letters(pictured()),
        letters(expected),
        "docs/check.svg is stale: run `make pictures`"
    );
}
