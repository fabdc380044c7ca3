//! A request as the native contract writes it, every field in the contract's order.
//!
//! What the format cannot carry is left out or written so that it reads as *unreadable* again,
//! never as another value: an earlier service's diagnosis in ICD-9-CM, a span of days that is neither a
//! month nor a year, a reader's remarks, where something stood that is no modifier. The number of a
//! prior authorization is not kept, so a stand-in is written.

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    choices::{self, word},
    request::SNOMED,
};
use crate::{
    code::{Code, System},
    date::DateSpan,
    private::Private,
    request::{
        Coverage, Diagnosis, Encounter, Given, Line, Patient, Pointers, Request, Source, Sourced, Status, Verification,
    },
};

/// Stands where something stood that could not be read; no field of the contract reads it.
const UNREADABLE: &str = "?";
/// Stands for the number of a prior authorization, which is not kept.
const APPROVAL_NUMBER: &str = "on file";

/// A written value; objects keep their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A text.
    Text(String),
    /// A whole number.
    Number(u64),
    /// A list.
    List(Vec<Written>),
    /// An object.
    Object(Vec<(&'static str, Written)>),
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Written::Text(text) => serializer.serialize_str(text),
            Written::Number(number) => serializer.serialize_u64(*number),
            Written::List(list) => list.serialize(serializer),
            Written::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// A request, field by field.
pub fn written(request: &Request) -> Written {
    let mut out = Members::default();
    out.text("id", Some(&request.id));
    out.text("kind", word(choices::KIND, &request.kind));
    out.text("form", told(&request.form, choices::FORM));
    out.text("frequency", told(&request.frequency, choices::FREQUENCY));
    out.text("replaces", request.replaces.as_deref());
    out.text("provider", request.provider.map(|npi| npi.to_string()).as_deref());
    out.object("patient", patient(&request.patient));
    out.object("coverage", coverage(&request.coverage));
    out.given("authored_on", &request.authored_on, DateSpan::to_string);
    out.given("onset_date", &request.onset, DateSpan::to_string);
    let mut stated = Members::default();
    stated.given("pain_type", &request.stated_pain_type, |pain| of_choice(choices::PAIN_TYPE, pain));
    out.object("stated", stated);
    out.list("diagnoses", request.diagnoses.iter().map(diagnosis).collect());
    out.list("condition_codes", request.condition_codes.iter().map(|code| text(&code.value)).collect());
    out.list("lines", request.lines.iter().map(line).collect());
    out.list("history", request.history.iter().map(encounter).collect());
    Written::Object(out.0)
}

fn patient(patient: &Patient) -> Members {
    let mut out = Members::default();
    out.text("member_id", patient.member_id.as_ref().map(|id| id.reveal().as_str()));
    out.given("birth_date", &patient.birth_date, |born| born.reveal().to_string());
    out.given("sex", &patient.sex, |sex| of_choice(choices::SEX, sex));
    out
}

fn coverage(coverage: &Coverage) -> Members {
    let mut out = Members::default();
    out.given("line_of_business", &coverage.line_of_business, |line| of_choice(choices::LINE_OF_BUSINESS, line));
    out.text("state", coverage.state.as_deref());
    let mut approval = Members::default();
    match &coverage.prior_authorization {
        Given::Absent => {}
        // A number of blanks is none.
        Given::Unreadable(_) => approval.text("number", Some("")),
        Given::Value(sourced) => {
            approval.text("number", Some(APPROVAL_NUMBER));
            approval.given("approved_on", &sourced.value.approved_on, DateSpan::to_string);
        }
    }
    out.object("prior_authorization", approval);
    out
}

fn diagnosis(diagnosis: &Diagnosis) -> Written {
    let mut out = Members::default();
    out.given("code", &diagnosis.code, Code::to_string);
    let system = diagnosis.code.get().map(Code::system).filter(|system| *system != System::Icd10Cm);
    out.text("system", system.and_then(|system| word(choices::SYSTEM, &system)));
    out.given("onset_date", &diagnosis.onset, DateSpan::to_string);
    out.text("status", word(choices::STATUS, &diagnosis.status).filter(|_| diagnosis.status != Status::Active));
    let verification = word(choices::VERIFICATION, &diagnosis.verification);
    out.text("verification", verification.filter(|_| diagnosis.verification != Verification::Confirmed));
    Written::Object(out.0)
}

fn line(line: &Line) -> Written {
    let mut out = Members::default();
    out.push("number", Written::Number(line.number.into()));
    out.given("procedure", &line.procedure, Code::to_string);
    out.given("concept", &line.concept, |concept| of_choice(choices::CONCEPT, concept));
    out.list("modifiers", line.modifiers.iter().map(|code| text(&code.value)).collect());
    let pointers = match &line.pointers {
        // A person counts from 1.
        Pointers::To(places, _) => places.iter().map(|place| Written::Number(*place as u64 + 1)).collect(),
        Pointers::Unknown(Given::Unreadable(_)) => vec![Written::Number(0)],
        Pointers::All | Pointers::Unknown(_) => Vec::new(),
    };
    out.list("diagnosis_pointers", pointers);
    match &line.service_date {
        Given::Unreadable(unread) if is_end(&unread.source) => out.text("service_date_end", Some(UNREADABLE)),
        given => out.given("service_date", given, DateSpan::to_string),
    }
    match &line.units_milli {
        Given::Value(units) if units.value >= 0 && units.value % 1000 == 0 => {
            out.push("units", Written::Number(units.value.unsigned_abs() / 1000));
        }
        given => out.given("units", given, |units| units_text(*units)),
    }
    out.given("charge", &line.charge, ToString::to_string);
    out.text("place_of_service", line.place_of_service.as_ref().map(|place| place.value.to_string()).as_deref());
    out.given("purpose", &line.purpose, |purpose| of_choice(choices::PURPOSE, purpose));
    out.given("narrative", &line.narrative, |words: &Private<String>| words.reveal().clone());
    Written::Object(out.0)
}

fn encounter(encounter: &Encounter) -> Written {
    let mut out = Members::default();
    out.text("claim_id", encounter.claim_id.as_deref());
    out.text("service_date", Some(&encounter.service_date.to_string()));
    let procedure = |(code, modifiers): &(Code, Vec<Code>)| {
        let parts: Vec<String> = std::iter::once(code).chain(modifiers).map(Code::to_string).collect();
        Written::Text(parts.join("-"))
    };
    out.list("procedures", encounter.procedures.iter().map(procedure).collect());
    let diagnosis = |code: &Code| match code.system() {
        System::Icd10Cm => Some(text(code)),
        System::Snomed => Some(Written::Text(format!("{SNOMED}{code}"))),
        _ => None,
    };
    out.list("diagnoses", encounter.diagnoses.iter().filter_map(diagnosis).collect());
    Written::Object(out.0)
}

fn text(code: &Code) -> Written {
    Written::Text(code.to_string())
}

/// Whether it was the end of a range that could not be read.
fn is_end(source: &Source) -> bool {
    matches!(source, Source::Field { field: "service_date_end", .. })
}

/// Thousandths as decimals: `1.5`.
fn units_text(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let parts = format!("{}.{:03}", milli.unsigned_abs() / 1000, milli.unsigned_abs() % 1000);
    format!("{sign}{}", parts.trim_end_matches('0'))
}

fn of_choice<T: PartialEq>(choices: &[(&'static str, T)], value: &T) -> String {
    word(choices, value).unwrap_or(UNREADABLE).to_owned()
}

/// The word of a choice that was given, not taken as the default.
fn told<T: PartialEq>(sourced: &Sourced<T>, choices: &[(&'static str, T)]) -> Option<&'static str> {
    if sourced.source == Source::Absent { None } else { word(choices, &sourced.value) }
}

/// The members of an object as they are written; what is not there is left out.
#[derive(Default)]
struct Members(Vec<(&'static str, Written)>);

impl Members {
    fn push(&mut self, name: &'static str, value: Written) {
        self.0.push((name, value));
    }

    fn text(&mut self, name: &'static str, text: Option<&str>) {
        self.0.extend(text.map(|text| (name, Written::Text(text.to_owned()))));
    }

    fn given<T>(&mut self, name: &'static str, given: &Given<T>, words: impl Fn(&T) -> String) {
        match given {
            Given::Absent => {}
            Given::Value(sourced) => self.push(name, Written::Text(words(&sourced.value))),
            Given::Unreadable(_) => self.text(name, Some(UNREADABLE)),
        }
    }

    fn list(&mut self, name: &'static str, list: Vec<Written>) {
        if !list.is_empty() {
            self.push(name, Written::List(list));
        }
    }

    fn object(&mut self, name: &'static str, members: Members) {
        if !members.0.is_empty() {
            self.push(name, Written::Object(members.0));
        }
    }
}

#[cfg(test)]
mod tests;
