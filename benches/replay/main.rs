//! Whole replays, file to decisions on disk, beside the least that reads the same file:
//! `cargo bench --bench replay -- 10000 100000 1000000`.
//!
//! For each number of claims and each format: sampled claims; `bare`, one thread that only takes the
//! file apart (837P: segments and elements; CSV: fields; JSON and FHIR: a line at a time into
//! structs with owned texts; Parquet: batches of columns); `claimgate replay` with one thread and two,
//! each claim by itself and with member history. All are processes of their own; memory is the peak
//! that the kernel tells (VmHWM). `-- --format csv` chooses one, `--whole` adds whole decisions.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "benches")]
#![expect(
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a bench measures"
)]

mod bare;
mod process;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use process::{Took, measured};

/// Each format with the files that a sample of it has.
const FORMATS: [(&str, &[&str]); 5] = [
    ("837p", &["claims.837p.x12"]),
    ("csv", &["claims.csv"]),
    ("ndjson", &["claims.ndjson"]),
    ("fhir", &["fhir/Claim.ndjson", "fhir/Patient.ndjson", "fhir/Coverage.ndjson"]),
    ("parquet", &["claims.parquet"]),
];

/// What is run: its name, and its options.
const RUNS: [(&str, &[&str]); 4] = [
    ("alone, 1 thread", &["--threads", "1", "--no-history"]),
    ("alone, 2 threads", &["--threads", "2", "--no-history"]),
    ("history, 1 thread", &["--threads", "1"]),
    ("history, 2 threads", &["--threads", "2"]),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    if let Some(format) = after("--bare") {
        let files = arguments.iter().skip(2).map(Path::new);
        println!("{}", files.map(|file| bare::read(format, file)).sum::<u64>());
        return;
    }
    let mut sizes: Vec<u64> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000];
    }
    let is_whole = arguments.iter().any(|argument| argument == "--whole");
    for claims in sizes {
        for (format, files) in FORMATS {
            if after("--format").is_none_or(|only| only == format) {
                one(claims, format, files, is_whole);
            }
        }
    }
}

fn one(claims: u64, format: &str, files: &[&str], is_whole: bool) {
    let folder = std::env::temp_dir().join(format!("claimgate-bench-replay-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    let made = claimgate()
        .args(["sample", "--format", format, "--claims", &claims.to_string(), "--out"])
        .arg(&folder)
        .stdout(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "claims are sampled");
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    let bytes: u64 = paths.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    println!("\n{claims} claims as {format}, {:.1} MB", bytes as f64 / 1e6);
    let title = ["", "s", "claims/s", "MB/s", "peak", "cpu", "to bare", "to 1 thread"];
    println!("{}", row(&title.map(str::to_owned)));

    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--bare", format]).args(&paths);
    let bare = measured(&mut command);
    tell("bare", &bare, None, None, (claims, bytes));

    let input = if format == "fhir" { folder.join("fhir") } else { paths.first().unwrap().clone() };
    let whole: &[(&str, &[&str])] = match is_whole {
        true => &[("whole, 1 thread", &["--threads", "1", "--no-history", "--format", "ndjson"])],
        false => &[],
    };
    let mut single: Option<f64> = None;
    for (name, options) in RUNS.iter().chain(whole) {
        let out = folder.join("out");
        drop(fs::remove_dir_all(&out));
        let took = measured(claimgate().arg("replay").arg(&input).args(*options).arg("--out").arg(&out));
        let is_single = name.contains("1 thread");
        tell(name, &took, Some(&bare), single.filter(|_| !is_single), (claims, bytes));
        single = Some(took.seconds).filter(|_| is_single);
    }
    drop(fs::remove_dir_all(&folder));
}

fn tell(name: &str, took: &Took, bare: Option<&Took>, single: Option<f64>, (claims, bytes): (u64, u64)) {
    let ratio = |of: Option<f64>| of.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    println!(
        "{}",
        row(&[
            name.to_owned(),
            format!("{:.2}", took.seconds),
            format!("{:.0}", claims as f64 / took.seconds),
            format!("{:.1}", bytes as f64 / 1e6 / took.seconds),
            format!("{:.0} MB", took.peak_kb as f64 / 1024.0),
            format!("{:.2}", took.cpu_seconds),
            ratio(bare.map(|bare| took.seconds / bare.seconds)),
            ratio(single.map(|single| single / took.seconds)),
        ])
    );
}

fn row(cells: &[String; 8]) -> String {
    let [first, rest @ ..] = cells;
    let rest: String = rest.iter().map(|cell| format!("{cell:>12}")).collect();
    format!("{first:<18}{rest}")
}

fn claimgate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("CLAIMGATE_PACKS");
    command
}
