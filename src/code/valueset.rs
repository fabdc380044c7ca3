//! Value sets: which codes a policy means by a word.
//!
//! Sets stand on an *axis* (pain type, exclusion, procedure …). Within an axis the longest match
//! wins, so a code is in at most one set of an axis; axes are independent. All sets of a pack
//! together cut the codes into *classes*: two codes of one class are in exactly the same sets, on
//! every day of one period. A class is all that a rule can ever see of a code.

use std::collections::HashMap;

use dashmap::DashMap;
use jiff::civil::Date;

use super::{ClassId, ClassMask, Code, System};

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
}

/// A fault of a set's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetFault {
    /// The set.
    pub set: String,
    /// What is wrong.
    pub message: String,
    /// A name close to the one that was not found.
    pub unknown_name: Option<String>,
}

/// All value sets of a pack and the classes they cut the codes into.
pub struct ValueSets {
    definitions: Vec<SetDefinition>,
    masks: Vec<ClassMask>,
    axes: usize,
    rows: HashMap<(System, String), Vec<Row>>,
    ranges: Vec<(System, String, String, Row)>,
    phrases: Vec<(Vec<String>, SetId)>,
    phrase_class: HashMap<SetId, ClassId>,
    classes: HashMap<Vec<Option<SetId>>, ClassId>,
    vectors: Vec<Vec<Option<SetId>>>,
    prefix_chars_max: usize,
    /// The systems of the rows, a bit each.
    systems: u32,
    /// Classes of codes that were asked for before and hang on no date.
    cache: DashMap<Code, ClassId>,
}

/// Codes kept in the cache: more than all of ICD-10-CM, CPT and HCPCS together; a stream of
/// invented codes cannot grow it further.
const CACHED_CODES_MAX: usize = 200_000;

#[derive(Clone)]
struct Row {
    axis: usize,
    set: SetId,
    exact: bool,
    seventh: Option<String>,
    period: (Option<Date>, Option<Date>),
    excluded: bool,
}

