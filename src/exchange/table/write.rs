//! Claims as rows of the table: the cells that [`read`](super::read) reads, in one order.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use crate::{
    code::Code,
    date::Date,
    exchange::carried::{self, units_text},
    request::{Frequency, Given, Line, LineOfBusiness, Pointers, Request, Sex},
};

/// The columns that are written.
pub(in crate::exchange) const COLUMNS: [&str; 23] = [
    "claim_id",
    "line_number",
    "member_id",
    "birth_date",
    "sex",
    "plan_type",
    "service_date",
    "place_of_service",
    "procedure_code",
    "modifier_1",
    "modifier_2",
    "modifier_3",
    "modifier_4",
    "units",
    "billed_amount",
    "diagnosis_codes",
    "diagnosis_pointers",
    "onset_date",
    "prior_auth_number",
    "frequency",
    "replaces",
    "narrative",
    "billing_npi",
];

/// Stands for the number of a prior authorization, which is not kept.
const APPROVAL_NUMBER: &str = "ONFILE";

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::exchange) enum Value<'r> {
    Text(Cow<'r, str>),
    Whole(i64),
    Day(Date),
    Blank,
}

/// Writes claims as CSV, a header row first.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    /// A table on `out`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W) -> io::Result<Writer<W>> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(COLUMNS)?;
        Ok(Writer { csv })
    }

    /// Writes the rows of a claim.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] where the claim holds what a table cannot carry; else when
    /// the output fails.
    pub fn push(&mut self, request: &Request) -> io::Result<()> {
        carried::check(request)?;
        for line in &request.lines {
            for cell in cells(request, line) {
                match cell {
                    Value::Text(text) => self.csv.write_field(&*text)?,
                    Value::Whole(number) => self.csv.write_field(number.to_string())?,
                    Value::Day(day) => self.csv.write_field(day.to_string())?,
                    Value::Blank => self.csv.write_field("")?,
                }
            }
            self.csv.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    /// Writes what is left and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.csv.flush()?;
        self.csv.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

/// The row of a line, a cell for each of [`COLUMNS`].
pub(in crate::exchange) fn cells<'r>(request: &'r Request, line: &'r Line) -> [Value<'r>; COLUMNS.len()] {
    let modifier = |place: usize| line.modifiers.get(place).map_or(Value::Blank, |modifier| code(&modifier.value));
    let replaces = request.replaces.as_deref().map_or(Value::Blank, text);
    [
        text(&request.id),
        Value::Whole(line.number.into()),
        request.patient.member_id.as_ref().map_or(Value::Blank, |id| text(id.reveal())),
        day(request.patient.birth_date.get().and_then(|born| born.reveal().exact())),
        request.patient.sex.get().map_or(Value::Blank, |sex| text(sex_word(*sex))),
        request.coverage.line_of_business.get().map_or(Value::Blank, |business| text(plan_type(*business))),
        day(line.service_date.get().and_then(|day| day.exact())),
        line.place_of_service.as_ref().map_or(Value::Blank, |place| code(&place.value)),
        line.procedure.get().map_or(Value::Blank, code),
        modifier(0),
        modifier(1),
        modifier(2),
        modifier(3),
        line.units_milli.get().map_or(Value::Blank, |milli| Value::Text(units_text(*milli).into())),
        line.charge.get().map_or(Value::Blank, |cents| Value::Text(cents.to_string().into())),
        list(request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get()).map(Code::to_string)),
        match &line.pointers {
            Pointers::To(places, _) => list(places.iter().map(|place| (place + 1).to_string())),
            Pointers::All | Pointers::Unknown(_) => Value::Blank,
        },
        day(request.onset.get().and_then(|onset| onset.exact())),
        request.coverage.prior_authorization.get().map_or(Value::Blank, |_| text(APPROVAL_NUMBER)),
        text(match request.frequency.value {
            Frequency::Original => "1",
            Frequency::Replacement => "7",
            Frequency::Void => "8",
        }),
        replaces,
        match &line.narrative {
            Given::Value(words) => text(words.value.reveal()),
            Given::Absent | Given::Unreadable(_) => Value::Blank,
        },
        request.provider.map_or(Value::Blank, |npi| Value::Text(npi.to_string().into())),
    ]
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn code(code: &Code) -> Value<'static> {
    Value::Text(code.to_string().into())
}

fn day(day: Option<Date>) -> Value<'static> {
    day.map_or(Value::Blank, Value::Day)
}

fn list(parts: impl Iterator<Item = String>) -> Value<'static> {
    let list = parts.collect::<Vec<_>>().join("|");
    if list.is_empty() { Value::Blank } else { Value::Text(list.into()) }
}

fn sex_word(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Other => "U",
    }
}

fn plan_type(business: LineOfBusiness) -> &'static str {
    match business {
        LineOfBusiness::Commercial => "COMMERCIAL",
        LineOfBusiness::MedicareAdvantage => "MEDICARE_ADVANTAGE",
        LineOfBusiness::Medicare => "MEDICARE",
        LineOfBusiness::Medicaid => "MEDICAID",
        LineOfBusiness::Other => "OTHER",
    }
}
