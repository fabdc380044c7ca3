//! The complete difference of two packs: every class of lines whose verdict or reason changes.
//!
//! Both are concluded over one space; where their ends differ, something changes, and nowhere
//! else. A class is what the old pack concludes and what the new one does; it is described from
//! the side that takes fewer words. INVARIANT: no class of changes is left out, and each is shown
//! by a request that both desks decided so, or said to have none that was found.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Conclusion, Conclusions, ProofError, Space,
    clause::{Asks, Clause},
    conclusion::{conclude, lay},
    cover::{Bounds, Cover, cover},
    edits::{Edit, edits},
    example::Examples,
    together,
    witness::Codes,
};
use crate::{
    code::Code,
    pack::Pack,
    request::Request,
    tree::{FALSE, Graph, NodeId, ValueMask},
    verdict::PackStamp,
};

/// Nodes of the diagrams of a comparison; two versions of the first pack take some hundred thousand.
pub const NODES_MAX: usize = 16_000_000;

/// Rows that a description may take: first the changes that few rows describe, then the others.
const ROWS_MAX: [usize; 3] = [2, 8, 64];

/// How two packs differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The old pack.
    pub old: PackStamp,
    /// The new pack.
    pub new: PackStamp,
    /// What was edited.
    pub edits: Vec<Edit>,
    /// The changes, gathered by what they have in common; the gravest first.
    pub groups: Vec<Group>,
    /// The space both were concluded over: conditions are read at its values.
    pub space: Arc<Space>,
}

/// Changes that are described together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Of whose lines the conditions speak.
    pub side: Side,
    /// What that side concludes of them.
    pub of: Conclusion,
    /// Which of those lines change: rows of conditions, one of which holds. An empty row: all do.
    pub rows: Vec<Vec<Condition>>,
    /// Whether there are more rows than could be told.
    pub is_cut: bool,
    /// What becomes what.
    pub changes: Vec<Change>,
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The old pack.
    Old,
    /// The new pack.
    New,
}

/// A condition of one fact, in the words of the packs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The fact, as scripts write it.
    pub fact: String,
    /// What of it: `one in axial`, `≥ 3 calendar months`.
    pub says: String,
    /// How it is read at a line.
    asks: Asks,
}

impl Condition {
    /// Whether it holds of a line with these [values](Space::values); `None` where that is unknown.
    pub fn holds(&self, values: &[ValueMask]) -> Option<bool> {
        self.asks.holds(values)
    }
}

/// A class of lines that change alike.
#[derive(Clone, Debug)]
pub struct Change {
    /// What the old pack concludes.
    pub from: Conclusion,
    /// What the new pack concludes.
    pub to: Conclusion,
    /// A request whose first line changes so, found and held against both packs; `None` where none
    /// was found.
    pub witness: Option<Request>,
}

/// The difference of two packs. Witnesses have codes of `used`, codes seen in use, where they can.
///
/// # Errors
/// See [`ProofError`].
pub fn difference(old: &Pack, new: &Pack, used: &[Code]) -> Result<Difference, ProofError> {
    let space = Arc::new(Space::of_both(old, new)?);
    let codes = Codes::new(&space.sets, used.iter().copied());
    let mut compared = compare(&space, &codes, old, new)?;
    let examples = Examples::new(&space, &codes, old, Some(new));
    let by_end = compared.by_end();
    let mut left = compared.ends.clone();
    let mut groups = Vec::new();
    for rows_max in ROWS_MAX {
        while let Some((side, end, cover)) =
            described(&mut compared.graph, &space, &by_end, &left, &compared.known, rows_max)?
        {
            let told = by_end.get(&(side, end)).into_iter().flatten().copied();
            let numbers: Vec<u32> = told.filter(|number| left.contains(number)).collect();
            let changes = compared.changes(&numbers, &examples)?;
            left.retain(|number| !numbers.contains(number));
            let Some(of) = compared.said.get(end).cloned() else { continue };
            let rows =
                cover.rows.iter().map(|row| row.iter().map(|clause| condition(&space, clause)).collect()).collect();
            groups.push(Group { side, of, rows, is_cut: cover.left != FALSE, changes });
        }
    }
    groups.sort_by(|one, two| one.changes.first().map(gravity).cmp(&two.changes.first().map(gravity)));
    Ok(Difference { old: old.stamp(), new: new.stamp(), edits: edits(old, new), groups, space })
}

/// Whether any line's verdict or reason changes between two packs: [`difference`] without telling which.
///
/// # Errors
/// See [`ProofError`].
pub fn differs(old: &Pack, new: &Pack) -> Result<bool, ProofError> {
    let space = Space::of_both(old, new)?;
    let codes = Codes::new(&space.sets, []);
    Ok(!compare(&space, &codes, old, new)?.ends.is_empty())
}

/// Two packs concluded over one space, and where they part.
struct Compared<'s> {
    graph: Graph<'s>,
    said: Conclusions,
    /// What becomes what; a change's number is its place, from 1.
    pairs: Vec<(u32, u32)>,
    known: Known,
    /// The numbers of the changes that some request comes to.
    ends: BTreeSet<u32>,
}

fn compare<'s>(space: &'s Space, codes: &Codes, old: &Pack, new: &Pack) -> Result<Compared<'s>, ProofError> {
    let mut graph = Graph::new(&space.variables, NODES_MAX);
    let mut said = Conclusions::default();
    let mut concluded = [FALSE; 2];
    for (place, (pack, end)) in [old, new].into_iter().zip(&mut concluded).enumerate() {
        let laid = lay(&mut graph, space, place, pack, &mut said)?;
        *end = conclude(&mut graph, space, pack, &laid, &mut said)?;
    }
    let possible = together::possible(&mut graph, space, codes)?;
    let [before, after] = concluded;
    let (pairs, changed) = pairs(&mut graph, before, after, possible)?;
    let known = Known { before, after, changed: changed.node, possible };
    Ok(Compared { graph, said, pairs, known, ends: changed.ends })
}

