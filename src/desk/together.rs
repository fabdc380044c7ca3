//! Several packs as one: their facts and questions side by side, over value sets that cut the codes
//! into classes together.
//!
//! What packs ask of one fact is one thing, however each cuts it: an answer to one is an answer to
//! the other. A fact with a value set of other codes is another fact, whatever the set's name.

use super::Asked;
use crate::{
    code::{ClassId, ClassMask, SetDefinition, SetId, ValueSets},
    fact::{Argument, Book, Fact, FactId, Test},
    pack::Pack,
    tree::{Allowed, FALSE, Graph, NodeId, Open, TRUE, TooLarge, ValueMask, Variable, VariableKind, Variables, Words},
    verdict::Verdict,
};

/// Packs side by side.
pub(super) struct Together {
    sets: ValueSets,
    book: Book,
    variables: Variables,
    words: Words,
    sides: Vec<Side>,
}

/// How a pack's own classes and facts stand among those of all.
struct Side {
    /// The own class of each class of all; `None` where the pack knows none: a phrase of another.
    own: Vec<Option<ClassId>>,
    /// The fact of each own one.
    facts: Vec<FactId>,
}

impl Together {
    /// Packs side by side; `None` where they are too large for it.
    pub(super) fn of(packs: &[&Pack]) -> Option<Together> {
        let sets = ValueSets::new(definitions(packs)).ok().filter(|sets| sets.class_count() < u16::MAX)?;
        let (mut book, mut sides) = (Book::default(), Vec::new());
        for pack in packs {
            let own = sets.samples().iter().map(|sample| pack.sets.class_of_sample(sample)).collect();
            let mut side = Side { own, facts: Vec::new() };
            for fact in pack.book.facts() {
                let argument = |argument: &Argument| match argument {
                    Argument::Set(set) => Some(Argument::Set(alike(&sets, &side.mask(pack.sets.mask(*set)))?)),
                    Argument::Months(months) => Some(Argument::Months(*months)),
                };
                let arguments = fact.arguments.iter().map(argument).collect::<Option<Vec<Argument>>>()?;
                let id = book.fact(Fact { kind: fact.kind, arguments });
                side.facts.push(id);
            }
            for question in pack.book.questions() {
                let test = match &question.test {
                    Test::In(mask) => Test::In(side.mask(mask)),
                    Test::Known | Test::AtLeast(_) | Test::Is(_) => question.test.clone(),
                };
                book.question(side.fact(question.fact), test, || question.words.clone());
            }
            sides.push(side);
        }
        if book.facts().len() >= usize::from(u16::MAX) || book.questions().len() >= usize::from(u16::MAX) {
            return None;
        }
        let variables = Variables::new(&book, &sets).ok()?;
        let words = Words::of(&book, &sets, &variables);
        Some(Together { sets, book, variables, words, sides })
    }

