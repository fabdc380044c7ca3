//! What no case walks of a rule, each with a witness, a proof that there is none, or neither.

use std::{cell::RefCell, collections::BTreeMap};

use super::{
    Condition, Gap, GapKind, PATHS_MAX, RuleCoverage, Sought, Tally, Walked,
    parts::{Branch, Parts, Path, Shared},
    reach::Route,
};
use crate::{
    pack::{Rule, Stage},
    proof::witness::{Codes, Ground},
    tree::{LeafId, Place, Root},
    verdict::Outcome,
};

/// A rule under a setting, and what of it is walked.
pub(super) struct Gaps<'a> {
    pub(super) codes: &'a Codes,
    pub(super) stage: &'a Stage,
    pub(super) rule: &'a Rule,
    pub(super) parts: Parts<'a>,
    /// What it shares with the first setting: that is measured there.
    pub(super) shared: Option<Shared<'a>>,
    pub(super) walked: Walked,
    /// What a worked case answers to each question: where a witness is free, it does the same.
    pub(super) habits: Vec<Option<bool>>,
}

/// What was sought of each path.
struct Tried<'a> {
    route: Route<'a>,
    paths: RefCell<BTreeMap<Path, Sought>>,
}

impl Gaps<'_> {
    /// Whether the setting has parts of its own in this rule.
    pub(super) fn has_own(&self) -> bool {
        self.own_branches().next().is_some() || !self.own_outcomes().is_empty() || self.own_paths() > 0
    }

    /// Counts, and seeks what is missing.
    pub(super) fn measure(&self, setting: usize) -> RuleCoverage {
        let tried =
            Tried { route: Route::to(self.parts.pack, self.stage, self.rule, &self.habits), paths: RefCell::default() };
        let mut coverage = RuleCoverage {
            stage: self.stage.name.clone(),
            rule: self.rule.name.clone(),
            setting,
            paths: Tally { all: self.own_paths(), ..Tally::default() },
            branches: Tally::default(),
            outcomes: Tally::default(),
            gaps: Vec::new(),
        };
        // Witnesses of paths that serve several gaps are taken for all of them.
        let mut chosen: Vec<Path> = Vec::new();
        for leaf in self.own_outcomes() {
            let is_walked = self.walked.outcomes.contains(&leaf);
            let gap = (!is_walked).then(|| {
                let (paths, is_whole) = self.parts.paths(None, PATHS_MAX);
                let ends = paths.into_iter().filter(|path| self.parts.follow(path).1 == Some(leaf)).collect();
                self.gap(GapKind::Outcome, None, ends, is_whole, &chosen, &tried)
            });
            note(&mut coverage.outcomes, &mut coverage.gaps, &mut chosen, gap);
        }
        for branch in self.own_branches() {
            let is_walked = self.walked.branches.contains(&branch);
            let gap = (!is_walked).then(|| {
                let (paths, is_whole) = self.parts.paths(Some(branch), PATHS_MAX);
                self.gap(GapKind::Branch, Some(branch), paths, is_whole, &chosen, &tried)
            });
            note(&mut coverage.branches, &mut coverage.gaps, &mut chosen, gap);
        }
        let is_own = |path: &Path| self.shared.as_ref().is_none_or(|shared| shared.along(path).1.is_none());
        let mut paths = Tally::default();
        for path in self.parts.paths(None, PATHS_MAX).0.into_iter().filter(is_own) {
            let is_walked = self.walked.paths.contains(&path);
            let gap = (!is_walked).then(|| self.gap(GapKind::Path, None, vec![path], true, &chosen, &tried));
            note(&mut paths, &mut coverage.gaps, &mut chosen, gap);
        }
        // Past the limit nothing was sought, and what is walked there counts all the same.
        let walked = self.walked.paths.iter().filter(|path| is_own(path)).count() as u64;
        coverage.paths = Tally { all: coverage.paths.all, walked, impossible: paths.impossible };
        coverage
    }

    fn own_branches(&self) -> impl Iterator<Item = Branch> + '_ {
        self.parts.branches().filter(|branch| self.shared.as_ref().is_none_or(|shared| !shared.has_branch(*branch)))
    }

    fn own_outcomes(&self) -> Vec<LeafId> {
        let is_own = |leaf| self.shared.as_ref().is_none_or(|shared| !shared.has_outcome(leaf));
        self.parts.outcomes().into_iter().filter(|leaf| is_own(*leaf)).collect()
    }

    fn own_paths(&self) -> u64 {
        let shared = self.shared.as_ref().map_or(0, |shared| shared.paths);
        self.parts.pack.forest.paths(self.parts.root).saturating_sub(shared)
    }

    /// A gap that any of `paths` would fill: the first that has a witness, of those that are chosen
    /// anyway before all. Impossible where each of them is, and they are all.
    fn gap(
        &self,
        kind: GapKind,
        branch: Option<Branch>,
        paths: Vec<Path>,
        is_whole: bool,
        chosen: &[Path],
        tried: &Tried<'_>,
    ) -> (Gap, Path) {
        let mut paths = paths;
        paths.sort_by_cached_key(|path| self.unlike(path));
        let again = paths.iter().filter(|path| chosen.contains(path));
        let (mut first, mut is_impossible) = (None, is_whole);
        for path in again.chain(&paths) {
            let sought = self.seek(path, tried);
            match sought {
                Sought::Found(_) => return (self.tell(kind, branch, path, sought), path.clone()),
                Sought::NotFound => is_impossible = false,
                Sought::Impossible(_) => {}
            }
            first.get_or_insert((path, sought));
        }
        match first {
            Some((path, sought)) if is_impossible => (self.tell(kind, branch, path, sought), path.clone()),
            Some((path, _)) => (self.tell(kind, branch, path, Sought::NotFound), path.clone()),
            None => (self.tell(kind, branch, &[], Sought::NotFound), Path::new()),
        }
    }

    /// How many answers of a path differ from those of the model case.
    fn unlike(&self, path: &[bool]) -> usize {
        let differs = |(at, answer): &&(Root, bool)| match self.parts.pack.forest.place(*at) {
            Place::Ask { question, .. } => {
                self.habits.get(usize::from(question.0)).copied().flatten().unwrap_or(false) != *answer
            }
            Place::Say(_) => false,
        };
        self.parts.follow(path).0.iter().filter(differs).count()
    }

    fn seek(&self, path: &[bool], tried: &Tried<'_>) -> Sought {
        if let Some(sought) = tried.paths.borrow().get(path) {
            return sought.clone();
        }
        let pack = self.parts.pack;
        let ground = Ground { book: &pack.book, sets: &pack.sets, period: &pack.manifest.period, codes: self.codes };
        let sought = tried.route.seek(&ground, &self.parts, path);
        tried.paths.borrow_mut().insert(path.to_vec(), sought.clone());
        sought
    }

    fn tell(&self, kind: GapKind, branch: Option<Branch>, path: &[bool], sought: Sought) -> Gap {
        let pack = self.parts.pack;
        let (steps, end) = self.parts.follow(path);
        let condition = |(at, answer): &(Root, bool)| {
            let Place::Ask { question, within, .. } = pack.forest.place(*at) else { return None };
            let asked = pack.book.get(question)?;
            let fact = pack.book.fact_words(asked.fact, &pack.sets);
            let within = within.and_then(|within| pack.forest.frame(within)).map(str::to_owned);
            Some(Condition { question: format!("{fact} {}", asked.words), answer: *answer, within })
        };
        let place = branch.and_then(|(place, answer)| {
            steps.iter().position(|(at, given)| self.parts.number(*at) == Some(place) && *given == answer)
        });
        Gap {
            kind,
            conditions: steps.iter().filter_map(condition).collect(),
            branch: place,
            outcome: end.map_or(Outcome::Pass, |leaf| self.parts.outcome(leaf).clone()),
            sought,
        }
    }
}

fn note(tally: &mut Tally, gaps: &mut Vec<Gap>, chosen: &mut Vec<Path>, gap: Option<(Gap, Path)>) {
    tally.all += 1;
    let Some((gap, path)) = gap else {
        tally.walked += 1;
        return;
    };
    match gap.sought {
        Sought::Impossible(_) => tally.impossible += 1,
        Sought::Found(_) if gap.kind != GapKind::Path => chosen.push(path),
        Sought::Found(_) | Sought::NotFound => {}
    }
    gaps.push(gap);
}
