//! Every way in which the questions with few answers can be answered, and what is asked then.
//!
//! A question has few answers where the pack's own questions cut them into a few cells: choices, yes
//! or no, and days of which only the completed months or years count. On these others may hang. All
//! others (codes, days of service, words, amounts) are asked last and together.

use std::collections::{BTreeSet, HashMap};

use super::{
    fill::{Filling, as_given, day_limits},
    form::choices_of,
    wanted::{Wanted, wanted},
};
use crate::{
    date::{Date, months_between, plus_months},
    desk::Desk,
    fact::{DICTIONARY, FactKind, Input, Question, Test},
    pack::Pack,
    private::Private,
    questionnaire::Answer,
    request::{Request, Source},
};

/// How many ways of answering are gone through: each is a decision of the whole request, some tens
/// of microseconds a line. Past it the last questions are asked whether or not the first settle them.
const WAYS_MAX: usize = 512;

/// How many lines are judged on all ways together, so that a request of 999 lines is not gone
/// through 512 times: a tenth of a second.
const LINES_JUDGED_MAX: usize = 4096;

/// The ways of answering; equal ends are kept once.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub(super) nodes: Vec<Node>,
    pub(super) root: usize,
    index: HashMap<Node, usize>,
}

/// A place on the ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A question, and where each answer leads.
    Ask { input: Input, branches: Vec<(Cell, usize)> },
    /// What is then asked all at once.
    End(BTreeSet<Input>),
}

/// Answers that nothing tells apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Cell {
    /// These choices of so many; of yes and no, 0 is no.
    Choices { chosen: BTreeSet<usize>, of: usize },
    /// The days from the first to the last, both included, each perhaps open.
    Days(Option<Date>, Option<Date>),
}

struct Exploring<'p> {
    desk: &'p Desk,
    /// The inputs that others may hang on.
    dials: Vec<Input>,
    paths: Paths,
}

/// Every way of answering what is wanted of a request.
pub(super) fn paths(desk: &Desk, request: &Request) -> Paths {
    let first = wanted(desk, request);
    let mut dials: Vec<Input> = first.keys().copied().filter(|input| is_dial(*input, &first, request)).collect();
    dials.sort_by_key(|input| rank(*input));
    let ways_max = LINES_JUDGED_MAX.checked_div(request.lines.len()).unwrap_or(WAYS_MAX).min(WAYS_MAX);
    let mut ways = 1usize;
    let kept = dials.iter().take_while(|input| {
        ways = ways.saturating_mul(cells(desk.packs(), request, **input, &first).len().max(1));
        ways <= ways_max
    });
    let kept = kept.count();
    dials.truncate(kept);
    let mut exploring = Exploring { desk, dials, paths: Paths::default() };
    let root = exploring.explore(request, &mut Vec::new());
    Paths { root, ..exploring.paths }
}

/// The order in which questions are put: those of the request, then line by line.
pub(super) fn rank(input: Input) -> (usize, Input) {
    let line = match input {
        Input::Concept(line)
        | Input::Purpose(line)
        | Input::Procedure(line)
        | Input::ServiceDate(line)
        | Input::Narrative(line)
        | Input::Modifiers(line)
        | Input::Diagnoses(line)
        | Input::PlaceOfService(line)
        | Input::Units(line)
        | Input::Charge(line) => line + 1,
        Input::Approval
        | Input::BirthDate
        | Input::Sex
        | Input::Diagnosis(_)
        | Input::PainType
        | Input::Onset
        | Input::LineOfBusiness
        | Input::DiagnosisCode(_)
        | Input::ConditionCodes
        | Input::EarlierDay(_) => 0,
    };
    (line, input)
}

/// Whether an input has few answers: of a day only where every line that wants it has its own.
fn is_dial(input: Input, wanted: &Wanted, request: &Request) -> bool {
    let mut lines = wanted.get(&input).into_iter().flatten().filter_map(|place| request.lines.get(*place));
    match input {
        Input::BirthDate | Input::Onset => lines.all(|line| request.service_day(line).is_some()),
        Input::Approval | Input::Diagnosis(_) => true,
        _ => choices_of(input).is_some(),
    }
}

