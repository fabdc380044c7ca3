//! `values/*.toml`: the value sets of a pack, a file an axis.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::manifest::of_toml;
use crate::{
    code::{Code, Entry, Pattern, SetDefinition, System, ValueSets},
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
    ValueSets::new(definitions).map_err(|set_faults| {
        let of_set = |fault: &crate::code::SetFault| {
            let mut pack_fault =
                PackFault::new("pack::value_set", format!("value set `{}`: {}", fault.set, fault.message));
            if let Some(home) = homes.get(&fault.set) {
                pack_fault = pack_fault.at_part(home, &format!("[{}]", fault.set), "this set");
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

fn definition(text: &PackText, axis: &str, name: String, set: WireSet, faults: &mut Vec<PackFault>) -> SetDefinition {
    let mut entries = Vec::new();
    for row in &set.codes {
        match row.entries() {
            Ok(more) => entries.extend(more),
            Err((part, message)) => {
                let fault = PackFault::new("pack::value_set", format!("value set `{name}`: {message}"));
                faults.push(fault.at_part(text, &part, "here"));
            }
        }
    }
    if entries.is_empty() == set.union.is_empty() {
        let fault = PackFault::new("pack::value_set", format!("value set `{name}` needs either `codes` or `union`"));
        faults.push(fault.at_part(text, &format!("[{name}]"), "this set"));
    }
    let axis = if set.union.is_empty() { axis.to_owned() } else { String::new() };
    SetDefinition { name, axis, title: set.title, cites: set.cites, entries, union_of: set.union }
}

impl WireRow {
    fn entries(&self) -> Result<Vec<Entry>, (String, String)> {
        let period = (day(self.from.as_deref())?, day(self.until.as_deref())?);
        let entry =
            |system, pattern| Entry { system, pattern, seventh: self.seventh.clone(), period, excluded: self.exclude };
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
            entries.push(entry(system, Pattern::Range(text(from)?, text(to)?)));
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
