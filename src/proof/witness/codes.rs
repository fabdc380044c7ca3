//! Real codes by class.
//!
//! CPT, HCPCS, ICD-10-PCS, SNOMED CT and the small systems come from the rows of the value sets,
//! diagnoses from the ICD-10-CM table, and codes in no set from a short list of ordinary ones. A
//! prefix row of a procedure names no code by itself: there only codes that were used elsewhere
//! serve. Codes that the caller has seen in use come first, so that a witness reads like a claim.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    code::{ClassId, ClassMask, Code, Entry, Icd10Cm, Pattern, Standing, System, ValueSets},
    date::Date,
};

/// Systems of a line's procedure, as every door reads it.
pub(super) const PROCEDURE: &[System] = &[System::Cpt, System::Hcpcs, System::Icd10Pcs];
/// Systems of a diagnosis, the usual one first.
pub(super) const DIAGNOSIS: &[System] = &[System::Icd10Cm, System::Snomed];
/// Those of them of which there is a table of all codes.
pub(super) const TABLED: &[System] = &[System::Icd10Cm];
/// Those of them of which there is none.
pub(super) const UNTABLED: &[System] = &[System::Snomed];
/// Systems that a diagnosis may have at any door: what a proof must think of.
pub(super) const ANY_DIAGNOSIS: &[System] = &[System::Icd10Cm, System::Snomed, System::Icd9Cm];

/// Codes kept of one system and class. A class is all that a rule sees of a code; the others serve
/// only where the first is not valid on the day.
const KEPT_MAX: usize = 4;

/// Ordinary codes that few policies have in a set: an office visit, an X-ray, a blood count; high
/// blood pressure, diabetes; headache, cough; the office.
const ORDINARY: &[(System, &[&str])] = &[
    (System::Cpt, &["99213", "71046", "85025", "93000", "97110"]),
    (System::Hcpcs, &["A4550", "J3420", "G0439"]),
    (System::Icd10Pcs, &["0DTJ4ZZ", "0FT44ZZ"]),
    (System::Icd10Cm, &["I10", "E11.9", "J45.909", "M25.561", "Z00.00"]),
    (System::Snomed, &["25064002", "49727002", "38341003", "73211009"]),
    (System::Modifier, &["59", "LT", "RT", "25"]),
    (System::ConditionCode, &["44", "09"]),
    (System::PlaceOfService, &["11", "22", "24", "99"]),
];

/// Real codes, by system and class.
pub struct Codes {
    /// Those whose class is the same on every day, the most ordinary first.
    steady: BTreeMap<(System, ClassId), Vec<(usize, Code)>>,
    /// Those whose class hangs on the day.
    dated: Vec<(usize, Code)>,
    /// ICD-10-CM headings: diagnoses that may not be billed.
    headings: BTreeMap<ClassId, Vec<Code>>,
    reach: Reach,
    /// The ends of dated rows.
    days: Vec<Date>,
    /// Whether a row of diagnoses is dated.
    has_dated: bool,
}

impl Codes {
    /// The codes of the classes of `sets`. Those in `used` come first, the most used before all.
    pub fn new(sets: &ValueSets, used: impl IntoIterator<Item = Code>) -> Codes {
        let entries = || sets.definitions().iter().flat_map(|definition| &definition.entries);
        let dated: Vec<&Entry> = entries().filter(|entry| entry.period != (None, None)).collect();
        let mut days: Vec<Date> = dated.iter().flat_map(|entry| [entry.period.0, entry.period.1]).flatten().collect();
        days.sort_unstable_by(|one, two| two.cmp(one));
        days.dedup();
        let mut codes = Codes {
            steady: BTreeMap::new(),
            dated: Vec::new(),
            headings: BTreeMap::new(),
            reach: Reach::of(sets),
            days,
            has_dated: dated.iter().any(|entry| ANY_DIAGNOSIS.contains(&entry.system)),
        };
        let ordinary =
            ORDINARY.iter().flat_map(|(system, texts)| texts.iter().filter_map(|text| Code::parse(*system, text).ok()));
        let mut seen = BTreeSet::new();
        for (rank, code) in by_use(used).into_iter().chain(ordinary).chain(entries().flat_map(of_row)).enumerate() {
            if seen.insert(code) {
                codes.add(sets, &dated, rank, code);
            }
        }
        for list in codes.steady.values_mut() {
            list.sort_unstable_by_key(|(rank, _)| *rank);
            list.truncate(KEPT_MAX);
        }
        codes
    }

