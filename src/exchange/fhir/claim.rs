//! Claim → request: the header, the plan, the diagnoses; its items are read next door.

use std::ops::Range;

use super::{
    concept::{says, texts_of},
    condition::{Diagnoses, date, start},
    context::{Scope, tail},
    fault::Origin,
    item,
    member::{coverage_of, patient, plan},
    resource::{Claim, Concept, Identifier, Insurance, Reference, Related},
};
use crate::{
    code::{Code, System},
    date::DateSpan,
    exchange::{Fault, codes},
    request::{Approval, Form, Frequency, Given, Kind, Npi, Request, Source, Sourced},
};

/// Systems of an institutional claim's type of bill, as their URIs spell it.
const TYPE_OF_BILL: &[&str] = &["typeofbill", "billtype", "2.16.840.1.113883.18.290"];

/// Where the claim's own diagnoses stand in the request, by their sequence.
#[derive(Debug, Default)]
pub(super) struct Sequences(Vec<(Option<u32>, Range<usize>)>);

impl Sequences {
    /// The diagnoses of a sequence; `None` where no diagnosis or more than one has it.
    pub(super) fn places(&self, sequence: u32) -> Option<Range<usize>> {
        let mut of_that = self.0.iter().filter(|(own, _)| *own == Some(sequence));
        let (_, places) = of_that.next()?;
        of_that.next().is_none().then(|| places.clone())
    }

    /// How many diagnoses the claim itself has.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|(_, places)| places.len()).sum()
    }
}

/// Reads a claim.
///
/// # Errors
/// When it has no identifier, no item, or a use that FHIR does not have.
pub(super) fn request(claim: &Claim<'_>, scope: &Scope<'_, '_>, origin: Origin<'_>) -> Result<Request, Fault> {
    let id = claim.id.get().or_else(|| identifier(&claim.identifier));
    let id =
        id.ok_or_else(|| origin.fault("fhir::no_id", "Claim.id", "the claim has neither an id nor an identifier"))?;
    let kind = kind(claim, origin)?;
    if claim.item.is_empty() {
        return Err(origin.fault("fhir::no_item", "Claim.item", "the claim has no item"));
    }
    let insurance = claim.insurance.iter().enumerate().find(|(_, insurance)| insurance.focal == Some(true));
    let insurance = insurance.or_else(|| claim.insurance.iter().enumerate().next());
    let subject = claim.patient.get().and_then(|patient| patient.reference.get());
    let coverage = coverage_of(insurance.and_then(|(_, insurance)| insurance.coverage.get()), subject, scope);
    let mut remarks = Vec::new();
    let form = form(claim, &mut remarks);
    let (mut diagnoses, sequences) = diagnoses(claim, scope);
    for (index, info) in claim.supporting_info.iter().enumerate() {
        if let Some(reference) = info.value_reference.get() {
            let source = Source::member("Claim.supportingInfo", index, "valueReference");
            diagnoses.add_supporting(reference, (subject, scope), &source);
        }
    }
    diagnoses.add_others(subject, scope);
    let header = item::Header {
        form: form.value,
        sequences: &sequences,
        diagnoses: diagnoses.list.len(),
        service_date: start(&claim.billable_period, Source::field("Claim.billablePeriod.start")),
    };
    let lines =
        claim.item.iter().enumerate().map(|(index, item)| item::line(item, index, &header, &mut remarks)).collect();
    if !claim.procedure.is_empty() {
        let source = Source::field("Claim.procedure");
        remarks.push(Sourced::new("procedures of the claim that are no item are left aside".to_owned(), source));
    }
    let (condition_codes, unread_condition_code) = condition_codes(claim);
    let related = claim.related.iter().find(|related| replaces(related));
    let mut plan = plan(&coverage);
    plan.prior_authorization = insurance.map_or(Given::Absent, |(index, insurance)| approval(index, insurance));
    Ok(Request {
        id: id.to_owned(),
        kind,
        form,
        frequency: frequency(claim, related.is_some()),
        replaces: related.and_then(replaced),
        provider: claim.provider.get().and_then(npi),
        patient: patient(subject, &coverage, scope),
        coverage: plan,
        authored_on: match kind {
            Kind::Order => date(&claim.created, Source::field("Claim.created")),
            Kind::Claim => Given::Absent,
        },
        onset: onset(claim),
        stated_pain_type: Given::Absent,
        diagnoses: diagnoses.list,
        condition_codes,
        unread_condition_code,
        lines,
        history: Vec::new(),
        remarks,
    })
}

/// The NPI by which a reference names a provider.
fn npi(provider: &Reference<'_>) -> Option<Npi> {
    let identifier = provider.identifier.get()?;
    let system = identifier.system.get().unwrap_or_default();
    let is_npi = system.ends_with("/us-npi") || system == "urn:oid:2.16.840.1.113883.4.6";
    identifier.value.get().filter(|_| is_npi).and_then(Npi::parse)
}

