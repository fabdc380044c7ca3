//! The secret under which members are hashed.

use std::fmt;

use ring::hmac;

use crate::{
    date::day_number,
    request::{Given, Patient},
};

/// What every message begins with that is hashed.
const BEGINNING: &[u8] = b"claimgate member\0";

/// What makes keyed hashes of members: HMAC-SHA-256. The same member has the same hash in all of a
/// ledger, and without the secret nobody can try numbers and birth dates until some fit.
#[derive(Clone)]
pub struct Key(hmac::Key);

impl Key {
    /// The key of a secret of 32 bytes, made by chance.
    pub fn new(secret: &[u8; 32]) -> Key {
        Key(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The hash of a member: their number, and their birth date, whole or in part, for a family may
    /// share a number. `None` where no number was sent.
    ///
    /// ```
    /// use claimgate::{exchange::json, ledger::entry::Key};
    /// let of = |key: &Key, patient: &str| {
    ///     let text = format!(r#"{{"id": "C-1", "kind": "claim", "patient": {patient}, "lines": [{{}}]}}"#);
    ///     key.of_member(&json::request(&text).unwrap().patient)
    /// };
    /// let (key, one) = (Key::new(&[7; 32]), r#"{"member_id": "M1", "birth_date": "1973-05-01"}"#);
    /// assert_eq!(of(&key, one), of(&key, one));
    /// assert_ne!(of(&key, one), of(&key, r#"{"member_id": "M1", "birth_date": "2001-02-03"}"#));
    /// assert_ne!(of(&key, one), of(&Key::new(&[8; 32]), one));
    /// assert_eq!(of(&key, r#"{"birth_date": "1973-05-01"}"#), None);
    /// ```
    pub fn of_member(&self, patient: &Patient) -> Option<[u8; 32]> {
        let number = patient.member_id.as_ref()?.reveal().trim();
        let mut message = BEGINNING.to_vec();
        message.extend(u64::try_from(number.len()).unwrap_or(u64::MAX).to_be_bytes());
        message.extend(number.as_bytes());
        if let Given::Value(born) = &patient.birth_date {
            let days = born.value.reveal();
            message.extend([days.first, days.last].map(|day| day_number(day).to_be_bytes()).concat());
        }
        Some(self.hash(&message))
    }

    fn hash(&self, message: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        let tag = hmac::sign(&self.0, message);
        hash.iter_mut().zip(tag.as_ref()).for_each(|(out, byte)| *out = *byte);
        hash
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(<private>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_of_rfc_4231() {
        // Test case 2 has a key of four bytes; one that is filled up with zeros is the same key.
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(b"Jefe");
        let hash = Key::new(&secret).hash(b"what do ya want for nothing?");
        assert_eq!(hash[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(hash[28..], [0x64, 0xec, 0x38, 0x43]);
        assert_eq!(format!("{:?}", Key::new(&secret)), "Key(<private>)");
    }
}
