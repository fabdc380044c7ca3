//! Which rules a desk asks of a line, and the way each takes through its tree.

use crate::{
    desk::{LineFacts, stages_of},
    fact::Answer,
    pack::{Pack, Rule, Stage},
    request::{Line, Request},
    tree::{LeafId, Place, Root},
    verdict::{Outcome, Verdict},
};

/// The way of a line through a rule's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The questions with their answers.
    pub(super) steps: Vec<(Root, bool)>,
    /// Where it ends; `None` at a question whose answer is unknown.
    pub(super) end: Option<LeafId>,
}

/// The rules that are asked of a line, each with its way.
///
/// A stage is reached where no earlier stage has a finding, and no rule of an earlier stage hangs
/// on an unknown answer, for then nobody can say whether it has one. Rules of a stage are asked
/// together. Limits are asked where a finding above *allow* stands.
pub(super) fn asked<'p>(pack: &'p Pack, request: &Request, line: &Line) -> Vec<(&'p Stage, &'p Rule, Way)> {
    let mut facts = LineFacts::new(pack, request, line);
    let mut ways = Vec::new();
    let mut verdict = Verdict::Allow;
    for stage in stages_of(pack, request, line).iter().filter(|stage| !stage.is_limit) {
        let (mut is_settled, mut is_open) = (false, false);
        for rule in &stage.rules {
            let way = way(pack, rule.root, &mut facts);
            match way.end.map(|leaf| pack.forest.outcome(leaf)) {
                Some(Outcome::Find(found, _)) => (is_settled, verdict) = (true, verdict.max(*found)),
                Some(Outcome::Pass | Outcome::Note(_) | Outcome::AtMost(..)) => {}
                None => is_open = true,
            }
            ways.push((stage, rule, way));
        }
        if is_settled || is_open {
            break;
        }
    }
    if verdict > Verdict::Allow {
        for stage in pack.stages.iter().filter(|stage| stage.is_limit) {
            ways.extend(stage.rules.iter().map(|rule| (stage, rule, way(pack, rule.root, &mut facts))));
        }
    }
    ways
}

fn way(pack: &Pack, root: Root, facts: &mut LineFacts<'_>) -> Way {
    let (mut at, mut steps) = (root, Vec::new());
    loop {
        match pack.forest.place(at) {
            Place::Say(leaf) => return Way { steps, end: Some(leaf) },
            Place::Ask { question, yes, no, .. } => {
                let answer = match facts.answer(question) {
                    Answer::Yes => true,
                    Answer::No => false,
                    Answer::Unknown => return Way { steps, end: None },
                };
                steps.push((at, answer));
                at = if answer { yes } else { no };
            }
        }
    }
}
