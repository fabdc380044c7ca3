//! The floor plan is code, and this walks it: every `crate::` edge in `src/` against the plan.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::string_slice, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each room, from the ground up, and the rooms it may name. A line here is an architecture
/// decision: arrows only go down.
const MAY_KNOW: &[(&str, &[&str])] = &[
    // Ground: the words of the field; values only.
    ("code", &[]),
    ("date", &[]),
    ("money", &[]),
    ("private", &[]),
    ("fault", &[]),
    ("questionnaire", &["code", "date", "private"]),
    ("request", &["code", "date", "money", "private"]),
    ("verdict", &[]),
    // First: rules, and what can be known of them.
    ("fact", &["code", "date", "money", "request", "verdict"]),
    ("script", &["code", "date", "fact", "fault", "verdict"]),
    ("tree", &["code", "fact", "verdict"]),
    ("pack", &["code", "date", "fact", "fault", "script", "tree", "verdict"]),
    // Second: what the house does.
    ("desk", &["code", "date", "fact", "money", "pack", "private", "questionnaire", "request", "tree", "verdict"]),
    ("history", &["code", "date", "request"]),
    (
        "proof",
        &["code", "date", "desk", "fact", "fault", "money", "pack", "private", "request", "script", "tree", "verdict"],
    ),
    ("sample", &["code", "date", "money", "private", "request"]),
    // Doors: each knows one outside language.
    ("exchange", &["code", "date", "fault", "money", "private", "questionnaire", "request", "verdict"]),
    (
        "ledger",
        &[
            "code", "date", "desk", "exchange", "fact", "fault", "money", "pack", "private", "request", "script",
            "verdict",
        ],
    ),
    ("case", &["desk", "exchange", "fault", "pack", "proof", "request", "verdict"]),
    ("replay", &["code", "date", "desk", "exchange", "history", "money", "pack", "proof", "request", "verdict"]),
    ("page", &["code", "fact", "fault", "money", "pack", "replay", "script", "tree", "verdict"]),
    ("config", &["fault"]),
    ("telemetry", &["config"]),
    (
        "http",
        &[
            "code",
            "config",
            "date",
            "desk",
            "exchange",
            "fault",
            "ledger",
            "pack",
            "private",
            "questionnaire",
            "request",
            "script",
            "telemetry",
            "verdict",
        ],
    ),
    (
        "cli",
        &[
            "case",
            "code",
            "config",
            "date",
            "desk",
            "exchange",
            "fact",
            "fault",
            "history",
            "http",
            "ledger",
            "pack",
            "page",
            "private",
            "proof",
            "questionnaire",
            "replay",
            "request",
            "sample",
            "telemetry",
            "verdict",
        ],
    ),
];

/// Outside crates that only one room may name.
const ONLY: &[(&str, &[&str])] = &[
    ("rhai", &["script"]),
    ("actix_web", &["http"]),
    ("clap", &["cli"]),
    ("serde_json", &["exchange", "case", "http", "cli", "ledger", "replay"]),
    ("toml", &["pack", "case"]),
    ("csv", &["exchange"]),
    ("memchr", &["exchange"]),
    ("miette", &["fault", "cli"]),
    ("jiff", &["date", "code", "request", "fact", "exchange"]),
    ("flate2", &["code", "cli"]),
    ("uuid", &["http", "exchange", "ledger", "cli"]),
    ("sqlx", &["ledger"]),
    ("sqlx_core", &["ledger"]),
    ("arrow_array", &["exchange"]),
    ("arrow_schema", &["exchange"]),
    ("parquet", &["exchange"]),
    ("rand_chacha", &["sample"]),
    ("sha2", &["pack", "exchange", "replay"]),
    ("ring", &["ledger"]),
    ("tokio", &["ledger", "http"]),
    ("indicatif", &["cli"]),
    ("comfy_table", &["cli"]),
];

#[test]
fn arrows_only_go_down() {
    let mut faults = Vec::new();
    let rooms: BTreeSet<&str> = MAY_KNOW.iter().map(|(room, _)| *room).collect();
    for (path, text) in sources() {
        let Some(room) = room_of(&path) else { continue };
        let Some((_, may)) = MAY_KNOW.iter().find(|(name, _)| *name == room) else {
            faults.push(format!(
                "{room} is no room of the plan: add it to MAY_KNOW and to src/lib.rs, with one sentence"
            ));
            continue;
        };
        for named in names_after(&text, "crate::") {
            if rooms.contains(named.as_str()) && named != room && !may.contains(&named.as_str()) {
                faults.push(format!(
                    "{} names crate::{named}: {room} may know {may:?} only; move the code down, or argue for a new line in MAY_KNOW",
                    path.display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_plan_goes_from_the_ground_up() {
    for (place, (room, may)) in MAY_KNOW.iter().enumerate() {
        let below: Vec<&str> = MAY_KNOW.iter().take(place).map(|(room, _)| *room).collect();
        for known in *may {
            assert!(below.contains(known), "{room} names {known}, which does not stand below it");
        }
    }
}

#[test]
fn each_outside_language_has_one_room() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(room) = room_of(&path) else { continue };
        for (outside, allowed) in ONLY {
            let is_whole = |(at, _): (usize, &str)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let named = text.match_indices(&format!("{outside}::")).any(is_whole);
            if named && !allowed.contains(&room.as_str()) {
                faults.push(format!("{} names {outside}: only {allowed:?} may", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_and_rooms_stay_small() {
    const LINES_MAX: usize = 500;
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{} has {lines} lines: make a room of it", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_room_stands_in_the_plan_of_lib_rs() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    for (room, _) in MAY_KNOW {
        assert!(lib.contains(&format!("pub mod {room};")), "src/lib.rs has no room {room}");
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    fn gather(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                gather(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    gather(Path::new("src"), &mut found);
    assert!(found.len() > 20, "the sources are there");
    found
}

/// `src/fact/draw.rs` is of the room `fact`; `lib.rs` and `main.rs` are of none.
fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix("src").unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    let room = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
    (!matches!(room.as_str(), "lib" | "main")).then_some(room)
}

/// The names that follow `before`, also in `use crate::{a::…, b::…}`.
fn names_after(text: &str, before: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for (place, _) in text.match_indices(before) {
        let rest = &text[place + before.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut start) = (0usize, true);
            for (at, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && depth == 0 && c.is_alphabetic() => {
                        names.insert(word(&group[at..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            names.insert(word(rest));
        }
    }
    names
}
