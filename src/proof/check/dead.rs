//! Rules that never say anything, statements that no answers reach, definitions that nobody calls.

use std::collections::BTreeSet;

use super::Grounds;
use crate::{
    fault::{PackFault, PackText},
    proof::Finding,
    script::{Defined, Mark, Place},
};

/// Dead rules; the first dead statement of each block of the others; dead definitions.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let mut faults = Vec::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let statements = &grounds.survey.statements;
    for (rule, surveyed) in grounds.rules() {
        let Some(text) = grounds.text_of(rule) else { continue };
        if surveyed.is_cut || !surveyed.failures.is_empty() {
            told.insert(&text.path);
        } else if surveyed.reasons.is_empty() {
            told.insert(&text.path);
            let dead = outermost(statements).find(|mark| mark.text.path == text.path);
            faults.push(dead_rule(text, dead));
        }
    }
    if !grounds.survey.is_whole() {
        // A rule that was not run to its end may reach any definition.
        told.extend(
            statements.iter().filter(|(mark, _)| mark.function.is_some()).map(|(mark, _)| mark.text.path.as_str()),
        );
    }
    let definitions = grounds.pack.scripts.definitions();
    let (never_called, never_entered) = unreached(&definitions, statements);
    let skipped = |mark: &Mark| {
        told.contains(mark.text.path.as_str())
            || mark
                .function
                .as_ref()
                .is_some_and(|name| never_called.contains(name.as_str()) || never_entered.contains(name.as_str()))
    };
    faults.extend(outermost(statements).filter(|mark| !skipped(mark)).map(dead_branch));
    if grounds.survey.is_whole() {
        faults.extend(definitions.iter().filter(|defined| never_called.contains(defined.name.as_str())).map(uncalled));
        let dead: Vec<&Mark> = outermost(statements).filter(|mark| mark.function.is_none() || !skipped(mark)).collect();
        let alone = |defined: &&Defined| {
            let calls = || defined.calls.iter();
            never_entered.contains(defined.name.as_str()) && !calls().all(|call| is_within(call, &dead, statements))
        };
        faults.extend(definitions.iter().filter(alone).map(never_reached));
    }
    faults.into_iter().map(Finding::of).collect()
}

/// The first dead statement of each block that is reached.
fn outermost(statements: &[(Mark, bool)]) -> impl Iterator<Item = &Mark> {
    statements.iter().enumerate().filter_map(move |(place, (mark, is_reached))| {
        let is_alive = |number: usize| statements.get(number).is_some_and(|(_, is_reached)| *is_reached);
        // The statements of a text stand together.
        let mut of_text =
            statements.iter().take(place).rev().take_while(|(other, _)| other.text.path == mark.text.path);
        let mut before = || of_text.find(|(other, _)| other.block == mark.block).is_none_or(|(_, reached)| *reached);
        (!is_reached && before() && mark.parent.is_none_or(is_alive)).then_some(mark)
    })
}

/// The definitions that nothing calls, and those that are called and never entered.
fn unreached<'a>(definitions: &'a [Defined], statements: &[(Mark, bool)]) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let is_entered = |name: &str| {
        let mut own = statements.iter().filter(|(mark, _)| mark.function.as_deref() == Some(name)).peekable();
        own.peek().is_none() || own.any(|(_, is_reached)| *is_reached)
    };
    let names = |keep: &dyn Fn(&Defined) -> bool| {
        definitions.iter().filter(|defined| keep(defined)).map(|defined| defined.name.as_str()).collect()
    };
    (
        names(&|defined| defined.calls.is_empty()),
        names(&|defined| !defined.calls.is_empty() && !is_entered(&defined.name)),
    )
}

/// Whether a call stands in a statement that is dead and told: between it and the next statement
/// that is not within it, or in a definition that is never entered itself.
fn is_within(call: &Place, dead: &[&Mark], statements: &[(Mark, bool)]) -> bool {
    let mut own = statements.iter().filter(|(mark, _)| mark.text.path == call.text.path && mark.start <= call.start);
    let Some((last, is_reached)) = own.next_back() else { return false };
    !is_reached && (last.function.is_some() || dead.iter().any(|mark| mark.text.path == call.text.path))
}

fn dead_rule(text: &PackText, dead: Option<&Mark>) -> PackFault {
    let first = text.text.lines().next().map_or(0, str::len);
    let fault = PackFault::new(
        "proof::dead_rule",
        "the rule never says anything but `pass()`, whatever the answers and the parameters",
    );
    let fault = match dead {
        Some(mark) => {
            let (line, _) = mark.text.place_of(mark.start);
            let said = mark.text.text.get(mark.start..mark.start + mark.len).unwrap_or_default();
            fault.help(format!(
                "no answers lead to line {line}, `{said}`; mend what stands before it, or remove the rule"
            ))
        }
        None => fault.help("let it say what it finds, or remove it"),
    };
    fault.at(text, 0, first, "this rule")
}

fn dead_branch(mark: &Mark) -> PackFault {
    PackFault::new("proof::dead_branch", "no answers lead here, whatever the parameters")
        .help("the questions before it have settled it: mend them, or remove this")
        .at(&mark.text, mark.start, mark.len, "never reached")
}

fn uncalled(defined: &Defined) -> PackFault {
    PackFault::new("proof::uncalled_definition", format!("no rule calls `{}`", defined.name))
        .help("remove it, or let a rule use it")
        .at(&defined.at.text, defined.at.start, defined.at.len, "defined here")
}

fn never_reached(defined: &Defined) -> PackFault {
    PackFault::new("proof::dead_branch", format!("no answers lead into `{}`, whatever the parameters", defined.name))
        .help("where it is called, the questions before it have settled the answer: mend them, or remove it")
        .at(&defined.at.text, defined.at.start, defined.at.len, "never entered")
}
