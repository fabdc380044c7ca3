//! The request of an entry, written; nothing is copied on the way.

use serde::{Serialize, Serializer};

use crate::{
    code::Code,
    date::DateSpan,
    exchange::json::choices::{self, word},
    money::Cents,
    private::Private,
    request::{
        Approval, Concept, Diagnosis, Encounter, Form, Frequency, Given, Kind, Line, LineOfBusiness, PainType,
        Pointers, Purpose, Request, Sex, Source, Sourced, Status, Verification,
    },
};

#[derive(Serialize)]
pub(in crate::ledger::entry) struct RequestOut<'a> {
    id: &'a str,
    kind: Choice,
    form: ToldOut<'a, Choice>,
    frequency: ToldOut<'a, Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<ToldOut<'a, SpanOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<ToldOut<'a, Choice>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_of_business: Option<ToldOut<'a, Choice>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prior_authorization: Option<ToldOut<'a, ApprovalOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authored_on: Option<ToldOut<'a, SpanOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    onset: Option<ToldOut<'a, SpanOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pain_type: Option<ToldOut<'a, Choice>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnoses: Vec<DiagnosisOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    condition_codes: Vec<ToldOut<'a, CodeOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread_condition_code: Option<ToldOut<'a, ()>>,
    lines: Vec<LineOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<EncounterOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<ToldOut<'a, &'a str>>,
}

/// A value and where it stood.
#[derive(Serialize)]
struct ToldOut<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At<'a>>,
}

#[derive(Serialize)]
struct ApprovalOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_on: Option<ToldOut<'a, SpanOut>>,
}

#[derive(Serialize)]
struct DiagnosisOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<ToldOut<'a, CodeOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    onset: Option<ToldOut<'a, SpanOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Choice>,
}

#[derive(Serialize)]
struct LineOut<'a> {
    number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    procedure: Option<ToldOut<'a, CodeOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concept: Option<ToldOut<'a, Choice>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    modifiers: Vec<ToldOut<'a, CodeOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread_modifier: Option<ToldOut<'a, ()>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointers: Option<ToldOut<'a, PointersOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_date: Option<ToldOut<'a, SpanOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    units_milli: Option<ToldOut<'a, i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge_cents: Option<ToldOut<'a, i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place_of_service: Option<ToldOut<'a, CodeOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<ToldOut<'a, Choice>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phrases: Option<ToldOut<'a, &'a str>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PointersOut<'a> {
    To(&'a [usize]),
    All(&'static str),
}

#[derive(Serialize)]
struct EncounterOut<'a> {
    on: SpanOut,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    procedures: Vec<CodeOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnoses: Vec<CodeOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At<'a>>,
}

/// The word of a choice.
type Choice = &'static str;

struct At<'a>(&'a Source);

struct CodeOut<'a>(&'a Code);

struct SpanOut(DateSpan);

impl Serialize for At<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Source::Path(path) => serializer.serialize_str(path),
            source => serializer.collect_str(source),
        }
    }
}

impl Serialize for CodeOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}", self.0.system().name(), self.0.text()))
    }
}

impl Serialize for SpanOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.exact() {
            Some(day) => serializer.collect_str(&day),
            None => serializer.collect_str(&format_args!("{}/{}", self.0.first, self.0.last)),
        }
    }
}

