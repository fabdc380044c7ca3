//! The difference of two packs against every request of a grid.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::{
    pack::Pack,
    proof::{Change, Conclusion, Difference, Group, Side, difference},
};

use crate::{
    chance::Random,
    change::{changed, reworded},
    count, decided,
    grid::grid,
    model::Model,
    requests_max,
    scripts::model,
    short,
};

type Pair = (Conclusion, Conclusion);

/// What was compared.
#[derive(Default, Debug)]
struct Tally {
    pairs: usize,
    equal: usize,
    requests: usize,
    changed: usize,
    indefinite: usize,
    changes: usize,
    unwitnessed: usize,
    unwitnessed_though_met: Vec<String>,
    wrong: Vec<String>,
}

#[test]
fn what_changes_is_told_and_what_is_told_changes() {
    let mut tally = Tally::default();
    for seed in 0..count("CLAIMGATE_PROOF_PACKS", 40) as u64 {
        let mut random = Random::new(seed);
        let old = model(&mut random);
        for _ in 0..3 {
            let (new, what) = changed(&old, &mut random);
            pair(&format!("seed {seed}, {what}"), &old, &new, &mut random, &mut tally);
        }
        // Another pack altogether.
        if seed % 4 == 0 {
            let other = model(&mut random);
            pair(&format!("seed {seed}, another pack"), &old, &other, &mut random, &mut tally);
        }
    }
    let (wrong, missed) = (std::mem::take(&mut tally.wrong), std::mem::take(&mut tally.unwitnessed_though_met));
    println!("{tally:?}; without a witness though a request shows it: {}", missed.len());
    assert!(wrong.is_empty(), "{} wrong: {}", wrong.len(), wrong.join("\n=====\n"));
    assert!(missed.is_empty(), "{} missed: {}", missed.len(), missed.join("\n=====\n"));
}

#[test]
fn other_words_change_nothing() {
    for seed in 0..count("CLAIMGATE_PROOF_PACKS", 40) as u64 {
        let mut random = Random::new(seed + 1_000);
        let old = model(&mut random);
        for new in [old.clone(), reworded(&old, &mut random)] {
            let told = difference(&old.load(), &new.load(), &[]).unwrap();
            let changes: Vec<&Group> = told.groups.iter().collect();
            assert!(changes.is_empty(), "seed {seed}: {changes:#?}\n{}\n{}", old.written(), new.written());
        }
    }
}

fn pair(name: &str, old: &Model, new: &Model, random: &mut Random, tally: &mut Tally) {
    let packs = [old.load(), new.load()];
    let told = difference(&packs[0], &packs[1], &[]).unwrap();
    let texts = format!("{}{}", old.written(), new.written());
    let (requests, _) = grid(&texts, random, requests_max());
    let mut met = BTreeSet::new();
    tally.pairs += 1;
    tally.equal += usize::from(told.groups.is_empty());
    let mut changes: BTreeMap<Pair, (&Group, &Change)> = BTreeMap::new();
    for group in &told.groups {
        for change in &group.changes {
            let twice = changes.insert((change.from.clone(), change.to.clone()), (group, change));
            assert!(twice.is_none(), "{name}: told twice: {change:?}");
            witnessed(name, &packs, change, tally);
        }
    }
    for request in &requests {
        let values = told.space.values(request);
        if !told.space.is_definite(&values) {
            tally.indefinite += 1;
            continue;
        }
        tally.requests += 1;
        let pair = (decided(&packs[0], request), decided(&packs[1], request));
        if let Err(why) = one(&told, &changes, &pair, &values) {
            tally.wrong.push(format!(
                "{name}: {why}: {pair:?}\n{}\n{:#?}\n{}\nNEW\n{}",
                short(request),
                told.groups,
                old.written(),
                new.written()
            ));
            return;
        }
        if pair.0 != pair.1 {
            tally.changed += 1;
            met.insert(pair);
        }
    }
    let blind = |pair: &&Pair| changes.get(pair).is_some_and(|(_, change)| change.witness.is_none());
    let blind: Vec<&Pair> = met.iter().filter(blind).collect();
    tally
        .unwitnessed_though_met
        .extend(blind.iter().map(|pair| format!("{name}: {pair:?}\n{}\nNEW\n{}", old.written(), new.written())));
}

/// A witness changes as it is told.
fn witnessed(name: &str, packs: &[Pack; 2], change: &Change, tally: &mut Tally) {
    tally.changes += 1;
    let Some(request) = &change.witness else {
        tally.unwitnessed += 1;
        return;
    };
    let (from, to) = (decided(&packs[0], request), decided(&packs[1], request));
    assert_eq!((&from, &to), (&change.from, &change.to), "{name}: {request:#?}");
}

/// Holds a request against what is told.
fn one(
    told: &Difference,
    changes: &BTreeMap<Pair, (&Group, &Change)>,
    pair: &Pair,
    values: &[claimgate::tree::ValueMask],
) -> Result<(), String> {
    let of_side = |group: &Group| if group.side == Side::Old { &pair.0 } else { &pair.1 };
    let holds = |group: &Group| {
        let rows: Vec<Option<bool>> = group
            .rows
            .iter()
            .map(|row| {
                let each: Vec<Option<bool>> = row.iter().map(|condition| condition.holds(values)).collect();
                if each.contains(&Some(false)) {
                    Some(false)
                } else if each.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            })
            .collect();
        if rows.contains(&Some(true)) {
            Some(true)
        } else if rows.contains(&None) {
            None
        } else {
            Some(false)
        }
    };
    if pair.0 == pair.1 {
        let wrong = told.groups.iter().find(|group| group.of == *of_side(group) && holds(group) == Some(true));
        return wrong.map_or(Ok(()), |group| Err(format!("nothing changes where {:?} of {:?}", group.rows, group.of)));
    }
    let Some((group, _)) = changes.get(pair) else { return Err("the change is not told".to_owned()) };
    if holds(group) == Some(false) && !group.is_cut {
        return Err(format!("the rows leave it out: {:?}", group.rows));
    }
    Ok(())
}
