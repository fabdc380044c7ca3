//! A recorded claim as history of later ones: it is noted as the claim itself would be.

use claimgate::{
    history::Noted,
    ledger::entry::{Entry, Key, Least},
    pack::Pack,
    request::{Kind, Request},
    sample,
};

use crate::{Outcome, chance::Random, check, count, packs, randomly};

/// What an entry gives back of a request.
fn recorded(request: &Request, packs: &[&Pack]) -> Least {
    let (_, entry) = check::entry(packs, request);
    Entry::decode(&entry.encode()).unwrap().least
}

fn note(request: &Request) -> Option<Noted> {
    Noted::of_recorded(Some(1), request, 5)
}

/// No fact is drawn from modifiers of earlier procedures.
fn without_modifiers(mut request: Request) -> Request {
    request.lines.iter_mut().for_each(|line| line.modifiers.clear());
    request
}

/// Notes that are the claim's own, and those of entries that say that they lack something.
#[derive(Debug, Default)]
struct Tally {
    same: usize,
    lacking: usize,
    replacing: usize,
}

impl Tally {
    fn try_one(&mut self, request: &Request, packs: &[&Pack]) {
        let least = recorded(request, packs);
        let asks = |name: &str| packs.iter().any(|pack| pack.asked.iter().any(|kind| kind.name == name));
        if asks("line.diagnoses") && asks("line.months_since_onset") {
            assert!(!least.lacks_diagnoses(), "they asked for all of it: {request:#?}");
        }
        let is_same = match asks("line.modifiers") {
            true => note(&least.request) == note(request),
            false => note(&without_modifiers(least.request.clone())) == note(&without_modifiers(request.clone())),
        };
        assert!(is_same || least.lacks_diagnoses(), "{request:#?}\nleft of it: {:#?}", least.request);
        self.same += usize::from(is_same);
        self.lacking += usize::from(least.lacks_diagnoses());
        self.replacing += usize::from(request.replaces.is_some());
    }
}

pub fn of_recorded_claims() -> Outcome {
    let (spine, small, every) = (packs::spine(), packs::small(), packs::every_fact());
    let sets: [&[&Pack]; 5] = [&[&spine], &[&every], &[&small, &spine], &[&small], &[]];
    let mut random = Random::new(53);
    for packs in sets {
        let mut tally = Tally::default();
        for _ in 0..count("CLAIMGATE_ENTRY_REQUESTS", 1_500) / 5 {
            let mut request = randomly::request(&mut random, &spine, true);
            request.kind = Kind::Claim;
            tally.try_one(&request, packs);
        }
        sample::claims(3).take(600).for_each(|claim| tally.try_one(&claim.request, packs));
        println!("{} packs: {tally:?}", packs.len());
        assert!(tally.same > 0 && tally.replacing > 0, "{tally:?}");
        let asks_all = packs.iter().any(|pack| pack.asked.iter().any(|kind| kind.name == "line.months_since_onset"));
        assert_eq!(tally.lacking == 0, asks_all, "{tally:?}");
    }
    Ok(())
}

/// Number and birth date tell members apart, and no two pairs of them are one text.
pub fn members_hashes() -> Outcome {
    let key = Key::new(&[7; 32]);
    let of = |patient: &str| {
        let text = format!(r#"{{"id": "C-1", "kind": "claim", "patient": {patient}, "lines": [{{}}]}}"#);
        key.of_member(&claimgate::exchange::json::request(&text).unwrap().patient)
    };
    let mut all = vec![
        of(r#"{"member_id": "M1"}"#),
        of(r#"{"member_id": "M1", "birth_date": "1973-05-01"}"#),
        of(r#"{"member_id": "M1", "birth_date": "1973-05-02"}"#),
        of(r#"{"member_id": "M1", "birth_date": "1973-05"}"#),
        of(r#"{"member_id": "M1", "birth_date": "1973"}"#),
        of(r#"{"member_id": "M11973-05-01"}"#),
        of(r#"{"member_id": "M2", "birth_date": "1973-05-01"}"#),
    ];
    assert!(all.iter().all(Option::is_some));
    assert_eq!(of(r#"{"birth_date": "1973-05-01"}"#), None);
    assert_eq!(of(r#"{"member_id": " M1 ", "birth_date": "1973-05-01"}"#), all[1]);
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
    Ok(())
}
