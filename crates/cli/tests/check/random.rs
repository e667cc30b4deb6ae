//! Files of manifests as people might write them on a bad day, made up at random.

/// SplitMix64: the files are the same on every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) % u64::try_from(sides).unwrap()) as usize
    }

    /// One in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }

    fn one<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.roll(texts.len())]
    }

    /// The first text, but for one in so many times.
    fn mostly<'t>(&mut self, times: usize, usual: &'t str, others: &[&'t str]) -> &'t str {
        match self.once_in(times) {
            true => self.one(others),
            false => usual,
        }
    }
}

pub(crate) const MARK: &str = "\u{feff}";

/// The lines of an object in block style.
fn object(dice: &mut Dice, name: &str) -> String {
    let (version, kind) = [
        ("v1", "Pod"),
        ("v1", "ConfigMap"),
        ("kubevirt.io/v1", "VirtualMachine"),
        ("kubevirt.io/v1", "VirtualMachineInstance"),
        ("kubevirt.io/v1", "VirtualMachineInstanceList"),
        ("v1", "List"),
        ("v1", "PodList"),
        ("apps/v1", "Deployment"),
    ][dice.roll(8)];
    let mut lines = Vec::new();
    let version = dice.mostly(
        25,
        version,
        &["", "5", "''", "[v1]", "null", "a/b/c", "\"v1\"", "!!str v1"],
    );
    let kind = dice.mostly(25, kind, &["", "5", "''", "null", "'Pod'", "List", "&k Pod", "y"]);
    if !dice.once_in(40) {
        lines.push(format!("apiVersion: {version}"));
    }
    if !dice.once_in(40) {
        lines.push(format!("kind: {kind}"));
    }
    if !dice.once_in(15) {
        lines.push(metadata(dice, name));
    }
    let is_list = kind.ends_with("List");
    if is_list && !dice.once_in(10) || dice.once_in(8) {
        lines.push(items(dice, name));
    }
    if dice.once_in(2) {
        lines.push(format!("spec: {}", value(dice, 2)));
    }
    match dice.roll(8) {
        0 => lines.push(format!("x: &x {}\nz: *x", value(dice, 1))),
        1 => lines.push(format!(
            "x: &m {{a: 1, b: 2}}\nz:\n  <<: *m\n  {}: 3",
            dice.one(&["a", "c"])
        )),
        2 => lines.push(format!("z: {{{}: 3, <<: {{a: 1}}}}", dice.one(&["a", "c"]))),
        3 => lines.push(format!("x:\n- &a {}\n- [*a, {{k: *a}}]", value(dice, 1))),
        _ => {}
    }
    if dice.once_in(3) && !lines.is_empty() {
        let (a, b) = (dice.roll(lines.len()), dice.roll(lines.len()));
        lines.swap(a, b);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn metadata(dice: &mut Dice, name: &str) -> String {
    let name = dice.mostly(
        20,
        name,
        &[
            "5",
            "null",
            "''",
            "A_b",
            "a/b",
            "[a]",
            "0x10",
            "1e3",
            "{{ x }}",
            "2001-01-01",
        ],
    );
    let more = dice.mostly(
        3,
        "",
        &[
            ", namespace: team-a",
            ", namespace: 7",
            ", namespace: 3240286e-210077",
            ", namespace: no",
            ", namespace: null",
            ", namespace: ''",
            ", labels: {a: b}",
            ", labels: {a: 5}",
            ", labels: [a]",
            ", labels: null",
            ", annotations: {a: null}",
            ", annotations: {a: true}",
            ", annotations: text",
            ", generateName: x-",
            ", generateName: 5",
        ],
    );
    let metadata = format!("{{name: {name}{more}}}");
    format!(
        "metadata: {}",
        dice.mostly(25, &metadata, &["null", "5", "text", "[]", "{}", ""])
    )
}

/// The items of a list, or what takes their place.
fn items(dice: &mut Dice, name: &str) -> String {
    let other = dice.mostly(
        12,
        "",
        &[
            "items: null",
            "items: {}",
            "items: 5",
            "items: []",
            "Items: []",
            "items:",
            "items: text",
        ],
    );
    if !other.is_empty() {
        return other.to_owned();
    }
    let mut lines = vec!["items:".to_owned()];
    for number in 0..dice.roll(4) {
        let name = format!("{name}-{number}");
        let item = match dice.roll(12) {
            0 => dice.one(&["null", "5", "[]", "{}", "text"]).to_owned(),
            1 => format!("{{metadata: {{name: {name}}}}}"),
            2 => format!("{{kind: Pod, metadata: {{name: {name}}}}}"),
            3 => format!("{{apiVersion: 7, kind: '', metadata: {{name: {name}}}}}"),
            4 => format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, items: {}}}",
                dice.one(&["[]", "[{}]", "null"])
            ),
            5 => format!("{{apiVersion: v1, kind: Pod, {}}}", metadata(dice, &name)),
            6 => "*i".to_owned(),
            7 => format!("&i {{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}}}"),
            _ => {
                let kind = dice.one(&["VirtualMachine", "VirtualMachineInstance"]);
                format!(
                    "{{apiVersion: kubevirt.io/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {}}}",
                    value(dice, 2)
                )
            }
        };
        lines.push(format!("- {item}"));
    }
    lines.join("\n")
}

