//! What literals leave of each fact.
//!
//! The values a fact can have at all are narrower here than while a rule is explored: an age is
//! never below zero, months since an earlier service never more than their window, and whether
//! something was given often says what was. Each narrowing is read off the fact's `draw`.

use std::collections::BTreeMap;

use super::Ground;
use crate::{
    code::{ClassMask, ValueSets},
    fact::{Argument, Fact, FactId, Shape, Test},
    proof::Literal,
};

/// The values a fact may still have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// The code is of one of these classes.
    Code(ClassMask),
    /// No code of the classes `absent` is there; of each of `some` at least one is.
    Codes { absent: ClassMask, some: Vec<ClassMask> },
    /// Between the two, both included.
    Span(i64, i64),
    /// One of the choices whose bits are set.
    Choice(u32),
}

/// What is wanted of a fact.
#[derive(Clone, Debug)]
pub(super) struct Want<'a> {
    /// The fact.
    pub(super) fact: &'a Fact,
    /// The values left.
    pub(super) left: Left,
    /// Whether its value is asked for, so that it must be definite.
    pub(super) is_asked: bool,
    /// Whether it must be given.
    pub(super) known: Option<bool>,
}

/// What is wanted of every fact that a literal asks.
pub(super) struct Wants<'a>(BTreeMap<FactId, Want<'a>>);

/// Facts whose value is unknown where nothing was given: then no test of it is definite.
const UNKNOWN_UNGIVEN: &[&str] = &[
    "line.procedure",
    "line.service_date",
    "line.narrative",
    "patient.age_years",
    "patient.sex",
    "line.diagnoses",
    "line.months_since_onset",
    "line.place_of_service",
    "line.units_milli",
    "line.charge_cents",
    "coverage.line_of_business",
];
/// Facts that count as given even where they are empty.
const ALWAYS_GIVEN: &[&str] = &[
    "same_day.procedures",
    "request.diagnoses",
    "request.unconfirmed_diagnoses",
    "request.past_diagnoses",
    "request.untabled_diagnoses",
    "history.diagnoses",
    "history.untabled_diagnoses",
];
/// Choices whose first value means that nothing was given.
const FIRST_IS_UNGIVEN: &[&str] =
    &["line.concept", "stated.pain_type", "line.purpose", "coverage.approved", "line.invalid_diagnosis"];
/// Lists that are given where they hold anything.
const GIVEN_IF_ANY: &[&str] = &["line.modifiers", "request.condition_codes"];
/// Quantities that are given from this value on.
const GIVEN_FROM: &[(&str, i64)] =
    &[("history.months_diagnosed_twice", 0), ("history.months_since_procedure", 0), ("history.sessions", 1)];

impl<'a> Wants<'a> {
    /// Takes all literals together.
    ///
    /// # Errors
    /// The fact that no value satisfies, and why, in words.
    pub(super) fn of(ground: &Ground<'a>, literals: &[Literal]) -> Result<Wants<'a>, String> {
        let contradiction = |fact: FactId, want: &Want<'_>| {
            let words = ground.book.fact_words(fact, ground.sets);
            if want.is_ungiven_and_asked() {
                format!("`{words}` is unknown where nothing was given")
            } else {
                format!("no value of `{words}` gives all these answers")
            }
        };
        let mut wants: BTreeMap<FactId, Want<'a>> = BTreeMap::new();
        for literal in literals {
            let Some(fact) = ground.book.get_fact(literal.fact) else { continue };
            let fresh = || Want { fact, left: natural(ground, fact), is_asked: false, known: None };
            let want = wants.entry(literal.fact).or_insert_with(fresh);
            if !want.take(literal) {
                return Err(contradiction(literal.fact, want));
            }
        }
        for (id, want) in &mut wants {
            want.couple(&ground.sets.all());
            if want.is_contradictory() {
                return Err(contradiction(*id, want));
            }
        }
        Ok(Wants(wants))
    }

    /// What is wanted of the facts of one entry of the dictionary, with each its id.
    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = &Want<'a>> {
        self.0.values().filter(move |want| want.fact.kind.name == name)
    }

    /// What is wanted of a fact without arguments.
    pub(super) fn of_fact(&self, name: &'static str) -> Option<&Want<'a>> {
        self.all(name).next()
    }

    /// Whether a fact without arguments must be given.
    pub(super) fn known(&self, name: &'static str) -> Option<bool> {
        self.of_fact(name)?.known
    }

    /// The span left of a quantity or date without arguments, where it is asked for.
    pub(super) fn span(&self, name: &'static str) -> Option<(i64, i64)> {
        match self.of_fact(name)?.left {
            Left::Span(low, high) => Some((low, high)),
            Left::Code(_) | Left::Codes { .. } | Left::Choice(_) => None,
        }
    }

    /// The bits left of a choice without arguments, where it is asked for.
    pub(super) fn choice(&self, name: &'static str) -> Option<u32> {
        match self.of_fact(name)?.left {
            Left::Choice(bits) => Some(bits),
            Left::Code(_) | Left::Codes { .. } | Left::Span(..) => None,
        }
    }

    /// What is left of a set of codes: what must be absent, and of what some must be there.
    pub(super) fn codes(&self, name: &'static str) -> (ClassMask, Vec<ClassMask>) {
        self.of_fact(name).map(Want::codes).unwrap_or_default()
    }
}

