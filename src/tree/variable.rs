//! The variables of a verdict diagram: the coarsest values of each fact that the pack's questions
//! can tell apart.
//!
//! Variables are independent and every combination of their values is possible; so a path in the
//! diagram is never infeasible, and a set of possible values is just a mask.

use super::ValueMask;
use crate::{
    code::{ClassMask, SetId, ValueSets},
    fact::{Answer, Argument, Book, DICTIONARY, Drawn, FactId, Question, Shape, Test, Value},
};

/// A variable of the diagram; its values are numbered from 0.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The fact it is of.
    pub fact: FactId,
    /// What its values are.
    pub kind: VariableKind,
}

/// What the values of a variable are.
#[derive(Clone, Debug)]
pub enum VariableKind {
    /// 0: not given, 1: given.
    Known,
    /// A code that is in the n-th of these parts of the code space.
    Code(Vec<ClassMask>),
    /// 0: no code of these classes is in the set, 1: at least one is.
    Part(ClassMask),
    /// Below the first cut, from the first to below the second, …
    Cuts(Vec<i64>),
    /// The n-th of these choices; one past them: any other.
    Choices(Vec<u8>),
}

/// The variables of a pack, in the order of the diagram.
#[derive(Clone, Debug)]
pub struct Variables {
    all: Vec<Variable>,
    /// The places of each fact's variables.
    by_fact: Vec<Vec<u16>>,
}

/// Values of one variable: a node of the diagram has a place for each, and nobody writes rules for
/// more groups of procedures than this.
pub const VALUES_MAX: usize = 4_096;

/// Variables of a pack: their places are numbers of 16 bits, of which one says *no variable*.
pub const VARIABLES_MAX: usize = u16::MAX as usize - 1;

/// Why the questions of a pack cannot be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// More than [`VALUES_MAX`] values of this fact are told apart.
    Values(FactId),
    /// More than [`VARIABLES_MAX`] variables.
    Variables,
}

/// Where a variable stands: its fact's place in the dictionary, its value set, its own place in the
/// fact, the months of its window, its fact.
type Rank = (usize, Option<SetId>, usize, i64, FactId);

impl Variables {
    /// The variables that the questions of `book` need.
    ///
    /// # Errors
    /// See [`Crowded`].
    pub fn new(book: &Book, sets: &ValueSets) -> Result<Variables, Crowded> {
        // Facts of one kind stand together, part by part: what one says of another is near.
        let mut ranked: Vec<(Rank, Variable)> = Vec::new();
        for (id, fact) in (0u16..).map(FactId).zip(book.facts()) {
            let rank = DICTIONARY.iter().position(|kind| kind == fact.kind).unwrap_or(usize::MAX);
            let (mut set, mut months) = (None, 0);
            for argument in &fact.arguments {
                match argument {
                    Argument::Set(of) => set = Some(*of),
                    Argument::Months(of) => months = *of,
                }
            }
            let tests = || book.questions().iter().filter(move |question| question.fact == id).map(|q| &q.test);
            let known = tests().any(|test| *test == Test::Known);
            let known = known.then_some(Variable { fact: id, kind: VariableKind::Known });
            let variables = known.into_iter().chain(of_shape(Some(fact.kind.shape), id, tests, sets));
            ranked.extend(variables.enumerate().map(|(place, variable)| ((rank, set, place, months, id), variable)));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        let all: Vec<Variable> = ranked.into_iter().map(|(_, variable)| variable).collect();
        match all.iter().find(|variable| variable.arity() > VALUES_MAX) {
            Some(large) => Err(Crowded::Values(large.fact)),
            None if all.len() > VARIABLES_MAX => Err(Crowded::Variables),
            None => Ok(Variables::of(all, book.facts().len())),
        }
    }

    fn of(all: Vec<Variable>, facts: usize) -> Variables {
        let mut by_fact = vec![Vec::new(); facts];
        for (place, variable) in (0u16..).zip(&all) {
            if let Some(of_fact) = by_fact.get_mut(usize::from(variable.fact.0)) {
                of_fact.push(place);
            }
        }
        Variables { all, by_fact }
    }

    /// The variables in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Variable)> {
        (0u16..).zip(&self.all)
    }

    /// The variable of a place.
    pub fn get(&self, place: u16) -> Option<&Variable> {
        self.all.get(usize::from(place))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The variables of a fact, in order.
    pub fn of_fact(&self, fact: FactId) -> impl Iterator<Item = (u16, &Variable)> {
        let places = self.by_fact.get(usize::from(fact.0)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| Some((*place, self.get(*place)?)))
    }

    /// The variables a question is about, each with the values that make it true; the question is
    /// true where one of them is.
    pub fn of_question(&self, question: &Question) -> Vec<(u16, ValueMask)> {
        self.of_fact(question.fact)
            .filter_map(|(place, variable)| Some((place, variable.true_values(&question.test)?)))
            .filter(|(_, mask)| !mask.is_empty())
            .collect()
    }
}

impl Variable {
    /// How many values it has.
    pub fn arity(&self) -> usize {
        match &self.kind {
            VariableKind::Known | VariableKind::Part(_) => 2,
            VariableKind::Code(parts) => parts.len(),
            VariableKind::Cuts(cuts) => cuts.len() + 1,
            VariableKind::Choices(choices) => choices.len() + 1,
        }
    }

