//! Keyed hashes of 128 bits: what a member or a reference is known by while a run lasts.

use std::hash::{BuildHasher, Hash, RandomState};

use crate::request::{Given, Patient};

/// The keys of one run, drawn anew for each: a hash says nothing outside it.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    high: RandomState,
    low: RandomState,
}

impl Keys {
    /// The hash of a member: their number, and their birth date, for a family may share a number.
    /// `None` where no number was sent.
    pub fn of_member(&self, patient: &Patient) -> Option<u128> {
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
