//! Hashes of 128 bits: what a member or a reference is known by while a run lasts.

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    sync::Arc,
};

use crate::request::{Given, Patient};

/// The hash of a member under which others know them too; `None` where no number was sent.
pub type OfMember = dyn Fn(&Patient) -> Option<u128> + Send + Sync;

/// The keys of one run, drawn anew for each: a hash says nothing outside it, but for those of members
/// where a record of earlier claims knows them by a hash of its own.
#[derive(Clone, Default)]
pub struct Keys {
    high: RandomState,
    low: RandomState,
    of_member: Option<Arc<OfMember>>,
}

impl Keys {
    /// Keys with which members have the hashes of a record.
    pub fn of_record(of_member: Arc<OfMember>) -> Keys {
        Keys { of_member: Some(of_member), ..Keys::default() }
    }

    /// The hash of a member: their number, and their birth date, for a family may share a number.
    /// `None` where no number was sent.
    pub fn of_member(&self, patient: &Patient) -> Option<u128> {
        if let Some(of_member) = &self.of_member {
            return of_member(patient);
        }
        let member = patient.member_id.as_ref()?.reveal().trim();
        let born = match &patient.birth_date {
            Given::Value(born) => Some(*born.value.reveal()),
            Given::Absent | Given::Unreadable(_) => None,
        };
        Some(self.of(&(member, born)))
    }

    /// The hash of anything.
    pub fn of(&self, value: &impl Hash) -> u128 {
        let (high, low) = (self.high.hash_one(value), self.low.hash_one(value));
        (u128::from(high) << 64) | u128::from(low)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(<private>)")
    }
}
