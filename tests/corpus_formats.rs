//! The same 2,000 claims as 837P, as CSV and as normalised Parquet tables: the same verdict and the same
//! reason for every line.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use claimgate::{
    desk::Desk,
    exchange::{Item, read_any, read_tables},
    pack::shelf,
};
use libtest_mimic::{Arguments, Failed, Trial};

type Verdicts = BTreeMap<(String, u32), (String, String)>;

fn main() {
    let corpus = std::env::var("CLAIMGATE_CORPUS").ok().map(PathBuf::from).filter(|corpus| corpus.is_dir());
    let is_missing = corpus.is_none();
    let trial = |name, test: fn(&Path) -> Result<(), Failed>| {
        let corpus = corpus.clone();
        Trial::test(name, move || corpus.as_deref().map_or(Ok(()), test)).with_ignored_flag(is_missing)
    };
    let trials = vec![
        trial("spine-claims: 837P and CSV agree", agree),
        trial("spine-claims: tables and CSV agree", tables_agree),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn agree(corpus: &Path) -> Result<(), Failed> {
    let desk = Desk::new(shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|error| error.to_string())?);
    let x12 = verdicts(&desk, &corpus.join("spine-claims/claims.837p.x12"))?;
    let csv = verdicts(&desk, &corpus.join("spine-claims/claims.csv"))?;
    if x12.len() != 3_176 || csv.len() != 3_176 {
        return Err(format!("{} lines as 837P and {} as CSV, of 3,176", x12.len(), csv.len()).into());
    }
    let differ: Vec<String> = x12
        .iter()
        .filter(|(line, verdict)| csv.get(*line) != Some(verdict))
        .map(|(line, verdict)| format!("{line:?}: {verdict:?} as 837P, {:?} as CSV", csv.get(line)))
        .collect();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (verdict, reason) in x12.values() {
        *counts.entry((verdict, reason)).or_default() += 1;
    }
    println!("{counts:#?}");
    let kinds: BTreeSet<&str> = counts.keys().map(|(verdict, _)| *verdict).collect();
    assert_eq!(kinds.len(), 3, "every verdict is among them");
    if differ.is_empty() { Ok(()) } else { Err(differ.join("\n").into()) }
}

/// The tables hold no onset, so that the CSV is read without its own.
fn tables_agree(corpus: &Path) -> Result<(), Failed> {
    let desk = Desk::new(shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|error| error.to_string())?);
    let csv = without_onset(&corpus.join("spine-claims/claims.csv"))?;
    let csv = verdicts_of(&desk, &mut |each| read_any(csv.as_slice(), "claims.csv", None, each))?;
    let folder = corpus.join("spine-claims");
    let tables =
        verdicts_of(&desk, &mut |each| read_tables(&mut |table| File::open(folder.join(table)), &|| false, each))?;
    let differ: Vec<String> = csv
        .iter()
        .filter(|(line, verdict)| tables.get(*line) != Some(verdict))
        .map(|(line, verdict)| format!("{line:?}: {verdict:?} as CSV, {:?} as tables", tables.get(line)))
        .collect();
    if tables.len() != 3_176 || csv.len() != 3_176 {
        return Err(format!("{} lines as tables and {} as CSV, of 3,176", tables.len(), csv.len()).into());
    }
    if differ.is_empty() { Ok(()) } else { Err(differ.join("\n").into()) }
}

fn without_onset(path: &Path) -> Result<Vec<u8>, Failed> {
    let mut rows = csv::Reader::from_path(path)?;
    let onset = rows.headers()?.iter().position(|name| name == "onset_date");
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(rows.headers()?)?;
    for row in rows.records() {
        let row = row?;
        out.write_record(row.iter().enumerate().map(|(place, cell)| if Some(place) == onset { "" } else { cell }))?;
    }
    out.into_inner().map_err(|error| error.to_string().into())
}

fn verdicts(desk: &Desk, path: &Path) -> Result<Verdicts, Failed> {
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut input = Some(BufReader::new(File::open(path)?));
    verdicts_of(desk, &mut |each| input.take().map_or(Ok(()), |input| read_any(input, &file, None, each)))
}

type Reading<'r> = dyn FnMut(&mut dyn FnMut(Item)) -> io::Result<()> + 'r;

fn verdicts_of(desk: &Desk, read: &mut Reading<'_>) -> Result<Verdicts, Failed> {
    let (mut found, mut claims, mut refused) = (Verdicts::new(), 0, Vec::new());
    read(&mut |item| match item {
        Item::Request(request) | Item::Answered(request, _) => {
            claims += 1;
            for line in desk.decide(&request).lines {
                let reason = line.findings.first().map(|finding| finding.reason.clone()).unwrap_or_default();
                found.insert((request.id.clone(), line.number), (line.verdict.name().to_owned(), reason));
            }
        }
        Item::Reject(reject) => refused.push(format!("{reject:?}")),
        Item::Fault(fault) => refused.push(format!("{fault:?}")),
    })?;
    if claims != 2_000 || !refused.is_empty() {
        return Err(format!("{claims} claims of 2,000; {}", refused.join("\n")).into());
    }
    Ok(found)
}
