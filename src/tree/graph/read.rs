//! What can be read off a graph without adding to it.

use std::collections::BTreeSet;

use super::{FALSE, Graph, NodeId};
use crate::tree::quick::QuickSet;

impl Graph<'_> {
    /// Whether no values make both conditions hold; builds no nodes.
    pub fn are_apart(&self, one: NodeId, two: NodeId) -> bool {
        let mut seen: QuickSet<(NodeId, NodeId)> = QuickSet::default();
        let mut stack = vec![(one, two)];
        while let Some((one, two)) = stack.pop() {
            if one == FALSE || two == FALSE || !seen.insert((one, two)) {
                continue;
            }
            match [one, two].into_iter().filter_map(|id| self.variable(id)).min() {
                None => return false,
                Some(variable) => stack.extend(
                    (0..self.arity(variable))
                        .map(|value| (self.child(one, variable, value), self.child(two, variable, value))),
                ),
            }
        }
        true
    }

    /// The ends that a node leads to.
    pub fn ends_below(&self, id: NodeId) -> BTreeSet<u32> {
        let (mut seen, mut ends, mut stack) = (QuickSet::default(), BTreeSet::new(), vec![id]);
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                ends.extend(self.ending(id));
                stack.extend(self.children(id));
            }
        }
        ends
    }

    /// The plainest values with which a condition holds: the first of each variable it asks that
    /// leaves it possible; `None` where it never holds.
    pub fn plainest(&self, mut id: NodeId) -> Option<Vec<(u16, usize)>> {
        let mut path = Vec::new();
        while let Some(variable) = self.variable(id) {
            let (value, below) = self.children(id).iter().enumerate().find(|(_, below)| **below != FALSE)?;
            path.push((variable, value));
            id = *below;
        }
        (id != FALSE).then_some(path)
    }
}
