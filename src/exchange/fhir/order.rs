//! ServiceRequest → request: one order, one line.

use super::{
    claim::identifier,
    concept::{Procedure, pain_type, procedure, purpose},
    condition::{Diagnoses, date, start},
    context::{Scope, tail},
    fault::Origin,
    item::units,
    member::{coverage_of, patient, plan},
    resource::{Coding, OrderCode, ServiceRequest},
};
use crate::{
    date::DateSpan,
    exchange::Fault,
    private::Private,
    request::{Form, Frequency, Given, Kind, Line, PainType, Pointers, Purpose, Request, Source, Sourced},
};

/// Candidate billing codes of an order that is coded for clinicians (Da Vinci CRD).
const BILLING_OPTIONS: &str = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options";

/// Why an order is left aside: it asks for nothing.
pub(super) fn withdrawn(order: &ServiceRequest<'_>) -> Option<&'static str> {
    if order.do_not_perform == Some(true) {
        return Some("it says that the service is not to be performed");
    }
    match order.status.get() {
        Some("revoked") => Some("it was revoked"),
        Some("entered-in-error") => Some("it was entered in error"),
        Some(_) | None => None,
    }
}

/// What an order is called: its id, an identifier, or the end of its `fullUrl`.
pub(super) fn name<'o>(order: &'o ServiceRequest<'_>, full_url: Option<&'o str>) -> Option<&'o str> {
    order.id.get().or_else(|| identifier(&order.identifier)).or_else(|| full_url.map(tail))
}

/// Reads an order; `subject` is its patient where it names none itself.
///
/// # Errors
/// When it has no name.
pub(super) fn request(
    order: &ServiceRequest<'_>,
    full_url: Option<&str>,
    subject: Option<&str>,
    scope: &Scope<'_, '_>,
    origin: Origin<'_>,
) -> Result<Request, Fault> {
    let message = "the order has neither an id nor an identifier";
    let id = name(order, full_url).ok_or_else(|| origin.fault("fhir::no_id", "ServiceRequest.id", message))?;
    let subject = order.subject.get().and_then(|own| own.reference.get()).or(subject);
    let insurance = order.insurance.iter().find(|insurance| insurance.reference.get().is_some());
    let coverage = coverage_of(insurance, subject, scope);
    let mut diagnoses = Diagnoses::default();
    for (index, concept) in order.reason_code.iter().enumerate() {
        diagnoses.add_concept(concept, &Source::member("ServiceRequest.reasonCode", index, ""));
    }
    let reasons =
        if diagnoses.list.is_empty() { "ServiceRequest.reasonReference" } else { "ServiceRequest.reasonCode" };
    for (index, reference) in order.reason_reference.iter().enumerate() {
        // A reason may also be an Observation or a report: those are no diagnoses.
        let other = reference.reference.get().is_some_and(|reference| {
            ["Observation/", "DiagnosticReport/", "DocumentReference/"].iter().any(|kind| reference.contains(kind))
        });
        if !other {
            diagnoses.add_reference(reference, scope, &Source::member("ServiceRequest.reasonReference", index, ""));
        }
    }
    let pointers = match diagnoses.list.len() {
        0 => Pointers::Unknown(Given::Absent),
        own => Pointers::To((0..own).collect(), Source::field(reasons)),
    };
    for (index, reference) in order.supporting_info.iter().enumerate() {
        diagnoses.add_supporting(
            reference,
            (subject, scope),
            &Source::member("ServiceRequest.supportingInfo", index, ""),
        );
    }
    diagnoses.add_others(subject, scope);
    let (stated_pain_type, purpose) = details(order);
    Ok(Request {
        id: id.to_owned(),
        kind: Kind::Order,
        form: Sourced::new(Form::Professional, Source::Absent),
        frequency: Sourced::new(Frequency::Original, Source::Absent),
        replaces: None,
        provider: None,
        patient: patient(subject, &coverage, scope),
        coverage: plan(&coverage),
        authored_on: date(&order.authored_on, Source::field("ServiceRequest.authoredOn")),
        onset: Given::Absent,
        stated_pain_type,
        diagnoses: diagnoses.list,
        condition_codes: Vec::new(),
        unread_condition_code: None,
        lines: vec![line(order, pointers, purpose)],
        history: Vec::new(),
        remarks: Vec::new(),
    })
}

fn line(order: &ServiceRequest<'_>, pointers: Pointers, purpose: Given<Purpose>) -> Line {
    let source = Source::field("ServiceRequest.code");
    let read = order.code.get().map(|code| code_of(code, &source));
    let text = order.code.get().and_then(|code| code.text.get());
    let narrative =
        text.map(|text| Given::value(Private::new(text.to_owned()), Source::field("ServiceRequest.code.text")));
    let quantity = order.quantity.get().and_then(|quantity| quantity.value);
    let Procedure { code, modifiers, unread_modifier, concept } = read.unwrap_or(Procedure {
        code: Given::Absent,
        modifiers: Vec::new(),
        unread_modifier: false,
        concept: Given::Absent,
    });
    Line {
        number: 1,
        procedure: code,
        concept,
        modifiers: modifiers.into_iter().map(|modifier| Sourced::new(modifier, source.clone())).collect(),
        unread_modifier: unread_modifier.then_some(source),
        pointers,
        service_date: occurrence(order),
        units_milli: units(quantity, Source::field("ServiceRequest.quantityQuantity")),
        charge: Given::Absent,
        place_of_service: None,
        purpose,
        narrative: narrative.unwrap_or(Given::Absent),
    }
}

/// The order's own billing code; else the one that its billing options offer. Where they offer
/// several, which will be billed is not known.
fn code_of(code: &OrderCode<'_>, source: &Source) -> Procedure {
    let own = procedure(&code.coding, &code.text, source);
    let options = code.extension.iter().filter(|extension| extension.url.is(BILLING_OPTIONS));
    let options: Vec<Coding<'_>> =
        options.filter_map(|option| option.concept.get()).flat_map(|concept| concept.coding.iter().cloned()).collect();
    if own.code.get().is_some() || options.is_empty() {
        return own;
    }
    let offered = procedure(&options, &code.text, &Source::field("ServiceRequest.code.extension"));
    Procedure { concept: own.concept, ..offered }
}

/// What the order's details state: the pain type, and whether it tests or treats.
fn details(order: &ServiceRequest<'_>) -> (Given<PainType>, Given<Purpose>) {
    let source = Source::field("ServiceRequest.orderDetail");
    let codings: Vec<Coding<'_>> = order.order_detail.iter().flat_map(|detail| detail.coding.iter().cloned()).collect();
    (pain_type(&codings, &source), purpose(&codings, &source))
}

/// The planned day: the first, where there are several.
fn occurrence(order: &ServiceRequest<'_>) -> Given<DateSpan> {
    let day = date(&order.occurrence_date_time, Source::field("ServiceRequest.occurrenceDateTime"));
    if !day.is_absent() {
        return day;
    }
    let period = start(&order.occurrence_period, Source::field("ServiceRequest.occurrencePeriod.start"));
    let Some(timing) = order.occurrence_timing.get().filter(|_| period.is_absent()) else { return period };
    if let Some(event) = timing.event.first() {
        return date(event, Source::field("ServiceRequest.occurrenceTiming.event[0]"));
    }
    let source = Source::field("ServiceRequest.occurrenceTiming.repeat.boundsPeriod.start");
    timing.repeat.get().map_or(Given::Absent, |repeat| start(&repeat.bounds_period, source))
}
