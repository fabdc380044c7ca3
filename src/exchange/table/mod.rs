//! The table: a header row, then a row a service line; rows of a claim stand together.
//!
//! Rows are told apart by claims ([`block`]) and each is put together ([`claim`]) by whoever has a hand
//! free. A claim is decided as a whole, so that whatever may have cost it a row rejects it. Rows of a
//! claim that come back later are rejected by name: the earlier ones were decided without them.
//! This door knows only what stands in a row; member history comes from elsewhere.

mod block;
mod claim;
mod columns;
mod line;
mod rows;
mod seen;
pub mod write;

use std::{
    io::{self, Read},
    sync::Arc,
};

use csv::{ByteRecord, StringRecord};

use super::{Fault, Item, LINES_MAX, Reject};
use block::{At, Hand, Step};
use columns::Column;
use rows::{Row, Rows};
use seen::Seen;

pub use block::Block;
pub(super) use block::Head;
pub(super) use claim::CODES_MAX;
pub(super) use columns::{Header, plain};
pub(super) use line::{Elsewhere, SEPARATORS};
pub(super) use rows::ROW_BYTES_MAX;

/// Reads a table of claims named `file`.
///
/// A header with columns that are missing, unknown or there twice is one [`Fault`], and no row is
/// read: a misspelt column would otherwise be a missing fact of every claim.
///
/// # Errors
/// When the input itself fails; the claim it failed in is rejected first.
pub fn read(input: impl Read, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    match open(input, file)? {
        Ok(opened) => opened.cut(0, &mut |block| block.read(each)),
        Err(fault) => {
            each(Item::Fault(fault));
            Ok(())
        }
    }
}

/// A table whose header has been read.
pub(super) struct Opened<R: Read> {
    rows: Rows<R>,
    head: Head,
}

/// Opens a table of claims named `file`; a fault where it is none.
///
/// # Errors
/// When the input itself fails.
pub(super) fn open<R: Read>(input: R, file: &str) -> io::Result<Result<Opened<R>, Fault>> {
    let mut rows = Rows::new(input);
    let mut row = ByteRecord::new();
    let header = header(rows.next(&mut row)?, &mut row, file);
    Ok(header.map(|header| Opened { rows, head: Head { header, file: file.into(), named: |item| item } }))
}

impl<R: Read> Opened<R> {
    /// Tells its claims apart and hands them out in blocks of some `block_bytes`, a claim each where
    /// that is zero.
    ///
    /// # Errors
    /// When the input itself fails; the claim it failed in is rejected first.
    pub(super) fn cut(mut self, block_bytes: usize, each: &mut dyn FnMut(Block)) -> io::Result<()> {
        let mut row = ByteRecord::new();
        let mut table = Table::new(self.head.into(), block_bytes, each);
        let ended = loop {
            match self.rows.next(&mut row) {
                Ok(Row::End) => break Ok(()),
                Ok(Row::Cells(line)) => row = table.row(row, line),
                Ok(Row::Endless(line, rows)) => table.endless(&row, line, rows),
                Err(error) => {
                    let at = table.head.file.to_string();
                    table.break_claim(fault("csv::broken_off", at, "the input failed within or after the claim"));
                    break Err(error);
                }
            }
        };
        table.finish();
        ended
    }
}

fn header(next: Row, row: &mut ByteRecord, file: &str) -> Result<Header, Fault> {
    let place = || format!("{file}:1");
    match next {
        Row::End => Err(fault("csv::no_header", place(), "the table is empty")),
        Row::Endless(..) => Err(fault("csv::endless_row", place(), endless())),
        Row::Cells(_) => match StringRecord::from_byte_record(std::mem::take(row)) {
            Ok(row) => Header::read(&row, file),
            Err(_) => Err(fault("csv::not_utf8", place(), "the header row is not UTF-8")),
        },
    }
}

/// A table whose claims are told apart, a row at a time.
pub(super) struct Table<'e> {
    head: Arc<Head>,
    /// The claim whose rows are being read.
    claim: Option<Open>,
    seen: Seen,
    /// The line of a row that nobody knows the claim of, where nothing has come after it yet.
    gap: Option<u64>,
    block: Block,
    block_bytes: usize,
    each: &'e mut dyn FnMut(Block),
}

