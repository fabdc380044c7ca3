//! Calendar days, months and years as policies count them.
//!
//! Months are calendar months added to the earlier day, month ends clamped (30 November plus
//! three months is 28 February), both ends included. There is no clock here.

use std::fmt;

pub use jiff::civil::Date;
use jiff::{Span, civil::date};

/// A day that may be known only as a month or a year: every day from `first` to `last`, both
/// included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateSpan {
    /// The first day it can mean.
    pub first: Date,
    /// The last day it can mean, included.
    pub last: Date,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not of the form that was asked for.
    #[error("not a date of the form YYYY-MM-DD, YYYY-MM or YYYY")]
    Form,
    /// Of the form, but no such day, as 2026-13-44.
    #[error("there is no such day in the calendar")]
    Calendar,
    /// A range whose end lies before its beginning.
    #[error("the range ends before it begins")]
    Reversed,
}

impl DateSpan {
    /// A day of which nothing is known: before every other, and behind it.
    pub const UNKNOWN: DateSpan = DateSpan { first: date(1, 1, 1), last: date(9999, 12, 31) };

    /// One day.
    pub fn day(day: Date) -> DateSpan {
        DateSpan { first: day, last: day }
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; a time after `T` is left aside (FHIR dateTime).
    ///
    /// # Errors
    /// [`DateError::Form`] or [`DateError::Calendar`].
    pub fn parse(text: &str) -> Result<DateSpan, DateError> {
        if let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes()
            && let Some(day) = whole([y1, y2, y3, y4, m1, m2, d1, d2])
        {
            return day;
        }
        let text = text.trim();
        let day = text.split_once('T').map_or(text, |(day, _)| day);
        let mut parts = day.split('-');
        let year = number(parts.next(), 4)?.ok_or(DateError::Form)?;
        let month = number(parts.next(), 2)?;
        let day = number(parts.next(), 2)?;
        if parts.next().is_some() {
            return Err(DateError::Form);
        }
        DateSpan::of(year, month, day)
    }

    /// Reads X12 `D8`: `YYYYMMDD`, and the shorter `YYYYMM` and `YYYY`.
    ///
    /// # Errors
    /// [`DateError::Form`] or [`DateError::Calendar`].
    pub fn parse_compact(text: &str) -> Result<DateSpan, DateError> {
        if let Some(day) = text.as_bytes().try_into().ok().and_then(whole) {
            return day;
        }
        let text = text.trim();
        if !matches!(text.len(), 4 | 6 | 8) {
            return Err(DateError::Form);
        }
        let year = number(text.get(..4), 4)?.ok_or(DateError::Form)?;
        let part = |from: usize| text.get(from..from + 2).filter(|part| !part.is_empty());
        DateSpan::of(year, number(part(4), 2)?, number(part(6), 2)?)
    }

    /// The one day it means, where it means only one.
    pub fn exact(&self) -> Option<Date> {
        (self.first == self.last).then_some(self.first)
    }

    fn of(year: i16, month: Option<i16>, day: Option<i16>) -> Result<DateSpan, DateError> {
        let new = |month: i16, day: i16| {
            let (month, day) = (i8::try_from(month).ok(), i8::try_from(day).ok());
            month.zip(day).and_then(|(month, day)| Date::new(year, month, day).ok()).ok_or(DateError::Calendar)
        };
        match (month, day) {
            (Some(month), Some(day)) => new(month, day).map(DateSpan::day),
            (Some(month), None) => new(month, 1).map(|first| DateSpan { first, last: first.last_of_month() }),
            (None, _) => Ok(DateSpan { first: new(1, 1)?, last: new(12, 31)? }),
        }
    }
}

impl fmt::Display for DateSpan {
    /// As short as it was given: `2026-03-10`, `2026-03` or `2026`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else if self.first.year() == self.last.year() && self.first.month() == self.last.month() {
            write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
        } else if self.first == self.first.first_of_year() && self.last == self.first.last_of_year() {
            write!(f, "{:04}", self.first.year())
        } else {
            write!(f, "{} to {}", self.first, self.last)
        }
    }
}

