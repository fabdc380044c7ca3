//! What is missing, and what would change the answer: read off the verdict diagram, exactly.

use std::collections::BTreeMap;

use super::LineFacts;
use crate::{
    code::ClassMask,
    fact::{DICTIONARY, FactId, Shape, Unit, amount_words},
    pack::Pack,
    tree::{Allowed, ValueMask, Variable, VariableKind},
    verdict::{Cause, Need, Verdict, WouldChange},
};

/// The unknown facts that the verdict hangs on, and no others.
pub(super) fn needs(pack: &Pack, facts: &mut LineFacts<'_>, allowed: &Allowed) -> Vec<Need> {
    let open = pack.diagram.open(allowed);
    let mut needs: Vec<Need> = Vec::new();
    let mut seen: Vec<FactId> = Vec::new();
    for place in open.variables() {
        let Some(variable) = pack.variables.get(place) else { continue };
        if seen.contains(&variable.fact) {
            continue;
        }
        seen.push(variable.fact);
        let Some(kind) = pack.book.get_fact(variable.fact).map(|fact| fact.kind) else { continue };
        let Some(drawn) = facts.get(variable.fact) else { continue };
        let (why, source) = (drawn.cause.unwrap_or(Cause::Absent), drawn.source.map(ToString::to_string));
        // A fact that is unknown because another is: ask for the other.
        let name = drawn.root.unwrap_or(kind.name);
        if needs.iter().any(|need| need.fact == name) {
            continue;
        }
        let ask = DICTIONARY.iter().find(|known| known.name == name).map_or(kind.ask, |known| known.ask);
        let answers = if drawn.root.is_some() { Vec::new() } else { answers(pack, variable.fact, allowed) };
        needs.push(Need {
            fact: name.to_owned(),
            ask: ask.to_owned(),
            why,
            source: source.unwrap_or_else(|| "not given".to_owned()),
            answers,
        });
    }
    needs
}

/// The date of service, for a line whose day may lie in the pack's period or not.
pub(super) fn service_date(facts: &LineFacts<'_>) -> Need {
    const NAME: &str = "line.service_date";
    let given = facts.view().service;
    Need {
        fact: NAME.to_owned(),
        ask: DICTIONARY.iter().find(|known| known.name == NAME).map_or(NAME, |known| known.ask).to_owned(),
        why: if given.is_absent() { Cause::Absent } else { Cause::Unreadable },
        source: given.source().to_string(),
        answers: vec![
            ("in the policy's period".to_owned(), Some(Verdict::Deny)),
            ("outside it".to_owned(), Some(Verdict::Allow)),
        ],
    }
}

/// The documentable facts whose other value, everything else as it is, gives another verdict.
pub(super) fn would_change(pack: &Pack, allowed: &Allowed, verdict: Verdict) -> Vec<WouldChange> {
    let mut changes = Vec::new();
    for (id, fact) in (0u16..).map(FactId).zip(pack.book.facts()).filter(|(_, fact)| fact.kind.documentable) {
        let mut freed = allowed.clone();
        for (place, variable) in pack.variables.iter().filter(|(_, variable)| variable.fact == id) {
            // Documented is given.
            let given = matches!(variable.kind, VariableKind::Known);
            freed.set(place, if given { ValueMask::one(1) } else { ValueMask::first(variable.arity()) });
        }
        for (when, then) in answers(pack, id, &freed) {
            let change = then.filter(|then| *then != verdict);
            changes.extend(change.map(|then| WouldChange { fact: fact.kind.name.to_owned(), when, then }));
        }
    }
    changes
}

/// The verdict each value of a fact would give: `None` while other facts still matter.
fn answers(pack: &Pack, fact: FactId, allowed: &Allowed) -> Vec<(String, Option<Verdict>)> {
    let variables: Vec<(u16, &Variable)> = pack
        .variables
        .iter()
        .filter(|(_, variable)| variable.fact == fact && !matches!(variable.kind, VariableKind::Known))
        .collect();
    let shape = pack.book.get_fact(fact).map_or(Shape::YesNo, |fact| fact.kind.shape);
    if shape == Shape::Codes {
        return answers_of_codes(pack, &variables, allowed);
    }
    let Some((place, variable)) = variables.first() else { return Vec::new() };
    let rows = (0..variable.arity()).filter(|value| allowed.get(*place).contains(*value)).map(|value| {
        let mut one = allowed.clone();
        one.set(*place, ValueMask::one(value));
        (value, settled(pack, &one))
    });
    match &variable.kind {
        VariableKind::Cuts(cuts) => merged_spans(shape, cuts, rows.collect()),
        VariableKind::Code(parts) => {
            let words = |value: usize| parts.get(value).map(|part| set_words(pack, part));
            by_verdict(rows.filter_map(|(value, then)| Some((words(value)?, then))).collect(), "in ")
        }
        VariableKind::Choices(choices) => {
            rows.map(|(value, then)| (choice_words(shape, choices, value), then)).collect()
        }
        VariableKind::Known | VariableKind::Part(_) => Vec::new(),
    }
}

