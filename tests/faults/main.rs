//! What an analyst sees who broke a pack: each trial breaks the spine pain pack in one way.
//!
//! Every fault underlines the author's text and says what to do.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod field;
mod findings;
mod formats;
mod names;
mod packs;
mod questions;
mod scripts;

use std::{
    fs,
    path::{Path, PathBuf},
};

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/bmj-2025-chronic-spine-pain");
const EPIDURAL: &str = "13-recommendation/epidural.rhai";

/// What `rules check` says of the pack after `edits`: in a file, the first `old` becomes `new`;
/// with an empty `old` the file is `new`, with both empty it is gone.
fn broken(trial: &str, edits: &[(&str, &str, &str)]) -> String {
    let folder = Folder::new(trial);
    folder.pack("bmj-2025-chronic-spine-pain", edits);
    let left = folder.check(&[]);
    assert_eq!((left.code, left.stdout.as_str()), (1, ""), "{}", left.stderr);
    left.stderr
}

/// A folder of packs for a trial, removed at its end.
struct Folder(PathBuf);

/// What a run of the program left.
struct Left {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Folder {
    fn new(trial: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("claimgate-faults-{}-{trial}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    /// A copy of the spine pain pack with `edits`.
    fn pack(&self, name: &str, edits: &[(&str, &str, &str)]) {
        let pack = self.0.join(name);
        copy(Path::new(PACK), &pack);
        for (file, old, new) in edits {
            let path = pack.join(file);
            match (old.is_empty(), new.is_empty()) {
                (true, true) => fs::remove_file(&path).unwrap(),
                (true, false) => fs::write(&path, new).unwrap(),
                (false, _) => {
                    let text = fs::read_to_string(&path).unwrap();
                    assert!(text.contains(old), "{file} has no `{old}` any more");
                    fs::write(&path, text.replacen(old, new, 1)).unwrap();
                }
            }
        }
    }

    /// Runs `rules check` in the folder, on a day on which nothing is stale.
    fn check(&self, arguments: &[&str]) -> Left {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("claimgate");
        command.current_dir(&self.0).args(["rules", "check", "--packs", ".", "--as-of", "2026-12-01"]);
        let output = command.args(arguments).output().unwrap();
        Left {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if !path.is_dir() {
            fs::copy(&path, &copied).unwrap();
        } else if entry.file_name() != "cases" {
            copy(&path, &copied);
        }
    }
}

/// A rule with a header, so that only its body is at fault.
fn rule(body: &str) -> String {
    format!("//! Epidural injection.\n//! cites: rec-axial-epidural\n\n{body}\n")
}