    /// A code of each class of `mask` that has one on `day`, the most ordinary first.
    pub(super) fn of(
        &self,
        sets: &ValueSets,
        systems: &[System],
        mask: &ClassMask,
        day: Option<Date>,
    ) -> Vec<(ClassId, Code)> {
        let mut found: BTreeMap<ClassId, (usize, Code)> = BTreeMap::new();
        let mut offer = |class: ClassId, rank: usize, code: Code| {
            let place = systems.iter().position(|system| *system == code.system());
            // A code of the first system reads better than one of another, however much used.
            let Some(rank) = place.map(|place| place * RANKS_MAX + rank) else { return };
            let best = found.entry(class).or_insert((rank, code));
            if rank < best.0 {
                *best = (rank, code);
            }
        };
        for class in mask.iter() {
            for system in systems {
                for (rank, code) in self.steady.get(&(*system, class)).into_iter().flatten() {
                    offer(class, *rank, *code);
                }
            }
        }
        for (rank, code) in &self.dated {
            let class = sets.class_of(code, day);
            if mask.contains(class) {
                offer(class, *rank, *code);
            }
        }
        let mut found: Vec<(usize, ClassId, Code)> =
            found.into_iter().map(|(class, (rank, code))| (rank, class, code)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, class, code)| (class, code)).collect()
    }

    /// The first ICD-10-CM heading of the classes of `mask`; it may not be billed on `day`.
    pub(super) fn heading(&self, mask: &ClassMask, day: Option<Date>) -> Option<Code> {
        let is_heading = |code: &&Code| Icd10Cm::table().standing(code, day) == Standing::Header;
        mask.iter().filter_map(|class| self.headings.get(&class)).flatten().find(is_heading).copied()
    }

    /// The classes that each kind of thing can be in, on any day.
    pub(super) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether a diagnosis may have another class on another day.
    pub(super) fn has_dated(&self) -> bool {
        self.has_dated
    }

    /// Whether a heading of the ICD-10-CM table is in one of the classes.
    pub(super) fn has_headings(&self, mask: &ClassMask) -> bool {
        mask.iter().any(|class| self.headings.contains_key(&class))
    }

    /// The ends of dated rows, the latest first.
    pub(super) fn days(&self) -> &[Date] {
        &self.days
    }

    fn add(&mut self, sets: &ValueSets, dated: &[&Entry], rank: usize, code: Code) {
        if code.system() == System::Icd10Cm && Icd10Cm::table().standing(&code, None) != Standing::Billable {
            self.add_headings(sets, &code);
            return;
        }
        if ORDINARY.iter().any(|(system, texts)| *system == code.system() && texts.contains(&code.to_string().as_str()))
        {
            self.add_headings(sets, &code);
        }
        if dated.iter().any(|entry| concerns(entry, &code)) {
            self.dated.push((rank, code));
            return;
        }
        let class = sets.class_of(&code, None);
        self.steady.entry((code.system(), class)).or_default().push((rank, code));
    }

    /// A heading and those above it.
    fn add_headings(&mut self, sets: &ValueSets, code: &Code) {
        let text = code.text();
        for len in (3..=text.len()).rev() {
            let Some(heading) = text.get(..len).and_then(|text| Code::parse(System::Icd10Cm, text).ok()) else {
                continue;
            };
            if Icd10Cm::table().standing(&heading, None) != Standing::Header {
                continue;
            }
            let list = self.headings.entry(sets.class_of(&heading, None)).or_default();
            if list.len() < KEPT_MAX && !list.contains(&heading) {
                list.push(heading);
            }
        }
    }
}

/// More than there are codes to rank.
const RANKS_MAX: usize = 1 << 24;

