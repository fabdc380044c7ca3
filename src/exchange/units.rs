//! Units of service, in thousandths: X12 and tables allow decimals.

/// What is expected where units are named.
pub(crate) const UNITS: &str = "units, zero or more, with at most three decimals";

/// Reads a decimal text exactly: `1`, `1.0`, `.5`; zeros past the thousandths are allowed.
pub(crate) fn units_milli(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
        return None;
    }
    let (milli, rest) = part.split_at_checked(3).unwrap_or((part, ""));
    if rest.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let milli =
        milli.bytes().chain(std::iter::repeat(b'0')).take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    whole.checked_mul(1000)?.checked_add(milli)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_exact() {
        let check = |text: &str, expected| assert_eq!(units_milli(text), expected, "{text}");
        check("1", Some(1000));
        check("1.0", Some(1000));
        check("0.5", Some(500));
        check(".25", Some(250));
        check("2.", Some(2000));
        check("1.1250", Some(1125));
        check("1.0005", None);
        check("-1", None);
        check("1e3", None);
        check("", None);
        check(".", None);
        check("99999999999999999999", None);
    }
}
