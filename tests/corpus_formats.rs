//! The same 2,000 claims as 837P and as CSV: the same verdict and the same reason for every line.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use claimgate::{
    desk::Desk,
    exchange::{Item, read_any},
    pack::shelf,
};
use libtest_mimic::{Arguments, Failed, Trial};

type Verdicts = BTreeMap<(String, u32), (String, String)>;

fn main() {
    let corpus = std::env::var("CLAIMGATE_CORPUS").ok().map(PathBuf::from).filter(|corpus| corpus.is_dir());
    let is_missing = corpus.is_none();
    let trial = Trial::test("spine-claims: 837P and CSV agree", move || corpus.as_deref().map_or(Ok(()), agree));
    libtest_mimic::run(&Arguments::from_args(), vec![trial.with_ignored_flag(is_missing)]).exit();
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

fn verdicts(desk: &Desk, path: &Path) -> Result<Verdicts, Failed> {
    let (mut found, mut claims, mut refused) = (Verdicts::new(), 0, Vec::new());
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    read_any(BufReader::new(File::open(path)?), &file, None, &mut |item| match item {
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
