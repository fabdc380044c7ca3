//! `claimgate replay` and `claimgate compare` as a caller sees them: what they write, what they
//! refuse, and that an interrupted run goes on without losing or repeating a claim.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::disallowed_methods, reason = "tests")]

mod comparing;
mod comparing_recorded;
mod fhir;
mod parts;
mod recorded;
mod resume;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU64, Ordering},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_claimgate");

/// A folder that is gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static FOLDERS: AtomicU64 = AtomicU64::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("claimgate-replay-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn claimgate(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).env_remove("CLAIMGATE_PACKS").output().unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Claims of some members over some years, in no order of time; every 400th cannot be read.
pub(crate) fn claims(count: u64) -> String {
    let mut out = String::new();
    for number in 0..count {
        let chance = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17;
        let (member, month, day) = (chance % 97, chance / 97 % 12 + 1, chance / 1_164 % 28 + 1);
        let procedure = ["62323", "64493", "64483", "20610", "77003"][usize::try_from(chance % 5).unwrap()];
        let diagnosis = ["M54.16", "M54.50", "M47.816", "C79.51"][usize::try_from(chance / 7 % 4).unwrap()];
        let (year, months) = (2025 + chance % 2, chance % 7);
        if number % 400 == 399 {
            out.push_str("{\"id\": \"broken\", \"lines\": [{}, {}]\n");
            continue;
        }
        let _ = writeln!(
            out,
            r#"{{"id": "C-{number}", "kind": "claim", "provider": "100000000{}", "patient": {{"member_id": "MBR{member}", "birth_date": "1970-05-01"}}, "coverage": {{"line_of_business": "commercial"}}, "onset_date": "{year}-{:02}-01", "diagnoses": [{{"code": "{diagnosis}"}}], "lines": [{{"procedure": "{procedure}", "service_date": "{year}-{month:02}-{day:02}", "charge": "{}.50", "diagnosis_pointers": [1]}}]}}"#,
            chance % 3,
            (month + 11 - months).max(1) % 12 + 1,
            chance % 900,
        );
    }
    out
}

/// A replay of `input` into `folder`/`out`.
pub(crate) fn replay(folder: &Folder, input: &Path, out: &str, more: &[&str]) -> Output {
    let out = folder.path(out);
    let mut arguments = vec!["replay", text(input), "--out", text(&out)];
    arguments.extend(more);
    claimgate(&arguments)
}

#[test]
fn threads_do_not_change_what_is_written() {
    let folder = Folder::new();
    let input = folder.write("claims.ndjson", &claims(1_500));
    for format in ["csv", "ndjson", "parquet"] {
        let mut before: Option<[String; 3]> = None;
        for (threads, memory) in [("1", "48"), ("2", "0"), ("5", "48")] {
            let out = format!("{format}-{threads}");
            let ended =
                replay(&folder, &input, &out, &["--format", format, "--threads", threads, "--history-mb", memory]);
            assert_eq!(ended.status.code(), Some(1), "claims are rejected: {}", stderr(&ended));
            let files = [&format!("decisions.{format}"), "rejects.ndjson", "summary.json"];
            let files = files.map(|file| fs::read(folder.path(&format!("{out}/{file}"))).unwrap());
            let files = files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            assert!(files[2].contains("\"balanced\": true") && !files[0].contains("MBR"), "no member is named");
            assert!(before.get_or_insert_with(|| files.clone()) == &files, "{format}, {threads} threads");
            let left: Vec<_> = fs::read_dir(folder.path(&out)).unwrap().collect();
            assert_eq!(left.len(), 3, "{left:?}");
        }
    }
    assert!(folder.read("csv-1/decisions.csv").starts_with("request_id,line_number,verdict,reasons,"));
    let rejects = folder.read("csv-1/rejects.ndjson");
    assert_eq!(rejects.lines().count(), 3);
    assert!(rejects.contains("claims.ndjson:400") && rejects.contains("json::not_json"), "{rejects}");
}

