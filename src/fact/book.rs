//! The facts and questions of one pack, each kept once.

use std::collections::HashMap;

use super::{Argument, Fact, Shape, Test, Unit};
use crate::{code::ValueSets, date::day_of_number};

/// A fact of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u16);

/// A question of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuestionId(pub u16);

/// A fact and a test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The fact.
    pub fact: FactId,
    /// The test.
    pub test: Test,
    /// The test in words: `in epidural`, `≥ 3 calendar months`.
    pub words: String,
}

/// The facts and questions a pack asks, in the order they were first asked.
#[derive(Clone, Debug, Default)]
pub struct Book {
    facts: Vec<Fact>,
    questions: Vec<Question>,
    fact_ids: HashMap<Fact, FactId>,
    question_ids: HashMap<(FactId, Test), QuestionId>,
}

impl Book {
    /// The id of a fact; new where it was not asked before.
    pub fn fact(&mut self, fact: Fact) -> FactId {
        if let Some(id) = self.fact_ids.get(&fact) {
            return *id;
        }
        let id = FactId(u16::try_from(self.facts.len()).unwrap_or(u16::MAX));
        self.facts.push(fact.clone());
        self.fact_ids.insert(fact, id);
        id
    }

    /// The id of a question; new where it was not asked before. `words` say the test.
    pub fn question(&mut self, fact: FactId, test: Test, words: impl FnOnce() -> String) -> QuestionId {
        let asked = (fact, test);
        if let Some(id) = self.question_ids.get(&asked) {
            return *id;
        }
        let id = QuestionId(u16::try_from(self.questions.len()).unwrap_or(u16::MAX));
        self.questions.push(Question { fact, test: asked.1.clone(), words: words() });
        self.question_ids.insert(asked, id);
        id
    }

    /// The fact of an id.
    pub fn get_fact(&self, id: FactId) -> Option<&Fact> {
        self.facts.get(usize::from(id.0))
    }

    /// The question of an id.
    pub fn get(&self, id: QuestionId) -> Option<&Question> {
        self.questions.get(usize::from(id.0))
    }

    /// Every fact, in order of [`FactId`].
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Every question, in order of [`QuestionId`].
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// A fact as scripts write it: `line.months_since_onset(spine_pain)`.
    pub fn fact_words(&self, id: FactId, sets: &ValueSets) -> String {
        let Some(fact) = self.get_fact(id) else { return String::new() };
        if fact.arguments.is_empty() {
            return fact.kind.name.to_owned();
        }
        let arguments: Vec<String> = fact
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Set(set) => sets.name(*set).to_owned(),
                Argument::Months(months) => months.to_string(),
            })
            .collect();
        format!("{}({})", fact.kind.name, arguments.join(", "))
    }
}

/// An amount of a quantity in words: `3 calendar months`, `2026-03-10`, `1250.00`.
pub fn amount_words(shape: Shape, amount: i64) -> String {
    match shape {
        Shape::Date => day_of_number(amount).map_or_else(|| amount.to_string(), |day| day.to_string()),
        Shape::Quantity(Unit::Years) => format!("{amount} years"),
        Shape::Quantity(Unit::Months) => format!("{amount} calendar months"),
        Shape::Quantity(Unit::MilliUnits) => {
            format!("{}.{:03} units", amount.div_euclid(1000), amount.rem_euclid(1000))
        }
        Shape::Quantity(Unit::Cents) => crate::money::Cents(amount).to_string(),
        Shape::Quantity(Unit::Count) | Shape::Code | Shape::Codes | Shape::Choice(_) | Shape::YesNo => {
            amount.to_string()
        }
    }
}
