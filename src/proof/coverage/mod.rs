//! Coverage: which paths, branches and outcomes of each rule the worked cases walk, and a witness
//! for each that they do not.
//!
//! * A line walks a rule where a desk asks the rule of it: no earlier stage has a finding, and none
//!   hangs on an unknown answer. A rule of a stage that is not reached is not walked: nothing that
//!   the case expects would change with it.
//! * A walk counts where it ends without an unknown answer. A case that shows what happens while a
//!   fact is unknown is worth having, but it takes no branch.
//! * What a setting of the parameters has for itself must be walked under that setting; what it
//!   shares with the pack under the first setting is walked under either ([`parts::Shared`]). Only
//!   settings that are handed in are looked at.
//! * What is proved to be walked by no line does not count against coverage, and is listed.
//!
//! INVARIANT: every witness here was held against the desk's own order of stages, and takes exactly
//! the path it is the witness of.

mod gaps;
mod parts;
mod reach;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use super::witness::Codes;
use crate::{
    code::Code,
    desk::LineFacts,
    fact::{Answer, QuestionId},
    pack::Pack,
    request::{Line, Request},
    tree::LeafId,
    verdict::Outcome,
};

pub use reach::Sought;

use gaps::Gaps;
use parts::{Branch, Parts, Path, Shared};

/// Paths of one rule for which a witness is sought. More are counted as not walked; nobody reads
/// on so far.
pub const PATHS_MAX: usize = 2_000;

/// A pack under one setting of its parameters, and the requests of the cases that name it.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The pack under it.
    pub pack: &'a Pack,
    /// The requests.
    pub requests: &'a [Request],
}

/// The coverage of a pack.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Each rule under the first setting, and under each other setting where it has parts of its
    /// own; rules in their order.
    pub rules: Vec<RuleCoverage>,
}

/// The coverage of a rule under a setting.
#[derive(Clone, Debug)]
pub struct RuleCoverage {
    /// The stage.
    pub stage: String,
    /// The rule.
    pub rule: String,
    /// The place of the setting among those handed in.
    pub setting: usize,
    /// Paths from the first question to an outcome.
    pub paths: Tally,
    /// Sides of questions.
    pub branches: Tally,
    /// Outcomes.
    pub outcomes: Tally,
    /// What no case walks: outcomes, then branches, then paths.
    pub gaps: Vec<Gap>,
}

/// How many there are, and how many are walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub all: u64,
    /// Those that a case walks.
    pub walked: u64,
    /// Those that are proved to be walked by no line.
    pub impossible: u64,
}

/// Something that no case walks.
#[derive(Clone, Debug)]
pub struct Gap {
    /// What.
    pub kind: GapKind,
    /// The questions of a path that holds it, with their answers; of its witness's, where there is
    /// one. Gaps of one rule with the same conditions have one witness.
    pub conditions: Vec<Condition>,
    /// Which of the conditions the branch is.
    pub branch: Option<usize>,
    /// Where the path ends.
    pub outcome: Outcome,
    /// A request that would walk it, or why there is none.
    pub sought: Sought,
}

/// What a gap is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// An outcome.
    Outcome,
    /// A side of a question.
    Branch,
    /// A path.
    Path,
}

/// A question and its answer, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The fact and the test: `line.procedure in epidural`.
    pub question: String,
    /// The answer.
    pub answer: bool,
    /// The definition that asks, where one does.
    pub within: Option<String>,
}

