//! One run of one script: which questions it asks, and the answers it gets.

use std::sync::Arc;

use super::{ParameterValue, Returned, Told, probe::Seen};
use crate::{
    code::ValueSets,
    fact::{Book, Domains, Fact, FactId, QuestionId, Test},
};

/// An open question with the answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: QuestionId,
    /// The answer.
    pub answer: bool,
    /// The definition that asked, as the rule called it.
    pub within: Option<Arc<str>>,
}

/// The caller's answer to a question.
pub(super) type Real = Box<dyn Fn(QuestionId) -> Option<bool> + Send>;

/// How questions are answered.
pub(super) enum Mode {
    /// By a list, as far as it goes.
    Forced { answers: Vec<bool> },
    /// By a list too; the list chooses the values of parameters as well, as they are read.
    Probed { answers: Vec<bool> },
    /// By the caller.
    Real(Real),
}

pub(super) struct Session {
    pub(super) sets: Arc<ValueSets>,
    pub(super) book: Book,
    pub(super) asked: Vec<Asked>,
    pub(super) told: Vec<Told>,
    mode: Mode,
    domains: Domains,
    frames: Vec<Arc<str>>,
    /// What a probe has seen.
    pub(super) seen: Seen,
    /// How many definitions enclose what is told: none for a rule, one for a call by itself.
    level: usize,
}

impl Session {
    pub(super) fn new(sets: Arc<ValueSets>) -> Session {
        let domains = Domains::new(sets.all());
        Session {
            sets,
            book: Book::default(),
            asked: Vec::new(),
            told: Vec::new(),
            mode: Mode::Forced { answers: Vec::new() },
            domains,
            frames: Vec::new(),
            seen: Seen::default(),
            level: 0,
        }
    }

    pub(super) fn begin(&mut self, mode: Mode, level: usize) {
        self.mode = mode;
        self.seen.begin();
        self.level = level;
        self.asked.clear();
        self.told.clear();
        self.frames.clear();
        self.domains.clear();
    }

    pub(super) fn fact(&mut self, fact: Fact) -> FactId {
        self.book.fact(fact)
    }

    /// Puts a question; `None` where the caller has no answer.
    pub(super) fn ask(&mut self, fact: FactId, test: Test, words: impl FnOnce() -> String) -> Option<bool> {
        let id = self.book.question(fact, test, words);
        let (answers, taken) = match &self.mode {
            Mode::Real(answer) => return answer(id),
            Mode::Forced { answers } => (answers, self.asked.len()),
            Mode::Probed { answers } => (answers, self.seen.taken.len()),
        };
        let question = self.book.get(id)?;
        let answer = match self.domains.forced(question, &self.book) {
            Some(answer) => answer,
            None => {
                let answer = answers.get(taken).copied().unwrap_or(false);
                self.seen.taken.push(answer);
                self.domains.assume(question, answer, &self.book);
                self.asked.push(Asked { question: id, answer, within: self.frames.first().cloned() });
                answer
            }
        };
        if self.frames.len() == self.level {
            self.told.push(Told::Answered(id, answer));
        }
        Some(answer)
    }

    /// The value of a parameter where a probe chooses it; the same on all of a path.
    pub(super) fn parameter(&mut self, name: &str) -> Option<ParameterValue> {
        let Mode::Probed { answers } = &self.mode else { return None };
        self.seen.choose(name, answers)
    }

    /// Whether a pack is being explored: only then do definitions leave their names.
    pub(super) fn is_exploring(&self) -> bool {
        matches!(self.mode, Mode::Forced { .. })
    }

    /// Whether a definition is explored by itself: then also those it calls leave their names.
    pub(super) fn is_by_itself(&self) -> bool {
        self.level > 0
    }

    pub(super) fn enter(&mut self, frame: String) {
        self.frames.push(frame.into());
    }

    /// Leaves a definition; `returned` is what it came to, where it came to something.
    pub(super) fn leave(&mut self, returned: Option<Returned>) {
        if let (Some(call), Some(returned)) = (self.frames.pop(), returned)
            && self.frames.len() == self.level
        {
            self.told.push(Told::Returned(call, returned));
        }
    }

    /// The answers so far in words, for a fault.
    pub(super) fn path_words(&self) -> String {
        let step = |asked: &Asked| {
            let question = self.book.get(asked.question)?;
            let answer = if asked.answer { "yes" } else { "no" };
            Some(format!("{} {}: {answer}", self.book.fact_words(question.fact, &self.sets), question.words))
        };
        self.asked.iter().filter_map(step).collect::<Vec<_>>().join("; ")
    }
}
