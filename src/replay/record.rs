//! Claims that were recorded before, as in a ledger: history of the claims of the inputs.
//!
//! What a record is and how it is read, the caller knows. INVARIANT: a record is read up to where its
//! terms say, so that a run that goes on has the history that it began with.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::AtomicBool,
};

use serde_json::{Value, json};

use super::{Folder, Progress, ReplayError, checkpoint, pipeline};
use crate::{
    date::{Date, plus_months},
    history::{HistoryError, Keys, Noted, Noting},
    pack::Pack,
};

/// A record of earlier claims.
pub struct Record {
    /// Which record, and up to where it is read. A run that goes on must have the same.
    pub terms: Value,
    /// What its members are known by.
    pub keys: Keys,
    /// Reads it.
    pub reading: Box<RecordReading>,
    /// Whether what was retired of it may be missing from history.
    pub allows_retired: bool,
}

/// Hands on all that a record holds, in its order and in parts, until it is told that nobody wants
/// the rest.
pub type RecordReading = dyn Fn(&dyn Fn() -> bool, &mut dyn FnMut(RecordPart)) -> Result<(), RecordError> + Send + Sync;

/// Some entries of a record, still to be read: several are at once, on all cores.
pub type RecordPart = Box<dyn FnOnce() -> Result<(Vec<Noted>, RecordTally), RecordError> + Send>;

/// What a record holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordTally {
    /// Claims that are history.
    pub claims: u64,
    /// Orders: they are none.
    pub orders: u64,
    /// Claims that named no member, and so are nobody's history.
    pub without_member: u64,
    /// Claims whose bodies were retired, by the day in UTC on which they were decided.
    pub retired: BTreeMap<Date, u64>,
    /// Claims of which diagnoses were not recorded, for the packs of that day did not ask for them.
    pub lacking: u64,
    /// Those packs.
    pub lacking_packs: BTreeSet<String>,
}

/// Why a record gives no history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read.
    #[error("cannot read the recorded claims: {message}")]
    Unread {
        /// Why.
        message: String,
        /// What to do.
        help: &'static str,
    },
    /// Diagnoses are missing, and packs ask for those of earlier services.
    #[error("{claims} recorded claims lack diagnoses, or the day on which one began: {why}")]
    Lacking {
        /// How many claims.
        claims: u64,
        /// Which packs did not ask for them.
        why: String,
    },
    /// Retired claims may have been earlier services that packs ask for.
    #[error(
        "{claims} retired claims of the record may be earlier services that the packs ask for: the last was decided \
         on {last}, and the packs look back {back}"
    )]
    Retired {
        /// How many claims.
        claims: u64,
        /// The day in UTC on which the last of them was decided.
        last: Date,
        /// How far back.
        back: String,
    },
}

impl RecordError {
    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            RecordError::Unread { help, .. } => help,
            RecordError::Lacking { .. } => {
                "a missing diagnosis counts as none, and could deny a line: hand those claims themselves in as further \
                 inputs, and leave the ledger out"
            }
            RecordError::Retired { .. } => {
                "an earlier service that is missing counts as none, and could deny a line: hand those claims themselves \
                 in as further inputs, or say with `--allow-retired-history` that they may be missing"
            }
        }
    }
}

/// Facts that hang on diagnoses of earlier services.
const OF_DIAGNOSES: [&str; 3] = ["history.diagnoses", "history.untabled_diagnoses", "history.months_diagnosed_twice"];

/// What the interrupted run in a folder said of its record; `None` where there is no such run, or it
/// has none.
///
/// # Errors
/// When the folder cannot be read.
pub fn record_begun(folder: &dyn Folder) -> Result<Option<Value>, ReplayError> {
    let bytes = folder.get(checkpoint::FILE).map_err(ReplayError::output(checkpoint::FILE))?;
    let read = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).ok()?.pointer("/terms/record").cloned();
    Ok(bytes.and_then(read))
}

/// Notes every claim of a record; `packs` are those that will be asked.
pub(super) fn noted(
    record: &Record,
    packs: &[&Pack],
    threads: usize,
    noting: &Noting,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<RecordTally, ReplayError> {
    let (mut tally, mut read) = (RecordTally::default(), Ok(()));
    let source = |halt: &AtomicBool, send: &mut dyn FnMut(RecordPart)| {
        read = (record.reading)(&|| halt.load(std::sync::atomic::Ordering::Relaxed), send);
    };
    pipeline::run(
        threads,
        source,
        |part: RecordPart| part(),
        |part| {
            let (noted, more) = part?;
            noted.iter().try_for_each(|noted| noting.keep(noted)).map_err(HistoryError::from)?;
            tally.add(more);
            watch(Progress::Noting(tally.claims));
            Ok::<(), ReplayError>(())
        },
    )?;
    read?;
    let are_asked = packs.iter().flat_map(|pack| &pack.asked).any(|kind| OF_DIAGNOSES.contains(&kind.name));
    if tally.lacking > 0 && are_asked {
        let packs: Vec<String> = tally.lacking_packs.iter().map(|pack| format!("`{pack}`")).collect();
        let why = match packs.is_empty() {
            true => "no pack was asked".to_owned(),
            false => format!("{} did not ask for them", packs.join(", ")),
        };
        return Err(RecordError::Lacking { claims: tally.lacking, why }.into());
    }
    Ok(tally)
}

/// Refuses retired claims that may be earlier services of a claim whose lines begin on `first`; `None`
/// where the day of some line is not known.
pub(super) fn check_retired(
    record: &Record,
    tally: &RecordTally,
    packs: &[&Pack],
    first: Option<Date>,
) -> Result<(), RecordError> {
    let months = packs.iter().filter_map(|pack| pack.months_back()).max();
    let Some(months) = months.filter(|_| !record.allows_retired) else { return Ok(()) };
    let from = first.map(|first| plus_months(first, -i32::try_from(months).unwrap_or(i32::MAX)));
    // Who decided it may already have had the next day: a claim is decided on its last day or later.
    let is_before = |decided: Date| from.is_some_and(|from| decided.tomorrow().is_ok_and(|next| next < from));
    let within = || tally.retired.iter().filter(|(decided, _)| !is_before(**decided));
    let Some((last, _)) = within().next_back() else { return Ok(()) };
    let back = match from {
        Some(from) => format!("to {from}"),
        None => "to any day, for some line has none".to_owned(),
    };
    Err(RecordError::Retired { claims: within().map(|(_, claims)| claims).sum(), last: *last, back })
}

impl RecordTally {
    /// How many claims are retired.
    pub fn retired(&self) -> u64 {
        self.retired.values().sum()
    }

    fn add(&mut self, other: RecordTally) {
        self.claims += other.claims;
        self.orders += other.orders;
        self.without_member += other.without_member;
        other.retired.into_iter().for_each(|(day, claims)| *self.retired.entry(day).or_default() += claims);
        self.lacking += other.lacking;
        self.lacking_packs.extend(other.lacking_packs);
    }

    /// As JSON.
    pub fn value(&self) -> Value {
        let RecordTally { claims, orders, without_member, lacking, .. } = self;
        json!({
            "claims": claims,
            "orders": orders,
            "without_member": without_member,
            "retired": self.retired(),
            "lacking_diagnoses": lacking,
        })
    }
}
