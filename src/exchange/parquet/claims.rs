//! Claims as a flat Parquet table: the rows of the CSV, days as dates.

use std::io::{self, Write};

use super::write::{Cell, Column, FlatWriter, Holds};
use crate::{
    exchange::{
        carried,
        table::write::{COLUMNS, Value, cells},
    },
    request::Request,
};

/// Writes claims.
pub struct Writer<W: Write + Send> {
    table: FlatWriter<W>,
}

impl<W: Write + Send> Writer<W> {
    /// A table on `out`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W) -> io::Result<Writer<W>> {
        let columns = COLUMNS.map(|name| Column {
            name,
            holds: match name {
                "line_number" => Holds::Whole,
                "birth_date" | "service_date" | "onset_date" => Holds::Day,
                _ => Holds::Text,
            },
        });
        Ok(Writer { table: FlatWriter::new(out, &columns)? })
    }

    /// Writes the rows of a claim.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] where the claim holds what a table cannot carry; else when
    /// the output fails.
    pub fn push(&mut self, request: &Request) -> io::Result<()> {
        carried::check(request)?;
        for line in &request.lines {
            let row = cells(request, line);
            self.table.push(&row.each_ref().map(|cell| match cell {
                Value::Text(text) => Cell::Text(text),
                Value::Whole(number) => Cell::Whole(*number),
                Value::Day(day) => Cell::Day(*day),
                Value::Blank => Cell::Blank,
            }))?;
        }
        Ok(())
    }

    /// Writes what is left and the footer, and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(self) -> io::Result<W> {
        self.table.finish()
    }
}
