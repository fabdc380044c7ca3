//! A verdict diagram under what is known of one line: which verdicts are still possible, and which
//! unknown facts they hang on.

use std::collections::{BTreeSet, HashMap};

use super::{Diagram, Ending, Node, NodeId, ValueMask};
use crate::verdict::Verdict;

/// The values each variable can have: a mask a variable, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed(Vec<ValueMask>);

/// What is left of a diagram: only variables whose value still matters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Open {
    nodes: Vec<Left>,
    root: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Left {
    End(Verdict),
    /// A node for each value that is possible.
    Ask {
        variable: u16,
        values: Vec<(usize, usize)>,
    },
}

/// Verdicts that are possible together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Verdicts(u8);

/// What comes of a variable and of what came of its possible values.
pub type Asking<'f, T, E> = &'f mut dyn FnMut(u16, &[(usize, T)]) -> Result<T, E>;

impl Allowed {
    /// From a mask a variable.
    pub fn new(masks: Vec<ValueMask>) -> Allowed {
        Allowed(masks)
    }

    /// The values a variable can have.
    pub fn get(&self, variable: u16) -> &ValueMask {
        static ANY: ValueMask = ValueMask::ANY;
        self.0.get(usize::from(variable)).unwrap_or(&ANY)
    }

    /// With other values for one variable.
    pub fn set(&mut self, variable: u16, mask: ValueMask) {
        if let Some(place) = self.0.get_mut(usize::from(variable)) {
            *place = mask;
        }
    }
}

impl Diagram {
    /// The verdict that every completion of the unknown facts gives; `None` where they differ. The
    /// values a variable can have are asked for when the walk comes to it, and it ends at the second
    /// verdict.
    pub fn shared(&self, allowed: &mut dyn FnMut(u16) -> ValueMask) -> Option<Verdict> {
        let (mut found, mut seen) = (None, vec![0_u64; self.len().div_ceil(64)]);
        let mut is_seen = |id: NodeId| {
            let (word, bit) = (id.0 as usize / 64, 1 << (id.0 % 64));
            seen.get_mut(word).is_none_or(|word| std::mem::replace(word, *word | bit) & bit != 0)
        };
        let mut stack = vec![self.root()];
        while let Some(id) = stack.pop() {
            if is_seen(id) {
                continue;
            }
            match self.node(id) {
                Node::End(ending) => {
                    let verdict = verdict_of(*ending);
                    if found.is_some_and(|found| found != verdict) {
                        return None;
                    }
                    found = Some(verdict);
                }
                Node::Ask { variable, values } => {
                    let mask = allowed(*variable);
                    stack.extend(
                        values.iter().enumerate().filter(|(value, _)| mask.contains(*value)).map(|(_, id)| *id),
                    );
                }
            }
        }
        found
    }

    /// What is left of the diagram where variables with one possible value are settled.
    pub fn open(&self, allowed: &Allowed) -> Open {
        self.open_where(&mut |variable| allowed.get(variable).clone())
    }

    /// The same; the values a variable can have are asked for when the walk comes to it, so that
    /// what it does not come to is never drawn.
    pub fn open_where(&self, allowed: &mut dyn FnMut(u16) -> ValueMask) -> Open {
        let mut reducing =
            Reducing { diagram: self, allowed, nodes: Vec::new(), index: HashMap::new(), done: vec![0; self.len()] };
        let root = reducing.reduce(self.root());
        Open { nodes: reducing.nodes, root }
    }
}

struct Reducing<'a> {
    diagram: &'a Diagram,
    allowed: &'a mut dyn FnMut(u16) -> ValueMask,
    nodes: Vec<Left>,
    index: HashMap<Left, usize>,
    /// One more than what came of each node of the diagram; 0 until it did.
    done: Vec<u32>,
}

impl Reducing<'_> {
    fn reduce(&mut self, from: NodeId) -> usize {
        let (id, mask) = self.branch(from);
        if let Some(before) = self.done.get(id.0 as usize).and_then(|done| done.checked_sub(1)) {
            return before as usize;
        }
        let place = self.left(id, &mask);
        if let Some(done) = self.done.get_mut(id.0 as usize) {
            *done = u32::try_from(place + 1).unwrap_or(0);
        }
        place
    }

    /// What is left of a node whose variable has several values.
    fn left(&mut self, id: NodeId, mask: &ValueMask) -> usize {
        let diagram = self.diagram;
        let left = match diagram.node(id) {
            Node::End(ending) => Left::End(verdict_of(*ending)),
            Node::Ask { variable, values } => {
                let possible = values.iter().enumerate().filter(|(value, _)| mask.contains(*value));
                let left: Vec<(usize, usize)> = possible.map(|(value, child)| (value, self.reduce(*child))).collect();
                if let Some((_, first)) = left.first().copied()
                    && left.iter().all(|(_, child)| *child == first)
                {
                    return first;
                }
                Left::Ask { variable: *variable, values: left }
            }
        };
        let nodes = &mut self.nodes;
        *self.index.entry(left).or_insert_with_key(|left| {
            nodes.push(left.clone());
            nodes.len() - 1
        })
    }

    /// The first node from `id` on whose variable can have several values, and which; or the end.
    fn branch(&mut self, mut id: NodeId) -> (NodeId, ValueMask) {
        let diagram = self.diagram;
        while let Node::Ask { variable, values } = diagram.node(id) {
            let mask = (self.allowed)(*variable).cut_to(values.len());
            // INVARIANT: a fact has some value; were it not so, it might have any.
            let mask = if mask.is_empty() { ValueMask::first(values.len()) } else { mask };
            match mask.only().and_then(|only| values.get(only)) {
                Some(only) => id = *only,
                None => return (id, mask),
            }
        }
        (id, ValueMask::ANY)
    }
}

