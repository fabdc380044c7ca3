//! What was done before and for what: facts of the member's earlier services.
//!
//! A service of which only the month or the year is known counts where every day it can mean is in
//! the window, perhaps where some are, and not where none is.

use super::{ANY, certain, mask_of, months_of};
use crate::{
    code::{ClassId, Code},
    date::{Date, DateSpan, months_between, plus_months},
    fact::{Answer, Argument, Drawn, Value, View, view::NOWHERE, view::cause_of},
    request::{Encounter, Given},
    verdict::Cause,
};

/// The calendar months before the line's day, and which of its two ends count.
#[derive(Clone, Copy)]
struct Window {
    months: i32,
    /// Whether the day that many months back is in it.
    from_included: bool,
    /// Whether the line's own day is in it.
    to_included: bool,
}

impl Window {
    /// Whether an earlier service stands in the window before a service on one of `days`.
    fn has(self, earlier: &DateSpan, days: &DateSpan) -> Answer {
        let begun = |on: Date, day: Date| {
            let end = plus_months(on, self.months);
            end > day || (self.from_included && end == day)
        };
        let past = |on: Date, day: Date| on < day || (self.to_included && on == day);
        if past(earlier.last, days.first) && begun(earlier.first, days.last) {
            Answer::Yes
        } else if past(earlier.first, days.last) && begun(earlier.last, days.first) {
            Answer::Unknown
        } else {
            Answer::No
        }
    }
}

/// Whether an earlier service may stand at most so many calendar months before a service on one of
/// `days`, both ends included: where not, no fact with such a window or a shorter one sees it.
pub fn may_reach(earlier: &DateSpan, days: &DateSpan, months: i32) -> bool {
    Window { months, from_included: true, to_included: true }.has(earlier, days) != Answer::No
}

pub(in crate::fact) fn history_diagnoses<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    earlier_diagnoses(view, arguments, |_| true)
}

/// Codes of systems without a table: also of those in which the pack has no set, for nothing else
/// asks what they mean.
pub(in crate::fact) fn untabled_history<'a>(view: &View<'a>, arguments: &[Argument]) -> Drawn<'a> {
    earlier_diagnoses(view, arguments, |code| !code.system().has_table())
}

fn earlier_diagnoses<'a>(view: &View<'a>, arguments: &[Argument], counts: impl Fn(&Code) -> bool) -> Drawn<'a> {
    let window = Window { months: months_of(arguments), from_included: true, to_included: true };
    let (mut shown, mut maybe) = (Vec::new(), Vec::new());
    for encounter in view.request.earlier() {
        let list = match view.service.get().map_or(Answer::Unknown, |days| window.has(&encounter.service_date, days)) {
            Answer::No => continue,
            Answer::Yes => &mut shown,
            Answer::Unknown => &mut maybe,
        };
        let counted = encounter.diagnoses.iter().filter(|code| counts(code));
        list.extend(counted.map(|code| view.shown(code, &encounter.source)));
    }
    let open = !maybe.is_empty();
    let cause = open.then(|| view.service.get().map_or_else(|| cause_of(view.service), |_| Cause::Unreadable));
    let root = (open && view.day().is_none()).then_some("line.service_date");
    Drawn { value: Value::Codes { shown, maybe, open: false }, known: Answer::Yes, cause, source: None, root }
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
    let window = Window { months: months_of(arguments), from_included: false, to_included: false };
    let Given::Value(days) = view.service else {
        let none = view.request.earlier().next().is_none();
        let undated = view.undated(Value::Span(0, i64::MAX), Answer::Yes);
        return if none { certain(Value::Span(0, 0), &NOWHERE) } else { undated };
    };
    let earlier = Earlier::of(view, window, &days.value, counts);
    let source = earlier.shown.map_or(&NOWHERE, |encounter| &encounter.source);
    let mut drawn = certain(Value::Span(number(earlier.days_least), number(earlier.days_most)), source);
    if earlier.days_least != earlier.days_most {
        drawn.cause = Some(Cause::Unreadable);
    }
    drawn
}

/// Months since the earliest of at least `days_min` earlier days; -1 where there are fewer.
fn months_since_first<'a>(
    view: &View<'a>,
    arguments: &[Argument],
    days_min: usize,
    counts: impl Fn(&Encounter) -> bool,
) -> Drawn<'a> {
    let window = Window { months: months_of(arguments), from_included: true, to_included: false };
    let Given::Value(days) = view.service else {
        let none = view.request.earlier().next().is_none();
        return if none { certain(Value::Span(-1, -1), &NOWHERE) } else { view.undated(ANY, Answer::Yes) };
    };
    let days = &days.value;
    let earlier = Earlier::of(view, window, days, counts);
    let since = |on: Option<Date>, day: Date| on.map_or(-1, |on| i64::from(months_between(on, day)));
    let low = if earlier.days_least < days_min { -1 } else { since(earlier.begun_by, days.first) };
    let high = if earlier.days_most < days_min { -1 } else { since(earlier.begun_from, days.last) };
    let high = high.min(i64::from(window.months)).max(low);
    let mut drawn = certain(Value::Span(low, high), earlier.shown.map_or(&NOWHERE, |encounter| &encounter.source));
    drawn.known = match (earlier.days_least >= days_min, earlier.days_most >= days_min) {
        (true, _) => Answer::Yes,
        (false, true) => Answer::Unknown,
        (false, false) => Answer::No,
    };
    if low != high {
        drawn.cause = Some(Cause::Unreadable);
        drawn.root = view.day().is_none().then_some("line.service_date");
    }
    drawn
}