impl Compared<'_> {
    /// The changes by what each side concludes.
    fn by_end(&self) -> BTreeMap<(Side, u32), Vec<u32>> {
        let mut by_end: BTreeMap<(Side, u32), Vec<u32>> = BTreeMap::new();
        for (number, (from, to)) in (1u32..).zip(&self.pairs).filter(|(number, _)| self.ends.contains(number)) {
            by_end.entry((Side::Old, *from)).or_default().push(number);
            by_end.entry((Side::New, *to)).or_default().push(number);
        }
        by_end
    }

    /// The changes of these numbers, each with its witness; the gravest first.
    fn changes(&mut self, numbers: &[u32], examples: &Examples<'_>) -> Result<Vec<Change>, ProofError> {
        let mut changes = Vec::new();
        for number in numbers {
            let Some((from, to)) = self.pairs.get(*number as usize - 1) else { continue };
            let (Some(from), Some(to)) = (self.said.get(*from).cloned(), self.said.get(*to).cloned()) else { continue };
            let here = self.graph.map(self.known.changed, &mut |end| u32::from(end == *number))?;
            let witness = examples.of_change(&mut self.graph, here, &from, &to)?;
            changes.push(Change { from, to, witness });
        }
        changes.sort_by(|one, two| gravity(one).cmp(&gravity(two)));
        Ok(changes)
    }
}

/// The end of what no request can be.
const IMPOSSIBLE: u32 = u32::MAX;

/// Where both differ: the end n is the n-th pair of ends, 0 where nothing changes.
struct Changed {
    node: NodeId,
    ends: BTreeSet<u32>,
}

/// Every pair of ends that some request comes to, and where.
fn pairs(
    graph: &mut Graph<'_>,
    before: NodeId,
    after: NodeId,
    possible: NodeId,
) -> Result<(Vec<(u32, u32)>, Changed), ProofError> {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut numbers: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    // What cannot be is cut off first, so that it is not paired.
    let nowhere = graph.end(IMPOSSIBLE)?;
    let before = graph.if_then_else(possible, before, nowhere)?;
    let node = graph.apply(before, after, &mut |graph, one, two| match (graph.ending(one), graph.ending(two)) {
        (Some(IMPOSSIBLE), _) => Ok(Some(FALSE)),
        (Some(from), Some(to)) if from != to => {
            let number = *numbers.entry((from, to)).or_insert_with(|| {
                pairs.push((from, to));
                u32::try_from(pairs.len()).unwrap_or(u32::MAX)
            });
            graph.end(number).map(Some)
        }
        (_, _) => Ok((one == two).then_some(FALSE)),
    })?;
    let mut ends = graph.ends_below(node);
    ends.remove(&0);
    Ok((pairs, Changed { node, ends }))
}

/// The diagrams of a comparison.
struct Known {
    before: NodeId,
    after: NodeId,
    changed: NodeId,
    possible: NodeId,
}

/// The end with the most changes not told yet whose description takes at most `rows_max` rows; at
/// the last limit any. Changes that were told may be described again.
fn described(
    graph: &mut Graph<'_>,
    space: &Space,
    by_end: &BTreeMap<(Side, u32), Vec<u32>>,
    left: &BTreeSet<u32>,
    known: &Known,
    rows_max: usize,
) -> Result<Option<(Side, u32, Cover)>, ProofError> {
    let mut order: Vec<(usize, Side, u32)> = by_end
        .iter()
        .map(|((side, end), numbers)| (numbers.iter().filter(|number| left.contains(number)).count(), *side, *end))
        .filter(|(count, ..)| *count > 0)
        .collect();
    order.sort_by_key(|(count, side, end)| (std::cmp::Reverse(*count), *side, *end));
    let is_last = ROWS_MAX.last() == Some(&rows_max);
    let untold = graph.map(known.changed, &mut |number| u32::from(left.contains(&number)))?;
    let changed = graph.map(known.changed, &mut |number| u32::from(number != 0))?;
    for (_, side, end) in order {
        let whole = if side == Side::Old { known.before } else { known.after };
        let of_end = graph.map(whole, &mut |other| u32::from(other == end))?;
        let of_end = graph.and(of_end, known.possible)?;
        let bounds = Bounds { must: graph.and(of_end, untold)?, never: graph.without(of_end, changed)? };
        let cover = cover(graph, space, bounds, rows_max)?;
        if is_last || cover.left == FALSE {
            return Ok(Some((side, end, cover)));
        }
    }
    Ok(None)
}

fn condition(space: &Space, clause: &Clause) -> Condition {
    let fact = space.book.fact_words(clause.fact, &space.sets);
    Condition { fact, says: clause.says.clone(), asks: clause.asks.clone() }
}

/// What a reader must see first: new denials, then lost ones, then other verdicts, then reasons.
fn gravity(change: &Change) -> (u8, &Conclusion, &Conclusion) {
    use crate::verdict::Verdict::Deny;
    let rank = match (change.from.verdict, change.to.verdict) {
        (from, to) if from == to => 3,
        (_, Deny) => 0,
        (Deny, _) => 1,
        _ => 2,
    };
    (rank, &change.from, &change.to)
}
