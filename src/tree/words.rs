//! Facts and their values in the words of a rationale, made once for all lines.

use std::sync::OnceLock;

use super::{Dial, VariableKind, Variables, dial::dials};
use crate::{
    code::{ClassMask, ValueSets},
    fact::{Book, FactId, Shape, Test, Unit, amount_words},
};

/// What is asked, in words.
pub struct Words {
    /// Each fact as scripts write it, and its name with arguments only where its kind is asked with
    /// several.
    facts: Vec<(String, String)>,
    /// What each value of each variable is; made when it is first told.
    values: Vec<OnceLock<Vec<String>>>,
    /// What could be documented of facts.
    dials: Vec<Dial>,
    /// Whether each variable is one of a dial's.
    is_dialled: Vec<bool>,
}

impl Words {
    /// The words of what is asked.
    pub fn of(book: &Book, sets: &ValueSets, variables: &Variables) -> Words {
        let name = |id: FactId| {
            let whole = book.fact_words(id, sets);
            let Some(fact) = book.get_fact(id) else { return (whole.clone(), whole) };
            let alike = book.facts().iter().filter(|other| other.kind == fact.kind).count();
            let short = if alike > 1 { whole.clone() } else { fact.kind.name.to_owned() };
            (whole, short)
        };
        let facts: Vec<(String, String)> = (0u16..).map(FactId).take(book.facts().len()).map(name).collect();
        let dials = dials(book, variables, &|id: FactId| facts.get(usize::from(id.0)).map_or("", |(_, short)| short));
        let is_dialled = |place: u16| dials.iter().any(|dial| dial.variables.contains(&place));
        Words {
            is_dialled: variables.iter().map(|(place, _)| is_dialled(place)).collect(),
            values: variables.iter().map(|_| OnceLock::new()).collect(),
            facts,
            dials,
        }
    }

    /// A fact as scripts write it.
    pub fn fact(&self, id: FactId) -> &str {
        self.facts.get(usize::from(id.0)).map_or("", |(whole, _)| whole)
    }

    /// A fact's name; with its arguments where its kind is asked with several.
    pub fn fact_name(&self, id: FactId) -> &str {
        self.facts.get(usize::from(id.0)).map_or("", |(_, short)| short)
    }

    /// What could be documented of facts.
    pub fn dials(&self) -> &[Dial] {
        &self.dials
    }

    /// Whether documentation could change the value of a variable.
    pub fn is_dialled(&self, variable: u16) -> bool {
        self.is_dialled.get(usize::from(variable)).copied().unwrap_or(false)
    }

    /// A value of a variable of codes in words: of a set of codes the first value is its part.
    pub fn value(&self, (book, sets, variables): (&Book, &ValueSets, &Variables), variable: u16, value: usize) -> &str {
        let words = || {
            let Some(variable) = variables.get(variable) else { return Vec::new() };
            let asked = SetsAsked::of(book, sets, variable.fact);
            match &variable.kind {
                VariableKind::Code(parts) => parts.iter().map(|part| asked.words(part)).collect(),
                VariableKind::Part(part) => vec![asked.words(part)],
                VariableKind::Known | VariableKind::Cuts(_) | VariableKind::Choices(_) => Vec::new(),
            }
        };
        let kept = self.values.get(usize::from(variable)).map(|kept| kept.get_or_init(words));
        kept.and_then(|words| words.get(value)).map_or("", String::as_str)
    }
}

/// Whether a part of the months lies before 0: there stands only what contradicts itself, an onset
/// after the service.
pub fn is_backwards(shape: Shape, cuts: &[i64], part: usize) -> bool {
    shape == Shape::Quantity(Unit::Months) && cuts.get(part).is_some_and(|cut| *cut <= 0)
}

