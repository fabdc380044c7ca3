//! A made-up member: who they are, since when it hurts, and when they come.

use super::{
    chance::Chance,
    codes,
    story::{Story, Twist, When},
    visit::{self, Visit},
};
use crate::{
    date::{Date, day_number, day_of_number, plus_months, years_between},
    request::{Frequency, LineOfBusiness, Npi, Request, Sex},
};

/// Providers who bill for all members together.
const PROVIDERS: u32 = 40;

/// The first day that a policy of 2025 was in force, and the first on which plans applied it; visits
/// fall on and beside both.
const EDGES: [Date; 2] = [Date::constant(2025, 2, 19), Date::constant(2025, 7, 1)];

/// No visit is later.
const LAST_DAY: Date = Date::constant(2026, 9, 30);

/// A member.
pub(super) struct Member {
    /// Their number among all of a seed.
    pub(super) number: u64,
    pub(super) sex: Sex,
    pub(super) birth_date: Option<Date>,
    pub(super) plan: Option<LineOfBusiness>,
    pub(super) story: Story,
    pub(super) twist: Twist,
    /// The code they are known by, most of the time.
    pub(super) code: &'static str,
    /// When it began, as their records have it.
    pub(super) onset: Option<Date>,
    days: Vec<Date>,
    provider: u32,
    chance: Chance,
}

impl Member {
    /// The `number`-th member of a seed.
    pub(super) fn new(seed: u64, number: u64) -> Member {
        let mut chance = Chance::of(seed, number);
        let days = days(&mut chance);
        let anchor = chance.pick(&days).copied().unwrap_or(LAST_DAY);
        let mut story = Story::draw(&mut chance);
        let mut twist = Twist::draw(&mut chance);
        let mut sex = chance.weigh(&[(55, Sex::Female), (44, Sex::Male), (1, Sex::Other)], Sex::Female);
        let mut birth_date = birth_date(anchor, &mut chance);
        let is_pregnant = chance.is(1);
        if is_pregnant || story == Story::Labour {
            sex = Sex::Female;
            birth_date = plus_days(anchor, -chance.between(20 * 366, 43 * 365));
            twist = if is_pregnant { Twist::Beside(codes::PREGNANCY, When::Always) } else { Twist::Nothing };
        }
        let plan = plan(years_between(birth_date, anchor), &mut chance);
        let onset = onset(anchor, &mut chance);
        let birth_date = Some(birth_date).filter(|_| !chance.is(2));
        if story == Story::Plain {
            twist = Twist::Nothing;
        }
        if twist == Twist::Trial && story == Story::Elsewhere {
            story = Story::Radicular;
        }
        let code = chance.text(story.codes());
        let provider = chance.below(PROVIDERS);
        Member { number, sex, birth_date, plan, story, twist, code, onset, days, provider, chance }
    }

    /// Their claims, each with the day it is received.
    pub(super) fn claims(mut self) -> Vec<(Date, Request)> {
        let mut claims = Vec::new();
        let days = std::mem::take(&mut self.days);
        let mut chance = std::mem::replace(&mut self.chance, Chance::of(0, 0));
        for (index, day) in days.iter().enumerate() {
            let is_first = index == 0;
            let provider = if chance.is(85) { self.provider } else { chance.below(PROVIDERS) };
            let sequence = claims.len();
            let visit = Visit { member: &self, day: *day, is_first, sequence, provider: npi(provider) };
            let request = visit::request(&visit, &mut chance);
            let received = plus_days(*day, chance.between(1, 6));
            let again = chance.below(100);
            let follower = match again {
                0..3 => Some(visit::follower(&request, Frequency::Void, sequence + 1, &self)),
                3..7 => Some(visit::follower(&request, Frequency::Replacement, sequence + 1, &self)),
                _ => None,
            };
            claims.push((received, request));
            claims.extend(follower.map(|request| (plus_days(received, chance.between(10, 40)), request)));
        }
        claims
    }
}

