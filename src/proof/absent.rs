//! What is concluded where a fact was not given, among those whose absence a rule asks for.
//!
//! What a fact is then is drawn from a request that gives nothing. Some are one thing: no earlier
//! session is none. Others may be anything, and the desk concludes what all of it shares.

use super::{
    Conclusions, Space,
    conclusion::{NOTHING, Rules, first_of, of_stage},
    witness::nothing,
};
use crate::{
    fact::{FactId, Test},
    pack::Pack,
    tree::{FALSE, Graph, NodeId, TRUE, TooLarge, ValueMask, VariableKind},
    verdict::Verdict,
};

/// A fact whose absence a rule asks for.
#[derive(Debug)]
pub(super) struct Absent {
    /// The fact.
    pub fact: FactId,
    /// The variable that tells whether it was given.
    pub known: u16,
    /// Whether it can be absent at all.
    pub can_be: bool,
    /// Its other variables, each with the values that it may have where nothing was given.
    pub values: Vec<(u16, ValueMask)>,
}

impl Absent {
    /// Whether it may then be several things.
    pub fn is_open(&self) -> bool {
        self.values.iter().any(|(_, mask)| mask.only().is_none())
    }
}

/// The facts whose absence is asked for.
pub(super) fn asked_for(space: &Space) -> Vec<Absent> {
    let blank = space.values(&nothing());
    let known = space.variables.iter().filter(|(_, variable)| matches!(variable.kind, VariableKind::Known));
    let of_one = |known: u16, fact: FactId| {
        let others = space.variables.iter().filter(|(place, variable)| variable.fact == fact && *place != known);
        let mask = |place: u16| blank.get(usize::from(place)).cloned().unwrap_or(ValueMask::ANY);
        Absent {
            fact,
            known,
            can_be: mask(known).contains(0),
            values: others.map(|(place, _)| (place, mask(place))).collect(),
        }
    };
    known.map(|(place, variable)| of_one(place, variable.fact)).collect()
}

/// Those that may be several things where they were not given.
pub(super) fn open(space: &Space) -> Vec<Absent> {
    asked_for(space).into_iter().filter(|absent| absent.can_be && absent.is_open()).collect()
}

/// Where a fact without arguments was not given; nowhere where no rule asks for that.
///
/// # Errors
/// The limit of nodes.
pub(super) fn not_given(graph: &mut Graph<'_>, space: &Space, name: &str) -> Result<NodeId, TooLarge> {
    let is_named = |absent: &&Absent| space.book.get_fact(absent.fact).is_some_and(|fact| fact.kind.name == name);
    match open(space).iter().find(is_named) {
        Some(absent) => graph.one_of(absent.known, &[0]),
        None => Ok(FALSE),
    }
}

/// Where each question of a pack is unknown, because its fact was not given.
///
/// # Errors
/// The limit of nodes.
pub(super) fn unknown(
    graph: &mut Graph<'_>,
    space: &Space,
    place: usize,
    open: &[Absent],
    asked: &[NodeId],
) -> Result<Vec<NodeId>, TooLarge> {
    let questions = space.views.get(place).map(|view| view.questions.as_slice()).unwrap_or_default();
    let mut unknown = Vec::with_capacity(questions.len());
    for (id, condition) in questions.iter().zip(asked) {
        let question = space.book.get(*id).filter(|question| question.test != Test::Known);
        let fact = question.and_then(|question| open.iter().find(|absent| absent.fact == question.fact));
        // What no code is in is answered, whatever the code.
        unknown.push(match fact {
            Some(absent) if *condition != FALSE => graph.one_of(absent.known, &[0])?,
            Some(_) | None => FALSE,
        });
    }
    Ok(unknown)
}

/// What the desk concludes where open facts are not given: what all that they may be shares, for
/// the reason that the rest shows (`shown`), or else that of the lowest values; or a flag.
///
/// # Errors
/// The limit of nodes.
pub(super) fn settled(
    graph: &mut Graph<'_>,
    space: &Space,
    place: usize,
    open: &[Absent],
    concluded: NodeId,
    shown: NodeId,
    said: &mut Conclusions,
) -> Result<NodeId, TooLarge> {
    let mut verdicts = graph.map(concluded, &mut |end| said.verdict(end).map_or(0, |verdict| verdict as u32))?;
    let mut lowest = concluded;
    for absent in open {
        let (mut each, mut low) = (verdicts, lowest);
        for (variable, mask) in &absent.values {
            let values = (0..graph.arity(*variable)).filter(|value| mask.contains(*value));
            let values = values.map(|value| graph.fixed(each, *variable, value)).collect::<Result<Vec<_>, _>>()?;
            each = graph.fold(values, FALSE, &mut |graph, one, two| match (graph.ending(one), graph.ending(two)) {
                (Some(first), Some(second)) if first != second => graph.end(DIFFER).map(Some),
                (_, _) => Ok((one == two).then_some(one)),
            })?;
            low = graph.fixed(low, *variable, space.lowest(place, *variable))?;
        }
        let given = graph.choose(absent.known, &[FALSE, TRUE])?;
        verdicts = graph.if_then_else(given, verdicts, each)?;
        lowest = graph.if_then_else(given, lowest, low)?;
    }
    let missing = said.end(Verdict::Flag, "missing-information");
    let agreed =
        graph.apply(shown, verdicts, &mut |graph, one, verdict| match (graph.ending(one), graph.ending(verdict)) {
            (_, Some(DIFFER)) => graph.end(missing).map(Some),
            (Some(NOTHING), Some(_)) => Ok(Some(FALSE)),
            (Some(end), Some(verdict)) => {
                let is_it = said.verdict(end).is_some_and(|of| of as u32 == verdict);
                Ok(Some(if is_it { one } else { FALSE }))
            }
            (_, _) => Ok(None),
        })?;
    first_of(graph, agreed, lowest)
}

/// The end of verdicts that differ; verdicts themselves are the ends before it.
const DIFFER: u32 = 3;

/// Where the desk would meet an unknown answer on its way through these stages.
///
/// # Errors
/// The limit of nodes.
pub(super) fn met(
    graph: &mut Graph<'_>,
    pack: &Pack,
    passing: &Rules,
    stopping: &Rules,
    stages: usize,
    said: &Conclusions,
) -> Result<NodeId, TooLarge> {
    let (mut met, mut reached, mut found) = (FALSE, TRUE, FALSE);
    for ((stage, passing), stopping) in pack.stages.iter().zip(passing).zip(stopping).take(stages) {
        if stage.is_limit {
            continue;
        }
        met = met_here(graph, met, reached, stopping)?;
        let here = of_stage(graph, passing, said)?;
        found = first_of(graph, found, here)?;
        reached = graph.map(found, &mut |end| u32::from(end == NOTHING))?;
    }
    let raised = graph.map(found, &mut |end| u32::from(said.verdict(end).is_some_and(|of| of > Verdict::Allow)))?;
    for (_, stopping) in pack.stages.iter().zip(stopping).filter(|(stage, _)| stage.is_limit) {
        met = met_here(graph, met, raised, stopping)?;
    }
    Ok(met)
}

fn met_here(graph: &mut Graph<'_>, mut met: NodeId, reached: NodeId, stopping: &[NodeId]) -> Result<NodeId, TooLarge> {
    for stops in stopping {
        let here = graph.and(reached, *stops)?;
        met = graph.or(met, here)?;
    }
    Ok(met)
}
