//! The accounting of a run: `in = allowed + flagged + denied + rejected`, for claims and lines.
//!
//! INVARIANT: what comes in is counted at the reader, what goes out at the printer, and neither
//! from the other, so that the sum is a check.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

use super::{
    Exit,
    screen::{Ink, Screen},
};
use crate::{
    exchange::{Fault, Item, Reject},
    replay::{self, Tally},
    verdict::{Decision, LineDecision, Verdict},
};

/// The accounting.
#[derive(Debug, Default)]
pub(super) struct Accounting {
    claims: Account,
    lines: Account,
    /// Reasons of lines that are not allowed, with how many lines.
    reasons: BTreeMap<(Verdict, String), u64>,
    rejects: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
    /// Files that could not be read, or not to their end.
    files: u64,
}

/// One side in, the other out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Account {
    came: u64,
    allowed: u64,
    flagged: u64,
    denied: u64,
    rejected: u64,
    not_comparable: u64,
}

impl Accounting {
    /// Something comes out of the reader.
    pub(super) fn came(&mut self, item: &Item) {
        let lines = match item {
            Item::Request(request) | Item::Answered(request, _) => {
                u64::try_from(request.lines.len()).unwrap_or(u64::MAX)
            }
            Item::Reject(reject) => u64::from(reject.lines),
            Item::Fault(_) => return,
        };
        self.claims.came += 1;
        self.lines.came += lines;
    }

    /// A decision goes out.
    pub(super) fn decided(&mut self, decision: &Decision) {
        self.claims.add(decision.verdict);
        for line in &decision.lines {
            self.lines.add(line.verdict);
            if line.verdict != Verdict::Allow {
                self.blame(line);
            }
        }
    }

    fn blame(&mut self, line: &LineDecision) {
        let reason = line.findings.first().map_or("", |finding| finding.reason.as_str());
        // Reasons are few and lines many: the name is copied once a reason.
        match self.reasons.iter_mut().find(|((verdict, known), _)| *verdict == line.verdict && known == reason) {
            Some((_, lines)) => *lines += 1,
            None => drop(self.reasons.insert((line.verdict, reason.to_owned()), 1)),
        }
    }

    /// A reject goes out.
    pub(super) fn rejected(&mut self, reject: &Reject) {
        self.claims.rejected += 1;
        self.lines.rejected += u64::from(reject.lines);
        *self.rejects.entry(reject.fault.code.to_owned()).or_default() += 1;
    }

    /// A fault that cost no claim goes out.
    pub(super) fn faulty(&mut self, fault: &Fault) {
        *self.faults.entry(fault.code.to_owned()).or_default() += 1;
    }

    /// A file could not be read, or not to its end.
    pub(super) fn unread(&mut self) {
        self.files += 1;
    }

    /// Whether everything that came in went out.
    pub(super) fn is_balanced(&self) -> bool {
        self.claims.is_balanced() && self.lines.is_balanced()
    }

    /// The exit code the run deserves: broken before denied before flagged.
    pub(super) fn exit(&self) -> Exit {
        let broken = !self.is_balanced() || self.files > 0 || self.claims.rejected > 0 || !self.faults.is_empty();
        match (broken, self.claims.denied, self.claims.flagged) {
            (true, ..) => Exit::Broken,
            (false, 0, 0) => Verdict::Allow.into(),
            (false, 0, _) => Verdict::Flag.into(),
            (false, ..) => Verdict::Deny.into(),
        }
    }

    /// Writes the summary.
    pub(super) fn write(&self, out: &mut impl Write, screen: Screen) -> io::Result<()> {
        let wide = |count: fn(&Account) -> u64| count(&self.claims).max(count(&self.lines)).to_string().len();
        let (came, allowed) = (wide(|account| account.came), wide(|account| account.allowed));
        let (flagged, denied) = (wide(|account| account.flagged), wide(|account| account.denied));
        let rejected = wide(|account| account.rejected);
        for (name, account) in [("claims", &self.claims), ("lines", &self.lines)] {
            let sign = if account.is_balanced() { "=" } else { "≠" };
            let more = match account.not_comparable {
                0 => String::new(),
                some => format!(" + {some} not comparable"),
            };
            writeln!(
                out,
                "{:<8}  {:>came$} in {sign} {:>allowed$} allowed + {:>flagged$} flagged + {:>denied$} denied + {:>rejected$} rejected{more}",
                screen.ink(Ink::Bold, name),
                account.came,
                account.allowed,
                account.flagged,
                account.denied,
                account.rejected,
            )?;
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|((verdict, _), lines)| Reverse((*verdict, **lines)));
        let reasons = reasons.into_iter().map(|((verdict, reason), lines)| (verdict.name(), reason.as_str(), *lines));
        table(out, screen, "reasons", reasons)?;
        table(out, screen, "rejected", self.rejects.iter().map(|(code, count)| ("", code.as_str(), *count)))?;
        table(out, screen, "faults", self.faults.iter().map(|(code, count)| ("", code.as_str(), *count)))?;
        let files = (self.files > 0).then_some(("", "could not be read to their end", self.files));
        table(out, screen, "files", files.into_iter())
    }
}

