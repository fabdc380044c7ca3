//! The space that proofs speak of: the facts and questions of one pack, or of two packs together,
//! and the variables that tell their requests apart.

use std::sync::Arc;

use super::{Literal, joint};
use crate::{
    code::{ClassMask, ValueSets},
    date::day_number,
    fact::{Book, DICTIONARY, Fact, FactId, QuestionId, Test},
    pack::Pack,
    tree::{Crowded, Graph, NodeId, TooLarge, VARIABLES_MAX, VariableKind, Variables},
};

/// Facts, questions, value sets and variables.
pub struct Space {
    /// The value sets: a pack's own, or those of two packs together.
    pub sets: Arc<ValueSets>,
    /// Every fact and question.
    pub book: Book,
    /// The variables that the questions need.
    pub variables: Variables,
    /// How each pack's own questions and classes stand in it.
    pub(super) views: Vec<PackView>,
}

/// A pack's place in a space.
pub(super) struct PackView {
    /// Its questions, by their own ids.
    pub questions: Vec<QuestionId>,
    /// Whether the day of service is on the first day of its period or later.
    pub begun: QuestionId,
    /// Whether it is after the last day, where there is one.
    pub ended: Option<QuestionId>,
    /// Whether the line's procedure is a companion.
    pub follower: Option<QuestionId>,
    /// Of facts of codes and choices, the first value that the pack itself tells apart.
    lowest: Vec<(FactId, Lowest)>,
}

/// The first value of a pack's own variable.
enum Lowest {
    Code(ClassMask),
    Choice(u8),
}

/// Why a space could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// A fact of which the rules tell more values apart than a variable can have.
    #[error("the rules tell too many values of `{0}` apart")]
    Values(String),
    /// More variables than can be numbered.
    #[error("the rules tell more than {VARIABLES_MAX} things apart: split the pack")]
    Variables,
    /// The value sets of two packs cannot stand side by side.
    #[error("the value sets of the packs cannot be compared: {0}")]
    Sets(String),
}

impl Space {
    /// The space of one pack, with every question its scripts were ever asked: conditions of
    /// properties that were put to them stand in it too.
    ///
    /// # Errors
    /// See [`SpaceError`].
    pub fn of(pack: &Pack) -> Result<Space, SpaceError> {
        let sets = pack.sets.clone();
        let mut book = pack.scripts.book();
        let questions = (0u16..).map(QuestionId).take(book.questions().len()).collect();
        let view = PackView::of(pack, questions, &mut book, |mask| mask.clone());
        Space::with(sets, book, vec![view])
    }

    /// The space of two packs together.
    ///
    /// # Errors
    /// See [`SpaceError`].
    pub fn of_both(old: &Pack, new: &Pack) -> Result<Space, SpaceError> {
        joint::space(old, new)
    }

    pub(super) fn with(sets: Arc<ValueSets>, book: Book, views: Vec<PackView>) -> Result<Space, SpaceError> {
        // The numbers of classes and questions end here (`pack/limits.rs`).
        if sets.class_count() == u16::MAX || book.questions().len() >= usize::from(u16::MAX) {
            return Err(SpaceError::Variables);
        }
        let variables = Variables::new(&book, &sets).map_err(|crowded| match crowded {
            Crowded::Values(fact) => SpaceError::Values(book.fact_words(fact, &sets)),
            Crowded::Variables => SpaceError::Variables,
        })?;
        Ok(Space { sets, book, variables, views })
    }

    /// The condition of every question of the space.
    ///
    /// # Errors
    /// The limit of nodes.
    pub(super) fn conditions(&self, graph: &mut Graph<'_>) -> Result<Vec<NodeId>, TooLarge> {
        self.book.questions().iter().map(|question| graph.of_question(question)).collect()
    }

