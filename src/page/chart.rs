//! A chart: what a rule or a definition asks at its own level, and where each answer leads.
//!
//! A definition that it calls is one spot with a branch for each thing the definition can come to,
//! as the analyst wrote it; the definition has a chart of its own. Equal parts are kept once.
//! INVARIANT: a chart is read off every feasible run, so what it leaves out cannot happen.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::table::Table;
use crate::{
    fact::QuestionId,
    fault::PackFault,
    script::{Asked, Returned, Scripts, Told},
    tree::{Forest, Place, Root},
    verdict::Outcome,
};

/// Runs of one script: as many as a rule may have paths.
const RUNS_MAX: usize = 20_000;

/// What a spot puts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A question.
    Question(QuestionId),
    /// A definition, as it was called.
    Call(Arc<str>),
}

/// A spot of a chart, by its place.
pub type SpotId = usize;

/// A spot of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// Something is asked; each branch has the results that lead there, in the author's order.
    Fork(Subject, Vec<(Vec<Returned>, SpotId)>),
    /// The end: an outcome of a rule, or what a definition comes to.
    End(Returned),
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    spots: Vec<Spot>,
    root: SpotId,
    /// Every question that may be put on the way, those of its definitions too.
    pub questions: BTreeSet<QuestionId>,
    /// Its table, once somebody wanted it.
    pub(super) table: OnceCell<Table>,
}

/// One run: the answers given to open questions, what the script was told, how it ended.
struct Run {
    asked: Vec<Asked>,
    told: Vec<Told>,
    end: Returned,
}

impl Chart {
    /// The chart of a rule; none where it cannot be told at the rule's own level.
    pub(super) fn of_rule(scripts: &Scripts, rule: usize) -> Option<Chart> {
        grow(|answers| {
            let walk = scripts.walk(rule, answers)?;
            Ok(Run { asked: walk.asked, told: walk.told, end: Returned::Outcome(walk.outcome) })
        })
    }

    /// The chart of a definition by itself, `call` as it was called.
    pub(super) fn of_call(scripts: &Scripts, call: &str) -> Option<Chart> {
        grow(|answers| {
            let call = scripts.call(call, answers)?;
            Ok(Run { asked: call.asked, told: call.told, end: call.returned })
        })
    }

    /// The tree itself as a chart, the questions of definitions among the rule's own.
    pub(super) fn of_tree(forest: &Forest, root: Root) -> Chart {
        fn keep(forest: &Forest, at: Root, chart: &mut Chart, done: &mut HashMap<Root, SpotId>) -> SpotId {
            if let Some(done) = done.get(&at) {
                return *done;
            }
            let spot = match forest.place(at) {
                Place::Say(leaf) => Spot::End(Returned::Outcome(forest.outcome(leaf).clone())),
                Place::Ask { question, yes, no, .. } => {
                    let yes = keep(forest, yes, chart, done);
                    let no = keep(forest, no, chart, done);
                    chart.questions.insert(question);
                    let branch = |answer, to| (vec![Returned::YesNo(answer)], to);
                    Spot::Fork(Subject::Question(question), vec![branch(true, yes), branch(false, no)])
                }
            };
            chart.spots.push(spot);
            done.insert(at, chart.spots.len() - 1);
            chart.spots.len() - 1
        }
        let mut chart = Chart { spots: Vec::new(), root: 0, questions: BTreeSet::new(), table: OnceCell::new() };
        chart.root = keep(forest, root, &mut chart, &mut HashMap::new());
        chart
    }

    /// Where it begins.
    pub fn root(&self) -> SpotId {
        self.root
    }

    /// What stands at a spot.
    pub fn spot(&self, id: SpotId) -> &Spot {
        // INVARIANT: ids come from this chart.
        const NOTHING: &Spot = &Spot::End(Returned::Outcome(Outcome::Pass));
        self.spots.get(id).unwrap_or(NOTHING)
    }

    /// How many spots it has.
    pub fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether it asks nothing.
    pub fn is_empty(&self) -> bool {
        self.spots.len() <= 1
    }

    /// Every spot; what a spot leads to stands before it.
    pub fn spots(&self) -> impl DoubleEndedIterator<Item = (SpotId, &Spot)> {
        self.spots.iter().enumerate()
    }

    /// The definitions it calls, each once.
    pub fn calls(&self) -> Vec<Arc<str>> {
        let mut calls: Vec<Arc<str>> = Vec::new();
        for (_, spot) in self.spots().rev() {
            if let Spot::Fork(Subject::Call(call), _) = spot
                && !calls.contains(call)
            {
                calls.push(call.clone());
            }
        }
        calls
    }

