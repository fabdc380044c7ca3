//! What can be so together. A diagram takes its variables as independent of one another; the facts
//! of a request are not: a confirmed diagnosis that a line points to stands on the request too.
//!
//! Each relation is read off the facts' draws and holds of every request whose answers are
//! definite. INVARIANT: nothing is ruled out that a request of real codes can be.

use super::{
    Space, absent,
    witness::{Codes, Reality},
};
use crate::{
    code::ClassMask,
    fact::{Argument, FactId, Shape},
    tree::{FALSE, Graph, NodeId, TRUE, TooLarge, VariableKind},
};

/// Amounts that no request has less of (`fact/draw.rs`; an age below 0 contradicts itself).
const AT_LEAST: [(&str, i64); 4] = [
    ("patient.age_years", 0),
    ("history.sessions", 0),
    ("history.months_diagnosed_twice", -1),
    ("history.months_since_procedure", -1),
];

/// Amounts of history that a larger value set and a longer window never make less.
const GROWING: [&str; 3] = ["history.sessions", "history.months_diagnosed_twice", "history.months_since_procedure"];

/// The condition that holds of every request whose facts are all known.
///
/// # Errors
/// The limit of nodes.
pub(super) fn possible(graph: &mut Graph<'_>, space: &Space, codes: &Codes) -> Result<NodeId, TooLarge> {
    let mut clauses = Vec::new();
    single(graph, space, &mut clauses)?;
    absent(graph, space, &mut clauses)?;
    real(graph, space, codes, &mut clauses)?;
    within(graph, space, &mut clauses)?;
    growing(graph, space, &mut clauses)?;
    twice(graph, space, &mut clauses)?;
    graph.fold(clauses, TRUE, &mut |_, one, two| {
        Ok(match (one, two) {
            (FALSE, _) | (_, FALSE) => Some(FALSE),
            (TRUE, other) | (other, TRUE) => Some(other),
            (one, two) => (one == two).then_some(one),
        })
    })
}

/// Values that no request has; and a choice that is *not stated* was not given.
fn single(graph: &mut Graph<'_>, space: &Space, clauses: &mut Vec<NodeId>) -> Result<(), TooLarge> {
    for (place, variable) in space.variables.iter() {
        let Some(kind) = space.book.get_fact(variable.fact).map(|fact| fact.kind) else { continue };
        let impossible = match (&variable.kind, kind.shape) {
            (VariableKind::Choices(choices), Shape::Choice(names)) if choices.len() == names.len() => {
                vec![choices.len()]
            }
            (VariableKind::Choices(choices), Shape::YesNo) if choices.len() == 2 => vec![2],
            (VariableKind::Cuts(cuts), _) => {
                let least = AT_LEAST.iter().find(|(name, _)| *name == kind.name).map(|(_, least)| *least);
                // The n-th span ends before the n-th cut.
                least.map_or_else(Vec::new, |least| (0..cuts.iter().filter(|cut| **cut <= least).count()).collect())
            }
            (_, _) => Vec::new(),
        };
        if !impossible.is_empty() {
            let none = graph.one_of(place, &impossible)?;
            clauses.push(graph.without(TRUE, none)?);
        }
        let (VariableKind::Choices(choices), Shape::Choice(["not stated", ..])) = (&variable.kind, kind.shape) else {
            continue;
        };
        let known = space
            .variables
            .iter()
            .find(|(_, other)| other.fact == variable.fact && matches!(other.kind, VariableKind::Known));
        // Without a value of its own, *not stated* shares that of all others.
        if let (Some((known, _)), Some(own)) = (known, choices.iter().position(|choice| *choice == 0)) {
            let absent = graph.one_of(known, &[0])?;
            let not_stated = graph.one_of(place, &[own])?;
            let stated = graph.without(TRUE, not_stated)?;
            clauses.push(graph.or(absent, stated)?);
        }
    }
    Ok(())
}

/// What was not given is one thing of some facts: no earlier session is none. Others always are.
fn absent(graph: &mut Graph<'_>, space: &Space, clauses: &mut Vec<NodeId>) -> Result<(), TooLarge> {
    for absent in absent::asked_for(space) {
        let given = graph.one_of(absent.known, &[1])?;
        if !absent.can_be {
            clauses.push(given);
            continue;
        }
        for (variable, mask) in &absent.values {
            let values: Vec<usize> = (0..graph.arity(*variable)).filter(|value| mask.contains(*value)).collect();
            let as_absent = graph.one_of(*variable, &values)?;
            clauses.push(graph.or(given, as_absent)?);
        }
    }
    Ok(())
}

