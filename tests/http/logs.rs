//! What the server says of its requests, and what it must never say.

use claimgate::config::ServerConfig;
use serde_json::{Value, json};

use crate::{
    requests::{BIRTH_DATE, HOOK_INSTANCE, MEMBER, NARRATIVE, allowed, bundle, call, csv, denied, rejected, x12},
    server::{Answer, Server, event_of, logged, until},
};

const SIGN: &str = "/cds-services/claimgate-order-sign";

fn check(answer: &Answer, method: &str, route: &str, lines: [u64; 3], rejects: u64) -> Value {
    let event = event_of(answer);
    let told = ["method", "route", "status", "lines_allowed", "lines_flagged", "lines_denied", "rejects"]
        .map(|name| event[name].clone());
    let [allowed, flagged, denied] = lines.map(Value::from);
    let expected = [json!(method), json!(route), json!(answer.status), allowed, flagged, denied, json!(rejects)];
    assert_eq!(told, expected, "{event}");
    assert!(event["duration_us"].is_u64() && event["message"] == "request", "{event}");
    event
}

#[test]
fn every_request_is_one_event() {
    let server = Server::usual();
    let decide = |media: &str, body: String| server.post("/v1/decisions?note=secret", media, body);
    let route = "/v1/decisions";
    check(&decide("application/json", denied("C-1").to_string()), "POST", route, [0, 0, 1], 0);
    let several = json!([denied("C-1"), allowed("C-2"), rejected("C-3")]).to_string();
    check(&decide("application/json", several), "POST", route, [1, 0, 1], 1);
    check(&decide("application/edi-x12", x12(&["C-1", "C-2"])), "POST", route, [0, 0, 2], 0);
    check(&decide("application/json", "{".to_owned()), "POST", route, [0; 3], 0);
    check(&server.get("/v1/packs/secret"), "GET", "/v1/packs/{name}", [0; 3], 0);
    check(&server.get("/secret/1973-05-01"), "GET", "none", [0; 3], 0);
    check(&server.send("SECRET", "/healthz", &[], b""), "other", "/healthz", [0; 3], 0);
    let hook = server.post(SIGN, "application/json", call("order-sign", "62323", "2025-09-01").to_string());
    let event = check(&hook, "POST", "/cds-services/{id}", [0, 0, 1], 0);
    assert_eq!(event["hook_instance"], HOOK_INSTANCE);
    // What is no UUID could be anything.
    let mut odd = call("order-sign", "62323", "2025-09-01");
    odd["hookInstance"] = json!("secret");
    let event = event_of(&server.post(SIGN, "application/json", odd.to_string()));
    assert_eq!(event.get("hook_instance"), None);
    assert!(!logged().contains("secret"));
}

#[test]
fn patient_data_is_never_logged() {
    let server = Server::start(ServerConfig { in_flight_max: 1, ..ServerConfig::default() });
    let mut answers = Vec::new();
    let mut send = |path: &str, media: &str, body: String| answers.push(server.post(path, media, body));
    let decisions = "/v1/decisions";
    send(decisions, "application/json", denied("C-1").to_string());
    send(decisions, "application/json", rejected("C-1").to_string());
    send(decisions, "application/json", denied("C-1").to_string().replace("\"F\"", &format!("[\"{NARRATIVE}\"]")));
    send(decisions, "application/json", denied("C-1").to_string().replace("\"id\"", &format!("\"{BIRTH_DATE}\"")));
    send(decisions, "application/json", denied("C-1").to_string() + "}");
    send(decisions, "application/fhir+json", bundle(&["C-1", "C-2"]).to_string());
    send(decisions, "application/fhir+json", bundle(&["C-1"]).to_string().replace("Claim\"", &format!("{MEMBER}\"")));
    send(decisions, "application/edi-x12", x12(&["C-1"]));
    send(decisions, "application/edi-x12", x12(&["C-1"]).replace("SE*", &format!("{MEMBER}*")));
    send(decisions, "text/csv", csv(&["C-1"]));
    send(decisions, "text/csv", csv(&["C-1"]).replace("claim_id", MEMBER));
    send(decisions, &format!("text/{MEMBER}"), denied("C-1").to_string());
    send(&format!("/v1/decisions?member={MEMBER}"), "application/json", denied("C-1").to_string());
    send(&format!("/v1/{MEMBER}/{BIRTH_DATE}"), "application/json", String::new());
    send(SIGN, "application/json", call("order-sign", "62323", "2025-09-01").to_string());
    send(SIGN, "application/json", call("order-sign", "62323", NARRATIVE).to_string());
    let feedback =
        json!({"feedback": [{"card": "x", "outcome": "overridden", "overrideReason": {"userComment": NARRATIVE}}]});
    send(&format!("{SIGN}/feedback"), "application/json", feedback.to_string());
    drop(server.connect(&format!("GET /{MEMBER} HTTP/1.1\r\nbad {BIRTH_DATE}\r\n\r\n")));
    // One that goes away within its body: it is logged before its place is free.
    let head =
        "POST /v1/decisions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n";
    let leaving = server.connect(&format!("{head}{{\"{MEMBER}\""));
    let probe = || server.get("/v1/packs").status;
    until("a full server", || probe() == 503);
    drop(leaving);
    until("a place", || probe() == 200);
    answers.iter().for_each(|answer| drop(event_of(answer)));
    let log = logged();
    for private in [BIRTH_DATE, "19730501", MEMBER, NARRATIVE, "dorsal root", "Invented", "INVENTED"] {
        assert!(!log.contains(private), "{private} was logged");
    }
    // Nor does an error repeat it to whoever reads the client's own logs.
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        for private in [BIRTH_DATE, MEMBER, NARRATIVE] {
            assert!(!answer.text.contains(private), "{private}: {answer:?}");
        }
    }
}
