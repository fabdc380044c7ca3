//! `rules show`: a rule or a pack, in every format.

use std::fs;

use serde_json::Value;

use super::{Folder, claimgate};

const PACK: &str = "bmj-2025-chronic-spine-pain";

fn show(arguments: &[&str]) -> String {
    let left = claimgate(&[&["rules", "show"], arguments].concat(), b"");
    assert_eq!((left.code, left.stderr.as_str()), (0, ""), "{arguments:?}");
    left.stdout
}

#[test]
fn a_rule_is_shown_on_the_terminal() {
    let shown = show(&["epidural"]);
    for part in [
        "Epidural injection for chronic spine pain",
        "stage  recommendation",
        "  1  is_epidural(): no",
        "✗ deny epidural-recommended-against (citing rec-axial-epidural)",
        "otherwise",
        "pain_type()\nThe pain type: as coded",
        "  dissent    An American Academy of Neurology review",
        "Strong, against: epidural injection of local anaesthetic",
        "13-recommendation/epidural.rhai\n  //! Epidural injection",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains('\u{1b}') && shown.lines().all(|line| line.chars().count() <= 120), "{shown}");
    let place = show(&["recommendation/epidural"]);
    assert!(place == shown && show(&[&format!("{PACK}/epidural")]) == shown);
    assert!(show(&["epidural", "--color", "always"]).contains("\u{1b}[31m✗ deny"));
}

#[test]
fn the_rule_is_shown_as_it_is_under_the_parameters() {
    let says = "✓ allow spine-fracture-exempt";
    assert!(!show(&["fracture-exempt"]).contains(says));
    assert!(show(&["fracture-exempt", "--param", "spine_fracture=exempt"]).contains(says));
}

#[test]
fn a_pack_is_shown_on_the_terminal() {
    let shown = show(&[PACK]);
    for part in [
        "dates of service from 2025-02-19 on",
        "\n6 access\n",
        "  ✓     under-18",
        "  ✗ !   epidural",
        "look_back_months",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn programs_read_tables() {
    let rule: Value = serde_json::from_str(&show(&["under-18", "--format", "json"])).unwrap();
    assert_eq!(rule["table"]["rows"][0]["when"][0], "patient.age_years < 18 years");
    assert_eq!(rule["table"]["rows"][0]["reason"], "under-18");
    assert_eq!(rule["table"]["rows"][1]["when"], Value::Array(Vec::new()));
    let pack: Value = serde_json::from_str(&show(&[PACK, "--format", "json"])).unwrap();
    let stages = pack["stages"].as_array().unwrap();
    let rules: usize = stages.iter().map(|stage| stage["rules"].as_array().unwrap().len()).sum();
    assert!(rules > 40 && stages.last().unwrap()["is_limit"] == true);
}

#[test]
fn pictures_and_pages_go_to_stdout_or_a_file() {
    let folder = Folder::new("show");
    for (name, format, begins) in [
        ("epidural", "svg", "<svg "),
        (PACK, "svg", "<svg "),
        ("epidural", "html", "<!DOCTYPE html>"),
        ("epidural", "text", "epidural\n"),
    ] {
        let path = folder.0.join(format!("{name}.{format}"));
        let printed = show(&[name, "--format", format]);
        assert_eq!(show(&[name, "--format", format, "--out", path.to_str().unwrap()]), "");
        assert!(printed.starts_with(begins) && fs::read_to_string(&path).unwrap() == printed, "{name} as {format}");
    }
    let left = claimgate(&["rules", "show", "epidural", "--out", "nowhere/x.txt"], b"");
    assert!(left.code == 1 && left.stderr.contains("cannot write `nowhere/x.txt`"), "{}", left.stderr);
}

#[test]
fn a_name_that_is_none_is_told() {
    let check = |name: &str, expected: &str| {
        let left = claimgate(&["rules", "show", name], b"");
        assert_eq!((left.code, left.stdout.as_str()), (1, ""), "{name}");
        assert!(left.stderr.contains(expected), "{name}: {}", left.stderr);
    };
    check("epidurla", "did you mean `epidural`?");
    check("recommendation/epidurla", "did you mean `epidural`?");
    check("kyphoplasty", "`claimgate rules show PACK` lists the rules of a pack");
}

#[test]
fn a_name_of_several_rules_asks_which() {
    let folder = Folder::new("show-several");
    for (pack, stages) in [("one", &["1-a", "2-b"][..]), ("two", &["1-a"])] {
        let root = folder.0.join(pack);
        let manifest = format!(
            "name = \"{pack}\"\nversion = \"1.0.0\"\ntitle = \"t\"\n[period]\nfrom = \"2026-01-01\"\n[source]\ncitation = \"c\"\n\
             doi = \"d\"\ndeveloper = \"d\"\nfunding = \"f\"\nreleased = \"2026-01-01\"\nrevised = \"2026-01-01\"\n\
             last_verified_on = \"2026-01-01\"\nuses = []\n"
        );
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("pack.toml"), manifest).unwrap();
        fs::write(root.join("SOURCE.md"), "# s\n\n### a {#a}\n\ntext\n").unwrap();
        fs::write(root.join("reasons.toml"), "").unwrap();
        for stage in stages {
            fs::create_dir_all(root.join(stage)).unwrap();
            fs::write(root.join(stage).join("same.rhai"), "//! h\n//! cites: a\npass()\n").unwrap();
        }
    }
    let run = |name: &str| claimgate(&["rules", "show", name, "--packs", folder.0.to_str().unwrap()], b"");
    let left = run("same");
    assert!(
        left.code == 1 && left.stderr.contains("write `one/a/same` or `one/b/same` or `two/same`"),
        "{}",
        left.stderr
    );
    assert_eq!(run("two/same").code, 0);
    assert_eq!(run("b/same").code, 0);
    assert_eq!(run("one/a/same").code, 0);
    assert!(run("a/same").stderr.contains("write `one/a/same` or `two/same`"), "{}", run("a/same").stderr);
}