/// A claim of one line, of the member M1.
fn claim_of(id: &str, born: &str, diagnosis: &str, day: &str) -> String {
    let day = if day.is_empty() { String::new() } else { format!(r#""service_date": "{day}", "#) };
    let born = if born.is_empty() { String::new() } else { format!(r#", "birth_date": "{born}""#) };
    format!(
        r#"{{"id": "{id}", "kind": "claim", "patient": {{"member_id": "M1"{born}}}, "coverage": {{"line_of_business": "commercial"}}, "onset_date": "2025-02-01", "diagnoses": [{{"code": "{diagnosis}"}}], "lines": [{{"procedure": "62323", {day}"diagnosis_pointers": [1]}}]}}"#
    ) + "\n"
}

#[test]
fn a_cancer_on_a_claim_without_a_day_is_not_lost() {
    let folder = Folder::new();
    let check = |out: &str, others: &[String], expected: &str| {
        let own = claim_of("C-9", "1970-05-01", "M54.16", "2026-03-10");
        let input = folder.write(&format!("{out}.ndjson"), &(own + others.concat().as_str()));
        let ended = replay(&folder, &input, out, &["--format", "ndjson"]);
        assert_ne!(ended.status.code(), Some(1), "{}", stderr(&ended));
        let decided: serde_json::Value =
            serde_json::from_str(folder.read(&format!("{out}/decisions.ndjson")).lines().next().unwrap()).unwrap();
        assert_eq!(decided["verdict"], expected, "{out}: {decided:#}");
        (decided, String::from_utf8(ended.stdout).unwrap())
    };
    check("alone", &[], "deny");
    let (decided, told) = check("undated", &[claim_of("C-1", "1970-05-01", "C79.51", "")], "flag");
    let need = &decided["lines"][0]["needs"][0];
    assert_eq!(need["fact"], "history.diagnoses", "{decided:#}");
    assert!(!told.contains("no whole birth date"), "{told}");
    // Sessions of an unknown day are none for certain: nothing is denied for them.
    let many: Vec<String> = (0..9).map(|at| claim_of(&format!("C-{at}"), "1970-05-01", "M54.16", "")).collect();
    check("many", &many, "deny");
    // Without a whole birth date it is another member's, and that is told.
    for (out, born) in [("none", ""), ("year", "1970")] {
        let (_, told) = check(out, &[claim_of("C-1", born, "C79.51", "2026-01-10")], "deny");
        assert!(told.contains("1 claims have no whole birth date"), "{told}");
        assert!(folder.read(&format!("{out}/summary.json")).contains("\"without_birth_date\": 1"));
    }
}

#[test]
fn files_folders_patterns_and_packed_files_are_one_input() {
    let folder = Folder::new();
    let all = claims(300);
    let whole = folder.write("whole.ndjson", &all);
    let lines: Vec<&str> = all.lines().collect();
    for (part, lines) in lines.chunks(100).enumerate() {
        let path = folder.write(&format!("in/part-{part}.ndjson"), &(lines.join("\n") + "\n"));
        if part == 1 {
            assert!(Command::new("gzip").arg(&path).status().unwrap().success());
        }
    }
    folder.write("in/README.md", "not claims");
    replay(&folder, &whole, "out-whole", &[]);
    replay(&folder, &folder.path("in"), "out-folder", &[]);
    replay(&folder, &folder.path("in/part-*"), "out-pattern", &[]);
    let expected = folder.read("out-whole/decisions.csv");
    assert!(expected.lines().count() > 290);
    assert_eq!(folder.read("out-folder/decisions.csv"), expected);
    assert_eq!(folder.read("out-pattern/decisions.csv"), expected);
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = Folder::new();
    let check = |input: &str, words: &str| {
        let ended = claimgate(&["replay", input, "--out", text(&folder.path("out"))]);
        assert_eq!(ended.status.code(), Some(1));
        assert!(stderr(&ended).contains(words), "{}", stderr(&ended));
    };
    check("missing.x12", "cannot read `missing.x12`");
    check("missing-*.x12", "leads to no file of claims");
    check("-", "files are read twice");
    folder.write("empty/notes.md", "");
    check(text(&folder.path("empty")), "leads to no file of claims");
}

#[test]
fn history_is_what_earlier_claims_show() {
    let folder = Folder::new();
    let claim = |id: &str, day: &str, diagnosis: &str| {
        format!(
            r#"{{"id": "{id}", "kind": "claim", "patient": {{"member_id": "M1", "birth_date": "1970-05-01"}}, "coverage": {{"line_of_business": "commercial"}}, "onset_date": "2025-01-01", "diagnoses": [{{"code": "{diagnosis}"}}], "lines": [{{"procedure": "62323", "service_date": "{day}", "diagnosis_pointers": [1]}}]}}"#
        )
    };
    // The earlier claim stands behind the later one, and a void takes it back in the second file.
    let later = claim("LATE", "2026-03-10", "M54.16");
    let earlier = claim("EARLY", "2026-01-10", "C79.51");
    let void = earlier.replace(
        r#""id": "EARLY", "kind": "claim""#,
        r#""id": "V", "kind": "claim", "frequency": "void", "replaces": "EARLY""#,
    );
    let verdict = |name: &str, text: String, more: &[&str]| {
        let input = folder.write(name, &text);
        replay(&folder, &input, &format!("out-{name}"), more);
        let rows = folder.read(&format!("out-{name}/decisions.csv"));
        rows.lines().find(|row| row.starts_with("LATE,")).unwrap().split(',').nth(2).unwrap().to_owned()
    };
    assert_eq!(verdict("alone.ndjson", format!("{later}\n"), &[]), "deny");
    assert_ne!(verdict("both.ndjson", format!("{later}\n{earlier}\n"), &[]), "deny");
    assert_eq!(verdict("none.ndjson", format!("{later}\n{earlier}\n"), &["--no-history"]), "deny");
    assert_eq!(verdict("void.ndjson", format!("{later}\n{earlier}\n{void}\n"), &[]), "deny");
}

#[test]
fn the_same_claims_give_the_same_rows_in_every_format() {
    let folder = Folder::new();
    let mut before: Option<String> = None;
    for format in ["837p", "csv", "ndjson", "parquet", "fhir"] {
        let made = folder.path(format);
        let sampled =
            claimgate(&["sample", "--claims", "400", "--seed", "7", "--format", format, "--out", text(&made)]);
        assert_eq!(sampled.status.code(), Some(0), "{}", stderr(&sampled));
        let ended = replay(&folder, &made, &format!("out-{format}"), &[]);
        assert_eq!(ended.status.code(), Some(2), "{}", stderr(&ended));
        let rows = folder.read(&format!("out-{format}/decisions.csv"));
        assert!(rows.lines().count() > 400, "{rows}");
        assert!(before.get_or_insert_with(|| rows.clone()) == &rows, "{format}");
    }
}

/// How many lines each batch of NDJSON has: batches end where they have 64 KiB.
fn batches(text: &str) -> Vec<usize> {
    let (mut batches, mut lines, mut bytes) = (Vec::new(), 0, 0);
    for line in text.lines() {
        (lines, bytes) = (lines + 1, bytes + line.len());
        if bytes >= 64 * 1024 {
            batches.push(lines);
            (lines, bytes) = (0, 0);
        }
    }
    batches.extend(Some(lines).filter(|lines| *lines > 0));
    batches
}
