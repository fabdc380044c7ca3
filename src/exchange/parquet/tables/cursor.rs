//! A table read row by row, of which only the columns are read that a claim needs.

use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::file::reader::ChunkReader;

use super::super::{
    cells::{Holder, Kind, holder},
    source::{Batch, Batches, Opened, fault, wrong_types},
};
use crate::{
    exchange::{Fault, faults::shown, table::plain},
    request::Source,
};

/// A column that is read where the table has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    name: &'static str,
    kind: Kind,
    required: bool,
}

impl Wanted {
    /// A column that the table must have.
    pub(super) const fn must(name: &'static str, kind: Kind) -> Wanted {
        Wanted { name, kind, required: true }
    }

    /// A column that the table may have.
    pub(super) const fn may(name: &'static str, kind: Kind) -> Wanted {
        Wanted { name, kind, required: false }
    }
}

/// A table, standing on one of its rows or behind the last.
pub(super) struct Cursor<R> {
    file: Arc<str>,
    opened: Opened<R>,
    /// Columns in the order of the file: the name we know them by and how they are held.
    columns: Vec<(&'static str, usize, Holder)>,
    batches: Batches<R>,
    batch: Option<RecordBatch>,
    /// The place of the row in its batch.
    index: usize,
    row: u64,
    /// The cells of the row, by column.
    cells: Vec<String>,
    is_at_end: bool,
    /// Rows before this one that are damaged: the first, and how many.
    lost: Option<(u64, u64)>,
}

impl<R: ChunkReader + 'static> Cursor<R> {
    /// The table of `file`, before its first row.
    ///
    /// # Errors
    /// When it is no Parquet, or lacks a column, or has one of a wrong type.
    pub(super) fn open(input: R, file: &'static str, wanted: &'static [Wanted]) -> Result<Cursor<R>, Fault> {
        let opened = Opened::open(input, file)?;
        let kinds: Vec<(&str, Kind)> = wanted.iter().map(|wanted| (wanted.name, wanted.kind)).collect();
        let (mut columns, mut wrong) = (Vec::new(), Vec::new());
        for (place, (name, holds)) in opened.columns().enumerate() {
            let plain = plain(name);
            let Some(wanted) = wanted.iter().find(|wanted| wanted.name == plain) else { continue };
            match holder(wanted.name, holds, &kinds) {
                Ok(holder) => columns.push((wanted.name, place, holder)),
                Err(why) => wrong.push(format!("`{}` {why}", shown(name))),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong_types(file, &wrong));
        }
        let there = |name: &str| columns.iter().any(|(column, ..)| *column == name);
        let missing: Vec<String> = wanted
            .iter()
            .filter(|wanted| wanted.required && !there(wanted.name))
            .map(|wanted| format!("`{}`", wanted.name))
            .collect();
        if !missing.is_empty() {
            let known: Vec<&str> = wanted.iter().map(|wanted| wanted.name).collect();
            let message = format!("the table lacks {}", missing.join(", "));
            let help = Some(format!("the columns read of it are {}", known.join(", ")));
            return Err(Fault { help, ..fault("parquet::missing_column", file, message) });
        }
        let batches = opened.batches(Some(columns.iter().map(|(_, place, _)| *place).collect()));
        let cells = vec![String::new(); columns.len()];
        let (batch, is_at_end, lost) = (None, false, None);
        Ok(Cursor { file: file.into(), opened, columns, batches, batch, index: 0, row: 0, cells, is_at_end, lost })
    }

    /// Goes to the next row.
    pub(super) fn step(&mut self) {
        self.index += 1;
        self.row += 1;
        while self.batch.as_ref().is_none_or(|batch| self.index >= batch.num_rows()) {
            match self.batches.next() {
                None => {
                    self.is_at_end = true;
                    return;
                }
                Some(Batch::Rows(row, batch)) => (self.row, self.index, self.batch) = (row, 0, Some(batch)),
                Some(Batch::Lost(row, rows)) => {
                    let before = self.lost.map_or((row, 0), |lost| lost);
                    self.lost = Some((before.0, before.1.saturating_add(rows)));
                    self.batch = None;
                }
            }
        }
        if let Some(batch) = &self.batch {
            for (((_, _, holder), array), cell) in self.columns.iter().zip(batch.columns()).zip(&mut self.cells) {
                cell.clear();
                holder.of(array).write(self.index, cell);
            }
        }
    }

    /// The cell of a column, without blanks around it; `None` where it is blank, the table has no
    /// such column, or no row is left.
    pub(super) fn cell(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|(name, ..)| *name == column)?;
        self.cells.get(place).filter(|_| !self.is_at_end).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// What the table is called.
    pub(super) fn file(&self) -> Arc<str> {
        self.file.clone()
    }

    /// The 1-based row.
    pub(super) fn row(&self) -> u64 {
        self.row
    }

    /// Whether no row is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Where a cell stands; nowhere where the table has no such column.
    pub(super) fn source(&self, column: &str) -> Source {
        self.columns.iter().find(|(name, ..)| *name == column).map_or(Source::Absent, |(name, ..)| Source::Cell {
            file: self.file.clone(),
            line: self.row,
            column: name,
        })
    }

    /// Where a cell stands, in words.
    pub(super) fn place(&self, column: &str) -> String {
        format!("{}:{} {column}", self.file, self.row)
    }

    /// The damaged rows before this one, which may have been of the claim before or of this.
    pub(super) fn gap(&self) -> Option<Fault> {
        let (row, rows) = self.lost?;
        let message = format!("{rows} rows from here on are damaged, and the claim's may be among them");
        Some(fault("parquet::row_lost", format!("{}:{row}", self.file), message))
    }

    /// Forgets the damaged rows before this one.
    pub(super) fn take_gap(&mut self) -> Option<(u64, u64)> {
        self.lost.take()
    }

    /// Holds the order of `claim_id` against what a join needs: rising, and rising strictly in a
    /// table of one row a claim.
    ///
    /// # Errors
    /// A fault that names the first row that is out of order or has no claim.
    pub(super) fn is_sorted(&self, strictly: bool, is_halted: &dyn Fn() -> bool) -> Result<(), Fault> {
        let Some((_, place, holder)) = self.columns.iter().find(|(name, ..)| *name == "claim_id") else {
            return Ok(());
        };
        let (mut before, mut own) = (String::new(), String::new());
        for batch in self.opened.batches(Some(vec![*place])) {
            let (first, batch) = match batch {
                _ if is_halted() => return Err(fault("parquet::halted", &*self.file, "the rest is not wanted")),
                Batch::Rows(first, batch) => (first, batch),
                // What is damaged costs its claims when they are read.
                Batch::Lost(..) => continue,
            };
            let Some(array) = batch.columns().first() else { continue };
            let cells = holder.of(array);
            for (index, row) in (0..batch.num_rows()).zip(first..) {
                own.clear();
                cells.write(index, &mut own);
                let place = || format!("{}:{row} claim_id", self.file);
                if own.trim().is_empty() {
                    return Err(fault("parquet::no_claim_id", place(), "the row has no `claim_id`"));
                }
                if own.trim() < before.as_str() || (strictly && own.trim() == before) {
                    let message = "the tables are not sorted by `claim_id`, or a claim is there twice";
                    let help = "sort each table of claims by `claim_id` as text, byte by byte";
                    return Err(Fault { help: Some(help.to_owned()), ..fault("parquet::unsorted", place(), message) });
                }
                before.clear();
                before.push_str(own.trim());
            }
        }
        Ok(())
    }
}
