use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use bytes::Bytes;
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};

use super::{
    write::{Cell, Column, FlatWriter, Holds},
    *,
};
use crate::{
    date::Date,
    exchange::table,
    request::{Given, Request},
};

const CSV: &str = "claim_id,line_number,service_date,procedure_code,diagnosis_codes,diagnosis_pointers,member_id,\
                   birth_date,plan_type,onset_date,units,billed_amount,narrative\n\
                   C-1,1,2026-03-10,62323,M54.16|G8929,1,M1,1973-05-01,COMMERCIAL,2025-09-01,1,1250.02,\n\
                   C-1,2,2026-03-10,J1030,M54.16|G8929,\"1,2\",M1,1973-05-01,COMMERCIAL,2025-09-01,2,12.00,\"a\nb\"\n\
                   C-2,1,,64493,M47.816,1,M2,,MEDICARE,,1,400.00,\n\
                   C-3,one,2026-03-10,64493,M47.816,1,M2,,,,1,400.00,\n";

/// Columns by name.
type Columns = Vec<(&'static str, ArrayRef)>;

fn text(cells: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(cells.to_vec()))
}

fn day(text: &str) -> i32 {
    i32::try_from(crate::date::day_number(text.parse::<Date>().unwrap())).unwrap()
}

/// The table of [`CSV`] with days as dates and amounts in the ways that writers have.
fn columns() -> Columns {
    let served = day("2026-03-10");
    let micros = |text: &str| i64::from(day(text)) * 86_400_000_000 + 3_600_000_000;
    vec![
        ("Claim_ID", text(&[Some("C-1"), Some("C-1"), Some("C-2"), Some("C-3")])),
        ("line_number", text(&[Some("1"), Some("2"), Some("1"), Some("one")])),
        ("service_date", Arc::new(Date32Array::from(vec![Some(served), Some(served), None, Some(served)]))),
        ("procedure_code", text(&[Some("62323"), Some("J1030"), Some("64493"), Some("64493")])),
        ("diagnosis_codes", text(&[Some("M54.16|G8929"), Some("M54.16|G8929"), Some("M47.816"), Some("M47.816")])),
        ("diagnosis_pointers", text(&[Some("1"), Some("1,2"), Some("1"), Some("1")])),
        ("member_id", text(&[Some("M1"), Some("M1"), Some("M2"), Some("M2")])),
        ("birth_date", Arc::new(Int64Array::from(vec![Some(19_730_501), Some(19_730_501), None, None]))),
        ("plan_type", text(&[Some("COMMERCIAL"), Some("COMMERCIAL"), Some("MEDICARE"), None])),
        ("onset_date", {
            let onset = Some(micros("2025-09-01"));
            Arc::new(TimestampMicrosecondArray::from(vec![onset, onset, None, None]))
        }),
        ("units", Arc::new(Float64Array::from(vec![1.0, 2.0, 1.0, 1.0]))),
        ("billed_amount", {
            let cents = Decimal128Array::from(vec![125_002, 1_200, 40_000, 40_000]);
            Arc::new(cents.with_precision_and_scale(10, 2).unwrap())
        }),
        ("narrative", text(&[None, Some("a\nb"), None, None])),
    ]
}

fn file(columns: Vec<(&str, ArrayRef)>, rows_a_group: usize) -> Bytes {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_a_group)).build();
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    out.into()
}

fn items(bytes: Bytes) -> Vec<Item> {
    let mut items = Vec::new();
    read(bytes, "claims.parquet", &|| false, &mut |item| items.push(item)).unwrap();
    items
}

