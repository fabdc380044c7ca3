//! What a script is told at its own level: answers to its own questions, and what the definitions
//! it called came to. Whoever shows a rule to people shows it as it was written, a definition under
//! its name.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, ImmutableString};

use super::{
    handles::{ChoiceFact, CodeFact, CodesFact, DateFact, Day, QuantityFact, Said, Set},
    lock,
    session::Session,
};
use crate::{
    date::day_of_number,
    fact::{FactId, QuestionId},
    verdict::Outcome,
};

/// Something a script is told at its own level, in order. What follows hangs on nothing else: a
/// script is pure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The answer to a question of its own; also one that earlier answers had settled.
    Answered(QuestionId, bool),
    /// What a definition came to, as the script called it.
    Returned(Arc<str>, Returned),
}

/// What a definition comes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Returned {
    /// Yes or no.
    YesNo(bool),
    /// A text.
    Text(String),
    /// An outcome, which the script may give as its own.
    Outcome(Outcome),
    /// Anything else, in words: a number, a day, a value set, a fact.
    Other(String),
}

pub(super) fn returned(value: &Dynamic, session: &Arc<Mutex<Session>>) -> Returned {
    if let Ok(yes) = value.as_bool() {
        return Returned::YesNo(yes);
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Returned::Text(text.to_string());
    }
    if let Some(said) = value.read_lock::<Said>() {
        return Returned::Outcome(said.0.clone());
    }
    if let Some(set) = value.read_lock::<Set>() {
        return Returned::Other(lock(session).sets.name(set.0).to_owned());
    }
    if let Some(day) = value.read_lock::<Day>() {
        return Returned::Other(day_of_number(day.0).map_or_else(|| day.0.to_string(), |day| day.to_string()));
    }
    if let Some(fact) = fact_of(value) {
        let session = lock(session);
        return Returned::Other(session.book.fact_words(fact, &session.sets));
    }
    Returned::Other(value.to_string())
}

fn fact_of(value: &Dynamic) -> Option<FactId> {
    let code = value.read_lock::<CodeFact>().map(|fact| fact.0);
    let codes = value.read_lock::<CodesFact>().map(|fact| fact.0);
    let quantity = value.read_lock::<QuantityFact>().map(|fact| fact.0);
    let date = value.read_lock::<DateFact>().map(|fact| fact.0);
    let choice = value.read_lock::<ChoiceFact>().map(|fact| fact.0);
    code.or(codes).or(quantity).or(date).or(choice)
}