    /// The values it can have, given what was drawn of its fact.
    pub fn possible(&self, drawn: &Drawn<'_>) -> ValueMask {
        match (&self.kind, &drawn.value) {
            (VariableKind::Known, _) => match drawn.known {
                Answer::Yes => ValueMask::one(1),
                Answer::No => ValueMask::one(0),
                Answer::Unknown => ValueMask::first(2),
            },
            (VariableKind::Code(parts), Value::Code(Some(shown))) => {
                parts.iter().map(|part| part.contains(shown.class)).collect()
            }
            (VariableKind::Part(part), Value::Codes { .. }) => match drawn.answer(&Test::In(part.clone())) {
                Answer::Yes => ValueMask::one(1),
                Answer::No => ValueMask::one(0),
                Answer::Unknown => ValueMask::first(2),
            },
            (VariableKind::Cuts(cuts), Value::Span(low, high)) => {
                let is_possible = |value: usize| {
                    let from = value.checked_sub(1).and_then(|before| cuts.get(before)).copied();
                    let below = cuts.get(value).copied();
                    from.is_none_or(|from| *high >= from) && below.is_none_or(|below| *low < below)
                };
                (0..=cuts.len()).map(is_possible).collect()
            }
            (VariableKind::Choices(choices), Value::Choice(possible)) => {
                let named = choices.iter().map(|choice| possible >> choice & 1 == 1);
                let others = choices.iter().fold(*possible, |left, choice| left & !(1 << choice));
                named.chain([others != 0]).collect()
            }
            _ => ValueMask::first(self.arity()),
        }
    }

    fn true_values(&self, test: &Test) -> Option<ValueMask> {
        Some(match (&self.kind, test) {
            (VariableKind::Known, Test::Known) => ValueMask::one(1),
            (VariableKind::Code(parts), Test::In(mask)) => parts.iter().map(|part| part.is_within(mask)).collect(),
            (VariableKind::Part(part), Test::In(mask)) => [false, part.is_within(mask)].into_iter().collect(),
            (VariableKind::Cuts(cuts), Test::AtLeast(least)) => {
                let place = cuts.iter().position(|cut| cut == least)?;
                (0..self.arity()).map(|value| value > place).collect()
            }
            (VariableKind::Choices(choices), Test::Is(choice)) => choices.iter().map(|known| known == choice).collect(),
            _ => return None,
        })
    }
}

fn of_shape<'a, I: Iterator<Item = &'a Test>>(
    shape: Option<Shape>,
    fact: FactId,
    tests: impl Fn() -> I,
    sets: &ValueSets,
) -> Vec<Variable> {
    let masks = || tests().filter_map(|test| if let Test::In(mask) = test { Some(mask) } else { None });
    let kinds = match shape {
        Some(Shape::Code) if masks().next().is_some() => vec![VariableKind::Code(parts(masks(), sets))],
        Some(Shape::Codes) => {
            // A part in no set that is asked for makes no difference.
            let asked = |part: &ClassMask| masks().any(|mask| part.is_within(mask));
            parts(masks(), sets).into_iter().filter(asked).map(VariableKind::Part).collect()
        }
        Some(Shape::Quantity(_) | Shape::Date) => {
            let mut cuts: Vec<i64> =
                tests().filter_map(|test| if let Test::AtLeast(least) = test { Some(*least) } else { None }).collect();
            cuts.sort_unstable();
            cuts.dedup();
            if cuts.is_empty() { vec![] } else { vec![VariableKind::Cuts(cuts)] }
        }
        Some(Shape::Choice(_) | Shape::YesNo) => {
            let mut choices: Vec<u8> =
                tests().filter_map(|test| if let Test::Is(choice) = test { Some(*choice) } else { None }).collect();
            choices.sort_unstable();
            choices.dedup();
            if choices.is_empty() { vec![] } else { vec![VariableKind::Choices(choices)] }
        }
        Some(Shape::Code) | None => vec![],
    };
    kinds.into_iter().map(|kind| Variable { fact, kind }).collect()
}

/// The coarsest parts of the code space such that every mask is a union of parts.
fn parts<'a>(masks: impl Iterator<Item = &'a ClassMask>, sets: &ValueSets) -> Vec<ClassMask> {
    masks.fold(vec![sets.all()], |parts, mask| {
        let mut cut = Vec::with_capacity(parts.len() + 1);
        for part in parts {
            if part.meets(mask) && !part.is_within(mask) {
                cut.extend([part.and(mask), part.without(mask)]);
            } else {
                cut.push(part);
            }
        }
        cut
    })
}
