//! What several packs say of one line together.
//!
//! The verdict of each is known; the most severe wins. What is missing, and what would change the
//! answer, hangs on all of them: a fact that one pack lacks is not asked for where another denies
//! whatever it is, and a change that one pack would allow is none while another still denies. So the
//! diagrams of all are laid over each other and asked once.
//! INVARIANT: the verdict is the one that all completions of the unknown facts share under all packs,
//! else *flag*. Of a day that may lie in a pack's period or not, nothing follows for another pack.

use std::sync::OnceLock;

use super::{
    Asked, Judged, LineFacts, Standing,
    change::would_change,
    companion, explain,
    judge::{judge_on, one_of},
    needs, standing,
    together::Together,
};
use crate::{
    fact::{Answer, Book},
    pack::Pack,
    request::{Line, Request},
    tree::{Allowed, Diagram, Graph, Open, TooLarge, ValueMask},
    verdict::{LineDecision, Need, Verdict, WouldChange},
};

/// Nodes of the diagrams of one line. What is left of a pack's diagram for a line has a few dozen.
const NODES_MAX: usize = 200_000;

/// The packs of a desk; what they ask together is worked out when it is first needed.
pub(super) struct Several<'p> {
    packs: Vec<&'p Pack>,
    together: &'p OnceLock<Option<Together>>,
}

impl<'p> Several<'p> {
    /// These packs; `None` where there is nothing to ask together.
    pub(super) fn of(packs: Vec<&'p Pack>, together: &'p OnceLock<Option<Together>>) -> Option<Several<'p>> {
        (packs.len() > 1).then_some(Several { packs, together })
    }

    fn together(&self) -> Option<&'p Together> {
        self.together.get_or_init(|| Together::of(&self.packs)).as_ref()
    }

    /// Each pack's decision of one line put right where it hangs on the others', and what all say.
    pub(super) fn decide(
        &self,
        request: &Request,
        line: &Line,
        mut own: Vec<LineDecision>,
        all: impl FnOnce(Vec<LineDecision>) -> LineDecision,
    ) -> LineDecision {
        let is_plain = own.iter().all(|one| one.verdict == Verdict::Allow && one.needs.is_empty());
        if is_plain {
            return all(own);
        }
        let verdicts: Vec<Verdict> = own.iter().map(|one| one.verdict).collect();
        let mut voices = self.voices(request, line, &verdicts);
        let Some(together) = self.together() else { return untold(all(own)) };
        let mut facts = LineFacts::of(together.asked(), request, line);
        let Ok(joint) = Joint::of(together, &mut voices, &mut facts) else { return untold(all(own)) };
        let mut missing = Vec::new();
        if joint.verdict().is_none() {
            let Ok(needs) = joint.needs(together, &mut voices, &mut facts) else { return untold(all(own)) };
            missing = needs;
        }
        let completions = joint.completions(together, &mut voices);
        for ((voice, decided), completion) in voices.iter_mut().zip(&mut own).zip(completions) {
            if let Some(completion) = completion {
                *decided = LineDecision::nothing(decided.number);
                explain::line(voice.pack, &mut voice.facts, &judge_on(voice.pack, completion), decided);
            } else if voice.is_open() {
                let kinds: Vec<&str> = decided.needs.iter().map(Need::kind).collect();
                let asked = missing.iter().filter(|need| kinds.contains(&need.kind()));
                decided.findings = vec![explain::missing_information(voice.pack, asked)];
            }
        }
        let mut decided = all(own);
        decided.verdict = joint.verdict().unwrap_or(Verdict::Flag);
        decided.would_change = match joint.verdict() {
            Some(verdict) if verdict != Verdict::Allow && !joint.is_undated => {
                changes(together, &mut voices, &mut facts, verdict).unwrap_or_default()
            }
            Some(_) | None => Vec::new(),
        };
        decided.needs = missing;
        decided
    }

    /// What each pack says of a line where all share a verdict that none gives by itself: read on one
    /// completion of what is unknown. Nothing where that is not so.
    pub(super) fn judged(&self, request: &Request, line: &Line, own: &[Verdict]) -> Vec<Option<Judged<'p>>> {
        let mut voices = self.voices(request, line, own);
        let Some(together) = self.together() else { return Vec::new() };
        let mut facts = LineFacts::of(together.asked(), request, line);
        let Ok(joint) = Joint::of(together, &mut voices, &mut facts) else { return Vec::new() };
        let completions = joint.completions(together, &mut voices);
        self.packs.iter().zip(completions).map(|(pack, one)| one.map(|one| judge_on(pack, one))).collect()
    }

    /// What `take` makes of what is left of a line whose verdict hangs on something: of what all packs
    /// ask, its facts, and their diagrams laid over each other; and whether it hangs on its day, for that
    /// may lie in a pack's period or not. `None` where it hangs on nothing.
    ///
    /// # Errors
    /// Where the packs are too large to be asked together.
    pub(super) fn left<T>(
        &self,
        request: &Request,
        line: &Line,
        own: &[Verdict],
        take: impl FnOnce(Asked<'_>, &LineFacts<'_>, &Open) -> T,
    ) -> Result<Option<(T, bool)>, TooLarge> {
        let together = self.together().ok_or(NODES_MAX)?;
        let mut voices = self.voices(request, line, own);
        let mut facts = LineFacts::of(together.asked(), request, line);
        let joint = Joint::of(together, &mut voices, &mut facts)?;
        if joint.verdict().is_some() {
            return Ok(None);
        }
        let hangs_on_day = joint.is_undated || joint.outside(together, &mut voices)?.is_some();
        Ok(Some((take(together.asked(), &facts, &joint.open), hangs_on_day)))
    }

    fn voices<'a>(&self, request: &'a Request, line: &'a Line, own: &[Verdict]) -> Vec<Voice<'a>>
    where
        'p: 'a,
    {
        let voice = |(pack, verdict): (&&'p Pack, &Verdict)| {
            let pack: &'a Pack = pack;
            let mut facts = LineFacts::new(pack, request, line);
            let says = match standing(pack, request, line, &mut facts) {
                Standing::PerhapsInForce => Says::Perhaps { alone: true },
                Standing::Judged(judged) if !companion::is_follower(pack, request, line) => {
                    Says::Judged { is_open: judged.is_open }
                }
                Standing::Judged(_) | Standing::NotInForce | Standing::Waits => Says::Settled,
            };
            let is_dated = pack.is_in_force(request.service_span(line).get()) != Answer::Unknown;
            Voice { pack, facts, says, is_dated, verdict: *verdict }
        };
        self.packs.iter().zip(own).map(voice).collect()
    }
}