impl Exploring<'_> {
    fn explore(&mut self, request: &Request, asked: &mut Vec<Input>) -> usize {
        let mut wanted = wanted(self.desk, request);
        wanted.retain(|input, _| !asked.contains(input));
        let next =
            self.dials.iter().copied().find(|input| wanted.contains_key(input) && is_dial(*input, &wanted, request));
        let Some(input) = next else {
            let last = self.last(request, wanted.into_keys().collect(), asked);
            return self.paths.keep(Node::End(last));
        };
        asked.push(input);
        let mut branches: Vec<(Cell, usize)> = Vec::new();
        for (cell, answer) in cells(self.desk.packs(), request, input, &wanted) {
            let mut filling = Filling::new(self.desk, request);
            // What a cell stands for can always be filled in.
            let _ = filling.fill(input, &answer, &Source::field("answer"));
            let child = self.explore(&filling.request, asked);
            merge(&mut branches, cell, child);
        }
        asked.pop();
        self.paths.keep(Node::Ask { input, branches })
    }
}

impl Exploring<'_> {
    /// What is asked all at once. An answer to what was absent also gives it, and a rule may ask
    /// whether it was given: so what is asked counts as given, and what is then wanted is asked too.
    fn last(&self, request: &Request, mut inputs: BTreeSet<Input>, asked: &[Input]) -> BTreeSet<Input> {
        let mut given = request.clone();
        loop {
            inputs.iter().for_each(|input| as_given(&mut given, *input));
            let more = wanted(self.desk, &given).into_keys().filter(|input| !asked.contains(input));
            let before = inputs.len();
            inputs.extend(more);
            if inputs.len() == before {
                return inputs;
            }
        }
    }
}

impl Paths {
    /// Everything that is asked for on some way, perhaps several times.
    pub(super) fn inputs(&self) -> impl Iterator<Item = Input> {
        self.nodes.iter().flat_map(|node| match node {
            Node::Ask { input, .. } => BTreeSet::from([*input]),
            Node::End(inputs) => inputs.clone(),
        })
    }

    fn keep(&mut self, node: Node) -> usize {
        let nodes = &mut self.nodes;
        *self.index.entry(node.clone()).or_insert_with(|| {
            nodes.push(node);
            nodes.len() - 1
        })
    }
}

/// Adds a branch; cells that lead to the same place become one, days only where they adjoin.
pub(super) fn merge(branches: &mut Vec<(Cell, usize)>, cell: Cell, child: usize) {
    match &cell {
        Cell::Choices { chosen: more, .. } => {
            for (known, to) in branches.iter_mut() {
                if let Cell::Choices { chosen, .. } = known
                    && *to == child
                {
                    chosen.extend(more);
                    return;
                }
            }
        }
        Cell::Days(_, last) => {
            if let Some((Cell::Days(_, end), to)) = branches.last_mut()
                && *to == child
            {
                *end = *last;
                return;
            }
        }
    }
    branches.push((cell, child));
}

/// The cells of an input's answers, in order, each with one of its answers.
fn cells(packs: &[Pack], request: &Request, input: Input, wanted: &Wanted) -> Vec<(Cell, Answer)> {
    let one = |place, of| Cell::Choices { chosen: BTreeSet::from([place]), of };
    match input {
        Input::Approval => {
            // Any day will do: that it has one is all that is asked.
            let given = Answer::Day(Private::new(Date::constant(2000, 1, 1)));
            vec![(one(0, 2), Answer::YesNo(false)), (one(1, 2), given)]
        }
        Input::Diagnosis(_) => vec![(one(0, 2), Answer::YesNo(false)), (one(1, 2), Answer::YesNo(true))],
        Input::BirthDate => days(request, input, wanted, &thresholds(packs, "patient.age_years", 12)),
        Input::Onset => days(request, input, wanted, &thresholds(packs, "line.months_since_onset", 1)),
        _ => choices(packs, input),
    }
}