    /// The ends it can come to, the first that a reader meets first.
    pub fn ends(&self) -> Vec<&Returned> {
        let mut found: Vec<&Returned> = Vec::new();
        let (mut stack, mut seen) = (vec![self.root], BTreeSet::new());
        while let Some(at) = stack.pop() {
            if !seen.insert(at) {
                continue;
            }
            match self.spot(at) {
                Spot::End(end) => found.push(end),
                Spot::Fork(_, branches) => stack.extend(branches.iter().rev().map(|(_, to)| *to)),
            }
        }
        found
    }
}

/// A spot while runs are still told into it.
enum Bud {
    Open,
    End(Returned),
    Fork(Subject, Vec<(Returned, usize)>),
}

/// Runs the script on every feasible path, *no* before *yes*.
fn grow(mut run: impl FnMut(&[bool]) -> Result<Run, PackFault>) -> Option<Chart> {
    let (mut buds, mut questions, mut answers) = (vec![Bud::Open], BTreeSet::new(), Vec::new());
    for _ in 0..RUNS_MAX {
        let Run { asked, told, end } = run(&answers).ok()?;
        questions.extend(asked.iter().map(|asked| asked.question));
        answers = asked.iter().map(|asked| asked.answer).collect();
        tell(&mut buds, &told, end)?;
        while answers.last() == Some(&true) {
            answers.pop();
        }
        match answers.last_mut() {
            Some(last) => *last = true,
            None => return Some(reduce(&buds, questions)),
        }
    }
    None
}

/// Adds a run; none where the same was told before and something else came of it.
fn tell(buds: &mut Vec<Bud>, told: &[Told], end: Returned) -> Option<()> {
    let mut at = 0;
    for told in told {
        let (subject, result) = match told {
            Told::Answered(question, answer) => (Subject::Question(*question), Returned::YesNo(*answer)),
            Told::Returned(call, returned) => (Subject::Call(call.clone()), returned.clone()),
        };
        let next = buds.len();
        match buds.get_mut(at)? {
            open @ Bud::Open => {
                *open = Bud::Fork(subject, vec![(result, next)]);
                buds.push(Bud::Open);
                at = next;
            }
            Bud::Fork(known, branches) if *known == subject => {
                match branches.iter().find(|(other, _)| *other == result) {
                    Some((_, to)) => at = *to,
                    None => {
                        branches.push((result, next));
                        buds.push(Bud::Open);
                        at = next;
                    }
                }
            }
            Bud::Fork(..) | Bud::End(_) => return None,
        }
    }
    match buds.get_mut(at)? {
        open @ Bud::Open => *open = Bud::End(end),
        Bud::End(known) if *known == end => {}
        Bud::End(_) | Bud::Fork(..) => return None,
    }
    Some(())
}

/// Keeps equal parts once, and drops what makes no difference.
fn reduce(buds: &[Bud], questions: BTreeSet<QuestionId>) -> Chart {
    let mut chart = Chart { spots: Vec::new(), root: 0, questions, table: OnceCell::new() };
    let mut index: HashMap<Spot, SpotId> = HashMap::new();
    let mut places: Vec<SpotId> = vec![0; buds.len()];
    // A bud stands before all that it leads to.
    for (at, bud) in buds.iter().enumerate().rev() {
        let spot = match bud {
            Bud::Open => continue,
            Bud::End(end) => Spot::End(end.clone()),
            Bud::Fork(subject, branches) => {
                let mut grouped: Vec<(Vec<Returned>, SpotId)> = Vec::new();
                // *No* was run before *yes*: backwards is the author's order.
                for (result, to) in branches.iter().rev() {
                    let to = places.get(*to).copied().unwrap_or(0);
                    match grouped.iter_mut().find(|(_, other)| *other == to) {
                        Some((results, _)) => results.push(result.clone()),
                        None => grouped.push((vec![result.clone()], to)),
                    }
                }
                if let [(_, to)] = grouped.as_slice() {
                    if let Some(place) = places.get_mut(at) {
                        *place = *to;
                    }
                    continue;
                }
                Spot::Fork(subject.clone(), grouped)
            }
        };
        let id = *index.entry(spot.clone()).or_insert_with(|| {
            chart.spots.push(spot);
            chart.spots.len() - 1
        });
        if let Some(place) = places.get_mut(at) {
            *place = id;
        }
    }
    chart.root = places.first().copied().unwrap_or(0);
    chart
}
