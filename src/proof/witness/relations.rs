//! What one fact says of another: proofs that no request gives wanted answers.
//!
//! Each relation is read off the facts' draws (`fact/draw.rs`, `fact/draw/history.rs`), and holds
//! of every request whose answers are definite, whatever else is unknown:
//!
//! * A pointed diagnosis that answers *yes* is confirmed and active, so it is one of the request's.
//! * A line whose diagnoses are known points to one, and that one is confirmed, unconfirmed or past.
//! * A diagnosis of a system without a table is one of the request's, confirmed, unconfirmed or past;
//!   an earlier one is an earlier diagnosis.
//! * Earlier diagnoses of a window are among those of every longer window.
//! * A diagnosis that stood on two days of a window is among the earlier diagnoses of that window.
//! * Of two quantities of history alike, the one with the larger set and the longer window is not
//!   less.
//! * A session is an earlier procedure; an earlier procedure is a session of a longer window.

use super::{
    Ground,
    left::{Left, Want, Wants},
};
use crate::code::ClassMask;

/// The first relation that what is wanted breaks, in words.
pub(super) fn broken(ground: &Ground<'_>, wants: &Wants<'_>) -> Option<String> {
    pointed(ground, wants)
        .or_else(|| untabled(wants))
        .or_else(|| windows(wants))
        .or_else(|| twice_in_history(ground, wants))
        .or_else(|| quantities(ground, wants))
        .or_else(|| sessions_and_procedures(ground, wants))
}

fn pointed(ground: &Ground<'_>, wants: &Wants<'_>) -> Option<String> {
    let line = wants.of_fact("line.diagnoses")?;
    let (absent, some) = line.codes();
    let (confirmed, _) = wants.codes("request.diagnoses");
    let excluded = absent.or(&confirmed);
    if some.iter().any(|one| one.is_within(&excluded)) {
        return Some("a diagnosis the line points to is one of the request's diagnoses".to_owned());
    }
    let (unconfirmed, _) = wants.codes("request.unconfirmed_diagnoses");
    let (past, _) = wants.codes("request.past_diagnoses");
    let all = ground.sets.all();
    let none_left = [confirmed, unconfirmed, past].iter().all(|other| all.is_within(&absent.or(other)));
    (line.is_asked && none_left).then(|| "a line whose diagnoses are known points to one".to_owned())
}

fn untabled(wants: &Wants<'_>) -> Option<String> {
    let mut standings = ["request.diagnoses", "request.unconfirmed_diagnoses", "request.past_diagnoses"]
        .into_iter()
        .map(|name| wants.codes(name).0);
    let first = standings.next().unwrap_or_default();
    let nowhere = standings.fold(first, |nowhere, absent| nowhere.and(&absent));
    let (absent, some) = wants.codes("request.untabled_diagnoses");
    let excluded = absent.or(&nowhere);
    let broken = some.iter().any(|one| one.is_within(&excluded));
    broken.then(|| "a diagnosis in a system without a table is one of the request's diagnoses".to_owned())
}

/// The classes that are absent from every window of earlier diagnoses at least so long.
fn absent_from(wants: &Wants<'_>, months: i64) -> ClassMask {
    absent_of(wants, "history.diagnoses", months)
}

fn absent_of(wants: &Wants<'_>, name: &'static str, months: i64) -> ClassMask {
    wants
        .all(name)
        .filter(|longer| longer.months() >= months)
        .fold(ClassMask::default(), |absent, longer| absent.or(&longer.codes().0))
}

fn windows(wants: &Wants<'_>) -> Option<String> {
    let broken = wants.all("history.diagnoses").any(|want| {
        let absent = absent_from(wants, want.months());
        want.codes().1.iter().any(|one| one.is_within(&absent))
    });
    let broken = broken
        || wants.all("history.untabled_diagnoses").any(|want| {
            let absent = absent_from(wants, want.months());
            let absent = absent.or(&absent_of(wants, "history.untabled_diagnoses", want.months()));
            want.codes().1.iter().any(|one| one.is_within(&absent))
        });
    broken.then(|| "an earlier diagnosis of a window is one of every longer window".to_owned())
}

fn twice_in_history(ground: &Ground<'_>, wants: &Wants<'_>) -> Option<String> {
    // Where a row of diagnoses is dated, a code may have another class on its own day.
    if ground.codes.has_dated() {
        return None;
    }
    let broken = wants.all("history.months_diagnosed_twice").filter(|want| low(want) >= 0).any(|want| {
        let possible = want.mask(ground.sets).and(&ground.codes.reach().diagnoses);
        possible.is_within(&absent_from(wants, want.months()))
    });
    broken.then(|| "a diagnosis of two earlier days is an earlier diagnosis".to_owned())
}

fn quantities(ground: &Ground<'_>, wants: &Wants<'_>) -> Option<String> {
    for name in ["history.months_diagnosed_twice", "history.months_since_procedure", "history.sessions"] {
        for less in wants.all(name) {
            for more in wants.all(name).filter(|more| is_wider(ground, less, more)) {
                if low(less) > high(more) {
                    return Some("a larger value set and a longer window never hold less".to_owned());
                }
            }
        }
    }
    None
}

fn sessions_and_procedures(ground: &Ground<'_>, wants: &Wants<'_>) -> Option<String> {
    let since = || wants.all("history.months_since_procedure");
    for session in wants.all("history.sessions") {
        let missed = |procedure: &&Want<'_>| high(procedure) < 0 && is_wider(ground, session, procedure);
        if low(session) >= 1 && since().any(|procedure| missed(&procedure)) {
            return Some("an earlier session is an earlier procedure".to_owned());
        }
        // The day exactly so many months back is in the one window and not in the other.
        let counted = |procedure: &&Want<'_>| {
            low(procedure) >= 0
                && procedure.months() < session.months()
                && procedure.mask(ground.sets).is_within(session.mask(ground.sets))
        };
        if high(session) < 1 && since().any(|procedure| counted(&procedure)) {
            return Some("an earlier procedure is a session of a longer window".to_owned());
        }
    }
    None
}

/// Whether whatever counts for `less` counts for `more`.
fn is_wider(ground: &Ground<'_>, less: &Want<'_>, more: &Want<'_>) -> bool {
    less.months() <= more.months() && less.mask(ground.sets).is_within(more.mask(ground.sets))
}

fn low(want: &Want<'_>) -> i64 {
    match want.left {
        Left::Span(low, _) => low,
        Left::Code(_) | Left::Codes { .. } | Left::Choice(_) => i64::MIN,
    }
}

fn high(want: &Want<'_>) -> i64 {
    match want.left {
        Left::Span(_, high) => high,
        Left::Code(_) | Left::Codes { .. } | Left::Choice(_) => i64::MAX,
    }
}
