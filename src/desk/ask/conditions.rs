//! When a question is asked: read off the ways of answering, as clauses that must all hold.
//!
//! A form can only say *any of these* and *all of these*, and only of answers that were given. So
//! "on this way it is asked" is turned round: for each way on which it is *not* asked, the answers
//! must leave that way somewhere. What is not answered yet has left no way, so a question waits for
//! the answers that decide of it; and answers that decide of nothing are not waited for.

use std::collections::{BTreeSet, HashMap};

use super::paths::{Cell, Node, Paths, merge};
use crate::{
    fact::Input,
    questionnaire::{Clause, Condition, Is},
};

/// The clauses of an input's question; `None` where it is asked on no way. `link` names the
/// question of another.
pub(super) fn conditions(paths: &Paths, input: Input, link: &dyn Fn(Input) -> String) -> Option<Vec<Clause>> {
    let mut reaching = Reaching { paths, input, reaches: vec![Reach::Never, Reach::Always], memo: HashMap::new() };
    let root = reaching.reach(paths.root);
    if root == NEVER {
        return None;
    }
    let mut clauses = Vec::new();
    reaching.clauses(root, &mut Vec::new(), &mut clauses, link);
    let all = without_contradictions(clauses.into_iter().collect());
    // A clause that another implies says nothing.
    let is_implied = |clause: &Clause| all.iter().any(|other| other != clause && other.0.is_subset(&clause.0));
    Some(all.iter().filter(|clause| !is_implied(clause)).cloned().collect())
}

/// The clauses without the conditions that another clause rules out: where one says that an answer
/// is *no*, no other need say what holds where it is *yes*.
fn without_contradictions(all: BTreeSet<Clause>) -> BTreeSet<Clause> {
    let is_of_one = |clause: &&Clause| {
        let first = clause.0.first().map(|condition| &condition.link);
        clause.0.iter().all(|condition| Some(&condition.link) == first)
    };
    let ruling: Vec<&Clause> = all.iter().filter(is_of_one).collect();
    let rules_out = |clause: &Clause, condition: &Condition| {
        clause.0.iter().all(|other| other.link == condition.link && excludes(other.is, condition.is))
    };
    let left = |clause: &Clause| match ruling.contains(&clause) {
        true => clause.clone(),
        false => {
            let possible = |condition: &&Condition| !ruling.iter().any(|ruling| rules_out(ruling, condition));
            Clause(clause.0.iter().filter(possible).cloned().collect())
        }
    };
    all.iter().map(left).collect()
}

/// Whether no answer meets both.
fn excludes(one: Is, other: Is) -> bool {
    match (one, other) {
        (Is::Choice(one), Is::Choice(other)) => one != other,
        (Is::YesNo(one), Is::YesNo(other)) => one != other,
        (Is::Before(end), Is::After(start)) | (Is::After(start), Is::Before(end)) => {
            start.tomorrow().is_ok_and(|first| first >= end)
        }
        (Is::Choice(_) | Is::YesNo(_) | Is::Before(_) | Is::After(_), _) => false,
    }
}

/// Whether the input is asked from a place on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    Never,
    Always,
    /// It hangs on the answer to this one.
    On(Input, Vec<(Cell, usize)>),
}

const NEVER: usize = 0;
const ALWAYS: usize = 1;

struct Reaching<'p> {
    paths: &'p Paths,
    input: Input,
    reaches: Vec<Reach>,
    memo: HashMap<usize, usize>,
}

impl Reaching<'_> {
    fn reach(&mut self, node: usize) -> usize {
        if let Some(known) = self.memo.get(&node) {
            return *known;
        }
        let reach = match self.paths.nodes.get(node) {
            Some(Node::End(inputs)) if inputs.contains(&self.input) => ALWAYS,
            Some(Node::End(_)) | None => NEVER,
            Some(Node::Ask { input, .. }) if *input == self.input => ALWAYS,
            Some(Node::Ask { input, branches }) => {
                let mut left: Vec<(Cell, usize)> = Vec::new();
                for (cell, child) in branches {
                    let child = self.reach(*child);
                    merge(&mut left, cell.clone(), child);
                }
                match left.as_slice() {
                    [(_, only)] => *only,
                    _ => self.keep(Reach::On(*input, left)),
                }
            }
        };
        self.memo.insert(node, reach);
        reach
    }

    fn keep(&mut self, reach: Reach) -> usize {
        self.reaches.iter().position(|known| *known == reach).unwrap_or_else(|| {
            self.reaches.push(reach);
            self.reaches.len() - 1
        })
    }

    /// A clause for each way to *never*: some answer on it is another.
    fn clauses(
        &self,
        reach: usize,
        way: &mut Vec<(Input, Cell)>,
        clauses: &mut Vec<Clause>,
        link: &dyn Fn(Input) -> String,
    ) {
        match self.reaches.get(reach) {
            Some(Reach::Never) => {
                let others = way.iter().flat_map(|(input, cell)| {
                    let link = link(*input);
                    cell.others(*input).into_iter().map(move |is| Condition { link: link.clone(), is })
                });
                clauses.push(Clause(others.collect()));
            }
            Some(Reach::Always) | None => {}
            Some(Reach::On(input, branches)) => {
                for (cell, child) in branches {
                    way.push((*input, cell.clone()));
                    self.clauses(*child, way, clauses, link);
                    way.pop();
                }
            }
        }
    }
}

impl Cell {
    /// The answers outside of it.
    fn others(&self, input: Input) -> Vec<Is> {
        match self {
            Cell::Choices { chosen, of } => {
                let is = |place: usize| match input {
                    Input::Approval | Input::Diagnosis(_) => Is::YesNo(place == 1),
                    _ => Is::Choice(place),
                };
                (0..*of).filter(|place| !chosen.contains(place)).map(is).collect()
            }
            Cell::Days(first, last) => first.map(Is::Before).into_iter().chain(last.map(Is::After)).collect(),
        }
    }
}
