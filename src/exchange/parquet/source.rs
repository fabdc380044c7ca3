//! A Parquet file, opened and read a row group at a time.
//!
//! Knows no columns of claims. The words of the Parquet crate's own errors are not repeated: they
//! may hold a value.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
        },
    },
    errors,
    file::reader::{ChunkReader, Length},
};

use crate::exchange::Fault;

/// Rows decoded at once.
const BATCH_ROWS: usize = 1024;

/// Columns of a table: the normalised tables have some thirty.
const COLUMNS_MAX: usize = 1_000;

/// How many bytes one column of one row group may have, unpacked: pages of it are held in memory,
/// and the usual writers stay far below.
const CHUNK_BYTES_MAX: i64 = 512 * 1024 * 1024;

/// How many wrong columns are named in a message.
const NAMED_MAX: usize = 8;

/// A Parquet file whose footer has been read.
pub(super) struct Opened<R> {
    reader: Shared<R>,
    metadata: ArrowReaderMetadata,
}

/// What comes next; the first row of a file is row 1.
pub(super) enum Batch {
    /// Rows from this one on.
    Rows(u64, RecordBatch),
    /// So many rows, from this one on, cannot be read.
    Lost(u64, u64),
}

impl<R: ChunkReader + 'static> Opened<R> {
    /// Reads the footer of `input`, which is called `file`.
    ///
    /// # Errors
    /// A fault where there is no footer, or one that cannot be.
    pub(super) fn open(input: R, file: &str) -> Result<Opened<R>, Fault> {
        let reader = Shared(Arc::new(input));
        // Types as Parquet itself has them: what a writer's own library called them does not count.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let loaded = unbroken(|| ArrowReaderMetadata::load(&reader, options).ok());
        let metadata = loaded.ok_or_else(|| {
            let message = "the file is no Parquet file, or its end is missing or damaged";
            Fault {
                help: Some("write or copy it again, whole".to_owned()),
                ..fault("parquet::no_footer", file, message)
            }
        })?;
        let opened = Opened { reader, metadata };
        let columns = opened.metadata.schema().fields().len();
        if columns > COLUMNS_MAX {
            let message = format!("the table has {columns} columns; more than {COLUMNS_MAX} are no table of claims");
            return Err(fault("parquet::too_many_columns", file, message));
        }
        Ok(opened)
    }

    /// Every column: its name and what it holds.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &DataType)> + Clone {
        self.metadata.schema().fields().iter().map(|field| (field.name().as_str(), field.data_type()))
    }

    /// Every row, of some columns (by place) or of all, by batches in the order of the file.
    pub(super) fn batches(&self, places: Option<Vec<usize>>) -> Batches<R> {
        Batches { reader: self.reader.clone(), metadata: self.metadata.clone(), places, group: 0, row: 1, open: None }
    }
}

/// Batches still to come.
pub(super) struct Batches<R> {
    reader: Shared<R>,
    metadata: ArrowReaderMetadata,
    places: Option<Vec<usize>>,
    /// The next row group.
    group: usize,
    /// The next row.
    row: u64,
    /// The row group that is being read, and the row behind it.
    open: Option<(ParquetRecordBatchReader, u64)>,
}

impl<R: ChunkReader + 'static> Iterator for Batches<R> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        loop {
            let Some((mut batches, end)) = self.open.take() else {
                let metadata = self.metadata.metadata().row_groups().get(self.group)?;
                let end = self.row.saturating_add(u64::try_from(metadata.num_rows()).unwrap_or(0));
                let fits = metadata.columns().iter().all(|column| column.uncompressed_size() <= CHUNK_BYTES_MAX);
                self.group += 1;
                match self.reader_of(self.group - 1).filter(|_| fits) {
                    Some(batches) => self.open = Some((batches, end)),
                    None if end > self.row => return Some(self.lost(end)),
                    None => {}
                }
                continue;
            };
            match unbroken(|| batches.next().and_then(Result::ok)) {
                Some(batch) => {
                    let first = self.row;
                    self.row = self.row.saturating_add(u64::try_from(batch.num_rows()).unwrap_or(0));
                    self.open = Some((batches, end));
                    return Some(Batch::Rows(first, batch));
                }
                None if self.row < end => return Some(self.lost(end)),
                None => self.row = end,
            }
        }
    }
}

impl<R: ChunkReader + 'static> Batches<R> {
    fn lost(&mut self, end: u64) -> Batch {
        let first = std::mem::replace(&mut self.row, end);
        Batch::Lost(first, end - first)
    }

    fn reader_of(&self, group: usize) -> Option<ParquetRecordBatchReader> {
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.reader.clone(), self.metadata.clone())
                .with_batch_size(BATCH_ROWS)
                .with_row_groups(vec![group]);
        if let Some(places) = &self.places {
            let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
            builder = builder.with_projection(mask);
        }
        unbroken(|| builder.build().ok())
    }
}

/// What `read` gives, `None` where it panics: the Parquet crate expects much of its input, and a
/// damaged page must not end the program. What was being read is given up then.
fn unbroken<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// An input that several readers of row groups share.
struct Shared<R>(Arc<R>);

impl<R> Clone for Shared<R> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<R: ChunkReader> Length for Shared<R> {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl<R: ChunkReader> ChunkReader for Shared<R> {
    type T = R::T;

    fn get_read(&self, start: u64) -> errors::Result<R::T> {
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> errors::Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

pub(super) fn fault(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault { code, place: place.into(), message: message.into(), help: None }
}

/// Columns that cannot be read as what they are named.
pub(super) fn wrong_types(file: &str, wrong: &[String]) -> Fault {
    let named: Vec<&str> = wrong.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = match wrong.len() - named.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let help = "write codes and names as UTF-8 text, days as dates, several codes of a cell with `|` between them";
    Fault {
        help: Some(help.to_owned()),
        ..fault("parquet::column_type", file, format!("columns of a wrong type: {}{more}", named.join("; ")))
    }
}