impl From<&Tally> for Accounting {
    fn from(tally: &Tally) -> Accounting {
        Accounting {
            claims: (&tally.claims).into(),
            lines: (&tally.lines).into(),
            reasons: tally.reasons.clone(),
            rejects: tally.rejects.clone(),
            faults: tally.faults.clone(),
            files: 0,
        }
    }
}

impl From<&replay::Account> for Account {
    fn from(account: &replay::Account) -> Account {
        let replay::Account { came, allowed, flagged, denied, rejected, not_comparable } = *account;
        Account { came, allowed, flagged, denied, rejected, not_comparable }
    }
}

impl Account {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::Flag => self.flagged += 1,
            Verdict::Deny => self.denied += 1,
        }
    }

    fn is_balanced(&self) -> bool {
        self.came == self.allowed + self.flagged + self.denied + self.rejected + self.not_comparable
    }
}

fn table<'a>(
    out: &mut impl Write,
    screen: Screen,
    title: &str,
    rows: impl Iterator<Item = (&'a str, &'a str, u64)>,
) -> io::Result<()> {
    for (place, (before, name, count)) in rows.enumerate() {
        let title = screen.ink(Ink::Bold, if place == 0 { title } else { "" });
        let space = if before.is_empty() { "" } else { " " };
        writeln!(out, "{title:<8}  {count:>6}  {before}{space}{name}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(lines: u32) -> Reject {
        let fault = Fault { code: "x12::no_claim_id", place: String::new(), message: String::new(), help: None };
        Reject { request_id: None, lines, fault }
    }

    fn decision(verdicts: &[Verdict]) -> Decision {
        let line = |(place, verdict): (usize, &Verdict)| LineDecision {
            number: u32::try_from(place).unwrap(),
            verdict: *verdict,
            findings: Vec::new(),
            notes: Vec::new(),
            needs: Vec::new(),
            would_change: Vec::new(),
        };
        Decision {
            request_id: "C-1".to_owned(),
            verdict: verdicts.iter().copied().max().unwrap_or(Verdict::Allow),
            requires_clinician_signoff: false,
            lines: verdicts.iter().enumerate().map(line).collect(),
            packs: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn check(verdicts: &[&[Verdict]], rejects: &[u32], expected: Exit) {
        let mut accounting = Accounting::default();
        for verdicts in verdicts {
            accounting.claims.came += 1;
            accounting.lines.came += u64::try_from(verdicts.len()).unwrap();
            accounting.decided(&decision(verdicts));
        }
        for lines in rejects {
            accounting.came(&Item::Reject(reject(*lines)));
            accounting.rejected(&reject(*lines));
        }
        assert!(accounting.is_balanced());
        assert_eq!(accounting.exit(), expected, "{verdicts:?} {rejects:?}");
    }

    #[test]
    fn broken_goes_before_denied_before_flagged() {
        use Verdict::{Allow, Deny, Flag};
        check(&[], &[], Exit::Allowed);
        check(&[&[Allow, Allow], &[Allow]], &[], Exit::Allowed);
        check(&[&[Allow, Flag]], &[], Exit::Flagged);
        check(&[&[Flag], &[Deny], &[Allow]], &[], Exit::Denied);
        check(&[&[Deny]], &[2], Exit::Broken);
    }

    #[test]
    fn what_is_lost_on_the_way_is_seen() {
        let mut accounting = Accounting::default();
        accounting.came(&Item::Reject(reject(3)));
        accounting.rejected(&reject(2));
        assert!(!accounting.is_balanced());
        assert_eq!(accounting.exit(), Exit::Broken);
        let mut out = Vec::new();
        accounting.write(&mut out, Screen { columns: 80, colour: false }).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("lines     3 in ≠ 0 allowed + 0 flagged + 0 denied + 2 rejected"), "{out}");
    }
}
