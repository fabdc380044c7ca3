//! The answers to a need name each part of the code space once, whatever verdict it gives.

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
