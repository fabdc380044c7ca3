//! A server that keeps a ledger: no decision is answered that is not in it, whatever happens.
//!
//! `CLAIMGATE_KILLS` sets how often a server is killed under load.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

const CLAIM: &str = include_str!("../examples/three-lines.json");

/// A folder of its own, gone when the test ends.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let folder = env::temp_dir().join(format!("claimgate-recording-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        let place = Place(folder);
        assert!(place.ledger(&["key", place.file("key").to_str().unwrap()]).0);
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Runs `claimgate ledger …`: whether all is well, and what it printed.
    fn ledger(&self, args: &[&str]) -> (bool, String) {
        let run = claimgate().arg("ledger").args(args).env("CLAIMGATE_LEDGER", self.file("ledger")).output().unwrap();
        let said = [run.stdout, run.stderr].concat();
        (run.status.success(), String::from_utf8(said).unwrap())
    }

    fn serve(&self) -> Server {
        let mut child = claimgate()
            .args(["serve", "--address", "127.0.0.1:0", "--ledger", self.file("ledger").to_str().unwrap()])
            .args(["--ledger-key", self.file("key").to_str().unwrap()])
            .env("CLAIMGATE_LOG_FORMAT", "json")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let port = loop {
            let line = log.next().unwrap().unwrap();
            let Ok(event) = serde_json::from_str::<Value>(&line) else { panic!("{line}") };
            let found = event["port"].as_u64().or_else(|| event["fields"]["port"].as_u64());
            if let Some(port) = found {
                break port;
            }
        };
        // Whoever reads a log reads all of it, or the server waits.
        thread::spawn(move || log.for_each(drop));
        Server { child, url: format!("http://127.0.0.1:{port}/v1/decisions") }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Sends a claim: status and body; nothing where the server went away.
    fn post(&self, key: Option<&str>, body: &str) -> Option<(u16, String)> {
        post(&self.url, key, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn claimgate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).env_remove("CLAIMGATE_PACKS");
    command
}

fn post(url: &str, key: Option<&str>, body: &str) -> Option<(u16, String)> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
    let agent = ureq::Agent::new_with_config(agent.build());
    let mut request = agent.post(url).header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let mut answer = request.send(body).ok()?;
    Some((answer.status().as_u16(), answer.body_mut().read_to_string().ok()?))
}

fn get(url: &str) -> (u16, String) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut answer = ureq::Agent::new_with_config(agent).get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn id_of(answer: &str) -> String {
    serde_json::from_str::<Value>(answer).unwrap()["decision_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_decides_once_across_restarts() {
    let place = Place::new("once");
    let server = place.serve();
    let (status, first) = server.post(Some("k-1"), CLAIM).unwrap();
    assert_eq!(status, 200, "{first}");
    assert_eq!(server.post(Some("k-1"), CLAIM).unwrap(), (200, first.clone()));
    drop(server);
    let server = place.serve();
    assert_eq!(server.post(Some("k-1"), CLAIM).unwrap(), (200, first.clone()));
    let other = CLAIM.replace("C-1001", "C-1002");
    let (status, said) = server.post(Some("k-1"), &other).unwrap();
    assert!(status == 409 && said.contains("key-used"), "{status} {said}");
    let (status, said) = server.post(Some(""), CLAIM).unwrap();
    assert!(status == 400 && said.contains("bad-parameter"), "{status} {said}");
    assert_ne!(server.post(Some("k-2"), CLAIM).unwrap().1, first, "another key is another decision");

    let id = id_of(&first);
    assert_eq!(get(&format!("{}/{id}", server.url)), (200, first.trim_end().to_owned()));
    assert_eq!(get(&format!("{}/no-such-id", server.url)).0, 404);
    let (status, found) = get(&format!("{}?claim=C-1001&verdict=deny&limit=1", server.url));
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!((status, found["decisions"][0]["decision_id"].as_str()), (200, Some(id.as_str())));
    let (_, next) = get(&format!("{}?after={}", server.url, found["next_after"]));
    assert_eq!(serde_json::from_str::<Value>(&next).unwrap()["decisions"].as_array().unwrap().len(), 1);
    assert_eq!(get(&format!("{}?verdict=perhaps", server.url)).0, 400);
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
    let place = Place::new("race");
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
    let place = Place::new("hooks");
    let server = place.serve();
    let url = server.url.replace("/v1/decisions", "/cds-services/claimgate-order-sign");
    let order = r#"{"resourceType": "ServiceRequest", "id": "o1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-03-10", "code": {"coding": [
        {"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]}}"#;
    let call = format!(
        r#"{{"hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": {{
        "userId": "Practitioner/1", "patientId": "p1", "draftOrders": {{"resourceType": "Bundle",
        "type": "collection", "entry": [{{"resource": {order}}}]}}}}}}"#
    );
    let (status, said) = post(&url, None, &call).unwrap();
    assert_eq!(status, 200, "{said}");
    drop(server);
    let (is_well, said) = place.ledger(&["replay"]);
    assert!(is_well && said.contains("1 decisions = 1 equal"), "{said}");
}

#[test]
fn what_was_answered_survives_a_kill_at_any_moment() {
    let place = Place::new("kill");
    let kills: u64 = env::var("CLAIMGATE_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let answered = Mutex::new(Vec::new());
    let sent = AtomicU64::new(0);
    for round in 0..kills {
        let mut server = place.serve();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        let number = sent.fetch_add(1, Ordering::Relaxed);
                        let claim = CLAIM.replace("C-1001", &format!("C-{number}"));
                        match post(&server.url, None, &claim) {
                            Some((200, answer)) => answered.lock().unwrap().push(id_of(&answer)),
                            Some((503, _)) | None => {}
                            Some(other) => panic!("{other:?}"),
                        }
                    }
                });
            }
            // Moments spread over the first quarter of a second of load, another one each round.
            thread::sleep(Duration::from_millis(20 + round * 37 % 230));
            // SIGKILL: nothing is flushed, nothing is said.
            Command::new("kill").args(["-9", &server.child.id().to_string()]).status().unwrap();
            is_over.store(true, Ordering::Relaxed);
        });
        server.child.wait().unwrap();
    }
    let (is_well, said) = place.ledger(&["verify"]);
    assert!(is_well, "{said}");
    let (_, export) = place.ledger(&["export"]);
    let kept: Vec<String> = export.lines().map(id_of).collect();
    let distinct: BTreeSet<&String> = kept.iter().collect();
    assert_eq!(distinct.len(), kept.len(), "nothing is recorded twice");
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() as u64 > kills, "the load was too small: {}", answered.len());
    let lost: Vec<&String> = answered.iter().filter(|id| !distinct.contains(id)).collect();
    assert!(lost.is_empty(), "answered and not recorded: {lost:?}");
    let (is_well, said) = place.ledger(&["replay"]);
    assert!(is_well, "{said}");
    println!("{kills} kills, {} sent, {} answered, {} recorded", sent.into_inner(), answered.len(), kept.len());
}
