//! Elements to values: days, units, and what two of the same amount to.

use super::segment::{is, text};
use crate::{
    date::DateSpan,
    request::{Given, Source},
};

/// A day of qualifier `D8`; nothing given where the element is blank.
pub(super) fn day(qualifier: &[u8], element: &[u8], source: Source) -> Given<DateSpan> {
    const EXPECTED: &str = "a date YYYYMMDD";
    if element.is_empty() {
        return Given::Absent;
    }
    match DateSpan::parse_compact(&text(element)) {
        Ok(span) if qualifier.is_empty() || is(qualifier, "D8") => Given::value(span, source),
        Ok(_) | Err(_) => Given::unreadable(EXPECTED, source),
    }
}

/// The first day of a `D8` date or an `RD8` range; a range that ends before it begins is
/// unreadable.
pub(super) fn first_day(qualifier: &[u8], element: &[u8], source: Source) -> Given<DateSpan> {
    if is(qualifier, "D8") && !element.contains(&b'-') {
        return day(qualifier, element, source);
    }
    let ranged = is(qualifier, "RD8") || qualifier.is_empty() || is(qualifier, "D8");
    let days = text(element);
    let Some((first, last)) = days.split_once('-').filter(|_| ranged) else {
        let qualifier = if is(qualifier, "RD8") { b"D8" } else { qualifier };
        return day(qualifier, element, source);
    };
    match (DateSpan::parse_compact(first), DateSpan::parse_compact(last)) {
        (Ok(first), Ok(last)) if first.first <= last.last => Given::value(first, source),
        (Ok(_), Ok(_)) => Given::unreadable("a range of dates that ends after it begins", source),
        _ => Given::unreadable("a date YYYYMMDD or a range YYYYMMDD-YYYYMMDD", source),
    }
}

/// Units of service in thousandths; a further decimal must be zero.
pub(super) fn units_milli(element: &[u8]) -> Option<i64> {
    let (whole, part) = match memchr::memchr(b'.', element) {
        Some(point) => (element.get(..point)?, element.get(point + 1..)?),
        None => (element, b"".as_slice()),
    };
    let (milli, rest) = part.split_at_checked(3).unwrap_or((part, b""));
    if (whole.is_empty() && part.is_empty()) || rest.iter().any(|digit| *digit != b'0') {
        return None;
    }
    let zeros = std::iter::repeat_n(&b'0', 3 - milli.len());
    whole.iter().chain(milli).chain(zeros).try_fold(0_i64, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// Takes `new` into `slot`; two that differ contradict each other, and neither is believed.
pub(super) fn settle<T: PartialEq>(slot: &mut Given<T>, new: Given<T>, expected: &'static str) {
    if slot.is_absent() {
        *slot = new;
    } else if !new.is_absent() && slot.get() != new.get() {
        *slot = Given::unreadable(expected, new.source().clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &Given<DateSpan>) -> Result<String, &'static str> {
        match given {
            Given::Absent => Ok(String::new()),
            Given::Value(sourced) => Ok(sourced.value.to_string()),
            Given::Unreadable(sourced) => Err(sourced.value),
        }
    }

    #[test]
    fn days_and_ranges() {
        let check = |qualifier: &str, element: &str, expected: Result<&str, &str>| {
            let given = first_day(qualifier.as_bytes(), element.as_bytes(), Source::Absent);
            assert_eq!(read(&given), expected.map(str::to_owned), "{qualifier} {element}");
        };
        const REVERSED: &str = "a range of dates that ends after it begins";
        const EITHER: &str = "a date YYYYMMDD or a range YYYYMMDD-YYYYMMDD";
        check("D8", "20260310", Ok("2026-03-10"));
        check("", "20260310", Ok("2026-03-10"));
        check("RD8", "20260310-20260312", Ok("2026-03-10"));
        check("D8", "20260310-20260312", Ok("2026-03-10"));
        check("RD8", "20260310", Ok("2026-03-10"));
        check("RD8", "20260312-20260310", Err(REVERSED));
        check("RD8", "20260312-2026x310", Err(EITHER));
        check("D8", "20261344", Err("a date YYYYMMDD"));
        check("TM", "1200", Err("a date YYYYMMDD"));
        check("D8", "", Ok(""));
    }

    #[test]
    fn units_are_exact() {
        let check = |element: &str, expected| assert_eq!(units_milli(element.as_bytes()), expected, "{element}");
        check("1", Some(1_000));
        check("1.5", Some(1_500));
        check(".5", Some(500));
        check("2.", Some(2_000));
        check("1.2500", Some(1_250));
        check("1.2505", None);
        check("-1", None);
        check(".", None);
        check("", None);
        check("99999999999999999999", None);
    }

    #[test]
    fn two_that_differ_are_not_believed() {
        let mut slot = Given::Absent;
        settle(&mut slot, Given::value(1, Source::Absent), "one");
        settle(&mut slot, Given::value(1, Source::Absent), "one");
        assert_eq!(slot.get(), Some(&1));
        settle(&mut slot, Given::value(2, Source::Absent), "one");
        assert_eq!(slot, Given::unreadable("one", Source::Absent));
        settle(&mut slot, Given::value(2, Source::Absent), "one");
        assert_eq!(slot.get(), None);
    }
}
