//! Comparing files, and comparing requests that come from elsewhere.

use std::{io::Write, sync::atomic::AtomicBool};

use super::{
    Comparison, NotRecorded, Recorded, Transition,
    line::{self, Desks},
    members::{Hash, Members, hashes},
};
use crate::{
    desk::Desk,
    exchange::{Item, fhir::Aside},
    history::{HistoryError, Keys, Scratch},
    pack::Pack,
    replay::{
        Input, Progress, Record, ReplayError,
        batch::{Batch, read},
        pipeline,
        run::Past,
        work::answered,
    },
    request::Request,
    verdict::PackStamp,
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
    /// Recorded claims that are history of those of the inputs too.
    pub record: Option<&'a Record>,
    /// How many threads decide; one thread does all.
    pub threads: usize,
    /// Bytes of notes of earlier services that are kept in memory.
    pub notes_bytes_max: usize,
}

/// A comparison of requests that were recorded.
pub struct CompareRecorded<'a> {
    /// The packs that are known beforehand to have decided.
    pub old: &'a [Pack],
    /// Who will decide.
    pub new: &'a Desk,
    /// How many threads decide; one thread does all.
    pub threads: usize,
    /// The source of what was given and is not recorded.
    pub not_recorded: &'a str,
}

/// What came of a batch.
#[derive(Default)]
struct Worked {
    comparison: Comparison,
    members: Vec<Hash>,
    changed: Vec<u8>,
    /// What of it was left aside.
    aside: Aside,
    /// Whether nothing of the input comes behind it.
    is_last: bool,
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
    let past = Past {
        inputs: compare.inputs,
        record: compare.record,
        packs: compare.old.packs().iter().chain(compare.new.packs()).collect(),
        threads: compare.threads,
        notes_bytes_max: compare.notes_bytes_max,
    };
    let (history, recorded) = match compare.with_history {
        true => past.noted(scratch(), watch).map(|(history, recorded)| (Some(history), recorded))?,
        false => (None, None),
    };
    let keys = Keys::default();
    let mut whole = begin(compare.old.packs(), compare.new.packs());
    whole.history = recorded;
    let mut members = Members::new(scratch());
    let desks = Desks { old: compare.old, new: compare.new, not_recorded: None };
    let source = |halt: &AtomicBool, send: &mut dyn FnMut(Batch)| {
        read(compare.inputs, 0, halt, send);
    };
    let work = |batch: Batch| -> Result<Worked, ReplayError> {
        let (mut part, mut aside, is_last) = (Comparison::default(), Aside::default(), batch.is_last);
        let (mut members, mut changed) = (Vec::new(), Vec::new());
        batch.each(compare.inputs, &mut aside, &mut |place, item| {
            part.tally.came(&item);
            let mut request = match item {
                Item::Request(request) => *request,
                Item::Answered(request, responses) => {
                    let (request, faults) = answered(compare.old, *request, &responses);
                    faults.iter().for_each(|fault| part.tally.faulty(fault));
                    request
                }
                Item::Reject(reject) => {
                    part.tally.rejected(&reject);
                    return Ok(());
                }
                Item::Fault(fault) => {
                    part.tally.faulty(&fault);
                    return Ok(());
                }
            };
            if let Some(history) = &history {
                history.complete(&mut request, place)?;
            }
            let member = keys.of_member(&request.patient);
            members.extend(one(desks, &keys, member, &request, &mut part, &mut changed));
            Ok(())
        })?;
        Ok(Worked { comparison: part, members, changed, aside, is_last })
    };
    let mut aside = Aside::default();
    pipeline::run(compare.threads, source, work, |worked| {
        let worked = worked?;
        changed.write_all(&worked.changed).map_err(ReplayError::output("changed.ndjson"))?;
        members.add(worked.members).map_err(HistoryError::from)?;
        whole.add(worked.comparison);
        aside.join(worked.aside);
        if worked.is_last {
            std::mem::take(&mut aside).tell(&mut |item| {
                whole.tally.came(&item);
                if let Item::Fault(fault) = item {
                    whole.tally.faulty(&fault);
                }
            });
        }
        watch(Progress::Deciding(&whole.tally));
        Ok::<(), ReplayError>(())
    })?;
    members.end(&mut whole).map_err(HistoryError::from)?;
    Ok(whole)
}

