//! What `rules check` proves of all lines: each trial breaks the spine pain pack in one way and gets
//! that one finding, and where a request shows it, the request.

use serde_json::Value;

use super::Folder;

const ALLOWS: &str = "//! Epidurals are fine.\n//! cites: rec-axial-epidural\n\nif line.procedure in epidural { return allow(\"not-spine-pain\"); }\npass()\n";

/// The findings after `edits`, as code and message, and whether a request shows them.
fn found(trial: &str, edits: &[(&str, &str, &str)]) -> Vec<(String, String, bool)> {
    let folder = Folder::new(trial);
    folder.pack("spine", edits);
    let left = folder.check(&["--format", "json"]);
    let report: Value = serde_json::from_str(&left.stdout).unwrap();
    assert_eq!(report["faults"].as_array().unwrap().len(), 0, "{report:#}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |finding: &Value| {
        assert!(finding["help"].is_string() && finding["path"].is_string(), "{finding:#}");
        (text(&finding["code"]), text(&finding["message"]), finding["witness"]["lines"].is_array())
    };
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

fn check(trial: &str, edits: &[(&str, &str, &str)], code: &str, says: &str, is_shown: bool) {
    let found = found(trial, edits);
    let [(found_code, message, shown)] = found.as_slice() else { panic!("not one finding: {found:#?}") };
    assert_eq!((found_code.as_str(), *shown), (code, is_shown), "{message}");
    assert!(message.contains(says), "{message}");
}

fn property(lines: &str) -> String {
    format!("[[properties]]\nsays = \"a claim\"\n{lines}\n\n[[properties]]\nsays = \"nobody under 18")
}

const FIRST: &str = "[[properties]]\nsays = \"nobody under 18";

#[test]
fn a_rule_that_an_earlier_stage_always_settles() {
    let again = "//! Voided again.\n//! cites: coding-data\n\nif request.frequency == \"void\" { return flag(\"diagnosis-not-billable\"); }\npass()\n";
    check(
        "field_shadowed",
        &[("4-data/voided-again.rhai", "", again)],
        "proof::shadowed_rule",
        "`voided-again` never speaks: an earlier stage has settled every line",
        false,
    );
}

#[test]
fn a_limit_that_lowers_nothing() {
    let limit = "//! Lowers what is no denial.\n//! cites: population\n\nif patient.age_years < 18 { return at_most(\"flag\", \"thoracic-level\"); }\npass()\n";
    check(
        "field_idle_limit",
        &[("limit/under-age.rhai", "", limit)],
        "proof::shadowed_rule",
        "`under-age` never lowers a verdict",
        false,
    );
}

#[test]
fn a_rule_that_no_request_can_meet() {
    let rule = "//! Points to a fracture that is not there.\n//! cites: safety\n\nif line.diagnoses.any_in(spine_fracture) && !request.diagnoses.any_in(spine_fracture) {\n    return flag(\"spine-fracture\");\n}\npass()\n";
    check(
        "field_unreachable",
        &[("7-safety/ghost-fracture.rhai", "", rule)],
        "proof::unreachable_rule",
        "`ghost-fracture` never speaks: no request can give the answers",
        false,
    );
}

#[test]
fn two_rules_of_a_stage_that_disagree() {
    let edits = [("13-recommendation/epidural-fine.rhai", "", ALLOWS)];
    check("field_disagreement", &edits, "proof::disagreement", "`epidural-fine` allows what `epidural` of", true);
    // As it is meant, it is no finding.
    let meant = "[[disagreements]]\nallow = \"epidural-fine\"\ndeny = \"epidural\"\nwhy = \"a trial\"\n\n[[properties]]\nsays = \"nobody under 18";
    assert_eq!(found("field_declared", &[edits[0], ("pack.toml", FIRST, meant)]), []);
    check(
        "field_idle_disagreement",
        &[("pack.toml", FIRST, meant)],
        "proof::idle_disagreement",
        "never disagree",
        false,
    );
}

#[test]
fn properties_that_do_not_hold() {
    let broken = |trial: &str, lines: &str, says: &str| {
        check(trial, &[("pack.toml", FIRST, &property(lines))], "proof::broken_property", says, true);
    };
    broken("field_never", "never = \"deny\"\nwhen = \"patient.age_years >= 65\"", "a line gets deny there");
    broken(
        "field_only",
        "only = \"deny\"\nif = [\"patient.age_years >= 18\", \"line.procedure in epidural\"]",
        "a line gets deny without `line.procedure in epidural`",
    );
    broken("field_adding", "adding = \"infection_any\"\nto = \"request.diagnoses\"", "makes a verdict worse");
    broken("field_rising", "rising = \"line.months_since_onset(spine_pain)\"", "more severe than from 0 on");
}

#[test]
fn properties_that_cannot_be_asked() {
    let unclear = |trial: &str, lines: &str, says: &str| {
        check(trial, &[("pack.toml", FIRST, &property(lines))], "proof::unclear_property", says, false);
    };
    unclear("field_no_fact", "never = \"deny\"\nwhen = \"patient.shoe_size > 40\"", "patient.shoe_size");
    unclear("field_no_question", "never = \"deny\"\nwhen = \"3 + 4\"", "it is no question");
    // What has no codes to add to, or no amount to rise, is not proved by having none.
    unclear("field_no_codes", "adding = \"epidural\"\nto = \"line.procedure\"", "is no set of codes");
    unclear("field_no_amount", "rising = \"stated.pain_type\"", "neither a quantity nor a day");
    unclear("field_no_set", "adding = \"moonlight\"\nto = \"request.diagnoses\"", "no value set `moonlight`");
}
