//! The oracles of the prover: small random packs, and what enumerating real requests says of them.
//!
//! `CLAIMGATE_PROOF_PACKS` and `CLAIMGATE_PROOF_REQUESTS` set how many (defaults below).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "the number of trials comes from the environment")]

#[path = "../oracle/chance.rs"]
mod chance;
mod change;
mod conclusions;
mod differences;
mod grid;
mod model;
mod scripts;

use std::collections::BTreeMap;

use claimgate::{case, desk, pack::Pack, proof::Conclusion, request::Request};

fn count(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Requests of a grid that are looked at; where the grid is larger, so many of it.
fn requests_max() -> usize {
    count("CLAIMGATE_PROOF_REQUESTS", 600)
}

/// What the desk says of the first line, as proofs say it: a companion follows.
fn decided(pack: &Pack, request: &Request) -> Conclusion {
    let line = desk::decide_with(pack, request).into_iter().next().unwrap();
    let reason = line.findings.first().unwrap().reason.clone();
    let reason = if reason == "no-parent" { "follows-parent".to_owned() } else { reason };
    Conclusion { verdict: line.verdict, reason }
}

/// A request in a few lines.
fn short(request: &Request) -> String {
    let draft = case::Draft { says: "", parameters: &BTreeMap::new(), request, remarks: &[] };
    case::draft(&draft)
}
