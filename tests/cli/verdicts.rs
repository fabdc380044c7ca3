//! Exit codes, the rationale for people, JSON, the accounting.

use serde_json::{Value, json};

use super::{allowed, decide, denied, flagged};

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
                       < 3 calendar months → allow
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
      1  62323  ✗ deny   Recommended for denial: 62323 on 2026-03-10 at the age of 52 years. The
                        guideline recommends strongly against epidural injection of a local anaesthetic,
                        steroid or both for chronic spine pain; trials show little or no benefit over
                        sham. No cancer, infection or inflammatory arthritis is evidenced on the request
                        or in the look-back.
         why           line.procedure in epidural: yes — 62323 at lines[0].procedure [is_epidural()]
                       line.diagnoses in mixed: no — M54.16 at diagnoses[0].code [pain_type()]
                       line.diagnoses in radicular: yes — M54.16 at diagnoses[0].code [pain_type()]
                       line.service_date on or after 2025-07-01: yes — 2026-03-10 at
                         lines[0].service_date
                       patient.age_years ≥ 18 years: yes — 52 years at patient.birth_date
                       line.months_since_onset(spine_pain) ≥ 3 calendar months: yes — 6 calendar months
                         at onset_date [duration()]
         passage       rec-radicular-epidural · strong against · certainty low to moderate (not verified
                       against the full text) · doi 10.1136/bmj-2024-079970
         dissent       An American Academy of Neurology review of 90 trials (Armon et al, Neurology
                       2025;104:e213361) finds that epidural steroids probably reduce radicular pain in
                       the short term; 34 societies asked for a retraction, and the authors stand by the
                       work.
         would change  coverage.approved: yes → allow
                       line.months_since_onset: < 3 calendar months → allow
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
    reasons        1  deny epidural-recommended-against
                   1  deny follows-parent
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
    reasons        1  deny epidural-recommended-against
                   1  deny follows-parent
                   1  flag missing-information
    rejected       1  json::unknown_field
                   1  json::wrong_type
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
