//! Lines whose day may lie in a pack's period or not, against trying everything: what is needed, and that
//! every answer gives the verdict that is told of it.

use std::collections::BTreeSet;

use claimgate::{
    date::DateSpan,
    desk::{Desk, LineFacts},
    fact::{Answer, DICTIONARY, Shape},
    pack::Pack,
    questionnaire,
    request::{Given, Request, Source},
    verdict::{LineDecision, Need, Verdict},
};

use crate::{
    ask::set,
    brute::{by_trees, drawn, enumerate_drawn},
    count,
    random::{Random, request},
    small,
    together::{All, drawn_by_both, everything_where, joint},
};

/// The first day of the packs.
const FROM: &str = "2026-03-01";
/// Days in the period and out of it.
const WITHIN: [&str; 3] = ["2026-03-01", "2026-03-10", "2026-04-30"];
const OUTSIDE: [&str; 3] = ["2025-12-31", "2026-01-10", "2026-02-28"];
const LONG_AGO: [&str; 1] = ["2019-12-31"];
/// Completions of a line that are tried at most.
const COMPLETIONS_MAX: usize = 2_000;

/// What was held against trying everything.
#[derive(Debug, Default)]
struct Held {
    lines: usize,
    days: usize,
    answers: usize,
    /// Needs beside that of the day.
    others: usize,
}

fn given(day: &str) -> Given<DateSpan> {
    Given::value(DateSpan::parse(day).unwrap(), Source::field("random"))
}

/// A request whose lines are served on days that are known in part.
fn undated(random: &mut Random, pack: &Pack) -> Request {
    let mut request = request(random, pack, true);
    for line in &mut request.lines {
        line.service_date = match random.below(8) {
            0 => Given::Absent,
            1 => given("2026-03-10"),
            2 => given("2026-04"),
            _ => given("2026"),
        };
    }
    request
}

/// What all facts together come to where the day lies in the period, and where it does not.
struct Both {
    within: All,
    outside: All,
}

/// The needs by name, whatever is so of each.
fn names(needs: &[Need]) -> BTreeSet<String> {
    needs.iter().map(|need| need.fact.clone()).collect()
}

/// The answers of a fact as a questionnaire has them: the words of a need and what they stand for.
fn answers_to(need: &Need) -> Vec<(&str, questionnaire::Answer)> {
    let Some(kind) = DICTIONARY.iter().find(|kind| kind.name == need.kind()) else { return Vec::new() };
    let answer = |place: usize| match kind.shape {
        Shape::YesNo => questionnaire::Answer::YesNo(place == 1),
        _ => questionnaire::Answer::Choice(place),
    };
    let names: &[&str] = match kind.shape {
        Shape::Choice(names) => names,
        Shape::YesNo => &["no", "yes"],
        _ => return Vec::new(),
    };
    (0..names.len()).map(|place| (names[place], answer(place))).collect()
}

/// Days outside of the periods of all packs in which the line's day may lie.
fn outside(desk: &Desk, request: &Request, place: usize) -> &'static [&'static str] {
    let span = request.service_span(&request.lines[place]).get();
    let undated = desk.packs().iter().filter(|pack| pack.is_in_force(span) == Answer::Unknown);
    if undated.map(|pack| pack.manifest.period.from.to_string()).all(|from| from == FROM) {
        &OUTSIDE
    } else {
        &LONG_AGO
    }
}

