//! When the pain began: onset of the claim and of its pain diagnoses.

use super::{ANY, certain, mask_of, unknown};
use crate::{
    date::{DateSpan, months_between},
    fact::{Answer, Argument, Drawn, Value, View, view::is_there},
    request::{Diagnosis, Given, Verification},
    verdict::Cause,
};

pub(in crate::fact) fn months_since_onset<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    let mask = mask_of(view, arguments);
    let counts = |diagnosis: &&'a Diagnosis| {
        diagnosis.code.get().is_some_and(|code| mask.contains(view.class_of(code))) && !diagnosis.onset.is_absent()
    };
    let there = |diagnosis: &&Diagnosis| diagnosis.verification != Verification::Refuted;
    if view.pointers_unknown() && view.request.diagnoses.iter().filter(there).any(|diagnosis| counts(&diagnosis)) {
        // Which diagnoses the line points to is unknown, and some of them have an onset.
        let mut drawn = unknown(ANY, &view.request.onset);
        (drawn.known, drawn.root) = (Answer::Unknown, Some("line.diagnoses"));
        return drawn;
    }
    let dated: Vec<&'a Diagnosis> = view.pointed().unwrap_or_default().into_iter().filter(counts).collect();
    let with = |diagnoses: &mut dyn Iterator<Item = &&'a Diagnosis>| {
        let mut onsets: Vec<&'a Given<DateSpan>> = diagnoses.map(|diagnosis| &diagnosis.onset).collect();
        onsets.extend(Some(&view.request.onset).filter(|onset| !onset.is_absent()));
        of_onsets(view, &onsets)
    };
    let all = with(&mut dated.iter());
    if dated.iter().all(|diagnosis| is_there(diagnosis)) {
        return all;
    }
    // A diagnosis that may not be there has an onset: both with it and without it are possible.
    either(all, &with(&mut dated.iter().filter(|diagnosis| is_there(diagnosis))))
}

fn of_onsets<'a>(view: &View<'a>, onsets: &[&'a Given<DateSpan>]) -> Drawn<'a> {
    let Some(first) = onsets.first().copied() else { return unknown(ANY, &view.request.onset) };
    if let Some(unreadable) = onsets.iter().find(|onset| onset.get().is_none()) {
        return unknown(ANY, unreadable);
    }
    let Some(days) = view.service.get() else { return view.undated(ANY, Answer::Yes) };
    let spans: Vec<&DateSpan> = onsets.iter().filter_map(|onset| onset.get()).collect();
    let low = spans.iter().map(|span| months_between(span.last, days.first)).min().unwrap_or(i32::MIN);
    let high = spans.iter().map(|span| months_between(span.first, days.last)).max().unwrap_or(i32::MAX);
    let mut drawn = certain(Value::Span(i64::from(low), i64::from(high)), first.source());
    if low != high {
        let differ = spans.iter().any(|span| Some(span) != spans.first());
        drawn.cause = Some(if differ { Cause::Contradictory } else { Cause::Unreadable });
    }
    drawn
}

fn either<'a>(one: Drawn<'a>, other: &Drawn<'_>) -> Drawn<'a> {
    let (Value::Span(low, high), Value::Span(least, most)) = (&one.value, &other.value) else { return one };
    Drawn {
        value: Value::Span(*low.min(least), *high.max(most)),
        known: if one.known == other.known { one.known } else { Answer::Unknown },
        cause: one.cause.or(Some(Cause::Contradictory)),
        ..one
    }
}
