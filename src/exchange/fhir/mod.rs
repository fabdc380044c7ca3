//! FHIR R4 JSON → requests: `Claim` alone or in a Bundle with Patient, Coverage and Condition, and
//! orders (`ServiceRequest`) alike; a document, or NDJSON with a resource a line.
//!
//! Lenient in what a client leaves out or leaves empty, strict in what it says: an element of the
//! wrong JSON type that we need rejects its claim by path, and nothing is guessed. Every `Claim`
//! and every `ServiceRequest` that asks for something ends as a request or a reject.
//! A `QuestionnaireResponse` to one of our questionnaires goes with the claim or order it is for.
//! Deliberately knows no ExplanationOfBenefit, no terminology server and no network: a reference
//! finds what was sent along, or nothing.

mod amount;
mod answer;
mod beside;
mod claim;
mod concept;
mod condition;
mod context;
mod document;
mod fault;
mod item;
mod lines;
mod member;
mod order;
mod questionnaire;
mod resource;
mod response;
mod shape;
#[cfg(test)]
mod tests;
pub mod write;

pub use self::{
    beside::{Beside, beside},
    document::Aside,
    lines::read_lines,
    questionnaire::{is_ours, questionnaire, questionnaire_text},
    response::{Response, with_answers},
};
pub(in crate::exchange) use self::{
    context::Context,
    document::{Sent, Subject, kind_of},
    fault::{Origin, parse},
    lines::Lines,
    shape::{One, Text, Values},
};
use crate::exchange::{Fault, Item, Reject, is_lines, lines::Text::Whole};

/// The longest line of NDJSON: a Claim of a thousand items has under 2 MB, a patient's Bundle of
/// some thousand resources under 16.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads one JSON document: a claim, an order, or a Bundle. `file` names it in messages.
pub fn read(bytes: &[u8], file: &str, each: &mut dyn FnMut(Item)) {
    let origin = Origin { file, line: None, entry: None };
    let mut aside = Aside::default();
    match lines::text_of(Whole(bytes), origin) {
        Ok(text) => document::read(text, &[], origin, &mut aside, each),
        Err(fault) => each(Item::Reject(Reject { request_id: None, lines: 0, fault })),
    }
    aside.tell(each);
}

/// Reads answers to questionnaires of ours: a document, or one a line. Whatever else stands there is
/// a fault.
pub fn responses(bytes: &[u8], file: &str, each: &mut dyn FnMut(Result<Response, Fault>)) {
    let whole = Origin { file, line: None, entry: None };
    if !is_lines(bytes) {
        return document::responses(bytes, whole, each);
    }
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            document::responses(line, Origin { line: Some(number), ..whole }, each);
        }
    }
}