/// What a claim says, its sources apart.
fn told(item: &Item) -> String {
    match item {
        Item::Request(request) => {
            let mut out = Vec::new();
            super::super::json::write_request(request, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        }
        Item::Reject(reject) => format!("!{:?}/{} {}", reject.request_id, reject.lines, reject.fault.code),
        other => format!("{other:?}"),
    }
}

fn one_fault(bytes: Bytes) -> Fault {
    match items(bytes).as_slice() {
        [Item::Fault(fault)] => fault.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_claim_reads_alike_from_csv_and_parquet() {
    let mut of_csv = Vec::new();
    table::read(CSV.as_bytes(), "claims.csv", &mut |item| of_csv.push(item)).unwrap();
    for rows_a_group in [100, 1] {
        let of_parquet = items(file(columns(), rows_a_group));
        let code = |text: &Item| told(text).replace("csv::", "parquet::");
        assert_eq!(of_parquet.iter().map(told).collect::<Vec<_>>(), of_csv.iter().map(code).collect::<Vec<_>>());
        let Item::Request(request) = &of_parquet[0] else { panic!() };
        let request: &Request = request;
        assert_eq!(request.lines[1].procedure.source().to_string(), "claims.parquet:2 procedure_code");
        assert!(matches!(&of_parquet[1], Item::Request(request) if request.lines[0].service_date == Given::Absent));
        assert!(matches!(&of_parquet[2], Item::Reject(reject) if reject.fault.place == "claims.parquet:4 line_number"));
    }
}

#[test]
fn a_table_that_was_written_is_read() {
    let names = ["claim_id", "line_number", "service_date", "procedure_code", "diagnosis_codes"];
    let holds = [Holds::Text, Holds::Whole, Holds::Day, Holds::Text, Holds::Text];
    let columns: Vec<Column<'_>> = names.iter().zip(holds).map(|(name, holds)| Column { name, holds }).collect();
    let mut writer = FlatWriter::new(Vec::new(), &columns).unwrap();
    for claim in 0..70_000 {
        let id = format!("C-{claim}");
        let day = Cell::Day(Date::constant(2026, 3, 10));
        writer.push(&[Cell::Text(&id), Cell::Whole(1), day, Cell::Text("62323"), Cell::Blank]).unwrap();
    }
    let items = items(writer.finish().unwrap().into());
    assert_eq!(items.len(), 70_000);
    let Item::Request(last) = &items[69_999] else { panic!("{:?}", items[69_999]) };
    assert_eq!((last.id.as_str(), last.lines.len(), last.diagnoses.len()), ("C-69999", 1, 0));
    assert_eq!(last.lines[0].service_date.get().map(ToString::to_string).as_deref(), Some("2026-03-10"));
}

#[test]
fn columns_that_cannot_be_used_are_one_fault() {
    let check = |change: &dyn Fn(&mut Columns), code: &str, words: &[&str]| {
        let mut columns = columns();
        change(&mut columns);
        let fault = one_fault(file(columns, 100));
        let told = format!("{} | {}", fault.message, fault.help.unwrap_or_default());
        assert_eq!((fault.code, fault.place.as_str()), (code, "claims.parquet"), "{told}");
        words.iter().for_each(|word| assert!(told.contains(word), "{told}"));
    };
    check(&|all| drop(all.remove(3)), "parquet::missing_column", &["missing: `procedure_code`"]);
    check(&|all| all[6].0 = "member", "parquet::unknown_column", &["`member` (did you mean `member_id`?)"]);
    let yes: ArrayRef = Arc::new(BooleanArray::from(vec![true; 4]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1; 4]));
    check(
        &|all| {
            all[2].1 = yes.clone();
            all[4].1 = numbers.clone();
        },
        "parquet::column_type",
        &[
            "`service_date` holds yes and no, expected dates",
            "`diagnosis_codes` holds whole numbers, expected text",
            "UTF-8 text",
        ],
    );
    let amounts: ArrayRef = Arc::new(Float64Array::from(vec![1.0; 4]));
    check(&|all| all[3].1 = amounts.clone(), "parquet::column_type", &["`procedure_code` holds floating-point"]);
}

#[test]
fn a_file_without_its_end_is_one_fault() {
    let whole = file(columns(), 100);
    for bytes in [whole.slice(..whole.len() - 1), whole.slice(..4), Bytes::new()] {
        assert_eq!(one_fault(bytes).code, "parquet::no_footer");
    }
}

#[test]
fn a_damaged_row_group_costs_its_claims_and_those_beside_it() {
    let (mut names, mut groups) = (Vec::new(), Vec::new());
    for group in 0..3 {
        let id = |claim: usize| format!("G{group}-{claim}");
        names.extend((0..4).map(id));
        groups.push(group);
    }
    let rows = names.len();
    let whole = |cell: &str| text(&vec![Some(cell); rows]);
    let ids: ArrayRef = Arc::new(StringArray::from(names));
    let columns = vec![
        ("claim_id", ids),
        ("line_number", whole("1")),
        ("service_date", whole("2026-03-10")),
        ("procedure_code", whole("62323")),
        ("diagnosis_codes", whole("M54.16")),
    ];
    let mut bytes = file(columns, 4).to_vec();
    // The length of the first text of the second group: past the end of its page.
    let second = bytes.windows(4).position(|window| window == b"G1-0").unwrap();
    bytes[second - 4..second].fill(0xff);
    let told: Vec<String> = items(bytes.into()).iter().map(|item| told(item).chars().take(40).collect()).collect();
    let expected = ["{\"id\":\"G0-0\"", "{\"id\":\"G0-1\"", "{\"id\":\"G0-2\"", "!None/4 parquet::damaged"];
    let expected = expected.into_iter().chain([
        "!Some(\"G0-3\")/1 parquet::row_lost",
        "!Some(\"G2-0\")/1 parquet::row_lost",
        "{\"id\":\"G2-1\"",
    ]);
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told} {expected}");
    }
    assert_eq!(told.len(), 9, "{told:#?}");
}

#[test]
fn no_damage_stops_the_program() {
    let whole = file(columns(), 2).to_vec();
    let mut state = 7_u64;
    for _ in 0..2_000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = usize::try_from(state >> 33).unwrap() % bytes.len();
            bytes[place] ^= u8::try_from(state >> 20 & 0xff).unwrap();
        }
        items(bytes.into());
    }
}

#[test]
fn a_halted_reading_ends_in_an_error() {
    let read = read(file(columns(), 100), "claims.parquet", &|| true, &mut |_| {});
    assert!(read.is_err());
}
