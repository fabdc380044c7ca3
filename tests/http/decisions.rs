//! `POST /v1/decisions`, format by format.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    requests::{allowed, bundle, csv, denied, fhir_claim, flagged, rejected, x12},
    server::Server,
};

/// Request id and verdict of each decision.
fn verdicts(decisions: &Value) -> Vec<(&str, &str)> {
    let decisions = decisions.as_array().unwrap().iter();
    decisions
        .map(|decision| (decision["request_id"].as_str().unwrap(), decision["verdict"].as_str().unwrap()))
        .collect()
}

/// in, allowed, flagged, denied, rejected
fn accounting(count: [u64; 5]) -> Value {
    let [read, allowed, flagged, denied, rejected] = count;
    json!({"in": read, "allowed": allowed, "flagged": flagged, "denied": denied, "rejected": rejected, "balanced": true})
}

fn accounting_of(answer: &Value) -> (Value, Value) {
    let mut claims = answer["accounting"].clone();
    let lines = claims.as_object_mut().unwrap().remove("lines").unwrap();
    (claims, lines)
}

#[test]
fn one_request_gets_one_decision() {
    let server = Server::usual();
    let decision = server.decide("application/json", denied("C-1").to_string());
    assert_eq!((&decision["request_id"], &decision["verdict"]), (&json!("C-1"), &json!("deny")));
    assert_eq!(decision["requires_clinician_signoff"], true);
    let finding = &decision["lines"][0]["findings"][0];
    assert_eq!(finding["reason"], "epidural-recommended-against");
    assert_eq!(finding["adjustment"], json!({"group": "CO", "carc": "50"}));
    assert_eq!(finding["citation"]["doi"], "10.1136/bmj-2024-079970");
    assert!(finding["evidence"].as_array().unwrap().iter().any(|e| e["source"] == "lines[0].procedure"), "{finding}");
    let other = server.decide("application/json", flagged("C-2").to_string());
    assert_eq!(other["verdict"], "flag");
    assert_eq!(other["lines"][0]["needs"][0]["fact"], "line.months_since_onset");
    let third = server.decide("application/json; charset=utf-8", allowed("C-3").to_string());
    assert_eq!(third["verdict"], "allow");
    let ids: BTreeSet<&str> = [&decision, &other, &third].iter().map(|d| d["decision_id"].as_str().unwrap()).collect();
    assert!(
        ids.len() == 3 && ids.iter().all(|id| id.split('-').nth(2).is_some_and(|part| part.starts_with('7'))),
        "{ids:?}"
    );
}

#[test]
fn an_array_gets_every_answer_and_the_accounting() {
    let server = Server::usual();
    let body = json!([denied("C-1"), rejected("C-2"), allowed("C-3"), flagged("C-4")]);
    let answer = server.decide("application/json", body.to_string());
    assert_eq!(verdicts(&answer["decisions"]), [("C-1", "deny"), ("C-3", "allow"), ("C-4", "flag")]);
    let reject = &answer["rejects"][0];
    assert_eq!((&reject["rejected"], &reject["request_id"]), (&json!(true), &json!("C-2")));
    assert_eq!(reject["place"], "[1]: lines[0].procedre");
    assert_eq!(reject["help"], "did you mean `procedure`?");
    assert_eq!(answer["faults"], json!([]));
    assert_eq!(accounting_of(&answer), (accounting([4, 1, 1, 1, 1]), accounting([4, 1, 1, 1, 1])));
    let one = server.decide("application/json", format!(" \n[{}]", denied("C-1")));
    assert_eq!(verdicts(&one["decisions"]), [("C-1", "deny")]);
}

#[test]
fn lines_get_lines() {
    let server = Server::usual();
    let body = format!("{}\n\n{}\nnot json\n{}", denied("C-1"), rejected("C-2"), allowed("C-3"));
    let answer = server.post("/v1/decisions", "application/x-ndjson", body);
    assert_eq!((answer.status, answer.media.as_str()), (200, "application/x-ndjson"));
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&Value, &Value)> = lines.iter().map(|line| (&line["verdict"], &line["rejected"])).collect();
    let (nothing, yes) = (&Value::Null, &json!(true));
    assert_eq!(told, [(&json!("deny"), nothing), (nothing, yes), (nothing, yes), (&json!("allow"), nothing)]);
    assert_eq!(lines[1]["place"], "body:3: lines[0].procedre");
    assert_eq!(lines[2]["code"], "json::not_json");
}

#[test]
fn fhir_is_read_alone_in_a_bundle_and_by_lines() {
    let server = Server::usual();
    let media = "application/fhir+json";
    let alone = server.decide(media, bundle(&["C-1"]).to_string());
    assert_eq!((&alone["request_id"], &alone["verdict"]), (&json!("C-1"), &json!("deny")));
    let source = &alone["lines"][0]["findings"][0]["evidence"][0]["source"];
    assert_eq!(source, "Claim.item[0].productOrService");
    let several = server.decide(media, bundle(&["C-1", "C-2"]).to_string());
    assert_eq!(verdicts(&several["decisions"]), [("C-1", "deny"), ("C-2", "deny")]);
    assert_eq!(accounting_of(&several).0, accounting([2, 0, 0, 2, 0]));
    let lines = format!("{}\n{}\n", bundle(&["C-1"]), fhir_claim("C-2"));
    let lines = server.post("/v1/decisions", "application/fhir+ndjson", lines);
    let ids: Vec<Value> =
        lines.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["request_id"].clone()).collect();
    assert_eq!(ids, ["C-1", "C-2"]);
}

#[test]
fn x12_small_and_large() {
    let server = Server::usual();
    let answer = server.decide("application/edi-x12", x12(&["C-1", "C-2"]));
    assert_eq!(verdicts(&answer["decisions"]), [("C-1", "deny"), ("C-2", "deny")]);
    assert_eq!(answer["faults"], json!([]));
    assert_eq!(accounting_of(&answer), (accounting([2, 0, 0, 2, 0]), accounting([2, 0, 0, 2, 0])));
    // Too much for one worker to do between two connections.
    let names: Vec<String> = (0..400).map(|number| format!("C-{number}")).collect();
    let large = x12(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(large.len() > 32 * 1024);
    let answer = server.decide("application/edi-x12", &large);
    assert_eq!(accounting_of(&answer).0, accounting([400, 0, 0, 400, 0]));
    // Cut off within a claim: what could be read is decided, and the fault is told.
    let answer = server.decide("application/edi-x12", large.split_at(large.len() / 2).0);
    let (claims, _) = accounting_of(&answer);
    assert_eq!(claims["balanced"], true);
    assert!(claims["denied"].as_u64().unwrap() > 150, "{claims}");
    let told = [&answer["faults"], &answer["rejects"]].map(|list| list.as_array().unwrap().len());
    assert!(told.iter().sum::<usize>() > 0, "{told:?}");
}

#[test]
fn tables_are_read() {
    let answer = Server::usual().decide("text/csv", csv(&["C-1", "C-2"]));
    assert_eq!(verdicts(&answer["decisions"]), [("C-1", "deny"), ("C-2", "deny")]);
}
