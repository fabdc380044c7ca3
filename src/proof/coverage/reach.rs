//! A witness that reaches a rule: every rule of the earlier stages is silent on it.
//!
//! The earlier rules' trees are searched for silent paths that go together with the wanted one,
//! rule by rule, the answers of a worked case first, taking back what does not go. Where the search ends with every
//! way closed by proof, no line reaches the path, and that is said; where it is cut off, nothing is.

use std::collections::HashMap;

use super::{
    parts::Parts,
    walk::{Way, asked},
};
use crate::{
    desk::judged_before_parents,
    fact::{Domains, FactId, Question, Test},
    pack::{Pack, Rule, Stage},
    proof::{
        Literal,
        witness::{Ground, impossible, witness},
    },
    request::Request,
    tree::{Place, Root},
    verdict::{Outcome, Verdict},
};

/// Places of trees that the search for one way visits. Most take a few hundred; one that does not
/// end within these would not end soon.
const VISITS_MAX: usize = 5_000;
/// Ways to a stage that are tried: findings before a limit. More than a pack has rules.
const WAYS_MAX: usize = 1_000;

/// What came of a search.
#[derive(Clone, Debug, PartialEq)]
pub enum Sought {
    /// A request whose first line walks the path.
    Found(Box<Request>),
    /// No line walks it, and why.
    Impossible(String),
    /// Neither a request nor a proof was found within the bounds of the search.
    NotFound,
}

/// What a rule must do.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Goal {
    /// Have no finding.
    Silent,
    /// Find this.
    Finds(Verdict),
}

impl Goal {
    fn is_met(self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Goal::Silent, Outcome::Pass | Outcome::Note(_) | Outcome::AtMost(..)) => true,
            (Goal::Finds(wanted), Outcome::Find(verdict, _)) => *verdict == wanted,
            (Goal::Silent, Outcome::Find(..))
            | (Goal::Finds(_), Outcome::Pass | Outcome::Note(_) | Outcome::AtMost(..)) => false,
        }
    }
}

/// The ways to a stage, and what each place of the trees on them can come to: made once a rule.
pub(super) struct Route<'p> {
    pack: &'p Pack,
    stage: &'p Stage,
    rule: &'p Rule,
    ways: Vec<Vec<(&'p Rule, Goal)>>,
    can: HashMap<(Root, Goal), bool>,
    /// The answer to try first, by question; *no* where there is none.
    habits: &'p [Option<bool>],
}

impl<'p> Route<'p> {
    /// What must hold so that a stage is reached; for limits, a way for each finding above *allow*.
    ///
    /// What leaves the fewest choices comes first: a finding, then rules with one silent path, whose
    /// answers are settled once for all.
    pub(super) fn to(pack: &'p Pack, stage: &'p Stage, rule: &'p Rule, habits: &'p [Option<bool>]) -> Route<'p> {
        let stages: Vec<&Stage> = pack.stages.iter().filter(|stage| !stage.is_limit).collect();
        let silent = |place: usize| -> Vec<(&Rule, Goal)> {
            let rules = stages.iter().take(place).flat_map(|stage| &stage.rules);
            let mut rules: Vec<(u64, &Rule)> = rules.map(|rule| (silent_paths(pack, rule), rule)).collect();
            rules.sort_by_key(|(paths, _)| *paths);
            rules.into_iter().map(|(_, rule)| (rule, Goal::Silent)).collect()
        };
        let mut ways: Vec<Vec<(&Rule, Goal)>> = Vec::new();
        if !stage.is_limit {
            ways.push(silent(stages.iter().position(|other| other.name == stage.name).unwrap_or(0)));
        }
        for verdict in [Verdict::Deny, Verdict::Flag].into_iter().filter(|_| stage.is_limit) {
            // The last stages are what a pack is about; they make the plainest witnesses.
            for (place, finding) in stages.iter().enumerate().rev() {
                for rule in finding.rules.iter().filter(|rule| finds(pack, rule, verdict)) {
                    ways.push([(rule, Goal::Finds(verdict))].into_iter().chain(silent(place)).collect());
                }
            }
        }
        let mut can = HashMap::new();
        for (rule, goal) in ways.iter().flatten() {
            can_meet(pack, rule.root, *goal, &mut can);
        }
        Route { pack, stage, rule, ways, can, habits }
    }

    /// Seeks a request whose first line walks `path` of the rule.
    pub(super) fn seek(&self, ground: &Ground<'_>, parts: &Parts<'_>, path: &[bool]) -> Sought {
        let (steps, end) = parts.follow(path);
        let wanted = Way { steps, end };
        let literals: Vec<Literal> =
            wanted.steps.iter().filter_map(|(at, answer)| literal(self.pack, *at, *answer)).collect();
        if let Some(why) = impossible(ground, &literals) {
            return Sought::Impossible(why);
        }
        let mut search = Search { ground, route: self, wanted: &wanted, visits: 0, is_proved: true };
        let (mut is_impossible, mut reason) = (self.ways.len() <= WAYS_MAX, None);
        for goals in self.ways.iter().take(WAYS_MAX) {
            let Some((domains, base)) = search.start(&literals, goals) else { continue };
            search.begin();
            if let Some(request) = search.settle(goals, &domains, &mut base.clone()) {
                return Sought::Found(Box::new(request));
            }
            let is_proved = search.is_proved;
            // One earlier rule alone may close the way; then that is the reason, and a proof.
            let closed = goals.iter().find(|goal| search.is_closed_by(goal, &domains, &base));
            is_impossible &= is_proved || closed.is_some();
            if let Some((closed, Goal::Silent)) = closed {
                reason.get_or_insert_with(|| format!("`{}` of an earlier stage always speaks first", closed.name));
            }
        }
        let reason = reason.unwrap_or_else(|| "no line with these answers comes this far".to_owned());
        if is_impossible { Sought::Impossible(reason) } else { Sought::NotFound }
    }
}

