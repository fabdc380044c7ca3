//! What could be documented of a fact, as far as a pack's questions can tell.

use super::{
    ValueMask, Variable, VariableKind, Variables,
    words::{choices_of, is_backwards, span_words},
};
use crate::{
    fact::{Book, Fact, FactId, Shape},
    verdict::Change,
};

/// A documentable fact, with what could be documented.
pub struct Dial {
    name: String,
    shape: Shape,
    /// Its variables.
    pub variables: Vec<u16>,
    /// What could be documented.
    pub settings: Vec<Setting>,
    /// The amounts that cut a quantity, in order; none for choices.
    cuts: Vec<i64>,
}

/// One thing that could be documented of a fact.
pub struct Setting {
    /// The values its variables then have.
    pub masks: Vec<(u16, ValueMask)>,
    /// The part of a quantity, in order.
    part: usize,
    /// The choices, where it is a choice.
    words: Vec<&'static str>,
}

/// The documentable facts that are asked; `name` names each.
pub(super) fn dials<'n>(book: &Book, variables: &Variables, name: &dyn Fn(FactId) -> &'n str) -> Vec<Dial> {
    let facts = (0u16..).map(FactId).zip(book.facts()).filter(|(_, fact)| fact.kind.documentable);
    let dial = |(id, fact): (FactId, &Fact)| {
        let is_known = |variable: &Variable| matches!(variable.kind, VariableKind::Known);
        let known = variables.of_fact(id).find(|(_, variable)| is_known(variable)).map(|(place, _)| place);
        let value = variables.of_fact(id).find(|(_, variable)| !is_known(variable));
        let settings = settings(fact, known, value);
        let cuts = match value.map(|(_, variable)| &variable.kind) {
            Some(VariableKind::Cuts(cuts)) => cuts.clone(),
            _ => Vec::new(),
        };
        let variables = known.into_iter().chain(value.map(|(place, _)| place)).collect();
        let dial = Dial { name: name(id).to_owned(), shape: fact.kind.shape, variables, settings, cuts };
        (!dial.settings.is_empty()).then_some(dial)
    };
    facts.filter_map(dial).collect()
}

/// What is documented is given, unless it is what absence means: not stated, no.
fn settings(fact: &Fact, known: Option<u16>, value: Option<(u16, &Variable)>) -> Vec<Setting> {
    let given = |is_given: bool| known.map(|place| (place, ValueMask::one(usize::from(is_given))));
    let shape = fact.kind.shape;
    let of_choices = |place: Option<(u16, ValueMask)>, names: Vec<&'static str>| {
        let (absent, rest): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| known.is_some() && Some(*name) == fact.kind.absent_choice());
        [(absent, false), (rest, true)].into_iter().filter(|(names, _)| !names.is_empty()).map(
            move |(words, is_given)| Setting {
                masks: place.clone().into_iter().chain(given(is_given)).collect(),
                part: 0,
                words,
            },
        )
    };
    match (shape, value) {
        (Shape::Quantity(_) | Shape::Date, Some((place, variable))) => {
            let VariableKind::Cuts(cuts) = &variable.kind else { return Vec::new() };
            let parts = (0..=cuts.len()).filter(|part| !is_backwards(shape, cuts, *part));
            let setting = |part: usize| Setting {
                masks: given(true).into_iter().chain([(place, ValueMask::one(part))]).collect(),
                part,
                words: Vec::new(),
            };
            parts.map(setting).collect()
        }
        (Shape::Quantity(_) | Shape::Date, None) => {
            vec![Setting { masks: given(true).into_iter().collect(), part: 0, words: vec!["given"] }]
        }
        (Shape::Choice(_) | Shape::YesNo, Some((place, variable))) => {
            let VariableKind::Choices(choices) = &variable.kind else { return Vec::new() };
            let names = |value: usize| choices_of(shape, choices, value);
            (0..=choices.len())
                .flat_map(|value| of_choices(Some((place, ValueMask::one(value))), names(value)))
                .collect()
        }
        (Shape::Choice(_) | Shape::YesNo, None) => of_choices(None, choices_of(shape, &[], 0)).collect(),
        // Never a code.
        (Shape::Code | Shape::Codes, _) => Vec::new(),
    }
}

impl Dial {
    /// Settings that one condition can name: of a quantity those that follow one another, of a
    /// choice all.
    pub fn runs(&self, places: &[usize]) -> Vec<Vec<usize>> {
        if self.cuts.is_empty() {
            return vec![places.to_vec()];
        }
        let mut runs: Vec<Vec<usize>> = Vec::new();
        for place in places {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| last + 1 == *place) => run.push(*place),
                _ => runs.push(vec![*place]),
            }
        }
        runs
    }

    /// The condition that a run of settings is.
    pub fn change(&self, run: &[usize]) -> Change {
        let settings: Vec<&Setting> = run.iter().filter_map(|place| self.settings.get(*place)).collect();
        let when = match (settings.first(), settings.last()) {
            (Some(first), Some(last)) if !self.cuts.is_empty() => {
                span_words(self.shape, &self.cuts, first.part, last.part)
            }
            _ => settings.iter().flat_map(|setting| setting.words.iter().copied()).collect::<Vec<_>>().join(" or "),
        };
        Change { fact: self.name.clone(), when }
    }
}
