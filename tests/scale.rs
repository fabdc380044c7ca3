//! Packs far larger than one that people have written: they load, decide and are compared, exactly.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/synthetic.rs"]
mod synthetic;

use std::collections::BTreeMap;

use claimgate::{
    case::Case,
    desk::Desk,
    fault::PackText,
    pack::{Pack, load},
};
use synthetic::{Synthetic, texts};

fn take(texts: Vec<PackText>) -> Pack {
    let told = |faults: Vec<claimgate::fault::PackFault>| {
        faults.iter().take(5).map(|fault| format!("{} {}", fault.code, fault.message)).collect::<Vec<_>>().join("\n")
    };
    load(texts, &BTreeMap::new()).map_err(told).expect("the pack loads")
}

#[test]
fn worked_cases_of_a_synthetic_pack_hold() {
    for rules in [10, 60] {
        for is_revised in [false, true] {
            let pack = take(texts(Synthetic { rules, seed: 1, is_revised }));
            assert_eq!(pack.rules().count(), rules);
            let cases: Vec<Case> = pack.cases.iter().map(|case| Case::read(&case.text).unwrap()).collect();
            assert_eq!(cases.len(), 5);
            let desk = Desk::new(vec![pack]);
            for case in cases {
                case.check(&desk).map_err(|differences| format!("{}: {differences}", case.says)).unwrap();
            }
        }
    }
}
