use std::collections::BTreeMap;

use bytes::Bytes;

use super::*;
use crate::{
    exchange::parquet::write::{Cell, Column, FlatWriter, Holds},
    request::{LineOfBusiness, Pointers},
};

/// A table as text: a header row, then rows; cells are separated by blanks, and `-` is none.
fn table(text: &str) -> Bytes {
    let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let columns: Vec<Column<'_>> = names.iter().map(|name| Column { name, holds: Holds::Text }).collect();
    let mut writer = FlatWriter::new(Vec::new(), &columns).unwrap();
    for row in lines {
        let cell = |cell: &&'static str| if **cell == *"-" { Cell::Blank } else { Cell::Text(cell) };
        let row: Vec<&'static str> = row.into_iter().map(|cell| &*String::from(cell).leak()).collect();
        writer.push(&row.iter().map(cell).collect::<Vec<_>>()).unwrap();
    }
    writer.finish().unwrap().into()
}

/// Whole tables of two claims.
fn tables() -> BTreeMap<&'static str, String> {
    let claims = "claim_id member_id service_from_date claim_frequency_code original_claim_id prior_auth_number billing_npi \
                  place_of_service plan_id total_paid\n\
                  C-1 M1 2026-03-10 1 - A1 9000000015 11 P 1.00\n\
                  C-2 M2 20250610 7 C-0 - - 22 P 2.00";
    let lines = "claim_id line_number procedure_code service_date diagnosis_pointers modifier_1 units billed_amount \
                 place_of_service\n\
                 C-1 1 62323 2026-03-10 2,1 50 1 850.00 24\n\
                 C-1 2 J1030 2026-03-10 - - 2 12.00 -\n\
                 C-2 1 64493 20250610 1 - 1 400.00 -";
    let diagnoses = "claim_id sequence icd10_code\nC-1 2 G8929\nC-1 1 M54.16\nC-2 1 M47.816";
    let members = "member_id birth_date sex first_name\nM2 1950-01-31 F Jane\nM1 1973-05-01 M Joe";
    let eligibility = "member_id plan_id plan_type coverage_start coverage_end\n\
                       M2 P COMMERCIAL 2020-01-01 2025-06-09\n\
                       M2 P MEDICARE 2025-06-10 -\n\
                       M1 P MEDICAID - -";
    [(CLAIM, claims), (LINE, lines), (DIAGNOSIS, diagnoses), (MEMBER, members), (ELIGIBILITY, eligibility)]
        .map(|(file, text)| (file, text.to_owned()))
        .into()
}

fn items(tables: &BTreeMap<&'static str, String>) -> Vec<Item> {
    items_damaged(tables, "")
}

/// What is read where the rows of one table are damaged.
fn items_damaged(tables: &BTreeMap<&'static str, String>, damaged: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut open = |file: &str| match tables.get(file) {
        Some(text) if file == damaged => {
            let mut bytes = table(text).to_vec();
            // The header of the first page, behind the mark of the format.
            bytes[4..16].fill(0xff);
            Ok(bytes.into())
        }
        Some(text) => Ok(table(text)),
        None => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    read_tables(&mut open, &|| false, &mut |item| items.push(item)).unwrap();
    items
}