/// Every answer that is told a verdict gives it, whatever else is so.
fn check_answers(desk: &Desk, request: &Request, place: usize, line: &LineDecision, held: &mut Held) {
    let decided = |request: &Request| desk.decide(request).lines[place].verdict;
    let span = request.service_span(&request.lines[place]).get();
    if desk.packs().iter().any(|pack| pack.is_in_force(span) == Answer::Unknown) {
        // Outside of a period its pack denies nothing, whatever is documented.
        assert!(line.would_change.iter().all(|change| change.then != Verdict::Deny), "{line:#?} in {request:#?}");
    }
    for need in &line.needs {
        if need.fact == "line.service_date" {
            for (when, then) in need.answers.iter().filter_map(|(when, then)| Some((when, (*then)?))) {
                let days = if when == "in the policy's period" { &WITHIN } else { outside(desk, request, place) };
                for day in days {
                    let mut request = request.clone();
                    request.lines[place].service_date = given(day);
                    assert_eq!(decided(&request), then, "{day} of {need:#?}: {request:#?}");
                    held.answers += 1;
                }
            }
            continue;
        }
        held.others += 1;
        for (word, answer) in answers_to(need) {
            let told = need.answers.iter().find(|(when, _)| when.split(" or ").any(|one| one == word));
            let Some(then) = told.and_then(|(_, then)| *then) else { continue };
            let mut request = request.clone();
            if set(&mut request, &format!("line-{}/{}", place + 1, need.kind()), &answer) {
                assert_eq!(decided(&request), then, "`{word}` of {need:#?}: {request:#?}");
                held.answers += 1;
            }
        }
    }
}

/// Whether a line's verdict comes of rules.
fn is_ruled(line: &LineDecision) -> bool {
    let engine = ["follows-parent", "parents-differ", "no-parent"];
    line.findings.iter().all(|finding| !engine.contains(&finding.reason.as_str()))
}

/// Holds a line's verdict and needs against what everything comes to; `perhaps` where the needs are
/// those of the day outside, for some pack denies whatever else is so.
fn check(
    line: &LineDecision,
    both: &Both,
    named: &dyn Fn(&All) -> BTreeSet<String>,
    is_perhaps: bool,
    held: &mut Held,
) {
    let denied = |all: &All| all.verdicts == BTreeSet::from([Verdict::Deny]);
    let is_apart = both
        .within
        .table
        .iter()
        .any(|(choice, verdict)| *verdict == Verdict::Deny && both.outside.table[choice] != Verdict::Deny);
    let settled = (both.within.verdicts.len() == 1 && !(denied(&both.within) && is_apart))
        .then(|| *both.within.verdicts.first().unwrap());
    assert_eq!(line.verdict, settled.unwrap_or(Verdict::Flag), "{line:#?}");
    let mut expected = BTreeSet::new();
    if settled.is_none() {
        expected = named(if is_perhaps { &both.outside } else { &both.within });
        if is_apart {
            expected.insert("line.service_date".to_owned());
        }
    }
    assert_eq!(names(&line.needs), expected, "{line:#?}");
    assert_eq!(line.needs.len(), expected.len(), "each once: {line:#?}");
    held.lines += 1;
    held.days += usize::from(is_apart && settled.is_none());
}

#[test]
fn what_a_line_needs_whose_day_may_lie_in_the_period() {
    let (mut random, mut held) = (Random::new(59), Held::default());
    for _ in 0..count("CLAIMGATE_ORACLE_PACKS", 60) {
        let desk = Desk::new(vec![small::pack_from(&mut random, FROM)]);
        let pack = &desk.packs()[0];
        for _ in 0..15 {
            let request = undated(&mut random, pack);
            for (place, line) in desk.decide(&request).lines.iter().enumerate().filter(|(_, line)| is_ruled(line)) {
                let view = &request.lines[place];
                let in_force = pack.is_in_force(request.service_span(view).get());
                if in_force == Answer::No {
                    assert_eq!((line.verdict, line.needs.len()), (Verdict::Allow, 0), "{request:#?}");
                    continue;
                }
                let is_dated = in_force == Answer::Yes;
                check_answers(&desk, &request, place, line, &mut held);
                let denies = |need: &Need| need.answers.iter().any(|(_, then)| *then == Some(Verdict::Deny));
                if !is_dated {
                    let mut others = line.needs.iter().filter(|need| need.fact != "line.service_date");
                    assert!(!others.any(denies), "outside the period nothing denies: {line:#?} in {request:#?}");
                }
                let now = drawn(pack, &mut LineFacts::new(pack, &request, view));
                let Some(brute) = enumerate_drawn(pack, &now, by_trees) else { continue };
                let may_deny = brute.verdicts.contains(&Verdict::Deny);
                let mut expected: BTreeSet<String> = BTreeSet::new();
                if brute.verdicts.len() > 1 {
                    let named = |id: &claimgate::fact::FactId| {
                        let fact = &now[usize::from(id.0)];
                        fact.root.map_or_else(|| crate::change::name(pack, *id), str::to_owned)
                    };
                    expected.extend(brute.hangs_on.iter().map(named));
                }
                if may_deny && !is_dated {
                    expected.insert("line.service_date".to_owned());
                    held.days += 1;
                }
                assert_eq!(names(&line.needs), expected, "of {:?}: {line:#?} in {request:#?}", brute.unknown);
                held.lines += 1;
            }
        }
    }
    println!("{held:?}");
    assert!(held.days > 100 && held.answers > 200 && held.others > 100, "{held:?}");
}

