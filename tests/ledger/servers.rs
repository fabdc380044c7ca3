//! Servers that are processes of their own, on one PostgreSQL: one chain, whoever is killed, and no
//! verdict while the database is away.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    serving::{CLAIM, Place, Server, claim, id_of},
    support::{Home, Postgres, until},
    tamper,
};

/// How often one of the two is killed.
const ROUNDS: u64 = 4;

/// Two servers under load record into one chain, each key once over both; one is killed, the other
/// goes on.
pub fn two_servers_write_one_chain(home: &Home) {
    let place = Place::new("two", Some(&home.address()));
    let said = Said::default();
    let mut servers = [place.serve(), place.serve()];
    for round in 0..ROUNDS {
        let killed = usize::from(round % 2 == 1);
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let (said, is_over, servers) = (&said, &is_over, &servers);
            for (which, server) in servers.iter().enumerate() {
                for _ in 0..3 {
                    scope.spawn(move || said.one_after_another(server, which == killed, is_over));
                }
            }
            for _ in 0..2 {
                scope.spawn(move || said.to_both(servers, killed, is_over));
            }
            thread::sleep(Duration::from_millis(250 + round * 41));
            servers[killed].kill();
            thread::sleep(Duration::from_millis(250));
            is_over.store(true, Ordering::Relaxed);
        });
        servers[killed] = place.serve();
    }
    drop(servers);
    let kept = place.whole();
    let (answered, keyed) = (said.answered.into_inner().unwrap(), said.keyed.into_inner().unwrap());
    assert!(answered.len() > 20 && keyed.len() > 10, "the load was too small: {} {}", answered.len(), keyed.len());
    let all = answered.iter().chain(keyed.values().flatten());
    let lost: Vec<&String> = all.filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "answered and not recorded: {lost:?}");
    let twice: Vec<_> = keyed.iter().filter(|(_, ids)| ids.len() != 1).collect();
    assert!(twice.is_empty(), "one key, several decisions: {twice:?}");
    // Not only the answers: each key's claim stands in the ledger once.
    let mut entries: BTreeMap<String, u32> = BTreeMap::new();
    for line in place.ledger(&["export"]).1.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        *entries.entry(entry["request_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for number in keyed.keys() {
        assert_eq!(entries.get(&format!("C-{number}")), Some(&1), "key {number}");
    }
}

/// What two servers were asked, and what they said.
#[derive(Default)]
struct Said {
    sent: AtomicU64,
    /// Decisions that were answered without a key.
    answered: Mutex<Vec<String>>,
    /// By key, all that was answered under it by either server.
    keyed: Mutex<BTreeMap<u64, BTreeSet<String>>>,
}

