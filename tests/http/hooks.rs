//! CDS Hooks, as an EHR calls it.

use claimgate::config::ServerConfig;
use serde_json::{Value, json};

use crate::{
    requests::{HOOK_INSTANCE, call},
    server::{Answer, Server},
};

const SIGN: &str = "/cds-services/claimgate-order-sign";
const SELECT: &str = "/cds-services/claimgate-order-select";

fn cards(server: &Server, path: &str, call: &Value) -> Vec<Value> {
    let answer = server.post(path, "application/json", call.to_string());
    assert_eq!((answer.status, answer.media.as_str()), (200, "application/json"), "{answer:?}");
    answer.json()["cards"].as_array().unwrap().clone()
}

#[test]
fn discovery_names_the_services() {
    let services = Server::usual().get("/cds-services").json()["services"].clone();
    let named: Vec<(&Value, &Value)> =
        services.as_array().unwrap().iter().map(|service| (&service["hook"], &service["id"])).collect();
    let (sign, select) = (json!("claimgate-order-sign"), json!("claimgate-order-select"));
    assert_eq!(named, [(&json!("order-sign"), &sign), (&json!("order-select"), &select)]);
}

#[test]
fn a_denied_order_gets_one_warning_and_an_allowed_one_none() {
    let config = ServerConfig { public_url: Some("https://gate.example".to_owned()), ..ServerConfig::default() };
    let server = Server::start(config);
    let denied = cards(&server, SIGN, &call("order-sign", "62323", "2025-09-01"));
    assert_eq!(denied.len(), 1);
    let card = &denied[0];
    assert_eq!(card["indicator"], "warning");
    assert!(card["summary"].as_str().unwrap().chars().count() < 140);
    assert!(card["detail"].as_str().unwrap().starts_with("**Deny**"), "{card}");
    assert_eq!(card["source"]["url"], "https://doi.org/10.1136/bmj-2024-079970");
    assert_eq!(card["links"][0]["url"], "https://gate.example/v1/packs/bmj-2025-chronic-spine-pain");
    assert!(!card["overrideReasons"].as_array().unwrap().is_empty());
    assert!(cards(&server, SIGN, &call("order-sign", "62323", "2026-02-20")).is_empty());
    assert!(cards(&server, SIGN, &call("order-sign", "99213", "2025-09-01")).is_empty());
    assert_eq!(cards(&server, SELECT, &call("order-select", "62323", "2025-09-01")).len(), 1);
}

#[test]
fn what_was_not_judged_is_told() {
    let server = Server::usual();
    let mut call = call("order-sign", "62323", "2025-09-01");
    let drug = json!({"resource": {"resourceType": "MedicationRequest", "id": "m1"}});
    call["context"]["draftOrders"]["entry"].as_array_mut().unwrap().push(drug);
    let answer = server.post(SIGN, "application/json", call.to_string()).json();
    assert_eq!(answer["cards"].as_array().unwrap().len(), 1);
    assert_eq!(answer["extension"]["claimgate.faults"][0]["code"], "cds_hooks::not_judged");
}

#[test]
fn a_call_that_breaks_the_rules_is_told_which() {
    let server = Server::usual();
    let check = |body: String, path: Option<&str>| {
        let answer = server.post(SIGN, "application/json", body);
        assert_eq!((answer.status, answer.media.as_str()), (400, "application/fhir+json"), "{answer:?}");
        let outcome = answer.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        assert_eq!(outcome["issue"][0]["expression"][0].as_str(), path, "{outcome}");
    };
    check(call("order-select", "62323", "2025-09-01").to_string(), Some("hook"));
    let mut without = call("order-sign", "62323", "2025-09-01");
    without["context"].as_object_mut().unwrap().remove("patientId");
    check(without.to_string(), Some("context.patientId"));
    check(String::new(), None);
}

#[test]
fn feedback_is_read_and_answered_with_nothing() {
    let server = Server::usual();
    let path = format!("{SIGN}/feedback");
    let send = |body: Value| -> Answer { server.post(&path, "application/json", body.to_string()) };
    let report = json!({"card": HOOK_INSTANCE, "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:00:00Z",
        "overrideReason": {"reason": {"code": "part-of-trial", "system": "urn:claimgate:override-reason"}, "userComment": "words"}});
    let answer = send(json!({"feedback": [report, {"card": "x", "outcome": "accepted"}]}));
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let check = |body: Value, field: &str| {
        let answer = send(body);
        assert_eq!((answer.status, &answer.json()["issue"][0]["expression"][0]), (400, &json!(field)));
    };
    check(json!({}), "feedback");
    check(json!({"feedback": [{"outcome": "accepted"}]}), "feedback[0].card");
    check(json!({"feedback": [{"card": "x", "outcome": "liked"}]}), "feedback[0].outcome");
    assert_eq!(server.post(&path, "application/json", "no").status, 400);
    assert_eq!(server.post("/cds-services/other/feedback", "application/json", "{}").status, 404);
}

#[test]
fn browsers_of_named_origins_may_call() {
    let config = ServerConfig { cors_origins: vec!["https://ehr.example".to_owned()], ..ServerConfig::default() };
    let server = Server::start(config);
    let ours = ("origin", "https://ehr.example");
    let preflight = |server: &Server, path: &str, origin: (&str, &str)| {
        server.send("OPTIONS", path, &[origin, ("access-control-request-method", "POST")], b"")
    };
    for path in ["/cds-services", SIGN, "/cds-services/claimgate-order-sign/feedback"] {
        let answer = preflight(&server, path, ours);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("https://ehr.example")));
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, OPTIONS"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization, content-type, accept"));
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
    let body = call("order-sign", "62323", "2025-09-01").to_string();
    let json = ("content-type", "application/json");
    let answer = server.send("POST", SIGN, &[ours, json], body.as_bytes());
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("https://ehr.example")));
    // Errors too, or a browser could not read why.
    let answer = server.send("POST", SIGN, &[ours, json], b"{}");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (400, Some("https://ehr.example")));
    let other = ("origin", "https://other.example");
    assert_eq!(preflight(&server, SIGN, other).header("access-control-allow-origin"), None);
    assert_eq!(server.send("POST", SIGN, &[other, json], body.as_bytes()).header("access-control-allow-origin"), None);
    // No origin is allowed where none is named, and no other path answers preflights.
    assert_eq!(preflight(&Server::usual(), SIGN, ours).header("access-control-allow-origin"), None);
    assert_eq!(preflight(&server, "/v1/decisions", ours).status, 405);
}