#[test]
fn what_a_line_needs_whose_day_may_lie_in_the_period_of_one_of_two_packs() {
    let (mut random, mut held) = (Random::new(61), Held::default());
    for trial in 0..count("CLAIMGATE_ORACLE_PACKS", 60) {
        let second = if trial % 2 == 0 { FROM } else { "2020-01-01" };
        let packs = vec![small::pack_from(&mut random, FROM), small::pack_from(&mut random, second)];
        let desk = Desk::new(packs);
        let facts = joint(desk.packs());
        for _ in 0..15 {
            let request = undated(&mut random, &desk.packs()[0]);
            let decision = desk.decide(&request);
            let judged = desk.judge(&request);
            for (place, line) in decision.lines.iter().enumerate().filter(|(_, line)| is_ruled(line)) {
                assert_eq!(line.verdict, judged.lines[place].verdict, "{request:#?}");
                check_answers(&desk, &request, place, line, &mut held);
                let span = request.service_span(&request.lines[place]).get();
                let in_force: Vec<Answer> = desk.packs().iter().map(|pack| pack.is_in_force(span)).collect();
                let now = drawn_by_both(desk.packs(), &facts, &request, place);
                let everything = |says: &dyn Fn(usize, Verdict) -> Verdict| {
                    let said = |pack: usize, verdict| match in_force[pack] {
                        Answer::No => Verdict::Allow,
                        Answer::Yes | Answer::Unknown => says(pack, verdict),
                    };
                    everything_where(desk.packs(), &facts, &now, COMPLETIONS_MAX, &said)
                };
                let alone = |pack: usize| {
                    let of = |at: usize, verdict| if at == pack { verdict } else { Verdict::Allow };
                    Some(everything(&of)?.verdicts)
                };
                let (Some(first), Some(other)) = (alone(0), alone(1)) else { continue };
                let own = [first, other];
                let is_undated = |pack: usize| in_force[pack] == Answer::Unknown;
                // A pack that may deny denies nothing outside of its period, and holds nothing either.
                let outside = |pack: usize, verdict| match is_undated(pack) && own[pack].contains(&Verdict::Deny) {
                    true => Verdict::Allow,
                    false => verdict,
                };
                let both = everything(&|_, verdict| verdict).zip(everything(&outside));
                let Some((within, outside)) = both else { continue };
                let both = Both { within, outside };
                let is_perhaps = |pack: usize| is_undated(pack) && own[pack] == BTreeSet::from([Verdict::Deny]);
                // Where one denies in its period whatever else is so, and the other's period is open too, what
                // that one hangs on counts as well.
                if is_perhaps(0) != is_perhaps(1) && is_undated(0) && is_undated(1) {
                    continue;
                }
                let named = |all: &All| {
                    let name = |place: &usize| {
                        let root = now[*place].iter().flatten().find_map(|drawn| drawn.root);
                        root.map_or_else(|| facts[*place].name.clone(), str::to_owned)
                    };
                    if all.verdicts.len() > 1 { all.hangs_on.iter().map(name).collect() } else { BTreeSet::new() }
                };
                let is_denied = both.within.verdicts == BTreeSet::from([Verdict::Deny]);
                check(line, &both, &named, is_denied, &mut held);
            }
        }
    }
    println!("{held:?}");
    assert!(held.days > 100 && held.answers > 200 && held.others > 100, "{held:?}");
}
