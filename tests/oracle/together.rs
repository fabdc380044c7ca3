//! Two packs at one desk, against trying everything: verdict, needs, and what would change it.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::{
    code::{Code, System},
    desk::{Desk, LineFacts},
    fact::{Answer, Argument, DICTIONARY, Drawn, FactId, FactKind, Shape, Shown, Test, Unit, Value},
    pack::Pack,
    request::{Request, Source},
    verdict::{LineDecision, Verdict},
};

use crate::{
    brute::{answers, by_trees, drawn},
    change::rows,
    count,
    random::{Random, request},
    small,
};

/// Completions of a line that are tried at most; fewer for each of its many changes.
const COMPLETIONS_MAX: usize = 300;
const CHANGED_MAX: usize = 16;

/// A fact of both packs, and where each asks it.
pub struct Joint {
    kind: &'static FactKind,
    pub name: String,
    at: [Option<FactId>; 2],
}

/// A fact as both packs draw it; the second has it only where it asks it.
pub type Pair<'a> = [Option<Drawn<'a>>; 2];

/// Facts are one where their kind is, and the codes of their value sets, whatever the sets' names.
pub fn joint(packs: &[Pack]) -> Vec<Joint> {
    let mut all: Vec<(String, Joint)> = Vec::new();
    let backs = |pack: &Pack| pack.sets.definitions().iter().find(|set| set.name == "back").unwrap().entries.clone();
    let is_other = backs(&packs[0]) != backs(&packs[1]);
    for (place, pack) in packs.iter().enumerate() {
        for (id, fact) in (0u16..).map(FactId).zip(pack.book.facts()) {
            let entries = |argument: &Argument| match argument {
                Argument::Set(set) => format!("{:?}", pack.sets.definition(*set).unwrap().entries),
                Argument::Months(months) => months.to_string(),
            };
            let key = format!("{} {:?}", fact.kind.name, fact.arguments.iter().map(entries).collect::<Vec<_>>());
            let known = all.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
                let mut name = pack.book.fact_words(id, &pack.sets);
                if place > 0 && is_other {
                    // The leg is the same in both, and the back is not.
                    name = name.replace("(back)", "(back (2))");
                }
                all.push((key, Joint { kind: fact.kind, name, at: [None; 2] }));
                all.len() - 1
            });
            all[known].1.at[place] = Some(id);
        }
    }
    let mut all: Vec<Joint> = all.into_iter().map(|(_, joint)| joint).collect();
    let alone: Vec<bool> =
        all.iter().map(|one| all.iter().filter(|other| other.kind == one.kind).count() == 1).collect();
    for (one, alone) in all.iter_mut().zip(alone) {
        if alone {
            one.name = one.kind.name.to_owned();
        }
    }
    all
}

/// A code of every kind that any of the sets tells apart.
fn candidates(kind: &str) -> Vec<Code> {
    let (system, texts): (System, &[&str]) = match kind {
        "line.procedure" => (System::Cpt, &["62323", "64493", "64483", "99213"]),
        "line.modifiers" => (System::Modifier, &["50", "LT"]),
        _ => (System::Icd10Cm, &["M54.50", "M47.816", "M48.061", "M51.16", "I10"]),
    };
    texts.iter().map(|text| Code::parse(system, text).unwrap()).collect()
}

/// Every way a fact may turn out for both packs at once.
fn completions<'a>(packs: &[Pack], joint: &Joint, now: &Pair<'a>) -> Vec<Pair<'a>> {
    let asked = |place: usize| {
        let questions = joint.at[place].map(|id| packs[place].book.questions().iter().filter(move |q| q.fact == id));
        questions.into_iter().flatten()
    };
    let is_open = (0..2).any(|place| {
        now[place].as_ref().is_some_and(|drawn| asked(place).any(|q| drawn.answer(&q.test) == Answer::Unknown))
    });
    if !is_open {
        return vec![now.clone()];
    }
    let first = now.iter().flatten().next().unwrap();
    let known = match first.known {
        Answer::Unknown => vec![Answer::Yes, Answer::No],
        known => vec![known],
    };
    let thresholds = (0..2).flat_map(asked).filter_map(|q| match q.test {
        Test::AtLeast(least) => Some(least),
        Test::Known | Test::In(_) | Test::Is(_) => None,
    });
    let values: Vec<Pair<'a>> = values(packs, joint, now, thresholds.collect());
    let with = |pair: &Pair<'a>, known: Answer| pair.clone().map(|drawn| drawn.map(|drawn| Drawn { known, ..drawn }));
    values.iter().flat_map(|pair| known.iter().map(move |known| with(pair, *known))).collect()
}

