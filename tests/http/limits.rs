//! Limits, slow clients, and the end.

use std::{io::Write as _, net::TcpStream, time::Duration};

use claimgate::config::ServerConfig;

use crate::{
    requests::denied,
    server::{Server, answer_on, until},
};

/// The head of a decision request of `bytes`, with the beginning of its body.
fn begun(bytes: usize) -> String {
    format!(
        "POST /v1/decisions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {bytes}\r\n\r\n{{"
    )
}

#[test]
fn a_body_may_not_be_larger_than_the_limit() {
    let server = Server::start(ServerConfig { body_bytes_max: 2000, ..ServerConfig::default() });
    let small = denied("C-1").to_string();
    assert!(small.len() < 2000);
    assert_eq!(server.post("/v1/decisions", "application/json", &small).status, 200);
    let large = format!("{small}{}", " ".repeat(2000));
    let answer = server.post("/v1/decisions", "application/json", &large);
    assert_eq!((answer.status, &answer.json()["type"]), (413, &"urn:claimgate:problem:body-too-large".into()));
    assert!(answer.json()["detail"].as_str().unwrap().contains("2000 bytes"));
    // A body that does not say how long it is.
    let head = "POST /v1/decisions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let stream = server.connect(&format!("{head}{:x}\r\n{large}\r\n0\r\n\r\n", large.len()));
    assert!(answer_on(&stream).starts_with("HTTP/1.1 413 "));
    // On the paths of CDS Hooks it is an OperationOutcome.
    let answer = server.post("/cds-services/claimgate-order-sign", "application/json", &large);
    assert_eq!((answer.status, &answer.json()["issue"][0]["code"]), (413, &"too-long".into()));
}

#[test]
fn one_request_too_many_is_turned_away() {
    let server = Server::start(ServerConfig { in_flight_max: 1, ..ServerConfig::default() });
    let body = denied("C-1").to_string();
    let mut slow = server.connect(&begun(body.len()));
    let decide = || server.post("/v1/decisions", "application/json", &body);
    until("a full server", || decide().status == 503);
    let answer = decide();
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(answer.json()["type"], "urn:claimgate:problem:over-capacity");
    let hook = server.post("/cds-services/claimgate-order-sign", "application/json", "{}");
    assert_eq!((hook.status, &hook.json()["issue"][0]["code"]), (503, &"throttled".into()));
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
    slow.write_all(&body.as_bytes()[1..]).unwrap();
    until("an answer to the first", || decide().status == 200);
    assert!(answer_on(&slow).starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_client_that_goes_away_leaves_its_place() {
    let server = Server::start(ServerConfig { in_flight_max: 1, ..ServerConfig::default() });
    let body = denied("C-1").to_string();
    let slow = server.connect(&begun(body.len()));
    let decide = || server.post("/v1/decisions", "application/json", &body).status;
    until("a full server", || decide() == 503);
    drop(slow);
    until("a place", || decide() == 200);
}

#[test]
fn a_body_must_arrive_in_time() {
    let config = ServerConfig { body_time_max: Duration::from_millis(100), ..ServerConfig::default() };
    let server = Server::start(config);
    let text = answer_on(&server.connect(&begun(1000)));
    assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("urn:claimgate:problem:body-too-slow"), "{text}");
}

#[test]
fn a_head_must_arrive_in_time() {
    let config = ServerConfig { head_time_max: Duration::from_millis(100), ..ServerConfig::default() };
    let server = Server::start(config);
    let text = answer_on(&server.connect("GET / HTTP/1.1\r\n"));
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 408 "), "{text}");
}

#[test]
fn what_is_under_way_is_finished_before_the_end() {
    let server = Server::start(ServerConfig { in_flight_max: 1, ..ServerConfig::default() });
    let body = denied("C-1").to_string();
    let mut slow = server.connect(&begun(body.len()));
    until("a full server", || server.post("/v1/decisions", "application/json", &body).status == 503);
    server.tell_to_stop();
    until("a closed door", || TcpStream::connect(("127.0.0.1", server.port)).is_err());
    slow.write_all(&body.as_bytes()[1..]).unwrap();
    let text = answer_on(&slow);
    assert!(text.starts_with("HTTP/1.1 200 ") && text.contains("\"verdict\":\"deny\""), "{text}");
    server.ended().unwrap();
}