/// The parts of a quantity or a date from `first` to `last`: `≥ 3 calendar months`.
pub fn span_words(shape: Shape, cuts: &[i64], first: usize, last: usize) -> String {
    let counts_from_0 = shape == Shape::Quantity(Unit::Months);
    let cut = |place: usize| cuts.get(place).map(|cut| amount_words(shape, *cut));
    let (at_least, below) = if shape == Shape::Date { ("on or after ", "before ") } else { ("≥ ", "< ") };
    let from = first.checked_sub(1).filter(|place| !(counts_from_0 && cuts.get(*place) == Some(&0)));
    match (from.and_then(cut), cut(last)) {
        (Some(from), Some(to)) => format!("{at_least}{from} and {below}{to}"),
        (Some(from), None) => format!("{at_least}{from}"),
        (None, Some(to)) => format!("{below}{to}"),
        (None, None) => "any".to_owned(),
    }
}

/// The choices that the `value`-th value of a variable over `choices` stands for.
pub fn choices_of(shape: Shape, choices: &[u8], value: usize) -> Vec<&'static str> {
    let names: &[&'static str] = match shape {
        Shape::Choice(names) => names,
        _ => &["no", "yes"],
    };
    match choices.get(value) {
        Some(choice) => names.get(usize::from(*choice)).copied().into_iter().collect(),
        None => (0u8..).zip(names).filter(|(place, _)| !choices.contains(place)).map(|(_, name)| *name).collect(),
    }
}

/// The value sets that are asked of a fact, each with its name.
struct SetsAsked<'a>(Vec<(&'a str, ClassMask)>);

impl<'a> SetsAsked<'a> {
    /// Those of a fact, each once.
    fn of(book: &'a Book, sets: &'a ValueSets, fact: FactId) -> SetsAsked<'a> {
        let all = sets.all();
        let mut told: Vec<(&'a str, ClassMask)> = Vec::new();
        for question in book.questions().iter().filter(|question| question.fact == fact) {
            let Test::In(mask) = &question.test else { continue };
            let (is_outside, name) = match question.words.split_once(' ') {
                Some(("outside", name)) => (true, name),
                Some((_, name)) => (false, name),
                None => (false, question.words.as_str()),
            };
            let mask = if is_outside { all.without(mask) } else { mask.clone() };
            if !told.iter().any(|(_, known)| *known == mask) {
                let name = if mask == ClassMask::of_no_set() { NO_SET } else { named(sets, name, &mask) };
                told.push((name, mask));
            }
        }
        SetsAsked(told)
    }

    /// A part of the code space in words: the smallest of the sets that it lies in, without those of
    /// its neighbours. No two parts have the same words.
    fn words(&self, part: &ClassMask) -> String {
        // INVARIANT: a part lies in a set as a whole, or apart from it.
        let Some(one) = part.iter().next() else { return String::new() };
        let around: Vec<&(&str, ClassMask)> = self.0.iter().filter(|(_, mask)| mask.contains(one)).collect();
        let is_smallest =
            |set: &&&(&str, ClassMask)| !around.iter().any(|(_, other)| *other != set.1 && other.is_within(&set.1));
        let smallest: Vec<&(&str, ClassMask)> = around.iter().filter(is_smallest).copied().collect();
        let Some((_, first)) = smallest.first() else { return "any other".to_owned() };
        let within = smallest.iter().fold(first.clone(), |within, (_, mask)| within.and(mask));
        let apart =
            self.0.iter().filter(|(_, mask)| !mask.contains(one) && within.iter().any(|class| mask.contains(class)));
        let names = |sets: Vec<&(&str, ClassMask)>, last: &str| {
            sets.iter().map(|(name, _)| *name).collect::<Vec<&str>>().join(last)
        };
        match names(apart.collect(), " or ") {
            apart if apart.is_empty() => names(smallest, " and "),
            apart => format!("{} but not {apart}", names(smallest, " and ")),
        }
    }
}

/// What a question for codes in no set asks for.
const NO_SET: &str = "codes in no value set";

/// The name of the set that has these classes; `name`, where it is one of several packs' of that
/// name, may be another's.
fn named<'a>(sets: &'a ValueSets, name: &'a str, mask: &ClassMask) -> &'a str {
    let is_it = |name: &str| sets.find(name).is_some_and(|set| sets.mask(set) == mask);
    if is_it(name) {
        return name;
    }
    let names = sets.definitions().iter().map(|definition| definition.name.as_str());
    names.into_iter().find(|name| is_it(name)).unwrap_or(name)
}
