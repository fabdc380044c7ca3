//! Comparing files, and comparing requests that come from elsewhere.

use std::{io::Write, sync::atomic::AtomicBool};

use super::{
    Comparison, Transition, line,
    members::{Hash, Members, hashes},
};
use crate::{
    desk::Desk,
    exchange::Item,
    history::{HistoryError, Keys, Noting, Scratch},
    replay::{
        Input, Progress, ReplayError, pipeline,
        run::noted,
        work::{Batch, answered, read},
    },
    request::Request,
};

/// A comparison of files.
pub struct Compare<'a> {
    /// What is read, in this order.
    pub inputs: &'a [Input],
    /// Who decided.
    pub old: &'a Desk,
    /// Who will decide.
    pub new: &'a Desk,
    /// Whether claims of the inputs are history of later ones.
    pub with_history: bool,
    /// How many threads decide; one thread does all.
    pub threads: usize,
    /// Bytes of notes of earlier services that are kept in memory.
    pub notes_bytes_max: usize,
}

/// What came of a batch.
struct Worked {
    comparison: Comparison,
    members: Vec<Hash>,
    changed: Vec<u8>,
}

/// Compares what files hold. Changed lines go to `changed` with both rationales, a line of JSON
/// each, in the order of the input.
///
/// # Errors
/// When the notes of earlier services or `changed` fail.
pub fn run(
    compare: &Compare<'_>,
    scratch: &dyn Fn() -> Box<dyn Scratch>,
    changed: &mut dyn Write,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Comparison, ReplayError> {
    let history = match compare.with_history {
        true => Some(noted(compare.inputs, compare.threads, Noting::new(compare.notes_bytes_max, scratch()), watch)?),
        false => None,
    };
    let keys = Keys::default();
    let (mut whole, mut members) = (begin(compare.old, compare.new), Members::new(scratch()));
    let source = |halt: &AtomicBool, send: &mut dyn FnMut(Batch)| {
        read(compare.inputs, 0, halt, send);
    };
    let work = |batch: Batch| -> Result<Worked, HistoryError> {
        let mut part = Comparison { tally: batch.came.clone(), ..Comparison::default() };
        let (mut members, mut changed) = (Vec::new(), Vec::new());
        for (place, item) in batch.places() {
            let mut request = match item {
                Item::Request(request) => *request,
                Item::Answered(request, responses) => {
                    let (request, faults) = answered(compare.old, *request, &responses);
                    faults.iter().for_each(|fault| part.tally.faulty(fault));
                    request
                }
                Item::Reject(reject) => {
                    part.tally.rejected(&reject);
                    continue;
                }
                Item::Fault(fault) => {
                    part.tally.faulty(&fault);
                    continue;
                }
            };
            if let Some(history) = &history {
                history.complete(&mut request, place)?;
            }
            members.extend(one(compare.old, compare.new, &keys, &request, &mut part, &mut changed));
        }
        Ok(Worked { comparison: part, members, changed })
    };
    pipeline::run(compare.threads, source, work, |worked| {
        let worked = worked?;
        changed.write_all(&worked.changed).map_err(ReplayError::output("changed.ndjson"))?;
        members.add(worked.members).map_err(HistoryError::from)?;
        whole.add(worked.comparison);
        watch(Progress::Deciding(&whole.tally));
        Ok::<(), ReplayError>(())
    })?;
    members.end(&mut whole).map_err(HistoryError::from)?;
    Ok(whole)
}

/// Compares requests that come from elsewhere, as from a ledger, with the history that they bring.
///
/// # Errors
/// When the counting of members or `changed` fails.
pub fn of_requests(
    old: &Desk,
    new: &Desk,
    requests: impl Iterator<Item = Request>,
    scratch: Box<dyn Scratch>,
    changed: &mut dyn Write,
) -> Result<Comparison, ReplayError> {
    let keys = Keys::default();
    let (mut whole, mut members) = (begin(old, new), Members::new(scratch));
    let mut out = Vec::new();
    for request in requests {
        let mut part = Comparison::default();
        part.tally.claims.came = 1;
        part.tally.lines.came = request.lines.len() as u64;
        out.clear();
        members.add(one(old, new, &keys, &request, &mut part, &mut out)).map_err(HistoryError::from)?;
        changed.write_all(&out).map_err(ReplayError::output("changed.ndjson"))?;
        whole.add(part);
    }
    members.end(&mut whole).map_err(HistoryError::from)?;
    Ok(whole)
}

fn begin(old: &Desk, new: &Desk) -> Comparison {
    let stamps = |desk: &Desk| desk.packs().iter().map(crate::pack::Pack::stamp).collect();
    Comparison { old: stamps(old), new: stamps(new), ..Comparison::default() }
}

fn one(old: &Desk, new: &Desk, keys: &Keys, request: &Request, part: &mut Comparison, out: &mut Vec<u8>) -> Vec<Hash> {
    let changed: Vec<Transition> = line::compare(old, new, request, part, out);
    let is_changed = u64::from(!changed.is_empty());
    part.changed_claims += is_changed;
    part.without_member += is_changed * u64::from(request.patient.member_id.is_none());
    hashes(keys, &request.patient, &changed)
}
