//! The head of a ledger: how many entries it had at a moment, and the hash of the last. Signed, and
//! taken to another place, it shows whether anything before it was changed or cut off.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use uuid::Uuid;

use super::Digest;

/// An Ed25519 public key.
pub type PublicKey = [u8; 32];

/// An Ed25519 signature.
pub type Signature = [u8; 64];

/// How many entries a ledger had, and the hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The ledger.
    pub ledger: Uuid,
    /// How many entries.
    pub count: i64,
    /// The hash of the last; where there is none, what the chain begins with.
    pub hash: Digest,
    /// When it was taken, in milliseconds since 1970 UTC.
    pub made_ms: i64,
}

/// What a signer vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<T> {
    /// What is vouched for.
    pub what: T,
    /// By whom.
    pub public_key: PublicKey,
    /// The signature.
    pub signature: Signature,
}

/// A date before which bodies were retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The ledger.
    pub ledger: Uuid,
    /// Which mark of the ledger, counted from 1.
    pub number: i64,
    /// Bodies of entries decided before this moment may be gone, in milliseconds since 1970 UTC.
    pub before_ms: i64,
    /// When it was made, in milliseconds since 1970 UTC.
    pub made_ms: i64,
}

/// What can be signed.
pub trait Signable {
    /// The bytes that are signed.
    fn message(&self) -> Vec<u8>;
}

impl Signable for Head {
    fn message(&self) -> Vec<u8> {
        let mut bytes = b"claimgate ledger 1 head\0".to_vec();
        bytes.extend(self.ledger.as_bytes());
        bytes.extend(self.count.to_be_bytes());
        bytes.extend(self.hash);
        bytes.extend(self.made_ms.to_be_bytes());
        bytes
    }
}

impl Signable for Mark {
    fn message(&self) -> Vec<u8> {
        let mut bytes = b"claimgate ledger 1 mark\0".to_vec();
        bytes.extend(self.ledger.as_bytes());
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(self.before_ms.to_be_bytes());
        bytes.extend(self.made_ms.to_be_bytes());
        bytes
    }
}

impl<T: Signable> Signed<T> {
    /// Signs.
    pub fn sign(what: T, key: &Ed25519KeyPair) -> Signed<T> {
        let (mut public_key, mut signature) = ([0; 32], [0; 64]);
        public_key.iter_mut().zip(key.public_key().as_ref()).for_each(|(out, byte)| *out = *byte);
        signature.iter_mut().zip(key.sign(&what.message()).as_ref()).for_each(|(out, byte)| *out = *byte);
        Signed { what, public_key, signature }
    }

    /// Whether the signature is of that key and of these words.
    pub fn holds(&self) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public_key).verify(&self.what.message(), &self.signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_every_word() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let head = Head { ledger: Uuid::nil(), count: 5, hash: [1; 32], made_ms: 9 };
        let signed = Signed::sign(head, &key);
        assert!(signed.holds());
        let check = |change: &dyn Fn(&mut Signed<Head>)| {
            let mut other = signed;
            change(&mut other);
            assert!(!other.holds(), "{other:?}");
        };
        check(&|signed| signed.what.ledger = Uuid::max());
        check(&|signed| signed.what.count = 4);
        check(&|signed| signed.what.hash = [2; 32]);
        check(&|signed| signed.what.made_ms = 8);
        check(&|signed| signed.public_key = [4; 32]);
        check(&|signed| signed.signature = [0; 64]);
    }
}