    /// The value of a variable that the pack at `place` takes first: the lowest of its own.
    pub(super) fn lowest(&self, place: usize, variable: u16) -> usize {
        let Some(variable) = self.variables.get(variable) else { return 0 };
        let views = self.views.get(place).into_iter().flat_map(|view| &view.lowest);
        let own = views.filter(|(fact, _)| *fact == variable.fact).map(|(_, lowest)| lowest).next();
        let value = match (&variable.kind, own) {
            (VariableKind::Code(parts), Some(Lowest::Code(own))) => parts.iter().position(|part| part.is_within(own)),
            (VariableKind::Choices(choices), Some(Lowest::Choice(own))) => choices.iter().position(|one| one == own),
            (_, _) => None,
        };
        value.unwrap_or(0)
    }

    /// What must be answered for a variable to have a value.
    pub fn literals(&self, variable: u16, value: usize) -> Vec<Literal> {
        let Some(variable) = self.variables.get(variable) else { return Vec::new() };
        let fact = variable.fact;
        let literal = |test, answer| Literal { fact, test, answer };
        match &variable.kind {
            VariableKind::Known => vec![literal(Test::Known, value == 1)],
            VariableKind::Part(part) => vec![literal(Test::In(part.clone()), value == 1)],
            VariableKind::Code(parts) => {
                parts.get(value).map(|part| literal(Test::In(part.clone()), true)).into_iter().collect()
            }
            VariableKind::Cuts(cuts) => {
                let from = value.checked_sub(1).and_then(|before| cuts.get(before));
                let from = from.map(|cut| literal(Test::AtLeast(*cut), true));
                from.into_iter().chain(cuts.get(value).map(|cut| literal(Test::AtLeast(*cut), false))).collect()
            }
            VariableKind::Choices(choices) => match choices.get(value) {
                Some(choice) => vec![literal(Test::Is(*choice), true)],
                None => choices.iter().map(|choice| literal(Test::Is(*choice), false)).collect(),
            },
        }
    }
}

impl std::fmt::Debug for Space {
    /// Its size: all of it would fill pages.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (questions, variables) = (self.book.questions().len(), self.variables.len());
        out.debug_struct("Space").field("questions", &questions).field("variables", &variables).finish_non_exhaustive()
    }
}

impl PackView {
    /// Adds to `book` what a pack asks besides its rules: its period and its companions.
    pub(super) fn of(
        pack: &Pack,
        questions: Vec<QuestionId>,
        book: &mut Book,
        mask: impl Fn(&ClassMask) -> ClassMask,
    ) -> PackView {
        let day = fact(book, "line.service_date");
        let period = &pack.manifest.period;
        let from = day_number(period.from);
        let begun = book.question(day, Test::AtLeast(from), || format!("on or after {}", period.from));
        let ended = period.until.map(|until| {
            let next = day_number(until).saturating_add(1);
            book.question(day, Test::AtLeast(next), || format!("after {until}"))
        });
        let follower = pack.companions.map(|(followers, _)| {
            let procedure = fact(book, "line.procedure");
            let test = Test::In(mask(pack.sets.mask(followers)));
            book.question(procedure, test, || format!("in {}", pack.sets.name(followers)))
        });
        let mut lowest = Vec::new();
        for (_, variable) in pack.variables.iter() {
            let first = match &variable.kind {
                VariableKind::Code(parts) => parts.first().map(|part| Lowest::Code(mask(part))),
                VariableKind::Choices(choices) => choices.first().map(|choice| Lowest::Choice(*choice)),
                VariableKind::Known | VariableKind::Part(_) | VariableKind::Cuts(_) => None,
            };
            let mut asked = pack.book.questions().iter().zip(&questions);
            let own = asked.find(|(question, _)| question.fact == variable.fact).and_then(|(_, id)| book.get(*id));
            lowest.extend(own.map(|question| question.fact).zip(first));
        }
        PackView { questions, begun, ended, follower, lowest }
    }
}

/// A fact without arguments.
fn fact(book: &mut Book, name: &str) -> FactId {
    // INVARIANT: callers name entries of the dictionary.
    let Some(kind) = DICTIONARY.iter().find(|kind| kind.name == name) else { return FactId(u16::MAX) };
    book.fact(Fact { kind, arguments: Vec::new() })
}