/// Parts of the code space without a real code: no fact has one of them, and a line points to one
/// without a billable code only where it points to what may not be billed.
fn real(graph: &mut Graph<'_>, space: &Space, codes: &Codes, clauses: &mut Vec<NodeId>) -> Result<(), TooLarge> {
    let invalid = space.variables.iter().find(|(_, variable)| name(space, variable.fact) == "line.invalid_diagnosis");
    for (place, variable) in space.variables.iter() {
        let fact = name(space, variable.fact);
        let reality = |part: &ClassMask| codes.reality(&space.sets, fact, part);
        match &variable.kind {
            VariableKind::Part(part) => match (reality(part), invalid) {
                (Reality::None, _) => clauses.push(graph.one_of(place, &[0])?),
                (Reality::Headings, Some((invalid, of))) if fact == "line.diagnoses" => {
                    let absent = graph.one_of(place, &[0])?;
                    let yes = match &of.kind {
                        VariableKind::Choices(choices) => choices.iter().position(|choice| *choice == 1),
                        _ => None,
                    };
                    let invalid = graph.one_of(invalid, &[yes.unwrap_or(0)])?;
                    clauses.push(graph.or(absent, invalid)?);
                }
                (Reality::Headings | Reality::Codes, _) => {}
            },
            VariableKind::Code(parts) => {
                let held = |place: &usize| parts.get(*place).is_some_and(|part| reality(part) != Reality::None);
                let values: Vec<usize> = (0..parts.len()).filter(held).collect();
                if !values.is_empty() {
                    clauses.push(graph.one_of(place, &values)?);
                }
            }
            VariableKind::Known | VariableKind::Cuts(_) | VariableKind::Choices(_) => {}
        }
    }
    Ok(())
}

/// A pointed diagnosis is one of the request's; an earlier diagnosis of a window is one of every
/// longer window.
fn within(graph: &mut Graph<'_>, space: &Space, clauses: &mut Vec<NodeId>) -> Result<(), TooLarge> {
    let facts = || (0u16..).map(FactId).take(space.book.facts().len());
    for inner in facts() {
        for outer in facts().filter(|outer| *outer != inner) {
            let holds = match (name(space, inner), name(space, outer)) {
                ("line.diagnoses", "request.diagnoses") => true,
                ("history.diagnoses", "history.diagnoses")
                | ("history.untabled_diagnoses", "history.untabled_diagnoses") => {
                    months(space, inner) < months(space, outer)
                }
                ("history.untabled_diagnoses", "history.diagnoses") => months(space, inner) <= months(space, outer),
                (_, _) => false,
            };
            if !holds {
                continue;
            }
            let around = parts(space, outer);
            for (place, part) in parts(space, inner) {
                let absent = graph.one_of(place, &[0])?;
                clauses.extend(implied(graph, absent, &part, &around)?);
            }
        }
    }
    Ok(())
}

/// What holds otherwise, or one of the parts around `part`; nothing where those do not hold it all.
fn implied(
    graph: &mut Graph<'_>,
    otherwise: NodeId,
    part: &ClassMask,
    parts: &[(u16, ClassMask)],
) -> Result<Option<NodeId>, TooLarge> {
    let around = || parts.iter().filter(|(_, other)| !part.and(other).is_empty());
    if !around().fold(part.clone(), |left, (_, other)| left.without(other)).is_empty() {
        return Ok(None);
    }
    let mut holds = otherwise;
    for (other, _) in around() {
        let one = graph.one_of(*other, &[1])?;
        holds = graph.or(holds, one)?;
    }
    Ok(Some(holds))
}

