//! One changed line, with what both sides say of it.

use serde_json::{Value, json};

use super::{Amount, Comparison, Dimension, EXAMPLES, NOT_GIVEN, Transition};
use crate::{
    date::Date,
    desk::{Desk, JudgedLine},
    exchange::json as native,
    request::{Line, Request},
    verdict::{Decision, LineDecision},
};

/// A line that gets another verdict or reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedLine {
    /// The claim's identifier.
    pub request_id: String,
    /// The line's number.
    pub number: u32,
    /// What becomes of it.
    pub transition: Transition,
    /// What was done.
    pub procedure: Option<String>,
    /// When, as short as it was given.
    pub service_date: Option<String>,
    /// What it charges.
    pub charge: Option<crate::money::Cents>,
    /// Who bills.
    pub provider: Option<String>,
    /// What the old packs say.
    pub old: Said,
    /// What the new packs say.
    pub new: Said,
}

/// What one side says of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The rule; empty where the engine itself speaks.
    pub rule: String,
    /// The reason's id.
    pub reason: String,
    /// The sentence for the provider.
    pub text: String,
}

impl Said {
    fn of(line: &LineDecision) -> Said {
        let main = line.findings.first();
        let text = |of: fn(&crate::verdict::Finding) -> &String| main.map(of).cloned().unwrap_or_default();
        Said { rule: text(|main| &main.rule), reason: text(|main| &main.reason), text: text(|main| &main.text) }
    }
}

/// Who is compared.
#[derive(Clone, Copy)]
pub(super) struct Desks<'a> {
    pub(super) old: &'a Desk,
    pub(super) new: &'a Desk,
    /// The source of a fact that was given and is not in the record that the requests are of.
    pub(super) not_recorded: Option<&'a str>,
}

/// Holds a request against both desks; whether any of its lines changed. Changed lines go to `out`,
/// a line of JSON each, with both rationales.
pub(super) fn compare(
    desks: Desks<'_>,
    request: &Request,
    into: &mut Comparison,
    out: &mut Vec<u8>,
) -> Vec<Transition> {
    let Desks { old, new, not_recorded } = desks;
    let (before, after) = (old.judge(request), new.judge(request));
    *into.claims.entry(Transition { from: before.verdict, to: after.verdict }).or_default() += 1;
    into.tally.claims.went(before.verdict);
    let mut decided: Option<(Decision, Decision)> = None;
    let mut changed = Vec::new();
    for (place, (line, (was, is))) in request.lines.iter().zip(before.lines.iter().zip(&after.lines)).enumerate() {
        let transition = Transition { from: was.verdict, to: is.verdict };
        into.tally.lines.went(was.verdict);
        let amount = Amount::of(line.charge.get().copied());
        into.lines.entry(transition).or_default().add(&amount);
        if is_same(was, is) {
            continue;
        }
        changed.push(transition);
        into.changed.entry(transition).or_default().add(&amount);
        for (by, name) in names(request, line, was, is) {
            into.by.entry(by).or_default().entry(name).or_default().entry(transition).or_default().add(&amount);
        }
        // Sentences are made for claims that change only.
        let (old, new) = decided.get_or_insert_with(|| (old.decide(request), new.decide(request)));
        let Some(both) = old.lines.get(place).zip(new.lines.get(place)) else { continue };
        if let (Some(not_recorded), Some(record)) = (not_recorded, &mut into.record) {
            record.waits(both, not_recorded);
        }
        tell(request, line, place, transition, (old, new), into, out);
    }
    changed
}

/// Whether verdict and main reason stay, whichever pack of a version says so.
fn is_same(was: &JudgedLine<'_>, is: &JudgedLine<'_>) -> bool {
    let main = |line: &JudgedLine<'_>| line.main().map(|main| (main.rule.to_owned(), main.reason.to_owned()));
    was.verdict == is.verdict && main(was) == main(is)
}

fn names(request: &Request, line: &Line, was: &JudgedLine<'_>, is: &JudgedLine<'_>) -> [(Dimension, String); 5] {
    let speaks = if is.verdict >= was.verdict { is } else { was };
    let rule = speaks.main().map_or("", |main| main.rule);
    let rule = if rule.is_empty() { "the engine".to_owned() } else { rule.to_owned() };
    let reason = |line: &JudgedLine<'_>| line.main().map_or("", |main| main.reason).to_owned();
    let not_given = || NOT_GIVEN.to_owned();
    let month = |day: Date| format!("{:04}-{:02}", day.year(), day.month());
    [
        (Dimension::Rule, rule),
        (Dimension::Reason, format!("{} → {}", reason(was), reason(is))),
        (Dimension::Procedure, line.procedure.get().map_or_else(not_given, ToString::to_string)),
        (Dimension::Provider, request.provider.map_or_else(not_given, |provider| provider.to_string())),
        (Dimension::Month, request.service_day(line).map_or_else(not_given, month)),
    ]
}

fn tell(
    request: &Request,
    line: &Line,
    place: usize,
    transition: Transition,
    (old, new): (&Decision, &Decision),
    into: &mut Comparison,
    out: &mut Vec<u8>,
) {
    let (Some(was), Some(is)) = (old.lines.get(place), new.lines.get(place)) else { return };
    let told = ChangedLine {
        request_id: request.id.clone(),
        number: line.number,
        transition,
        procedure: line.procedure.get().map(ToString::to_string),
        service_date: request.service_span(line).get().map(ToString::to_string),
        charge: line.charge.get().copied(),
        provider: request.provider.map(|provider| provider.to_string()),
        old: Said::of(was),
        new: Said::of(is),
    };
    let whole = |decision: &Decision| native::decision(decision, None).pointer(&format!("/lines/{place}")).cloned();
    let value: Value = json!({
        "request_id": told.request_id,
        "line_number": told.number,
        "from": transition.from.name(),
        "to": transition.to.name(),
        "procedure": told.procedure,
        "service_date": told.service_date,
        "charge_cents": told.charge.map(|charge| charge.0),
        "provider": told.provider,
        "old": whole(old),
        "new": whole(new),
    });
    out.extend_from_slice(value.to_string().as_bytes());
    out.push(b'\n');
    let kept = into.examples.entry(transition).or_default();
    if kept.len() < EXAMPLES {
        kept.push(told);
    }
}
