//! The identifier of a provider.

use std::fmt;

/// Digits of a National Provider Identifier.
const DIGITS: usize = 10;

/// A National Provider Identifier: ten digits. Its check digit is not asked for, since nothing is
/// decided by it; what is no such number (a tax number may be a person's) is no `Npi`.
///
/// ```
/// use claimgate::request::Npi;
/// assert_eq!(Npi::parse(" 1234567893 ").map(|npi| npi.to_string()).as_deref(), Some("1234567893"));
/// assert!(Npi::parse("123-45-6789").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Npi(u64);

impl Npi {
    /// Reads ten digits; `None` of anything else.
    pub fn parse(text: &str) -> Option<Npi> {
        let text = text.trim();
        let is_npi = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_npi).map(Npi)
    }
}

impl fmt::Display for Npi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = DIGITS)
    }
}
