//! What the documents promise: their links lead somewhere, the README shows what the program
//! prints, and the examples are one claim in four formats.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use claimgate::{
    desk::Desk,
    exchange::{Item, read_any},
    pack::shelf,
};

/// Where documents are; `cases/` and `target/` hold none.
const FOLDERS: [&str; 5] = [".", "docs", "docs/decisions", "rules", "rules/bmj-2025-chronic-spine-pain"];

const EXAMPLES: [&str; 4] = ["three-lines.json", "three-lines.837p", "three-lines.csv", "three-lines.fhir.json"];

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn documents() -> Vec<PathBuf> {
    let files = FOLDERS.iter().flat_map(|folder| fs::read_dir(here(folder)).unwrap()).map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The targets of a document's links, those within blocks of code left aside.
fn links(text: &str) -> BTreeSet<&str> {
    let prose = text.split("```").step_by(2);
    prose
        .flat_map(|part| part.split("](").skip(1).filter_map(|rest| rest.split_once(')')))
        .map(|(link, _)| link)
        .collect()
}

/// The anchors that a document's headings have on the web.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings
        .map(|heading| {
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            let has_anchor = || fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor));
            if !target.exists() || (!anchor.is_empty() && !has_anchor()) {
                faults.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(faults.is_empty(), "these links lead nowhere:\n{}", faults.join("\n"));
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let shown = Command::cargo_bin("claimgate")
        .unwrap()
        .current_dir(here("."))
        .env_remove("CLAIMGATE_PACKS")
        .args(["decide", "--color", "never", "examples/three-lines.json"])
        .output()
        .unwrap();
    let printed = String::from_utf8(shown.stdout).unwrap();
    let readme = fs::read_to_string(here("README.md")).unwrap();
    assert_eq!(shown.status.code(), Some(2), "something is denied");
    assert!(
        readme.contains(&format!("<!-- output -->\n```text\n{printed}```\n")),
        "README.md shows another output than `claimgate decide examples/three-lines.json` prints; put this there:\n{printed}"
    );
    let rule = "rules/bmj-2025-chronic-spine-pain/13-recommendation/joint-injection.rhai";
    let rule = fs::read_to_string(here(rule)).unwrap();
    assert!(readme.contains(&format!("```rhai\n{rule}```\n")), "README.md shows another rule than {rule}");
}

#[test]
fn the_readme_shows_what_a_change_does() {
    let pack = "bmj-2025-chronic-spine-pain";
    let shown = Command::cargo_bin("claimgate")
        .unwrap()
        .current_dir(here("."))
        .env_remove("CLAIMGATE_PACKS")
        .args(["rules", "diff", "--color", "never", pack, pack, "--new-param", "m46_1=mechanical"])
        .output()
        .unwrap();
    assert_eq!(shown.status.code(), Some(4), "something changes");
    let printed = String::from_utf8(shown.stdout).unwrap();
    // The digests of the packs stand first; they hang on every text of a pack.
    let told: String = printed.split_inclusive('\n').skip(3).collect();
    let readme = fs::read_to_string(here("README.md")).unwrap();
    assert!(
        readme.contains(&format!("<!-- diff -->\n```text\n{told}```\n")),
        "README.md shows another difference than the program tells; put this there:\n{told}"
    );
}

#[test]
fn the_examples_are_one_claim_in_four_formats() {
    let desk = Desk::new(shelf::open(&here("rules"), &BTreeMap::new()).unwrap());
    let expected = [
        (1, "allow", "not-spine-pain"),
        (2, "flag", "pain-type-not-shown"),
        (3, "deny", "epidural-recommended-against"),
    ];
    for name in EXAMPLES {
        let input = BufReader::new(File::open(here("examples").join(name)).unwrap());
        let mut said: Vec<(u32, String, String)> = Vec::new();
        let mut others = 0;
        read_any(input, name, None, &mut |item| match item {
            Item::Request(request) | Item::Answered(request, _) => {
                said.extend(desk.decide(&request).lines.into_iter().map(|line| {
                    let reason = line.findings.first().map(|finding| finding.reason.clone());
                    (line.number, line.verdict.to_string(), reason.unwrap_or_default())
                }))
            }
            Item::Reject(_) | Item::Fault(_) => others += 1,
        })
        .unwrap();
        let said: Vec<(u32, &str, &str)> =
            said.iter().map(|(number, verdict, reason)| (*number, verdict.as_str(), reason.as_str())).collect();
        assert_eq!((said.as_slice(), others), (expected.as_slice(), 0), "{name}");
    }
}
