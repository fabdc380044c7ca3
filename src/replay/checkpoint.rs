//! What an interrupted run needs to go on, written whole after what it counts is on the disk.

use serde_json::{Value, json};

use super::{Folder, Output, Replay, ReplayError, Tally};

/// The file of the checkpoint, in the folder of the run.
pub(super) const FILE: &str = "checkpoint.json";

/// The term that says which record is history, and up to where.
pub(super) const RECORD: &str = "record";

/// The form of the file.
const VERSION: u64 = 2;

/// What is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Batches of the inputs whose decisions are written.
    pub(super) batches: u64,
    /// Bytes of decisions.
    pub(super) decisions_bytes: u64,
    /// Bytes of rejects.
    pub(super) rejects_bytes: u64,
    /// What they amount to.
    pub(super) tally: Tally,
}

/// What a run must have in common with the one that it goes on with.
pub(super) fn terms(replay: &Replay<'_>) -> Value {
    let inputs: Vec<Value> =
        replay.inputs.iter().map(|input| json!({"path": input.path, "digest": input.digest})).collect();
    let packs: Vec<Value> = replay.desk.packs().iter().map(|pack| pack.stamp()).map(pack).collect();
    let format = match replay.output {
        Output::Csv => "csv",
        Output::Ndjson => "ndjson",
        Output::Parquet => "parquet",
    };
    let mut terms = json!({
        "engine": env!("CARGO_PKG_VERSION"),
        "format": format,
        "history": replay.with_history,
        "packs": packs,
        "inputs": inputs,
    });
    if let (Some(record), Some(terms)) = (replay.record, terms.as_object_mut()) {
        terms.insert(RECORD.to_owned(), record.terms.clone());
    }
    terms
}

fn pack(stamp: crate::verdict::PackStamp) -> Value {
    json!({"name": stamp.name, "version": stamp.version, "digest": stamp.digest})
}

/// Writes a checkpoint.
pub(super) fn write(folder: &dyn Folder, terms: &Value, done: &Done) -> Result<(), ReplayError> {
    let value = json!({
        "version": VERSION,
        "terms": terms,
        "batches": done.batches,
        "decisions_bytes": done.decisions_bytes,
        "rejects_bytes": done.rejects_bytes,
        "tally": done.tally.value(),
    });
    folder.put(FILE, format!("{value:#}\n").as_bytes()).map_err(ReplayError::output(FILE))
}

/// The checkpoint in the folder; `None` where there is none.
///
/// # Errors
/// When it cannot be read, or its run had other terms.
pub(super) fn read(folder: &dyn Folder, terms: &Value) -> Result<Option<Done>, ReplayError> {
    let Some(bytes) = folder.get(FILE).map_err(ReplayError::output(FILE))? else { return Ok(None) };
    let unread = || ReplayError::Changed(format!("`{FILE}` is none that this program wrote"));
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| unread())?;
    let count = |name: &str| value.get(name).and_then(Value::as_u64).ok_or_else(unread);
    if count("version")? != VERSION {
        return Err(ReplayError::Changed(format!("`{FILE}` is of another version of the program")));
    }
    let before = value.get("terms").ok_or_else(unread)?;
    for (name, what) in [
        ("engine", "the program has another version"),
        ("format", "its decisions have another format"),
        ("history", "it was run with another setting of history"),
        (RECORD, "its history was of another ledger, or claims were retired from that since"),
        ("packs", "the packs or their parameters are not those it began with"),
        ("inputs", "the inputs are not those it began with, or not in their order"),
    ] {
        if before.get(name) != terms.get(name) {
            return Err(ReplayError::Changed(what.to_owned()));
        }
    }
    let tally = value.get("tally").and_then(Tally::of).ok_or_else(unread)?;
    Ok(Some(Done {
        batches: count("batches")?,
        decisions_bytes: count("decisions_bytes")?,
        rejects_bytes: count("rejects_bytes")?,
        tally,
    }))
}
