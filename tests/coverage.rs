//! Coverage against the scripts themselves, on a small pack whose questions each stand at one place.
//!
//! The slow way: run every script on every line by hand, stage by stage, and write down what it asks
//! and what it says. What coverage counts must be that.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "oracle/chance.rs"]
mod chance;
#[path = "oracle/random.rs"]
mod random;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
};

use claimgate::{
    case::{self, Case, Draft, Shelves, Tried},
    desk::LineFacts,
    exchange::json,
    fact::{Answer, QuestionId},
    fault::PackText,
    pack::{
        Pack,
        shelf::{self, Settings},
    },
    proof::coverage::{Condition, Coverage, GapKind, RuleCoverage, Setting, Sought, Tally, coverage},
    request::Request,
    verdict::{Outcome, Verdict},
};
use serde_json::json;

const SMALL: &str = "tests/packs/small";

fn pack(settings: &[(&str, &str)]) -> Pack {
    let settings: Settings = settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    shelf::take(Path::new(SMALL), &settings).map_err(|error| error.to_string()).unwrap()
}

/// Requests that differ in everything the small pack asks; some facts are unknown.
fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for birth in [json!("2015-05-01"), json!("1973-05-01"), json!(null)] {
        for diagnoses in
            [json!([{"code": "M54.16"}]), json!([{"code": "M54.50"}]), json!([{"code": "M54.16"}, {"code": "C61"}])]
        {
            for approval in [json!(null), json!({"number": "A", "approved_on": "2026-03-01"}), json!({"number": "A"})] {
                for (business, purpose) in [
                    ("medicare", json!("diagnostic")),
                    ("medicare", json!(null)),
                    ("other", json!("therapeutic")),
                    ("other", json!(null)),
                ] {
                    let value = json!({"id": "1", "patient": {"birth_date": birth},
                        "coverage": {"line_of_business": business, "prior_authorization": approval},
                        "diagnoses": diagnoses,
                        "lines": [{"procedure": "62323", "diagnosis_pointers": [1], "service_date": "2026-03-10",
                                   "purpose": purpose, "concept": if business == "other" { "other" } else { "drg-radiofrequency" }}]});
                    requests.push(json::request_of_value(&value).unwrap());
                }
            }
        }
    }
    requests
}

/// What a script asked and was answered, in order; and what it said, where it learnt every answer.
fn run(pack: &Pack, script: usize, facts: &mut LineFacts<'_>) -> (Vec<(QuestionId, bool)>, Option<Outcome>) {
    let answers: Vec<Answer> =
        (0u16..).take(pack.book.questions().len()).map(|id| facts.answer(QuestionId(id))).collect();
    let asked = Arc::new(Mutex::new((Vec::new(), false)));
    let log = asked.clone();
    let answer = move |question: QuestionId| {
        let answer = answers[usize::from(question.0)];
        let mut log = log.lock().unwrap();
        log.1 |= answer == Answer::Unknown;
        log.0.push((question, answer == Answer::Yes));
        Some(answer == Answer::Yes)
    };
    let said = pack.scripts.run(script, answer).map_err(|fault| fault.message).unwrap();
    let (asked, is_open) = asked.lock().unwrap().clone();
    (asked, (!is_open).then_some(said))
}

/// What a rule was asked, what it said, and on which ways.
#[derive(Clone, Default)]
struct ByHand {
    asked: BTreeSet<(QuestionId, bool)>,
    said: BTreeSet<String>,
    ways: BTreeSet<Vec<bool>>,
}

/// What each rule is asked and says on a line, as a desk would go on: stage by stage.
fn by_hand(pack: &Pack, requests: &[Request]) -> BTreeMap<String, ByHand> {
    let mut found: BTreeMap<String, ByHand> = BTreeMap::new();
    for request in requests {
        let mut facts = LineFacts::new(pack, request, &request.lines[0]);
        let mut verdict = Verdict::Allow;
        let mut is_over = false;
        for stage in &pack.stages {
            if if stage.is_limit { verdict == Verdict::Allow } else { is_over } {
                continue;
            }
            for rule in &stage.rules {
                let (asked, said) = run(pack, rule.script, &mut facts);
                let Some(said) = said else {
                    is_over = true;
                    continue;
                };
                if let Outcome::Find(found, _) = &said {
                    (is_over, verdict) = (true, verdict.max(*found));
                }
                let entry = found.entry(rule.name.clone()).or_default();
                entry.ways.insert(asked.iter().map(|(_, answer)| *answer).collect());
                entry.asked.extend(asked);
                entry.said.insert(format!("{said:?}"));
            }
        }
    }
    found
}

fn rule<'a>(coverage: &'a Coverage, name: &str, setting: usize) -> &'a RuleCoverage {
    coverage.rules.iter().find(|rule| rule.rule == name && rule.setting == setting).unwrap()
}

