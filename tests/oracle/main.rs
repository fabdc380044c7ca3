//! The oracles of the core: on random requests a tree says what its script says, and a verdict
//! under unknown facts is what enumerating every completion gives.
//!
//! `CLAIMGATE_ORACLE_REQUESTS` and `CLAIMGATE_ORACLE_COMPLETIONS` set how many (defaults below).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "the number of trials comes from the environment")]

mod chance;
mod random;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use claimgate::{
    code::ClassId,
    desk::{LineFacts, judge},
    fact::{Answer, Drawn, FactId, QuestionId, Shape, Shown, Test, Value},
    pack::{Pack, shelf},
    request::Source,
    tree::Trail,
    verdict::{Outcome, Verdict},
};
use chance::Random;
use random::request;

fn pack() -> Pack {
    let opened = shelf::open(std::path::Path::new("rules/bmj-2025-chronic-spine-pain"), &BTreeMap::new());
    opened.map_err(|error| error.to_string()).expect("the pack loads").pop().unwrap()
}

fn count(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What the scripts of a pack say under given answers, stage by stage: the slow and obvious way.
fn interpret(pack: &Pack, answer: impl Fn(QuestionId) -> Answer + Send + Clone + 'static) -> Verdict {
    let run = |script: usize| {
        let answer = answer.clone();
        let asked = move |question: QuestionId| Some(answer(question) == Answer::Yes);
        pack.scripts.run(script, asked).map_err(|fault| fault.message).expect("no rule fails at run time")
    };
    let mut verdict = None;
    for stage in pack.stages.iter().filter(|stage| !stage.is_limit) {
        let found = stage.rules.iter().filter_map(|rule| match run(rule.script) {
            Outcome::Find(verdict, _) => Some(verdict),
            Outcome::Pass | Outcome::Note(_) | Outcome::AtMost(..) => None,
        });
        verdict = found.max();
        if verdict.is_some() {
            break;
        }
    }
    let mut verdict = verdict.unwrap_or(Verdict::Allow);
    for rule in pack.stages.iter().filter(|stage| stage.is_limit).flat_map(|stage| &stage.rules) {
        if let Outcome::AtMost(cap, _) = run(rule.script) {
            verdict = verdict.min(cap);
        }
    }
    verdict
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
        let Some(brute) = enumerate(&pack, &mut facts) else { continue };
        let judged = judge(&pack, &mut facts);
        let expected = if brute.verdicts.len() == 1 { *brute.verdicts.first().unwrap() } else { Verdict::Flag };
        assert_eq!(judged.verdict, expected, "{:?} of {:?}: {request:#?}", brute.verdicts, brute.unknown);
        assert_eq!(judged.open.is_some(), brute.verdicts.len() > 1);
        if let Some(allowed) = &judged.open {
            let hangs_on: BTreeSet<FactId> = pack
                .diagram
                .open(allowed)
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

struct Brute {
    unknown: Vec<FactId>,
    verdicts: BTreeSet<Verdict>,
    hangs_on: BTreeSet<FactId>,
}

/// Every completion of a line's unknown facts, each interpreted; `None` where there are none, more
/// than four, or too many completions to enumerate.
fn enumerate(pack: &Pack, facts: &mut LineFacts<'_>) -> Option<Brute> {
    let drawn: Vec<Drawn<'_>> =
        (0u16..).zip(pack.book.facts()).map(|(id, _)| facts.get(FactId(id)).unwrap().clone()).collect();
    let completions: Vec<(FactId, Vec<Drawn<'_>>)> = (0u16..)
        .zip(&drawn)
        .map(|(id, drawn)| (FactId(id), completions_of(pack, FactId(id), drawn)))
        .filter(|(_, all)| all.len() != 1)
        .collect();
    let total: usize = completions.iter().map(|(_, all)| all.len()).product();
    if completions.is_empty() || completions.len() > 4 || total == 0 || total > 400 {
        return None;
    }
    let mut table: BTreeMap<Vec<usize>, Verdict> = BTreeMap::new();
    for number in 0..total {
        let (mut rest, mut choice, mut full) = (number, Vec::new(), drawn.clone());
        for (fact, all) in &completions {
            choice.push(rest % all.len());
            full[usize::from(fact.0)] = all[rest % all.len()].clone();
            rest /= all.len();
        }
        let answers: Vec<Answer> =
            pack.book.questions().iter().map(|q| full[usize::from(q.fact.0)].answer(&q.test)).collect();
        assert!(!answers.contains(&Answer::Unknown), "a completion leaves nothing unknown");
        table.insert(choice, interpret(pack, move |question: QuestionId| answers[usize::from(question.0)]));
    }
    let mut hangs_on = BTreeSet::new();
    for (place, (fact, all)) in completions.iter().enumerate() {
        let differs = table.iter().any(|(choice, verdict)| {
            (0..all.len()).any(|other| {
                let mut neighbour = choice.clone();
                neighbour[place] = other;
                table[&neighbour] != *verdict
            })
        });
        if differs {
            hangs_on.insert(*fact);
        }
    }
    let unknown = completions.iter().map(|(fact, _)| *fact).collect();
    Some(Brute { unknown, verdicts: table.into_values().collect(), hangs_on })
}

/// Every way a fact may turn out, as far as any question of the pack can tell; one where it is
/// known, none where there are too many to enumerate.
fn completions_of<'a>(pack: &Pack, id: FactId, drawn: &Drawn<'a>) -> Vec<Drawn<'a>> {
    let questions = || pack.book.questions().iter().filter(move |question| question.fact == id);
    let settled = questions().all(|question| drawn.answer(&question.test) != Answer::Unknown);
    if settled {
        return vec![drawn.clone()];
    }
    let known: Vec<Answer> = match drawn.known {
        Answer::Unknown => vec![Answer::Yes, Answer::No],
        known => vec![known],
    };
    let values = values_of(pack, id, &drawn.value);
    let each = |value: Value<'a>| known.iter().map(move |known| (value.clone(), *known)).collect::<Vec<_>>();
    values.into_iter().flat_map(each).map(|(value, known)| Drawn { value, known, ..drawn.clone() }).collect()
}

fn values_of<'a>(pack: &Pack, id: FactId, value: &Value<'a>) -> Vec<Value<'a>> {
    static HERE: Source = Source::Absent;
    let shape = pack.book.get_fact(id).unwrap().kind.shape;
    match value {
        Value::Code(_) => (0..pack.sets.class_count())
            .map(|class| Value::Code(Some(Shown { class: ClassId(class), code: None, source: &HERE })))
            .collect(),
        Value::Codes { open: true, .. } => Vec::new(),
        Value::Codes { shown, maybe, .. } => (0..1usize << maybe.len().min(5))
            .map(|bits| {
                let chosen = maybe.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, s)| *s);
                Value::Codes { shown: shown.iter().copied().chain(chosen).collect(), maybe: Vec::new(), open: false }
            })
            .collect(),
        Value::Span(low, high) => {
            let thresholds = pack.book.questions().iter().filter(|question| question.fact == id);
            let mut points: BTreeSet<i64> = [*low, *high].into_iter().collect();
            for question in thresholds {
                if let Test::AtLeast(least) = question.test {
                    points.extend([least - 1, least].into_iter().filter(|point| low <= point && point <= high));
                }
            }
            points.into_iter().map(|point| Value::Span(point, point)).collect()
        }
        Value::Choice(possible) => {
            let count = if let Shape::Choice(all) = shape { all.len() } else { 2 };
            (0..count).filter(|place| possible >> place & 1 == 1).map(|place| Value::Choice(1 << place)).collect()
        }
    }
}
