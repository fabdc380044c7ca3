//! The plainest way to say what a member's history is: every claim against every other.

use std::collections::BTreeSet;

use claimgate::{
    code::Code,
    date::DateSpan,
    request::{Diagnosis, Frequency, Kind, Request, Status},
};

pub fn is_claim_of(one: &Request, other: &Request) -> bool {
    one.kind == Kind::Claim
        && other.patient.member_id.is_some()
        && one.patient.member_id == other.patient.member_id
        && one.patient.birth_date.get() == other.patient.birth_date.get()
}

pub fn takes_out(request: &Request) -> Option<&String> {
    request.replaces.as_ref().filter(|_| request.frequency.value != Frequency::Original)
}

/// The services of a claim: each span of days once, with what was done.
pub fn services(claim: &Request) -> Vec<(DateSpan, Vec<String>)> {
    let mut services: Vec<(DateSpan, Vec<String>)> = Vec::new();
    for line in claim.lines.iter().filter(|_| claim.frequency.value != Frequency::Void) {
        let span = &line.service_date.get().copied().unwrap_or(DateSpan::UNKNOWN);
        let done = line.procedure.get().map(|code| format!("{code}{:?}", line.modifiers));
        match services.iter_mut().find(|(other, _)| other == span) {
            Some((_, all)) => all.extend(done),
            None => services.push((*span, done.into_iter().collect())),
        }
    }
    services
}

/// What a claim with services says that the member has, and since when.
fn diagnoses(claim: &Request) -> Vec<(Code, Option<DateSpan>)> {
    let has = |one: &&Diagnosis| one.status == Status::Active && claim.frequency.value != Frequency::Void;
    let told = |one: &Diagnosis| (*one.code.get().unwrap(), one.onset.get().copied());
    claim.diagnoses.iter().filter(has).map(told).collect()
}

/// Where no day of a claim is known, another is the same only if all of it is.
pub fn is_same_undated(one: &Request, other: &Request) -> bool {
    let is_dated = services(one).iter().any(|(span, _)| *span != DateSpan::UNKNOWN);
    is_dated || (services(one) == services(other) && diagnoses(one) == diagnoses(other))
}

/// The claims that are versions of the one at `place`, by names that lead from one to the next. A
/// number alone leads on only where the days are the same.
fn versions(requests: &[Request], place: usize) -> BTreeSet<usize> {
    let ours = |at: usize| is_claim_of(&requests[at], &requests[place]);
    let is_named = |name: &String| (0..requests.len()).any(|at| ours(at) && takes_out(&requests[at]) == Some(name));
    let days = |claim: &Request| {
        let all = services(claim).into_iter().map(|(span, _)| span);
        all.filter(|span| *span != DateSpan::UNKNOWN).collect::<Vec<_>>()
    };
    let has_days_of = |one: &Request, other: &Request| days(one) == days(other) && is_same_undated(one, other);
    let is_linked = |one: &Request, other: &Request| {
        let (takes, taken) = (takes_out(one), takes_out(other));
        let is_one_number = one.id == other.id && (is_named(&one.id) || has_days_of(one, other));
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
pub fn expected(requests: &[Request], place: usize) -> Vec<(DateSpan, usize, usize, String)> {
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
        let dated = services(claim).iter().any(|(span, _)| *span != DateSpan::UNKNOWN);
        for (span, done) in services(claim) {
            let is_earlier = days.iter().any(|day| day.is_none_or(|day| span.first < day.last));
            if is_earlier {
                let begun = |onset: &Option<DateSpan>| onset.is_none_or(|onset| onset.first <= span.last);
                let had = diagnoses(claim).iter().filter(|(_, onset)| begun(onset)).count();
                let had = if dated && span == DateSpan::UNKNOWN { 0 } else { had };
                known.push((span, done.len(), had, claim.id.clone()));
            }
        }
    }
    known
}
