//! The accounting of a run: `in = allowed + flagged + denied + rejected`, for claims and lines. Where a
//! record is compared, some of it is *not comparable*, and goes out as that.
//!
//! INVARIANT: what comes in is counted at the reader, what goes out where rows are written, and
//! neither from the other.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    exchange::{Fault, Item, Reject},
    verdict::Verdict,
};

/// One side in, the other out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Came in.
    pub came: u64,
    /// Went out.
    pub allowed: u64,
    /// Went out.
    pub flagged: u64,
    /// Went out.
    pub denied: u64,
    /// Went out.
    pub rejected: u64,
    /// Went out without having been compared; none in a replay.
    pub not_comparable: u64,
}

/// The accounting of a run, or of a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Claims and orders.
    pub claims: Account,
    /// Service lines.
    pub lines: Account,
    /// Main reasons of lines that are not allowed, with how many lines.
    pub reasons: BTreeMap<(Verdict, String), u64>,
    /// Rejects, by their code.
    pub rejects: BTreeMap<String, u64>,
    /// Faults that cost no claim, by their code.
    pub faults: BTreeMap<String, u64>,
    /// Claims and orders that name no member, and so have no history.
    pub without_member: u64,
    /// Those that name a member, and no day of birth: a member whose birth date stands elsewhere whole is
    /// taken for another.
    pub without_birth_date: u64,
}

impl Account {
    pub(super) fn went(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::Flag => self.flagged += 1,
            Verdict::Deny => self.denied += 1,
        }
    }

    fn is_balanced(&self) -> bool {
        self.came == self.judged() + self.rejected + self.not_comparable
    }

    /// What got a verdict.
    pub fn judged(&self) -> u64 {
        self.allowed + self.flagged + self.denied
    }

    fn add(&mut self, other: &Account) {
        self.came += other.came;
        self.allowed += other.allowed;
        self.flagged += other.flagged;
        self.denied += other.denied;
        self.rejected += other.rejected;
        self.not_comparable += other.not_comparable;
    }

    fn value(&self) -> Value {
        let Account { came, allowed, flagged, denied, rejected, not_comparable } = self;
        let mut value =
            json!({"in": came, "allowed": allowed, "flagged": flagged, "denied": denied, "rejected": rejected});
        if let Some(value) = value.as_object_mut().filter(|_| *not_comparable > 0) {
            value.insert("not_comparable".to_owned(), (*not_comparable).into());
        }
        value
    }

    fn of(value: &Value) -> Option<Account> {
        let count = |name: &str| value.get(name)?.as_u64();
        Some(Account {
            came: count("in")?,
            allowed: count("allowed")?,
            flagged: count("flagged")?,
            denied: count("denied")?,
            rejected: count("rejected")?,
            not_comparable: count("not_comparable").unwrap_or(0),
        })
    }
}

impl Tally {
    /// Something comes out of the reader.
    pub(super) fn came(&mut self, item: &Item) {
        let lines = match item {
            Item::Request(request) | Item::Answered(request, _) => request.lines.len() as u64,
            Item::Reject(reject) => u64::from(reject.lines),
            Item::Fault(_) => return,
        };
        self.claims.came += 1;
        self.lines.came += lines;
    }

    /// A line that is not allowed goes out.
    pub(super) fn blame(&mut self, verdict: Verdict, reason: &str) {
        // Reasons are few and lines many: the name is copied once a reason.
        match self.reasons.iter_mut().find(|((known, name), _)| *known == verdict && name == reason) {
            Some((_, lines)) => *lines += 1,
            None => drop(self.reasons.insert((verdict, reason.to_owned()), 1)),
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

    /// Adds what another part of the run counted.
    pub(super) fn add(&mut self, other: &Tally) {
        self.claims.add(&other.claims);
        self.lines.add(&other.lines);
        other.reasons.iter().for_each(|(reason, lines)| *self.reasons.entry(reason.clone()).or_default() += lines);
        other.rejects.iter().for_each(|(code, count)| *self.rejects.entry(code.clone()).or_default() += count);
        other.faults.iter().for_each(|(code, count)| *self.faults.entry(code.clone()).or_default() += count);
        self.without_member += other.without_member;
        self.without_birth_date += other.without_birth_date;
    }

    /// Whether everything that came in went out.
    pub fn is_balanced(&self) -> bool {
        self.claims.is_balanced() && self.lines.is_balanced()
    }

    /// Whether something could not be read.
    pub fn is_broken(&self) -> bool {
        !self.is_balanced() || self.claims.rejected > 0 || !self.faults.is_empty()
    }

    /// As JSON.
    pub fn value(&self) -> Value {
        let counts = |counts: &BTreeMap<String, u64>| -> Map<String, Value> {
            counts.iter().map(|(name, count)| (name.clone(), (*count).into())).collect()
        };
        let reasons: Vec<Value> = self
            .reasons
            .iter()
            .map(|((verdict, reason), lines)| json!({"verdict": verdict.name(), "reason": reason, "lines": lines}))
            .collect();
        json!({
            "claims": self.claims.value(),
            "lines": self.lines.value(),
            "balanced": self.is_balanced(),
            "reasons": reasons,
            "rejects": counts(&self.rejects),
            "faults": counts(&self.faults),
            "without_member": self.without_member,
            "without_birth_date": self.without_birth_date,
        })
    }

    /// Reads what [`Tally::value`] wrote.
    pub(super) fn of(value: &Value) -> Option<Tally> {
        let counts = |name: &str| -> Option<BTreeMap<String, u64>> {
            value.get(name)?.as_object()?.iter().map(|(name, count)| Some((name.clone(), count.as_u64()?))).collect()
        };
        let reason = |one: &Value| {
            let text = |name: &str| one.get(name)?.as_str();
            let verdict = Verdict::from_name(text("verdict")?)?;
            Some(((verdict, text("reason")?.to_owned()), one.get("lines")?.as_u64()?))
        };
        Some(Tally {
            claims: Account::of(value.get("claims")?)?,
            lines: Account::of(value.get("lines")?)?,
            reasons: value.get("reasons")?.as_array()?.iter().map(reason).collect::<Option<_>>()?,
            rejects: counts("rejects")?,
            faults: counts("faults")?,
            without_member: value.get("without_member")?.as_u64()?,
            without_birth_date: value.get("without_birth_date")?.as_u64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_is_read_as_it_was_written() {
        let mut tally = Tally::default();
        tally.claims.came = 3;
        tally.claims.went(Verdict::Flag);
        tally.blame(Verdict::Flag, "a-reason");
        tally.blame(Verdict::Flag, "a-reason");
        tally.rejects.insert("x12::count".to_owned(), 2);
        tally.without_birth_date = 1;
        assert!(!tally.is_balanced());
        assert_eq!(Tally::of(&tally.value()), Some(tally));
    }
}
