//! One JSON document: a claim, an order, or a Bundle of them with what was sent beside.

use std::{borrow::Cow, io};

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::{
    Beside, claim,
    context::{Context, Scope, tail},
    fault::{Origin, broken, parse, reject, salvaged_id},
    order,
    resource::{Bundle, Claim, Kind, ServiceRequest},
    response::{Response, response},
    shape::One,
};
use crate::exchange::{Fault, Item, Reject};

/// Bundles within Bundles: a batch's answers hold searches, which hold no further ones.
const BUNDLE_DEPTH_MAX: u8 = 4;
/// Resource types that are named when they are left aside; past that they are one number.
const ASIDE_TYPES_MAX: usize = 40;
/// No FHIR resource type has a longer name.
const TYPE_CHARS_MAX: usize = 40;
/// What the others are counted as.
const OTHER: &str = "other";

/// Claims and orders in the order they were sent, and what was sent beside them.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Sent<'a> {
    /// Patients, coverages, conditions.
    pub(in crate::exchange) context: Context<'a>,
    /// Claims and orders, not yet read.
    pub(in crate::exchange) subjects: Vec<Subject<'a>>,
    /// Types of what is not read, and where they stood.
    pub(in crate::exchange) others: Vec<(String, Option<(&'static str, usize)>)>,
    /// Answers to questionnaires of ours.
    pub(in crate::exchange) responses: Vec<Response>,
    /// What was found wrong on the way.
    pub(in crate::exchange) told: Vec<Item>,
}

/// A claim or an order that was sent, as it stood.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct Subject<'a> {
    /// `Claim` or `ServiceRequest`.
    kind: Subjects,
    full_url: Option<String>,
    text: &'a str,
    /// Its list and 0-based place there: `Bundle.entry`.
    entry: Option<(&'static str, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subjects {
    Claim,
    Order,
}

/// What was counted and not read, by type.
#[derive(Debug, Default)]
pub struct Aside(Vec<(String, u64, String)>);

impl Aside {
    fn add(&mut self, kind: &str, origin: Origin<'_>) {
        let is_named = kind.len() <= TYPE_CHARS_MAX && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
        self.count(if is_named { kind } else { OTHER }, 1, || origin.to_string());
    }

    /// Adds what was left aside further on.
    pub fn join(&mut self, later: Aside) {
        later.0.into_iter().for_each(|(kind, count, place)| self.count(&kind, count, || place));
    }

    fn count(&mut self, kind: &str, more: u64, place: impl FnOnce() -> String) {
        let is_full = self.0.len() >= ASIDE_TYPES_MAX && !self.0.iter().any(|(name, ..)| name == kind);
        let kind = if is_full { OTHER } else { kind };
        match self.0.iter_mut().find(|(name, ..)| name == kind) {
            Some((_, count, _)) => *count += more,
            None => self.0.push((kind.to_owned(), more, place())),
        }
    }

    /// One fault a type: how many there were, and where the first stood.
    pub fn tell(self, each: &mut dyn FnMut(Item)) {
        for (kind, count, place) in self.0 {
            let message = match count {
                1 => format!("a `{kind}` is neither a claim nor an order and is left aside"),
                _ => format!("{count} `{kind}` resources are neither claims nor orders and are left aside"),
            };
            let help =
                "`Claim` and `ServiceRequest` are read; send Patient, Coverage and Condition with them in a Bundle";
            each(Item::Fault(Fault { code: "fhir::left_aside", place, message, help: Some(help.into()) }));
        }
    }
}

/// Reads one document, with resources that lie beside it; of those, faults were told elsewhere.
pub(super) fn read(text: &str, beside: &[String], origin: Origin<'_>, aside: &mut Aside, each: &mut dyn FnMut(Item)) {
    let mut sent = match document(text, origin, aside) {
        Ok(sent) => sent,
        Err(fault) => return each(Item::Reject(reject(text, fault))),
    };
    for text in beside {
        // A broken one is kept as broken, and what it would have said is unknown.
        let _ = sent.add_beside(text, origin);
    }
    let Sent { context, subjects, told, mut responses, .. } = sent;
    told.into_iter().for_each(&mut *each);
    for subject in &subjects {
        each(match subject.read(&context, None, origin) {
            Item::Request(request) => {
                let answers: Vec<Response> = responses.extract_if(.., |one| one.is_for(&request.id)).collect();
                if answers.is_empty() { Item::Request(request) } else { Item::Answered(request, answers) }
            }
            other => other,
        });
    }
    responses.iter().for_each(|response| each(Item::Fault(response.unmatched())));
}

/// Reads a claim that stands by itself, with what lies beside it: it is parsed once, for whose it is
/// and for itself.
///
/// # Errors
/// When what lies beside it cannot be had.
pub(super) fn claim_beside(text: &str, beside: &dyn Beside, origin: Origin<'_>) -> io::Result<Item> {
    let claim: Claim<'_> = match parse(text, "Claim", origin) {
        Ok(claim) => claim,
        Err(fault) => return Ok(Item::Reject(reject(text, fault))),
    };
    let named = claim.patient.get().and_then(|patient| patient.reference.get());
    let texts = named.map_or(Ok(Vec::new()), |reference| beside.of_patient(tail(reference)))?;
    let mut sent = Sent::default();
    for text in &texts {
        // A broken one is kept as broken, and what it would have said is unknown.
        let _ = sent.add_beside(text, origin);
    }
    let read = claim_in(&claim, None, &sent.context, origin);
    Ok(read.unwrap_or_else(|fault| Item::Reject(reject(text, fault))))
}

