//! A replay from its first reading to its summary.

use std::{
    io::{self, BufReader},
    sync::{Arc, atomic::AtomicBool},
};

use serde_json::{Value, json};

use super::{
    Folder, Input, Outlet, Output, Progress, Replay, ReplayError, Tally,
    batch::{Batch, read},
    checkpoint::{self, Done},
    pipeline,
    record::{self, Record, RecordTally},
    rows,
    work::{Hands, Worked},
};
use crate::{
    date::{Date, DateSpan},
    exchange::{Item, fhir::Aside},
    history::{History, HistoryError, Keys, Noted, Noting, Scratch},
    pack::Pack,
    request::Request,
};

/// What was rejected and what was faulty.
const REJECTS: &str = "rejects.ndjson";
/// The accounting of a finished run.
const SUMMARY: &str = "summary.json";
/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;
/// What a file is called until the run is finished.
const PART: &str = ".part";

impl Output {
    /// The file of decisions.
    pub fn file(self) -> &'static str {
        match self {
            Output::Csv => "decisions.csv",
            Output::Ndjson => "decisions.ndjson",
            Output::Parquet => "decisions.parquet",
        }
    }

    /// What is written while the run lasts. A Parquet table cannot be gone on with: its rows are
    /// kept as they are, and become a table at the end.
    fn part(self) -> String {
        match self {
            Output::Csv | Output::Ndjson => part(self.file()),
            Output::Parquet => part("decisions.rows"),
        }
    }

    /// Whether rows are written, and not whole decisions.
    fn is_rows(self) -> bool {
        self != Output::Ndjson
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Replayed {
    /// Its accounting.
    pub tally: Tally,
    /// What the record held that is history too, where there is one.
    pub record: Option<RecordTally>,
}

/// Runs a replay, or goes on with one; tells `watch` how far it has come.
///
/// Decisions stand in `decisions.…`, rejects and faults in `rejects.ndjson`, the accounting in
/// `summary.json`. Until all is written the first two are called `….part`.
///
/// # Errors
/// See [`ReplayError`]; an accounting that does not balance is none, and is for the caller to see.
pub fn run(
    replay: &Replay<'_>,
    folder: &dyn Folder,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Replayed, ReplayError> {
    let terms = checkpoint::terms(replay);
    let done = begin(replay, folder, &terms)?;
    let past = Past {
        inputs: replay.inputs,
        record: replay.record,
        packs: replay.desk.packs().iter().collect(),
        threads: replay.threads,
        notes_bytes_max: replay.notes_bytes_max,
    };
    let (history, recorded) = match replay.with_history {
        true => past.noted(folder.scratch(), watch).map(|(history, recorded)| (Some(history), recorded))?,
        false => (None, None),
    };
    let mut run = Run::open(replay, folder, &terms, done)?;
    let done = run.done.batches;
    let is_whole = !replay.output.is_rows();
    let hands = Hands { desk: replay.desk, history: history.as_ref(), inputs: replay.inputs, is_whole };
    let mut batches = 0;
    let source = |halt: &AtomicBool, send: &mut dyn FnMut(Batch)| batches = read(replay.inputs, done, halt, send);
    let (mut landed, mut aside) = (0, Aside::default());
    pipeline::run(
        replay.threads,
        source,
        |batch| hands.work(batch),
        |worked| {
            let mut worked = worked?;
            landed += 1;
            aside.join(std::mem::take(&mut worked.aside));
            let told = worked.ended.map(|input| hands.tell(input, std::mem::take(&mut aside)));
            if worked.is_done {
                return Ok(());
            }
            run.take(&worked)?;
            told.iter().try_for_each(|told| run.take(told))?;
            run.done.batches += 1;
            watch(Progress::Deciding(&run.done.tally));
            run.at_checkpoint()
        },
    )?;
    if batches != landed || batches != run.done.batches {
        // Nothing may come from the reader that does not land; the summary must not say otherwise.
        return Err(ReplayError::History(HistoryError::Changed));
    }
    let tally = run.end(recorded.as_ref())?;
    Ok(Replayed { tally, record: recorded })
}

/// What an earlier run has done; where none is to go on, that the folder is free.
fn begin(replay: &Replay<'_>, folder: &dyn Folder, terms: &Value) -> Result<Option<Done>, ReplayError> {
    let is_there = |name: &str| folder.has(name).map_err(ReplayError::output(name));
    let (is_finished, is_begun) = (is_there(SUMMARY)?, is_there(checkpoint::FILE)?);
    match (replay.resume, is_finished && !is_begun, is_begun) {
        (true, true, _) => Err(ReplayError::Finished),
        (true, false, _) => checkpoint::read(folder, terms),
        (false, false, false) => Ok(None),
        (false, ..) => Err(ReplayError::Taken),
    }
}

/// What a first reading reads.
pub(super) struct Past<'a> {
    pub(super) inputs: &'a [Input],
    pub(super) record: Option<&'a Record>,
    /// The packs that will be asked.
    pub(super) packs: Vec<&'a Pack>,
    pub(super) threads: usize,
    pub(super) notes_bytes_max: usize,
}

impl Past<'_> {
    /// The first reading: what later claims may ask of each, recorded ones before those of the inputs.
    pub(super) fn noted(
        &self,
        scratch: Box<dyn Scratch>,
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(History, Option<RecordTally>), ReplayError> {
        let keys = self.record.map_or_else(Keys::default, |record| record.keys.clone());
        let noting = Noting::under(keys, self.notes_bytes_max, scratch);
        let recorded = match self.record {
            Some(record) => Some(record::noted(record, &self.packs, self.threads, &noting, watch)?),
            None => None,
        };
        let mut claims = recorded.as_ref().map_or(0, |recorded| recorded.claims);
        let source = |halt: &AtomicBool, send: &mut dyn FnMut(Batch)| {
            read(self.inputs, 0, halt, send);
        };
        let work = |batch: Batch| -> Result<(u64, Option<Date>, Vec<Noted>), ReplayError> {
            let (mut came, mut first, mut noted) = (0, None, Vec::new());
            batch.each(self.inputs, &mut Aside::default(), &mut |place, item| {
                came += u64::from(item.is_claim());
                if let Item::Request(request) | Item::Answered(request, _) = item {
                    first = earlier(first, first_day(&request));
                    noted.extend(noting.note(&request, place));
                }
                Ok(())
            })?;
            Ok((came, first, noted))
        };
        let mut first = None;
        pipeline::run(self.threads, source, work, |noted| {
            let (came, of_batch, noted) = noted?;
            first = earlier(first, of_batch);
            noted.iter().try_for_each(|noted| noting.keep(noted)).map_err(HistoryError::from)?;
            claims += came;
            watch(Progress::Noting(claims));
            Ok::<(), ReplayError>(())
        })?;
        if let (Some(record), Some(recorded), Some(first)) = (self.record, &recorded, first) {
            let first = Some(first).filter(|first| *first != DateSpan::UNKNOWN.first);
            record::check_retired(record, recorded, &self.packs, first)?;
        }
        let names: Vec<Arc<str>> = self.inputs.iter().map(|input| input.name.clone()).collect();
        Ok((noting.end(names).map_err(HistoryError::from)?, recorded))
    }
}

/// The first day of a request's lines; where that of one is unknown, the first of all days. `None` where
/// no history is asked for: it names no member.
fn first_day(request: &Request) -> Option<Date> {
    request.patient.member_id.as_ref()?;
    let days = request.lines.iter().map(|line| request.service_span(line).get().copied());
    days.map(|days| days.unwrap_or(DateSpan::UNKNOWN).first).min()
}

fn earlier(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    [one, other].into_iter().flatten().min()
}

/// A run that writes.
struct Run<'a> {
    replay: &'a Replay<'a>,
    folder: &'a dyn Folder,
    terms: &'a Value,
    decisions: Box<dyn Outlet>,
    rejects: Box<dyn Outlet>,
    done: Done,
    /// Items that were written since the last checkpoint.
    unsafe_items: u64,
}

