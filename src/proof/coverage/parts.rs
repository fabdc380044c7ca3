//! The parts of a rule's tree that worked cases can walk: branches, outcomes and paths, and which
//! of them a setting of the parameters has for itself.

use std::collections::{BTreeSet, HashMap};

use crate::{
    fact::{Argument, Question, Test},
    pack::Pack,
    tree::{LeafId, Place, Root},
    verdict::Outcome,
};

/// One side of a question: the question's place in the tree's [`Parts::places`], and the answer.
pub(super) type Branch = (usize, bool);

/// A path: the answers from the root on.
pub(super) type Path = Vec<bool>;

/// A rule's tree, its questions numbered from the root on; a question that several paths share is
/// one.
pub(super) struct Parts<'p> {
    pub(super) pack: &'p Pack,
    pub(super) root: Root,
    pub(super) places: Vec<Root>,
    numbers: HashMap<Root, usize>,
}

impl<'p> Parts<'p> {
    pub(super) fn of(pack: &'p Pack, root: Root) -> Parts<'p> {
        let mut parts = Parts { pack, root, places: Vec::new(), numbers: HashMap::new() };
        let mut stack = vec![root];
        while let Some(at) = stack.pop() {
            if let Place::Ask { yes, no, .. } = pack.forest.place(at)
                && !parts.numbers.contains_key(&at)
            {
                parts.numbers.insert(at, parts.places.len());
                parts.places.push(at);
                stack.extend([yes, no]);
            }
        }
        parts
    }

    /// Every branch, in order.
    pub(super) fn branches(&self) -> impl Iterator<Item = Branch> {
        (0..self.places.len()).flat_map(|place| [(place, false), (place, true)])
    }

    /// Every outcome, in the order of the walk.
    pub(super) fn outcomes(&self) -> Vec<LeafId> {
        let mut leaves = Vec::new();
        let ends = self.branches().filter_map(|branch| self.target(branch)).chain([self.root]);
        for end in ends {
            if let Place::Say(leaf) = self.pack.forest.place(end)
                && !leaves.contains(&leaf)
            {
                leaves.push(leaf);
            }
        }
        leaves
    }

    /// The outcome of a leaf.
    pub(super) fn outcome(&self, leaf: LeafId) -> &'p Outcome {
        self.pack.forest.outcome(leaf)
    }

    /// The number of a question.
    pub(super) fn number(&self, at: Root) -> Option<usize> {
        self.numbers.get(&at).copied()
    }

    /// Where a branch leads.
    pub(super) fn target(&self, (place, answer): Branch) -> Option<Root> {
        match self.pack.forest.place(*self.places.get(place)?) {
            Place::Ask { yes, no, .. } => Some(if answer { yes } else { no }),
            Place::Say(_) => None,
        }
    }

    /// The questions and answers of a path, and its outcome.
    pub(super) fn follow(&self, path: &[bool]) -> (Vec<(Root, bool)>, Option<LeafId>) {
        let (mut at, mut steps) = (self.root, Vec::new());
        for answer in path {
            let Place::Ask { yes, no, .. } = self.pack.forest.place(at) else { break };
            steps.push((at, *answer));
            at = if *answer { yes } else { no };
        }
        match self.pack.forest.place(at) {
            Place::Say(leaf) => (steps, Some(leaf)),
            Place::Ask { .. } => (steps, None),
        }
    }

    /// The first paths through a branch, or of all, *no* before *yes*; and whether these are all.
    pub(super) fn paths(&self, through: Option<Branch>, max: usize) -> (Vec<Path>, bool) {
        let leads = through.map(|(place, _)| self.leading_to(place));
        let mut found = Vec::new();
        // A place, the path to it, and whether the path has taken the branch.
        let mut stack: Vec<(Root, Path, bool)> = vec![(self.root, Vec::new(), through.is_none())];
        while let Some((at, path, taken)) = stack.pop() {
            let Place::Ask { yes, no, .. } = self.pack.forest.place(at) else {
                if found.len() >= max {
                    return (found, false);
                }
                found.push(path);
                continue;
            };
            let number = self.number(at);
            for (to, answer) in [(yes, true), (no, false)] {
                let takes = taken || through.is_some_and(|(place, side)| number == Some(place) && side == answer);
                let may_take = leads.as_ref().is_none_or(|leads| leads.contains(&to));
                if takes || may_take {
                    let longer: Path = path.iter().copied().chain([answer]).collect();
                    stack.push((to, longer, takes));
                }
            }
        }
        (found, true)
    }

    /// The places from which a question can still be met, itself included.
    fn leading_to(&self, place: usize) -> BTreeSet<Root> {
        let Some(target) = self.places.get(place) else { return BTreeSet::new() };
        let mut leading = BTreeSet::from([*target]);
        loop {
            let before = leading.len();
            for at in &self.places {
                if let Place::Ask { yes, no, .. } = self.pack.forest.place(*at)
                    && (leading.contains(&yes) || leading.contains(&no))
                {
                    leading.insert(*at);
                }
            }
            if leading.len() == before {
                return leading;
            }
        }
    }
}

