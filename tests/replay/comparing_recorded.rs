//! The decisions of a ledger, held against other packs.

use std::path::Path;

use claimgate::{
    desk::decide,
    exchange::json,
    ledger::{PackArchive, Record, Row},
    pack::{Pack, shelf},
};
use serde_json::Value;

use super::{
    Folder, claimgate, claims,
    recorded::{Book, NOW_MS, lines, packs, readable},
    stderr, text,
};

const NEW: [&str; 4] = ["--new-param", "effective=2025-02-19", "--new-param", "look_back_months=3"];

/// A comparison as JSON, and how it ended.
fn compared(arguments: &[&str]) -> (Option<i32>, Value) {
    let ended = claimgate(&[&["compare", "--proof-seconds", "0", "--format", "json"], arguments].concat());
    let value = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{}", stderr(&ended)));
    (ended.status.code(), value)
}

#[test]
fn a_ledger_is_compared_as_its_claims_are() {
    let folder = Folder::new();
    let (mut book, all) = (Book::new(&folder), claims(700));
    let all = readable(&all);
    book.record(&all, &packs());
    let input = folder.write("claims.ndjson", &lines(&all));
    let (was, now) = (folder.path("was"), folder.path("now"));
    let ends = ["--out", text(&was)];
    let (code, expected) = compared(&[&[text(&input), "--no-history"], &NEW[..], &ends].concat());
    assert_eq!(code, Some(4));
    assert!(expected["changed"]["claims"].as_u64().unwrap() > 20, "{expected:#}");
    for more in [&["--threads", "1"][..], &["--threads", "3", "--packs", "rules"]] {
        let ledger = ["--ledger", text(&book.ledger), "--out", text(&now)];
        let (code, mut found) = compared(&[&ledger[..], &NEW, more].concat());
        assert_eq!(code, Some(4));
        let not_recorded = found["not_recorded"].take();
        assert_eq!(not_recorded["facts"].as_array().unwrap().len(), 0);
        assert_eq!((&not_recorded["retired"], &not_recorded["changed_lines_waiting"]), (&0.into(), &0.into()));
        assert_eq!(found, expected);
        assert_eq!(folder.read("now/changed.ndjson"), folder.read("was/changed.ndjson"));
    }
    // A claim that was sent again is another decision of the same member.
    book.record(&all[..100], &packs());
    let (_, again) = compared(&[&["--ledger", text(&book.ledger)], &NEW[..]].concat());
    assert_eq!(again["read"]["claims"]["in"], all.len() + 100);
    assert_eq!(again["changed"]["members"], expected["changed"]["members"]);
    // A day of it, and orders of it.
    let part = |more: &[&str]| {
        let (code, value) = compared(&[&["--ledger", text(&book.ledger)], &NEW[..], more].concat());
        (code, value["read"]["claims"]["in"].as_u64().unwrap())
    };
    assert_eq!(part(&["--to", "2026-01-02"]).1, 24);
    assert_eq!(part(&["--from", "2026-01-02", "--to", "2026-01-02T06:00:00Z", "--kind", "claim"]).1, 6);
    assert_eq!(part(&["--kind", "order"]), (Some(0), 0));
    // It keeps its old packs: nothing of it differs from itself.
    let (code, same) = compared(&["--ledger", text(&book.ledger), "--against", "rules"]);
    assert_eq!((code, &same["changed"]["claims"]), (Some(0), &0.into()));
}

