//! Rows that make a claim.
//!
//! What belongs to the claim stands in every row and must be the same in all of them; where the
//! rows differ nobody can say which is right, so the fact is unreadable, or, where a claim has no
//! place for what is unknown, the claim is rejected.

use crate::{
    code::System,
    exchange::{
        Fault, Item, LINES_MAX, codes,
        faults::{Faults, is_request_id},
    },
    private::Private,
    request::{
        Approval, Coverage, Diagnosis, Form, Frequency, Given, Kind, Line, LineOfBusiness, Npi, Patient, Request, Sex,
        Source, Sourced, Status, Verification,
    },
};

use super::{
    columns::Column,
    line::{Cells, DATE, SEPARATORS, date, line},
};

/// How many diagnoses or pointers a cell may list; X12 has 12 and 4 for a professional claim.
pub(in crate::exchange) const CODES_MAX: usize = 99;

const SAME: &str = "the same value in every row of the claim";

/// A claim of which rows have been read.
pub(super) struct Claim {
    /// Columns of the claim in which a row differs from the first, and the first such row's line.
    differs: Vec<(Column, u64)>,
    diagnoses: Vec<Diagnosis>,
    lines: Vec<Line>,
    rows: u32,
    remarks: Vec<Sourced<String>>,
    faults: Faults,
    /// Whether it will be rejected, so that further rows need only be counted.
    broken: bool,
}

impl Claim {
    /// A claim that begins with a row.
    pub(super) fn begin(first: &Cells<'_>) -> Claim {
        let mut faults = Faults::default();
        let diagnoses = diagnoses(first, &mut faults);
        Claim { differs: Vec::new(), diagnoses, lines: Vec::new(), rows: 0, remarks: Vec::new(), faults, broken: false }
    }

    /// Adds a row of the claim, its first too; `first` are the cells of that.
    pub(super) fn add(&mut self, first: &Cells<'_>, cells: &Cells<'_>) {
        self.rows = self.rows.saturating_add(1);
        if self.broken {
            return;
        }
        let swallowed = cells.swallowed();
        self.add_lost(swallowed);
        if swallowed > 0 || !cells.is_whole() {
            return self.break_with(misshapen(cells, swallowed));
        }
        if self.lines.len() >= LINES_MAX {
            return self.break_with(cells.fault(
                "csv::too_many_lines",
                Column::ClaimId,
                format!("the claim has more than {LINES_MAX} lines"),
            ));
        }
        for column in cells.header.of_claim() {
            let same = first.text(column) == cells.text(column);
            if !same && !self.differs.iter().any(|(known, _)| *known == column) {
                self.differs.push((column, cells.line));
            }
        }
        let line = line(cells, self.diagnoses.len(), &mut self.remarks, &mut self.faults);
        self.lines.push(line);
    }

    /// Adds rows of the claim that nothing can be read of.
    pub(super) fn add_lost(&mut self, rows: u64) {
        self.rows = self.rows.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
    }

    /// Lets the claim be rejected.
    pub(super) fn break_with(&mut self, fault: Fault) {
        self.broken = true;
        self.faults.push(fault);
    }

    /// The claim, or its reject; `cells` are those of its first row.
    pub(super) fn finish(mut self, cells: &Cells<'_>) -> Item {
        let mut faults = std::mem::take(&mut self.faults);
        let rows = self.rows;
        let id = cells.text(Column::ClaimId).filter(|id| is_request_id(id));
        if id.is_none() {
            faults.push(cells.fault("csv::unreadable", Column::ClaimId, "expected an identifier of the claim"));
        }
        let request = self.request(id.unwrap_or_default(), cells, &mut faults);
        match faults.into_reject(id.map(str::to_owned), rows) {
            Some(reject) => Item::Reject(reject),
            None => Item::Request(Box::new(request)),
        }
    }