impl ValueSets {
    /// Cuts the codes into classes.
    ///
    /// # Errors
    /// Every fault at once: a name given twice, a union of an unknown set, two sets of one axis
    /// that claim the same code or prefix.
    pub fn new(definitions: Vec<SetDefinition>) -> Result<ValueSets, Vec<SetFault>> {
        let mut faults = Vec::new();
        let mut axes: Vec<&str> = Vec::new();
        let mut sets = ValueSets {
            definitions: Vec::new(),
            masks: Vec::new(),
            axes: 0,
            rows: HashMap::new(),
            ranges: Vec::new(),
            phrases: Vec::new(),
            phrase_class: HashMap::new(),
            classes: HashMap::new(),
            vectors: Vec::new(),
            prefix_chars_max: 0,
            systems: 0,
            cache: DashMap::new(),
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
            for entry in &definition.entries {
                if let Err(other) = sets.add(entry, axis, id) {
                    let other = definitions.get(usize::from(other.0)).map_or("", |other| other.name.as_str());
                    let message = format!("{} is in `{other}` of the same axis too", entry.pattern);
                    faults.push(SetFault::new(definition, message));
                }
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
        (0..self.class_count()).map(ClassId).collect()
    }

    /// How many classes there are.
    pub fn class_count(&self) -> u16 {
        u16::try_from(self.vectors.len()).unwrap_or(u16::MAX)
    }

    /// The sets a class is in, one an axis at most (unions left aside).
    pub fn sets_of(&self, class: ClassId) -> impl Iterator<Item = SetId> + '_ {
        self.vectors.get(usize::from(class.0)).into_iter().flatten().filter_map(|set| *set)
    }

    /// Whether any set has codes of a system; of the codes of others a pack knows nothing.
    pub fn speaks(&self, system: System) -> bool {
        self.systems >> system as u8 & 1 == 1
    }

    /// The class of a code on a day; with no day, on days when every dated row holds.
    pub fn class_of(&self, code: &Code, day: Option<Date>) -> ClassId {
        if let Some(class) = self.cache.get(code) {
            return *class;
        }
        let (vector, is_dated) = self.vector(code.system(), code.text(), day);
        // INVARIANT: `cut` enumerates every vector that any text on any day can have.
        let class = self.classes.get(&vector).copied().unwrap_or(ClassId(0));
        if !is_dated && self.cache.len() < CACHED_CODES_MAX {
            self.cache.insert(*code, class);
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
            .filter(|(phrase, _)| contains_phrase(&words, phrase))
            .filter_map(|(_, set)| self.phrase_class.get(set).copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn add(&mut self, entry: &Entry, axis: usize, set: SetId) -> Result<(), SetId> {
        if !matches!(entry.pattern, Pattern::Phrase(_)) {
            self.systems |= 1 << entry.system as u8;
        }
        let row = |exact| Row {
            axis,
            set,
            exact,
            seventh: entry.seventh.clone(),
            period: entry.period,
            excluded: entry.excluded,
        };
        let (text, exact) = match &entry.pattern {
            Pattern::Code(text) => (text, true),
            Pattern::Prefix(text) => (text, false),
            Pattern::Range(from, to) => {
                self.ranges.push((entry.system, from.clone(), to.clone(), row(false)));
                return Ok(());
            }
            Pattern::Phrase(phrase) => {
                self.phrases.push((words_of(phrase), set));
                return Ok(());
            }
        };
        self.prefix_chars_max = self.prefix_chars_max.max(text.len());
        let rows = self.rows.entry((entry.system, text.clone())).or_default();
        let clash = rows.iter().find(|other| {
            other.axis == axis
                && other.exact == exact
                && other.set != set
                && other.seventh == entry.seventh
                && overlap(other.period, entry.period)
        });
        if let Some(other) = clash {
            return Err(other.set);
        }
        rows.push(row(exact));
        Ok(())
    }

    /// The set of each axis that a code is in on a day, and whether that hangs on the day.
    fn vector(&self, system: System, text: &str, day: Option<Date>) -> (Vec<Option<SetId>>, bool) {
        let mut is_dated = false;
        let mut vector: Vec<Option<SetId>> = vec![None; self.axes];
        let mut settled = vec![false; self.axes];
        let mut settle = |row: &Row| {
            if let (Some(settled), Some(place)) = (settled.get_mut(row.axis), vector.get_mut(row.axis))
                && !*settled
            {
                *settled = true;
                *place = (!row.excluded).then_some(row.set);
            }
        };
        let longest = text.len().min(self.prefix_chars_max);
        for len in (1..=longest).rev() {
            let Some(prefix) = text.get(..len) else { continue };
            let Some(rows) = self.rows.get(&(system, prefix.to_owned())) else { continue };
            is_dated |= rows.iter().any(|row| row.period != (None, None));
            let holds = |row: &&Row| row.holds(text, day);
            rows.iter().filter(|row| row.exact && len == text.len()).filter(holds).for_each(&mut settle);
            rows.iter().filter(|row| !row.exact && row.seventh.is_some()).filter(holds).for_each(&mut settle);
            rows.iter().filter(|row| !row.exact && row.seventh.is_none()).filter(holds).for_each(&mut settle);
        }
        for (range_system, from, to, row) in &self.ranges {
            let inside =
                *range_system == system && text.len() == from.len() && from.as_str() <= text && text <= to.as_str();
            is_dated |= inside && row.period != (None, None);
            if inside && row.holds(text, day) {
                settle(row);
            }
        }
        (vector, is_dated)
    }

    /// Enumerates every vector a text can have: texts differ only by the deepest row they reach,
    /// by going on past it or not, by their seventh character, and by the day.
    fn cut(&mut self) {
        let all_rows = || self.rows.values().flatten().chain(self.ranges.iter().map(|(.., row)| row));
        let mut sevenths: Vec<char> =
            all_rows().filter_map(|row| row.seventh.as_ref()).flat_map(|s| s.chars()).collect();
        sevenths.sort_unstable();
        sevenths.dedup();
        let mut days: Vec<Option<Date>> = vec![None];
        for row in all_rows() {
            days.extend(
                [row.period.0, row.period.1]
                    .into_iter()
                    .flatten()
                    .flat_map(|day| [day.yesterday().ok(), Some(day), day.tomorrow().ok()]),
            );
        }
        days.sort_unstable();
        days.dedup();
        let mut texts: Vec<(System, String)> = Vec::new();
        let keys = self.rows.keys().map(|(system, text)| (*system, text.as_str()));
        for (system, text) in keys.chain(self.ranges.iter().map(|(system, from, ..)| (*system, from.as_str()))) {
            texts.push((system, text.to_owned()));
            texts.push((system, format!("{text}-")));
            if text.len() < 7 {
                let padded = format!("{text:-<6}");
                texts.extend(sevenths.iter().map(|seventh| (system, format!("{padded}{seventh}"))));
            }
        }
        texts.sort_unstable();
        let mut vectors = vec![vec![None; self.axes]];
        for (system, text) in &texts {
            for day in &days {
                vectors.push(self.vector(*system, text, *day).0);
            }
        }
        vectors.sort_unstable();
        vectors.dedup();
        self.classes = vectors
            .iter()
            .enumerate()
            .map(|(place, vector)| (vector.clone(), ClassId(u16::try_from(place).unwrap_or(u16::MAX))))
            .collect();
        self.vectors = vectors;
        let mut of_phrases: Vec<SetId> = self.phrases.iter().map(|(_, set)| *set).collect();
        of_phrases.sort_unstable();
        of_phrases.dedup();
        for set in of_phrases {
            self.phrase_class.insert(set, ClassId(self.class_count()));
            self.vectors.push(vec![Some(set)]);
        }
    }

    fn fill_masks(&mut self, faults: &mut Vec<SetFault>) {
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
                for part in &definition.union_of {
                    let Some(part) = self.definitions.iter().position(|other| other.name == *part) else { continue };
                    let (Some(part), Some(whole)) = (masks.get(part).cloned(), masks.get_mut(place)) else { continue };
                    *whole = whole.or(&part);
                }
            }
        }
        for definition in &self.definitions {
            for part in &definition.union_of {
                if !self.definitions.iter().any(|other| other.name == *part) {
                    let mut fault =
                        SetFault::new(definition, format!("there is no value set `{part}` to be a part of it"));
                    fault.unknown_name = Some(part.clone());
                    faults.push(fault);
                }
            }
        }
        self.masks = masks;
    }
}

impl Row {
    fn holds(&self, text: &str, day: Option<Date>) -> bool {
        let seventh = self.seventh.as_ref().is_none_or(|allowed| {
            text.len() == 7 && text.chars().nth(6).is_some_and(|seventh| allowed.contains(seventh))
        });
        let (from, until) = self.period;
        let in_period =
            day.is_none_or(|day| from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until));
        seventh && in_period
    }
}

impl SetFault {
    fn new(definition: &SetDefinition, message: String) -> SetFault {
        SetFault { set: definition.name.clone(), message, unknown_name: None }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Pattern::Code(text) => write!(f, "code {text}"),
            Pattern::Prefix(text) => write!(f, "prefix {text}"),
            Pattern::Range(from, to) => write!(f, "range {from} to {to}"),
            Pattern::Phrase(text) => write!(f, "phrase `{text}`"),
        }
    }
}

fn overlap(a: (Option<Date>, Option<Date>), b: (Option<Date>, Option<Date>)) -> bool {
    let before = |until: Option<Date>, from: Option<Date>| until.zip(from).is_some_and(|(until, from)| until < from);
    !before(a.1, b.0) && !before(b.1, a.0)
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '*')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn contains_phrase(words: &[String], phrase: &[String]) -> bool {
    let matches = |(word, part): (&String, &String)| match part.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == part,
    };
    !phrase.is_empty() && words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(matches))
}

#[cfg(test)]
mod tests;
