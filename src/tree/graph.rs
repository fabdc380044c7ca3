//! A store of decision-diagram nodes over [`Variables`], each kept once, and what can be done with
//! them.
//!
//! INVARIANT: reduced and ordered: a node asks a variable before all variables below it, and two
//! of its values lead to different nodes; so two functions are equal where their nodes are. Knows
//! no verdicts: a diagram ends in numbers.

mod conditions;
mod read;

use std::{collections::HashMap, hash::Hasher as _};

use super::{
    Forest, Place, Root, Variable, Variables,
    quick::{Quick, QuickMap},
};
use crate::{fact::Question, verdict::Outcome};

/// A node of a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// The end 0: *false* of a condition.
pub const FALSE: NodeId = NodeId(0);
/// The end 1: *true* of a condition.
pub const TRUE: NodeId = NodeId(1);

/// More nodes than the limit, which is given.
pub type TooLarge = usize;

/// What a pair of nodes amounts to, where that is plain without looking below them; never `None`
/// for two ends.
pub type Combine<'c> = &'c mut dyn FnMut(&mut Graph<'_>, NodeId, NodeId) -> Result<Option<NodeId>, TooLarge>;

/// Nodes, each kept once. The ends 0 to 3 are the nodes 0 to 3.
pub struct Graph<'a> {
    variables: &'a Variables,
    heads: Vec<Head>,
    below: Vec<NodeId>,
    /// A hash table of the nodes, by what they are: places in `heads`, one past them, 0 where free.
    slots: Vec<u32>,
    ends: QuickMap<u32, NodeId>,
    nodes_max: usize,
}

#[derive(Clone, Copy)]
struct Head {
    /// The variable; `u16::MAX` for an end.
    variable: u16,
    arity: u16,
    /// The first of the nodes below in `below`; the number of an end.
    start: u32,
}

/// The `variable` of an end.
const END: u16 = u16::MAX;
/// Ends that every graph has, in this order.
const ENDS: u32 = 4;

impl<'a> Graph<'a> {
    /// A graph of the four ends.
    pub fn new(variables: &'a Variables, nodes_max: usize) -> Graph<'a> {
        let mut graph = Graph {
            variables,
            heads: Vec::new(),
            below: Vec::new(),
            slots: vec![0; 1 << 10],
            ends: QuickMap::default(),
            nodes_max: nodes_max.max(ENDS as usize),
        };
        for end in 0..ENDS {
            graph.ends.insert(end, NodeId(end));
            graph.heads.push(Head { variable: END, arity: 0, start: end });
        }
        graph
    }

    /// Its variables.
    pub fn variables(&self) -> &'a Variables {
        self.variables
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Never: the ends are always there.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// An end.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn end(&mut self, number: u32) -> Result<NodeId, TooLarge> {
        if let Some(id) = self.ends.get(&number) {
            return Ok(*id);
        }
        let id = self.push(Head { variable: END, arity: 0, start: number })?;
        self.ends.insert(number, id);
        Ok(id)
    }

    /// The number of an end; `None` for a node that asks.
    pub fn ending(&self, id: NodeId) -> Option<u32> {
        self.heads.get(id.0 as usize).filter(|head| head.variable == END).map(|head| head.start)
    }

    /// The variable that a node asks; `None` for an end.
    pub fn variable(&self, id: NodeId) -> Option<u16> {
        self.heads.get(id.0 as usize).map(|head| head.variable).filter(|variable| *variable != END)
    }