/// What is known of the earlier services in a window.
struct Earlier<'a> {
    /// The earliest that is certainly in it; else the one that may be the earliest.
    shown: Option<&'a Encounter>,
    /// The earliest day on which the first of them can have been.
    begun_from: Option<Date>,
    /// The latest day on which the first of them can have been.
    begun_by: Option<Date>,
    /// On how many different days they were, at least and at most.
    days_least: usize,
    days_most: usize,
}

impl<'a> Earlier<'a> {
    fn of(view: &View<'a>, window: Window, days: &DateSpan, counts: impl Fn(&Encounter) -> bool) -> Earlier<'a> {
        let (mut possible, mut certain) = (Vec::new(), Vec::new());
        let mut sure: Option<&'a Encounter> = None;
        for encounter in view.request.earlier().filter(|encounter| counts(encounter)) {
            match window.has(&encounter.service_date, days) {
                Answer::No => continue,
                Answer::Yes => {
                    certain.push(encounter.service_date);
                    sure =
                        sure.filter(|sure| sure.service_date.first <= encounter.service_date.first).or(Some(encounter));
                }
                Answer::Unknown => {}
            }
            possible.push(encounter);
        }
        possible.sort_by_key(|encounter| encounter.service_date.first);
        let first = possible.first().copied();
        let mut exact: Vec<Date> = possible.iter().filter_map(|encounter| encounter.service_date.exact()).collect();
        let inexact = possible.len() - exact.len();
        exact.dedup();
        Earlier {
            shown: sure.or(first),
            begun_from: first.map(|encounter| encounter.service_date.first),
            begun_by: certain.iter().map(|span| span.last).min(),
            days_least: days_least(certain),
            days_most: exact.len() + inexact,
        }
    }
}

/// The fewest days on which all of `spans` can have been: one for as many as share a day.
fn days_least(mut spans: Vec<DateSpan>) -> usize {
    spans.sort_unstable_by_key(|span| span.last);
    let (mut count, mut last) = (0, None);
    for span in spans {
        if last.is_none_or(|last| span.first > last) {
            (count, last) = (count + 1, Some(span.last));
        }
    }
    count
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A code's class on the day it was used; where that is unknown, on days when every dated row holds.
pub(in crate::fact) fn class_on(view: &View<'_>, code: &Code, encounter: &Encounter) -> ClassId {
    let day = Some(encounter.service_date.first).filter(|_| encounter.service_date != DateSpan::UNKNOWN);
    view.sets.class_of(code, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn days(span: DateSpan) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(span.first), move |day| day.tomorrow().ok().filter(|day| *day <= span.last))
    }

    #[test]
    fn a_window_has_what_every_day_of_it_has() {
        let spans = ["2024-12", "2025-01", "2025-02", "2025-02-28", "2025-03-10", "2025-03", "2026-03", "2025"];
        let services = ["2026-03-10", "2026-02-28", "2026-03", "2025-03"].map(|text| DateSpan::parse(text).unwrap());
        for months in [3, 12] {
            for (from_included, to_included) in [(true, true), (true, false), (false, false)] {
                let window = Window { months, from_included, to_included };
                for (earlier, service) in spans.iter().flat_map(|earlier| services.map(|service| (earlier, service))) {
                    let span = DateSpan::parse(earlier).unwrap();
                    let each: Vec<Answer> = days(span)
                        .flat_map(|on| days(service).map(move |day| (on, day)))
                        .map(|(on, day)| window.has(&DateSpan::day(on), &DateSpan::day(day)))
                        .collect();
                    let expected = match (each.contains(&Answer::Yes), each.contains(&Answer::No)) {
                        (true, false) => Answer::Yes,
                        (false, _) => Answer::No,
                        (true, true) => Answer::Unknown,
                    };
                    assert_eq!(window.has(&span, &service), expected, "{earlier} before {service}, {months} months");
                }
            }
        }
    }

    #[test]
    fn the_fewest_days() {
        let check = |spans: &[&str], expected: usize| {
            assert_eq!(days_least(spans.iter().map(|text| DateSpan::parse(text).unwrap()).collect()), expected);
        };
        check(&[], 0);
        check(&["2025-06", "2025-06"], 1);
        check(&["2025-06", "2025-06-03"], 1);
        check(&["2025-06-03", "2025", "2025-06-04"], 2);
        check(&["2025-06", "2025-07", "2025"], 2);
        assert_eq!(days(DateSpan::day(date(2025, 6, 3))).count(), 1);
    }
}
