//! The packs that entries are tried with.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use claimgate::{
    fact::{DICTIONARY, ParameterKind, Shape},
    fault::PackText,
    pack::{Pack, load, shelf},
};

pub fn spine() -> Pack {
    open("rules/bmj-2025-chronic-spine-pain")
}

pub fn small() -> Pack {
    open("tests/packs/small")
}

fn open(folder: &str) -> Pack {
    shelf::take(Path::new(folder), &BTreeMap::new()).map_err(|error| error.to_string()).expect("the pack loads")
}

/// A pack that asks every fact of the dictionary, a rule each, and tells every value that a sentence
/// can tell.
pub fn every_fact() -> Pack {
    load(texts(|_| true), &BTreeMap::new()).expect("the pack loads")
}

/// The texts of a pack with a rule for each kind of fact that is `wanted`.
pub fn texts(wanted: impl Fn(&str) -> bool) -> Vec<PackText> {
    let kinds: Vec<_> = DICTIONARY.iter().filter(|kind| wanted(kind.name)).collect();
    let mut uses: Vec<&str> = kinds.iter().filter_map(|kind| kind.uses).collect();
    uses.sort_unstable();
    uses.dedup();
    let told: Vec<String> =
        kinds.iter().filter(|kind| kind.parameters.is_empty()).map(|kind| format!("{{{}}}", kind.name)).collect();
    let mut texts = vec![
        text("SOURCE.md", "# Every fact\n\n### All of it {#all}\n\nAll.\n".to_owned()),
        text("pack.toml", MANIFEST.replace("USES", &format!("{uses:?}"))),
        text("values/codes.toml", VALUES.to_owned()),
        text("values/words.toml", WORDS.to_owned()),
        text(
            "reasons.toml",
            format!("[found]\nprovider = \"It is {}.\"\npatient = \"It is.\"\ncites = \"all\"\n", told.join(", ")),
        ),
    ];
    for kind in kinds {
        let arguments: Vec<&str> = kind
            .parameters
            .iter()
            .map(|parameter| match parameter {
                ParameterKind::Set => "spine",
                ParameterKind::Months => "12",
            })
            .collect();
        let fact = match arguments.is_empty() {
            true => kind.name.to_owned(),
            false => format!("{}({})", kind.name, arguments.join(", ")),
        };
        let condition = match kind.shape {
            Shape::Code => format!("{fact} in spine"),
            Shape::Codes if kind.name == "line.narrative" => format!("{fact}.any_in(words)"),
            Shape::Codes => format!("{fact}.any_in(spine) || {fact}.any_outside(spine)"),
            Shape::Quantity(_) => format!("{fact} >= 3 && {fact} < 40"),
            Shape::Date => format!("{fact} < params.day"),
            Shape::Choice(names) => format!("{fact} == \"{}\"", names[1]),
            Shape::YesNo => fact,
        };
        let script = format!(
            "//! One fact.\n//! cites: all\n\nif {condition} {{ return flag(\"found\"); }}\nif !known(\"{}\") {{ return note(\"found\"); }}\npass()\n",
            kind.name
        );
        // Facts with arguments are named by themselves, not by a text.
        let script = match arguments.is_empty() {
            true => script,
            false => {
                script.replace(&format!("known(\"{}\")", kind.name), &format!("known({})", call(kind.name, &arguments)))
            }
        };
        texts.push(text(&format!("1-all/{}.rhai", kind.name.replace(['.', '_'], "-")), script));
    }
    texts
}

fn call(name: &str, arguments: &[&str]) -> String {
    format!("{name}({})", arguments.join(", "))
}

fn text(path: &str, text: String) -> PackText {
    PackText { path: path.to_owned(), text: Arc::from(text) }
}

const MANIFEST: &str = r#"name = "every-fact"
version = "1.0.0"
title = "Every fact"

[period]
from = "2020-01-01"

[source]
citation = "none"
doi = "none"
developer = "the claimgate project"
funding = "none"
released = "2025-01-01"
revised = "2025-01-01"
last_verified_on = "2025-01-01"
uses = USES

[parameters.day]
takes = "day"
default = "2026-03-10"
about = "a day"
"#;

const VALUES: &str = r#"axis = "all"

[spine]
title = "codes around the spine"
cites = "all"
codes = [
  { system = "icd10cm", prefix = ["M54", "M47", "G89"] },
  { system = "cpt", prefix = ["62", "64"] },
  { system = "modifier", code = ["KX", "50"] },
  { system = "condition_code", code = ["30"] },
  { system = "place_of_service", code = ["11"] },
]
"#;

const WORDS: &str = r#"axis = "words"

[words]
title = "words"
cites = "all"
codes = [{ phrase = ["root ganglion", "ablat*", "endoscopic facet"] }]
"#;
