//! The verdict diagram of a pack: a multi-valued decision diagram from facts to verdicts.
//!
//! Built from the trees of all rules, stage by stage: the first stage with a finding settles the
//! line, the most severe finding of a stage wins, limits come last. Its endings are verdicts, not
//! findings, so it stays small; it is reduced and ordered, so equal policies have equal diagrams.

use std::collections::HashMap;

use super::{Forest, Place, Root, Variables, variable::full};
use crate::{
    fact::Book,
    verdict::{Outcome, Verdict},
};

/// A node of a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

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
    ) -> Result<Diagram, usize> {
        let mut maker = Maker { nodes: Vec::new(), index: HashMap::new(), variables, nodes_max };
        for ending in
            [Ending::Pass, Ending::Says(Verdict::Allow), Ending::Says(Verdict::Flag), Ending::Says(Verdict::Deny)]
        {
            maker.keep(Node::End(ending))?;
        }
        let questions = maker.questions(book)?;
        let mut diagram = PASS;
        for stage in stages.iter().rev().filter(|stage| !stage.is_limit) {
            let mut found = PASS;
            for root in &stage.roots {
                let rule = maker.of_tree(forest, *root, &questions, finding_of)?;
                found = maker.apply(found, rule, &mut HashMap::new(), NodeId::max)?;
            }
            diagram = maker.apply(
                found,
                diagram,
                &mut HashMap::new(),
                |first, later| {
                    if first == PASS { later } else { first }
                },
            )?;
        }
        diagram =
            maker.apply(diagram, ALLOW, &mut HashMap::new(), |found, _| if found == PASS { ALLOW } else { found })?;
        for root in stages.iter().filter(|stage| stage.is_limit).flat_map(|stage| &stage.roots) {
            let cap = maker.of_tree(forest, *root, &questions, cap_of)?;
            diagram = maker.apply(diagram, cap, &mut HashMap::new(), NodeId::min)?;
        }
        Ok(Diagram { nodes: maker.nodes, root: diagram }.without_waste())
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

    /// Only the nodes that the root reaches, in the order of a walk.
    fn without_waste(self) -> Diagram {
        let mut kept: Vec<NodeId> = vec![PASS, ALLOW, FLAG, DENY];
        let mut places: HashMap<NodeId, NodeId> = kept.iter().map(|id| (*id, *id)).collect();
        let mut stack = vec![self.root];
        while let Some(id) = stack.pop() {
            if places.contains_key(&id) {
                continue;
            }
            places.insert(id, NodeId(u32::try_from(kept.len()).unwrap_or(u32::MAX)));
            kept.push(id);
            if let Node::Ask { values, .. } = self.node(id) {
                stack.extend(values.iter().rev());
            }
        }
        let moved = |id: &NodeId| places.get(id).copied().unwrap_or(*id);
        let nodes = kept
            .iter()
            .map(|id| match self.node(*id) {
                Node::End(ending) => Node::End(*ending),
                Node::Ask { variable, values } => {
                    Node::Ask { variable: *variable, values: values.iter().map(moved).collect() }
                }
            })
            .collect();
        Diagram { nodes, root: moved(&self.root) }
    }
}

fn finding_of(outcome: &Outcome) -> NodeId {
    match outcome {
        Outcome::Pass | Outcome::Note(_) | Outcome::AtMost(..) => PASS,
        Outcome::Find(Verdict::Allow, _) => ALLOW,
        Outcome::Find(Verdict::Flag, _) => FLAG,
        Outcome::Find(Verdict::Deny, _) => DENY,
    }
}

fn cap_of(outcome: &Outcome) -> NodeId {
    match outcome {
        Outcome::AtMost(Verdict::Allow, _) => ALLOW,
        Outcome::AtMost(Verdict::Flag, _) => FLAG,
        Outcome::AtMost(Verdict::Deny, _) | Outcome::Pass | Outcome::Note(_) | Outcome::Find(..) => DENY,
    }
}

struct Maker<'a> {
    nodes: Vec<Node>,
    index: HashMap<Node, NodeId>,
    variables: &'a Variables,
    nodes_max: usize,
}

