//! What is read, and how it is written to a terminal or a pipe.

use serde_json::json;

use super::{Folder, allowed, claimgate, decide, denied};

#[test]
fn files_are_read_in_order_and_a_missing_one_costs_no_other() {
    let folder = Folder::new("files");
    let (one, two) = (folder.file("one.json", allowed().to_string()), folder.file("two.json", denied().to_string()));
    let gone = folder.0.join("gone.json").to_str().unwrap().to_owned();
    let left = claimgate(&["decide", &one, &gone, &two, folder.0.to_str().unwrap()], b"");
    assert_eq!(left.code, 1);
    assert!(left.stdout.find("C-allow") < left.stdout.find("C-deny"), "{}", left.stdout);
    assert!(left.stdout.contains("claims    2 in = 1 allowed + 0 flagged + 1 denied + 0 rejected"), "{}", left.stdout);
    assert!(left.stdout.contains("files          2  could not be read to their end"), "{}", left.stdout);
    assert_eq!(left.stderr.matches("error: cannot read `").count(), 2, "{}", left.stderr);
}

#[test]
fn a_file_of_no_known_format_is_a_fault() {
    let folder = Folder::new("format");
    let zip = folder.file("claims.zip", b"PK\x03\x04\x14\x00");
    let left = claimgate(&["decide", &zip], b"");
    assert_eq!(left.code, 1);
    assert!(left.stdout.contains("! fault  the format of the input is none that is known"), "{}", left.stdout);
    let left = claimgate(&["decide", "--format", "xml", &zip], b"");
    assert_eq!(left.code, 1);
    assert!(left.stderr.contains("[possible values: x12, fhir, json, csv, parquet]"), "{}", left.stderr);
}

#[test]
fn text_that_is_not_utf8_is_rejected_not_guessed() {
    let folder = Folder::new("utf8");
    let mut bytes = allowed().to_string().into_bytes();
    let at = bytes.windows(7).position(|part| part == b"C-allow").unwrap();
    bytes[at] = 0xe9;
    bytes.extend_from_slice(format!("\n{}\n", denied()).as_bytes());
    let left = claimgate(&["decide", &folder.file("latin1.ndjson", bytes)], b"");
    assert_eq!(left.code, 1);
    assert!(left.stdout.contains("✗ rejected  the text is not UTF-8"), "{}", left.stdout);
    assert!(left.stdout.contains("claims    2 in = 0 allowed + 0 flagged + 1 denied + 1 rejected"), "{}", left.stdout);
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    use std::{
        io::{Read as _, Write as _},
        process::{Command, Stdio},
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["decide", "-", "--packs", concat!(env!("CARGO_MANIFEST_DIR"), "/rules")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (mut stdin, line) = (child.stdin.take().unwrap(), format!("{}\n", denied()));
    // More than any buffer holds: the program must stop by itself, and then this pipe breaks too.
    let fed = (0..20_000).find_map(|_| stdin.write_all(line.as_bytes()).err());
    drop(stdin);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(141), ""));
    assert!(fed.is_some(), "the program read on although nobody listened");
}

#[test]
fn colour_is_shown_when_it_is_asked_for() {
    assert!(decide(&["--color", "always"], &[allowed()]).stdout.contains("\u{1b}[32m✓ allow\u{1b}[0m"));
    assert!(!decide(&["--color", "never"], &[allowed()]).stdout.contains('\u{1b}'));
}

#[test]
fn the_input_does_not_steer_the_terminal() {
    let folder = Folder::new("steer");
    let (mut named, mut extra) = (allowed(), allowed());
    named["id"] = json!("C-\u{1b}[2J");
    extra["on\u{1b}[2J"] = json!("2026-02-01");
    let file = folder.file("claims\u{1b}[2J.ndjson", format!("{named}\n{extra}\n"));
    let left = claimgate(&["decide", &file, &folder.file("plain.csv", "claim_id\u{1b}[2J\n")], b"");
    assert!(left.stdout.contains("claims�[2J.ndjson"), "{}", left.stdout);
    assert!(!left.stdout.contains('\u{1b}') && !left.stderr.contains('\u{1b}'), "{}{}", left.stdout, left.stderr);
}
