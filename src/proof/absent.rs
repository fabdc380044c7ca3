//! What is concluded where a fact was not given, among those whose absence a rule asks for: not
//! given has no amount, so what hangs on the amount then is what all amounts share, or a flag.

use super::{Conclusions, Space};
use crate::{
    fact::{FactId, Shape},
    tree::{FALSE, Graph, NodeId, TRUE, TooLarge, VariableKind},
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
        let others = space.variables.iter().filter(|(place, variable)| variable.fact == fact && *place != known);
        let others: Vec<u16> = others.map(|(place, _)| place).collect();
        let mut absent = graph.fixed(concluded, known, 0)?;
        for variable in others {
            let values = (0..graph.arity(variable)).map(|value| graph.fixed(absent, variable, value));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            absent =
                graph.fold(values, FALSE, &mut |graph, one, two| match (graph.ending(one), graph.ending(two)) {
                    (Some(first), Some(second)) => {
                        let agree = said.verdict(first) == said.verdict(second);
                        graph.end(if agree { first } else { missing }).map(Some)
                    }
                    (_, _) => Ok((one == two).then_some(one)),
                })?;
        }
        let given = graph.choose(known, &[FALSE, TRUE])?;
        concluded = graph.if_then_else(given, concluded, absent)?;
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
