//! Many requests: decided again with the same packs, or held against other packs.
//!
//! Files are read as streams, judged on all cores and written in the order of the input
//! ([`pipeline`]); what a run has done is safe on disk at every checkpoint, and a run that was
//! interrupted goes on from its last one. INVARIANT: memory does not grow with the input, and
//! in = allowed + flagged + denied + rejected, counted at the reader and at the writer. Knows no
//! terminal, no clock and no disk: files come in as [`Input`], go out through a [`Folder`].

mod batch;
mod checkpoint;
pub mod compare;
mod input;
mod pipeline;
mod record;
mod rows;
mod run;
mod tally;
mod work;

use std::io::{self, Read, Write};

pub use input::{Input, Reading, digest};
pub use record::{Record, RecordError, RecordPart, RecordReading, RecordTally, record_begun};
pub use run::{Replayed, run};
pub use tally::{Account, Tally};

use crate::{desk::Desk, history::Scratch};

/// How decisions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A row a line.
    Csv,
    /// A whole decision a line.
    Ndjson,
    /// Rows as a Parquet table.
    Parquet,
}

/// A replay.
pub struct Replay<'a> {
    /// What is read, in this order.
    pub inputs: &'a [Input],
    /// Who decides.
    pub desk: &'a Desk,
    /// How decisions are written.
    pub output: Output,
    /// Whether claims of the inputs are history of later ones.
    pub with_history: bool,
    /// Recorded claims that are history of those of the inputs too.
    pub record: Option<&'a Record>,
    /// How many threads decide; one thread does all.
    pub threads: usize,
    /// Whether to go on where an interrupted run left off.
    pub resume: bool,
    /// After how many items (claims, rejects, faults) what is done is made safe.
    pub checkpoint_items: u64,
    /// Bytes of notes of earlier services that are kept in memory.
    pub notes_bytes_max: usize,
}

/// Where a run writes.
pub trait Folder {
    /// A file to write to, at its end; made where it is not there.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn outlet(&self, name: &str) -> io::Result<Box<dyn Outlet>>;

    /// A file to read.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>>;

    /// Cuts a file to its first `bytes`; one that is shorter or not there is an error.
    ///
    /// # Errors
    /// When it cannot be cut.
    fn cut(&self, name: &str, bytes: u64) -> io::Result<()>;

    /// Puts a whole file in the place of another; after a crash either the old or the new one is
    /// there, whole.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// The bytes of a small file; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn get(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Whether there is a file of this name.
    ///
    /// # Errors
    /// When that cannot be told.
    fn has(&self, name: &str) -> io::Result<bool>;

    /// Gives a file another name.
    ///
    /// # Errors
    /// When it cannot be renamed.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file; that it is not there is no error.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Temporary paper.
    fn scratch(&self) -> Box<dyn Scratch>;
}

/// A file being written.
pub trait Outlet: Write + Send {
    /// Returns once everything that was written is on the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    fn sync(&mut self) -> io::Result<()>;
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'p> {
    /// Reading for the first time, for history: claims so far.
    Noting(u64),
    /// Deciding.
    Deciding(&'p Tally),
}

/// Why a replay ended early. What it has written to its last checkpoint stays.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A file of the run could not be written or read.
    #[error("cannot write `{name}`: {error}")]
    Output {
        /// The file.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// What lies beside claims cannot be had.
    #[error("cannot read what lies beside the claims: {0}")]
    Beside(io::Error),
    /// Fewer or more claims were read than were told apart: a fault of this program.
    #[error("a claim of `{0}` was lost or doubled while it was read")]
    Lost(String),
    /// Notes of earlier services could not be kept.
    #[error(transparent)]
    History(#[from] crate::history::HistoryError),
    /// Recorded claims give no history.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The folder holds a run already.
    #[error("the folder holds a run already")]
    Taken,
    /// A run that is finished is to go on.
    #[error("the run in the folder is finished: there is nothing to go on with")]
    Finished,
    /// What is to go on is another run.
    #[error("the interrupted run cannot go on: {0}")]
    Changed(String),
}

impl ReplayError {
    fn output(name: &str) -> impl FnOnce(io::Error) -> ReplayError {
        let name = name.to_owned();
        move |error| ReplayError::Output { name, error }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            ReplayError::Output { .. } => {
                Some("what was written to the last checkpoint stands; `--resume` goes on from there")
            }
            ReplayError::Lost(_) => Some("this is a fault of claimgate: report it, with the file if you may"),
            ReplayError::Beside(_) | ReplayError::History(_) => None,
            ReplayError::Record(error) => Some(error.help()),
            ReplayError::Taken => {
                Some("`--resume` goes on with a run that was interrupted; name another folder for a new one")
            }
            ReplayError::Finished => Some("name another folder for a new run"),
            ReplayError::Changed(_) => Some("run anew in another folder, or put back what changed"),
        }
    }
}
