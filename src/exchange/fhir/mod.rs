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
mod member;
mod order;
mod questionnaire;
mod resource;
mod response;
mod shape;
#[cfg(test)]
mod tests;
pub mod write;

use std::io::{self, BufRead};

use self::document::Aside;
pub use self::{
    beside::{Beside, beside, read_lines_beside},
    questionnaire::{is_ours, questionnaire, questionnaire_text},
    response::{Response, with_answers},
};
pub(in crate::exchange) use self::{
    context::Context,
    document::{Sent, Subject, kind_of},
    fault::{Origin, parse},
    shape::{One, Text, Values},
};
use crate::exchange::{Fault, Item, Reject, is_lines};

/// The longest line of NDJSON: a Claim of a thousand items has under 2 MB, a patient's Bundle of
/// some thousand resources under 16.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads one JSON document: a claim, an order, or a Bundle. `file` names it in messages.
pub fn read(bytes: &[u8], file: &str, each: &mut dyn FnMut(Item)) {
    let origin = Origin { file, line: None, entry: None };
    let mut aside = Aside::default();
    one(bytes, origin, &mut aside, each);
    aside.tell(each);
}

/// Reads NDJSON: a resource a line, each by itself. A bad line is one reject, and the next goes on.
///
/// # Errors
/// When the input cannot be read further.
pub fn read_lines(input: impl BufRead, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    let mut input = input;
    let mut aside = Aside::default();
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        let origin = Origin { file, line: Some(number), entry: None };
        match next_line(&mut input, &mut line)? {
            Next::End => break,
            Next::Long => {
                let mut fault =
                    origin.fault("fhir::line_too_long", "", format!("the line has more than {LINE_BYTES_MAX} bytes"));
                fault.help = Some("send one resource a line".into());
                each(Item::Reject(Reject { request_id: None, lines: 0, fault }));
            }
            Next::Line if line.trim_ascii().is_empty() => {}
            Next::Line => one(&line, origin, &mut aside, each),
        }
    }
    aside.tell(each);
    Ok(())
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

fn one(bytes: &[u8], origin: Origin<'_>, aside: &mut Aside, each: &mut dyn FnMut(Item)) {
    match std::str::from_utf8(bytes) {
        Ok(text) => document::read(text.trim_start_matches('\u{FEFF}'), &[], origin, aside, each),
        Err(error) => {
            let message = format!("byte {} is not UTF-8", error.valid_up_to());
            let fault = origin.fault("fhir::not_utf8", "", message);
            each(Item::Reject(Reject { request_id: None, lines: 0, fault }));
        }
    }
}

enum Next {
    Line,
    Long,
    End,
}

/// The next line without its end; of one that is too long only that it was there.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Next> {
    line.clear();
    let (mut any, mut long) = (false, false);
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if buffer.is_empty() {
            break;
        }
        any = true;
        let end = memchr::memchr(b'\n', buffer);
        let (part, _) = buffer.split_at_checked(end.unwrap_or(buffer.len())).unwrap_or((buffer, &[]));
        long |= line.len() + part.len() > LINE_BYTES_MAX;
        if !long {
            line.extend_from_slice(part);
        }
        let taken = part.len() + usize::from(end.is_some());
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    Ok(match (any, long) {
        (false, _) => Next::End,
        (true, true) => Next::Long,
        (true, false) => Next::Line,
    })
}