#[test]
fn claims_are_put_together_and_every_cell_says_where_it_stood() {
    let items = items(&tables());
    let [Item::Request(one), Item::Request(two)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((one.id.as_str(), one.lines.len(), two.lines.len()), ("C-1", 2, 1));
    let line = &one.lines[0];
    assert_eq!(line.procedure.source().to_string(), "medical_claim_line.parquet:1 procedure_code");
    assert_eq!(one.patient.birth_date.source().to_string(), "member.parquet:2 birth_date");
    assert_eq!(one.coverage.line_of_business.source().to_string(), "eligibility.parquet:3 plan_type");
    assert_eq!(one.coverage.prior_authorization.source().to_string(), "medical_claim.parquet:1 prior_auth_number");
    let codes = one.diagnoses.iter().map(|diagnosis| {
        let code = diagnosis.code.get().unwrap();
        format!("{code} {}", diagnosis.code.source())
    });
    let expected = ["M54.16 claim_diagnosis.parquet:2 icd10_code", "G89.29 claim_diagnosis.parquet:1 icd10_code"];
    assert_eq!(codes.collect::<Vec<_>>(), expected);
    assert!(matches!(&line.pointers, Pointers::To(places, _) if *places == [1, 0]));
    let place = |line: &crate::request::Line| line.place_of_service.as_ref().map(|place| place.value.to_string());
    assert_eq!((place(line), place(&one.lines[1])), (Some("24".into()), Some("11".into())));
    assert_eq!(one.provider.map(|npi| npi.to_string()).as_deref(), Some("9000000015"));
    assert_eq!(two.coverage.line_of_business.get(), Some(&LineOfBusiness::Medicare));
    assert_eq!((two.replaces.as_deref(), two.onset.is_absent()), (Some("C-0"), true));
}

#[test]
fn tables_that_cannot_be_joined_are_one_fault() {
    let check = |file: &'static str, from: &str, to: &str, code: &str, place: &str| {
        let mut tables = tables();
        let text = tables.remove(file).unwrap();
        assert!(text.contains(from), "{from}");
        if !to.is_empty() {
            tables.insert(file, text.replacen(from, to, 1));
        }
        let items = items(&tables);
        let [Item::Fault(fault)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((fault.code, fault.place.as_str()), (code, place), "{}", fault.message);
    };
    check(MEMBER, "", "", "parquet::missing_table", "member.parquet");
    check(LINE, "procedure_code", "procedure", "parquet::missing_column", "medical_claim_line.parquet");
    check(CLAIM, "C-1", "C-3", "parquet::unsorted", "medical_claim.parquet:2 claim_id");
    check(CLAIM, "C-2", "C-1", "parquet::unsorted", "medical_claim.parquet:2 claim_id");
    check(DIAGNOSIS, "C-2", "A-2", "parquet::unsorted", "claim_diagnosis.parquet:3 claim_id");
    check(LINE, "C-1 1", "- 1", "parquet::no_claim_id", "medical_claim_line.parquet:1 claim_id");
}

/// An item each: `C-1/2` a claim of two lines, `!C-1/2 code place` a reject, `?code place` a fault.
fn told(items: &[Item]) -> Vec<String> {
    let told = |item: &Item| match item {
        Item::Request(request) | Item::Answered(request, _) => format!("{}/{}", request.id, request.lines.len()),
        Item::Reject(reject) => {
            let id = reject.request_id.as_deref().unwrap_or_default();
            format!("!{id}/{} {} {}", reject.lines, reject.fault.code, reject.fault.place)
        }
        Item::Fault(fault) => format!("?{} {}", fault.code, fault.place),
    };
    items.iter().map(told).collect()
}

#[test]
fn damaged_rows_cost_the_claims_they_may_be_of() {
    let check =
        |damaged: &str, expected: &[&str]| assert_eq!(told(&items_damaged(&tables(), damaged)), expected, "{damaged}");
    check(
        LINE,
        &[
            "!C-1/0 parquet::row_lost medical_claim_line.parquet:1",
            "!C-2/0 parquet::row_lost medical_claim_line.parquet:1",
            "!/3 parquet::damaged medical_claim_line.parquet:1",
        ],
    );
    check(
        DIAGNOSIS,
        &["!C-1/2 parquet::row_lost claim_diagnosis.parquet:1", "!C-2/1 parquet::row_lost claim_diagnosis.parquet:1"],
    );
    check(
        CLAIM,
        &[
            "?parquet::damaged medical_claim.parquet:1",
            "!C-1/2 parquet::no_claim medical_claim_line.parquet:1 claim_id",
            "!C-2/1 parquet::no_claim medical_claim_line.parquet:3 claim_id",
            "?parquet::no_claim claim_diagnosis.parquet:1 claim_id",
        ],
    );
    check(MEMBER, &["?parquet::damaged member.parquet:1"]);
    check(ELIGIBILITY, &["?parquet::damaged eligibility.parquet:1"]);
}

#[test]
fn rows_without_their_claim_and_claims_without_their_rows_are_rejected() {
    let check = |file: &'static str, from: &str, to: &str, expected: &[&str]| {
        let mut tables = tables();
        let text = tables.get_mut(file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replace(from, to);
        let told = told(&items(&tables));
        assert_eq!(told, expected, "{file} {to}");
    };
    check(
        LINE,
        "C-2 1",
        "C-3 1",
        &[
            "C-1/2",
            "!C-2/0 parquet::no_service_line medical_claim.parquet:2 claim_id",
            "!C-3/1 parquet::no_claim medical_claim_line.parquet:3 claim_id",
        ],
    );
    check(
        LINE,
        "C-1 ",
        "A-1 ",
        &[
            "!A-1/2 parquet::no_claim medical_claim_line.parquet:1 claim_id",
            "!C-1/0 parquet::no_service_line medical_claim.parquet:1 claim_id",
            "C-2/1",
        ],
    );
    check(DIAGNOSIS, "C-2 1", "D-2 1", &["C-1/2", "C-2/1", "?parquet::no_claim claim_diagnosis.parquet:3 claim_id"]);
    check(DIAGNOSIS, "C-1 2", "C-1 1", &["!C-1/2 parquet::sequence claim_diagnosis.parquet:2 sequence", "C-2/1"]);
    check(LINE, "C-1 2", "C-1 two", &["!C-1/2 parquet::unreadable medical_claim_line.parquet:2 line_number", "C-2/1"]);
}

#[test]
fn an_institutional_claim_is_rejected() {
    let mut tables = tables();
    let claims = "claim_id member_id service_from_date claim_type\nC-1 M1 2026-03-10 I\nC-2 M2 2025-06-10 P";
    tables.insert(CLAIM, claims.to_owned());
    let items = items(&tables);
    let [Item::Reject(reject), Item::Request(_)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((reject.fault.code, reject.lines), ("parquet::claim_type", 2));
}
