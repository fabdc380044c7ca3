//! Conditions, questions and ends in words, in pieces that a page can make links of.

use std::collections::BTreeSet;

use super::{
    atlas::Atlas,
    chart::Subject,
    table::{About, Condition, Literal},
};
use crate::{
    fact::{FactId, QuestionId, Shape, Test, amount_words},
    script::Returned,
    verdict::{Outcome, Said, Verdict},
};

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Words(String),
    /// A fact, as scripts write it.
    Fact(String),
    /// A definition, as it was called.
    Call(String),
    /// The name of a value set.
    Set(String),
}

/// What an end is, for its mark, its shape and its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Other rules decide.
    Pass,
    /// A remark.
    Note,
    /// A finding.
    Find(Verdict),
    /// A limit.
    AtMost(Verdict),
    /// What a definition comes to.
    Result,
}

/// An end in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndWords {
    /// What it is.
    pub kind: Kind,
    /// `deny`, `at most flag`, `pass`; of a definition what it comes to.
    pub says: String,
    /// The reason's id.
    pub reason: Option<String>,
    /// The anchor, where the rule names another than the reason does.
    pub cites: Option<String>,
}

impl Kind {
    /// A mark that tells it without colour.
    pub fn mark(self) -> &'static str {
        match self {
            Kind::Pass => "·",
            Kind::Note => "✎",
            Kind::Find(Verdict::Allow) => "✓",
            Kind::Find(Verdict::Flag) => "!",
            Kind::Find(Verdict::Deny) => "✗",
            Kind::AtMost(_) => "≤",
            Kind::Result => "→",
        }
    }

    /// One word for style sheets: `pass`, `note`, `allow`, `flag`, `deny`, `limit`, `result`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pass => "pass",
            Kind::Note => "note",
            Kind::Find(verdict) => verdict.name(),
            Kind::AtMost(_) => "limit",
            Kind::Result => "result",
        }
    }
}

/// An end in words.
pub fn end(end: &Returned) -> EndWords {
    let plain = |kind, says: String| EndWords { kind, says, reason: None, cites: None };
    let said = |kind, says: String, said: &Said| EndWords {
        kind,
        says,
        reason: Some(said.reason.clone()),
        cites: said.cites.clone(),
    };
    match end {
        Returned::Outcome(Outcome::Pass) => plain(Kind::Pass, "pass".to_owned()),
        Returned::Outcome(Outcome::Note(because)) => said(Kind::Note, "note".to_owned(), because),
        Returned::Outcome(Outcome::Find(verdict, because)) => {
            said(Kind::Find(*verdict), verdict.name().to_owned(), because)
        }
        Returned::Outcome(Outcome::AtMost(verdict, because)) => {
            said(Kind::AtMost(*verdict), format!("at most {verdict}"), because)
        }
        Returned::YesNo(_) | Returned::Text(_) | Returned::Other(_) => plain(Kind::Result, result(end)),
    }
}

/// What a definition comes to, in a word.
pub fn result(returned: &Returned) -> String {
    match returned {
        Returned::YesNo(true) => "yes".to_owned(),
        Returned::YesNo(false) => "no".to_owned(),
        Returned::Text(text) if text.trim().is_empty() => format!("empty (\"{text}\")"),
        Returned::Text(text) | Returned::Other(text) => text.clone(),
        Returned::Outcome(_) => {
            let words = end(returned);
            words.reason.map_or_else(|| words.says.clone(), |reason| format!("{} {reason}", words.says))
        }
    }
}

