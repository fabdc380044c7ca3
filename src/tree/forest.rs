//! The decision trees of a pack's rules, equal subtrees kept once.

use std::{collections::HashMap, sync::Arc};

use super::Answers;
use crate::{
    fact::{Answer, QuestionId},
    verdict::Outcome,
};

/// The root of a rule's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Root(u32);

/// An outcome of a pack, kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafId(pub u16);

/// A place in a tree: what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A question, and where each answer leads.
    Ask {
        /// The question.
        question: QuestionId,
        /// The definition that asks, where one does: a place in [`Forest::frame`].
        within: Option<u16>,
        /// Where *yes* leads.
        yes: Root,
        /// Where *no* leads.
        no: Root,
    },
    /// An outcome.
    Say(LeafId),
}

/// The trees of a pack.
#[derive(Debug, Default)]
pub struct Forest {
    places: Vec<Place>,
    index: HashMap<Place, Root>,
    outcomes: Vec<Outcome>,
    outcome_ids: HashMap<Outcome, LeafId>,
    frames: Vec<Arc<str>>,
}

/// How far answers lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    /// To an outcome.
    Ends(LeafId),
    /// To a question whose answer is unknown.
    Stops(QuestionId),
}

impl Forest {
    /// Where `answers` lead from `root`. Allocates nothing.
    pub fn walk(&self, root: Root, answers: &Answers) -> Trail {
        self.follow(root, |question| answers.get(question))
    }

    /// Where the answers of `answer` lead from `root`; it is asked only what is on the way.
    pub fn follow(&self, root: Root, mut answer: impl FnMut(QuestionId) -> Answer) -> Trail {
        let mut at = root;
        loop {
            match self.place(at) {
                Place::Say(leaf) => return Trail::Ends(leaf),
                Place::Ask { question, yes, no, .. } => {
                    at = match answer(question) {
                        Answer::Yes => yes,
                        Answer::No => no,
                        Answer::Unknown => return Trail::Stops(question),
                    }
                }
            }
        }
    }

    /// The first place from `root` on whose question `known` does not answer.
    pub fn beyond(&self, root: Root, known: impl Fn(QuestionId) -> Option<bool>) -> Root {
        let mut at = root;
        while let Place::Ask { question, yes, no, .. } = self.place(at)
            && let Some(answer) = known(question)
        {
            at = if answer { yes } else { no };
        }
        at
    }

    /// What stands at a place.
    pub fn place(&self, at: Root) -> Place {
        // INVARIANT: roots come from this forest.
        self.places.get(at.0 as usize).copied().unwrap_or(Place::Say(LeafId(0)))
    }

    /// The outcome of a leaf.
    pub fn outcome(&self, leaf: LeafId) -> &Outcome {
        self.outcomes.get(usize::from(leaf.0)).unwrap_or(&Outcome::Pass)
    }

    /// Every outcome of the pack.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The definition of a frame, as the rule called it.
    pub fn frame(&self, within: u16) -> Option<&str> {
        self.frames.get(usize::from(within)).map(AsRef::as_ref)
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// How many places all trees together have.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no tree.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many paths lead from `root` to an outcome.
    pub fn paths(&self, root: Root) -> u64 {
        fn count(forest: &Forest, at: Root, known: &mut HashMap<Root, u64>) -> u64 {
            if let Some(paths) = known.get(&at) {
                return *paths;
            }
            let paths = match forest.place(at) {
                Place::Say(_) => 1,
                Place::Ask { yes, no, .. } => count(forest, yes, known).saturating_add(count(forest, no, known)),
            };
            known.insert(at, paths);
            paths
        }
        count(self, root, &mut HashMap::new())
    }

    /// The outcomes that a tree can end with, each once.
    pub fn outcomes_of(&self, root: Root) -> Vec<&Outcome> {
        let (mut seen, mut found, mut stack) = (std::collections::HashSet::new(), Vec::new(), vec![root]);
        while let Some(at) = stack.pop() {
            if !seen.insert(at) {
                continue;
            }
            match self.place(at) {
                Place::Say(leaf) => found.push(self.outcome(leaf)),
                Place::Ask { yes, no, .. } => stack.extend([yes, no]),
            }
        }
        found
    }

    pub(super) fn say(&mut self, outcome: &Outcome) -> Root {
        let leaf = match self.outcome_ids.get(outcome) {
            Some(leaf) => *leaf,
            None => {
                let leaf = LeafId(u16::try_from(self.outcomes.len()).unwrap_or(u16::MAX));
                self.outcomes.push(outcome.clone());
                self.outcome_ids.insert(outcome.clone(), leaf);
                leaf
            }
        };
        self.keep(Place::Say(leaf))
    }

    /// A question; the question is dropped where both answers lead to the same place.
    pub(super) fn ask(&mut self, question: QuestionId, within: Option<&Arc<str>>, yes: Root, no: Root) -> Root {
        if yes == no {
            return yes;
        }
        let within = within.map(|frame| {
            let place = self.frames.iter().position(|known| known == frame).unwrap_or_else(|| {
                self.frames.push(frame.clone());
                self.frames.len() - 1
            });
            u16::try_from(place).unwrap_or(u16::MAX)
        });
        self.keep(Place::Ask { question, within, yes, no })
    }

    fn keep(&mut self, place: Place) -> Root {
        let next = Root(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        let places = &mut self.places;
        *self.index.entry(place).or_insert_with(|| {
            places.push(place);
            next
        })
    }
}
