//! The hash chain: each entry's hash covers its place, the hash before it, and two leaves.
//!
//! The *index leaf* covers the columns an entry is found by and that stay for ever. The *body leaf*
//! covers what retention removes: the body, the sender's claim id and the member's keyed hash. So a
//! body can be removed, its leaf stays, and the chain still holds.
//!
//! Every text is preceded by its length, numbers are eight bytes, most significant first, and each
//! kind of sum begins with its own tag: no two different things are summed alike.

use ring::digest::{Context, SHA256};
use uuid::Uuid;

use super::{Digest, Row};
use crate::{request::Kind, verdict::Verdict};

/// A sum that is being made.
pub struct Sum(Context);

impl Sum {
    /// Of nothing yet.
    pub fn new() -> Sum {
        Sum(Context::new(&SHA256))
    }

    /// Of this kind of thing.
    fn of(tag: &str) -> Sum {
        Sum::new().text(tag.as_bytes())
    }

    /// With bytes as they are.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Sum {
        self.0.update(bytes);
        self
    }

    /// With bytes preceded by how many they are.
    #[must_use]
    pub fn text(self, bytes: &[u8]) -> Sum {
        self.number(bytes.len().try_into().unwrap_or(i64::MAX)).bytes(bytes)
    }

    /// With a number.
    #[must_use]
    pub fn number(self, number: i64) -> Sum {
        self.bytes(&number.to_be_bytes())
    }

    /// The sum.
    pub fn done(self) -> Digest {
        let mut digest = [0; 32];
        digest.iter_mut().zip(self.0.finish().as_ref()).for_each(|(out, byte)| *out = *byte);
        digest
    }
}

impl Default for Sum {
    fn default() -> Sum {
        Sum::new()
    }
}

/// What stands before the first entry: each ledger begins with its own.
pub fn beginning(ledger: Uuid) -> Digest {
    Sum::of("claimgate ledger 1 beginning").bytes(ledger.as_bytes()).done()
}

/// The leaf of what stays.
pub fn index_leaf(row: &Row) -> Digest {
    Sum::of("claimgate ledger 1 index")
        .bytes(row.id.as_bytes())
        .number(kind_number(row.kind))
        .number(row.received_ms)
        .number(row.decided_ms)
        .number(row.expedited.into())
        .number(verdict_number(row.verdict))
        .text(row.packs_text().as_bytes())
        .text(row.findings_text().as_bytes())
        .done()
}

/// The leaf of what retention removes.
pub fn body_leaf(row: &Row, body: &[u8]) -> Digest {
    let member: &[u8] = row.member.as_ref().map_or(&[], |member| member);
    Sum::of("claimgate ledger 1 body").text(row.request_id.as_bytes()).text(member).text(body).done()
}

/// The hash of the entry at place `seq`, counted from 1.
pub fn entry_hash(seq: i64, previous: &Digest, index_leaf: &Digest, body_leaf: &Digest) -> Digest {
    Sum::of("claimgate ledger 1 entry").number(seq).bytes(previous).bytes(index_leaf).bytes(body_leaf).done()
}

/// How a kind of request is kept: claim 0, order 1.
pub(super) fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Claim => 0,
        Kind::Order => 1,
    }
}

/// How a verdict is kept: allow 0, flag 1, deny 2.
pub(super) fn verdict_number(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Allow => 0,
        Verdict::Flag => 1,
        Verdict::Deny => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::row::tests::row;

    #[test]
    fn every_column_is_covered_by_one_leaf() {
        let plain = row(1);
        let check = |change: &dyn Fn(&mut Row), index_differs: bool, body_differs: bool| {
            let mut other = plain.clone();
            change(&mut other);
            assert_eq!(index_leaf(&other) != index_leaf(&plain), index_differs, "{other:?}");
            assert_eq!(body_leaf(&other, b"body") != body_leaf(&plain, b"body"), body_differs, "{other:?}");
        };
        check(&|row| row.id = Uuid::nil(), true, false);
        check(&|row| row.kind = Kind::Order, true, false);
        check(&|row| row.received_ms += 1, true, false);
        check(&|row| row.decided_ms += 1, true, false);
        check(&|row| row.expedited = !row.expedited, true, false);
        check(&|row| row.verdict = Verdict::Flag, true, false);
        check(&|row| row.packs.clear(), true, false);
        check(&|row| row.findings.clear(), true, false);
        check(&|row| row.request_id.push('x'), false, true);
        check(&|row| row.member = None, false, true);
        assert_ne!(body_leaf(&plain, b"body"), body_leaf(&plain, b"bodx"));
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        let sum = |texts: [&str; 2]| Sum::of("t").text(texts[0].as_bytes()).text(texts[1].as_bytes()).done();
        assert_ne!(sum(["ab", "c"]), sum(["a", "bc"]));
    }

    #[test]
    fn the_chain_is_what_it_was() {
        // A ledger of today must verify for ever: these sums may never change.
        let (index, body) = (index_leaf(&row(1)), body_leaf(&row(1), b"body"));
        let hash = entry_hash(1, &beginning(Uuid::nil()), &index, &body);
        assert_eq!(crate::ledger::hex(&hash), "0ec7c8b6655facd7194de414598eaeebbe51afdd154bc9b189efa5c6b0d27503");
    }
}
