//! The slow and obvious way: every completion of a line's unknown facts, each judged by itself.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::{
    code::ClassId,
    desk::LineFacts,
    fact::{Answer, Drawn, FactId, QuestionId, Shape, Shown, Test, Value},
    pack::{Pack, Rule},
    request::Source,
    tree::Trail,
    verdict::{Outcome, Verdict},
};

/// What a judge makes of the answers to every question.
pub type Judge = fn(&Pack, Vec<Answer>) -> Verdict;

/// What the scripts of a pack say.
pub fn interpret(pack: &Pack, answers: Vec<Answer>) -> Verdict {
    stage_by_stage(pack, |rule| {
        let answers = answers.clone();
        let asked = move |question: QuestionId| Some(answers[usize::from(question.0)] == Answer::Yes);
        pack.scripts.run(rule.script, asked).map_err(|fault| fault.message).expect("no rule fails at run time")
    })
}

/// What the trees of a pack say; `a_tree_says_what_its_script_says` holds them against the scripts.
pub fn by_trees(pack: &Pack, answers: Vec<Answer>) -> Verdict {
    stage_by_stage(pack, |rule| match pack.forest.follow(rule.root, |question| answers[usize::from(question.0)]) {
        Trail::Ends(leaf) => pack.forest.outcome(leaf).clone(),
        Trail::Stops(_) => panic!("a completion leaves nothing unknown"),
    })
}

fn stage_by_stage(pack: &Pack, say: impl Fn(&Rule) -> Outcome) -> Verdict {
    let mut verdict = None;
    for stage in pack.stages.iter().filter(|stage| !stage.is_limit) {
        let found = stage.rules.iter().filter_map(|rule| match say(rule) {
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
        if let Outcome::AtMost(cap, _) = say(rule) {
            verdict = verdict.min(cap);
        }
    }
    verdict
}

/// Every fact of a line, as drawn.
pub fn drawn<'a>(pack: &Pack, facts: &mut LineFacts<'a>) -> Vec<Drawn<'a>> {
    (0u16..).zip(pack.book.facts()).map(|(id, _)| facts.get(FactId(id)).unwrap().clone()).collect()
}

/// The answers to every question where each fact is drawn so.
pub fn answers(pack: &Pack, drawn: &[Drawn<'_>]) -> Vec<Answer> {
    pack.book.questions().iter().map(|question| drawn[usize::from(question.fact.0)].answer(&question.test)).collect()
}

pub struct Brute {
    pub unknown: Vec<FactId>,
    pub verdicts: BTreeSet<Verdict>,
    pub hangs_on: BTreeSet<FactId>,
}

/// How many completions are enumerated at most, of how many facts.
const COMPLETIONS_MAX: usize = 400;
const UNKNOWN_MAX: usize = 4;

/// Every completion of a line's unknown facts, each judged; `None` where there are none, more
/// than four, or too many completions to enumerate.
pub fn enumerate(pack: &Pack, facts: &mut LineFacts<'_>, judge: Judge) -> Option<Brute> {
    enumerate_drawn(pack, &drawn(pack, facts), judge).filter(|brute| !brute.unknown.is_empty())
}

/// The same of facts drawn so; where all are known there is one completion.
pub fn enumerate_drawn(pack: &Pack, drawn: &[Drawn<'_>], judge: Judge) -> Option<Brute> {
    let completions: Vec<(FactId, Vec<Drawn<'_>>)> = (0u16..)
        .zip(drawn)
        .map(|(id, drawn)| (FactId(id), completions_of(pack, FactId(id), drawn)))
        .filter(|(_, all)| all.len() != 1)
        .collect();
    let total: usize = completions.iter().map(|(_, all)| all.len()).product();
    if completions.len() > UNKNOWN_MAX || total == 0 || total > COMPLETIONS_MAX {
        return None;
    }
    let mut table: BTreeMap<Vec<usize>, Verdict> = BTreeMap::new();
    for number in 0..total {
        let (mut rest, mut choice, mut full) = (number, Vec::new(), drawn.to_vec());
        for (fact, all) in &completions {
            choice.push(rest % all.len());
            full[usize::from(fact.0)] = all[rest % all.len()].clone();
            rest /= all.len();
        }
        let answers = answers(pack, &full);
        assert!(!answers.contains(&Answer::Unknown), "a completion leaves nothing unknown");
        table.insert(choice, judge(pack, answers));
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