/// What of one tree stands in another of the same rule, under other parameters.
///
/// Both are walked together from their roots. While they ask the same and lead on alike, a branch
/// of the one is the branch of the other. A number (a threshold, a window) may differ: it is still
/// the same place of the script.
pub(super) struct Shared<'p> {
    own: Parts<'p>,
    base: Parts<'p>,
    /// The branches that stand in the other tree too.
    branches: BTreeSet<Branch>,
    /// How many paths are alike from root to outcome.
    pub(super) paths: u64,
}

impl<'p> Shared<'p> {
    /// What of `own` stands in `base`.
    pub(super) fn between(own: Parts<'p>, base: Parts<'p>) -> Shared<'p> {
        let mut shared = Shared { branches: BTreeSet::new(), paths: 0, own, base };
        let (own, base) = (shared.own.root, shared.base.root);
        if shared.is_alike(own, base) {
            shared.paths = shared.pair(own, base, &mut HashMap::new());
        }
        shared
    }

    /// Whether a branch of its own stands in the other tree too.
    pub(super) fn has_branch(&self, branch: Branch) -> bool {
        self.branches.contains(&branch)
    }

    /// Whether an outcome of its own is one of the other tree too.
    pub(super) fn has_outcome(&self, leaf: LeafId) -> bool {
        let own = self.own.outcome(leaf);
        self.base.outcomes().into_iter().any(|other| self.base.outcome(other) == own)
    }

    /// How far a path goes together with one of the other tree: the branches there, and the outcome
    /// where it does to the end.
    pub(super) fn along(&self, path: &[bool]) -> (Vec<Branch>, Option<LeafId>) {
        let (mut at, mut like, mut branches) = (self.own.root, self.base.root, Vec::new());
        if !self.is_alike(at, like) {
            return (branches, None);
        }
        for answer in path {
            let next = |parts: &Parts<'_>, at: Root| {
                let branch = (parts.number(at)?, *answer);
                Some((branch, parts.target(branch)?))
            };
            let (Some((_, to)), Some((branch, like_to))) = (next(&self.own, at), next(&self.base, like)) else { break };
            if !self.is_alike(to, like_to) {
                return (branches, None);
            }
            branches.push(branch);
            (at, like) = (to, like_to);
        }
        match self.base.pack.forest.place(like) {
            Place::Say(leaf) => (branches, Some(leaf)),
            Place::Ask { .. } => (branches, None),
        }
    }

    /// Goes on from two places that are alike; how many paths are from there on.
    fn pair(&mut self, at: Root, like: Root, known: &mut HashMap<(Root, Root), u64>) -> u64 {
        if let Some(paths) = known.get(&(at, like)) {
            return *paths;
        }
        let (Some(place), Some(like_place)) = (self.own.number(at), self.base.number(like)) else { return 1 };
        let mut paths = 0u64;
        for answer in [false, true] {
            let targets = self.own.target((place, answer)).zip(self.base.target((like_place, answer)));
            let Some((to, like_to)) = targets.filter(|(to, like_to)| self.is_alike(*to, *like_to)) else { continue };
            self.branches.insert((place, answer));
            paths = paths.saturating_add(self.pair(to, like_to, known));
        }
        known.insert((at, like), paths);
        paths
    }

    /// Whether two places ask the same, or say the same.
    fn is_alike(&self, at: Root, like: Root) -> bool {
        let (own, base) = (self.own.pack, self.base.pack);
        match (own.forest.place(at), base.forest.place(like)) {
            (Place::Say(one), Place::Say(other)) => self.own.outcome(one) == self.base.outcome(other),
            (Place::Ask { question: one, .. }, Place::Ask { question: other, .. }) => {
                let questions = own.book.get(one).zip(base.book.get(other));
                questions.is_some_and(|(one, other)| is_same_question(own, one, base, other))
            }
            (Place::Say(_), Place::Ask { .. }) | (Place::Ask { .. }, Place::Say(_)) => false,
        }
    }
}

/// Whether two questions differ in numbers at most. A pack has the same value sets, in the same
/// order, under any parameters: classes may be compared.
fn is_same_question(own: &Pack, one: &Question, base: &Pack, other: &Question) -> bool {
    let (Some(fact), Some(like)) = (own.book.get_fact(one.fact), base.book.get_fact(other.fact)) else { return false };
    let sets = |arguments: &[Argument]| -> Vec<Argument> {
        arguments.iter().filter(|argument| matches!(argument, Argument::Set(_))).copied().collect()
    };
    let tests = match (&one.test, &other.test) {
        (Test::AtLeast(_), Test::AtLeast(_)) => true,
        (test, like) => test == like,
    };
    fact.kind == like.kind && sets(&fact.arguments) == sets(&like.arguments) && tests
}
