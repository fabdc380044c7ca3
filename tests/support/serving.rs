//! `claimgate serve` as a process of its own, with a ledger, for tests that kill it.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::Value;

/// A claim that is denied: three lines, a member number, a birth date.
pub const CLAIM: &str = include_str!("../../examples/three-lines.json");

/// How long an answer may take: longer than a server tries to record.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder of its own with a key, gone when the test ends, and the ledger that belongs to it.
pub struct Place {
    folder: PathBuf,
    ledger: String,
}

impl Place {
    /// Without a ledger named, it is a file in the folder.
    pub fn new(name: &str, ledger: Option<&str>) -> Place {
        let folder = env::temp_dir().join(format!("claimgate-recording-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        let ledger = ledger.map_or_else(|| folder.join("ledger").to_str().unwrap().to_owned(), str::to_owned);
        let place = Place { folder, ledger };
        assert!(place.ledger(&["key", place.file("key").to_str().unwrap()]).0);
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs `claimgate ledger …`: whether all is well, and what it printed.
    pub fn ledger(&self, args: &[&str]) -> (bool, String) {
        let run = claimgate().arg("ledger").args(args).env("CLAIMGATE_LEDGER", &self.ledger).output().unwrap();
        let said = [run.stdout, run.stderr].concat();
        (run.status.success(), String::from_utf8(said).unwrap())
    }

    /// Starts a server that records into the ledger.
    pub fn serve(&self) -> Server {
        let mut child = claimgate()
            .args(["serve", "--address", "127.0.0.1:0", "--ledger", &self.ledger])
            .args(["--ledger-key", self.file("key").to_str().unwrap()])
            .env("CLAIMGATE_LOG_FORMAT", "json")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().unwrap().unwrap();
            let Ok(event) = serde_json::from_str::<Value>(&line) else { panic!("{line}") };
            let found = event["port"].as_u64().or_else(|| event["fields"]["port"].as_u64());
            if let Some(port) = found {
                break port;
            }
        };
        // Whoever reads a log reads all of it, or the server waits.
        let log = Arc::new(Mutex::new(String::new()));
        let kept = log.clone();
        thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| *kept.lock().unwrap() += &(line + "\n"));
        });
        Server { child, url: format!("http://127.0.0.1:{port}"), log }
    }

    /// Every decision of the ledger: each stands there once, the chain holds, and all are equal when
    /// they are decided again.
    pub fn whole(&self) -> BTreeSet<String> {
        let (is_well, said) = self.ledger(&["verify"]);
        assert!(is_well, "{said}");
        let (_, export) = self.ledger(&["export"]);
        let kept: Vec<String> = export.lines().map(id_of).collect();
        let distinct: BTreeSet<String> = kept.iter().cloned().collect();
        assert_eq!(distinct.len(), kept.len(), "nothing is recorded twice");
        let (is_well, said) = self.ledger(&["replay"]);
        assert!(is_well && said.contains(&format!("{0} decisions = {0} equal", kept.len())), "{said}");
        distinct
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A server that runs until it is killed.
pub struct Server {
    child: Child,
    url: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Sends a claim: status and body; nothing where the server went away.
    pub fn post(&self, key: Option<&str>, body: &str) -> Option<(u16, String)> {
        self.post_to("/v1/decisions", key, body)
    }

    /// Sends a body of JSON to a path.
    pub fn post_to(&self, path: &str, key: Option<&str>, body: &str) -> Option<(u16, String)> {
        let mut request = agent().post(format!("{}{path}", self.url)).header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let mut answer = request.send(body).ok()?;
        Some((answer.status().as_u16(), answer.body_mut().read_to_string().ok()?))
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(format!("{}{path}", self.url)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub fn kill(&self) {
        let killed = Command::new("kill").args(["-9", &self.child.id().to_string()]).status();
        assert!(killed.unwrap().success());
    }

    /// SIGTERM: what is under way is finished, and the ledger is closed.
    pub fn stop(mut self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(told.unwrap().success() && self.child.wait().unwrap().success());
    }

    /// The events of the log so far that hold a word.
    pub fn logged(&self, word: &str) -> Vec<String> {
        self.log.lock().unwrap().lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
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

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    ureq::Agent::new_with_config(config.build())
}

/// The id of a decision that was answered or exported.
pub fn id_of(answer: &str) -> String {
    serde_json::from_str::<Value>(answer).unwrap()["decision_id"].as_str().unwrap().to_owned()
}

/// The claim under another name.
pub fn claim(number: u64) -> String {
    CLAIM.replace("C-1001", &format!("C-{number}"))
}
