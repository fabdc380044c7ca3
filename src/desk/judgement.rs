//! Verdicts and reasons without the rationale: what replaying millions of claims needs, and no
//! sentence, evidence or counterfactual is made.
//!
//! INVARIANT: verdicts, rules and reasons are those of [`Desk::decide`]; both stand on
//! [`super::standing`].

use super::{Desk, Judged, LineFacts, Standing, companion, standing};
use crate::{
    pack::Pack,
    request::Request,
    verdict::{Outcome, Verdict},
};

/// What a desk says of a request, not explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement<'d> {
    /// The most severe verdict of its lines; allow where it has none.
    pub verdict: Verdict,
    /// One a service line, in the request's order.
    pub lines: Vec<JudgedLine<'d>>,
}

/// What a desk says of a line, not explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedLine<'d> {
    /// The line's number as sent.
    pub number: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// What settled it; the first is the main reason. Never empty.
    pub findings: Vec<Ruled<'d>>,
}

/// What one rule says of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled<'d> {
    /// The pack; empty where there is none.
    pub pack: &'d str,
    /// The rule's file stem; empty where the engine itself speaks.
    pub rule: &'d str,
    /// What the rule says.
    pub verdict: Verdict,
    /// The reason's id.
    pub reason: &'d str,
}

impl Desk {
    /// Judges every line of a request: verdict, rules and reasons as [`Desk::decide`] gives them.
    pub fn judge(&self, request: &Request) -> Judgement<'_> {
        let mut lines = match self.packs.as_slice() {
            [only] => judge_with(only, request),
            _ => self.judge_by_several(request),
        };
        if self.packs.is_empty() {
            for line in &mut lines {
                line.findings.push(Ruled::engine("", "no-pack-in-force", Verdict::Allow));
            }
        }
        let verdict = lines.iter().map(|line| line.verdict).max().unwrap_or(Verdict::Allow);
        Judgement { verdict, lines }
    }

    fn judge_by_several(&self, request: &Request) -> Vec<JudgedLine<'_>> {
        let nothing = |number| JudgedLine { number, verdict: Verdict::Allow, findings: Vec::new() };
        let mut lines: Vec<JudgedLine<'_>> = request.lines.iter().map(|line| nothing(line.number)).collect();
        let mut by_pack: Vec<_> = self.packs.iter().map(|pack| judge_with(pack, request).into_iter()).collect();
        let several = self.several();
        for (line, of) in lines.iter_mut().zip(&request.lines) {
            let mut own: Vec<JudgedLine<'_>> = by_pack.iter_mut().filter_map(Iterator::next).collect();
            if let Some(several) = several.as_ref().filter(|_| is_perhaps_shared(&own)) {
                let verdicts: Vec<Verdict> = own.iter().map(|one| one.verdict).collect();
                let judged = several.judged(request, of, &verdicts);
                for ((one, pack), judged) in own.iter_mut().zip(&self.packs).zip(judged) {
                    if let Some(judged) = judged {
                        (one.verdict, one.findings) = (judged.verdict, ruled(&pack.manifest.name, &judged));
                    }
                }
            }
            own.into_iter().for_each(|one| line.add(one));
        }
        lines
    }
}

/// The verdict of each pack for each line, pack by pack.
pub(super) fn by_pack(packs: &[Pack], request: &Request) -> Vec<Vec<Verdict>> {
    let of_pack = |pack| judge_with(pack, request).into_iter().map(|line| line.verdict).collect();
    packs.iter().map(of_pack).collect()
}

fn judge_with<'p>(pack: &'p Pack, request: &Request) -> Vec<JudgedLine<'p>> {
    let name = pack.manifest.name.as_str();
    let mut lines = LineFacts::of_lines(pack, request, |line, facts| {
        let (verdict, findings) = match standing(pack, request, line, facts) {
            Standing::NotInForce => (Verdict::Allow, vec![Ruled::engine(name, "no-pack-in-force", Verdict::Allow)]),
            Standing::Waits => (Verdict::Allow, Vec::new()),
            Standing::PerhapsInForce => {
                (Verdict::Flag, vec![Ruled::engine(name, "missing-information", Verdict::Flag)])
            }
            Standing::Judged(judged) if judged.is_open => {
                (judged.verdict, vec![Ruled::engine(name, "missing-information", Verdict::Flag)])
            }
            Standing::Judged(judged) => (judged.verdict, ruled(name, &judged)),
        };
        JudgedLine { number: line.number, verdict, findings }
    });
    let stands = |place: usize| lines.get(place).map(|line| (line.verdict, line.findings.is_empty()));
    for followed in companion::followed(pack, request, &stands) {
        if let Some(line) = lines.get_mut(followed.place) {
            line.verdict = followed.verdict;
            line.findings.push(Ruled::engine(name, followed.reason, followed.verdict));
        }
    }
    lines
}

/// What a pack's rules say.
fn ruled<'p>(name: &'p str, judged: &Judged<'p>) -> Vec<Ruled<'p>> {
    let found = judged.findings.iter().filter_map(|(_, rule, outcome)| match outcome {
        Outcome::Find(verdict, said) | Outcome::AtMost(verdict, said) => {
            Some(Ruled { pack: name, rule: &rule.name, verdict: *verdict, reason: &said.reason })
        }
        Outcome::Pass | Outcome::Note(_) => None,
    });
    let mut findings: Vec<Ruled<'p>> = found.collect();
    if findings.is_empty() {
        findings.push(Ruled::engine(name, "nothing-found", Verdict::Allow));
    }
    findings
}

/// Whether packs may share a verdict that none gives by itself: two of them lack something, and
/// none denies.
fn is_perhaps_shared(own: &[JudgedLine<'_>]) -> bool {
    let lacks = |one: &&JudgedLine<'_>| one.main().is_some_and(|main| main.reason == "missing-information");
    own.iter().filter(lacks).count() > 1 && own.iter().all(|one| one.verdict < Verdict::Deny)
}

impl<'d> JudgedLine<'d> {
    /// The main finding.
    pub fn main(&self) -> Option<&Ruled<'d>> {
        self.findings.first()
    }

    /// Adds what another pack says: the most severe verdict wins, and its findings come first.
    fn add(&mut self, more: JudgedLine<'d>) {
        let mut findings = more.findings;
        if more.verdict > self.verdict {
            self.verdict = more.verdict;
            std::mem::swap(&mut self.findings, &mut findings);
        }
        self.findings.append(&mut findings);
    }
}

impl<'d> Ruled<'d> {
    fn engine(pack: &'d str, reason: &'static str, verdict: Verdict) -> Ruled<'d> {
        Ruled { pack, rule: "", verdict, reason }
    }
}
