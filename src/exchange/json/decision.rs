//! Decisions and rejects as the native contract writes them.
//!
//! The shapes are this door's own; empty optional fields are left out, the lists a reader counts on
//! (`findings`, `needs`, `would_change`, `packs`) always stand.

use serde::Serialize;
use serde_json::Value;

use super::text::{Object, object};
use crate::{
    exchange::Reject,
    verdict::{
        Adjustment, Change, Citation, Decision, Effect, Evidence, Finding, LineDecision, Need, PackStamp, Verdict,
        WouldChange,
    },
};

/// The version of this engine.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// A decision as a JSON value; `decision_id` where it was recorded under one.
pub fn decision(decision: &Decision, decision_id: Option<&str>) -> Value {
    let mut text = Vec::new();
    write(&mut text, decision, decision_id, ENGINE);
    serde_json::from_slice(&text).unwrap_or_default()
}

/// A decision as the text that a ledger keeps: what [`write_decision`] writes under that engine,
/// without the end of the line.
pub fn decision_text(decision: &Decision, decision_id: &str, engine: &str) -> String {
    let mut text = Vec::with_capacity(DECISION_BYTES);
    write(&mut text, decision, Some(decision_id), engine);
    // INVARIANT: it is made of texts.
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a decision as one line of NDJSON.
pub fn write_decision(decision: &Decision, decision_id: Option<&str>, out: &mut Vec<u8>) {
    out.reserve(DECISION_BYTES);
    write(out, decision, decision_id, ENGINE);
    out.push(b'\n');
}

/// As long as most decisions are.
const DECISION_BYTES: usize = 4_096;

/// A reject as a JSON value.
pub fn reject(reject: &Reject) -> Value {
    let fault = &reject.fault;
    let out = RejectOut {
        rejected: true,
        request_id: reject.request_id.as_deref(),
        lines: reject.lines,
        code: fault.code,
        place: &fault.place,
        message: &fault.message,
        help: fault.help.as_deref(),
    };
    serde_json::to_value(out).unwrap_or_default()
}

#[derive(Serialize)]
struct RejectOut<'a> {
    rejected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    lines: u32,
    code: &'a str,
    place: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

fn write(out: &mut Vec<u8>, decision: &Decision, decision_id: Option<&str>, engine: &str) {
    object(out, |object| {
        object.text("request_id", &decision.request_id);
        object.given("decision_id", decision_id);
        object.text("verdict", decision.verdict.name());
        let signs: &[u8] = if decision.requires_clinician_signoff { b"true" } else { b"false" };
        object.member("requires_clinician_signoff", |out| out.extend_from_slice(signs));
        object.list("lines", &decision.lines, line);
        if !decision.remarks.is_empty() {
            object.list("remarks", &decision.remarks, |object, (message, source)| {
                object.text("message", message);
                object.text("source", source);
            });
        }
        object.list("packs", &decision.packs, |object, PackStamp { name, version, digest }| {
            object.text("name", name);
            object.text("version", version);
            object.text("digest", digest);
        });
        object.text("engine", engine);
    });
}

fn line(object: &mut Object<'_>, line: &LineDecision) {
    object.member("number", |out| out.extend_from_slice(line.number.to_string().as_bytes()));
    object.text("verdict", line.verdict.name());
    object.list("findings", &line.findings, finding);
    if !line.notes.is_empty() {
        object.list("notes", &line.notes, |object, note| {
            object.filled("rule", &note.rule);
            object.text("reason", &note.reason);
            object.text("text", &note.text);
        });
    }
    object.list("needs", &line.needs, need);
    object.list("would_change", &line.would_change, would_change);
}

fn finding(object: &mut Object<'_>, finding: &Finding) {
    object.filled("pack", &finding.pack);
    object.filled("rule", &finding.rule);
    object.filled("stage", &finding.stage);
    object.text("verdict", finding.verdict.name());
    object.text("reason", &finding.reason);
    object.text("text", &finding.text);
    object.filled("text_for_patient", &finding.text_for_patient);
    if let Some(Citation { anchor, doi, strength, certainty, dissent }) = &finding.citation {
        object.object("citation", |object| {
            object.text("anchor", anchor);
            object.filled("doi", doi);
            object.given("strength", strength.as_deref());
            object.given("certainty", certainty.as_deref());
            object.given("dissent", dissent.as_deref());
        });
    }
    if let Some(Adjustment { group, carc, rarc }) = &finding.adjustment {
        object.object("adjustment", |object| {
            object.text("group", group);
            object.text("carc", carc);
            object.given("rarc", rarc.as_deref());
        });
    }
    let Effect { pas, crd } = &finding.effect;
    if pas.is_some() || crd.is_some() {
        object.object("effect", |object| {
            object.given("pas", pas.as_deref());
            object.given("crd", crd.as_deref());
        });
    }
    if !finding.evidence.is_empty() {
        object.list("evidence", &finding.evidence, evidence);
    }
}

fn evidence(object: &mut Object<'_>, evidence: &Evidence) {
    object.text("fact", &evidence.fact);
    object.text("question", &evidence.question);
    object.text("answer", evidence.answer);
    object.given("value", evidence.value.as_deref());
    object.text("source", &evidence.source);
    object.given("within", evidence.within.as_deref());
}

fn need(object: &mut Object<'_>, need: &Need) {
    object.text("fact", &need.fact);
    object.text("ask", &need.ask);
    object.text("why", need.why.name());
    object.text("source", &need.source);
    object.list("answers", &need.answers, |object, (when, then)| {
        object.text("if", when);
        // Left out while other facts still matter.
        object.given("then", then.map(Verdict::name));
    });
}

/// One fact stands by itself, two under `all`.
fn would_change(object: &mut Object<'_>, would: &WouldChange) {
    let one = |object: &mut Object<'_>, change: &Change| {
        object.text("fact", &change.fact);
        object.text("if", &change.when);
    };
    match would.all.as_slice() {
        [only] => one(object, only),
        several => object.list("all", several, one),
    }
    object.text("then", would.then.name());
}

#[cfg(test)]
mod tests;
