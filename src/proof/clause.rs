//! What is asked of one fact, in the words of the pack: `line.procedure in epidural`,
//! `request.diagnoses: none in cancer_any`, `patient.age_years ≥ 18 years`.

use std::collections::BTreeMap;

use super::Space;
use crate::{
    code::ClassMask,
    fact::{FactId, Shape, Test, amount_words},
    tree::{FALSE, Graph, NodeId, TRUE, TooLarge, ValueMask, Variable, VariableKind},
};

/// A condition of one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The fact.
    pub fact: FactId,
    /// What of it, in words.
    pub says: String,
    /// Where it holds.
    pub node: NodeId,
    /// The variable and the values it may have, where it is one variable's clause.
    pub(super) values: Option<(u16, Vec<usize>)>,
    /// How it is read at a line.
    pub(super) asks: Asks,
    /// How much it tells: exclusions least.
    tells: Tells,
}

/// Variables, each with the values it may have, as a mask.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// One of them has.
    Any(Vec<(u16, ValueMask)>),
    /// Each of them has.
    All(Vec<(u16, ValueMask)>),
}

impl Asks {
    /// Whether that is so of a line with these [values](Space::values); `None` where it is unknown.
    pub fn holds(&self, values: &[ValueMask]) -> Option<bool> {
        let (all, settled) = match self {
            Asks::Any(all) => (all, true),
            Asks::All(all) => (all, false),
        };
        let one = |(variable, wanted): &(u16, ValueMask)| match values.get(usize::from(*variable)) {
            Some(mask) if !mask.meets(wanted) => Some(false),
            Some(mask) if mask.and(wanted) == *mask => Some(true),
            Some(_) | None => None,
        };
        let all: Vec<Option<bool>> = all.iter().map(one).collect();
        match (all.contains(&Some(settled)), all.contains(&None)) {
            (true, _) => Some(settled),
            (false, true) => None,
            (false, false) => Some(!settled),
        }
    }
}

/// How much a clause tells a reader, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tells {
    /// That something is not there.
    Absence,
    /// Whether something was given.
    Given,
    /// An amount or a choice.
    Amount,
    /// That something is there.
    Presence,
}

impl Clause {
    /// What to leave out of a row first: absences, then what comes late.
    pub(super) fn weight(&self) -> (u8, std::cmp::Reverse<FactId>) {
        (self.tells as u8, std::cmp::Reverse(self.fact))
    }

    /// Where it stands in a row: the facts in their order, what is there before what is not.
    pub(super) fn order(&self) -> (FactId, std::cmp::Reverse<u8>) {
        (self.fact, std::cmp::Reverse(self.tells as u8))
    }
}

/// Everything that can be said of requests with these values: the path of a diagram.
///
/// # Errors
/// The limit of nodes.
pub(super) fn said_of(graph: &mut Graph<'_>, space: &Space, path: &[(u16, usize)]) -> Result<Vec<Clause>, TooLarge> {
    let mut said = Vec::new();
    let mut parts: BTreeMap<FactId, Vec<(u16, usize)>> = BTreeMap::new();
    for (place, value) in path {
        let Some(variable) = space.variables.get(*place) else { continue };
        match &variable.kind {
            VariableKind::Part(_) => parts.entry(variable.fact).or_default().push((*place, *value)),
            VariableKind::Known => {
                let says = if *value == 0 { "not given" } else { "given" };
                let node = graph.one_of(*place, &[*value])?;
                let fact = variable.fact;
                let asks = Asks::All(vec![(*place, ValueMask::one(*value))]);
                said.push(Clause { fact, says: says.to_owned(), node, values: None, asks, tells: Tells::Given });
            }
            VariableKind::Code(_) | VariableKind::Cuts(_) | VariableKind::Choices(_) => {
                said.extend(valued(graph, space, *place, &[*value])?);
            }
        }
    }
    for (fact, values) in parts {
        said.extend(of_sets(graph, space, fact, &values)?);
    }
    Ok(said)
}

