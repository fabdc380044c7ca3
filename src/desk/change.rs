//! What documentation would give another verdict: one fact, else two, everything else as it is.
//!
//! Exact, and read off the diagram at once: it is restricted to what is known of the line with every
//! documentable fact left free, and what is left, a few nodes, is asked for each value and each pair
//! of values. A pair is told only for a verdict that no single fact gives, so that neither of its
//! two changes is superfluous: without it the other would give that verdict alone.

use super::Asked;
use crate::{
    tree::{Dial, Open, Setting, ValueMask, Verdicts},
    verdict::{Change, Verdict, WouldChange},
};

/// What is left of a diagram where variables have the values that are asked for.
pub(super) type Restrict<'r> = &'r dyn Fn(&mut dyn FnMut(u16) -> ValueMask) -> Open;

/// The documentation that would give another verdict than `verdict`, where `values` gives the values
/// that a variable can have as things are.
pub(super) fn would_change(
    asked: Asked<'_>,
    values: &mut dyn FnMut(u16) -> ValueMask,
    restrict: Restrict<'_>,
    verdict: Verdict,
) -> Vec<WouldChange> {
    let dials = asked.words.dials();
    // The values each dialled variable can have as things are.
    let places = dials.iter().flat_map(|dial| &dial.variables);
    let now: Vec<(u16, ValueMask)> = places.map(|place| (*place, values(*place))).collect();
    let open = restrict(&mut |variable| {
        if asked.words.is_dialled(variable) { ValueMask::ANY } else { values(variable) }
    });
    let reached = open.possible(&|_, _| true);
    if reached.iter().all(|other| other == verdict) {
        return Vec::new();
    }
    // What the verdict does not hang on changes nothing.
    let hangs_on = open.variables();
    let dials: Vec<&Dial> =
        dials.iter().filter(|dial| dial.variables.iter().any(|variable| hangs_on.contains(variable))).collect();
    let now: Vec<(u16, ValueMask)> = now.into_iter().filter(|(place, _)| hangs_on.contains(place)).collect();
    let ask = |changed: &[&Setting]| possible(&open, &now, changed).only().filter(|then| *then != verdict);
    let (mut changes, mut told) = (Vec::new(), Verdicts::default());
    for dial in &dials {
        let thens: Vec<Option<Verdict>> = dial.settings.iter().map(|setting| ask(&[setting])).collect();
        thens.iter().flatten().for_each(|then| told.insert(*then));
        changes.extend(singles(dial, &thens));
    }
    for wanted in reached.iter().filter(|other| *other != verdict && !told.contains(*other)) {
        for (place, first) in dials.iter().enumerate() {
            for second in dials.iter().skip(place + 1) {
                let gives = |one: &Setting, two: &Setting| ask(&[one, two]) == Some(wanted);
                changes.extend(pairs(first, second, gives).into_iter().map(|all| WouldChange { all, then: wanted }));
            }
        }
    }
    changes
}

/// The verdicts that are possible where some dials are set and the others stand as they do.
fn possible(open: &Open, now: &[(u16, ValueMask)], changed: &[&Setting]) -> Verdicts {
    let find = |masks: &[(u16, ValueMask)], variable: u16, value: usize| {
        masks.iter().find(|(place, _)| *place == variable).map(|(_, mask)| mask.contains(value))
    };
    open.possible(&|variable, value| {
        let set = changed.iter().find_map(|setting| find(&setting.masks, variable, value));
        set.or_else(|| find(now, variable, value)).unwrap_or(true)
    })
}

/// A row for each verdict a dial can give, its settings put together.
fn singles(dial: &Dial, thens: &[Option<Verdict>]) -> Vec<WouldChange> {
    let mut verdicts = Verdicts::default();
    thens.iter().flatten().for_each(|then| verdicts.insert(*then));
    let mut rows: Vec<(usize, WouldChange)> = Vec::new();
    for then in verdicts.iter() {
        let giving: Vec<usize> = (0..thens.len()).filter(|place| thens.get(*place) == Some(&Some(then))).collect();
        for run in dial.runs(&giving) {
            let first = run.first().copied().unwrap_or_default();
            rows.push((first, WouldChange { all: vec![dial.change(&run)], then }));
        }
    }
    rows.sort_by_key(|(first, _)| *first);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The pairs of settings for which `gives` holds, as few rows of one condition each.
fn pairs(first: &Dial, second: &Dial, gives: impl Fn(&Setting, &Setting) -> bool) -> Vec<Vec<Change>> {
    let table: Vec<Vec<bool>> =
        first.settings.iter().map(|one| second.settings.iter().map(|two| gives(one, two)).collect()).collect();
    let turned: Vec<Vec<bool>> =
        (0..second.settings.len()).map(|two| table.iter().map(|row| row.get(two) == Some(&true)).collect()).collect();
    let straight = boxes(first, second, &table);
    let across = boxes(second, first, &turned);
    if across.len() < straight.len() {
        return across.into_iter().map(|(two, one)| vec![one, two]).collect();
    }
    straight.into_iter().map(|(one, two)| vec![one, two]).collect()
}

/// Settings of `rows` that go with the same settings of `columns` stand together.
fn boxes(rows: &Dial, columns: &Dial, table: &[Vec<bool>]) -> Vec<(Change, Change)> {
    let mut groups: Vec<(&Vec<bool>, Vec<usize>)> = Vec::new();
    for (place, row) in table.iter().enumerate().filter(|(_, row)| row.contains(&true)) {
        match groups.iter_mut().find(|(same, _)| *same == row) {
            Some((_, places)) => places.push(place),
            None => groups.push((row, vec![place])),
        }
    }
    let mut all = Vec::new();
    for (row, places) in groups {
        let with: Vec<usize> = row.iter().enumerate().filter(|(_, gives)| **gives).map(|(place, _)| place).collect();
        for run in rows.runs(&places) {
            all.extend(columns.runs(&with).iter().map(|other| (rows.change(&run), columns.change(other))));
        }
    }
    all
}
