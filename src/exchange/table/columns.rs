//! The columns a table may have, and which of them a header row names.

use csv::StringRecord;

use super::block::Row;
use crate::exchange::{
    Fault,
    faults::{nearest, shown},
};

/// How many unknown columns are named in a message.
const UNKNOWN_NAMED_MAX: usize = 6;

/// A column; what it is called stands in [`COLUMNS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    ClaimId,
    LineNumber,
    ServiceDate,
    ProcedureCode,
    DiagnosisCodes,
    MemberId,
    BirthDate,
    Sex,
    PlanType,
    State,
    OnsetDate,
    PriorAuthNumber,
    PriorAuthDate,
    Frequency,
    Replaces,
    DiagnosisPointers,
    Modifier1,
    Modifier2,
    Modifier3,
    Modifier4,
    Units,
    BilledAmount,
    PlaceOfService,
    Purpose,
    Narrative,
    ProviderNpi,
    BillingNpi,
}

/// What a column's cells belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The claim: the same in all of its rows.
    Claim,
    /// The line of the row.
    Line,
    /// Nobody: nothing is decided by it.
    Nobody,
}

/// Each column, its names (the first is the one we write), what its cells belong to. The first five
/// must be there.
const COLUMNS: [(Column, &[&str], Of); 27] = [
    (Column::ClaimId, &["claim_id"], Of::Line),
    (Column::LineNumber, &["line_number"], Of::Line),
    (Column::ServiceDate, &["service_date"], Of::Line),
    (Column::ProcedureCode, &["procedure_code"], Of::Line),
    (Column::DiagnosisCodes, &["diagnosis_codes"], Of::Claim),
    (Column::MemberId, &["member_id"], Of::Claim),
    (Column::BirthDate, &["birth_date"], Of::Claim),
    (Column::Sex, &["sex"], Of::Claim),
    (Column::PlanType, &["plan_type", "line_of_business"], Of::Claim),
    (Column::State, &["state"], Of::Claim),
    (Column::OnsetDate, &["onset_date"], Of::Claim),
    (Column::PriorAuthNumber, &["prior_auth_number"], Of::Claim),
    (Column::PriorAuthDate, &["prior_auth_date"], Of::Claim),
    (Column::Frequency, &["frequency"], Of::Claim),
    (Column::Replaces, &["replaces"], Of::Claim),
    (Column::DiagnosisPointers, &["diagnosis_pointers"], Of::Line),
    (Column::Modifier1, &["modifier_1"], Of::Line),
    (Column::Modifier2, &["modifier_2"], Of::Line),
    (Column::Modifier3, &["modifier_3"], Of::Line),
    (Column::Modifier4, &["modifier_4"], Of::Line),
    (Column::Units, &["units"], Of::Line),
    (Column::BilledAmount, &["billed_amount"], Of::Line),
    (Column::PlaceOfService, &["place_of_service"], Of::Line),
    (Column::Purpose, &["purpose"], Of::Line),
    (Column::Narrative, &["narrative"], Of::Line),
    (Column::ProviderNpi, &["provider_npi"], Of::Nobody),
    (Column::BillingNpi, &["billing_npi"], Of::Claim),
];

/// How many of [`COLUMNS`], from the first, must be there.
const REQUIRED: usize = 5;

/// Which cell of a row holds which column.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct Header {
    /// By column: the cell's place and the name the file has for it.
    places: [Option<(usize, &'static str)>; COLUMNS.len()],
    /// How many cells a row has.
    pub(super) cells: usize,
}

impl Header {
    /// Reads the header row of `file`, in any order and case.
    ///
    /// # Errors
    /// One fault that names every column that is unknown, missing or there twice.
    pub(in crate::exchange) fn read(row: &StringRecord, file: &str) -> Result<Header, Fault> {
        let mut header = Header { places: [None; COLUMNS.len()], cells: row.len() };
        let (mut unknown, mut twice) = (Vec::new(), Vec::new());
        for (cell, name) in row.iter().enumerate() {
            let name = plain(name);
            let found = COLUMNS.iter().zip(&mut header.places).find_map(|((_, names, _), place)| {
                names.iter().find(|known| **known == name).map(|known| (*known, place))
            });
            match found {
                None => unknown.push(name),
                Some((known, Some(_))) => twice.push(known),
                Some((known, place)) => *place = Some((cell, known)),
            }
        }
        let required = COLUMNS.iter().zip(&header.places).take(REQUIRED);
        let missing: Vec<&str> = required.filter(|(_, place)| place.is_none()).filter_map(name).collect();
        match unknown.is_empty() && twice.is_empty() && missing.is_empty() {
            true => Ok(header),
            false => Err(header.fault(row, file, &unknown, &twice, &missing)),
        }
    }

    /// The cell of a column in `row`, without blanks around it; `None` where it is blank or the
    /// table has no such column.
    pub(super) fn cell<'r>(&self, row: Row<'r>, column: Column) -> Option<&'r str> {
        let (place, _) = self.places.get(column as usize).copied().flatten()?;
        row.get(place).map(str::trim).filter(|cell| !cell.is_empty())
    }

    /// The place of a column's cell in a row.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.get(column as usize).copied().flatten().map(|(place, _)| place)
    }

    /// The file's name for a column.
    pub(super) fn name(&self, column: Column) -> &'static str {
        self.places.get(column as usize).copied().flatten().map_or("", |(_, name)| name)
    }

    /// The columns of the table whose cells belong to the claim.
    pub(super) fn of_claim(&self) -> impl Iterator<Item = Column> + '_ {
        let there = COLUMNS.iter().zip(&self.places).filter(|((_, _, of), place)| *of == Of::Claim && place.is_some());
        there.map(|((column, ..), _)| *column)
    }

    fn fault(&self, row: &StringRecord, file: &str, unknown: &[String], twice: &[&str], missing: &[&str]) -> Fault {
        let fault =
            |code, message: String, help: String| Fault { code, place: format!("{file}:1"), message, help: Some(help) };
        let columns = || {
            let names: Vec<&str> = COLUMNS.iter().zip(&self.places).filter_map(name).collect();
            format!("the columns known are {}", names.join(", "))
        };
        if let Some(separator) = foreign_separator(row) {
            let message = format!("cells are separated by {separator}, not by commas");
            return fault("csv::separator", message, "write the table with commas between the cells".to_owned());
        }
        if self.places.iter().all(Option::is_none) {
            // What stands there may be a patient's data: it is not repeated.
            let message = "the first row names no column that is known".to_owned();
            return fault("csv::unknown_column", message, columns());
        }
        let mut told = Vec::new();
        if !missing.is_empty() {
            told.push(format!("missing: {}", list(missing)));
        }
        if !twice.is_empty() {
            told.push(format!("there twice: {}", list(twice)));
        }
        if !unknown.is_empty() {
            let named: Vec<String> = unknown.iter().take(UNKNOWN_NAMED_MAX).map(|name| self.unknown(name)).collect();
            let more = match unknown.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            told.push(format!("unknown: {}{more}", named.join(", ")));
        }
        let code = match (unknown.is_empty(), missing.is_empty()) {
            (false, _) => "csv::unknown_column",
            (true, false) => "csv::missing_column",
            (true, true) => "csv::repeated_column",
        };
        fault(code, format!("the header's columns are not those of a claims table; {}", told.join("; ")), columns())
    }

    /// An unknown name, and the column that may have been meant: one that is not there yet.
    fn unknown(&self, name: &str) -> String {
        let free = COLUMNS.iter().zip(&self.places).filter(|(_, place)| place.is_none());
        match nearest(name, free.flat_map(|((_, names, _), _)| names.iter().copied())) {
            Some(near) => format!("`{}` (did you mean `{near}`?)", shown(name)),
            None => format!("`{}`", shown(name)),
        }
    }
}

