//! Packs far larger than one that people have written: they load, decide and are compared, exactly.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/synthetic.rs"]
mod synthetic;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
};

use claimgate::{
    case::Case,
    desk::{Desk, LineFacts},
    exchange::json,
    fact::{Answer, QuestionId},
    fault::PackText,
    pack::{Pack, load},
    proof::{Conclusion, check::check, difference},
    request::Request,
    tree::{Diagram, StageTrees, VALUES_MAX},
    verdict::{Outcome, Verdict},
};
use serde_json::json;
use synthetic::{Synthetic, doubling, texts};

fn take(texts: Vec<PackText>) -> Pack {
    let told = |faults: Vec<claimgate::fault::PackFault>| {
        faults.iter().take(5).map(|fault| format!("{} {}", fault.code, fault.message)).collect::<Vec<_>>().join("\n")
    };
    load(texts, &BTreeMap::new()).map_err(told).expect("the pack loads")
}

#[test]
fn worked_cases_of_a_synthetic_pack_hold() {
    for rules in [10, 60] {
        for is_revised in [false, true] {
            let pack = take(texts(Synthetic { rules, seed: 1, is_revised }));
            assert_eq!(pack.rules().count(), rules);
            let findings = check(&pack, "2026-11-22".parse().unwrap());
            assert!(findings.is_empty(), "{} {}", findings[0].fault.code, findings[0].fault.message);
            let cases: Vec<Case> = pack.cases.iter().map(|case| Case::read(&case.text).unwrap()).collect();
            assert_eq!(cases.len(), 5);
            let desk = Desk::new(vec![pack]);
            for case in cases {
                case.check(&desk).map_err(|differences| format!("{}: {differences}", case.says)).unwrap();
            }
        }
    }
}

/// Value sets of procedures, a rule for each: by age, and with every verdict.
const SETS: usize = 300;

/// The verdict of a rule and the age from which it speaks.
fn rule(set: usize, is_revised: bool) -> (&'static str, usize) {
    match (set, is_revised) {
        (7, true) => ("deny", 40),
        (250, true) => ("deny", 65),
        _ => (["deny", "flag", "allow"][set % 3], [18, 65][set % 2]),
    }
}

fn wide(is_revised: bool) -> Pack {
    let text = |path: &str, text: String| PackText { path: path.to_owned(), text: Arc::from(text) };
    let manifest = r#"name = "wide"
version = "1"
title = "wide"
[period]
from = "2025-01-01"
[source]
citation = "none"
doi = "none"
developer = "none"
funding = "none"
released = "2025-01-01"
revised = "2025-01-01"
last_verified_on = "2025-01-01"
uses = ["birth_date"]
"#;
    let (mut sets, mut reasons) = (String::from("axis = \"procedure\"\n"), String::new());
    let mut texts =
        vec![text("pack.toml", manifest.to_owned()), text("SOURCE.md", "# Wide\n\n### All of it {#all}\n".to_owned())];
    for set in 0..SETS {
        let (verdict, age) = rule(set, is_revised);
        let _ = write!(sets, "[set_{set}]\ntitle = \"set\"\ncites = \"all\"\n");
        let _ = writeln!(sets, "codes = [{{ system = \"cpt\", code = [\"{}\"] }}]", procedure(set));
        let _ = write!(reasons, "[reason-{set}]\nprovider = \"It.\"\npatient = \"It.\"\ncites = \"all\"\n");
        let script = format!(
            "//! A rule.\n//! cites: all\n\nif line.procedure in set_{set} && patient.age_years >= {age} {{ return {verdict}(\"reason-{set}\"); }}\npass()\n"
        );
        texts.push(text(&format!("1-all/rule-{set}.rhai"), script));
    }
    texts.extend([text("values/procedure.toml", sets), text("reasons.toml", reasons)]);
    take(texts)
}

fn procedure(set: usize) -> String {
    (30_000 + set).to_string()
}

/// A claim of a patient of an age; a set past the last is a procedure of no set, none is unknown.
fn claim(set: Option<usize>, age: usize) -> Request {
    json::request_of_value(&json!({
        "id": "1", "patient": {"birth_date": format!("{}-01-01", 2026 - age)},
        "lines": [{"number": 1, "procedure": set.map(procedure), "service_date": "2026-03-10"}],
    }))
    .unwrap()
}

/// What the one rule of a set's procedures must say, by the table they were written from.
fn told(set: usize, age: usize, is_revised: bool) -> (Verdict, String) {
    let nothing = (Verdict::Allow, "nothing-found".to_owned());
    if set == SETS {
        return nothing;
    }
    let (verdict, from) = rule(set, is_revised);
    let verdict = match verdict {
        "deny" => Verdict::Deny,
        "flag" => Verdict::Flag,
        _ => Verdict::Allow,
    };
    if age >= from { (verdict, format!("reason-{set}")) } else { nothing }
}

