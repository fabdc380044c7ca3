//! A line's verdict under one pack, stage by stage.

use super::LineFacts;
use crate::{
    code::ClassId,
    fact::{Answer, QuestionId},
    pack::{Pack, Rule, Stage},
    tree::{Allowed, Root, Trail, ValueMask},
    verdict::{Outcome, Verdict},
};

/// What the pack says of a line.
pub struct Judged<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// The rules that settled it, main one first.
    pub findings: Vec<(&'a Stage, &'a Rule, &'a Outcome)>,
    /// Rules that only remark.
    pub notes: Vec<(&'a Stage, &'a Rule, &'a Outcome)>,
    /// Rules of earlier stages that passed: what they asked belongs to the rationale.
    pub passed: Vec<&'a Rule>,
    /// Whether the verdict hangs on unknown facts.
    pub is_open: bool,
    /// One completion of the unknown facts, where there are any: the findings are read on it.
    pub completion: Option<Allowed>,
}

/// Judges a line.
pub fn judge<'a>(pack: &'a Pack, facts: &mut LineFacts<'_>) -> Judged<'a> {
    if let Some(judged) = walk(pack, &pack.stages, Unknown::Stops, facts) {
        return judged;
    }
    // Some fact on the way is unknown: every completion counts.
    let Some(verdict) = pack.diagram.shared(&mut |variable| facts.mask(variable)) else {
        return Judged { verdict: Verdict::Flag, is_open: true, ..Judged::nothing() };
    };
    // All completions agree. The reason is the one that the known facts show, where they do.
    let shown = walk(pack, &pack.stages, Unknown::Passes, facts);
    if let Some(judged) = shown.filter(|judged| judged.verdict == verdict && !judged.findings.is_empty()) {
        return judged;
    }
    let completion = one_of(&facts.allowed(), pack.variables.len());
    Judged { verdict, ..judge_on(pack, completion) }
}

/// Judges a line on one completion of its unknown facts.
pub(super) fn judge_on(pack: &Pack, completion: Allowed) -> Judged<'_> {
    match walk(pack, &pack.stages, Unknown::Stops, &mut Completed { pack, completion: &completion }) {
        Some(judged) => Judged { completion: Some(completion), ..judged },
        None => Judged::nothing(),
    }
}

/// Judges a line by the stages up to and including `last` alone; `None` where they find nothing.
pub fn judge_until<'a>(pack: &'a Pack, facts: &mut LineFacts<'_>, last: &str) -> Option<Judged<'a>> {
    let place = pack.stages.iter().position(|stage| stage.name == last)?;
    let stages = pack.stages.get(..=place)?;
    walk(pack, stages, Unknown::Stops, facts).filter(|judged| !judged.findings.is_empty())
}

/// Who answers a walk.
trait Answers {
    fn answer(&mut self, question: QuestionId) -> Answer;

    /// The class of the line's procedure, where it is known.
    fn procedure(&self) -> Option<ClassId>;
}

impl Answers for LineFacts<'_> {
    fn answer(&mut self, question: QuestionId) -> Answer {
        LineFacts::answer(self, question)
    }

    fn procedure(&self) -> Option<ClassId> {
        let view = self.view();
        view.line.procedure.get().map(|code| view.class_of(code))
    }
}

/// One completion of a line's unknown facts.
struct Completed<'c> {
    pack: &'c Pack,
    completion: &'c Allowed,
}

impl Answers for Completed<'_> {
    fn answer(&mut self, question: QuestionId) -> Answer {
        answer_on(self.pack, self.completion, question)
    }

    fn procedure(&self) -> Option<ClassId> {
        None
    }
}

/// What a rule does that stops at an unknown answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// It ends the walk.
    Stops,
    /// It counts as saying nothing.
    Passes,
}

/// The answer to a question where every variable has one value.
pub(super) fn answer_on(pack: &Pack, settled: &Allowed, question: QuestionId) -> Answer {
    let Some(question) = pack.book.get(question) else { return Answer::Unknown };
    Answer::of(pack.variables.of_question(question).iter().any(|(variable, truth)| settled.get(*variable).meets(truth)))
}

