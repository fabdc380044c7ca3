//! Patient data that does not print.

use std::fmt;

/// A value that must never reach a log, a metric or a message: it prints as `<private>`.
///
/// ```
/// use claimgate::private::Private;
/// assert_eq!(format!("{:?}", Private::new("M1")), "<private>");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Hides `value`.
    pub fn new(value: T) -> Private<T> {
        Private(value)
    }

    /// The value, for deciding; whoever calls this answers for where it goes.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<private>")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<private>")
    }
}
