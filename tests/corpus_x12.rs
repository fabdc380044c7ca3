//! The X12 door on files the project did not write, found through `CLAIMGATE_CORPUS`; where it is
//! not set, each test reports itself ignored.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, reason = "tests may look at environment and disk")]

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use claimgate::{
    exchange::{Fault, Item, Reject, x12},
    money::Cents,
    request::{Given, Line, LineOfBusiness, Pointers, Request, Sex},
};
use libtest_mimic::{Arguments, Failed, Trial};

/// The folders of foreign files, with the claims of their files that begin with ISA: those that are
/// read and those that are rejected, for want of a guide or of what a claim needs.
const FOLDERS: &[(&str, usize, usize)] = &[
    ("x12/hccinfhir", 19, 0),
    ("x12/imsweb-x12-parser", 1_495, 0),
    ("x12/linuxforhealth-x12", 23, 11),
    ("x12/moov-x12", 8, 1),
    ("x12/pyx12-embedded", 0, 15),
    ("x12/staedi", 1, 0),
];

fn main() -> ExitCode {
    let corpus = env::var_os("CLAIMGATE_CORPUS");
    let mut trials = vec![trial("spine-claims", &corpus, spine_claims)];
    for (folder, requests, rejects) in FOLDERS {
        trials.push(trial(folder, &corpus, |path| foreign(path, *requests, *rejects)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(
    name: &str,
    corpus: &Option<OsString>,
    test: impl FnOnce(&Path) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let path = corpus.as_ref().map(|corpus| Path::new(corpus).join(name));
    let ignored = path.is_none();
    Trial::test(name, move || path.map_or(Ok(()), |path| test(&path))).with_ignored_flag(ignored)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}").into()) }
}

/// What a file holds.
#[derive(Default)]
struct Found {
    requests: Vec<Request>,
    rejects: Vec<Reject>,
    faults: Vec<Fault>,
}

fn read(bytes: &[u8]) -> Result<Found, Failed> {
    let mut found = Found::default();
    x12::read(bytes, "corpus", &mut |item| match item {
        Item::Request(request) | Item::Answered(request, _) => found.requests.push(*request),
        Item::Reject(reject) => found.rejects.push(reject),
        Item::Fault(fault) => found.faults.push(fault),
    })?;
    Ok(found)
}

/// Every file below `path`: each claim there once, and as many read as are expected of the folder.
fn foreign(path: &Path, requests: usize, rejects: usize) -> Result<(), Failed> {
    let mut found = (0, 0);
    for file in files(path)? {
        let name = file.strip_prefix(path)?.display().to_string();
        let bytes = fs::read(&file)?;
        let Found { requests: read, rejects: mut rejected, .. } = read(&bytes)?;
        match bare_count(&bytes) {
            Some(count) => {
                same(&format!("claims of {name}"), read.len() + rejected.len(), count)?;
                found = (found.0 + read.len(), found.1 + rejected.len());
            }
            // The terminator is an ellipsis, three bytes of UTF-8: the interchange is rejected as one.
            None if bytes.starts_with(b"ISA") => {
                let unread = rejected.pop().ok_or("an interchange that is not rejected")?;
                same(&name, (read.len(), rejected.len(), unread.fault.code), (0, 0, "x12::interchange_unread"))?;
            }
            // No ISA: a listing, or a file without its header, whose claims are rejected by name.
            None => {
                let claims = bytes.split(|byte| matches!(byte, b'~' | b'\n')).filter(|line| line.starts_with(b"CLM*"));
                same(&name, (read.len(), rejected.len()), (0, claims.count()))?;
            }
        }
    }
    same("claims read and rejected", found, (requests, rejects))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.append(&mut self::files(&path)?) } else { files.push(path) }
    }
    files.sort();
    if files.is_empty() { Err(format!("no files in {}", folder.display()).into()) } else { Ok(files) }
}

/// The CLM segments of every 837, counted by nothing but the delimiters of the first ISA; none where
/// there is no ISA, or its terminator is no ASCII character.
fn bare_count(bytes: &[u8]) -> Option<usize> {
    let separator = *bytes.strip_prefix(b"ISA")?.first()?;
    let sixteenth = bytes.iter().enumerate().filter(|(_, byte)| **byte == separator).nth(15)?.0;
    let terminator = *bytes.get(sixteenth + 2).filter(|byte| byte.is_ascii())?;
    let (mut claims, mut in_claims) = (0, false);
    for segment in bytes.split(|byte| *byte == terminator) {
        let text: Vec<u8> = segment.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let elements: Vec<&[u8]> = text.trim_ascii().split(|byte| *byte == separator).collect();
        match elements[0] {
            b"ST" => in_claims = elements.get(1) == Some(&b"837".as_slice()),
            b"CLM" if in_claims => claims += 1,
            _ => {}
        }
    }
    Some(claims)
}

/// 2,000 claims of 3,176 lines without a fault, each value as the table of the same claims has it.
fn spine_claims(folder: &Path) -> Result<(), Failed> {
    let bytes = fs::read(folder.join("claims.837p.x12"))?;
    let Found { requests, rejects, faults } = read(&bytes)?;
    same("rejects and faults", (rejects, faults), (Vec::new(), Vec::new()))?;
    same("claims", requests.len(), 2_000)?;
    same("bare count", bare_count(&bytes), Some(2_000))?;
    same("lines", requests.iter().map(|request| request.lines.len()).sum(), 3_176)?;
    let mut rows = BTreeMap::new();
    for row in csv::Reader::from_path(folder.join("claims.csv"))?.deserialize() {
        let row: BTreeMap<String, String> = row?;
        rows.insert((row["claim_id"].clone(), row["line_number"].clone()), row);
    }
    for request in &requests {
        for line in &request.lines {
            let row = rows.remove(&(request.id.clone(), line.number.to_string())).ok_or("a line that is not there")?;
            let amount = Cents::parse(&row["billed_amount"])?.to_string();
            let cells = COLUMNS
                .map(|column| (column, if column == "billed_amount" { amount.clone() } else { row[column].clone() }));
            let approved = request.coverage.prior_authorization.get().is_some();
            same(&format!("approval of {}", request.id), approved, !row["prior_auth_number"].is_empty())?;
            same(&format!("{} {}", request.id, line.number), values(request, line), cells)?;
        }
        same(&format!("remarks of {}", request.id), request.remarks.len(), 0)?;
    }
    same("rows left", rows.len(), 0)
}

const COLUMNS: [&str; 13] = [
    "member_id",
    "birth_date",
    "sex",
    "plan_type",
    "service_date",
    "place_of_service",
    "procedure_code",
    "modifier_1",
    "units",
    "billed_amount",
    "diagnosis_codes",
    "diagnosis_pointers",
    "onset_date",
];

/// A line's values, written as the table writes them.
fn values(request: &Request, line: &Line) -> [(&'static str, String); 13] {
    fn shown<T>(given: &Given<T>, show: impl Fn(&T) -> String) -> String {
        given.get().map(show).unwrap_or_default()
    }
    let codes: Vec<String> = request.diagnoses.iter().map(|d| shown(&d.code, |code| code.text().to_owned())).collect();
    let pointers: Vec<String> = match &line.pointers {
        Pointers::To(places, _) => places.iter().map(|place| (place + 1).to_string()).collect(),
        Pointers::All | Pointers::Unknown(_) => Vec::new(),
    };
    let business = |business: &LineOfBusiness| match business {
        LineOfBusiness::Commercial => "COMMERCIAL".to_owned(),
        LineOfBusiness::MedicareAdvantage => "MEDICARE_ADVANTAGE".to_owned(),
        other => format!("{other:?}"),
    };
    let sex = |sex: &Sex| format!("{sex:?}").chars().take(1).collect();
    let values = [
        request.patient.member_id.as_ref().map(|id| id.reveal().clone()).unwrap_or_default(),
        shown(&request.patient.birth_date, |birth| birth.reveal().to_string()),
        shown(&request.patient.sex, sex),
        shown(&request.coverage.line_of_business, business),
        shown(&line.service_date, ToString::to_string),
        line.place_of_service.as_ref().map(|place| place.value.text().to_owned()).unwrap_or_default(),
        shown(&line.procedure, |code| code.text().to_owned()),
        line.modifiers.iter().map(|modifier| modifier.value.text()).collect::<Vec<_>>().join(" "),
        shown(&line.units_milli, |units| format!("{}.{}", units / 1_000, units % 1_000)),
        shown(&line.charge, ToString::to_string),
        codes.join("|"),
        pointers.join(","),
        shown(&request.onset, ToString::to_string),
    ];
    let mut columns = COLUMNS.into_iter();
    values.map(|value| (columns.next().unwrap_or_default(), value))
}
