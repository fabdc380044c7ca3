//! `POST /v1/questionnaire`, and answers that come with their claim.

use serde_json::{Value, json};

use crate::{
    requests::{BIRTH_DATE, MEMBER, allowed, csv, denied, fhir_claim, flagged, rejected},
    server::Server,
};

const PATH: &str = "/v1/questionnaire";
const ACUTE: &str = "2026-02-20";

fn undated(id: &str) -> Value {
    let mut claim = fhir_claim(id);
    claim.as_object_mut().unwrap().remove("supportingInfo");
    claim
}

/// Of an adult; the line of business is asked only where the pain is chronic.
fn answers(id: &str, onset: &str) -> Value {
    let answer = |link: &str, value: Value| json!({"linkId": format!("request/{link}"), "answer": [value]});
    let mut items = vec![
        answer("patient.birth_date", json!({"valueDate": BIRTH_DATE})),
        answer("onset_date", json!({"valueDate": onset})),
    ];
    if onset != ACUTE {
        let plan = json!({"system": "urn:claimgate:fact:coverage.line_of_business", "code": "commercial"});
        items.push(answer("coverage.line_of_business", json!({"valueCoding": plan})));
    }
    json!({"resourceType": "QuestionnaireResponse", "status": "completed",
           "questionnaire": format!("urn:claimgate:questionnaire:{id}"), "item": items})
}

fn bundle(resources: &[Value]) -> String {
    let entries: Vec<Value> = resources.iter().map(|resource| json!({"resource": resource})).collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string()
}

#[test]
fn one_request_gets_its_questionnaire_or_nothing() {
    let server = Server::usual();
    let answer = server.post(PATH, "application/json", flagged("C-1").to_string());
    assert_eq!((answer.status, answer.media.as_str()), (200, "application/fhir+json"));
    let asked = answer.json();
    assert_eq!(
        (&asked["resourceType"], &asked["item"][0]["item"][0]["linkId"]),
        (&json!("Questionnaire"), &json!("request/onset_date"))
    );
    assert!(!answer.text.contains(BIRTH_DATE) && !answer.text.contains(MEMBER), "{}", answer.text);
    for settled in [denied("C-2"), allowed("C-3")] {
        let answer = server.post(PATH, "application/json", settled.to_string());
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    assert_eq!(server.post(PATH, "application/json", rejected("C-4").to_string()).status, 422);
    assert_eq!(server.post(PATH, "application/json", "{").status, 400);
    assert_eq!(server.get(PATH).status, 405);
}

#[test]
fn several_requests_get_a_bundle() {
    let server = Server::usual();
    let body = json!([flagged("C-1"), denied("C-2"), rejected("C-3"), flagged("C-4")]);
    let answer = server.post(PATH, "application/json", body.to_string());
    let bundle = answer.json();
    let entries = bundle["entry"].as_array().unwrap();
    let urls: Vec<&str> = entries.iter().map(|entry| entry["fullUrl"].as_str().unwrap()).collect();
    assert_eq!(urls[..2], ["urn:claimgate:questionnaire:C-1", "urn:claimgate:questionnaire:C-4"]);
    assert_eq!((entries.len(), &bundle["type"]), (3, &json!("collection")));
    let outcome = &entries[2]["resource"];
    assert_eq!(
        (&outcome["resourceType"], &outcome["issue"][0]["severity"]),
        (&json!("OperationOutcome"), &json!("error"))
    );
    let nothing = server.post(PATH, "text/csv", csv(&["C-1"])).json();
    assert_eq!((&nothing["resourceType"], nothing.get("entry")), (&json!("Bundle"), None));
}

#[test]
fn answers_in_the_bundle_of_their_claim_decide_it() {
    let server = Server::usual();
    let decide = |day: &str| server.decide("application/fhir+json", bundle(&[undated("C-1"), answers("C-1", day)]));
    let before = server.decide("application/fhir+json", bundle(&[undated("C-1")]));
    assert_eq!(before["lines"][0]["needs"][1]["fact"], "line.months_since_onset", "{before}");
    let after = decide("2025-09-01");
    assert_eq!((&after["verdict"], after.get("faults")), (&json!("deny"), None));
    let evidence = after["lines"][0]["findings"][0]["evidence"].as_array().unwrap();
    assert!(evidence.iter().any(|one| one["source"] == "QuestionnaireResponse.item[request/onset_date]"), "{after}");
    assert_eq!(decide(ACUTE)["verdict"], "allow");
    let unread = decide("soon");
    assert_eq!((&unread["verdict"], &unread["faults"][0]["code"]), (&json!("flag"), &json!("answers::unreadable")));
    let place = unread["faults"][0]["place"].as_str().unwrap();
    assert!(place.ends_with("QuestionnaireResponse.item[request/onset_date]"), "{place}");
    // The questionnaire of a claim that was answered asks nothing more.
    let settled = server.post(PATH, "application/fhir+json", bundle(&[undated("C-1"), answers("C-1", "2025-09-01")]));
    assert_eq!(settled.status, 204);
    let lines = format!("{}\n{}\n", bundle(&[undated("C-1"), answers("C-1", "2025-09-01")]), undated("C-2"));
    let answer = server.post("/v1/decisions", "application/fhir+ndjson", lines);
    let verdicts: Vec<Value> =
        answer.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["verdict"].clone()).collect();
    assert_eq!(verdicts, [json!("deny"), json!("flag")]);
    let other = server.decide("application/fhir+json", bundle(&[undated("C-1"), answers("C-9", "2025-09-01")]));
    assert_eq!(other["faults"][0]["code"], "answers::no_request");
}
