//! Value sets: which codes a policy means by a word.
//!
//! Sets stand on an *axis* (pain type, exclusion, procedure …). Within an axis the longest match
//! wins, so a code is in at most one set of an axis; axes are independent. All sets of a pack
//! together cut the codes into *classes*: two codes of one class are in exactly the same sets, on
//! every day of one period. A class is all that a rule can ever see of a code.

mod cut;
mod known;
mod phrase;
mod row;
mod standing;
mod written;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::{ClassId, ClassMask, Code, System};
use known::KnownClasses;
use phrase::{contains_phrase, reduced, words_of};
use row::Row;
pub use standing::RowStanding;

/// A value set of a pack, by its place in [`ValueSets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetId(pub u16);

/// What an entry matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This code and no other.
    Code(String),
    /// Every code that begins so.
    Prefix(String),
    /// Every code of the same length from the first to the second, both included; yields to any
    /// code or prefix of the same axis.
    Range(String, String),
    /// A word or phrase of a free text; a trailing `*` stands for any ending of the last word.
    Phrase(String),
}

/// One row of a value set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The system of the codes.
    pub system: System,
    /// What it matches.
    pub pattern: Pattern,
    /// Only codes whose seventh character is one of these (ICD-10-CM encounter and healing).
    pub seventh: Option<String>,
    /// First and last day on which the row holds, both included.
    pub period: (Option<Date>, Option<Date>),
    /// An exclusion: what it matches is *not* in the set, however short the set's other rows.
    pub excluded: bool,
}

/// A set as a pack defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetDefinition {
    /// The name scripts use.
    pub name: String,
    /// The axis; empty for a union.
    pub axis: String,
    /// What it means, in a few words, for the rationale.
    pub title: String,
    /// The anchor of the policy passage it rests on.
    pub cites: String,
    /// Its rows; empty for a union.
    pub entries: Vec<Entry>,
    /// The sets it is the union of; empty for a set with rows.
    pub union_of: Vec<String>,
    /// Whether it is there for people only, so that no rule need ask for it.
    pub is_informative: bool,
}

/// A fault of a set's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetFault {
    /// The set.
    pub set: String,
    /// What is wrong.
    pub message: String,
    /// The name that was not found, where one was not.
    pub unknown_name: Option<String>,
    /// The place of the row at fault in [`SetDefinition::entries`].
    pub entry: Option<usize>,
}

/// Something of a class: a text of a code on a day, or a phrase. The text need be no real code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sample {
    /// A text of a system, on a day or on any.
    Code(System, String, Option<Date>),
    /// The words of a phrase.
    Phrase(Vec<String>),
}

/// All value sets of a pack and the classes they cut the codes into.
pub struct ValueSets {
    definitions: Vec<SetDefinition>,
    masks: Vec<ClassMask>,
    axes: usize,
    /// The rows of codes and prefixes, by system and text.
    rows: BTreeMap<System, BTreeMap<String, Vec<Row>>>,
    ranges: Vec<(System, String, String, Row)>,
    /// Each phrase once, with its sets and its class.
    phrases: Vec<(Vec<String>, Vec<SetId>, ClassId)>,
    classes: HashMap<Vec<Option<SetId>>, ClassId>,
    vectors: Vec<Vec<Option<SetId>>>,
    /// Something of each class.
    samples: Vec<Sample>,
    prefix_chars_max: usize,
    /// The systems of the rows, a bit each.
    systems: u32,
    /// Classes of codes that were asked for before and hang on no date.
    known: KnownClasses,
}

impl ValueSets {
    /// Cuts the codes into classes.
    ///
    /// # Errors
    /// Every fault at once: a name given twice, a union of an unknown set, two equally specific rows
    /// of one axis that say different things of a code on a day.
    pub fn new(definitions: Vec<SetDefinition>) -> Result<ValueSets, Vec<SetFault>> {
        let mut faults = Vec::new();
        let mut axes: Vec<&str> = Vec::new();
        let mut sets = ValueSets {
            definitions: Vec::new(),
            masks: Vec::new(),
            axes: 0,
            rows: BTreeMap::new(),
            ranges: Vec::new(),
            phrases: Vec::new(),
            classes: HashMap::new(),
            vectors: Vec::new(),
            samples: Vec::new(),
            prefix_chars_max: 0,
            systems: 0,
            known: KnownClasses::new(),
        };
        for (place, definition) in definitions.iter().enumerate() {
            let id = SetId(u16::try_from(place).unwrap_or(u16::MAX));
            if definitions.iter().take(place).any(|earlier| earlier.name == definition.name) {
                faults.push(SetFault::new(definition, "is defined twice".into()));
            }
            let axis = axes.iter().position(|axis| *axis == definition.axis).unwrap_or_else(|| {
                axes.push(&definition.axis);
                axes.len() - 1
            });
            for (entry_place, entry) in definition.entries.iter().enumerate() {
                let Some(tie) = sets.add(entry, Row::of(entry, axis, id, entry_place)) else { continue };
                let other = definitions.get(usize::from(tie.other.0));
                let mut fault = SetFault::new(definition, tie.words(entry, definition, other));
                fault.entry = Some(entry_place);
                faults.push(fault);
            }
        }
        sets.axes = axes.len();
        sets.definitions = definitions;
        sets.cut();
        sets.fill_masks(&mut faults);
        if faults.is_empty() { Ok(sets) } else { Err(faults) }
    }

