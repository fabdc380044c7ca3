//! `values/*.toml`: the value sets of a pack, a file an axis.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::manifest::of_toml;
use crate::{
    code::{Code, Entry, Pattern, SetDefinition, SetFault, System, ValueSets},
    date::{Date, DateSpan},
    fault::{PackFault, PackText, did_you_mean},
};

#[derive(Deserialize)]
struct WireFile {
    axis: String,
    #[serde(flatten)]
    sets: BTreeMap<String, WireSet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSet {
    title: String,
    cites: String,
    #[serde(default)]
    codes: Vec<WireRow>,
    #[serde(default)]
    union: Vec<String>,
    #[serde(default)]
    informative: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRow {
    system: Option<String>,
    #[serde(default)]
    prefix: Vec<String>,
    #[serde(default)]
    code: Vec<String>,
    #[serde(default)]
    range: Vec<String>,
    #[serde(default)]
    phrase: Vec<String>,
    seventh: Option<String>,
    from: Option<String>,
    until: Option<String>,
    #[serde(default)]
    exclude: bool,
}

/// Reads every file of value sets.
///
/// # Errors
/// Every fault at once.
pub(super) fn read(files: &[PackText]) -> Result<ValueSets, Vec<PackFault>> {
    let (mut definitions, mut faults, mut homes) = (Vec::new(), Vec::new(), BTreeMap::new());
    for text in files {
        match toml::from_str::<WireFile>(&text.text) {
            Ok(file) => {
                for (name, set) in file.sets {
                    homes.insert(name.clone(), text);
                    definitions.push(definition(text, &file.axis, name, set, &mut faults));
                }
            }
            Err(error) => faults.push(of_toml(text, &error)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let names: Vec<String> = definitions.iter().map(|definition| definition.name.clone()).collect();
    let kept = definitions.clone();
    ValueSets::new(definitions).map_err(|set_faults| {
        let of_set = |fault: &SetFault| {
            let mut pack_fault =
                PackFault::new("pack::value_set", format!("value set `{}`: {}", fault.set, fault.message));
            let set = kept.iter().find(|set| set.name == fault.set);
            if let (Some(home), Some(set)) = (homes.get(&fault.set), set) {
                pack_fault = match fault.entry {
                    Some(entry) => at_row(pack_fault, home, set, entry, "this row").help(
                        "of equally specific rows of an axis at most one may hold of a code: take it out of one set, \
                         date the rows apart, or give a set an axis of its own",
                    ),
                    None => pack_fault.at_part(home, &format!("[{}]", fault.set), "this set"),
                };
            }
            let close =
                fault.unknown_name.as_deref().and_then(|name| did_you_mean(name, names.iter().map(String::as_str)));
            match close {
                Some(name) => pack_fault.help(format!("did you mean `{name}`?")),
                None => pack_fault,
            }
        };
        set_faults.iter().map(of_set).collect()
    })
}

/// `fault`, with a row of a set underlined in the file it stands in; where the row cannot be found,
/// the set.
pub fn at_row(fault: PackFault, text: &PackText, set: &SetDefinition, entry: usize, label: &str) -> PackFault {
    let title = format!("[{}]", set.name);
    let Some(row) = set.entries.get(entry) else { return fault.at_part(text, &title, label) };
    let first = |entry: &Entry| match &entry.pattern {
        Pattern::Code(text) | Pattern::Prefix(text) | Pattern::Range(text, _) | Pattern::Phrase(text) => text.clone(),
    };
    let is_row = |quoted: &str| match &row.pattern {
        Pattern::Phrase(phrase) => quoted == phrase,
        Pattern::Code(_) | Pattern::Prefix(_) | Pattern::Range(..) => {
            Code::parse(row.system, quoted).is_ok_and(|code| code.text() == first(row))
        }
    };
    // Rows are kept in the order of the file, so the n-th of a text is the n-th that reads so.
    let earlier = set.entries.iter().take(entry).filter(|other| first(other) == first(row)).count();
    let from = text.text.find(&title).map_or(0, |start| start + title.len());
    let body = text.text.get(from..).unwrap_or_default();
    let body = body.split_once("\n[").map_or(body, |(body, _)| body);
    match quoted(body).filter(|(_, quoted)| is_row(quoted)).nth(earlier) {
        Some((start, quoted)) => fault.at(text, from + start, quoted.len() + 2, label),
        None => fault.at_part(text, &title, label),
    }
}

/// The texts in double quotes, each with the place of its first quote; comments left aside.
fn quoted(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').flat_map(move |line| {
        let line_start = start;
        start += line.len();
        let mut found = Vec::new();
        let mut at = 0;
        for (place, part) in line.split('"').enumerate() {
            if place % 2 == 1 {
                found.push((line_start + at - 1, part));
            } else if part.contains('#') {
                break;
            }
            at += part.len() + 1;
        }
        found
    })
}

fn definition(text: &PackText, axis: &str, name: String, set: WireSet, faults: &mut Vec<PackFault>) -> SetDefinition {
    let (mut entries, before) = (Vec::new(), faults.len());
    for row in &set.codes {
        match row.entries() {
            Ok(more) => entries.extend(more),
            Err((part, message)) => {
                let fault = PackFault::new("pack::value_set", format!("value set `{name}`: {message}"));
                faults.push(fault.at_part(text, &part, "here"));
            }
        }
    }
    if faults.len() == before && entries.is_empty() == set.union.is_empty() {
        let fault = PackFault::new("pack::value_set", format!("value set `{name}` needs either `codes` or `union`"));
        faults.push(fault.at_part(text, &format!("[{name}]"), "this set"));
    }
    let axis = if set.union.is_empty() { axis.to_owned() } else { String::new() };
    SetDefinition {
        name,
        axis,
        title: set.title,
        cites: set.cites,
        entries,
        union_of: set.union,
        is_informative: set.informative,
    }
}

impl WireRow {
    fn entries(&self) -> Result<Vec<Entry>, (String, String)> {
        let period = (day(self.from.as_deref())?, day(self.until.as_deref())?);
        let entry =
            |system, pattern| Entry { system, pattern, seventh: self.seventh.clone(), period, excluded: self.exclude };
        if let Some(phrase) = self.phrase.first()
            && (self.system.is_some() || self.seventh.is_some() || period != (None, None) || self.exclude)
        {
            return Err((phrase.clone(), "a row of phrases takes no other field".to_owned()));
        }
        let mut entries: Vec<Entry> =
            self.phrase.iter().map(|phrase| entry(System::Other, Pattern::Phrase(phrase.clone()))).collect();
        let Some(name) = &self.system else {
            let coded = self.prefix.iter().chain(&self.code).chain(&self.range).next();
            return coded.map_or(Ok(entries), |first| Err((first.clone(), "rows of codes need a `system`".to_owned())));
        };
        let Some(system) = System::from_name(name) else {
            let message =
                format!("there is no code system `{name}`; one of {}", System::names().collect::<Vec<_>>().join(", "));
            return Err((name.clone(), message));
        };
        let text = |written: &String| {
            Code::parse(system, written)
                .map(|code| code.text().to_owned())
                .map_err(|error| (written.clone(), error.to_string()))
        };
        for prefix in &self.prefix {
            entries.push(entry(system, Pattern::Prefix(text(prefix)?)));
        }
        for code in &self.code {
            entries.push(entry(system, Pattern::Code(text(code)?)));
        }
        if let [from, to] = self.range.as_slice() {
            let (first, last) = (text(from)?, text(to)?);
            if first.len() != last.len() || first > last {
                let message = "a range goes from a code to a later one of the same length".to_owned();
                return Err((from.clone(), message));
            }
            entries.push(entry(system, Pattern::Range(first, last)));
        } else if let Some(first) = self.range.first() {
            return Err((first.clone(), "a range has two ends".to_owned()));
        }
        Ok(entries)
    }
}

fn day(text: Option<&str>) -> Result<Option<Date>, (String, String)> {
    let Some(text) = text else { return Ok(None) };
    let day = DateSpan::parse(text).ok().and_then(|span| span.exact());
    day.map(Some).ok_or_else(|| (text.to_owned(), format!("`{text}` is no day")))
}
