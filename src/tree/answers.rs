//! The answers of one line to every question of a pack, a bit each.

use crate::fact::{Answer, QuestionId};

/// Answers to the questions of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Answers {
    yes: Vec<u64>,
    unknown: Vec<u64>,
}

impl Answers {
    /// All answers *no*, for `questions` questions.
    pub fn none(questions: usize) -> Answers {
        let words = questions.div_ceil(64);
        Answers { yes: vec![0; words], unknown: vec![0; words] }
    }

    /// Sets an answer.
    pub fn set(&mut self, question: QuestionId, answer: Answer) {
        let (word, bit) = place(question);
        if let (Some(yes), Some(unknown)) = (self.yes.get_mut(word), self.unknown.get_mut(word)) {
            *yes = *yes & !bit | if answer == Answer::Yes { bit } else { 0 };
            *unknown = *unknown & !bit | if answer == Answer::Unknown { bit } else { 0 };
        }
    }

    /// The answer to a question.
    pub fn get(&self, question: QuestionId) -> Answer {
        let (word, bit) = place(question);
        let has = |words: &[u64]| words.get(word).is_some_and(|word| word & bit != 0);
        if has(&self.unknown) { Answer::Unknown } else { Answer::of(has(&self.yes)) }
    }
}

fn place(question: QuestionId) -> (usize, u64) {
    (usize::from(question.0) / 64, 1 << (question.0 % 64))
}