/// The choices that a pack asks for, each by itself, and all others together.
fn choices(packs: &[Pack], input: Input) -> Vec<(Cell, Answer)> {
    let Some((fact, names)) = choices_of(input) else { return Vec::new() };
    let is_named = |place: usize| {
        packs.iter().any(|pack| {
            let of_fact =
                |question: &&Question| pack.book.get_fact(question.fact).is_some_and(|one| one.kind.name == fact);
            let is = u8::try_from(place).map(Test::Is);
            pack.book.questions().iter().filter(of_fact).any(|question| {
                // Whether it was given at all tells what absence means from every other choice.
                let is_absence = question.test == Test::Known && names.get(place) == question_absence(fact).as_ref();
                is_absence || is.as_ref() == Ok(&question.test)
            })
        })
    };
    let (named, others): (Vec<usize>, Vec<usize>) = (0..names.len()).partition(|place| is_named(*place));
    let cell = |places: &[usize]| Cell::Choices { chosen: places.iter().copied().collect(), of: names.len() };
    let all = named.chunks(1).chain(Some(others.as_slice()).filter(|others| !others.is_empty()));
    all.filter_map(|places| Some((cell(places), Answer::Choice(*places.first()?)))).collect()
}

fn question_absence(fact: &str) -> Option<&'static str> {
    DICTIONARY.iter().find(|kind| kind.name == fact).and_then(FactKind::absent_choice)
}

/// The amounts that the packs hold a fact against, in months.
fn thresholds(packs: &[Pack], name: &str, months: i64) -> BTreeSet<i32> {
    let mut all = BTreeSet::new();
    for pack in packs {
        for question in pack.book.questions() {
            let is_of = pack.book.get_fact(question.fact).is_some_and(|fact| fact.kind.name == name);
            if let (true, Test::AtLeast(least)) = (is_of, &question.test) {
                all.extend(i32::try_from(least.saturating_mul(months)));
            }
        }
    }
    all
}

fn days(request: &Request, input: Input, wanted: &Wanted, months: &BTreeSet<i32>) -> Vec<(Cell, Answer)> {
    let (min, max) = day_limits(request, input);
    let lines = wanted.get(&input).into_iter().flatten().filter_map(|place| request.lines.get(*place));
    let mut ends: BTreeSet<Date> = lines
        .filter_map(|line| request.service_day(line))
        .flat_map(|day| months.iter().filter_map(move |months| last_day_since(day, *months)))
        .filter(|end| min.is_none_or(|min| *end >= min) && max.is_none_or(|max| *end < max))
        .collect();
    let mut cells = Vec::new();
    let mut from = min;
    while let Some(end) = ends.pop_first() {
        cells.push((Cell::Days(from, Some(end)), Answer::Day(Private::new(end))));
        from = end.tomorrow().ok();
    }
    let last = from.or(max).unwrap_or(Date::constant(2000, 1, 1));
    cells.push((Cell::Days(from, max), Answer::Day(Private::new(last))));
    cells
}

/// The last day from which `months` calendar months have passed by `day`.
fn last_day_since(day: Date, months: i32) -> Option<Date> {
    let mut last = plus_months(day, months.checked_neg()?);
    while months_between(last, day) < months {
        last = last.yesterday().ok()?;
    }
    while last.tomorrow().is_ok_and(|next| months_between(next, day) >= months) {
        last = last.tomorrow().ok()?;
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_passed_since_a_day_and_not_since_the_next() {
        let mut day = Date::constant(2024, 1, 1);
        for _ in 0..800 {
            for months in [-1, 0, 1, 3, 12, 18 * 12] {
                let last = last_day_since(day, months).unwrap();
                assert!(months_between(last, day) >= months, "{day} {months}");
                assert!(months_between(last.tomorrow().unwrap(), day) < months, "{day} {months}");
            }
            day = day.tomorrow().unwrap();
        }
    }
}
