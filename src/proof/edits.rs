//! What was edited between two packs, before it is asked what the edits do.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    code::{Entry, Pattern},
    pack::{Manifest, Pack},
    script::ParameterValue,
};

/// Something that differs in what the packs say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A parameter in force: its name, the old and the new value; none where it has no such.
    Parameter(String, Option<String>, Option<String>),
    /// A value set: its name, rows taken out, rows put in.
    ValueSet(String, Vec<String>, Vec<String>),
    /// A script, by its path without the stage's number: whether the old, whether the new pack has it.
    Script(String, bool, bool),
    /// A reason whose sentences or codes changed.
    Reason(String),
    /// The period of the pack.
    Period(String, String),
    /// Whether a denial needs a clinician's signature.
    Signature(bool, bool),
}

/// Every edit that can matter to a decision or to its sentences.
pub fn edits(old: &Pack, new: &Pack) -> Vec<Edit> {
    let mut edits = parameters(old, new);
    let (one, two) = (period(&old.manifest), period(&new.manifest));
    if one != two {
        edits.push(Edit::Period(one, two));
    }
    let (one, two) = (old.manifest.requires_clinician_signoff, new.manifest.requires_clinician_signoff);
    if one != two {
        edits.push(Edit::Signature(one, two));
    }
    edits.extend(value_sets(old, new));
    edits.extend(scripts(old, new));
    let reasons = old.reasons.iter().filter(|(id, reason)| new.reasons.get(*id).is_some_and(|other| other != *reason));
    edits.extend(reasons.map(|(id, _)| Edit::Reason(id.clone())));
    edits
}

fn parameters(old: &Pack, new: &Pack) -> Vec<Edit> {
    let names: BTreeSet<&String> = old.parameters.keys().chain(new.parameters.keys()).collect();
    let value = |pack: &Pack, name: &String| pack.parameters.get(name).map(words);
    names
        .into_iter()
        .map(|name| (name, value(old, name), value(new, name)))
        .filter(|(_, one, two)| one != two)
        .map(|(name, one, two)| Edit::Parameter(name.clone(), one, two))
        .collect()
}

/// The value of a parameter as a plan writes it.
pub fn words(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Choice(choice) => choice.clone(),
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Number(number) => number.to_string(),
        ParameterValue::Day(day) => day.to_string(),
        ParameterValue::Choices(all) => all.join(","),
    }
}

fn period(manifest: &Manifest) -> String {
    match manifest.period.until {
        Some(until) => format!("{} to {until}", manifest.period.from),
        None => format!("from {}", manifest.period.from),
    }
}

fn value_sets(old: &Pack, new: &Pack) -> Vec<Edit> {
    let rows = |pack: &Pack| -> BTreeMap<String, BTreeSet<String>> {
        let of_set = |set: &crate::code::SetDefinition| {
            let parts = set.union_of.iter().map(|part| format!("all of {part}"));
            (set.name.clone(), set.entries.iter().map(row).chain(parts).collect())
        };
        pack.sets.definitions().iter().map(of_set).collect()
    };
    let (before, after) = (rows(old), rows(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let nothing = BTreeSet::new();
    let mut edits = Vec::new();
    for name in names {
        let (one, two) = (before.get(name).unwrap_or(&nothing), after.get(name).unwrap_or(&nothing));
        if one != two {
            let (out, put) = (one.difference(two).cloned().collect(), two.difference(one).cloned().collect());
            edits.push(Edit::ValueSet(name.clone(), out, put));
        }
    }
    edits
}

fn row(entry: &Entry) -> String {
    let mut words = match &entry.pattern {
        Pattern::Code(code) => format!("code {code}"),
        Pattern::Prefix(prefix) => format!("codes that begin with {prefix}"),
        Pattern::Range(from, to) => format!("codes from {from} to {to}"),
        Pattern::Phrase(phrase) => format!("the words `{phrase}`"),
    };
    if let Some(seventh) = &entry.seventh {
        words.push_str(&format!(" with seventh character {seventh}"));
    }
    match entry.period {
        (None, None) => {}
        (Some(from), None) => words.push_str(&format!(" from {from}")),
        (None, Some(until)) => words.push_str(&format!(" until {until}")),
        (Some(from), Some(until)) => words.push_str(&format!(" from {from} to {until}")),
    }
    if entry.excluded { format!("not {words}") } else { words }
}

fn scripts(old: &Pack, new: &Pack) -> Vec<Edit> {
    let texts = |pack: &Pack| -> BTreeMap<String, String> {
        let scripts = pack.texts.iter().filter(|text| text.path.ends_with(".rhai"));
        scripts.map(|text| (unnumbered(&text.path), text.text.to_string())).collect()
    };
    let (before, after) = (texts(old), texts(new));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    changed.map(|path| Edit::Script(path.clone(), before.contains_key(path), after.contains_key(path))).collect()
}

/// `13-recommendation/epidural.rhai` is `recommendation/epidural.rhai`, whatever its stage's number.
fn unnumbered(path: &str) -> String {
    match path.split_once('-') {
        Some((number, rest)) if number.parse::<u32>().is_ok() => rest.to_owned(),
        Some(_) | None => path.to_owned(),
    }
}
