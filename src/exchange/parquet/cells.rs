//! Columns of many types, read as the text that a table's cell would hold.
//!
//! INVARIANT: nothing is computed with a number on its way: decimals and floats are written as they
//! print, to the shortest text that means the same value.

use std::fmt::Write as _;

use arrow_array::{
    Array, ArrayRef,
    cast::AsArray as _,
    types::{
        ArrowPrimitiveType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, DecimalType, Float32Type,
        Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};

use crate::date::day_of_number;

/// What a column is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text only: a number would have lost its leading zeros.
    Text,
    /// An identifier or a code of digits without leading zeros: text or whole numbers.
    Code,
    /// A day: text, a date, a point in time, or a whole number of the form YYYYMMDD.
    Day,
    /// An amount or a count: text, whole numbers, decimals, floats.
    Amount,
}

/// How the cells of a column are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Text,
    Whole,
    Day,
    Time(i64),
    Decimal,
    Float,
    /// Only blanks.
    Nothing,
}

/// How a column named `name` holds its cells.
///
/// # Errors
/// Why it cannot be read as what it is, in words that follow its name.
pub(super) fn holder(name: &str, holds: &DataType, kinds: &[(&str, Kind)]) -> Result<Holder, String> {
    let kind = kinds.iter().find(|(column, _)| *column == name).map_or(Kind::Text, |(_, kind)| *kind);
    let (holder, words) = match holds {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => (Holder::Text, "text"),
        DataType::Null => (Holder::Nothing, "nothing"),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => (Holder::Whole, "whole numbers"),
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => (Holder::Whole, "whole numbers"),
        DataType::Date32 => (Holder::Day, "dates"),
        DataType::Timestamp(unit, _) => (Holder::Time(per_day(*unit)), "points in time"),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) => (Holder::Decimal, "decimals"),
        DataType::Float32 | DataType::Float64 => (Holder::Float, "floating-point numbers"),
        DataType::Boolean => return Err(expected(kind, "yes and no")),
        DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => {
            return Err(expected(kind, "bytes"));
        }
        _ => return Err(expected(kind, "values of another type")),
    };
    let fits = match (kind, holder) {
        (_, Holder::Text | Holder::Nothing) => true,
        (Kind::Text, _) => false,
        (Kind::Code, holder) => holder == Holder::Whole,
        (Kind::Day, holder) => matches!(holder, Holder::Whole | Holder::Day | Holder::Time(_)),
        (Kind::Amount, holder) => matches!(holder, Holder::Whole | Holder::Decimal | Holder::Float),
    };
    if fits { Ok(holder) } else { Err(expected(kind, words)) }
}

fn expected(kind: Kind, words: &str) -> String {
    let kind = match kind {
        Kind::Text => "text",
        Kind::Code => "text or whole numbers",
        Kind::Day => "dates, or text of the form YYYY-MM-DD",
        Kind::Amount => "numbers or text",
    };
    format!("holds {words}, expected {kind}")
}

/// Parts of a day.
fn per_day(unit: TimeUnit) -> i64 {
    let seconds = 24 * 60 * 60;
    match unit {
        TimeUnit::Second => seconds,
        TimeUnit::Millisecond => seconds * 1_000,
        TimeUnit::Microsecond => seconds * 1_000_000,
        TimeUnit::Nanosecond => seconds * 1_000_000_000,
    }
}

/// A column of a batch.
pub(super) struct Cells<'b> {
    array: &'b ArrayRef,
    holder: Holder,
}

impl Holder {
    /// The cells of a column that is held so.
    pub(super) fn of<'b>(&self, array: &'b ArrayRef) -> Cells<'b> {
        Cells { array, holder: *self }
    }
}

impl Cells<'_> {
    /// Adds the cell of a row to `out`; nothing where it is blank.
    pub(super) fn write(&self, row: usize, out: &mut String) {
        if row >= self.array.len() || self.array.is_null(row) {
            return;
        }
        match self.holder {
            Holder::Text => self.text(row, out),
            Holder::Whole => self.whole(row, out),
            Holder::Day => self.day(self.number::<Date32Type>(row).map(i64::from), out),
            Holder::Time(per_day) => self.day(self.time(row).map(|time| time.div_euclid(per_day)), out),
            Holder::Decimal => self.decimal(row, out),
            Holder::Float => self.float(row, out),
            Holder::Nothing => {}
        }
    }

    fn text(&self, row: usize, out: &mut String) {
        match self.array.data_type() {
            DataType::Utf8 => out.push_str(self.array.as_string::<i32>().value(row)),
            DataType::LargeUtf8 => out.push_str(self.array.as_string::<i64>().value(row)),
            DataType::Utf8View => out.push_str(self.array.as_string_view().value(row)),
            _ => {}
        }
    }

    fn whole(&self, row: usize, out: &mut String) {
        let number = match self.array.data_type() {
            DataType::Int8 => self.number::<Int8Type>(row).map(i128::from),
            DataType::Int16 => self.number::<Int16Type>(row).map(i128::from),
            DataType::Int32 => self.number::<Int32Type>(row).map(i128::from),
            DataType::Int64 => self.number::<Int64Type>(row).map(i128::from),
            DataType::UInt8 => self.number::<UInt8Type>(row).map(i128::from),
            DataType::UInt16 => self.number::<UInt16Type>(row).map(i128::from),
            DataType::UInt32 => self.number::<UInt32Type>(row).map(i128::from),
            DataType::UInt64 => self.number::<UInt64Type>(row).map(i128::from),
            _ => None,
        };
        if let Some(number) = number {
            let _ = write!(out, "{number}");
        }
    }

    fn time(&self, row: usize) -> Option<i64> {
        match self.array.data_type() {
            DataType::Timestamp(TimeUnit::Second, _) => self.number::<TimestampSecondType>(row),
            DataType::Timestamp(TimeUnit::Millisecond, _) => self.number::<TimestampMillisecondType>(row),
            DataType::Timestamp(TimeUnit::Microsecond, _) => self.number::<TimestampMicrosecondType>(row),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => self.number::<TimestampNanosecondType>(row),
            _ => None,
        }
    }

    /// A number that is no day of the calendar is written as none: unreadable, never a guess.
    fn day(&self, number: Option<i64>, out: &mut String) {
        let Some(number) = number else { return };
        match day_of_number(number) {
            Some(day) => drop(write!(out, "{day}")),
            None => out.push('?'),
        }
    }

    fn decimal(&self, row: usize, out: &mut String) {
        match self.array.data_type() {
            DataType::Decimal32(..) => self.decimal_of::<Decimal32Type>(row, out),
            DataType::Decimal64(..) => self.decimal_of::<Decimal64Type>(row, out),
            DataType::Decimal128(..) => self.decimal_of::<Decimal128Type>(row, out),
            _ => {}
        }
    }

    fn decimal_of<T: DecimalType + ArrowPrimitiveType>(&self, row: usize, out: &mut String) {
        if let Some(column) = self.array.as_primitive_opt::<T>() {
            out.push_str(&column.value_as_string(row));
        }
    }

    fn float(&self, row: usize, out: &mut String) {
        let _ = match self.array.data_type() {
            DataType::Float32 => self.number::<Float32Type>(row).map_or(Ok(()), |number| write!(out, "{number}")),
            DataType::Float64 => self.number::<Float64Type>(row).map_or(Ok(()), |number| write!(out, "{number}")),
            _ => Ok(()),
        };
    }

    fn number<T: ArrowPrimitiveType>(&self, row: usize) -> Option<T::Native> {
        self.array.as_primitive_opt::<T>().map(|column| column.value(row))
    }
}
