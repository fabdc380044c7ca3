//! The answers to a need name each part of the code space once, whatever verdict it gives; and a need says
//! where that stood which it asks for.

use std::collections::BTreeSet;

use claimgate::{
    desk::Desk,
    fact::{DICTIONARY, Shape},
    verdict::Need,
};

use crate::random::{Random, request};

/// How many parts a need's answers name.
fn check(need: &Need) -> usize {
    let kind = DICTIONARY.iter().find(|kind| kind.name == need.kind()).unwrap();
    if !matches!(kind.shape, Shape::Code | Shape::Codes) {
        return 0;
    }
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut count = 0;
    for (words, _) in &need.answers {
        let words = words.strip_prefix("only ").or(words.strip_prefix("in ")).unwrap_or(words);
        for part in words.split(", ") {
            assert!(named.insert(part), "`{part}` twice: {:#?}", need.answers);
            count += 1;
        }
    }
    count
}

#[test]
fn no_part_of_a_need_is_named_twice() {
    let desk = Desk::new(vec![crate::pack()]);
    let (mut random, mut named, mut others) = (Random::new(53), 0, 0);
    for _ in 0..400 {
        let request = request(&mut random, &desk.packs()[0], true);
        for need in desk.decide(&request).lines.iter().flat_map(|line| &line.needs) {
            named += check(need);
            others += need.answers.iter().filter(|(words, _)| words.ends_with("any other")).count();
        }
    }
    println!("{named} parts named, {others} times any other");
    assert!(named > 100 && others > 10);
}

/// What a line on `day` needs, with where that stood; its member has had services on days known in part.
fn needed(day: &str) -> Vec<(String, String)> {
    let request = claimgate::exchange::json::request_of_value(&serde_json::json!({
        "id": "C-1", "patient": {"birth_date": "1973-05-01"}, "coverage": {"line_of_business": "commercial"},
        "onset_date": "2023-02-01", "diagnoses": [{"code": "M54.16"}],
        "history": [
            {"service_date": "2025-03", "procedures": ["99213"], "diagnoses": ["I10"]},
            {"service_date": "2025-03", "procedures": ["99213"], "diagnoses": ["C79.51"]},
            {"service_date": "2025", "procedures": ["99213"], "diagnoses": ["C79.51", "I10"]}],
        "lines": [{"procedure": "62323", "service_date": day, "diagnosis_pointers": [1]}]}));
    let decision = Desk::new(vec![crate::pack()]).decide(&request.map_err(|reject| reject.fault).unwrap());
    decision.lines[0].needs.iter().map(|need| (need.fact.clone(), need.source.clone())).collect()
}

#[test]
fn a_need_says_where_the_earlier_service_stood() {
    let one = |fact: &str, source: &str| vec![(fact.to_owned(), source.to_owned())];
    assert_eq!(needed("2026-03-10"), one("history.diagnoses", "history[1], history[2]"));
    // On an unknown day it is the day that is asked for.
    assert_eq!(needed("2026"), one("line.service_date", "lines[0].service_date"));
}
