//! Files composed for the tests, and what the reader says of them in short.

mod envelopes;
mod institutional;
mod malformed;
mod patients;
mod professional;
mod properties;

use std::io;

use crate::{
    exchange::{Item, x12},
    request::Request,
};

/// A header of the fixed width, with `*` `:` `~`.
const ISA: &str =
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260310*1200*^*00501*000000001*0*T*:~";

/// The loops around a claim whose subscriber is the patient.
const SUBSCRIBER: &str =
    "HL*1**20*1~NM1*85*2*PRACTICE~HL*2*1*22*0~SBR*P*18*******CI~NM1*IL*1*A*B****MI*M1~DMG*D8*19730501*F~";

/// A claim of one line, with `id`.
fn claim(id: &str) -> String {
    format!(
        "CLM*{id}*100***11:B:1~DTP*431*D8*20250901~HI*ABK:M5416~LX*1~SV1*HC:62323*100*UN*1***1~DTP*472*D8*20260310~"
    )
}

/// One interchange, group and set of `version` around `body`, every count right.
fn interchange(version: &str, body: &str) -> String {
    let segments = body.matches('~').count() + 2;
    format!(
        "{ISA}GS*HC*S*R*20260310*1200*1*X*{version}~ST*837*0001*{version}~{body}SE*{segments}*0001~GE*1*1~IEA*1*000000001~"
    )
}

/// A professional interchange of the subscriber and `claims`.
fn professional(claims: &str) -> String {
    interchange("005010X222A1", &format!("{SUBSCRIBER}{claims}"))
}

fn read(input: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    x12::read(input, "claims.x12", &mut |item| items.push(item)).unwrap();
    items
}

/// The only request of a file that has nothing else to say.
fn only(input: &str) -> Request {
    let mut items = read(input.as_bytes());
    assert_eq!(items.len(), 1, "{:?}", said(&items));
    match items.pop() {
        Some(Item::Request(request)) => *request,
        other => panic!("{other:?}"),
    }
}

/// Each item in short: `C-1 1` (a request and its lines), `reject C-1 1 x12::…`, `x12::…`.
fn said(items: &[Item]) -> Vec<String> {
    let short = |item: &Item| match item {
        Item::Request(request) | Item::Answered(request, _) => format!("{} {}", request.id, request.lines.len()),
        Item::Reject(reject) => {
            format!("reject {} {} {}", reject.request_id.as_deref().unwrap_or("-"), reject.lines, reject.fault.code)
        }
        Item::Fault(fault) => fault.code.to_owned(),
    };
    items.iter().map(short).collect()
}

/// Reads `input` whole, byte by byte and in blocks, and expects the same of all.
fn check(input: impl AsRef<[u8]>, expected: &[&str]) {
    let input = input.as_ref();
    let items = read(input);
    let text = String::from_utf8_lossy(input.get(..input.len().min(2_000)).unwrap()).into_owned();
    assert_eq!(said(&items), expected, "{text}");
    let mut slowly = Vec::new();
    x12::read(Drip { rest: input, interrupted: false }, "claims.x12", &mut |item| slowly.push(item)).unwrap();
    assert_eq!(format!("{items:?}"), format!("{slowly:?}"), "{text}");
    for block_bytes in [1, 300, 64 * 1024] {
        assert_eq!(format!("{items:?}"), format!("{:?}", in_blocks(input, block_bytes)), "{block_bytes}: {text}");
    }
}

/// Reads `input` in blocks, each by itself.
fn in_blocks(input: &[u8], block_bytes: usize) -> Vec<Item> {
    let (mut blocks, mut items) = (Vec::new(), Vec::new());
    x12::cut(input, "claims.x12", block_bytes, &mut |block| blocks.push(block)).unwrap();
    for block in blocks {
        let (told, before) = (block.claims(), items.len());
        block.read("claims.x12", &mut |item| items.push(item));
        assert_eq!(items.iter().skip(before).filter(|item| item.is_claim()).count(), told);
    }
    items
}

/// An input that gives one byte at a time, and is interrupted before each.
struct Drip<'a> {
    rest: &'a [u8],
    interrupted: bool,
}

impl io::Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let Some((first, rest)) = self.rest.split_first() else { return Ok(0) };
        buffer[0] = *first;
        self.rest = rest;
        Ok(1)
    }
}

/// The remarks of a request.
fn remarks(request: &Request) -> Vec<&str> {
    request.remarks.iter().map(|remark| remark.value.as_str()).collect()
}