/// What all scripts say: the worst verdict and the reason of the rule that has it.
fn interpret(pack: &Pack, request: &Request) -> (Verdict, String) {
    let mut facts = LineFacts::new(pack, request, &request.lines[0]);
    let answers = facts.answers();
    let mut said = (Verdict::Allow, "nothing-found".to_owned());
    for (_, rule) in pack.rules() {
        let answers = answers.clone();
        let asked = move |question: QuestionId| Some(answers.get(question) == Answer::Yes);
        if let Outcome::Find(verdict, because) = pack.scripts.run(rule.script, asked).unwrap() {
            said = said.max((verdict, because.reason));
        }
    }
    said
}

#[test]
fn rules_that_tell_many_procedures_apart_say_what_their_scripts_say() {
    let desk = Desk::new(vec![wide(false)]);
    for age in [10, 30, 70] {
        let mut by_verdict: BTreeMap<Verdict, BTreeSet<String>> = BTreeMap::new();
        for set in 0..=SETS {
            let request = claim(Some(set), age);
            let line = desk.decide(&request).lines.remove(0);
            let said = (line.verdict, line.findings[0].reason.clone());
            assert_eq!(said, told(set, age, false), "set {set}, age {age}");
            if set % 50 == 0 {
                assert_eq!(said, interpret(&desk.packs()[0], &request), "set {set}, age {age}");
            }
            let name = if set == SETS { "any other".to_owned() } else { format!("set_{set}") };
            by_verdict.entry(said.0).or_default().insert(name);
        }
        let line = desk.decide(&claim(None, age)).lines.remove(0);
        if by_verdict.len() == 1 {
            assert_eq!((line.verdict, line.needs.len()), (*by_verdict.keys().next().unwrap(), 0));
            continue;
        }
        assert_eq!((line.verdict, line.needs.len()), (Verdict::Flag, 1));
        assert_eq!(line.needs[0].fact, "line.procedure");
        let told = line.needs[0].answers.iter().map(|(words, then)| {
            let names = words.strip_prefix("in ").unwrap().split(", ").map(str::to_owned);
            (then.expect("nothing else matters"), names.collect())
        });
        assert_eq!(told.collect::<BTreeMap<_, BTreeSet<_>>>(), by_verdict, "age {age}");
    }
}

#[test]
fn packs_that_tell_many_procedures_apart_are_compared_exactly() {
    let (old, new) = (wide(false), wide(true));
    let mut expected = BTreeSet::new();
    for (set, age) in (0..=SETS).flat_map(|set| [10, 30, 50, 70].map(|age| (set, age))) {
        let (from, to) = (told(set, age, false), told(set, age, true));
        if from != to {
            expected.insert((from, to));
        }
    }
    assert_eq!(expected.len(), 4);
    let difference = difference(&old, &new, &[]).unwrap();
    let mut found = BTreeSet::new();
    for change in difference.groups.iter().flat_map(|group| &group.changes) {
        let of = |said: &claimgate::proof::Conclusion| (said.verdict, said.reason.clone());
        let (from, to) = (of(&change.from), of(&change.to));
        let witness = change.witness.as_ref().expect("a request shows it");
        assert_eq!((interpret(&old, witness), interpret(&new, witness)), (from.clone(), to.clone()));
        found.insert((from, to));
    }
    assert_eq!(found, expected);
}

/// Claims around the edits of a synthetic pack: each group with and without an indication, young
/// and old, with an early, a late and no onset, few and many units, near and far sessions.
fn claims(pack: &Pack) -> Vec<Request> {
    let codes_of = |name: &str| -> Vec<String> {
        let set = pack.sets.find(name).and_then(|set| pack.sets.definition(set));
        set.into_iter().flat_map(|set| &set.entries).map(|entry| entry.written()).collect()
    };
    let mut claims = Vec::new();
    for group in (0..).map(|group| format!("group_{group:04}")).take_while(|group| pack.sets.find(group).is_some()) {
        let procedure = &codes_of(&group)[0];
        for number in 0..6 {
            let indication = codes_of(&format!("indication_{:04}", number % 3));
            for (diagnosis, onset, age) in [
                (Some(indication[0].as_str()), Some("2024-01-01"), 50),
                (Some(indication[indication.len() - 1].as_str()), Some("2026-03-01"), 50),
                (indication.get(1).map(String::as_str), None, 4),
                (Some("I10"), None, 70),
                (None, Some("2024-01-01"), 17),
            ] {
                let history: Vec<_> = (0..number)
                    .map(|month| json!({"service_date": format!("2025-{:02}-20", 11 - month), "procedures": [procedure]}))
                    .collect();
                let diagnoses: Vec<_> = diagnosis.iter().map(|code| json!({"code": code})).collect();
                let pointers: Vec<_> = (1..=diagnoses.len()).collect();
                let line = json!({"number": 1, "procedure": procedure, "service_date": "2026-03-10",
                    "units": number * 2, "place_of_service": "24", "diagnosis_pointers": pointers});
                let claim = json!({"id": "1", "patient": {"birth_date": format!("{}-01-01", 2026 - age)},
                    "coverage": {"line_of_business": "commercial"}, "onset_date": onset,
                    "diagnoses": diagnoses, "history": history, "lines": [line]});
                claims.push(json::request_of_value(&claim).unwrap());
            }
        }
    }
    claims
}

