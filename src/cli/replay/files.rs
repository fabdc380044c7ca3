//! Which files are read: named, in a folder, or by a pattern; packed or not; FHIR resources beside
//! their claims.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    super::{complain, input::Form},
    disk::Disk,
};
use crate::{
    exchange::{Fault, Format, PARQUET_TABLES, cut_parquet, cut_tables, fhir, open_any},
    history::{Filling, Keep, Keys},
    replay::{Folder as _, Input, Reading, digest},
};

/// The bytes of a file, unpacked.
type Bytes = Box<dyn Read + Send>;

/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;
/// How files of claims end that are found in folders, before a `.gz`.
const ENDINGS: [&str; 10] = ["x12", "837", "edi", "txt", "csv", "json", "ndjson", "jsonl", "fhir", "parquet"];
/// Bytes of what lies beside claims that are kept in memory before they go to paper.
const BESIDE_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Faults of one file beside claims that are told; the rest is counted.
const FAULTS_MAX: usize = 100;

/// What an argument that names files of claims may be.
pub(in crate::cli) const INPUT_HELP: &str = "Files, folders or patterns such as `in/*.x12`; .gz too. A FHIR Claim.ndjson finds \
     Patient, Coverage and Condition files beside it; a folder with the normalised Parquet tables is one input";

/// How files of claims are read.
#[derive(clap::Args)]
pub(in crate::cli) struct InputArgs {
    /// Take the files for this format [default: told from their content]
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Form>,
}

impl InputArgs {
    /// The files that arguments name, in their order and by name within each; `None` where one cannot
    /// be found or read, and then that was said. Temporary files go to `folder`.
    pub(in crate::cli) fn find(&self, named: &[String], folder: &Disk) -> Option<Vec<Input>> {
        let mut paths = Vec::new();
        for wanted in named {
            match found(wanted) {
                Ok(more) if more.is_empty() => {
                    let help = format!("in folders, files that end in {} are read", ENDINGS.join(", "));
                    complain(format_args!("`{wanted}` leads to no file of claims"), Some(&help));
                    return None;
                }
                Ok(more) => paths.extend(more),
                Err(error) => {
                    complain(format_args!("cannot read `{wanted}`: {error}"), None);
                    return None;
                }
            }
        }
        // A file that several arguments lead to is read once.
        let mut seen = BTreeSet::new();
        paths.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
        let mut finding = Finding { format: self.input_format.map(Format::from), folder, joins: BTreeMap::new() };
        let mut inputs = Vec::with_capacity(paths.len());
        for path in paths {
            match finding.input(&path) {
                Ok(input) => inputs.push(input),
                Err(error) => {
                    complain(format_args!("cannot read `{}`: {error}", path.display()), None);
                    return None;
                }
            }
        }
        Some(inputs)
    }
}

/// The files that an argument leads to.
fn found(wanted: &str) -> io::Result<Vec<PathBuf>> {
    let path = Path::new(wanted);
    if path.is_dir() {
        let mut files = Vec::new();
        gather(path, &mut files)?;
        return Ok(files);
    }
    if wanted == "-" {
        return Err(io::Error::other("files are read twice; write stdin to a file first, or use `claimgate decide`"));
    }
    if path.exists() || !wanted.contains(['*', '?', '[']) {
        return fs::metadata(path).map(|_| vec![path.to_owned()]);
    }
    let matched = glob::glob(wanted).map_err(io::Error::other)?;
    let mut files = Vec::new();
    for path in matched {
        let path = path.map_err(io::Error::other)?;
        if path.is_dir() { gather(&path, &mut files)? } else { files.push(path) }
    }
    Ok(files)
}