    fn request(mut self, id: &str, cells: &Cells<'_>, faults: &mut Faults) -> Request {
        for (column, help) in [
            (
                Column::DiagnosisCodes,
                "list all of the claim's diagnoses in every row, and point to a line's own by `diagnosis_pointers`",
            ),
            (Column::MemberId, "a claim has one member"),
            (Column::State, "a claim has one plan"),
            (Column::Frequency, "a claim is original, replacement or void as a whole"),
            (Column::Replaces, "a claim replaces one claim"),
        ] {
            if let Err(line) = self.agreed(column) {
                let message = format!("the rows of the claim differ, first on line {line}");
                faults.push(Fault { help: Some(help.to_owned()), ..cells.fault("csv::rows_differ", column, message) });
            }
        }
        let frequency = frequency(cells, faults);
        let replaces = cells.text(Column::Replaces).map(str::to_owned);
        if replaces.is_some() && frequency.value == Frequency::Original {
            let message = "`replaces` goes with the frequency `replacement` or `void`";
            faults.push(cells.fault("csv::replaces_without_replacement", Column::Replaces, message));
        }
        let birth_date = match self.given(cells, Column::BirthDate, DATE, date) {
            Given::Value(day) => Given::value(Private::new(day.value), day.source),
            Given::Unreadable(unread) => Given::Unreadable(unread),
            Given::Absent => Given::Absent,
        };
        let provider = self.provider(cells);
        Request {
            id: id.to_owned(),
            kind: Kind::Claim,
            form: Sourced::new(Form::Professional, Source::Absent),
            frequency,
            replaces,
            provider,
            patient: Patient {
                member_id: cells.text(Column::MemberId).map(|id| Private::new(id.to_owned())),
                birth_date,
                sex: self.given(cells, Column::Sex, "F, M or other", sex),
            },
            coverage: Coverage {
                line_of_business: self.given(cells, Column::PlanType, PLAN_TYPES, plan_type),
                state: state(cells, faults),
                prior_authorization: self.prior_authorization(cells),
            },
            authored_on: Given::Absent,
            onset: self.given(cells, Column::OnsetDate, DATE, date),
            stated_pain_type: Given::Absent,
            diagnoses: self.diagnoses,
            condition_codes: Vec::new(),
            unread_condition_code: None,
            lines: self.lines,
            history: Vec::new(),
            remarks: self.remarks,
        }
    }

    /// Who bills; nothing is decided by it, so what is no NPI, or several, is only remarked.
    fn provider(&mut self, cells: &Cells<'_>) -> Option<Npi> {
        let given = self.given(cells, Column::BillingNpi, "an NPI of ten digits", Npi::parse);
        if let Given::Unreadable(unread) = &given {
            let remark = format!("the biller is not told: expected {}", unread.value);
            self.remarks.push(Sourced::new(remark, unread.source.clone()));
        }
        given.get().copied()
    }

    /// # Errors
    /// The line of the first row that differs from the claim's first in `column`.
    fn agreed(&self, column: Column) -> Result<(), u64> {
        self.differs.iter().find(|(known, _)| *known == column).map_or(Ok(()), |(_, line)| Err(*line))
    }

