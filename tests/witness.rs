//! Witnesses of the spine pack's paths, and of facts that one pack alone would not ask together.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, path::Path};

use claimgate::{
    code::{ClassMask, Code, Entry, Pattern, SetDefinition, System, ValueSets},
    date::Date,
    exchange::json,
    fact::{Argument, Book, DICTIONARY, Fact, FactId, Test},
    pack::{Pack, Period, shelf},
    proof::{
        Literal,
        witness::{Codes, Ground, holds, impossible, witness},
    },
    tree::{Forest, Place, Root},
};

fn pack() -> Pack {
    let folder = Path::new("rules/bmj-2025-chronic-spine-pain");
    shelf::take(folder, &BTreeMap::new()).map_err(|error| error.to_string()).unwrap()
}

/// Every path from `at` on: the questions with their answers.
fn paths(pack: &Pack, at: Root, path: &mut Vec<Literal>, each: &mut dyn FnMut(&[Literal])) {
    let Place::Ask { question, yes, no, .. } = pack.forest.place(at) else { return each(path) };
    let asked = pack.book.get(question).unwrap();
    for (to, answer) in [(no, false), (yes, true)] {
        path.push(Literal { fact: asked.fact, test: asked.test.clone(), answer });
        paths(pack, to, path, each);
        path.pop();
    }
}

#[test]
fn every_path_of_every_rule_has_a_witness_or_a_proof() {
    let pack = pack();
    let codes = Codes::new(&pack.sets, []);
    let ground = Ground { book: &pack.book, sets: &pack.sets, period: &pack.manifest.period, codes: &codes };
    let (mut found, mut proved) = (0u64, 0u64);
    for (_, rule) in pack.rules() {
        paths(&pack, rule.root, &mut Vec::new(), &mut |path| {
            let Some(request) = witness(&ground, path) else {
                assert!(impossible(&ground, path).is_some(), "{}: neither found nor proved: {path:?}", rule.name);
                proved += 1;
                return;
            };
            assert_eq!(impossible(&ground, path), None, "{}: {path:?}", rule.name);
            // A witness that is written down and read again is a witness still.
            let read = json::request_of_value(&json::request_value(&request)).unwrap();
            assert!(holds(&ground, &read, path), "{}: {path:?}", rule.name);
            found += 1;
        });
    }
    let all: u64 = pack.rules().map(|(_, rule)| pack.forest.paths(rule.root)).sum();
    assert_eq!(found + proved, all);
    assert!(found * 3 > all * 2, "{found} of {all}");
}

/// A small world: axial and radicular pain, cancer, an injection that ended and one that did not.
struct World {
    sets: ValueSets,
    codes: Codes,
    book: Book,
    period: Period,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

impl World {
    fn new() -> World {
        let set = |name: &str, axis: &str, rows: &[(System, Pattern, Option<&str>)]| SetDefinition {
            name: name.into(),
            axis: axis.into(),
            title: String::new(),
            cites: String::new(),
            entries: rows
                .iter()
                .map(|(system, pattern, until)| Entry {
                    system: *system,
                    pattern: pattern.clone(),
                    seventh: None,
                    period: (None, until.map(day)),
                    excluded: false,
                })
                .collect(),
            union_of: Vec::new(),
            is_informative: false,
        };
        let prefix = |text: &str| (System::Icd10Cm, Pattern::Prefix(text.into()), None);
        let code = |text: &str, until| (System::Cpt, Pattern::Code(text.into()), until);
        let phrase = |text: &str| (System::Other, Pattern::Phrase(text.into()), None);
        let definitions = vec![
            set("spine", "place", &[prefix("M5")]),
            set("axial", "pain", &[prefix("M545")]),
            set("radicular", "pain", &[prefix("M541")]),
            set("cancer", "other", &[prefix("C")]),
            set("injection", "procedure", &[code("62323", None)]),
            set("old_injection", "procedure", &[code("62311", Some("2016-12-31"))]),
            set("heat", "words", &[phrase("radio frequency"), phrase("rf")]),
            set("frequency", "more words", &[phrase("frequency")]),
        ];
        let sets = ValueSets::new(definitions).unwrap();
        let codes = Codes::new(&sets, [Code::parse(System::Icd10Cm, "M54.16").unwrap()]);
        World { sets, codes, book: Book::default(), period: Period { from: day("2010-01-01"), until: None } }
    }

    fn fact(&mut self, name: &str, set: Option<&str>, months: Option<i64>) -> FactId {
        let kind = DICTIONARY.iter().find(|kind| kind.name == name).unwrap();
        let set = set.map(|set| Argument::Set(self.sets.find(set).unwrap()));
        self.book.fact(Fact { kind, arguments: set.into_iter().chain(months.map(Argument::Months)).collect() })
    }

    fn mask(&self, set: &str) -> ClassMask {
        self.sets.mask(self.sets.find(set).unwrap()).clone()
    }

    fn is_in(&mut self, name: &str, set: &str, months: Option<i64>, answer: bool) -> Literal {
        Literal { fact: self.fact(name, None, months), test: Test::In(self.mask(set)), answer }
    }

    fn at_least(&mut self, name: &str, set: &str, months: Option<i64>, least: i64, answer: bool) -> Literal {
        Literal { fact: self.fact(name, Some(set), months), test: Test::AtLeast(least), answer }
    }

