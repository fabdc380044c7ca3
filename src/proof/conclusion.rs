//! What a pack concludes of every line that can be: a diagram whose ends are verdict and main
//! reason, built from the rules' trees as the desk asks them.

use std::collections::HashMap;

use super::{Space, absent};
use crate::{
    pack::{Pack, Rule, Stage},
    tree::{FALSE, Graph, NodeId, TooLarge},
    verdict::{Outcome, Verdict},
};

/// A verdict and its main reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Conclusion {
    /// The verdict.
    pub verdict: Verdict,
    /// The id of the main reason; one of the engine's own where no rule speaks.
    pub reason: String,
}

/// Conclusions, each kept once: the end 0 is *nothing yet*, the end n the n-th of them.
#[derive(Debug, Default)]
pub struct Conclusions {
    states: Vec<State>,
    index: HashMap<State, u32>,
}

/// A conclusion while limits are held against it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    /// The verdict before any limit: only limits below it speak.
    before: Verdict,
    said: Conclusion,
    is_lowered: bool,
}

/// Nothing was found yet.
pub const NOTHING: u32 = 0;

/// The rules of a pack as diagrams, in the order of its stages.
pub struct Laid {
    /// What each rule of each stage finds: the end of a finding, [`NOTHING`] elsewhere. A limit's
    /// ends are the conclusion it lowers to.
    pub rules: Vec<Vec<NodeId>>,
    /// Where the pack is in force.
    pub in_force: NodeId,
    /// Where the line is a companion.
    pub follower: NodeId,
}

impl Conclusions {
    /// The end of a finding.
    pub fn end(&mut self, verdict: Verdict, reason: &str) -> u32 {
        let said = Conclusion { verdict, reason: reason.to_owned() };
        self.keep(State { before: verdict, said, is_lowered: false })
    }

    /// The conclusion of an end; `None` for [`NOTHING`].
    pub fn get(&self, end: u32) -> Option<&Conclusion> {
        self.state(end).map(|state| &state.said)
    }

    /// The verdict of an end.
    pub fn verdict(&self, end: u32) -> Option<Verdict> {
        self.get(end).map(|said| said.verdict)
    }

    fn state(&self, end: u32) -> Option<&State> {
        self.states.get((end as usize).checked_sub(1)?)
    }

    fn keep(&mut self, state: State) -> u32 {
        if let Some(end) = self.index.get(&state) {
            return *end;
        }
        self.states.push(state.clone());
        let end = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        self.index.insert(state, end);
        end
    }

    /// The end without the traces of limits, so that equal conclusions have equal ends.
    fn settled(&mut self, end: u32) -> u32 {
        let Some(said) = self.get(end).cloned() else { return end };
        self.keep(State { before: said.verdict, said, is_lowered: false })
    }

    /// A conclusion under one more limit: the first limit that lowers becomes the main reason.
    fn lowered(&mut self, end: u32, cap: u32) -> u32 {
        let (Some(state), Some(cap)) = (self.state(end).cloned(), self.get(cap).cloned()) else { return end };
        if cap.verdict >= state.before {
            return end;
        }
        let reason = if state.is_lowered { state.said.reason } else { cap.reason };
        let verdict = state.said.verdict.min(cap.verdict);
        self.keep(State { before: state.before, said: Conclusion { verdict, reason }, is_lowered: true })
    }

    /// The more severe of two findings of a stage; the first of two as severe.
    fn main(&self, one: u32, two: u32) -> u32 {
        match (self.verdict(one), self.verdict(two)) {
            (None, _) => two,
            (Some(first), Some(second)) if second > first => two,
            (Some(_), _) => one,
        }
    }
}

/// Lays out the rules of the pack at `place` of a space.
///
/// # Errors
/// The limit of nodes.
pub fn lay(
    graph: &mut Graph<'_>,
    space: &Space,
    place: usize,
    pack: &Pack,
    said: &mut Conclusions,
) -> Result<Laid, TooLarge> {
    let conditions = space.conditions(graph)?;
    let Some(view) = space.views.get(place) else { return Err(0) };
    let condition = |id: crate::fact::QuestionId| conditions.get(usize::from(id.0)).copied().unwrap_or(FALSE);
    let asked: Vec<NodeId> = view.questions.iter().map(|id| condition(*id)).collect();
    let mut rules = Vec::with_capacity(pack.stages.len());
    for stage in &pack.stages {
        let one =
            |rule: &Rule| graph.of_tree(&pack.forest, rule.root, &asked, &mut |outcome| finding(stage, outcome, said));
        rules.push(stage.rules.iter().map(one).collect::<Result<Vec<_>, _>>()?);
    }
    let begun = condition(view.begun);
    let ended = view.ended.map_or(FALSE, condition);
    let in_force = graph.without(begun, ended)?;
    Ok(Laid { rules, in_force, follower: view.follower.map_or(FALSE, condition) })
}

