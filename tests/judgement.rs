//! Judging says what deciding says: verdicts, rules and reasons, of every worked case and of claims
//! of chance.

use std::{collections::BTreeMap, path::Path};

use claimgate::{
    case::Case,
    desk::Desk,
    pack::shelf,
    request::{Given, Request},
};

fn check(desk: &Desk, request: &Request) {
    let (decided, judged) = (desk.decide(request), desk.judge(request));
    assert_eq!(decided.verdict, judged.verdict);
    let told = decided.lines.iter().map(|line| {
        let findings =
            line.findings.iter().map(|one| (one.pack.clone(), one.rule.clone(), one.verdict, one.reason.clone()));
        (line.number, line.verdict, findings.collect::<Vec<_>>())
    });
    let said = judged.lines.iter().map(|line| {
        let findings = line.findings.iter();
        let findings = findings.map(|one| (one.pack.into(), one.rule.into(), one.verdict, one.reason.into()));
        (line.number, line.verdict, findings.collect::<Vec<_>>())
    });
    assert_eq!(told.collect::<Vec<_>>(), said.collect::<Vec<_>>(), "{}", request.id);
}

/// Requests of the worked cases, their lines and diagnoses mixed.
fn requests(desk: &Desk) -> Vec<Request> {
    let texts = desk.packs().iter().flat_map(|pack| &pack.cases);
    let requests: Vec<Request> = texts.filter_map(|text| Case::read(&text.text).ok()?.request().ok()).collect();
    assert!(requests.len() > 100, "{} cases", requests.len());
    let mut mixed = Vec::new();
    for (one, other) in requests.iter().zip(requests.iter().cycle().skip(7)) {
        let mut both = one.clone();
        both.lines.extend(other.lines.iter().cloned());
        mixed.push(both.clone());
        both.patient = other.patient.clone();
        both.history.extend(other.history.iter().cloned());
        mixed.push(both.clone());
        both.coverage = other.coverage.clone();
        both.onset = Given::Absent;
        both.lines.iter_mut().step_by(2).for_each(|line| line.service_date = Given::Absent);
        mixed.push(both);
    }
    requests.into_iter().chain(mixed).collect()
}

#[test]
fn judging_says_what_deciding_says() {
    let packs = || shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|error| error.to_string()).unwrap();
    let desk = Desk::new(packs());
    let requests = requests(&desk);
    requests.iter().for_each(|request| check(&desk, request));
    let two = Desk::new(packs().into_iter().chain(packs()).collect());
    requests.iter().for_each(|request| check(&two, request));
    let none = Desk::new(Vec::new());
    requests.iter().take(20).for_each(|request| check(&none, request));
}
