//! What can be read: the front page, the probes, the packs.

use std::sync::Arc;

use arc_swap::ArcSwap;
use claimgate::{config::ServerConfig, desk::Desk};
use serde_json::{Value, json};

use crate::{
    requests::{call, denied},
    server::Server,
};

const PACK: &str = "bmj-2025-chronic-spine-pain";

fn without_packs() -> Server {
    Server::with(ServerConfig::default(), Arc::new(ArcSwap::from_pointee(Desk::new(Vec::new()))))
}

#[test]
fn the_front_page_lists_the_routes() {
    let server = Server::usual();
    let page = server.get("/");
    assert_eq!((page.status, page.media.as_str()), (200, "text/plain; charset=utf-8"));
    for route in
        ["/v1/decisions", "/v1/questionnaire", "/v1/packs/{name}", "/cds-services/{id}/feedback", "/healthz", "/readyz"]
    {
        assert!(page.text.contains(route), "{}", page.text);
    }
    assert_eq!(server.send("HEAD", "/", &[], b"").status, 200);
}

#[test]
fn the_probes() {
    let server = Server::usual();
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
    let empty = without_packs();
    assert_eq!(empty.get("/healthz").status, 200);
    let unready = empty.get("/readyz");
    assert_eq!((unready.status, unready.header("retry-after")), (503, Some("1")));
    assert_eq!(unready.json()["type"], "urn:claimgate:problem:not-ready");
}

/// Without packs everything would be allowed, so nothing is.
#[test]
fn a_server_without_packs_decides_nothing() {
    let empty = without_packs();
    let answer = empty.post("/v1/decisions", "application/json", denied("C-1").to_string());
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    let path = "/cds-services/claimgate-order-sign";
    let answer = empty.post(path, "application/json", call("order-sign", "62323", "2025-09-01").to_string());
    assert_eq!((answer.status, &answer.json()["resourceType"]), (503, &json!("OperationOutcome")));
}

#[test]
fn packs_are_listed() {
    let list = Server::usual().get("/v1/packs").json();
    let pack = &list["packs"][0];
    assert_eq!((&pack["name"], &pack["period"]), (&json!(PACK), &json!({"from": "2025-02-19"})));
    assert!(pack["digest"].as_str().unwrap().starts_with("sha256:"));
}

#[test]
fn a_pack_tells_all_of_itself() {
    let server = Server::usual();
    let pack = server.get(&format!("/v1/packs/{PACK}")).json();
    let named = |list: &str, name: &str| -> Value {
        let key = if list == "reasons" { "id" } else { "name" };
        pack[list].as_array().unwrap().iter().find(|one| one[key] == name).unwrap_or(&Value::Null).clone()
    };
    assert_eq!(pack["source"]["doi"], "10.1136/bmj-2024-079970");
    assert_eq!((&pack["source"]["uses"]["birth_date"], &pack["source"]["uses"]["race"]), (&json!(true), &json!(false)));
    assert_eq!(pack["source"]["uses"].as_object().unwrap().len(), 9);
    let thoracic = named("parameters", "thoracic");
    assert_eq!((&thoracic["default"], &thoracic["value"]), (&json!("flag"), &json!("flag")));
    assert_eq!(thoracic["takes"], "one of flag, include");
    let stage = named("stages", "recommendation");
    let epidural = stage["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "epidural").unwrap();
    assert!(epidural["paths"].as_u64().unwrap() > 1 && !epidural["about"].as_str().unwrap().is_empty(), "{epidural}");
    assert!(!epidural["cites"].as_array().unwrap().is_empty());
    assert_eq!(named("stages", "limit")["is_limit"], true);
    let set = named("value_sets", "epidural_low");
    assert_eq!(set["axis"], "procedure");
    let rows = set["rows"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["system"] == "cpt" && (row["code"] == "62323" || row["prefix"] == "62323")),
        "{set}"
    );
    let union = named("value_sets", "epidural");
    assert_eq!((&union["union_of"][0], &union["rows"]), (&json!("epidural_low"), &Value::Null), "{union}");
    assert_eq!(named("reasons", "epidural-recommended-against")["carc"], "50");
    assert_eq!(pack["citations"]["rec-axial-epidural"]["strength"], "strong against");
}
