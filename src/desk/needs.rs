//! What is missing: read off the verdict diagram, exactly.

use std::collections::BTreeMap;

use super::{Asked, LineFacts};
use crate::{
    fact::{Answer, DICTIONARY, Drawn, FactId, Shape, Value},
    pack::Pack,
    tree::{Allowed, Answered, Lacks, Open, ValueMask, Variable, VariableKind, choices_of, is_backwards, span_words},
    verdict::{Cause, Need, Verdict},
};

/// What is left of a line that hangs on something.
#[derive(Clone, Copy)]
pub(super) struct Left<'o> {
    /// Where its day lies in the periods of all packs in which it may lie.
    pub(super) within: &'o Open,
    /// Where it lies in none of them; nothing where no denial hangs on that. INVARIANT: only what is
    /// denied here too is told to be denied.
    pub(super) outside: Option<&'o Open>,
}

/// What a pack lacks of a line, the line's day among it where a denial hangs on the pack's period.
pub(super) fn of_pack(pack: &Pack, facts: &mut LineFacts<'_>) -> Vec<Need> {
    let is_undated = pack.is_in_force(facts.view().service.get()) == Answer::Unknown;
    let mut values = |variable| facts.mask(variable);
    let lacks = pack.memos.lacks.of(u64::from(is_undated), &mut values, |values| lacks(pack, is_undated, values));
    let all = needs(Asked::by(pack), facts, &lacks.open, &lacks.answers);
    match lacks.hangs_on_period {
        true => with_day(all, service_date(facts, None, Some(Verdict::Allow))),
        false => all,
    }
}

fn lacks(pack: &Pack, is_undated: bool, values: &mut dyn FnMut(u16) -> ValueMask) -> Lacks {
    let open = pack.diagram.open_where(values);
    let hangs_on_period = is_undated && open.possible(&|_, _| true).contains(Verdict::Deny);
    let outside = hangs_on_period.then(|| Open::settled_at(Verdict::Allow));
    // Of other facts nothing is told.
    let mut allowed = Allowed::new(vec![ValueMask::ANY; pack.variables.len()]);
    let facts = open.variables().into_iter().filter_map(|place| pack.variables.get(place)).map(|asked| asked.fact);
    for (place, _) in facts.flat_map(|fact| pack.variables.of_fact(fact)) {
        allowed.set(place, values(place));
    }
    let answers = answers(Asked::by(pack), &allowed, Left { within: &open, outside: outside.as_ref() });
    Lacks { open, answers, hangs_on_period }
}

/// Needs with that of the day of service first, in the place of what else asks for it.
pub(super) fn with_day(mut all: Vec<Need>, day: Need) -> Vec<Need> {
    all.retain(|need| need.fact != day.fact);
    all.insert(0, day);
    all
}

/// The verdict that each answer would give, fact by fact on which the verdict hangs.
pub(super) type Answers = Vec<(FactId, Answered)>;

/// The facts that the verdict hangs on, each with the verdict that each answer would give.
pub(super) fn answers(asked: Asked<'_>, allowed: &Allowed, left: Left<'_>) -> Answers {
    let mut all = Answers::new();
    for variable in left.within.variables().into_iter().filter_map(|place| asked.variables.get(place)) {
        if !all.iter().any(|(fact, _)| *fact == variable.fact) {
            all.push((variable.fact, answers_of(asked, variable.fact, allowed, left)));
        }
    }
    all
}

/// The unknown facts that the verdict hangs on, and no others.
pub(super) fn needs(asked: Asked<'_>, facts: &mut LineFacts<'_>, open: &Open, answers: &Answers) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::with_capacity(answers.len());
    let day = facts.view().service.source();
    for (fact, answers) in answers {
        let Some(kind) = asked.book.get_fact(*fact).map(|fact| fact.kind) else { continue };
        let Some(drawn) = facts.get(*fact) else { continue };
        let why = drawn.cause.unwrap_or(Cause::Absent);
        let source = match drawn.root {
            Some(SERVICE_DATE) => day.to_string(),
            Some(_) | None => source_of(asked, *fact, drawn, open),
        };
        // A fact that is unknown because another is: ask for the other.
        let name = drawn.root.unwrap_or(asked.words.fact_name(*fact));
        if needs.iter().any(|need| need.fact == name) {
            continue;
        }
        let root = drawn.root.and_then(|root| DICTIONARY.iter().find(|known| known.name == root));
        let ask = root.map_or(kind.ask, |known| known.ask).to_owned();
        let answers = if drawn.root.is_some() { Vec::new() } else { answers.clone() };
        needs.push(Need { fact: name.to_owned(), ask, why, source, answers });
    }
    needs
}

/// What a line's day of service is called.
const SERVICE_DATE: &str = "line.service_date";

