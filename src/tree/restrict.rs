//! A verdict diagram under what is known of one line: which verdicts are still possible, and which
//! unknown facts they hang on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Diagram, Ending, Node, NodeId, ValueMask};
use crate::verdict::Verdict;

/// The values each variable can have: a mask a variable, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed(Vec<ValueMask>);

/// What is left of a diagram: only variables whose value still matters.
#[derive(Debug)]
pub struct Open {
    nodes: Vec<Left>,
    root: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Left {
    End(Verdict),
    Ask { variable: u16, values: BTreeMap<usize, usize> },
}

impl Allowed {
    /// From a mask a variable.
    pub fn new(masks: Vec<ValueMask>) -> Allowed {
        Allowed(masks)
    }

    /// The values a variable can have.
    pub fn get(&self, variable: u16) -> &ValueMask {
        static ANY: ValueMask = ValueMask::ANY;
        self.0.get(usize::from(variable)).unwrap_or(&ANY)
    }

    /// With other values for one variable.
    pub fn set(&mut self, variable: u16, mask: ValueMask) {
        if let Some(place) = self.0.get_mut(usize::from(variable)) {
            *place = mask;
        }
    }
}

impl Diagram {
    /// Every verdict that some completion of the unknown facts gives, least severe first.
    pub fn possible(&self, allowed: &Allowed) -> BTreeSet<Verdict> {
        let (mut found, mut seen, mut stack) = (BTreeSet::new(), BTreeSet::new(), vec![self.root()]);
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.node(id) {
                Node::End(ending) => {
                    found.insert(verdict_of(*ending));
                }
                Node::Ask { variable, values } => {
                    let mask = allowed.get(*variable);
                    stack.extend(
                        values.iter().enumerate().filter(|(value, _)| mask.contains(*value)).map(|(_, id)| *id),
                    );
                }
            }
        }
        found
    }

    /// What is left of the diagram where variables with one possible value are settled.
    pub fn open(&self, allowed: &Allowed) -> Open {
        let mut open = Open { nodes: Vec::new(), root: 0 };
        let mut index = HashMap::new();
        open.root = self.reduce(self.root(), allowed, &mut open.nodes, &mut index, &mut HashMap::new());
        open
    }

    fn reduce(
        &self,
        id: NodeId,
        allowed: &Allowed,
        nodes: &mut Vec<Left>,
        index: &mut HashMap<Left, usize>,
        memo: &mut HashMap<NodeId, usize>,
    ) -> usize {
        if let Some(done) = memo.get(&id) {
            return *done;
        }
        let left = match self.node(id) {
            Node::End(ending) => Left::End(verdict_of(*ending)),
            Node::Ask { variable, values } => {
                let mask = allowed.get(*variable);
                let left: BTreeMap<usize, usize> = values
                    .iter()
                    .enumerate()
                    .filter(|(value, _)| mask.contains(*value))
                    .map(|(value, child)| (value, self.reduce(*child, allowed, nodes, index, memo)))
                    .collect();
                let first = left.values().next().copied().unwrap_or(0);
                if left.values().all(|child| *child == first) {
                    memo.insert(id, first);
                    return first;
                }
                Left::Ask { variable: *variable, values: left }
            }
        };
        let place = *index.entry(left.clone()).or_insert_with(|| {
            nodes.push(left);
            nodes.len() - 1
        });
        memo.insert(id, place);
        place
    }
}

impl Open {
    /// The verdict, where it no longer hangs on anything.
    pub fn settled(&self) -> Option<Verdict> {
        match self.nodes.get(self.root) {
            Some(Left::End(verdict)) => Some(*verdict),
            Some(Left::Ask { .. }) | None => None,
        }
    }

    /// The variables the verdict hangs on, in order.
    pub fn variables(&self) -> BTreeSet<u16> {
        self.nodes
            .iter()
            .filter_map(|left| match left {
                Left::Ask { variable, .. } => Some(*variable),
                Left::End(_) => None,
            })
            .collect()
    }
}

fn verdict_of(ending: Ending) -> Verdict {
    match ending {
        Ending::Pass => Verdict::Allow,
        Ending::Says(verdict) => verdict,
    }
}
