//! A chart as a table: conditions and what comes of them, the first row that fits counts.
//!
//! INVARIANT: the rows say of every line what the chart says.

use std::sync::Arc;

use super::{
    atlas::Atlas,
    chart::{Chart, Spot, SpotId},
    list::{self, Parts},
};
use crate::{
    fact::{FactId, QuestionId},
    script::Returned,
};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The rows; the first that fits counts, and one always does.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    /// What comes of it.
    pub end: Returned,
}

/// A condition on one fact, or on one definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it is on.
    pub about: About,
    /// One of these must hold; of each of them everything.
    pub any: Vec<Vec<Literal>>,
}

/// What a condition is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A fact.
    Fact(FactId),
    /// A definition, as it was called.
    Call(Arc<str>),
}

/// Something that must be so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// The answer to a question.
    Asked(QuestionId, bool),
    /// The definition comes to one of these.
    Returned(Vec<Returned>),
}

impl Table {
    /// The table of a chart of `atlas`; made once.
    pub fn of<'c>(atlas: &Atlas<'_>, chart: &'c Chart) -> &'c Table {
        chart.table.get_or_init(|| match list::shortest(atlas, chart) {
            Some(rows) => Table { rows },
            None => by_paths(atlas, chart),
        })
    }
}

/// A row a path, in the order of the chart: long, and as exact. A rule has at most 20,000 paths.
fn by_paths(atlas: &Atlas<'_>, chart: &Chart) -> Table {
    let mut rows = Vec::new();
    let mut stack: Vec<(SpotId, Parts)> = vec![(chart.root(), Vec::new())];
    while let Some((at, parts)) = stack.pop() {
        match chart.spot(at) {
            Spot::End(end) => rows.push(list::row_of(&parts, end)),
            Spot::Fork(subject, branches) => {
                for (results, to) in branches.iter().rev() {
                    let mut parts = parts.clone();
                    parts.push(list::part(atlas, subject, results));
                    stack.push((*to, parts));
                }
            }
        }
    }
    Table { rows }
}
