//! The oracles of the core: on random requests a tree says what its script says, and a verdict
//! under unknown facts is what enumerating every completion gives.
//!
//! `CLAIMGATE_ORACLE_REQUESTS` and `CLAIMGATE_ORACLE_COMPLETIONS` set how many (defaults below).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "the number of trials comes from the environment")]

mod ask;
mod brute;
mod chance;
mod change;
mod forms;
mod period;
mod random;
mod small;
mod together;
mod turns;
mod witness;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use brute::{enumerate, interpret};
use claimgate::{
    desk::{LineFacts, judge},
    fact::{Answer, FactId, QuestionId},
    pack::{Pack, shelf},
    tree::Trail,
    verdict::Verdict,
};
use random::{Random, request};

fn pack() -> Pack {
    let opened = shelf::open(std::path::Path::new("rules/bmj-2025-chronic-spine-pain"), &BTreeMap::new());
    opened.map_err(|error| error.to_string()).expect("the pack loads").pop().unwrap()
}

fn count(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn a_tree_says_what_its_script_says() {
    let pack = pack();
    let mut random = Random::new(7);
    let (mut compared, mut verdicts) = (0usize, BTreeMap::new());
    for trial in 0..count("CLAIMGATE_ORACLE_REQUESTS", 2_000) {
        let request = request(&mut random, &pack, false);
        for line in &request.lines {
            let mut facts = LineFacts::new(&pack, &request, line);
            let answers = facts.answers();
            // Rules may ask what is unknown; then the tree stops, and there is nothing to compare.
            for (_, rule) in pack.rules() {
                let Trail::Ends(leaf) = pack.forest.walk(rule.root, &answers) else { continue };
                let known = answers.clone();
                // A question on which the outcome does not hang may be unknown.
                let asked = move |question: QuestionId| Some(known.get(question) == Answer::Yes);
                let said = pack.scripts.run(rule.script, asked).map_err(|fault| fault.message).unwrap();
                assert_eq!(said, *pack.forest.outcome(leaf), "rule {} in trial {trial}: {request:#?}", rule.name);
                compared += 1;
            }
            *verdicts.entry(judge(&pack, &mut facts).verdict).or_insert(0usize) += 1;
        }
    }
    println!("{compared} rule outcomes compared; verdicts {verdicts:?}");
    assert_eq!(verdicts.len(), 3, "the random requests reach every verdict");
}

/// Lines of one request share what hangs on request and day alone, and rules are walked from where
/// the procedure's class leads: both say what each line by itself and the whole tree say.
#[test]
fn lines_that_follow_one_another_are_judged_as_each_alone() {
    let pack = pack();
    let mut random = Random::new(29);
    let mut shared = 0;
    for trial in 0..count("CLAIMGATE_ORACLE_REQUESTS", 2_000) {
        let request = request(&mut random, &pack, trial % 2 == 0);
        let mut turned = LineFacts::new(&pack, &request, &request.lines[0]);
        for (place, line) in request.lines.iter().enumerate() {
            if place > 0 {
                turned.turn_to(line);
                shared += usize::from(request.service_span(line) == request.service_span(&request.lines[0]));
            }
            let mut alone = LineFacts::new(&pack, &request, line);
            for fact in (0u16..).map(FactId).take(pack.book.facts().len()) {
                assert_eq!(turned.get(fact), alone.get(fact), "line {place} of trial {trial}: {request:#?}");
            }
            assert_eq!(turned.allowed(), alone.allowed());
            let class = line.procedure.get().map(|code| alone.view().class_of(code));
            for (_, rule) in pack.rules() {
                let [beyond, whole] = [rule.from(class), rule.root]
                    .map(|root| pack.forest.follow(root, |question| alone.answer(question)));
                // What stops at an unknown answer stops at the same question.
                assert_eq!(beyond, whole, "rule {} of trial {trial}: {request:#?}", rule.name);
            }
        }
    }
    assert!(shared > 0);
}

#[test]
fn unknown_facts_are_completed_exactly() {
    let pack = pack();
    let mut random = Random::new(11);
    let (mut compared, mut open) = (0usize, 0usize);
    let wanted = count("CLAIMGATE_ORACLE_COMPLETIONS", 300);
    while compared < wanted {
        let request = request(&mut random, &pack, true);
        let line = &request.lines[0];
        let mut facts = LineFacts::new(&pack, &request, line);
        let Some(brute) = enumerate(&pack, &mut facts, interpret) else { continue };
        let judged = judge(&pack, &mut facts);
        let expected = if brute.verdicts.len() == 1 { *brute.verdicts.first().unwrap() } else { Verdict::Flag };
        assert_eq!(judged.verdict, expected, "{:?} of {:?}: {request:#?}", brute.verdicts, brute.unknown);
        assert_eq!(judged.is_open, brute.verdicts.len() > 1);
        if judged.is_open {
            let hangs_on: BTreeSet<FactId> = pack
                .diagram
                .open(&facts.allowed())
                .variables()
                .into_iter()
                .filter_map(|place| pack.variables.get(place).map(|variable| variable.fact))
                .collect();
            assert_eq!(hangs_on, brute.hangs_on, "of {:?}: {request:#?}", brute.unknown);
            open += 1;
        }
        compared += 1;
    }
    println!("{compared} requests compared, {open} of them open");
    assert!(open > wanted / 20, "enough requests hang on what is unknown");
}