impl Want<'_> {
    /// The classes left of a set of codes; nothing for other shapes.
    pub(super) fn codes(&self) -> (ClassMask, Vec<ClassMask>) {
        match &self.left {
            Left::Codes { absent, some } => (absent.clone(), some.clone()),
            Left::Code(_) | Left::Span(..) | Left::Choice(_) => Default::default(),
        }
    }

    /// The months of the fact's window.
    pub(super) fn months(&self) -> i64 {
        let months = |argument: &Argument| if let Argument::Months(months) = argument { Some(*months) } else { None };
        self.fact.arguments.iter().find_map(months).unwrap_or(0)
    }

    /// The classes of the fact's value set.
    pub(super) fn mask<'s>(&self, sets: &'s ValueSets) -> &'s ClassMask {
        let set = |argument: &Argument| if let Argument::Set(set) = argument { Some(*set) } else { None };
        self.fact.arguments.iter().find_map(set).map_or(ClassMask::none(), |set| sets.mask(set))
    }

    /// Takes one literal; `false` where it contradicts what was taken.
    fn take(&mut self, literal: &Literal) -> bool {
        let yes = literal.answer;
        if literal.test == Test::Known {
            let before = self.known.replace(yes);
            return before.is_none_or(|before| before == yes);
        }
        // What is asked of every value there can be says nothing.
        self.is_asked |=
            !matches!(&literal.test, Test::In(mask) if mask.is_empty()) && literal.test != Test::AtLeast(i64::MIN);
        match (&mut self.left, &literal.test) {
            (Left::Code(left), Test::In(mask)) => *left = if yes { left.and(mask) } else { left.without(mask) },
            (Left::Codes { some, .. }, Test::In(mask)) if yes => some.push(mask.clone()),
            (Left::Codes { absent, .. }, Test::In(mask)) => *absent = absent.or(mask),
            (Left::Span(low, _), Test::AtLeast(least)) if yes => *low = (*low).max(*least),
            (Left::Span(_, high), Test::AtLeast(least)) => *high = (*high).min(least.saturating_sub(1)),
            (Left::Choice(left), Test::Is(choice)) => *left &= if yes { 1 << choice } else { !(1 << choice) },
            (_, Test::Known | Test::In(_) | Test::AtLeast(_) | Test::Is(_)) => return false,
        }
        true
    }

    /// Narrows by what *given* says of the value.
    fn couple(&mut self, all: &ClassMask) {
        let (name, Some(known)) = (self.fact.kind.name, self.known) else { return };
        let from = GIVEN_FROM.iter().find(|(quantity, _)| *quantity == name).map(|(_, from)| *from);
        match &mut self.left {
            Left::Choice(left) if FIRST_IS_UNGIVEN.contains(&name) => *left &= if known { !1 } else { 1 },
            Left::Codes { some, .. } if GIVEN_IF_ANY.contains(&name) && known => some.push(all.clone()),
            Left::Codes { absent, .. } if GIVEN_IF_ANY.contains(&name) => *absent = all.clone(),
            Left::Span(low, high) => match (from, known) {
                (Some(from), true) => *low = (*low).max(from),
                (Some(from), false) => *high = (*high).min(from - 1),
                (None, _) => {}
            },
            Left::Code(_) | Left::Codes { .. } | Left::Choice(_) => {}
        }
    }

    fn is_contradictory(&self) -> bool {
        let name = self.fact.kind.name;
        let never_ungiven = self.known == Some(false) && ALWAYS_GIVEN.contains(&name);
        // The kind has no place in any document: it counts as never given.
        let kind_given = name == "request.kind" && self.known == Some(true);
        let none_left = match &self.left {
            Left::Code(left) => left.is_empty(),
            Left::Codes { absent, some } => some.iter().any(|one| one.is_within(absent)),
            Left::Span(low, high) => low > high,
            Left::Choice(left) => *left == 0,
        };
        never_ungiven || self.is_ungiven_and_asked() || kind_given || none_left
    }

    fn is_ungiven_and_asked(&self) -> bool {
        self.known == Some(false) && self.is_asked && UNKNOWN_UNGIVEN.contains(&self.fact.kind.name)
    }
}

/// Every definite value that any request gives a fact.
fn natural(ground: &Ground<'_>, fact: &Fact) -> Left {
    let months = fact.arguments.iter().find_map(|argument| match argument {
        Argument::Months(months) => Some(*months),
        Argument::Set(_) => None,
    });
    let reach = ground.codes.reach();
    match (fact.kind.shape, fact.kind.name) {
        (Shape::Code, "line.procedure") => Left::Code(reach.procedures.clone()),
        (Shape::Code, "line.place_of_service") => Left::Code(reach.places.clone()),
        (Shape::Code, _) => Left::Code(ground.sets.all()),
        (Shape::Codes, name) => {
            let possible = match name {
                "same_day.procedures" => &reach.procedures,
                "line.modifiers" => &reach.modifiers,
                "request.condition_codes" => &reach.condition_codes,
                "line.narrative" => &reach.phrases,
                "request.untabled_diagnoses" | "history.untabled_diagnoses" => &reach.untabled,
                _ => &reach.diagnoses,
            };
            Left::Codes { absent: ground.sets.all().without(possible), some: Vec::new() }
        }
        (Shape::Quantity(_), "patient.age_years" | "history.sessions") => Left::Span(0, i64::MAX),
        (Shape::Quantity(_), "history.months_diagnosed_twice" | "history.months_since_procedure") => {
            Left::Span(-1, months.unwrap_or(i64::MAX).max(-1))
        }
        (Shape::Quantity(_) | Shape::Date, _) => Left::Span(i64::MIN, i64::MAX),
        (Shape::Choice(choices), _) => Left::Choice((1 << choices.len()) - 1),
        (Shape::YesNo, _) => Left::Choice(0b11),
    }
}
