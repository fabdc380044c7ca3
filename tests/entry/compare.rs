//! An entry held against packs that ask what it does not hold.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
};

use claimgate::{
    desk::decide,
    fact::DICTIONARY,
    ledger::entry::{NOT_RECORDED, least},
    pack::{Pack, load},
    request::Request,
    verdict::Verdict,
};

use crate::{Outcome, chance::Random, count, packs, randomly};

/// Facts that cannot come out as unknown, however little is known.
const SILENT: [&str; 8] = [
    "history.diagnoses",
    "history.untabled_diagnoses",
    "history.months_diagnosed_twice",
    "history.months_since_procedure",
    "history.sessions",
    "line.narrative",
    "line.invalid_diagnosis",
    "line.place_of_service",
];

/// Where nothing is named, the other pack says of the entry what it says of the request. Where only
/// facts are named that can be unknown, it says that or holds the line for what is missing.
pub fn never_a_false_no() -> Outcome {
    let (spine, small, every) = (packs::spine(), packs::small(), packs::every_fact());
    let mut tally = Tally::default();
    let mut random = Random::new(37);
    for _ in 0..count("CLAIMGATE_ENTRY_REQUESTS", 1_500) / 3 {
        let request = randomly::request(&mut random, &spine, true);
        for (recorded, other) in [(&small, &spine), (&spine, &small), (&spine, &every), (&every, &spine)] {
            tally.compare(&request, &[recorded], other);
        }
    }
    for kind in DICTIONARY {
        let one = denying(kind.name)?;
        for _ in 0..count("CLAIMGATE_ENTRY_REQUESTS", 1_500) / 30 {
            let request = randomly::request(&mut random, &spine, true);
            tally.compare(&request, &[&small], &one);
            tally.compare::<&Pack>(&request, &[], &one);
        }
    }
    println!("{tally:?}");
    assert!(tally.same > 100 && tally.held > 100 && tally.silent > 100, "{tally:?}");
    Ok(())
}

/// What came of comparisons.
#[derive(Debug, Default)]
struct Tally {
    /// Decided alike.
    same: usize,
    /// Lines held for what is not recorded, which were not held.
    held: usize,
    /// Not to be told.
    silent: usize,
}

impl Tally {
    fn compare<P: Borrow<Pack>>(&mut self, request: &Request, recorded: &[P], other: &Pack) {
        let least = least(request, recorded);
        let unrecorded = least.unrecorded(other, recorded);
        let (was, is) = (decide(&[other], request), decide(&[other], &least.request));
        if unrecorded.is_empty() {
            assert_eq!(was, is, "{request:#?}");
            self.same += 1;
        } else if unrecorded.iter().any(|fact| SILENT.iter().any(|silent| fact.starts_with(silent))) {
            self.silent += 1;
        } else {
            for (was, is) in was.lines.iter().zip(&is.lines) {
                let is_held = is.verdict == Verdict::Flag && is.needs.iter().any(|need| need.source == NOT_RECORDED);
                let is_told = unrecorded.iter().any(|fact| is.needs.iter().any(|need| need.fact == *fact));
                let same = is.verdict == was.verdict;
                assert!(same || is_held || is_told, "{unrecorded:?}: {was:?} {is:?} {request:#?}");
                self.held += usize::from(!same);
            }
        }
    }
}

/// A pack that denies by one fact.
fn denying(kind: &str) -> Result<Pack, String> {
    let mut texts = packs::texts(|name| name == kind);
    for text in texts.iter_mut().filter(|text| text.path.ends_with(".rhai")) {
        text.text = text.text.replace("flag(", "deny(").into();
    }
    load(texts, &BTreeMap::new()).map_err(|faults| format!("{faults:?}"))
}

/// A pack of one fact loses nothing of that fact; all that was given for other facts is named.
pub fn named() -> Outcome {
    let spine = packs::spine();
    let every = packs::every_fact();
    for kind in DICTIONARY {
        let one =
            load(packs::texts(|name| name == kind.name), &BTreeMap::new()).map_err(|faults| format!("{faults:?}"))?;
        let mut random = Random::new(41);
        let mut named: BTreeSet<String> = BTreeSet::new();
        for _ in 0..60 {
            let request = randomly::request(&mut random, &spine, true);
            crate::check::check(&[&one], &request);
            let least = least(&request, &[&one]);
            assert!(least.unrecorded(&one, &[&one]).is_empty(), "{}: {:?}", kind.name, least.left_out);
            named.extend(least.unrecorded(&every, &[&one]));
        }
        assert!(named.contains("line.units_milli") != (kind.name == "line.units_milli"), "{named:?}");
    }
    Ok(())
}