/// Of two amounts of history, the one of the larger set and the longer window is not less.
fn growing(graph: &mut Graph<'_>, space: &Space, clauses: &mut Vec<NodeId>) -> Result<(), TooLarge> {
    for kind in GROWING {
        let floor = AT_LEAST.iter().find(|(name, _)| *name == kind).map_or(0, |(_, least)| *least);
        let amounts: Vec<(u16, FactId, &Vec<i64>)> =
            cuts(space).filter(|(_, fact, _)| name(space, *fact) == kind).collect();
        for (less, fact, cuts) in &amounts {
            for (more, other, others) in amounts.iter().filter(|(more, ..)| more != less) {
                let is_wider =
                    months(space, *fact) <= months(space, *other) && set(space, *fact).is_within(&set(space, *other));
                if !is_wider {
                    continue;
                }
                for cut in cuts.iter().filter(|cut| **cut > floor) {
                    // Where this amount is at least so much, the other is at least its last cut up to there.
                    let count = others.iter().filter(|other| *other <= cut).count();
                    if others.get(..count).is_some_and(|below| below.iter().any(|other| *other > floor)) {
                        let below = below(graph, *less, cuts, *cut)?;
                        let values: Vec<usize> = (count..=others.len()).collect();
                        let enough = graph.one_of(*more, &values)?;
                        clauses.push(graph.or(below, enough)?);
                    }
                }
            }
        }
    }
    Ok(())
}

/// A diagnosis that stood on two days of a window is one of the earlier diagnoses of that window
/// and of longer ones. Where a row of diagnoses is dated a code may have another class on its own
/// day, and nothing is said.
fn twice(graph: &mut Graph<'_>, space: &Space, clauses: &mut Vec<NodeId>) -> Result<(), TooLarge> {
    let entries = space.sets.definitions().iter().flat_map(|definition| &definition.entries);
    if entries.clone().any(|entry| super::witness::is_of_diagnoses(entry.system) && entry.period != (None, None)) {
        return Ok(());
    }
    let facts = || (0u16..).map(FactId).take(space.book.facts().len());
    for (place, fact, cuts) in cuts(space).filter(|(_, fact, _)| name(space, *fact) == "history.months_diagnosed_twice")
    {
        let Some(cut) = cuts.iter().find(|cut| **cut > -1) else { continue };
        let below = below(graph, place, cuts, *cut)?;
        for outer in facts().filter(|outer| name(space, *outer) == "history.diagnoses") {
            if months(space, fact) <= months(space, outer) {
                clauses.extend(implied(graph, below, &set(space, fact), &parts(space, outer))?);
            }
        }
    }
    Ok(())
}

/// Where an amount is below one of its cuts.
fn below(graph: &mut Graph<'_>, place: u16, cuts: &[i64], cut: i64) -> Result<NodeId, TooLarge> {
    let values: Vec<usize> = (0..=cuts.iter().filter(|other| **other < cut).count()).collect();
    graph.one_of(place, &values)
}

fn cuts(space: &Space) -> impl Iterator<Item = (u16, FactId, &Vec<i64>)> {
    space.variables.iter().filter_map(|(place, variable)| match &variable.kind {
        VariableKind::Cuts(cuts) => Some((place, variable.fact, cuts)),
        _ => None,
    })
}

fn parts(space: &Space, fact: FactId) -> Vec<(u16, ClassMask)> {
    let parts = space.variables.iter().filter(|(_, variable)| variable.fact == fact);
    parts
        .filter_map(|(place, variable)| match &variable.kind {
            VariableKind::Part(part) => Some((place, part.clone())),
            _ => None,
        })
        .collect()
}

fn name(space: &Space, fact: FactId) -> &'static str {
    space.book.get_fact(fact).map_or("", |fact| fact.kind.name)
}

/// The window of a fact, in calendar months.
fn months(space: &Space, fact: FactId) -> i64 {
    let arguments = space.book.get_fact(fact).into_iter().flat_map(|fact| &fact.arguments);
    let mut months = arguments.filter_map(|argument| match argument {
        Argument::Months(months) => Some(*months),
        Argument::Set(_) => None,
    });
    months.next().unwrap_or(0)
}

/// The codes that a fact counts.
fn set(space: &Space, fact: FactId) -> ClassMask {
    let arguments = space.book.get_fact(fact).into_iter().flat_map(|fact| &fact.arguments);
    let mut sets = arguments.filter_map(|argument| match argument {
        Argument::Set(set) => Some(space.sets.mask(*set).clone()),
        Argument::Months(_) => None,
    });
    sets.next().unwrap_or_default()
}
