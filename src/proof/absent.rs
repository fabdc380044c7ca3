//! What is concluded where a fact was not given, among those whose absence a rule asks for: not
//! given has no amount, so what hangs on the amount then is what all amounts share, or a flag.

use std::collections::HashMap;

use super::{Conclusions, Space};
use crate::{
    fact::{FactId, Shape},
    tree::{FALSE, Graph, NodeId, TooLarge, VariableKind},
    verdict::Verdict,
};

/// The diagram of conclusions with its branches of absence settled.
///
/// # Errors
/// The limit of nodes.
pub(super) fn settled(
    graph: &mut Graph<'_>,
    space: &Space,
    mut concluded: NodeId,
    said: &mut Conclusions,
) -> Result<NodeId, TooLarge> {
    let missing = said.end(Verdict::Flag, "missing-information");
    for (known, fact) in asked_for(space) {
        let others = space.variables.of_fact(fact).map(|(place, _)| place).filter(|place| *place != known);
        let others: Vec<u16> = others.collect();
        // What stands above the fact stays as it is: one walk down to it.
        let mut done: HashMap<NodeId, NodeId> = HashMap::new();
        concluded = graph.apply(concluded, FALSE, &mut |graph, id, _| {
            if graph.variable(id).is_some_and(|variable| variable < known) {
                return Ok(None);
            }
            if let Some(settled) = done.get(&id) {
                return Ok(Some(*settled));
            }
            let (absent, given) = (graph.child(id, known, 0), graph.child(id, known, 1));
            let absent = whatever(graph, &others, absent, said, missing)?;
            let settled = graph.choose(known, &[absent, given])?;
            done.insert(id, settled);
            Ok(Some(settled))
        })?;
    }
    Ok(concluded)
}

/// What is concluded whatever the values of some variables: what all agree on, or `missing`.
fn whatever(
    graph: &mut Graph<'_>,
    variables: &[u16],
    mut concluded: NodeId,
    said: &Conclusions,
    missing: u32,
) -> Result<NodeId, TooLarge> {
    for variable in variables {
        let values = (0..graph.arity(*variable)).map(|value| graph.fixed(concluded, *variable, value));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        concluded = graph.fold(values, FALSE, &mut |graph, one, two| match (graph.ending(one), graph.ending(two)) {
            (Some(first), Some(second)) => {
                let agree = said.verdict(first) == said.verdict(second);
                graph.end(if agree { first } else { missing }).map(Some)
            }
            (_, _) => Ok((one == two).then_some(one)),
        })?;
    }
    Ok(concluded)
}

/// The facts whose absence is asked for, with the variable that tells it: those of which nothing
/// is known where nothing was given. A choice has a value for that, a set of codes is empty.
fn asked_for(space: &Space) -> Vec<(u16, FactId)> {
    let is_open = |fact: FactId| {
        let shape = space.book.get_fact(fact).map(|fact| fact.kind.shape);
        matches!(shape, Some(Shape::Code | Shape::Quantity(_) | Shape::Date))
    };
    let known = space.variables.iter().filter(|(_, variable)| matches!(variable.kind, VariableKind::Known));
    known.map(|(place, variable)| (place, variable.fact)).filter(|(_, fact)| is_open(*fact)).collect()
}
