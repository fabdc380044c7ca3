//! Clients: each a thread with a connection that stays open.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

/// When a client asks again.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As soon as it was answered.
    Answered,
    /// So many requests a second, of all clients together, answered or not.
    Steady(f64),
}

/// What came of a load.
pub(crate) struct Load {
    took: Duration,
    /// How long each answer took, the fastest first.
    latencies: Vec<Duration>,
    /// Bytes of all answers, without their heads.
    pub(crate) bytes: usize,
}

impl Load {
    pub(crate) fn answered(&self) -> usize {
        self.latencies.len()
    }

    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answered() as f64 / self.took.as_secs_f64()
    }

    /// The latency that this part of all answers stayed below, in milliseconds.
    pub(crate) fn millis(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        // The place of a quantile: small and positive.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within the list")]
        let place = (last as f64 * part).round() as usize;
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Sends every body once.
pub(crate) fn once(port: u16, bodies: &[String]) -> Load {
    let began = Instant::now();
    let mut client = Client::new(port);
    let mut load = Load { took: Duration::ZERO, latencies: Vec::new(), bytes: 0 };
    for body in bodies {
        let asked = Instant::now();
        load.bytes += client.ask(&request(body));
        load.latencies.push(asked.elapsed());
    }
    load.took = began.elapsed();
    load
}

/// Sends bodies from `connections` clients for `time`.
pub(crate) fn run(port: u16, bodies: &[String], connections: usize, time: Duration, pace: Pace) -> Load {
    let requests: Vec<Vec<u8>> = bodies.iter().map(|body| request(body)).collect();
    let began = Instant::now();
    let end = began + time;
    let parts: Vec<(Vec<Duration>, usize)> = thread::scope(|scope| {
        let client = |number: usize| {
            let requests = &requests;
            scope.spawn(move || {
                let mut client = Client::new(port);
                let (mut latencies, mut bytes) = (Vec::new(), 0);
                let between = match pace {
                    Pace::Answered => Duration::ZERO,
                    Pace::Steady(rate) => Duration::from_secs_f64(connections as f64 / rate),
                };
                // Clients are out of step, and begin at different claims.
                let mut due = began + between.mul_f64(number as f64 / connections as f64);
                for request in requests.iter().cycle().skip(number * requests.len() / connections) {
                    let now = Instant::now();
                    match pace {
                        Pace::Answered => due = now,
                        Pace::Steady(_) => thread::sleep(due.saturating_duration_since(now)),
                    }
                    if due >= end {
                        break;
                    }
                    bytes += client.ask(request);
                    latencies.push(due.elapsed());
                    due += between;
                }
                (latencies, bytes)
            })
        };
        let clients: Vec<_> = (0..connections).map(client).collect();
        clients.into_iter().map(|client| client.join().expect("every request is answered with 200")).collect()
    });
    let mut load = Load { took: began.elapsed(), latencies: Vec::new(), bytes: 0 };
    for (latencies, bytes) in parts {
        load.latencies.extend(latencies);
        load.bytes += bytes;
    }
    load.latencies.sort_unstable();
    load
}

fn request(body: &str) -> Vec<u8> {
    let head = "POST /v1/decisions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    fn new(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, buffer: vec![0; 256 * 1024] }
    }

    /// Asks and waits; how many bytes the body of the answer has.
    fn ask(&mut self, request: &[u8]) -> usize {
        self.stream.write_all(request).unwrap();
        let mut read = 0;
        loop {
            read += match self.stream.read(self.buffer.get_mut(read..).unwrap()).unwrap() {
                0 => panic!("the server closed the connection"),
                more => more,
            };
            let Some((head, length)) = head(self.buffer.get(..read).unwrap()) else { continue };
            if read >= head + length {
                return length;
            }
        }
    }
}

/// How long the head of an answer is, and the body that it announces; none until it is whole.
fn head(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{}", String::from_utf8_lossy(bytes));
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    Some((end + 4, length.parse().unwrap()))
}
