//! Two packs side by side: their value sets cut the codes into classes together, so that a question
//! of either has its place in one space. What both ask alike is asked once.

use std::{collections::BTreeMap, sync::Arc};

use super::space::{PackView, Space, SpaceError};
use crate::{
    code::{ClassId, ClassMask, SetDefinition, SetId, ValueSets},
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
        let other = asked.iter().nth(1 - place);
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
    let mut definitions: Vec<SetDefinition> = Vec::new();
    for (pack, side) in packs.into_iter().zip(SIDES) {
        for definition in pack.sets.definitions() {
            let mut joint = definition.clone();
            if !is_shared(old, new, &definition.name) {
                joint.name.push_str(side);
                joint.axis = if joint.axis.is_empty() { joint.axis } else { format!("{}{side}", joint.axis) };
            }
            joint.union_of = definition
                .union_of
                .iter()
                .map(|part| if is_shared(old, new, part) { part.clone() } else { format!("{part}{side}") })
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

/// Whether a name stands for the same set in both packs, and its axis for the same axis.
fn is_shared(old: &Pack, new: &Pack, name: &str) -> bool {
    let find = |pack: &Pack| pack.sets.find(name).and_then(|set| pack.sets.definition(set).cloned());
    let (Some(one), Some(two)) = (find(old), find(new)) else { return false };
    if !one.union_of.is_empty() || !two.union_of.is_empty() {
        return one.union_of == two.union_of && one.union_of.iter().all(|part| is_shared(old, new, part));
    }
    let rows = |pack: &Pack| -> BTreeMap<String, Vec<crate::code::Entry>> {
        let on_axis = pack.sets.definitions().iter().filter(|set| set.union_of.is_empty() && set.axis == one.axis);
        on_axis.map(|set| (set.name.clone(), set.entries.clone())).collect()
    };
    one.axis == two.axis && rows(old) == rows(new)
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
