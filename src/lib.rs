//! claimgate: a reimbursement rules engine. Claims and orders in; allow, flag or deny with a
//! rationale out.
//!
//! The floor plan, from the ground up; a room may name only rooms below it
//! (`tests/architecture.rs` holds every `crate::` edge against the plan).

// GROUND: the words of the field; values only.
pub mod code;
pub mod date;
pub mod money;
pub mod private;
pub mod request;
pub mod verdict;

// DOORS: each knows one outside language.
pub mod exchange;
