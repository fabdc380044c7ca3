//! Amounts of money in whole cents. No floats come near.

use std::fmt;

/// An amount in US cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most one point.
    #[error("not an amount of the form 1250.00")]
    Form,
    /// A digit after the cents that is not zero.
    #[error("an amount has at most two decimals")]
    Decimals,
    /// Below zero.
    #[error("the amount is negative")]
    Negative,
    /// Past what any claim can hold.
    #[error("the amount is too large")]
    Large,
}

impl Cents {
    /// Reads a decimal text exactly: `1250.00`, `412.`, `.5`; zeros past the cents are allowed.
    ///
    /// # Errors
    /// See [`MoneyError`]; a negative amount is an error because no charge is below zero.
    pub fn parse(text: &str) -> Result<Cents, MoneyError> {
        let text = text.trim();
        let (text, negative) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
            return Err(MoneyError::Form);
        }
        let (cents, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        if rest.bytes().any(|byte| byte != b'0') {
            return Err(MoneyError::Decimals);
        }
        let units = if whole.is_empty() { Ok(0) } else { whole.parse::<i64>().map_err(|_| MoneyError::Large) }?;
        let scale = if cents.len() == 1 { 10 } else { 1 };
        let cents = cents.parse::<i64>().unwrap_or(0) * scale;
        let total = units.checked_mul(100).and_then(|units| units.checked_add(cents)).ok_or(MoneyError::Large)?;
        if negative && total != 0 { Err(MoneyError::Negative) } else { Ok(Cents(total)) }
    }
}

impl Cents {
    /// As reports show it, in groups of three: `$1,234.50`.
    pub fn dollars(self) -> String {
        let text = Cents(self.0.saturating_abs()).to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, "00"));
        let mut out = if self.0 < 0 { "-$".to_owned() } else { "$".to_owned() };
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        format!("{out}.{part}")
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0.div_euclid(100), self.0.rem_euclid(100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        let check = |cents, expected: &str| assert_eq!(Cents(cents).dollars(), expected);
        check(0, "$0.00");
        check(12_345, "$123.45");
        check(100_000, "$1,000.00");
        check(123_456_789, "$1,234,567.89");
        check(-123_456, "-$1,234.56");
    }

    #[test]
    fn amounts_are_exact() {
        let check = |text: &str, expected| assert_eq!(Cents::parse(text), expected, "{text}");
        check("1250.00", Ok(Cents(125_000)));
        check("412.", Ok(Cents(41_200)));
        check(".5", Ok(Cents(50)));
        check("1250.0200", Ok(Cents(125_002)));
        check("1.005", Err(MoneyError::Decimals));
        check("-5", Err(MoneyError::Negative));
        check("", Err(MoneyError::Form));
        check("12,50", Err(MoneyError::Form));
        check("99999999999999999999", Err(MoneyError::Large));
    }
}