/// That a variable has one of these values; `None` where it may have any.
///
/// # Errors
/// The limit of nodes.
pub(super) fn valued(
    graph: &mut Graph<'_>,
    space: &Space,
    place: u16,
    values: &[usize],
) -> Result<Option<Clause>, TooLarge> {
    let Some(variable) = space.variables.get(place).filter(|variable| values.len() < variable.arity()) else {
        return Ok(None);
    };
    let node = graph.one_of(place, values)?;
    let (says, tells) = value_words(space, variable, values);
    let mut mask = ValueMask::NONE;
    values.iter().for_each(|value| mask.insert(*value));
    let asks = Asks::All(vec![(place, mask)]);
    Ok(Some(Clause { fact: variable.fact, says, node, values: Some((place, values.to_vec())), asks, tells }))
}

/// What the values of a fact's parts say of each set that is asked of it, and of each part that no
/// set names: one of its codes is there, or none is.
fn of_sets(
    graph: &mut Graph<'_>,
    space: &Space,
    fact: FactId,
    values: &[(u16, usize)],
) -> Result<Vec<Clause>, TooLarge> {
    let of_fact = || space.variables.iter().filter(|(_, variable)| variable.fact == fact);
    let parts: Vec<(u16, &ClassMask)> = of_fact()
        .filter_map(|(place, variable)| match &variable.kind {
            VariableKind::Part(part) => Some((place, part)),
            _ => None,
        })
        .collect();
    let asked = space.book.questions().iter().filter(|question| question.fact == fact);
    let mut sets: Vec<(String, Vec<u16>)> = asked
        .filter_map(|question| match &question.test {
            Test::In(mask) => {
                let inside = parts.iter().filter(|(_, part)| part.is_within(mask)).map(|(place, _)| *place);
                Some((question.words.clone(), inside.collect()))
            }
            Test::Known | Test::AtLeast(_) | Test::Is(_) => None,
        })
        .collect();
    for (place, part) in &parts {
        if !sets.iter().any(|(_, inside)| inside == &[*place]) {
            sets.push((format!("in {}", part_words(space, part)), vec![*place]));
        }
    }
    let value_of = |part: &u16| values.iter().find(|(place, _)| place == part).map(|(_, value)| *value);
    let mut found = Vec::new();
    for (words, inside) in sets {
        let is_there = inside.iter().any(|part| value_of(part) == Some(1));
        if !is_there && !inside.iter().all(|part| value_of(part) == Some(0)) {
            continue;
        }
        let mut any = FALSE;
        for place in &inside {
            let one = graph.one_of(*place, &[1])?;
            any = graph.or(any, one)?;
        }
        let asked = |value: usize| inside.iter().map(|place| (*place, ValueMask::one(value))).collect();
        let (node, before, asks, tells) = if is_there {
            (any, "one", Asks::Any(asked(1)), Tells::Presence)
        } else {
            (graph.without(TRUE, any)?, "none", Asks::All(asked(0)), Tells::Absence)
        };
        let width = inside.len();
        let says = format!("{before} {words}");
        found.push((width, Clause { fact, says, node, values: None, asks, tells }));
    }
    // What says more goes first, so that it is given up first where less will do: few codes of
    // which one is there, many of which none is.
    found.sort_by_key(|(width, clause)| match clause.tells {
        Tells::Absence => (0, usize::MAX - *width),
        Tells::Given | Tells::Amount | Tells::Presence => (1, *width),
    });
    Ok(found.into_iter().map(|(_, clause)| clause).collect())
}

fn value_words(space: &Space, variable: &Variable, values: &[usize]) -> (String, Tells) {
    let shape = space.book.get_fact(variable.fact).map_or(Shape::YesNo, |fact| fact.kind.shape);
    match &variable.kind {
        VariableKind::Code(parts) => {
            let held = |value: &usize| parts.get(*value);
            let mask = values.iter().filter_map(held).fold(ClassMask::default(), |mask, part| mask.or(part));
            code_words(space, &mask, parts)
        }
        VariableKind::Cuts(cuts) => (span_words(shape, cuts, values), Tells::Amount),
        VariableKind::Choices(choices) => (choice_words(shape, choices, values), Tells::Amount),
        VariableKind::Known | VariableKind::Part(_) => (String::new(), Tells::Given),
    }
}

