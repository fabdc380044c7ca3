//! What can be known of a pack before it goes live: read off its trees and its diagram, exactly.
//!
//! INVARIANT: whatever is reported of a class of requests is shown by a request, or proved of all.
//! Stands above the desk, so that a request found here is held against the real thing. Knows no
//! format and no disk.

pub mod coverage;
pub mod witness;

use crate::{
    fact::{FactId, Test},
    fault::PackFault,
    request::Request,
};

/// An answer that a request must give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The fact.
    pub fact: FactId,
    /// What is asked of it.
    pub test: Test,
    /// What it must answer.
    pub answer: bool,
}

/// Something found in a pack that loads.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What and where, in the author's text.
    pub fault: PackFault,
    /// A request that shows it, where one can.
    pub witness: Option<Request>,
}
