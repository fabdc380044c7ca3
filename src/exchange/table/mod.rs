//! The table: a header row, then a row a service line; rows of a claim stand together.
//!
//! A claim is decided as a whole, so that whatever may have cost it a row rejects it. Rows of a
//! claim that come back later are rejected by name: the earlier ones were decided without them.
//! This door knows only what stands in a row; member history comes from elsewhere.

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

use super::{Fault, Item, Reject};
use claim::Claim;
use columns::Column;
use line::Cells;
use rows::{Row, Rows};
use seen::Seen;

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
    let mut rows = Rows::new(input);
    let mut row = ByteRecord::new();
    let header = match header(rows.next(&mut row)?, &mut row, file) {
        Ok(header) => header,
        Err(fault) => {
            each(Item::Fault(fault));
            return Ok(());
        }
    };
    let mut table = Table::new(header, file.into(), each);
    loop {
        match rows.next(&mut row) {
            Ok(Row::End) => break,
            Ok(Row::Cells(line)) => row = table.row(row, line),
            Ok(Row::Endless(line, rows)) => table.endless(&row, line, rows),
            Err(error) => {
                table.break_claim(fault(
                    "csv::broken_off",
                    table.file.to_string(),
                    "the input failed within or after the claim",
                ));
                table.finish();
                return Err(error);
            }
        }
    }
    table.finish();
    Ok(())
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

/// A table being read, a row at a time: rows in, claims and rejects out.
pub(super) struct Table<'e> {
    header: Header,
    file: Arc<str>,
    /// The claim whose rows are being read.
    claim: Option<Claim>,
    seen: Seen,
    /// The line of a row that nobody knows the claim of, where nothing has come after it yet.
    gap: Option<u64>,
    each: &'e mut dyn FnMut(Item),
}

impl<'e> Table<'e> {
    /// A table of `file` of which no row has been read.
    pub(super) fn new(header: Header, file: Arc<str>, each: &'e mut dyn FnMut(Item)) -> Table<'e> {
        Table { header, file, claim: None, seen: Seen::default(), gap: None, each }
    }

    /// Takes a row of a 1-based line, its cells at the places of the header.
    pub(super) fn take(&mut self, row: &StringRecord, line: u64, elsewhere: Option<&Arc<Elsewhere>>) {
        match self.header.cell(row, Column::ClaimId) {
            Some(claim_id) => {
                self.enter(row, claim_id, line, elsewhere);
                self.add(row, line, elsewhere);
            }
            None => self.gap(line, 1, fault("csv::no_claim_id", self.at(line), "the row has no `claim_id`")),
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
        let whole = self.header.place(Column::ClaimId).filter(|place| place + 1 < row.len());
        let claim_id = whole.and_then(|place| row.get(place)).and_then(|cell| std::str::from_utf8(cell).ok());
        self.refuse(claim_id, line, rows, fault);
    }

    /// Rejects the claim of rows that nothing can be read of but, perhaps, their `claim_id`.
    pub(super) fn refuse(&mut self, claim_id: Option<&str>, line: u64, rows: u64, fault: Fault) {
        let Some(claim_id) = claim_id.map(str::trim).filter(|claim_id| !claim_id.is_empty()) else {
            return self.gap(line, rows, fault);
        };
        let named: StringRecord = (0..self.header.cells)
            .map(|place| if self.header.place(Column::ClaimId) == Some(place) { claim_id } else { "" })
            .collect();
        self.enter(&named, claim_id, line, None);
        if let Some(claim) = &mut self.claim {
            claim.add_lost(rows);
            claim.break_with(fault);
        }
    }

    /// Rejects rows that name no claim, and the claims beside them: they may be theirs.
    pub(super) fn gap(&mut self, line: u64, rows: u64, fault: Fault) {
        let beside = beside(self.at(line));
        self.break_claim(beside);
        let lines = u32::try_from(rows).unwrap_or(u32::MAX);
        (self.each)(Item::Reject(Reject { request_id: None, lines, fault }));
        self.gap = Some(line);
    }

    /// Makes the claim of a row the one being read.
    fn enter(&mut self, row: &StringRecord, claim_id: &str, line: u64, elsewhere: Option<&Arc<Elsewhere>>) {
        let gap = self.gap.take();
        if self.claim.as_ref().is_some_and(|claim| claim.is(&self.header, claim_id)) {
            return;
        }
        self.finish();
        let cells = Cells {
            header: &self.header,
            file: &self.file,
            line,
            row,
            elsewhere: elsewhere.map(|elsewhere| &**elsewhere),
        };
        let mut claim = Claim::begin(&cells, elsewhere.cloned());
        if let Some(line) = gap {
            claim.break_with(beside(self.at(line)));
        }
        if !self.seen.first(claim_id) {
            let mut fault =
                fault("csv::claim_split", self.at(line), "earlier rows of the claim were read before another claim");
            fault.help = Some(
                "sort the table by `claim_id`; the verdict of the earlier rows was given without these".to_owned(),
            );
            claim.break_with(fault);
        }
        self.claim = Some(claim);
    }

    fn add(&mut self, row: &StringRecord, line: u64, elsewhere: Option<&Arc<Elsewhere>>) {
        let cells = Cells {
            header: &self.header,
            file: &self.file,
            line,
            row,
            elsewhere: elsewhere.map(|elsewhere| &**elsewhere),
        };
        if let Some(claim) = &mut self.claim {
            claim.add(&cells);
        }
        if cells.swallowed() > 0 {
            // Rows of the next claim may lie in what was swallowed.
            self.gap = Some(line);
        }
    }

    fn break_claim(&mut self, fault: Fault) {
        if let Some(claim) = &mut self.claim {
            claim.break_with(fault);
        }
    }

    /// Hands on the claim being read: no row follows.
    pub(super) fn finish(&mut self) {
        if let Some(claim) = self.claim.take() {
            (self.each)(claim.finish(&self.header, &self.file));
        }
    }

    fn at(&self, line: u64) -> String {
        format!("{}:{line}", self.file)
    }
}

fn fault(code: &'static str, place: String, message: impl Into<String>) -> Fault {
    Fault { code, place, message: message.into(), help: None }
}

fn beside(place: String) -> Fault {
    fault("csv::row_lost", place, "a row beside the claim's cannot be read and may be its own")
}

fn endless() -> String {
    format!("the row does not end, neither with the input nor within {ROW_BYTES_MAX} bytes")
}

#[cfg(test)]
mod tests;