fn claim_in(
    claim: &Claim<'_>,
    full_url: Option<&str>,
    context: &Context<'_>,
    origin: Origin<'_>,
) -> Result<Item, Fault> {
    let scope = Scope::new(context, full_url, claim.contained.iter().map(|raw| raw.get()), origin);
    claim::request(claim, &scope, origin).map(|request| Item::Request(Box::new(request)))
}

/// Reads the answers of one document: a response, or a Bundle of them.
pub(super) fn responses(bytes: &[u8], origin: Origin<'_>, each: &mut dyn FnMut(Result<Response, Fault>)) {
    let none = |path: &str| Fault {
        help: Some("send `QuestionnaireResponse` resources that name their questionnaire".to_owned()),
        ..origin.fault("answers::none", path, "there is no answer to a questionnaire of ours")
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return each(Err(origin.fault("fhir::not_utf8", "", "the text is not UTF-8")));
    };
    let text = text.trim_start_matches('\u{FEFF}');
    match kind_of(text).as_deref() {
        Err(error) => each(Err(broken(error, origin))),
        Ok("QuestionnaireResponse") => match response(text, origin) {
            Ok(Some(response)) => each(Ok(response)),
            Ok(None) => each(Err(none("QuestionnaireResponse.questionnaire"))),
            Err(fault) => each(Err(fault)),
        },
        Ok("Bundle") => {
            let mut sent = Sent::default();
            if let Err(fault) = sent.add_bundle(text, "Bundle.entry", origin) {
                return each(Err(fault));
            }
            if sent.responses.is_empty() && sent.told.is_empty() {
                each(Err(none("Bundle.entry")));
            }
            sent.told.into_iter().for_each(|item| match item {
                Item::Fault(fault) | Item::Reject(Reject { fault, .. }) => each(Err(fault)),
                Item::Request(_) | Item::Answered(..) => {}
            });
            sent.responses.into_iter().for_each(|response| each(Ok(response)));
        }
        Ok(_) => each(Err(none(""))),
    }
}

