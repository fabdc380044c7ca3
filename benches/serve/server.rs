//! Servers to be measured, each a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;

/// What serves.
pub(crate) enum Kind {
    /// A route that answers so many bytes.
    Bare {
        /// How long its answer is.
        answer_bytes: usize,
    },
    /// Without a ledger.
    Off,
    /// With a ledger in a file.
    Sqlite,
    /// With a ledger in this database.
    Postgres(String),
}

/// A server that runs; killed when it is dropped.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    child: Child,
    folder: Option<PathBuf>,
}

impl Server {
    pub(crate) fn start(kind: &Kind) -> Server {
        let (name, mut command, folder) = match kind {
            Kind::Bare { answer_bytes } => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.args(["--bare", &answer_bytes.to_string()]);
                ("bare", command, None)
            }
            Kind::Off => ("off", claimgate(&["serve", "--address", "127.0.0.1:0"]), None),
            Kind::Sqlite => {
                let folder = folder("sqlite");
                let place = folder.join("ledger.sqlite").display().to_string();
                ("sqlite", recording(&folder, &place), Some(folder))
            }
            Kind::Postgres(url) => {
                let folder = folder("postgres");
                ("postgres", recording(&folder, url), Some(folder))
            }
        };
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the server starts");
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let port = loop {
            let line = log.next().expect("it says where it listens").unwrap();
            let Ok(event) = serde_json::from_str::<Value>(&line) else { panic!("{line}") };
            let found = [event.pointer("/port"), event.pointer("/fields/port")];
            if let Some(port) = found.into_iter().flatten().find_map(Value::as_u64) {
                break u16::try_from(port).unwrap();
            }
        };
        thread::spawn(move || log.for_each(drop));
        Server { name, port, child, folder }
    }

    /// Processor seconds that the server has taken until now, by all its threads.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Fields 14 and 15 (proc(5)) in ticks of 1/100 s; the name in field 2 may hold blanks.
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks: u64 = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        ticks as f64 / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if let Some(folder) = &self.folder {
            drop(fs::remove_dir_all(folder));
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("claimgate-bench-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn claimgate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env("CLAIMGATE_LOG_FORMAT", "json");
    command.env_remove("CLAIMGATE_PACKS").env_remove("CLAIMGATE_LEDGER");
    command
}

fn recording(folder: &std::path::Path, place: &str) -> Command {
    let key = folder.join("key").display().to_string();
    let made = claimgate(&["ledger", "key", &key]).stdout(Stdio::null()).status().unwrap();
    assert!(made.success(), "a key is made");
    claimgate(&["serve", "--address", "127.0.0.1:0", "--ledger", place, "--ledger-key", &key])
}