/// A condition in words.
pub fn condition(atlas: &Atlas<'_>, condition: &Condition) -> Vec<Piece> {
    match &condition.about {
        About::Call(call) => {
            let results: Vec<String> = condition.any.iter().flatten().flat_map(results_of).map(result).collect();
            let is_yes_or_no =
                condition.any.iter().flatten().flat_map(results_of).all(|end| matches!(end, Returned::YesNo(_)));
            let is = if is_yes_or_no { ": " } else { " is " };
            vec![Piece::Call(call.to_string()), Piece::Words(format!("{is}{}", listed(&results, "or")))]
        }
        About::Fact(fact) => {
            let mut pieces = vec![Piece::Fact(atlas.book.fact_words(*fact, &atlas.pack.sets))];
            let shape = atlas.book.get_fact(*fact).map(|fact| fact.kind.shape);
            match shape {
                Some(Shape::Code | Shape::Codes) | None => pieces.extend(codes(atlas, condition)),
                Some(Shape::Quantity(_) | Shape::Date) => pieces.push(Piece::Words(spans(atlas, *fact, condition))),
                Some(Shape::Choice(all)) => pieces.push(Piece::Words(choices(atlas, all, condition))),
                Some(Shape::YesNo) => {
                    let words = choices(atlas, &["no", "yes"], condition);
                    pieces.push(Piece::Words(words.replacen(" is ", ": ", 1)));
                }
            }
            pieces
        }
    }
}

/// What a spot puts, as a question.
pub fn subject(atlas: &Atlas<'_>, subject: &Subject) -> Vec<Piece> {
    match subject {
        Subject::Call(call) => vec![Piece::Call(call.to_string())],
        Subject::Question(id) => {
            let Some(question) = atlas.book.get(*id) else { return Vec::new() };
            let any = vec![vec![Literal::Asked(*id, true)]];
            let mut pieces = condition(atlas, &Condition { about: About::Fact(question.fact), any });
            pieces.push(Piece::Words("?".to_owned()));
            pieces
        }
    }
}

/// Pieces as plain text.
pub fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(text) | Piece::Fact(text) | Piece::Call(text) | Piece::Set(text) => text.as_str(),
        })
        .collect()
}

