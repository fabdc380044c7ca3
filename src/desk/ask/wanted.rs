//! The inputs that a request's verdicts hang on, as things are.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    code::ClassMask,
    desk::{Asked, Desk, LineFacts, companion, judge, judgement::by_pack},
    fact::{Answer, FactId, Input, View, onset_diagnoses, unknown_inputs},
    pack::Pack,
    request::Request,
    tree::{Open, VariableKind},
    verdict::Verdict,
};

/// Each input with the places of the lines that want it.
pub(super) type Wanted = BTreeMap<Input, BTreeSet<usize>>;

/// What is wanted for every line: of several packs what all together hang on.
pub(super) fn wanted(desk: &Desk, request: &Request) -> Wanted {
    let mut all = Wanted::new();
    let several = desk.several();
    let verdicts = several.as_ref().map(|_| by_pack(desk.packs(), request)).unwrap_or_default();
    for (place, line) in request.lines.iter().enumerate() {
        let own: Vec<Verdict> = verdicts.iter().filter_map(|of_pack| of_pack.get(place).copied()).collect();
        let left = several.as_ref().map(|several| several.left(request, line, &own, inputs_of));
        let inputs: Vec<Input> = match left {
            Some(Ok(None)) => Vec::new(),
            Some(Ok(Some((inputs, hangs_on_day)))) => {
                inputs.into_iter().chain(hangs_on_day.then_some(Input::ServiceDate(place))).collect()
            }
            Some(Err(_)) | None => desk.packs().iter().flat_map(|pack| of_line(pack, request, place)).collect(),
        };
        for input in inputs {
            all.entry(input).or_default().insert(place);
        }
    }
    all
}

/// What the facts that a diagram hangs on are unknown for.
fn inputs_of(asked: Asked<'_>, facts: &LineFacts<'_>, open: &Open) -> Vec<Input> {
    let mut parts: BTreeMap<FactId, ClassMask> = BTreeMap::new();
    for variable in open.variables().into_iter().filter_map(|variable| asked.variables.get(variable)) {
        let part = match &variable.kind {
            VariableKind::Part(part) => part.clone(),
            VariableKind::Known | VariableKind::Code(_) | VariableKind::Cuts(_) | VariableKind::Choices(_) => {
                asked.sets.all()
            }
        };
        let known = parts.entry(variable.fact).or_default();
        *known = known.or(&part);
    }
    let of = |(fact, part): (FactId, ClassMask)| {
        let fact = asked.book.get_fact(fact);
        fact.map(|fact| unknown_inputs(facts.view(), fact, &part)).unwrap_or_default()
    };
    parts.into_iter().flat_map(of).collect()
}

fn of_line(pack: &Pack, request: &Request, place: usize) -> Vec<Input> {
    let Some(line) = request.lines.get(place) else { return Vec::new() };
    let in_force = pack.is_in_force(request.service_span(line).get());
    // A companion takes the verdict of its parents and wants nothing of its own.
    if in_force == Answer::No || companion::is_follower(pack, request, line) {
        return Vec::new();
    }
    let mut facts = LineFacts::new(pack, request, line);
    let judged = judge(pack, &mut facts);
    let mut inputs = Vec::new();
    let mut may_deny = judged.verdict == Verdict::Deny;
    if judged.is_open {
        let open = pack.diagram.open(&facts.allowed());
        may_deny = open.possible(&|_, _| true).contains(Verdict::Deny);
        inputs = inputs_of(Asked::by(pack), &facts, &open);
    }
    // A day in the period or out of it: only a denial hangs on which.
    if in_force == Answer::Unknown && may_deny {
        inputs.push(Input::ServiceDate(place));
    }
    inputs
}

/// The diagnoses whose own onset speaks for a line that wants to know when the pain began: the
/// answer stands for theirs too. A line may want it as it was `sent`, or once other answers were `filled`
/// in; and a diagnosis may speak for it only by the code that such an answer gave it.
pub(super) fn onset_rivals(desk: &Desk, sent: &Request, filled: &Request) -> BTreeSet<usize> {
    let mut rivals = BTreeSet::new();
    let lines = |request| wanted(desk, request).remove(&Input::Onset).unwrap_or_default();
    let (before, now) = (lines(sent), lines(filled));
    for line in before.union(&now).filter_map(|place| filled.lines.get(*place)) {
        for pack in desk.packs() {
            let view = View::new(filled, line, &pack.sets);
            let onsets = pack.book.facts().iter().filter(|fact| fact.kind.name == "line.months_since_onset");
            rivals.extend(onsets.flat_map(|fact| onset_diagnoses(&view, &fact.arguments)));
        }
    }
    rivals
}
