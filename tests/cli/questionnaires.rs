//! Questionnaires into a folder, answers out of files.

use serde_json::{Value, json};

use super::{Folder, allowed, decide, denied, flagged};

fn answers(id: &str, day: &str) -> Value {
    json!({"resourceType": "QuestionnaireResponse", "status": "completed",
           "identifier": {"system": "urn:claimgate:request", "value": id},
           "item": [{"linkId": "request", "item": [{"linkId": "request/onset_date", "answer": [{"valueDate": day}]}]}]})
}

#[test]
fn what_is_missing_is_asked_and_the_answers_decide() {
    let folder = Folder::new("questionnaires");
    let to = folder.0.join("asked");
    let to = to.to_str().unwrap();
    let left = decide(&["--questionnaire", to], &[allowed(), flagged(), denied()]);
    assert!(left.stdout.ends_with(&format!("1 questionnaire written to {to}\n")), "{}", left.stdout);
    let file = folder.0.join("asked/C-flag.questionnaire.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("1973"), "no birth date: {text}");
    let asked: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(asked["item"][0]["item"][0]["linkId"], "request/onset_date");
    let decided = |day: &str| {
        let file = folder.file("answers.json", answers("C-flag", day).to_string());
        let left = decide(&["--json", "--answers", &file], &[flagged()]);
        let decision: Value = serde_json::from_str(&left.stdout).unwrap();
        (left.code, decision["lines"][0]["verdict"].as_str().unwrap().to_owned(), left.stderr)
    };
    let (code, verdict, _) = decided("2025-09-01");
    assert_eq!((code, verdict.as_str()), (2, "deny"));
    let (code, verdict, _) = decided("2026-02-20");
    assert_eq!((code, verdict.as_str()), (0, "allow"));
    let (code, verdict, told) = decided("2026");
    assert_eq!((code, verdict.as_str()), (1, "flag"), "nothing is guessed");
    assert!(told.contains("answers.json: QuestionnaireResponse.item[request/onset_date]"), "{told}");
    assert!(!told.contains("\"2026\""), "{told}");
}

#[test]
fn an_answer_names_its_place_in_the_rationale() {
    let folder = Folder::new("answered");
    let file = folder
        .file("answers.ndjson", format!("{}\n{}\n", answers("C-flag", "2025-09-01"), answers("C-none", "2025-09-01")));
    let left = decide(&["--answers", &file], &[flagged()]);
    let flat: String = left.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("6 calendar months at QuestionnaireResponse.item[request/onset_date]"), "{}", left.stdout);
    // The second line is for a request that never came.
    assert!(flat.contains("answers.ndjson: line 2: QuestionnaireResponse"), "{}", left.stdout);
    assert!(flat.contains("1 answers::no_request"), "{}", left.stdout);
    assert_eq!(left.code, 1);
}

#[test]
fn a_file_that_is_not_ours_is_left_as_it_is() {
    let folder = Folder::new("foreign");
    let foreign = folder.file("C-flag.questionnaire.json", "{\"resourceType\": \"Questionnaire\"}");
    let to = folder.0.to_str().unwrap();
    let left = decide(&["--questionnaire", to], &[flagged()]);
    assert_eq!(left.code, 1);
    assert!(left.stdout.contains("questionnaire::not_written"), "{}", left.stdout);
    assert!(left.stdout.ends_with(&format!("0 questionnaires written to {to}\n")), "{}", left.stdout);
    assert_eq!(std::fs::read_to_string(foreign).unwrap(), "{\"resourceType\": \"Questionnaire\"}");
    // One of ours is written over.
    let to = folder.0.join("own");
    for _ in 0..2 {
        let left = decide(&["--summary", "--questionnaire", to.to_str().unwrap()], &[flagged()]);
        assert!(left.stdout.contains("1 questionnaire written"), "{}", left.stdout);
    }
}
