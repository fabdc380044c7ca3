//! The table door on tables the project did not write, found through `CLAIMGATE_CORPUS`; where it is
//! not set, each test reports itself ignored.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "tests may look at the environment and the disk"
)]

use std::{collections::BTreeMap, env, ffi::OsString, fs, fs::File, io::BufReader, path::Path, process::ExitCode};

use claimgate::{
    code::System,
    exchange::{Format, Item, detect, read_any, table},
    request::{Pointers, Request},
};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let corpus = env::var_os("CLAIMGATE_CORPUS");
    let mut trials = vec![trial("spine-claims/claims.csv", &corpus, spine_claims)];
    for table in TABLES {
        trials.push(trial(table, &corpus, foreign_table));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Tables of other layouts: each must be refused with words that help, and nothing read of it.
const TABLES: &[&str] = &[
    "tabular/tuva-synthetic-claims/integration_tests__seeds__raw_data__medical_claim.csv",
    "tabular/tuva-synthetic-claims/integration_tests__seeds__raw_data__pharmacy_claim.csv",
    "tabular/tuva-synthetic-claims/seeds__synthetic_data__synthetic_data__medical_claim.csv",
    "tabular/tuva-synthetic-claims/seeds__synthetic_data__synthetic_data__pharmacy_claim.csv",
    "tabular/desynpuf-etl-testdata/input/carrier_claims.csv",
    "tabular/desynpuf-etl-testdata/input/inpatient_claims.csv",
    "tabular/desynpuf-etl-testdata/input/outpatient_claims.csv",
    "tabular/desynpuf-etl-testdata/input/beneficiary_summary.csv",
    "tabular/desynpuf-etl-testdata/input/prescription_drug_events.csv",
    "tabular/desynpuf-etl-testdata/DE_0/DE1_0_2008_to_2010_Carrier_Claims_Sample_0A.csv",
    "tabular/desynpuf-etl-testdata/DE_0/DE1_0_2008_to_2010_Inpatient_Claims_Sample_0.csv",
    "tabular/desynpuf-etl-testdata/output/procedure_occurrence.csv",
    "tabular/desynpuf-etl-testdata/output/condition_occurrence.csv",
];

fn trial(name: &str, corpus: &Option<OsString>, test: fn(&Path) -> Result<(), Failed>) -> Trial {
    let path = corpus.as_ref().map(|corpus| Path::new(corpus).join(name));
    let ignored = path.is_none();
    Trial::test(name, move || path.map_or(Ok(()), |path| test(&path))).with_ignored_flag(ignored)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}").into()) }
}

/// 2,000 claims of 3,176 lines, read whole, each value where a bare reading of the file has it.
fn spine_claims(path: &Path) -> Result<(), Failed> {
    same("format", detect(&fs::read(path)?).ok(), Some(Format::Csv))?;
    let mut requests: Vec<Request> = Vec::new();
    let mut other = Vec::new();
    read_any(BufReader::new(File::open(path)?), "claims.csv", None, &mut |item| match item {
        Item::Request(request) | Item::Answered(request, _) => requests.push(*request),
        Item::Reject(_) | Item::Fault(_) => other.push(format!("{item:?}")),
    })?;
    same("rejects and faults", other, Vec::new())?;
    same("claims", requests.len(), 2_000)?;
    same("lines", requests.iter().map(|request| request.lines.len()).sum(), 3_176)?;

    let mut rows = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: BTreeMap<String, String> = row?;
        rows.insert((row["claim_id"].clone(), row["line_number"].clone()), row);
    }
    for request in &requests {
        for line in &request.lines {
            let row = rows.remove(&(request.id.clone(), line.number.to_string())).ok_or("a line that is not there")?;
            same(&format!("{} {}", request.id, line.number), cells(request, line), expected(&row))?;
            let procedure = line.procedure.get().ok_or("a procedure that cannot be read")?;
            same("system", matches!(procedure.system(), System::Cpt | System::Hcpcs), true)?;
        }
    }
    same("rows left", rows.len(), 0)
}

/// A line's values, written as the file writes them.
fn cells(request: &Request, line: &claimgate::request::Line) -> Vec<String> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let codes: Vec<String> = request
        .diagnoses
        .iter()
        .map(|diagnosis| text(diagnosis.code.get().map(|code| code.text().to_owned())))
        .collect();
    let pointers = match &line.pointers {
        Pointers::To(places, _) => places.iter().map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(","),
        Pointers::All | Pointers::Unknown(_) => String::new(),
    };
    vec![
        text(line.service_date.get().map(ToString::to_string)),
        text(line.procedure.get().map(ToString::to_string)),
        line.modifiers.iter().map(|modifier| modifier.value.to_string()).collect(),
        codes.join("|"),
        pointers,
        text(request.onset.get().map(ToString::to_string)),
        text(request.patient.birth_date.get().map(|day| day.reveal().to_string())),
        text(request.coverage.line_of_business.get().map(|plan| format!("{plan:?}").to_lowercase())),
        request.coverage.prior_authorization.get().is_some().to_string(),
        text(line.units_milli.get().map(ToString::to_string)),
        text(line.charge.get().map(|charge| charge.0.to_string())),
        text(line.place_of_service.as_ref().map(|place| place.value.to_string())),
    ]
}

fn expected(row: &BTreeMap<String, String>) -> Vec<String> {
    let (whole, part) = row["billed_amount"].split_once('.').unwrap_or((&row["billed_amount"], ""));
    let cents = format!("{whole}{part:0<2}").trim_start_matches('0').to_owned();
    vec![
        row["service_date"].clone(),
        row["procedure_code"].clone(),
        row["modifier_1"].clone(),
        row["diagnosis_codes"].clone(),
        row["diagnosis_pointers"].clone(),
        row["onset_date"].clone(),
        row["birth_date"].clone(),
        row["plan_type"].to_lowercase().replace('_', ""),
        (!row["prior_auth_number"].is_empty()).to_string(),
        format!("{}000", row["units"].trim_end_matches(".0")),
        cents,
        row["place_of_service"].clone(),
    ]
}

fn foreign_table(path: &Path) -> Result<(), Failed> {
    let mut items = Vec::new();
    table::read(File::open(path)?, "claims.csv", &mut |item| items.push(item))?;
    let [Item::Fault(fault)] = items.as_slice() else { return Err(format!("{items:?}").into()) };
    same("place", fault.place.as_str(), "claims.csv:1")?;
    same("code", fault.code, "csv::unknown_column")?;
    let help = fault.help.as_deref().unwrap_or_default();
    same("help", help.starts_with("the columns known are claim_id, line_number"), true)
}