/// The day of eight digits, as nearly all are given; `None` where one of them is none.
fn whole(digits: [u8; 8]) -> Option<Result<DateSpan, DateError>> {
    let values = digits.map(|digit| i16::from(digit.wrapping_sub(b'0')));
    if values.iter().any(|value| *value > 9) {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2] = values;
    Some(DateSpan::of(y1 * 1000 + y2 * 100 + y3 * 10 + y4, Some(m1 * 10 + m2), Some(d1 * 10 + d2)))
}

fn number(text: Option<&str>, digits: usize) -> Result<Option<i16>, DateError> {
    let Some(text) = text else { return Ok(None) };
    if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DateError::Form);
    }
    text.parse().map(Some).map_err(|_| DateError::Form)
}

/// `day` and `months` calendar months, the month's end clamped.
pub fn plus_months(day: Date, months: i32) -> Date {
    let bound = if months < 0 { Date::MIN } else { Date::MAX };
    let month = (i32::from(day.year()) * 12 + i32::from(day.month()) - 1).saturating_add(months);
    let first = |year: i16| Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok();
    let Some(first) = i16::try_from(month.div_euclid(12)).ok().and_then(first) else { return bound };
    first.with().day(day.day().min(first.days_in_month())).build().unwrap_or(bound)
}

/// Whole calendar months from `earlier` to `later`: the greatest n for which `earlier` plus n
/// months is not after `later`; −1 or less where `earlier` is after `later`.
///
/// ```
/// use claimgate::date::months_between;
/// use jiff::civil::date;
/// assert_eq!(months_between(date(2025, 11, 30), date(2026, 2, 28)), 3);
/// assert_eq!(months_between(date(2025, 12, 11), date(2026, 3, 10)), 2);
/// assert_eq!(months_between(date(2026, 3, 11), date(2026, 3, 10)), -1);
/// ```
pub fn months_between(earlier: Date, later: Date) -> i32 {
    let years = i32::from(later.year()) - i32::from(earlier.year());
    let guess = years * 12 + i32::from(later.month()) - i32::from(earlier.month());
    // So many months later it is the month of `later`, whose end clamps the day.
    if earlier.day().min(later.days_in_month()) <= later.day() { guess } else { guess - 1 }
}

/// Whole years of age: born on 29 February, a year older on 28 February of other years.
pub fn years_between(birth: Date, later: Date) -> i32 {
    months_between(birth, later).div_euclid(12)
}

/// Days since 1 January 1970, the scale on which dates are compared.
pub fn day_number(day: Date) -> i64 {
    let years = i64::from(day.year()) - 1;
    let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    years * 365 + leap_days + i64::from(day.day_of_year()) - DAYS_BEFORE_1970
}

/// Days from 1 January of the year 1 up to 1970, and the one that days of a year are counted from.
const DAYS_BEFORE_1970: i64 = 719_163;

/// The day of a [`day_number`].
pub fn day_of_number(number: i64) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(number).ok()?).ok()
}

/// The moment of a text, in milliseconds since 1970 UTC: a day is its beginning in UTC, a time has
/// its offset (RFC 3339).
///
/// ```
/// use claimgate::date::{moment_ms, moment_text};
/// assert_eq!(moment_ms("2026-01-01"), Some(1_767_225_600_000));
/// assert_eq!(moment_ms("2026-01-01T01:00:00.5+01:00"), Some(1_767_225_600_500));
/// assert_eq!((moment_ms("2026-01"), moment_ms("2026-01-01T00:00:00")), (None, None));
/// assert_eq!(moment_text(1_767_225_600_500), "2026-01-01T00:00:00.500Z");
/// ```
pub fn moment_ms(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_millisecond());
    }
    let day = DateSpan::parse(text).ok().filter(|_| text.len() == 10)?.exact()?;
    day_number(day).checked_mul(DAY_MS)
}

