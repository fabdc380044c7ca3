//! Cutting the codes into classes: every combination of sets that some code has on some day.
//!
//! The rows tell texts apart by the rows' texts they begin with, by the ranges they lie in, by
//! their seventh character and by the day. [`texts`](ValueSets::texts) and
//! [`days`](ValueSets::days) hold one of each kind, so that every vector is found without
//! enumerating codes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Sample, SetDefinition, SetFault, SetId, ValueSets, row::SEVENTH};
use crate::code::{ClassId, ClassMask, System};

/// Sorts before every character of a code, and is in none.
const BEFORE: char = '-';
/// Longer than any code, any row and so any range.
const BEYOND: usize = 32;

impl ValueSets {
    /// Finds every vector and gives each its class; then a class to each phrase.
    pub(super) fn cut(&mut self) {
        let (texts, days) = (self.texts(), self.days());
        let nowhere = Sample::Code(System::Other, String::new(), None);
        let mut vectors = BTreeMap::from([(vec![None; self.axes], nowhere)]);
        for (system, text) in &texts {
            for day in &days {
                let (vector, is_dated) = self.vector(*system, text, *day);
                vectors.entry(vector).or_insert_with(|| Sample::Code(*system, text.clone(), *day));
                if !is_dated {
                    break;
                }
            }
        }
        let class = |place: usize| ClassId(u16::try_from(place).unwrap_or(u16::MAX));
        (self.vectors, self.samples) = vectors.into_iter().unzip();
        self.classes = self.vectors.iter().enumerate().map(|(place, vector)| (vector.clone(), class(place))).collect();
        for (words, sets, phrase_class) in &mut self.phrases {
            *phrase_class = class(self.vectors.len());
            self.vectors.push(sets.iter().copied().map(Some).collect());
            self.samples.push(Sample::Phrase(words.clone()));
        }
    }

    /// A day before, at, between and after all days on which a row begins or ends; and no day.
    pub(super) fn days(&self) -> Vec<Option<Date>> {
        let ends: BTreeSet<Date> = self.all_rows().flat_map(|row| [row.period.0, row.period.1]).flatten().collect();
        let around = |day: &Date| [day.yesterday().ok(), Some(*day), day.tomorrow().ok()];
        let days: BTreeSet<Option<Date>> =
            ends.iter().flat_map(around).flatten().map(Some).chain(std::iter::once(None)).collect();
        days.into_iter().collect()
    }

    /// A text of each kind that the rows can tell apart, in order.
    pub(super) fn texts(&self) -> BTreeSet<(System, String)> {
        let mut texts = BTreeSet::new();
        let lengths: BTreeSet<(System, usize)> =
            self.ranges.iter().map(|(system, from, ..)| (*system, from.len())).collect();
        for (system, text) in self.rows.iter().flat_map(|(system, rows)| rows.keys().map(move |text| (system, text))) {
            texts.insert((*system, text.clone()));
            // Goes on past the row, and neither into a longer row nor into a range.
            texts.insert((*system, format!("{text:-<BEYOND$}")));
            let in_ranges = lengths.iter().filter(|(of, len)| of == system && *len > text.len());
            texts.extend(in_ranges.map(|(_, len)| (*system, format!("{text:-<len$}"))));
        }
        for (system, from, to, _) in &self.ranges {
            texts.extend(near(from).chain(near(to)).map(|text| (*system, text)));
        }
        let sevenths = self.sevenths();
        let stems: BTreeSet<(System, &str)> =
            texts.iter().map(|(system, text)| (*system, text.trim_end_matches(BEFORE))).collect();
        let with_sevenths: Vec<(System, String)> = stems
            .into_iter()
            .filter(|(_, stem)| stem.len() < SEVENTH)
            .map(|(system, stem)| (system, format!("{stem:-<width$}", width = SEVENTH - 1)))
            .flat_map(|(system, stem)| sevenths.iter().map(move |seventh| (system, format!("{stem}{seventh}"))))
            .collect();
        texts.extend(with_sevenths);
        texts
    }

    fn sevenths(&self) -> BTreeSet<char> {
        self.all_rows().filter_map(|row| row.seventh.as_ref()).flat_map(|sevenths| sevenths.chars()).collect()
    }

    /// Finds the classes of every set, and unions of sets that are not there.
    pub(super) fn fill_masks(&mut self, faults: &mut Vec<SetFault>) {
        let mut masks = vec![ClassMask::default(); self.definitions.len()];
        for (class, vector) in (0u16..).zip(&self.vectors) {
            for set in vector.iter().flatten() {
                if let Some(mask) = masks.get_mut(usize::from(set.0)) {
                    mask.insert(ClassId(class));
                }
            }
        }
        // A union may name unions that stand before or after it: repeat until nothing grows.
        for _ in 0..self.definitions.len() {
            for (place, definition) in self.definitions.iter().enumerate() {
                for part in self.parts_of(definition) {
                    let part = masks.get(usize::from(part.0)).cloned();
                    let (Some(part), Some(whole)) = (part, masks.get_mut(place)) else { continue };
                    *whole = whole.or(&part);
                }
            }
        }
        for definition in &self.definitions {
            for part in definition.union_of.iter().filter(|part| self.find(part).is_none()) {
                let mut fault = SetFault::new(definition, format!("there is no value set `{part}` to be a part of it"));
                fault.unknown_name = Some(part.clone());
                faults.push(fault);
            }
        }
        self.masks = masks;
    }

    fn parts_of(&self, definition: &SetDefinition) -> impl Iterator<Item = SetId> {
        definition.union_of.iter().filter_map(|part| self.find(part))
    }
}

/// An end of a range, and a text of the same length for each way to leave it at some character.
///
/// Any text `t` of this length between two ends differs first from the lower at some place; the
/// lower up to there, then `t`'s own character, then [`BEFORE`] to the end, lies between the same
/// two ends and begins with the same rows' texts, as far as `t`'s go no further. Where they do, the
/// row's text with [`BEFORE`] to the length of the range stands for `t`.
fn near(end: &str) -> impl Iterator<Item = String> + '_ {
    let chars = || ('0'..='9').chain('A'..='Z');
    let leave = move |kept: usize| {
        chars().map(move |c| {
            let stem: String = end.chars().take(kept).chain([c]).collect();
            format!("{stem:-<len$}", len = end.len())
        })
    };
    std::iter::once(end.to_owned()).chain((0..end.len()).flat_map(leave))
}
