//! CDS Hooks 2.0: discovery, `order-sign` and `order-select` calls in, cards out.
//!
//! A call is answered with what is known: prefetch that is missing, empty or failed is unknown
//! facts, never an error. Every value that reaches a card is escaped. Deliberately knows no FHIR
//! server to ask, no token, no system action and no clock.

mod call;
mod card;
mod markdown;
mod outcome;

pub use self::{
    call::{Call, Hook, discovery, read},
    card::{answer, extend},
    outcome::{OutcomeError, operation_outcome},
};
