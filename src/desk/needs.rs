//! What is missing: read off the verdict diagram, exactly.

use std::collections::BTreeMap;

use super::{Asked, LineFacts};
use crate::{
    fact::{DICTIONARY, FactId, Shape},
    tree::{Allowed, Open, ValueMask, Variable, VariableKind, choices_of, is_backwards, span_words},
    verdict::{Cause, Need, Verdict},
};

/// The unknown facts that the verdict hangs on, and no others.
pub(super) fn needs(asked: Asked<'_>, facts: &mut LineFacts<'_>, allowed: &Allowed, open: &Open) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    let mut seen: Vec<FactId> = Vec::new();
    for place in open.variables() {
        let Some(variable) = asked.variables.get(place) else { continue };
        if seen.contains(&variable.fact) {
            continue;
        }
        seen.push(variable.fact);
        let Some(kind) = asked.book.get_fact(variable.fact).map(|fact| fact.kind) else { continue };
        let Some(drawn) = facts.get(variable.fact) else { continue };
        let (why, source) = (drawn.cause.unwrap_or(Cause::Absent), drawn.source.map(ToString::to_string));
        // A fact that is unknown because another is: ask for the other.
        let name = drawn.root.unwrap_or(asked.words.fact_name(variable.fact)).to_owned();
        if needs.iter().any(|need| need.fact == name) {
            continue;
        }
        let root = drawn.root.and_then(|root| DICTIONARY.iter().find(|known| known.name == root));
        let ask = root.map_or(kind.ask, |known| known.ask);
        let answers = if drawn.root.is_some() { Vec::new() } else { answers(asked, variable.fact, allowed, open) };
        needs.push(Need {
            fact: name,
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

/// The verdict each value of a fact would give: `None` while other facts still matter.
fn answers(asked: Asked<'_>, fact: FactId, allowed: &Allowed, open: &Open) -> Vec<(String, Option<Verdict>)> {
    let is_known = |variable: &Variable| matches!(variable.kind, VariableKind::Known);
    let variables: Vec<(u16, &Variable)> =
        asked.variables.of_fact(fact).filter(|(_, variable)| !is_known(variable)).collect();
    let shape = asked.book.get_fact(fact).map_or(Shape::YesNo, |fact| fact.kind.shape);
    if shape == Shape::Codes {
        return answers_of_codes(asked, &variables, allowed, open);
    }
    let Some((place, variable)) = variables.first() else { return Vec::new() };
    let rows = (0..variable.arity())
        .filter(|value| allowed.get(*place).contains(*value))
        .map(|value| (value, settled(open, &[(*place, ValueMask::one(value))])));
    match &variable.kind {
        VariableKind::Cuts(cuts) => merged_spans(shape, cuts, rows.collect()),
        VariableKind::Code(_) => {
            by_verdict(rows.map(|(value, then)| (asked.value_words(*place, value), then)).collect(), "in ")
        }
        VariableKind::Choices(choices) => {
            rows.map(|(value, then)| (choices_of(shape, choices, value).join(" or "), then)).collect()
        }
        VariableKind::Known | VariableKind::Part(_) => Vec::new(),
    }
}

/// A set of codes: what each kind of code alone would give, and what none of them would.
fn answers_of_codes(
    asked: Asked<'_>,
    variables: &[(u16, &Variable)],
    allowed: &Allowed,
    open: &Open,
) -> Vec<(String, Option<Verdict>)> {
    // What the verdict does not hang on need not be narrowed.
    let hangs_on: Vec<u16> = open.variables().into_iter().collect();
    let asked_of = |place: u16| hangs_on.binary_search(&place).is_ok();
    let only = |chosen: Option<u16>| {
        let narrowed: Vec<(u16, ValueMask)> = variables
            .iter()
            .filter(|(place, _)| asked_of(*place))
            .map(|(place, _)| {
                let possible = allowed.get(*place);
                let wanted = usize::from(Some(*place) == chosen);
                (*place, if possible.contains(wanted) { ValueMask::one(wanted) } else { possible.clone() })
            })
            .collect();
        settled(open, &narrowed)
    };
    let none = only(None);
    let mut rows = Vec::new();
    for (place, _) in variables.iter().filter(|(place, _)| allowed.get(*place).contains(1)) {
        let then = if asked_of(*place) { only(Some(*place)) } else { none };
        rows.push((asked.value_words(*place, 0), then));
    }
    let mut answers = by_verdict(rows, "only ");
    if variables.iter().all(|(place, _)| allowed.get(*place).contains(0)) {
        answers.push(("none of these".to_owned(), none));
    }
    answers
}

/// The verdict that is left where some variables have only these values.
fn settled(open: &Open, narrowed: &[(u16, ValueMask)]) -> Option<Verdict> {
    let of = |variable: u16| narrowed.iter().find(|(place, _)| *place == variable);
    open.possible(&|variable, value| of(variable).is_none_or(|(_, mask)| mask.contains(value))).only()
}

/// One row a verdict, most severe first; rows still open come last.
fn by_verdict(rows: Vec<(&str, Option<Verdict>)>, before: &str) -> Vec<(String, Option<Verdict>)> {
    let mut groups: BTreeMap<std::cmp::Reverse<Option<Verdict>>, Vec<&str>> = BTreeMap::new();
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
    for (value, then) in rows.into_iter().filter(|(value, _)| !is_backwards(shape, cuts, *value)) {
        match merged.last_mut() {
            Some((_, last, same)) if *same == then && *last + 1 == value => *last = value,
            _ => merged.push((value, value, then)),
        }
    }
    merged.into_iter().map(|(first, last, then)| (span_words(shape, cuts, first, last), then)).collect()
}
