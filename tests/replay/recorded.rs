//! Ledgers: their claims as history of those that are replayed, and their decisions compared.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use claimgate::{
    desk::decide,
    exchange::json,
    ledger::{
        Access, Group, Keys, Ledger, PackArchive, Place, Record, Recorded, Row,
        entry::{Entry, Key, archive},
    },
    pack::{Pack, shelf},
};
use serde_json::Value;

use super::{Folder, batches, claimgate, claims, replay, stderr, text};

/// 1 January 2026.
pub(super) const NOW_MS: i64 = 1_767_225_600_000;
const DAY_MS: i64 = 86_400_000;

/// A ledger for a test, and its key file.
pub(super) struct Book {
    pub(super) ledger: PathBuf,
    key: PathBuf,
    recorded: i64,
}

impl Book {
    pub(super) fn new(folder: &Folder) -> Book {
        let key = folder.path("ledger.key");
        Keys::create(&key).unwrap();
        Book { ledger: folder.path("decisions.sqlite"), key, recorded: 0 }
    }

    /// Another ledger under the same key.
    pub(super) fn another(&self, folder: &Folder, name: &str) -> Book {
        Book { ledger: folder.path(name), key: self.key.clone(), recorded: 0 }
    }

    /// Records the decisions of some claims, a day each, as a server does.
    pub(super) fn record(&mut self, claims: &[&str], packs: &[Pack]) {
        let kept = |pack: &Pack| PackArchive { digest: pack.digest.clone(), archive: archive(pack).into() };
        self.record_with(claims, packs, packs.iter().map(kept).collect());
    }

    /// As [`Book::record`], with these archives of the packs.
    pub(super) fn record_with(&mut self, claims: &[&str], packs: &[Pack], archives: Vec<PackArchive>) {
        let keys = Arc::new(Keys::read(&self.key).unwrap());
        let key = Key::new(keys.member());
        let mut records = Vec::new();
        for claim in claims {
            let request = json::request(claim).unwrap();
            let decision = decide(packs, &request);
            let at_ms = NOW_MS + self.recorded * DAY_MS / 24;
            let entry = Entry::new(at_ms, at_ms, false, [0; 32], &request, &decision, packs, &key);
            let row = Row::of(entry.id, (at_ms, at_ms), false, &request, &decision, entry.member);
            records.push(Record { row, body: entry.encode() });
            self.recorded += 1;
        }
        self.put(records, archives);
    }

    pub(super) fn put(&self, records: Vec<Record>, packs: Vec<PackArchive>) {
        let keys = Arc::new(Keys::read(&self.key).unwrap());
        let ledger = Ledger::open(Place::File(self.ledger.clone()), Access::Record, Some(keys)).unwrap();
        let group = Group { records, packs, now_ms: NOW_MS, ..Group::default() };
        assert_eq!(ledger.wait(ledger.record(group)), Ok(Recorded::New));
    }

    pub(super) fn history(&self) -> [&str; 4] {
        ["--history-ledger", text(&self.ledger), "--ledger-key", text(&self.key)]
    }

    pub(super) fn retire(&self, before: &str) {
        let ledger = ["--ledger", text(&self.ledger), "--ledger-key", text(&self.key)];
        let ended = claimgate(&[&["ledger", "retire", "--before", before], &ledger[..]].concat());
        assert!(ended.status.success(), "{}", stderr(&ended));
    }
}