fn values<'a>(packs: &[Pack], joint: &Joint, now: &Pair<'a>, thresholds: BTreeSet<i64>) -> Vec<Pair<'a>> {
    static HERE: Source = Source::Absent;
    let both = |value: &dyn Fn(usize, &Drawn<'a>) -> Value<'a>| {
        let one = |place: usize| now[place].as_ref().map(|drawn| Drawn { value: value(place, drawn), ..drawn.clone() });
        [one(0), one(1)]
    };
    let shown = |place: usize, code: &Code| Shown {
        class: packs[place].sets.class_of(code, None),
        code: Some(*code),
        source: &HERE,
    };
    match &now.iter().flatten().next().unwrap().value {
        Value::Choice(possible) => {
            let bits = (0..8).filter(|place| possible >> place & 1 == 1);
            bits.map(|bit| both(&|_, _| Value::Choice(1 << bit))).collect()
        }
        Value::Span(low, high) => {
            let mut points: BTreeSet<i64> = BTreeSet::from([*low, *high]);
            points.extend(thresholds.iter().flat_map(|least| [least - 1, *least]));
            let points = points.into_iter().filter(|point| low <= point && point <= high);
            points.map(|point| both(&|_, _| Value::Span(point, point))).collect()
        }
        Value::Code(None) => candidates(joint.kind.name)
            .iter()
            .map(|code| both(&|place, _| Value::Code(Some(shown(place, code)))))
            .collect(),
        Value::Code(known) => vec![both(&|_, _| Value::Code(*known))],
        Value::Codes { maybe, open, .. } => {
            let more = if *open { candidates(joint.kind.name) } else { Vec::new() };
            let count = maybe.len() + more.len();
            let subset = |bits: usize| {
                both(&|place, drawn| {
                    let Value::Codes { shown: sure, maybe, .. } = &drawn.value else { unreachable!() };
                    let all = maybe.iter().copied().chain(more.iter().map(|code| shown(place, code)));
                    let chosen = all.enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, shown)| shown);
                    Value::Codes { shown: sure.iter().copied().chain(chosen).collect(), maybe: Vec::new(), open: false }
                })
            };
            (0..1usize << count).map(subset).collect()
        }
    }
}

/// What all completions of a line come to.
pub struct All {
    /// The verdict of each completion.
    pub table: BTreeMap<Vec<usize>, Verdict>,
    pub verdicts: BTreeSet<Verdict>,
    pub hangs_on: BTreeSet<usize>,
}

/// Every fact as both packs draw it for a line.
pub fn drawn_by_both<'a>(packs: &'a [Pack], facts: &[Joint], request: &'a Request, place: usize) -> Vec<Pair<'a>> {
    let own: Vec<Vec<Drawn<'_>>> =
        packs.iter().map(|pack| drawn(pack, &mut LineFacts::new(pack, request, &request.lines[place]))).collect();
    let at = |fact: &Joint, pack: usize| fact.at[pack].map(|id| own[pack][usize::from(id.0)].clone());
    facts.iter().map(|fact| [at(fact, 0), at(fact, 1)]).collect()
}

