//! Claims of made-up members, for trying things out, for benches and for tests.
//!
//! INVARIANT: the same seed gives the same claims in the same order, and fewer claims are the
//! beginning of more. Members are made by themselves, each from the seed and its own number, and
//! a few of them at a time, so that memory does not grow with the claims. What is made can be
//! carried by every format of the field; nothing here is a patient's. Knows no policy and no
//! format: which codes matter is written down in [`codes`], as a coder would know it.

mod chance;
mod codes;
mod member;
mod story;
mod visit;

use std::collections::{HashSet, VecDeque};

use crate::{date::Date, request::Request};
use member::Member;

/// Members whose claims come mixed, in the order a payer receives them: about 250 claims.
const BLOCK_MEMBERS: u64 = 64;

/// A made-up claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The claim.
    pub request: Request,
    /// Whether no claim before it was this member's.
    pub is_members_first: bool,
}

/// Every claim that a seed makes, without end.
pub fn claims(seed: u64) -> Claims {
    Claims { seed, next_member: 0, ready: VecDeque::new() }
}

/// Claims still to come.
pub struct Claims {
    seed: u64,
    next_member: u64,
    ready: VecDeque<Claim>,
}

impl Iterator for Claims {
    type Item = Claim;

    fn next(&mut self) -> Option<Claim> {
        while self.ready.is_empty() {
            self.make();
        }
        self.ready.pop_front()
    }
}

impl Claims {
    /// Makes the claims of the next members and puts them in the order they were received.
    fn make(&mut self) {
        let mut made: Vec<(Date, u64, Request)> = Vec::new();
        for number in self.next_member..self.next_member.saturating_add(BLOCK_MEMBERS) {
            let member = Member::new(self.seed, number);
            made.extend(member.claims().into_iter().map(|(received, request)| (received, number, request)));
        }
        self.next_member = self.next_member.saturating_add(BLOCK_MEMBERS);
        // Stable: a member's claims of one day stay in their order.
        made.sort_by_key(|(received, number, _)| (*received, *number));
        let mut seen = HashSet::new();
        self.ready.extend(
            made.into_iter().map(|(_, number, request)| Claim { request, is_members_first: seen.insert(number) }),
        );
    }
}

#[cfg(test)]
mod tests;
