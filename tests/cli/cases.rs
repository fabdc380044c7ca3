//! `rules test`: worked cases, coverage and drafts, on a small pack in a folder of its own.

use std::{fs, path::Path};

use serde_json::Value;

use super::{Folder, Left, claimgate};

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/small");

/// A copy of the small pack.
fn small(name: &str) -> Folder {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let copied = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &copied);
            } else {
                fs::copy(&path, &copied).unwrap();
            }
        }
    }
    let folder = Folder::new(name);
    copy(Path::new(SMALL), &folder.0.join("small"));
    folder
}

fn test(folder: &Folder, arguments: &[&str]) -> Left {
    let packs = folder.0.to_str().unwrap();
    claimgate(&[&["rules", "test", "--packs", packs], arguments].concat(), b"")
}

fn edit(folder: &Folder, file: &str, old: &str, new: &str) {
    let path = folder.0.join("small").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file}");
    fs::write(&path, text.replace(old, new)).unwrap();
}

#[test]
fn cases_that_pass_end_in_0() {
    let folder = small("test-pass");
    let left = test(&folder, &[]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""), "{}", left.stdout);
    assert_eq!(left.stdout, "small 1.0.0\n  2 cases: 2 pass, 0 fail\n");
    assert_eq!(test(&folder, &["small"]).code, 0);
    assert_eq!(claimgate(&["rules", "test", SMALL], b"").code, 0);
    let misspelt = test(&folder, &["smal"]);
    assert_eq!((misspelt.code, misspelt.stdout.as_str()), (1, ""));
    assert!(misspelt.stderr.contains("there is no pack `smal`") && misspelt.stderr.contains("did you mean `small`?"));
}

#[test]
fn a_case_that_fails_ends_in_4_with_what_came() {
    let folder = small("test-fail");
    edit(&folder, "cases/radicular/radicular.toml", "reason = \"radicular\"", "reason = \"cancer\"");
    let left = test(&folder, &[]);
    assert_eq!(left.code, 4);
    for words in [
        "fails cases/radicular/radicular.toml",
        "deny because radicular",
        "expected deny because cancer",
        "1 pass, 1 fail",
    ] {
        assert!(left.stdout.contains(words), "{words}: {}", left.stdout);
    }
    let json: Value = serde_json::from_str(&test(&folder, &["--format", "json"]).stdout).unwrap();
    assert_eq!(json["packs"][0]["cases"]["failed"], 1);
    assert_eq!(json["packs"][0]["failures"][0]["path"], "cases/radicular/radicular.toml");
    // An unknown field, an unknown parameter and a request that cannot be read are failures too.
    for (old, new, words) in [
        ("says = ", "sayz = ", "unknown field `sayz`"),
        (
            "says = \"radicular",
            "parameters = { strikt = true }\nsays = \"radicular",
            "no pack has a parameter `strikt`",
        ),
        ("procedure = ", "procedur = ", "there is no field `procedur` (did you mean `procedure`?)"),
    ] {
        let folder = small("test-broken-case");
        edit(&folder, "cases/radicular/radicular.toml", old, new);
        let left = test(&folder, &[]);
        let flowing = left.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(left.code, 4, "{}", left.stdout);
        assert!(flowing.contains(words), "{words}: {}", left.stdout);
    }
}

#[test]
fn a_pack_that_is_broken_ends_in_1() {
    let folder = small("test-broken");
    edit(&folder, "1-scope/under-18.rhai", "minor", "minors");
    let left = test(&folder, &[]);
    assert_eq!((left.code, left.stdout.as_str()), (1, ""));
    assert!(left.stderr.contains("rule::unknown_reason"), "{}", left.stderr);
    let folder = small("test-parameter");
    assert_eq!(test(&folder, &["--param", "strikt=true"]).code, 1);
}

#[test]
fn too_little_coverage_ends_in_4() {
    let folder = small("test-coverage");
    let left = test(&folder, &["--coverage", "--min-branches", "46.1"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""), "{}", left.stdout);
    assert!(left.stdout.contains("6 of 13      46.1 %"), "{}", left.stdout);
    let left = test(&folder, &["--coverage", "--min-branches", "46.2"]);
    assert_eq!(left.code, 4);
    assert!(left.stdout.contains("46.1 % of branches are covered, 46.2 % are asked for"), "{}", left.stdout);
    assert_eq!(test(&folder, &["--min-branches", "10"]).code, 1, "coverage must be asked for");
    assert_eq!(test(&folder, &["--coverage", "--min-branches", "101"]).code, 1);
}

#[test]
fn gaps_come_with_drafts_and_closed_ones_with_a_proof() {
    let folder = small("test-gaps");
    let left = test(&folder, &["--coverage", "--limit", "1"]);
    for words in ["`under-18` of an earlier", "6 drafts would cover them", "and 5 more", "verdict = \"?\""] {
        assert!(left.stdout.contains(words), "{words}: {}", left.stdout);
    }
    let json: Value = serde_json::from_str(&test(&folder, &["--coverage", "--format", "json"]).stdout).unwrap();
    let coverage = &json["packs"][0]["coverage"];
    assert_eq!((&coverage["branches"]["walked"], &coverage["branches"]["permille"]), (&6.into(), &461.into()));
    assert_eq!(coverage["drafts"].as_array().unwrap().len(), 6);
    let gaps: Vec<&Value> =
        coverage["rules"].as_array().unwrap().iter().flat_map(|rule| rule["gaps"].as_array().unwrap()).collect();
    let states = |state: &str| gaps.iter().filter(|gap| gap["state"] == state).count();
    assert_eq!((states("witness"), states("impossible"), states("not_found")), (13, 2, 0));
    assert!(gaps.iter().all(|gap| gap["draft"].is_string() == (gap["state"] == "witness")));
}

#[test]
fn drafts_are_saved_reported_and_never_pass() {
    let folder = small("test-drafts");
    assert_eq!(test(&folder, &["--coverage", "--write"]).code, 0);
    let left = test(&folder, &["--coverage"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    assert!(left.stdout.contains("8 cases: 2 pass, 0 fail, 6 drafts that nobody has confirmed"), "{}", left.stdout);
    assert!(left.stdout.contains("6 of 13      46.1 %"), "a draft covers nothing: {}", left.stdout);
    // What somebody is at work on is left alone.
    let drafts: Vec<_> = fs::read_dir(folder.0.join("small/cases/medicare")).unwrap().collect();
    let path = drafts[0].as_ref().unwrap().path();
    let text = fs::read_to_string(&path).unwrap();
    let confirmed =
        text.replacen("verdict = \"?\"", "verdict = \"flag\"", 2).replace("reason = \"?\"", "reason = \"medicare\"");
    fs::write(&path, &confirmed).unwrap();
    let left = test(&folder, &["--coverage", "--write"]);
    assert!(left.stdout.contains("3 pass, 0 fail, 5 drafts"), "{}", left.stdout);
    assert!(left.stdout.contains("7 of 13      53.8 %"), "{}", left.stdout);
    assert_eq!(fs::read_to_string(&path).unwrap(), confirmed);
}
