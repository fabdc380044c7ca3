//! What can be done with conditions, diagrams that end in *true* and *false*.

use super::{FALSE, Graph, NodeId, TRUE, TooLarge};
use crate::tree::quick::QuickMap;

impl Graph<'_> {
    /// Both conditions.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn and(&mut self, one: NodeId, two: NodeId) -> Result<NodeId, TooLarge> {
        self.apply(one, two, &mut |_, one, two| {
            Ok(match (one, two) {
                (FALSE, _) | (_, FALSE) => Some(FALSE),
                (TRUE, other) | (other, TRUE) => Some(other),
                (one, two) => (one == two).then_some(one),
            })
        })
    }

    /// Either condition.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn or(&mut self, one: NodeId, two: NodeId) -> Result<NodeId, TooLarge> {
        self.apply(one, two, &mut |_, one, two| {
            Ok(match (one, two) {
                (TRUE, _) | (_, TRUE) => Some(TRUE),
                (FALSE, other) | (other, FALSE) => Some(other),
                (one, two) => (one == two).then_some(one),
            })
        })
    }

    /// The first condition without the second.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn without(&mut self, one: NodeId, two: NodeId) -> Result<NodeId, TooLarge> {
        self.apply(one, two, &mut |_, one, two| {
            Ok(match (one, two) {
                (FALSE, _) | (_, TRUE) => Some(FALSE),
                (one, FALSE) => Some(one),
                (one, two) => (one == two).then_some(FALSE),
            })
        })
    }

    /// The condition with a variable at one of its values.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn fixed(&mut self, id: NodeId, variable: u16, value: usize) -> Result<NodeId, TooLarge> {
        let only = self.one_of(variable, &[value])?;
        self.apply(id, only, &mut |graph, id, only| {
            let at = graph.variable(id).unwrap_or(u16::MAX);
            Ok(match graph.variable(only) {
                // Below the variable nothing changes.
                None => Some(id),
                Some(_) if at == variable => Some(graph.child(id, variable, value)),
                Some(_) => (at > variable).then_some(id),
            })
        })
    }

    /// Where a condition holds, `yes`; elsewhere `no`.
    ///
    /// # Errors
    /// The limit of nodes.
    pub fn if_then_else(&mut self, asked: NodeId, yes: NodeId, no: NodeId) -> Result<NodeId, TooLarge> {
        self.chosen(asked, yes, no, &mut QuickMap::default())
    }

    fn chosen(
        &mut self,
        asked: NodeId,
        yes: NodeId,
        no: NodeId,
        memo: &mut QuickMap<(NodeId, NodeId, NodeId), NodeId>,
    ) -> Result<NodeId, TooLarge> {
        match asked {
            TRUE => return Ok(yes),
            FALSE => return Ok(no),
            _ if yes == no => return Ok(yes),
            _ => {}
        }
        if let Some(done) = memo.get(&(asked, yes, no)) {
            return Ok(*done);
        }
        let Some(variable) = [asked, yes, no].into_iter().filter_map(|id| self.variable(id)).min() else {
            return Ok(no);
        };
        let mut values = Vec::with_capacity(self.arity(variable));
        for value in 0..self.arity(variable) {
            let (asked, yes, no) =
                (self.child(asked, variable, value), self.child(yes, variable, value), self.child(no, variable, value));
            values.push(self.chosen(asked, yes, no, memo)?);
        }
        let done = self.choose(variable, &values)?;
        memo.insert((asked, yes, no), done);
        Ok(done)
    }
}
