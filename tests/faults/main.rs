//! What an analyst sees who broke a pack: each trial breaks the spine pain pack in one way.
//!
//! Every fault underlines the author's text and says what to do.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod names;
mod packs;
mod questions;
mod scripts;

use std::{fs, path::Path};

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/bmj-2025-chronic-spine-pain");
const EPIDURAL: &str = "13-recommendation/epidural.rhai";

/// What `rules check` says of the pack after `edits`: in a file, the first `old` becomes `new`;
/// with an empty `old` the file is `new`, with both empty it is gone.
fn broken(trial: &str, edits: &[(&str, &str, &str)]) -> String {
    let folder = std::env::temp_dir().join(format!("claimgate-faults-{}-{trial}", std::process::id()));
    let pack = folder.join("bmj-2025-chronic-spine-pain");
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
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("claimgate");
    let output = command.args(["rules", "check", "--packs"]).arg(&folder).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()), "{told}");
    told
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
