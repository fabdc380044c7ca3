//! What is asked of a line: by one pack, or by several together.

use crate::{code::ValueSets, fact::Book, pack::Pack, tree::Variables};

/// Facts and questions, the value sets they are put by, and the variables of their diagram.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) book: &'a Book,
    pub(super) sets: &'a ValueSets,
    pub(super) variables: &'a Variables,
}

impl<'a> Asked<'a> {
    /// What a pack asks.
    pub(super) fn by(pack: &'a Pack) -> Asked<'a> {
        Asked { book: &pack.book, sets: &pack.sets, variables: &pack.variables }
    }
}
