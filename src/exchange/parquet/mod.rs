//! Apache Parquet: the flat table of claims, and the normalised tables of a claims warehouse.
//!
//! A row becomes the cells of a table's row and goes the way of [`table`](super::table), so that a
//! claim reads alike from either; the flat columns are named as there. Rows are read by batches of
//! one row group: memory does not grow with the file. A row group that is damaged costs the claims
//! in it and beside it, and the next is read. The only room that names Parquet and Arrow.

mod cells;
pub mod claims;
mod source;
mod tables;
#[cfg(test)]
mod tests;
pub mod write;

use std::{io, sync::Arc};

use csv::StringRecord;
use parquet::file::reader::ChunkReader;

use super::{
    Fault, Item, PART_BYTES, Part, Reject,
    table::{Head, Header, ROW_BYTES_MAX, Table, plain},
};
use cells::{Holder, holder};
use source::{Batch, Opened};

pub use tables::{TABLES, cut_tables, read_tables};

/// What every Parquet file begins with.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// Reads a flat table of claims, a row a service line, named `file` in sources and faults. Once
/// `is_halted` says so, nobody wants the rest.
///
/// A table whose columns are missing, unknown or of a wrong type is one [`Fault`], and no row of it
/// is read.
///
/// # Errors
/// When it was halted.
pub fn read<R: ChunkReader + 'static>(
    input: R,
    file: &str,
    is_halted: &dyn Fn() -> bool,
    each: &mut dyn FnMut(Item),
) -> io::Result<()> {
    cut_at(input, file, 0, is_halted, &mut |part| part.read_alone(file, each))
}

/// Tells the claims of a flat table apart and hands them out in parts; what is then read of them is what
/// [`read`] finds.
///
/// # Errors
/// When it was halted.
pub fn cut<R: ChunkReader + 'static>(
    input: R,
    file: &str,
    is_halted: &dyn Fn() -> bool,
    each: &mut dyn FnMut(Part),
) -> io::Result<()> {
    cut_at(input, file, PART_BYTES, is_halted, each)
}

fn cut_at<R: ChunkReader + 'static>(
    input: R,
    file: &str,
    part_bytes: usize,
    is_halted: &dyn Fn() -> bool,
    each: &mut dyn FnMut(Part),
) -> io::Result<()> {
    match flat(input, file) {
        Ok((opened, header, holders)) => {
            let head = Arc::new(Head { header, file: file.into(), named });
            let mut each = |block| each(Part::Rows(block));
            rows(&opened, &holders, Table::new(head, part_bytes, &mut each), file, is_halted)
        }
        Err(fault) => {
            each(Part::Items(vec![named(Item::Fault(fault))]));
            Ok(())
        }
    }
}

/// The table, and which of its columns are what.
fn flat<R: ChunkReader + 'static>(input: R, file: &str) -> Result<(Opened<R>, Header, Vec<Holder>), Fault> {
    let opened = Opened::open(input, file)?;
    let names: StringRecord = opened.columns().map(|(name, _)| name).collect();
    let header = Header::read(&names, file).map_err(|fault| Fault { place: file.to_owned(), ..fault })?;
    let columns = opened.columns().map(|(name, holds)| (plain(name), holds));
    let holders: Vec<Result<Holder, String>> = columns.map(|(name, holds)| holder(&name, holds, KINDS)).collect();
    let wrong: Vec<String> =
        opened.columns().zip(&holders).filter_map(|((name, _), found)| wrong(name, found)).collect();
    match wrong.is_empty() {
        true => Ok((opened, header, holders.into_iter().flatten().collect())),
        false => Err(source::wrong_types(file, &wrong)),
    }
}

fn wrong(name: &str, found: &Result<Holder, String>) -> Option<String> {
    found.as_ref().err().map(|why| format!("`{}` {why}", super::faults::shown(name)))
}