    /// What they ask.
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked { book: &self.book, sets: &self.sets, variables: &self.variables, words: &self.words }
    }

    /// What is left of the diagram of the pack at `place`, over the variables of all. Whatever the
    /// pack takes as unknown is so in `allowed` too.
    ///
    /// # Errors
    /// The limit of nodes.
    pub(super) fn composed(
        &self,
        graph: &mut Graph<'_>,
        (place, pack): (usize, &Pack),
        open: &Open,
        allowed: &mut Allowed,
    ) -> Result<NodeId, TooLarge> {
        let Some(side) = self.sides.get(place) else { return end_of(graph, Verdict::Allow) };
        let ends = [Verdict::Allow, Verdict::Flag, Verdict::Deny].map(|verdict| (verdict, end_of(graph, verdict)));
        let end = |verdict: Verdict| {
            let found = ends.iter().find(|(known, _)| *known == verdict);
            found.map_or(Ok(FALSE), |(_, node)| *node)
        };
        let root = open.folded(&mut |verdict| end(verdict), &mut |variable, values: &[(usize, NodeId)]| {
            let Some(own) = pack.variables.get(variable) else { return Ok(FALSE) };
            self.open_up(side, own, allowed);
            let mut values = values.iter().rev();
            let mut node = values.next().map_or(FALSE, |(_, node)| *node);
            for (value, child) in values {
                let asked = self.condition(graph, side, own, *value)?;
                node = graph.if_then_else(asked, *child, node)?;
            }
            Ok(node)
        })?;
        Ok(root.unwrap_or(FALSE))
    }

    /// The values of the pack's own variables where those of all are settled.
    pub(super) fn own(&self, (place, pack): (usize, &Pack), settled: &Allowed, own: &Allowed) -> Allowed {
        let Some(side) = self.sides.get(place) else { return own.clone() };
        let masks = pack.variables.iter().map(|(variable, of)| {
            let mask = own.get(variable);
            if mask.only().is_some() {
                return mask.clone();
            }
            let holds = |value: &usize| self.holds(side, of, *value, settled);
            let value = (0..of.arity()).filter(|value| mask.contains(*value)).find(holds).or(mask.lowest());
            value.map_or(ValueMask::NONE, ValueMask::one)
        });
        Allowed::new(masks.collect())
    }

    /// A pack may take as unknown what another can read: a code of a system that only one of them
    /// has in its sets. Then it is unknown here.
    fn open_up(&self, side: &Side, own: &Variable, allowed: &mut Allowed) {
        let VariableKind::Part(part) = &own.kind else { return };
        let parts = self.parts(side, own, part);
        let may_be = parts.iter().any(|place| allowed.get(*place).contains(1));
        let may_not = parts.iter().all(|place| allowed.get(*place).contains(0));
        if !(may_be && may_not) {
            parts.into_iter().for_each(|place| allowed.set(place, ValueMask::first(2)));
        }
    }

    /// Where a pack's own variable has a value.
    fn condition(&self, graph: &mut Graph<'_>, side: &Side, own: &Variable, value: usize) -> Result<NodeId, TooLarge> {
        let mut any = FALSE;
        for (place, mask) in self.truth(side, own, value) {
            let values: Vec<usize> = (0..graph.arity(place)).filter(|value| mask.contains(*value)).collect();
            let one = graph.one_of(place, &values)?;
            any = graph.or(any, one)?;
        }
        if is_none(own, value) { graph.without(TRUE, any) } else { Ok(any) }
    }

    fn holds(&self, side: &Side, own: &Variable, value: usize, settled: &Allowed) -> bool {
        let any = self.truth(side, own, value).iter().any(|(place, mask)| settled.get(*place).meets(mask));
        any != is_none(own, value)
    }

    /// The variables of which one must have one of these values for a pack's own variable to have
    /// its value; of a part that is not there: none must.
    fn truth(&self, side: &Side, own: &Variable, value: usize) -> Vec<(u16, ValueMask)> {
        let fact = side.fact(own.fact);
        let of_fact = || self.variables.of_fact(fact);
        match &own.kind {
            VariableKind::Known => {
                let known = of_fact().filter(|(_, one)| matches!(one.kind, VariableKind::Known));
                known.map(|(place, _)| (place, ValueMask::one(value))).collect()
            }
            VariableKind::Part(part) => {
                self.parts(side, own, part).into_iter().map(|place| (place, ValueMask::one(1))).collect()
            }
            VariableKind::Code(parts) => {
                let part = parts.get(value).map(|part| side.mask(part)).unwrap_or_default();
                let held = |kind: &VariableKind| match kind {
                    VariableKind::Code(all) => Some(all.iter().map(|one| one.meets(&part)).collect()),
                    _ => None,
                };
                of_fact().filter_map(|(place, one)| Some((place, held(&one.kind)?))).collect()
            }
            VariableKind::Cuts(cuts) => {
                let own_of =
                    |from: Option<&i64>| cuts.iter().filter(|cut| from.is_some_and(|from| *cut <= from)).count();
                let held = |kind: &VariableKind| match kind {
                    VariableKind::Cuts(all) => {
                        let from = |span: usize| span.checked_sub(1).and_then(|before| all.get(before));
                        Some((0..=all.len()).map(|span| own_of(from(span)) == value).collect())
                    }
                    _ => None,
                };
                of_fact().filter_map(|(place, one)| Some((place, held(&one.kind)?))).collect()
            }
            VariableKind::Choices(choices) => {
                let own_of =
                    |choice: Option<&u8>| choices.iter().position(|own| Some(own) == choice).unwrap_or(choices.len());
                let held = |kind: &VariableKind| match kind {
                    VariableKind::Choices(all) => {
                        Some((0..=all.len()).map(|place| own_of(all.get(place)) == value).collect())
                    }
                    _ => None,
                };
                of_fact().filter_map(|(place, one)| Some((place, held(&one.kind)?))).collect()
            }
        }
    }

    /// The parts that a pack's own part is cut into.
    fn parts(&self, side: &Side, own: &Variable, part: &ClassMask) -> Vec<u16> {
        let mask = side.mask(part);
        let is_inside = |one: &Variable| matches!(&one.kind, VariableKind::Part(inner) if inner.meets(&mask));
        self.variables.of_fact(side.fact(own.fact)).filter(|(_, one)| is_inside(one)).map(|(place, _)| place).collect()
    }
}

