//! Flat rows as Parquet: named columns of text, whole numbers, days, moments and truths, any of them
//! blank.
//!
//! INVARIANT: the same columns and rows make the same bytes, and memory is bounded by one row
//! group. Deliberately knows no nesting and no floats: a table of claims or decisions has none.

use std::{
    io::{self, Write},
    sync::Arc,
};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BooleanBuilder, Date32Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder},
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::{arrow::ArrowWriter, basic::Compression, errors::ParquetError, file::properties::WriterProperties};

use crate::date::{Date, day_number};

/// Rows of a row group: a reader takes one at a time, and a column of it stays below a few
/// megabytes.
const ROW_GROUP_ROWS_MAX: usize = 64 * 1024;

/// Bytes of a row group that are held before it is written, whatever its rows: narratives may be long.
const ROW_GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Rows handed to the encoder at once.
const BATCH_ROWS: usize = 4 * 1024;

/// Bytes of text handed to the encoder at once, where rows are long.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The time zone of moments.
const UTC: &str = "UTC";

/// Who wrote it, in the file's footer; without a version, so that a new one changes no bytes.
const CREATED_BY: &str = "claimgate";

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column<'n> {
    /// Its name.
    pub name: &'n str,
    /// What its cells hold.
    pub holds: Holds,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// UTF-8 text.
    Text,
    /// Whole numbers of 64 bits.
    Whole,
    /// Calendar days.
    Day,
}

/// The type of a column: what a table of claims holds, and what a record of decisions holds besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// UTF-8 text.
    Text,
    /// Whole numbers of 64 bits.
    Whole,
    /// Calendar days.
    Day,
    /// Moments of UTC, in milliseconds.
    Moment,
    /// Yes or no.
    Truth,
}

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'c> {
    /// Text.
    Text(&'c str),
    /// A whole number.
    Whole(i64),
    /// A calendar day.
    Day(Date),
    /// A moment, in milliseconds since 1970 UTC.
    Moment(i64),
    /// Yes or no.
    Truth(bool),
    /// Nothing.
    Blank,
}

/// Writes rows one by one; [`FlatWriter::finish`] writes the footer, without which there is no file.
///
/// ```
/// use claimgate::exchange::parquet::write::{Cell, Column, FlatWriter, Holds};
/// let columns = [
///     Column { name: "request_id", holds: Holds::Text },
///     Column { name: "line_number", holds: Holds::Whole },
/// ];
/// let mut table = FlatWriter::new(Vec::new(), &columns)?;
/// table.push(&[Cell::Text("C-1"), Cell::Whole(1)])?;
/// assert!(table.push(&[Cell::Whole(1)]).is_err());
/// let bytes = table.finish()?;
/// assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct FlatWriter<W: Write + Send> {
    writer: ArrowWriter<Output<W>>,
    schema: SchemaRef,
    columns: Vec<Builder>,
    rows: usize,
    bytes: usize,
}

/// The output, until it is given back.
struct Output<W>(Option<W>);

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(bytes.len()), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// The cells of a column that are still to be encoded.
enum Builder {
    Text(StringBuilder),
    Whole(Int64Builder),
    Day(Date32Builder),
    Moment(TimestampMillisecondBuilder),
    Truth(BooleanBuilder),
}