    /// A cell of the claim; unreadable where its rows differ.
    fn given<T>(
        &self,
        cells: &Cells<'_>,
        column: Column,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Given<T> {
        match self.agreed(column) {
            Ok(()) => cells.given(column, expected, read),
            Err(line) => Given::unreadable(SAME, Cells { line, ..*cells }.source(column)),
        }
    }

    /// An approval holds for the claim: a number that only some of its rows have is nothing that
    /// could be honoured for all, nor a day without a number.
    fn prior_authorization(&self, cells: &Cells<'_>) -> Given<Approval> {
        let approved_on = self.given(cells, Column::PriorAuthDate, DATE, date);
        match self.given(cells, Column::PriorAuthNumber, SAME, |_| Some(())) {
            Given::Value(number) => Given::value(Approval { approved_on }, number.source),
            Given::Unreadable(unread) => Given::Unreadable(unread),
            Given::Absent if approved_on.is_absent() => Given::Absent,
            Given::Absent => {
                Given::unreadable("the number of a prior authorization", cells.source(Column::PriorAuthDate))
            }
        }
    }
}

fn misshapen(cells: &Cells<'_>, swallowed: u64) -> Fault {
    let (code, message) = match swallowed {
        0 => ("csv::row_length", format!("the row has {} cells, the header {}", cells.row.len(), cells.header.cells)),
        _ => ("csv::open_quote", format!("a quote is left open over {swallowed} line ends")),
    };
    let help = Some("put a cell that holds commas in quotes, and double a quote within it".to_owned());
    Fault { code, place: format!("{}:{}", cells.file, cells.line), message, help }
}

/// A part that is blank keeps its place, so that pointers go on counting as the sender counted.
fn diagnoses(cells: &Cells<'_>, faults: &mut Faults) -> Vec<Diagnosis> {
    let Some(text) = cells.text(Column::DiagnosisCodes) else { return Vec::new() };
    let parts = text.trim_end_matches(|mark: char| SEPARATORS.contains(&mark) || mark == ' ').split(SEPARATORS);
    let diagnosis = |(index, text): (usize, &str)| Diagnosis {
        code: match codes::diagnosis(System::Icd10Cm, text) {
            Some(code) => Given::value(code, cells.source_of_diagnosis(index)),
            None => Given::unreadable(codes::DIAGNOSIS, cells.source_of_diagnosis(index)),
        },
        onset: Given::Absent,
        status: Status::Active,
        verification: Verification::Confirmed,
    };
    let mut all: Vec<Diagnosis> = parts.take(CODES_MAX + 1).enumerate().map(diagnosis).collect();
    if all.len() > CODES_MAX {
        let message = format!("more than {CODES_MAX} diagnoses");
        faults.push(cells.fault("csv::too_many_diagnoses", Column::DiagnosisCodes, message));
        all.clear();
    }
    all
}

fn frequency(cells: &Cells<'_>, faults: &mut Faults) -> Sourced<Frequency> {
    let Some(text) = cells.text(Column::Frequency) else {
        return Sourced::new(Frequency::Original, Source::Absent);
    };
    let value = match text.to_ascii_lowercase().as_str() {
        "1" | "original" => Frequency::Original,
        "7" | "replacement" => Frequency::Replacement,
        "8" | "void" => Frequency::Void,
        _ => {
            let message = "expected 1 or original, 7 or replacement, 8 or void";
            faults.push(cells.fault("csv::unreadable", Column::Frequency, message));
            Frequency::Original
        }
    };
    Sourced::new(value, cells.source(Column::Frequency))
}

fn state(cells: &Cells<'_>, faults: &mut Faults) -> Option<String> {
    let text = cells.text(Column::State)?;
    if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        faults.push(cells.fault("csv::unreadable", Column::State, "expected a state as two letters, as `TX`"));
    }
    Some(text.to_ascii_uppercase())
}

fn sex(text: &str) -> Option<Sex> {
    match text.to_ascii_lowercase().as_str() {
        "f" | "female" => Some(Sex::Female),
        "m" | "male" => Some(Sex::Male),
        "u" | "x" | "other" | "unknown" => Some(Sex::Other),
        _ => None,
    }
}

const PLAN_TYPES: &str = "COMMERCIAL, MEDICARE_ADVANTAGE, MEDICARE, MEDICAID or OTHER";

fn plan_type(text: &str) -> Option<LineOfBusiness> {
    match text.to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
        "commercial" => Some(LineOfBusiness::Commercial),
        "medicare_advantage" => Some(LineOfBusiness::MedicareAdvantage),
        "medicare" => Some(LineOfBusiness::Medicare),
        "medicaid" => Some(LineOfBusiness::Medicaid),
        "other" => Some(LineOfBusiness::Other),
        _ => None,
    }
}
