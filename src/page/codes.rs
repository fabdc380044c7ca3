//! The rows of a value set: how many, and which. Numbers only.

use std::fmt::Write as _;

use super::{
    html::{counted, details},
    text::Escaped,
};
use crate::code::{Entry, Pattern, System};

/// Rows that are told alike.
struct Group {
    system: System,
    is_left_out: bool,
    condition: String,
    rows: Vec<String>,
}

/// The rows: counts, and the rows themselves to be opened.
pub(super) fn listed(entries: &[Entry]) -> String {
    let mut groups: Vec<Group> = Vec::new();
    let (mut codes, mut prefixes, mut ranges, mut phrases, mut left_out) = (0, 0, 0, 0, 0);
    for entry in entries {
        let count = match (&entry.pattern, entry.excluded) {
            (_, true) => &mut left_out,
            (Pattern::Code(_), false) => &mut codes,
            (Pattern::Prefix(_), false) => &mut prefixes,
            (Pattern::Range(..), false) => &mut ranges,
            (Pattern::Phrase(_), false) => &mut phrases,
        };
        *count += 1;
        let condition = condition(entry);
        let is_of = |group: &&mut Group| {
            group.system == entry.system && group.is_left_out == entry.excluded && group.condition == condition
        };
        match groups.iter_mut().find(is_of) {
            Some(group) => group.rows.push(words(entry)),
            None => groups.push(Group {
                system: entry.system,
                is_left_out: entry.excluded,
                condition,
                rows: vec![words(entry)],
            }),
        }
    }
    groups.sort_by_key(|group| group.is_left_out);
    let counts = [
        (codes, "code", "codes"),
        (prefixes, "prefix", "prefixes"),
        (ranges, "range", "ranges"),
        (phrases, "phrase", "phrases"),
        (left_out, "exclusion", "exclusions"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| counted(*count, one, many)).collect();
    let mut inside = String::new();
    for group in &groups {
        let is_phrase = group.system == System::Other;
        let name = if is_phrase { "words" } else { group.system.name() };
        let not = if group.is_left_out { ", but not" } else { "" };
        let _ = writeln!(
            inside,
            "<p class=\"codes\"><span class=\"soft\">{}{}{not}:</span> {}</p>",
            Escaped(name),
            Escaped(&group.condition),
            Escaped(&group.rows.join(if is_phrase { "; " } else { ", " }))
        );
    }
    details(&counts.join(", "), &inside, false)
}

/// `62320`, `M54.1…`, `M51.2 to M51.4`.
fn words(entry: &Entry) -> String {
    let dotted = |text: &str| match (entry.system, text.get(..3), text.get(3..)) {
        (System::Icd10Cm, Some(head), Some(tail)) if !tail.is_empty() => format!("{head}.{tail}"),
        _ => text.to_owned(),
    };
    match &entry.pattern {
        Pattern::Code(code) => dotted(code),
        Pattern::Prefix(prefix) => format!("{}…", dotted(prefix)),
        Pattern::Range(from, to) => format!("{} to {}", dotted(from), dotted(to)),
        Pattern::Phrase(phrase) => phrase.clone(),
    }
}

/// `, seventh character A or B`, `, until 2024-09-30`.
fn condition(entry: &Entry) -> String {
    let mut words = String::new();
    if let Some(seventh) = &entry.seventh {
        let each: Vec<String> = seventh.chars().map(String::from).collect();
        let _ = write!(words, ", seventh character {}", super::words::listed(&each, "or"));
    }
    match entry.period {
        (None, None) => {}
        (Some(from), None) => words.push_str(&format!(", from {from}")),
        (None, Some(until)) => words.push_str(&format!(", until {until}")),
        (Some(from), Some(until)) => words.push_str(&format!(", {from} to {until}")),
    }
    words
}
