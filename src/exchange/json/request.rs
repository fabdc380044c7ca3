//! The walk over one native request: every field of the contract, in its order.
//!
//! What cannot be told apart from a typing mistake (an unknown field, a wrong type, an unknown
//! choice) rejects the request; what is merely unreadable leaves its fact unknown.

use crate::{
    code::{Code, System},
    date::DateSpan,
    exchange::{
        LINES_MAX, Reject, codes,
        faults::{Faults, is_request_id},
        units::{UNITS, units_milli},
    },
    money::Cents,
    private::Private,
    request::{
        Approval, Coverage, Diagnosis, Encounter, Form, Frequency, Given, Kind, Line, Npi, Patient, Pointers, Request,
        Source, Sourced, Status, Verification,
    },
};

use super::{
    choices,
    fields::{DATE, Fields, unreadable, wrong_type},
    tree::Tree,
};

/// How many diagnoses or condition codes a request may have; X12 837I carries at most 25 and 24.
const CODES_MAX: usize = 999;

/// How many modifiers or pointers a line may have; X12 837P carries four of each.
const LINE_CODES_MAX: usize = 99;

/// How many earlier services may come with a request: decades of a member's claims.
const HISTORY_MAX: usize = 10_000;

/// What is expected where a pointer points nowhere.
const POINTER: &str = "a pointer to one of the request's diagnoses, counted from 1";

const REQUEST: &[&str] = &[
    "id",
    "kind",
    "form",
    "frequency",
    "replaces",
    "provider",
    "patient",
    "coverage",
    "authored_on",
    "onset_date",
    "stated",
    "diagnoses",
    "condition_codes",
    "lines",
    "history",
];
const PATIENT: &[&str] = &["member_id", "birth_date", "sex"];
const COVERAGE: &[&str] = &["line_of_business", "state", "prior_authorization"];
const APPROVAL: &[&str] = &["number", "approved_on"];
const DIAGNOSIS: &[&str] = &["code", "system", "onset_date", "status", "verification"];
const LINE: &[&str] = &[
    "number",
    "procedure",
    "system",
    "concept",
    "modifiers",
    "diagnosis_pointers",
    "service_date",
    "service_date_end",
    "units",
    "charge",
    "place_of_service",
    "purpose",
    "narrative",
];
const ENCOUNTER: &[&str] = &["claim_id", "service_date", "procedures", "diagnoses"];

/// What stands before a diagnosis of an earlier service that is a SNOMED CT identifier.
pub(super) const SNOMED: &str = "snomed:";

/// Reads one request.
///
/// # Errors
/// One [`Reject`] that tells of every fault.
pub(super) fn request(tree: &Tree<'_>) -> Result<Request, Reject> {
    let mut faults = Faults::default();
    let Tree::Object(_) = tree else {
        return Err(Reject {
            request_id: None,
            lines: 0,
            fault: wrong_type("the request".to_owned(), "an object", tree),
        });
    };
    let fields = Fields::of(Some(tree), ("", None), REQUEST, &mut faults);
    let id = request_id(&fields, &mut faults);
    let request = body(&fields, id.unwrap_or_default(), &mut faults);
    let lines = match fields.get("lines") {
        Some(Tree::List(lines)) => u32::try_from(lines.len()).unwrap_or(u32::MAX),
        _ => 0,
    };
    faults.into_reject(id.map(str::to_owned), lines).map_or(Ok(request), Err)
}

fn request_id<'t>(fields: &Fields<'t, '_>, faults: &mut Faults) -> Option<&'t str> {
    let id = fields.required_text("id", faults)?;
    if !is_request_id(id) {
        faults.push(unreadable("id".to_owned(), "an identifier of the claim or order"));
        return None;
    }
    Some(id)
}

