//! Every FHIR and CDS Hooks file of the corpus is read without a panic, and every claim and order
//! in it ends as a request or a reject. The count is taken from the plain JSON.
//!
//! `CLAIMGATE_CORPUS` names the corpus; without it each test reports itself ignored, by name.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use claimgate::exchange::{
    Item,
    cds_hooks::{self, Hook},
    fhir,
};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// Of large NDJSON files every so many lines are read, to keep the test short.
const SAMPLE_EVERY: usize = 5;
/// Files with more lines are sampled.
const SAMPLE_FROM_BYTES: u64 = 4 * 1024 * 1024;

fn main() {
    let arguments = Arguments::from_args();
    let Some(corpus) = std::env::var_os("CLAIMGATE_CORPUS").map(PathBuf::from) else {
        let ignored = ["fhir", "cds-hooks"].map(|name| Trial::test(name, || Ok(())).with_ignored_flag(true));
        libtest_mimic::run(&arguments, ignored.into()).exit();
    };
    let mut trials = Vec::new();
    for path in files(&corpus.join("fhir")) {
        let name = path.strip_prefix(&corpus).unwrap_or(&path).display().to_string();
        let lines = name.ends_with(".ndjson") || name.ends_with(".ndjson.gz");
        trials.push(Trial::test(name, move || if lines { ndjson(&path) } else { document(&path) }));
    }
    for path in files(&corpus.join("cds-hooks")) {
        let name = path.strip_prefix(&corpus).unwrap_or(&path).display().to_string();
        trials.push(Trial::test(name, move || call(&path)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if [".json", ".ndjson", ".gz"].iter().any(|end| path.display().to_string().ends_with(end)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// How many claims and orders `value` holds, and how many were called off.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    kept: usize,
    withdrawn: usize,
}

impl Count {
    fn add(&mut self, value: &Value) {
        let is = |member: &str, words: &[&str]| value[member].as_str().is_some_and(|word| words.contains(&word));
        match value["resourceType"].as_str() {
            Some("Claim") => self.kept += 1,
            Some("ServiceRequest") => {
                let off = value["doNotPerform"] == true || is("status", &["revoked", "entered-in-error"]);
                *if off { &mut self.withdrawn } else { &mut self.kept } += 1;
            }
            Some("Bundle") => {
                let entries = value["entry"].as_array().into_iter().flatten();
                entries.for_each(|entry| self.add(&entry["resource"]));
            }
            Some(_) | None => {}
        }
    }

    /// What a reader said, counted the same way; rejects of what is no claim stay out.
    fn hear(&mut self, item: &Item) {
        match item {
            Item::Request(_) | Item::Answered(..) => self.kept += 1,
            Item::Reject(reject) if reject.fault.code == "fhir::no_resource" => {}
            Item::Reject(_) => self.kept += 1,
            Item::Fault(fault) if fault.code == "fhir::withdrawn_order" => self.withdrawn += 1,
            Item::Fault(_) => {}
        }
    }
}

fn same(read: &Count, counted: &Count) -> Result<(), Failed> {
    if read == counted { Ok(()) } else { Err(format!("read {read:?}, counted {counted:?}").into()) }
}

fn document(path: &Path) -> Result<(), Failed> {
    let bytes = fs::read(path)?;
    let (mut read, mut counted) = (Count::default(), Count::default());
    counted.add(&serde_json::from_slice(&bytes)?);
    fhir::read(&bytes, "corpus", &mut |item| read.hear(&item));
    same(&read, &counted)
}

fn ndjson(path: &Path) -> Result<(), Failed> {
    let file = fs::File::open(path)?;
    let every = if file.metadata()?.len() > SAMPLE_FROM_BYTES { SAMPLE_EVERY } else { 1 };
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let input: Box<dyn Read> = if packed { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
    let mut sample = Vec::new();
    let mut counted = Count::default();
    for line in BufReader::new(input).lines().step_by(every) {
        let line = line?;
        counted.add(&serde_json::from_str(&line)?);
        sample.extend_from_slice(line.as_bytes());
        sample.push(b'\n');
    }
    let mut read = Count::default();
    fhir::read_lines(&*sample, "corpus", &mut |item| read.hear(&item))?;
    same(&read, &counted)
}

/// A call is answered, with every draft order of it judged or named; what is none is refused.
fn call(path: &Path) -> Result<(), Failed> {
    let bytes = fs::read(path)?;
    fhir::read(&bytes, "corpus", &mut |_| {});
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    for hook in Hook::ALL {
        let Ok(call) = cds_hooks::read(hook, &bytes) else {
            let ours = value["hook"] == hook.name() && value["context"]["draftOrders"]["resourceType"] == "Bundle";
            let picks = hook == Hook::OrderSign || value["context"]["selections"].is_array();
            let whole = value["context"]["patientId"].is_string() && value["hookInstance"].is_string();
            if ours && picks && whole {
                return Err("a whole call was refused".into());
            }
            continue;
        };
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        call.faults.iter().for_each(|fault| *codes.entry(fault.code).or_default() += 1);
        let broken = |fault: &&claimgate::exchange::Fault| {
            fault.place.starts_with("context.draftOrders") && matches!(fault.code, "fhir::wrong_type" | "fhir::no_id")
        };
        let broken = call.faults.iter().filter(broken).count();
        let mut counted = Count::default();
        if hook == Hook::OrderSign {
            counted.add(&value["context"]["draftOrders"]);
            let withdrawn = codes.get("fhir::withdrawn_order").copied().unwrap_or_default();
            same(&Count { kept: call.requests.len() + broken, withdrawn }, &counted)?;
        }
        let cards = cds_hooks::answer(&call, &[], None, None);
        assert_eq!(cards["cards"], Value::Array(Vec::new()));
    }
    Ok(())
}
