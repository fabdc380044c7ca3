//! Whether a ledger is what it was: the whole chain, its checkpoints, its marks, heads that were taken
//! elsewhere, and the packs that its entries were decided by.
//!
//! What each check rests on: the chain alone shows any change that does not make every later hash
//! anew. A head that was kept elsewhere shows that too, and also that the end was cut off. Whoever
//! has the signing key *and* every head that was ever taken away can write another past.

mod archive;
mod packs;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use self::packs::Named;
use super::{
    Digest, Ledger, LedgerError, Stored,
    chain::{beginning, body_leaf, entry_hash, index_leaf},
    head::{Head, Mark, PublicKey, Signed},
};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The ledger.
    pub ledger: Uuid,
    /// How many entries hold, from the first on.
    pub count: i64,
    /// The hash of the last of them.
    pub hash: Digest,
    /// How many bodies are retired, by mark.
    pub retired: BTreeMap<i64, u64>,
    /// The marks.
    pub marks: Vec<Signed<Mark>>,
    /// How many of the ledger's own checkpoints were reached and hold.
    pub checkpoints: u64,
    /// The keys that signed what holds.
    pub signers: BTreeSet<PublicKey>,
    /// How many packs are kept as they were stored.
    pub packs: u64,
    /// The first thing that is wrong with the chain, and whatever is wrong with heads, marks and packs.
    pub faults: Vec<Fault>,
    /// What hinders deciding again and is no change.
    pub notes: Vec<Fault>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The entry it is about, counted from 1; none where it is about none.
    pub seq: Option<i64>,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

/// What a ledger is held against.
#[derive(Clone, Debug, Default)]
pub struct Against {
    /// Heads that were taken elsewhere, and what each is called in messages.
    pub heads: Vec<(String, Signed<Head>)>,
    /// The only key whose signatures count; none: any.
    pub public_key: Option<PublicKey>,
}

/// Walks the whole chain, in flat memory, and looks at every pack.
///
/// # Errors
/// When the ledger cannot be read at all. What can be read and is wrong is a fault.
pub fn verify(ledger: &Ledger, against: &Against) -> Result<Report, LedgerError> {
    let mut walk = Walk::new(ledger, against);
    walk.report.marks = walk.readable(ledger.wait(ledger.marks()))?.unwrap_or_default();
    walk.check_marks();
    walk.read_checkpoints();
    walk.reached();
    let before = walk.readable(ledger.wait(ledger.head()))?;
    let walked = ledger.each(|entry| walk.take(entry));
    walk.is_broken |= walk.readable(walked)?.is_none();
    if let Some(error) = walk.failed.take() {
        walk.readable(Err::<(), _>(error))?;
    }
    // Recording goes on meanwhile: what was there before must be there, and no more than is there now.
    if let Some(before) = before
        && let Some(after) = walk.readable(ledger.wait(ledger.head()))?
    {
        walk.end(before, after);
    }
    walk.hold_against_heads();
    // Last: a pack is there before the first entry that names it.
    walk.check_packs()?;
    Ok(walk.report)
}

struct Walk<'l> {
    ledger: &'l Ledger,
    report: Report,
    public_key: Option<PublicKey>,
    /// Heads from elsewhere, by how many entries they have.
    heads: Vec<(String, Signed<Head>)>,
    /// Checkpoints of the ledger that are still to come, the next one last.
    checkpoints: Vec<Signed<Head>>,
    checkpoints_read: i64,
    /// What could not be read of the checkpoints.
    failed: Option<LedgerError>,
    /// Whether the chain broke: then nothing after it can be told.
    is_broken: bool,
    /// The head the walk had when it stood at the ledger's own count.
    at_head: BTreeMap<i64, Digest>,
    watched: BTreeSet<i64>,
    named: Named,
}