impl Open {
    /// What is left where the verdict hangs on nothing.
    pub fn settled_at(verdict: Verdict) -> Open {
        Open { nodes: vec![Left::End(verdict)], root: 0 }
    }

    /// The verdict, where it no longer hangs on anything.
    pub fn settled(&self) -> Option<Verdict> {
        match self.nodes.get(self.root) {
            Some(Left::End(verdict)) => Some(*verdict),
            Some(Left::Ask { .. }) | None => None,
        }
    }

    /// The variables the verdict hangs on, in order.
    pub fn variables(&self) -> BTreeSet<u16> {
        self.nodes
            .iter()
            .filter_map(|left| match left {
                Left::Ask { variable, .. } => Some(*variable),
                Left::End(_) => None,
            })
            .collect()
    }

    /// What comes of it from the ends up: `end` of each verdict, `ask` of each variable with what came
    /// of its possible values.
    ///
    /// # Errors
    /// Those of `end` and `ask`.
    pub fn folded<T: Copy, E>(
        &self,
        end: &mut dyn FnMut(Verdict) -> Result<T, E>,
        ask: Asking<'_, T, E>,
    ) -> Result<Option<T>, E> {
        // INVARIANT: what a node asks for stands before it.
        let mut done: Vec<T> = Vec::with_capacity(self.nodes.len());
        for left in &self.nodes {
            let one = match left {
                Left::End(verdict) => end(*verdict)?,
                Left::Ask { variable, values } => {
                    let below = |(value, child): &(usize, usize)| Some((*value, *done.get(*child)?));
                    ask(*variable, &values.iter().filter_map(below).collect::<Vec<_>>())?
                }
            };
            done.push(one);
        }
        Ok(done.get(self.root).copied())
    }

    /// Whether some values of the variables lead here to `verdict` and there to another. Both are left of
    /// the same variables under the same values.
    pub fn says_alone(&self, verdict: Verdict, other: &Open) -> bool {
        let (mut seen, mut stack) = (BTreeSet::new(), vec![(self.root, other.root)]);
        while let Some((here, there)) = stack.pop() {
            if !seen.insert((here, there)) {
                continue;
            }
            let (Some(own), Some(others)) = (self.nodes.get(here), other.nodes.get(there)) else { continue };
            match (own, others) {
                (Left::End(own), Left::End(others)) if *own == verdict && *others != verdict => return true,
                (Left::End(own), _) if *own != verdict => {}
                (Left::End(_), Left::End(_)) => {}
                (Left::Ask { variable: own, values }, Left::Ask { variable: others, values: below })
                    if own == others =>
                {
                    let both = values.iter().filter_map(|(value, child)| {
                        let other = below.iter().find(|(other, _)| other == value)?;
                        Some((*child, other.1))
                    });
                    stack.extend(both);
                }
                (Left::Ask { variable: own, values }, Left::Ask { variable: others, .. }) if own < others => {
                    stack.extend(values.iter().map(|(_, child)| (*child, there)));
                }
                (Left::Ask { values, .. }, Left::End(_)) => {
                    stack.extend(values.iter().map(|(_, child)| (*child, there)));
                }
                (_, Left::Ask { values, .. }) => stack.extend(values.iter().map(|(_, child)| (here, *child))),
            }
        }
        false
    }

    /// The verdicts that are left where variables have only the values that are `allowed`.
    pub fn possible(&self, allowed: &dyn Fn(u16, usize) -> bool) -> Verdicts {
        let mut seen = vec![false; self.nodes.len()];
        let (mut found, mut stack) = (Verdicts::default(), vec![self.root]);
        while let Some(place) = stack.pop() {
            if seen.get_mut(place).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            match self.nodes.get(place) {
                Some(Left::End(verdict)) => found.insert(*verdict),
                Some(Left::Ask { variable, values }) => {
                    let left = values.iter().filter(|(value, _)| allowed(*variable, *value));
                    stack.extend(left.map(|(_, child)| *child));
                }
                None => {}
            }
        }
        found
    }
}

impl Verdicts {
    /// These and one more.
    pub fn insert(&mut self, verdict: Verdict) {
        self.0 |= bit(verdict);
    }

    /// Whether it is one of them.
    pub fn contains(self, verdict: Verdict) -> bool {
        self.0 & bit(verdict) != 0
    }

    /// The only one, where there is only one.
    pub fn only(self) -> Option<Verdict> {
        if self.0.is_power_of_two() { self.iter().next() } else { None }
    }

    /// Each of them, least severe first.
    pub fn iter(self) -> impl Iterator<Item = Verdict> {
        [Verdict::Allow, Verdict::Flag, Verdict::Deny].into_iter().filter(move |verdict| self.contains(*verdict))
    }
}

fn bit(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Allow => 0b001,
        Verdict::Flag => 0b010,
        Verdict::Deny => 0b100,
    }
}

fn verdict_of(ending: Ending) -> Verdict {
    match ending {
        Ending::Pass => Verdict::Allow,
        Ending::Says(verdict) => verdict,
    }
}
