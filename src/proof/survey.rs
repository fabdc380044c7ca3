//! Every rule under every setting: what it can say, and which statements, value sets and facts any
//! of it reaches.

use std::collections::BTreeSet;

use super::settings;
use crate::{
    code::SetId,
    fact::Book,
    fault::PackFault,
    pack::{Pack, Rule},
    script::{Mark, ParameterValue, Probe, Probed, Setting},
    verdict::Outcome,
};

/// Paths of one rule under all settings together. One setting may have 20,000
/// ([`Limits`](crate::tree::Limits)); this is about ten seconds, and no rule that people can read.
pub const PATHS_MAX: usize = 100_000;

/// What the rules of a pack do under every setting of its parameters.
pub struct Survey {
    /// Each rule, in the pack's order.
    pub rules: Vec<Surveyed>,
    /// Every statement of rules and definitions, with whether some path reaches it.
    pub statements: Vec<(Mark, bool)>,
    /// The value sets that are asked for, in questions.
    pub sets: BTreeSet<SetId>,
    /// The facts and questions that are asked.
    pub book: Book,
}

/// What one rule does.
#[derive(Debug, Default)]
pub struct Surveyed {
    /// Its place among the pack's scripts.
    pub script: usize,
    /// Its paths under all settings.
    pub paths: usize,
    /// Whether there were more than [`PATHS_MAX`], so that the rest of it is not known.
    pub is_cut: bool,
    /// The reasons it gives.
    pub reasons: BTreeSet<String>,
    /// What it does wrong under a setting that is not in force.
    pub failures: Vec<PackFault>,
}

/// Runs every rule on every path under every setting.
///
/// # Errors
/// A script that cannot be surveyed.
pub fn survey(pack: &Pack) -> Result<Survey, PackFault> {
    let probe = pack.scripts.probe(settings::values(pack)).map_err(|text| {
        PackFault::new("proof::not_surveyed", "the statements of this script cannot be told apart")
            .help("write each statement on a line of its own; if that does not help, this is a fault of the program")
            .at(&text, 0, text.text.lines().next().map_or(0, str::len), "this script")
    })?;
    let rules = pack.rules().map(|(_, rule)| of_rule(pack, &probe, rule)).collect();
    Ok(Survey { rules, statements: probe.marks(), sets: probe.sets(), book: probe.book() })
}

impl Survey {
    /// Whether all of every rule is known.
    pub fn is_whole(&self) -> bool {
        self.rules.iter().all(|rule| !rule.is_cut && rule.failures.is_empty())
    }
}

fn of_rule(pack: &Pack, probe: &Probe, rule: &Rule) -> Surveyed {
    let mut surveyed = Surveyed { script: rule.script, ..Surveyed::default() };
    loop {
        every_path(pack, probe, &mut surveyed);
        if surveyed.is_cut || !probe.widen() {
            return surveyed;
        }
        // A parameter has more values to try: from the start, for it was read somewhere in the midst.
        surveyed.paths = 0;
    }
}

/// Depth first, *no* before *yes*.
fn every_path(pack: &Pack, probe: &Probe, surveyed: &mut Surveyed) {
    let mut answers = Vec::new();
    while let Some(run) = probe.walk(surveyed.script, &answers) {
        surveyed.paths += 1;
        if surveyed.paths > PATHS_MAX {
            surveyed.is_cut = true;
            return;
        }
        match &run.outcome {
            Some(Outcome::Pass) => {}
            Some(Outcome::Note(said) | Outcome::Find(_, said) | Outcome::AtMost(_, said)) => {
                surveyed.reasons.insert(said.reason.clone());
            }
            None => {
                surveyed.failures.push(failure(pack, surveyed.script, &run));
                return;
            }
        }
        answers = run.answers;
        while answers.last() == Some(&true) {
            answers.pop();
        }
        match answers.last_mut() {
            Some(last) => *last = true,
            None => return,
        }
    }
}

/// What went wrong on a path, in the author's text: the same path without marks.
fn failure(pack: &Pack, script: usize, run: &Probed) -> PackFault {
    let again = pack.scripts.under(&run.setting).map(|scripts| scripts.walk(script, &run.asked));
    let fault = match again {
        Ok(Err(fault)) => fault,
        Ok(Ok(_)) | Err(_) => PackFault::new("proof::not_surveyed", "the rule cannot be run under every setting"),
    };
    let setting = words(&run.setting);
    let help = match &fault.help {
        Some(help) => format!("{help}\nunder the setting {setting}"),
        None => format!("under the setting {setting}"),
    };
    fault.help(help)
}