fn finding(stage: &Stage, outcome: &Outcome, said: &mut Conclusions) -> u32 {
    match outcome {
        Outcome::Find(verdict, because) if !stage.is_limit => said.end(*verdict, &because.reason),
        Outcome::AtMost(verdict, because) if stage.is_limit => said.end(*verdict, &because.reason),
        Outcome::Pass | Outcome::Note(_) | Outcome::Find(..) | Outcome::AtMost(..) => NOTHING,
    }
}

/// What the first stages find, before limits: all stages, or those up to and including `last`.
///
/// # Errors
/// The limit of nodes.
pub fn found(
    graph: &mut Graph<'_>,
    pack: &Pack,
    laid: &Laid,
    said: &Conclusions,
    last: Option<&str>,
) -> Result<NodeId, TooLarge> {
    let mut found = FALSE;
    let is_last = |stage: &Stage| last.is_some_and(|last| stage.name == last);
    let count = pack.stages.iter().position(is_last).map_or(pack.stages.len(), |place| place + 1);
    let stages = pack.stages.iter().zip(&laid.rules).take(count).filter(|(stage, _)| !stage.is_limit);
    for (_, rules) in stages.rev() {
        let here = of_stage(graph, rules, said)?;
        found = first_of(graph, here, found)?;
    }
    Ok(found)
}

/// What the rules of one stage find together.
///
/// # Errors
/// The limit of nodes.
pub fn of_stage(graph: &mut Graph<'_>, rules: &[NodeId], said: &Conclusions) -> Result<NodeId, TooLarge> {
    graph.fold(rules.to_vec(), FALSE, &mut |graph, one, two| match (graph.ending(one), graph.ending(two)) {
        (Some(NOTHING), _) => Ok(Some(two)),
        (_, Some(NOTHING)) => Ok(Some(one)),
        (Some(first), Some(second)) => graph.end(said.main(first, second)).map(Some),
        (_, _) => Ok((one == two).then_some(one)),
    })
}

/// The first where it found something, else the second.
///
/// # Errors
/// The limit of nodes.
pub fn first_of(graph: &mut Graph<'_>, first: NodeId, second: NodeId) -> Result<NodeId, TooLarge> {
    graph.apply(first, second, &mut |graph, one, two| {
        Ok(match graph.ending(one) {
            Some(NOTHING) => Some(two),
            Some(_) => Some(one),
            None => (one == two).then_some(one),
        })
    })
}

/// What the desk answers of every line: verdict and main reason.
///
/// # Errors
/// The limit of nodes.
pub fn conclude(
    graph: &mut Graph<'_>,
    space: &Space,
    pack: &Pack,
    laid: &Laid,
    said: &mut Conclusions,
) -> Result<NodeId, TooLarge> {
    let all = found(graph, pack, laid, said, None)?;
    let all = limited(graph, pack, laid, said, all)?;
    let fine = said.end(Verdict::Allow, "nothing-found");
    let all = graph.map(all, &mut |end| if end == NOTHING { fine } else { end })?;
    let follows = said.end(Verdict::Allow, "follows-parent");
    let companion = match pack.manifest.companions.as_ref().and_then(|companions| companions.after_stage.as_deref()) {
        Some(last) => {
            let first = found(graph, pack, laid, said, Some(last))?;
            let first = limited(graph, pack, laid, said, first)?;
            graph.map(first, &mut |end| if end == NOTHING { follows } else { end })?
        }
        None => graph.end(follows)?,
    };
    let in_force = graph.if_then_else(laid.follower, companion, all)?;
    let none = said.end(Verdict::Allow, "no-pack-in-force");
    let none = graph.end(none)?;
    let all = graph.if_then_else(laid.in_force, in_force, none)?;
    absent::settled(graph, space, all, said)
}

fn limited(
    graph: &mut Graph<'_>,
    pack: &Pack,
    laid: &Laid,
    said: &mut Conclusions,
    mut found: NodeId,
) -> Result<NodeId, TooLarge> {
    let limits = pack.stages.iter().zip(&laid.rules).filter(|(stage, _)| stage.is_limit);
    for cap in limits.flat_map(|(_, rules)| rules) {
        found = graph.apply(found, *cap, &mut |graph, one, cap| {
            let end = graph.ending(one);
            match (end, graph.ending(cap)) {
                (_, Some(NOTHING)) => Ok(Some(one)),
                (Some(end), _) if said.state(end).is_none_or(|state| state.before == Verdict::Allow) => Ok(Some(one)),
                (Some(end), Some(cap)) => graph.end(said.lowered(end, cap)).map(Some),
                (_, _) => Ok(None),
            }
        })?;
    }
    graph.map(found, &mut |end| said.settled(end))
}
