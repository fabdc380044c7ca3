//! The native JSON: requests in, decisions out, as `README.md` and the API describe them.
//!
//! Names of fields and words of choices are held to the letter: an unknown one rejects the request
//! and says which was meant, because a misspelt optional field would otherwise be a missing fact.
//! Every fault of a request is told at once.

pub(crate) mod choices;
mod decision;
mod fields;
mod recorded;
mod request;
mod text;
mod tree;
mod written;

use std::{
    fmt,
    io::{self, BufRead},
};

use serde::{
    Deserialize as _, Deserializer as _,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Fault, Item, Reject,
    lines::{Text, each_line, without_bom},
};
use crate::request::Request;
use tree::Tree;

pub use decision::{ENGINE, decision, decision_text, reject, write_decision};
pub use recorded::{Told, told};
pub use written::{Written, written};

/// How long a line of NDJSON may be, in bytes: a claim of 999 lines with years of history has a
/// tenth of it.
pub const LINE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Reads one request or an array of requests. Members of an array are read one by one: one that is
/// malformed is a reject named by its 0-based place, and the next goes on.
pub fn read(bytes: &[u8], each: &mut dyn FnMut(Item)) {
    let text = match std::str::from_utf8(without_bom(bytes)) {
        Ok(text) => text,
        Err(error) => return each(Item::Reject(not_utf8(error))),
    };
    if text.trim_start().starts_with('[') { read_array(text, each) } else { read_one(text, each) }
}

/// Reads one request a line (NDJSON). Blank lines are passed over; a line that cannot be read is a
/// reject named by file and line, and the next goes on.
///
/// # Errors
/// When the input itself fails.
pub fn read_lines(input: impl BufRead, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    each_line(input, LINE_BYTES_MAX, |number, text| {
        each(line(text, file, number));
        Ok(())
    })
}

/// Reads the request of one line.
pub(super) fn line(text: Text<'_>, file: &str, number: u64) -> Item {
    let read = match text {
        Text::TooLong => Err(too_long()),
        Text::Whole(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => request(text),
            Err(error) => Err(not_utf8(error)),
        },
    };
    item(read.map_err(|reject| within(&format!("{file}:{number}"), reject)))
}

/// Reads one request.
///
/// # Errors
/// One [`Reject`] that tells of every fault.
pub fn request(text: &str) -> Result<Request, Reject> {
    let tree: Tree<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    request::request(&tree)
}

/// Reads one request from a value that was parsed elsewhere.
///
/// # Errors
/// One [`Reject`] that tells of every fault.
pub fn request_of_value(value: &serde_json::Value) -> Result<Request, Reject> {
    let tree = Tree::deserialize(value).map_err(|error| not_json(&error))?;
    request::request(&tree)
}

/// A request as a JSON value.
pub fn request_value(request: &Request) -> serde_json::Value {
    serde_json::to_value(written(request)).unwrap_or_default()
}

/// Writes a request as one line of NDJSON, fields in the order of the contract.
///
/// # Errors
/// When `out` fails.
pub fn write_request(request: &Request, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &written(request))?;
    out.write_all(b"\n")
}

fn read_one(text: &str, each: &mut dyn FnMut(Item)) {
    let mut input = serde_json::Deserializer::from_str(text);
    let read = Tree::deserialize(&mut input).map_err(|error| not_json(&error));
    let whole = read.is_ok();
    each(item(read.and_then(|tree| request::request(&tree))));
    if let Err(error) = input.end()
        && whole
    {
        let mut reject = not_json(&error);
        reject.fault.message = "something follows after the request".to_owned();
        reject.fault.help = Some("send several requests as an array, or one a line".to_owned());
        each(Item::Reject(reject));
    }
}

/// Members are found first and read one by one, so that one that is malformed costs no other.
fn read_array(text: &str, each: &mut dyn FnMut(Item)) {
    let mut members = 0usize;
    let mut one = |text: &str| {
        let place = format!("[{members}]");
        members += 1;
        each(item(request(text).map_err(|reject| within(&place, reject))));
    };
    let mut input = serde_json::Deserializer::from_str(text);
    let read = input.deserialize_seq(Members(&mut one)).and_then(|()| input.end());
    if let Err(error) = read {
        let mut reject = not_json(&error);
        reject.fault.message = format!("after {members} members: {}", reject.fault.message);
        each(Item::Reject(reject));
    }
}

/// Hands the text of every member of an array on, keeping none.
struct Members<'f>(&'f mut dyn FnMut(&str));

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of requests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(member) = seq.next_element::<&RawValue>()? {
            (self.0)(member.get());
        }
        Ok(())
    }
}

fn item(read: Result<Request, Reject>) -> Item {
    match read {
        Ok(request) => Item::Request(Box::new(request)),
        Err(reject) => Item::Reject(reject),
    }
}

fn within(place: &str, reject: Reject) -> Reject {
    Reject { fault: reject.fault.within(place), ..reject }
}

fn unread(code: &'static str, place: String, message: String) -> Reject {
    Reject { request_id: None, lines: 0, fault: Fault { code, place, message, help: None } }
}

/// The parser's own words never hold a value: the tree accepts every value there is.
fn not_json(error: &serde_json::Error) -> Reject {
    let place = match (error.line(), error.column()) {
        (0, _) => String::new(),
        (1, column) => format!("column {column}"),
        (line, column) => format!("line {line}, column {column}"),
    };
    let words = error.to_string();
    let message = match words.split(" at line ").next().unwrap_or_default() {
        _ if error.is_eof() => "the JSON breaks off".to_owned(),
        "recursion limit exceeded" => "the JSON is nested deeper than 128 levels".to_owned(),
        words => format!("this is not JSON: {words}"),
    };
    unread("json::not_json", place, message)
}

fn not_utf8(error: std::str::Utf8Error) -> Reject {
    let place = format!("byte {}", error.valid_up_to());
    let mut reject = unread("json::not_utf8", place, "the text is not UTF-8".to_owned());
    reject.fault.help = Some("save or send it as UTF-8".to_owned());
    reject
}

fn too_long() -> Reject {
    unread("json::line_too_long", String::new(), format!("the line is longer than {LINE_BYTES_MAX} bytes"))
}

#[cfg(test)]
mod tests;
