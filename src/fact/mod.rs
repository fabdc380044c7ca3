//! Facts: named values drawn from a request, and the questions that can be put to them.
//!
//! A rule never sees a value. It asks a [`Question`] (a fact and a [`Test`]) and learns yes or no;
//! the answer from a real request may also be unknown, with a [`Cause`].
//! INVARIANT: the answer to a question depends on the fact's [`Value`] alone.
//! Knows no policy, no script and no format.

mod book;
mod dictionary;
mod domain;
mod draw;
mod input;
mod view;

pub use book::{Book, FactId, Question, QuestionId, amount_words};
pub use dictionary::{DICTIONARY, FactKind, ParameterKind, SOURCE_ATTRIBUTES, Shape, Unit, markdown, namespaces};
pub use domain::Domains;
pub use draw::may_reach;
pub use input::{Input, is_certain, onset_diagnoses, unknown_inputs};
pub use view::View;

use crate::{
    code::{ClassId, ClassMask, Code, SetId},
    request::Source,
    verdict::Cause,
};

/// A fact as a pack asks it: an entry of the dictionary with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The entry of the dictionary.
    pub kind: &'static FactKind,
    /// Its arguments, of the entry's kinds.
    pub arguments: Vec<Argument>,
}

impl Fact {
    /// The calendar months that it looks back over earlier services; `None` where it looks at none.
    pub fn months_back(&self) -> Option<i64> {
        months_of(&self.arguments)
    }
}

/// The number of months among the arguments of a fact.
fn months_of(arguments: &[Argument]) -> Option<i64> {
    arguments.iter().find_map(|argument| match argument {
        Argument::Months(months) => Some(*months),
        Argument::Set(_) => None,
    })
}

/// An argument of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Argument {
    /// A value set.
    Set(SetId),
    /// A number of calendar months.
    Months(i64),
}

/// What can be asked of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Whether something was given (yes), nothing (no); unknown where it cannot be read.
    Known,
    /// Code: the code is in one of the classes. Codes: one of them is.
    In(ClassMask),
    /// Quantity: at least so much. Date: on this day or later (day number).
    AtLeast(i64),
    /// Choice: it is this one of the entry's values, by place.
    Is(u8),
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Either is possible.
    Unknown,
}

/// What a request says of a fact: every value it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// One code; `None`: any.
    Code(Option<Shown<'a>>),
    /// A set of codes.
    Codes {
        /// Certainly in the set.
        shown: Vec<Shown<'a>>,
        /// Perhaps in the set.
        maybe: Vec<Shown<'a>>,
        /// Whether any other code may be in the set too.
        open: bool,
    },
    /// A quantity or a day number between two values, both included.
    Span(i64, i64),
    /// One of the choices whose bits are set.
    Choice(u32),
}

/// A code (or the words of a text) with its class and where it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Its class in the pack.
    pub class: ClassId,
    /// The code; `None` for words, which are never shown again.
    pub code: Option<Code>,
    /// Where it stood.
    pub source: &'a Source,
}

/// A fact drawn from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn<'a> {
    /// Every value it may have.
    pub value: Value<'a>,
    /// Whether something was given.
    pub known: Answer,
    /// Why it is unknown, where it is.
    pub cause: Option<Cause>,
    /// Where it stood or was looked for, where one place can be named.
    pub source: Option<&'a Source>,
    /// The fact whose absence makes this one unknown, where it is another (a missing date of
    /// service makes the age unknown).
    pub root: Option<&'static str>,
}

impl Drawn<'_> {
    /// The answer to a test.
    pub fn answer(&self, test: &Test) -> Answer {
        match (test, &self.value) {
            (Test::Known, _) => self.known,
            (Test::In(mask), Value::Code(Some(shown))) => Answer::of(mask.contains(shown.class)),
            (Test::In(mask), Value::Code(None)) => {
                if mask.is_empty() {
                    Answer::No
                } else {
                    Answer::Unknown
                }
            }
            (Test::In(mask), Value::Codes { shown, maybe, open }) => {
                let inside = |shown: &Shown<'_>| mask.contains(shown.class);
                if shown.iter().any(inside) {
                    Answer::Yes
                } else if !mask.is_empty() && (*open || maybe.iter().any(inside)) {
                    Answer::Unknown
                } else {
                    Answer::No
                }
            }
            (Test::AtLeast(least), Value::Span(low, high)) => {
                if low >= least {
                    Answer::Yes
                } else if high < least {
                    Answer::No
                } else {
                    Answer::Unknown
                }
            }
            (Test::Is(choice), Value::Choice(possible)) => match (possible >> choice & 1 == 1, possible.count_ones()) {
                (false, _) => Answer::No,
                (true, 1) => Answer::Yes,
                (true, _) => Answer::Unknown,
            },
            // INVARIANT: a question's test fits its fact's shape (`Book::question` is made so).
            (Test::In(_) | Test::AtLeast(_) | Test::Is(_), _) => Answer::Unknown,
        }
    }
}

impl Answer {
    /// Yes where true.
    pub fn of(yes: bool) -> Answer {
        if yes { Answer::Yes } else { Answer::No }
    }

    /// `yes`, `no` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
        }
    }
}