pub(super) fn packs() -> Vec<Pack> {
    shelf::open(Path::new("rules"), &Default::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Claims that can be read, a line each.
pub(super) fn readable(all: &str) -> Vec<&str> {
    all.lines().filter(|line| !line.contains("broken")).collect()
}

pub(super) fn lines(claims: &[&str]) -> String {
    claims.iter().map(|claim| format!("{claim}\n")).collect()
}

fn summary(folder: &Folder, out: &str) -> Value {
    serde_json::from_str(&folder.read(&format!("{out}/summary.json"))).unwrap()
}

#[test]
fn recorded_claims_are_history() {
    let folder = Folder::new();
    let (mut book, all) = (Book::new(&folder), claims(700));
    let all = readable(&all);
    let (past, now): (Vec<&str>, Vec<&str>) =
        all.iter().copied().partition(|claim: &&str| claim.len().is_multiple_of(2));
    assert!(past.len() > 100 && now.len() > 100, "{} {}", past.len(), now.len());
    let packs = packs();
    book.record(&past, &packs);
    let (whole, part) = (folder.write("all.ndjson", &lines(&all)), folder.write("now.ndjson", &lines(&now)));
    replay(&folder, &whole, "whole", &[]);
    replay(&folder, &part, "alone", &[]);
    let is_now = |row: &&str| row.starts_with("request_id") || now.iter().any(|claim| claim.contains(&quoted(row)));
    let expected: Vec<String> = folder.read("whole/decisions.csv").lines().filter(is_now).map(str::to_owned).collect();
    for (out, threads, memory) in [("one", "1", "48"), ("three", "3", "0")] {
        let more = [&book.history()[..], &["--threads", threads, "--history-mb", memory]].concat();
        let ended = replay(&folder, &part, out, &more);
        assert_eq!(ended.status.code(), Some(2), "{}", stderr(&ended));
        let told = String::from_utf8(ended.stdout).unwrap();
        assert!(told.contains(&format!("{} claims of the ledger were history", past.len())), "{told}");
        let rows = folder.read(&format!("{out}/decisions.csv"));
        assert_eq!(rows.lines().collect::<Vec<_>>(), expected);
        assert!(rows != folder.read("alone/decisions.csv"), "history matters to some");
        let summary = summary(&folder, out);
        assert_eq!(summary["recorded"]["claims"], past.len());
        assert_eq!(summary["run"]["record"]["entries"], past.len());
    }
    // What a claim's history is, is told with where it stood.
    replay(&folder, &part, "told", &[&book.history()[..], &["--format", "ndjson"]].concat());
    assert!(folder.read("told/decisions.ndjson").contains("ledger: claim C-"));
    assert!(!folder.read("told/decisions.ndjson").contains("MBR"), "no member is named");
    // Claims that are in the ledger too come out as if only the input had them, also where they were
    // recorded again and again.
    book.record(&now, &packs);
    book.record(&past, &packs);
    replay(&folder, &whole, "again", &book.history());
    assert_eq!(folder.read("again/decisions.csv"), folder.read("whole/decisions.csv"));
}

/// The claim id of a row as a claim has it.
fn quoted(row: &str) -> String {
    format!("\"{}\"", row.split(',').next().unwrap())
}

/// A claim of one line.
fn claim(id: &str, day: &str, procedure: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", "kind": "claim", {more} "patient": {{"member_id": "M1", "birth_date": "1970-05-01"}}, "coverage": {{"line_of_business": "commercial"}}, "diagnoses": [{{"code": "M54.16"}}], "lines": [{{"procedure": "{procedure}", "service_date": "{day}", "diagnosis_pointers": [1]}}]}}"#
    )
}

#[test]
fn a_ledger_that_gives_no_history_is_said() {
    let folder = Folder::new();
    let mut book = Book::new(&folder);
    let input = folder.write("claims.ndjson", &(claim("C-9", "2026-03-10", "62323", "") + "\n"));
    let refused = |more: &[&str], words: &[&str]| {
        let ended = replay(&folder, &input, "refused", more);
        assert_eq!(ended.status.code(), Some(1), "{more:?}");
        for word in words {
            assert!(stderr(&ended).contains(word), "{more:?}: {}", stderr(&ended));
        }
    };
    refused(&book.history(), &["there is no ledger at"]);
    let history = book.history().map(str::to_owned);
    let history: Vec<&str> = history.iter().map(String::as_str).collect();
    book.record(&[&claim("C-1", "2026-01-10", "62323", "")], &packs());
    refused(&[&history[..], &["--no-history"]].concat(), &["cannot be used with"]);
    refused(&history[..2], &["no key file is named"]);
    refused(&history[2..], &["--history-ledger"]);
    let other = folder.path("other.key");
    Keys::create(&other).unwrap();
    refused(
        &[&history[..3], &[text(&other)]].concat(),
        &["the key file is not the one that this ledger was recorded under", "its server records with"],
    );
    refused(&["--history-ledger", text(&input), "--ledger-key", text(&book.key)], &["is no ledger"]);
    // Packs that asked for no diagnoses.
    let two = [claim("C-2", "2026-01-11", "62323", ""), claim("C-3", "2026-01-12", "62323", "")];
    book.record(&two.each_ref().map(String::as_str), &[]);
    refused(&history, &["2 recorded claims lack diagnoses", "no pack was asked"]);
    // Without a day on which a diagnosis began, it may have begun later.
    let small = shelf::open(Path::new("tests/packs/small"), &Default::default()).unwrap_or_default();
    let begun = two[0].replace(r#""code": "M54.16""#, r#""code": "M54.16", "onset_date": "2025-01-01""#);
    let mut book = book.another(&folder, "small.sqlite");
    book.record(&[&two[0], &begun], &small);
    let history = book.history();
    refused(&history, &["1 recorded claims lack diagnoses", "`small 1.0.0` did not ask"]);
    // A pack that asks nothing of earlier diagnoses misses none.
    let ended = replay(&folder, &input, "small", &[&history[..], &["--packs", "tests/packs/small"]].concat());
    assert_ne!(ended.status.code(), Some(1), "{}", stderr(&ended));
    // Damaged.
    let row = Row {
        id: uuid::Uuid::from_u128(7),
        ..Row::of(
            uuid::Uuid::nil(),
            (NOW_MS, NOW_MS),
            false,
            &json::request(&two[0]).unwrap(),
            &decide::<Pack>(&[], &json::request(&two[0]).unwrap()),
            Some([1; 32]),
        )
    };
    book.put(vec![Record { row, body: b"{\"format\":1,".to_vec() }], Vec::new());
    refused(&history, &["at place 3: the entry breaks at byte", "verify the ledger"]);
}

#[test]
fn voids_and_replacements_of_a_ledger_take_out() {
    let folder = Folder::new();
    let packs = packs();
    let input = folder.write("claims.ndjson", &(claim("C-9", "2026-03-10", "62323", "") + "\n"));
    let sources = |recorded: &[&String]| -> String {
        let place = Folder::new();
        let mut book = Book::new(&place);
        book.record(&recorded.iter().map(|claim| claim.as_str()).collect::<Vec<_>>(), &packs);
        replay(&place, &input, "out", &[&book.history()[..], &["--format", "ndjson"]].concat());
        place.read("out/decisions.ndjson")
    };
    // Diagnosed on two days of the year before: so long it has lasted.
    let base = claim("C-0", "2025-12-12", "62323", "");
    let one = claim("C-1", "2025-10-10", "62323", "");
    let void = claim("C-2", "2025-10-10", "62323", r#""frequency": "void", "replaces": "C-1","#);
    let other = claim("C-3", "2025-10-12", "62323", r#""frequency": "replacement", "replaces": "C-1","#);
    let alone = sources(&[&base]);
    assert!(!alone.contains("ledger"), "{alone}");
    let both = sources(&[&base, &one]);
    assert!(both.contains("ledger: claim C-1"), "{both}");
    assert_eq!(sources(&[&base, &one, &void]), alone);
    let replaced = sources(&[&base, &one, &other]);
    assert!(replaced.contains("ledger: claim C-3") && !replaced.contains("claim C-1"), "{replaced}");
}

#[test]
fn retired_claims_are_told_and_a_run_goes_on_with_its_own_history() {
    let folder = Folder::new();
    let mut book = Book::new(&folder);
    let (packs, past, now) = (packs(), claims(200), claims(399));
    let now = readable(&now);
    let past = readable(&past);
    book.record(&past[..100], &packs);
    book.retire("2026-01-02");
    let input = folder.write("claims.ndjson", &lines(&now[200..]));
    let history = book.history().map(str::to_owned);
    let history: Vec<&str> = history.iter().map(String::as_str).collect();
    // What is retired may be what a line's history lacks: that has to be said to be allowed.
    let ended = replay(&folder, &input, "refused", &history);
    assert_eq!(ended.status.code(), Some(1));
    let told = stderr(&ended);
    assert!(told.contains("24 retired claims of the record may be earlier services"), "{told}");
    assert!(told.contains("decided on 2026-01-01") && told.contains("--allow-retired-history"), "{told}");
    let history = [&history[..], &["--allow-retired-history"]].concat();
    let ended = replay(&folder, &input, "out", &history);
    let told = String::from_utf8(ended.stdout).unwrap();
    assert!(told.contains("76 claims of the ledger were history; 24 are retired, and give none"), "{told}");
    let before = summary(&folder, "out");
    assert_eq!(before["recorded"]["retired"], 24);
    // As if the run had been interrupted in its middle, and more was recorded since.
    book.record(&past[100..], &packs);
    let rows = folder.read("out/decisions.csv");
    let first = *batches(&lines(&now[200..])).first().unwrap();
    assert!(first < now[200..].len(), "{first}");
    let done = rows.lines().take(first + 1).map(|row| row.len() + 1).sum::<usize>();
    let interrupt = || {
        let mut tally = before.clone();
        let (mut verdicts, mut reasons) = ([0u64; 3], std::collections::BTreeMap::new());
        for row in rows.lines().skip(1).take(first) {
            let cells: Vec<&str> = row.split(',').collect();
            let verdict = ["allow", "flag", "deny"].iter().position(|one| *one == cells[2]).unwrap();
            verdicts[verdict] += 1;
            if verdict > 0 {
                let reason = cells[3].split(';').next().unwrap();
                *reasons.entry((cells[2], reason)).or_insert(0u64) += 1;
            }
        }
        for account in ["claims", "lines"] {
            tally[account] = serde_json::json!({
                "in": first, "allowed": verdicts[0], "flagged": verdicts[1], "denied": verdicts[2], "rejected": 0,
            });
        }
        tally["reasons"] = reasons
            .into_iter()
            .map(|((verdict, reason), lines)| serde_json::json!({"verdict": verdict, "reason": reason, "lines": lines}))
            .collect();
        let checkpoint = serde_json::json!({
            "version": 2, "terms": before["run"], "batches": 1, "decisions_bytes": done, "rejects_bytes": 0,
            "tally": tally,
        });
        folder.write("out/checkpoint.json", &checkpoint.to_string());
    };
    interrupt();
    let ended = replay(&folder, &input, "out", &["--resume"]);
    assert!(stderr(&ended).contains("its history was of another ledger"), "{}", stderr(&ended));
    let ended = replay(&folder, &input, "out", &[&history[..], &["--resume"]].concat());
    assert_ne!(ended.status.code(), Some(1), "{}", stderr(&ended));
    assert_eq!(folder.read("out/decisions.csv"), rows);
    assert_eq!(summary(&folder, "out"), before);
    interrupt();
    book.retire("2026-01-03");
    let ended = replay(&folder, &input, "out", &[&history[..], &["--resume"]].concat());
    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr(&ended).contains("or claims were retired from that since"), "{}", stderr(&ended));
}

#[test]
fn retired_claims_matter_only_where_packs_look_back_to_them() {
    let folder = Folder::new();
    let mut book = Book::new(&folder);
    book.record(&[&claim("C-1", "2025-12-10", "62323", "")], &packs());
    book.retire("2026-01-02");
    let code = |name: &str, line: String, more: &[&str]| {
        let input = folder.write(&format!("{name}.ndjson"), &(line + "\n"));
        let ended = replay(&folder, &input, name, &[&book.history()[..], more].concat());
        (ended.status.code(), stderr(&ended))
    };
    let is_refused = |(code, told): (Option<i32>, String)| {
        assert_eq!(code == Some(1), told.contains("retired claims of the record"), "{told}");
        code == Some(1)
    };
    // Decided on 1 January 2026; the first pack looks back twelve months.
    assert!(is_refused(code("within", claim("C-9", "2026-03-10", "62323", ""), &[])));
    assert!(is_refused(code("edge", claim("C-9", "2027-01-02", "62323", ""), &[])));
    assert!(!is_refused(code("beyond", claim("C-9", "2027-01-03", "62323", ""), &[])));
    let undated = claim("C-9", "2027-01-03", "62323", "").replace(r#""service_date": "2027-01-03", "#, "");
    assert!(is_refused(code("undated", undated, &[])));
    let nobody = claim("C-9", "2026-03-10", "62323", "").replace(r#""member_id": "M1", "#, "");
    assert!(!is_refused(code("nobody", nobody, &[])));
    assert!(!is_refused(code("allowed", claim("C-9", "2026-03-10", "62323", ""), &["--allow-retired-history"])));
    let input = folder.path("within.ndjson");
    let asked = ["compare", text(&input), "--packs", "rules", "--new-param", "look_back_months=6"];
    let ended = claimgate(&[&asked[..], &["--proof-seconds", "0"], &book.history()[..]].concat());
    assert!(is_refused((ended.status.code(), stderr(&ended))));
    // A pack that asks for no earlier services misses none.
    assert!(!is_refused(code("small", claim("C-9", "2026-03-10", "62323", ""), &["--packs", "tests/packs/small"])));
}
