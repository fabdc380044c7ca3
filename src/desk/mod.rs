//! The desk: a request becomes a decision.
//!
//! Pure: the same request and packs give the same decision, byte for byte. An unknown fact never
//! denies: the verdict is the one all completions share, else *flag* with what is needed.

mod ask;
mod asked;
mod change;
mod companion;
mod explain;
mod facts;
mod jointly;
mod judge;
mod judgement;
mod needs;
mod together;

use std::{borrow::Borrow, sync::OnceLock};

use crate::{
    code::Icd10Cm,
    fact::Answer,
    pack::{Pack, Stage},
    request::{Line, Request},
    verdict::{Decision, Finding, LineDecision, Verdict},
};

use asked::Asked;
pub use facts::LineFacts;
use jointly::Several;
use judge::judge_until;
pub use judge::{Judged, judge};
pub use judgement::{JudgedLine, Judgement, Ruled};
use together::Together;

/// The packs in force at a desk.
pub struct Desk {
    packs: Vec<Pack>,
    /// What they ask together, once it is needed; nothing where they are too large for that.
    together: OnceLock<Option<Together>>,
}

impl Desk {
    /// A desk with these packs.
    pub fn new(packs: Vec<Pack>) -> Desk {
        // The table of codes is unpacked once; here, so that no request waits for it.
        let _ = Icd10Cm::table();
        Desk { packs, together: OnceLock::new() }
    }

    /// Its packs.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Decides every line of a request.
    pub fn decide(&self, request: &Request) -> Decision {
        decide_at(self.packs.iter().collect(), &self.together, request)
    }

    fn several(&self) -> Option<Several<'_>> {
        Several::of(self.packs.iter().collect(), &self.together)
    }
}

/// Decides every line of a request, held against some packs.
pub fn decide<P: Borrow<Pack>>(packs: &[P], request: &Request) -> Decision {
    decide_at(packs.iter().map(Borrow::borrow).collect(), &OnceLock::new(), request)
}

fn decide_at(all: Vec<&Pack>, together: &OnceLock<Option<Together>>, request: &Request) -> Decision {
    let packs = || all.iter().copied();
    let several = Several::of(all.clone(), together);
    let mut by_pack: Vec<_> = packs().map(|pack| decide_with(pack, request).into_iter()).collect();
    let mut lines: Vec<LineDecision> = Vec::with_capacity(request.lines.len());
    for line in &request.lines {
        let own: Vec<LineDecision> = by_pack.iter_mut().filter_map(Iterator::next).collect();
        lines.push(match &several {
            Some(several) => several.decide(request, line, own, |own| LineDecision::of_all(line.number, own)),
            None => LineDecision::of_all(line.number, own),
        });
    }
    if packs().next().is_none() {
        for line in &mut lines {
            line.findings.push(explain::engine_finding("", "no-pack-in-force", Verdict::Allow));
        }
    }
    let verdict = lines.iter().map(|line| line.verdict).max().unwrap_or(Verdict::Allow);
    let signs = packs().any(|pack| pack.manifest.requires_clinician_signoff);
    Decision {
        request_id: request.id.clone(),
        verdict,
        requires_clinician_signoff: verdict == Verdict::Deny && signs,
        lines,
        packs: packs().map(Pack::stamp).collect(),
        remarks: request.remarks.iter().map(|remark| (remark.value.clone(), remark.source.to_string())).collect(),
    }
}

/// Every line of a request, held against one pack.
pub fn decide_with(pack: &Pack, request: &Request) -> Vec<LineDecision> {
    let mut lines = LineFacts::of_lines(pack, request, |line, facts| decide_line(pack, request, line, facts));
    companion::settle(pack, request, &mut lines);
    lines
}

fn decide_line(pack: &Pack, request: &Request, line: &Line, facts: &mut LineFacts<'_>) -> LineDecision {
    let mut decided = LineDecision::nothing(line.number);
    match standing(pack, request, line, facts) {
        Standing::NotInForce => {
            let name = &pack.manifest.name;
            decided.findings.push(explain::engine_finding(name, "no-pack-in-force", Verdict::Allow));
        }
        Standing::Waits => {}
        Standing::PerhapsInForce => explain::perhaps_in_force(pack, facts, &mut decided),
        Standing::Judged(judged) => explain::line(pack, facts, &judged, &mut decided),
    }
    decided
}

/// How a line stands with a pack, before anything of it is explained.
enum Standing<'p> {
    /// The pack is not in force on its day.
    NotInForce,
    /// A companion that the first stages leave open: [`companion`] gives it its parents' verdict.
    Waits,
    /// In force the pack would deny, and it may not be in force.
    PerhapsInForce,
    /// Judged.
    Judged(Judged<'p>),
}

fn standing<'p>(pack: &'p Pack, request: &Request, line: &Line, facts: &mut LineFacts<'_>) -> Standing<'p> {
    let in_force = pack.is_in_force(request.service_span(line).get());
    if in_force == Answer::No {
        return Standing::NotInForce;
    }
    let judged = if companion::is_follower(pack, request, line) {
        let after = pack.manifest.companions.as_ref().and_then(|companions| companions.after_stage.as_deref());
        // Its parents are not judged yet.
        let Some(judged) = after.and_then(|stage| judge_until(pack, facts, stage)) else { return Standing::Waits };
        judged
    } else {
        judge(pack, facts)
    };
    if in_force == Answer::Unknown && judged.verdict == Verdict::Deny {
        return Standing::PerhapsInForce;
    }
    Standing::Judged(judged)
}

/// The stages that a desk asks of a line until one has a finding: all; of a companion the first
/// ones; outside the pack's period none.
pub fn stages_of<'p>(pack: &'p Pack, request: &Request, line: &Line) -> &'p [Stage] {
    if pack.is_in_force(request.service_span(line).get()) == Answer::No {
        return &[];
    }
    if companion::is_follower(pack, request, line) { judged_before_parents(pack) } else { &pack.stages }
}

/// The stages that judge companions too, before they wait for their parents.
pub fn judged_before_parents(pack: &Pack) -> &[Stage] {
    let last = pack.manifest.companions.as_ref().and_then(|companions| companions.after_stage.as_deref());
    let place = last.and_then(|last| pack.stages.iter().position(|stage| stage.name == last));
    place.and_then(|place| pack.stages.get(..=place)).unwrap_or_default()
}

impl LineDecision {
    fn nothing(number: u32) -> LineDecision {
        LineDecision {
            number,
            verdict: Verdict::Allow,
            findings: Vec::new(),
            notes: Vec::new(),
            needs: Vec::new(),
            would_change: Vec::new(),
        }
    }

    /// What packs say together, before anything that is missing is looked at.
    fn of_all(number: u32, own: Vec<LineDecision>) -> LineDecision {
        let mut line = LineDecision::nothing(number);
        own.into_iter().for_each(|one| line.add(one));
        line
    }

    /// Adds what another pack says: the most severe verdict wins, and its findings come first.
    fn add(&mut self, more: LineDecision) {
        let more_severe = more.verdict > self.verdict;
        self.verdict = self.verdict.max(more.verdict);
        let mut findings: Vec<Finding> = more.findings;
        if more_severe {
            findings.append(&mut self.findings);
            self.findings = findings;
        } else {
            self.findings.append(&mut findings);
        }
        self.notes.extend(more.notes);
        self.needs.extend(more.needs);
        self.would_change.extend(more.would_change);
    }
}