impl Tally {
    /// What is walked of what can be walked, in tenths of a percent, rounded down; all of nothing.
    pub fn permille(&self) -> u64 {
        match self.all.saturating_sub(self.impossible) {
            0 => 1_000,
            possible => self.walked.saturating_mul(1_000) / possible,
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Tally) -> Tally {
        Tally {
            all: self.all.saturating_add(other.all),
            walked: self.walked.saturating_add(other.walked),
            impossible: self.impossible.saturating_add(other.impossible),
        }
    }
}

impl Coverage {
    /// All rules together.
    pub fn whole(&self, of: fn(&RuleCoverage) -> Tally) -> Tally {
        self.rules.iter().map(of).fold(Tally::default(), Tally::and)
    }
}

/// What the requests of the settings walk. The first setting is the one that all rules are measured
/// under; with none there is nothing to measure.
pub fn coverage(settings: &[Setting<'_>]) -> Coverage {
    let Some(first) = settings.first() else { return Coverage::default() };
    let used = settings.iter().flat_map(|setting| setting.requests).flat_map(codes_of);
    let codes = Codes::new(&first.pack.sets, used);
    let ways: Vec<Ways> = settings.iter().map(ways).collect();
    let model = model(first);
    let mut rules = Vec::new();
    for (stage, rule) in first.pack.rules() {
        let mut base = Walked::default();
        ways.first().and_then(|ways| ways.get(&rule.script)).into_iter().flatten().for_each(|way| base.add(way));
        let mut others = Vec::new();
        for (place, (setting, ways)) in settings.iter().zip(&ways).enumerate().skip(1) {
            let Some(own) = setting.pack.rules().find(|(_, own)| own.script == rule.script) else { continue };
            let shared = Shared::between(Parts::of(setting.pack, own.1.root), Parts::of(first.pack, rule.root));
            let mut walked = Walked::default();
            for way in ways.get(&rule.script).into_iter().flatten() {
                base.add_shared(way, &shared);
                walked.add(way);
            }
            let gaps = Gaps {
                codes: &codes,
                stage: own.0,
                rule: own.1,
                parts: Parts::of(setting.pack, own.1.root),
                shared: Some(shared),
                walked,
                habits: habits(setting.pack, model),
            };
            others.push((place, gaps));
        }
        let parts = Parts::of(first.pack, rule.root);
        let habits = habits(first.pack, model);
        rules.push(Gaps { codes: &codes, stage, rule, parts, shared: None, walked: base, habits }.measure(0));
        for (place, gaps) in others.iter().filter(|(_, gaps)| gaps.has_own()) {
            rules.push(gaps.measure(*place));
        }
    }
    Coverage { rules }
}

/// The line of a worked case that witnesses take after where they are free: the one that comes
/// furthest through the rules, of equals the plainest. So a witness reads like a case.
fn model<'a>(setting: &Setting<'a>) -> Option<(&'a Request, &'a Line)> {
    let lines = setting.requests.iter().flat_map(|request| request.lines.iter().map(move |line| (request, line)));
    lines.max_by_key(|(request, line)| {
        let walked = walk::asked(setting.pack, request, line).iter().filter(|(_, _, way)| way.end.is_some()).count();
        let parts = request.lines.len() + request.diagnoses.len() + request.history.len() + line.modifiers.len();
        (walked, std::cmp::Reverse(parts))
    })
}

/// What the model line answers to each question of a pack; `None` where it does not know.
fn habits(pack: &Pack, model: Option<(&Request, &Line)>) -> Vec<Option<bool>> {
    let Some((request, line)) = model else { return Vec::new() };
    let mut facts = LineFacts::new(pack, request, line);
    let answer = |id: u16| match facts.answer(QuestionId(id)) {
        Answer::Yes => Some(true),
        Answer::No => Some(false),
        Answer::Unknown => None,
    };
    (0u16..).take(pack.book.questions().len()).map(answer).collect()
}

/// What of one tree is walked.
#[derive(Default)]
struct Walked {
    branches: BTreeSet<Branch>,
    outcomes: BTreeSet<LeafId>,
    paths: BTreeSet<Path>,
}

/// A walk that ended: its path, branches and outcome.
struct Ended {
    path: Path,
    branches: Vec<Branch>,
    end: LeafId,
}

impl Walked {
    /// Adds a walk of the tree itself.
    fn add(&mut self, way: &Ended) {
        self.branches.extend(way.branches.iter().copied());
        self.outcomes.insert(way.end);
        self.paths.insert(way.path.clone());
    }

    /// Adds what a walk under another setting has in common with the tree.
    fn add_shared(&mut self, way: &Ended, shared: &Shared<'_>) {
        let (branches, end) = shared.along(&way.path);
        self.branches.extend(branches);
        if let Some(end) = end {
            self.outcomes.insert(end);
            self.paths.insert(way.path.clone());
        }
    }
}

/// The walks that ended, of each rule by its script.
type Ways = BTreeMap<usize, Vec<Ended>>;

/// Every line of a setting's requests through every rule that a desk asks of it.
fn ways(setting: &Setting<'_>) -> Ways {
    let mut ways = Ways::new();
    let trees: BTreeMap<usize, Parts<'_>> =
        setting.pack.rules().map(|(_, rule)| (rule.script, Parts::of(setting.pack, rule.root))).collect();
    for (request, line) in
        setting.requests.iter().flat_map(|request| request.lines.iter().map(move |line| (request, line)))
    {
        for (_, rule, way) in walk::asked(setting.pack, request, line) {
            let (Some(end), Some(parts)) = (way.end, trees.get(&rule.script)) else { continue };
            let branches = way.steps.iter().filter_map(|(at, answer)| Some((parts.number(*at)?, *answer))).collect();
            let path = way.steps.iter().map(|(_, answer)| *answer).collect();
            ways.entry(rule.script).or_default().push(Ended { path, branches, end });
        }
    }
    ways
}

/// The codes that a request uses.
fn codes_of(request: &Request) -> impl Iterator<Item = Code> + '_ {
    let diagnoses = request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get().copied());
    let lines = request.lines.iter().flat_map(|line| {
        let modifiers = line.modifiers.iter().map(|modifier| modifier.value);
        line.procedure.get().copied().into_iter().chain(modifiers)
    });
    diagnoses.chain(lines)
}
