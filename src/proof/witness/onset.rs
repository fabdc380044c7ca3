//! When the pain of a witness began.
//!
//! The onset of the whole request counts for every value set. Where two sets are to have different
//! onsets, or one is to have none, each pointed diagnosis has its own instead.

use super::{
    Ground, diagnoses,
    left::{Want, Wants},
};
use crate::{
    code::ClassMask,
    date::{Date, DateSpan, months_between, plus_months},
    request::{Given, Pointers, Request, Source},
};

/// Months since onset where any will do.
const MONTHS: i64 = 6;
/// More than any patient has lived: spans are cut to this many months either way.
const MONTHS_MAX: i64 = 1_200;

/// What the onset of one value set must be.
struct Asked<'a> {
    mask: &'a ClassMask,
    /// The months, where there is to be an onset; `None`: there is to be none.
    months: Option<(i64, i64)>,
}

/// The classes of which the line must point to a diagnosis, so that it can carry an onset.
pub(super) fn of_pointed(ground: &Ground<'_>, wants: &Wants<'_>) -> Vec<ClassMask> {
    let asked = asked(ground, wants);
    if shared(&asked).is_some() {
        return Vec::new();
    }
    let without =
        asked.iter().filter(|one| one.months.is_none()).fold(ClassMask::default(), |all, one| all.or(one.mask));
    asked.iter().filter(|one| one.months.is_some()).map(|one| one.mask.without(&without)).collect()
}

/// Chooses the onset of the request, or of its pointed diagnoses.
pub(super) fn choose(ground: &Ground<'_>, wants: &Wants<'_>, day: Option<Date>, request: &mut Request) -> Option<()> {
    let asked = asked(ground, wants);
    if asked.is_empty() && ground.book.facts().iter().any(|fact| fact.kind.name == "line.months_since_onset") {
        // Where the rules ask for it at all, an ordinary claim tells when it began.
        let begun = day.and_then(|day| begun(day, MONTHS));
        request.onset = begun.map_or(Given::Absent, |on| Given::value(DateSpan::day(on), Source::field("onset_date")));
        return Some(());
    }
    match shared(&asked) {
        Some(None) => return Some(()),
        Some(Some(months)) => {
            request.onset = Given::value(DateSpan::day(begun(day?, months)?), Source::field("onset_date"));
            return Some(());
        }
        None => {}
    }
    let Pointers::To(places, _) = &request.lines.first()?.pointers else { return None };
    for place in places {
        let diagnosis = request.diagnoses.get_mut(*place)?;
        let class = ground.sets.class_of(diagnosis.code.get()?, day);
        let mut own = asked.iter().filter(|one| one.mask.contains(class)).peekable();
        if own.peek().is_none() {
            continue;
        }
        let months = own.try_fold((-MONTHS_MAX, MONTHS_MAX), |(low, high), one| {
            one.months.map(|(least, most)| (low.max(least), high.min(most))).filter(|(low, high)| low <= high)
        });
        if let Some((low, high)) = months {
            let source = Source::member("diagnoses", *place, "onset_date");
            diagnosis.onset = Given::value(DateSpan::day(begun(day?, MONTHS.clamp(low, high))?), source);
        }
    }
    Some(())
}

/// The months that serve all value sets: `None` where they differ, `Some(None)` where no onset is
/// to be given.
fn shared(asked: &[Asked<'_>]) -> Option<Option<i64>> {
    if asked.iter().all(|one| one.months.is_none()) {
        return Some(None);
    }
    let (low, high) = asked.iter().try_fold((-MONTHS_MAX, MONTHS_MAX), |(low, high), one| {
        one.months.map(|(least, most)| (low.max(least), high.min(most)))
    })?;
    (low <= high).then(|| Some(MONTHS.clamp(low, high)))
}

fn asked<'g>(ground: &Ground<'g>, wants: &Wants<'_>) -> Vec<Asked<'g>> {
    let one = |want: &Want<'_>| {
        let is_given = want.known.unwrap_or(want.is_asked);
        let months = is_given.then(|| diagnoses::span(&want.left));
        Asked { mask: want.mask(ground.sets), months }
    };
    wants.all("line.months_since_onset").map(one).collect()
}

/// A day so many completed months before another.
fn begun(day: Date, months: i64) -> Option<Date> {
    let on = plus_months(day, i32::try_from(-months).ok()?);
    [Some(on), on.yesterday().ok(), on.tomorrow().ok()]
        .into_iter()
        .flatten()
        .find(|on| i64::from(months_between(*on, day)) == months)
}