    /// The nodes below a node, one a value; none below an end.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        match self.heads.get(id.0 as usize) {
            Some(head) if head.variable != END => {
                let start = head.start as usize;
                self.below.get(start..start + usize::from(head.arity)).unwrap_or_default()
            }
            Some(_) | None => &[],
        }
    }

    /// Where `value` of `variable` leads from a node; the node itself where it does not ask it.
    pub fn child(&self, id: NodeId, variable: u16, value: usize) -> NodeId {
        if self.variable(id) == Some(variable) { self.children(id).get(value).copied().unwrap_or(id) } else { id }
    }

    /// How many values a variable has.
    pub fn arity(&self, variable: u16) -> usize {
        self.variables.get(variable).map_or(0, Variable::arity)
    }

    /// The node that asks `variable` and goes on with one of `values`; the one they all are.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn choose(&mut self, variable: u16, values: &[NodeId]) -> Result<NodeId, TooLarge> {
        let Some(first) = values.first() else { return Ok(FALSE) };
        if values.iter().all(|value| value == first) {
            return Ok(*first);
        }
        if (self.heads.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash(variable, values) & mask;
        while let Some(place) = self.slots.get(at).copied().filter(|place| *place != 0) {
            let id = NodeId(place - 1);
            if self.variable(id) == Some(variable) && self.children(id) == values {
                return Ok(id);
            }
            at = (at + 1) & mask;
        }
        let start = u32::try_from(self.below.len()).map_err(|_| self.nodes_max)?;
        let arity = u16::try_from(values.len()).map_err(|_| self.nodes_max)?;
        let id = self.push(Head { variable, arity, start })?;
        self.below.extend_from_slice(values);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = id.0 + 1;
        }
        Ok(id)
    }

    /// Where a variable has one of these values.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn one_of(&mut self, variable: u16, values: &[usize]) -> Result<NodeId, TooLarge> {
        let below: Vec<NodeId> =
            (0..self.arity(variable)).map(|value| if values.contains(&value) { TRUE } else { FALSE }).collect();
        self.choose(variable, &below)
    }

    fn push(&mut self, head: Head) -> Result<NodeId, TooLarge> {
        if self.heads.len() >= self.nodes_max {
            return Err(self.nodes_max);
        }
        let id = NodeId(u32::try_from(self.heads.len()).map_err(|_| self.nodes_max)?);
        self.heads.push(head);
        Ok(id)
    }

    fn grow(&mut self) {
        let mut slots = vec![0u32; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for place in self.slots.iter().copied().filter(|place| *place != 0) {
            let id = NodeId(place - 1);
            let Some(variable) = self.variable(id) else { continue };
            let mut at = hash(variable, self.children(id)) & mask;
            while slots.get(at).is_some_and(|taken| *taken != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = place;
            }
        }
        self.slots = slots;
    }

    /// Combines two diagrams.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn apply(&mut self, one: NodeId, two: NodeId, combine: Combine<'_>) -> Result<NodeId, TooLarge> {
        self.applied(one, two, &mut QuickMap::default(), combine)
    }

    fn applied(
        &mut self,
        one: NodeId,
        two: NodeId,
        memo: &mut QuickMap<(NodeId, NodeId), NodeId>,
        combine: Combine<'_>,
    ) -> Result<NodeId, TooLarge> {
        if let Some(done) = memo.get(&(one, two)) {
            return Ok(*done);
        }
        if let Some(done) = combine(self, one, two)? {
            return Ok(done);
        }
        let Some(variable) = [one, two].into_iter().filter_map(|id| self.variable(id)).min() else { return Ok(one) };
        let mut values = Vec::with_capacity(self.arity(variable));
        for value in 0..self.arity(variable) {
            let (one, two) = (self.child(one, variable, value), self.child(two, variable, value));
            values.push(self.applied(one, two, memo, combine)?);
        }
        let done = self.choose(variable, &values)?;
        memo.insert((one, two), done);
        Ok(done)
    }

    /// The diagram with other ends.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn map(&mut self, one: NodeId, end: &mut dyn FnMut(u32) -> u32) -> Result<NodeId, TooLarge> {
        self.apply(one, FALSE, &mut |graph, id, _| match graph.ending(id) {
            Some(number) => graph.end(end(number)).map(Some),
            None => Ok(None),
        })
    }

    /// Where a question is answered *yes*.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn of_question(&mut self, question: &Question) -> Result<NodeId, TooLarge> {
        let mut variables = self.variables.of_question(question);
        variables.sort_by_key(|(variable, _)| *variable);
        let mut below = FALSE;
        for (variable, truth) in variables.into_iter().rev() {
            let values: Vec<NodeId> =
                (0..self.arity(variable)).map(|value| if truth.contains(value) { TRUE } else { below }).collect();
            below = self.choose(variable, &values)?;
        }
        Ok(below)
    }

    /// A rule's tree; `questions` has the condition of each question, `end` the end of an outcome.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn of_tree(
        &mut self,
        forest: &Forest,
        root: Root,
        questions: &[NodeId],
        end: &mut dyn FnMut(&Outcome) -> u32,
    ) -> Result<NodeId, TooLarge> {
        self.of_tree_until(forest, root, questions, &[], FALSE, end)
    }

    /// A rule's tree that ends in `stop` at a question whose answer is unknown; `unknown` has where
    /// that is so of each question, nowhere of those past its end.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn of_tree_until(
        &mut self,
        forest: &Forest,
        root: Root,
        questions: &[NodeId],
        unknown: &[NodeId],
        stop: NodeId,
        end: &mut dyn FnMut(&Outcome) -> u32,
    ) -> Result<NodeId, TooLarge> {
        let mut known: HashMap<Root, NodeId> = HashMap::new();
        let mut stack = vec![root];
        while let Some(at) = stack.last().copied() {
            if known.contains_key(&at) {
                stack.pop();
                continue;
            }
            match forest.place(at) {
                Place::Say(leaf) => {
                    let node = self.end(end(forest.outcome(leaf)))?;
                    known.insert(at, node);
                }
                Place::Ask { question, yes, no, .. } => match (known.get(&yes).copied(), known.get(&no).copied()) {
                    (Some(yes), Some(no)) => {
                        let asked = questions.get(usize::from(question.0)).copied().unwrap_or(FALSE);
                        let node = self.if_then_else(asked, yes, no)?;
                        let open = unknown.get(usize::from(question.0)).copied().unwrap_or(FALSE);
                        let node = self.if_then_else(open, stop, node)?;
                        known.insert(at, node);
                    }
                    (None, _) => stack.push(yes),
                    (_, None) => stack.push(no),
                },
            }
        }
        Ok(known.get(&root).copied().unwrap_or(FALSE))
    }

    /// Combines many diagrams in order, neighbours first, so that no large one is walked for each
    /// small one. `combine` must not mind where the brackets stand.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn fold(&mut self, mut all: Vec<NodeId>, none: NodeId, combine: Combine<'_>) -> Result<NodeId, TooLarge> {
        while all.len() > 1 {
            let mut half = Vec::with_capacity(all.len().div_ceil(2));
            for pair in all.chunks(2) {
                match pair {
                    [one, two] => half.push(self.apply(*one, *two, combine)?),
                    one => half.extend_from_slice(one),
                }
            }
            all = half;
        }
        Ok(all.first().copied().unwrap_or(none))
    }
}

fn hash(variable: u16, values: &[NodeId]) -> usize {
    let mut quick = Quick::default();
    quick.write_u16(variable);
    values.iter().for_each(|value| quick.write_u32(value.0));
    // Bits above the width of a `usize` are as good as any other.
    (quick.finish() >> 20) as usize
}
