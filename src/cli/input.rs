//! Files of the caller, folders of tables and stdin, read as a stream that can be told to stop.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use clap::ValueEnum;

use crate::exchange::{Format, Item, PARQUET_TABLES, detect, read_any, read_parquet, read_tables};

/// Bytes that tell Parquet from all else.
const HEAD_BYTES: u64 = 4;

/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;

/// A format as a caller names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Form {
    /// X12 837
    X12,
    /// FHIR R4 JSON
    Fhir,
    /// The native JSON
    Json,
    /// A table, a row a service line
    Csv,
    /// The same table as Apache Parquet
    Parquet,
}

impl From<Form> for Format {
    fn from(form: Form) -> Format {
        match form {
            Form::X12 => Format::X12,
            Form::Fhir => Format::Fhir,
            Form::Json => Format::Json,
            Form::Csv => Format::Csv,
            Form::Parquet => Format::Parquet,
        }
    }
}

/// Reads a file of any format, or stdin for `-`; a folder is one of normalised Parquet tables. Once
/// `halt` is set, reading fails: nobody wants the rest.
///
/// # Errors
/// When the file cannot be opened or read, or reading was halted.
#[expect(clippy::disallowed_methods, reason = "files that the caller names are opened here")]
pub(super) fn read(
    file: &Path,
    format: Option<Format>,
    halt: &Cell<bool>,
    each: &mut dyn FnMut(Item),
) -> io::Result<()> {
    let is_halted = || halt.get();
    if !is_stdin(file) && file.is_dir() {
        if !PARQUET_TABLES.iter().any(|table| file.join(table).exists()) {
            let message = format!("it is a folder, and holds none of {}", PARQUET_TABLES.join(", "));
            return Err(io::Error::new(io::ErrorKind::IsADirectory, message));
        }
        return read_tables(&mut |table| File::open(file.join(table)), &is_halted, each);
    }
    if !is_stdin(file) && is_parquet(file, format)? {
        return read_parquet(File::open(file)?, &name(file), &is_halted, each);
    }
    read_any(open(file, halt)?, &name(file), format, each)
}

/// Whether a file is Parquet, which is read from its end. What can be read only once is not looked
/// at.
#[expect(clippy::disallowed_methods, reason = "files that the caller names are opened here")]
pub(super) fn is_parquet(file: &Path, format: Option<Format>) -> io::Result<bool> {
    let opened = File::open(file)?;
    if !opened.metadata()?.is_file() || format.is_some_and(|format| format != Format::Parquet) {
        return Ok(false);
    }
    let mut head = Vec::new();
    opened.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(format.is_some() || detect(&head) == Ok(Format::Parquet))
}

/// Opens a file, or stdin for `-`. Once `halt` is set, reading fails: nobody wants the rest.
///
/// # Errors
/// When the file cannot be opened.
#[expect(clippy::disallowed_methods, reason = "files that the caller names are opened here")]
pub(super) fn open<'a>(file: &Path, halt: &'a Cell<bool>) -> io::Result<Haltable<'a, Box<dyn Read>>> {
    let input: Box<dyn Read> = if is_stdin(file) { Box::new(io::stdin()) } else { Box::new(File::open(file)?) };
    Ok(Haltable { input: BufReader::with_capacity(BUFFER_BYTES, input), halt })
}

/// What a file is called in sources and messages: its name without folders.
pub(super) fn name(file: &Path) -> String {
    if is_stdin(file) {
        return "stdin".to_owned();
    }
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// An input that ends in an error once it is told to.
pub(super) struct Haltable<'a, R> {
    input: BufReader<R>,
    halt: &'a Cell<bool>,
}

impl<R: Read> BufRead for Haltable<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.halt.get() {
            return Err(io::Error::other("the rest is not wanted"));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
    }
}

impl<R: Read> Read for Haltable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?.read(buffer)?;
        self.consume(bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halted_input_ends_in_an_error() {
        let halt = Cell::new(false);
        let mut input = Haltable { input: BufReader::new(&b"abcdef"[..]), halt: &halt };
        let mut buffer = [0; 4];
        assert_eq!((input.read(&mut buffer).unwrap(), &buffer), (4, b"abcd"));
        halt.set(true);
        assert!(input.read(&mut buffer).is_err() && input.fill_buf().is_err());
    }

    #[test]
    fn files_are_called_by_their_name_without_folders() {
        assert_eq!(name(Path::new("/in/box/claims.x12")), "claims.x12");
        assert_eq!(name(Path::new("-")), "stdin");
    }
}
