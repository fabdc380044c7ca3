//! Runs that are killed and go on, and runs that must not.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::{Folder, PROGRAM, batches, claims, replay, stderr, text};

/// Kills a run at several moments, goes on each time, and holds what is written against a run that
/// nobody killed.
fn check(format: &str, threads: &str, moments_ms: &[u64]) {
    let folder = Folder::new();
    let input = folder.write("claims.ndjson", &claims(8_000));
    let whole = ["--format", format, "--threads", threads];
    replay(&folder, &input, "whole", &whole);
    let out = folder.path("killed");
    let mut kills = 0;
    for moment in moments_ms {
        let mut run = Command::new(PROGRAM)
            .args(["replay", text(&input), "--out", text(&out), "--resume", "--checkpoint-every", "200"])
            .args(whole)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Packs take their time to load: the moments count from when there is something to lose.
        let before = fs::read(out.join("checkpoint.json")).ok();
        while fs::read(out.join("checkpoint.json")).ok() == before && run.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(*moment));
        if run.try_wait().unwrap().is_none() {
            // SIGKILL: nothing of the program runs after it.
            run.kill().unwrap();
            kills += 1;
        }
        run.wait().unwrap();
        if !out.join("checkpoint.json").exists() {
            continue;
        }
        // What stands behind the checkpoint may be torn.
        let part = out.join(if format == "parquet" {
            "decisions.rows.part".to_owned()
        } else {
            format!("decisions.{format}.part")
        });
        if part.exists() {
            let mut torn = fs::read(&part).unwrap();
            torn.extend_from_slice(b"\"torn,\n{");
            fs::write(&part, torn).unwrap();
        }
    }
    assert!(kills > 0, "no run was killed: it is too short");
    if !out.join("summary.json").exists() {
        let ended = replay(&folder, &input, "killed", &[&whole[..], &["--resume"]].concat());
        assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    }
    for file in [&format!("decisions.{format}"), "rejects.ndjson", "summary.json"] {
        let read = |run: &str| fs::read(folder.path(&format!("{run}/{file}"))).unwrap();
        assert!(read("killed") == read("whole"), "{file} differs");
    }
    assert!(!out.join("checkpoint.json").exists());
}

#[test]
fn a_killed_run_goes_on_where_it_was_safe() {
    check("csv", "2", &[3, 40, 1, 90, 15]);
    check("csv", "1", &[30, 10]);
    check("ndjson", "3", &[50, 5, 120]);
    check("parquet", "2", &[20, 60]);
}

#[test]
fn a_run_goes_on_with_its_own_terms_only() {
    let folder = Folder::new();
    let input = folder.write("claims.ndjson", &claims(500));
    replay(&folder, &input, "out", &["--checkpoint-every", "100"]);
    let refused = |more: &[&str], words: &str| {
        let ended = replay(&folder, &input, "out", more);
        assert_eq!(ended.status.code(), Some(1));
        assert!(stderr(&ended).contains(words), "{}", stderr(&ended));
    };
    refused(&[], "holds a run already");
    refused(&["--resume"], "is finished");
    // As if it had been interrupted before its end.
    let terms = |folder: &Folder| {
        let summary: serde_json::Value = serde_json::from_str(&folder.read("out/summary.json")).unwrap();
        let rows = folder.read("out/decisions.csv");
        let rejects = folder.read("out/rejects.ndjson");
        serde_json::json!({
            "version": 2, "terms": summary["run"], "batches": batches(&claims(500)).len() + 1, "decisions_bytes": rows.len(),
            "rejects_bytes": rejects.len(), "tally": summary,
        })
    };
    let checkpoint = terms(&folder).to_string();
    folder.write("out/checkpoint.json", &checkpoint);
    let before = folder.read("out/decisions.csv");
    refused(&[], "holds a run already");
    refused(&["--resume", "--format", "ndjson"], "its decisions have another format");
    refused(&["--resume", "--no-history"], "another setting of history");
    refused(&["--resume", "--param", "thoracic=include"], "the packs or their parameters");
    folder.write("claims.ndjson", &claims(501));
    refused(&["--resume"], "the inputs are not those");
    folder.write("claims.ndjson", &claims(500));
    let ended = replay(&folder, &input, "out", &["--resume"]);
    assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    assert_eq!(folder.read("out/decisions.csv"), before);
    folder.write("out/checkpoint.json", "{}");
    refused(&["--resume"], "none that this program wrote");
}