fn rows<R: ChunkReader + 'static>(
    opened: &Opened<R>,
    holders: &[Holder],
    mut table: Table<'_>,
    file: &str,
    is_halted: &dyn Fn() -> bool,
) -> io::Result<()> {
    let narrative = opened.columns().position(|(name, _)| plain(name) == "narrative");
    let claim_id = opened.columns().position(|(name, _)| plain(name) == "claim_id");
    let mut row = StringRecord::new();
    let mut cell = String::new();
    for batch in opened.batches(None) {
        if is_halted() {
            return Err(halted());
        }
        let (first, batch) = match batch {
            Batch::Rows(first, batch) => (first, batch),
            Batch::Lost(first, rows) => {
                let message = format!("{rows} rows from here on are damaged and cannot be read");
                table.gap(first, rows, source::fault("parquet::damaged", format!("{file}:{first}"), message));
                continue;
            }
        };
        let columns: Vec<_> = holders.iter().zip(batch.columns()).map(|(holder, array)| holder.of(array)).collect();
        for (index, line) in (0..batch.num_rows()).zip(first..) {
            row.clear();
            for (place, column) in columns.iter().enumerate() {
                cell.clear();
                column.write(index, &mut cell);
                // A line end is a blank, but for where words may hold one.
                if narrative != Some(place) && cell.contains('\n') {
                    cell = cell.replace('\n', " ");
                }
                row.push_field(&cell);
            }
            if row.as_slice().len() > ROW_BYTES_MAX {
                let fault = source::fault("parquet::row_too_long", format!("{file}:{line}"), too_long());
                table.refuse(claim_id.and_then(|place| row.get(place)), line, 1, fault);
            } else {
                table.take(&row, line, None);
            }
        }
    }
    table.finish();
    Ok(())
}

fn halted() -> io::Error {
    io::Error::other("the rest is not wanted")
}

fn too_long() -> String {
    format!("the row is longer than {ROW_BYTES_MAX} bytes")
}

/// What a cell is read as: how the type of its column may be.
const KINDS: &[(&str, cells::Kind)] = &[
    ("claim_id", cells::Kind::Code),
    ("line_number", cells::Kind::Code),
    ("service_date", cells::Kind::Day),
    ("procedure_code", cells::Kind::Code),
    ("member_id", cells::Kind::Code),
    ("birth_date", cells::Kind::Day),
    ("onset_date", cells::Kind::Day),
    ("prior_auth_number", cells::Kind::Code),
    ("prior_auth_date", cells::Kind::Day),
    ("frequency", cells::Kind::Code),
    ("replaces", cells::Kind::Code),
    ("diagnosis_pointers", cells::Kind::Code),
    ("units", cells::Kind::Amount),
    ("billed_amount", cells::Kind::Amount),
    ("provider_npi", cells::Kind::Code),
    ("billing_npi", cells::Kind::Code),
];

/// The faults that rows of a table can have, as they are called here.
const NAMES: &[(&str, &str)] = &[
    ("csv::claim_split", "parquet::claim_split"),
    ("csv::missing_column", "parquet::missing_column"),
    ("csv::no_claim_id", "parquet::no_claim_id"),
    ("csv::open_quote", "parquet::line_break"),
    ("csv::repeated_column", "parquet::repeated_column"),
    ("csv::replaces_without_replacement", "parquet::replaces_without_replacement"),
    ("csv::row_length", "parquet::row_length"),
    ("csv::row_lost", "parquet::row_lost"),
    ("csv::rows_differ", "parquet::rows_differ"),
    ("csv::separator", "parquet::unknown_column"),
    ("csv::too_many_diagnoses", "parquet::too_many_diagnoses"),
    ("csv::too_many_lines", "parquet::too_many_lines"),
    ("csv::unknown_column", "parquet::unknown_column"),
    ("csv::unreadable", "parquet::unreadable"),
];

/// The item with its fault called by this format's name.
fn named(item: Item) -> Item {
    let named = |fault: Fault| {
        let code = NAMES.iter().find(|(of_table, _)| *of_table == fault.code).map_or(fault.code, |(_, code)| code);
        Fault { code, ..fault }
    };
    match item {
        Item::Reject(reject) => Item::Reject(Reject { fault: named(reject.fault), ..reject }),
        Item::Fault(fault) => Item::Fault(named(fault)),
        Item::Request(_) | Item::Answered(..) => item,
    }
}