/// The day in UTC of a moment in milliseconds since 1970 UTC.
pub fn day_of_ms(ms: i64) -> Option<Date> {
    day_of_number(ms.div_euclid(DAY_MS))
}

/// A moment in milliseconds since 1970 UTC, as RFC 3339 writes it.
pub fn moment_text(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| format!("{time:.3}"))
}

/// Milliseconds of a day of UTC.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_and_display() {
        let check = |text: &str, expected: Result<&str, DateError>| {
            let read = DateSpan::parse(text).map(|span| span.to_string());
            assert_eq!(read.as_deref(), expected.as_ref().copied(), "{text}");
        };
        check("2026-03-10", Ok("2026-03-10"));
        check("2026-03-10T08:00:00Z", Ok("2026-03-10"));
        check("2024-10", Ok("2024-10"));
        check("2024", Ok("2024"));
        check("2026-13-44", Err(DateError::Calendar));
        check("2026-02-29", Err(DateError::Calendar));
        check("10.03.2026", Err(DateError::Form));
        check("", Err(DateError::Form));
        for text in ["2026-03-1x", "2026-0:-10", "+026-03-10", "2026/03/10", "２026-03-0"] {
            assert_eq!(DateSpan::parse(text), Err(DateError::Form), "{text}");
        }
        assert_eq!(DateSpan::parse_compact("2026031x"), Err(DateError::Form));
        assert_eq!(DateSpan::parse_compact("20261344"), Err(DateError::Calendar));
        assert_eq!(DateSpan::parse_compact("20260310").map(|s| s.to_string()), Ok("2026-03-10".into()));
    }

    #[test]
    fn three_months_are_inclusive_and_clamped() {
        let check = |from: (i16, i8, i8), to: (i16, i8, i8), months: i32| {
            assert_eq!(months_between(date(from.0, from.1, from.2), date(to.0, to.1, to.2)), months, "{from:?} {to:?}");
        };
        check((2025, 12, 10), (2026, 3, 10), 3);
        check((2025, 12, 11), (2026, 3, 10), 2);
        check((2025, 11, 30), (2026, 2, 28), 3);
        check((2025, 11, 30), (2026, 2, 27), 2);
        check((2024, 2, 29), (2025, 2, 28), 12);
        check((2026, 3, 10), (2026, 3, 10), 0);
        check((2026, 4, 11), (2026, 3, 10), -2);
    }

    #[test]
    fn born_on_leap_day_adult_on_28_february() {
        assert_eq!(years_between(date(2008, 2, 29), date(2026, 2, 28)), 18);
        assert_eq!(years_between(date(2008, 2, 29), date(2026, 2, 27)), 17);
    }

    #[test]
    fn day_numbers_go_there_and_back() {
        let days = [date(1900, 1, 1), date(1970, 1, 1), date(2000, 12, 31), date(2026, 3, 10), Date::MIN, Date::MAX];
        for day in days.into_iter().chain((0..800).map(|n| plus_months(date(1970, 2, 28), n))) {
            assert_eq!(day_of_number(day_number(day)), Some(day));
        }
    }

    /// The library's own calendar says the same.
    #[test]
    fn months_are_those_of_the_library() {
        let of_library = |day: Date, months: i32| day.checked_add(Span::new().months(months)).ok();
        let days = (0..1_500).filter_map(|n| day_of_number(n * 11 - 4_000));
        for day in days.chain([Date::MIN, Date::MAX]) {
            for months in [-2_400, -25, -13, -12, -1, 0, 1, 2, 3, 6, 11, 12, 13, 27, 1_200] {
                let bound = if months < 0 { Date::MIN } else { Date::MAX };
                let later = plus_months(day, months);
                assert_eq!(later, of_library(day, months).unwrap_or(bound), "{day} and {months} months");
                let between = months_between(day, later);
                assert!(plus_months(day, between) <= later && plus_months(day, between + 1) > later || later == bound);
            }
        }
    }
}
