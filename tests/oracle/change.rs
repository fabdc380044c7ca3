//! What would change a verdict, and what is needed for one, against trying everything.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::{
    desk::{Desk, LineFacts},
    fact::{Answer, Drawn, FactId, Shape, Test, Unit, Value},
    pack::Pack,
    request::Request,
    verdict::{LineDecision, Verdict, WouldChange},
};

use crate::{
    brute::{by_trees, drawn, enumerate_drawn},
    count,
    random::{Random, request},
    small,
};

/// How a fact is named: as scripts write it where the pack asks its kind with several arguments.
pub fn name(pack: &Pack, id: FactId) -> String {
    let kind = pack.book.get_fact(id).unwrap().kind;
    let alike = pack.book.facts().iter().filter(|fact| fact.kind == kind).count();
    if alike == 1 { kind.name.to_owned() } else { pack.book.fact_words(id, &pack.sets) }
}

/// Everything that could be documented of a fact: its value in words or as a number, and the fact.
fn documented<'a>(pack: &Pack, id: FactId, now: &Drawn<'a>) -> Vec<(String, Drawn<'a>)> {
    let kind = pack.book.get_fact(id).unwrap().kind;
    let names: &[&str] = match kind.shape {
        Shape::Choice(names) => names,
        Shape::YesNo => &["no", "yes"],
        Shape::Quantity(Unit::Months) => {
            let mut points: BTreeSet<i64> = BTreeSet::from([0]);
            for question in pack.book.questions().iter().filter(|question| question.fact == id) {
                if let Test::AtLeast(least) = question.test {
                    points.extend([least - 1, least].into_iter().filter(|point| *point >= 0));
                }
            }
            let drawn = |point| Drawn { value: Value::Span(point, point), known: Answer::Yes, ..now.clone() };
            return points.into_iter().map(|point| (point.to_string(), drawn(point))).collect();
        }
        shape => panic!("no documentable fact has the shape {shape:?}"),
    };
    let drawn = |place: usize| {
        // What absence means is not given.
        let known = Answer::of(names[place] != kind.absence);
        Drawn { value: Value::Choice(1 << place), known, ..now.clone() }
    };
    (0..names.len()).map(|place| (names[place].to_owned(), drawn(place))).collect()
}

/// Whether a value in words or as a number meets a condition of the rationale.
pub fn meets(value: &str, when: &str) -> bool {
    let Ok(amount) = value.parse::<i64>() else { return when.split(" or ").any(|word| word == value) };
    matches!(when, "any" | "given")
        || when.split(" and ").all(|part| {
            let bound = part.split(' ').nth(1).unwrap().parse::<i64>().unwrap();
            match part.split(' ').next() {
                Some("≥") => amount >= bound,
                Some("<") => amount < bound,
                _ => panic!("`{when}` is no condition"),
            }
        })
}

/// The rows that a change of these facts to these values meets.
pub fn rows<'r>(all: &'r [WouldChange], change: &[(&str, &str)]) -> Vec<&'r WouldChange> {
    let is_met = |row: &&WouldChange| {
        row.all.len() == change.len()
            && row.all.iter().all(|one| change.iter().any(|(fact, value)| *fact == one.fact && meets(value, &one.when)))
    };
    all.iter().filter(is_met).collect()
}

/// A documentable fact, its name, and everything that could be documented of it.
type Documentable<'a> = (FactId, String, Vec<(String, Drawn<'a>)>);

