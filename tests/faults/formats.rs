//! Faults and findings for people, as JSON and as SARIF.

use serde_json::Value;

use super::{EPIDURAL, Folder};

const UNDER_18: &str = "6-access/under-18.rhai";

/// A pack with a finding behind a letter that takes two bytes, and one behind a character that
/// takes two units of UTF-16; and a pack with a fault.
fn folder(trial: &str) -> Folder {
    let folder = Folder::new(trial);
    let old = r#"if patient.age_years < 18 { return allow("under-18"); }"#;
    let new = format!("{old}\n/* é𝛼 */ if patient.age_years < 16 {{ return pass(); }}");
    folder.pack("a finding", &[(UNDER_18, old, &new)]);
    folder.pack("fault", &[(EPIDURAL, "is_epidural()", "is_epidurals()"), ("pack.toml", "bmj-2025", "bmj-2024")]);
    folder
}

#[test]
fn people_read_findings_on_stdout_and_faults_on_stderr() {
    let folder = folder("people_read");
    let left = folder.check(&["a finding"]);
    assert_eq!((left.code, left.stderr.as_str()), (4, ""), "{}", left.stdout);
    let (_, findings) = left.stdout.split_once("\n\n").unwrap();
    insta::assert_snapshot!(findings, @r#"
    proof::dead_branch

      × no answers lead here, whatever the parameters
       ╭─[6-access/under-18.rhai:5:42]
     4 │ if patient.age_years < 18 { return allow("under-18"); }
     5 │ /* é𝛼 */ if patient.age_years < 16 { return pass(); }
       ·                                      ───────┬──────
       ·                                             ╰── never reached
     6 │ pass()
       ╰────
      help: the questions before it have settled it: mend them, or remove this

    1 finding
    "#);
    let left = folder.check(&["bmj-2024-chronic-spine-pain"]);
    assert_eq!((left.code, left.stdout.as_str()), (1, ""));
    assert!(left.stderr.starts_with("rule::unknown_function\n"), "{}", left.stderr);
    let left = folder.check(&[]);
    assert_eq!(left.code, 1, "what is broken is worse than what is found");
    assert!(left.stdout.contains("proof::dead_branch") && left.stderr.contains("rule::unknown_function"));
    let left = folder.check(&["fualt"]);
    assert_eq!((left.code, left.stdout.as_str()), (1, ""));
    insta::assert_snapshot!(left.stderr, @r"
    error: there is no pack `fualt`
      help: did you mean `fault`?
    ");
}

#[test]
fn time_is_told_by_kind() {
    let folder = Folder::new("time_is_told");
    folder.pack("spine", &[]);
    let left = folder.check(&["--time"]);
    assert_eq!(left.code, 0, "{}", left.stderr);
    for kind in ["load", "every setting", "dead rules", "value sets"] {
        assert!(left.stdout.contains(&format!(" ms  {kind}\n")), "{}", left.stdout);
    }
}

#[test]
fn json_holds_packs_findings_and_faults() {
    let left = folder("json_holds").check(&["--format", "json"]);
    assert_eq!((left.code, left.stderr.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&left.stdout).unwrap();
    let pack = &report["packs"][0];
    assert_eq!((report["as_of"].as_str(), pack["folder"].as_str()), (Some("2026-12-01"), Some("a finding")));
    assert_eq!(pack["name"], "bmj-2025-chronic-spine-pain");
    assert!(pack["digest"].as_str().unwrap().starts_with("sha256:"));
    for count in ["stages", "rules", "paths", "questions", "diagram_nodes", "load_ms", "check_ms"] {
        assert!(pack[count].is_u64(), "{count}: {pack:#}");
    }
    let finding = &report["findings"][0];
    assert_eq!(finding["path"], "a finding/6-access/under-18.rhai");
    // Columns count characters.
    let place = ["line", "column", "end_line", "end_column"].map(|name| finding[name].as_u64().unwrap());
    assert_eq!(place, [5, 38, 5, 52]);
    assert_eq!((finding["level"].as_str(), finding["witness"].is_null()), (Some("warning"), true));
    let fault = &report["faults"][0];
    assert_eq!(fault["path"], "fault/13-recommendation/epidural.rhai");
    assert_eq!((fault["code"].as_str(), fault["level"].as_str()), (Some("rule::unknown_function"), Some("error")));
    assert_eq!(fault["help"], "did you mean `is_epidural`?");
}

#[test]
fn sarif_is_what_code_scanning_reads() {
    let folder = folder("sarif_is");
    let left = folder.check(&["--format", "sarif"]);
    assert_eq!((left.code, left.stderr.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&left.stdout).unwrap();
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (2, 2), "{report:#}");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_ne!(rule["shortDescription"]["text"], rule["id"], "each code has its sentence");
    }
    let warning = results.iter().find(|result| result["level"] == "warning").unwrap();
    let place = &warning["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20finding/6-access/under-18.rhai");
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    // Columns count UTF-16: one more than characters, for the letter beyond the first plane.
    assert_eq!((&place["region"]["startColumn"], &place["region"]["endColumn"]), (&Value::from(39), &Value::from(53)));
    // Where there is nothing to check, that is a result too.
    let empty = Folder::new("sarif_is_empty").check(&["--format", "sarif"]);
    let report: Value = serde_json::from_str(&empty.stdout).unwrap();
    assert_eq!((empty.code, &report["runs"][0]["results"][0]["ruleId"]), (1, &Value::from("shelf::empty")));
}
