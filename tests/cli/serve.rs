//! The server as a process.

use super::{claimgate, run};

#[test]
fn the_server_answers_and_stops_when_it_is_told() {
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpStream,
        process::{Command, Stdio},
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["serve", "--address", "127.0.0.1:0", "--packs", concat!(env!("CARGO_MANIFEST_DIR"), "/rules")])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = log.find(|line| line.contains("listening")).unwrap();
    let port: u16 = line.split("port=").nth(1).unwrap().trim().parse().unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let rest: Vec<String> = log.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
}

#[test]
fn a_server_that_cannot_listen_says_why() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let left = claimgate(&["serve", "--address", &address], b"");
    assert_eq!((left.code, left.stdout.as_str()), (1, ""));
    assert!(left.stderr.contains(&format!("error: cannot serve on {address}: ")), "{}", left.stderr);
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("claimgate");
    let told = run(command.arg("serve").env("CLAIMGATE_LOG_FORMAT", "xml"));
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("`CLAIMGATE_LOG_FORMAT` is `xml`; it takes `json` or `human`"), "{}", told.stderr);
}
