//! A ledger for a test: a file, or a database of a PostgreSQL that the tests start themselves.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use claimgate::{
    ledger::{
        Access, FoundBy, Group, Keys, Ledger, PackArchive, Place, Record, Row, entry, sha256,
        verify::{Against, verify},
    },
    pack::{Pack, shelf},
    private::Private,
    request::Kind,
    verdict::{PackStamp, Verdict},
};
use uuid::Uuid;

/// 1 January 2026.
pub const NOW_MS: i64 = 1_767_225_600_000;

/// How long anything in these tests may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where a test's ledger is; gone with it.
pub struct Home {
    place: Place,
    folder: PathBuf,
}

impl Home {
    /// A file.
    pub fn file() -> Home {
        let folder = folder();
        Home { place: Place::File(folder.join("claims.ledger")), folder }
    }

    /// A new database of the server.
    pub fn database(server: &Postgres) -> Home {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.sql("postgres", &format!("CREATE DATABASE {name}"));
        Home { place: Place::Server(Private::new(server.url(&name))), folder: folder() }
    }

    pub fn place(&self) -> Place {
        self.place.clone()
    }

    pub fn is_server(&self) -> bool {
        matches!(self.place, Place::Server(_))
    }

    /// Where it is, as an operator names it.
    pub fn address(&self) -> String {
        match &self.place {
            Place::File(file) => file.to_str().unwrap().to_owned(),
            Place::Server(url) => url.reveal().clone(),
        }
    }

    /// A folder of the test's own.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn open(&self, access: Access) -> Ledger {
        Ledger::open(self.place(), access, None).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A new folder that anybody may enter.
fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("claimgate-ledger-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder.canonicalize().unwrap()
}

/// The keys of these tests.
pub fn keys() -> Arc<Keys> {
    static KEYS: OnceLock<Arc<Keys>> = OnceLock::new();
    let make = || {
        let folder = folder();
        let keys = Keys::create(&folder.join("ledger.key")).unwrap();
        fs::remove_dir_all(folder).unwrap();
        Arc::new(keys)
    };
    KEYS.get_or_init(make).clone()
}

/// The pack of all decisions of these tests, under settings of its own.
pub fn pack(settings: &[(&str, &str)]) -> Pack {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    shelf::take(Path::new("tests/packs/small"), &settings.collect()).unwrap_or_else(|error| panic!("{error}"))
}

/// That pack as it is named and as it is kept.
pub fn kept() -> (PackStamp, PackArchive) {
    static KEPT: OnceLock<(PackStamp, PackArchive)> = OnceLock::new();
    let load = || {
        let pack = pack(&[]);
        (pack.stamp(), PackArchive { digest: pack.digest.clone(), archive: entry::archive(&pack).into() })
    };
    KEPT.get_or_init(load).clone()
}

/// The `nth` of some decisions, a second apart.
pub fn record(nth: u32) -> Record {
    let found =
        FoundBy { pack: "spine".to_owned(), rule: format!("rule-{}", nth % 5), reason: format!("reason-{}", nth % 2) };
    let row = Row {
        id: Uuid::from_u128(u128::from_be_bytes(sha256(&nth.to_be_bytes())[..16].try_into().unwrap())),
        kind: if nth.is_multiple_of(2) { Kind::Claim } else { Kind::Order },
        request_id: format!("C-{nth}"),
        received_ms: NOW_MS + i64::from(nth) * 1000 - 5,
        decided_ms: NOW_MS + i64::from(nth) * 1000,
        expedited: nth.is_multiple_of(7),
        verdict: [Verdict::Allow, Verdict::Flag, Verdict::Deny][nth as usize % 3],
        member: (!nth.is_multiple_of(4)).then(|| sha256(&[1])),
        packs: vec![kept().0],
        findings: [found].into(),
    };
    Record { row, body: format!("the body of {nth}").into_bytes() }
}

pub fn group(all: &[u32]) -> Group {
    let last = all.iter().copied().max().unwrap_or(0);
    let records = all.iter().map(|nth| record(*nth)).collect();
    Group { records, packs: vec![kept().1], once: None, now_ms: NOW_MS + i64::from(last) * 1000 }
}

/// The ledger holds, and has so many entries.
pub fn holds(ledger: &Ledger, count: i64) {
    let report = verify(ledger, &Against::default()).unwrap();
    assert_eq!((report.count, report.faults.as_slice()), (count, &[][..]));
}

/// Every decision of a ledger.
pub fn ids(ledger: &Ledger) -> Vec<Uuid> {
    let mut ids = Vec::new();
    let each = |entry: &claimgate::ledger::Stored| {
        ids.push(entry.row.id);
        true
    };
    ledger.each(each).unwrap();
    ids
}

/// Asks until the answer is yes.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come to pass");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A PostgreSQL server of the tests' own.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// The folder of its programs: $CLAIMGATE_POSTGRES_BIN, else where Debian keeps them, the latest.
    pub fn programs() -> Option<PathBuf> {
        if let Some(named) = std::env::var_os("CLAIMGATE_POSTGRES_BIN").filter(|named| !named.is_empty()) {
            return Some(PathBuf::from(named));
        }
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut found: Vec<PathBuf> = versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).collect();
        found.retain(|folder| folder.join("postgres").is_file());
        found.sort();
        found.pop()
    }

    pub fn start(programs: &Path) -> Postgres {
        let folder = folder();
        // It refuses to run as root.
        own(&folder);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Postgres { programs: programs.to_owned(), folder, port, child: None };
        let mut init = server.program("initdb");
        init.args(["--auth=trust", "--username=claimgate", "--encoding=UTF8", "--no-locale", "-D"]);
        let made = init.arg(server.folder.join("data")).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.run();
        server
    }

    /// Runs it, or runs it again.
    pub fn run(&mut self) {
        let mut command = self.program("postgres");
        let port = self.port.to_string();
        command.args(["-h", "127.0.0.1", "-p", &port, "-k"]).arg(&self.folder).arg("-D").arg(self.folder.join("data"));
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        until("a PostgreSQL server", || {
            let mut ready = self.program("pg_isready");
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port]).status().unwrap().success()
        });
    }

    /// Stops it at once, as a machine that fails does: nothing is written any more.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // SIGQUIT to the server itself; its own children then go by themselves.
        let pid = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let pid = pid.lines().next().unwrap_or_default().to_owned();
        let told = Command::new("kill").args(["-QUIT", &pid]).status();
        assert!(told.is_ok_and(|told| told.success()));
        child.wait().unwrap();
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://claimgate@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a statement as an operator would.
    pub fn sql(&self, database: &str, statement: &str) {
        let mut psql = Command::new(self.programs.join("psql"));
        let done =
            psql.args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database), "-c", statement]).output().unwrap();
        assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0
}

fn own(folder: &Path) {
    if is_root() {
        let owned = Command::new("chown").arg("postgres").arg(folder).status().unwrap();
        assert!(owned.success());
    }
}
