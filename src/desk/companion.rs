//! Companion lines (imaging, drugs, sedation): they follow the lines they accompany.
//!
//! Parents are every other line of that day that is neither companion nor visit. They agree:
//! theirs; they differ: flag; there is none: allow. Where a day is unknown, a line counts both as
//! of that day and as not, and only a verdict that both give is taken.

use std::collections::BTreeSet;

use super::explain::engine_finding;
use crate::{
    code::SetId,
    fact::{Answer, View},
    pack::Pack,
    request::{Line, Request},
    verdict::{LineDecision, Verdict},
};

/// Whether the line is a companion under this pack.
pub(super) fn is_follower(pack: &Pack, request: &Request, line: &Line) -> bool {
    pack.companions.is_some_and(|(followers, _)| is_in(pack, request, line, followers))
}

/// Gives every companion line the verdict of its parents.
pub(super) fn settle(pack: &Pack, request: &Request, decided: &mut [LineDecision]) {
    let Some((followers, apart)) = pack.companions else { return };
    let is_parent = |line: &Line| !is_in(pack, request, line, followers) && !is_in(pack, request, line, apart);
    let parents: Vec<(usize, &Line)> = request.lines.iter().enumerate().filter(|(_, line)| is_parent(line)).collect();
    let verdicts: Vec<Verdict> = decided.iter().map(|line| line.verdict).collect();
    let reasons: Vec<u32> = decided.iter().map(|line| line.number).collect();
    for (line, decision) in request.lines.iter().zip(decided.iter_mut()) {
        if !is_in(pack, request, line, followers) || !decision.findings.is_empty() {
            continue;
        }
        let view = View::new(request, line, &pack.sets);
        let (mut certain, mut perhaps, mut numbers) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for (place, parent) in &parents {
            let Some(verdict) = verdicts.get(*place).copied() else { continue };
            match view.is_same_day(parent) {
                Answer::No => continue,
                Answer::Yes => certain.insert(verdict),
                Answer::Unknown => perhaps.insert(verdict),
            };
            numbers.extend(reasons.get(*place).copied());
        }
        let (verdict, reason) = verdict_of(&certain, &perhaps);
        decision.verdict = verdict;
        let mut finding = engine_finding(&pack.manifest.name, reason, verdict);
        if !numbers.is_empty() {
            let list: Vec<String> = numbers.iter().map(u32::to_string).collect();
            finding.text = format!("{} (line {})", finding.text, list.join(", "));
        }
        decision.findings.push(finding);
    }
}

fn verdict_of(certain: &BTreeSet<Verdict>, perhaps: &BTreeSet<Verdict>) -> (Verdict, &'static str) {
    // Every day the unknown ones may be: with or without them, alone or together.
    let mut possible: BTreeSet<Verdict> = certain.union(perhaps).copied().collect();
    if certain.is_empty() {
        possible.insert(Verdict::Allow);
    }
    let mut verdicts = possible.iter().copied();
    match (verdicts.next(), verdicts.next()) {
        (Some(verdict), None) if certain.is_empty() && perhaps.is_empty() => (verdict, "no-parent"),
        (Some(verdict), None) => (verdict, "follows-parent"),
        _ => (Verdict::Flag, "parents-differ"),
    }
}

fn is_in(pack: &Pack, request: &Request, line: &Line, set: SetId) -> bool {
    let view = View::new(request, line, &pack.sets);
    line.procedure.get().is_some_and(|code| pack.sets.mask(set).contains(view.class_of(code)))
}
