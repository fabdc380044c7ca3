//! The ledger: the record of decisions. A decision is durable here before its answer leaves, and
//! nobody can change what was recorded without it being seen.
//!
//! What is recorded is opaque to the store: the bytes of an entry, and the [`Row`] it is found by.
//! The chain ([`chain`]) covers both. Deliberately knows no clock (doors pass times in), no HTTP and
//! no policy. The only room that names `sqlx` and `ring`.

pub mod chain;
pub mod entry;
pub mod head;
pub mod key;
pub mod report;
mod row;
pub mod store;
mod told;
pub mod verify;

pub use key::Keys;
pub use row::{FoundBy, Record, Row};
pub use store::{
    Answer, Group, Ledger, LedgerError, Once, PackArchive, Query, Recorded, Stored,
    place::{Access, Place},
};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    chain::Sum::new().bytes(bytes).done()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
        text
    })
}

/// The bytes of hexadecimal digits; none where it is anything else, or of another length.
///
/// ```
/// use claimgate::ledger::{hex, unhex};
/// assert_eq!(unhex::<2>("0aFF"), Some([10, 255]));
/// assert_eq!((unhex::<2>("0a"), unhex::<1>("+a"), hex(&[10, 255])), (None, None, "0aff".to_owned()));
/// ```
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok().filter(|_| rest.is_empty())
}
