//! Rows of a table in bounded memory, each with the line of the file it begins on.
//!
//! Knows no columns. A row that does not end within [`ROW_BYTES_MAX`] (most often a quote that was
//! left open) costs itself, and reading goes on behind the next line end.

use std::io::{self, BufRead, BufReader, Read};

use csv::ByteRecord;

/// How long a row may be, in bytes: a thousand times a row with a long narrative.
pub(in crate::exchange) const ROW_BYTES_MAX: usize = 1024 * 1024;

/// How much is read at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// Rows still to come.
pub(super) struct Rows<R: Read> {
    reader: Option<csv::Reader<Meter<R>>>,
    /// Lines of the file that earlier readers have passed.
    lines_before: u64,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// A row, beginning on a 1-based line of the file.
    Cells(u64),
    /// A row without an end, most often because a quote was left open: its beginning is there, and
    /// it has swallowed this many rows, itself among them.
    Endless(u64, u64),
    /// Nothing.
    End,
}

impl<R: Read> Rows<R> {
    /// The rows of `input`.
    pub(super) fn new(input: R) -> Rows<R> {
        let meter = Meter { inner: BufReader::new(input), left: 0, spent: false, ended: false, last: b'\n' };
        Rows { reader: Some(reader(meter)), lines_before: 0 }
    }

    /// Reads the next row that is not blank into `row`.
    ///
    /// # Errors
    /// When the input cannot be read any further.
    pub(super) fn next(&mut self, row: &mut ByteRecord) -> io::Result<Row> {
        while let Some(reader) = &mut self.reader {
            reader.get_mut().left = ROW_BYTES_MAX;
            if !reader.read_byte_record(row).map_err(io_error)? {
                self.reader = None;
                break;
            }
            let meter = reader.get_ref();
            let (spent, endless) = (meter.spent, meter.spent || meter.ended);
            let within = u64::try_from(memchr::memchr_iter(b'\n', row.as_slice()).count()).unwrap_or(u64::MAX);
            let behind = self.lines_before + reader.position().line();
            let line = behind.saturating_sub(within + u64::from(!endless));
            if spent {
                self.resume(behind)?;
            }
            if endless {
                return Ok(Row::Endless(line, within + u64::from(spent)));
            }
            if !row.as_slice().trim_ascii().is_empty() {
                return Ok(Row::Cells(line));
            }
        }
        Ok(Row::End)
    }

    /// Passes the rest of the line that a row was cut off in, and reads on behind it. Nothing is
    /// lost between: the meter was asked because all before it had been used.
    fn resume(&mut self, line: u64) -> io::Result<()> {
        let Some(reader_spent) = self.reader.take() else { return Ok(()) };
        let mut meter = reader_spent.into_inner();
        meter.inner.skip_until(b'\n')?;
        meter.spent = false;
        self.lines_before = line;
        self.reader = Some(reader(meter));
        Ok(())
    }
}

/// A line ends with a line feed alone, so that lines can be counted; a carriage return before it
/// is a blank of the last cell.
fn reader<R: Read>(meter: Meter<R>) -> csv::Reader<Meter<R>> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n')).buffer_capacity(BUFFER_BYTES);
    builder.from_reader(meter)
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// An input that ends once too much of it was read for one row, and whose last line has an end: a
/// row that the end of the input cuts off stands in an open quote.
struct Meter<R> {
    inner: BufReader<R>,
    left: usize,
    spent: bool,
    ended: bool,
    last: u8,
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = self.left.min(buffer.len());
        let wanted = buffer.get_mut(..wanted).unwrap_or_default();
        self.spent = wanted.is_empty();
        if self.spent {
            return Ok(0);
        }
        let read = self.inner.read(wanted)?;
        self.left -= read;
        if let Some(last) = wanted.get(..read).and_then(|bytes| bytes.last()) {
            self.last = *last;
        } else if self.last != b'\n' {
            self.last = b'\n';
            wanted.iter_mut().take(1).for_each(|byte| *byte = b'\n');
            return Ok(1);
        } else {
            self.ended = true;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[(u64, &[&str])]) {
        let mut rows = Rows::new(input.as_bytes());
        let mut row = ByteRecord::new();
        let mut seen = Vec::new();
        while let Row::Cells(line) = rows.next(&mut row).unwrap() {
            let cells = row.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned());
            seen.push((line, cells.collect::<Vec<_>>()));
        }
        let own = |(line, cells): &(u64, &[&str])| (*line, cells.iter().map(|cell| (*cell).to_owned()).collect());
        assert_eq!(seen, expected.iter().map(own).collect::<Vec<(u64, Vec<String>)>>(), "{input:?}");
    }

    #[test]
    fn rows_know_their_line_whatever_ends_it() {
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "1,\"2\"", "", "3,4", " , ", "\"x", "y\",7", "8,9"].join(end);
            let within = format!("x{end}y");
            let expected: &[(u64, &[&str])] =
                &[(1, &["a", "b"]), (2, &["1", "2"]), (4, &["3", "4"]), (6, &[&within, "7"]), (8, &["8", "9"])];
            check(&text, expected);
            check(&format!("{text}{end}"), expected);
        }
        check("", &[]);
        check("a", &[(1, &["a"])]);
        check("a\n\"b\"", &[(1, &["a"]), (2, &["b"])]);
        check("a\n\"b\r\n", &[(1, &["a"])]);
    }

    #[test]
    fn a_row_without_an_end_costs_itself() {
        let long =
            format!("a,b\n1,{}\n2,c\n3,\"d\n{}e\n4,f\n", "x".repeat(3 * ROW_BYTES_MAX), "y\n".repeat(ROW_BYTES_MAX));
        let mut rows = Rows::new(long.as_bytes());
        let mut row = ByteRecord::new();
        let mut next = || {
            let next = rows.next(&mut row).unwrap();
            (next, row.get(0).map(|cell| String::from_utf8_lossy(cell).into_owned()))
        };
        assert_eq!(next(), (Row::Cells(1), Some("a".into())));
        assert_eq!(next(), (Row::Endless(2, 1), Some("1".into())));
        assert_eq!(next(), (Row::Cells(3), Some("2".into())));
        let (Row::Endless(4, rows), Some(first)) = next() else { panic!() };
        assert_eq!(first, "3");
        let passed = usize::try_from(rows).unwrap();
        assert!((ROW_BYTES_MAX / 2 - BUFFER_BYTES..=ROW_BYTES_MAX / 2 + BUFFER_BYTES).contains(&passed), "{passed}");
        assert_eq!(next(), (Row::Cells(4 + rows), Some("y".into())));
    }
}
