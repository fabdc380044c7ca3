//! Decisions as flat rows, a row a service line: what a spreadsheet, a database and a data frame
//! read. The rationale is not in them; NDJSON has it.

use std::fmt::Display;

use crate::{
    desk::{JudgedLine, Ruled},
    request::{Line, Request},
};

/// The columns, in their order. Amounts are whole cents; cells are empty where nothing was given or
/// could be read.
pub(super) const COLUMNS: [&str; 10] = [
    "request_id",
    "line_number",
    "verdict",
    "reasons",
    "rule",
    "pack",
    "service_date",
    "procedure",
    "charge_cents",
    "provider",
];

/// Between the reasons of a line, the main one first.
const BETWEEN: &str = ";";

/// The header row.
pub(super) fn header() -> String {
    format!("{}\n", COLUMNS.join(","))
}

/// Writes the row of a judged line.
pub(super) fn write(request: &Request, line: &Line, judged: &JudgedLine<'_>, out: &mut Vec<u8>) {
    let main = judged.main();
    cell(out, &request.id);
    out.push(b',');
    plain(out, judged.number);
    out.push(b',');
    plain(out, judged.verdict);
    out.push(b',');
    reasons(out, &judged.findings);
    for name in [main.map(|main| main.rule), main.map(|main| main.pack)] {
        out.push(b',');
        cell(out, name.unwrap_or_default());
    }
    out.push(b',');
    given(out, request.service_span(line).get());
    out.push(b',');
    given(out, line.procedure.get());
    out.push(b',');
    given(out, line.charge.get().map(|charge| charge.0).as_ref());
    out.push(b',');
    given(out, request.provider.as_ref());
    out.push(b'\n');
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
    if !text.contains(['"', ',', '\n', '\r']) {
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
    fn cells_are_quoted_where_they_must_be() {
        let check = |text: &str, expected: &str| {
            let mut out = Vec::new();
            cell(&mut out, text);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check("C-1", "C-1");
        check("C,1", "\"C,1\"");
        check("C\"1", "\"C\"\"1\"");
        check("", "");
    }
}
