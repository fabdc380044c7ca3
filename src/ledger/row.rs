//! What an entry is found by, and how that is kept in columns.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::Digest;
use crate::{
    request::{Kind, Request},
    verdict::{Decision, PackStamp, Verdict},
};

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is found by.
    pub row: Row,
    /// The canonical bytes of the entry.
    pub body: Vec<u8>,
}

/// What an entry is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The decision's id.
    pub id: Uuid,
    /// A claim or an order.
    pub kind: Kind,
    /// The sender's identifier of the claim or order; empty once its body is retired.
    pub request_id: String,
    /// When the request was there, in milliseconds since 1970 UTC.
    pub received_ms: i64,
    /// When it was decided, in milliseconds since 1970 UTC.
    pub decided_ms: i64,
    /// Whether the sender asked for an expedited decision.
    pub expedited: bool,
    /// The verdict of the whole request.
    pub verdict: Verdict,
    /// The member, as a keyed hash; none where none was sent, and once the body is retired.
    pub member: Option<Digest>,
    /// The packs that were asked.
    pub packs: Vec<PackStamp>,
    /// What was found, each once, in order.
    pub findings: BTreeSet<FoundBy>,
}

/// A reason that a rule of a pack gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundBy {
    /// The pack.
    pub pack: String,
    /// The rule; empty where the engine itself speaks.
    pub rule: String,
    /// The reason's id.
    pub reason: String,
}

impl Row {
    /// The row of a decision.
    pub fn of(
        id: Uuid,
        times_ms: (i64, i64),
        expedited: bool,
        request: &Request,
        decision: &Decision,
        member: Option<Digest>,
    ) -> Row {
        let findings = decision.lines.iter().flat_map(|line| &line.findings);
        let found = |finding: &crate::verdict::Finding| FoundBy {
            pack: finding.pack.clone(),
            rule: finding.rule.clone(),
            reason: finding.reason.clone(),
        };
        Row {
            id,
            kind: request.kind,
            request_id: decision.request_id.clone(),
            received_ms: times_ms.0,
            decided_ms: times_ms.1,
            expedited,
            verdict: decision.verdict,
            member,
            packs: decision.packs.clone(),
            findings: findings.map(found).collect(),
        }
    }

    /// The packs as their column holds them: a line each, of name, version and digest.
    pub(super) fn packs_text(&self) -> String {
        packs_text(&self.packs)
    }

    /// The findings as their column holds them: a line each, of pack, rule and reason.
    pub(super) fn findings_text(&self) -> String {
        findings_text(&self.findings)
    }
}

fn packs_text(packs: &[PackStamp]) -> String {
    lines(packs.iter().map(|pack| [&pack.name, &pack.version, &pack.digest]))
}

fn findings_text(findings: &BTreeSet<FoundBy>) -> String {
    lines(findings.iter().map(|found| [&found.pack, &found.rule, &found.reason]))
}

/// The packs of a column; none where it holds something else.
pub(super) fn packs_of(text: &str) -> Option<Vec<PackStamp>> {
    let stamp = |[name, version, digest]: [String; 3]| PackStamp { name, version, digest };
    let packs: Vec<PackStamp> = fields(text)?.into_iter().map(stamp).collect();
    (packs_text(&packs) == text).then_some(packs)
}

/// The findings of a column; none where it holds something else.
pub(super) fn findings_of(text: &str) -> Option<BTreeSet<FoundBy>> {
    let found = |[pack, rule, reason]: [String; 3]| FoundBy { pack, rule, reason };
    let findings: BTreeSet<FoundBy> = fields(text)?.into_iter().map(found).collect();
    (findings_text(&findings) == text).then_some(findings)
}

/// Lines of three fields; each begins after a line feed and ends with one, so that a field can be
/// looked for together with its borders.
fn lines<'t>(all: impl Iterator<Item = [&'t String; 3]>) -> String {
    let mut text = String::new();
    for three in all {
        if text.is_empty() {
            text.push('\n');
        }
        let fields = three.map(|field| field.replace(|c: char| c.is_control(), " "));
        text.push_str(&fields.join("\t"));
        text.push('\n');
    }
    text
}

fn fields(text: &str) -> Option<Vec<[String; 3]>> {
    let three = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().ok();
    text.lines().skip(1).map(three).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The row of the `nth` of some decisions, a second apart.
    pub fn row(nth: u8) -> Row {
        let pack = PackStamp { name: "spine".to_owned(), version: "1.0.0".to_owned(), digest: "sha256:00".to_owned() };
        let found = FoundBy { pack: "spine".to_owned(), rule: "epidural".to_owned(), reason: "against".to_owned() };
        let ms = 1_767_225_600_000 + i64::from(nth) * 1000;
        Row {
            id: Uuid::from_u128(u128::from(nth)),
            kind: Kind::Claim,
            request_id: format!("C-{nth}"),
            received_ms: ms,
            decided_ms: ms + 5,
            expedited: false,
            verdict: Verdict::Deny,
            member: Some([7; 32]),
            packs: vec![pack],
            findings: BTreeSet::from([found]),
        }
    }

    #[test]
    fn columns_are_read_as_they_were_written() {
        let mut row = row(1);
        row.findings.insert(FoundBy { pack: "spine".to_owned(), rule: String::new(), reason: "none".to_owned() });
        assert_eq!(row.findings_text(), "\nspine\t\tnone\nspine\tepidural\tagainst\n");
        assert_eq!(findings_of(&row.findings_text()), Some(row.findings.clone()));
        assert_eq!(packs_of(&row.packs_text()), Some(row.packs.clone()));
        row.findings.clear();
        assert_eq!((row.findings_text().as_str(), findings_of("")), ("", Some(BTreeSet::new())));
        assert_eq!(packs_of("\nno pack\n"), None);
        assert_eq!(findings_of("\nb\tr\tx\na\tr\tx\n"), None, "what is not as it was written is not read");
    }
}
