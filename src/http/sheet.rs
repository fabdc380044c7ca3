//! What a body of requests comes to: decided one by one as they are read, counted, and written.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    media::{self, Format},
    minutes::Minutes,
    problem::{self, Problem},
    record::Tally,
};
use crate::{
    desk::Desk,
    exchange::{Fault, Item, Reject, fhir, json, table, x12},
    request::Request,
    verdict::{Decision, Verdict},
};

/// How the place of a fault names the body.
const BODY: &str = "body";

/// An answer that holds decisions.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) media: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) tally: Tally,
}

/// Decides every request of a body.
///
/// # Errors
/// When nothing of it could be decided.
pub(super) fn decide(
    desk: &Desk,
    format: Format,
    bytes: &[u8],
    minutes: Option<&mut Minutes>,
) -> Result<Answer, Problem> {
    let as_lines = matches!(format, Format::JsonLines | Format::FhirLines);
    let mut sheet = Sheet {
        desk,
        minutes,
        as_lines,
        written: Vec::new(),
        rejects: Vec::new(),
        faults: Vec::new(),
        claims: Count::default(),
        lines: Count::default(),
    };
    read(format, bytes, &mut |item| sheet.take(item))?;
    match format {
        Format::JsonLines | Format::FhirLines => sheet.each(),
        Format::Json if is_single(format, bytes) => sheet.one(),
        Format::Fhir if sheet.claims.read == 1 => sheet.one(),
        Format::Json | Format::Fhir | Format::X12 | Format::Csv => sheet.many(),
    }
}

/// Hands everything that a body holds to `each`.
///
/// # Errors
/// Reading from memory does not fail; if it ever does, what was read must not look whole.
pub(super) fn read(format: Format, bytes: &[u8], each: &mut dyn FnMut(Item)) -> Result<(), Problem> {
    let read = match format {
        Format::Json => {
            json::read(bytes, each);
            Ok(())
        }
        Format::JsonLines => json::read_lines(bytes, BODY, each),
        Format::Fhir => {
            fhir::read(bytes, "", each);
            Ok(())
        }
        Format::FhirLines => fhir::read_lines(bytes, BODY, each),
        Format::X12 => x12::read(bytes, BODY, each),
        Format::Csv => table::read(bytes, BODY, each),
    };
    read.map_err(|_| Problem::internal())
}

/// Whether a body of this format holds one request and no more, as far as its form tells.
pub(super) fn is_single(format: Format, bytes: &[u8]) -> bool {
    match format {
        Format::Json => bytes.iter().find(|byte| !b"\xef\xbb\xbf \t\r\n".contains(byte)) != Some(&b'['),
        Format::Fhir => true,
        Format::JsonLines | Format::FhirLines | Format::X12 | Format::Csv => false,
    }
}

/// A request with the answers that came with it, and every answer that could not be taken.
pub(super) fn answered(desk: &Desk, request: Request, responses: &[fhir::Response]) -> (Request, Vec<Fault>) {
    let ask = |request: &Request| desk.ask(request);
    fhir::with_answers(request, responses, ask, |request, answers| desk.answered(request, answers))
}

struct Sheet<'d> {
    desk: &'d Desk,
    /// Where decisions are taken down, to be recorded.
    minutes: Option<&'d mut Minutes>,
    /// Whether every request is answered by a line, rejects included.
    as_lines: bool,
    /// Decisions, each ended by a line feed.
    written: Vec<u8>,
    rejects: Vec<Reject>,
    faults: Vec<Fault>,
    claims: Count,
    lines: Count,
}

/// `read` is counted when something is read, the others when it is settled: they must agree.
#[derive(Clone, Copy, Default)]
struct Count {
    read: u64,
    allowed: u64,
    flagged: u64,
    denied: u64,
    rejected: u64,
}

