//! The least that takes a file apart: what any reader of the format must do, and nothing of what a
//! claim needs.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;

const BUFFER_BYTES: usize = 128 * 1024;

/// How many parts the file has: elements, fields, structs or rows.
pub(crate) fn read(format: &str, file: &Path) -> u64 {
    let open = || BufReader::with_capacity(BUFFER_BYTES, File::open(file).unwrap());
    match format {
        "837p" => elements(open()),
        "csv" => fields(open()),
        "ndjson" => structs::<Native>(open()),
        "fhir" => match file.file_name().and_then(|name| name.to_str()) {
            Some("Claim.ndjson") => structs::<Claim>(open()),
            Some("Patient.ndjson") => structs::<Patient>(open()),
            _ => structs::<Coverage>(open()),
        },
        "parquet" => rows(file),
        _ => panic!("there is no format {format}"),
    }
}

/// Segments end with `~`, elements with `*`: as the samples write them. Each segment is seen whole.
fn elements(mut input: BufReader<File>) -> u64 {
    let (mut segment, mut elements) = (Vec::new(), 0);
    while input.read_until(b'~', &mut segment).unwrap() > 0 {
        elements += memchr::memchr_iter(b'*', std::hint::black_box(&segment)).count() as u64;
        segment.clear();
    }
    elements
}

fn fields(input: BufReader<File>) -> u64 {
    let mut reader = csv::Reader::from_reader(input);
    let (mut record, mut fields) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut record).unwrap() {
        fields += record.len() as u64;
    }
    fields
}

fn structs<T: serde::de::DeserializeOwned>(mut input: BufReader<File>) -> u64 {
    let (mut line, mut structs) = (String::new(), 0);
    while input.read_line(&mut line).unwrap() > 0 {
        std::hint::black_box(serde_json::from_str::<T>(&line).unwrap());
        structs += 1;
        line.clear();
    }
    structs
}

fn rows(file: &Path) -> u64 {
    let mut file = File::open(file).unwrap();
    let mut head = [0; 4];
    file.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"PAR1");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(4096).build().unwrap();
    reader.map(|batch| std::hint::black_box(batch.unwrap()).num_rows() as u64).sum()
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Native {
    id: String,
    kind: String,
    form: Option<String>,
    frequency: Option<String>,
    replaces: Option<String>,
    provider: Option<String>,
    patient: NativePatient,
    coverage: Option<NativeCoverage>,
    onset_date: Option<String>,
    #[serde(default)]
    diagnoses: Vec<NativeDiagnosis>,
    lines: Vec<NativeLine>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct NativePatient {
    member_id: Option<String>,
    birth_date: Option<String>,
    sex: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct NativeCoverage {
    line_of_business: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct NativeDiagnosis {
    code: Option<String>,
    system: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct NativeLine {
    number: u32,
    procedure: Option<String>,
    #[serde(default)]
    modifiers: Vec<String>,
    #[serde(default)]
    diagnosis_pointers: Vec<u32>,
    service_date: Option<String>,
    units: Option<serde_json::Value>,
    charge: Option<String>,
    place_of_service: Option<String>,
    narrative: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Claim {
    resource_type: String,
    id: String,
    status: String,
    r#type: Concept,
    r#use: String,
    patient: Reference,
    created: Option<String>,
    provider: Option<serde_json::Value>,
    #[serde(default)]
    related: Vec<serde_json::Value>,
    #[serde(default)]
    supporting_info: Vec<Info>,
    #[serde(default)]
    diagnosis: Vec<Diagnosis>,
    #[serde(default)]
    insurance: Vec<Insurance>,
    item: Vec<Item>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Concept {
    #[serde(default)]
    coding: Vec<Coding>,
    text: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Coding {
    system: Option<String>,
    code: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Reference {
    reference: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Info {
    sequence: u32,
    category: Concept,
    timing_date: Option<String>,
    value_string: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Diagnosis {
    sequence: u32,
    diagnosis_codeable_concept: Concept,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Insurance {
    sequence: u32,
    focal: bool,
    coverage: Reference,
    #[serde(default)]
    pre_auth_ref: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Item {
    sequence: u32,
    #[serde(default)]
    diagnosis_sequence: Vec<u32>,
    product_or_service: Option<Concept>,
    #[serde(default)]
    modifier: Vec<Concept>,
    serviced_date: Option<String>,
    location_codeable_concept: Option<Concept>,
    quantity: Option<Amount>,
    net: Option<Amount>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Amount {
    value: Option<serde_json::Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Patient {
    id: String,
    gender: Option<String>,
    birth_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only parsed")]
struct Coverage {
    id: String,
    status: String,
    r#type: Option<Concept>,
    subscriber_id: Option<String>,
    beneficiary: Option<Reference>,
}
