//! The earlier services of a witness: all history facts at once.
//!
//! Every fact of history only grows as services are added. So services are added one by one for
//! the first wanted answer that is not there yet, and taken away again where one makes too much:
//! a search without chance, cut off after [`TRIES_MAX`] services.

use std::collections::BTreeMap;

use super::{
    Ground, answer,
    codes::{DIAGNOSIS, PROCEDURE, UNTABLED},
    left::Wants,
};
use crate::{
    code::{ClassMask, Code},
    date::{Date, DateSpan, months_between, plus_months},
    fact::{Answer, Argument, Fact, Test, View},
    proof::Literal,
    request::{Encounter, Request, Source},
};

/// Services that are tried before the search is given up; what can be had takes a few dozen.
const TRIES_MAX: usize = 2_000;
/// Services spaced by two weeks that are offered: a year of them.
const FORTNIGHTS: i32 = 27;
/// Services on days in a row that are offered: a month of them.
const DAYS: i32 = 31;

/// Chooses the history; `None` where none was found.
pub(super) fn choose(
    ground: &Ground<'_>,
    wants: &Wants<'_>,
    literals: &[Literal],
    day: Option<Date>,
    request: &mut Request,
) -> Option<()> {
    let is_history = |literal: &&Literal| {
        ground.book.get_fact(literal.fact).is_some_and(|fact| fact.kind.name.starts_with("history."))
    };
    let literals: Vec<&Literal> = literals.iter().filter(is_history).collect();
    if literals.is_empty() {
        return Some(());
    }
    let mut search = Search { ground, wants, literals, day, request, services: BTreeMap::new(), tries: 0 };
    search.settle().then_some(())
}

/// The earlier service of a day.
#[derive(Default)]
struct Service {
    procedures: Vec<Code>,
    diagnoses: Vec<Code>,
}

type Services = BTreeMap<Date, Service>;

impl Service {
    fn list(&mut self, is_procedure: bool) -> &mut Vec<Code> {
        if is_procedure { &mut self.procedures } else { &mut self.diagnoses }
    }
}

struct Search<'a, 'g> {
    ground: &'a Ground<'g>,
    wants: &'a Wants<'g>,
    literals: Vec<&'a Literal>,
    day: Option<Date>,
    request: &'a mut Request,
    services: Services,
    tries: usize,
}

/// A service that may be added.
#[derive(Clone, Copy)]
struct Offer {
    on: Date,
    code: Code,
    is_procedure: bool,
}

impl Search<'_, '_> {
    fn settle(&mut self) -> bool {
        self.request.history = encounters(&self.services);
        let Some(line) = self.request.lines.first() else { return false };
        let view = View::new(self.request, line, self.ground.sets);
        let answers: Vec<Answer> = self.literals.iter().map(|literal| answer(self.ground, &view, literal)).collect();
        let is_too_much =
            self.literals.iter().zip(&answers).any(|(literal, answer)| !literal.answer && *answer != Answer::No);
        if is_too_much {
            return false;
        }
        let open =
            self.literals.iter().zip(&answers).find(|(literal, answer)| literal.answer && **answer != Answer::Yes);
        let Some(open) = open.map(|(literal, _)| (*literal).clone()) else { return true };
        for offer in self.offers(&open) {
            if self.tries >= TRIES_MAX {
                return false;
            }
            if !self.add(offer, &open) {
                continue;
            }
            self.tries += 1;
            if self.settle() {
                return true;
            }
            self.take_back(offer);
        }
        false
    }

    /// Services that bring `open` nearer, the plainest first.
    fn offers(&self, open: &Literal) -> Vec<Offer> {
        let (Some(fact), Some(day)) = (self.ground.book.get_fact(open.fact), self.day) else { return Vec::new() };
        let is_procedure = matches!(fact.kind.name, "history.months_since_procedure" | "history.sessions");
        let systems = match fact.kind.name {
            _ if is_procedure => PROCEDURE,
            "history.untabled_diagnoses" => UNTABLED,
            _ => DIAGNOSIS,
        };
        let mask = match &open.test {
            Test::In(mask) => mask.clone(),
            Test::Known | Test::AtLeast(_) | Test::Is(_) => self.mask(fact),
        };
        let least = if let Test::AtLeast(least) = open.test { least } else { 0 };
        let unwanted = self.unwanted();
        let mut offers = Vec::new();
        for on in self.days(fact, day, least) {
            let mut codes = self.ground.codes.of(self.ground.sets, systems, &mask, Some(on));
            codes.sort_by_key(|(class, _)| unwanted.contains(*class));
            offers.extend(codes.into_iter().map(|(_, code)| Offer { on, code, is_procedure }));
        }
        offers
    }

