//! Value sets against brute force: every code of a corner of the ICD-10-CM table, on every day on
//! which something may change, held against every row.

#![expect(clippy::string_slice, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::{row::is_between, *};
use crate::code::Icd10Cm;

/// Random packs of value sets: many where the question is one of two rows, fewer where it is one of
/// all codes.
const PACKS: usize = 300;
const PACKS_FOR_CLASSES: usize = 80;

/// xorshift64*: the same packs on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % count
    }

    fn is_one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A few hundred codes that stand together, and as many texts that are no codes.
fn corner(dice: &mut Dice) -> Vec<String> {
    let from = ["M541", "M4840", "S12", "S134", "S3210", "G89", "C79"][dice.below(7)];
    let codes: Vec<String> = Icd10Cm::table().texts_from(from).take(200).map(str::to_owned).collect();
    let none = codes.iter().map(|code| format!("{}{}", &code[..code.len() - 1], ["0", "9", "X", "Z"][code.len() % 4]));
    none.chain(codes.iter().cloned()).collect()
}

fn pack(dice: &mut Dice, texts: &[String]) -> Vec<SetDefinition> {
    let near = dice.below(texts.len() - 12);
    let few = &texts[near..near + 12];
    let days = [date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1)];
    let entry = |dice: &mut Dice| {
        let text = dice.of(few).clone();
        let pattern = match dice.below(4) {
            0 => Pattern::Code(text),
            1 => {
                let same: Vec<&String> = few.iter().filter(|other| other.len() == text.len()).collect();
                let other = (*dice.of(&same)).clone();
                Pattern::Range(text.clone().min(other.clone()), text.max(other))
            }
            _ => Pattern::Prefix(text[..text.len() - dice.below(3).min(text.len() - 3)].to_owned()),
        };
        let day = |dice: &mut Dice| dice.is_one_in(5).then(|| *dice.of(&days));
        Entry {
            system: System::Icd10Cm,
            pattern,
            seventh: dice.is_one_in(3).then(|| ["A", "AB", "BD", "S"][dice.below(4)].to_owned()),
            period: (day(dice), day(dice)),
            excluded: dice.is_one_in(6),
        }
    };
    let set = |place: usize, dice: &mut Dice| SetDefinition {
        name: format!("set{place}"),
        axis: ["pain", "pain", "safety"][place % 3].to_owned(),
        title: String::new(),
        cites: String::new(),
        entries: (0..1 + dice.below(3)).map(|_| entry(dice)).collect(),
        union_of: Vec::new(),
        is_informative: false,
    };
    (0..4).map(|place| set(place, dice)).collect()
}

/// Rows, by set and place, each with the set it gives.
type Rows = BTreeSet<(Option<String>, (String, usize))>;

/// What rows say of a text on a day: by axis and how specific they are.
type Said = BTreeMap<(String, (u8, usize, bool)), Rows>;

fn said(pack: &[SetDefinition], text: &str, day: Date) -> Said {
    let mut said = Said::new();
    for set in pack {
        for (place, entry) in set.entries.iter().enumerate() {
            let (matches, rank) = match &entry.pattern {
                Pattern::Code(code) => (code == text, 2),
                Pattern::Prefix(prefix) => (text.starts_with(prefix.as_str()), 1),
                Pattern::Range(from, to) => (is_between(text, from, to), 0),
                Pattern::Phrase(_) => (false, 0),
            };
            let seventh = entry.seventh.as_ref().is_none_or(|list| text.len() == 7 && list.contains(&text[6..]));
            let from = entry.period.0.is_none_or(|from| from <= day);
            let until = entry.period.1.is_none_or(|until| day <= until);
            if matches && seventh && from && until {
                let len = if let Pattern::Prefix(prefix) = &entry.pattern { prefix.len() } else { 0 };
                let how = (rank, len, rank == 1 && entry.seventh.is_some());
                let gives = (!entry.excluded).then(|| set.name.clone());
                said.entry((set.axis.clone(), how)).or_default().insert((gives, (set.name.clone(), place)));
            }
        }
    }
    said
}

fn is_tied(said: &Said) -> bool {
    said.values().any(|rows| rows.iter().map(|(gives, _)| gives).collect::<BTreeSet<_>>().len() > 1)
}