/// A value in flow style.
fn value(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(if depth == 0 { 8 } else { 12 }) {
        0 => "'a  b'".to_owned(),
        1 => "\"\\u00e4\\n\"".to_owned(),
        2 => dice
            .one(&[
                "yes", "0777", "1_000", "~", "0x1F", "1.50", "-0", ".5", "1e3", "on",
            ])
            .to_owned(),
        3 => format!("'x{MARK}y'"),
        4 => "plain text".to_owned(),
        5 => "!!str 5".to_owned(),
        6 => {
            "|\n    block\n     more\n"
                .to_owned()
                .replace('|', dice.one(&["'", "\""]))
                + "'"
        }
        7 => "\"\"".to_owned(),
        8 | 9 => format!("[{}, {}]", value(dice, depth - 1), value(dice, depth - 1)),
        _ => format!(
            "{{a: {}, {}: {}}}",
            value(dice, depth - 1),
            dice.one(&["b", "1", "true", "'c'", "a"]),
            value(dice, depth - 1)
        ),
    }
}

/// A file of some documents.
pub(crate) fn file(dice: &mut Dice, number: usize) -> String {
    if dice.once_in(8) {
        return json(dice, number);
    }
    let mut text = dice
        .mostly(
            6,
            "",
            &[
                MARK,
                "# c\n",
                "---\n",
                "\u{feff}---\n",
                "\n",
                "# c\n---\n",
                "\u{feff}\u{feff}",
                "---\n---\n",
            ],
        )
        .to_owned();
    for part in 0..=dice.roll(4) {
        if part > 0 {
            text.push_str(dice.mostly(
                4,
                "---\n",
                &[
                    "--- # c\n",
                    "---\t\n",
                    "---\r\n",
                    "...\n---\n",
                    "---\n---\n",
                    "...\n",
                    "---x\n",
                    "--- {}\n",
                    "",
                    "---\n# c\n",
                    "--- |\n",
                    "----\n",
                    "---#\n",
                    "\r---\r",
                ],
            ));
            text.push_str(dice.mostly(
                8,
                "",
                &[
                    MARK,
                    "\u{feff}\u{feff}",
                    "\n\u{feff}",
                    "\u{feff}---\n",
                    "# c\n\u{feff}",
                    "\u{feff}# c\n",
                ],
            ));
        }
        let name = format!("f{number}-{part}");
        match dice.roll(20) {
            0 => text.push_str(dice.one(&[
                "# nothing\n",
                "null\n",
                "~\n",
                "{}\n",
                "text\n",
                "[]\n",
                "a: 1\n",
                "replicas: 1\nimage: x\n",
            ])),
            1 => text.push_str(
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"flow\"}}\n",
            ),
            _ => text.push_str(&object(dice, &name)),
        }
    }
    broken(dice, text)
}

/// A file of JSON.
fn json(dice: &mut Dice, number: usize) -> String {
    let mut text = String::new();
    for part in 0..=dice.roll(3) {
        let (version, kind) = [
            ("v1", "Pod"),
            ("kubevirt.io/v1", "VirtualMachine"),
            ("v1", "List"),
            ("v1", "ConfigMap"),
        ][dice.roll(4)];
        let items = match (kind, dice.roll(3)) {
            ("List", _) | (_, 0) => {
                r#", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "i"}, "x": 1.0}]"#
            }
            _ => "",
        };
        let spec = dice.one(&[
            "1",
            "\"<<\"",
            "{\"<<\": {\"a\": 1}}",
            "\"\\ud83d\\ude00\"",
            "[1e3, -0, 12345678901234567890]",
            "\"\u{feff}\"",
            "\"\\/\"",
        ]);
        text.push_str(&format!(
            r#"{{"apiVersion": "{version}", "kind": "{kind}", "metadata": {{"name": "j{number}-{part}"}}, "spec": {{"data": {spec}}}{items}}}"#
        ));
        text.push_str(dice.mostly(
            6,
            "\n",
            &["", " null ", "\n\n", "\n---\n", "\n# c\n", "\u{feff}", ","],
        ));
    }
    broken(dice, text)
}

/// One time in four something is missing, too much, or twice.
fn broken(dice: &mut Dice, text: String) -> String {
    if text.is_empty() || !dice.once_in(4) {
        return text;
    }
    let places: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
    let at = places[dice.roll(places.len())];
    let (before, after) = text.split_at(at);
    match dice.roll(4) {
        0 => format!("{before}{}", after.chars().skip(1).collect::<String>()),
        1 => format!("{before}{MARK}{after}"),
        2 => {
            let what = dice.one(&[
                "'", "\"", ":", "- ", "#", "\n", " ", "{", "]", "&", "*", "\t", "!a ", "...\n", "%",
                "\u{85}", "\u{2028}", "\r", "?",
            ]);
            format!("{before}{what}{after}")
        }
        _ => {
            let line = before.rfind('\n').map_or(0, |index| index + 1);
            let (before, after) = text.split_at(line);
            let line = after.split_inclusive('\n').next().unwrap_or_default();
            format!("{before}{line}{after}")
        }
    }
}
