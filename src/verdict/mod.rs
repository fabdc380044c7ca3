//! What is answered: verdicts, findings, needs, decisions. Values only; sentences are filled in
//! by `desk/`, formats by `exchange/`.

use std::fmt;

/// Allow, flag or deny, in order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing of the policy stands against it.
    Allow,
    /// A person must look.
    Flag,
    /// The policy recommends against it, every element shown.
    Deny,
}

impl Verdict {
    /// `allow`, `flag` or `deny`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Flag => "flag",
            Verdict::Deny => "deny",
        }
    }

    /// The verdict of a name.
    pub fn from_name(name: &str) -> Option<Verdict> {
        [Verdict::Allow, Verdict::Flag, Verdict::Deny].into_iter().find(|verdict| verdict.name() == name)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a fact is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Nothing was given.
    Absent,
    /// Something was given that cannot be read, or not exactly enough.
    Unreadable,
    /// What was given contradicts itself.
    Contradictory,
}

impl Cause {
    /// The cause of a name.
    pub fn from_name(name: &str) -> Option<Cause> {
        [Cause::Absent, Cause::Unreadable, Cause::Contradictory].into_iter().find(|cause| cause.name() == name)
    }

    /// `absent`, `unreadable` or `contradictory`.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Absent => "absent",
            Cause::Unreadable => "unreadable",
            Cause::Contradictory => "contradictory",
        }
    }
}

/// The decision of one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The request's own identifier.
    pub request_id: String,
    /// The most severe verdict of its lines; allow where it has none.
    pub verdict: Verdict,
    /// Whether a clinician must sign before a denial goes out.
    pub requires_clinician_signoff: bool,
    /// One verdict a service line, in the request's order.
    pub lines: Vec<LineDecision>,
    /// The packs that were asked.
    pub packs: Vec<PackStamp>,
    /// Remarks of the reader: what and where.
    pub remarks: Vec<(String, String)>,
}

/// The decision of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineDecision {
    /// The line's number as sent.
    pub number: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// What settled it; the first is the main reason.
    pub findings: Vec<Finding>,
    /// What was noticed and changes nothing.
    pub notes: Vec<Finding>,
    /// Exactly the unknown facts that the verdict hangs on.
    pub needs: Vec<Need>,
    /// Which documentation would give another verdict.
    pub would_change: Vec<WouldChange>,
}

/// What one rule says of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The pack.
    pub pack: String,
    /// The rule's file stem; empty where the engine itself speaks.
    pub rule: String,
    /// The stage's name, without its number.
    pub stage: String,
    /// What the rule says.
    pub verdict: Verdict,
    /// The reason's id in the pack.
    pub reason: String,
    /// The sentence for the provider.
    pub text: String,
    /// The sentence for the patient.
    pub text_for_patient: String,
    /// The passage it rests on.
    pub citation: Option<Citation>,
    /// Remittance codes.
    pub adjustment: Option<Adjustment>,
    /// Codes for prior authorization and order-time answers.
    pub effect: Effect,
    /// The questions that led here, in the order they were asked.
    pub evidence: Vec<Evidence>,
}

/// A passage of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Anchor in the pack's `SOURCE.md`.
    pub anchor: String,
    /// Digital object identifier of the source.
    pub doi: String,
    /// Strength and direction of the recommendation, where it is one.
    pub strength: Option<String>,
    /// Certainty of the evidence, where it is graded.
    pub certainty: Option<String>,
    /// What an appeal will quote against it.
    pub dissent: Option<String>,
}

/// Remittance codes, numbers only (X12 external code lists).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Claim adjustment group code: CO, PR, OA or PI.
    pub group: String,
    /// Claim adjustment reason code.
    pub carc: String,
    /// Remittance advice remark code.
    pub rarc: Option<String>,
}

/// What the verdict means at other doors.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Effect {
    /// X12 element 306 for Da Vinci PAS: A1, A3, A4, NA.
    pub pas: Option<String>,
    /// Da Vinci CRD coverage effect: covered, not-covered, auth-needed, doc-needed, info-needed.
    pub crd: Option<String>,
}

/// One question, its answer, and what it was answered from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The fact, as scripts name it.
    pub fact: String,
    /// The test: `in epidural`, `≥ 3 months`.
    pub question: String,
    /// `yes`, `no`, or `unknown` where either answer gives the same verdict.
    pub answer: &'static str,
    /// The value it was answered from, where that may be shown.
    pub value: Option<String>,
    /// Where the value stood.
    pub source: String,
    /// The definition that asked, as the rule called it: `pain_is("axial")`.
    pub within: Option<String>,
}

/// An unknown fact that the verdict hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The fact, as scripts name it.
    pub fact: String,
    /// What to send, in plain words.
    pub ask: String,
    /// Why it is unknown.
    pub why: Cause,
    /// Where it was looked for, or where the unreadable value stood.
    pub source: String,
    /// The verdict each answer would give; `None` while other facts still matter.
    pub answers: Vec<(String, Option<Verdict>)>,
}

impl Need {
    /// The kind of fact: its name without arguments.
    pub fn kind(&self) -> &str {
        kind_of(&self.fact)
    }
}

impl Change {
    /// The kind of fact: its name without arguments.
    pub fn kind(&self) -> &str {
        kind_of(&self.fact)
    }
}

fn kind_of(fact: &str) -> &str {
    fact.split('(').next().unwrap_or_default()
}

/// What documentation would give another verdict, everything else as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldChange {
    /// One fact with its other value; two where no single one gives this verdict.
    pub all: Vec<Change>,
    /// The verdict it gives.
    pub then: Verdict,
}

/// A fact with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The fact, as scripts name it.
    pub fact: String,
    /// The other value.
    pub when: String,
}

/// Which pack was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackStamp {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `sha256:` and the digest over files and parameters.
    pub digest: String,
}

/// What a rule says of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Nothing; other rules decide.
    Pass,
    /// Nothing, but it is worth a remark.
    Note(Said),
    /// A finding.
    Find(Verdict, Said),
    /// A limit: no verdict above this one.
    AtMost(Verdict, Said),
}

/// The reason of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Said {
    /// The reason's id in the pack's `reasons.toml`.
    pub reason: String,
    /// The anchor of the passage, where the rule names another than the reason does.
    pub cites: Option<String>,
}
