//! Facts and their values in the words of a rationale.

use super::Asked;
use crate::{
    code::ClassMask,
    fact::{FactId, Shape, Test, Unit, amount_words},
};

/// A fact's name; with its arguments where its kind is asked with several.
pub(super) fn fact_name(asked: Asked<'_>, id: FactId) -> String {
    let Some(fact) = asked.book.get_fact(id) else { return String::new() };
    let alike = asked.book.facts().iter().filter(|other| other.kind == fact.kind).count();
    if alike > 1 { asked.book.fact_words(id, asked.sets) } else { fact.kind.name.to_owned() }
}

/// Whether a part of the months lies before 0: there stands only what contradicts itself, an onset
/// after the service.
pub(super) fn is_backwards(shape: Shape, cuts: &[i64], part: usize) -> bool {
    shape == Shape::Quantity(Unit::Months) && cuts.get(part).is_some_and(|cut| *cut <= 0)
}

/// The parts of a quantity or a date from `first` to `last`: `≥ 3 calendar months`.
pub(super) fn span_words(shape: Shape, cuts: &[i64], first: usize, last: usize) -> String {
    let counts_from_0 = shape == Shape::Quantity(Unit::Months);
    let cut = |place: usize| cuts.get(place).map(|cut| amount_words(shape, *cut));
    let (at_least, below) = if shape == Shape::Date { ("on or after ", "before ") } else { ("≥ ", "< ") };
    let from = first.checked_sub(1).filter(|place| !(counts_from_0 && cuts.get(*place) == Some(&0)));
    match (from.and_then(cut), cut(last)) {
        (Some(from), Some(to)) => format!("{at_least}{from} and {below}{to}"),
        (Some(from), None) => format!("{at_least}{from}"),
        (None, Some(to)) => format!("{below}{to}"),
        (None, None) => "any".to_owned(),
    }
}

/// The choices that the `value`-th value of a variable over `choices` stands for.
pub(super) fn choices_of(shape: Shape, choices: &[u8], value: usize) -> Vec<&'static str> {
    let names: &[&'static str] = match shape {
        Shape::Choice(names) => names,
        _ => &["no", "yes"],
    };
    match choices.get(value) {
        Some(choice) => names.get(usize::from(*choice)).copied().into_iter().collect(),
        None => (0u8..).zip(names).filter(|(place, _)| !choices.contains(place)).map(|(_, name)| *name).collect(),
    }
}

/// The value sets that are asked of a fact, each with its name.
pub(super) struct SetsAsked<'a>(Vec<(&'a str, ClassMask)>);

impl<'a> SetsAsked<'a> {
    /// Those of a fact, each once.
    pub(super) fn of(asked: Asked<'a>, fact: FactId) -> SetsAsked<'a> {
        let all = asked.sets.all();
        let mut sets: Vec<(&'a str, ClassMask)> = Vec::new();
        for question in asked.book.questions().iter().filter(|question| question.fact == fact) {
            let Test::In(mask) = &question.test else { continue };
            let (is_outside, name) = match question.words.split_once(' ') {
                Some(("outside", name)) => (true, name),
                Some((_, name)) => (false, name),
                None => (false, question.words.as_str()),
            };
            let mask = if is_outside { all.without(mask) } else { mask.clone() };
            if !sets.iter().any(|(_, known)| *known == mask) {
                let name = if mask == ClassMask::of_no_set() { NO_SET } else { named(asked, name, &mask) };
                sets.push((name, mask));
            }
        }
        SetsAsked(sets)
    }

    /// A part of the code space in words: the smallest of the sets that it lies in, without those of
    /// its neighbours. No two parts have the same words.
    pub(super) fn words(&self, part: &ClassMask) -> String {
        // INVARIANT: a part lies in a set as a whole, or apart from it.
        let Some(one) = part.iter().next() else { return String::new() };
        let around: Vec<&(&str, ClassMask)> = self.0.iter().filter(|(_, mask)| mask.contains(one)).collect();
        let is_smallest =
            |set: &&&(&str, ClassMask)| !around.iter().any(|(_, other)| *other != set.1 && other.is_within(&set.1));
        let smallest: Vec<&(&str, ClassMask)> = around.iter().filter(is_smallest).copied().collect();
        let Some((_, first)) = smallest.first() else { return "any other".to_owned() };
        let within = smallest.iter().fold(first.clone(), |within, (_, mask)| within.and(mask));
        let apart =
            self.0.iter().filter(|(_, mask)| !mask.contains(one) && within.iter().any(|class| mask.contains(class)));
        let names = |sets: Vec<&(&str, ClassMask)>, last: &str| {
            sets.iter().map(|(name, _)| *name).collect::<Vec<&str>>().join(last)
        };
        match names(apart.collect(), " or ") {
            apart if apart.is_empty() => names(smallest, " and "),
            apart => format!("{} but not {apart}", names(smallest, " and ")),
        }
    }
}

/// What a question for codes in no set asks for.
const NO_SET: &str = "codes in no value set";

/// The name of the set that has these classes; `name`, where it is one of several packs' of that
/// name, may be another's.
fn named<'a>(asked: Asked<'a>, name: &'a str, mask: &ClassMask) -> &'a str {
    let is_it = |name: &str| asked.sets.find(name).is_some_and(|set| asked.sets.mask(set) == mask);
    if is_it(name) {
        return name;
    }
    let names = asked.sets.definitions().iter().map(|definition| definition.name.as_str());
    names.into_iter().find(|name| is_it(name)).unwrap_or(name)
}
