//! The command line, from outside: exit codes, what stands on stdout, what on stderr.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests"
)]

mod cases;
mod files;
mod new;
mod packs;
mod questionnaires;
mod sample;
mod serve;
mod show;
mod verdicts;

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

/// What a run of the program left.
struct Left {
    code: i32,
    stdout: String,
    stderr: String,
}

fn claimgate(arguments: &[&str], stdin: &[u8]) -> Left {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("claimgate");
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("CLAIMGATE_PACKS");
    run(command.write_stdin(stdin))
}

fn run(command: &mut assert_cmd::Command) -> Left {
    let output = command.output().unwrap();
    Left {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Decides claims given on stdin.
fn decide(arguments: &[&str], claims: &[Value]) -> Left {
    let lines: Vec<String> = claims.iter().map(|claim| format!("{claim}\n")).collect();
    claimgate(&[&["decide", "-"], arguments].concat(), lines.concat().as_bytes())
}

fn claim(id: &str, onset: &str, procedures: &[&str], diagnoses: &[&str]) -> Value {
    let pointers: Vec<usize> = (1..=diagnoses.len()).collect();
    let line = |(place, procedure): (usize, &&str)| {
        json!({"number": place + 1, "procedure": procedure, "diagnosis_pointers": pointers,
               "service_date": "2026-03-10", "units": 1, "charge": "1250.00"})
    };
    json!({
        "id": id, "kind": "claim",
        "patient": {"birth_date": "1973-05-01"},
        "coverage": {"line_of_business": "commercial"},
        "onset_date": onset,
        "diagnoses": diagnoses.iter().map(|code| json!({"code": code})).collect::<Vec<_>>(),
        "lines": procedures.iter().enumerate().map(line).collect::<Vec<_>>(),
    })
}

fn allowed() -> Value {
    claim("C-allow", "2026-02-01", &["62323"], &["M54.16"])
}

fn flagged() -> Value {
    let mut flagged = claim("C-flag", "", &["64493"], &["M47.816"]);
    flagged.as_object_mut().unwrap().remove("onset_date");
    flagged
}

fn denied() -> Value {
    claim("C-deny", "2025-09-01", &["62323", "J1100"], &["M54.16"])
}

/// A folder of its own for a test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("claimgate-cli-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
