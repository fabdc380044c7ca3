//! The verdict diagram of a pack: a multi-valued decision diagram from facts to verdicts.
//!
//! Built from the trees of all rules, stage by stage: the first stage with a finding settles the
//! line, the most severe finding of a stage wins, limits come last. Its endings are verdicts, not
//! findings, so it stays small; it is reduced and ordered, so equal policies have equal diagrams.

use std::collections::HashMap;

use super::{Forest, Graph, NodeId, Root, TooLarge, ValueMask, Variables};
use crate::{
    fact::Book,
    verdict::{Outcome, Verdict},
};

/// Where a diagram ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ending {
    /// No finding.
    Pass,
    /// A verdict.
    Says(Verdict),
}

/// A node: an ending, or a variable with a node for each of its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The end.
    End(Ending),
    /// A choice.
    Ask {
        /// The variable's place.
        variable: u16,
        /// A node a value.
        values: Vec<NodeId>,
    },
}

/// A diagram over [`Variables`]. Nodes 0 to 3 are the endings.
#[derive(Clone, Debug)]
pub struct Diagram {
    nodes: Vec<Node>,
    root: NodeId,
}

/// The trees of one stage.
#[derive(Clone, Debug)]
pub struct StageTrees {
    /// The roots of its rules.
    pub roots: Vec<Root>,
    /// Whether it may only lower.
    pub is_limit: bool,
}

const PASS: NodeId = NodeId(0);
const ALLOW: NodeId = NodeId(1);
const FLAG: NodeId = NodeId(2);
const DENY: NodeId = NodeId(3);

impl Diagram {
    /// Builds the diagram of a pack.
    ///
    /// # Errors
    /// The limit of nodes, where the pack passes it.
    pub fn build(
        forest: &Forest,
        stages: &[StageTrees],
        book: &Book,
        variables: &Variables,
        nodes_max: usize,
    ) -> Result<Diagram, TooLarge> {
        let mut graph = Graph::new(variables, nodes_max);
        let questions =
            book.questions().iter().map(|question| graph.of_question(question)).collect::<Result<Vec<_>, _>>()?;
        let mut diagram = PASS;
        for stage in stages.iter().rev().filter(|stage| !stage.is_limit) {
            let rules = stage
                .roots
                .iter()
                .map(|root| graph.of_tree(forest, *root, &questions, &mut finding_of))
                .collect::<Result<Vec<_>, _>>()?;
            let found = graph.fold(rules, PASS, &mut |_, one, two| Ok(most_severe(one, two)))?;
            diagram = graph.apply(found, diagram, &mut |_, first, later| {
                Ok(match (first, later) {
                    (PASS, later) => Some(later),
                    (first, _) => (first <= DENY).then_some(first),
                })
            })?;
        }
        diagram = graph.map(diagram, &mut |end| if end == PASS.0 { ALLOW.0 } else { end })?;
        let limits = stages.iter().filter(|stage| stage.is_limit).flat_map(|stage| &stage.roots);
        let caps =
            limits.map(|root| graph.of_tree(forest, *root, &questions, &mut cap_of)).collect::<Result<Vec<_>, _>>()?;
        let cap = graph.fold(caps, DENY, &mut |_, one, two| Ok(least_severe(one, two)))?;
        diagram = graph.apply(diagram, cap, &mut |_, one, two| Ok(least_severe(one, two)))?;
        Ok(Diagram::of(&graph, diagram))
    }

    /// The diagram of what several packs say together, each a diagram in the ends of
    /// [`Diagram::end_of`]: the most severe.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn most_severe(graph: &mut Graph<'_>, each: Vec<NodeId>) -> Result<Diagram, TooLarge> {
        let root = graph.fold(each, ALLOW, &mut |_, one, two| Ok(most_severe(one, two)))?;
        Ok(Diagram::of(graph, root))
    }

    /// The end that says a verdict.
    pub fn end_of(verdict: Verdict) -> u32 {
        end_of(verdict)
    }

    /// Where it begins.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The node of an id.
    pub fn node(&self, id: NodeId) -> &Node {
        const NOTHING: &Node = &Node::End(Ending::Pass);
        self.nodes.get(id.0 as usize).unwrap_or(NOTHING)
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Only the nodes that `root` reaches, in the order of a walk.
    fn of(graph: &Graph<'_>, root: NodeId) -> Diagram {
        let mut kept: Vec<NodeId> = vec![PASS, ALLOW, FLAG, DENY];
        let mut places: HashMap<NodeId, NodeId> = kept.iter().map(|id| (*id, *id)).collect();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if places.contains_key(&id) {
                continue;
            }
            places.insert(id, NodeId(u32::try_from(kept.len()).unwrap_or(u32::MAX)));
            kept.push(id);
            stack.extend(graph.children(id).iter().rev());
        }
        let moved = |id: &NodeId| places.get(id).copied().unwrap_or(*id);
        let nodes = kept
            .iter()
            .map(|id| match graph.variable(*id) {
                Some(variable) => Node::Ask { variable, values: graph.children(*id).iter().map(moved).collect() },
                None => Node::End(ending_of(*id)),
            })
            .collect();
        Diagram { nodes, root: moved(&root) }
    }
}

fn ending_of(id: NodeId) -> Ending {
    match id {
        ALLOW => Ending::Says(Verdict::Allow),
        FLAG => Ending::Says(Verdict::Flag),
        DENY => Ending::Says(Verdict::Deny),
        _ => Ending::Pass,
    }
}

/// The more severe of two ends; where one is *pass*, the other.
fn most_severe(one: NodeId, two: NodeId) -> Option<NodeId> {
    match (one, two) {
        (PASS, other) | (other, PASS) => Some(other),
        (DENY, _) | (_, DENY) => Some(DENY),
        (one, two) if one <= DENY && two <= DENY => Some(one.max(two)),
        (one, two) => (one == two).then_some(one),
    }
}

/// The less severe of two ends; no limit is *deny*.
fn least_severe(one: NodeId, two: NodeId) -> Option<NodeId> {
    match (one, two) {
        (DENY, other) | (other, DENY) => Some(other),
        (ALLOW, _) | (_, ALLOW) => Some(ALLOW),
        (one, two) if one <= DENY && two <= DENY => Some(one.min(two)),
        (one, two) => (one == two).then_some(one),
    }
}

fn finding_of(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Pass | Outcome::Note(_) | Outcome::AtMost(..) => PASS.0,
        Outcome::Find(verdict, _) => end_of(*verdict),
    }
}

fn cap_of(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::AtMost(verdict, _) => end_of(*verdict),
        Outcome::Pass | Outcome::Note(_) | Outcome::Find(..) => DENY.0,
    }
}

fn end_of(verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Allow => ALLOW.0,
        Verdict::Flag => FLAG.0,
        Verdict::Deny => DENY.0,
    }
}

impl super::Allowed {
    /// Every value of every variable.
    pub fn all(variables: &Variables) -> super::Allowed {
        super::Allowed::new(variables.iter().map(|(_, variable)| ValueMask::first(variable.arity())).collect())
    }
}
