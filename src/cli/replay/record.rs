//! Claims of a ledger as history of those that are replayed.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::{Exit, complain, ledger as doors};
use crate::{
    date::{Date, day_of_ms},
    history::{Keys, Noted},
    ledger::{
        Access, Digest, Ledger, LedgerError, Query, Stored,
        chain::beginning,
        entry::{self, Entry},
        hex,
    },
    replay::{Record, RecordError, RecordPart, RecordTally},
    request::{Kind, Patient},
};

/// How many entries are read at once: about a MB.
const PAGE: i64 = 256;
/// What to do about a ledger that is not whole.
const VERIFY: &str = "`claimgate ledger verify` tells what is wrong with it";

/// Which recorded claims are history.
#[derive(clap::Args)]
pub(in crate::cli) struct HistoryArgs {
    /// Ledger whose recorded claims are history of those of the files too: SQLite file or postgres://…
    #[arg(long, value_name = "FILE|URL", conflicts_with = "no_history")]
    history_ledger: Option<String>,
    /// Key file of that ledger: members are found by it [default: $CLAIMGATE_LEDGER_KEY]
    #[arg(long, value_name = "FILE", requires = "history_ledger", conflicts_with = "no_history")]
    ledger_key: Option<PathBuf>,
    /// Go on where retired claims of that ledger may be earlier services that the packs ask for: they are
    /// missing from history
    #[arg(long, requires = "history_ledger", conflicts_with = "no_history")]
    allow_retired_history: bool,
}

impl HistoryArgs {
    /// The record, up to where it is now, or to where an interrupted run read it: `begun`. `None`
    /// where none is named.
    ///
    /// # Errors
    /// What the program ends with where it cannot be had; then all was said on stderr.
    pub(in crate::cli) fn open(&self, begun: Option<&Value>) -> Result<Option<Record>, Exit> {
        let Some(named) = &self.history_ledger else { return Ok(None) };
        let ledger = doors::LedgerArgs::named(named).open(Access::Read).ok_or(Exit::Broken)?;
        let keys = doors::KeyArgs::named(self.ledger_key.clone()).read().ok_or(Exit::Broken)?;
        let broken = |error: LedgerError| {
            complain(&error, Some(error.help()));
            Exit::Broken
        };
        signed_by(&ledger, &keys.public()).map_err(broken)?.check()?;
        let (last, terms) = terms(&ledger, begun).map_err(broken)?;
        let key = entry::Key::new(keys.member());
        let of_member = move |patient: &Patient| key.of_member(patient).map(|hash| member_of(&hash));
        Ok(Some(Record {
            terms,
            keys: Keys::of_record(std::sync::Arc::new(of_member)),
            reading: Box::new(move |is_halted, send| read(&ledger, last, is_halted, send)),
            allows_retired: self.allow_retired_history,
        }))
    }
}

/// What a member is known by: the first 128 bits of the hash that the ledger has.
pub(in crate::cli) fn member_of(hash: &Digest) -> u128 {
    hash.first_chunk().map_or(0, |first| u128::from_be_bytes(*first))
}

/// By whose keys a ledger's checkpoints are signed.
#[derive(Clone, Copy, Default)]
struct Signed {
    by_this: bool,
    by_others: bool,
}

/// Members are hashed under the keys that sign. With others nobody would be found, and nobody said so.
fn signed_by(ledger: &Ledger, public: &[u8; 32]) -> Result<Signed, LedgerError> {
    let (mut signed, mut after) = (Signed::default(), 0);
    while !(signed.by_this && signed.by_others) {
        let heads = ledger.wait(ledger.checkpoints(after))?;
        let Some(last) = heads.last() else { break };
        after = last.what.count;
        signed.by_this |= heads.iter().any(|head| head.public_key == *public);
        signed.by_others |= heads.iter().any(|head| head.public_key != *public);
    }
    Ok(signed)
}

