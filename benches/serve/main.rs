//! Decisions over HTTP beside a route that does nothing: `cargo bench --bench serve`.
//!
//! Servers are processes of their own: `bare`, an actix-web route that parses the same JSON into
//! structs and answers a constant as long as the mean answer; `claimgate serve` without a ledger; the
//! same with a ledger in SQLite, and in PostgreSQL where `CLAIMGATE_BENCH_POSTGRES` names a database.
//! Each serves all of the claims from 64 connections that ask as fast as they are answered, in
//! turns, so that what else the machine does falls on all; figures are medians of the turns. Then
//! each is asked at half of what it reached, at a steady rate, for the latencies. The clients share
//! the machine's cores with the server, so `server` tells the processor time of the server alone.
//! Options: `-- --seconds 3 --turns 5 --connections 64`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "benches"
)]
#![expect(
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a bench measures"
)]

mod bare;
mod client;
mod server;

use std::time::Duration;

use claimgate::{exchange::json, sample};
use client::{Load, Pace};
use server::{Kind, Server};

const CLAIMS: usize = 2_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    if let Some(answer_bytes) = option("--bare") {
        return bare::serve(usize::try_from(answer_bytes).unwrap());
    }
    let seconds = Duration::from_secs(option("--seconds").unwrap_or(3));
    let turns = option("--turns").unwrap_or(5);
    let connections = usize::try_from(option("--connections").unwrap_or(64)).unwrap();
    let bodies: Vec<String> = sample::claims(1).take(CLAIMS).map(|claim| body(&claim.request)).collect();

    let off = Server::start(&Kind::Off);
    // Everything once: the program is warm, and the length of its answers is known.
    let first = client::once(off.port, &bodies);
    let mut servers = vec![Server::start(&Kind::Bare { answer_bytes: first.bytes / CLAIMS }), off];
    servers.push(Server::start(&Kind::Sqlite));
    if let Ok(url) = std::env::var("CLAIMGATE_BENCH_POSTGRES") {
        servers.push(Server::start(&Kind::Postgres(url)));
    }
    let sent: usize = bodies.iter().map(String::len).sum();
    println!(
        "{CLAIMS} sampled claims of {} bytes, answered by {} bytes; {connections} connections",
        sent / CLAIMS,
        first.bytes / CLAIMS
    );
    let reached = as_fast_as_answered(&servers, &bodies, connections, seconds, turns);
    at_half(&servers, &bodies, connections, seconds, &reached);
}

fn body(request: &claimgate::request::Request) -> String {
    let mut bytes = Vec::new();
    json::write_request(request, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Requests a second of each server, the median of its turns.
fn as_fast_as_answered(
    servers: &[Server],
    bodies: &[String],
    connections: usize,
    seconds: Duration,
    turns: u64,
) -> Vec<f64> {
    let mut rounds: Vec<Vec<(f64, f64, f64, f64)>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..turns {
        for (server, rounds) in servers.iter().zip(&mut rounds) {
            let before = server.cpu_seconds();
            let load = client::run(server.port, bodies, connections, seconds, Pace::Answered);
            let each = (server.cpu_seconds() - before) / load.answered() as f64;
            rounds.push((load.rate(), each * 1e6, load.millis(0.5), load.millis(0.99)));
        }
    }
    println!("\nasked as fast as answered; medians of {turns} turns of {} s", seconds.as_secs());
    println!("{:<10}{:>12}{:>8}{:>12}{:>10}{:>10}", "", "requests/s", "ratio", "server", "p50", "p99");
    let mut reached = Vec::new();
    for (server, rounds) in servers.iter().zip(&rounds) {
        let of = |pick: fn(&(f64, f64, f64, f64)) -> f64| median(rounds.iter().map(pick).collect());
        let rate = of(|round| round.0);
        reached.push(rate);
        let ratio = rate / reached.first().copied().unwrap_or(rate);
        println!(
            "{:<10}{rate:>12.0}{:>7.0}%{:>9.1} µs{:>7.2} ms{:>7.2} ms",
            server.name,
            ratio * 100.0,
            of(|round| round.1),
            of(|round| round.2),
            of(|round| round.3)
        );
    }
    reached
}

fn at_half(servers: &[Server], bodies: &[String], connections: usize, seconds: Duration, reached: &[f64]) {
    println!("\nasked steadily at half of that; a latency begins when the request was due");
    println!("{:<10}{:>12}{:>10}{:>10}{:>10}", "", "requests/s", "p50", "p99", "p99.9");
    for (server, rate) in servers.iter().zip(reached) {
        let load: Load = client::run(server.port, bodies, connections, seconds * 3, Pace::Steady(rate / 2.0));
        let (p50, p99, p999) = (load.millis(0.5), load.millis(0.99), load.millis(0.999));
        println!("{:<10}{:>12.0}{p50:>7.2} ms{p99:>7.2} ms{p999:>7.2} ms", server.name, load.rate());
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
