//! A row, and the service line it is.
//!
//! A cell that is blank is not given; one that cannot be read is unreadable, never a guess.

use std::sync::Arc;

use crate::{
    date::DateSpan,
    exchange::{
        Fault, codes,
        faults::Faults,
        units::{UNITS, units_milli},
    },
    money::Cents,
    private::Private,
    request::{Given, Line, Pointers, Purpose, Source, Sourced},
};

use super::{
    block::Row,
    columns::{Column, Header},
};

/// What separates several codes or pointers in a cell.
pub(in crate::exchange) const SEPARATORS: [char; 3] = ['|', ',', ';'];

/// What is expected where a date is named.
pub(super) const DATE: &str = "a date of the form YYYY-MM-DD or YYYYMMDD";

const MODIFIERS: [Column; 4] = [Column::Modifier1, Column::Modifier2, Column::Modifier3, Column::Modifier4];

/// One row, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) header: &'a Header,
    pub(super) file: &'a Arc<str>,
    pub(super) line: u64,
    pub(super) row: Row<'a>,
    /// Where its cells stand, where that is not this line of the file.
    pub(super) elsewhere: Option<&'a Elsewhere>,
}

/// Where the cells of a row stand that was put together from several tables.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Elsewhere {
    /// By place in the row; [`Source::Absent`] where no table holds such a cell.
    pub(in crate::exchange) cells: Vec<Source>,
    /// By place among the diagnoses of the claim.
    pub(in crate::exchange) diagnoses: Vec<Source>,
}

impl<'a> Cells<'a> {
    /// The cell of a column, `None` where it is blank.
    pub(super) fn text(&self, column: Column) -> Option<&'a str> {
        self.header.cell(self.row, column)
    }

    /// How many rows an open quote has swallowed: a line end belongs in a narrative and nowhere
    /// else, and in a row of the wrong length not even there.
    pub(super) fn swallowed(&self) -> u64 {
        let line_ends = |text: &str| memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let narrative = self.text(Column::Narrative).filter(|_| self.is_whole()).map_or(0, line_ends);
        u64::try_from(line_ends(self.row.text()).saturating_sub(narrative)).unwrap_or(u64::MAX)
    }

    /// Whether the row has a cell for each column.
    pub(super) fn is_whole(&self) -> bool {
        self.row.len() == self.header.cells
    }

    pub(super) fn source(&self, column: Column) -> Source {
        let cell = self.elsewhere.and_then(|elsewhere| elsewhere.cells.get(self.header.place(column)?));
        let here = || Source::Cell { file: self.file.clone(), line: self.line, column: self.header.name(column) };
        cell.filter(|source| **source != Source::Absent).cloned().unwrap_or_else(here)
    }

    /// Where a diagnosis stands that is the `index`-th of the claim's.
    pub(super) fn source_of_diagnosis(&self, index: usize) -> Source {
        let cell = self.elsewhere.and_then(|elsewhere| elsewhere.diagnoses.get(index));
        cell.filter(|source| **source != Source::Absent).cloned().unwrap_or_else(|| self.source(Column::DiagnosisCodes))
    }

    /// Whatever `read` makes of a cell; unreadable as `expected` where it makes nothing of it.
    pub(super) fn given<T>(
        &self,
        column: Column,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Given<T> {
        match self.text(column).map(read) {
            None => Given::Absent,
            Some(Some(value)) => Given::value(value, self.source(column)),
            Some(None) => Given::unreadable(expected, self.source(column)),
        }
    }

    pub(super) fn fault(&self, code: &'static str, column: Column, message: impl Into<String>) -> Fault {
        Fault { code, place: self.source(column).to_string(), message: message.into(), help: None }
    }
}

/// The service line of a row.
pub(super) fn line(
    cells: &Cells<'_>,
    diagnoses: usize,
    remarks: &mut Vec<Sourced<String>>,
    faults: &mut Faults,
) -> Line {
    let number = cells.text(Column::LineNumber).and_then(|text| text.parse().ok());
    if number.is_none() {
        faults.push(cells.fault("csv::unreadable", Column::LineNumber, "expected a whole number"));
    }
    let mut modifiers = Vec::new();
    for column in MODIFIERS {
        match cells.text(column).map(codes::modifier) {
            None => {}
            Some(Some(modifier)) => modifiers.push(Sourced::new(modifier, cells.source(column))),
            Some(None) => faults.push(cells.fault("csv::unreadable", column, "expected a modifier of two characters")),
        }
    }
    let place = cells.given(Column::PlaceOfService, "a place of service", codes::place_of_service);
    if let Given::Unreadable(unread) = &place {
        remarks.push(Sourced::new("the place of service cannot be read".to_owned(), unread.source.clone()));
    }
    let amount = "an amount of the form 1250.00, not below zero";
    Line {
        number: number.unwrap_or_default(),
        procedure: cells.given(Column::ProcedureCode, codes::PROCEDURE, |text| codes::procedure(None, text)),
        concept: Given::Absent,
        modifiers,
        unread_modifier: None,
        pointers: pointers(cells, diagnoses),
        service_date: cells.given(Column::ServiceDate, DATE, date),
        units_milli: cells.given(Column::Units, UNITS, units_milli),
        charge: cells.given(Column::BilledAmount, amount, |text| Cents::parse(text).ok()),
        place_of_service: match place {
            Given::Value(code) => Some(code),
            Given::Absent | Given::Unreadable(_) => None,
        },
        purpose: cells.given(Column::Purpose, "diagnostic or therapeutic", purpose),
        narrative: cells.given(Column::Narrative, "a description", |text| Some(Private::new(text.to_owned()))),
    }
}

fn pointers(cells: &Cells<'_>, diagnoses: usize) -> Pointers {
    let Some(text) = cells.text(Column::DiagnosisPointers) else { return Pointers::Unknown(Given::Absent) };
    let source = cells.source(Column::DiagnosisPointers);
    let mut places = Vec::new();
    for part in text.split(SEPARATORS) {
        let place = part.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match place.filter(|place| *place < diagnoses) {
            Some(place) if places.contains(&place) => {}
            Some(place) => places.push(place),
            None => {
                let expected = "pointers to the claim's diagnoses, counted from 1";
                return Pointers::Unknown(Given::unreadable(expected, source));
            }
        }
    }
    Pointers::To(places, source)
}

/// A day, or only a month or a year where it is written with hyphens.
pub(super) fn date(text: &str) -> Option<DateSpan> {
    DateSpan::parse(text).ok().or_else(|| DateSpan::parse_compact(text).ok().filter(|_| text.len() == 8))
}

fn purpose(text: &str) -> Option<Purpose> {
    match text.to_ascii_lowercase().as_str() {
        "diagnostic" => Some(Purpose::Diagnostic),
        "therapeutic" => Some(Purpose::Therapeutic),
        _ => None,
    }
}
