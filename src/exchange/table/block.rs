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

    /// How many bytes its cells and their ends have.
    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }

    /// How many of them belong to a row and those behind it.
    pub(super) fn bytes_from(&self, at: At) -> usize {
        self.text.len() - at.from as usize + (self.ends.len() - at.first as usize) * size_of::<u32>()
    }

    /// About how much memory it takes, in bytes.
    pub fn weight(&self) -> usize {
        self.bytes() + self.steps.len() * size_of::<Step>()
    }

    /// How many claims and rejects come of it.
    pub fn claims(&self) -> usize {
        let is_claim = |step: &&Step| match step {
            Step::Begin(_) => true,
            Step::Say(item) => item.is_claim(),
            _ => false,
        };
        self.steps.iter().filter(is_claim).count()
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

    /// Keeps a row, and all behind it, no longer.
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

    /// Takes out the claim that stands open, whose rows begin with `first` and whose steps at `from`, and
    /// reads it so far; what was said since stays.
    pub(super) fn split_off(&mut self, first: At, from: usize) -> Hand {
        let steps = self.steps.split_off(from);
        let mut hand = Hand::new(&self.head);
        for step in steps {
            if let Some(item) = hand.take(step, self) {
                self.steps.push(Step::Say(Box::new(item)));
            }
        }
        hand.keep_first(self);
        self.forget(first);
        hand
    }

    /// Reads its claims: hands each request, reject and fault to `each`, in the order of the rows.
    pub fn read(mut self, each: &mut dyn FnMut(Item)) {
        let (steps, named) = (std::mem::take(&mut self.steps), self.head.named);
        let mut hand = Hand::new(&self.head);
        for step in steps {
            if let Some(item) = hand.take(step, &self) {
                each(named(item));
            }
        }
    }
}

/// Reads claims step by step.
pub(super) struct Hand {
    /// The claim that stands open, and its first row.
    claim: Option<(Claim, At)>,
    /// That row and nothing else, where it is no longer in the block.
    kept: Option<Block>,
    /// A name of its own: several hands that count the sources of one would wait for one another.
    file: Arc<str>,
}

impl Hand {
    fn new(head: &Head) -> Hand {
        Hand { claim: None, kept: None, file: Arc::from(&*head.file) }
    }

    /// Keeps the first row of the claim that stands open, which `block` will not keep.
    fn keep_first(&mut self, block: &Block) {
        let Some((_, first)) = &mut self.claim else { return };
        let mut kept = Block::new(Arc::clone(&block.head));
        let cells = block.cells(*first, &self.file).row;
        let row: StringRecord = (0..cells.len()).map(|place| cells.get(place).unwrap_or_default()).collect();
        let elsewhere = first.elsewhere.and_then(|place| block.elsewhere.get(place as usize));
        *first = kept.row(&row, first.line, elsewhere);
        self.kept = Some(kept);
    }

    /// Takes the next step, whose row is in `block`; gives what comes of it.
    pub(super) fn take(&mut self, step: Step, block: &Block) -> Option<Item> {
        let of_first = self.kept.as_ref().unwrap_or(block);
        match (step, &mut self.claim) {
            (Step::Begin(at), _) => self.claim = Some((Claim::begin(&block.cells(at, &self.file)), at)),
            (Step::Add(at), Some((claim, first))) => {
                claim.add(&of_first.cells(*first, &self.file), &block.cells(at, &self.file));
            }
            (Step::Lost(rows), Some((claim, _))) => claim.add_lost(rows),
            (Step::Break(fault), Some((claim, _))) => claim.break_with(*fault),
            (Step::Finish, _) => {
                let (claim, first) = self.claim.take()?;
                return Some(claim.finish(&of_first.cells(first, &self.file)));
            }
            (Step::Say(item), _) => return Some(*item),
            (_, None) => {}
        }
        None
    }
}