fn body(fields: &Fields<'_, '_>, id: &str, faults: &mut Faults) -> Request {
    let kind = fields.choice("kind", choices::KIND, faults).get().copied().unwrap_or(Kind::Claim);
    let form = or_default(fields.choice("form", choices::FORM, faults), Form::Professional);
    let frequency = or_default(fields.choice("frequency", choices::FREQUENCY, faults), Frequency::Original);
    let replaces = fields.text("replaces", faults).map(str::to_owned);
    if replaces.is_some() && frequency.value == Frequency::Original {
        let message = "`replaces` goes with the frequency `replacement` or `void`".to_owned();
        faults.push(fields.fault("json::replaces_without_replacement", "replaces", message, None));
    }
    let diagnoses: Vec<Diagnosis> = {
        let list = fields.list("diagnoses", CODES_MAX, faults).iter().enumerate();
        list.map(|(index, tree)| diagnosis(tree, index, faults)).collect()
    };
    let mut remarks = Vec::new();
    let provider = provider(fields, &mut remarks, faults);
    let lines = fields.list("lines", LINES_MAX, faults);
    if fields.get("lines").is_none_or(|tree| matches!(tree, Tree::List(lines) if lines.is_empty())) {
        let message = "`lines` is missing or empty: there is nothing to decide".to_owned();
        faults.push(fields.fault("json::missing_field", "lines", message, None));
    }
    let claim = Claim { form: form.value, diagnoses: diagnoses.len() };
    let lines = lines.iter().enumerate().map(|(index, tree)| line(tree, index, &claim, &mut remarks, faults)).collect();
    let condition_codes =
        fields.each_text("condition_codes", (CODES_MAX, "a condition code"), faults, codes::condition_code);
    Request {
        id: id.to_owned(),
        kind,
        form,
        frequency,
        replaces,
        provider,
        patient: patient(fields, faults),
        coverage: coverage(fields, faults),
        authored_on: fields.date("authored_on", faults),
        onset: fields.date("onset_date", faults),
        stated_pain_type: {
            let stated = Fields::of(fields.get("stated"), ("stated", None), &["pain_type"], faults);
            stated.choice("pain_type", choices::PAIN_TYPE, faults)
        },
        diagnoses,
        condition_codes: sourced(condition_codes),
        unread_condition_code: None,
        lines,
        history: {
            let list = fields.list("history", HISTORY_MAX, faults).iter().enumerate();
            list.filter_map(|(index, tree)| encounter(tree, index, faults)).collect()
        },
        remarks,
    }
}

/// Who bills; nothing is decided by it, so what is no NPI is only remarked.
fn provider(fields: &Fields<'_, '_>, remarks: &mut Vec<Sourced<String>>, faults: &mut Faults) -> Option<Npi> {
    let text = fields.text("provider", faults)?;
    let npi = Npi::parse(text);
    if npi.is_none() {
        remarks.push(Sourced::new("the provider is no NPI of ten digits".to_owned(), fields.source("provider")));
    }
    npi
}

fn patient(fields: &Fields<'_, '_>, faults: &mut Faults) -> Patient {
    let patient = Fields::of(fields.get("patient"), ("patient", None), PATIENT, faults);
    Patient {
        member_id: patient.text("member_id", faults).map(|id| Private::new(id.to_owned())),
        birth_date: private(patient.date("birth_date", faults)),
        sex: patient.choice("sex", choices::SEX, faults),
    }
}

fn coverage(fields: &Fields<'_, '_>, faults: &mut Faults) -> Coverage {
    let coverage = Fields::of(fields.get("coverage"), ("coverage", None), COVERAGE, faults);
    let state = coverage.text("state", faults);
    if state.is_some_and(|state| state.len() != 2 || !state.bytes().all(|byte| byte.is_ascii_uppercase())) {
        faults.push(unreadable("coverage.state".to_owned(), "a state as two capital letters, as `TX`"));
    }
    let approval = coverage.get("prior_authorization");
    let within = Fields::of(approval, ("coverage.prior_authorization", None), APPROVAL, faults);
    let prior_authorization = match approval {
        None => Given::Absent,
        Some(_) => {
            let number = within.required_text("number", faults);
            let approved_on = within.date("approved_on", faults);
            match number.is_some_and(|number| !number.trim().is_empty()) {
                true => Given::value(Approval { approved_on }, coverage.source("prior_authorization")),
                false => Given::unreadable("the number of a prior authorization", within.source("number")),
            }
        }
    };
    Coverage {
        line_of_business: coverage.choice("line_of_business", choices::LINE_OF_BUSINESS, faults),
        state: state.map(str::to_owned),
        prior_authorization,
    }
}

