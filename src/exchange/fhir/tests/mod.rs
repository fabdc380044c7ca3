//! Small resources, composed here, and what of them becomes a request, a reject, a fault.

mod claims;
mod documents;
mod orders;
mod questionnaires;

use super::read;
use crate::{
    exchange::Item,
    request::{Given, Pointers, Request},
};

/// Everything that `json` is read as.
fn items(json: &str) -> Vec<Item> {
    let mut items = Vec::new();
    read(json.as_bytes(), "f.json", &mut |item| items.push(item));
    items
}

/// The only request of `json`.
fn request(json: &str) -> Request {
    match <[Item; 1]>::try_from(items(json)) {
        Ok([Item::Request(request)]) => *request,
        other => panic!("{json}: {other:?}"),
    }
}

/// One line an item: `request C-1`, `reject C-2 (1): code place: message`, `fault code place: message`.
fn told(json: &str) -> Vec<String> {
    items(json).iter().map(tell).collect()
}

fn tell(item: &Item) -> String {
    match item {
        Item::Request(request) | Item::Answered(request, _) => format!("request {}", request.id),
        Item::Reject(reject) => {
            let id = reject.request_id.as_deref().unwrap_or("-");
            format!(
                "reject {id} ({}): {} {}: {}",
                reject.lines, reject.fault.code, reject.fault.place, reject.fault.message
            )
        }
        Item::Fault(fault) => format!("fault {} {}: {}", fault.code, fault.place, fault.message),
    }
}

/// A value with its source, `-` for none, `not …` for what could not be read.
fn given<T>(given: &Given<T>, show: impl Fn(&T) -> String) -> String {
    match given {
        Given::Absent => "-".into(),
        Given::Value(sourced) => format!("{} @{}", show(&sourced.value), sourced.source),
        Given::Unreadable(sourced) => format!("not {} @{}", sourced.value, sourced.source),
    }
}

fn pointers(pointers: &Pointers) -> String {
    match pointers {
        Pointers::To(places, source) => format!("{places:?} @{source}"),
        Pointers::All => "all".into(),
        Pointers::Unknown(why) => format!("unknown: {}", given(why, |()| String::new())),
    }
}

/// The diagnoses of a request: code, onset, status and verification where they are not the usual.
fn diagnoses(request: &Request) -> Vec<String> {
    let show = |diagnosis: &crate::request::Diagnosis| {
        let onset = diagnosis.onset.get().map(|onset| format!(" since {onset}")).unwrap_or_default();
        format!("{}{onset}", given(&diagnosis.code, ToString::to_string))
    };
    request.diagnoses.iter().map(show).collect()
}