fn check(pack: &Pack, requests: &[Request]) {
    let covered = coverage(&[Setting { pack, requests }]);
    let expected = by_hand(pack, requests);
    for (_, own) in pack.rules() {
        let covered = rule(&covered, &own.name, 0);
        let ByHand { asked, said, ways } = expected.get(&own.name).cloned().unwrap_or_default();
        let counts = (asked.len() as u64, said.len() as u64, ways.len() as u64);
        assert_eq!((covered.branches.walked, covered.outcomes.walked, covered.paths.walked), counts, "{}", own.name);
        // Whatever was not asked is a gap, and is told by its question.
        let gaps: BTreeSet<(String, bool)> = covered
            .gaps
            .iter()
            .filter_map(|gap| gap.conditions.get(gap.branch?).map(|one| (one.question.clone(), one.answer)))
            .collect();
        let walked: BTreeSet<(String, bool)> = asked
            .iter()
            .map(|(question, answer)| {
                let question = pack.book.get(*question).unwrap();
                (format!("{} {}", pack.book.fact_words(question.fact, &pack.sets), question.words), *answer)
            })
            .collect();
        assert!(gaps.is_disjoint(&walked), "{}", own.name);
        assert_eq!(gaps.len() as u64 + covered.branches.walked, covered.branches.all, "{}", own.name);
    }
}

#[test]
fn what_is_walked_is_what_the_scripts_ask_by_hand() {
    for pack in [pack(&[]), pack(&[("strict", "true")])] {
        let all = requests();
        check(&pack, &all);
        check(&pack, &[]);
        for request in &all {
            check(&pack, std::slice::from_ref(request));
        }
        for some in all.chunks(5) {
            check(&pack, some);
        }
    }
}

#[test]
fn every_gap_has_a_witness_that_fills_it_or_a_proof() {
    for pack in [pack(&[]), pack(&[("strict", "true")])] {
        let empty = coverage(&[Setting { pack: &pack, requests: &[] }]);
        assert_eq!(format!("{empty:?}"), format!("{:?}", coverage(&[Setting { pack: &pack, requests: &[] }])));
        let mut witnesses = Vec::new();
        for gap in empty.rules.iter().flat_map(|rule| &rule.gaps) {
            match &gap.sought {
                Sought::Found(request) => witnesses.push(request.as_ref().clone()),
                Sought::Impossible(why) => assert_eq!(why, "`under-18` of an earlier stage always speaks first"),
                Sought::NotFound => panic!("{gap:?}"),
            }
        }
        let filled = coverage(&[Setting { pack: &pack, requests: &witnesses }]);
        let all: [fn(&RuleCoverage) -> Tally; 3] = [|rule| rule.branches, |rule| rule.outcomes, |rule| rule.paths];
        for of in all {
            assert_eq!(filled.whole(of).permille(), 1_000);
            // A minor never comes to the last stage.
            assert_eq!(filled.whole(of).impossible, 1);
        }
    }
}

#[test]
fn every_branch_of_the_spine_pack_has_a_witness_or_a_proof() {
    let folder = Path::new("rules/bmj-2025-chronic-spine-pain");
    let pack = shelf::take(folder, &BTreeMap::new()).map_err(|error| error.to_string()).unwrap();
    let empty = coverage(&[Setting { pack: &pack, requests: &[] }]);
    let mut witnesses = Vec::new();
    for (rule, gap) in empty.rules.iter().flat_map(|rule| rule.gaps.iter().map(move |gap| (rule, gap))) {
        match &gap.sought {
            Sought::Found(request) => witnesses.push(request.as_ref().clone()),
            Sought::Impossible(_) => {}
            Sought::NotFound => panic!("{}: {:?}", rule.rule, gap.conditions),
        }
    }
    // The desk says the same of them as the search: together they walk whatever can be walked. And
    // none of many other requests walks what is called impossible.
    let mut chance = random::Random::new(31);
    witnesses.extend((0..2_000).map(|trial| random::request(&mut chance, &pack, trial % 2 == 0)));
    let filled = coverage(&[Setting { pack: &pack, requests: &witnesses }]);
    let all: [fn(&RuleCoverage) -> Tally; 3] = [|rule| rule.branches, |rule| rule.outcomes, |rule| rule.paths];
    for of in all {
        assert_eq!(filled.whole(of).permille(), 1_000);
        assert_eq!(filled.whole(of).impossible, empty.whole(of).impossible);
    }
}

