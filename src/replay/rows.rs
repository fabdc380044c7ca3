//! Decisions as flat rows, a row a service line: what a spreadsheet, a database and a data frame
//! read. The rationale is not in them; NDJSON has it.

use std::{
    fmt::Display,
    io::{self, BufRead},
};

use super::Outlet;
use crate::{
    date::DateSpan,
    desk::{JudgedLine, Ruled},
    exchange::{Cell, Column, FlatWriter, Holds},
    request::{Line, Request},
};

/// The columns, in their order, and what a Parquet table holds there. Amounts are whole cents; cells
/// are empty where nothing was given or could be read.
const COLUMNS: [Column<'_>; 10] = [
    Column { name: "request_id", holds: Holds::Text },
    Column { name: "line_number", holds: Holds::Whole },
    Column { name: "verdict", holds: Holds::Text },
    Column { name: "reasons", holds: Holds::Text },
    Column { name: "rule", holds: Holds::Text },
    Column { name: "pack", holds: Holds::Text },
    Column { name: "service_date", holds: Holds::Day },
    Column { name: "procedure", holds: Holds::Text },
    Column { name: "charge_cents", holds: Holds::Whole },
    Column { name: "provider", holds: Holds::Text },
];

/// Between the reasons of a line, the main one first.
const BETWEEN: &str = ";";

/// The header row.
pub(super) fn header() -> String {
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    format!("{}\n", names.join(","))
}

/// Writes the row of a judged line.
pub(super) fn write(request: &Request, line: &Line, judged: &JudgedLine<'_>, out: &mut Vec<u8>) {
    let main = judged.main();
    cell(out, &request.id);
    out.push(b',');
    digits(out, u64::from(judged.number), 1);
    out.push(b',');
    out.extend_from_slice(judged.verdict.name().as_bytes());
    out.push(b',');
    reasons(out, &judged.findings);
    for name in [main.map(|main| main.rule), main.map(|main| main.pack)] {
        out.push(b',');
        cell(out, name.unwrap_or_default());
    }
    out.push(b',');
    if let Some(span) = request.service_span(line).get() {
        day(out, span);
    }
    out.push(b',');
    given(out, line.procedure.get());
    out.push(b',');
    if let Some(charge) = line.charge.get() {
        if charge.0 < 0 {
            out.push(b'-');
        }
        digits(out, charge.0.unsigned_abs(), 1);
    }
    out.push(b',');
    given(out, request.provider.as_ref());
    out.push(b'\n');
}

/// Writes rows that [`write()`] wrote, behind their header, as a Parquet table. A day that is known only
/// as a month or a year is blank there.
///
/// # Errors
/// When one of the two fails, or a row is none that was written here.
pub(super) fn write_table(mut rows: impl BufRead, out: Box<dyn Outlet>) -> io::Result<Box<dyn Outlet>> {
    let mut table = FlatWriter::new(out, &COLUMNS)?;
    let mut row = String::new();
    rows.read_line(&mut row)?;
    loop {
        row.clear();
        if rows.read_line(&mut row)? == 0 {
            return table.finish();
        }
        let texts = cells(row.trim_end_matches('\n'));
        if texts.len() != COLUMNS.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row is none that this program wrote"));
        }
        let row: Vec<Cell<'_>> = texts.iter().zip(&COLUMNS).map(|(text, column)| cell_of(text, column.holds)).collect();
        table.push(&row)?;
    }
}

fn cell_of(text: &str, holds: Holds) -> Cell<'_> {
    match holds {
        Holds::Text if text.is_empty() => Cell::Blank,
        Holds::Text => Cell::Text(text),
        Holds::Whole => text.parse().map_or(Cell::Blank, Cell::Whole),
        Holds::Day => DateSpan::parse(text).ok().and_then(|span| span.exact()).map_or(Cell::Blank, Cell::Day),
    }
}

/// The cells of a row that [`write()`] wrote: an identifier holds no line end.
fn cells(row: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut marks = row.chars().peekable();
    while let Some(mark) = marks.next() {
        match mark {
            '"' if is_quoted && marks.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            mark => cell.push(mark),
        }
    }
    cells.push(cell);
    cells
}

/// Each reason once.
fn reasons(out: &mut Vec<u8>, findings: &[Ruled<'_>]) {
    for (place, finding) in findings.iter().enumerate() {
        let is_told = findings.iter().take(place).any(|other| other.reason == finding.reason);
        if !is_told {
            if place > 0 {
                out.extend_from_slice(BETWEEN.as_bytes());
            }
            // Ids of reasons are letters, digits and hyphens.
            out.extend_from_slice(finding.reason.as_bytes());
        }
    }
}

/// A day as its digits; a month or a year as it was given.
fn day(out: &mut Vec<u8>, span: &DateSpan) {
    let exact = span.exact().and_then(|day| Some((day, u64::try_from(day.year()).ok()?)));
    let Some((day, year)) = exact else { return plain(out, span) };
    digits(out, year, 4);
    for part in [day.month(), day.day()] {
        out.push(b'-');
        digits(out, u64::from(part.unsigned_abs()), 2);
    }
}

/// A number with at least so many digits.
fn digits(out: &mut Vec<u8>, number: u64, least: usize) {
    let from = out.len();
    let mut rest = number;
    while rest > 0 || out.len() - from < least {
        // INVARIANT: below ten.
        out.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
    }
    if let Some(written) = out.get_mut(from..) {
        written.reverse();
    }
}

fn given(out: &mut Vec<u8>, value: Option<&impl Display>) {
    if let Some(value) = value {
        plain(out, value);
    }
}

/// Something without commas, quotes and line ends.
fn plain(out: &mut Vec<u8>, value: impl Display) {
    use std::io::Write as _;
    // Writing into memory does not fail.
    let _ = write!(out, "{value}");
}

fn cell(out: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_days_are_as_they_print() {
        let written = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = b"before".to_vec();
            write(&mut out);
            String::from_utf8(out).unwrap().split_off("before".len())
        };
        for number in [0, 7, 10, 99, 100, 1_234_567, u64::MAX] {
            assert_eq!(written(&|out| digits(out, number, 1)), number.to_string());
        }
        for text in ["2026-03-10", "0001-01-01", "1999-12-31", "2026-03", "2026"] {
            assert_eq!(written(&|out| day(out, &DateSpan::parse(text).unwrap())), text);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let check = |text: &str, expected: &str| {
            let mut out = Vec::new();
            cell(&mut out, text);
            let written = String::from_utf8(out).unwrap();
            assert_eq!(written, expected);
            assert_eq!(cells(&format!("{written},x")), [text, "x"]);
        };
        check("C-1", "C-1");
        check("C,1", "\"C,1\"");
        check("C\"1", "\"C\"\"1\"");
        check("", "");
    }
}
