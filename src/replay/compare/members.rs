//! How many different members a change touches: counted exactly, by keyed hash, in bounded memory.

use std::{
    collections::{BTreeMap, HashSet},
    io,
};

use super::{Comparison, Transition};
use crate::{
    history::{Filling, Keys, Scratch},
    verdict::Verdict,
};

/// Hashes that are kept in memory before they go to paper: 32 bytes each.
const HASHES_MAX: usize = 1_000_000;

const VERDICTS: [Verdict; 3] = [Verdict::Allow, Verdict::Flag, Verdict::Deny];
/// Stands for any change.
const ANY: u8 = u8::MAX;

/// A member and what becomes of one of their lines; the hash of both, and the second.
pub(super) type Hash = (u128, u8);

/// The hashes of the changes of a member's request.
pub(super) fn hashes(keys: &Keys, member: Option<u128>, changed: &[Transition]) -> Vec<Hash> {
    let Some(member) = member.filter(|_| !changed.is_empty()) else { return Vec::new() };
    let mut kinds: Vec<u8> = changed.iter().map(|transition| number(*transition)).chain([ANY]).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().map(|kind| (keys.of(&(member, kind)), kind)).collect()
}

/// Counts members.
pub(super) struct Members {
    held: HashSet<Hash>,
    hashes_max: usize,
    filling: Filling,
}

impl Members {
    pub(super) fn new(scratch: Box<dyn Scratch>) -> Members {
        Members { held: HashSet::new(), hashes_max: HASHES_MAX, filling: Filling::new(0, scratch) }
    }

    pub(super) fn add(&mut self, hashes: Vec<Hash>) -> io::Result<()> {
        self.held.extend(hashes);
        if self.held.len() > self.hashes_max { self.put() } else { Ok(()) }
    }

    fn put(&mut self) -> io::Result<()> {
        let filling = &mut self.filling;
        self.held.drain().try_for_each(|(hash, kind)| filling.put(hash, &[kind]))
    }

    /// Writes the counts into a comparison.
    pub(super) fn end(mut self, into: &mut Comparison) -> io::Result<()> {
        self.put()?;
        let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
        self.filling.close()?.firsts(&mut |kind| {
            *counts.entry(kind.first().copied().unwrap_or(ANY)).or_default() += 1;
        })?;
        into.changed_members = counts.remove(&ANY).unwrap_or(0);
        let pairs = VERDICTS.into_iter().flat_map(|from| VERDICTS.map(|to| Transition { from, to }));
        into.members = pairs.filter_map(|pair| Some((pair, counts.remove(&number(pair))?))).collect();
        Ok(())
    }
}

fn number(transition: Transition) -> u8 {
    let place = |verdict| VERDICTS.iter().position(|other| *other == verdict).unwrap_or(0);
    u8::try_from(place(transition.from) * VERDICTS.len() + place(transition.to)).unwrap_or(ANY)
}
