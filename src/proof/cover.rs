//! A condition as few readable rows: each row is a conjunction of clauses on single facts.
//!
//! Greedy: some request that must be covered, all that can be said of it, and then everything left
//! out that is not needed to keep off what must not be covered. INVARIANT: the rows together hold
//! wherever they must, and nowhere they must not.

use super::{
    Space,
    clause::{Clause, said_of, valued},
};
use crate::tree::{FALSE, Graph, NodeId, TRUE, TooLarge};

/// A conjunction of clauses; none: always.
pub type Row = Vec<Clause>;

/// What a cover keeps to. What neither names is free.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// What must be covered.
    pub must: NodeId,
    /// What must not be.
    pub never: NodeId,
}

/// Rows that cover a condition.
#[derive(Clone, Debug)]
pub struct Cover {
    /// The rows, short ones first.
    pub rows: Vec<Row>,
    /// What they leave where there would be more rows than asked for; else nothing.
    pub left: NodeId,
}

/// Rows that cover `bounds`, at most `rows_max`.
///
/// # Errors
/// The limit of nodes.
pub fn cover(graph: &mut Graph<'_>, space: &Space, bounds: Bounds, rows_max: usize) -> Result<Cover, TooLarge> {
    let (mut rows, mut left) = (Vec::new(), bounds.must);
    while let Some(path) = graph.plainest(left).filter(|_| rows.len() < rows_max) {
        let said = said_of(graph, space, &path)?;
        let mut row = needed(graph, said, bounds.never)?;
        widen(graph, space, &mut row, Bounds { must: left, never: bounds.never })?;
        row.sort_by_key(Clause::order);
        let node = node_of(graph, &row)?;
        left = graph.without(left, node)?;
        rows.push((row, node));
    }
    let must = graph.without(bounds.must, left)?;
    let rows = irredundant(graph, rows, must)?;
    Ok(Cover { rows, left })
}

/// The row without clauses that it does not need: first half of them at once, then ever fewer.
/// What tells least is given up first.
fn needed(graph: &mut Graph<'_>, mut row: Row, never: NodeId) -> Result<Row, TooLarge> {
    row.sort_by_key(Clause::weight);
    let mut step = row.len().div_ceil(2);
    while step > 0 {
        let mut place = 0;
        while place < row.len() {
            let end = (place + step).min(row.len());
            let mut fewer = row.clone();
            fewer.drain(place..end);
            let node = node_of(graph, &fewer)?;
            if graph.are_apart(node, never) {
                row = fewer;
            } else {
                place = end;
            }
        }
        step = if step == 1 { 0 } else { step.div_ceil(2) };
    }
    Ok(row)
}

/// The row with every value of an amount, a choice or a single code that it can have and that
/// covers more of what must be.
fn widen(graph: &mut Graph<'_>, space: &Space, row: &mut Row, bounds: Bounds) -> Result<(), TooLarge> {
    for place in 0..row.len() {
        let Some((variable, mut values)) = row.get(place).and_then(|clause| clause.values.clone()) else { continue };
        let mut rest = TRUE;
        for (_, clause) in row.iter().enumerate().filter(|(other, _)| *other != place) {
            rest = graph.and(rest, clause.node)?;
        }
        for value in 0..graph.arity(variable) {
            if !values.contains(&value) {
                let one = graph.one_of(variable, &[value])?;
                let wider = graph.and(rest, one)?;
                if graph.are_apart(wider, bounds.never) && !graph.are_apart(wider, bounds.must) {
                    values.push(value);
                }
            }
        }
        values.sort_unstable();
        if let (Some(clause), Some(wide)) = (row.get_mut(place), valued(graph, space, variable, &values)?) {
            *clause = wide;
        }
    }
    Ok(())
}

/// The rows without those that others cover, long rows given up first.
fn irredundant(graph: &mut Graph<'_>, mut rows: Vec<(Row, NodeId)>, must: NodeId) -> Result<Vec<Row>, TooLarge> {
    rows.sort_by_key(|(row, _)| row.len());
    let mut place = rows.len();
    while let Some(at) = place.checked_sub(1) {
        place = at;
        let mut left = must;
        for (_, (_, node)) in rows.iter().enumerate().filter(|(other, _)| *other != at) {
            left = graph.without(left, *node)?;
        }
        if left == FALSE {
            rows.remove(at);
        }
    }
    Ok(rows.into_iter().map(|(row, _)| row).collect())
}

/// Where every clause of a row holds.
///
/// # Errors
/// The limit of nodes.
pub fn node_of(graph: &mut Graph<'_>, row: &[Clause]) -> Result<NodeId, TooLarge> {
    let mut node = TRUE;
    // From the last fact up, so that each step adds above what is there.
    for clause in row.iter().rev() {
        node = graph.and(clause.node, node)?;
    }
    Ok(node)
}
