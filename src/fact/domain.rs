//! What is still possible of each fact on a path of answers.
//!
//! Exact: after any answers, [`Domains::forced`] says `None` only where a value exists for either
//! answer. Facts are taken as independent of one another.

use std::collections::BTreeMap;

use super::{Book, FactId, Question, Shape, Test};
use crate::code::ClassMask;

/// The remaining domain of every fact asked so far.
#[derive(Clone, Debug)]
pub struct Domains {
    all: ClassMask,
    domains: BTreeMap<FactId, Domain>,
    known: BTreeMap<FactId, bool>,
}

#[derive(Clone, Debug)]
enum Domain {
    /// The code is in one of these classes.
    Code(ClassMask),
    /// No code of these classes is there; of each of those at least one is.
    Codes { absent: ClassMask, some: Vec<ClassMask> },
    /// Between the two, both included.
    Span(i64, i64),
    /// One of the choices whose bits are set.
    Choice(u32),
}

impl Domains {
    /// Nothing asked yet; `all` is every class of the pack.
    pub fn new(all: ClassMask) -> Domains {
        Domains { all, domains: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// Nothing asked yet, again.
    pub fn clear(&mut self) {
        self.domains.clear();
        self.known.clear();
    }

    /// The only answer still possible, or `None` where both are.
    pub fn forced(&self, question: &Question, book: &Book) -> Option<bool> {
        if question.test == Test::Known {
            return self.known.get(&question.fact).copied();
        }
        let fresh;
        let domain = match self.domains.get(&question.fact) {
            Some(domain) => domain,
            None => {
                fresh = self.fresh(question.fact, book)?;
                &fresh
            }
        };
        match (domain, &question.test) {
            (Domain::Code(left), Test::In(mask)) => forced_of(left.meets(mask), !left.is_within(mask)),
            (Domain::Codes { absent, some }, Test::In(mask)) => {
                if some.iter().any(|one| one.without(absent).is_within(mask)) {
                    return Some(true);
                }
                mask.is_within(absent).then_some(false)
            }
            (Domain::Span(low, high), Test::AtLeast(least)) => forced_of(high >= least, low < least),
            (Domain::Choice(left), Test::Is(choice)) => forced_of(left >> choice & 1 == 1, left & !(1 << choice) != 0),
            (_, Test::Known | Test::In(_) | Test::AtLeast(_) | Test::Is(_)) => None,
        }
    }

    /// Takes an answer as given. INVARIANT: it is not the opposite of a forced one.
    pub fn assume(&mut self, question: &Question, yes: bool, book: &Book) {
        if question.test == Test::Known {
            self.known.insert(question.fact, yes);
            return;
        }
        if !self.domains.contains_key(&question.fact) {
            let Some(fresh) = self.fresh(question.fact, book) else { return };
            self.domains.insert(question.fact, fresh);
        }
        let Some(domain) = self.domains.get_mut(&question.fact) else { return };
        match (domain, &question.test) {
            (Domain::Code(left), Test::In(mask)) => *left = if yes { left.and(mask) } else { left.without(mask) },
            (Domain::Codes { some, .. }, Test::In(mask)) if yes => some.push(mask.clone()),
            (Domain::Codes { absent, .. }, Test::In(mask)) => *absent = absent.or(mask),
            (Domain::Span(low, _), Test::AtLeast(least)) if yes => *low = (*low).max(*least),
            (Domain::Span(_, high), Test::AtLeast(least)) => *high = (*high).min(least - 1),
            (Domain::Choice(left), Test::Is(choice)) => *left &= if yes { 1 << choice } else { !(1 << choice) },
            (_, Test::Known | Test::In(_) | Test::AtLeast(_) | Test::Is(_)) => {}
        }
    }

    fn fresh(&self, fact: FactId, book: &Book) -> Option<Domain> {
        Some(match book.get_fact(fact)?.kind.shape {
            Shape::Code => Domain::Code(self.all.clone()),
            Shape::Codes => Domain::Codes { absent: ClassMask::default(), some: Vec::new() },
            Shape::Quantity(_) | Shape::Date => Domain::Span(i64::MIN, i64::MAX),
            Shape::Choice(choices) => Domain::Choice((1 << choices.len()) - 1),
            Shape::YesNo => Domain::Choice(0b11),
        })
    }
}

fn forced_of(yes_possible: bool, no_possible: bool) -> Option<bool> {
    match (yes_possible, no_possible) {
        (true, true) => None,
        (yes, _) => Some(yes),
    }
}
