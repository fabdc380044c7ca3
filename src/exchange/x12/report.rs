//! What the reader says: items with their place, handed out one by one.

use super::segment::At;
use crate::{
    exchange::{Fault, Item, Reject},
    request::Request,
};

/// The longest claim identifier that is echoed. X12 allows CLM01 38 characters; more than this is
/// no identifier but a lost delimiter, and may hold anything.
pub(super) const CLAIM_ID_BYTES_MAX: usize = 200;

/// The file and the interchange that faults name, and who is told.
pub(super) struct Report<'r> {
    file: &'r str,
    interchange: Option<String>,
    each: &'r mut dyn FnMut(Item),
}

impl<'r> Report<'r> {
    pub(super) fn new(file: &'r str, each: &'r mut dyn FnMut(Item)) -> Report<'r> {
        Report { file, interchange: None, each }
    }

    /// Names the interchange that faults stand in from now on.
    pub(super) fn enter(&mut self, control: Option<String>) {
        self.interchange = control;
    }

    /// A fault at a segment of the current interchange.
    pub(super) fn fault(&self, at: At, code: &'static str, message: impl Into<String>, help: &str) -> Fault {
        let At { segment, byte } = at;
        let place = match &self.interchange {
            Some(control) => format!("{}: interchange {control}, segment {segment}, byte {byte}", self.file),
            None => format!("{}: segment {segment}, byte {byte}", self.file),
        };
        Fault { code, place, message: message.into(), help: Some(help.to_owned()).filter(|help| !help.is_empty()) }
    }

    pub(super) fn say(&mut self, fault: Fault) {
        (self.each)(Item::Fault(fault));
    }

    pub(super) fn reject(&mut self, request_id: Option<String>, lines: u32, fault: Fault) {
        (self.each)(Item::Reject(Reject { request_id, lines, fault }));
    }

    pub(super) fn request(&mut self, request: Box<Request>) {
        (self.each)(Item::Request(request));
    }
}

/// A control number or version as messages may show it: letters, digits and blanks between, and no
/// longer than either can be.
pub(super) fn shown(element: &[u8]) -> Option<&str> {
    std::str::from_utf8(element)
        .ok()
        .filter(|text| (1..=14).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A claim's identifier; none where it is blank or longer than any.
pub(super) fn claim_id(element: &[u8]) -> Option<String> {
    (!element.is_empty() && element.len() <= CLAIM_ID_BYTES_MAX).then(|| super::segment::text(element).into_owned())
}
