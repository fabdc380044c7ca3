//! An entry of the ledger: what was decided, and the least that deciding it again needs.
//!
//! INVARIANT: the same packs say of [`Entry::least`] what they said of the request, to the byte.
//! INVARIANT: no entry holds a member id, a birth date, a name or a free text (decision 0017).
//! Deliberately knows no store, no disk and no clock.

mod again;
mod asked;
mod birth;
mod bytes;
mod fault;
mod key;
mod least;
mod packs;
mod unrecorded;
mod wire;

pub use again::{Differs, again};
pub use bytes::BYTES_MAX;
pub use fault::EntryFault;
pub use key::Key;
pub use least::{Least, NOT_RECORDED, least};
pub use packs::{ArchiveFault, archive, unarchive};
pub use unrecorded::NEVER_UNKNOWN;

use std::borrow::Borrow;

use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    exchange::json::{ENGINE, decision_text},
    pack::Pack,
    request::Request,
    verdict::{Decision, PackStamp},
};

/// A decision as it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The decision's id, a UUID of version 7: in the order of the times of decision.
    pub id: Uuid,
    /// When the request was there, in milliseconds since 1970 UTC.
    pub received_ms: i64,
    /// When it was decided, in milliseconds since 1970 UTC.
    pub decided_ms: i64,
    /// Whether the sender asked for an expedited decision.
    pub expedited: bool,
    /// SHA-256 of the request as it was received.
    pub request_digest: [u8; 32],
    /// The member, as a keyed hash of number and birth date; none where no number was sent.
    pub member: Option<[u8; 32]>,
    /// The version of the engine that decided.
    pub engine: String,
    /// The decision.
    pub decision: Decision,
    /// What was answered; see [`Entry::answer`].
    answer: String,
    /// What deciding again needs.
    pub least: Least,
}

impl Entry {
    /// The entry of a decision that was made of `request` with `packs` at `decided_ms`.
    #[expect(clippy::too_many_arguments, reason = "an entry is made in one place, of what is there then")]
    pub fn new<P: Borrow<Pack>>(
        received_ms: i64,
        decided_ms: i64,
        expedited: bool,
        request_digest: [u8; 32],
        request: &Request,
        decision: &Decision,
        packs: &[P],
        key: &Key,
    ) -> Entry {
        let id = id_at(decided_ms);
        Entry {
            id,
            received_ms,
            decided_ms,
            expedited,
            request_digest,
            member: key.of_member(&request.patient),
            engine: ENGINE.to_owned(),
            answer: decision_text(decision, &id.to_string(), ENGINE),
            decision: decision.clone(),
            least: least(request, packs),
        }
    }

    /// The answer, to the byte: the decision under its id as the native JSON writes it, without the
    /// end of the line.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// The packs that were asked, in order.
    pub fn packs(&self) -> &[PackStamp] {
        &self.decision.packs
    }
}

/// A new id for a time.
fn id_at(ms: i64) -> Uuid {
    let ms = u64::try_from(ms).unwrap_or(0);
    let nanos = u32::try_from(ms % 1000).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(Timestamp::from_unix(NoContext, ms / 1000, nanos))
}
