//! What documentation would give another verdict: one fact, else two, everything else as it is.
//!
//! Exact, and read off the diagram at once: it is restricted to what is known of the line with every
//! documentable fact left free, and what is left, a few nodes, is asked for each value and each pair
//! of values. A pair is told only for a verdict that no single fact gives, so that neither of its
//! two changes is superfluous: without it the other would give that verdict alone.

use super::{
    Asked, LineFacts,
    words::{choices_of, fact_name, is_backwards, span_words},
};
use crate::{
    fact::{Fact, FactId, Shape},
    tree::{Open, ValueMask, Variable, VariableKind, Verdicts},
    verdict::{Change, Verdict, WouldChange},
};

/// A documentable fact, with what could be documented.
struct Dial {
    name: String,
    shape: Shape,
    /// Its variables, each with the values it can have as things are.
    now: Vec<(u16, ValueMask)>,
    settings: Vec<Setting>,
    /// The amounts that cut a quantity, in order; none for choices.
    cuts: Vec<i64>,
}

/// One thing that could be documented of a fact, as far as the pack's questions can tell.
struct Setting {
    /// The values its variables then have.
    masks: Vec<(u16, ValueMask)>,
    /// The part of a quantity, in order.
    part: usize,
    /// The choices, where it is a choice.
    words: Vec<&'static str>,
}

/// What is left of a diagram where variables have the values that are asked for.
pub(super) type Restrict<'r> = &'r dyn Fn(&mut dyn FnMut(u16) -> ValueMask) -> Open;

/// The documentation that would give another verdict than `verdict`.
pub(super) fn would_change(
    asked: Asked<'_>,
    facts: &mut LineFacts<'_>,
    restrict: Restrict<'_>,
    verdict: Verdict,
) -> Vec<WouldChange> {
    let dials: Vec<Dial> = (0u16..)
        .map(FactId)
        .zip(asked.book.facts())
        .filter(|(_, fact)| fact.kind.documentable)
        .filter_map(|(id, fact)| dial(asked, facts, id, fact))
        .collect();
    let free: Vec<u16> = dials.iter().flat_map(|dial| &dial.now).map(|(variable, _)| *variable).collect();
    let open = restrict(&mut |variable| {
        if free.contains(&variable) { ValueMask::ANY } else { facts.mask(variable) }
    });
    let reached = open.possible(&|_, _| true);
    if reached.iter().all(|other| other == verdict) {
        return Vec::new();
    }
    let ask = |changed: &[&Setting]| possible(&open, &dials, changed).only().filter(|then| *then != verdict);
    let (mut changes, mut told) = (Vec::new(), Verdicts::default());
    for dial in &dials {
        let thens: Vec<Option<Verdict>> = dial.settings.iter().map(|setting| ask(&[setting])).collect();
        thens.iter().flatten().for_each(|then| told.insert(*then));
        changes.extend(singles(dial, &thens));
    }
    for wanted in reached.iter().filter(|other| *other != verdict && !told.contains(*other)) {
        for (place, first) in dials.iter().enumerate() {
            for second in dials.iter().skip(place + 1) {
                let gives = |one: &Setting, two: &Setting| ask(&[one, two]) == Some(wanted);
                changes.extend(pairs(first, second, gives).into_iter().map(|all| WouldChange { all, then: wanted }));
            }
        }
    }
    changes
}

fn dial(asked: Asked<'_>, facts: &mut LineFacts<'_>, id: FactId, fact: &Fact) -> Option<Dial> {
    let of_fact = || asked.variables.iter().filter(|(_, variable)| variable.fact == id);
    let known = of_fact().find(|(_, variable)| matches!(variable.kind, VariableKind::Known)).map(|(place, _)| place);
    let value = of_fact().find(|(_, variable)| !matches!(variable.kind, VariableKind::Known));
    let settings = settings(fact, known, value);
    let places: Vec<u16> = known.into_iter().chain(value.map(|(place, _)| place)).collect();
    let cuts = match value.map(|(_, variable)| &variable.kind) {
        Some(VariableKind::Cuts(cuts)) => cuts.clone(),
        _ => Vec::new(),
    };
    (!settings.is_empty()).then(|| Dial {
        name: fact_name(asked, id),
        shape: fact.kind.shape,
        now: places.into_iter().map(|place| (place, facts.mask(place))).collect(),
        settings,
        cuts,
    })
}