/// The set of each axis, and the rows that give it.
fn winners(said: &Said) -> BTreeMap<&str, &Rows> {
    // In order of how specific they are: the last of an axis wins.
    said.iter().map(|((axis, _), rows)| (axis.as_str(), rows)).collect()
}

fn days() -> impl Iterator<Item = Date> {
    [2023, 2024, 2025, 2026, 2027].into_iter().flat_map(|year| [date(year, 1, 1), date(year, 1, 2), date(year, 12, 31)])
}

#[test]
fn ties_and_nothing_else_are_faults() {
    let (mut dice, mut tied) = (Dice(7), 0);
    for _ in 0..PACKS {
        let texts = corner(&mut dice);
        let pack = pack(&mut dice, &texts);
        let found = texts.iter().any(|text| days().any(|day| is_tied(&said(&pack, text, day))));
        match ValueSets::new(pack.clone()) {
            Ok(_) => assert!(!found, "a tie was not told: {pack:#?}"),
            Err(faults) => {
                tied += 1;
                for fault in faults {
                    let (_, witness) = fault.message.split_once("both hold of ").unwrap();
                    let (code, day) = witness.split_once(" on ").unwrap_or((witness, "2024-06-01"));
                    let code = Code::parse(System::Icd10Cm, code).unwrap();
                    assert!(is_tied(&said(&pack, code.text(), day.parse().unwrap())), "{}: {pack:#?}", fault.message);
                }
            }
        }
    }
    assert!((PACKS / 5..PACKS * 4 / 5).contains(&tied), "{tied} of {PACKS} packs have ties");
}

#[test]
fn a_class_tells_the_sets_of_every_code() {
    let mut dice = Dice(11);
    for _ in 0..PACKS_FOR_CLASSES {
        let texts = corner(&mut dice);
        let pack = pack(&mut dice, &texts);
        let Ok(sets) = ValueSets::new(pack.clone()) else { continue };
        for text in &texts {
            let code = Code::parse(System::Icd10Cm, text).unwrap();
            for day in days() {
                let said = said(&pack, text, day);
                let gives =
                    winners(&said).into_values().filter_map(|rows| rows.first().and_then(|(set, _)| set.clone()));
                let expected: BTreeSet<String> = gives.collect();
                let class = sets.class_of(&code, Some(day));
                let found: BTreeSet<String> = sets.sets_of(class).map(|set| sets.name(set).to_owned()).collect();
                assert_eq!(found, expected, "{code} on {day}: {pack:#?}");
            }
        }
    }
}

#[test]
fn a_row_is_idle_where_it_wins_no_code_of_the_table() {
    let (mut dice, mut idle_rows) = (Dice(13), 0);
    for _ in 0..PACKS {
        let texts = corner(&mut dice);
        let pack = pack(&mut dice, &texts);
        let Ok(sets) = ValueSets::new(pack.clone()) else { continue };
        let idle = sets.idle_rows();
        for (place, set) in pack.iter().enumerate() {
            for (entry_place, entry) in set.entries.iter().enumerate() {
                if entry.period.1.is_some_and(Icd10Cm::ended_before) {
                    continue;
                }
                let (Pattern::Code(from) | Pattern::Prefix(from) | Pattern::Range(from, _) | Pattern::Phrase(from)) =
                    &entry.pattern;
                let to = if let Pattern::Range(_, to) = &entry.pattern { to } else { from };
                let row = (set.name.clone(), entry_place);
                // Of two rows that give the same, one may win for both.
                let wins = |text: &str, alone: bool| {
                    let won =
                        |rows: &BTreeSet<_>| (rows.len() == 1 || !alone) && rows.iter().any(|(_, won)| *won == row);
                    days().any(|day| winners(&said(&pack, text, day)).into_values().any(won))
                };
                let codes = || {
                    let from = Icd10Cm::table().texts_from(from);
                    from.take_while(|text| *text <= to.as_str() || text.starts_with(to.as_str()))
                };
                let found = idle.iter().any(|(of, at, _)| usize::from(of.0) == place && *at == entry_place);
                let is_right =
                    if found { !codes().any(|code| wins(code, true)) } else { codes().any(|code| wins(code, false)) };
                assert!(is_right, "{row:?} {entry}, idle: {found}: {pack:#?}");
                idle_rows += usize::from(found);
            }
        }
    }
    assert!(idle_rows > PACKS / 10, "{idle_rows} idle rows");
}
