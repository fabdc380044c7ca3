//! The request of an entry, read. A source comes back as the text that it printed.

use serde::Deserialize;

use crate::{
    code::{Code, System},
    date::{Date, DateSpan},
    exchange::json::choices::{self, of_word},
    ledger::entry::{EntryFault, least::EXPECTED},
    money::Cents,
    private::Private,
    request::{
        Approval, Coverage, Diagnosis, Encounter, Given, Line, Npi, Patient, Pointers, Request, Source, Sourced,
        Status, Verification,
    },
};

type Read<T> = Result<T, EntryFault>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::ledger::entry) struct RequestIn {
    id: String,
    kind: String,
    form: ToldIn<String>,
    frequency: ToldIn<String>,
    replaces: Option<String>,
    provider: Option<String>,
    birth_date: Option<ToldIn<String>>,
    sex: Option<ToldIn<String>>,
    line_of_business: Option<ToldIn<String>>,
    prior_authorization: Option<ToldIn<ApprovalIn>>,
    authored_on: Option<ToldIn<String>>,
    onset: Option<ToldIn<String>>,
    pain_type: Option<ToldIn<String>>,
    #[serde(default)]
    diagnoses: Vec<DiagnosisIn>,
    #[serde(default)]
    condition_codes: Vec<ToldIn<String>>,
    unread_condition_code: Option<ToldIn<()>>,
    lines: Vec<LineIn>,
    #[serde(default)]
    history: Vec<EncounterIn>,
    #[serde(default)]
    remarks: Vec<ToldIn<String>>,
}