/// What one pack says of a line by itself.
struct Voice<'a> {
    pack: &'a Pack,
    facts: LineFacts<'a>,
    says: Says,
    /// Whether it is known if the line's day lies in the pack's period.
    is_dated: bool,
    verdict: Verdict,
}

/// How sure it is.
enum Says {
    /// Whatever is unknown: not in force, or of a companion.
    Settled,
    /// It denies if the line's day lies in its period, and the day is not known: whatever else is so
    /// where it does so `alone`, else as other facts and the periods of others turn out.
    Perhaps { alone: bool },
    /// As its diagram says.
    Judged { is_open: bool },
}

impl Voice<'_> {
    fn is_open(&self) -> bool {
        matches!(self.says, Says::Perhaps { .. } | Says::Judged { is_open: true })
    }

    /// Whether its verdict hangs on facts that are unknown, and its day may not lie in its period.
    fn is_open_undated(&self) -> bool {
        !self.is_dated && matches!(self.says, Says::Judged { is_open: true })
    }

    /// What is left of its diagram; with every documentable fact free, where that `is_free`.
    fn left(&mut self, is_free: bool) -> Option<Open> {
        let Says::Judged { .. } = self.says else { return None };
        let pack = self.pack;
        let is_dial = |variable: u16| {
            let fact = pack.variables.get(variable).and_then(|variable| pack.book.get_fact(variable.fact));
            fact.is_some_and(|fact| fact.kind.documentable)
        };
        Some(pack.diagram.open_where(&mut |variable| {
            if is_free && is_dial(variable) { ValueMask::ANY } else { self.facts.mask(variable) }
        }))
    }
}