/// Files of claims in a folder and those below it, by name.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if is_of_tables(folder) {
        files.push(folder.to_owned());
    }
    let mut entries =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !is_hidden {
            gather(&path, files)?;
        } else if !is_hidden && is_of_claims(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_of_claims(path: &Path) -> bool {
    let name = plain_name(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let is_table = PARQUET_TABLES.contains(&name.as_str());
    let is_other = resource(path).is_some_and(|resource| !matches!(resource, "Claim" | "ServiceRequest"));
    ENDINGS.contains(&ending.as_str()) && !is_other && !is_table
}

/// The file's name without `.gz`.
fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.strip_suffix(".gz").map(str::to_owned).unwrap_or(name)
}

/// FHIR resources whose files stand beside one another in a Bulk Data export, as far as claims have
/// to do with them.
const RESOURCES: [&str; 14] = [
    "Claim",
    "ServiceRequest",
    "Patient",
    "Coverage",
    "Condition",
    "ExplanationOfBenefit",
    "Encounter",
    "Procedure",
    "Observation",
    "Practitioner",
    "Organization",
    "ClaimResponse",
    "MedicationRequest",
    "DiagnosticReport",
];

/// The resource that an NDJSON file is named after: `Claim.ndjson`, `Patient.000.ndjson.gz`.
fn resource(path: &Path) -> Option<&'static str> {
    let name = plain_name(path);
    let stem = name.strip_suffix(".ndjson").or_else(|| name.strip_suffix(".jsonl"))?;
    let mut words = stem.split(['.', '-', '_', ' ']);
    words.find_map(|word| RESOURCES.into_iter().find(|resource| *resource == word))
}

/// Opens a file, unpacked where it is packed; `read` counts its bytes.
fn open(path: &Path, read: Option<&Arc<AtomicU64>>) -> io::Result<Bytes> {
    let counted = Counted { file: file(path)?, read: read.cloned().unwrap_or_default() };
    let mut file = BufReader::with_capacity(BUFFER_BYTES, counted);
    let is_packed = io::BufRead::fill_buf(&mut file)?.starts_with(b"\x1f\x8b");
    Ok(if is_packed { Box::new(flate2::bufread::MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// A file whose bytes are counted as they are read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The digest of a file, or of each table of a folder.
fn digest_of(path: &Path) -> io::Result<String> {
    if !path.is_dir() {
        return digest(file(path)?);
    }
    let tables: Vec<String> =
        PARQUET_TABLES.iter().map(|table| digest(file(&path.join(table))?)).collect::<io::Result<_>>()?;
    Ok(tables.join(" "))
}

/// Bytes of a file, or of the tables of a folder.
fn bytes_of(path: &Path) -> io::Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    PARQUET_TABLES.iter().map(|table| Ok(fs::metadata(path.join(table))?.len())).sum()
}

/// Whether a folder holds the normalised tables of a claims warehouse: it is one input.
fn is_of_tables(folder: &Path) -> bool {
    PARQUET_TABLES.iter().all(|table| folder.join(table).is_file())
}

#[expect(clippy::disallowed_methods, reason = "files that the caller names are opened here")]
fn file(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// What makes inputs of files.
struct Finding<'f> {
    /// The format to take them for.
    format: Option<Format>,
    folder: &'f Disk,
    /// What lies beside the claims of each folder.
    joins: BTreeMap<PathBuf, Joined>,
}

impl Finding<'_> {
    fn input(&mut self, path: &Path) -> io::Result<Input> {
        let name: Arc<str> = super::super::input::name(path).into();
        let read = Arc::new(AtomicU64::new(0));
        let mut input = Input {
            name,
            path: path.display().to_string(),
            digest: digest_of(path)?,
            bytes: bytes_of(path)?,
            reading: self.reading(path, &read, false)?,
            beside: None,
            faults: Vec::new(),
            read,
        };
        if matches!(resource(path), Some("Claim" | "ServiceRequest"))
            && matches!(self.format, None | Some(Format::Fhir))
        {
            let beside = path.parent().unwrap_or(Path::new("")).to_owned();
            let is_first = !self.joins.contains_key(&beside);
            if is_first {
                let joined = join(&beside, self.folder)?;
                self.joins.insert(beside.clone(), joined);
            }
            if let Some(joined) = self.joins.get(&beside).filter(|joined| !joined.digests.is_empty()) {
                input.reading = self.reading(path, &input.read, true)?;
                input.beside = Some(joined.lying.clone());
                // Faults are told once, before the first file of claims that they lie beside.
                input.faults = if is_first { joined.faults.clone() } else { Vec::new() };
                input.digest = [&[input.digest], joined.digests.as_slice()].concat().join(" ");
            }
        }
        Ok(input)
    }

    /// How a file, or a folder of tables, is read; one that `is_beside` others finds something there.
    fn reading(&self, path: &Path, read: &Arc<AtomicU64>, is_beside: bool) -> io::Result<Box<Reading>> {
        let (path, read, name) = (path.to_owned(), read.clone(), super::super::input::name(path));
        if path.is_dir() {
            return Ok(Box::new(move |is_halted, each| {
                cut_tables(&mut |table| file(&path.join(table)), is_halted, each)?;
                read.fetch_add(bytes_of(&path)?, Ordering::Relaxed);
                Ok(())
            }));
        }
        if super::super::input::is_parquet(&path, self.format)? {
            return Ok(Box::new(move |is_halted, each| {
                cut_parquet(file(&path)?, &name, is_halted, each)?;
                read.fetch_add(bytes_of(&path)?, Ordering::Relaxed);
                Ok(())
            }));
        }
        // Beside what lies in files named after FHIR resources, claims are FHIR too.
        let format = if is_beside { Some(Format::Fhir) } else { self.format };
        Ok(Box::new(move |is_halted, each| {
            let haltable = Haltable { bytes: open(&path, Some(&read))?, is_halted };
            open_any(BufReader::with_capacity(BUFFER_BYTES, haltable), format)?.cut(&name, is_beside, each)
        }))
    }
}

/// An input that ends in an error once nobody wants the rest.
struct Haltable<'h> {
    bytes: Bytes,
    is_halted: &'h (dyn Fn() -> bool + Sync),
}

impl Read for Haltable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.is_halted)() {
            return Err(io::Error::other("the rest is not wanted"));
        }
        self.bytes.read(buffer)
    }
}

