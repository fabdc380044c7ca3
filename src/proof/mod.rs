//! What can be known of a pack before it goes live: read off its trees and its diagram, exactly.
//!
//! INVARIANT: whatever is reported of a class of requests is shown by a request, or proved of all.
//! Stands above the desk, so that a request found here is held against the real thing. Knows no
//! format and no disk.

mod absent;
pub mod check;
mod clause;
mod conclusion;
mod cover;
pub mod coverage;
mod diff;
mod edits;
mod example;
mod joint;
mod read;
pub mod settings;
mod space;
pub mod survey;
mod together;
pub mod witness;

pub use conclusion::{Conclusion, Conclusions};
pub use diff::{Change, Condition, Difference, Group, Side, difference, differs};
pub use edits::{Edit, edits, words};
pub use read::concluded;
pub use space::{Space, SpaceError};

use crate::{
    fact::{FactId, Test},
    fault::PackFault,
    request::Request,
};

/// An answer that a request must give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The fact.
    pub fact: FactId,
    /// What is asked of it.
    pub test: Test,
    /// What it must answer.
    pub answer: bool,
}

/// Something found in a pack that loads.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What and where, in the author's text.
    pub fault: PackFault,
    /// A request that shows it, where one can.
    pub witness: Option<Request>,
}

/// Why something could not be proved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The facts and questions cannot be laid out.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The diagrams outgrow their limit.
    #[error("the proof takes more than {0} nodes: split the pack, or ask for unions of value sets instead of each set")]
    Nodes(crate::tree::TooLarge),
}

impl From<crate::tree::TooLarge> for ProofError {
    fn from(max: crate::tree::TooLarge) -> ProofError {
        ProofError::Nodes(max)
    }
}