    /// Days in the fact's window on which a service counts, the best first.
    fn days(&self, fact: &Fact, day: Date, least: i64) -> Vec<Date> {
        let months = i32::try_from(months_of(fact)).unwrap_or(i32::MAX);
        let begins_at = match fact.kind.name {
            "history.months_diagnosed_twice" | "history.months_since_procedure" => least.max(0),
            _ => i64::from(months / 2),
        };
        // The first service of a quantity of months must lie so far back; those after it need not.
        let must_begin = fact.kind.name == "history.months_since_procedure"
            || fact.kind.name == "history.months_diagnosed_twice" && !self.has_begun(fact, day, least);
        let counts = |on: &Date| {
            let end = plus_months(*on, months);
            let in_window = match fact.kind.name {
                "history.diagnoses" | "history.untabled_diagnoses" => *on <= day && day <= end,
                "history.sessions" => *on < day && day < end,
                _ => *on < day && day <= end,
            };
            in_window && (!must_begin || i64::from(months_between(*on, day)) >= least)
        };
        let back = |months: i64| i32::try_from(months).map_or(Date::MIN, |months| plus_months(day, -months));
        let first = [back(begins_at)];
        let fortnights = (1..=FORTNIGHTS).map(|count| before(day, count * 14));
        let edges = self.edges().into_iter().flat_map(|months| {
            let on = back(months);
            [Some(on), on.tomorrow().ok(), on.yesterday().ok()].into_iter().flatten()
        });
        let row = (0..=DAYS).map(|count| before(day, count));
        let mut days: Vec<Date> = Vec::new();
        for on in first.into_iter().chain(fortnights).chain(edges).chain(row).filter(counts) {
            if !days.contains(&on) {
                days.push(on);
            }
        }
        days
    }

    /// Whether a service of the fact's set already lies so far back.
    fn has_begun(&self, fact: &Fact, day: Date, least: i64) -> bool {
        let mask = self.mask(fact);
        self.services.iter().any(|(on, service)| {
            i64::from(months_between(*on, day)) >= least
                && plus_months(*on, i32::try_from(months_of(fact)).unwrap_or(i32::MAX)) >= day
                && service.diagnoses.iter().any(|code| mask.contains(self.ground.sets.class_of(code, Some(*on))))
        })
    }

    /// The months at which any wanted answer of history changes.
    fn edges(&self) -> Vec<i64> {
        let mut edges: Vec<i64> = Vec::new();
        for literal in &self.literals {
            edges.extend(self.ground.book.get_fact(literal.fact).map(months_of));
            edges.extend(if let Test::AtLeast(least) = literal.test { Some(least.max(0)) } else { None });
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The classes that some unwanted answer speaks of.
    fn unwanted(&self) -> ClassMask {
        self.literals.iter().filter(|literal| !literal.answer).fold(ClassMask::default(), |all, literal| {
            match (&literal.test, self.ground.book.get_fact(literal.fact)) {
                (Test::In(mask), _) => all.or(mask),
                (Test::Known | Test::AtLeast(_) | Test::Is(_), Some(fact)) => all.or(&self.mask(fact)),
                (Test::Known | Test::AtLeast(_) | Test::Is(_), None) => all,
            }
        })
    }

    fn mask(&self, fact: &Fact) -> ClassMask {
        let want = self.wants.all(fact.kind.name).find(|want| want.fact == fact);
        want.map_or_else(ClassMask::default, |want| want.mask(self.ground.sets).clone())
    }

    /// Adds a service; `false` where that day already counts for `open`.
    fn add(&mut self, offer: Offer, open: &Literal) -> bool {
        let mask = match (&open.test, self.ground.book.get_fact(open.fact)) {
            (Test::In(mask), _) => mask.clone(),
            (Test::Known | Test::AtLeast(_) | Test::Is(_), Some(fact)) => self.mask(fact),
            (Test::Known | Test::AtLeast(_) | Test::Is(_), None) => return false,
        };
        let sets = self.ground.sets;
        // A code of the same classes that the fact counts just as well.
        let is_untabled = |code: &Code| !code.system().has_table();
        let counts = |code: &Code| is_untabled(code) || !is_untabled(&offer.code);
        let list = self.services.entry(offer.on).or_default().list(offer.is_procedure);
        if list.iter().any(|code| mask.contains(sets.class_of(code, Some(offer.on))) && counts(code)) {
            return false;
        }
        list.push(offer.code);
        true
    }

    fn take_back(&mut self, offer: Offer) {
        if let Some(service) = self.services.get_mut(&offer.on) {
            service.list(offer.is_procedure).pop();
            if service.procedures.is_empty() && service.diagnoses.is_empty() {
                self.services.remove(&offer.on);
            }
        }
    }
}

fn encounters(services: &Services) -> Vec<Encounter> {
    let encounter = |(place, (on, service)): (usize, (&Date, &Service))| Encounter {
        claim_id: None,
        service_date: DateSpan::day(*on),
        procedures: service.procedures.iter().map(|code| (*code, Vec::new())).collect(),
        diagnoses: service.diagnoses.clone(),
        source: Source::member("history", place, ""),
    };
    services.iter().enumerate().map(encounter).collect()
}

fn before(day: Date, days: i32) -> Date {
    crate::date::day_of_number(crate::date::day_number(day) - i64::from(days)).unwrap_or(Date::MIN)
}

fn months_of(fact: &Fact) -> i64 {
    let months = |argument: &Argument| if let Argument::Months(months) = argument { Some(*months) } else { None };
    fact.arguments.iter().find_map(months).unwrap_or(0)
}
