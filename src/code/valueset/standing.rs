//! Whether a row of a value set ever decides where a code belongs.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Entry, Pattern, SetId, ValueSets,
    row::{Row, is_between},
};
use crate::code::{Icd10Cm, System};

/// What becomes of the codes that a row without effect matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowStanding {
    /// Whatever it matches, other rows of its axis match more closely: these, by set and place in
    /// [`SetDefinition::entries`](super::SetDefinition::entries).
    Hidden(BTreeSet<(SetId, usize)>),
    /// No code that exists matches it.
    MatchesNothing,
}

impl ValueSets {
    /// The rows that decide of no code on any day, by set and place in its entries; of phrases
    /// every one decides.
    ///
    /// Codes of ICD-10-CM are those of [`Icd10Cm`], but for rows that ended before the table's
    /// year: their codes may have ended with them. Of other systems any text may be a code.
    pub fn idle_rows(&self) -> Vec<(SetId, usize, RowStanding)> {
        let (texts, mut days) = (self.texts(), self.days());
        if days.len() > 1 {
            // Without a day every dated row holds, even one that ends before it begins.
            days.retain(Option::is_some);
        }
        let mut idle: Vec<(SetId, usize, RowStanding)> = self
            .all_rows()
            .filter_map(|row| {
                let entry = self.definition(row.set)?.entries.get(row.entry)?;
                Some((row.set, row.entry, self.idle(row, entry, &texts, &days)?))
            })
            .collect();
        idle.sort_unstable_by_key(|(set, entry, _)| (*set, *entry));
        idle
    }

    fn idle(
        &self,
        row: &Row,
        entry: &Entry,
        texts: &BTreeSet<(System, String)>,
        days: &[Option<Date>],
    ) -> Option<RowStanding> {
        let mut hidden = BTreeSet::new();
        let mut decides = |text: &str| self.decides(row, entry.system, text, days, &mut hidden);
        match (any_match(entry, texts, &mut decides), hidden.is_empty()) {
            (true, _) => None,
            (false, true) => Some(RowStanding::MatchesNothing),
            (false, false) => Some(RowStanding::Hidden(hidden)),
        }
    }

    /// Whether a row wins `text` on some day; notes what hides it on the days it holds.
    fn decides(
        &self,
        row: &Row,
        system: System,
        text: &str,
        days: &[Option<Date>],
        hidden: &mut BTreeSet<(SetId, usize)>,
    ) -> bool {
        for day in days.iter().filter(|day| row.holds(text, **day)) {
            let (winners, _) = self.winners(system, text, *day);
            let Some(winner) = winners.get(row.axis).copied().flatten() else { continue };
            if (winner.set, winner.entry) == (row.set, row.entry) {
                return true;
            }
            hidden.insert((winner.set, winner.entry));
        }
        false
    }

    /// The sets of its axis that would have some of its codes if `set` were not there.
    pub fn takes_from(&self, set: SetId) -> BTreeSet<SetId> {
        let (texts, days, mut losers) = (self.texts(), self.days(), BTreeSet::new());
        for row in self.all_rows().filter(|row| row.set == set) {
            let Some(entry) = self.definition(set).and_then(|of| of.entries.get(row.entry)) else { continue };
            let mut note = |text: &str| {
                for day in days.iter().filter(|day| row.holds(text, **day)) {
                    let mut held: Vec<&Row> = Vec::new();
                    self.each_that_holds(entry.system, text, *day, |other| held.push(other));
                    held.retain(|other| other.axis == row.axis);
                    if held.first().is_some_and(|first| first.set == set) {
                        losers.extend(held.iter().find(|other| other.set != set).and_then(|other| other.gives()));
                    }
                }
                false
            };
            any_match(entry, &texts, &mut note);
        }
        losers
    }
}

/// Whether of the codes that a row matches, whatever their seventh character and the day, some
/// passes `test`: of a table's codes where there is one, else of one of each kind.
fn any_match(entry: &Entry, texts: &BTreeSet<(System, String)>, test: &mut impl FnMut(&str) -> bool) -> bool {
    if is_of_table(entry) {
        let codes = Icd10Cm::table().texts_from(entry.pattern.first());
        let mut codes = codes.take_while(|text| entry.pattern.may_match_from(text));
        return codes.any(|text| entry.pattern.matches(text) && test(text));
    }
    let from = (entry.system, entry.pattern.first().to_owned());
    let of_system = texts.range(from..).take_while(|(system, _)| *system == entry.system).map(|(_, text)| text);
    let mut near = of_system.take_while(|text| entry.pattern.may_match_from(text));
    near.any(|text| entry.pattern.matches(text) && test(text))
}

/// Whether the ICD-10-CM table can tell if a row's codes exist.
fn is_of_table(entry: &Entry) -> bool {
    entry.system == System::Icd10Cm && !entry.period.1.is_some_and(Icd10Cm::ended_before)
}

impl Pattern {
    /// Whether it matches a text, whatever its seventh character and the day.
    fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Code(code) => code == text,
            Pattern::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Pattern::Range(from, to) => is_between(text, from, to),
            Pattern::Phrase(_) => false,
        }
    }

    /// The first text that it can match.
    fn first(&self) -> &str {
        let (Pattern::Code(first) | Pattern::Prefix(first) | Pattern::Range(first, _) | Pattern::Phrase(first)) = self;
        first
    }

    /// Whether, of texts in order, it may match `text` or one after it; `text` is not before the
    /// first.
    fn may_match_from(&self, text: &str) -> bool {
        match self {
            Pattern::Code(code) => text <= code.as_str(),
            Pattern::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Pattern::Range(_, to) => text <= to.as_str(),
            Pattern::Phrase(_) => false,
        }
    }
}
