//! How long pain has lasted and what was done before: facts of dates and history.

use super::{ANY, certain, mask_of, months_of, unknown};
use crate::{
    code::{ClassId, Code},
    date::{Date, DateSpan, months_between, plus_months},
    fact::{Answer, Argument, Drawn, Value, View, view::NOWHERE},
    request::{Diagnosis, Encounter, Given, Source, Verification},
    verdict::Cause,
};

pub(in crate::fact) fn months_since_onset<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    let mask = mask_of(view, arguments);
    let counts = |diagnosis: &Diagnosis| diagnosis.code.get().is_some_and(|code| mask.contains(view.class_of(code)));
    let of_diagnoses = |list: Vec<&'a Diagnosis>| -> Vec<&'a Given<DateSpan>> {
        list.into_iter().filter(|diagnosis| counts(diagnosis)).map(|diagnosis| &diagnosis.onset).collect()
    };
    let mut onsets: Vec<&'a Given<DateSpan>> = of_diagnoses(view.pointed().unwrap_or_default());
    onsets.push(&view.request.onset);
    onsets.retain(|onset| !onset.is_absent());
    let elsewhere = view.pointers_unknown()
        && of_diagnoses(view.request.diagnoses.iter().filter(|d| d.verification != Verification::Refuted).collect())
            .iter()
            .any(|onset| !onset.is_absent());
    if elsewhere {
        // Which diagnoses the line points to is unknown, and some of them have an onset.
        let mut drawn = unknown(ANY, &view.request.onset);
        (drawn.known, drawn.root) = (Answer::Unknown, Some("line.diagnoses"));
        return drawn;
    }
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

/// Earlier services in the window that `counts`: exact days, and whether some day is not exact.
fn earlier_days<'a>(
    view: &View<'a>,
    window: i32,
    counts: impl Fn(&Encounter) -> bool,
) -> Option<(Vec<(Date, &'a Source)>, bool)> {
    let day = view.day()?;
    let (mut days, mut inexact) = (Vec::new(), false);
    for encounter in view.request.earlier().filter(|encounter| counts(encounter)) {
        match encounter.service_date.exact() {
            Some(on) if on < day && plus_months(on, window) >= day => days.push((on, &encounter.source)),
            Some(_) => {}
            None => {
                inexact |= encounter.service_date.first < day && plus_months(encounter.service_date.last, window) >= day
            }
        }
    }
    days.sort_unstable_by_key(|(on, _)| *on);
    days.dedup_by_key(|(on, _)| *on);
    Some((days, inexact))
}

/// Months since the earliest of at least `days_min` earlier days; -1 where there are fewer.
fn months_since_first<'a>(
    view: &View<'a>,
    arguments: &[Argument],
    days_min: usize,
    counts: impl Fn(&Encounter) -> bool,
) -> Drawn<'a> {
    let (Some((days, inexact)), Some(day)) = (earlier_days(view, months_of(arguments), counts), view.day()) else {
        let empty = view.request.history.is_empty();
        return if empty { certain(Value::Span(-1, -1), &NOWHERE) } else { view.undated(ANY, Answer::Yes) };
    };
    let enough = days.len() >= days_min;
    let low = days.first().filter(|_| enough).map_or(-1, |(on, _)| i64::from(months_between(*on, day)));
    let mut drawn = certain(Value::Span(low, low), days.first().map_or(&NOWHERE, |(_, source)| source));
    drawn.known = Answer::of(enough);
    if inexact {
        (drawn.value, drawn.cause) = (Value::Span(low, i64::MAX), Some(Cause::Unreadable));
    }
    drawn
}

pub(in crate::fact) fn months_diagnosed_twice<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    let mask = mask_of(view, arguments);
    months_since_first(view, arguments, 2, |encounter| {
        encounter.diagnoses.iter().any(|code| mask.contains(class_on(view, code, encounter)))
    })
}

pub(in crate::fact) fn months_since_procedure<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    let mask = mask_of(view, arguments);
    months_since_first(view, arguments, 1, |encounter| {
        encounter.procedures.iter().any(|(code, _)| mask.contains(class_on(view, code, encounter)))
    })
}

pub(in crate::fact) fn sessions<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    let mask = mask_of(view, arguments);
    let counts = |encounter: &Encounter| {
        encounter.procedures.iter().any(|(code, _)| mask.contains(class_on(view, code, encounter)))
    };
    let window = months_of(arguments);
    let (Some((days, inexact)), Some(day)) = (earlier_days(view, window, counts), view.day()) else {
        let empty = view.request.history.is_empty();
        return if empty {
            certain(Value::Span(0, 0), &NOWHERE)
        } else {
            view.undated(Value::Span(0, i64::MAX), Answer::Yes)
        };
    };
    let inside = days.iter().filter(|(on, _)| plus_months(*on, window) > day).count();
    let count = i64::try_from(inside).unwrap_or(i64::MAX);
    let mut drawn = certain(Value::Span(count, count), days.first().map_or(&NOWHERE, |(_, source)| source));
    if inexact {
        (drawn.value, drawn.cause) = (Value::Span(count, i64::MAX), Some(Cause::Unreadable));
    }
    drawn
}

/// A code's class on the day it was used.
fn class_on(view: &View<'_>, code: &Code, encounter: &Encounter) -> ClassId {
    view.sets.class_of(code, Some(encounter.service_date.first))
}