/// A setting in words: `m46_1 = exempt, thoracic = include`.
pub fn words(setting: &Setting) -> String {
    let value = |value: &ParameterValue| match value {
        ParameterValue::Choice(choice) => choice.clone(),
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Number(number) => number.to_string(),
        ParameterValue::Day(day) => day.to_string(),
        ParameterValue::Choices(all) => format!("[{}]", all.join(", ")),
    };
    setting.iter().map(|(name, of)| format!("{name} = {}", value(of))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::*;
    use crate::{
        pack::shelf,
        tree::{Forest, Limits, Step, explore},
    };

    fn spine() -> Pack {
        shelf::take(Path::new("rules/bmj-2025-chronic-spine-pain"), &BTreeMap::new()).unwrap()
    }

    /// The reasons a rule gives under one setting: its script explored as at load.
    fn reasons(scripts: &crate::script::Scripts, rule: usize) -> BTreeSet<String> {
        let mut forest = Forest::default();
        let run = |answers: &[bool]| {
            let walk = scripts.walk(rule, answers)?;
            let step =
                |asked: crate::script::Asked| Step { question: asked.question, answer: asked.answer, within: None };
            Ok::<_, PackFault>((walk.asked.into_iter().map(step).collect(), walk.outcome))
        };
        explore(&mut forest, Limits::default(), run).unwrap();
        let said = |outcome: &Outcome| match outcome {
            Outcome::Pass => None,
            Outcome::Note(said) | Outcome::Find(_, said) | Outcome::AtMost(_, said) => Some(said.reason.clone()),
        };
        forest.outcomes().iter().filter_map(said).collect()
    }

    #[test]
    fn what_rules_say_under_some_setting_is_what_they_say_under_one_or_another() {
        let pack = spine();
        let survey = survey(&pack).unwrap();
        assert!(survey.is_whole());
        // Of all settings those that differ from the one in force in one parameter: the rules of
        // this pack say nothing that takes two.
        let values = settings::values(&pack);
        let changed = values.iter().flat_map(|(name, values)| {
            values.iter().skip(1).map(|value| Setting::from([(name.clone(), value.clone())]))
        });
        // Rules that read no parameter, nor call what reads one, say the same under all.
        let reads = |rule: &Surveyed| {
            let probe = pack.scripts.probe(values.clone()).unwrap();
            let mut counted = Surveyed { script: rule.script, ..Surveyed::default() };
            every_path(&pack, &probe, &mut counted);
            counted.paths as u64 != pack.rules().nth(rule.script).map_or(0, |(_, rule)| pack.forest.paths(rule.root))
        };
        let few = survey.rules.iter().filter(|rule| rule.paths < 200);
        let reading: Vec<&Surveyed> = few.filter(|rule| reads(rule)).collect();
        assert!((5..30).contains(&reading.len()), "{}", reading.len());
        let mut said: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for setting in changed.chain([Setting::new()]) {
            let scripts = pack.scripts.under(&setting).unwrap();
            for rule in &reading {
                said.entry(rule.script).or_default().extend(reasons(&scripts, rule.script));
            }
        }
        for rule in &reading {
            assert_eq!(
                said.get(&rule.script),
                Some(&rule.reasons),
                "{:?}",
                pack.scripts.text(rule.script).unwrap().path
            );
        }
    }

    #[test]
    fn marks_change_nothing() {
        let pack = spine();
        // Under the setting in force alone, every path is one of the tree, with its outcome.
        let values =
            settings::values(&pack).into_iter().map(|(name, values)| (name, values.into_iter().take(1).collect()));
        let probe = pack.scripts.probe(values.collect()).unwrap();
        for (_, rule) in pack.rules() {
            let (mut answers, mut paths) = (Vec::new(), 0);
            loop {
                let run = probe.walk(rule.script, &answers).unwrap();
                assert_eq!(run.answers, run.asked);
                assert_eq!(run.outcome, Some(pack.scripts.walk(rule.script, &run.asked).unwrap().outcome));
                paths += 1;
                answers = run.answers;
                while answers.last() == Some(&true) {
                    answers.pop();
                }
                let Some(last) = answers.last_mut() else { break };
                *last = true;
            }
            // The tree has fewer where both answers lead to the same.
            assert!(paths >= pack.forest.paths(rule.root), "{}", rule.name);
        }
    }
}
