//! Diagrams read at requests: what a proof says of one line, to be held against the desk.

use super::{
    Conclusion, Conclusions, ProofError, Space,
    conclusion::{conclude, lay},
    diff::NODES_MAX,
};
use crate::{
    fact::{Drawn, View},
    pack::Pack,
    request::Request,
    tree::{Graph, NodeId, ValueMask, VariableKind},
};

impl Space {
    /// The values that each variable can have on the first line of a request, a mask each; all of
    /// them where there is no line.
    pub fn values(&self, request: &Request) -> Vec<ValueMask> {
        let Some(line) = request.lines.first() else { return vec![ValueMask::ANY; self.variables.len()] };
        let view = View::new(request, line, &self.sets);
        let facts = self.book.facts().iter();
        let drawn: Vec<Drawn<'_>> = facts.map(|fact| (fact.kind.draw)(&view, &fact.arguments)).collect();
        let variables = self.variables.iter();
        let mask = |fact: usize| drawn.get(fact);
        variables
            .map(|(_, variable)| {
                mask(usize::from(variable.fact.0)).map_or(ValueMask::ANY, |drawn| variable.possible(drawn))
            })
            .collect()
    }

    /// Whether everything that is asked is known of a line with these values: each variable has one;
    /// or the fact was not given, and rules ask whether it was.
    pub fn is_definite(&self, values: &[ValueMask]) -> bool {
        let only = |place: u16| values.get(usize::from(place)).and_then(ValueMask::only);
        let is_known_absent = |fact| {
            let known = self.variables.iter().filter(|(_, variable)| variable.fact == fact);
            known
                .filter(|(_, variable)| matches!(variable.kind, VariableKind::Known))
                .any(|(place, _)| only(place) == Some(0))
        };
        let mut variables = self.variables.iter();
        variables.all(|(place, variable)| only(place).is_some() || is_known_absent(variable.fact))
    }
}

/// What the diagram of a pack concludes of the first line of each request; `None` where not
/// all that is asked is known.
///
/// # Errors
/// See [`ProofError`].
pub fn concluded(pack: &Pack, requests: &[Request]) -> Result<Vec<Option<Conclusion>>, ProofError> {
    let space = Space::of(pack)?;
    let mut graph = Graph::new(&space.variables, NODES_MAX);
    let mut said = Conclusions::default();
    let laid = lay(&mut graph, &space, 0, pack, &mut said)?;
    let root = conclude(&mut graph, &space, pack, &laid, &mut said)?;
    let read = |request| {
        let values = Some(space.values(request)).filter(|values| space.is_definite(values))?;
        end_at(&graph, root, &values).and_then(|end| said.get(end).cloned())
    };
    Ok(requests.iter().map(read).collect())
}

/// The end to which values lead; `None` where a variable on the way may have several.
fn end_at(graph: &Graph<'_>, mut at: NodeId, values: &[ValueMask]) -> Option<u32> {
    while let Some(variable) = graph.variable(at) {
        at = graph.child(at, variable, values.get(usize::from(variable))?.only()?);
    }
    graph.ending(at)
}