fn part(name: &str) -> String {
    format!("{name}{PART}")
}

impl<'a> Run<'a> {
    fn open(
        replay: &'a Replay<'a>,
        folder: &'a dyn Folder,
        terms: &'a Value,
        done: Option<Done>,
    ) -> Result<Run<'a>, ReplayError> {
        let (decisions, rejects) = (replay.output.part(), part(REJECTS));
        match &done {
            Some(done) => {
                let files =
                    [(&decisions, replay.output.file(), done.decisions_bytes), (&rejects, REJECTS, done.rejects_bytes)];
                for (name, finished, bytes) in files {
                    let has = |name: &str| folder.has(name).map_err(ReplayError::output(name));
                    if !has(name)? && has(finished)? {
                        // It was interrupted while it gave its files their names.
                        folder.rename(finished, name).map_err(ReplayError::output(name))?;
                    }
                    folder.cut(name, bytes).map_err(ReplayError::output(name))?;
                }
            }
            // Remains of a run that was interrupted before its first checkpoint.
            None => {
                for name in [&decisions, &rejects] {
                    folder.remove(name).map_err(ReplayError::output(name))?;
                }
            }
        }
        let outlet = |name: &str| folder.outlet(name).map_err(ReplayError::output(name));
        let mut run = Run {
            replay,
            folder,
            terms,
            decisions: outlet(&decisions)?,
            rejects: outlet(&rejects)?,
            unsafe_items: 0,
            done: done.unwrap_or_default(),
        };
        if run.done.decisions_bytes == 0 && replay.output.is_rows() {
            run.write(rows::header().as_bytes(), b"")?;
            run.checkpoint()?;
        }
        Ok(run)
    }

    fn write(&mut self, decisions: &[u8], rejects: &[u8]) -> Result<(), ReplayError> {
        let write = |out: &mut dyn Outlet, bytes: &[u8], name: &str| -> Result<u64, ReplayError> {
            out.write_all(bytes).map_err(ReplayError::output(name))?;
            Ok(bytes.len() as u64)
        };
        self.done.decisions_bytes += write(&mut *self.decisions, decisions, self.replay.output.file())?;
        self.done.rejects_bytes += write(&mut *self.rejects, rejects, REJECTS)?;
        Ok(())
    }

    fn take(&mut self, worked: &Worked) -> Result<(), ReplayError> {
        self.write(&worked.decisions, &worked.rejects)?;
        self.unsafe_items += worked.items;
        self.done.tally.add(&worked.tally);
        Ok(())
    }

    fn at_checkpoint(&mut self) -> Result<(), ReplayError> {
        if self.unsafe_items < self.replay.checkpoint_items {
            return Ok(());
        }
        self.checkpoint()
    }

    fn checkpoint(&mut self) -> Result<(), ReplayError> {
        self.sync().map_err(ReplayError::output(self.replay.output.file()))?;
        checkpoint::write(self.folder, self.terms, &self.done)?;
        self.unsafe_items = 0;
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.decisions.sync()?;
        self.rejects.sync()
    }

    /// Gives the files their names; the summary is written last but for the checkpoint, which goes.
    fn end(mut self, recorded: Option<&RecordTally>) -> Result<Tally, ReplayError> {
        self.checkpoint()?;
        let Run { replay, folder, terms, decisions, rejects, done, .. } = self;
        drop((decisions, rejects));
        let file = replay.output.file();
        if replay.output == Output::Parquet {
            table(folder, &replay.output.part(), &part(file)).map_err(ReplayError::output(file))?;
        }
        for name in [file, REJECTS] {
            folder.rename(&part(name), name).map_err(ReplayError::output(name))?;
        }
        let mut summary = json!({"run": terms});
        if let (Some(summary), Value::Object(tally)) = (summary.as_object_mut(), done.tally.value()) {
            summary.extend(tally);
            summary.extend(recorded.map(|recorded| ("recorded".to_owned(), recorded.value())));
        }
        folder.put(SUMMARY, format!("{summary:#}\n").as_bytes()).map_err(ReplayError::output(SUMMARY))?;
        folder.remove(checkpoint::FILE).map_err(ReplayError::output(checkpoint::FILE))?;
        if replay.output == Output::Parquet {
            folder.remove(&replay.output.part()).map_err(ReplayError::output(&replay.output.part()))?;
        }
        Ok(done.tally)
    }
}

/// Writes the rows of one file as a table into another.
fn table(folder: &dyn Folder, rows: &str, to: &str) -> io::Result<()> {
    folder.remove(to)?;
    let rows = BufReader::with_capacity(BUFFER_BYTES, folder.open(rows)?);
    rows::write_table(rows, folder.outlet(to)?)?.sync()
}
