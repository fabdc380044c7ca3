//! Member history against the plainest way to say it: for each claim, every other claim is looked
//! at. In memory and on paper.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod model;

use std::{
    io::{self, Cursor},
    sync::Arc,
};

use claimgate::{
    code::{Code, System},
    date::DateSpan,
    exchange::json,
    history::{History, HistoryError, Keys, Noted, Noting, Paper, Place, Scratch},
    ledger::entry::Key,
    request::{Encounter, Kind, Patient, Request},
};
use model::{expected, is_claim_of, is_same_undated, services, takes_out};

struct Memory;

impl Scratch for Memory {
    fn sheet(&self) -> io::Result<Box<dyn Paper>> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

fn request(random: &mut Random, number: u64) -> Request {
    let name = |random: &mut Random| format!("C-{}", random.below(60));
    // Some claims share their number, some name no member, some members share a number.
    let id = if random.below(3) == 0 { name(random) } else { format!("N-{number}") };
    let member = match random.below(12) {
        0 => "{}".to_owned(),
        member => {
            let born = random.one(&["1970-01-01", "2001-05"]);
            format!(r#"{{"member_id": "M{}", "birth_date": "{born}"}}"#, member % 3)
        }
    };
    let day = |random: &mut Random| match random.below(14) {
        0 => String::new(),
        1 => r#""service_date": "2026-01","#.to_owned(),
        _ => format!(r#""service_date": "2026-01-{:02}","#, random.below(20) + 1),
    };
    let lines: Vec<String> = (0..=random.below(2))
        .map(|_| {
            let (day, procedure) = (day(random), random.one(&["62323", "64493", "64635"]));
            format!(r#"{{{day} "procedure": "{procedure}", "modifiers": ["50"], "diagnosis_pointers": [1]}}"#)
        })
        .collect();
    let frequency = random.one(&["original", "original", "original", "replacement", "void"]);
    let replaces = match frequency {
        "original" => String::new(),
        _ if random.below(3) == 0 => format!(r#""replaces": "{id}","#),
        _ => format!(r#""replaces": "{}","#, name(random)),
    };
    let kind = random.one(&["claim", "claim", "claim", "claim", "order"]);
    let (frequency, replaces) = if kind == "order" { ("original", String::new()) } else { (frequency, replaces) };
    let (status, onset) = (random.one(&["active", "active", "resolved"]), random.one(&["2025-01-01", "2026-01-15"]));
    let own = name(random);
    json::request(&format!(
        r#"{{"id": "{id}", "kind": "{kind}", "frequency": "{frequency}", {replaces} "patient": {member},
        "diagnoses": [{{"code": "M54.16", "status": "{status}"}}, {{"code": "C79.51", "onset_date": "{onset}"}}],
        "lines": [{}], "history": [{{"claim_id": "{own}", "service_date": "2025-12-01", "procedures": ["62323"]}}]}}"#,
        lines.join(", ")
    ))
    .unwrap()
}

fn told(encounter: &Encounter) -> (DateSpan, usize, usize, String) {
    let claim = encounter.claim_id.clone().unwrap();
    (encounter.service_date, encounter.procedures.len(), encounter.diagnoses.len(), claim)
}

fn place(number: usize) -> Place {
    Place { input: 0, number: number as u64 }
}

fn noted(requests: &[Request], bytes_max: usize) -> History {
    let noting = Noting::new(bytes_max, Box::new(Memory));
    // Hands may keep them in any order.
    for (number, request) in requests.iter().enumerate().rev() {
        if let Some(noted) = noting.note(request, place(number)) {
            noting.keep(&noted).unwrap();
        }
    }
    noting.end(vec![Arc::from("claims.ndjson")]).unwrap()
}

fn check(seed: u64, bytes_max: usize) {
    let mut random = Random(seed);
    let requests: Vec<Request> = (0..120).map(|number| request(&mut random, number)).collect();
    let history = noted(&requests, bytes_max);
    for (number, request) in requests.iter().enumerate() {
        let mut completed = request.clone();
        history.complete(&mut completed, place(number)).unwrap();
        let key = |(span, procedures, diagnoses, claim): &(DateSpan, usize, usize, String)| {
            (span.first, span.last, *procedures, *diagnoses, claim.clone())
        };
        let mut found: Vec<_> = completed.history.iter().map(told).collect();
        let mut wanted = expected(&requests, number);
        found.sort_by_key(key);
        wanted.sort_by_key(key);
        assert_eq!(found, wanted, "seed {seed}, claim {number} `{}`", request.id);
        completed.history = Vec::new();
        assert_eq!(completed, Request { history: Vec::new(), ..request.clone() }, "nothing else is touched");
    }
}

#[test]
fn history_is_what_looking_at_every_other_claim_finds() {
    for seed in 0..40 {
        check(seed, usize::MAX);
        check(seed, 0);
        check(seed, 4_000);
    }
}

/// What a ledger knows a member by.
fn of_member(patient: &Patient) -> Option<u128> {
    let hash = Key::new(&[7; 32]).of_member(patient)?;
    Some(u128::from_be_bytes(hash[..16].try_into().unwrap()))
}

/// Claims of a record beside those of the input: as if they stood before it in one input, but that of
/// a claim that came again as it was only the last coming is there.
fn check_recorded(seed: u64, bytes_max: usize) {
    let mut random = Random(seed);
    let mut requests: Vec<Request> = (0..120).map(|number| request(&mut random, number)).collect();
    // Some claims of the input were recorded before, and some were recorded twice.
    for _ in 0..12 {
        let (from, to) = (random.below(120), random.below(80));
        requests[usize::try_from(to).unwrap()] = requests[usize::try_from(from).unwrap()].clone();
    }
    let (recorded, inputs) = requests.split_at(80);
    let noting = Noting::under(Keys::of_record(Arc::new(of_member)), bytes_max, Box::new(Memory));
    let of_record = |(number, one): (usize, &Request)| Noted::of_recorded(of_member(&one.patient), one, number as u64);
    let of_input = |(number, one): (usize, &Request)| noting.note(one, place(number));
    let noted: Vec<Noted> = inputs
        .iter()
        .enumerate()
        .filter_map(of_input)
        .chain(recorded.iter().enumerate().filter_map(of_record))
        .collect();
    noted.iter().rev().for_each(|noted| noting.keep(noted).unwrap());
    let history = noting.end(vec![Arc::from("claims.ndjson")]).unwrap();
    let comes_again = |at: usize| {
        let one = &requests[at];
        let is_again = |later: &&Request| {
            later.id == one.id
                && takes_out(later) == takes_out(one)
                && services(later) == services(one)
                && is_same_undated(later, one)
        };
        one.kind == Kind::Claim
            && requests[at + 1..].iter().filter(|later| is_claim_of(later, one)).any(|later| is_again(&later))
    };
    let mut left: Vec<Request> = (0..80).filter(|at| !comes_again(*at)).map(|at| requests[at].clone()).collect();
    let before = left.len();
    assert!((50..80).contains(&before), "some came again: {before}");
    left.extend_from_slice(inputs);
    for (number, request) in inputs.iter().enumerate() {
        let mut completed = request.clone();
        history.complete(&mut completed, place(number)).unwrap();
        let mut found: Vec<_> = completed.history.iter().map(told).collect();
        let mut wanted = expected(&left, before + number);
        let key = |(span, procedures, diagnoses, claim): &(DateSpan, usize, usize, String)| {
            (span.first, span.last, *procedures, *diagnoses, claim.clone())
        };
        found.sort_by_key(key);
        wanted.sort_by_key(key);
        assert_eq!(found, wanted, "seed {seed}, claim {number} `{}`", request.id);
    }
}

#[test]
fn recorded_claims_are_history_as_if_they_came_before() {
    for seed in 0..40 {
        check_recorded(seed, usize::MAX);
        check_recorded(seed, 0);
    }
}

#[test]
fn a_recorded_claim_is_told_as_that() {
    let claim = |id: &str, day: &str, more: &str| {
        let text = format!(
            r#"{{"id": "{id}", "kind": "claim", {more} "patient": {{"member_id": "SECRET", "birth_date": "1970-01-01"}},
            "lines": [{{"service_date": "{day}", "procedure": "62323"}}]}}"#
        );
        json::request(&text).unwrap()
    };
    let check = |recorded: &[&Request], inputs: &[&Request], expected: &[&str]| {
        let noting = Noting::under(Keys::of_record(Arc::new(of_member)), usize::MAX, Box::new(Memory));
        for (number, one) in recorded.iter().enumerate() {
            noting.keep(&Noted::of_recorded(of_member(&one.patient), one, number as u64).unwrap()).unwrap();
        }
        inputs
            .iter()
            .enumerate()
            .for_each(|(number, one)| noting.keep(&noting.note(one, place(number)).unwrap()).unwrap());
        let history = noting.end(vec![Arc::from("claims.ndjson")]).unwrap();
        let mut last = (*inputs.last().unwrap()).clone();
        history.complete(&mut last, place(inputs.len() - 1)).unwrap();
        let told: Vec<String> = last.history.iter().map(|one| format!("{} {}", one.source, one.service_date)).collect();
        assert_eq!(told, expected);
    };
    let one = claim("C-1", "2026-01-01", "");
    let own = claim("C-9", "2026-02-01", "");
    let void = claim("C-2", "2026-01-03", r#""frequency": "void", "replaces": "C-1","#);
    let corrected = claim("C-1", "2026-01-05", r#""frequency": "replacement", "replaces": "C-1","#);
    check(&[&one], &[&own], &["ledger: claim C-1 2026-01-01"]);
    check(&[&one, &one], &[&own], &["ledger: claim C-1 2026-01-01"]);
    check(&[&one, &void], &[&own], &[]);
    check(&[&void], &[&one, &own], &[]);
    check(&[&one, &corrected], &[&own], &["ledger: claim C-1 2026-01-05"]);
    check(&[&corrected], &[&one, &own], &["ledger: claim C-1 2026-01-05"]);
    // Its own recording is not its history, nor what it replaces or what replaces it.
    check(&[&own], &[&own], &[]);
    // Another claim under its number is: it may be that of the patient's account.
    check(&[&claim("C-9", "2026-01-01", "")], &[&own], &["ledger: claim C-9 2026-01-01"]);
    let two = ["ledger: claim C-1 2026-01-01", "ledger: claim C-1 2026-01-20"];
    check(&[&one, &claim("C-1", "2026-01-20", "")], &[&own], &two);
    let replacing = claim("C-9", "2026-02-01", r#""frequency": "replacement", "replaces": "C-1","#);
    check(&[&one], &[&replacing], &[]);
    let replaced = claim("C-1", "2026-02-20", "");
    check(&[&replacing], &[&replaced], &[]);
    check(&[&claim("C-1", "2026-03-01", "")], &[&own], &[]);
}

#[test]
fn claims_of_one_number_and_codes_that_cannot_be_read_are_history() {
    let claim = |day: &str| {
        let text = format!(
            r#"{{"id": "ACCOUNT-7", "kind": "claim", "patient": {{"member_id": "M1", "birth_date": "1970-01-01"}},
            "diagnoses": [{{"code": "254637007"}}, {{"code": "C79.51"}}],
            "lines": [{{"service_date": "{day}", "procedure": "62323"}}]}}"#
        );
        json::request(&text).unwrap()
    };
    let mut requests = [claim("2026-01-01"), claim("2026-02-01")];
    let history = noted(&requests, usize::MAX);
    history.complete(&mut requests[1], place(1)).unwrap();
    let earlier: Vec<&[Code]> = requests[1].history.iter().map(|one| one.diagnoses.as_slice()).collect();
    assert_eq!(earlier, [[Code::UNREAD, Code::parse(System::Icd10Cm, "C79.51").unwrap()]]);
}

#[test]
fn claims_without_a_day_are_history_of_an_unknown_one() {
    let claim = |id: &str, lines: &str| {
        let text = format!(
            r#"{{"id": "{id}", "kind": "claim", "patient": {{"member_id": "M1", "birth_date": "1970-01-01"}},
            "diagnoses": [{{"code": "C79.51"}}], "lines": [{lines}]}}"#
        );
        json::request(&text).unwrap()
    };
    let check = |lines: &str, expected: &[(&str, usize, usize)]| {
        let mut requests =
            [claim("C-1", lines), claim("C-9", r#"{"procedure": "62323", "service_date": "2026-03-10"}"#)];
        let history = noted(&requests, usize::MAX);
        history.complete(&mut requests[1], place(1)).unwrap();
        let told = |one: &Encounter| (one.service_date.to_string(), one.procedures.len(), one.diagnoses.len());
        let expected: Vec<_> = expected.iter().map(|(days, done, had)| ((*days).to_owned(), *done, *had)).collect();
        assert_eq!(requests[1].history.iter().map(told).collect::<Vec<_>>(), expected, "{lines}");
    };
    let (undated, day) = (r#"{"procedure": "64493"}"#, r#"{"procedure": "62323", "service_date": "2026-01-05"}"#);
    check(undated, &[("0001-01-01 to 9999-12-31", 1, 1)]);
    check(&format!("{undated}, {undated}"), &[("0001-01-01 to 9999-12-31", 2, 1)]);
    // Diagnoses stand on the day that is known.
    check(&format!("{undated}, {day}"), &[("0001-01-01 to 9999-12-31", 1, 0), ("2026-01-05", 1, 1)]);
    check(r#"{"procedure": "64493", "service_date": "2026-04-01"}"#, &[]);
}

#[test]
fn an_input_that_changed_between_its_readings_is_noticed() {
    let mut random = Random(1);
    let mut requests: Vec<Request> = (0..20).map(|number| request(&mut random, number)).collect();
    let history = noted(&requests, usize::MAX);
    let changed = requests.iter().position(|one| one.kind == Kind::Claim && one.patient.member_id.is_some()).unwrap();
    requests[changed].id = "another".to_owned();
    assert!(matches!(history.complete(&mut requests[changed], place(changed)), Err(HistoryError::Changed)));
}

#[test]
fn where_a_service_stood_names_no_member() {
    let claim = |id: &str, day: &str| {
        let text = format!(
            r#"{{"id": "{id}", "kind": "claim", "patient": {{"member_id": "SECRET"}},
            "lines": [{{"service_date": "{day}", "procedure": "62323"}}]}}"#
        );
        json::request(&text).unwrap()
    };
    let mut requests = [claim("C-1", "2026-01-01"), claim("C-2", "2026-01-02")];
    let history = noted(&requests, usize::MAX);
    history.complete(&mut requests[1], place(1)).unwrap();
    let encounter = &requests[1].history[0];
    assert_eq!(encounter.source.to_string(), "claims.ndjson: claim C-1");
    assert!(!format!("{encounter:?}").contains("SECRET"));
}
