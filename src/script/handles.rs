//! What a script holds: facts without values, sets, parameters, outcomes.

use crate::{code::SetId, fact::FactId, verdict::Outcome};

/// The part of a fact's name before the dot.
#[derive(Clone, Copy)]
pub(super) struct Space(pub &'static str);

/// `params`.
#[derive(Clone, Copy)]
pub(super) struct Parameters;

/// A value set.
#[derive(Clone, Copy)]
pub(super) struct Set(pub SetId);

/// A fact that is one code.
#[derive(Clone, Copy)]
pub(super) struct CodeFact(pub FactId);

/// A fact that is a set of codes.
#[derive(Clone, Copy)]
pub(super) struct CodesFact(pub FactId);

/// A fact that is a whole number.
#[derive(Clone, Copy)]
pub(super) struct QuantityFact(pub FactId);

/// A fact that is a day.
#[derive(Clone, Copy)]
pub(super) struct DateFact(pub FactId);

/// A fact that is one of a few choices.
#[derive(Clone, Copy)]
pub(super) struct ChoiceFact(pub FactId);

/// A day of a parameter, as its day number.
#[derive(Clone, Copy)]
pub(super) struct Day(pub i64);

/// What a rule returns.
#[derive(Clone)]
pub(super) struct Said(pub Outcome);

/// Something an author did wrong, thrown as a Rhai error.
#[derive(Clone)]
pub(super) struct Complaint {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
}
