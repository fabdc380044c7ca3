//! Changes of a small pack: some that may change verdicts, and some that change nothing.

use crate::{
    chance::Random,
    model::{Condition, Model, Outcome, Statement},
    scripts::{DIAGNOSES, PROCEDURES},
};

/// The pack with one change, and what it was.
pub fn changed(model: &Model, random: &mut Random) -> (Model, &'static str) {
    let mut new = model.clone();
    let what = match random.below(12) {
        0 | 1 => condition(&mut new, random),
        2 | 3 => outcome(&mut new, random),
        4 => statement_dropped(&mut new, random),
        5 => {
            let stage = random.below(new.stages.len());
            let rules = &mut new.stages[stage].rules;
            rules.remove(random.below(rules.len()));
            new.stages.retain(|stage| !stage.rules.is_empty());
            companions_kept(&mut new);
            "a rule dropped"
        }
        6 => {
            let place = random.below(new.stages.len().max(2) - 1);
            if place + 1 < new.stages.len() {
                new.stages.swap(place, place + 1);
            }
            "two stages swapped"
        }
        7 | 8 => code_moved(&mut new, random),
        9 => {
            new.until = if new.until.is_some() { None } else { Some("2026-03-09") };
            "the period"
        }
        10 => {
            new.companions = match new.companions {
                Some((set, _)) if set == "p_1" => Some(("p_2".to_owned(), None)),
                Some(_) => None,
                None => Some(("p_1".to_owned(), Some(new.stages[0].name.clone()))),
            };
            "the companions"
        }
        _ => parameter(&mut new, random),
    };
    (new, what)
}

fn companions_kept(model: &mut Model) {
    let names: Vec<String> = model.stages.iter().map(|stage| stage.name.clone()).collect();
    if let Some((_, after)) = &mut model.companions {
        *after = after.take().filter(|after| names.contains(after));
    }
}

fn parameter(model: &mut Model, random: &mut Random) -> &'static str {
    match random.below(4) {
        0 => model.mode = if model.mode == "a" { "b" } else { "a" },
        1 => model.strict = !model.strict,
        2 => model.months += 1,
        _ => model.effective = "2025-07-02",
    }
    "a parameter"
}

fn code_moved(model: &mut Model, random: &mut Random) -> &'static str {
    let axis = random.of(&["procedures", "pain", "other"]);
    let code = if axis == "procedures" { random.of(&PROCEDURES) } else { random.of(&DIAGNOSES) };
    let mut sets: Vec<_> = model.sets.iter_mut().filter(|set| set.axis == axis && set.union.is_empty()).collect();
    let chosen = random.below(sets.len() + 1);
    // A set without a code is no set.
    if sets.iter().any(|set| set.codes == [code]) {
        return "nothing";
    }
    sets.iter_mut().for_each(|set| set.codes.retain(|known| *known != code));
    sets.get_mut(chosen).into_iter().for_each(|set| set.codes.push(code));
    "a code moved"
}

fn condition(model: &mut Model, random: &mut Random) -> &'static str {
    let mut all = 0;
    model.conditions_mut(&mut |_| all += 1);
    let chosen = random.below(all.max(1));
    let (mut place, mut what) = (0, "nothing");
    model.conditions_mut(&mut |condition| {
        if place == chosen {
            (*condition, what) = match condition.clone() {
                Condition::And(one, two) => (Condition::Or(one, two), "`&&` to `||`"),
                Condition::Or(one, two) => (Condition::And(one, two), "`||` to `&&`"),
                Condition::Compare(fact, op, bound) => {
                    let other = match op {
                        ">=" => ">",
                        ">" => ">=",
                        "<" => "<=",
                        _ => "<",
                    };
                    (Condition::Compare(fact, other, bound), "a bound")
                }
                other => (Condition::not(other), "a condition negated"),
            };
        }
        place += 1;
    });
    what
}

fn outcome(model: &mut Model, random: &mut Random) -> &'static str {
    let mut all = 0;
    model.blocks_mut(&mut |block| all += block.iter().filter(|one| matches!(one, Statement::Return(_))).count());
    let chosen = random.below(all.max(1));
    let mut place = 0;
    model.blocks_mut(&mut |block| {
        for statement in block {
            let Statement::Return(outcome) = statement else { continue };
            if place == chosen {
                *outcome = match outcome.verb {
                    "deny" => Outcome { verb: "flag", reason: outcome.reason },
                    "flag" => Outcome { verb: "allow", reason: outcome.reason },
                    "allow" => Outcome { verb: "deny", reason: outcome.reason },
                    "note" => Outcome { verb: "flag", reason: "r-2" },
                    "at_most flag" => Outcome { verb: "at_most allow", reason: outcome.reason },
                    "at_most allow" => Outcome { verb: "at_most flag", reason: "r-9" },
                    _ => outcome.clone(),
                };
            }
            place += 1;
        }
    });
    "an outcome"
}