    /// Whether there is a witness; where there is none, that must be proved.
    fn check(&self, literals: &[Literal], expected: bool) {
        let ground = Ground { book: &self.book, sets: &self.sets, period: &self.period, codes: &self.codes };
        let request = witness(&ground, literals);
        assert_eq!(request.is_some(), expected, "{literals:#?}");
        assert_eq!(impossible(&ground, literals).is_none(), expected, "{literals:#?}");
    }
}

#[test]
fn what_the_line_points_to_is_on_the_request() {
    let mut world = World::new();
    let line = world.is_in("line.diagnoses", "radicular", None, true);
    let request = |world: &mut World, set: &str, answer| world.is_in("request.diagnoses", set, None, answer);
    let without = request(&mut world, "radicular", false);
    world.check(&[line.clone(), without], false);
    let without = request(&mut world, "spine", false);
    world.check(&[line.clone(), without], false);
    let with_other = request(&mut world, "cancer", true);
    let elsewhere = world.is_in("line.diagnoses", "cancer", None, false);
    world.check(&[line, with_other, elsewhere], true);
}

#[test]
fn onsets_of_two_value_sets_may_differ() {
    let mut world = World::new();
    let long = world.at_least("line.months_since_onset", "axial", None, 12, true);
    let short = world.at_least("line.months_since_onset", "radicular", None, 3, false);
    world.check(&[long.clone(), short.clone()], true);
    let known = Literal { fact: short.fact, test: Test::Known, answer: false };
    world.check(&[long, known.clone()], true);
    world.check(&[short, known], false);
}

#[test]
fn history_answers_all_at_once() {
    let mut world = World::new();
    let recent = world.is_in("history.diagnoses", "cancer", Some(3), false);
    let ever = world.is_in("history.diagnoses", "cancer", Some(12), true);
    let never = world.is_in("history.diagnoses", "cancer", Some(12), false);
    world.check(&[recent.clone(), ever.clone()], true);
    world.check(&[never.clone(), world.clone_of(&recent, true)], false);
    let twice = world.at_least("history.months_diagnosed_twice", "cancer", Some(12), 6, true);
    world.check(&[twice.clone(), ever, recent], true);
    world.check(&[twice, never], false);
    let beyond = world.at_least("history.months_diagnosed_twice", "cancer", Some(12), 13, true);
    world.check(&[beyond], false);
    let many = world.at_least("history.sessions", "injection", Some(12), 9, true);
    let no_more = world.at_least("history.sessions", "injection", Some(12), 10, false);
    let few_lately = world.at_least("history.sessions", "injection", Some(3), 3, false);
    let long_ago = world.at_least("history.months_since_procedure", "injection", Some(12), 11, true);
    world.check(&[many.clone(), no_more, few_lately, long_ago], true);
    let none = world.at_least("history.months_since_procedure", "injection", Some(24), 0, false);
    world.check(&[many, none], false);
}

impl World {
    /// The same question with another answer.
    fn clone_of(&self, literal: &Literal, answer: bool) -> Literal {
        Literal { answer, ..literal.clone() }
    }
}

#[test]
fn a_code_that_ended_moves_the_day_of_service() {
    let mut world = World::new();
    let old = world.is_in("line.procedure", "old_injection", None, true);
    world.check(std::slice::from_ref(&old), true);
    let date = world.fact("line.service_date", None, None);
    let number = claimgate::date::day_number(day("2012-05-05"));
    let early = Literal { fact: date, test: Test::AtLeast(number), answer: false };
    world.check(&[old, early], true);
    // No row of diagnoses is a procedure.
    let odd = world.is_in("line.procedure", "cancer", None, true);
    world.check(&[odd], false);
}

#[test]
fn a_heading_may_be_all_that_is_pointed_to() {
    let mut world = World::new();
    let invalid = Literal { fact: world.fact("line.invalid_diagnosis", None, None), test: Test::Is(1), answer: true };
    let axial = world.is_in("line.diagnoses", "axial", None, true);
    let nothing_else =
        Literal { fact: axial.fact, test: Test::In(world.sets.all().without(&world.mask("axial"))), answer: false };
    world.check(&[invalid.clone(), axial.clone(), nothing_else.clone()], true);
    world.check(&[invalid, world.clone_of(&axial, false), nothing_else], false);
}

#[test]
fn a_narrative_holds_the_phrases_that_are_wanted() {
    let mut world = World::new();
    let heat = world.is_in("line.narrative", "heat", None, true);
    let no_frequency = world.is_in("line.narrative", "frequency", None, false);
    // `radio frequency` would hold both; `rf` is the way out.
    world.check(&[heat.clone(), no_frequency.clone()], true);
    world.check(&[heat.clone(), world.clone_of(&no_frequency, true)], true);
    world.check(&[world.clone_of(&heat, false), no_frequency], true);
    world.check(&[world.clone_of(&heat, false)], true);
}

#[test]
fn the_forest_of_paths_is_walked_whole() {
    let pack = pack();
    let count = |root: Root, forest: &Forest| {
        let mut walked = 0u64;
        paths(&pack, root, &mut Vec::new(), &mut |_| walked += 1);
        assert_eq!(walked, forest.paths(root));
    };
    pack.rules().for_each(|(_, rule)| count(rule.root, &pack.forest));
}
