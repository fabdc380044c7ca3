//! Discovery, and a call → orders.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::OutcomeError;
use crate::{
    exchange::{
        Fault, Item,
        fhir::{Context, One, Origin, Sent, Subject, Text, Values, kind_of, parse},
    },
    request::Request,
};

/// A call has no file.
const NOWHERE: Origin<'static> = Origin { file: "", line: None, entry: None };

/// The prefetch key of the patient's problems.
const PROBLEMS: &str = "problems";

/// More prefetch keys than any service template of today has.
const PREFETCH_KEYS_MAX: usize = 64;

/// The hooks that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Orders are about to be signed: all of them are judged.
    OrderSign,
    /// An order was picked: only those just picked are judged.
    OrderSelect,
}

/// A call that was understood.
#[derive(Debug)]
pub struct Call {
    /// The client's name of this call.
    pub hook_instance: String,
    /// Each order's reference (`ServiceRequest/o1`) and what it asks for.
    pub requests: Vec<(String, Request)>,
    /// What could not be read or is not judged; the call is answered without it.
    pub faults: Vec<Fault>,
}

impl Hook {
    /// Every hook.
    pub const ALL: [Hook; 2] = [Hook::OrderSign, Hook::OrderSelect];

    /// The hook's own name.
    pub fn name(self) -> &'static str {
        match self {
            Hook::OrderSign => "order-sign",
            Hook::OrderSelect => "order-select",
        }
    }

    /// The id of the service, the last part of its path.
    pub fn service_id(self) -> &'static str {
        match self {
            Hook::OrderSign => "claimgate-order-sign",
            Hook::OrderSelect => "claimgate-order-select",
        }
    }

    /// The hook of a service id.
    pub fn from_service_id(id: &str) -> Option<Hook> {
        Hook::ALL.into_iter().find(|hook| hook.service_id() == id)
    }
}

/// The answer of `GET /cds-services`.
pub fn discovery() -> Value {
    let service = |hook: Hook| {
        json!({
            "hook": hook.name(),
            "id": hook.service_id(),
            "title": "claimgate reimbursement check",
            "description": "Holds ordered procedures against coverage policies and says what will not be paid, and why",
            "prefetch": {
                "patient": "Patient/{{context.patientId}}",
                "coverage": "Coverage?patient={{context.patientId}}&status=active",
                PROBLEMS: "Condition?patient={{context.patientId}}&category=problem-list-item",
            },
        })
    };
    json!({"services": Hook::ALL.map(service)})
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Body<'a> {
    hook: Text<'a>,
    #[serde(rename = "hookInstance")]
    hook_instance: Text<'a>,
    context: One<HookContext<'a>>,
    prefetch: One<Prefetch<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct HookContext<'a> {
    #[serde(rename = "patientId")]
    patient_id: Text<'a>,
    selections: Option<Values<Text<'a>>>,
    #[serde(rename = "draftOrders")]
    draft_orders: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(transparent, bound(deserialize = "'de: 'a"))]
struct Prefetch<'a>(BTreeMap<String, Option<&'a RawValue>>);