#[test]
fn no_change_between_versions_of_a_synthetic_pack_is_left_out() {
    let [old, new] = [false, true].map(|is_revised| take(texts(Synthetic { rules: 60, seed: 1, is_revised })));
    let difference = difference(&old, &new, &[]).unwrap();
    let changes = difference.groups.iter().flat_map(|group| &group.changes);
    let told: BTreeSet<_> = changes.map(|change| (change.from.clone(), change.to.clone())).collect();
    let claims = claims(&new);
    let (old, new) = (Desk::new(vec![old]), Desk::new(vec![new]));
    let concludes = |desk: &Desk, claim: &Request| {
        let line = desk.decide(claim).lines.remove(0);
        // What hangs on unknown facts is concluded of none of their values.
        let finding = &line.findings[0];
        line.needs.is_empty().then(|| Conclusion { verdict: line.verdict, reason: finding.reason.clone() })
    };
    let mut met = BTreeSet::new();
    for claim in &claims {
        let (Some(from), Some(to)) = (concludes(&old, claim), concludes(&new, claim)) else { continue };
        if from != to {
            assert!(told.contains(&(from.clone(), to.clone())), "{from:?} to {to:?}: {claim:#?}");
            met.insert((from, to));
        }
    }
    println!("{} of {} changes met by {} claims", met.len(), told.len(), claims.len());
    assert!(met.len() >= 3, "{met:?}");
}

/// The code and the message of the only fault of a pack.
fn refused(texts: Vec<PackText>) -> (String, String) {
    let faults = load(texts, &BTreeMap::new()).err().expect("the pack is refused");
    assert_eq!(faults.len(), 1);
    (faults[0].code.to_string(), faults[0].message.clone())
}

/// Rules that compare the charge with `count` amounts, twenty a rule.
fn thresholds(count: i64) -> Vec<PackText> {
    let mut texts = doubling(1);
    texts.retain(|text| !text.path.ends_with(".rhai"));
    for (rule, from) in (0..).zip((0..count).step_by(20)) {
        let asks: String = (from..count.min(from + 20))
            .map(|cents| format!("if line.charge_cents == {cents} {{ return deny(\"pair-0\"); }}\n"))
            .collect();
        let script = format!("//! Charges.\n//! cites: general\n\n{asks}pass()\n");
        texts.push(PackText { path: format!("1-charge/rule-{rule}.rhai"), text: Arc::from(script) });
    }
    let manifest = texts.iter_mut().find(|text| text.path == "pack.toml").unwrap();
    manifest.text = Arc::from(manifest.text.replace("\"health_status\"", ""));
    texts
}

#[test]
fn a_pack_that_outgrows_its_limits_is_refused_in_words() {
    let pack = take(thresholds(500));
    assert_eq!(pack.variables.get(0).unwrap().arity(), 502);
    let (code, message) = refused(thresholds(i64::try_from(VALUES_MAX).unwrap()));
    assert_eq!(code, "pack::too_many_values");
    assert_eq!(message, "the rules tell more than 4096 values of `line.charge_cents` apart");
}

#[test]
fn a_diagram_that_outgrows_its_limit_is_given_up() {
    let pack = take(doubling(8));
    assert!(pack.diagram.len() > 1 << 8, "it doubles: {}", pack.diagram.len());
    let stages: Vec<StageTrees> = pack
        .stages
        .iter()
        .map(|stage| StageTrees { roots: stage.rules.iter().map(|rule| rule.root).collect(), is_limit: stage.is_limit })
        .collect();
    let build = |nodes_max| Diagram::build(&pack.forest, &stages, &pack.book, &pack.variables, nodes_max);
    assert_eq!(build(300).err(), Some(300));
    assert_eq!(build(100_000).unwrap().len(), pack.diagram.len());
}