fn document<'a>(text: &'a str, origin: Origin<'_>, aside: &mut Aside) -> Result<Sent<'a>, Fault> {
    let mut sent = Sent::default();
    match &*kind_of(text).map_err(|error| broken(&error, origin))? {
        "Claim" => sent.subjects.push(Subject { kind: Subjects::Claim, full_url: None, text, entry: None }),
        "ServiceRequest" => sent.subjects.push(Subject { kind: Subjects::Order, full_url: None, text, entry: None }),
        "Bundle" => {
            sent.add_bundle(text, "Bundle.entry", origin)?;
            let unread = sent.others.iter().filter(|(kind, _)| kind == "ExplanationOfBenefit");
            let unread = unread.map(|(kind, entry)| aside.add(kind, Origin { entry: *entry, ..origin })).count();
            if unread == 0 && sent.subjects.is_empty() && sent.told.is_empty() {
                let message = "the Bundle holds neither a Claim nor a ServiceRequest";
                sent.told.push(Item::Fault(origin.fault("fhir::no_claim", "Bundle.entry", message)));
            }
        }
        "" => {
            let message = "this is no FHIR resource: it names no type";
            let mut fault = origin.fault("fhir::no_resource", "resourceType", message);
            fault.help = Some("a FHIR resource says what it is: `\"resourceType\": \"Claim\"`".into());
            return Err(fault);
        }
        other => {
            serde_json::from_str::<IgnoredAny>(text).map_err(|error| broken(&error, origin))?;
            aside.add(other, origin);
        }
    }
    Ok(sent)
}

impl<'a> Sent<'a> {
    /// Adds the entries of a Bundle that stood at `list`.
    ///
    /// # Errors
    /// When the Bundle itself cannot be read.
    pub(in crate::exchange) fn add_bundle(
        &mut self,
        text: &'a str,
        list: &'static str,
        origin: Origin<'_>,
    ) -> Result<(), Fault> {
        self.add_entries(text, Place { list, outermost: None, depth: 0 }, origin)
    }

    /// Adds one resource that stood by itself beside the claims and orders.
    ///
    /// # Errors
    /// When it is one of those that are read, and cannot be.
    pub(in crate::exchange) fn add_beside(&mut self, text: &'a str, origin: Origin<'_>) -> Result<(), Fault> {
        match kind_of(text) {
            Ok(kind) => self.context.add(&kind, None, text, origin),
            Err(error) => Err(broken(&error, origin)),
        }
    }

