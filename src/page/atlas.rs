//! The atlas of a pack: the chart of each rule, and of each definition as rules call it.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    chart::{Chart, Spot, Subject},
    region::{NONE, Region, Regions, TooLarge},
};
use crate::{
    fact::{Book, QuestionId},
    pack::{Pack, Rule},
    script::Returned,
    tree::Variables,
};

/// The charts of a pack.
pub struct Atlas<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// Its facts and questions, those that definitions ask by themselves too.
    pub book: Book,
    rules: BTreeMap<usize, Chart>,
    calls: BTreeMap<Arc<str>, Option<Chart>>,
}

impl<'a> Atlas<'a> {
    /// Runs every rule, and every definition that one calls, on every feasible path.
    pub fn of(pack: &'a Pack) -> Atlas<'a> {
        Atlas::of_rules(pack, pack.rules().map(|(_, rule)| rule))
    }

    /// The same for some rules only.
    pub fn of_rules<'r>(pack: &'a Pack, rules: impl Iterator<Item = &'r Rule>) -> Atlas<'a> {
        let mut atlas = Atlas { pack, book: Book::default(), rules: BTreeMap::new(), calls: BTreeMap::new() };
        for rule in rules {
            let own = Chart::of_rule(&pack.scripts, rule.script).filter(|chart| atlas.add_calls(chart));
            let chart = own.unwrap_or_else(|| Chart::of_tree(&pack.forest, rule.root));
            atlas.rules.insert(rule.script, chart);
        }
        atlas.book = pack.scripts.book();
        atlas
    }

    /// Whether every definition that the chart calls, and that those call, has a chart.
    fn add_calls(&mut self, chart: &Chart) -> bool {
        chart.calls().into_iter().all(|call| {
            if !self.calls.contains_key(&call) {
                let chart = Chart::of_call(&self.pack.scripts, &call).filter(|chart| self.add_calls(chart));
                self.calls.insert(call.clone(), chart);
            }
            self.call(&call).is_some()
        })
    }

    /// The chart of a rule.
    pub fn rule(&self, rule: &Rule) -> Option<&Chart> {
        self.rules.get(&rule.script)
    }

    /// The chart of a definition, as it was called.
    pub fn call(&self, call: &str) -> Option<&Chart> {
        self.calls.get(call).and_then(Option::as_ref)
    }

    /// The definitions that a chart calls, and that those call: a definition stands before those
    /// it calls.
    pub fn calls_of(&self, chart: &Chart) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        for call in chart.calls() {
            let below = self.call(&call).map(|chart| self.calls_of(chart)).unwrap_or_default();
            for call in std::iter::once(call).chain(below) {
                found.retain(|known| *known != call);
                found.push(call);
            }
        }
        found
    }

    /// The room of the lines that a chart can tell apart; none where they are too many.
    pub(super) fn regions(&self, chart: &Chart) -> Option<Regions> {
        let mut asked = chart.questions.clone();
        for call in self.calls_of(chart) {
            asked.extend(self.call(&call).into_iter().flat_map(|chart| &chart.questions));
        }
        let mut book = Book::default();
        for fact in self.book.facts() {
            book.fact(fact.clone());
        }
        for question in asked.iter().filter_map(|id| self.book.get(*id)) {
            book.question(question.fact, question.test.clone(), || question.words.clone());
        }
        Variables::new(&book, &self.pack.sets).ok().map(Regions::new)
    }

    /// Where a subject has one of some results.
    pub(super) fn where_is(
        &self,
        regions: &mut Regions,
        known: &mut Known,
        subject: &Subject,
        results: &[Returned],
    ) -> Result<Region, TooLarge> {
        match subject {
            Subject::Question(question) => {
                let region = self.of_question(regions, known, *question)?;
                if results.contains(&Returned::YesNo(true)) {
                    Ok(region)
                } else {
                    regions.less(super::region::ALL, region)
                }
            }
            Subject::Call(call) => {
                if !known.calls.contains_key(call) {
                    let ends = match self.call(call) {
                        Some(chart) => self.ends(regions, known, chart)?,
                        None => Vec::new(),
                    };
                    known.calls.insert(call.clone(), ends);
                }
                let mut region = NONE;
                for (end, part) in known.calls.get(call).cloned().unwrap_or_default() {
                    if results.contains(&end) {
                        region = regions.or(region, part)?;
                    }
                }
                Ok(region)
            }
        }
    }

    /// Where a chart comes to each of its ends.
    pub(super) fn ends(
        &self,
        regions: &mut Regions,
        known: &mut Known,
        chart: &Chart,
    ) -> Result<Vec<(Returned, Region)>, TooLarge> {
        let mut reached = vec![NONE; chart.len()];
        if let Some(root) = reached.get_mut(chart.root()) {
            *root = super::region::ALL;
        }
        let mut ends = Vec::new();
        // What a spot leads to stands before it.
        for (id, spot) in chart.spots().rev() {
            let here = reached.get(id).copied().unwrap_or(NONE);
            match spot {
                Spot::End(end) => ends.push((end.clone(), here)),
                Spot::Fork(subject, branches) => {
                    for (results, to) in branches {
                        let branch = self.where_is(regions, known, subject, results)?;
                        let branch = regions.and(here, branch)?;
                        if let Some(there) = reached.get_mut(*to) {
                            *there = regions.or(*there, branch)?;
                        }
                    }
                }
            }
        }
        Ok(ends)
    }

    fn of_question(&self, regions: &mut Regions, known: &mut Known, id: QuestionId) -> Result<Region, TooLarge> {
        if let Some(region) = known.questions.get(&id) {
            return Ok(*region);
        }
        let region = match self.book.get(id) {
            Some(question) => regions.of_question(question)?,
            None => NONE,
        };
        known.questions.insert(id, region);
        Ok(region)
    }
}

/// The regions of questions and definitions that were looked up before.
#[derive(Default)]
pub(super) struct Known {
    questions: BTreeMap<QuestionId, Region>,
    calls: BTreeMap<Arc<str>, Vec<(Returned, Region)>>,
}
