//! The figures that a payer must publish of its prior authorizations: how many were approved and
//! denied, standard and expedited, and how long it took (45 CFR 422.122(c), 431.80(b), 438.210(f),
//! 457.732(c), 156.223(c), as CMS-0057-F wrote them).
//!
//! An allowed request is approved, a denied one denied. A flagged one is neither: a person decides it
//! later, elsewhere, so it is *pending* here, and stands in no percentage and no time.

use std::collections::BTreeMap;

use crate::{date, request::Kind, verdict::Verdict};

/// A decision as far as it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// A claim or an order.
    pub kind: Kind,
    /// Whether an expedited decision was asked for.
    pub expedited: bool,
    /// The verdict of the whole request.
    pub verdict: Verdict,
    /// When it was there, in milliseconds since 1970 UTC.
    pub received_ms: i64,
    /// When it was decided, in milliseconds since 1970 UTC.
    pub decided_ms: i64,
    /// The names of the packs that were asked.
    pub packs: Vec<String>,
}

/// What figures are apart by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The month of the decision, UTC: year, and month from 1.
    pub month: (i16, i8),
    /// The pack; none: all packs, each request once.
    pub pack: Option<String>,
    /// Whether an expedited decision was asked for.
    pub expedited: bool,
}

/// The figures of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Requests approved.
    pub approved: u64,
    /// Requests denied.
    pub denied: u64,
    /// Requests that wait for a person.
    pub pending: u64,
    /// How many took how many milliseconds; approved and denied only.
    times_ms: BTreeMap<u64, u64>,
}

/// All figures. A request that several packs were asked of stands under each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Group by group, months first.
    pub groups: BTreeMap<Group, Figures>,
    /// Everything together, standard and expedited.
    pub all: [Figures; 2],
}

impl Report {
    /// Counts one decision.
    pub fn count(&mut self, counted: &Counted) {
        let month = month_of(counted.decided_ms);
        let packs = counted.packs.iter().cloned().map(Some);
        for pack in packs.chain([None]) {
            let group = Group { month, pack, expedited: counted.expedited };
            self.groups.entry(group).or_default().count(counted);
        }
        let [standard, expedited] = &mut self.all;
        let all = if counted.expedited { expedited } else { standard };
        all.count(counted);
    }
}

impl Figures {
    fn count(&mut self, counted: &Counted) {
        match counted.verdict {
            Verdict::Allow => self.approved += 1,
            Verdict::Deny => self.denied += 1,
            Verdict::Flag => {
                self.pending += 1;
                return;
            }
        }
        // Clocks of two servers may differ: no decision comes before its request.
        let took = counted.decided_ms.saturating_sub(counted.received_ms).try_into().unwrap_or(0);
        *self.times_ms.entry(took).or_default() += 1;
    }

    /// Requests approved or denied.
    pub fn decided(&self) -> u64 {
        self.approved + self.denied
    }

    /// Approved, in hundredths of a percent of those decided; none where none was.
    pub fn approved_share(&self) -> Option<u64> {
        share(self.approved, self.decided())
    }

    /// Denied, in hundredths of a percent of those decided; none where none was.
    pub fn denied_share(&self) -> Option<u64> {
        share(self.denied, self.decided())
    }

    /// The mean time from request to decision in milliseconds, rounded half up.
    pub fn mean_ms(&self) -> Option<u64> {
        let sum: u128 = self.times_ms.iter().map(|(ms, count)| u128::from(*ms) * u128::from(*count)).sum();
        let count = u128::from(self.decided());
        (sum * 2 + count).checked_div(count * 2).and_then(|mean| mean.try_into().ok())
    }

    /// The median time from request to decision in milliseconds; between two middle ones, half way,
    /// rounded half up.
    pub fn median_ms(&self) -> Option<u64> {
        let last = self.decided().checked_sub(1)?;
        let (lower, upper) = (self.nth(last / 2)?, self.nth(last.div_ceil(2))?);
        Some(lower + (upper - lower).div_ceil(2))
    }

    /// The time that so many are not longer than.
    fn nth(&self, nth: u64) -> Option<u64> {
        let mut before = 0;
        self.times_ms
            .iter()
            .find(|(_, count)| {
                before += **count;
                before > nth
            })
            .map(|(ms, _)| *ms)
    }
}

/// A part in hundredths of a percent, rounded half up.
fn share(part: u64, whole: u64) -> Option<u64> {
    let (part, whole) = (u128::from(part), u128::from(whole));
    (part * 20_000 + whole).checked_div(whole * 2).and_then(|share| share.try_into().ok())
}

/// The month of a moment, UTC.
fn month_of(ms: i64) -> (i16, i8) {
    date::day_of_number(ms.div_euclid(date::DAY_MS)).map_or((0, 0), |day| (day.year(), day.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(verdict: Verdict, took_ms: i64, expedited: bool) -> Counted {
        let decided_ms = 1_769_904_000_000; // 1 February 2026
        let packs = vec!["spine".to_owned(), "knee".to_owned()];
        Counted { kind: Kind::Order, expedited, verdict, received_ms: decided_ms - took_ms, decided_ms, packs }
    }

    fn figures(all: &[(Verdict, i64)]) -> Figures {
        let mut figures = Figures::default();
        all.iter().for_each(|(verdict, took_ms)| figures.count(&counted(*verdict, *took_ms, false)));
        figures
    }

    #[test]
    fn shares_and_times_are_of_those_decided() {
        let check =
            |all: &[(Verdict, i64)], shares: (Option<u64>, Option<u64>), mean: Option<u64>, median: Option<u64>| {
                let figures = figures(all);
                assert_eq!((figures.approved_share(), figures.denied_share()), shares, "{all:?}");
                assert_eq!((figures.mean_ms(), figures.median_ms()), (mean, median), "{all:?}");
            };
        use Verdict::{Allow, Deny, Flag};
        check(&[], (None, None), None, None);
        check(&[(Flag, 9000)], (None, None), None, None);
        check(&[(Allow, 10)], (Some(10_000), Some(0)), Some(10), Some(10));
        check(&[(Allow, 10), (Deny, 13), (Flag, 9000)], (Some(5000), Some(5000)), Some(12), Some(12));
        check(&[(Allow, 10), (Allow, 11), (Deny, 900)], (Some(6667), Some(3333)), Some(307), Some(11));
        check(&[(Allow, 1), (Allow, 1), (Deny, 5), (Deny, 9)], (Some(5000), Some(5000)), Some(4), Some(3));
        check(&[(Deny, -5)], (Some(0), Some(10_000)), Some(0), Some(0));
    }

    #[test]
    fn a_request_stands_under_each_pack_and_once_in_all() {
        let mut report = Report::default();
        report.count(&counted(Verdict::Deny, 5, false));
        report.count(&counted(Verdict::Allow, 7, true));
        let packs = |expedited| report.groups.iter().filter(move |(group, _)| group.expedited == expedited);
        assert_eq!((packs(false).count(), packs(true).count()), (3, 3));
        assert!(report.groups.keys().all(|group| group.month == (2026, 2)));
        assert_eq!((report.all[0].denied, report.all[1].approved), (1, 1));
    }

    #[test]
    fn months_are_of_utc() {
        let check = |ms: i64, month: (i16, i8)| assert_eq!(month_of(ms), month, "{ms}");
        check(0, (1970, 1));
        check(-1, (1969, 12));
        check(1_767_225_600_000 - 1, (2025, 12));
        check(1_767_225_600_000, (2026, 1));
    }
}