/// Codes by how often they were used; among equals the first comes first.
fn by_use(used: impl IntoIterator<Item = Code>) -> Vec<Code> {
    let mut counts: BTreeMap<Code, (usize, usize)> = BTreeMap::new();
    for (place, code) in used.into_iter().enumerate() {
        counts.entry(code).or_insert((0, place)).0 += 1;
    }
    let mut order: Vec<(std::cmp::Reverse<usize>, usize, Code)> =
        counts.into_iter().map(|(code, (count, place))| (std::cmp::Reverse(count), place, code)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, code)| code).collect()
}

/// The codes a row names; of ICD-10-CM every billable one below it.
fn of_row(entry: &Entry) -> Vec<Code> {
    let parse = |text: &String| Code::parse(entry.system, text).ok();
    let table = Icd10Cm::table();
    match (&entry.pattern, entry.system) {
        (Pattern::Phrase(_), _) => Vec::new(),
        (Pattern::Code(text) | Pattern::Prefix(text), System::Icd10Cm) => {
            let Some(code) = parse(text) else { return Vec::new() };
            let mut codes = table.billable_children(&code);
            codes.insert(0, code);
            codes
        }
        (Pattern::Range(from, to), System::Icd10Cm) => {
            let (Some(from), Some(to)) = (parse(from), parse(to)) else { return Vec::new() };
            table.codes().map(|(code, ..)| code).filter(|code| (from..=to).contains(code)).collect()
        }
        (Pattern::Code(text), _) => parse(text).into_iter().collect(),
        (Pattern::Range(from, to), _) => [from, to].into_iter().filter_map(parse).collect(),
        (Pattern::Prefix(text), system) => parse(text).filter(|_| is_whole(system, text)).into_iter().collect(),
    }
}

/// Whether a prefix is as long as the codes of its system, and so names one.
fn is_whole(system: System, text: &str) -> bool {
    match system {
        System::Cpt | System::Hcpcs => text.len() == 5,
        System::Icd10Pcs => text.len() == 7,
        System::Modifier | System::ConditionCode | System::PlaceOfService => text.len() == 2,
        _ => false,
    }
}

/// Whether a dated row speaks of a code on some day.
fn concerns(entry: &Entry, code: &Code) -> bool {
    let text = code.text();
    entry.system == code.system()
        && match &entry.pattern {
            Pattern::Code(own) => own == text,
            Pattern::Prefix(own) => text.starts_with(own.as_str()),
            Pattern::Range(from, to) => text.len() == from.len() && from.as_str() <= text && text <= to.as_str(),
            Pattern::Phrase(_) => false,
        }
}

/// The classes that a code of some systems can be in: the class of no set, and those of whose sets
/// each has a row of such a system.
pub(super) struct Reach {
    pub(super) procedures: ClassMask,
    pub(super) diagnoses: ClassMask,
    /// Diagnoses of systems of which there is no table here.
    pub(super) untabled: ClassMask,
    pub(super) modifiers: ClassMask,
    pub(super) condition_codes: ClassMask,
    pub(super) places: ClassMask,
    /// Those whose phrases a text can hold.
    pub(super) phrases: ClassMask,
}

impl Reach {
    fn of(sets: &ValueSets) -> Reach {
        let of = |systems: &[System]| -> ClassMask {
            let speaks = |row: &Entry| {
                systems.contains(&row.system) && !row.excluded && !matches!(row.pattern, Pattern::Phrase(_))
            };
            let rows = |set| sets.definition(set).map(|definition| definition.entries.as_slice()).unwrap_or_default();
            sets.all().iter().filter(|class| sets.sets_of(*class).all(|set| rows(set).iter().any(speaks))).collect()
        };
        let phrases = sets.definitions().iter().flat_map(|definition| &definition.entries).filter_map(|row| {
            if let Pattern::Phrase(phrase) = &row.pattern { sets.classes_of_text(phrase) } else { None }
        });
        Reach {
            procedures: of(PROCEDURE),
            diagnoses: of(ANY_DIAGNOSIS),
            untabled: of(&[System::Snomed, System::Icd9Cm]),
            modifiers: of(&[System::Modifier]),
            condition_codes: of(&[System::ConditionCode]),
            places: of(&[System::PlaceOfService]),
            phrases: phrases.flatten().collect(),
        }
    }
}