/// Whether a goal can be met from a place, whatever the answers; noted for every place below.
fn can_meet(pack: &Pack, at: Root, goal: Goal, can: &mut HashMap<(Root, Goal), bool>) -> bool {
    if let Some(known) = can.get(&(at, goal)) {
        return *known;
    }
    let met = match pack.forest.place(at) {
        Place::Say(leaf) => goal.is_met(pack.forest.outcome(leaf)),
        Place::Ask { yes, no, .. } => {
            let (yes, no) = (can_meet(pack, yes, goal, can), can_meet(pack, no, goal, can));
            yes || no
        }
    };
    can.insert((at, goal), met);
    met
}

/// Whether a rule can find this at all.
fn finds(pack: &Pack, rule: &Rule, verdict: Verdict) -> bool {
    let parts = Parts::of(pack, rule.root);
    parts.outcomes().into_iter().any(|leaf| Goal::Finds(verdict).is_met(parts.outcome(leaf)))
}

/// How many paths of a rule have no finding.
fn silent_paths(pack: &Pack, rule: &Rule) -> u64 {
    fn count(pack: &Pack, at: Root, known: &mut HashMap<Root, u64>) -> u64 {
        if let Some(paths) = known.get(&at) {
            return *paths;
        }
        let paths = match pack.forest.place(at) {
            Place::Say(leaf) => u64::from(Goal::Silent.is_met(pack.forest.outcome(leaf))),
            Place::Ask { yes, no, .. } => count(pack, yes, known).saturating_add(count(pack, no, known)),
        };
        known.insert(at, paths);
        paths
    }
    count(pack, rule.root, &mut HashMap::new())
}

struct Search<'a, 'g> {
    ground: &'a Ground<'g>,
    route: &'a Route<'a>,
    wanted: &'a Way,
    visits: usize,
    /// Whether what was closed since [`Search::begin`] was closed by proof.
    is_proved: bool,
}

impl Search<'_, '_> {
    fn begin(&mut self) {
        (self.visits, self.is_proved) = (0, true);
    }

    /// What the wanted path leaves of each fact; `None` where the line would be a companion that is
    /// not asked.
    fn start(&self, literals: &[Literal], goals: &[(&Rule, Goal)]) -> Option<(Domains, Vec<Literal>)> {
        let mut domains = Domains::new(self.ground.sets.all());
        let mut all = literals.to_vec();
        all.extend(self.no_companion(goals));
        for literal in &all {
            let question = question(literal);
            if domains.forced(&question, self.ground.book) == Some(!literal.answer) {
                return None;
            }
            domains.assume(&question, literal.answer, self.ground.book);
        }
        Some((domains, all))
    }

