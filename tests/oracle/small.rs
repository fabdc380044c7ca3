//! Small random packs: a few rules over a few facts, so that every combination can be tried.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use claimgate::{
    fault::PackText,
    pack::{Pack, load},
};

use crate::random::Random;

const CONDITIONS: [&str; 16] = [
    "stated.pain_type == \"axial\"",
    "stated.pain_type == \"mixed\"",
    "stated.pain_type == \"radicular\"",
    "known(stated.pain_type)",
    "line.purpose == \"diagnostic\"",
    "line.purpose == \"not stated\"",
    "coverage.approved",
    "line.months_since_onset(back) >= 3",
    "line.months_since_onset(back) >= 12",
    "line.months_since_onset(leg) < 3",
    "known(line.months_since_onset(leg))",
    "coverage.line_of_business == \"commercial\"",
    "patient.age_years < 18",
    "line.procedure in injection",
    "line.diagnoses.any_in(back)",
    "line.modifiers.any_in(repeat)",
];

const SETS: &str = r#"
axis = "all"
[back]
title = "back"
cites = "p"
codes = [{ system = "icd10cm", prefix = ["M54.5", "M47"] }]
[leg]
title = "leg"
cites = "p"
codes = [{ system = "icd10cm", prefix = ["M51", "M54.1"] }]
[injection]
title = "injection"
cites = "p"
codes = [{ system = "cpt", code = ["62323", "64493"] }]
[repeat]
title = "repeat"
cites = "p"
codes = [{ system = "modifier", code = ["50"] }]
"#;

/// The first day of a pack that is in force on every day of the requests.
const ALWAYS: &str = "2020-01-01";

/// A pack of two stages with two rules each, and a limit.
pub fn pack(random: &mut Random) -> Pack {
    pack_of(random, SETS.to_owned(), ALWAYS)
}

/// One that is in force from this day on.
pub fn pack_from(random: &mut Random, from: &str) -> Pack {
    pack_of(random, SETS.to_owned(), from)
}

/// One whose sets of the same names hold other codes: some of those of [`pack`], and some others.
pub fn other_pack(random: &mut Random) -> Pack {
    let sets = SETS.replace("\"M54.5\", \"M47\"", "\"M47\", \"M48\"").replace("\"64493\"", "\"64483\"");
    pack_of(random, sets, ALWAYS)
}

/// A pack of one rule.
pub fn ruled(script: &str) -> Pack {
    let reasons = ["allowed", "flagged", "denied"]
        .map(|id| format!("[{id}]\nprovider = \"{id}\"\npatient = \"{id}\"\ncites = \"p\"\n"))
        .concat();
    let texts = [
        ("SOURCE.md", "# Source\n\n### Passage {#p}\n".to_owned()),
        ("pack.toml", manifest("", ALWAYS)),
        ("reasons.toml", reasons),
        ("values/all.toml", SETS.to_owned()),
        ("1-stage/a.rhai", format!("//! Made up.\n//! cites: p\n// \"allowed\" \"flagged\" \"denied\"\n{script}\n")),
    ];
    let texts = texts.map(|(path, text)| PackText { path: path.into(), text: Arc::from(text) });
    load(texts.into(), &BTreeMap::new()).map_err(|faults| format!("{faults:?}")).unwrap()
}

fn pack_of(random: &mut Random, sets: String, from: &str) -> Pack {
    let mut texts: Vec<(String, String)> = vec![
        ("SOURCE.md".into(), "# Source\n\n### Passage {#p}\n".into()),
        ("values/all.toml".into(), sets),
        (
            "reasons.toml".into(),
            ["allowed", "flagged", "denied"]
                .map(|id| format!("[{id}]\nprovider = \"{id}\"\npatient = \"{id}\"\ncites = \"p\"\n"))
                .concat(),
        ),
    ];
    for (stage, rule) in [(1, "a"), (1, "b"), (2, "c"), (2, "d")] {
        let mut script = "//! Made up.\n//! cites: p\n// \"allowed\" \"flagged\" \"denied\"\n".to_owned();
        block(random, 3, &mut script, &["pass()", "allow(\"allowed\")", "flag(\"flagged\")", "deny(\"denied\")"]);
        texts.push((format!("{stage}-stage{stage}/{rule}.rhai"), script));
    }
    let mut script = "//! Made up.\n//! cites: p\n".to_owned();
    block(random, 1, &mut script, &["pass()", "at_most(\"flag\", \"flagged\")"]);
    texts.push(("limit/e.rhai".into(), script));
    // Which patient data the rules come to ask for, a pack has to declare.
    for uses in ["", "\"health_status\"", "\"birth_date\"", "\"birth_date\", \"health_status\""] {
        let mut all = texts.clone();
        all.push(("pack.toml".into(), manifest(uses, from)));
        let texts = all.into_iter().map(|(path, text)| PackText { path, text: Arc::from(text) }).collect();
        match load(texts, &BTreeMap::new()) {
            Ok(pack) => return pack,
            Err(faults) => {
                let others: Vec<String> = faults.iter().map(ToString::to_string).collect();
                assert!(
                    others.iter().all(|fault| fault.contains("patient data") || fault.contains("`source.uses`")),
                    "{others:?}"
                );
            }
        }
    }
    panic!("no declaration fits the pack")
}

fn manifest(uses: &str, from: &str) -> String {
    format!(
        "name = \"small\"\nversion = \"1.0.0\"\ntitle = \"Small\"\n[period]\nfrom = \"{from}\"\n[source]\n\
         citation = \"c\"\ndoi = \"10.1/x\"\ndeveloper = \"d\"\nfunding = \"none\"\nreleased = \"2020-01-01\"\n\
         revised = \"2020-01-01\"\nlast_verified_on = \"2020-01-01\"\nuses = [{uses}]\n"
    )
}

fn block(random: &mut Random, depth: usize, script: &mut String, ends: &[&str]) {
    if depth > 0 {
        let _ = writeln!(script, "if {} {{", CONDITIONS[random.below(CONDITIONS.len())]);
        block(random, depth - 1, script, ends);
        script.push_str("}\n");
        return block(random, depth - 1, script, ends);
    }
    let _ = writeln!(script, "return {};", ends[random.below(ends.len())]);
}