/// The first identifier with a value.
pub(super) fn identifier<'c>(identifiers: &'c [Identifier<'_>]) -> Option<&'c str> {
    identifiers.iter().find_map(|identifier| identifier.value.get())
}

fn kind(claim: &Claim<'_>, origin: Origin<'_>) -> Result<Kind, Fault> {
    match claim.purpose.get() {
        None | Some("claim") => Ok(Kind::Claim),
        Some("preauthorization" | "predetermination") => Ok(Kind::Order),
        Some(_) => {
            let mut fault = origin.fault("fhir::unknown_use", "Claim.use", "this is no use of a claim");
            fault.help = Some("FHIR has `claim`, `preauthorization` and `predetermination`".into());
            Err(fault)
        }
    }
}

/// Professional where no type is given; oral, pharmacy and vision claims are read like it.
fn form(claim: &Claim<'_>, remarks: &mut Vec<Sourced<String>>) -> Sourced<Form> {
    let Some(kind) = claim.kind.get() else { return Sourced::new(Form::Professional, Source::Absent) };
    let source = Source::field("Claim.type");
    if says(Some(kind), "institutional") {
        return match claim.sub_type.get().is_some_and(is_inpatient) {
            true => Sourced::new(Form::Inpatient, Source::field("Claim.subType")),
            false => Sourced::new(Form::Institutional, source),
        };
    }
    if !says(Some(kind), "professional") {
        remarks.push(Sourced::new("this type of claim is read like a professional one".to_owned(), source.clone()));
    }
    Sourced::new(Form::Professional, source)
}

/// `inpatient`, or a type of bill 11x (hospital inpatient) or 41x (religious non-medical inpatient).
fn is_inpatient(sub_type: &Concept<'_>) -> bool {
    sub_type.coding.iter().any(|coding| {
        let (system, code) = (coding.system.get().unwrap_or_default(), coding.code.get().unwrap_or_default());
        let system = system.to_ascii_lowercase();
        let bill = code.trim_start_matches('0');
        code.starts_with("inpatient")
            || (TYPE_OF_BILL.iter().any(|name| system.contains(name))
                && (bill.starts_with("11") || bill.starts_with("41")))
    })
}

fn frequency(claim: &Claim<'_>, replaces: bool) -> Sourced<Frequency> {
    match claim.status.get() {
        Some("cancelled" | "entered-in-error") => Sourced::new(Frequency::Void, Source::field("Claim.status")),
        Some(_) | None if replaces => Sourced::new(Frequency::Replacement, Source::field("Claim.related")),
        Some(_) => Sourced::new(Frequency::Original, Source::field("Claim.status")),
        None => Sourced::new(Frequency::Original, Source::Absent),
    }
}

fn replaces(related: &Related<'_>) -> bool {
    ["prior", "replaces"].iter().any(|word| says(related.relationship.get(), word))
}

fn replaced(related: &Related<'_>) -> Option<String> {
    let claim = related.claim.get();
    let reference = claim.and_then(|claim| claim.reference.get()).map(tail);
    let own = claim.and_then(|claim| claim.identifier.get()).and_then(|identifier| identifier.value.get());
    let file = related.reference.get().and_then(|identifier| identifier.value.get());
    reference.or(own).or(file).map(str::to_owned)
}

fn diagnoses(claim: &Claim<'_>, scope: &Scope<'_, '_>) -> (Diagnoses, Sequences) {
    let (mut diagnoses, mut sequences) = (Diagnoses::default(), Sequences::default());
    for (index, diagnosis) in claim.diagnosis.iter().enumerate() {
        let before = diagnoses.list.len();
        if let Some(concept) = diagnosis.concept.get() {
            diagnoses.add_concept(concept, &Source::member("Claim.diagnosis", index, "diagnosisCodeableConcept"));
        } else if let Some(reference) = diagnosis.reference.get() {
            diagnoses.add_reference(reference, scope, &Source::member("Claim.diagnosis", index, "diagnosisReference"));
        }
        sequences.0.push((diagnosis.sequence, before..diagnoses.list.len()));
    }
    (diagnoses, sequences)
}

/// The day the illness began: `supportingInfo` of the category `onset`.
fn onset(claim: &Claim<'_>) -> Given<DateSpan> {
    let mut infos = claim.supporting_info.iter().enumerate().filter(|(_, info)| says(info.category.get(), "onset"));
    let Some((index, info)) = infos.next() else { return Given::Absent };
    let source = |field| Source::member("Claim.supportingInfo", index, field);
    let day = date(&info.timing_date, source("timingDate"));
    let period = start(&info.timing_period, source("timingPeriod.start"));
    match (day, period) {
        (Given::Absent, Given::Absent) => Given::unreadable("a date of onset", source("timingDate")),
        (Given::Absent, period) => period,
        (day, _) => day,
    }
}

/// NUBC condition codes among the supporting information, and where one stood that is none.
fn condition_codes(claim: &Claim<'_>) -> (Vec<Sourced<Code>>, Option<Source>) {
    let (mut read, mut unread) = (Vec::new(), None);
    for (index, info) in claim.supporting_info.iter().enumerate() {
        let codings = info.code.get().map(|code| &*code.coding).unwrap_or_default();
        let source = Source::member("Claim.supportingInfo", index, "code");
        for text in texts_of(codings, System::ConditionCode) {
            match codes::condition_code(text) {
                Some(code) => read.push(Sourced::new(code, source.clone())),
                None => unread = unread.or(Some(source.clone())),
            }
        }
    }
    (read, unread)
}

/// A prior authorization without its day: the claim does not say when it was given.
fn approval(index: usize, insurance: &Insurance<'_>) -> Given<Approval> {
    let part = insurance.pre_auth_ref.iter().position(|number| number.get().is_some());
    part.map_or(Given::Absent, |part| {
        let source = Source::part("Claim.insurance", index, "preAuthRef", part);
        Given::value(Approval { approved_on: Given::Absent }, source)
    })
}
