//! What a pack concludes of every line that can be: a diagram whose ends are verdict and main
//! reason, built from the rules' trees as the desk asks them.

use std::collections::HashMap;

use super::{
    Space,
    absent::{self, Absent},
};
use crate::{
    desk::judged_before_parents,
    pack::{Pack, Rule, Stage},
    tree::{FALSE, Graph, NodeId, TRUE, TooLarge},
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

/// A diagram of each rule of each stage.
pub type Rules = Vec<Vec<NodeId>>;

/// The rules of a pack as diagrams, in the order of its stages.
pub struct Laid {
    /// The place of the pack in its space.
    pub place: usize,
    /// What each rule of each stage finds: the end of a finding, [`NOTHING`] elsewhere. A limit's
    /// ends are the conclusion it lowers to.
    pub rules: Rules,
    /// The same where facts may not have been given; `None` where no rule asks for that.
    pub(super) open: Option<Open>,
    /// Where the pack is in force.
    pub in_force: NodeId,
    /// Where the line is a companion.
    pub follower: NodeId,
}

/// Rules where facts were not given, and so may be several things.
pub(super) struct Open {
    /// The facts.
    pub facts: Vec<Absent>,
    /// What each rule finds; nothing where that hangs on such a fact.
    pub passing: Rules,
    /// Where each rule hangs on such a fact.
    pub stopping: Rules,
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
    let lay_until = |graph: &mut Graph<'_>, unknown: &[NodeId], stop, end: &mut dyn FnMut(&Stage, &Outcome) -> u32| {
        let of_rule =
            |stage: &Stage, rule: &Rule, graph: &mut Graph<'_>, end: &mut dyn FnMut(&Stage, &Outcome) -> u32| {
                graph.of_tree_until(&pack.forest, rule.root, &asked, unknown, stop, &mut |outcome| end(stage, outcome))
            };
        let of_stage = |stage: &Stage| stage.rules.iter().map(|rule| of_rule(stage, rule, graph, end)).collect();
        pack.stages.iter().map(of_stage).collect::<Result<Rules, TooLarge>>()
    };
    let rules = lay_until(graph, &[], FALSE, &mut |stage, outcome| finding(stage, outcome, said))?;
    let facts = absent::open(space);
    let open = if facts.is_empty() {
        None
    } else {
        let unknown = absent::unknown(graph, space, place, &facts, &asked)?;
        let passing = lay_until(graph, &unknown, FALSE, &mut |stage, outcome| finding(stage, outcome, said))?;
        let stopping = lay_until(graph, &unknown, TRUE, &mut |_, _| NOTHING)?;
        Some(Open { facts, passing, stopping })
    };
    let begun = condition(view.begun);
    let ended = view.ended.map_or(FALSE, condition);
    let in_force = graph.without(begun, ended)?;
    let follower = view.follower.map_or(FALSE, condition);
    Ok(Laid { place, rules, open, in_force, follower })
}

fn finding(stage: &Stage, outcome: &Outcome, said: &mut Conclusions) -> u32 {
    match outcome {
        Outcome::Find(verdict, because) if !stage.is_limit => said.end(*verdict, &because.reason),
        Outcome::AtMost(verdict, because) if stage.is_limit => said.end(*verdict, &because.reason),
        Outcome::Pass | Outcome::Note(_) | Outcome::Find(..) | Outcome::AtMost(..) => NOTHING,
    }
}

/// What these stages find of the pack's first, and what limits leave of it; [`NOTHING`] where they
/// find nothing.
fn answered(
    graph: &mut Graph<'_>,
    pack: &Pack,
    rules: &Rules,
    said: &mut Conclusions,
    stages: usize,
) -> Result<NodeId, TooLarge> {
    let mut found = FALSE;
    let first = pack.stages.iter().zip(rules).take(stages).filter(|(stage, _)| !stage.is_limit);
    for (_, rules) in first.rev() {
        let here = of_stage(graph, rules, said)?;
        found = first_of(graph, here, found)?;
    }
    limited(graph, pack, rules, said, found)
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
    let fine = said.end(Verdict::Allow, "nothing-found");
    let all = answered(graph, pack, &laid.rules, said, usize::MAX)?;
    let mut all = graph.map(all, &mut |end| if end == NOTHING { fine } else { end })?;
    if let Some(open) = &laid.open {
        let shown = answered(graph, pack, &open.passing, said, usize::MAX)?;
        all = absent::settled(graph, space, laid.place, &open.facts, all, shown, said)?;
    }
    let companion = of_companion(graph, pack, laid, said)?;
    let unnamed = absent::not_given(graph, space, "line.procedure")?;
    let follower = graph.without(laid.follower, unnamed)?;
    let judged = graph.if_then_else(follower, companion, all)?;
    let none = said.end(Verdict::Allow, "no-pack-in-force");
    let none = graph.end(none)?;
    let dated = graph.if_then_else(laid.in_force, judged, none)?;
    // On an unknown day the pack may be in force or not; then it does not deny.
    let missing = said.end(Verdict::Flag, "missing-information");
    let denies = |end| said.verdict(end) == Some(Verdict::Deny);
    let undated = graph.map(judged, &mut |end| if denies(end) { missing } else { end })?;
    let no_day = absent::not_given(graph, space, "line.service_date")?;
    graph.if_then_else(no_day, undated, dated)
}

/// What is concluded of a companion: what the first stages find of it, where they meet no unknown
/// answer; else it follows its parents.
fn of_companion(graph: &mut Graph<'_>, pack: &Pack, laid: &Laid, said: &mut Conclusions) -> Result<NodeId, TooLarge> {
    let follows = said.end(Verdict::Allow, "follows-parent");
    let parents = graph.end(follows)?;
    let stages = judged_before_parents(pack).len();
    if stages == 0 || laid.follower == FALSE {
        return Ok(parents);
    }
    let first = answered(graph, pack, &laid.rules, said, stages)?;
    let first = graph.map(first, &mut |end| if end == NOTHING { follows } else { end })?;
    match &laid.open {
        Some(open) => {
            let met = absent::met(graph, pack, &open.passing, &open.stopping, stages, said)?;
            graph.if_then_else(met, parents, first)
        }
        None => Ok(first),
    }
}

fn limited(
    graph: &mut Graph<'_>,
    pack: &Pack,
    rules: &Rules,
    said: &mut Conclusions,
    mut found: NodeId,
) -> Result<NodeId, TooLarge> {
    let limits = pack.stages.iter().zip(rules).filter(|(stage, _)| stage.is_limit);
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
