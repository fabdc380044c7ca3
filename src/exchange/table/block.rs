//! Rows that were told apart and are still to be read: what belongs to one claim, and what cost it a row.
//!
//! Where a claim begins and ends hangs on the rows before it; what it says hangs on its own. So one
//! hand tells claims apart, and several read.

use std::sync::Arc;

use csv::StringRecord;

use super::{
    claim::Claim,
    columns::Header,
    line::{Cells, Elsewhere},
};
use crate::exchange::{Fault, Item};

/// What is the same for all rows of a table.
pub(in crate::exchange) struct Head {
    pub(in crate::exchange) header: Header,
    pub(in crate::exchange) file: Arc<str>,
    /// Gives faults the names that they have in the table's format.
    pub(in crate::exchange) named: fn(Item) -> Item,
}

/// Claims that follow one another, not read yet, and what is to be said between them.
pub struct Block {
    head: Arc<Head>,
    /// The cells of all rows, one behind the other.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
    elsewhere: Vec<Arc<Elsewhere>>,
    steps: Vec<Step>,
}

/// What comes next.
pub(super) enum Step {
    /// A claim begins with this row, which is added to it by a step of its own.
    Begin(At),
    /// A row of the claim.
    Add(At),
    /// So many rows of the claim that nothing can be read of.
    Lost(u64),
    /// The claim will be rejected.
    Break(Box<Fault>),
    /// The claim ends.
    Finish,
    /// Something else is said.
    Say(Box<Item>),
}

/// A row of a block.
#[derive(Clone, Copy)]
pub(super) struct At {
    /// Its line in the file.
    line: u64,
    /// Where its cells begin.
    from: u32,
    /// The place of its first cell's end.
    first: u32,
    cells: u32,
    /// The place of what says where its cells stood.
    elsewhere: Option<u32>,
}

/// The cells of a row.
#[derive(Clone, Copy)]
pub(super) struct Row<'b> {
    /// The cells of this row and those before it.
    text: &'b str,
    from: usize,
    ends: &'b [u32],
}

impl<'b> Row<'b> {
    /// The row of these cells alone, where each ends in `text`.
    #[cfg(test)]
    pub(super) fn of(text: &'b str, ends: &'b [u32]) -> Row<'b> {
        Row { text, from: 0, ends }
    }

    /// The cell at a place.
    pub(super) fn get(self, place: usize) -> Option<&'b str> {
        let end = *self.ends.get(place)? as usize;
        let from = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => self.from,
        };
        self.text.get(from..end)
    }

    /// How many cells it has.
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    /// All cells, one behind the other.
    pub(super) fn text(self) -> &'b str {
        self.text.get(self.from..).unwrap_or_default()
    }
}

impl Block {
    pub(super) fn new(head: Arc<Head>) -> Block {
        Block { head, text: String::new(), ends: Vec::new(), elsewhere: Vec::new(), steps: Vec::new() }
    }

    /// An empty block with room for as much as this one has.
    pub(super) fn another(&self) -> Block {
        Block {
            head: Arc::clone(&self.head),
            text: String::with_capacity(self.text.len()),
            ends: Vec::with_capacity(self.ends.len()),
            elsewhere: Vec::new(),
            steps: Vec::with_capacity(self.steps.len()),
        }
    }

    /// How many bytes its cells have.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn push(&mut self, step: Step) {
        match (&step, self.steps.last_mut()) {
            (Step::Lost(more), Some(Step::Lost(rows))) => *rows = rows.saturating_add(*more),
            _ => self.steps.push(step),
        }
    }

    /// Keeps a row of a 1-based line.
    pub(super) fn row(&mut self, row: &StringRecord, line: u64, elsewhere: Option<&Arc<Elsewhere>>) -> At {
        let place = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let (from, first) = (self.text.len(), self.ends.len());
        self.text.push_str(row.as_slice());
        let mut end = from;
        self.ends.extend(row.iter().map(|cell| {
            end += cell.len();
            place(end)
        }));
        let elsewhere = elsewhere.map(|elsewhere| {
            self.elsewhere.push(Arc::clone(elsewhere));
            place(self.elsewhere.len() - 1)
        });
        At { line, from: place(from), first: place(first), cells: place(row.len()), elsewhere }
    }

    /// Keeps the last row no longer.
    pub(super) fn forget(&mut self, at: At) {
        self.text.truncate(at.from as usize);
        self.ends.truncate(at.first as usize);
        self.elsewhere.truncate(at.elsewhere.map_or(self.elsewhere.len(), |place| place as usize));
    }

    /// The cells of a row, in a file of this name.
    pub(super) fn cells<'b>(&'b self, at: At, file: &'b Arc<str>) -> Cells<'b> {
        let ends = self.ends.get(at.first as usize..).and_then(|ends| ends.get(..at.cells as usize));
        let (ends, from) = (ends.unwrap_or_default(), at.from as usize);
        let end = ends.last().map_or(from, |end| *end as usize);
        let row = Row { text: self.text.get(..end).unwrap_or_default(), from, ends };
        let elsewhere = at.elsewhere.and_then(|place| self.elsewhere.get(place as usize)).map(|elsewhere| &**elsewhere);
        Cells { header: &self.head.header, file, line: at.line, row, elsewhere }
    }

    /// Reads its claims: hands each request, reject and fault to `each`, in the order of the rows.
    pub fn read(mut self, each: &mut dyn FnMut(Item)) {
        let steps = std::mem::take(&mut self.steps);
        // A name of its own: several hands that count the sources of one would wait for one another.
        let (file, named) = (Arc::from(&*self.head.file), self.head.named);
        let mut claim: Option<Claim<'_>> = None;
        for step in steps {
            match (step, &mut claim) {
                (Step::Begin(at), _) => claim = Some(Claim::begin(self.cells(at, &file))),
                (Step::Add(at), Some(claim)) => claim.add(&self.cells(at, &file)),
                (Step::Lost(rows), Some(claim)) => claim.add_lost(rows),
                (Step::Break(fault), Some(claim)) => claim.break_with(*fault),
                (Step::Finish, _) => {
                    if let Some(claim) = claim.take() {
                        each(named(claim.finish()));
                    }
                }
                (Step::Say(item), _) => each(named(*item)),
                (_, None) => {}
            }
        }
    }
}
