//! Which claims a table has already shown, in bounded memory.

use std::{
    collections::{HashSet, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

/// How many claims are remembered: about 30 MB. A claim that comes back after more of them is
/// taken for a new one.
const CLAIMS_MAX: usize = 1 << 20;

/// The claims seen last, as hashes of eight bytes. Two claims of a million share a hash once in
/// tens of millions of files; the second is then rejected, never decided wrongly.
#[derive(Default)]
pub(super) struct Seen {
    hashes: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Seen {
    /// Remembers a claim; whether it was not there yet.
    pub(super) fn first(&mut self, claim_id: &str) -> bool {
        self.remember(claim_id, CLAIMS_MAX)
    }

    fn remember(&mut self, claim_id: &str, claims_max: usize) -> bool {
        let mut hasher = DefaultHasher::new();
        claim_id.hash(&mut hasher);
        let hash = hasher.finish();
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > claims_max
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_claims_are_remembered() {
        let mut seen = Seen::default();
        let mut check = |claim_id: &str, first: bool| assert_eq!(seen.remember(claim_id, 2), first, "{claim_id}");
        check("A", true);
        check("A", false);
        check("B", true);
        check("A", false);
        check("C", true);
        check("A", true);
    }
}