/// When they come: one to eight days, on average three.
fn days(chance: &mut Chance) -> Vec<Date> {
    let first = match chance.below(100) {
        0..74 => plus_days(EDGES[1], chance.between(0, 364)),
        74..86 => plus_days(EDGES[0], chance.between(0, 131)),
        86..92 => plus_days(EDGES[1], chance.between(-1, 1)),
        92..96 => plus_days(EDGES[0], chance.between(-1, 1)),
        _ => plus_days(EDGES[0], -chance.between(30, 400)),
    };
    let count: u32 = chance.weigh(&[(22, 1), (20, 2), (18, 3), (14, 4), (11, 5), (8, 6), (4, 7), (3, 8)], 1);
    let mut days = vec![first];
    let mut day = first;
    for _ in 1..count {
        day = match chance.below(100) {
            0..60 => plus_days(day, chance.between(14, 75)),
            60..85 => plus_days(day, chance.between(75, 150)),
            85..92 => plus_days(plus_months(day, 3), chance.between(-1, 1)),
            _ => plus_days(plus_months(day, 12), chance.between(-1, 1)),
        };
        if day > LAST_DAY {
            break;
        }
        days.push(day);
    }
    days
}

fn birth_date(anchor: Date, chance: &mut Chance) -> Date {
    match chance.below(100) {
        0..62 => plus_days(anchor, -chance.between(19 * 366, 64 * 365)),
        62..92 => plus_days(anchor, -chance.between(65 * 366, 89 * 365)),
        92..95 => plus_days(anchor, -chance.between(9 * 365, 17 * 365)),
        95..99 => plus_days(plus_months(anchor, -18 * 12), chance.between(-1, 1)),
        _ => Date::constant(2008, 2, 29),
    }
}

fn plan(age_years: i32, chance: &mut Chance) -> Option<LineOfBusiness> {
    use LineOfBusiness::{Commercial, Medicaid, Medicare, MedicareAdvantage, Other};
    let old =
        [(55, Some(MedicareAdvantage)), (24, Some(Medicare)), (15, Some(Commercial)), (5, Some(Medicaid)), (1, None)];
    let young = [
        (66, Some(Commercial)),
        (18, Some(Medicaid)),
        (6, Some(Other)),
        (6, Some(MedicareAdvantage)),
        (3, Some(Medicare)),
        (1, None),
    ];
    if age_years >= 65 { chance.weigh(&old, None) } else { chance.weigh(&young, None) }
}

/// When the pain began, told from one of the visits: three calendar months before it, on the day and
/// beside it; acute; chronic; after it, which cannot be; or not told.
fn onset(anchor: Date, chance: &mut Chance) -> Option<Date> {
    match chance.below(100) {
        0..15 => Some(plus_days(plus_months(anchor, -3), chance.between(-1, 1))),
        15..30 => Some(plus_days(anchor, -chance.between(0, 80))),
        30..82 => Some(plus_days(anchor, -chance.between(120, 1_800))),
        82..85 => Some(plus_days(anchor, chance.between(1, 20))),
        _ => None,
    }
}

pub(super) fn plus_days(day: Date, days: i32) -> Date {
    day_of_number(day_number(day).saturating_add(i64::from(days))).unwrap_or(day)
}

/// A provider identifier that nobody has: it begins with 9, and its check digit is right.
fn npi(provider: u32) -> Option<Npi> {
    let base = 900_000_000 + u64::from(provider);
    // The prefix 80840 of the card issuer counts in the check digit: 24, by Luhn's rule.
    let sum: u64 = base
        .to_string()
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u64::from(digit.saturating_sub(b'0'));
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    Npi::parse(&format!("{base}{}", (10 - (sum + 24) % 10) % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_have_a_check_digit() {
        // 1234567893 is the example of the standard; its base with 9 at the front is not used here.
        for (provider, expected) in [(0, "9000000007"), (1, "9000000015"), (2, "9000000023")] {
            assert_eq!(npi(provider).map(|npi| npi.to_string()).as_deref(), Some(expected));
        }
    }
}
