//! Replays of the 2,000 claims that are there in several formats, and of a FHIR export whose
//! patients lie beside its claims.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_claimgate");

type Check = fn(&Path) -> Result<(), Failed>;

fn main() {
    let corpus = std::env::var("CLAIMGATE_CORPUS").ok().map(PathBuf::from).filter(|corpus| corpus.is_dir());
    let is_missing = corpus.is_none();
    let trials: [(&str, Check); 4] = [
        ("replay: 837P and CSV give the same rows", same_rows),
        ("replay: spine-claims, with history and without", counts),
        ("replay: synthea, patients and conditions beside", synthea),
        ("compare: spine-claims are the same under the same packs", nothing_changes),
    ];
    let trials = trials.map(|(name, check)| {
        let corpus = corpus.clone();
        Trial::test(name, move || corpus.as_deref().map_or(Ok(()), check)).with_ignored_flag(is_missing)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).env_remove("CLAIMGATE_PACKS").output().unwrap()
}

/// A replay into a new folder.
fn replay(input: &Path, name: &str, more: &[&str]) -> Result<PathBuf, Failed> {
    let out = std::env::temp_dir().join(format!("claimgate-corpus-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&out);
    let ended = run(&[&["replay", input.to_str().unwrap(), "--out", out.to_str().unwrap()], more].concat());
    match ended.status.code() {
        Some(0 | 2 | 3) => Ok(out),
        code => Err(format!("{code:?}: {}", String::from_utf8_lossy(&ended.stderr)).into()),
    }
}

fn same_rows(corpus: &Path) -> Result<(), Failed> {
    let rows = |file: &str, more: &[&str]| -> Result<Vec<String>, Failed> {
        let out = replay(&corpus.join("spine-claims").join(file), file, more)?;
        let text = fs::read_to_string(out.join("decisions.csv"))?;
        fs::remove_dir_all(out)?;
        // All but the biller, whom the table does not tell.
        let mut rows: Vec<String> =
            text.lines().filter_map(|row| row.rsplit_once(',')).map(|(row, _)| row.to_owned()).collect();
        rows.sort();
        Ok(rows)
    };
    for more in [&["--no-history"][..], &[]] {
        let (x12, csv) = (rows("claims.837p.x12", more)?, rows("claims.csv", more)?);
        assert_eq!((x12.len(), csv.len()), (3_177, 3_177));
        if let Some((one, other)) = x12.iter().zip(&csv).find(|(one, other)| one != other) {
            return Err(format!("{one} as 837P, {other} as CSV").into());
        }
    }
    Ok(())
}

fn counts(corpus: &Path) -> Result<(), Failed> {
    let check = |more: &[&str], expected: [u64; 5]| -> Result<(), Failed> {
        let out = replay(&corpus.join("spine-claims/claims.837p.x12"), "counts", more)?;
        let summary: Value = serde_json::from_str(&fs::read_to_string(out.join("summary.json"))?)?;
        fs::remove_dir_all(out)?;
        let claims =
            ["in", "allowed", "flagged", "denied", "rejected"].map(|name| summary["claims"][name].as_u64().unwrap());
        assert_eq!((claims, &summary["balanced"]), (expected, &Value::Bool(true)), "{more:?}");
        Ok(())
    };
    check(&["--no-history"], [2_000, 1_524, 403, 73, 0])?;
    check(&[], [2_000, 1_555, 374, 71, 0])?;
    check(&["--threads", "1", "--history-mb", "0"], [2_000, 1_555, 374, 71, 0])
}

fn synthea(corpus: &Path) -> Result<(), Failed> {
    let out = replay(&corpus.join("fhir/synthea-r4"), "synthea", &["--no-history"])?;
    let summary: Value = serde_json::from_str(&fs::read_to_string(out.join("summary.json"))?)?;
    fs::remove_dir_all(out)?;
    assert_eq!(summary["claims"]["in"], 22_810);
    assert_eq!((&summary["claims"]["rejected"], &summary["balanced"]), (&0.into(), &true.into()));
    Ok(())
}

fn nothing_changes(corpus: &Path) -> Result<(), Failed> {
    let input = corpus.join("spine-claims/claims.csv");
    let ended = run(&["compare", input.to_str().unwrap(), "--packs", "rules", "--against", "rules"]);
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stdout));
    Ok(())
}
