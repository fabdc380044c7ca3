//! Facts and their values in the words of a rationale.

use crate::{
    code::ClassMask,
    fact::{FactId, Shape, Unit, amount_words},
    pack::Pack,
};

/// A fact's name; with its arguments where the pack asks its kind with several.
pub(super) fn fact_name(pack: &Pack, id: FactId) -> String {
    let Some(fact) = pack.book.get_fact(id) else { return String::new() };
    let alike = pack.book.facts().iter().filter(|other| other.kind == fact.kind).count();
    if alike > 1 { pack.book.fact_words(id, &pack.sets) } else { fact.kind.name.to_owned() }
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

/// A part of the code space in words: the smallest sets that its classes are in.
pub(super) fn set_words(pack: &Pack, part: &ClassMask) -> String {
    let mut names: Vec<&str> =
        part.iter().flat_map(|class| pack.sets.sets_of(class)).map(|set| pack.sets.name(set)).collect();
    names.sort_unstable();
    names.dedup();
    // A part of many classes is "the rest": naming them all would tell nothing.
    match names.len() {
        0 => "any other".to_owned(),
        1..=4 => names.join(" and "),
        _ => "any other".to_owned(),
    }
}