impl Said {
    /// Claims to one server, none under a key.
    fn one_after_another(&self, server: &Server, may_go: bool, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Relaxed) {
            match server.post(None, &claim(self.sent.fetch_add(1, Ordering::Relaxed))) {
                Some((200, answer)) => self.answered.lock().unwrap().push(id_of(&answer)),
                None if may_go => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Each claim to both servers at the same moment, under the same key; where one has gone, to the
    /// other again.
    fn to_both(&self, servers: &[Server; 2], may_go: usize, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Relaxed) {
            let number = self.sent.fetch_add(1, Ordering::Relaxed);
            let (key, body) = (format!("key-{number}"), claim(number));
            let send = |server: &Server| server.post(Some(&key), &body);
            let answers = thread::scope(|scope| {
                let sent = servers.each_ref().map(|server| scope.spawn(move || send(server)));
                sent.map(|one| one.join().unwrap())
            });
            let again = send(&servers[1 - may_go]);
            let of_key: BTreeSet<String> = answers.iter().chain([&again]).flatten().map(answered).collect();
            assert!(again.is_some() && answers[1 - may_go].is_some(), "the other goes on");
            self.keyed.lock().unwrap().insert(number, of_key);
        }
    }
}

fn answered((status, answer): &(u16, String)) -> String {
    assert_eq!(*status, 200, "{answer}");
    id_of(answer)
}

/// While the database is away a running server gives no verdict and says that it cannot; then it
/// goes on by itself.
pub fn a_server_outlives_its_database(database: &mut Postgres) {
    let home = Home::database(database);
    let place = Place::new("away", Some(&home.address()));
    let server = place.serve();
    let (status, first) = server.post(Some("k-1"), CLAIM).unwrap();
    assert_eq!((status, server.get("/readyz").0), (200, 200), "{first}");
    database.stop();
    thread::scope(|scope| {
        for number in 0..8 {
            let server = &server;
            scope.spawn(move || {
                let key = (number == 0).then_some("k-2");
                let (status, said) = server.post(key, &claim(number)).unwrap();
                assert!(status == 503 && said.contains("urn:claimgate:problem:not-recorded"), "{status} {said}");
                assert!(!said.contains("verdict") && !said.contains("decision_id"), "{said}");
            });
        }
    });
    let (status, said) = server.get("/readyz");
    assert!(status == 503 && said.contains("not-recorded"), "{status} {said}");
    assert_eq!(server.get(&format!("/v1/decisions/{}", id_of(&first))).0, 503);
    assert_eq!(server.get("/healthz").0, 200, "a server that waits for its database needs no restart");
    database.run();
    until("a server that is ready again", || server.get("/readyz").0 == 200);
    let (status, second) = server.post(Some("k-2"), &claim(0)).unwrap();
    assert_eq!(status, 200, "{second}");
    assert_eq!(server.post(Some("k-1"), CLAIM), Some((200, first.clone())), "keys outlive the database's end");
    assert_eq!(place.whole(), BTreeSet::from([id_of(&first), id_of(&second)]), "and nothing else");
    // Each way to fail is told once, though ten requests met it, and so is the end.
    let failures = server.logged("the ledger could not record");
    let codes: BTreeSet<String> = failures.iter().map(|event| code_of(event)).collect();
    assert!(!codes.is_empty() && codes.len() == failures.len(), "{failures:?}");
    assert_eq!(server.logged("the ledger records again").len(), 1);
}

/// A ledger that cannot record is told once however many requests meet it, and its end too; neither
/// says anything of a patient.
pub fn a_failing_ledger_is_told_once(home: &Home) {
    let place = Place::new(if home.is_server() { "told-server" } else { "told-file" }, Some(&home.address()));
    let server = place.serve();
    assert_eq!(server.post(None, &claim(0)).unwrap().0, 200);
    tamper::change(&home.place(), "ALTER TABLE claimgate_head RENAME TO claimgate_gone");
    for number in 1..6 {
        let (status, said) = server.post(None, &claim(number)).unwrap();
        assert!(status == 503 && !said.contains("verdict"), "{status} {said}");
    }
    assert_eq!(server.get("/readyz").0, 503);
    until("the events of all that was asked", || server.logged("\"status\":503").len() == 6);
    let failures = server.logged("ERROR");
    assert!(failures.len() == 1 && code_of(&failures[0]) == "ledger::database", "{failures:?}");
    tamper::change(&home.place(), "ALTER TABLE claimgate_gone RENAME TO claimgate_head");
    assert_eq!(server.post(None, &claim(6)).unwrap().0, 200);
    until("the end of it", || server.logged("records again").len() == 1);
    assert_eq!(server.logged("ERROR").len(), 1);
    for private in ["M-001", "1973-05-01", "C-", "2025-09-01"] {
        assert!(server.logged(private).is_empty(), "{private} was logged");
    }
    server.stop();
    // The ledger of a server that was stopped is closed: a file has nothing beside it.
    assert_eq!(fs::read_dir(home.folder()).unwrap().count(), usize::from(!home.is_server()));
    assert_eq!(place.whole().len(), 2);
}

fn code_of(event: &str) -> String {
    let event: Value = serde_json::from_str(event).unwrap();
    event["code"].as_str().unwrap().to_owned()
}