fn everything(packs: &[Pack], facts: &[Joint], now: &[Pair<'_>], most: usize) -> Option<All> {
    everything_where(packs, facts, now, most, &|_, verdict| verdict)
}

/// The same where `says` makes another verdict of that of a pack.
pub fn everything_where(
    packs: &[Pack],
    facts: &[Joint],
    now: &[Pair<'_>],
    most: usize,
    says: &dyn Fn(usize, Verdict) -> Verdict,
) -> Option<All> {
    let each: Vec<Vec<Pair<'_>>> = facts.iter().zip(now).map(|(fact, now)| completions(packs, fact, now)).collect();
    let total = each.iter().try_fold(1usize, |total, all| total.checked_mul(all.len()))?;
    if total == 0 || total > most {
        return None;
    }
    let open: Vec<usize> = (0..each.len()).filter(|place| each[*place].len() > 1).collect();
    let mut table: BTreeMap<Vec<usize>, Verdict> = BTreeMap::new();
    for number in 0..total {
        let (mut rest, mut choice) = (number, vec![0; each.len()]);
        for place in &open {
            (choice[*place], rest) = (rest % each[*place].len(), rest / each[*place].len());
        }
        let verdict = (0..packs.len()).map(|pack| {
            let mut drawn: Vec<Option<Drawn<'_>>> = vec![None; packs[pack].book.facts().len()];
            for (place, fact) in facts.iter().enumerate() {
                if let Some(id) = fact.at[pack] {
                    drawn[usize::from(id.0)].clone_from(&each[place][choice[place]][pack]);
                }
            }
            let drawn: Vec<Drawn<'_>> = drawn.into_iter().map(Option::unwrap).collect();
            says(pack, by_trees(&packs[pack], answers(&packs[pack], &drawn)))
        });
        let verdict = verdict.max().unwrap();
        table.insert(choice, verdict);
    }
    let differs = |place: &usize| {
        table.iter().any(|(choice, verdict)| {
            (0..each[*place].len()).any(|other| {
                let mut neighbour = choice.clone();
                neighbour[*place] = other;
                table[&neighbour] != *verdict
            })
        })
    };
    let hangs_on = open.iter().copied().filter(differs).collect();
    Some(All { verdicts: table.values().copied().collect(), hangs_on, table })
}

/// Everything that could be documented of a fact.
fn documented<'a>(packs: &[Pack], joint: &Joint, now: &Pair<'a>) -> Vec<(String, Pair<'a>)> {
    let with = |value: Value<'a>, known: Answer| {
        now.clone().map(|drawn| drawn.map(|drawn| Drawn { value: value.clone(), known, ..drawn }))
    };
    let names: &[&str] = match joint.kind.shape {
        Shape::Choice(names) => names,
        Shape::YesNo => &["no", "yes"],
        Shape::Quantity(Unit::Months) => {
            let mut points: BTreeSet<i64> = BTreeSet::from([0]);
            for (pack, id) in packs.iter().zip(joint.at) {
                for question in pack.book.questions().iter().filter(|question| Some(question.fact) == id) {
                    if let Test::AtLeast(least) = question.test {
                        points.extend([least - 1, least].into_iter().filter(|point| *point >= 0));
                    }
                }
            }
            return points.into_iter().map(|at| (at.to_string(), with(Value::Span(at, at), Answer::Yes))).collect();
        }
        shape => panic!("no documentable fact has the shape {shape:?}"),
    };
    let place = |place: usize| {
        let known = Answer::of(names[place] != joint.kind.absence);
        (names[place].to_owned(), with(Value::Choice(1 << place), known))
    };
    (0..names.len()).map(place).collect()
}

#[derive(Debug, Default)]
struct Held {
    lines: usize,
    shared: usize,
    needs: usize,
    /// Needs of a pack alone that are none together.
    spared: usize,
    singles: usize,
    pairs: usize,
    /// Changes that a pack alone would have told otherwise.
    retold: usize,
}