impl<'a> RequestOut<'a> {
    pub(in crate::ledger::entry) fn of(request: &'a Request) -> RequestOut<'a> {
        let Request { patient, coverage, .. } = request;
        RequestOut {
            id: &request.id,
            kind: of_kind(&request.kind),
            form: sourced(&request.form, of_form),
            frequency: sourced(&request.frequency, of_frequency),
            replaces: request.replaces.as_deref(),
            provider: request.provider.map(|npi| npi.to_string()),
            birth_date: given(&patient.birth_date, |born| SpanOut(*born.reveal())),
            sex: given(&patient.sex, of_sex),
            line_of_business: given(&coverage.line_of_business, of_line_of_business),
            prior_authorization: given(&coverage.prior_authorization, ApprovalOut::of),
            authored_on: given(&request.authored_on, |days| SpanOut(*days)),
            onset: given(&request.onset, |days| SpanOut(*days)),
            pain_type: given(&request.stated_pain_type, of_pain_type),
            diagnoses: request.diagnoses.iter().map(DiagnosisOut::of).collect(),
            condition_codes: request.condition_codes.iter().map(|code| sourced(code, CodeOut)).collect(),
            unread_condition_code: request.unread_condition_code.as_ref().map(unread),
            lines: request.lines.iter().map(LineOut::of).collect(),
            history: request.history.iter().map(EncounterOut::of).collect(),
            remarks: request.remarks.iter().map(|remark| sourced(remark, String::as_str)).collect(),
        }
    }
}

impl<'a> ApprovalOut<'a> {
    fn of(approval: &'a Approval) -> ApprovalOut<'a> {
        ApprovalOut { approved_on: given(&approval.approved_on, |days| SpanOut(*days)) }
    }
}

impl<'a> DiagnosisOut<'a> {
    fn of(diagnosis: &'a Diagnosis) -> DiagnosisOut<'a> {
        let (status, verification) = (&diagnosis.status, &diagnosis.verification);
        DiagnosisOut {
            code: given(&diagnosis.code, CodeOut),
            onset: given(&diagnosis.onset, |days| SpanOut(*days)),
            status: (*status != Status::Active).then(|| of_status(status)),
            verification: (*verification != Verification::Confirmed).then(|| of_verification(verification)),
        }
    }
}

impl<'a> LineOut<'a> {
    fn of(line: &'a Line) -> LineOut<'a> {
        LineOut {
            number: line.number,
            procedure: given(&line.procedure, CodeOut),
            concept: given(&line.concept, of_concept),
            modifiers: line.modifiers.iter().map(|code| sourced(code, CodeOut)).collect(),
            unread_modifier: line.unread_modifier.as_ref().map(unread),
            pointers: match &line.pointers {
                Pointers::To(places, source) => Some(ToldOut { is: Some(PointersOut::To(places)), at: at(source) }),
                Pointers::All => Some(ToldOut { is: Some(PointersOut::All("all")), at: None }),
                Pointers::Unknown(Given::Absent) => None,
                Pointers::Unknown(given) => Some(ToldOut { is: None, at: at(given.source()) }),
            },
            service_date: given(&line.service_date, |days| SpanOut(*days)),
            units_milli: given(&line.units_milli, |units| *units),
            charge_cents: given(&line.charge, |Cents(cents)| *cents),
            place_of_service: line.place_of_service.as_ref().map(|place| sourced(place, CodeOut)),
            purpose: given(&line.purpose, of_purpose),
            phrases: given(&line.narrative, |words: &Private<String>| words.reveal().as_str()),
        }
    }
}

impl<'a> EncounterOut<'a> {
    fn of(encounter: &'a Encounter) -> EncounterOut<'a> {
        EncounterOut {
            on: SpanOut(encounter.service_date),
            procedures: encounter.procedures.iter().map(|(code, _)| CodeOut(code)).collect(),
            diagnoses: encounter.diagnoses.iter().map(CodeOut).collect(),
            at: at(&encounter.source),
        }
    }
}

fn given<'a, T, O>(given: &'a Given<T>, out: impl Fn(&'a T) -> O) -> Option<ToldOut<'a, O>> {
    match given {
        Given::Absent => None,
        Given::Value(value) => Some(sourced(value, out)),
        Given::Unreadable(unread) => Some(ToldOut { is: None, at: at(&unread.source) }),
    }
}

fn sourced<'a, T, O>(sourced: &'a Sourced<T>, out: impl Fn(&'a T) -> O) -> ToldOut<'a, O> {
    ToldOut { is: Some(out(&sourced.value)), at: at(&sourced.source) }
}

fn unread(source: &Source) -> ToldOut<'_, ()> {
    ToldOut { is: None, at: at(source) }
}

fn at(source: &Source) -> Option<At<'_>> {
    (*source != Source::Absent).then_some(At(source))
}

macro_rules! words {
    ($($name:ident: $type:ty, $table:ident;)*) => {
        $(fn $name(value: &$type) -> Choice {
            // INVARIANT: each table has every value of its type; a test writes them all.
            word(choices::$table, value).unwrap_or_default()
        })*
    };
}

words! {
    of_kind: Kind, KIND;
    of_form: Form, FORM;
    of_frequency: Frequency, FREQUENCY;
    of_sex: Sex, SEX;
    of_line_of_business: LineOfBusiness, LINE_OF_BUSINESS;
    of_pain_type: PainType, PAIN_TYPE;
    of_status: Status, STATUS;
    of_verification: Verification, VERIFICATION;
    of_concept: Concept, CONCEPT;
    of_purpose: Purpose, PURPOSE;
}