    /// Where companions are not asked any more, the procedure is none. A limit is asked of them where
    /// the finding before it is of a stage that judges them.
    fn no_companion(&self, goals: &[(&Rule, Goal)]) -> Option<Literal> {
        let (followers, _) = self.route.pack.companions?;
        let finding = goals.iter().find(|(_, goal)| *goal != Goal::Silent).map(|(rule, _)| rule.script);
        let is_last = |asked: &Stage| match finding {
            Some(script) => asked.rules.iter().any(|rule| rule.script == script),
            None => asked.name == self.route.stage.name,
        };
        if judged_before_parents(self.route.pack).iter().any(is_last) {
            return None;
        }
        let place = self.ground.book.facts().iter().position(|fact| fact.kind.name == "line.procedure")?;
        let fact = FactId(u16::try_from(place).ok()?);
        Some(Literal { fact, test: Test::In(self.ground.sets.mask(followers).clone()), answer: false })
    }

    /// Whether no path of a rule meets its goal together with what is wanted. Cut off, it is not.
    fn is_closed_by(&mut self, (rule, goal): &(&Rule, Goal), domains: &Domains, literals: &[Literal]) -> bool {
        self.begin();
        let mut literals = literals.to_vec();
        let mut open = false;
        self.descend(rule.root, *goal, domains, &mut literals, &mut |search, _, literals| {
            open = impossible(search.ground, literals).is_none();
            open
        });
        !open && self.is_proved
    }

    /// Meets the goals in order, then builds the request.
    fn settle(&mut self, goals: &[(&Rule, Goal)], domains: &Domains, literals: &mut Vec<Literal>) -> Option<Request> {
        let Some(((rule, goal), later)) = goals.split_first() else { return self.build(literals) };
        let (mut found, before) = (None, literals.len());
        self.descend(rule.root, *goal, domains, literals, &mut |search, domains, literals| {
            // What is proved not to go is not followed further.
            if literals.len() == before || impossible(search.ground, literals).is_none() {
                found = search.settle(later, domains, literals);
            }
            found.is_some()
        });
        found
    }

    /// Hands every way from a place to an outcome that meets the goal to `each`, until it says so.
    fn descend(
        &mut self,
        at: Root,
        goal: Goal,
        domains: &Domains,
        literals: &mut Vec<Literal>,
        each: &mut dyn FnMut(&mut Self, &Domains, &mut Vec<Literal>) -> bool,
    ) -> bool {
        self.visits += 1;
        if self.is_spent() {
            self.is_proved = false;
            return false;
        }
        if self.route.can.get(&(at, goal)) == Some(&false) {
            return false;
        }
        let Place::Ask { question, yes, no, .. } = self.route.pack.forest.place(at) else {
            return each(self, domains, literals);
        };
        let Some(asked) = self.ground.book.get(question) else { return false };
        if let Some(answer) = domains.forced(asked, self.ground.book) {
            return self.descend(if answer { yes } else { no }, goal, domains, literals, each);
        }
        let first = self.route.habits.get(usize::from(question.0)).copied().flatten().unwrap_or(false);
        for answer in [first, !first] {
            let to = if answer { yes } else { no };
            let mut narrower = domains.clone();
            narrower.assume(asked, answer, self.ground.book);
            literals.push(Literal { fact: asked.fact, test: asked.test.clone(), answer });
            let done = self.descend(to, goal, &narrower, literals, each);
            literals.pop();
            if done {
                return true;
            }
        }
        false
    }

    fn build(&mut self, literals: &[Literal]) -> Option<Request> {
        let request = witness(self.ground, literals).filter(|request| self.walks(request));
        // It was not proved impossible, or it would not have come here.
        self.is_proved &= request.is_some();
        request
    }

    /// Whether a desk asks the rule of the request's first line, and it takes the wanted way.
    fn walks(&self, request: &Request) -> bool {
        request.lines.first().is_some_and(|line| {
            asked(self.route.pack, request, line).iter().any(|(_, rule, way)| {
                rule.root == self.route.rule.root && rule.script == self.route.rule.script && way == self.wanted
            })
        })
    }

    fn is_spent(&self) -> bool {
        self.visits >= VISITS_MAX
    }
}

fn literal(pack: &Pack, at: Root, answer: bool) -> Option<Literal> {
    let Place::Ask { question, .. } = pack.forest.place(at) else { return None };
    let asked = pack.book.get(question)?;
    Some(Literal { fact: asked.fact, test: asked.test.clone(), answer })
}

fn question(literal: &Literal) -> Question {
    Question { fact: literal.fact, test: literal.test.clone(), words: String::new() }
}
