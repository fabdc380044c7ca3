//! The secret under which members are hashed.

use std::fmt;

use ring::hmac;

/// What makes keyed hashes of member ids: HMAC-SHA-256. The same member has the same hash in all of
/// a ledger, and without the secret nobody can try ids until one fits.
#[derive(Clone)]
pub struct Key(hmac::Key);

impl Key {
    /// The key of a secret of 32 bytes, made by chance.
    pub fn new(secret: &[u8; 32]) -> Key {
        Key(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The hash of a member id, taken as it was sent.
    ///
    /// ```
    /// use claimgate::ledger::entry::Key;
    /// let key = Key::new(&[7; 32]);
    /// assert_eq!(key.hash("M1"), key.hash("M1"));
    /// assert_ne!(key.hash("M1"), Key::new(&[8; 32]).hash("M1"));
    /// ```
    pub fn hash(&self, member_id: &str) -> [u8; 32] {
        let mut hash = [0; 32];
        let tag = hmac::sign(&self.0, member_id.as_bytes());
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
        let hash = Key::new(&secret).hash("what do ya want for nothing?");
        assert_eq!(hash[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(hash[28..], [0x64, 0xec, 0x38, 0x43]);
        assert_eq!(format!("{:?}", Key::new(&secret)), "Key(<private>)");
    }
}
