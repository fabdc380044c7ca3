//! The ledger: the record of decisions.

pub mod entry;