impl<W: Write + Send> FlatWriter<W> {
    /// A table of `columns`, in their order, written to `out`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W, columns: &[Column<'_>]) -> io::Result<FlatWriter<W>> {
        let columns: Vec<(&str, Type)> = columns.iter().map(|column| (column.name, column.holds.into())).collect();
        FlatWriter::of(out, &columns)
    }

    /// A table of columns of any type.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn of(out: W, columns: &[(&str, Type)]) -> io::Result<FlatWriter<W>> {
        let fields = columns.iter().map(|(name, of)| Field::new(*name, of.data_type(), true));
        let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX))
            .set_created_by(CREATED_BY.to_owned())
            .build();
        let writer = ArrowWriter::try_new(Output(Some(out)), schema.clone(), Some(properties)).map_err(io_error)?;
        let columns = columns.iter().map(|(_, of)| of.builder()).collect();
        Ok(FlatWriter { writer, schema, columns, rows: 0, bytes: 0 })
    }

    /// Adds a row: a cell for each column, of what the column holds or blank.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] where the row does not fit the columns, and nothing of it is
    /// written then; else when the output fails.
    pub fn push(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        if row.len() != self.columns.len() {
            let message = format!("a row of {} cells in a table of {} columns", row.len(), self.columns.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        if let Some(place) = row.iter().zip(&self.columns).position(|(cell, column)| !column.takes(cell)) {
            let name = self.schema.fields().get(place).map_or("", |field| field.name().as_str());
            let message = format!("a cell of column `{name}` is not of the kind that the column holds");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        self.columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        self.rows += 1;
        self.bytes += row.iter().map(|cell| if let Cell::Text(text) = cell { text.len() } else { 0 }).sum::<usize>();
        if self.rows < BATCH_ROWS && self.bytes < BATCH_BYTES {
            return Ok(());
        }
        self.encode()?;
        if self.writer.in_progress_size() >= ROW_GROUP_BYTES_MAX {
            self.writer.flush().map_err(io_error)?;
        }
        Ok(())
    }

    /// Writes what is left and the footer, and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.encode()?;
        self.writer.finish().map_err(io_error)?;
        let out = self.writer.inner_mut().0.take();
        out.ok_or_else(|| io::Error::other("the output was taken before the end"))
    }

    fn encode(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        (self.rows, self.bytes) = (0, 0);
        let arrays = self.columns.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(io_error)
    }
}

impl From<Holds> for Type {
    fn from(holds: Holds) -> Type {
        match holds {
            Holds::Text => Type::Text,
            Holds::Whole => Type::Whole,
            Holds::Day => Type::Day,
        }
    }
}

impl Type {
    fn data_type(self) -> DataType {
        match self {
            Type::Text => DataType::Utf8,
            Type::Whole => DataType::Int64,
            Type::Day => DataType::Date32,
            Type::Moment => DataType::Timestamp(TimeUnit::Millisecond, Some(UTC.into())),
            Type::Truth => DataType::Boolean,
        }
    }

    fn builder(self) -> Builder {
        match self {
            Type::Text => Builder::Text(StringBuilder::new()),
            Type::Whole => Builder::Whole(Int64Builder::new()),
            Type::Day => Builder::Day(Date32Builder::new()),
            Type::Moment => Builder::Moment(TimestampMillisecondBuilder::new().with_timezone(UTC)),
            Type::Truth => Builder::Truth(BooleanBuilder::new()),
        }
    }
}

impl Builder {
    fn takes(&self, cell: &Cell<'_>) -> bool {
        matches!(
            (self, cell),
            (_, Cell::Blank)
                | (Builder::Text(_), Cell::Text(_))
                | (Builder::Whole(_), Cell::Whole(_))
                | (Builder::Day(_), Cell::Day(_))
                | (Builder::Moment(_), Cell::Moment(_))
                | (Builder::Truth(_), Cell::Truth(_))
        )
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Builder::Text(column), Cell::Text(text)) => column.append_value(text),
            (Builder::Whole(column), Cell::Whole(number)) => column.append_value(*number),
            // Every day of the calendar is within 32 bits of days.
            (Builder::Day(column), Cell::Day(day)) => column.append_option(i32::try_from(day_number(*day)).ok()),
            (Builder::Moment(column), Cell::Moment(ms)) => column.append_value(*ms),
            (Builder::Truth(column), Cell::Truth(is)) => column.append_value(*is),
            (Builder::Text(column), _) => column.append_null(),
            (Builder::Whole(column), _) => column.append_null(),
            (Builder::Day(column), _) => column.append_null(),
            (Builder::Moment(column), _) => column.append_null(),
            (Builder::Truth(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(column) => Arc::new(column.finish()),
            Builder::Whole(column) => Arc::new(column.finish()),
            Builder::Day(column) => Arc::new(column.finish()),
            Builder::Moment(column) => Arc::new(column.finish()),
            Builder::Truth(column) => Arc::new(column.finish()),
        }
    }
}

/// The error of the output itself, where it was that.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_make_the_same_bytes_over_several_row_groups() {
        let columns = [
            Column { name: "request_id", holds: Holds::Text },
            Column { name: "line_number", holds: Holds::Whole },
            Column { name: "service_date", holds: Holds::Day },
        ];
        let write = |rows: usize| {
            let mut table = FlatWriter::new(Vec::new(), &columns).unwrap();
            for row in 0..rows {
                let id = format!("C-{row}");
                let day = if row % 3 == 0 { Cell::Blank } else { Cell::Day(Date::constant(2026, 3, 10)) };
                table.push(&[Cell::Text(&id), Cell::Whole(i64::try_from(row).unwrap()), day]).unwrap();
            }
            table.finish().unwrap()
        };
        for rows in [0, 1, BATCH_ROWS, ROW_GROUP_ROWS_MAX + 1] {
            assert!(write(rows) == write(rows), "{rows}");
        }
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused_and_the_next_goes_on() {
        let columns = [Column { name: "day", holds: Holds::Day }];
        let mut table = FlatWriter::new(Vec::new(), &columns).unwrap();
        let told = table.push(&[Cell::Text("2026-03-10")]).unwrap_err();
        assert_eq!(told.to_string(), "a cell of column `day` is not of the kind that the column holds");
        assert_eq!(table.push(&[]).unwrap_err().to_string(), "a row of 0 cells in a table of 1 columns");
        table.push(&[Cell::Blank]).unwrap();
        assert!(table.finish().is_ok());
    }

    #[test]
    fn an_output_that_fails_says_why() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let table = FlatWriter::new(Full, &[Column { name: "day", holds: Holds::Day }]);
        let error = table.and_then(FlatWriter::finish).err().map(|error| error.kind());
        assert_eq!(error, Some(io::ErrorKind::StorageFull));
    }
}