fn results_of(literal: &Literal) -> &[Returned] {
    match literal {
        Literal::Returned(results) => results,
        Literal::Asked(..) => &[],
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// ` in a or b`, ` in a and in b`, ` in a but not in b`, ` not in a or b`.
fn codes(atlas: &Atlas<'_>, condition: &Condition) -> Vec<Piece> {
    let single = |all: &[Literal]| matches!(all, [Literal::Asked(id, true)] if word_of(atlas, *id).0 == "in");
    if condition.any.len() > 1 && condition.any.iter().all(|all| single(all)) {
        let sets = condition.any.iter().flatten().map(|literal| set_of(atlas, literal)).collect();
        return [vec![Piece::Words(" in ".to_owned())], set_list(sets, "or")].concat();
    }
    if let Some((common, others)) = factored(&condition.any)
        && others.iter().all(|other| single(std::slice::from_ref(other)))
    {
        let sets = others.iter().map(|other| set_of(atlas, other)).collect();
        return [codes_of(atlas, &common), vec![Piece::Words(" and in ".to_owned())], set_list(sets, "or")].concat();
    }
    let mut pieces = Vec::new();
    for (place, all) in condition.any.iter().enumerate() {
        if place > 0 {
            pieces.push(Piece::Words(", or".to_owned()));
        }
        pieces.extend(codes_of(atlas, all));
    }
    pieces
}

/// What all alternatives say, and the one thing that each says besides.
fn factored(any: &[Vec<Literal>]) -> Option<(Vec<Literal>, Vec<Literal>)> {
    let first = any.first().filter(|_| any.len() > 1)?;
    let common: Vec<Literal> = first.iter().filter(|one| any.iter().all(|all| all.contains(one))).cloned().collect();
    let is_yes = |literal: &Literal| matches!(literal, Literal::Asked(_, true));
    if common.is_empty() || !common.iter().all(is_yes) {
        return None;
    }
    let other = |all: &Vec<Literal>| {
        let mut others = all.iter().filter(|one| !common.contains(one));
        others.next().filter(|_| others.next().is_none()).cloned()
    };
    let others = any.iter().map(other).collect::<Option<Vec<Literal>>>()?;
    Some((common, others))
}

fn codes_of(atlas: &Atlas<'_>, all: &[Literal]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut also = "";
    for literal in all {
        let Literal::Asked(id, true) = literal else { continue };
        let (word, _) = word_of(atlas, *id);
        let has_set = matches!(word, "in" | "outside");
        pieces.push(Piece::Words(format!("{also} {word}{}", if has_set { " " } else { "" })));
        pieces.extend(has_set.then(|| set_of(atlas, literal)));
        also = " and";
    }
    for asked in ["given", NO_SET, "in", "outside"] {
        let sets: Vec<Piece> = all
            .iter()
            .filter(|literal| matches!(literal, Literal::Asked(id, false) if word_of(atlas, *id).0 == asked))
            .map(|literal| set_of(atlas, literal))
            .collect();
        if sets.is_empty() {
            continue;
        }
        let but = if also.is_empty() { "" } else { " but" };
        match asked {
            "given" => pieces.push(Piece::Words(format!("{but} not given"))),
            NO_SET => pieces.push(Piece::Words(format!("{but} all in value sets"))),
            asked => {
                pieces.push(Piece::Words(format!("{but} not {asked} ")));
                pieces.extend(set_list(sets, "or"));
            }
        }
        also = " and";
    }
    pieces
}

fn set_list(sets: Vec<Piece>, last: &str) -> Vec<Piece> {
    let count = sets.len();
    let mut pieces = Vec::new();
    for (place, set) in sets.into_iter().enumerate() {
        match place {
            0 => {}
            place if place + 1 == count => pieces.push(Piece::Words(format!(" {last} "))),
            _ => pieces.push(Piece::Words(", ".to_owned())),
        }
        pieces.push(set);
    }
    pieces
}

/// How a question is put that asks for codes in no set.
const NO_SET: &str = "in no value set";

/// How a question about codes is put, and of which set, where it is of one: `in`, `outside`,
/// [`NO_SET`] or `given`.
fn word_of(atlas: &Atlas<'_>, id: QuestionId) -> (&'static str, String) {
    let Some(question) = atlas.book.get(id) else { return ("in", String::new()) };
    if question.test == Test::Known {
        return ("given", String::new());
    }
    match question.words.split_once(' ') {
        _ if question.words == NO_SET => (NO_SET, String::new()),
        Some(("outside", set)) => ("outside", set.to_owned()),
        Some((_, set)) => ("in", set.to_owned()),
        None => ("in", question.words.clone()),
    }
}

fn set_of(atlas: &Atlas<'_>, literal: &Literal) -> Piece {
    match literal {
        Literal::Asked(id, _) => Piece::Set(word_of(atlas, *id).1),
        Literal::Returned(_) => Piece::Words(String::new()),
    }
}

/// ` ≥ 3 and < 12 calendar months`, ` before 2026-01-01`, ` given, < 3 calendar months`.
fn spans(atlas: &Atlas<'_>, fact: FactId, condition: &Condition) -> String {
    let shape = atlas.book.get_fact(fact).map_or(Shape::YesNo, |fact| fact.kind.shape);
    let least = |all: &&Vec<Literal>| -> Option<i64> {
        let at_least = |literal: &Literal| match literal {
            Literal::Asked(id, true) => match atlas.book.get(*id)?.test {
                Test::AtLeast(amount) => Some(amount),
                Test::Known | Test::In(_) | Test::Is(_) => None,
            },
            Literal::Asked(_, false) | Literal::Returned(_) => None,
        };
        all.iter().filter_map(at_least).max()
    };
    let mut any: Vec<&Vec<Literal>> = condition.any.iter().collect();
    any.sort_by_key(least);
    let words: Vec<String> = any.into_iter().map(|all| span(atlas, shape, all)).collect();
    format!(" {}", listed(&words, "or"))
}

fn span(atlas: &Atlas<'_>, shape: Shape, all: &[Literal]) -> String {
    let (mut least, mut below, mut words) = (None::<i64>, None::<i64>, Vec::new());
    for literal in all {
        let Literal::Asked(id, answer) = literal else { continue };
        match atlas.book.get(*id).map(|question| &question.test) {
            Some(Test::AtLeast(amount)) if *answer => least = Some(least.map_or(*amount, |known| known.max(*amount))),
            Some(Test::AtLeast(amount)) => below = Some(below.map_or(*amount, |known| known.min(*amount))),
            Some(Test::Known) => words.push(if *answer { "given" } else { "not given" }.to_owned()),
            Some(Test::In(_) | Test::Is(_)) | None => {}
        }
    }
    // The unit stands once, at the end.
    let bare = |amount: i64| {
        let amount = amount_words(shape, amount);
        amount.split_once(' ').map_or(amount.clone(), |(number, _)| number.to_owned())
    };
    let full = |amount: i64| amount_words(shape, amount);
    let is_date = shape == Shape::Date;
    let amount = match (least, below) {
        (Some(least), Some(below)) if least.checked_add(1) == Some(below) => {
            Some(if is_date { format!("on {}", full(least)) } else { format!("exactly {}", full(least)) })
        }
        (Some(least), Some(below)) if is_date => {
            Some(format!("on or after {} and before {}", full(least), full(below)))
        }
        (Some(least), Some(below)) => Some(format!("≥ {} and < {}", bare(least), full(below))),
        (Some(least), None) => Some(format!("{} {}", if is_date { "on or after" } else { "≥" }, full(least))),
        (None, Some(below)) => Some(format!("{} {}", if is_date { "before" } else { "<" }, full(below))),
        (None, None) => None,
    };
    words.extend(amount);
    words.join(", ")
}

/// ` is a or b`, ` is not a`; what is left is said where it is shorter than what is not.
fn choices(atlas: &Atlas<'_>, all: &[&str], condition: &Condition) -> String {
    // Alternatives under one answer to "was it given" are one list of choices.
    let mut groups: Vec<(String, BTreeSet<usize>)> = Vec::new();
    for literals in &condition.any {
        let (mut given, mut possible) = (String::new(), (0..all.len()).collect::<BTreeSet<usize>>());
        for literal in literals {
            let Literal::Asked(id, answer) = literal else { continue };
            match atlas.book.get(*id).map(|question| &question.test) {
                Some(Test::Is(choice)) => possible.retain(|place| (*place == usize::from(*choice)) == *answer),
                Some(Test::Known) => given.push_str(if *answer { " given" } else { " not given" }),
                Some(Test::In(_) | Test::AtLeast(_)) | None => {}
            }
        }
        match groups.iter_mut().find(|(known, _)| *known == given) {
            Some((_, known)) => known.extend(possible),
            None => groups.push((given, possible)),
        }
    }
    let words: Vec<String> = groups.iter().map(|(given, left)| chosen(all, given, left)).collect();
    words.join(", or")
}

fn chosen(all: &[&str], given: &str, left: &BTreeSet<usize>) -> String {
    let names = |within: bool| -> Vec<String> {
        let these = all.iter().enumerate().filter(|(place, _)| left.contains(place) == within);
        these.map(|(_, name)| (*name).to_owned()).collect()
    };
    let (is, is_not) = (names(true), names(false));
    let words = match (is.len(), is_not.len()) {
        (_, 0) => String::new(),
        // "is not not stated" is no English.
        (_, 1) if is_not == ["not stated"] => " is stated".to_owned(),
        (yes, no) if no < yes => format!(" is not {}", listed(&is_not, "or")),
        _ => format!(" is {}", listed(&is, "or")),
    };
    [given, &words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
}