fn check(packs: &[Pack], facts: &[Joint], request: &Request, place: usize, line: &LineDecision, held: &mut Held) {
    let now = drawn_by_both(packs, facts, request, place);
    let Some(all) = everything(packs, facts, &now, COMPLETIONS_MAX) else { return };
    held.lines += 1;
    let expected = if all.verdicts.len() == 1 { *all.verdicts.first().unwrap() } else { Verdict::Flag };
    assert_eq!(line.verdict, expected, "{line:#?} in {request:#?}");
    let told = line.findings.first().map(|finding| finding.verdict);
    assert_eq!(told, Some(line.verdict), "the first finding says the verdict: {line:#?} in {request:#?}");
    let named = |place: &usize| {
        let root = now[*place].iter().flatten().find_map(|drawn| drawn.root);
        root.map_or_else(|| facts[*place].name.clone(), str::to_owned)
    };
    let expected: BTreeSet<String> =
        if all.verdicts.len() > 1 { all.hangs_on.iter().map(named).collect() } else { BTreeSet::new() };
    let needs: BTreeSet<String> = line.needs.iter().map(|need| need.fact.clone()).collect();
    assert_eq!(needs, expected, "{line:#?} in {request:#?}");
    assert_eq!(line.needs.len(), needs.len(), "each once");
    held.needs += needs.len();
    if line.verdict == Verdict::Allow || all.verdicts.len() > 1 {
        assert!(line.would_change.is_empty(), "{line:#?}");
        return;
    }
    let verdict = |changes: &[(usize, &Pair<'_>)]| {
        let mut changed = now.clone();
        for (place, pair) in changes {
            changed[*place] = (*pair).clone();
        }
        let verdicts = everything(packs, facts, &changed, CHANGED_MAX)?.verdicts;
        Some(if verdicts.len() == 1 { verdicts.into_iter().next().filter(|then| *then != line.verdict) } else { None })
    };
    // Nothing is told of facts that the packs ask by other codes of one purpose.
    let is_twin = |name: &str| {
        let kind = facts.iter().find(|fact| fact.name == name).unwrap().kind.name;
        let of_kind = || facts.iter().filter(|fact| fact.kind.name == kind);
        (0..2).all(|pack| of_kind().filter(|fact| fact.at[pack].is_some()).count() < of_kind().count())
    };
    let told = |change: &[(&str, &str)], expected: Option<Verdict>| {
        let found: Vec<Verdict> = rows(&line.would_change, change).iter().map(|row| row.then).collect();
        let expected = expected.filter(|_| !change.iter().any(|(name, _)| is_twin(name)));
        let expected: Vec<Verdict> = expected.into_iter().collect();
        assert_eq!(found, expected, "{change:?} of {:?} in {request:#?}", line.would_change);
    };
    let dials: Vec<(usize, Vec<(String, Pair<'_>)>)> = (0..facts.len())
        .filter(|place| facts[*place].kind.documentable)
        .map(|place| (place, documented(packs, &facts[place], &now[place])))
        .collect();
    let mut by_one: BTreeSet<Verdict> = BTreeSet::new();
    for (place, all) in &dials {
        for (value, pair) in all {
            let Some(then) = verdict(&[(*place, pair)]) else { return };
            by_one.extend(then);
            told(&[(&facts[*place].name, value)], then);
        }
    }
    for (count, (one, all)) in dials.iter().enumerate() {
        for (two, others) in dials.iter().skip(count + 1) {
            for ((value, pair), (other, other_pair)) in
                all.iter().flat_map(|one| others.iter().map(move |two| (one, two)))
            {
                let Some(then) = verdict(&[(*one, pair), (*two, other_pair)]) else { return };
                let change = [(facts[*one].name.as_str(), value.as_str()), (facts[*two].name.as_str(), other.as_str())];
                told(&change, then.filter(|then| !by_one.contains(then)));
            }
        }
    }
    let pairs = line.would_change.iter().filter(|row| row.all.len() == 2).count();
    (held.singles, held.pairs) = (held.singles + line.would_change.len() - pairs, held.pairs + pairs);
}

#[test]
fn two_small_packs_together() {
    let (mut random, mut held) = (Random::new(47), Held::default());
    for trial in 0..count("CLAIMGATE_ORACLE_PACKS", 60) / 2 {
        let second = if trial % 2 == 0 { small::pack(&mut random) } else { small::other_pack(&mut random) };
        let desk = Desk::new(vec![small::pack(&mut random), second]);
        let facts = joint(desk.packs());
        assert!(facts.iter().all(|fact| DICTIONARY.contains(fact.kind)));
        for trial in 0..12 {
            let request = request(&mut random, &desk.packs()[0], trial % 5 != 0);
            let decision = desk.decide(&request);
            let judged = desk.judge(&request);
            for (place, (line, judged)) in decision.lines.iter().zip(&judged.lines).enumerate() {
                let reasons: Vec<&str> = line.findings.iter().map(|finding| finding.reason.as_str()).collect();
                let said: Vec<&str> = judged.findings.iter().map(|finding| finding.reason).collect();
                assert_eq!((line.verdict, reasons), (judged.verdict, said), "{request:#?}");
                if request.service_day(&request.lines[place]).is_none() {
                    continue;
                }
                check(desk.packs(), &facts, &request, place, line, &mut held);
                let alone: Vec<LineDecision> = desk
                    .packs()
                    .iter()
                    .map(|pack| claimgate::desk::decide_with(pack, &request)[place].clone())
                    .collect();
                let most = alone.iter().map(|one| one.verdict).max();
                held.shared += usize::from(most != Some(line.verdict));
                let needs =
                    |one: &LineDecision| one.needs.iter().any(|need| line.needs.iter().all(|n| n.fact != need.fact));
                held.spared += usize::from(alone.iter().any(needs));
                held.retold += usize::from(
                    alone.iter().flat_map(|one| &one.would_change).any(|change| !line.would_change.contains(change)),
                );
            }
        }
    }
    println!("{held:?}");
    assert!(held.needs > 100 && held.spared > 20 && held.singles > 100 && held.retold > 50, "{held:?}");
}