impl Sheet<'_> {
    fn take(&mut self, item: Item) {
        match item {
            Item::Request(request) => self.decide(&request),
            Item::Answered(request, responses) => {
                let (request, faults) = answered(self.desk, *request, &responses);
                faults.into_iter().for_each(|fault| self.take(Item::Fault(fault)));
                self.decide(&request);
            }
            Item::Reject(reject) => {
                let lines = u64::from(reject.lines);
                self.claims.read += 1;
                self.claims.rejected += 1;
                self.lines.read += lines;
                self.lines.rejected += lines;
                self.say(json::reject(&reject));
                self.rejects.push(reject);
            }
            Item::Fault(fault) => {
                self.say(json!({"fault": fault_out(&fault)}));
                self.faults.push(fault);
            }
        }
    }

    fn decide(&mut self, request: &Request) {
        self.claims.read += 1;
        self.lines.read += request.lines.len() as u64;
        let decision = self.desk.decide(request);
        self.claims.settle(decision.verdict);
        decision.lines.iter().for_each(|line| self.lines.settle(line.verdict));
        self.write(request, &decision);
    }

    fn write(&mut self, request: &Request, decision: &Decision) {
        if !self.as_lines && !self.written.is_empty() {
            self.written.push(b',');
        }
        if let Some(minutes) = &mut self.minutes {
            let (_, answer) = minutes.take(self.desk.packs(), request, decision);
            self.written.extend_from_slice(answer.as_bytes());
            self.written.push(b'\n');
            return;
        }
        let id = Uuid::now_v7().to_string();
        json::write_decision(decision, Some(&id), &mut self.written);
    }

    /// Writes what is no decision, where the answer is lines.
    fn say(&mut self, value: Value) {
        if self.as_lines {
            self.written.extend_from_slice(value.to_string().as_bytes());
            self.written.push(b'\n');
        }
    }

    /// One request: its decision alone, with the faults found on the way.
    fn one(self) -> Result<Answer, Problem> {
        if !self.rejects.is_empty() || self.claims.decided() == 0 {
            return Err(self.problem());
        }
        let tally = self.tally();
        let mut bytes = self.written;
        if !self.faults.is_empty() {
            let mut decision: Value = serde_json::from_slice(&bytes).map_err(|_| Problem::internal())?;
            if let Some(members) = decision.as_object_mut() {
                members.insert("faults".to_owned(), self.faults.iter().map(fault_out).collect());
            }
            bytes = decision.to_string().into_bytes();
        }
        Ok(Answer { media: media::JSON, bytes, tally })
    }

    /// Several requests: decisions, rejects and faults apart, and the accounting.
    fn many(self) -> Result<Answer, Problem> {
        if self.claims.decided() == 0 && self.rejects.iter().all(|reject| problem::is_malformed(reject.fault.code)) {
            return Err(self.problem());
        }
        let tally = self.tally();
        let rejects: Value = self.rejects.iter().map(json::reject).collect();
        let faults: Value = self.faults.iter().map(fault_out).collect();
        let mut accounting = self.claims.out();
        if let Some(members) = accounting.as_object_mut() {
            members.insert("lines".to_owned(), self.lines.out());
        }
        let mut bytes = b"{\"decisions\":[".to_vec();
        bytes.extend(self.written);
        bytes.extend(format!("],\"rejects\":{rejects},\"faults\":{faults},\"accounting\":{accounting}}}").into_bytes());
        Ok(Answer { media: media::JSON, bytes, tally })
    }

    /// A line for a line.
    fn each(self) -> Result<Answer, Problem> {
        if self.claims.read == 0 {
            return Err(self.problem());
        }
        let tally = self.tally();
        Ok(Answer { media: media::NDJSON, bytes: self.written, tally })
    }

    fn tally(&self) -> Tally {
        let Count { allowed, flagged, denied, .. } = self.lines;
        Tally { allowed, flagged, denied, rejects: self.claims.rejected, hook_instance: None }
    }

    fn problem(&self) -> Problem {
        Problem::of_body(&self.rejects, &self.faults)
    }
}

impl Count {
    fn settle(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::Flag => self.flagged += 1,
            Verdict::Deny => self.denied += 1,
        }
    }

    fn decided(self) -> u64 {
        self.allowed + self.flagged + self.denied
    }

    fn out(self) -> Value {
        let Count { read, allowed, flagged, denied, rejected } = self;
        let balanced = read == self.decided() + rejected;
        json!({"in": read, "allowed": allowed, "flagged": flagged, "denied": denied, "rejected": rejected, "balanced": balanced})
    }
}

pub(super) fn fault_out(fault: &Fault) -> Value {
    let mut out = json!({"code": fault.code, "place": fault.place, "message": fault.message});
    if let (Some(members), Some(help)) = (out.as_object_mut(), &fault.help) {
        members.insert("help".to_owned(), json!(help));
    }
    out
}