fn name<T>(((_, names, _), _): (&(Column, &'static [&'static str], Of), T)) -> Option<&'static str> {
    names.first().copied()
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A name as it is compared: without byte order mark, quotes and blanks, in lower case.
pub(in crate::exchange) fn plain(name: &str) -> String {
    name.trim_start_matches('\u{feff}').trim().trim_matches('"').trim().to_ascii_lowercase()
}

/// What separates the cells of a header that has no commas.
fn foreign_separator(row: &StringRecord) -> Option<&'static str> {
    let only = row.get(0).filter(|_| row.len() == 1)?;
    let known = |separator: char| only.split(separator).any(|name| plain(name) == "claim_id");
    [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")]
        .into_iter()
        .find(|(mark, _)| only.contains(*mark) && known(*mark))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Result<Header, Fault> {
        let separated: Vec<&str> = names.split(',').collect();
        Header::read(&StringRecord::from(separated), "claims.csv")
    }

    const LEAST: &str = "claim_id,line_number,service_date,procedure_code,diagnosis_codes";

    #[test]
    fn columns_are_in_the_order_of_their_places() {
        for (place, (column, ..)) in COLUMNS.iter().enumerate() {
            assert_eq!(*column as usize, place);
        }
    }

    #[test]
    fn columns_come_in_any_order_and_case() {
        let header =
            header("\u{feff}Diagnosis_Codes, SERVICE_DATE ,\"claim_id\",procedure_code,line_number,line_of_business")
                .unwrap();
        let row = Row::of("M54.162026 C 623231 ", &[6, 10, 13, 18, 19, 20]);
        assert_eq!(header.cell(row, Column::ClaimId), Some("C"));
        assert_eq!(header.cell(row, Column::PlanType), None);
        assert_eq!(header.cell(row, Column::Units), None);
        assert_eq!(header.name(Column::PlanType), "line_of_business");
        assert_eq!(header.of_claim().collect::<Vec<_>>(), [Column::DiagnosisCodes, Column::PlanType]);
    }

    #[test]
    fn a_header_fault_names_every_column() {
        let check = |names: &str, code: &str, words: &[&str]| {
            let fault = header(names).unwrap_err();
            assert_eq!((fault.code, fault.place.as_str()), (code, "claims.csv:1"), "{}", fault.message);
            let told = format!("{} | {}", fault.message, fault.help.unwrap());
            words.iter().for_each(|word| assert!(told.contains(word), "{told:?} has not {word:?}"));
        };
        check(
            "claim_id,service_date",
            "csv::missing_column",
            &["missing: `line_number`, `procedure_code`, `diagnosis_codes`", "known are claim_id, line_number"],
        );
        check(&format!("{LEAST},onset"), "csv::unknown_column", &["unknown: `onset` (did you mean `onset_date`?)"]);
        check(&format!("{LEAST},claim_id"), "csv::repeated_column", &["there twice: `claim_id`"]);
        check(&format!("{LEAST},plan_type,line_of_business"), "csv::repeated_column", &["`line_of_business`"]);
        check(
            "claim_id,claim_line_number,z1,z2,z3,z4,z5,z6,z7",
            "csv::unknown_column",
            &["`claim_line_number` (did you mean `line_number`?)", "and 2 more", "missing: `line_number`"],
        );
        check(
            "C-1,1,2026-03-10,62323,Jane Roe",
            "csv::unknown_column",
            &["the first row names no column that is known"],
        );
        check("claim_id;line_number", "csv::separator", &["separated by `;`, not by commas"]);
        assert!(!header("C-1,Jane Roe").unwrap_err().message.contains("Roe"));
    }
}
