//! The same claims under two sets of packs: which lines get another verdict or reason, how many
//! members and how much money that is, by rule, reason, procedure, provider and month.
//!
//! INVARIANT: every line that came in is counted under exactly one pair of verdicts; tables are
//! bounded, and what they leave out is counted as `other`.

mod classes;
mod line;
mod members;
mod record;
mod run;
mod value;

use std::collections::BTreeMap;

pub use crate::proof::Conclusion;
pub use classes::{Class, classes};
pub use line::{ChangedLine, Said};
pub use record::{NotRecorded, Recorded, RecordedRequest};
pub use run::{Compare, CompareRecorded, of_requests, run};

use crate::{
    money::Cents,
    verdict::{PackStamp, Verdict},
};

use super::{RecordTally, Tally};

/// Changed lines that a comparison keeps of each pair of verdicts; all of them go to a file.
const EXAMPLES: usize = 12;
/// Different names of a table that are told apart; more are counted together.
const NAMES_MAX: usize = 20_000;
/// What those are counted as.
pub const OTHER: &str = "other";
/// What a line is counted under that does not say.
pub const NOT_GIVEN: &str = "not given";

/// What was and what is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transition {
    /// The verdict under the old packs.
    pub from: Verdict,
    /// The verdict under the new packs; the same where only the reason is another.
    pub to: Verdict,
}

/// What lines amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Service lines.
    pub lines: u64,
    /// What they charge, together.
    pub charge: i64,
    /// Lines whose charge was not given or cannot be read.
    pub uncharged: u64,
}

/// What changed lines are told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The rule that speaks now, or that spoke where it was the more severe.
    Rule,
    /// Main reason before and after.
    Reason,
    /// What was done.
    Procedure,
    /// Who bills.
    Provider,
    /// The month of service.
    Month,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Dimension; 5] =
        [Dimension::Rule, Dimension::Reason, Dimension::Procedure, Dimension::Provider, Dimension::Month];

    /// `rule`, `reason`, …
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Rule => "rule",
            Dimension::Reason => "reason",
            Dimension::Procedure => "procedure",
            Dimension::Provider => "provider",
            Dimension::Month => "month",
        }
    }
}

/// Changed lines of one name, by what becomes of them.
pub type Row = BTreeMap<Transition, Amount>;

/// How two sets of packs differ on the claims that were read.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The old packs.
    pub old: Vec<PackStamp>,
    /// The new packs.
    pub new: Vec<PackStamp>,
    /// What came in and what could not be read. What went out stands under the old packs' verdicts.
    pub tally: Tally,
    /// Claims by their verdict before and after, those too that keep it.
    pub claims: BTreeMap<Transition, u64>,
    /// Lines by their verdict before and after, those too that keep verdict and reason.
    pub lines: BTreeMap<Transition, Amount>,
    /// Lines with another verdict, or the same verdict for another reason.
    pub changed: BTreeMap<Transition, Amount>,
    /// Claims with such lines.
    pub changed_claims: u64,
    /// Different members with such lines.
    pub members: BTreeMap<Transition, u64>,
    /// Different members with any such line.
    pub changed_members: u64,
    /// Claims with such lines that name no member.
    pub without_member: u64,
    /// Changed lines by name.
    pub by: BTreeMap<Dimension, BTreeMap<String, Row>>,
    /// Some of the changed lines of each pair of verdicts, the first that came.
    pub examples: BTreeMap<Transition, Vec<ChangedLine>>,
    /// What is not in the record, where it is recorded requests that are compared.
    pub record: Option<NotRecorded>,
    /// What a record held that is history of the claims of the inputs, where there is one.
    pub history: Option<RecordTally>,
}

impl Transition {
    /// Whether the verdict stays.
    pub fn is_same(self) -> bool {
        self.from == self.to
    }

    /// `allow → deny`, `still flag`.
    pub fn words(self) -> String {
        if self.is_same() {
            return format!("still {}", self.to);
        }
        format!("{} → {}", self.from, self.to)
    }
}

impl Amount {
    pub(super) fn of(charge: Option<Cents>) -> Amount {
        Amount { lines: 1, charge: charge.map_or(0, |charge| charge.0), uncharged: u64::from(charge.is_none()) }
    }

    /// Adds another amount.
    pub fn add(&mut self, other: &Amount) {
        self.lines += other.lines;
        self.charge = self.charge.saturating_add(other.charge);
        self.uncharged += other.uncharged;
    }

    /// What the lines charge.
    pub fn charged(&self) -> Cents {
        Cents(self.charge)
    }
}

/// What all lines of a row amount to.
pub fn whole(row: &Row) -> Amount {
    let mut whole = Amount::default();
    row.values().for_each(|amount| whole.add(amount));
    whole
}

impl Comparison {
    /// Whether any line gets another verdict or reason.
    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Rows of a table, those with the most changed lines first.
    pub fn rows(&self, by: Dimension) -> Vec<(&str, &Row)> {
        let mut rows: Vec<(&str, &Row)> =
            self.by.get(&by).into_iter().flatten().map(|(name, row)| (name.as_str(), row)).collect();
        if by != Dimension::Month {
            rows.sort_by_key(|(name, row)| (std::cmp::Reverse(whole(row).lines), *name));
        }
        rows
    }

    /// Adds what another part of the run found.
    pub(super) fn add(&mut self, other: Comparison) {
        self.tally.add(&other.tally);
        for stamp in other.old {
            // Recorded requests name the packs that decided them: few, and the same again and again.
            if !self.old.contains(&stamp) {
                self.old.push(stamp);
            }
        }
        if let Some(record) = other.record {
            self.record.get_or_insert_default().add(record);
        }
        for (transition, claims) in other.claims {
            *self.claims.entry(transition).or_default() += claims;
        }
        for (whole, part) in [(&mut self.lines, &other.lines), (&mut self.changed, &other.changed)] {
            part.iter().for_each(|(transition, amount)| whole.entry(*transition).or_default().add(amount));
        }
        self.changed_claims += other.changed_claims;
        self.without_member += other.without_member;
        for (by, names) in other.by {
            let table = self.by.entry(by).or_default();
            for (name, row) in names {
                let is_full = table.len() >= NAMES_MAX && !table.contains_key(&name);
                let own = table.entry(if is_full { OTHER.to_owned() } else { name }).or_default();
                row.iter().for_each(|(transition, amount)| own.entry(*transition).or_default().add(amount));
            }
        }
        for (transition, lines) in other.examples {
            let kept = self.examples.entry(transition).or_default();
            let room = EXAMPLES.saturating_sub(kept.len());
            kept.extend(lines.into_iter().take(room));
        }
    }
}
