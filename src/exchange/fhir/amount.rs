//! Decimals as FHIR writes them, computed exactly: no float comes near a charge.

use super::shape::Number;

/// Digits a decimal may have: past any charge, and three of them still multiply in 128 bits.
const DIGITS_MAX: usize = 12;
/// The largest exponent, either way, that any sender has a use for.
const EXPONENT_MAX: i32 = 12;

/// `mantissa` × 10^−`places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i128,
    places: i32,
}

impl Decimal {
    /// A JSON number; `None` where it has more digits than any amount.
    pub(super) fn of(number: &Number<'_>) -> Option<Decimal> {
        let text = number.as_str();
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        if exponent.abs() > EXPONENT_MAX {
            return None;
        }
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let part = part.trim_end_matches('0');
        let digits: String = [whole, part].concat();
        if digits.trim_start_matches(['-', '0']).len() > DIGITS_MAX || part.len() > 2 * DIGITS_MAX {
            return None;
        }
        Some(Decimal { mantissa: digits.parse().ok()?, places: i32::try_from(part.len()).ok()?.checked_sub(exponent)? })
    }

    /// The product.
    pub(super) fn times(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal {
            mantissa: self.mantissa.checked_mul(other.mantissa)?,
            places: self.places.checked_add(other.places)?,
        })
    }

    /// The value × 10^`places`, where that is a whole number.
    pub(super) fn scaled(self, places: i32) -> Option<i64> {
        let shift = places.checked_sub(self.places)?;
        let power = 10i128.checked_pow(shift.unsigned_abs())?;
        let whole = match shift >= 0 {
            true => self.mantissa.checked_mul(power)?,
            false if self.mantissa.checked_rem(power)? == 0 => self.mantissa.checked_div(power)?,
            false => return None,
        };
        i64::try_from(whole).ok()
    }

    /// Whether it lies below zero.
    pub(super) fn is_negative(self) -> bool {
        self.mantissa < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Option<Decimal> {
        Decimal::of(&serde_json::from_str::<Number<'_>>(text).unwrap())
    }

    #[test]
    fn decimals_scale_exactly_or_not_at_all() {
        let check = |text: &str, places, expected| {
            assert_eq!(decimal(text).and_then(|value| value.scaled(places)), expected, "{text}");
        };
        check("412.50", 2, Some(41_250));
        check("412.500000000000000000000000000", 2, Some(41_250));
        check("0.1", 2, Some(10));
        check("12500.0", 2, Some(1_250_000));
        check("1.5e3", 2, Some(150_000));
        check("1e-2", 2, Some(1));
        check("33.333", 2, None);
        check("0.0005", 3, None);
        check("2.5", 3, Some(2_500));
        check("-3", 2, Some(-300));
        check("1e999999999999", 2, None);
        check("123456789012345678901234567890", 2, None);
        check("0.000000000000000000000000000000001", 2, None);
        check("-0.0", 2, Some(0));
    }

    #[test]
    fn products_are_exact() {
        let product = decimal("0.1").unwrap().times(decimal("3").unwrap()).unwrap();
        assert_eq!(product.scaled(2), Some(30));
        assert!(decimal("-0.5").unwrap().is_negative());
    }
}
