//! The inputs that a request's verdicts hang on, as things are.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    code::ClassMask,
    desk::{LineFacts, companion, judge},
    fact::{Answer, FactId, Input, View, onset_diagnoses, unknown_inputs},
    pack::Pack,
    request::Request,
    tree::VariableKind,
    verdict::Verdict,
};

/// Each input with the places of the lines that want it.
pub(super) type Wanted = BTreeMap<Input, BTreeSet<usize>>;

/// What every pack wants for every line.
pub(super) fn wanted(packs: &[Pack], request: &Request) -> Wanted {
    let mut all = Wanted::new();
    for pack in packs {
        for place in 0..request.lines.len() {
            for input in of_line(pack, request, place) {
                all.entry(input).or_default().insert(place);
            }
        }
    }
    all
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
    if let Some(allowed) = &judged.open {
        let open = pack.diagram.open(allowed);
        may_deny = open.possible(&|_| u64::MAX).contains(Verdict::Deny);
        let mut parts: BTreeMap<FactId, ClassMask> = BTreeMap::new();
        for variable in open.variables().into_iter().filter_map(|variable| pack.variables.get(variable)) {
            let part = match &variable.kind {
                VariableKind::Part(part) => part.clone(),
                VariableKind::Known | VariableKind::Code(_) | VariableKind::Cuts(_) | VariableKind::Choices(_) => {
                    pack.sets.all()
                }
            };
            let known = parts.entry(variable.fact).or_default();
            *known = known.or(&part);
        }
        for (fact, part) in parts {
            let asked = pack.book.get_fact(fact);
            inputs.extend(asked.into_iter().flat_map(|fact| unknown_inputs(facts.view(), fact, &part)));
        }
    }
    // A day in the period or out of it: only a denial hangs on which.
    if in_force == Answer::Unknown && may_deny {
        inputs.push(Input::ServiceDate(place));
    }
    inputs
}

/// The diagnoses whose own onset speaks for a line that wants to know when the pain began: the
/// answer stands for theirs too.
pub(super) fn onset_rivals(packs: &[Pack], request: &Request) -> BTreeSet<usize> {
    let mut rivals = BTreeSet::new();
    let wanted = wanted(packs, request);
    let lines = wanted.get(&Input::Onset).into_iter().flatten();
    for line in lines.filter_map(|place| request.lines.get(*place)) {
        for pack in packs {
            let view = View::new(request, line, &pack.sets);
            let onsets = pack.book.facts().iter().filter(|fact| fact.kind.name == "line.months_since_onset");
            rivals.extend(onsets.flat_map(|fact| onset_diagnoses(&view, &fact.arguments)));
        }
    }
    rivals
}