fn statement_dropped(model: &mut Model, random: &mut Random) -> &'static str {
    let mut all = 0;
    model.blocks_mut(&mut |_| all += 1);
    let chosen = random.below(all.max(1));
    let (mut place, at) = (0, random.below(8));
    model.blocks_mut(&mut |block| {
        if place == chosen && !block.is_empty() {
            block.remove(at % block.len());
        }
        place += 1;
    });
    "a statement dropped"
}

/// The pack in other words: the same of every request.
pub fn reworded(model: &Model, random: &mut Random) -> Model {
    let mut new = model.clone();
    new.words = "Whatever";
    // On unknown answers the desk's reason is the one it comes to first, so there the order counts.
    let is_order_free = !model.written().contains("known(");
    for condition in &mut new.definitions {
        *condition = otherwise(condition.clone(), random, is_order_free);
    }
    new.blocks_mut(&mut |block| {
        for statement in block {
            if let Statement::If(condition, ..) = statement {
                *condition = otherwise(condition.clone(), random, is_order_free);
            }
        }
    });
    new.blocks_mut(&mut |block| {
        if random.percent(50) {
            return;
        }
        let Some(Statement::If(condition, yes, Some(no))) = block.last_mut() else { return };
        *condition = Condition::not(condition.clone());
        std::mem::swap(yes, no);
    });
    for rule in new.rules_mut() {
        // Rules of a name's order: the name changes, the order does not.
        rule.name = format!("{}-again", rule.name);
    }
    for set in &mut new.sets {
        set.name = renamed(&set.name);
        set.union.iter_mut().for_each(|of| *of = renamed(of));
    }
    if let Some((set, _)) = &mut new.companions {
        *set = renamed(set);
    }
    new.conditions_mut(&mut |condition| match condition {
        Condition::Ask(text) | Condition::Compare(text, ..) => *text = in_other_names(text),
        Condition::Not(_) | Condition::And(..) | Condition::Or(..) | Condition::Defined(_) => {}
    });
    new
}

/// A condition that holds where this one does.
fn otherwise(condition: Condition, random: &mut Random, is_order_free: bool) -> Condition {
    let mut inner = |one: Condition| Box::new(otherwise(one, random, is_order_free));
    let condition = match condition {
        Condition::And(one, two) => Condition::And(inner(*one), inner(*two)),
        Condition::Or(one, two) => Condition::Or(inner(*one), inner(*two)),
        Condition::Not(one) => Condition::Not(inner(*one)),
        plain @ (Condition::Ask(_) | Condition::Compare(..) | Condition::Defined(_)) => plain,
    };
    if random.percent(60) {
        return condition;
    }
    match condition {
        Condition::Compare(fact, op, bound) => {
            let opposite = match op {
                ">=" => "<",
                ">" => "<=",
                "<" => ">=",
                _ => ">",
            };
            Condition::not(Condition::Compare(fact, opposite, bound))
        }
        Condition::Or(one, two) if is_order_free => Condition::Or(two, one),
        Condition::And(one, two) => {
            Condition::not(Condition::Or(Box::new(Condition::Not(one)), Box::new(Condition::Not(two))))
        }
        Condition::Or(one, two) => {
            Condition::not(Condition::And(Box::new(Condition::Not(one)), Box::new(Condition::Not(two))))
        }
        Condition::Ask(text) => match text.split_once(" != ") {
            Some((fact, choice)) => Condition::not(Condition::Ask(format!("{fact} == {choice}"))),
            None => Condition::not(Condition::not(Condition::Ask(text))),
        },
        other => Condition::not(Condition::not(other)),
    }
}

fn renamed(set: &str) -> String {
    format!("set_{set}")
}

fn in_other_names(text: &str) -> String {
    let names = ["p_1", "p_2", "p_3", "p_u", "d_1", "d_2", "d_u", "e_1", "e_2"];
    names.iter().fold(text.to_owned(), |text, name| text.replace(name, &renamed(name)))
}