/// A claim whose rows are being read.
struct Open {
    id: String,
    /// How many rows it has.
    rows: usize,
    /// Its first row, and the place of its first step in the block.
    first: At,
    from: usize,
    /// Reads it as it comes, where it is too long to be kept.
    hand: Option<Box<Hand>>,
}

/// How much a block may hold of one claim, in bytes: more than a thousand rows have. A longer one is read as
/// it comes.
const CLAIM_BYTES_MAX: usize = 512 * 1024;

/// Steps of a block, and of a claim that is kept, at most: rows of few bytes take more room than they have,
/// and faults have none.
const STEPS_MAX: usize = 8 * 1024;

impl<'e> Table<'e> {
    /// A table of which no row has been read; it hands out blocks of some `block_bytes`, but for a claim
    /// that is longer.
    pub(super) fn new(head: Arc<Head>, block_bytes: usize, each: &'e mut dyn FnMut(Block)) -> Table<'e> {
        let block = Block::new(Arc::clone(&head));
        Table { head, claim: None, seen: Seen::default(), gap: None, block, block_bytes, each }
    }

    /// Takes a row of a 1-based line, its cells at the places of the header.
    pub(super) fn take(&mut self, row: &StringRecord, line: u64, elsewhere: Option<&Arc<Elsewhere>>) {
        let Some(claim_id) = self.head.header.place(Column::ClaimId).and_then(|place| named(row.get(place))) else {
            return self.gap(line, 1, fault("csv::no_claim_id", self.at(line), "the row has no `claim_id`"));
        };
        let begun = self.enter(claim_id, row, line, elsewhere);
        let at = begun.unwrap_or_else(|| self.block.row(row, line, elsewhere));
        if self.block.cells(at, &self.head.file).swallowed() > 0 {
            // Rows of the next claim may lie in what was swallowed.
            self.gap = Some(line);
        }
        let Some(open) = &mut self.claim else { return };
        // Of a claim with more lines than it may have, rows are only counted.
        let is_counted = open.rows > LINES_MAX;
        open.rows += 1;
        let is_read = open.hand.is_some();
        self.step(if is_counted { Step::Lost(1) } else { Step::Add(at) });
        if is_counted || is_read {
            self.block.forget(at);
        }
    }

    /// Takes a row, and gives its memory back.
    fn row(&mut self, row: ByteRecord, line: u64) -> ByteRecord {
        match StringRecord::from_byte_record(row) {
            Ok(row) => {
                self.take(&row, line, None);
                row.into_byte_record()
            }
            Err(error) => {
                let row = error.into_byte_record();
                self.lost(&row, line, 1, fault("csv::not_utf8", self.at(line), "the row is not UTF-8"));
                row
            }
        }
    }

    /// Takes the beginning of a row that has no end.
    fn endless(&mut self, row: &ByteRecord, line: u64, rows: u64) {
        let mut fault = fault("csv::endless_row", self.at(line), endless());
        fault.help = Some("close the quote that is open".to_owned());
        self.lost(row, line, rows, fault);
        // Rows of the next claim may lie in what was passed.
        self.gap = Some(line);
    }

    /// Rejects the claim of a row that cannot be read, where its identifier can.
    fn lost(&mut self, row: &ByteRecord, line: u64, rows: u64, fault: Fault) {
        // The last cell of a row may have been cut off.
        let whole = self.head.header.place(Column::ClaimId).filter(|place| place + 1 < row.len());
        let claim_id = whole.and_then(|place| row.get(place)).and_then(|cell| std::str::from_utf8(cell).ok());
        self.refuse(claim_id, line, rows, fault);
    }

    /// Rejects the claim of rows that nothing can be read of but, perhaps, their `claim_id`.
    pub(super) fn refuse(&mut self, claim_id: Option<&str>, line: u64, rows: u64, fault: Fault) {
        let Some(claim_id) = named(claim_id) else {
            return self.gap(line, rows, fault);
        };
        let header = &self.head.header;
        let row: StringRecord = (0..header.cells)
            .map(|place| if header.place(Column::ClaimId) == Some(place) { claim_id } else { "" })
            .collect();
        self.enter(claim_id, &row, line, None);
        self.step(Step::Lost(rows));
        self.break_claim(fault);
    }

    /// Rejects rows that name no claim, and the claims beside them: they may be theirs.
    pub(super) fn gap(&mut self, line: u64, rows: u64, fault: Fault) {
        let beside = beside(self.at(line));
        self.break_claim(beside);
        let lines = u32::try_from(rows).unwrap_or(u32::MAX);
        self.block.push(Step::Say(Box::new(Item::Reject(Reject { request_id: None, lines, fault }))));
        self.gap = Some(line);
        self.shorten();
        self.hand_out();
    }

    /// Makes the claim of a row the one being read; where that is another than before, keeps its row.
    fn enter(
        &mut self,
        claim_id: &str,
        row: &StringRecord,
        line: u64,
        elsewhere: Option<&Arc<Elsewhere>>,
    ) -> Option<At> {
        let gap = self.gap.take();
        if self.claim.as_ref().is_some_and(|open| open.id == claim_id) {
            return None;
        }
        self.close();
        self.hand_out();
        let from = self.block.steps();
        let at = self.block.row(row, line, elsewhere);
        self.claim = Some(Open { id: claim_id.to_owned(), rows: 0, first: at, from, hand: None });
        self.block.push(Step::Begin(at));
        // These go to the block as they are: the row is still to be looked at, and must stay until then.
        if let Some(line) = gap {
            self.block.push(Step::Break(Box::new(beside(self.at(line)))));
        }
        if !self.seen.first(claim_id) {
            let mut fault =
                fault("csv::claim_split", self.at(line), "earlier rows of the claim were read before another claim");
            fault.help = Some(
                "sort the table by `claim_id`; the verdict of the earlier rows was given without these".to_owned(),
            );
            self.block.push(Step::Break(Box::new(fault)));
        }
        Some(at)
    }

    fn break_claim(&mut self, fault: Fault) {
        if self.claim.is_some() {
            self.step(Step::Break(Box::new(fault)));
        }
    }

    /// A step of the claim that stands open.
    fn step(&mut self, step: Step) {
        match self.claim.as_mut().and_then(|open| open.hand.as_mut()) {
            Some(hand) => {
                if let Some(item) = hand.take(step, &self.block) {
                    self.block.push(Step::Say(Box::new(item)));
                }
            }
            None => self.block.push(step),
        }
        self.shorten();
    }

    /// Reads the claim that stands open so far, where too much of it is kept, and its rest as it comes.
    fn shorten(&mut self) {
        let Some(open) = self.claim.as_mut().filter(|open| open.hand.is_none()) else { return };
        if self.block.bytes_from(open.first) > CLAIM_BYTES_MAX || self.block.steps() - open.from > STEPS_MAX {
            open.hand = Some(Box::new(self.block.split_off(open.first, open.from)));
        }
    }

    fn close(&mut self) {
        if self.claim.is_some() {
            self.step(Step::Finish);
            self.claim = None;
        }
    }

    /// Hands on the claim being read: no row follows.
    pub(super) fn finish(mut self) {
        self.close();
        if self.block.steps() > 0 {
            (self.each)(self.block);
        }
    }

    /// Hands out the block, where it is full and no claim stands open in it.
    fn hand_out(&mut self) {
        let is_full = self.block.bytes() >= self.block_bytes || self.block.steps() >= STEPS_MAX;
        let is_kept = self.claim.as_ref().is_some_and(|open| open.hand.is_none());
        if is_full && !is_kept && self.block.steps() > 0 {
            let another = self.block.another();
            (self.each)(std::mem::replace(&mut self.block, another));
        }
    }

    fn at(&self, line: u64) -> String {
        format!("{}:{line}", self.head.file)
    }
}

fn fault(code: &'static str, place: String, message: impl Into<String>) -> Fault {
    Fault { code, place, message: message.into(), help: None }
}

/// A claim's identifier without the blanks around it; none where there is nothing else.
fn named(claim_id: Option<&str>) -> Option<&str> {
    claim_id.map(str::trim).filter(|claim_id| !claim_id.is_empty())
}

fn beside(place: String) -> Fault {
    fault("csv::row_lost", place, "a row beside the claim's cannot be read and may be its own")
}

fn endless() -> String {
    format!("the row does not end, neither with the input nor within {ROW_BYTES_MAX} bytes")
}

#[cfg(test)]
mod tests;