    /// The set of a name.
    pub fn find(&self, name: &str) -> Option<SetId> {
        let place = self.definitions.iter().position(|definition| definition.name == name)?;
        u16::try_from(place).ok().map(SetId)
    }

    /// The definition of a set.
    pub fn definition(&self, set: SetId) -> Option<&SetDefinition> {
        self.definitions.get(usize::from(set.0))
    }

    /// The name of a set.
    pub fn name(&self, set: SetId) -> &str {
        self.definition(set).map_or("", |definition| &definition.name)
    }

    /// Every definition, in order of [`SetId`].
    pub fn definitions(&self) -> &[SetDefinition] {
        &self.definitions
    }

    /// The classes a set is made of.
    pub fn mask(&self, set: SetId) -> &ClassMask {
        self.masks.get(usize::from(set.0)).unwrap_or(ClassMask::none())
    }

    /// Every class, class 0 (no set) included.
    pub fn all(&self) -> ClassMask {
        ClassMask::first(self.class_count())
    }

    /// How many classes there are.
    pub fn class_count(&self) -> u16 {
        u16::try_from(self.vectors.len()).unwrap_or(u16::MAX)
    }

    /// The sets a class is in, one an axis at most (unions left aside).
    pub fn sets_of(&self, class: ClassId) -> impl Iterator<Item = SetId> + '_ {
        self.vectors.get(usize::from(class.0)).into_iter().flatten().filter_map(|set| *set)
    }

    /// Something of each class, in order of [`ClassId`].
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The class of something of another pack's class; `None` for a phrase that no set here has.
    pub fn class_of_sample(&self, sample: &Sample) -> Option<ClassId> {
        match sample {
            Sample::Code(system, text, day) => self.classes.get(&self.vector(*system, text, *day).0).copied(),
            Sample::Phrase(words) => {
                self.phrases.iter().find(|(phrase, ..)| phrase == words).map(|(_, _, class)| *class)
            }
        }
    }

    /// Whether any set has codes of a system; of the codes of others a pack knows nothing.
    pub fn speaks(&self, system: System) -> bool {
        self.systems >> system as u8 & 1 == 1
    }

    /// The class of a code on a day; with no day, on days when every dated row holds.
    pub fn class_of(&self, code: &Code, day: Option<Date>) -> ClassId {
        if let Some(class) = self.known.get(code) {
            return class;
        }
        let (vector, is_dated) = self.vector(code.system(), code.text(), day);
        // INVARIANT: `cut` enumerates every vector that any text on any day can have.
        let class = self.classes.get(&vector).copied().unwrap_or(ClassId(0));
        if !is_dated {
            self.known.keep(code, class);
        }
        class
    }

    /// The classes whose phrases a free text contains; `None` where it has no word at all. Case,
    /// punctuation and spacing do not count.
    pub fn classes_of_text(&self, text: &str) -> Option<Vec<ClassId>> {
        let words = words_of(text);
        if words.is_empty() {
            return None;
        }
        let mut found: Vec<ClassId> = self
            .phrases
            .iter()
            .filter(|(phrase, ..)| contains_phrase(&words, phrase))
            .map(|(.., class)| *class)
            .collect();
        found.sort_unstable();
        Some(found)
    }

    /// The words of every phrase of a set, each phrase once.
    pub fn phrases(&self) -> impl Iterator<Item = &[String]> {
        self.phrases.iter().map(|(words, ..)| words.as_slice())
    }

    /// A text that holds exactly the phrases of `all` that `text` holds, and nothing else that it
    /// says; `None` where it has no word.
    pub fn phrases_alone<'s>(text: &str, all: impl Iterator<Item = &'s ValueSets>) -> Option<String> {
        let mut phrases: Vec<&[String]> = all.flat_map(ValueSets::phrases).collect();
        phrases.sort_unstable();
        phrases.dedup();
        reduced(text, &phrases)
    }

    /// Every row but those of phrases.
    fn all_rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().flat_map(BTreeMap::values).flatten().chain(self.ranges.iter().map(|(.., row)| row))
    }

    /// Takes a row in; the first row it ties with, where it does.
    fn add(&mut self, entry: &Entry, row: Row) -> Option<row::Tie> {
        let (text, is_range) = match &entry.pattern {
            Pattern::Code(text) | Pattern::Prefix(text) => (text, false),
            Pattern::Range(from, _) => (from, true),
            Pattern::Phrase(phrase) => {
                let words = words_of(phrase);
                match self.phrases.iter_mut().find(|(known, ..)| *known == words) {
                    Some((_, sets, _)) => sets.push(row.set),
                    None => self.phrases.push((words, vec![row.set], ClassId(0))),
                }
                return None;
            }
        };
        self.systems |= 1 << entry.system as u8;
        if is_range {
            let Pattern::Range(from, to) = &entry.pattern else { return None };
            let same = self.ranges.iter().filter(|(system, ..)| *system == entry.system);
            let tie = same
                .map(|(_, other_from, other_to, other)| row.tie_of_ranges((from, to), other, (other_from, other_to)))
                .find_map(|tie| tie);
            self.ranges.push((entry.system, from.clone(), to.clone(), row));
            return tie;
        }
        self.prefix_chars_max = self.prefix_chars_max.max(text.len());
        let rows = self.rows.entry(entry.system).or_default().entry(text.clone()).or_default();
        let tie = rows.iter().find_map(|other| row.tie(other, text));
        rows.push(row);
        tie
    }

    /// The set of each axis that a code is in on a day, and whether that hangs on the day.
    fn vector(&self, system: System, text: &str, day: Option<Date>) -> (Vec<Option<SetId>>, bool) {
        let (winners, is_dated) = self.winners(system, text, day);
        (winners.into_iter().map(|row| row.and_then(Row::gives)).collect(), is_dated)
    }

    /// The most specific row of each axis that holds of a code on a day, and whether that hangs on
    /// the day.
    fn winners(&self, system: System, text: &str, day: Option<Date>) -> (Vec<Option<&Row>>, bool) {
        let mut winners: Vec<Option<&Row>> = vec![None; self.axes];
        let is_dated = self.each_that_holds(system, text, day, |row| settle(&mut winners, row));
        (winners, is_dated)
    }

    /// Every row that holds of a code on a day, the more specific before the less; whether that
    /// hangs on the day.
    fn each_that_holds<'a>(
        &'a self,
        system: System,
        text: &str,
        day: Option<Date>,
        mut visit: impl FnMut(&'a Row),
    ) -> bool {
        let mut is_dated = false;
        let longest = text.len().min(self.prefix_chars_max);
        let by_text = self.rows.get(&system);
        for len in (1..=longest).rev() {
            let Some(rows) = by_text.zip(text.get(..len)).and_then(|(rows, prefix)| rows.get(prefix)) else { continue };
            is_dated |= rows.iter().any(|row| row.period != (None, None));
            let holds = |row: &&Row| row.holds(text, day);
            rows.iter().filter(|row| row.exact && len == text.len()).filter(holds).for_each(&mut visit);
            rows.iter().filter(|row| !row.exact && row.seventh.is_some()).filter(holds).for_each(&mut visit);
            rows.iter().filter(|row| !row.exact && row.seventh.is_none()).filter(holds).for_each(&mut visit);
        }
        for (range_system, from, to, row) in &self.ranges {
            let inside = *range_system == system && row::is_between(text, from, to);
            is_dated |= inside && row.period != (None, None);
            if inside && row.holds(text, day) {
                visit(row);
            }
        }
        is_dated
    }
}

/// The first row of an axis that holds settles it.
fn settle<'a>(winners: &mut [Option<&'a Row>], row: &'a Row) {
    if let Some(winner) = winners.get_mut(row.axis) {
        winner.get_or_insert(row);
    }
}

impl SetFault {
    fn new(definition: &SetDefinition, message: String) -> SetFault {
        SetFault { set: definition.name.clone(), message, unknown_name: None, entry: None }
    }
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
