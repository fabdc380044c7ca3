//! Regions: sets of classes of lines, exactly. A region is a diagram over the variables that the
//! questions of one rule can tell apart; every combination of their values is possible.

use std::collections::HashMap;

use crate::{
    fact::Question,
    tree::{Variable, Variables},
};

/// A region of one [`Regions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Region(u32);

/// No line at all.
pub(super) const NONE: Region = Region(0);
/// Every line.
pub(super) const ALL: Region = Region(1);

/// Nodes of all regions of one rule together; the largest definition of the first pack has 25,000.
const NODES_MAX: usize = 400_000;

/// Combinations of nodes; beyond this a page would take minutes. The largest definition of the first
/// pack takes half a million.
const WORK_MAX: usize = 4_000_000;

/// More than [`NODES_MAX`] or [`WORK_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// How two regions are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Both,
    Either,
    Less,
}

/// The regions of one rule.
pub(super) struct Regions {
    variables: Variables,
    nodes: Vec<(u16, Vec<Region>)>,
    index: HashMap<(u16, Vec<Region>), Region>,
    done: HashMap<(Way, Region, Region), Region>,
    work: usize,
}

impl Regions {
    pub(super) fn new(variables: Variables) -> Regions {
        // The first two stand for the ends.
        let nodes = vec![(u16::MAX, Vec::new()), (u16::MAX, Vec::new())];
        Regions { variables, nodes, index: HashMap::new(), done: HashMap::new(), work: 0 }
    }

    /// Where the answer to a question is yes.
    pub(super) fn of_question(&mut self, question: &Question) -> Result<Region, TooLarge> {
        let mut region = NONE;
        for (variable, truth) in self.variables.of_question(question) {
            let arity = self.variables.get(variable).map_or(0, Variable::arity);
            let values = (0..arity).map(|value| if truth >> value & 1 == 1 { ALL } else { NONE }).collect();
            let part = self.choose(variable, values)?;
            region = self.or(region, part)?;
        }
        Ok(region)
    }

    /// What is in both.
    pub(super) fn and(&mut self, one: Region, two: Region) -> Result<Region, TooLarge> {
        self.combine(Way::Both, one, two)
    }

    /// What is in either.
    pub(super) fn or(&mut self, one: Region, two: Region) -> Result<Region, TooLarge> {
        self.combine(Way::Either, one, two)
    }

    /// What is in the first and not in the second.
    pub(super) fn less(&mut self, one: Region, two: Region) -> Result<Region, TooLarge> {
        self.combine(Way::Less, one, two)
    }

    fn combine(&mut self, way: Way, one: Region, two: Region) -> Result<Region, TooLarge> {
        match (way, one, two) {
            (Way::Both, NONE, _) | (Way::Both, _, NONE) | (Way::Less, NONE, _) | (Way::Less, _, ALL) => {
                return Ok(NONE);
            }
            (Way::Either, ALL, _) | (Way::Either, _, ALL) => return Ok(ALL),
            (Way::Both, ALL, other) | (Way::Both, other, ALL) => return Ok(other),
            (Way::Either, NONE, other) | (Way::Either, other, NONE) | (Way::Less, other, NONE) => return Ok(other),
            (Way::Both | Way::Either, one, two) if one == two => return Ok(one),
            (Way::Less, one, two) if one == two => return Ok(NONE),
            _ => {}
        }
        self.work += 1;
        if self.work > WORK_MAX {
            return Err(TooLarge);
        }
        if let Some(done) = self.done.get(&(way, one, two)) {
            return Ok(*done);
        }
        let variable = self.variable(one).min(self.variable(two));
        let arity = self.variables.get(variable).map_or(0, Variable::arity);
        let mut values = Vec::with_capacity(arity);
        for value in 0..arity {
            let (one, two) = (self.child(one, variable, value), self.child(two, variable, value));
            values.push(self.combine(way, one, two)?);
        }
        let region = self.choose(variable, values)?;
        self.done.insert((way, one, two), region);
        Ok(region)
    }

    fn choose(&mut self, variable: u16, values: Vec<Region>) -> Result<Region, TooLarge> {
        if let Some(first) = values.first().filter(|first| values.iter().all(|value| value == *first)) {
            return Ok(*first);
        }
        let node = (variable, values);
        if let Some(region) = self.index.get(&node) {
            return Ok(*region);
        }
        if self.nodes.len() >= NODES_MAX {
            return Err(TooLarge);
        }
        let region = Region(u32::try_from(self.nodes.len()).map_err(|_| TooLarge)?);
        self.nodes.push(node.clone());
        self.index.insert(node, region);
        Ok(region)
    }

    fn variable(&self, region: Region) -> u16 {
        self.nodes.get(region.0 as usize).map_or(u16::MAX, |(variable, _)| *variable)
    }

    fn child(&self, region: Region, variable: u16, value: usize) -> Region {
        match self.nodes.get(region.0 as usize) {
            Some((own, values)) if *own == variable => values.get(value).copied().unwrap_or(region),
            Some(_) | None => region,
        }
    }
}