impl<'l> Walk<'l> {
    fn new(ledger: &'l Ledger, against: &Against) -> Walk<'l> {
        let hash = beginning(ledger.id());
        let report = Report {
            ledger: ledger.id(),
            count: 0,
            hash,
            retired: BTreeMap::new(),
            marks: Vec::new(),
            checkpoints: 0,
            signers: BTreeSet::new(),
            packs: 0,
            faults: Vec::new(),
            notes: Vec::new(),
        };
        let mut heads = against.heads.clone();
        heads.sort_by_key(|(_, head)| head.what.count);
        let watched = heads.iter().map(|(_, head)| head.what.count).collect();
        Walk {
            ledger,
            report,
            public_key: against.public_key,
            heads,
            checkpoints: Vec::new(),
            checkpoints_read: -1,
            failed: None,
            is_broken: false,
            at_head: BTreeMap::from([(0, hash)]),
            watched,
            named: Named::default(),
        }
    }

    /// What was read; none, and a fault, where it is there and cannot be one of ours.
    fn readable<T>(&mut self, read: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(LedgerError::Damaged { seq, what }) => {
                let seq = Some(seq).filter(|seq| *seq > 0);
                self.fault(seq, "ledger::unreadable", what.to_owned());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn fault(&mut self, seq: Option<i64>, code: &'static str, message: String) {
        self.report.faults.push(Fault { seq, code, message });
    }

    fn broken(&mut self, seq: i64, code: &'static str, message: String) -> bool {
        self.fault(Some(seq), code, message);
        self.is_broken = true;
        false
    }

    /// Takes the next entry; false once the chain is broken.
    fn take(&mut self, entry: &Stored) -> bool {
        let (seq, next) = (entry.seq, self.report.count + 1);
        if seq > next {
            let message = match seq - next {
                1 => format!("entry {next} is missing"),
                _ => format!("entries {next} to {} are missing", seq - 1),
            };
            return self.broken(next, "ledger::missing_entry", message);
        }
        if seq < next {
            return self.broken(seq, "ledger::twice", format!("there are two entries {seq}"));
        }
        let index = index_leaf(&entry.row);
        if index != entry.index_leaf {
            return self.broken(seq, "ledger::changed_index", format!("a column of entry {seq} was changed"));
        }
        let body = entry.body.as_ref().map(|body| body_leaf(&entry.row, body));
        if body.is_some_and(|body| body != entry.body_leaf) {
            let message = format!("the body, claim id or member of entry {seq} was changed");
            return self.broken(seq, "ledger::changed_body", message);
        }
        if entry.previous != self.report.hash {
            let message = format!("entry {seq} is out of order: it was not recorded after entry {}", seq - 1);
            return self.broken(seq, "ledger::out_of_order", message);
        }
        if entry.hash != entry_hash(seq, &entry.previous, &entry.index_leaf, &entry.body_leaf) {
            return self.broken(
                seq,
                "ledger::changed_hash",
                format!("entry {seq} is not the one that was recorded there"),
            );
        }
        if entry.body.is_none() && !self.may_be_retired(entry) {
            return self.broken(
                seq,
                "ledger::missing_body",
                format!("the body of entry {seq} is gone, and no mark allows it"),
            );
        }
        self.named.take(seq, &entry.row.packs);
        self.report.count = seq;
        self.report.hash = entry.hash;
        if self.watched.contains(&seq) {
            self.at_head.insert(seq, entry.hash);
        }
        self.reached();
        true
    }

    /// Whether a signed mark allows that a body is gone; counts it.
    fn may_be_retired(&mut self, entry: &Stored) -> bool {
        let is_of = |mark: &&Signed<Mark>| mark.what.number == entry.retired;
        let mark = self.report.marks.iter().find(is_of);
        let allowed = mark.is_some_and(|mark| {
            self.vouches(mark.public_key, mark.holds()) && entry.row.decided_ms < mark.what.before_ms
        });
        if allowed {
            *self.report.retired.entry(entry.retired).or_default() += 1;
        }
        allowed
    }

    fn vouches(&self, key: PublicKey, holds: bool) -> bool {
        holds && self.public_key.is_none_or(|only| only == key)
    }

    fn check_marks(&mut self) {
        for mark in self.report.marks.clone() {
            if self.vouches(mark.public_key, mark.holds()) {
                self.report.signers.insert(mark.public_key);
            } else {
                let message = format!("retention mark {} is not signed by a key that counts", mark.what.number);
                self.fault(None, "ledger::forged_mark", message);
            }
        }
    }

    fn read_checkpoints(&mut self) {
        match self.ledger.wait(self.ledger.checkpoints(self.checkpoints_read)) {
            Ok(mut page) => {
                self.checkpoints_read = page.last().map_or(i64::MAX, |last| last.what.count);
                page.reverse();
                self.checkpoints = page;
            }
            Err(error) => {
                self.checkpoints_read = i64::MAX;
                self.failed = Some(error);
            }
        }
    }

    /// The next checkpoint, once the walk has come to it.
    fn next_checkpoint(&mut self) -> Option<Signed<Head>> {
        if self.checkpoints.is_empty() && self.checkpoints_read < i64::MAX {
            self.read_checkpoints();
        }
        self.checkpoints.pop_if(|next| next.what.count <= self.report.count)
    }

    /// Holds the checkpoints of this many entries against the chain.
    fn reached(&mut self) {
        while let Some(checkpoint) = self.next_checkpoint() {
            let count = checkpoint.what.count;
            if !self.vouches(checkpoint.public_key, checkpoint.holds()) {
                self.fault(
                    None,
                    "ledger::forged_checkpoint",
                    format!("the checkpoint at {count} is not signed by a key that counts"),
                );
            } else if checkpoint.what.hash != self.report.hash {
                self.fault(Some(count), "ledger::other_past", format!("the checkpoint at {count} is of another past"));
            } else {
                self.report.checkpoints += 1;
                self.report.signers.insert(checkpoint.public_key);
            }
        }
    }

    /// Holds the end of the chain against what the ledger says of itself.
    fn end(&mut self, before: (i64, Digest), after: (i64, Digest)) {
        if self.is_broken {
            return;
        }
        let (count, hash) = (self.report.count, self.report.hash);
        if count < before.0 {
            let message = format!("the ledger ends after entry {count}, and its head says {}", before.0);
            self.fault(Some(count + 1), "ledger::cut_off", message);
        } else if count > after.0 {
            let message = format!("the head says {}, and there are {count} entries", after.0);
            self.fault(Some(after.0 + 1), "ledger::past_head", message);
        } else if count == after.0 && hash != after.1 {
            self.fault(Some(count), "ledger::other_head", "the head is not of the last entry".to_owned());
        }
        // One that was signed meanwhile is of entries that came meanwhile.
        if let Some(next) = self.checkpoints.last().map(|next| next.what.count).filter(|next| *next > after.0) {
            let message = format!("the ledger ends after entry {count}, and had {next} when a checkpoint was signed");
            self.fault(Some(count + 1), "ledger::cut_off", message);
        }
    }

    fn hold_against_heads(&mut self) {
        for (name, head) in std::mem::take(&mut self.heads) {
            self.hold_against(&name, &head);
        }
    }

    fn hold_against(&mut self, name: &str, head: &Signed<Head>) {
        let wanted = head.what.count;
        if !self.vouches(head.public_key, head.holds()) {
            return self.fault(None, "ledger::forged_head", format!("`{name}` is not signed by a key that counts"));
        }
        if head.what.ledger != self.report.ledger {
            return self.fault(None, "ledger::other_ledger", format!("`{name}` is of another ledger"));
        }
        match self.at_head.get(&wanted) {
            Some(hash) if *hash == head.what.hash => {
                self.report.signers.insert(head.public_key);
            }
            Some(_) => self.fault(
                Some(wanted),
                "ledger::other_past",
                format!("`{name}` is of another past: entry {wanted} or one before it was another"),
            ),
            None if !self.is_broken => {
                let count = self.report.count;
                let message = format!("the ledger ends after entry {count}, and had {wanted} when `{name}` was taken");
                self.fault(Some(count + 1), "ledger::cut_off", message);
            }
            None => self.fault(
                None,
                "ledger::not_reached",
                format!("`{name}` could not be reached: the chain breaks before it"),
            ),
        }
    }
}
