//! Trees of questions: every feasible path of every rule, explored once, and the verdict diagram
//! of a whole pack.
//!
//! INVARIANT: on any answers a tree says what its script says (`tests/oracle.rs`), and the diagram
//! says what the trees of all stages together say. Deliberately knows no script and no request.

mod answers;
mod diagram;
mod dial;
mod explore;
mod forest;
mod graph;
mod mask;
mod memo;
mod quick;
mod restrict;
mod variable;
mod words;

pub use answers::Answers;
pub use diagram::{Diagram, Ending, Node, StageTrees};
pub use dial::{Dial, Setting};
pub use explore::{Limits, Refusal, Step, explore};
pub use forest::{Forest, LeafId, Place, Root, Trail};
pub use graph::{Combine, FALSE, Graph, NodeId, TRUE, TooLarge};
pub use mask::ValueMask;
pub use memo::{Answered, Lacks, Memo, Memos};
pub use restrict::{Allowed, Asking, Open, Verdicts};
pub use variable::{Crowded, VALUES_MAX, VARIABLES_MAX, Variable, VariableKind, Variables};
pub use words::{Words, choices_of, is_backwards, span_words};
