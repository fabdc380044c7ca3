//! Whether the packs that entries name are kept, and are those.
//!
//! An entry's index leaf covers the digest of each pack, and the digest covers all that decides in an
//! archive. So the chain holds what the archives must be, though it does not cover the archives
//! themselves: of one that is gone or changed that can be said, and not what it was.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Fault, Walk,
    archive::{Inspected, inspect},
};
use crate::{ledger::LedgerError, verdict::PackStamp};

/// The packs that entries name, by digest: the first entry that does, and what it calls the pack.
#[derive(Debug, Default)]
pub(super) struct Named(BTreeMap<String, (i64, String)>);

impl Named {
    /// Takes the packs of an entry.
    pub(super) fn take(&mut self, seq: i64, packs: &[PackStamp]) {
        for pack in packs {
            if !self.0.contains_key(&pack.digest) {
                self.0.insert(pack.digest.clone(), (seq, format!("`{} {}`", pack.name, pack.version)));
            }
        }
    }
}

impl Walk<'_> {
    /// Holds every archive against its digest, and the digests that entries name against what is kept.
    ///
    /// # Errors
    /// When the ledger cannot be read at all.
    pub(super) fn check_packs(&mut self) -> Result<(), LedgerError> {
        let digests = self.readable(self.ledger.wait(self.ledger.packs()))?.unwrap_or_default();
        let mut kept = BTreeSet::new();
        for digest in digests {
            let archive = self.readable(self.ledger.wait(self.ledger.pack(digest.clone())))?;
            if let Some(Some(archive)) = &archive {
                self.check_archive(&digest, archive);
            }
            // One that is there and cannot be read was named as that.
            if archive != Some(None) {
                kept.insert(digest);
            }
        }
        let missing = |(digest, (seq, name)): (&String, &(i64, String))| Fault {
            seq: Some(*seq),
            code: "ledger::missing_pack",
            message: format!("entry {seq} was decided by {name} ({digest}), and the ledger does not hold that pack"),
        };
        let missing: Vec<Fault> =
            self.named.0.iter().filter(|(digest, _)| !kept.contains(*digest)).map(missing).collect();
        self.report.faults.extend(missing);
        Ok(())
    }

    fn check_archive(&mut self, digest: &str, archive: &[u8]) {
        // A digest that no entry names may be anything: the chain does not cover it.
        let named = self.named.0.get(digest);
        let seq = named.map(|(seq, _)| *seq);
        let shown: String = digest.escape_debug().take(DIGEST_CHARS_MAX).collect();
        let pack = match named {
            Some((_, name)) => format!("{name} ({shown})"),
            None => format!("{shown}, which no entry names,"),
        };
        match inspect(archive, digest) {
            Inspected::Whole => self.report.packs += 1,
            Inspected::NotLoaded(faults) => {
                self.report.packs += 1;
                let first = faults.first().map(ToString::to_string).unwrap_or_default();
                let message = format!(
                    "{pack} is as it was stored, but this version of claimgate does not load it, so that it cannot \
                     make its decisions again: {} faults, the first: {first}",
                    faults.len()
                );
                self.report.notes.push(Fault { seq, code: "ledger::pack_not_loaded", message });
            }
            Inspected::Changed => {
                self.fault(seq, "ledger::changed_pack", format!("the archive of {pack} was changed"));
            }
            Inspected::Unknown(why) => {
                let message = format!("whether the archive of {pack} was changed cannot be told: {why}");
                self.fault(seq, "ledger::unknown_pack", message);
            }
        }
    }
}

/// How much is shown of what stands where a digest should.
const DIGEST_CHARS_MAX: usize = 80;
