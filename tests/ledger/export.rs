//! An export as lines of JSON and as a Parquet table: both hold the same.

use std::{collections::BTreeMap, fs, path::Path};

use arrow_array::{
    Array as _, RecordBatch,
    cast::AsArray as _,
    types::{Int64Type, TimestampMillisecondType},
};
use arrow_schema::{DataType, TimeUnit};
use claimgate::{
    date::moment_text,
    ledger::{Access, Group, Record, hex, sha256},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value, json};

use crate::{
    serving::Place,
    support::{Home, NOW_MS, group, keys, record},
};

/// How many entries, and how long their bodies are: more than one row group holds.
const ENTRIES: u32 = 600;
const BODY_BYTES: usize = 40_000;

/// Both formats hold the same, over several row groups, with bodies that are retired and one that is
/// no text; and a table has its name only once it is whole.
pub fn both_formats_hold_the_same(home: &Home) {
    let ledger = home.open(Access::Record);
    for first in (0..ENTRIES).step_by(100) {
        let all: Vec<u32> = (first..first + 100).collect();
        let records = all.iter().map(|nth| Record { body: body(*nth), ..record(*nth) }).collect();
        ledger.wait(ledger.record(Group { records, ..group(&all) })).unwrap();
    }
    ledger.wait(ledger.retire(keys(), NOW_MS + 5000, NOW_MS)).unwrap();
    drop(ledger);
    let place = Place::new(if home.is_server() { "export-server" } else { "export-file" }, Some(&home.address()));
    let table = home.folder().join("entries.parquet");
    let file = table.to_str().unwrap();
    let (is_well, said) = place.ledger(&["export", "--format", "parquet", "--out", file]);
    assert!(is_well && said.is_empty(), "{said}");
    assert_eq!(fs::read_dir(home.folder()).unwrap().filter(is_part).count(), 0);
    let (is_well, lines) = place.ledger(&["export"]);
    assert!(is_well);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (rows, groups) = read(&table);
    assert!(groups > 1, "more than one row group");
    assert_eq!((rows.len(), lines.len()), (ENTRIES as usize, ENTRIES as usize));
    for (row, line) in rows.iter().zip(&lines) {
        check(row, line);
    }
    assert!(rows[0]["body"].is_null() && rows[0]["retired_under_mark"] == 1);
    assert!(rows[7]["body"].is_null() && rows[7]["body_hex"].is_string());
    assert_eq!(rows[8]["body"].as_str().map(str::len), Some(BODY_BYTES));
    // A search is exported alike, and nothing is written over unasked.
    let (is_well, said) = place.ledger(&["export", "--format", "parquet", "--out", file]);
    assert!(!is_well && said.contains("is there already"), "{said}");
    let denied = ["export", "--verdict", "deny", "--format", "parquet", "--force", "--out", file];
    assert!(place.ledger(&denied).0);
    let denied = lines.iter().filter(|line| line["verdict"] == "deny").count();
    assert_eq!(read(&table).0.len(), denied);
    let lines_file = home.folder().join("entries.ndjson");
    assert!(place.ledger(&["export", "--out", lines_file.to_str().unwrap()]).0);
    assert_eq!(fs::read_to_string(lines_file).unwrap().lines().count(), ENTRIES as usize);
}

/// A body that does not compress; the eighth is no text.
fn body(nth: u32) -> Vec<u8> {
    let mut text = String::new();
    let mut part = 0;
    while text.len() < BODY_BYTES {
        text += &hex(&sha256(format!("{nth} {part}").as_bytes()));
        part += 1;
    }
    if nth == 7 { vec![0xff; 9] } else { text.into_bytes()[..BODY_BYTES].to_vec() }
}

fn is_part(one: &std::io::Result<fs::DirEntry>) -> bool {
    one.as_ref().is_ok_and(|one| one.path().extension().is_some_and(|end| end == "part"))
}

/// A row is its line, told flat.
fn check(row: &Map<String, Value>, line: &Value) {
    let mut flat = line.as_object().unwrap().clone();
    for list in ["packs", "findings"] {
        flat[list] = json!(line[list].to_string());
    }
    let names = |list: &str, name: &str| {
        let mut names: Vec<&str> = Vec::new();
        for one in line[list].as_array().unwrap() {
            let one = one[name].as_str().unwrap();
            if !names.contains(&one) {
                names.push(one);
            }
        }
        json!(names.join(";"))
    };
    flat.insert("pack_names".to_owned(), names("packs", "name"));
    flat.insert("rules".to_owned(), names("findings", "rule"));
    flat.insert("reasons".to_owned(), names("findings", "reason"));
    let told: BTreeMap<&String, &Value> = row.iter().filter(|(_, value)| !value.is_null()).collect();
    let expected: BTreeMap<&String, &Value> = flat.iter().filter(|(_, value)| !value.is_null()).collect();
    assert!(told == expected, "{line:#}");
}

/// The rows of a table, and how many row groups it has.
fn read(file: &Path) -> (Vec<Map<String, Value>>, usize) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(file).unwrap()).unwrap();
    let groups = reader.metadata().num_row_groups();
    let rows = reader.build().unwrap().flat_map(|batch| {
        let batch = batch.unwrap();
        (0..batch.num_rows()).map(|row| row_of(&batch, row)).collect::<Vec<_>>()
    });
    (rows.collect(), groups)
}

fn row_of(batch: &RecordBatch, row: usize) -> Map<String, Value> {
    let value = |column: usize| {
        let cells = batch.column(column);
        match cells.data_type() {
            _ if cells.is_null(row) => Value::Null,
            DataType::Utf8 => json!(cells.as_string::<i32>().value(row)),
            DataType::Int64 => json!(cells.as_primitive::<Int64Type>().value(row)),
            DataType::Boolean => json!(cells.as_boolean().value(row)),
            DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) if &**zone == "UTC" => {
                json!(moment_text(cells.as_primitive::<TimestampMillisecondType>().value(row)))
            }
            other => panic!("{other}"),
        }
    };
    batch.schema().fields().iter().enumerate().map(|(place, field)| (field.name().clone(), value(place))).collect()
}
