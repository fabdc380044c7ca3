//! What is known of a member's earlier services: claims of an input become history of later claims
//! of the same member, by date of service, whatever their order in the input.
//!
//! Two passes. The first [notes](Noting) of every claim what a later one may ask, under a keyed hash
//! of its member; the second [completes](History::complete) each request with what the first one
//! noted. Beyond a bound of memory the notes lie on [`Scratch`] paper. INVARIANT: a request is given
//! the services of standing claims of its own member that began before its last day, or whose day is
//! unknown, and no version of itself; no identifier of a member is kept or printed.
//!
//! Claims that were recorded earlier can be noted beside those of the input. They came before it, and
//! of a claim that came several times as it was only its last coming counts.

mod keep;
mod keys;
mod note;
mod versions;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

pub use keep::{Filling, Keep, Paper, Scratch};
pub use keys::{Keys, OfMember};

use crate::{
    date::{Date, DateSpan, day_number},
    request::{Encounter, Given, Kind, Request, Source},
};
use note::{Note, Service};
use versions::Versions;

/// Bytes of notes that are kept in memory before they go to paper: some three hundred thousand
/// claims.
pub const NOTES_BYTES_MAX: usize = 48 * 1024 * 1024;

/// The first pass.
pub struct Noting {
    keys: Keys,
    filling: Mutex<Filling>,
}

/// What the first pass noted.
pub struct History {
    keys: Keys,
    keep: Keep,
    /// Names of the inputs, by their place.
    inputs: Vec<Arc<str>>,
}

/// Where a request stands in the inputs, or in a record of earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The place of its input among the inputs; [`Place::RECORD`] for a record.
    pub input: u32,
    /// Its number among all that the inputs, or the record, hold; it says which came first.
    pub number: u64,
}

impl Place {
    /// Stands for the record where others have the place of an input.
    pub const RECORD: u32 = u32::MAX;

    fn is_recorded(self) -> bool {
        self.input == Place::RECORD
    }

    /// What came earlier is less: first the record, then the inputs.
    fn order(self) -> (bool, u64) {
        (!self.is_recorded(), self.number)
    }
}

/// What a record is called in sources.
const RECORD_NAME: &str = "ledger";

/// A note of a claim, ready to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Noted {
    key: u128,
    bytes: Vec<u8>,
}

/// Why a request could not be completed.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The notes could not be read.
    #[error("cannot read what was noted of earlier services: {0}")]
    Paper(#[from] io::Error),
    /// A claim is not the one that the first pass noted at its place.
    #[error("the input changed between its first and its second reading")]
    Changed,
}

impl Noting {
    /// Nothing is noted yet; beyond `bytes_max` notes go to paper.
    pub fn new(bytes_max: usize, scratch: Box<dyn Scratch>) -> Noting {
        Noting::under(Keys::default(), bytes_max, scratch)
    }

    /// As [`Noting::new`], with the keys of a record: claims of it can be noted too.
    pub fn under(keys: Keys, bytes_max: usize, scratch: Box<dyn Scratch>) -> Noting {
        Noting { keys, filling: Mutex::new(Filling::new(bytes_max, scratch)) }
    }

    /// What must be kept of a request; `None` of an order, and of a claim that names no member.
    pub fn note(&self, request: &Request, place: Place) -> Option<Noted> {
        Noted::of(self.keys.of_member(&request.patient), request, place)
    }

    /// Keeps a note.
    ///
    /// # Errors
    /// When the paper fails.
    pub fn keep(&self, noted: &Noted) -> io::Result<()> {
        lock(&self.filling).put(noted.key, &noted.bytes)
    }

    /// Ends the first pass; `inputs` are the names of the inputs, in their order.
    ///
    /// # Errors
    /// When the paper fails.
    pub fn end(self, inputs: Vec<Arc<str>>) -> io::Result<History> {
        let filling = self.filling.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(History { keys: self.keys, keep: filling.close()?, inputs })
    }
}

impl Noted {
    /// What must be kept of a claim that was recorded, of the member with this hash; `number` says
    /// which of the record came first. `None` of an order, and of a claim that named no member.
    pub fn of_recorded(member: Option<u128>, request: &Request, number: u64) -> Option<Noted> {
        Noted::of(member, request, Place { input: Place::RECORD, number })
    }

    fn of(member: Option<u128>, request: &Request, place: Place) -> Option<Noted> {
        let key = member.filter(|_| request.kind == Kind::Claim)?;
        Some(Noted { key, bytes: Note::of(request, place).written() })
    }
}

