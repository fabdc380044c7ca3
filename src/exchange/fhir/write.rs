//! Claims as FHIR R4, as a Bulk Data export holds them: `Claim`, `Patient` and `Coverage`, a file of
//! NDJSON each.
//!
//! No Condition is written: a Condition speaks for every claim of its patient, whatever its date,
//! and the codes of a claim stand in the claim.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use crate::{
    code::System,
    exchange::{
        carried::{self, units_text},
        filing,
    },
    request::{Frequency, Line, Pointers, Request, Sex},
};

/// Stands for the number of a prior authorization, which is not kept.
const APPROVAL_NUMBER: &str = "ONFILE";

/// The longest id of a resource.
const ID_CHARS_MAX: usize = 64;

/// Where the resources of each type go.
pub struct Files<W> {
    /// `Claim.ndjson`.
    pub claims: W,
    /// `Patient.ndjson`.
    pub patients: W,
    /// `Coverage.ndjson`.
    pub coverages: W,
}

/// Writes claims.
pub struct Writer<W: Write> {
    files: Files<W>,
    text: String,
}

impl<W: Write> Writer<W> {
    /// Writes to `files`.
    pub fn new(files: Files<W>) -> Writer<W> {
        Writer { files, text: String::new() }
    }

    /// Writes a claim; with its patient and coverage where `is_members_first` says that no claim
    /// before was this member's.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] where the claim holds what FHIR cannot carry here; else when
    /// an output fails.
    pub fn push(&mut self, request: &Request, is_members_first: bool) -> io::Result<()> {
        carried::check(request)?;
        let member = request.patient.member_id.as_ref().map(|id| id.reveal().as_str()).unwrap_or_default();
        if !is_id(&request.id) || !is_id(&coverage_id(member)) {
            let message =
                format!("claim `{}` cannot be written as FHIR: an id is too long or has other marks", request.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let Writer { files, text } = self;
        if is_members_first {
            one(text, &mut files.patients, |text| patient(text, request, member))?;
            one(text, &mut files.coverages, |text| coverage(text, request, member))?;
        }
        one(text, &mut files.claims, |text| claim(text, request, member))
    }

    /// Gives the outputs back.
    ///
    /// # Errors
    /// When an output fails.
    pub fn finish(mut self) -> io::Result<Files<W>> {
        self.files.claims.flush()?;
        self.files.patients.flush()?;
        self.files.coverages.flush()?;
        Ok(self.files)
    }
}

fn one(text: &mut String, out: &mut impl Write, write: impl FnOnce(&mut String)) -> io::Result<()> {
    text.clear();
    write(text);
    text.push('\n');
    out.write_all(text.as_bytes())
}

/// Letters, digits, hyphens and points, at most 64.
fn is_id(id: &str) -> bool {
    let is_mark = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    !id.is_empty() && id.len() <= ID_CHARS_MAX && id.bytes().all(is_mark)
}

fn coverage_id(member: &str) -> String {
    format!("{member}-1")
}

fn patient(text: &mut String, request: &Request, member: &str) {
    let kind = r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB"}]}"#;
    let _ = write!(
        text,
        r#"{{"resourceType":"Patient","id":"{member}","identifier":[{{"type":{kind},"system":"urn:claimgate:member","value":"{member}"}}]"#
    );
    if let Some(sex) = request.patient.sex.get() {
        let gender = match sex {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Other => "other",
        };
        let _ = write!(text, r#","gender":"{gender}""#);
    }
    if let Some(born) = request.patient.birth_date.get() {
        let _ = write!(text, r#","birthDate":"{}""#, born.reveal());
    }
    text.push('}');
}

fn coverage(text: &mut String, request: &Request, member: &str) {
    let _ = write!(text, r#"{{"resourceType":"Coverage","id":"{}","status":"active""#, coverage_id(member));
    if let Some(business) = request.coverage.line_of_business.get() {
        let code = filing::indicator(*business);
        let system = "https://codesystem.x12.org/005010/1032";
        let _ = write!(text, r#","type":{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
    }
    let _ = write!(
        text,
        r#","subscriberId":"{member}","beneficiary":{{"reference":"Patient/{member}"}},"payor":[{{"display":"Sample Health Plan"}}]}}"#
    );
}

fn claim(text: &mut String, request: &Request, member: &str) {
    let status = if request.frequency.value == Frequency::Void { "cancelled" } else { "active" };
    let kind = r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]}"#;
    let _ = write!(
        text,
        r#"{{"resourceType":"Claim","id":"{}","status":"{status}","type":{kind},"use":"claim","patient":{{"reference":"Patient/{member}"}}"#,
        request.id
    );
    if let Some(day) = request.lines.iter().find_map(|line| line.service_date.get()) {
        let _ = write!(text, r#","created":"{day}""#);
    }
    if let Some(npi) = request.provider {
        let system = "http://hl7.org/fhir/sid/us-npi";
        let _ = write!(text, r#","provider":{{"identifier":{{"system":"{system}","value":"{npi}"}}}}"#);
    }
    text.push_str(
        r#","priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]}"#,
    );
    if let Some(replaces) = &request.replaces {
        let relation = r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship","code":"prior"}]}"#;
        let reference = quoted(&format!("Claim/{replaces}"));
        let _ = write!(text, r#","related":[{{"claim":{{"reference":{reference}}},"relationship":{relation}}}]"#);
    }
    if let Some(onset) = request.onset.get() {
        let category = r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claiminformationcategory","code":"onset"}]}"#;
        let _ = write!(text, r#","supportingInfo":[{{"sequence":1,"category":{category},"timingDate":"{onset}"}}]"#);
    }
    let codes = request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get());
    each(text, r#","diagnosis":["#, codes.enumerate(), |text, (index, code)| {
        let (system, sequence) = (code.system().uri(), index + 1);
        let concept = format!(r#"{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
        let _ = write!(text, r#"{{"sequence":{sequence},"diagnosisCodeableConcept":{concept}}}"#);
    });
    let approval = match request.coverage.prior_authorization.get() {
        Some(_) => format!(r#","preAuthRef":["{APPROVAL_NUMBER}"]"#),
        None => String::new(),
    };
    let coverage = coverage_id(member);
    let _ = write!(
        text,
        r#","insurance":[{{"sequence":1,"focal":true,"coverage":{{"reference":"Coverage/{coverage}"}}{approval}}}]"#
    );
    each(text, r#","item":["#, request.lines.iter(), item);
    text.push('}');
}

fn item(text: &mut String, line: &Line) {
    let _ = write!(text, r#"{{"sequence":{}"#, line.number);
    if let Pointers::To(places, _) = &line.pointers {
        each(text, r#","diagnosisSequence":["#, places.iter(), |text, place| {
            let _ = write!(text, "{}", place + 1);
        });
    }
    if let Some(code) = line.procedure.get() {
        let system = code.system().uri();
        let _ = write!(text, r#","productOrService":{{"coding":[{{"system":"{system}","code":"{code}"}}]"#);
        if let Some(words) = line.narrative.get() {
            let _ = write!(text, r#","text":{}"#, quoted(words.reveal()));
        }
        text.push('}');
    }
    each(text, r#","modifier":["#, line.modifiers.iter(), |text, modifier| {
        let (system, code) = (System::Cpt.uri(), modifier.value);
        let _ = write!(text, r#"{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
    });
    if let Some(day) = line.service_date.get() {
        let _ = write!(text, r#","servicedDate":"{day}""#);
    }
    if let Some(place) = &line.place_of_service {
        let (system, code) = (System::PlaceOfService.uri(), place.value);
        let _ = write!(text, r#","locationCodeableConcept":{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
    }
    if let Some(milli) = line.units_milli.get() {
        let _ = write!(text, r#","quantity":{{"value":{}}}"#, units_text(*milli));
    }
    if let Some(cents) = line.charge.get() {
        let _ = write!(text, r#","net":{{"value":{cents},"currency":"USD"}}"#);
    }
    text.push('}');
}

/// Writes a list, unless it is empty.
fn each<T>(text: &mut String, head: &str, list: impl Iterator<Item = T>, write: impl Fn(&mut String, T)) {
    let mut list = list.peekable();
    if list.peek().is_none() {
        return;
    }
    text.push_str(head);
    for (place, one) in list.enumerate() {
        if place > 0 {
            text.push(',');
        }
        write(text, one);
    }
    text.push(']');
}

/// A text in quotes, as JSON has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
