//! A server that keeps a ledger, from outside.

use std::{fs, path::PathBuf, sync::Arc};

use claimgate::{
    http::Recorder,
    ledger::{Access, Keys, Ledger, Place, entry},
};
use serde_json::{Value, json};

use crate::{
    requests::{BIRTH_DATE, MEMBER, NARRATIVE, bundle, call, csv, denied, x12},
    server::{Server, event_of, logged},
};

const SIGN: &str = "/cds-services/claimgate-order-sign";

/// A ledger of its own, gone when the test ends.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Home {
        let folder = std::env::temp_dir().join(format!("claimgate-http-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        Home(folder)
    }

    fn recorder(&self, access: Access) -> Recorder {
        let key = self.0.join("key");
        let keys = Arc::new(Keys::read(&key).or_else(|_| Keys::create(&key)).unwrap());
        let member = entry::Key::new(keys.member());
        Recorder::new(Ledger::open(Place::File(self.0.join("ledger")), access, Some(keys)).unwrap(), member)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_card_names_the_decision_that_was_recorded() {
    let home = Home::new("cards");
    let server = Server::recording(home.recorder(Access::Record));
    let mut call = call("order-sign", "62323", "2025-09-01");
    let orders = call["context"]["draftOrders"]["entry"].as_array_mut().unwrap();
    let mut visit = orders[0].clone();
    visit["resource"]["id"] = json!("o2");
    visit["resource"]["code"]["coding"][0]["code"] = json!("99213");
    let drug = json!({"resource": {"resourceType": "MedicationRequest", "id": "m1"}});
    orders.extend([visit, drug]);
    let head = [("content-type", "application/json"), ("idempotency-key", "k-1")];
    let send = || server.send("POST", SIGN, &head, call.to_string().as_bytes());
    let first = send();
    let answer = first.json();
    let recorded = &answer["extension"]["claimgate.decisions"];
    let of_order = |place: usize, name: &str| recorded[place][name].as_str().unwrap();
    assert_eq!(answer["cards"].as_array().unwrap().len(), 1, "{answer:#}");
    assert_eq!(answer["cards"][0]["extension"]["claimgate.decision_id"], of_order(0, "decision_id"));
    assert_eq!(answer["extension"]["claimgate.faults"][0]["code"], "cds_hooks::not_judged");
    // An order without a card was decided too.
    for (place, (reference, verdict)) in
        [("ServiceRequest/o1", "deny"), ("ServiceRequest/o2", "allow")].iter().enumerate()
    {
        assert_eq!((of_order(place, "reference"), of_order(place, "verdict")), (*reference, *verdict));
        let id = of_order(place, "decision_id");
        let decision = server.get(&format!("/v1/decisions/{id}")).json();
        assert_eq!((decision["decision_id"].as_str(), decision["verdict"].as_str()), (Some(id), Some(*verdict)));
    }
    assert_eq!(send().text, first.text, "the same call is the same decisions");
    // Where nothing is recorded there is no id.
    let server = Server::usual();
    let answer = server.post(SIGN, "application/json", call.to_string()).json();
    assert_eq!(answer["cards"][0]["extension"].get("claimgate.decision_id"), None);
    assert_eq!(answer["extension"].get("claimgate.decisions"), None);
}

#[test]
fn a_ledger_that_fails_is_logged_once_and_says_nothing_of_patients() {
    let home = Home::new("fails");
    drop(home.recorder(Access::Record));
    // One that may only be read records nothing.
    let server = Server::recording(home.recorder(Access::Read));
    let decisions = "/v1/decisions";
    let mut narrated = denied("C-7731");
    narrated["lines"][0]["narrative"] = json!(NARRATIVE);
    let sent = [
        (decisions, "application/json", narrated.to_string()),
        (decisions, "application/json", json!([denied("C-7731"), denied("C-7732")]).to_string()),
        (decisions, "application/x-ndjson", denied("C-7731").to_string()),
        (decisions, "application/fhir+json", bundle(&["C-7731"]).to_string()),
        (decisions, "application/edi-x12", x12(&["C-7731"])),
        (decisions, "text/csv", csv(&["C-7731"])),
        (SIGN, "application/json", call("order-sign", "62323", "2025-09-01").to_string()),
    ];
    for (path, media, body) in sent {
        let head = [("content-type", media), ("idempotency-key", MEMBER)];
        let answer = server.send("POST", path, &head, body.as_bytes());
        assert_eq!(answer.status, 503, "{answer:?}");
        for said in ["verdict", "decision_id", "cards", "C-773", BIRTH_DATE, MEMBER, NARRATIVE] {
            assert!(!answer.text.contains(said), "{said}: {answer:?}");
        }
        assert_eq!(event_of(&answer)["status"], 503);
    }
    let log = logged();
    let failures: Vec<&str> = log.lines().filter(|line| line.contains("ledger::read_only")).collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    let failure: Value = serde_json::from_str(failures[0]).unwrap();
    assert_eq!((&failure["level"], &failure["target"]), (&json!("ERROR"), &json!("claimgate::ledger::store::trouble")));
    for private in ["C-773", BIRTH_DATE, "19730501", MEMBER, NARRATIVE, "dorsal root", "Invented", "INVENTED"] {
        assert!(!log.contains(private), "{private} was logged");
    }
}