/// A value and where it stood.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldIn<T> {
    is: Option<T>,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalIn {
    approved_on: Option<ToldIn<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiagnosisIn {
    code: Option<ToldIn<String>>,
    onset: Option<ToldIn<String>>,
    status: Option<String>,
    verification: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineIn {
    number: u32,
    procedure: Option<ToldIn<String>>,
    concept: Option<ToldIn<String>>,
    #[serde(default)]
    modifiers: Vec<ToldIn<String>>,
    unread_modifier: Option<ToldIn<()>>,
    pointers: Option<ToldIn<PointersIn>>,
    service_date: Option<ToldIn<String>>,
    units_milli: Option<ToldIn<i64>>,
    charge_cents: Option<ToldIn<i64>>,
    place_of_service: Option<ToldIn<String>>,
    purpose: Option<ToldIn<String>>,
    phrases: Option<ToldIn<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PointersIn {
    To(Vec<usize>),
    All(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EncounterIn {
    on: String,
    #[serde(default)]
    procedures: Vec<String>,
    #[serde(default)]
    diagnoses: Vec<String>,
    at: Option<String>,
}

impl RequestIn {
    pub(in crate::ledger::entry) fn read(self) -> Read<Request> {
        let condition_code = |told| sourced(told, "request.condition_codes", code);
        let remark = |told| sourced(told, "request.remarks", |text| Some(text.to_owned()));
        Ok(Request {
            id: self.id,
            kind: of_word(choices::KIND, &self.kind).ok_or(EntryFault::Value("request.kind"))?,
            form: sourced(self.form, "request.form", |word| of_word(choices::FORM, word))?,
            frequency: sourced(self.frequency, "request.frequency", |word| of_word(choices::FREQUENCY, word))?,
            replaces: self.replaces,
            provider: self
                .provider
                .map(|npi| Npi::parse(&npi).ok_or(EntryFault::Value("request.provider")))
                .transpose()?,
            patient: Patient {
                member_id: None,
                birth_date: given(self.birth_date, "request.birth_date", |text| span(text).map(Private::new))?,
                sex: given(self.sex, "request.sex", |word| of_word(choices::SEX, word))?,
            },
            coverage: Coverage {
                line_of_business: given(self.line_of_business, "request.line_of_business", |word| {
                    of_word(choices::LINE_OF_BUSINESS, word)
                })?,
                state: None,
                prior_authorization: approval(self.prior_authorization)?,
            },
            authored_on: given(self.authored_on, "request.authored_on", span)?,
            onset: given(self.onset, "request.onset", span)?,
            stated_pain_type: given(self.pain_type, "request.pain_type", |word| of_word(choices::PAIN_TYPE, word))?,
            diagnoses: self.diagnoses.into_iter().map(DiagnosisIn::read).collect::<Read<_>>()?,
            condition_codes: self.condition_codes.into_iter().map(condition_code).collect::<Read<_>>()?,
            unread_condition_code: unread(self.unread_condition_code, "request.unread_condition_code")?,
            lines: self.lines.into_iter().map(LineIn::read).collect::<Read<_>>()?,
            history: self.history.into_iter().map(EncounterIn::read).collect::<Read<_>>()?,
            remarks: self.remarks.into_iter().map(remark).collect::<Read<_>>()?,
        })
    }
}

impl DiagnosisIn {
    fn read(self) -> Read<Diagnosis> {
        let status = self.status.map_or(Some(Status::Active), |word| of_word(choices::STATUS, &word));
        let verification =
            self.verification.map_or(Some(Verification::Confirmed), |word| of_word(choices::VERIFICATION, &word));
        Ok(Diagnosis {
            code: given(self.code, "diagnosis.code", code)?,
            onset: given(self.onset, "diagnosis.onset", span)?,
            status: status.ok_or(EntryFault::Value("diagnosis.status"))?,
            verification: verification.ok_or(EntryFault::Value("diagnosis.verification"))?,
        })
    }
}

impl LineIn {
    fn read(self) -> Read<Line> {
        let modifier = |told| sourced(told, "line.modifiers", code);
        let words = |text: &str| Some(Private::new(text.to_owned()));
        Ok(Line {
            number: self.number,
            procedure: given(self.procedure, "line.procedure", code)?,
            concept: given(self.concept, "line.concept", |word| of_word(choices::CONCEPT, word))?,
            modifiers: self.modifiers.into_iter().map(modifier).collect::<Read<_>>()?,
            unread_modifier: unread(self.unread_modifier, "line.unread_modifier")?,
            pointers: pointers(self.pointers)?,
            service_date: given(self.service_date, "line.service_date", span)?,
            units_milli: number(self.units_milli, |units| units),
            charge: number(self.charge_cents, Cents),
            place_of_service: match self.place_of_service {
                Some(told) => Some(sourced(told, "line.place_of_service", code)?),
                None => None,
            },
            purpose: given(self.purpose, "line.purpose", |word| of_word(choices::PURPOSE, word))?,
            narrative: given(self.phrases, "line.phrases", words)?,
        })
    }
}

impl EncounterIn {
    fn read(self) -> Read<Encounter> {
        let codes = |texts: &[String], field| {
            texts.iter().map(|text| code(text)).collect::<Option<Vec<Code>>>().ok_or(EntryFault::Value(field))
        };
        let procedures = codes(&self.procedures, "history.procedures")?;
        Ok(Encounter {
            claim_id: None,
            service_date: span(&self.on).ok_or(EntryFault::Value("history.on"))?,
            procedures: procedures.into_iter().map(|code| (code, Vec::new())).collect(),
            diagnoses: codes(&self.diagnoses, "history.diagnoses")?,
            source: source(self.at),
        })
    }
}

fn approval(told: Option<ToldIn<ApprovalIn>>) -> Read<Given<Approval>> {
    Ok(match told {
        None => Given::Absent,
        Some(ToldIn { is: None, at }) => Given::unreadable(EXPECTED, source(at)),
        Some(ToldIn { is: Some(approval), at }) => {
            let approved_on = given(approval.approved_on, "request.prior_authorization", span)?;
            Given::value(Approval { approved_on }, source(at))
        }
    })
}

fn pointers(told: Option<ToldIn<PointersIn>>) -> Read<Pointers> {
    Ok(match told {
        None => Pointers::Unknown(Given::Absent),
        Some(ToldIn { is: None, at }) => Pointers::Unknown(Given::unreadable(EXPECTED, source(at))),
        Some(ToldIn { is: Some(PointersIn::To(places)), at }) => Pointers::To(places, source(at)),
        Some(ToldIn { is: Some(PointersIn::All(word)), at: None }) if word == "all" => Pointers::All,
        Some(ToldIn { is: Some(PointersIn::All(_)), .. }) => return Err(EntryFault::Value("line.pointers")),
    })
}

fn number<T>(told: Option<ToldIn<i64>>, read: impl Fn(i64) -> T) -> Given<T> {
    match told {
        None => Given::Absent,
        Some(ToldIn { is: None, at }) => Given::unreadable(EXPECTED, source(at)),
        Some(ToldIn { is: Some(value), at }) => Given::value(read(value), source(at)),
    }
}

fn given<T>(told: Option<ToldIn<String>>, field: &'static str, read: impl Fn(&str) -> Option<T>) -> Read<Given<T>> {
    Ok(match told {
        None => Given::Absent,
        Some(ToldIn { is: None, at }) => Given::unreadable(EXPECTED, source(at)),
        Some(told) => Given::Value(sourced(told, field, read)?),
    })
}

fn sourced<T>(told: ToldIn<String>, field: &'static str, read: impl Fn(&str) -> Option<T>) -> Read<Sourced<T>> {
    let value = told.is.as_deref().and_then(read).ok_or(EntryFault::Value(field))?;
    Ok(Sourced::new(value, source(told.at)))
}

fn unread(told: Option<ToldIn<()>>, field: &'static str) -> Read<Option<Source>> {
    match told {
        Some(ToldIn { is: Some(()), .. }) => Err(EntryFault::Value(field)),
        Some(ToldIn { is: None, at }) => Ok(Some(source(at))),
        None => Ok(None),
    }
}

fn source(at: Option<String>) -> Source {
    at.map_or(Source::Absent, |path| Source::Path(path.into()))
}

fn code(text: &str) -> Option<Code> {
    let (system, text) = text.split_once(':')?;
    let system = if system == System::Other.name() { System::Other } else { System::from_name(system)? };
    Code::parse(system, text).ok()
}

fn span(text: &str) -> Option<DateSpan> {
    let day = |text: &str| text.parse::<Date>().ok();
    match text.split_once('/') {
        Some((first, last)) => {
            Some(DateSpan { first: day(first)?, last: day(last)? }).filter(|span| span.first < span.last)
        }
        None => day(text).map(DateSpan::day),
    }
}
