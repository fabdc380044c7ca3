//! A birth date of which only the ages are left that it gives on the days of service.

use crate::date::{Date, DateSpan, day_of_number, plus_months, years_between};

/// The latest birth that gives the same ages in years on every one of `services` as `born` does:
/// for a patient of 52 on 10 March 2026 that is 10 March 1974.
///
/// Of a birth of which only the month or the year is known, and of services on several days, the
/// least and the greatest age stay what they are. A birth that is known to the day stays one day.
/// Where no service has a day, no age is known and any birth will do: 1 January 1970.
pub(super) fn least_telling(born: &DateSpan, services: &[DateSpan]) -> DateSpan {
    let latest = |birth: Date, days: &mut dyn Iterator<Item = Date>| {
        days.map(|day| latest_of_age(years_between(birth, day), day)).min()
    };
    let firsts = || services.iter().map(|days| days.first);
    let lasts = || services.iter().map(|days| days.last);
    // The births that give one age on one day are days that follow one another, and the real one is
    // among them: the latest that all days allow is the least of their last ones.
    let bounds = latest(born.last, &mut firsts()).zip(latest(born.first, &mut lasts()));
    match bounds {
        None => DateSpan::day(day_of_number(0).unwrap_or(Date::MIN)),
        Some((last, first)) if born.exact().is_some() => DateSpan::day(last.min(first)),
        Some((last, first)) => DateSpan { first: first.min(last), last },
    }
}

/// The latest birth of somebody who is so many completed years old on a day.
fn latest_of_age(years: i32, day: Date) -> Date {
    let months = years.saturating_mul(12);
    let is_old_enough = |birth: Date| plus_months(birth, months) <= day;
    let same_day = plus_months(day, months.saturating_neg());
    // Who is born on 29 February is a year older on 28 February of other years.
    same_day.tomorrow().ok().filter(|next| is_old_enough(*next)).unwrap_or(same_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(text: &str) -> DateSpan {
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        DateSpan { first: DateSpan::parse(first).unwrap().first, last: DateSpan::parse(last).unwrap().last }
    }

    #[test]
    fn the_latest_birth_with_the_same_ages() {
        let check = |born: &str, services: &[&str], expected: &str| {
            let services: Vec<DateSpan> = services.iter().map(|days| span(days)).collect();
            assert_eq!(least_telling(&span(born), &services), span(expected), "{born} {services:?}");
        };
        check("1973-05-01", &["2026-03-10"], "1974-03-10");
        check("1973-03-10", &["2026-03-10"], "1973-03-10");
        check("1973-03-11", &["2026-03-10"], "1974-03-10");
        check("2008-02-29", &["2026-02-28"], "2008-02-29");
        check("2008-03-01", &["2026-02-28"], "2009-02-28");
        check("2008-02-29", &["2026-02-27"], "2009-02-27");
        check("2007-09-30", &["2024-02-29"], "2008-02-29");
        // The birthday lies between two services.
        check("1973-05-01", &["2026-03-10", "2026-06-10"], "1973-06-10");
        check("1973-05-01", &["2026-03-10", "2026-03-20"], "1974-03-10");
        // Born after the service.
        check("2026-03-12", &["2026-03-10"], "2027-03-10");
        // Known as a month or a year only.
        check("1973", &["2026-03-10"], "1973-03-10/1974-03-10");
        check("1973-05", &["2026-03-10"], "1974-03-10");
        check("1973-05-01", &["2026-05"], "1973-05-01/1973-05-01");
        check("1973-05-15", &["2026-05"], "1973-05-31");
        check("1973-05-01", &[], "1970-01-01");
    }

    proptest! {
        #[test]
        fn every_age_stays(
            born in 0i64..20_000,
            width in prop_oneof![Just(0i64), 0i64..800],
            services in proptest::collection::vec((8_000i64..24_000, prop_oneof![Just(0i64), 0i64..500]), 0..4),
        ) {
            let span = |(first, width): (i64, i64)| DateSpan {
                first: day_of_number(first).unwrap(),
                last: day_of_number(first + width).unwrap(),
            };
            let (born, services) = (span((born, width)), services.into_iter().map(span).collect::<Vec<_>>());
            let least = least_telling(&born, &services);
            prop_assert!(least.first <= least.last);
            prop_assert_eq!(least.exact().is_some() || width > 0, true);
            for days in &services {
                prop_assert_eq!(years_between(least.last, days.first), years_between(born.last, days.first));
                prop_assert_eq!(years_between(least.first, days.last), years_between(born.first, days.last));
            }
            prop_assert_eq!(least_telling(&least, &services), least, "nothing more can be left out");
        }
    }
}
