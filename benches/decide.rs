//! One line through the trees, the same line through the scripts, and loading the pack.
//!
//! `cargo bench --bench decide`: compare the medians of one run with one another; the machine's
//! speed drifts, ratios do not.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "benches")]

use std::{collections::BTreeMap, path::Path, sync::LazyLock};

use claimgate::{
    desk::{Desk, LineFacts, judge},
    exchange::json,
    fact::{Answer, QuestionId},
    pack::{Pack, shelf},
    request::Request,
    tree::{Answers, Trail},
    verdict::{Outcome, Verdict},
};
use divan::Bencher;

static PACK: LazyLock<Pack> = LazyLock::new(|| load().pop().expect("a pack"));

fn load() -> Vec<Pack> {
    shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|error| error.to_string()).expect("the packs load")
}

/// A line that goes through every stage to a denial: the longest way there is.
fn denied() -> Request {
    json::request(
        r#"{"id": "C-1", "kind": "claim", "patient": {"birth_date": "1973-05-01"},
            "coverage": {"line_of_business": "commercial"}, "onset_date": "2025-09-01",
            "diagnoses": [{"code": "M54.16"}, {"code": "G89.29"}],
            "lines": [{"number": 1, "procedure": "62323", "diagnosis_pointers": [1, 2], "service_date": "2026-03-10"}]}"#,
    )
    .unwrap()
}

fn answers(request: &Request) -> Answers {
    LineFacts::new(&PACK, request, request.lines.first().unwrap()).answers()
}

fn main() {
    divan::main();
}

/// Stage by stage over the trees, facts ready: verdict and findings.
fn by_trees(pack: &Pack, answers: &Answers) -> (Verdict, usize) {
    let (mut verdict, mut findings) = (Verdict::Allow, 0);
    for stage in pack.stages.iter().filter(|stage| !stage.is_limit) {
        for rule in &stage.rules {
            if let Trail::Ends(leaf) = pack.forest.walk(rule.root, answers)
                && let Outcome::Find(found, _) = pack.forest.outcome(leaf)
            {
                verdict = verdict.max(*found);
                findings += 1;
            }
        }
        if findings > 0 {
            break;
        }
    }
    for rule in pack.stages.iter().filter(|stage| stage.is_limit).flat_map(|stage| &stage.rules) {
        if let Trail::Ends(leaf) = pack.forest.walk(rule.root, answers)
            && let Outcome::AtMost(cap, _) = pack.forest.outcome(leaf)
        {
            verdict = verdict.min(*cap);
        }
    }
    (verdict, findings)
}

/// The same, the scripts interpreted by Rhai.
fn by_scripts(pack: &Pack, answers: &Answers) -> (Verdict, usize) {
    let run = |script: usize| {
        let answers = answers.clone();
        let asked = move |question: QuestionId| Some(answers.get(question) == Answer::Yes);
        pack.scripts.run(script, asked).map_err(|fault| fault.message).expect("no rule fails")
    };
    let (mut verdict, mut findings) = (Verdict::Allow, 0);
    for stage in pack.stages.iter().filter(|stage| !stage.is_limit) {
        for rule in &stage.rules {
            if let Outcome::Find(found, _) = run(rule.script) {
                verdict = verdict.max(found);
                findings += 1;
            }
        }
        if findings > 0 {
            break;
        }
    }
    for rule in pack.stages.iter().filter(|stage| stage.is_limit).flat_map(|stage| &stage.rules) {
        if let Outcome::AtMost(cap, _) = run(rule.script) {
            verdict = verdict.min(cap);
        }
    }
    (verdict, findings)
}

#[divan::bench]
fn line_by_trees(bencher: Bencher<'_, '_>) {
    let answers = answers(&denied());
    assert_eq!(by_trees(&PACK, &answers), (Verdict::Deny, 1));
    bencher.bench(|| by_trees(&PACK, divan::black_box(&answers)));
}

#[divan::bench]
fn line_by_scripts(bencher: Bencher<'_, '_>) {
    let answers = answers(&denied());
    assert_eq!(by_scripts(&PACK, &answers), (Verdict::Deny, 1));
    bencher.bench(|| by_scripts(&PACK, divan::black_box(&answers)));
}

/// Facts drawn from the request, then judged: no rationale.
#[divan::bench]
fn line_with_its_facts(bencher: Bencher<'_, '_>) {
    let request = denied();
    let line = request.lines.first().unwrap();
    bencher.bench(|| judge(&PACK, &mut LineFacts::new(&PACK, divan::black_box(&request), line)).verdict);
}

/// Everything: facts, verdict, sentences, evidence, what would change it.
#[divan::bench]
fn request_with_its_rationale(bencher: Bencher<'_, '_>) {
    let (desk, request) = (Desk::new(load()), denied());
    bencher.bench(|| desk.decide(divan::black_box(&request)));
}

/// Reading the pack from disk and exploring every rule.
#[divan::bench(sample_count = 10)]
fn load_the_pack() -> usize {
    load().len()
}