/// What is documented is given, unless it is what absence means: not stated, no.
fn settings(fact: &Fact, known: Option<u16>, value: Option<(u16, &Variable)>) -> Vec<Setting> {
    let given = |is_given: bool| known.map(|place| (place, ValueMask::one(usize::from(is_given))));
    let shape = fact.kind.shape;
    let of_choices = |place: Option<(u16, ValueMask)>, names: Vec<&'static str>| {
        let (absent, rest): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| known.is_some() && Some(*name) == fact.kind.absent_choice());
        [(absent, false), (rest, true)].into_iter().filter(|(names, _)| !names.is_empty()).map(
            move |(words, is_given)| Setting {
                masks: place.clone().into_iter().chain(given(is_given)).collect(),
                part: 0,
                words,
            },
        )
    };
    match (shape, value) {
        (Shape::Quantity(_) | Shape::Date, Some((place, variable))) => {
            let VariableKind::Cuts(cuts) = &variable.kind else { return Vec::new() };
            let parts = (0..=cuts.len()).filter(|part| !is_backwards(shape, cuts, *part));
            let setting = |part: usize| Setting {
                masks: given(true).into_iter().chain([(place, ValueMask::one(part))]).collect(),
                part,
                words: Vec::new(),
            };
            parts.map(setting).collect()
        }
        (Shape::Quantity(_) | Shape::Date, None) => {
            vec![Setting { masks: given(true).into_iter().collect(), part: 0, words: vec!["given"] }]
        }
        (Shape::Choice(_) | Shape::YesNo, Some((place, variable))) => {
            let VariableKind::Choices(choices) = &variable.kind else { return Vec::new() };
            let names = |value: usize| choices_of(shape, choices, value);
            (0..=choices.len())
                .flat_map(|value| of_choices(Some((place, ValueMask::one(value))), names(value)))
                .collect()
        }
        (Shape::Choice(_) | Shape::YesNo, None) => of_choices(None, choices_of(shape, &[], 0)).collect(),
        // Never a code.
        (Shape::Code | Shape::Codes, _) => Vec::new(),
    }
}

/// The verdicts that are possible where some dials are set and the others stand as they do.
fn possible(open: &Open, dials: &[Dial], changed: &[&Setting]) -> Verdicts {
    let find = |masks: &[(u16, ValueMask)], variable: u16, value: usize| {
        masks.iter().find(|(place, _)| *place == variable).map(|(_, mask)| mask.contains(value))
    };
    open.possible(&|variable, value| {
        let set = changed.iter().find_map(|setting| find(&setting.masks, variable, value));
        set.or_else(|| dials.iter().find_map(|dial| find(&dial.now, variable, value))).unwrap_or(true)
    })
}

/// A row for each verdict a dial can give, its settings put together.
fn singles(dial: &Dial, thens: &[Option<Verdict>]) -> Vec<WouldChange> {
    let mut verdicts = Verdicts::default();
    thens.iter().flatten().for_each(|then| verdicts.insert(*then));
    let mut rows: Vec<(usize, WouldChange)> = Vec::new();
    for then in verdicts.iter() {
        let giving: Vec<usize> = (0..thens.len()).filter(|place| thens.get(*place) == Some(&Some(then))).collect();
        for run in dial.runs(&giving) {
            let first = run.first().copied().unwrap_or_default();
            rows.push((first, WouldChange { all: vec![dial.change(&run)], then }));
        }
    }
    rows.sort_by_key(|(first, _)| *first);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The pairs of settings for which `gives` holds, as few rows of one condition each.
fn pairs(first: &Dial, second: &Dial, gives: impl Fn(&Setting, &Setting) -> bool) -> Vec<Vec<Change>> {
    let table: Vec<Vec<bool>> =
        first.settings.iter().map(|one| second.settings.iter().map(|two| gives(one, two)).collect()).collect();
    let turned: Vec<Vec<bool>> =
        (0..second.settings.len()).map(|two| table.iter().map(|row| row.get(two) == Some(&true)).collect()).collect();
    let straight = boxes(first, second, &table);
    let across = boxes(second, first, &turned);
    if across.len() < straight.len() {
        return across.into_iter().map(|(two, one)| vec![one, two]).collect();
    }
    straight.into_iter().map(|(one, two)| vec![one, two]).collect()
}

/// Settings of `rows` that go with the same settings of `columns` stand together.
fn boxes(rows: &Dial, columns: &Dial, table: &[Vec<bool>]) -> Vec<(Change, Change)> {
    let mut groups: Vec<(&Vec<bool>, Vec<usize>)> = Vec::new();
    for (place, row) in table.iter().enumerate().filter(|(_, row)| row.contains(&true)) {
        match groups.iter_mut().find(|(same, _)| *same == row) {
            Some((_, places)) => places.push(place),
            None => groups.push((row, vec![place])),
        }
    }
    let mut all = Vec::new();
    for (row, places) in groups {
        let with: Vec<usize> = row.iter().enumerate().filter(|(_, gives)| **gives).map(|(place, _)| place).collect();
        for run in rows.runs(&places) {
            all.extend(columns.runs(&with).iter().map(|other| (rows.change(&run), columns.change(other))));
        }
    }
    all
}

impl Dial {
    /// Settings that one condition can name: of a quantity those that follow one another, of a
    /// choice all.
    fn runs(&self, places: &[usize]) -> Vec<Vec<usize>> {
        if self.cuts.is_empty() {
            return vec![places.to_vec()];
        }
        let mut runs: Vec<Vec<usize>> = Vec::new();
        for place in places {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| last + 1 == *place) => run.push(*place),
                _ => runs.push(vec![*place]),
            }
        }
        runs
    }

    fn change(&self, run: &[usize]) -> Change {
        let settings: Vec<&Setting> = run.iter().filter_map(|place| self.settings.get(*place)).collect();
        let when = match (settings.first(), settings.last()) {
            (Some(first), Some(last)) if !self.cuts.is_empty() => {
                span_words(self.shape, &self.cuts, first.part, last.part)
            }
            _ => settings.iter().flat_map(|setting| setting.words.iter().copied()).collect::<Vec<_>>().join(" or "),
        };
        Change { fact: self.name.clone(), when }
    }
}