/// Holds a line's list against every change of one fact and of two; how many rows it had of each.
fn check(pack: &Pack, request: &Request, place: usize, line: &LineDecision) -> Option<(usize, usize)> {
    let now = drawn(pack, &mut LineFacts::new(pack, request, &request.lines[place]));
    let facts: Vec<Documentable<'_>> = (0u16..)
        .map(FactId)
        .zip(&now)
        .filter(|(id, _)| pack.book.get_fact(*id).unwrap().kind.documentable)
        .map(|(id, now)| (id, name(pack, id), documented(pack, id, now)))
        .collect();
    let verdict = |changes: &[(FactId, &Drawn<'_>)]| {
        let mut changed = now.clone();
        for (id, drawn) in changes {
            changed[usize::from(id.0)] = (*drawn).clone();
        }
        let verdicts = enumerate_drawn(pack, &changed, by_trees)?.verdicts;
        Some(if verdicts.len() == 1 { verdicts.into_iter().next().filter(|then| *then != line.verdict) } else { None })
    };
    // Outside of the pack's period nothing is denied.
    let span = request.service_span(&request.lines[place]).get();
    let may_lie_outside = pack.is_in_force(span) == Answer::Unknown;
    let told = |change: &[(&str, &str)], expected: Option<Verdict>| {
        let found: Vec<Verdict> = rows(&line.would_change, change).iter().map(|row| row.then).collect();
        let expected = expected.filter(|then| *then != Verdict::Deny || !may_lie_outside);
        let expected: Vec<Verdict> = expected.into_iter().collect();
        assert_eq!(found, expected, "{change:?} of {:?} in {request:#?}", line.would_change);
    };
    let mut by_one: BTreeSet<Verdict> = BTreeSet::new();
    for (id, name, all) in &facts {
        for (value, drawn) in all {
            let then = verdict(&[(*id, drawn)])?;
            by_one.extend(then);
            told(&[(name, value)], then);
        }
    }
    for (place, (id, name, all)) in facts.iter().enumerate() {
        for (other, other_name, others) in facts.iter().skip(place + 1) {
            for ((value, drawn), (other_value, other_drawn)) in
                all.iter().flat_map(|one| others.iter().map(move |two| (one, two)))
            {
                let then = verdict(&[(*id, drawn), (*other, other_drawn)])?;
                told(&[(name, value), (other_name, other_value)], then.filter(|then| !by_one.contains(then)));
            }
        }
    }
    let pairs = line.would_change.iter().filter(|row| row.all.len() == 2).count();
    Some((line.would_change.len() - pairs, pairs))
}

/// Holds a line's needs against every pair of completions that differ in one fact alone.
fn check_needs(pack: &Pack, request: &Request, place: usize, line: &LineDecision) -> Option<usize> {
    let mut facts = LineFacts::new(pack, request, &request.lines[place]);
    let now = drawn(pack, &mut facts);
    let brute = enumerate_drawn(pack, &now, by_trees)?;
    let named = |id: &FactId| now[usize::from(id.0)].root.map_or_else(|| name(pack, *id), str::to_owned);
    let expected: BTreeSet<String> =
        if brute.verdicts.len() > 1 { brute.hangs_on.iter().map(named).collect() } else { BTreeSet::new() };
    let needs: BTreeSet<String> = line.needs.iter().map(|need| need.fact.clone()).collect();
    assert_eq!(needs, expected, "of {:?} in {request:#?}", brute.unknown);
    assert_eq!(line.needs.len(), needs.len(), "each once");
    Some(needs.len())
}

/// What was held against trying everything.
#[derive(Debug, Default)]
struct Held {
    lines: usize,
    singles: usize,
    pairs: usize,
    needs: usize,
}

fn hold(desk: &Desk, request: &Request, held: &mut Held) {
    let pack = &desk.packs()[0];
    let decision = desk.decide(request);
    for (place, line) in decision.lines.iter().enumerate() {
        // What the engine says of a line by itself comes of no rule: companions, no pack in force.
        let is_engine = |reason: &str| line.findings.iter().any(|finding| finding.reason == reason);
        let settled = ["follows-parent", "parents-differ", "no-parent", "no-pack-in-force"];
        if settled.into_iter().any(is_engine) || line.needs.iter().any(|need| need.fact == "line.service_date") {
            continue;
        }
        let Some(needs) = check_needs(pack, request, place, line) else { continue };
        (held.lines, held.needs) = (held.lines + 1, held.needs + needs);
        if line.verdict == Verdict::Allow || !line.needs.is_empty() {
            assert!(line.would_change.is_empty());
        } else if let Some((singles, pairs)) = check(pack, request, place, line) {
            (held.singles, held.pairs) = (held.singles + singles, held.pairs + pairs);
        }
    }
}

#[test]
fn what_would_change_a_verdict_on_the_spine_pack() {
    let desk = Desk::new(vec![crate::pack()]);
    let (mut random, mut held) = (Random::new(23), Held::default());
    for trial in 0..count("CLAIMGATE_ORACLE_CHANGES", 300) {
        let request = request(&mut random, &desk.packs()[0], trial % 2 == 1);
        hold(&desk, &request, &mut held);
    }
    println!("{held:?}");
    assert!(held.singles > 60 && held.needs > 20, "{held:?}");
}

#[test]
fn what_would_change_a_verdict_on_small_packs() {
    let (mut random, mut held) = (Random::new(29), Held::default());
    let mut verdicts: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..count("CLAIMGATE_ORACLE_PACKS", 60) {
        let desk = Desk::new(vec![small::pack(&mut random)]);
        let before = held.pairs;
        for trial in 0..20 {
            let request = request(&mut random, &desk.packs()[0], trial % 2 == 1);
            hold(&desk, &request, &mut held);
        }
        *verdicts.entry(usize::from(held.pairs > before)).or_default() += 1;
    }
    println!("{held:?}; packs with pairs {verdicts:?}");
    assert!(held.singles > 500 && held.pairs > 50 && held.needs > 100, "{held:?}");
}