/// A set of codes by the fewest names: of the sets in it, or of those it leaves out.
fn code_words(space: &Space, mask: &ClassMask, parts: &[ClassMask]) -> (String, Tells) {
    let others = space.sets.all().without(mask);
    let (inside, outside) = (names(space, mask, parts), names(space, &others, parts));
    if inside.len() <= outside.len() {
        (format!("in {}", inside.join(", ")), Tells::Presence)
    } else {
        (format!("not in {}", outside.join(", ")), Tells::Absence)
    }
}

fn names(space: &Space, mask: &ClassMask, parts: &[ClassMask]) -> Vec<String> {
    let (mut left, mut names) = (mask.clone(), Vec::new());
    let sets = space.sets.definitions().iter().filter_map(|set| Some((&set.name, space.sets.find(&set.name)?)));
    let mut inside: Vec<(&String, &ClassMask)> = sets
        .map(|(name, set)| (name, space.sets.mask(set)))
        .filter(|(_, of)| !of.is_empty() && of.is_within(mask))
        .collect();
    inside.sort_by_key(|(_, of)| std::cmp::Reverse(of.iter().count()));
    for (name, of) in inside {
        if !of.and(&left).is_empty() {
            names.push(name.clone());
            left = left.without(of);
        }
    }
    names.extend(
        parts.iter().map(|part| part.and(&left)).filter(|part| !part.is_empty()).map(|part| part_words(space, &part)),
    );
    names
}

/// A part of the code space that is no set: the sets that its codes are in, or a few of the codes.
pub(super) fn part_words(space: &Space, part: &ClassMask) -> String {
    /// More names than this tell a reader nothing.
    const NAMES_MAX: usize = 4;
    let of_class = |class| {
        let names: Vec<&str> = space.sets.sets_of(class).map(|set| space.sets.name(set)).collect();
        if names.is_empty() { "no set".to_owned() } else { names.join(" and ") }
    };
    let mut names: Vec<String> = part.iter().map(of_class).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > NAMES_MAX { "any other".to_owned() } else { names.join(" or ") }
}

fn span_words(shape: Shape, cuts: &[i64], values: &[usize]) -> String {
    let (at_least, below) = if shape == Shape::Date { ("on or after ", "before ") } else { ("≥ ", "< ") };
    let cut = |place: usize| cuts.get(place).map(|cut| amount_words(shape, *cut));
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *value => *last = *value,
            _ => runs.push((*value, *value)),
        }
    }
    let words = runs.into_iter().map(|(first, last)| match (first.checked_sub(1).and_then(cut), cut(last)) {
        (Some(from), Some(to)) => format!("{at_least}{from} and {below}{to}"),
        (Some(from), None) => format!("{at_least}{from}"),
        (None, Some(to)) => format!("{below}{to}"),
        (None, None) => "any".to_owned(),
    });
    words.collect::<Vec<_>>().join(", or ")
}

fn choice_words(shape: Shape, choices: &[u8], values: &[usize]) -> String {
    let names: &[&str] = match shape {
        Shape::Choice(names) => names,
        Shape::Code | Shape::Codes | Shape::Quantity(_) | Shape::Date | Shape::YesNo => &["no", "yes"],
    };
    let others = || (0u8..).zip(names).filter(|(place, _)| !choices.contains(place)).map(|(_, name)| *name);
    let mut chosen: Vec<&str> = Vec::new();
    for value in values {
        match choices.get(*value) {
            Some(choice) => chosen.extend(names.get(usize::from(*choice))),
            None => chosen.extend(others()),
        }
    }
    let left: Vec<&str> = names.iter().copied().filter(|name| !chosen.contains(name)).collect();
    if left.len() < chosen.len() && !left.is_empty() {
        format!("not {}", left.join(" or "))
    } else {
        chosen.join(" or ")
    }
}
