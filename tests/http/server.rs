//! A server for a test, a client for it, and what it logs.

use std::{
    io::{Read as _, Write},
    net::TcpStream,
    path::Path,
    sync::{Arc, Mutex, OnceLock},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use claimgate::{
    config::{LogConfig, LogFormat, ServerConfig},
    desk::Desk,
    http::{Recorder, Service, Stopper},
    pack::shelf,
    telemetry,
};
use serde_json::Value;
use ureq::http::{Request, Response};

/// How long anything in these tests may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that runs until it is dropped.
pub struct Server {
    pub port: u16,
    stopper: Stopper,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub media: String,
    pub text: String,
    head: ureq::http::HeaderMap,
}

impl Server {
    /// With the packs of `rules/`.
    pub fn start(config: ServerConfig) -> Server {
        Server::with(config, usual_desk())
    }

    /// With the usual settings.
    pub fn usual() -> Server {
        Server::start(ServerConfig::default())
    }

    /// With the packs of `rules/` and a ledger.
    pub fn recording(recorder: Recorder) -> Server {
        Server::run(ServerConfig::default(), usual_desk(), Some(recorder))
    }

    /// With another desk.
    pub fn with(config: ServerConfig, desk: Arc<ArcSwap<Desk>>) -> Server {
        Server::run(config, desk, None)
    }

    fn run(config: ServerConfig, desk: Arc<ArcSwap<Desk>>, recorder: Option<Recorder>) -> Server {
        log();
        let config = ServerConfig { address: ([127, 0, 0, 1], 0).into(), workers: Some(1), ..config };
        let service = Service::bind_recording(&config, desk, recorder).unwrap();
        let (port, stopper) = (service.port(), service.stopper());
        Server { port, stopper, thread: Some(thread::spawn(|| service.run_blocking())) }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, media: &str, body: impl AsRef<[u8]>) -> Answer {
        self.send("POST", path, &[("content-type", media)], body.as_ref())
    }

    /// The answer to a POST that must be 200 and JSON.
    pub fn decide(&self, media: &str, body: impl AsRef<[u8]>) -> Value {
        let answer = self.post("/v1/decisions", media, body);
        assert_eq!((answer.status, answer.media.as_str()), (200, "application/json"), "{answer:?}");
        answer.json()
    }

    pub fn send(&self, method: &str, path: &str, head: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://127.0.0.1:{}{path}", self.port));
        for (name, value) in head {
            request = request.header(*name, *value);
        }
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.allow_non_standard_methods(true).build().into();
        let answer = if body.is_empty() && method != "POST" {
            agent.run(request.body(()).unwrap())
        } else {
            agent.run(request.body(body).unwrap())
        };
        Answer::of(answer.unwrap())
    }

    /// A connection on which `text` was sent.
    pub fn connect(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    pub fn tell_to_stop(&self) {
        self.stopper.stop();
    }

    /// Waits until the server has ended by itself.
    pub fn ended(mut self) -> std::io::Result<()> {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap().unwrap();
        }
    }
}

impl Answer {
    fn of(mut answer: Response<ureq::Body>) -> Answer {
        let media = answer.headers().get("content-type").map_or("", |media| media.to_str().unwrap()).to_owned();
        let text = answer.body_mut().read_to_string().unwrap();
        Answer { status: answer.status().as_u16(), media, text, head: answer.headers().clone() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The desk of `rules/`, opened once.
fn usual_desk() -> Arc<ArcSwap<Desk>> {
    static DESK: OnceLock<Arc<ArcSwap<Desk>>> = OnceLock::new();
    let load = || {
        let packs = shelf::open(Path::new("rules"), &shelf::Settings::new()).unwrap();
        Arc::new(ArcSwap::from_pointee(Desk::new(packs)))
    };
    DESK.get_or_init(load).clone()
}

/// The answer that comes on a connection: all of it, or as much as there is before it is closed.
pub fn answer_on(mut stream: &TcpStream) -> String {
    let (mut text, mut bytes) = (String::new(), [0; 4096]);
    while !is_whole(&text) {
        match stream.read(&mut bytes).unwrap() {
            0 => break,
            count => text.push_str(std::str::from_utf8(&bytes[..count]).unwrap()),
        }
    }
    text
}

/// Whether an answer has the head and as much body as the head says.
fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| body.len() >= length.parse::<usize>().unwrap())
}

/// Asks until the answer is yes.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come to pass");
        thread::yield_now();
    }
}

/// Everything that all servers of this process have logged.
pub fn logged() -> String {
    String::from_utf8(log().0.lock().unwrap().clone()).unwrap()
}

/// The event of the request that got `answer`, once it is logged.
pub fn event_of(answer: &Answer) -> Value {
    let id = answer.header("x-request-id").unwrap();
    let find = || logged().lines().find(|line| line.contains(id)).map(str::to_owned);
    until("the event of the request", || find().is_some());
    serde_json::from_str(&find().unwrap()).unwrap()
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log of the process, started once: everything of ours, and what others hold worth telling.
fn log() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let writer = lines.clone();
        let config = LogConfig { format: LogFormat::Json, filter: "claimgate=trace,info".to_owned() };
        let log = telemetry::subscriber(&config, move || writer.clone()).unwrap();
        tracing::subscriber::set_global_default(log).unwrap();
        lines
    })
}