impl History {
    /// Adds to a request's history what is known of its member's services before its last day, and
    /// takes out of it what another claim took back.
    ///
    /// # Errors
    /// When the notes cannot be read, or the input is not the one that was noted.
    pub fn complete(&self, request: &mut Request, place: Place) -> Result<(), HistoryError> {
        let Some(key) = self.keys.of_member(&request.patient) else { return Ok(()) };
        let (mut notes, mut is_broken) = (Vec::new(), false);
        self.keep.each(key, &mut |bytes| match Note::read(bytes) {
            Some(note) => notes.push(note),
            None => is_broken = true,
        })?;
        // They were kept by several hands.
        notes.sort_unstable_by_key(|note| note.place.order());
        leave_last(&mut notes);
        let own = notes.iter().position(|note| note.place == place);
        let is_own = own.and_then(|own| notes.get(own)).is_some_and(|note| note.claim_id == request.id);
        if is_broken || (request.kind == Kind::Claim && !is_own) {
            return Err(HistoryError::Changed);
        }
        let versions = Versions::of(&notes);
        let before = last_day(request);
        let mut known: Vec<(i32, Encounter)> = Vec::new();
        for (at, note) in notes.iter().enumerate() {
            if !versions.stands(at) || own.is_some_and(|own| versions.is_same(own, at)) {
                continue;
            }
            for service in note.services.iter().filter(|service| before.is_none_or(|before| service.first < before)) {
                let Some(encounter) = self.encounter(note, service) else { return Err(HistoryError::Changed) };
                known.push((service.first, encounter));
            }
        }
        request.history.retain(|encounter| {
            let claim = encounter.claim_id.as_deref();
            !claim.is_some_and(|claim| versions.is_taken_out(claim, own))
        });
        // Those of one day keep the order in which they came.
        known.sort_by_key(|(day, _)| *day);
        request.history.extend(known.into_iter().map(|(_, encounter)| encounter));
        Ok(())
    }

    fn encounter(&self, note: &Note, service: &Service) -> Option<Encounter> {
        let day = |number: i32| crate::date::day_of_number(i64::from(number));
        let span = DateSpan { first: day(service.first)?, last: day(service.last)? };
        let input = usize::try_from(note.place.input).ok().and_then(|input| self.inputs.get(input));
        let name = if note.place.is_recorded() { RECORD_NAME } else { input.map_or("", |name| name) };
        let source = format!("{name}: claim {}", note.claim_id);
        // What was treated stands on the claim's known days; on an unknown one where it has no other.
        let is_told = service.is_dated() || !note.is_dated();
        let had = note.diagnoses.iter().filter(|(_, begun)| is_told && begun.is_none_or(|begun| begun <= service.last));
        Some(Encounter {
            claim_id: Some(note.claim_id.clone()),
            service_date: span,
            procedures: service.procedures.clone(),
            diagnoses: had.map(|(code, _)| *code).collect(),
            source: Source::Path(source.into()),
        })
    }
}

/// Of a recorded claim that came again as it was, in the record or in the inputs, only the last coming
/// is left. Its number alone does not make it the same claim: it is often that of the patient's account.
fn leave_last(notes: &mut Vec<Note>) {
    let mut stays: Vec<bool> = {
        let mut later: BTreeMap<&str, Vec<&Note>> = BTreeMap::new();
        let coming = notes.iter().rev();
        let stays = coming.map(|note| {
            let of_number = later.entry(note.claim_id.as_str()).or_default();
            let is_known = of_number.iter().any(|later| later.is_again(note));
            if !is_known {
                of_number.push(note);
            }
            !(is_known && note.place.is_recorded())
        });
        stays.collect()
    };
    notes.retain(|_| stays.pop().unwrap_or(true));
}

/// The last day on which a line of the request can have been served, as a number; `None` where some
/// line's day is unknown, so that every service may have been before it.
fn last_day(request: &Request) -> Option<i32> {
    let mut last: Option<Date> = None;
    for line in &request.lines {
        let Given::Value(days) = request.service_span(line) else { return None };
        last = last.max(Some(days.value.last));
    }
    last.map(number)
}

/// A day as a number of 32 bits: every day of the calendar has one.
fn number(day: Date) -> i32 {
    i32::try_from(day_number(day)).unwrap_or(i32::MAX)
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