/// Compares requests that were recorded elsewhere, as in a ledger, with the history that they bring.
/// `source` hands them on in parts, `read` reads each, on all cores.
///
/// # Errors
/// When the counting of members or `changed` fails.
pub fn of_requests<E: Send>(
    compare: &CompareRecorded<'_>,
    source: impl FnOnce(&AtomicBool, &mut dyn FnMut(Vec<E>)) + Send,
    read: impl Fn(E) -> Recorded + Sync,
    scratch: Box<dyn Scratch>,
    changed: &mut dyn Write,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Comparison, ReplayError> {
    let keys = Keys::default();
    let (mut whole, mut members) = (begin(compare.old, compare.new.packs()), Members::new(scratch));
    whole.record = Some(NotRecorded::default());
    let counted = |halt: &AtomicBool, send: &mut dyn FnMut((u64, Vec<E>))| {
        source(halt, &mut |entries: Vec<E>| send((entries.len() as u64, entries)));
    };
    let work = |(came, entries): (u64, Vec<E>)| {
        let mut worked = Worked::default();
        worked.comparison.tally.claims.came = came;
        entries.into_iter().for_each(|entry| worked.take(read(entry), compare, &keys));
        worked
    };
    pipeline::run(compare.threads, counted, work, |worked| {
        changed.write_all(&worked.changed).map_err(ReplayError::output("changed.ndjson"))?;
        members.add(worked.members).map_err(HistoryError::from)?;
        whole.add(worked.comparison);
        watch(Progress::Deciding(&whole.tally));
        Ok::<(), ReplayError>(())
    })?;
    members.end(&mut whole).map_err(HistoryError::from)?;
    Ok(whole)
}

impl Worked {
    /// Takes one recorded decision.
    fn take(&mut self, recorded: Recorded, compare: &CompareRecorded<'_>, keys: &Keys) {
        let part = &mut self.comparison;
        let record = part.record.get_or_insert_default();
        match recorded {
            Recorded::Retired => {
                part.tally.claims.not_comparable += 1;
                record.retired += 1;
            }
            Recorded::Untold { lines, facts } => {
                part.tally.lines.came += lines;
                part.tally.claims.not_comparable += 1;
                part.tally.lines.not_comparable += lines;
                record.untold(&facts);
            }
            Recorded::Reject(reject) => {
                part.tally.lines.came += u64::from(reject.lines);
                part.tally.rejected(&reject);
            }
            Recorded::Request(one_of) => {
                part.tally.lines.came += one_of.request.lines.len() as u64;
                let old = &one_of.old;
                let is_new = |pack: &&Pack| part.old.iter().all(|stamp| stamp.digest != pack.digest);
                let new: Vec<PackStamp> = old.packs().iter().filter(is_new).map(Pack::stamp).collect();
                part.old.extend(new);
                let desks = Desks { old, new: compare.new, not_recorded: Some(compare.not_recorded) };
                self.members.extend(one(desks, keys, one_of.member, &one_of.request, part, &mut self.changed));
            }
        }
    }
}

fn begin(old: &[Pack], new: &[Pack]) -> Comparison {
    let stamps = |packs: &[Pack]| -> Vec<PackStamp> { packs.iter().map(Pack::stamp).collect() };
    Comparison { old: stamps(old), new: stamps(new), ..Comparison::default() }
}

/// Holds one request against both desks; the hashes of its member's changes.
fn one(
    desks: Desks<'_>,
    keys: &Keys,
    member: Option<u128>,
    request: &Request,
    part: &mut Comparison,
    out: &mut Vec<u8>,
) -> Vec<Hash> {
    let changed: Vec<Transition> = line::compare(desks, request, part, out);
    let is_changed = u64::from(!changed.is_empty());
    part.changed_claims += is_changed;
    part.without_member += is_changed * u64::from(member.is_none());
    hashes(keys, member, &changed)
}