/// The completion in which every open variable has its lowest value: no code, no mark.
pub(super) fn one_of(allowed: &Allowed, variables: usize) -> Allowed {
    let lowest = |variable: u16| allowed.get(variable).lowest().map_or(ValueMask::NONE, ValueMask::one);
    Allowed::new((0u16..).take(variables).map(lowest).collect())
}

/// As many rules as pass most lines.
const PASSED_OF_MOST: usize = 16;

/// The stages in order; `None` where an unknown answer is on the way to the verdict.
fn walk<'a>(pack: &'a Pack, stages: &'a [Stage], unknown: Unknown, answers: &mut impl Answers) -> Option<Judged<'a>> {
    let mut judged = Judged { passed: Vec::with_capacity(PASSED_OF_MOST), ..Judged::nothing() };
    let procedure = answers.procedure();
    let mut say = |rule: &Rule| say(pack, rule.from(procedure), unknown, answers);
    for stage in stages.iter().filter(|stage| !stage.is_limit) {
        for rule in &stage.rules {
            let Some(outcome) = say(rule)? else { continue };
            match outcome {
                Outcome::Pass | Outcome::AtMost(..) => judged.passed.push(rule),
                note @ Outcome::Note(_) => judged.notes.push((stage, rule, note)),
                find @ Outcome::Find(verdict, _) => {
                    judged.verdict = judged.verdict.max(*verdict);
                    judged.findings.push((stage, rule, find));
                }
            }
        }
        if !judged.findings.is_empty() {
            break;
        }
    }
    judged.findings.sort_by_key(|(_, _, outcome)| std::cmp::Reverse(severity(outcome)));
    limit(pack, &mut judged, &mut say)?;
    Some(judged)
}

/// What a rule says: `None` where an unknown answer ends the walk, `Some(None)` where it is passed over.
fn say<'a>(pack: &'a Pack, from: Root, unknown: Unknown, answers: &mut impl Answers) -> Option<Option<&'a Outcome>> {
    match pack.forest.follow(from, |question| answers.answer(question)) {
        Trail::Ends(leaf) => Some(Some(pack.forest.outcome(leaf))),
        Trail::Stops(_) if unknown == Unknown::Passes => Some(None),
        Trail::Stops(_) => None,
    }
}

/// Limits speak only where they lower the verdict; then theirs is the main reason.
fn limit<'a>(
    pack: &'a Pack,
    judged: &mut Judged<'a>,
    say: &mut impl FnMut(&Rule) -> Option<Option<&'a Outcome>>,
) -> Option<()> {
    if judged.verdict == Verdict::Allow {
        return Some(());
    }
    let mut lowering = Vec::new();
    let mut lowest = judged.verdict;
    for stage in pack.stages.iter().filter(|stage| stage.is_limit) {
        for rule in &stage.rules {
            let Some(outcome) = say(rule)? else { continue };
            match outcome {
                cap @ Outcome::AtMost(verdict, _) if *verdict < judged.verdict => {
                    lowest = lowest.min(*verdict);
                    lowering.push((stage, rule, cap));
                }
                note @ Outcome::Note(_) => judged.notes.push((stage, rule, note)),
                Outcome::Pass | Outcome::Find(..) | Outcome::AtMost(..) => {}
            }
        }
    }
    judged.verdict = lowest;
    lowering.append(&mut judged.findings);
    judged.findings = lowering;
    Some(())
}

impl Judged<'_> {
    fn nothing() -> Self {
        Judged {
            verdict: Verdict::Allow,
            findings: Vec::new(),
            notes: Vec::new(),
            passed: Vec::new(),
            is_open: false,
            completion: None,
        }
    }
}

fn severity(outcome: &Outcome) -> Option<Verdict> {
    match outcome {
        Outcome::Find(verdict, _) | Outcome::AtMost(verdict, _) => Some(*verdict),
        Outcome::Pass | Outcome::Note(_) => None,
    }
}