/// Whether outside of the period of one is outside of those of all.
fn are_of_one_period(voices: &[&Voice<'_>]) -> bool {
    let mut periods = voices.iter().map(|voice| &voice.pack.manifest.period);
    let first = periods.next();
    periods.all(|period| Some(period) == first)
}

/// The diagrams of all packs laid over each other, under what is known of the line.
struct Joint {
    open: Open,
    allowed: Allowed,
    /// Whether some pack denies if the line's day lies in its period.
    is_undated: bool,
}

impl Joint {
    fn of(together: &Together, voices: &mut [Voice<'_>], facts: &mut LineFacts<'_>) -> Result<Joint, TooLarge> {
        let joint = Joint::laid(together, voices, facts)?;
        let undated: Vec<&Voice<'_>> = voices.iter().filter(|voice| voice.is_open_undated()).collect();
        if joint.open.settled() != Some(Verdict::Deny) || undated.is_empty() {
            return Ok(joint);
        }
        let alone = are_of_one_period(&undated);
        // All together deny; what a pack adds to that counts only if the day lies in its period.
        for voice in voices.iter_mut().filter(|voice| voice.is_open_undated()) {
            voice.says = Says::Perhaps { alone };
        }
        Joint::laid(together, voices, facts)
    }

    fn laid(together: &Together, voices: &mut [Voice<'_>], facts: &mut LineFacts<'_>) -> Result<Joint, TooLarge> {
        let mut allowed = facts.allowed();
        let diagram = laid_over(together, voices, &mut allowed, false)?;
        let is_undated = voices.iter().any(|voice| matches!(voice.says, Says::Perhaps { .. }));
        Ok(Joint { open: diagram.open(&allowed), allowed, is_undated })
    }

    /// The verdict that all completions share.
    fn verdict(&self) -> Option<Verdict> {
        self.open.settled().filter(|verdict| !self.is_undated || *verdict == Verdict::Deny)
    }

    /// What is left of the line where its day lies in no period in which it may lie; `None` where no pack
    /// denies more for such a period. Packs that do then say that they perhaps deny.
    fn outside(&self, together: &Together, voices: &mut [Voice<'_>]) -> Result<Option<Open>, TooLarge> {
        let mut is_any = false;
        for voice in voices.iter_mut().filter(|voice| voice.is_open_undated()) {
            let left = voice.left(false);
            if left.is_some_and(|left| left.possible(&|_, _| true).contains(Verdict::Deny)) {
                (voice.says, is_any) = (Says::Perhaps { alone: false }, true);
            }
        }
        if !is_any {
            return Ok(None);
        }
        let diagram = laid_over(together, voices, &mut self.allowed.clone(), false)?;
        let outside = diagram.open(&self.allowed);
        Ok(self.open.says_alone(Verdict::Deny, &outside).then_some(outside))
    }

    fn needs(
        &self,
        together: &Together,
        voices: &mut [Voice<'_>],
        facts: &mut LineFacts<'_>,
    ) -> Result<Vec<Need>, TooLarge> {
        let outside = self.outside(together, voices)?;
        let left = needs::Left { within: &self.open, outside: outside.as_ref() };
        let answers = needs::answers(together.asked(), &self.allowed, left);
        let mut all = needs::needs(together.asked(), facts, left.within, &answers);
        let undated: Vec<&Voice<'_>> =
            voices.iter().filter(|voice| matches!(voice.says, Says::Perhaps { .. })).collect();
        let Some(first) = undated.first().filter(|_| self.is_undated || outside.is_some()) else { return Ok(all) };
        let is_one_period = are_of_one_period(&undated);
        let mut alone = undated.iter().map(|voice| matches!(voice.says, Says::Perhaps { alone: true }));
        let is_denied = if is_one_period { alone.any(|alone| alone) } else { alone.all(|alone| alone) };
        // Outside of one period the line may still lie in another's, or in that of a pack that holds it.
        let holds = |voice: &&Voice<'_>| !voice.is_dated && voice.verdict != Verdict::Allow;
        let is_outside_all = voices.iter().filter(holds).count() == undated.len() && is_one_period;
        let outside = outside.as_ref().unwrap_or(&self.open).settled().filter(|_| is_outside_all);
        if self.is_undated {
            // In the period it is denied, whatever else is answered.
            for (_, then) in all.iter_mut().flat_map(|need| &mut need.answers) {
                *then = then.filter(|then| *then == Verdict::Deny);
            }
        }
        let day = needs::service_date(&first.facts, is_denied.then_some(Verdict::Deny), outside);
        Ok(needs::with_day(all, day))
    }

    /// One completion, as each pack that is open sees it, where no pack gives the verdict by itself.
    fn completions(&self, together: &Together, voices: &mut [Voice<'_>]) -> Vec<Option<Allowed>> {
        let is_told = |verdict| voices.iter().any(|voice| !voice.is_open() && voice.verdict == verdict);
        if self.verdict().is_none_or(is_told) {
            return voices.iter().map(|_| None).collect();
        }
        let one = one_of(&self.allowed, together.asked().variables.len());
        let each = voices.iter_mut().enumerate().map(|(place, voice)| {
            let is_judged = matches!(voice.says, Says::Judged { is_open: true });
            is_judged.then(|| together.own((place, voice.pack), &one, &voice.facts.allowed()))
        });
        each.collect()
    }
}

/// What documentation would give another verdict under all packs.
fn changes(
    together: &Together,
    voices: &mut [Voice<'_>],
    facts: &mut LineFacts<'_>,
    verdict: Verdict,
) -> Result<Vec<WouldChange>, TooLarge> {
    let mut allowed = facts.allowed();
    let diagram = laid_over(together, voices, &mut allowed, true)?;
    let asked = together.asked();
    let is_dial = |variable: u16| {
        let fact = asked.variables.get(variable).and_then(|variable| asked.book.get_fact(variable.fact));
        fact.is_some_and(|fact| fact.kind.documentable)
    };
    let restrict = |masks: &mut dyn FnMut(u16) -> ValueMask| {
        diagram.open_where(&mut |variable| {
            if is_dial(variable) { masks(variable) } else { allowed.get(variable).clone() }
        })
    };
    let mut changes = would_change(asked, &mut |variable| facts.mask(variable), &restrict, verdict);
    let twins = twins(asked, voices);
    // Outside of a period its pack denies nothing.
    let may_lie_outside = voices.iter().any(|voice| !voice.is_dated);
    changes.retain(|change| {
        !change.all.iter().any(|one| twins.contains(&one.kind())) && (change.then != Verdict::Deny || !may_lie_outside)
    });
    Ok(changes)
}

/// The kinds of facts that packs ask by sets of one purpose and other codes: what is documented for the
/// one fact mostly speaks for the other too, so nothing is said of what either alone would change.
fn twins(asked: Asked<'_>, voices: &[Voice<'_>]) -> Vec<&'static str> {
    let count = |book: &Book, name: &str| book.facts().iter().filter(|fact| fact.kind.name == name).count();
    let is_twin = |name: &str| {
        let most = voices.iter().map(|voice| count(&voice.pack.book, name)).max();
        most.is_some_and(|most| count(asked.book, name) > most)
    };
    let mut names: Vec<&'static str> = asked.book.facts().iter().map(|fact| fact.kind.name).collect();
    names.dedup();
    names.retain(|name| is_twin(name));
    names
}

/// The most severe of what the packs' diagrams leave of the line.
fn laid_over(
    together: &Together,
    voices: &mut [Voice<'_>],
    allowed: &mut Allowed,
    is_free: bool,
) -> Result<Diagram, TooLarge> {
    let mut graph = Graph::new(together.asked().variables, NODES_MAX);
    let mut each = Vec::with_capacity(voices.len());
    for (place, voice) in voices.iter_mut().enumerate() {
        match voice.left(is_free) {
            Some(open) => each.push(together.composed(&mut graph, (place, voice.pack), &open, allowed)?),
            None if matches!(voice.says, Says::Perhaps { .. }) => {}
            None => each.push(graph.end(Diagram::end_of(voice.verdict))?),
        }
    }
    Diagram::most_severe(&mut graph, each)
}

/// Without the packs laid over each other nothing is said of what would change the verdict, where it is
/// settled nothing is asked for, and of an answer only that it denies.
fn untold(mut decided: LineDecision) -> LineDecision {
    decided.would_change.clear();
    for (_, then) in decided.needs.iter_mut().flat_map(|need| &mut need.answers) {
        *then = then.filter(|then| *then == Verdict::Deny);
    }
    if decided.verdict == Verdict::Deny {
        decided.needs.clear();
    }
    let mut seen: Vec<String> = Vec::new();
    decided.needs.retain(|need| {
        let is_new = !seen.contains(&need.fact);
        seen.push(need.fact.clone());
        is_new
    });
    decided
}
