//! Doors to the formats of the field: bytes in, requests and rejects out; decisions in, bytes out.
//!
//! Every reader hands its findings, in the order of the input, to one callback and keeps nothing:
//! what a file holds never has to fit in memory. A malformed claim becomes a [`Reject`] and the
//! next goes on; a fault that costs no claim becomes a [`Fault`]. No message repeats a value of
//! the input other than codes and the sender's own claim identifiers.

mod carried;
pub mod cds_hooks;
mod codes;
mod detect;
mod faults;
pub mod fhir;
mod filing;
pub mod json;
mod lines;
mod opened;
pub mod parquet;
mod part;
pub mod table;
mod units;
pub mod x12;

use crate::request::Request;
pub use detect::{HEAD_BYTES, detect, is_lines};
pub use opened::{Opened, open_any, read_any};
pub use parquet::{
    TABLES as PARQUET_TABLES,
    claims::Writer as FlatClaims,
    cut as cut_parquet, cut_tables, read as read_parquet, read_tables,
    write::{Cell, Column, FlatWriter, Holds, Type as ColumnType},
};
use part::PART_BYTES;
pub use part::Part;

/// How long one JSON or FHIR document may be, in bytes: it is held in memory. More goes a line each.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// How many service lines a request may have: as many as X12 can number in an 837I.
pub(crate) const LINES_MAX: usize = 999;

/// How long a sender's identifier of a claim may be, in bytes; X12 has 38 characters, FHIR 64.
pub(crate) const REQUEST_ID_BYTES_MAX: usize = 256;

/// What a reader found.
#[derive(Debug)]
pub enum Item {
    /// A claim or an order.
    Request(Box<Request>),
    /// A claim or an order, and answers to a questionnaire that was made of it. They are not in it
    /// yet: see [`fhir::with_answers`].
    Answered(Box<Request>, Vec<fhir::Response>),
    /// A claim or an order that could not be read.
    Reject(Reject),
    /// A fault that cost no claim: a wrong count, a missing trailer, a transaction that is no claim.
    Fault(Fault),
}

/// A claim or an order that could not be read. Never a denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The sender's identifier, where it could be read.
    pub request_id: Option<String>,
    /// How many service lines it had, as far as could be counted.
    pub lines: u32,
    /// Where and why.
    pub fault: Fault,
}

/// Something wrong in the input: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name: `x12::segment_too_long`, `json::unknown_field`.
    pub code: &'static str,
    /// Where: `claims.x12: interchange 000000001, segment 41, byte 1203`, `lines[0].procedure`.
    pub place: String,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
}

/// A format, told from the content or named by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// X12 837.
    X12,
    /// FHIR R4 JSON: a resource or a Bundle; one, or a line each.
    Fhir,
    /// The native JSON: one, an array, or a line each.
    Json,
    /// A table with a header row, a row a service line.
    Csv,
    /// The same table as Apache Parquet.
    Parquet,
}

impl Item {
    /// Whether it is a claim or an order, read or not.
    pub(crate) fn is_claim(&self) -> bool {
        !matches!(self, Item::Fault(_))
    }

    /// The item with its place, where it has one, named from further out.
    fn within(self, file: &str) -> Item {
        match self {
            Item::Request(request) => Item::Request(request),
            Item::Answered(request, responses) => Item::Answered(request, responses),
            Item::Reject(reject) => Item::Reject(Reject { fault: reject.fault.within(file), ..reject }),
            Item::Fault(fault) => Item::Fault(fault.within(file)),
        }
    }
}

impl Fault {
    /// The fault, its place named from further out: `[3]` within `claims.json` is
    /// `claims.json: [3]`.
    fn within(mut self, outer: &str) -> Fault {
        self.place = if self.place.is_empty() { outer.to_owned() } else { format!("{outer}: {}", self.place) };
        self
    }
}

#[cfg(test)]
mod tests;
