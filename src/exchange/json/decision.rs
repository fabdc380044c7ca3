//! Decisions and rejects as the native contract writes them.
//!
//! The shapes are this door's own; empty optional fields are left out, the lists a reader counts on
//! (`findings`, `needs`, `would_change`, `packs`) always stand.

use std::io;

use serde::Serialize;
use serde_json::Value;

use crate::{
    exchange::Reject,
    verdict::{
        Adjustment, Change, Citation, Decision, Effect, Evidence, Finding, LineDecision, Need, PackStamp, WouldChange,
    },
};

/// The version of this engine.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// A decision as a JSON value; `decision_id` where it was recorded under one.
pub fn decision(decision: &Decision, decision_id: Option<&str>) -> Value {
    serde_json::to_value(DecisionOut::of(decision, decision_id, ENGINE)).unwrap_or_default()
}

/// A decision as the text that a ledger keeps: what [`write_decision`] writes under that engine,
/// without the end of the line.
pub fn decision_text(decision: &Decision, decision_id: &str, engine: &str) -> String {
    serde_json::to_string(&DecisionOut::of(decision, Some(decision_id), engine)).unwrap_or_default()
}

/// Writes a decision as one line of NDJSON.
///
/// # Errors
/// When `out` fails.
pub fn write_decision(decision: &Decision, decision_id: Option<&str>, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &DecisionOut::of(decision, decision_id, ENGINE))?;
    out.write_all(b"\n")
}

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

#[derive(Serialize)]
struct DecisionOut<'a> {
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<&'a str>,
    verdict: &'a str,
    requires_clinician_signoff: bool,
    lines: Vec<LineOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<RemarkOut<'a>>,
    packs: Vec<PackOut<'a>>,
    engine: &'a str,
}

#[derive(Serialize)]
struct LineOut<'a> {
    number: u32,
    verdict: &'a str,
    findings: Vec<FindingOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<NoteOut<'a>>,
    needs: Vec<NeedOut<'a>>,
    would_change: Vec<WouldChangeOut<'a>>,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pack: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    rule: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    stage: &'a str,
    verdict: &'a str,
    reason: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    text_for_patient: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    citation: Option<CitationOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adjustment: Option<AdjustmentOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<EffectOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceOut<'a>>,
}

#[derive(Serialize)]
struct CitationOut<'a> {
    anchor: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    doi: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    strength: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dissent: Option<&'a str>,
}

#[derive(Serialize)]
struct AdjustmentOut<'a> {
    group: &'a str,
    carc: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rarc: Option<&'a str>,
}

#[derive(Serialize)]
struct EffectOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pas: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crd: Option<&'a str>,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    fact: &'a str,
    question: &'a str,
    answer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<&'a str>,
}

#[derive(Serialize)]
struct NoteOut<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    rule: &'a str,
    reason: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct NeedOut<'a> {
    fact: &'a str,
    ask: &'a str,
    why: &'a str,
    source: &'a str,
    answers: Vec<AnswerOut<'a>>,
}

#[derive(Serialize)]
struct AnswerOut<'a> {
    #[serde(rename = "if")]
    when: &'a str,
    /// Left out while other facts still matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<&'a str>,
}

/// One fact stands by itself, two under `all`.
#[derive(Serialize)]
#[serde(untagged)]
enum WouldChangeOut<'a> {
    One {
        #[serde(flatten)]
        change: ChangeOut<'a>,
        then: &'a str,
    },
    Several {
        all: Vec<ChangeOut<'a>>,
        then: &'a str,
    },
}

#[derive(Serialize)]
struct ChangeOut<'a> {
    fact: &'a str,
    #[serde(rename = "if")]
    when: &'a str,
}

#[derive(Serialize)]
struct RemarkOut<'a> {
    message: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct PackOut<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
}