impl Signed {
    fn check(self) -> Result<(), Exit> {
        match (self.by_this, self.by_others) {
            (false, true) => {
                let help = "name the key file that its server records with: members are found by it";
                complain("the key file is not the one that this ledger was recorded under", Some(help));
                Err(Exit::Broken)
            }
            (true, true) => {
                let help = "claims that were recorded under another key are nobody's history";
                complain("this ledger was signed with other keys too", Some(help));
                Ok(())
            }
            (_, false) => Ok(()),
        }
    }
}

/// The last entry that is read, and the terms that say so: those of an interrupted run where it was
/// this ledger, else the ledger as it is.
fn terms(ledger: &Ledger, begun: Option<&Value>) -> Result<(i64, Value), LedgerError> {
    let marks = ledger.wait(ledger.marks())?.len();
    let of = |last: i64, hash: &Digest| json!({"ledger": ledger.id().to_string(), "entries": last, "hash": hex(hash), "marks": marks});
    let (count, hash) = ledger.wait(ledger.head())?;
    match begun.and_then(|begun| begun.get("entries")?.as_i64()) {
        Some(0) => return Ok((0, of(0, &beginning(ledger.id())))),
        Some(last) if (1..count).contains(&last) => {
            let query = Query { after: last - 1, limit: 1, ..Query::default() };
            if let Some(entry) = ledger.wait(ledger.search(query))?.first() {
                return Ok((entry.seq, of(entry.seq, &entry.hash)));
            }
        }
        Some(_) | None => {}
    }
    Ok((count, of(count, &hash)))
}

/// Hands on the entries up to the `last`, page by page.
fn read(
    ledger: &Ledger,
    last: i64,
    is_halted: &dyn Fn() -> bool,
    send: &mut dyn FnMut(RecordPart),
) -> Result<(), RecordError> {
    let mut after = 0;
    while after < last && !is_halted() {
        let query = Query { after, limit: PAGE.min(last - after), ..Query::default() };
        let page = ledger
            .wait(ledger.search(query))
            .map_err(|error| RecordError::Unread { message: error.to_string(), help: error.help() })?;
        let is_next = page.iter().zip(after + 1..).all(|(stored, place)| stored.seq == place);
        let Some(end) = page.last().map(|stored| stored.seq).filter(|_| is_next) else {
            let message = format!("an entry behind place {after} of the ledger is missing");
            return Err(RecordError::Unread { message, help: VERIFY });
        };
        after = end;
        send(Box::new(move || noted(&page)));
    }
    Ok(())
}

/// What is noted of a page of entries.
fn noted(page: &[Stored]) -> Result<(Vec<Noted>, RecordTally), RecordError> {
    let (mut noted, mut tally) = (Vec::with_capacity(page.len()), RecordTally::default());
    for stored in page {
        match (stored.row.kind, &stored.body) {
            (Kind::Order, _) => tally.orders += 1,
            (Kind::Claim, None) => {
                let decided = day_of_ms(stored.row.decided_ms).unwrap_or(Date::MAX);
                *tally.retired.entry(decided).or_default() += 1;
            }
            (Kind::Claim, Some(body)) => {
                let entry = Entry::decode(body).map_err(|fault| RecordError::Unread {
                    message: format!("decision {} at place {}: {fault}", stored.row.id, stored.seq),
                    help: fault.help(),
                })?;
                noted.extend(note(&entry, stored.seq, &mut tally));
            }
        }
    }
    Ok((noted, tally))
}

fn note(entry: &Entry, place: i64, tally: &mut RecordTally) -> Option<Noted> {
    let Some(member) = &entry.member else {
        tally.without_member += 1;
        return None;
    };
    tally.claims += 1;
    if entry.least.lacks_diagnoses() {
        tally.lacking += 1;
        tally.lacking_packs.extend(entry.packs().iter().map(|pack| format!("{} {}", pack.name, pack.version)));
    }
    Noted::of_recorded(Some(member_of(member)), &entry.least.request, u64::try_from(place).unwrap_or(0))
}