    fn add_entries(&mut self, text: &'a str, place: Place, origin: Origin<'_>) -> Result<(), Fault> {
        let bundle: Bundle<'a> = parse(text, "Bundle", origin)?;
        for (index, entry) in bundle.entry.iter().enumerate() {
            let Some(text) = entry.resource.map(RawValue::get) else { continue };
            let outermost = place.outermost.unwrap_or(index);
            let origin = origin.at(place.list, outermost);
            let full_url = entry.full_url.get();
            let kind = kind_of(text).unwrap_or_default();
            if let Some(full_url) = full_url.filter(|_| !matches!(&*kind, "Condition" | "")) {
                self.context.add_name(full_url);
            }
            let subject = |kind| Subject { kind, full_url: full_url.map(str::to_owned), text, entry: origin.entry };
            match &*kind {
                "Claim" => self.subjects.push(subject(Subjects::Claim)),
                "ServiceRequest" => self.subjects.push(subject(Subjects::Order)),
                "Patient" | "Coverage" | "Condition" => {
                    let added = self.context.add(&kind, full_url, text, origin);
                    self.told.extend(added.err().map(Item::Fault));
                }
                "Bundle" if place.depth < BUNDLE_DEPTH_MAX => {
                    let inner = Place { outermost: Some(outermost), depth: place.depth + 1, ..place };
                    if let Err(fault) = self.add_entries(text, inner, origin) {
                        self.told.push(Item::Reject(reject(text, fault)));
                    }
                }
                "Bundle" => {
                    let message = format!("Bundles are nested deeper than {BUNDLE_DEPTH_MAX}");
                    let fault = origin.fault("fhir::nested_bundles", "resource", message);
                    self.told.push(Item::Reject(reject(text, fault)));
                }
                "" => {
                    let fault = origin.fault("fhir::no_resource", "resource", "this entry holds no FHIR resource");
                    self.told.push(Item::Fault(fault));
                }
                "QuestionnaireResponse" => match response(text, origin) {
                    Ok(Some(response)) => self.responses.push(response),
                    Ok(None) => self.others.push((kind.into_owned(), origin.entry)),
                    Err(fault) => self.told.push(Item::Fault(fault)),
                },
                other => self.others.push((other.to_owned(), origin.entry)),
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Place {
    list: &'static str,
    outermost: Option<usize>,
    depth: u8,
}

impl Subject<'_> {
    /// Reads it against what was sent beside it; `patient` is meant where it names none.
    pub(in crate::exchange) fn read(&self, context: &Context<'_>, patient: Option<&str>, origin: Origin<'_>) -> Item {
        let origin = Origin { entry: self.entry, ..origin };
        let read = match self.kind {
            Subjects::Claim => self.read_claim(context, origin),
            Subjects::Order => match self.read_order(context, patient, origin) {
                Ok(read) => return read,
                Err(fault) => Err(fault),
            },
        };
        read.unwrap_or_else(|fault| Item::Reject(reject(self.text, fault)))
    }

    /// The order's reference as other resources write it: `ServiceRequest/o1`; a claim has none.
    pub(in crate::exchange) fn reference(&self) -> Option<String> {
        let unread = Origin { file: "", line: None, entry: None };
        let order = parse::<ServiceRequest<'_>>(self.text, "ServiceRequest", unread).ok();
        let name = match (&order, self.kind) {
            (_, Subjects::Claim) => None,
            (Some(order), Subjects::Order) => order::name(order, self.full_url.as_deref()).map(str::to_owned),
            // What cannot be read as an order may still have an id.
            (None, Subjects::Order) => {
                salvaged_id(self.text).or_else(|| self.full_url().map(|url| tail(url).to_owned()))
            }
        };
        name.map(|name| format!("ServiceRequest/{name}"))
    }

    /// Whether it is a claim.
    pub(in crate::exchange) fn is_claim(&self) -> bool {
        self.kind == Subjects::Claim
    }

    /// Its list and 0-based place there.
    pub(in crate::exchange) fn entry(&self) -> Option<(&'static str, usize)> {
        self.entry
    }

    /// Where its Bundle said it lives.
    pub(in crate::exchange) fn full_url(&self) -> Option<&str> {
        self.full_url.as_deref()
    }

    fn read_claim(&self, context: &Context<'_>, origin: Origin<'_>) -> Result<Item, Fault> {
        let claim: Claim<'_> = parse(self.text, "Claim", origin)?;
        claim_in(&claim, self.full_url.as_deref(), context, origin)
    }

    fn read_order(&self, context: &Context<'_>, patient: Option<&str>, origin: Origin<'_>) -> Result<Item, Fault> {
        let order: ServiceRequest<'_> = parse(self.text, "ServiceRequest", origin)?;
        let full_url = self.full_url.as_deref();
        if let Some(why) = order::withdrawn(&order) {
            let message =
                format!("order `{}` is left aside: {why}", order::name(&order, full_url).unwrap_or("without id"));
            return Ok(Item::Fault(origin.fault("fhir::withdrawn_order", "ServiceRequest.status", message)));
        }
        let contained = order.contained.iter().map(|raw| raw.get());
        let scope = Scope::new(context, full_url, contained, origin);
        let request = order::request(&order, full_url, patient, &scope, origin)?;
        Ok(Item::Request(Box::new(request)))
    }
}

/// The type a resource says it is; empty where it says none. Most senders say it first.
///
/// # Errors
/// When the text is no JSON. A text that names its type first is not read to its end.
pub(in crate::exchange) fn kind_of(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    if let Some(kind) = first_member(text) {
        return Ok(Cow::Borrowed(kind));
    }
    match serde_json::from_str::<One<Kind<'_>>>(text) {
        Ok(kind) => Ok(kind.get().and_then(|kind| kind.resource_type.get()).unwrap_or_default().to_owned().into()),
        Err(error) if error.is_data() => serde_json::from_str::<IgnoredAny>(text).map(|_| Cow::Borrowed("")),
        Err(error) => Err(error),
    }
}

fn first_member(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix('{')?.trim_start().strip_prefix("\"resourceType\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let (kind, _) = rest.split_once('"')?;
    kind.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(kind)
}