/// Whether a value says that no code of a part is there.
fn is_none(own: &Variable, value: usize) -> bool {
    matches!(own.kind, VariableKind::Part(_)) && value == 0
}

/// The end of a verdict: those of [`crate::tree::Diagram`].
pub(super) fn end_of(graph: &mut Graph<'_>, verdict: Verdict) -> Result<NodeId, TooLarge> {
    graph.end(crate::tree::Diagram::end_of(verdict))
}

impl Side {
    fn fact(&self, own: FactId) -> FactId {
        self.facts.get(usize::from(own.0)).copied().unwrap_or(FactId(u16::MAX))
    }

    /// The classes of all that a mask of own classes holds.
    fn mask(&self, own: &ClassMask) -> ClassMask {
        let held = (0u16..).map(ClassId).zip(&self.own);
        held.filter(|(_, class)| class.is_some_and(|class| own.contains(class))).map(|(all, _)| all).collect()
    }
}

/// The first set that has these classes, whatever its name.
fn alike(sets: &ValueSets, mask: &ClassMask) -> Option<SetId> {
    let ids = sets.definitions().iter().filter_map(|definition| sets.find(&definition.name));
    ids.filter(|set| sets.mask(*set) == mask).min()
}

/// The value sets of all packs: an axis that stands in an earlier one already, and a union of the
/// same sets, once; a name that is taken for other codes is followed by the pack's place.
fn definitions(packs: &[&Pack]) -> Vec<SetDefinition> {
    let mut all: Vec<SetDefinition> = Vec::new();
    for (place, pack) in packs.iter().enumerate() {
        let of_axis = |definitions: &[SetDefinition], axis: &str| -> Vec<SetDefinition> {
            definitions.iter().filter(|one| one.union_of.is_empty() && one.axis == axis).cloned().collect()
        };
        let own = pack.sets.definitions();
        let mark = |text: &str| format!("{text} ({})", place + 1);
        let is_kept = |definition: &SetDefinition| {
            let held = of_axis(&all, &definition.axis);
            held.is_empty() || held == of_axis(own, &definition.axis)
        };
        // A name is as it is where its axis is, and nobody else has taken it.
        let is_plain = |definition: &SetDefinition| {
            let same = all.iter().find(|known| known.name == definition.name);
            definition.union_of.is_empty() && is_kept(definition) && same.is_none_or(|same| same == definition)
        };
        let axis_is_plain = |axis: &str| of_axis(own, axis).iter().all(&is_plain);
        let marked: Vec<SetDefinition> = own
            .iter()
            .map(|definition| {
                let mut marked = definition.clone();
                let is_union = !definition.union_of.is_empty();
                if (place > 0 && is_union) || !(is_union || axis_is_plain(&definition.axis)) {
                    marked.name = mark(&definition.name);
                    marked.axis = if is_union { marked.axis } else { mark(&definition.axis) };
                }
                let name_of = |part: &String| {
                    let of = own.iter().find(|one| one.name == *part);
                    let is_plain = of.is_none_or(|one| match one.union_of.is_empty() {
                        true => axis_is_plain(&one.axis),
                        false => place == 0,
                    });
                    if is_plain { part.clone() } else { mark(part) }
                };
                marked.union_of = definition.union_of.iter().map(name_of).collect();
                marked
            })
            .collect();
        let more: Vec<SetDefinition> = marked.into_iter().filter(|one| !all.contains(one)).collect();
        all.extend(more);
    }
    all
}
