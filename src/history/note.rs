//! What is noted of a claim, and how it is written.
//!
//! The form is this program's own and lives as long as one run.

use super::{Place, number};
use crate::{
    code::{Code, System},
    date::DateSpan,
    request::{Frequency, Given, Request, Status, Verification},
};

/// What later claims of the member may ask of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// Where the claim stands.
    pub(super) place: Place,
    /// Its identifier.
    pub(super) claim_id: String,
    /// The claim that it takes out.
    pub(super) takes_out: Option<String>,
    /// Its services, a day or span of days each; a void has none.
    pub(super) services: Vec<Service>,
    /// What the member was said to have, each with the day it began, where that was said.
    pub(super) diagnoses: Vec<(Code, Option<i32>)>,
}

/// What was done on one day, or one span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// The first day that it can have been on, as a number.
    pub(super) first: i32,
    /// The last, included.
    pub(super) last: i32,
    /// What was done, with modifiers.
    pub(super) procedures: Vec<(Code, Vec<Code>)>,
}

/// Systems in the order of their numbers.
const SYSTEMS: [System; 14] = [
    System::Cpt,
    System::Hcpcs,
    System::Icd10Cm,
    System::Icd10Pcs,
    System::Icd9Cm,
    System::Snomed,
    System::Modifier,
    System::ConditionCode,
    System::PlaceOfService,
    System::Revenue,
    System::Loinc,
    System::RxNorm,
    System::Ndc,
    System::Other,
];

/// Stands for a day that was not said.
const NO_DAY: i32 = i32::MIN;

impl Note {
    /// The note of a claim. A diagnosis that is over, refuted or not confirmed is none.
    pub(super) fn of(request: &Request, place: Place) -> Note {
        let takes_out = match request.frequency.value {
            Frequency::Original => None,
            Frequency::Replacement | Frequency::Void => request.replaces.clone(),
        };
        let services = match request.frequency.value {
            Frequency::Void => Vec::new(),
            Frequency::Original | Frequency::Replacement => services(request),
        };
        let has = |status, verification| status == Status::Active && verification == Verification::Confirmed;
        let diagnoses = request.diagnoses.iter().filter(|one| has(one.status, one.verification)).filter_map(|one| {
            let begun = one.onset.get().map(|begun| number(begun.first));
            match &one.code {
                Given::Value(code) => Some((code.value, begun)),
                // It may be anything.
                Given::Unreadable(_) => Some((Code::UNREAD, begun)),
                Given::Absent => None,
            }
        });
        let diagnoses = if services.is_empty() { Vec::new() } else { diagnoses.collect() };
        Note { place, claim_id: request.id.clone(), takes_out, services, diagnoses }
    }

    /// Whether its services were on the same days, as far as these are known; where none is, whether all
    /// that is noted of both is the same.
    pub(super) fn has_days_of(&self, other: &Note) -> bool {
        fn days(note: &Note) -> impl Iterator<Item = (i32, i32)> {
            let dated = note.services.iter().filter(|service| service.is_dated());
            dated.map(|service| (service.first, service.last))
        }
        days(self).eq(days(other)) && (self.is_dated() || self.has_all_of(other))
    }

    /// Whether it is the same claim with the same services, whatever else was said of it.
    pub(super) fn is_again(&self, other: &Note) -> bool {
        let is_same = self.claim_id == other.claim_id && self.takes_out == other.takes_out;
        is_same && self.services == other.services && (self.is_dated() || self.has_all_of(other))
    }

    /// Whether the day of some service is known, if only in part.
    pub(super) fn is_dated(&self) -> bool {
        self.services.iter().any(Service::is_dated)
    }

    fn has_all_of(&self, other: &Note) -> bool {
        self.services == other.services && self.diagnoses == other.diagnoses
    }

    pub(super) fn written(&self) -> Vec<u8> {
        let mut out = Out(Vec::with_capacity(96));
        out.0.extend(self.place.input.to_le_bytes());
        out.0.extend(self.place.number.to_le_bytes());
        out.text(&self.claim_id);
        out.0.push(u8::from(self.takes_out.is_some()));
        out.text(self.takes_out.as_deref().unwrap_or_default());
        out.count(self.services.len());
        for service in &self.services {
            out.0.extend(service.first.to_le_bytes());
            out.0.extend(service.last.to_le_bytes());
            out.count(service.procedures.len());
            for (code, modifiers) in &service.procedures {
                out.code(code);
                out.count(modifiers.len());
                modifiers.iter().for_each(|modifier| out.code(modifier));
            }
        }
        out.count(self.diagnoses.len());
        for (code, begun) in &self.diagnoses {
            out.code(code);
            out.0.extend(begun.unwrap_or(NO_DAY).to_le_bytes());
        }
        out.0
    }