/// Where a fact that is needed stood: of a set of codes where those stand that may or may not be in it,
/// and on which the verdict hangs.
fn source_of(asked: Asked<'_>, fact: FactId, drawn: &Drawn<'_>, open: &Open) -> String {
    let hung_on: Vec<&Variable> = open.variables().into_iter().filter_map(|place| asked.variables.get(place)).collect();
    let is_hung_on = |class| {
        let holds = |of: &&Variable| matches!(&of.kind, VariableKind::Part(part) if part.contains(class));
        hung_on.iter().filter(|variable| variable.fact == fact).any(holds)
    };
    let mut sources: Vec<String> = Vec::new();
    if let Value::Codes { maybe, open: false, .. } = &drawn.value {
        for shown in maybe.iter().filter(|shown| is_hung_on(shown.class)) {
            let source = shown.source.to_string();
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    if !sources.is_empty() {
        return sources.join(", ");
    }
    drawn.source.map_or_else(|| "not given".to_owned(), ToString::to_string)
}

/// The date of service, for a line whose day may lie in the pack's period or not, with the verdict that
/// either gives: `None` while other facts still matter.
pub(super) fn service_date(facts: &LineFacts<'_>, within: Option<Verdict>, outside: Option<Verdict>) -> Need {
    let given = facts.view().service;
    let kind = DICTIONARY.iter().find(|known| known.name == SERVICE_DATE);
    Need {
        fact: SERVICE_DATE.to_owned(),
        ask: kind.map_or(SERVICE_DATE, |known| known.ask).to_owned(),
        why: if given.is_absent() { Cause::Absent } else { Cause::Unreadable },
        source: given.source().to_string(),
        answers: vec![("in the policy's period".to_owned(), within), ("outside it".to_owned(), outside)],
    }
}

/// The verdict each value of a fact would give: `None` while other facts still matter.
fn answers_of(asked: Asked<'_>, fact: FactId, allowed: &Allowed, left: Left<'_>) -> Answered {
    let is_known = |variable: &Variable| matches!(variable.kind, VariableKind::Known);
    let variables: Vec<(u16, &Variable)> =
        asked.variables.of_fact(fact).filter(|(_, variable)| !is_known(variable)).collect();
    let shape = asked.book.get_fact(fact).map_or(Shape::YesNo, |fact| fact.kind.shape);
    if shape == Shape::Codes {
        return answers_of_codes(asked, &variables, allowed, left);
    }
    let Some((place, variable)) = variables.first() else { return Vec::new() };
    let rows = (0..variable.arity())
        .filter(|value| allowed.get(*place).contains(*value))
        .map(|value| (value, settled(left, &[(*place, ValueMask::one(value))])));
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
fn answers_of_codes(asked: Asked<'_>, variables: &[(u16, &Variable)], allowed: &Allowed, left: Left<'_>) -> Answered {
    // What the verdict does not hang on need not be narrowed.
    let mut hangs_on = left.within.variables();
    hangs_on.extend(left.outside.into_iter().flat_map(Open::variables));
    let asked_of = |place: u16| hangs_on.contains(&place);
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
        settled(left, &narrowed)
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

/// The verdict that is left where some variables have only these values. A denial counts only where the
/// line is denied outside of the periods too.
fn settled(left: Left<'_>, narrowed: &[(u16, ValueMask)]) -> Option<Verdict> {
    let of = |variable: u16| narrowed.iter().find(|(place, _)| *place == variable);
    let only = |open: &Open| {
        open.possible(&|variable, value| of(variable).is_none_or(|(_, mask)| mask.contains(value))).only()
    };
    let is_told = |then: &Verdict| {
        *then != Verdict::Deny || left.outside.is_none_or(|outside| only(outside) == Some(Verdict::Deny))
    };
    only(left.within).filter(is_told)
}

/// One row a verdict, most severe first; rows still open come last.
fn by_verdict(rows: Vec<(&str, Option<Verdict>)>, before: &str) -> Answered {
    let mut groups: BTreeMap<std::cmp::Reverse<Option<Verdict>>, Vec<&str>> = BTreeMap::new();
    for (words, then) in rows {
        let group = groups.entry(std::cmp::Reverse(then)).or_default();
        if !group.contains(&words) {
            group.push(words);
        }
    }
    groups.into_iter().map(|(then, words)| (format!("{before}{}", words.join(", ")), then.0)).collect()
}

fn merged_spans(shape: Shape, cuts: &[i64], rows: Vec<(usize, Option<Verdict>)>) -> Answered {
    let mut merged: Vec<(usize, usize, Option<Verdict>)> = Vec::new();
    for (value, then) in rows.into_iter().filter(|(value, _)| !is_backwards(shape, cuts, *value)) {
        match merged.last_mut() {
            Some((_, last, same)) if *same == then && *last + 1 == value => *last = value,
            _ => merged.push((value, value, then)),
        }
    }
    merged.into_iter().map(|(first, last, then)| (span_words(shape, cuts, first, last), then)).collect()
}