/// A set of codes: what each kind of code alone would give, and what none of them would.
fn answers_of_codes(pack: &Pack, variables: &[(u16, &Variable)], allowed: &Allowed) -> Vec<(String, Option<Verdict>)> {
    let only = |chosen: Option<u16>| {
        let mut one = allowed.clone();
        for (place, _) in variables {
            let possible = allowed.get(*place);
            let wanted = usize::from(Some(*place) == chosen);
            one.set(*place, if possible.contains(wanted) { ValueMask::one(wanted) } else { possible.clone() });
        }
        settled(pack, &one)
    };
    let mut rows = Vec::new();
    for (place, variable) in variables.iter().filter(|(place, _)| allowed.get(*place).contains(1)) {
        if let VariableKind::Part(part) = &variable.kind {
            rows.push((set_words(pack, part), only(Some(*place))));
        }
    }
    let mut answers = by_verdict(rows, "only ");
    if variables.iter().all(|(place, _)| allowed.get(*place).contains(0)) {
        answers.push(("none of these".to_owned(), only(None)));
    }
    answers
}

fn settled(pack: &Pack, allowed: &Allowed) -> Option<Verdict> {
    let possible = pack.diagram.possible(allowed);
    let mut verdicts = possible.into_iter();
    verdicts.next().filter(|_| verdicts.next().is_none())
}

/// One row a verdict, most severe first; rows still open come last.
fn by_verdict(rows: Vec<(String, Option<Verdict>)>, before: &str) -> Vec<(String, Option<Verdict>)> {
    let mut groups: BTreeMap<std::cmp::Reverse<Option<Verdict>>, Vec<String>> = BTreeMap::new();
    for (words, then) in rows {
        let group = groups.entry(std::cmp::Reverse(then)).or_default();
        if !group.contains(&words) {
            group.push(words);
        }
    }
    groups.into_iter().map(|(then, words)| (format!("{before}{}", words.join(", ")), then.0)).collect()
}

fn merged_spans(shape: Shape, cuts: &[i64], rows: Vec<(usize, Option<Verdict>)>) -> Vec<(String, Option<Verdict>)> {
    let mut merged: Vec<(usize, usize, Option<Verdict>)> = Vec::new();
    // Before 0 months stands only what contradicts itself: an onset after the service.
    let counts_from_0 = shape == Shape::Quantity(Unit::Months);
    let is_backwards = |value: usize| counts_from_0 && cuts.get(value).is_some_and(|cut| *cut <= 0);
    for (value, then) in rows.into_iter().filter(|(value, _)| !is_backwards(*value)) {
        match merged.last_mut() {
            Some((_, last, same)) if *same == then && *last + 1 == value => *last = value,
            _ => merged.push((value, value, then)),
        }
    }
    let cut = |place: usize| cuts.get(place).map(|cut| amount_words(shape, *cut));
    let (at_least, below) = if shape == Shape::Date { ("on or after ", "before ") } else { ("≥ ", "< ") };
    merged
        .into_iter()
        .map(|(first, last, then)| {
            let from = first.checked_sub(1).filter(|place| !(counts_from_0 && cuts.get(*place) == Some(&0)));
            let words = match (from.and_then(cut), cut(last)) {
                (Some(from), Some(to)) => format!("{at_least}{from} and {below}{to}"),
                (Some(from), None) => format!("{at_least}{from}"),
                (None, Some(to)) => format!("{below}{to}"),
                (None, None) => "any".to_owned(),
            };
            (words, then)
        })
        .collect()
}

fn choice_words(shape: Shape, choices: &[u8], value: usize) -> String {
    let names: &[&str] = match shape {
        Shape::Choice(names) => names,
        _ => &["no", "yes"],
    };
    match choices.get(value) {
        Some(choice) => names.get(usize::from(*choice)).copied().unwrap_or_default().to_owned(),
        None => {
            let others = (0u8..).zip(names).filter(|(place, _)| !choices.contains(place)).map(|(_, name)| *name);
            others.collect::<Vec<_>>().join(" or ")
        }
    }
}

/// A part of the code space in words: the smallest sets that its classes are in.
pub(super) fn set_words(pack: &Pack, part: &ClassMask) -> String {
    let mut names: Vec<&str> =
        part.iter().flat_map(|class| pack.sets.sets_of(class)).map(|set| pack.sets.name(set)).collect();
    names.sort_unstable();
    names.dedup();
    // A part of many classes is "the rest": naming them all would tell nothing.
    match names.len() {
        0 => "any other".to_owned(),
        1..=4 => names.join(" and "),
        _ => "any other".to_owned(),
    }
}
