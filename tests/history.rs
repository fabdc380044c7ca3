//! Member history against the plainest way to say it: for each claim, every other claim is looked
//! at. In memory and on paper.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::BTreeSet,
    io::{self, Cursor},
    sync::Arc,
};

use claimgate::{
    code::{Code, System},
    date::DateSpan,
    exchange::json,
    history::{History, HistoryError, Keys, Noted, Noting, Paper, Place, Scratch},
    ledger::entry::Key,
    request::{Encounter, Frequency, Kind, Patient, Request},
};

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

fn is_claim_of(one: &Request, other: &Request) -> bool {
    one.kind == Kind::Claim
        && other.patient.member_id.is_some()
        && one.patient.member_id == other.patient.member_id
        && one.patient.birth_date.get() == other.patient.birth_date.get()
}

fn takes_out(request: &Request) -> Option<&String> {
    request.replaces.as_ref().filter(|_| request.frequency.value != Frequency::Original)
}

/// The services of a claim: each span of days once, with what was done.
fn services(claim: &Request) -> Vec<(DateSpan, Vec<String>)> {
    let mut services: Vec<(DateSpan, Vec<String>)> = Vec::new();
    for line in claim.lines.iter().filter(|_| claim.frequency.value != Frequency::Void) {
        let Some(span) = line.service_date.get() else { continue };
        let done = line.procedure.get().map(|code| format!("{code}{:?}", line.modifiers));
        match services.iter_mut().find(|(other, _)| other == span) {
            Some((_, all)) => all.extend(done),
            None => services.push((*span, done.into_iter().collect())),
        }
    }
    services
}

/// The claims that are versions of the one at `place`, by names that lead from one to the next. A
/// number alone leads on only where the days are the same.
fn versions(requests: &[Request], place: usize) -> BTreeSet<usize> {
    let ours = |at: usize| is_claim_of(&requests[at], &requests[place]);
    let is_named = |name: &String| (0..requests.len()).any(|at| ours(at) && takes_out(&requests[at]) == Some(name));
    let days = |claim: &Request| services(claim).into_iter().map(|(span, _)| span).collect::<Vec<_>>();
    let is_linked = |one: &Request, other: &Request| {
        let (takes, taken) = (takes_out(one), takes_out(other));
        let is_one_number = one.id == other.id && (is_named(&one.id) || days(one) == days(other));
        is_one_number || takes == Some(&other.id) || taken == Some(&one.id) || (takes.is_some() && takes == taken)
    };
    let mut found = BTreeSet::from([place]);
    loop {
        let more: Vec<usize> = (0..requests.len())
            .filter(|other| !found.contains(other) && ours(*other))
            .filter(|other| found.iter().any(|one| is_linked(&requests[*one], &requests[*other])))
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// What is known of earlier services, as plainly as it can be said: day, procedures, diagnoses, claim.
fn expected(requests: &[Request], place: usize) -> Vec<(DateSpan, usize, usize, String)> {
    let own = &requests[place];
    let is_claim = own.kind == Kind::Claim;
    let same = if is_claim { versions(requests, place) } else { BTreeSet::new() };
    let taken = |name: &str, but: usize| {
        requests.iter().enumerate().any(|(by, request)| {
            by != but && is_claim_of(request, own) && takes_out(request).is_some_and(|other| other == name)
        })
    };
    let stands = |at: usize| {
        let claim = &requests[at];
        let itself = takes_out(claim) == Some(&claim.id);
        !requests.iter().enumerate().any(|(by, request)| {
            by != at && is_claim_of(request, own) && takes_out(request) == Some(&claim.id) && (!itself || by > at)
        })
    };
    let mut known: Vec<(DateSpan, usize, usize, String)> = Vec::new();
    for encounter in &own.history {
        let name = encounter.claim_id.as_deref().unwrap();
        if !taken(name, if is_claim { place } else { usize::MAX }) || own.patient.member_id.is_none() {
            known.push((encounter.service_date, 1, 0, name.to_owned()));
        }
    }
    if own.patient.member_id.is_none() {
        return known;
    }
    let days: Vec<Option<DateSpan>> = own.lines.iter().map(|line| own.service_span(line).get().copied()).collect();
    for (at, claim) in requests.iter().enumerate() {
        let counts = is_claim_of(claim, own) && !same.contains(&at) && stands(at);
        if !counts || claim.frequency.value == Frequency::Void {
            continue;
        }
        let mut spans: Vec<DateSpan> = Vec::new();
        for span in claim.lines.iter().filter_map(|line| line.service_date.get()) {
            if !spans.contains(span) {
                spans.push(*span);
            }
        }
        for span in spans {
            let is_earlier = days.iter().any(|day| day.is_none_or(|day| span.first < day.last));
            if is_earlier {
                let procedures = claim.lines.iter().filter(|line| line.service_date.get() == Some(&span)).count();
                let diagnoses = claim.diagnoses.iter().filter(|diagnosis| {
                    let begun = diagnosis.onset.get().is_none_or(|onset| onset.first <= span.last);
                    begun && diagnosis.status == claimgate::request::Status::Active
                });
                known.push((span, procedures, diagnoses.count(), claim.id.clone()));
            }
        }
    }
    known
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
            later.id == one.id && takes_out(later) == takes_out(one) && services(later) == services(one)
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
