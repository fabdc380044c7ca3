//! A decision read back from what was written of it.
//!
//! What is not written is not read back: a note has its rule, reason and text alone. Written again
//! it is the same text. Fields that this engine does not know are passed over.

use serde::Deserialize;

use crate::verdict::{
    Adjustment, Cause, Change, Citation, Decision, Effect, Evidence, Finding, LineDecision, Need, PackStamp, Verdict,
    WouldChange,
};

/// A decision as it was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The decision.
    pub decision: Decision,
    /// The id that it was recorded under, where it was.
    pub decision_id: Option<String>,
    /// The version of the engine that made it.
    pub engine: String,
}

/// Reads a decision that was written; `None` where the text is none.
pub fn told(text: &str) -> Option<Told> {
    let told: DecisionIn = serde_json::from_str(text).ok()?;
    Some(Told {
        decision: Decision {
            request_id: told.request_id,
            verdict: Verdict::from_name(&told.verdict)?,
            requires_clinician_signoff: told.requires_clinician_signoff,
            lines: told.lines.into_iter().map(LineIn::read).collect::<Option<_>>()?,
            packs: told.packs.into_iter().map(PackIn::read).collect(),
            remarks: told.remarks.into_iter().map(|remark| (remark.message, remark.source)).collect(),
        },
        decision_id: told.decision_id,
        engine: told.engine,
    })
}

#[derive(Deserialize)]
struct DecisionIn {
    request_id: String,
    decision_id: Option<String>,
    verdict: String,
    requires_clinician_signoff: bool,
    lines: Vec<LineIn>,
    #[serde(default)]
    remarks: Vec<RemarkIn>,
    packs: Vec<PackIn>,
    engine: String,
}

#[derive(Deserialize)]
struct LineIn {
    number: u32,
    verdict: String,
    findings: Vec<FindingIn>,
    #[serde(default)]
    notes: Vec<NoteIn>,
    needs: Vec<NeedIn>,
    would_change: Vec<WouldChangeIn>,
}

#[derive(Deserialize)]
struct FindingIn {
    #[serde(default)]
    pack: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    stage: String,
    verdict: String,
    reason: String,
    text: String,
    #[serde(default)]
    text_for_patient: String,
    citation: Option<CitationIn>,
    adjustment: Option<AdjustmentIn>,
    effect: Option<EffectIn>,
    #[serde(default)]
    evidence: Vec<EvidenceIn>,
}

#[derive(Deserialize)]
struct CitationIn {
    anchor: String,
    #[serde(default)]
    doi: String,
    strength: Option<String>,
    certainty: Option<String>,
    dissent: Option<String>,
}

#[derive(Deserialize)]
struct AdjustmentIn {
    group: String,
    carc: String,
    rarc: Option<String>,
}

#[derive(Deserialize)]
struct EffectIn {
    pas: Option<String>,
    crd: Option<String>,
}

#[derive(Deserialize)]
struct EvidenceIn {
    fact: String,
    question: String,
    answer: String,
    value: Option<String>,
    source: String,
    within: Option<String>,
}

#[derive(Deserialize)]
struct NoteIn {
    #[serde(default)]
    rule: String,
    reason: String,
    text: String,
}

#[derive(Deserialize)]
struct NeedIn {
    fact: String,
    ask: String,
    why: String,
    source: String,
    answers: Vec<AnswerIn>,
}

#[derive(Deserialize)]
struct AnswerIn {
    #[serde(rename = "if")]
    when: String,
    then: Option<String>,
}

#[derive(Deserialize)]
struct WouldChangeIn {
    #[serde(default)]
    all: Vec<ChangeIn>,
    fact: Option<String>,
    #[serde(rename = "if")]
    when: Option<String>,
    then: String,
}

#[derive(Deserialize)]
struct ChangeIn {
    fact: String,
    #[serde(rename = "if")]
    when: String,
}

#[derive(Deserialize)]
struct RemarkIn {
    message: String,
    source: String,
}

#[derive(Deserialize)]
struct PackIn {
    name: String,
    version: String,
    digest: String,
}

impl LineIn {
    fn read(self) -> Option<LineDecision> {
        Some(LineDecision {
            number: self.number,
            verdict: Verdict::from_name(&self.verdict)?,
            findings: self.findings.into_iter().map(FindingIn::read).collect::<Option<_>>()?,
            notes: self.notes.into_iter().map(NoteIn::read).collect(),
            needs: self.needs.into_iter().map(NeedIn::read).collect::<Option<_>>()?,
            would_change: self.would_change.into_iter().map(WouldChangeIn::read).collect::<Option<_>>()?,
        })
    }
}

impl FindingIn {
    fn read(self) -> Option<Finding> {
        let citation = |CitationIn { anchor, doi, strength, certainty, dissent }: CitationIn| Citation {
            anchor,
            doi,
            strength,
            certainty,
            dissent,
        };
        let adjustment = |AdjustmentIn { group, carc, rarc }: AdjustmentIn| Adjustment { group, carc, rarc };
        Some(Finding {
            pack: self.pack,
            rule: self.rule,
            stage: self.stage,
            verdict: Verdict::from_name(&self.verdict)?,
            reason: self.reason,
            text: self.text,
            text_for_patient: self.text_for_patient,
            citation: self.citation.map(citation),
            adjustment: self.adjustment.map(adjustment),
            effect: self.effect.map(|EffectIn { pas, crd }| Effect { pas, crd }).unwrap_or_default(),
            evidence: self.evidence.into_iter().map(EvidenceIn::read).collect::<Option<_>>()?,
        })
    }
}

impl EvidenceIn {
    fn read(self) -> Option<Evidence> {
        let answer = ["yes", "no", "unknown"].into_iter().find(|answer| *answer == self.answer)?;
        let EvidenceIn { fact, question, answer: _, value, source, within } = self;
        Some(Evidence { fact, question, answer, value, source, within })
    }
}

impl NoteIn {
    fn read(self) -> Finding {
        Finding {
            pack: String::new(),
            rule: self.rule,
            stage: String::new(),
            verdict: Verdict::Allow,
            reason: self.reason,
            text: self.text,
            text_for_patient: String::new(),
            citation: None,
            adjustment: None,
            effect: Effect::default(),
            evidence: Vec::new(),
        }
    }
}

impl NeedIn {
    fn read(self) -> Option<Need> {
        let answer = |AnswerIn { when, then }: AnswerIn| match then {
            Some(then) => Some((when, Some(Verdict::from_name(&then)?))),
            None => Some((when, None)),
        };
        Some(Need {
            fact: self.fact,
            ask: self.ask,
            why: Cause::from_name(&self.why)?,
            source: self.source,
            answers: self.answers.into_iter().map(answer).collect::<Option<_>>()?,
        })
    }
}

impl WouldChangeIn {
    fn read(self) -> Option<WouldChange> {
        let change = |ChangeIn { fact, when }: ChangeIn| Change { fact, when };
        let all = match (self.fact, self.when) {
            (Some(fact), Some(when)) if self.all.is_empty() => vec![Change { fact, when }],
            (None, None) => self.all.into_iter().map(change).collect(),
            (_, _) => return None,
        };
        Some(WouldChange { all, then: Verdict::from_name(&self.then)? })
    }
}

impl PackIn {
    fn read(self) -> PackStamp {
        PackStamp { name: self.name, version: self.version, digest: self.digest }
    }
}
