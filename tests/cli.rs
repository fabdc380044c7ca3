//! The command line, from outside: exit codes, what stands on stdout, what on stderr.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "tests")]

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
    left(command.write_stdin(stdin))
}

fn left(command: &mut assert_cmd::Command) -> Left {
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

#[test]
fn exit_codes_tell_no_from_broken() {
    let check = |claims: &[Value], code: i32| {
        let left = decide(&["--summary"], claims);
        assert_eq!(left.code, code, "{claims:?}\n{}{}", left.stdout, left.stderr);
    };
    check(&[allowed()], 0);
    check(&[allowed(), flagged()], 3);
    check(&[flagged(), denied(), allowed()], 2);
    check(&[denied(), json!({"id": "C-bad"})], 1);
}

#[test]
fn an_allowed_line_takes_one_line() {
    let left = decide(&[], &[allowed()]);
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(left.stdout, @r#"
    claim C-allow
      1  62323  ✓ allow  Allowed: the pain has lasted less than three calendar months, and the guideline is about pain of three months or more.

    claims    1 in = 1 allowed + 0 flagged + 0 denied + 0 rejected
    lines     1 in = 1 allowed + 0 flagged + 0 denied + 0 rejected
    "#);
}

#[test]
fn a_flag_says_what_is_missing() {
    let left = decide(&[], &[flagged()]);
    assert_eq!((left.code, left.stderr.as_str()), (3, ""));
    insta::assert_snapshot!(left.stdout, @r#"
    claim C-flag
      1  64493  ! flag   Held for review: the answer hangs on what was not given or could not be read.
                        Send the date on which the pain began.
         missing       the date on which the pain began (line.months_since_onset is absent: not given)
                       < 0 calendar months → flag
                       ≥ 0 calendar months and < 3 calendar months → allow
                       ≥ 3 calendar months → deny
         codes         CARC CO-16 · PAS A4 · CRD doc-needed
         reason        missing-information

    claims    1 in = 0 allowed + 1 flagged + 0 denied + 0 rejected
    lines     1 in = 0 allowed + 1 flagged + 0 denied + 0 rejected
    reasons        1  flag missing-information
    "#);
}

#[test]
fn a_denial_says_why_and_what_would_change_it() {
    let left = decide(&[], &[denied()]);
    assert_eq!((left.code, left.stderr.as_str()), (2, ""));
    insta::assert_snapshot!(left.stdout, @r#"
    claim C-deny
      1  62323  ✗ deny   Recommended for denial: the guideline recommends strongly against epidural
                        injection of a local anaesthetic, steroid or both for chronic spine pain; trials
                        show little or no benefit over sham.
         why           line.procedure in epidural: yes — 62323 at lines[0].procedure [is_epidural()]
                       line.diagnoses in mixed: no — M54.16 at diagnoses[0].code [pain_type()]
                       line.diagnoses in radicular: yes — M54.16 at diagnoses[0].code [pain_type()]
                       line.procedure in always_in_scope: yes — 62323 at lines[0].procedure
                       line.service_date on or after 2025-07-01: yes — 2026-03-10 at
                         lines[0].service_date
                       line.procedure in any_epidural: yes — 62323 at lines[0].procedure
                         [is_injection()]
                       line.diagnoses in spine_pain: yes — M54.16 at diagnoses[0].code
                         [points_to_spine_pain()]
                       patient.age_years ≥ 18 years: yes — 52 years at patient.birth_date
                       line.months_since_onset(spine_pain) known: yes — onset_date [duration()]
                       line.months_since_onset(spine_pain) ≥ 0 calendar months: yes — 6 calendar months
                         at onset_date [duration()]
                       line.months_since_onset(spine_pain) ≥ 3 calendar months: yes — 6 calendar months
                         at onset_date [duration()]
         passage       rec-radicular-epidural · strong against · certainty low to moderate (not verified
                       against the full text) · doi 10.1136/bmj-2024-079970
         dissent       An American Academy of Neurology review of 90 trials (Armon et al, Neurology
                       2025;104:e213361) finds that epidural steroids probably reduce radicular pain in
                       the short term; 34 societies asked for a retraction, and the authors stand by the
                       work.
         would change  coverage.approved: yes → allow
                       line.months_since_onset: < 0 calendar months → flag
                       line.months_since_onset: ≥ 0 calendar months and < 3 calendar months → allow
                       line.purpose: diagnostic → flag
         codes         CARC CO-50 · PAS A3 · CRD not-covered
         reason        epidural-recommended-against · rule recommendation/epidural of
                       bmj-2025-chronic-spine-pain
      2  J1100  ✗ deny   Follows the service it goes with. (line 1)
         codes         PAS A3 · CRD not-covered
         reason        follows-parent
    A clinician signs before the denial goes out.

    claims    1 in = 0 allowed + 0 flagged + 1 denied + 0 rejected
    lines     2 in = 0 allowed + 0 flagged + 2 denied + 0 rejected
    reasons        1  deny follows-parent
                   1  deny epidural-recommended-against
    "#);
}

#[test]
fn good_and_bad_claims_are_all_accounted_for() {
    let bad = json!({"id": "C-bad", "lines": [{"number": 1, "procedur": "62323"}, {"number": 2}]});
    let left = decide(&[], &[allowed(), bad, flagged(), denied(), json!([])]);
    assert_eq!((left.code, left.stderr.as_str()), (1, ""));
    let part = |from: &str, until: &str| {
        let rest = &left.stdout[left.stdout.find(from).unwrap()..];
        rest[..rest.find(until).unwrap_or(rest.len())].to_owned()
    };
    insta::assert_snapshot!([part("claim C-bad", "claim C-flag"), part("claims  ", "nothing more")].concat(), @r#"
    claim C-bad
         ✗ rejected  there is no field `procedur`
         place         stdin:2: lines[0].procedur
         help          did you mean `procedure`?
         code          json::unknown_field

    claims    5 in = 1 allowed + 1 flagged + 1 denied + 2 rejected
    lines     6 in = 1 allowed + 1 flagged + 2 denied + 2 rejected
    reasons        1  deny follows-parent
    rejected       1  json::unknown_field
    "#);
}

#[test]
fn json_is_one_decision_or_reject_a_line() {
    let left = decide(&["--json"], &[allowed(), json!({"id": "C-bad", "lines": [{"number": 1}, {"no": 2}]}), denied()]);
    assert_eq!(left.code, 1);
    let out: Vec<Value> = left.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(out.len(), 3);
    assert_eq!((&out[0]["request_id"], &out[0]["verdict"]), (&json!("C-allow"), &json!("allow")));
    assert_eq!(
        (&out[1]["rejected"], &out[1]["request_id"], &out[1]["lines"]),
        (&json!(true), &json!("C-bad"), &json!(2))
    );
    assert_eq!(out[2]["lines"][0]["findings"][0]["reason"], "epidural-recommended-against");
    assert!(left.stderr.contains("claims    3 in = 1 allowed + 0 flagged + 1 denied + 1 rejected"), "{}", left.stderr);
    assert!(left.stderr.contains("lines     5 in = 1 allowed + 0 flagged + 2 denied + 2 rejected"), "{}", left.stderr);
}

#[test]
fn only_hides_lines_and_counts_them() {
    let claims = [allowed(), flagged(), denied()];
    let left = decide(&["--only", "flag,deny"], &claims);
    assert_eq!(left.code, 2);
    assert!(!left.stdout.contains("C-allow") && left.stdout.contains("C-flag") && left.stdout.contains("C-deny"));
    assert!(left.stdout.contains("claims    3 in = 1 allowed + 1 flagged + 1 denied + 0 rejected"), "{}", left.stdout);
    let left = decide(&["--only", "flag", "--json"], &claims);
    assert_eq!((left.code, left.stdout.lines().count()), (2, 1));
    let left = decide(&["--summary"], &claims);
    assert!(left.stdout.starts_with("claims "), "{}", left.stdout);
    let left = decide(&["--only", "denied"], &[]);
    assert_eq!(left.code, 1);
    assert!(left.stderr.contains("[possible values: allow, flag, deny]"), "{}", left.stderr);
}

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
    assert!(left.stderr.contains("[possible values: x12, fhir, json, csv]"), "{}", left.stderr);
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
fn a_plan_sets_parameters() {
    let claims = [claim("S68", "2025-02-01", &["27096"], &["M46.1", "M53.3"])];
    assert_eq!(decide(&["--summary"], &claims).code, 3);
    let left = decide(&["--summary", "--param", "m46_1=mechanical"], &claims);
    assert_eq!(left.code, 2, "{}", left.stdout);
}

#[test]
fn a_parameter_that_is_none_is_told() {
    let check = |parameter: &str, expected: &[&str]| {
        let left = decide(&["--param", parameter], &[allowed()]);
        assert_eq!((left.code, left.stdout.as_str()), (1, ""), "{parameter}");
        assert!(expected.iter().all(|words| left.stderr.contains(words)), "{parameter}: {}", left.stderr);
    };
    check("m461=mechanical", &["no pack has a parameter `m461`", "did you mean `m46_1`?"]);
    check("m46_1=mechanica", &["`mechanica` is no value of parameter `m46_1`", "one of flag, mechanical, exempt"]);
    check("m46_1", &["a parameter is set as name=value"]);
}

#[test]
fn missing_packs_are_told_with_how_to_name_them() {
    let folder = Folder::new("packs");
    let empty = folder.0.to_str().unwrap();
    let check = |left: Left, expected: &[&str]| {
        assert_eq!((left.code, left.stdout.as_str()), (1, ""));
        assert!(expected.iter().all(|words| left.stderr.contains(words)), "{}", left.stderr);
    };
    let run = |arguments: &[&str], named: Option<&str>| {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("claimgate");
        command.args(arguments).current_dir(&folder.0).env_remove("CLAIMGATE_PACKS");
        command.envs(named.map(|folder| ("CLAIMGATE_PACKS", folder)));
        left(command.write_stdin(""))
    };
    check(run(&["decide", "-"], None), &["cannot read `rules`", "`--packs DIR` or $CLAIMGATE_PACKS"]);
    check(run(&["decide", "-"], Some("nowhere")), &["cannot read `nowhere`", "$CLAIMGATE_PACKS names this folder"]);
    check(run(&["decide", "-", "--packs", empty], None), &["there is no pack in", "`--packs` names this folder"]);
    check(run(&["rules", "check", "--packs", empty], None), &["there is no pack in"]);
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
    let mut claim = allowed();
    claim["on\u{1b}[2J"] = json!("2026-02-01");
    let left = decide(&[], &[claim]);
    assert!(left.code == 1 && left.stdout.contains("�[2J"), "{}", left.stdout);
    assert!(!left.stdout.contains('\u{1b}'), "{}", left.stdout);
}

#[test]
fn rules_are_checked_and_facts_told() {
    let left = claimgate(&["rules", "check"], b"");
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    for part in [
        "bmj-2025-chronic-spine-pain 1.",
        " rules, ",
        " paths, ",
        " questions, ",
        " diagram nodes, ",
        " ms\n",
        "sha256:",
    ] {
        assert!(left.stdout.contains(part), "{part}: {}", left.stdout);
    }
    assert_eq!(claimgate(&["rules", "facts"], b"").stdout, claimgate::fact::markdown());
}

#[test]
fn the_program_says_its_version() {
    let left = claimgate(&["--version"], b"");
    assert_eq!((left.code, left.stdout), (0, format!("claimgate {}\n", env!("CARGO_PKG_VERSION"))));
    assert_eq!(claimgate(&[], b"").code, 1);
}
