//! Two packs side by side: their value sets cut the codes into classes together, so that a question
//! of either has its place in one space. What both ask alike is asked once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::space::{PackView, Space, SpaceError};
use crate::{
    code::{ClassId, ClassMask, Entry, SetDefinition, SetId, ValueSets},
    fact::{Argument, Book, Fact, FactId, QuestionId, Test},
    pack::Pack,
};

/// What a name that both packs use for different things is followed by.
const SIDES: [&str; 2] = [" (old)", " (new)"];

/// The space of two packs.
///
/// # Errors
/// See [`SpaceError`].
pub(super) fn space(old: &Pack, new: &Pack) -> Result<Space, SpaceError> {
    let packs = [old, new];
    let sets = Arc::new(sets_of_both(old, new)?);
    let sides = [Side::of(old, &sets), Side::of(new, &sets)];
    let asked = [questions(old, &sides[0]), questions(new, &sides[1])];
    let mut book = Book::default();
    let mut own: [Vec<QuestionId>; 2] = [Vec::new(), Vec::new()];
    for (place, list) in asked.iter().enumerate() {
        let other = asked.get(1 - place);
        for (fact, test, words) in list {
            let id = book.fact(fact.clone());
            // The same words for something else on the other side: say which side these are of.
            let is_ambiguous = other.is_some_and(|other| {
                other.iter().any(|(theirs, asks, said)| theirs == fact && said == words && asks != test)
            });
            let side = if is_ambiguous { SIDES.get(place).copied().unwrap_or_default() } else { "" };
            let question = book.question(id, test.clone(), || format!("{words}{side}"));
            if let Some(own) = own.get_mut(place) {
                own.push(question);
            }
        }
    }
    let views = own.into_iter().zip(packs).zip(&sides);
    let views = views.map(|((own, pack), side)| PackView::of(pack, own, &mut book, |mask| side.mask(mask))).collect();
    Space::with(sets, book, views)
}

/// The value sets of both: an axis that is the same in both once, any other twice.
fn sets_of_both(old: &Pack, new: &Pack) -> Result<ValueSets, SpaceError> {
    let packs = [old, new];
    let shared = shared(old, new);
    let mut definitions: Vec<SetDefinition> = Vec::new();
    for (pack, side) in packs.into_iter().zip(SIDES) {
        for definition in pack.sets.definitions() {
            let mut joint = definition.clone();
            if !shared.contains(definition.name.as_str()) {
                joint.name.push_str(side);
                joint.axis = if joint.axis.is_empty() { joint.axis } else { format!("{}{side}", joint.axis) };
            }
            joint.union_of = definition
                .union_of
                .iter()
                .map(|part| if shared.contains(part.as_str()) { part.clone() } else { format!("{part}{side}") })
                .collect();
            if !definitions.iter().any(|known| known.name == joint.name) {
                definitions.push(joint);
            }
        }
    }
    ValueSets::new(definitions).map_err(|faults| {
        let words = faults.iter().map(|fault| format!("{}: {}", fault.set, fault.message));
        SpaceError::Sets(words.collect::<Vec<_>>().join("; "))
    })
}

/// The names that stand for the same set in both packs, on the same axis or of the same parts.
fn shared<'a>(old: &'a Pack, new: &'a Pack) -> BTreeSet<&'a str> {
    let (before, after) = (axes(old), axes(new));
    let mut shared: BTreeSet<&str> = before
        .iter()
        .filter(|(axis, sets)| after.get(*axis) == Some(sets))
        .flat_map(|(_, sets)| sets.keys().copied())
        .collect();
    let unions = |pack: &'a Pack| pack.sets.definitions().iter().filter(|set| !set.union_of.is_empty());
    let theirs: BTreeMap<&str, &Vec<String>> = unions(new).map(|set| (set.name.as_str(), &set.union_of)).collect();
    // A union may name unions that stand before or after it: repeat until nothing more is shared.
    loop {
        let more: Vec<&str> = unions(old)
            .filter(|set| !shared.contains(set.name.as_str()) && theirs.get(set.name.as_str()) == Some(&&set.union_of))
            .filter(|set| set.union_of.iter().all(|part| shared.contains(part.as_str())))
            .map(|set| set.name.as_str())
            .collect();
        if more.is_empty() {
            return shared;
        }
        shared.extend(more);
    }
}

/// The rows of each set, by axis.
fn axes(pack: &Pack) -> BTreeMap<&str, BTreeMap<&str, &[Entry]>> {
    let mut axes: BTreeMap<&str, BTreeMap<&str, &[Entry]>> = BTreeMap::new();
    for set in pack.sets.definitions().iter().filter(|set| set.union_of.is_empty()) {
        axes.entry(&set.axis).or_default().insert(&set.name, &set.entries);
    }
    axes
}

/// How a pack's own classes and sets stand among those of both.
struct Side {
    /// The own class of each class of both; `None` where the pack knows none: a phrase of the other.
    own: Vec<Option<ClassId>>,
    /// The joint set of each own set: sets with the same codes have one place, the first of them,
    /// whatever their names and whichever pack they are of.
    joint: Vec<SetId>,
}

impl Side {
    fn of(pack: &Pack, sets: &ValueSets) -> Side {
        let own = sets.samples().iter().map(|sample| pack.sets.class_of_sample(sample)).collect();
        let mut of = Side { own, joint: Vec::new() };
        for definition in pack.sets.definitions() {
            let mask = pack.sets.find(&definition.name).map(|set| of.mask(pack.sets.mask(set))).unwrap_or_default();
            let alike = sets.definitions().iter().filter_map(|joint| sets.find(&joint.name));
            let alike = alike.filter(|set| *sets.mask(*set) == mask).min();
            of.joint.push(alike.unwrap_or(SetId(u16::MAX)));
        }
        of
    }

    /// The classes of both that a mask of own classes holds.
    fn mask(&self, own: &ClassMask) -> ClassMask {
        let held = (0u16..).map(ClassId).zip(&self.own);
        held.filter(|(_, class)| class.is_some_and(|class| own.contains(class))).map(|(joint, _)| joint).collect()
    }

    fn argument(&self, argument: &Argument) -> Argument {
        match argument {
            Argument::Set(set) => Argument::Set(self.joint.get(usize::from(set.0)).copied().unwrap_or(*set)),
            Argument::Months(months) => Argument::Months(*months),
        }
    }
}

/// Every question of a pack as it stands in the space of both.
fn questions(pack: &Pack, side: &Side) -> Vec<(Fact, Test, String)> {
    let fact = |id: FactId| -> Option<Fact> {
        let fact = pack.book.get_fact(id)?;
        Some(Fact {
            kind: fact.kind,
            arguments: fact.arguments.iter().map(|argument| side.argument(argument)).collect(),
        })
    };
    let test = |test: &Test| match test {
        Test::In(mask) => Test::In(side.mask(mask)),
        Test::Known | Test::AtLeast(_) | Test::Is(_) => test.clone(),
    };
    let asked = pack.book.questions().iter();
    asked.filter_map(|question| Some((fact(question.fact)?, test(&question.test), question.words.clone()))).collect()
}
