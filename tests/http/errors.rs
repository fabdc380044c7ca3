//! Everything that gets no decision, and what it is told.

use serde_json::{Value, json};

use crate::{
    requests::{denied, fhir_claim, rejected, x12},
    server::{Answer, Server},
};

/// A problem of RFC 9457 with this status and type.
fn is_problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!((answer.status, answer.media.as_str()), (status, "application/problem+json"), "{answer:?}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:claimgate:problem:{kind}"));
    assert_eq!(problem["status"], status);
    assert!(["title", "detail"].iter().all(|name| problem[name].as_str().is_some_and(|text| !text.is_empty())));
    let instance = format!("urn:uuid:{}", answer.header("x-request-id").unwrap());
    assert_eq!(problem["instance"], instance);
    problem
}

fn is_outcome(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!((answer.status, answer.media.as_str()), (status, "application/fhir+json"), "{answer:?}");
    let outcome = answer.json();
    assert_eq!(
        (&outcome["resourceType"], &outcome["issue"][0]["severity"]),
        (&json!("OperationOutcome"), &json!("error"))
    );
    assert_eq!(outcome["issue"][0]["code"], code, "{outcome}");
    outcome
}

#[test]
fn a_rejected_request_names_the_field() {
    let server = Server::usual();
    let answer = server.post("/v1/decisions", "application/json", rejected("C-1").to_string());
    let problem = is_problem(&answer, 422, "rejected");
    let error = &problem["errors"][0];
    assert_eq!((&error["field"], &error["code"]), (&json!("lines[0].procedre"), &json!("json::unknown_field")));
    assert_eq!(error["help"], "did you mean `procedure`?");
    let mut claim = fhir_claim("C-1");
    claim["item"] = json!("one");
    let answer = server.post("/v1/decisions", "application/fhir+json", claim.to_string());
    let outcome = is_outcome(&answer, 422, "invalid");
    assert!(outcome["issue"][0]["expression"][0].as_str().unwrap().starts_with("Claim.item"), "{outcome}");
    let nothing = json!({"resourceType": "Bundle", "type": "collection", "entry": []});
    is_outcome(&server.post("/v1/decisions", "application/fhir+json", nothing.to_string()), 422, "invalid");
    let remittance = x12(&["C-1"]).replace("ST*837*", "ST*835*");
    let answer = server.post("/v1/decisions", "application/edi-x12", remittance);
    let problem = is_problem(&answer, 422, "rejected");
    assert!(problem["errors"][0]["segment"].as_str().unwrap().contains("segment"), "{problem}");
}

#[test]
fn a_body_that_cannot_be_read_is_malformed() {
    let server = Server::usual();
    let malformed = |media: &str, body: &[u8]| is_problem(&server.post("/v1/decisions", media, body), 400, "malformed");
    let problem = malformed("application/json", b"{\"id\": \"C-1\", ");
    assert_eq!(problem["errors"][0]["code"], "json::not_json");
    malformed("application/json", b"{\"id\": \"\xff\"}");
    malformed("application/json", b"");
    malformed("application/json", b"[");
    malformed("application/json", format!("{} {}", denied("C-1"), denied("C-2")).as_bytes());
    malformed("application/json", "[".repeat(100_000).as_bytes());
    let answer = server.post("/v1/decisions", "application/fhir+json", "{");
    is_outcome(&answer, 400, "structure");
    let empty = server.post("/v1/decisions", "application/json", "[]");
    is_problem(&empty, 422, "rejected");
}

#[test]
fn content_types_that_are_not_known_are_told_which_are() {
    let server = Server::usual();
    let check = |head: &[(&str, &str)]| {
        let answer = server.send("POST", "/v1/decisions", head, denied("C-1").to_string().as_bytes());
        (is_problem(&answer, 415, "unknown-content-type"), answer)
    };
    let (problem, answer) = check(&[("content-type", "text/xml")]);
    assert!(problem["detail"].as_str().unwrap().contains("`application/edi-x12`"), "{problem}");
    assert!(answer.header("accept").unwrap().contains("application/fhir+json"));
    check(&[]);
    check(&[("content-type", "application/json; charset=latin1")]);
    let (_, answer) = check(&[("content-type", "application/json"), ("content-encoding", "gzip")]);
    assert_eq!(answer.header("accept-encoding"), Some("identity"));
    is_outcome(&server.post("/v1/decisions", "application/fhir+xml", "<Claim/>"), 415, "not-supported");
    is_outcome(&server.post("/cds-services/claimgate-order-sign", "text/plain", "{}"), 415, "not-supported");
}

#[test]
fn paths_and_methods() {
    let server = Server::usual();
    is_problem(&server.get("/v1/nothing"), 404, "not-found");
    is_problem(&server.get("/v1/packs/"), 404, "not-found");
    let problem = is_problem(&server.get("/v1/packs/bmj-2025-chronic-spin-pain"), 404, "not-found");
    assert!(problem["detail"].as_str().unwrap().ends_with("did you mean `bmj-2025-chronic-spine-pain`?"), "{problem}");
    is_problem(&server.get("/v1/packs/%FF%00"), 404, "not-found");
    let outcome = is_outcome(&server.post("/cds-services/order-sing", "application/json", "{}"), 404, "not-found");
    assert!(outcome["issue"][0]["details"]["text"].as_str().unwrap().contains("claimgate-order-sign"), "{outcome}");
    is_outcome(&server.get("/cds-services/x/y/z"), 404, "not-found");
    let check = |method: &str, path: &str, allowed: &str| {
        let answer = server.send(method, path, &[], b"");
        is_problem(&answer, 405, "method-not-allowed");
        assert_eq!(answer.header("allow"), Some(allowed));
    };
    // This server keeps no ledger.
    is_problem(&server.get("/v1/decisions"), 404, "not-found");
    check("DELETE", "/v1/decisions", "GET, HEAD, POST");
    check("POST", "/v1/packs", "GET, HEAD");
    check("PURGE", "/healthz", "GET, HEAD");
    is_outcome(&server.get("/cds-services/claimgate-order-sign"), 405, "not-supported");
}