#[test]
fn a_setting_is_measured_by_what_it_has_for_itself() {
    let (plain, strict) = (pack(&[]), pack(&[("strict", "true")]));
    let all = requests();
    let covered = coverage(&[Setting { pack: &plain, requests: &[] }, Setting { pack: &strict, requests: &all }]);
    // Rules that the setting leaves as they are, are walked under either.
    let alone = coverage(&[Setting { pack: &plain, requests: &all }]);
    assert_eq!(rule(&covered, "radicular", 0).branches, rule(&alone, "radicular", 0).branches);
    assert!(!covered.rules.iter().any(|rule| rule.rule == "radicular" && rule.setting == 1));
    // `cancer` asks two questions more; where it finds cancer it is the same.
    let own = rule(&covered, "cancer", 1);
    assert_eq!((own.branches.all, own.branches.walked), (5, 5), "no cancer leads elsewhere, and two questions follow");
    assert_eq!((own.outcomes.all, own.outcomes.walked), (2, 2));
    let base = rule(&covered, "cancer", 0);
    assert_eq!((base.branches.all, base.branches.walked), (2, 1));
    assert_eq!((base.outcomes.all, base.outcomes.walked), (2, 1));
    assert!(base.gaps.iter().all(|gap| gap.conditions.iter().all(|one| !one.answer)), "{:?}", base.gaps);
}

#[test]
fn drafts_load_and_are_reported_as_unconfirmed() {
    let pack = pack(&[]);
    let covered = coverage(&[Setting { pack: &pack, requests: &[] }]);
    let mut shelves = Shelves::new(Path::new("tests/packs"));
    let mut drafts = 0;
    for gap in covered.rules.iter().flat_map(|rule| &rule.gaps).filter(|gap| gap.kind == GapKind::Branch) {
        let Sought::Found(request) = &gap.sought else { continue };
        let remarks = ["a remark".to_owned()];
        let draft = Draft { says: "says", parameters: &Settings::new(), request, remarks: &remarks };
        let text = case::draft(&draft);
        assert_eq!(Case::read(&text).unwrap().request().as_ref(), Ok(request.as_ref()), "{text}");
        let text = PackText { path: "cases/draft.toml".into(), text: text.into() };
        assert!(matches!(shelves.try_case(Path::new(SMALL), &text), Tried::Draft));
        assert!(shelves.run("small", &text).unwrap_err().contains("a draft"));
        drafts += 1;
    }
    assert!(drafts > 5);
}

#[test]
fn a_case_that_is_written_is_read_the_same() {
    let folder = Path::new("rules/bmj-2025-chronic-spine-pain");
    let pack = shelf::take(folder, &BTreeMap::new()).map_err(|error| error.to_string()).unwrap();
    for text in &pack.cases {
        let case = Case::read(&text.text).unwrap();
        let (settings, request) = (case.settings(), case.request().unwrap());
        let written = case::write(
            &Draft { says: &case.says, parameters: &settings, request: &request, remarks: &[] },
            &case.expect,
        );
        let again = Case::read(&written).unwrap_or_else(|fault| panic!("{}: {fault}\n{written}", text.path));
        assert_eq!((&again.says, again.settings(), &again.expect), (&case.says, settings, &case.expect));
        assert_eq!(again.request().as_ref(), Ok(&request), "{}", text.path);
    }
}

/// What the cases of every pack leave out: nothing, but what is proved to be walked by no line. The
/// settings are the defaults and all that cases name.
#[test]
fn the_worked_cases_walk_all_that_a_line_can_walk() {
    let mut missing = Vec::new();
    for folder in shelf::folders(Path::new("rules")).map_err(|error| error.to_string()).unwrap() {
        let texts = shelf::take(&folder, &BTreeMap::new()).map_err(|error| error.to_string()).unwrap().cases;
        let mut shelves = Shelves::new(Path::new("rules"));
        let mut requests: BTreeMap<Settings, Vec<Request>> = BTreeMap::from([(Settings::new(), Vec::new())]);
        for text in &texts {
            let Tried::Passes { request, settings, .. } = shelves.try_case(&folder, text) else {
                panic!("{} does not pass", text.path)
            };
            requests.entry(settings).or_default().push(*request);
        }
        let pack = |names| shelves.get(&folder, names).unwrap().packs().first().unwrap();
        let settings: Vec<Setting<'_>> =
            requests.iter().map(|(names, requests)| Setting { pack: pack(names), requests }).collect();
        for rule in coverage(&settings).rules {
            let gaps = rule.gaps.iter().filter(|gap| gap.kind != GapKind::Path);
            for gap in gaps.filter(|gap| !matches!(gap.sought, Sought::Impossible(_))) {
                let says = |condition: &Condition| {
                    format!("{}: {}", condition.question, if condition.answer { "yes" } else { "no" })
                };
                let way: Vec<String> = gap.conditions.iter().map(says).collect();
                missing.push(format!("{}, no case walks a {:?}: {}", rule.rule, gap.kind, way.join(", ")));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "{}\nrun `cargo run --release -- rules test --coverage --write` and confirm the drafts",
        missing.join("\n")
    );
}