impl<'a> DecisionOut<'a> {
    fn of(decision: &'a Decision, decision_id: Option<&'a str>, engine: &'a str) -> DecisionOut<'a> {
        DecisionOut {
            request_id: &decision.request_id,
            decision_id,
            verdict: decision.verdict.name(),
            requires_clinician_signoff: decision.requires_clinician_signoff,
            lines: decision.lines.iter().map(LineOut::of).collect(),
            remarks: decision.remarks.iter().map(|(message, source)| RemarkOut { message, source }).collect(),
            packs: decision.packs.iter().map(PackOut::of).collect(),
            engine,
        }
    }
}

impl<'a> LineOut<'a> {
    fn of(line: &'a LineDecision) -> LineOut<'a> {
        LineOut {
            number: line.number,
            verdict: line.verdict.name(),
            findings: line.findings.iter().map(FindingOut::of).collect(),
            notes: line.notes.iter().map(NoteOut::of).collect(),
            needs: line.needs.iter().map(NeedOut::of).collect(),
            would_change: line.would_change.iter().map(WouldChangeOut::of).collect(),
        }
    }
}

impl<'a> FindingOut<'a> {
    fn of(finding: &'a Finding) -> FindingOut<'a> {
        let Finding {
            pack,
            rule,
            stage,
            verdict,
            reason,
            text,
            text_for_patient,
            citation,
            adjustment,
            effect,
            evidence,
        } = finding;
        FindingOut {
            pack,
            rule,
            stage,
            verdict: verdict.name(),
            reason,
            text,
            text_for_patient,
            citation: citation.as_ref().map(CitationOut::of),
            adjustment: adjustment.as_ref().map(AdjustmentOut::of),
            effect: EffectOut::of(effect),
            evidence: evidence.iter().map(EvidenceOut::of).collect(),
        }
    }
}

impl<'a> CitationOut<'a> {
    fn of(citation: &'a Citation) -> CitationOut<'a> {
        CitationOut {
            anchor: &citation.anchor,
            doi: &citation.doi,
            strength: citation.strength.as_deref(),
            certainty: citation.certainty.as_deref(),
            dissent: citation.dissent.as_deref(),
        }
    }
}

impl<'a> AdjustmentOut<'a> {
    fn of(adjustment: &'a Adjustment) -> AdjustmentOut<'a> {
        AdjustmentOut { group: &adjustment.group, carc: &adjustment.carc, rarc: adjustment.rarc.as_deref() }
    }
}

impl<'a> EffectOut<'a> {
    fn of(effect: &'a Effect) -> Option<EffectOut<'a>> {
        let out = EffectOut { pas: effect.pas.as_deref(), crd: effect.crd.as_deref() };
        (out.pas.is_some() || out.crd.is_some()).then_some(out)
    }
}

impl<'a> EvidenceOut<'a> {
    fn of(evidence: &'a Evidence) -> EvidenceOut<'a> {
        EvidenceOut {
            fact: &evidence.fact,
            question: &evidence.question,
            answer: evidence.answer,
            value: evidence.value.as_deref(),
            source: &evidence.source,
            within: evidence.within.as_deref(),
        }
    }
}

impl<'a> NoteOut<'a> {
    fn of(note: &'a Finding) -> NoteOut<'a> {
        NoteOut { rule: &note.rule, reason: &note.reason, text: &note.text }
    }
}

impl<'a> NeedOut<'a> {
    fn of(need: &'a Need) -> NeedOut<'a> {
        let answer =
            |(when, then): &'a (String, Option<_>)| AnswerOut { when, then: then.map(crate::verdict::Verdict::name) };
        NeedOut {
            fact: &need.fact,
            ask: &need.ask,
            why: need.why.name(),
            source: &need.source,
            answers: need.answers.iter().map(answer).collect(),
        }
    }
}

impl<'a> WouldChangeOut<'a> {
    fn of(change: &'a WouldChange) -> WouldChangeOut<'a> {
        let then = change.then.name();
        let one = |change: &'a Change| ChangeOut { fact: &change.fact, when: &change.when };
        match change.all.as_slice() {
            [only] => WouldChangeOut::One { change: one(only), then },
            several => WouldChangeOut::Several { all: several.iter().map(one).collect(), then },
        }
    }
}

impl<'a> PackOut<'a> {
    fn of(pack: &'a PackStamp) -> PackOut<'a> {
        PackOut { name: &pack.name, version: &pack.version, digest: &pack.digest }
    }
}

#[cfg(test)]
mod tests;
