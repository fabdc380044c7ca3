//! Doors to the formats of the field: bytes in, requests and rejects out; decisions in, bytes out.
//!
//! Every reader hands its findings, in the order of the input, to one callback and keeps nothing:
//! what a file holds never has to fit in memory. A malformed claim becomes a [`Reject`] and the
//! next goes on; a fault that costs no claim becomes a [`Fault`]. No message repeats a value of
//! the input other than codes and the sender's own claim identifiers.

pub mod x12;

use crate::request::Request;

/// What a reader found.
#[derive(Debug)]
pub enum Item {
    /// A claim or an order.
    Request(Box<Request>),
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
}