fn diagnosis(tree: &Tree<'_>, index: usize, faults: &mut Faults) -> Diagnosis {
    let fields = Fields::of(Some(tree), ("diagnoses", Some(index)), DIAGNOSIS, faults);
    let system = fields.choice("system", choices::SYSTEM, faults).get().copied().unwrap_or(System::Icd10Cm);
    let expected = if system == System::Snomed { codes::CONCEPT } else { codes::DIAGNOSIS };
    Diagnosis {
        code: fields.given("code", expected, faults, |text| codes::diagnosis(system, text)),
        onset: fields.date("onset_date", faults),
        status: fields.choice("status", choices::STATUS, faults).get().copied().unwrap_or(Status::Active),
        verification: {
            let given = fields.choice("verification", choices::VERIFICATION, faults);
            given.get().copied().unwrap_or(Verification::Confirmed)
        },
    }
}

/// What the lines must know of their claim.
struct Claim {
    form: Form,
    diagnoses: usize,
}

fn line(tree: &Tree<'_>, index: usize, claim: &Claim, remarks: &mut Vec<Sourced<String>>, faults: &mut Faults) -> Line {
    let fields = Fields::of(Some(tree), ("lines", Some(index)), LINE, faults);
    let system = fields.choice("system", choices::SYSTEM, faults).get().copied();
    let modifiers =
        fields.each_text("modifiers", (LINE_CODES_MAX, "a modifier of two characters"), faults, codes::modifier);
    let place = fields.given("place_of_service", "a place of service", faults, codes::place_of_service);
    if let Given::Unreadable(unread) = &place {
        remarks.push(Sourced::new("the place of service cannot be read".to_owned(), unread.source.clone()));
    }
    Line {
        number: line_number(&fields, index, faults),
        procedure: fields.given("procedure", codes::PROCEDURE, faults, |text| codes::procedure(system, text)),
        concept: fields.choice("concept", choices::CONCEPT, faults),
        modifiers: sourced(modifiers),
        unread_modifier: None,
        pointers: pointers(&fields, claim, faults),
        service_date: service_date(&fields, faults),
        units_milli: units(&fields, faults),
        charge: charge(&fields, faults),
        place_of_service: match place {
            Given::Value(code) => Some(code),
            Given::Absent | Given::Unreadable(_) => None,
        },
        purpose: fields.choice("purpose", choices::PURPOSE, faults),
        narrative: private(fields.given("narrative", "a description", faults, |text| Some(text.to_owned()))),
    }
}

fn line_number(fields: &Fields<'_, '_>, index: usize, faults: &mut Faults) -> u32 {
    let given = match fields.get("number") {
        None => u32::try_from(index + 1).ok(),
        Some(Tree::Number(number)) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Some(_) => None,
    };
    given.unwrap_or_else(|| {
        let message = "expected a whole number".to_owned();
        faults.push(fields.fault("json::wrong_type", "number", message, None));
        0
    })
}

fn pointers(fields: &Fields<'_, '_>, claim: &Claim, faults: &mut Faults) -> Pointers {
    let source = fields.source("diagnosis_pointers");
    let mut places = Vec::new();
    let mut lost = None;
    for (part, member) in fields.list("diagnosis_pointers", LINE_CODES_MAX, faults).iter().enumerate() {
        let at = fields.part("diagnosis_pointers", part);
        let Tree::Number(number) = member else {
            faults.push(wrong_type(at.to_string(), "a number", member));
            continue;
        };
        let place = number.as_u64().and_then(|number| usize::try_from(number).ok()).and_then(|n| n.checked_sub(1));
        match place.filter(|place| *place < claim.diagnoses) {
            Some(place) if places.contains(&place) => {}
            Some(place) => places.push(place),
            None => lost = lost.or(Some(at)),
        }
    }
    match (lost, claim.form) {
        (Some(at), _) => Pointers::Unknown(Given::unreadable(POINTER, at)),
        (None, _) if claim.diagnoses == 0 => Pointers::Unknown(Given::Absent),
        (None, _) if !places.is_empty() => Pointers::To(places, source),
        (None, Form::Professional) => Pointers::Unknown(Given::Absent),
        (None, Form::Institutional | Form::Inpatient) => Pointers::All,
    }
}