impl Maker<'_> {
    fn keep(&mut self, node: Node) -> Result<NodeId, usize> {
        if let Some(id) = self.index.get(&node) {
            return Ok(*id);
        }
        if self.nodes.len() >= self.nodes_max {
            return Err(self.nodes_max);
        }
        let id = NodeId(u32::try_from(self.nodes.len()).map_err(|_| self.nodes_max)?);
        self.nodes.push(node.clone());
        self.index.insert(node, id);
        Ok(id)
    }

    fn choose(&mut self, variable: u16, values: Vec<NodeId>) -> Result<NodeId, usize> {
        match values.first() {
            Some(first) if values.iter().all(|value| value == first) => Ok(*first),
            _ => self.keep(Node::Ask { variable, values }),
        }
    }

    /// A diagram of each question: DENY where it is true, PASS where it is false.
    fn questions(&mut self, book: &Book) -> Result<Vec<NodeId>, usize> {
        book.questions()
            .iter()
            .map(|question| {
                let mut variables = self.variables.of_question(question);
                variables.sort_unstable();
                let mut below = PASS;
                for (variable, truth) in variables.into_iter().rev() {
                    let arity = self.variables.get(variable).map_or(0, super::Variable::arity);
                    let values = (0..arity).map(|value| if truth >> value & 1 == 1 { DENY } else { below }).collect();
                    below = self.choose(variable, values)?;
                }
                Ok(below)
            })
            .collect()
    }

    fn of_tree(
        &mut self,
        forest: &Forest,
        root: Root,
        questions: &[NodeId],
        end: fn(&Outcome) -> NodeId,
    ) -> Result<NodeId, usize> {
        let mut known: HashMap<Root, NodeId> = HashMap::new();
        let mut stack = vec![root];
        while let Some(at) = stack.last().copied() {
            if known.contains_key(&at) {
                stack.pop();
                continue;
            }
            match forest.place(at) {
                Place::Say(leaf) => {
                    known.insert(at, end(forest.outcome(leaf)));
                }
                Place::Ask { question, yes, no, .. } => match (known.get(&yes).copied(), known.get(&no).copied()) {
                    (Some(yes), Some(no)) => {
                        let asked = questions.get(usize::from(question.0)).copied().unwrap_or(PASS);
                        let node = self.if_then_else(asked, yes, no, &mut HashMap::new())?;
                        known.insert(at, node);
                    }
                    (None, _) => stack.push(yes),
                    (_, None) => stack.push(no),
                },
            }
        }
        Ok(known.get(&root).copied().unwrap_or(PASS))
    }

    fn if_then_else(
        &mut self,
        asked: NodeId,
        yes: NodeId,
        no: NodeId,
        memo: &mut HashMap<(NodeId, NodeId, NodeId), NodeId>,
    ) -> Result<NodeId, usize> {
        match asked {
            DENY => return Ok(yes),
            PASS => return Ok(no),
            _ if yes == no => return Ok(yes),
            _ => {}
        }
        if let Some(done) = memo.get(&(asked, yes, no)) {
            return Ok(*done);
        }
        let Some(variable) = [asked, yes, no].iter().filter_map(|id| self.variable(*id)).min() else { return Ok(no) };
        let arity = self.variables.get(variable).map_or(0, super::Variable::arity);
        let mut values = Vec::with_capacity(arity);
        for value in 0..arity {
            let (asked, yes, no) =
                (self.child(asked, variable, value), self.child(yes, variable, value), self.child(no, variable, value));
            values.push(self.if_then_else(asked, yes, no, memo)?);
        }
        let done = self.choose(variable, values)?;
        memo.insert((asked, yes, no), done);
        Ok(done)
    }

    /// Combines two diagrams ending by ending.
    fn apply(
        &mut self,
        one: NodeId,
        two: NodeId,
        memo: &mut HashMap<(NodeId, NodeId), NodeId>,
        combine: fn(NodeId, NodeId) -> NodeId,
    ) -> Result<NodeId, usize> {
        if one <= DENY && two <= DENY {
            return Ok(combine(one, two));
        }
        if let Some(done) = memo.get(&(one, two)) {
            return Ok(*done);
        }
        let Some(variable) = [one, two].iter().filter_map(|id| self.variable(*id)).min() else { return Ok(one) };
        let arity = self.variables.get(variable).map_or(0, super::Variable::arity);
        let mut values = Vec::with_capacity(arity);
        for value in 0..arity {
            let (one, two) = (self.child(one, variable, value), self.child(two, variable, value));
            values.push(self.apply(one, two, memo, combine)?);
        }
        let done = self.choose(variable, values)?;
        memo.insert((one, two), done);
        Ok(done)
    }

    fn variable(&self, id: NodeId) -> Option<u16> {
        match self.nodes.get(id.0 as usize) {
            Some(Node::Ask { variable, .. }) => Some(*variable),
            Some(Node::End(_)) | None => None,
        }
    }

    fn child(&self, id: NodeId, variable: u16, value: usize) -> NodeId {
        match self.nodes.get(id.0 as usize) {
            Some(Node::Ask { variable: own, values }) if *own == variable => values.get(value).copied().unwrap_or(id),
            Some(Node::Ask { .. } | Node::End(_)) | None => id,
        }
    }
}

impl super::Allowed {
    /// Every value of every variable.
    pub fn all(variables: &Variables) -> super::Allowed {
        super::Allowed::new(variables.iter().map(|(_, variable)| full(variable.arity())).collect())
    }
}