/// Reads the body of a call.
///
/// # Errors
/// When the body is no JSON, is for another hook, or lacks what the hook requires. Prefetch is
/// never required.
pub fn read(hook: Hook, bytes: &[u8]) -> Result<Call, OutcomeError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("byte {} is not UTF-8", error.valid_up_to());
        OutcomeError { status: 400, code: "structure", message, path: None }
    })?;
    let body: Body<'_> = parse(text, "request", NOWHERE).map_err(wrong)?;
    let named = body.hook.get().ok_or_else(|| required("hook"))?;
    if named != hook.name() {
        let message = format!("this service answers `{}` and no other hook", hook.name());
        return Err(OutcomeError::bad_call("value", "hook", message));
    }
    let hook_instance = body.hook_instance.get().ok_or_else(|| required("hookInstance"))?;
    let context = body.context.get().ok_or_else(|| required("context"))?;
    let patient = context.patient_id.get().ok_or_else(|| required("context.patientId"))?;
    let drafts = context.draft_orders.ok_or_else(|| required("context.draftOrders"))?.get();
    if kind_of(drafts).unwrap_or_default() != "Bundle" {
        return Err(OutcomeError::bad_call("value", "context.draftOrders", "the draft orders are no Bundle"));
    }
    let picked = match (hook, &context.selections) {
        (Hook::OrderSign, _) => None,
        (Hook::OrderSelect, Some(selections)) => Some(&**selections),
        (Hook::OrderSelect, None) => return Err(required("context.selections")),
    };
    let mut sent = Sent::default();
    sent.add_bundle(drafts, "context.draftOrders.entry", NOWHERE).map_err(wrong)?;
    let mut call = Call { hook_instance: hook_instance.to_owned(), requests: Vec::new(), faults: Vec::new() };
    let unjudged = sent.others.iter().filter(|(kind, _)| is_order(kind));
    call.faults.extend(unjudged.map(|(kind, entry)| not_judged(kind, Origin { entry: *entry, ..NOWHERE })));
    let drafts = std::mem::take(&mut sent.subjects);
    call.add_prefetch(&mut sent, body.prefetch.get());
    call.faults.extend(sent.told.drain(..).filter_map(fault_of));
    let patient = format!("Patient/{patient}");
    for draft in &drafts {
        call.add_order(draft, &sent.context, &patient, picked);
    }
    Ok(call)
}

impl Call {
    fn add_order(&mut self, draft: &Subject<'_>, context: &Context<'_>, patient: &str, picked: Option<&[Text<'_>]>) {
        if draft.is_claim() {
            return self.faults.push(not_judged("Claim", Origin { entry: draft.entry(), ..NOWHERE }));
        }
        let reference = draft.reference();
        let names = |picked: &str| Some(picked) == reference.as_deref() || draft.full_url() == Some(picked);
        if picked.is_some_and(|picked| !picked.iter().filter_map(Text::get).any(names)) {
            return;
        }
        match (draft.read(context, Some(patient), NOWHERE), reference) {
            (Item::Request(request), Some(reference)) => self.requests.push((reference, *request)),
            (other, _) => self.faults.extend(fault_of(other)),
        }
    }

    /// Takes in what the client fetched; what it could not fetch stays unknown.
    fn add_prefetch<'a>(&mut self, sent: &mut Sent<'a>, prefetch: Option<&Prefetch<'a>>) {
        let Some(Prefetch(prefetch)) = prefetch else { return };
        for (index, (key, text)) in prefetch.iter().enumerate().take(PREFETCH_KEYS_MAX) {
            let Some(text) = text.map(RawValue::get) else { continue };
            let origin = NOWHERE.at("prefetch", index);
            let added = match kind_of(text).unwrap_or_default().as_ref() {
                "Bundle" => sent.add_bundle(text, "prefetch.entry", NOWHERE),
                "OperationOutcome" => {
                    let message = "the client could not fetch this; it is taken as unknown";
                    let plain = key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
                    if key == PROBLEMS {
                        sent.context.lose_conditions();
                    }
                    let key = if plain { key } else { "" };
                    Err(origin.fault("cds_hooks::prefetch_failed", key, message))
                }
                _ => sent.add_beside(text, origin),
            };
            self.faults.extend(added.err());
        }
        // Orders that were fetched are what is there already: only drafts are judged.
        sent.subjects.clear();
    }
}

fn wrong(fault: Fault) -> OutcomeError {
    OutcomeError::bad_call("structure", &fault.place, fault.message)
}

fn required(path: &str) -> OutcomeError {
    OutcomeError::bad_call("required", path, format!("`{path}` is missing"))
}

fn not_judged(kind: &str, origin: Origin<'_>) -> Fault {
    origin.fault("cds_hooks::not_judged", "", format!("a draft order of type `{kind}` is not judged"))
}

fn fault_of(item: Item) -> Option<Fault> {
    match item {
        Item::Fault(fault) => Some(fault),
        Item::Reject(reject) => Some(reject.fault),
        Item::Request(_) | Item::Answered(..) => None,
    }
}

fn is_order(kind: &str) -> bool {
    kind.ends_with("Request") || matches!(kind, "NutritionOrder" | "VisionPrescription" | "Appointment")
}

#[cfg(test)]
mod tests;
