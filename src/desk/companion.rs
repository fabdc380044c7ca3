//! Companion lines (imaging, drugs, sedation): they follow the lines they accompany.
//!
//! Parents are every other line of that day that is neither companion nor visit. They agree:
//! theirs; they differ: flag; there is none: allow. Where a day is unknown, a line counts both as
//! of that day and as not, and only a verdict that both give is taken.

use super::explain::engine_finding;
use crate::{
    code::SetId,
    fact::{Answer, View},
    pack::Pack,
    request::{Line, Request},
    tree::Verdicts,
    verdict::{LineDecision, Verdict},
};

/// Whether the line is a companion under this pack.
pub(super) fn is_follower(pack: &Pack, request: &Request, line: &Line) -> bool {
    pack.companions.is_some_and(|(followers, _)| is_in(pack, request, line, followers))
}

/// What a companion line gets of its parents.
pub(super) struct Followed {
    /// Its 0-based place among the request's lines.
    pub(super) place: usize,
    /// The verdict.
    pub(super) verdict: Verdict,
    /// The engine's reason.
    pub(super) reason: &'static str,
    /// The numbers of its parents.
    parents: Vec<u32>,
}

/// Gives every companion line the verdict of its parents.
pub(super) fn settle(pack: &Pack, request: &Request, decided: &mut [LineDecision]) {
    let stands = |place: usize| decided.get(place).map(|line| (line.verdict, line.findings.is_empty()));
    for Followed { place, verdict, reason, parents } in followed(pack, request, &stands) {
        let Some(decision) = decided.get_mut(place) else { continue };
        decision.verdict = verdict;
        let mut finding = engine_finding(&pack.manifest.name, reason, verdict);
        if !parents.is_empty() {
            let list: Vec<String> = parents.iter().map(u32::to_string).collect();
            finding.text = format!("{} (line {})", finding.text, list.join(", "));
        }
        decision.findings.push(finding);
    }
}

/// What each companion line gets that the first stages left open, where each line has a verdict and
/// may still be without a finding.
pub(super) fn followed(
    pack: &Pack,
    request: &Request,
    stands: &dyn Fn(usize) -> Option<(Verdict, bool)>,
) -> Vec<Followed> {
    let Some((followers, apart)) = pack.companions else { return Vec::new() };
    let is_open = |place: usize| stands(place).is_some_and(|(_, is_open)| is_open);
    let lines = || request.lines.iter().enumerate();
    let waiting = lines().filter(|(place, line)| is_open(*place) && is_in(pack, request, line, followers));
    let mut waiting = waiting.peekable();
    if waiting.peek().is_none() {
        return Vec::new();
    }
    let is_parent = |line: &Line| !is_in(pack, request, line, followers) && !is_in(pack, request, line, apart);
    let parents: Vec<(usize, &Line)> = lines().filter(|(_, line)| is_parent(line)).collect();
    let mut all = Vec::new();
    for (place, line) in waiting {
        let view = View::new(request, line, &pack.sets);
        let (mut certain, mut perhaps, mut numbers) = (Verdicts::default(), Verdicts::default(), Vec::new());
        for (place, parent) in &parents {
            let Some((verdict, _)) = stands(*place) else { continue };
            match view.is_same_day(parent) {
                Answer::No => continue,
                Answer::Yes => certain.insert(verdict),
                Answer::Unknown => perhaps.insert(verdict),
            };
            numbers.push(parent.number);
        }
        let (verdict, reason) = verdict_of(certain, perhaps);
        all.push(Followed { place, verdict, reason, parents: numbers });
    }
    all
}

fn verdict_of(certain: Verdicts, perhaps: Verdicts) -> (Verdict, &'static str) {
    let is_without = |verdicts: Verdicts| verdicts.iter().next().is_none();
    // Every day the unknown ones may be: with or without them, alone or together.
    let mut possible = certain;
    perhaps.iter().for_each(|verdict| possible.insert(verdict));
    if is_without(certain) {
        possible.insert(Verdict::Allow);
    }
    match possible.only() {
        Some(verdict) if is_without(certain) && is_without(perhaps) => (verdict, "no-parent"),
        Some(verdict) => (verdict, "follows-parent"),
        None => (Verdict::Flag, "parents-differ"),
    }
}

fn is_in(pack: &Pack, request: &Request, line: &Line, set: SetId) -> bool {
    let view = View::new(request, line, &pack.sets);
    line.procedure.get().is_some_and(|code| pack.sets.mask(set).contains(view.class_of(code)))
}
