//! `rules new`: what it writes is refused until it is filled in, and nothing else is touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use claimgate::{
    case::Shelves,
    pack::shelf::{self, ShelfError},
};

use super::{Folder, Left, claimgate};

const PACK: &str = "bmj-2025-chronic-spine-pain";

/// What of a new manifest only a person can know, besides the days.
const FIELDS: [&str; 5] = ["title", "citation", "doi", "developer", "funding"];

/// Every file below a folder, with its text.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read_to_string(&path).unwrap());
        }
    }
    found
}

/// A copy of the packs of this repository.
fn copied(name: &str) -> Folder {
    let (copy, from) = (Folder::new(name), Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    for (path, text) in files(&from) {
        let to = copy.0.join(path.strip_prefix(&from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    }
    copy
}

fn begin(shelf: &Path, arguments: &[&str]) -> Left {
    claimgate(&[&["rules", "new"], arguments, &["--packs", shelf.to_str().unwrap()]].concat(), b"")
}

/// The codes and places of all faults of the packs.
fn faults(shelf: &Path) -> Vec<String> {
    match shelf::open(shelf, &BTreeMap::new()) {
        Ok(_) => Vec::new(),
        Err(ShelfError::Faults(faults)) => faults
            .iter()
            .map(|fault| format!("{} {}", fault.code, fault.location().map(|(path, ..)| path).unwrap_or_default()))
            .collect(),
        Err(error) => panic!("{error}"),
    }
}

fn fill(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from:?} is not in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

/// A pack that was begun and filled in, without a rule.
fn begun(name: &str) -> Folder {
    let shelf = Folder::new(name);
    let left = begin(&shelf.0, &["knee-arthroscopy"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    let manifest = shelf.0.join("knee-arthroscopy/pack.toml");
    for field in FIELDS {
        fill(&manifest, &format!("# {field} = \"\""), &format!("{field} = \"Knee\""));
    }
    fill(&manifest, "YYYY-MM-DD", "2026-01-01");
    assert_eq!(faults(&shelf.0), [""; 0]);
    shelf
}

#[test]
fn a_rule_is_refused_until_it_is_filled_in() {
    let shelf = begun("new-rule");
    let root = shelf.0.join("knee-arthroscopy");
    let left = begin(&shelf.0, &["knee-arthroscopy", "over-90", "--stage", "1-scope"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    let (manifest, reasons, script) =
        (root.join("pack.toml"), root.join("reasons.toml"), root.join("1-scope/over-90.rhai"));
    assert_eq!(faults(&shelf.0), ["pack::placeholder reasons.toml"; 2]);
    fill(&reasons, "{what the provider is told, in one sentence}", "Allowed: over 90.");
    fill(&reasons, "{what the patient is told, in one plain sentence}", "This request is fine.");
    assert_eq!(faults(&shelf.0), ["rule::unknown_value_set 1-scope/over-90.rhai"]);
    fill(&script, "if line.procedure in name_of_a_value_set { return flag", "if patient.age_years > 90 { return allow");
    let missing = [
        "rule::no_header 1-scope/over-90.rhai",
        "pack::unknown_anchor 1-scope/over-90.rhai",
        "pack::unknown_anchor reasons.toml",
        "pack::source_attributes 1-scope/over-90.rhai",
    ];
    assert_eq!(faults(&shelf.0), missing);
    fill(&script, "//!\n//! cites: anchor-of-the-source", "//! Over 90.\n//! cites: population");
    fill(&reasons, "anchor-of-the-source", "population");
    fill(&manifest, "uses = []", "uses = [\"birth_date\"]");
    assert_eq!(faults(&shelf.0), [""; 0]);
    let left = claimgate(&["rules", "check", "--packs", shelf.0.to_str().unwrap()], b"");
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    the_drafts_of_cases_fail_until_they_are_filled_in(&shelf.0);
}

fn the_drafts_of_cases_fail_until_they_are_filled_in(shelf: &Path) {
    let run = |file: &str| {
        let packs = shelf::open(shelf, &BTreeMap::new()).map_err(|error| error.to_string()).unwrap();
        let text = packs[0].cases.iter().find(|text| text.path == format!("cases/over-90/{file}.toml")).unwrap();
        Shelves::new(shelf).run("knee-arthroscopy", text).map(|_| ())
    };
    let filled = |file: &str, more: &[(&str, &str)]| {
        assert!(run(file).is_err(), "the draft {file} passes");
        let case = shelf.join("knee-arthroscopy/cases/over-90").join(file).with_extension("toml");
        let codes = [("procedure = \"\"", "procedure = \"29881\""), ("code = \"\"", "code = \"M17.11\"")];
        for (from, to) in codes.iter().chain(&[("YYYY-MM-DD", "2026-03-10"), ("# says", "says")]).chain(more) {
            fill(&case, from, to);
        }
        assert_eq!(run(file), Ok(()), "{file}");
    };
    filled("finds", &[("1973-05-01", "1930-05-01"), ("verdict = \"flag\"", "verdict = \"allow\"")]);
    filled("passes", &[]);
    // What is unknown here changes no verdict: an age over 90 is allowed like any other.
    let unknown = [
        ("birth_date = \"1973-05-01\", ", ""),
        ("needs = [\"line.procedure\"]\n", ""),
        ("verdict = \"flag\"", "verdict = \"allow\""),
        ("missing-information", "nothing-found"),
    ];
    filled("unknown", &unknown);
}

#[test]
fn nothing_that_was_there_is_touched() {
    let shelf = copied("new-kept");
    let before = files(&shelf.0);
    let left = begin(&shelf.0, &[PACK, "over-90", "--stage", "access"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    for part in ["wrote  6-access/over-90.rhai", "added  reasons.toml, [over-90]", "cases/over-90/unknown.toml", "next"]
    {
        assert!(left.stdout.contains(part), "{part}: {}", left.stdout);
    }
    let after = files(&shelf.0);
    assert_eq!(after.len(), before.len() + 4);
    for (path, text) in &before {
        let kept = text.lines().filter(|line| !line.is_empty()).all(|line| after[path].contains(line));
        assert!(kept, "{} lost a line", path.display());
        let added = path.ends_with("reasons.toml") || path.ends_with("CHANGELOG.md");
        assert!(added || after[path] == *text, "{} changed", path.display());
    }
    // Nothing but the rule is at fault.
    assert_eq!(faults(&shelf.0), ["pack::placeholder reasons.toml"; 2]);
}

#[test]
fn nothing_is_begun_twice() {
    let shelf = copied("new-twice");
    let begun = begin(&shelf.0, &[PACK, "over-90", "--stage", "6-access"]);
    assert_eq!(begun.code, 0, "{}", begun.stderr);
    let before = files(&shelf.0);
    let check = |arguments: &[&str], expected: &[&str]| {
        let left = begin(&shelf.0, arguments);
        assert_eq!((left.code, left.stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(expected.iter().all(|part| left.stderr.contains(part)), "{arguments:?}: {}", left.stderr);
        assert!(files(&shelf.0) == before, "{arguments:?} wrote something");
    };
    check(&[PACK, "over-90", "--stage", "scope"], &["the stage `access` has a rule `over-90` already"]);
    check(&[PACK, "under-18", "--stage", "access"], &["has a rule `under-18` already"]);
    check(&[PACK], &["there is", "already", "RULE` begins a rule in it"]);
    check(&[PACK, "Over 91", "--stage", "access"], &["is not kebab-case", "write `over-91`"]);
    check(&[PACK, "over-91"], &["in which stage", "one of 1-claim, 2-procedure"]);
    check(&[PACK, "over-91", "--stage", "acces"], &["no stage `acces`", "did you mean `access`?"]);
    check(&[PACK, "over-91", "--stage", "6-more"], &["beside the stage `6-access`"]);
    check(&["bmj-2025", "over-91", "--stage", "access"], &["there is no pack `bmj-2025`", "did you mean"]);
    check(&["../elsewhere"], &["is not kebab-case"]);
    // A reason that is there is kept, and used.
    let kept = begin(&shelf.0, &[PACK, "pregnancy-late", "--stage", "limit"]);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    assert!(
        files(&shelf.0)[&shelf.0.join(PACK).join("limit/pregnancy-late.rhai")]
            .contains("at_most(\"flag\", \"pregnancy-late\")")
    );
}

#[test]
fn a_pack_is_begun_from_nothing() {
    let shelf = Folder::new("new-pack");
    let left = begin(&shelf.0, &["knee-arthroscopy"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    let manifest = shelf.0.join("knee-arthroscopy/pack.toml");
    // What must be filled in is told field by field, as TOML is read, and then every day at once.
    let mut missing = BTreeSet::from(FIELDS);
    while !missing.is_empty() {
        let left = claimgate(&["rules", "check", "--packs", shelf.0.to_str().unwrap()], b"");
        let field = missing.iter().copied().find(|field| left.stderr.contains(&format!("missing field `{field}`")));
        let field = field.unwrap_or_else(|| panic!("{missing:?}: {}", left.stderr));
        assert_eq!((left.code, missing.remove(field)), (1, true));
        fill(&manifest, &format!("# {field} = \"\""), &format!("{field} = \"Knee\""));
    }
    assert_eq!(faults(&shelf.0), ["pack::date pack.toml"; 4]);
    fill(&manifest, "YYYY-MM-DD", "2026-01-01");
    assert_eq!(faults(&shelf.0), [""; 0]);
    // A rule in a pack without a stage is offered one.
    let left = begin(&shelf.0, &["knee-arthroscopy", "knee-degenerative"]);
    assert!(left.code == 1 && left.stderr.contains("`--stage 1-scope` makes one"), "{}", left.stderr);
    let left = begin(&shelf.0, &["knee-arthroscopy", "knee-degenerative", "--stage", "1-scope"]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    assert_eq!(faults(&shelf.0), ["pack::placeholder reasons.toml"; 2]);
    let changelog = files(&shelf.0)[&shelf.0.join("knee-arthroscopy/CHANGELOG.md")].clone();
    assert!(changelog.contains("## Next\n\n* `knee-degenerative` (stage scope), new:"), "{changelog}");
}
