//! How large a pack may be: more than these, and its numbers would run out.

use crate::{
    code::ValueSets,
    fact::Book,
    fault::PackFault,
    tree::{Crowded, Forest, VALUES_MAX, VARIABLES_MAX},
};

/// Value sets, classes of codes, facts, questions, outcomes and calls of definitions are numbered
/// with 16 bits each; of each kind there are fewer than this.
const NUMBERS: usize = u16::MAX as usize;

/// The first kind of thing of which a pack has too many, where there is one.
pub(super) fn passed(sets: &ValueSets, book: &Book, forest: &Forest) -> Option<PackFault> {
    let all = [
        (sets.definitions().len(), "value sets", "ask for fewer"),
        (usize::from(sets.class_count()), "combinations of value sets that a code can be in", "let fewer axes overlap"),
        (book.facts().len(), "facts", "ask for unions of value sets as arguments"),
        (book.questions().len(), "questions", "ask for unions of value sets"),
        (forest.outcomes().len(), "outcomes", "let rules share reasons"),
        (forest.frames(), "calls of definitions with different arguments", "call them with unions of value sets"),
    ];
    all.into_iter().find(|(count, ..)| *count >= NUMBERS).map(|(_, what, help)| {
        PackFault::new("pack::too_large", format!("the pack has {NUMBERS} {what} or more"))
            .help(format!("split the pack, or {help}"))
    })
}

/// What is told of too many values or variables.
pub(super) fn of_variables(crowded: Crowded, book: &Book, sets: &ValueSets) -> PackFault {
    match crowded {
        Crowded::Values(fact) => {
            let fact = book.fact_words(fact, sets);
            let message = format!("the rules tell more than {VALUES_MAX} values of `{fact}` apart");
            PackFault::new("pack::too_many_values", message)
                .help("ask for unions of value sets, or for fewer thresholds")
        }
        Crowded::Variables => {
            let message = format!("the rules tell more than {VARIABLES_MAX} things apart");
            PackFault::new("pack::too_many_values", message).help("split the pack, or ask for unions of value sets")
        }
    }
}
