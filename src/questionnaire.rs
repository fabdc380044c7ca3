//! What is asked of people where facts are missing, and what they answer. Values only: which
//! questions a request has is for `desk/`, how they travel for `exchange/`.
//!
//! INVARIANT: a question's conditions name other questions of the same questionnaire, and hold only
//! where those are answered; what is not answered meets no condition.

use std::collections::BTreeSet;

use crate::{
    code::Code,
    date::{Date, DateSpan},
    private::Private,
};

/// The questions that settle what a request's verdicts hang on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Questionnaire {
    /// The request's own identifier.
    pub request_id: String,
    /// Questions of the whole request, then of each line, then those of the request whose answers
    /// are codes.
    pub groups: Vec<Group>,
}

/// Questions that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name: `request`, `line-1`.
    pub link: String,
    /// What it is, for people.
    pub title: String,
    /// Its questions, in order.
    pub items: Vec<Item>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name, stable and readable: `line-1/line.purpose`.
    pub link: String,
    /// The question.
    pub text: String,
    /// What it takes.
    pub takes: Takes,
    /// When it is asked: where every clause holds; without any always.
    pub when: Vec<Clause>,
}

/// Holds where one of its conditions does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clause(pub BTreeSet<Condition>);

/// That another question was answered so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The other question.
    pub link: String,
    /// Its answer.
    pub is: Is,
}

/// What an answer is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Is {
    /// The choice of this place.
    Choice(usize),
    /// Yes or no.
    YesNo(bool),
    /// A day before this one.
    Before(Date),
    /// A day after this one.
    After(Date),
}

/// What a question takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One of the choices of a fact.
    Choice {
        /// The fact, as scripts name it.
        fact: &'static str,
        /// Its choices.
        names: &'static [&'static str],
    },
    /// Yes or no.
    YesNo,
    /// A day; one of these, where more of it is known and may be shown.
    Day(Option<DateSpan>),
    /// One code.
    Code(CodeOf),
    /// Several codes; where none is possible, that there is none.
    Codes {
        /// Of what.
        of: CodeOf,
        /// Whether there may be none.
        or_none: bool,
    },
    /// Some of these codes, at least one.
    Of(Vec<Code>),
    /// Words.
    Text,
    /// Units of service.
    Units,
    /// An amount of money, in dollars.
    Money,
}

/// What a code is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeOf {
    /// CPT, HCPCS Level II or ICD-10-PCS.
    Procedure,
    /// ICD-10-CM.
    Diagnosis,
    /// CPT and HCPCS modifiers.
    Modifier,
    /// NUBC condition codes.
    Condition,
    /// CMS place of service.
    Place,
}

/// An answer that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The choice of this place.
    Choice(usize),
    /// Yes or no.
    YesNo(bool),
    /// A day.
    Day(Private<Date>),
    /// Codes; none: that there is none.
    Codes(Vec<Code>),
    /// Words.
    Text(Private<String>),
    /// Thousandths of a unit, or cents.
    Amount(i64),
}

/// Answers by the question's name, each read as what its question takes.
pub type Answers = Vec<(String, Answer)>;

/// Why an answer cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The question's name.
    pub link: String,
    /// Stable name: `answers::not_asked`.
    pub code: &'static str,
    /// What is wrong: lower case, no full stop, no value.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Questionnaire {
    /// Every question, in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.groups.iter().flat_map(|group| &group.items)
    }

    /// The question of a name.
    pub fn item(&self, link: &str) -> Option<&Item> {
        self.items().find(|item| item.link == link)
    }

    /// Whether a question is asked where these answers were given; an answer to a question that is
    /// not asked counts as none.
    pub fn is_asked(&self, item: &Item, answers: &[(String, Answer)]) -> bool {
        item.when.iter().all(|clause| clause.0.iter().any(|condition| self.holds(condition, answers)))
    }

    fn holds(&self, condition: &Condition, answers: &[(String, Answer)]) -> bool {
        let answer = answers.iter().find(|(link, _)| *link == condition.link).map(|(_, answer)| answer);
        answer.is_some_and(|answer| condition.is.holds(answer))
            && self.item(&condition.link).is_some_and(|item| self.is_asked(item, answers))
    }
}

impl Is {
    /// Whether an answer is so.
    pub fn holds(self, answer: &Answer) -> bool {
        match (self, answer) {
            (Is::Choice(place), Answer::Choice(given)) => place == *given,
            (Is::YesNo(yes), Answer::YesNo(given)) => yes == *given,
            (Is::Before(day), Answer::Day(given)) => *given.reveal() < day,
            (Is::After(day), Answer::Day(given)) => *given.reveal() > day,
            (Is::Choice(_) | Is::YesNo(_) | Is::Before(_) | Is::After(_), _) => false,
        }
    }
}