#[test]
fn what_was_not_recorded_is_not_compared() {
    let folder = Folder::new();
    let (mut book, all) = (Book::new(&folder), claims(120));
    let all = readable(&all);
    let small = shelf::open(Path::new("tests/packs/small"), &Default::default()).unwrap_or_default();
    book.record(&all[..24], &packs());
    book.record(&all[24..64], &packs());
    book.record(&all[64..80], &[]);
    book.retire("2026-01-02");
    let report = folder.path("report.html");
    let ledger = ["--ledger", text(&book.ledger), "--report", text(&report)];
    let arguments = [&ledger[..], &["--packs", "rules"], &NEW].concat();
    let (code, found) = compared(&arguments);
    assert_eq!(code, Some(4));
    assert_eq!((&found["read"]["claims"]["in"], &found["read"]["balanced"]), (&80.into(), &true.into()));
    assert_eq!(found["read"]["claims"]["not_comparable"], 40);
    assert_eq!(found["read"]["lines"]["in"], 56);
    assert_eq!(found["read"]["lines"]["not_comparable"], 16);
    assert_eq!(found["not_recorded"]["retired"], 24);
    let fact = &found["not_recorded"]["facts"][0];
    assert_eq!((&fact["fact"], &fact["decisions"]), (&"line.invalid_diagnosis".into(), &16.into()));
    let page = folder.read("report.html");
    assert!(page.contains("Not comparable") && page.contains("<code>line.invalid_diagnosis</code>: 16 decisions"));
    let ended = claimgate(&[&["compare", "--proof-seconds", "0"], &arguments[..]].concat());
    let told = String::from_utf8(ended.stdout).unwrap();
    for words in [
        "80 decisions in = 40 compared + 40 not comparable + 0 rejected",
        "line.invalid_diagnosis",
        "they are retired",
        "of 40 lines change",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // What was recorded under other packs and can be unknown, is.
    let mut book = book.another(&folder, "small.sqlite");
    book.record(&all[..100], &small);
    let (code, found) = compared(&["--ledger", text(&book.ledger), "--against", "rules", "--report", text(&report)]);
    assert_eq!(code, Some(4));
    assert_eq!(found["old"][0]["name"], "small");
    let waiting = &found["not_recorded"];
    assert!(waiting["changed_lines_waiting"].as_u64().unwrap() > 10, "{waiting}");
    let fact = waiting["waiting_for"][0]["fact"].as_str().unwrap();
    assert!(fact.starts_with("line.months_since_onset"), "{waiting}");
    assert!(folder.read("report.html").contains("for a fact that was given and not recorded"));
}

#[test]
fn a_ledger_that_cannot_be_compared_is_said() {
    let folder = Folder::new();
    let (mut book, all) = (Book::new(&folder), claims(20));
    let all = readable(&all);
    let input = folder.write("claims.ndjson", &lines(&all));
    book.record(&all, &packs());
    let ledger = book.ledger.clone();
    let refused = |arguments: &[&str], words: &str| {
        let ended = claimgate(&[&["compare"], arguments].concat());
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}");
        assert!(stderr(&ended).contains(words), "{arguments:?}: {}", stderr(&ended));
    };
    let with = |more: &[&str], words: &str| refused(&[&["--ledger", text(&ledger)], more].concat(), words);
    with(&[text(&input), "--against", "rules"], "cannot be used with");
    with(&["--against", "rules", "--no-history"], "cannot be used with");
    with(&["--against", "rules", "--history-ledger", "x"], "cannot be used with");
    with(&["--against", "rules", "--old-param", "thoracic=include"], "have their parameters");
    with(&["--against", "rules", "--from", "yesterday"], "expected a day");
    with(&["--against", "nowhere"], "nowhere");
    with(&[], "--against");
    refused(&[text(&input), "--against", "rules", "--to", "2026-01-02"], "cannot be used with");
    refused(&[text(&input), "--against", "rules", "--kind", "claim"], "cannot be used with");
    refused(&["--against", "rules"], "INPUT");
    refused(&["--ledger", text(&folder.path("none")), "--against", "rules"], "there is no ledger at");
    refused(&["--ledger", text(&input), "--against", "rules"], "is no ledger");
    // One entry that cannot be read is rejected, and told.
    let request = json::request(all[0]).unwrap();
    let decision = decide::<Pack>(&[], &request);
    let row = Row::of(uuid::Uuid::from_u128(7), (NOW_MS, NOW_MS), false, &request, &decision, None);
    book.put(vec![Record { row, body: b"{}".to_vec() }], Vec::new());
    let ended = claimgate(&["compare", "--ledger", text(&ledger), "--against", "rules", "--proof-seconds", "0"]);
    assert_eq!(ended.status.code(), Some(1));
    let told = String::from_utf8(ended.stdout.clone()).unwrap();
    assert!(told.contains("21 decisions in = 20 compared + 0 not comparable + 1 rejected"), "{told}");
    assert!(stderr(&ended).contains("at place 21") && stderr(&ended).contains("entry"), "{}", stderr(&ended));
    // Packs that the ledger does not give back.
    let mut lost = book.another(&folder, "lost.sqlite");
    let packs = packs();
    let archive = PackArchive { digest: packs[0].digest.clone(), archive: b"{\"format\":9}".to_vec().into() };
    lost.record_with(&all, &packs, vec![archive]);
    let arguments = ["compare", "--ledger", text(&lost.ledger), "--against", "rules", "--proof-seconds", "0"];
    let ended = claimgate(&arguments);
    assert_eq!(ended.status.code(), Some(1));
    let told = String::from_utf8(ended.stdout.clone()).unwrap();
    assert!(told.contains("20 decisions in = 0 compared + 0 not comparable + 20 rejected"), "{told}");
    assert!(stderr(&ended).contains("the archived pack has format 9"), "{}", stderr(&ended));
    assert!(stderr(&ended).contains("`--packs OLD` names packs"), "{}", stderr(&ended));
    let ended = claimgate(&[&arguments[..], &["--packs", "rules"]].concat());
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    // Files are compared with the history that a ledger gives, too.
    let history = book.history();
    let arguments = [&["compare", text(&input), "--against", "rules", "--proof-seconds", "0"], &history[..]].concat();
    let ended = claimgate(&arguments);
    assert_eq!(ended.status.code(), Some(1), "the ledger has an entry that cannot be read");
    assert!(stderr(&ended).contains("cannot read the recorded claims"), "{}", stderr(&ended));
    let mut book = book.another(&folder, "other.sqlite");
    book.record(&all, &packs);
    let history = book.history();
    let report = folder.path("report.html");
    let ends = ["--proof-seconds", "0", "--report", text(&report)];
    let arguments = [&["compare", text(&input), "--against", "rules"], &ends[..], &history[..]].concat();
    let told = String::from_utf8(claimgate(&arguments).stdout).unwrap();
    assert!(told.contains("20 claims of the ledger were history") && told.contains("nothing changes"), "{told}");
    assert!(folder.read("report.html").contains("<p>20 claims of a ledger were history of these"));
}
