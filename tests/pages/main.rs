//! Pages: tables say what the trees say, pictures are well-formed, a page holds everything of its
//! pack.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod markup;
mod pictures;
mod tables;
mod whole;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use claimgate::{
    fault::PackText,
    pack::{
        Pack, load,
        shelf::{self, Settings},
    },
};

/// The packs of this repository under a plan's settings.
fn packs(settings: &[(&str, &str)]) -> Vec<Pack> {
    let settings: Settings =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    shelf::open(&folder, &settings).map_err(|error| error.to_string()).unwrap()
}

/// A pack made for a test: value sets on axes of their own, definitions, and rules of one stage. Every
/// reason that a rule may name is there.
fn made(sets: &[String], definitions: &str, rules: &[(&str, &str)]) -> Pack {
    let text = |path: String, text: String| PackText { path, text: Arc::from(text) };
    let manifest = |uses: &str| {
        format!(
            "name = \"made\"\nversion = \"1.0.0\"\ntitle = \"made\"\n[period]\nfrom = \"2026-01-01\"\n[source]\ncitation = \"c\"\n\
             doi = \"d\"\ndeveloper = \"d\"\nfunding = \"f\"\nreleased = \"2026-01-01\"\nrevised = \"2026-01-01\"\n\
             last_verified_on = \"2026-01-01\"\nuses = [{uses}]\n"
        )
    };
    let all: String = rules.iter().map(|(_, script)| *script).chain([definitions]).collect();
    let named = |words: &[(&str, &str)]| -> String {
        let found = words.iter().filter(|(word, _)| all.contains(word)).map(|(_, uses)| format!("\"{uses}\""));
        found.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
    };
    let uses = named(&[
        ("diagnoses", "health_status"),
        ("pain_type", "health_status"),
        ("age_years", "birth_date"),
        ("patient.sex", "sex"),
    ]);
    let reasons = ["odd", "one", "two", "three", "four"].into_iter().filter(|id| all.contains(&format!("\"{id}\"")));
    let reasons: String =
        reasons.map(|id| format!("[{id}]\nprovider = \"p\"\npatient = \"q\"\ncites = \"a\"\n")).collect();
    let mut texts = vec![
        text("pack.toml".to_owned(), manifest(&uses)),
        text("SOURCE.md".to_owned(), "# s\n\n### a {#a}\n\ntext\n".to_owned()),
        text("reasons.toml".to_owned(), reasons),
        text("definitions.rhai".to_owned(), definitions.to_owned()),
    ];
    for (place, set) in sets.iter().enumerate() {
        let row = format!("{{ system = \"icd10cm\", prefix = [\"A{place:02}\"] }}");
        let values = format!("axis = \"{set}\"\n[{set}]\ntitle = \"t\"\ncites = \"a\"\ncodes = [{row}]\n");
        texts.push(text(format!("values/{set}.toml"), values));
    }
    for (name, script) in rules {
        texts.push(text(format!("1-a/{name}.rhai"), format!("//! h\n//! cites: a\n{script}")));
    }
    let faults = |faults: Vec<claimgate::fault::PackFault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    load(texts, &Settings::new()).map_err(faults).unwrap()
}