/// What lies beside the claims of a folder.
struct Joined {
    lying: Arc<Lying>,
    faults: Vec<Fault>,
    digests: Vec<String>,
}

/// Resources by the id of their patient.
struct Lying {
    keys: Keys,
    keep: Keep,
}

impl fhir::Beside for Lying {
    fn of_patient(&self, id: &str) -> io::Result<Vec<String>> {
        let mut texts = Vec::new();
        self.keep.each(self.keys.of(&id), &mut |text| texts.push(String::from_utf8_lossy(text).into_owned()))?;
        Ok(texts)
    }
}

fn join(beside: &Path, folder: &Disk) -> io::Result<Joined> {
    let within = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
    let mut paths =
        fs::read_dir(within)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| matches!(resource(path), Some("Patient" | "Coverage" | "Condition")));
    paths.sort();
    let keys = Keys::default();
    let mut filling = Filling::new(BESIDE_BYTES_MAX, folder.scratch());
    let (mut faults, mut digests) = (Vec::new(), Vec::new());
    for path in paths {
        digests.push(digest_of(&path)?);
        let (file, mut more) = (super::super::input::name(&path), 0_usize);
        let input = BufReader::with_capacity(BUFFER_BYTES, open(&path, None)?);
        let from = faults.len();
        fhir::beside(input, &file, &mut |read| {
            match read {
                Ok((id, text)) => return filling.put(keys.of(&id), text.as_bytes()),
                Err(fault) if faults.len() - from < FAULTS_MAX => faults.push(fault),
                Err(_) => more += 1,
            }
            Ok(())
        })?;
        if more > 0 {
            let message = format!("{more} more lines of the file cannot be used");
            faults.push(Fault { code: "replay::beside", place: file, message, help: None });
        }
    }
    Ok(Joined { lying: Arc::new(Lying { keys, keep: filling.close()? }), faults, digests })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_resources() {
        let check = |name: &str, expected: Option<&str>, is_read: bool| {
            assert_eq!(resource(Path::new(name)), expected, "{name}");
            assert_eq!(is_of_claims(Path::new(name)), is_read, "{name}");
        };
        check("in/Claim.ndjson", Some("Claim"), true);
        check("Patient.000.ndjson.gz", Some("Patient"), false);
        check("1.Condition.ndjson", Some("Condition"), false);
        check("ExplanationOfBenefit.ndjson", Some("ExplanationOfBenefit"), false);
        check("claims.ndjson", None, true);
        check("claims.837.gz", None, true);
        check("Claim.json", None, true);
        check("README.md", None, false);
    }
}
