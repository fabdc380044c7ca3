//! What is asked of a line: by one pack, or by several together.

use crate::{
    code::ValueSets,
    fact::Book,
    pack::Pack,
    tree::{Variables, Words},
};

/// Facts and questions, the value sets they are put by, the variables of their diagram, and the words
/// of all.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) book: &'a Book,
    pub(super) sets: &'a ValueSets,
    pub(super) variables: &'a Variables,
    pub(super) words: &'a Words,
}

impl<'a> Asked<'a> {
    /// What a pack asks.
    pub(super) fn by(pack: &'a Pack) -> Asked<'a> {
        Asked { book: &pack.book, sets: &pack.sets, variables: &pack.variables, words: &pack.words }
    }

    /// A value of a variable of codes in words.
    pub(super) fn value_words(self, variable: u16, value: usize) -> &'a str {
        self.words.value((self.book, self.sets, self.variables), variable, value)
    }
}
