//! What an entry of the ledger holds: the same packs say of it what they said of the request, to the
//! byte; and nothing of the patient that they did not ask for is in it.
//!
//! `CLAIMGATE_ENTRY_REQUESTS` sets how many random requests are tried a set of packs. Without
//! `CLAIMGATE_CORPUS` the tests on foreign claims report themselves ignored.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "tests look around")]

mod archive;
#[path = "../oracle/chance.rs"]
mod chance;
mod check;
mod claims;
mod compare;
mod damage;
#[path = "../proof/model.rs"]
#[expect(dead_code, reason = "the oracles of the prover change their packs; here they are only asked")]
mod model;
mod notes;
mod packs;
#[path = "../oracle/random.rs"]
mod random;
mod randomly;
#[path = "../proof/scripts.rs"]
mod scripts;

use std::path::PathBuf;

use libtest_mimic::{Arguments, Failed, Trial};

/// What a test says of itself; a panic says the rest.
type Outcome = Result<(), Failed>;

fn count(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let trial = |name: &str, test: fn() -> Outcome| Trial::test(name, test);
    let mut trials = vec![
        trial("worked cases", claims::worked_cases),
        trial("examples", claims::examples),
        trial("random requests, the spine pack", randomly::spine),
        trial("random requests, packs that ask every fact, a few, and none", randomly::others),
        trial("random requests, random small packs", randomly::small_packs),
        trial("a replaced claim is no earlier service", randomly::replaced),
        trial("packs are read from their archives", archive::packs_come_back),
        trial("archives that are none", archive::damaged),
        trial("an entry decided again under other packs differs", archive::other_packs),
        trial("damaged bytes are no entry", damage::flipped_and_cut),
        trial("bytes that are no entry say why", damage::said),
        trial("every choice and every source is written and read", damage::every_choice),
        trial("what another pack asks and the entry does not hold", compare::never_a_false_no),
        trial("what is left out is named", compare::named),
        trial("a recorded claim is noted as the claim itself", notes::of_recorded_claims),
        trial("members are told apart by number and birth date", notes::members_hashes),
    ];
    let corpus = std::env::var("CLAIMGATE_CORPUS").ok().map(PathBuf::from).filter(|corpus| corpus.is_dir());
    for file in ["claims.837p.x12", "claims.csv"] {
        let path = corpus.as_ref().map(|corpus| corpus.join("spine-claims").join(file));
        let is_missing = path.is_none();
        let test = move || path.as_deref().map_or(Ok(()), claims::spine_claims);
        trials.push(Trial::test(format!("spine-claims/{file}"), test).with_ignored_flag(is_missing));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