    /// Reads what [`Note::written`] wrote.
    pub(super) fn read(bytes: &[u8]) -> Option<Note> {
        let mut read = In(bytes);
        let place = Place { input: u32::from_le_bytes(read.take()?), number: u64::from_le_bytes(read.take()?) };
        let claim_id = read.text()?;
        let [is_there] = read.take()?;
        let takes_out = Some(read.text()?).filter(|_| is_there == 1);
        let services = read.list(|read| {
            let (first, last) = (i32::from_le_bytes(read.take()?), i32::from_le_bytes(read.take()?));
            let procedures = read.list(|read| Some((read.code()?, read.list(In::code)?)))?;
            Some(Service { first, last, procedures })
        })?;
        let diagnoses = read.list(|read| {
            let code = read.code()?;
            let begun = i32::from_le_bytes(read.take()?);
            Some((code, Some(begun).filter(|begun| *begun != NO_DAY)))
        })?;
        read.0.is_empty().then_some(Note { place, claim_id, takes_out, services, diagnoses })
    }
}

impl Service {
    /// Whether anything is known of its day.
    pub(super) fn is_dated(&self) -> bool {
        (self.first, self.last) != (number(DateSpan::UNKNOWN.first), number(DateSpan::UNKNOWN.last))
    }
}

/// The lines of a claim by their days. A line without a day, or with one that cannot be read, is of an
/// unknown one: nobody can say what it is earlier than, nor that it is not.
fn services(request: &Request) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for line in &request.lines {
        let days = line.service_date.get().copied().unwrap_or(DateSpan::UNKNOWN);
        let (first, last) = (number(days.first), number(days.last));
        let place = services.iter().position(|service| (service.first, service.last) == (first, last));
        let service = match place.and_then(|place| services.get_mut(place)) {
            Some(service) => service,
            None => {
                services.push(Service { first, last, procedures: Vec::new() });
                let Some(service) = services.last_mut() else { continue };
                service
            }
        };
        let modifiers = || line.modifiers.iter().map(|modifier| modifier.value).collect();
        service.procedures.extend(line.procedure.get().map(|code| (*code, modifiers())));
    }
    services
}

struct Out(Vec<u8>);

impl Out {
    fn count(&mut self, count: usize) {
        // Readers hold lists under a thousand.
        self.0.extend(u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn code(&mut self, code: &Code) {
        let text = code.text();
        self.0.extend([code.system() as u8, u8::try_from(text.len()).unwrap_or(0)]);
        self.0.extend_from_slice(text.as_bytes());
    }
}

struct In<'b>(&'b [u8]);

impl<'b> In<'b> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn bytes(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<String> {
        let count = usize::from(u16::from_le_bytes(self.take()?));
        std::str::from_utf8(self.bytes(count)?).ok().map(str::to_owned)
    }

    fn code(&mut self) -> Option<Code> {
        let [system, count] = self.take()?;
        let text = std::str::from_utf8(self.bytes(usize::from(count))?).ok()?;
        Code::parse(*SYSTEMS.get(usize::from(system))?, text).ok()
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::from(u16::from_le_bytes(self.take()?));
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            list.push(one(self)?);
        }
        Some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_stand_at_their_numbers() {
        for (number, system) in SYSTEMS.iter().enumerate() {
            assert_eq!(*system as usize, number);
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let code = |system, text| Code::parse(system, text).unwrap();
        let note = Note {
            place: Place { input: 3, number: u64::MAX },
            claim_id: "C-ä".to_owned(),
            takes_out: Some(String::new()),
            services: vec![Service {
                first: -1,
                last: 20_000,
                procedures: vec![(code(System::Cpt, "64493"), vec![code(System::Modifier, "KX")])],
            }],
            diagnoses: vec![(code(System::Icd10Cm, "M54.16"), Some(19_000)), (code(System::Snomed, "1"), None)],
        };
        let bytes = note.written();
        assert_eq!(Note::read(&bytes).as_ref(), Some(&note));
        assert_eq!(Note::read(&bytes[1..]), None);
        assert_eq!(Note::read(&bytes[..bytes.len() - 1]), None);
    }
}
