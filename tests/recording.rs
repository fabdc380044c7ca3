//! A server that keeps a ledger: no decision is answered that is not in it, whatever happens.
//!
//! `CLAIMGATE_KILLS` sets how often a server is killed under load. Servers on PostgreSQL are tried in
//! `tests/ledger`.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "support/serving.rs"]
mod serving;

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;
use serving::{CLAIM, Place, claim, id_of};

#[test]
fn a_key_decides_once_across_restarts() {
    let place = Place::new("once", None);
    let server = place.serve();
    let (status, first) = server.post(Some("k-1"), CLAIM).unwrap();
    assert_eq!(status, 200, "{first}");
    assert_eq!(server.post(Some("k-1"), CLAIM).unwrap(), (200, first.clone()));
    server.stop();
    let server = place.serve();
    assert_eq!(server.post(Some("k-1"), CLAIM).unwrap(), (200, first.clone()));
    let other = CLAIM.replace("C-1001", "C-1002");
    let (status, said) = server.post(Some("k-1"), &other).unwrap();
    assert!(status == 409 && said.contains("key-used"), "{status} {said}");
    let (status, said) = server.post(Some(""), CLAIM).unwrap();
    assert!(status == 400 && said.contains("bad-parameter"), "{status} {said}");
    assert_ne!(server.post(Some("k-2"), CLAIM).unwrap().1, first, "another key is another decision");

    let id = id_of(&first);
    assert_eq!(server.get(&format!("/v1/decisions/{id}")), (200, first.trim_end().to_owned()));
    assert_eq!(server.get("/v1/decisions/no-such-id").0, 404);
    let (status, found) = server.get("/v1/decisions?claim=C-1001&verdict=deny&limit=1");
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!((status, found["decisions"][0]["decision_id"].as_str()), (200, Some(id.as_str())));
    let (_, next) = server.get(&format!("/v1/decisions?after={}", found["next_after"]));
    assert_eq!(serde_json::from_str::<Value>(&next).unwrap()["decisions"].as_array().unwrap().len(), 1);
    assert_eq!(server.get("/v1/decisions?verdict=perhaps").0, 400);
    drop(server);

    let (is_well, said) = place.ledger(&["replay"]);
    assert!(is_well && said.contains("2 decisions = 2 equal"), "{said}");
    let (is_well, said) = place.ledger(&["show", &id]);
    assert!(is_well && said.contains("epidural-recommended-against"), "{said}");
    let (_, export) = place.ledger(&["export"]);
    assert!(!export.contains("1973-05-01") && export.contains(&id), "an export holds no birth date");
}

#[test]
fn at_the_same_moment_a_key_decides_once() {
    let place = Place::new("race", None);
    let server = place.serve();
    let answers: Vec<String> = thread::scope(|scope| {
        let send = || scope.spawn(|| server.post(Some("same"), CLAIM).unwrap().1);
        let sent: Vec<_> = (0..8).map(|_| send()).collect();
        sent.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let different: BTreeSet<&String> = answers.iter().collect();
    assert_eq!(different.len(), 1, "{different:?}");
    drop(server);
    let (_, said) = place.ledger(&["replay"]);
    assert!(said.contains("1 decisions = 1 equal"), "{said}");
}

#[test]
fn a_call_of_cds_hooks_is_recorded() {
    let place = Place::new("hooks", None);
    let server = place.serve();
    let order = r#"{"resourceType": "ServiceRequest", "id": "o1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-03-10", "code": {"coding": [
        {"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]}}"#;
    let call = format!(
        r#"{{"hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": {{
        "userId": "Practitioner/1", "patientId": "p1", "draftOrders": {{"resourceType": "Bundle",
        "type": "collection", "entry": [{{"resource": {order}}}]}}}}}}"#
    );
    let (status, said) = server.post_to("/cds-services/claimgate-order-sign", None, &call).unwrap();
    assert_eq!(status, 200, "{said}");
    drop(server);
    let (is_well, said) = place.ledger(&["replay"]);
    assert!(is_well && said.contains("1 decisions = 1 equal"), "{said}");
}

#[test]
fn what_was_answered_survives_a_kill_at_any_moment() {
    let place = Place::new("kill", None);
    let kills: u64 = env::var("CLAIMGATE_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let answered = Mutex::new(Vec::new());
    let sent = AtomicU64::new(0);
    for round in 0..kills {
        let server = place.serve();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        let number = sent.fetch_add(1, Ordering::Relaxed);
                        match server.post(None, &claim(number)) {
                            Some((200, answer)) => answered.lock().unwrap().push(id_of(&answer)),
                            Some((503, _)) | None => {}
                            Some(other) => panic!("{other:?}"),
                        }
                    }
                });
            }
            // Moments spread over the first quarter of a second of load, another one each round.
            thread::sleep(Duration::from_millis(20 + round * 37 % 230));
            server.kill();
            is_over.store(true, Ordering::Relaxed);
        });
        assert!(server.logged("ERROR").is_empty(), "{:?}", server.logged("ERROR"));
    }
    let kept = place.whole();
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() as u64 > kills, "the load was too small: {}", answered.len());
    let lost: Vec<&String> = answered.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "answered and not recorded: {lost:?}");
    println!("{kills} kills, {} sent, {} answered, {} recorded", sent.into_inner(), answered.len(), kept.len());
}
