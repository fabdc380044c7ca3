//! claimgate: a reimbursement rules engine. Claims and orders in; allow, flag or deny with a
//! rationale out.
//!
//! The floor plan, from the ground up; a room may name only rooms below it
//! (`tests/architecture.rs` holds every `crate::` edge against the plan).

// GROUND: the words of the field; values only.
pub mod code;
pub mod date;
pub mod fault;
pub mod money;
pub mod private;
pub mod questionnaire;
pub mod request;
pub mod verdict;

// FIRST: rules, and what can be known of them.
pub mod fact;
pub mod pack;
pub mod script;
pub mod tree;

// SECOND: what the house does.
pub mod desk;
pub mod ledger;
pub mod proof;

// DOORS: each knows one outside language.
pub mod case;
pub mod cli;
pub mod exchange;
pub mod http;
pub mod page;

// What an operator sets, and what the house says of itself.
pub mod config;
pub mod telemetry;