fn service_date(fields: &Fields<'_, '_>, faults: &mut Faults) -> Given<DateSpan> {
    let first = fields.date("service_date", faults);
    let last = fields.date("service_date_end", faults);
    let reversed = first.get().zip(last.get()).is_some_and(|(first, last)| last.last < first.first);
    match (reversed, last) {
        (true, last) => Given::unreadable("a range that does not end before it begins", last.source().clone()),
        (false, Given::Unreadable(last)) => Given::Unreadable(last),
        (false, _) => first,
    }
}

/// An amount is text, because a JSON number goes through binary fractions on its way.
fn charge(fields: &Fields<'_, '_>, faults: &mut Faults) -> Given<Cents> {
    if let Some(Tree::Number(_)) = fields.get("charge") {
        let help = "send the amount as text, as \"1250.00\"".to_owned();
        faults.push(fields.fault("json::wrong_type", "charge", "expected text, found a number".to_owned(), Some(help)));
        return Given::Absent;
    }
    fields.given("charge", "an amount of the form 1250.00, not below zero", faults, |text| Cents::parse(text).ok())
}

fn units(fields: &Fields<'_, '_>, faults: &mut Faults) -> Given<i64> {
    match fields.get("units") {
        Some(Tree::Number(number)) => match units_milli(&number.to_string()) {
            Some(units) => Given::value(units, fields.source("units")),
            None => Given::unreadable(UNITS, fields.source("units")),
        },
        _ => fields.given("units", UNITS, faults, |text| units_milli(text.trim())),
    }
}

/// An earlier service. It has no place for what is unknown: one that cannot be read whole rejects
/// the request, for what it held might have been the exclusion that allows it.
fn encounter(tree: &Tree<'_>, index: usize, faults: &mut Faults) -> Option<Encounter> {
    let fields = Fields::of(Some(tree), ("history", Some(index)), ENCOUNTER, faults);
    let service_date = fields.required_text("service_date", faults).and_then(|text| {
        let span = DateSpan::parse(text).ok();
        if span.is_none() {
            faults.push(unreadable(fields.source("service_date").to_string(), DATE));
        }
        span
    });
    let service = |text: &str| {
        let mut parts = text.split('-');
        let code = codes::procedure(None, parts.next()?)?;
        Some((code, parts.map(codes::modifier).collect::<Option<Vec<Code>>>()?))
    };
    let expected = (CODES_MAX, "a procedure code, modifiers after hyphens, as `64493-KX`");
    let procedures = fields.each_text("procedures", expected, faults, service);
    let expected = (CODES_MAX, "an ICD-10-CM code, or a SNOMED CT identifier as `snomed:279039007`");
    let diagnoses = fields.each_text("diagnoses", expected, faults, |text| match text.strip_prefix(SNOMED) {
        Some(concept) => codes::diagnosis(System::Snomed, concept),
        None => codes::diagnosis(System::Icd10Cm, text),
    });
    Some(Encounter {
        claim_id: fields.text("claim_id", faults).map(str::to_owned),
        service_date: service_date?,
        procedures: procedures.into_iter().map(|(service, _)| service).collect(),
        diagnoses: diagnoses.into_iter().map(|(code, _)| code).collect(),
        source: fields.source(""),
    })
}

fn or_default<T>(given: Given<T>, default: T) -> Sourced<T> {
    match given {
        Given::Value(sourced) => sourced,
        Given::Absent | Given::Unreadable(_) => Sourced::new(default, Source::Absent),
    }
}

fn private<T>(given: Given<T>) -> Given<Private<T>> {
    match given {
        Given::Value(sourced) => Given::value(Private::new(sourced.value), sourced.source),
        Given::Unreadable(unread) => Given::Unreadable(unread),
        Given::Absent => Given::Absent,
    }
}

fn sourced(all: Vec<(Code, Source)>) -> Vec<Sourced<Code>> {
    all.into_iter().map(|(code, source)| Sourced::new(code, source)).collect()
}
