//! Mutants of the first pack: small faults an analyst could make. Each must be found by the
//! difference of two packs unless nothing changes by it, and killed by the worked cases.
//!
//! By default a sample of them, evenly spread; `CLAIMGATE_MUTANTS=all` takes every one and prints
//! the rates, `rules` those of rules and stages alone. Of value sets survivors are counted and told:
//! not every row has a case.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod breed;
mod trial;

use std::{
    collections::BTreeSet,
    env,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use breed::{Mutant, breed, texts_of};
use claimgate::fault::PackText;
use trial::{Fate, Ground};

const PACK: &str = "rules/bmj-2025-chronic-spine-pain";

/// How many mutants are tried where not all are asked for.
const SAMPLE: usize = 32;

/// Mutants of rules and stages that no case kills yet, a line each: file and what was done, without
/// the place in the file.
const SURVIVORS: &str = include_str!("survivors.txt");

#[test]
fn every_mutant_is_found_and_those_of_rules_are_killed() {
    let (cases, rules): (Vec<PackText>, Vec<PackText>) =
        texts_of(Path::new(PACK)).into_iter().partition(|text| text.path.starts_with("cases/"));
    let all = breed(&rules);
    let asked = env::var("CLAIMGATE_MUTANTS").unwrap_or_default();
    let step = if asked.is_empty() { all.len().div_ceil(SAMPLE) } else { 1 };
    let wanted = |mutant: &&Mutant| asked != "rules" || !mutant.is_of_values();
    let tried: Vec<&Mutant> = all.iter().filter(wanted).step_by(step).collect();
    let ground = Ground::new(rules, &cases);
    let fates = on_all_cores(&tried, |mutant| ground.try_mutant(mutant));

    // Of rules and stages, and of value sets: refused, equivalent, killed, survived.
    let mut counts = [[0_usize; 4]; 2];
    let mut survivors = BTreeSet::new();
    for (mutant, fate) in tried.iter().zip(&fates) {
        counts[usize::from(mutant.is_of_values())][fate.place()] += 1;
        match fate {
            Fate::Survived(settings) => {
                println!("survived: {}  under {settings:?}", mutant.name);
                if !mutant.is_of_values() {
                    survivors.insert(mutant.key());
                }
            }
            Fate::Missed(case) => panic!("{}: case {case} fails, and the difference says nothing changes", mutant.name),
            Fate::Refused | Fate::Equivalent | Fate::Killed => {}
        }
    }
    println!("{} of {} mutants tried", tried.len(), all.len());
    for (of, [refused, equivalent, killed, survived]) in ["rules and stages", "value sets"].iter().zip(counts) {
        println!("{of}: {refused} refused at load, {equivalent} change nothing, {killed} killed, {survived} survive");
    }
    let known: BTreeSet<String> = SURVIVORS.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let new: Vec<&String> = survivors.difference(&known).collect();
    assert!(new.is_empty(), "no worked case kills these: {new:#?}");
    let gone: Vec<&String> = known.difference(&survivors).collect();
    assert!(asked.is_empty() || gone.is_empty(), "listed as surviving, and killed or gone: {gone:#?}");
}

fn on_all_cores<T: Send + Default>(mutants: &[&Mutant], run: impl Fn(&Mutant) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<(usize, T)> = thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(mutant) = mutants.get(place) else { return done };
                if place > 0 && place.is_multiple_of(100) {
                    eprintln!("{place} of {} mutants", mutants.len());
                }
                done.push((place, run(mutant)));
            }
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, fate)| fate).collect()
}
