//! Witnesses: a request that gives wanted answers, or a proof that none does.
//!
//! INVARIANT: every request that leaves this room was asked: each literal's fact is drawn from it
//! as a desk draws it, and has the wanted answer. The same literals give the same request.
//! Everything that no literal asks for stays plain, so that a witness reads like a claim.

mod build;
mod codes;
mod diagnoses;
mod history;
mod left;
mod onset;
mod plain;
mod real;
mod relations;
mod words;

use super::Literal;
use crate::{
    code::{Icd10Cm, ValueSets},
    date::{Date, day_number, day_of_number},
    fact::{Answer, Book, View},
    pack::Period,
    request::Request,
};

pub use codes::Codes;
use left::Wants;
pub(super) use plain::nothing;
pub use real::{Reality, is_of_diagnoses};

/// What a witness is drawn against: the facts that are asked, the value sets their classes are of,
/// and the real codes of each class.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The facts and questions.
    pub book: &'a Book,
    /// The value sets that classes, and the arguments of facts, are of.
    pub sets: &'a ValueSets,
    /// The dates of service that come into question.
    pub period: &'a Period,
    /// Real codes by class, made of the same `sets`.
    pub codes: &'a Codes,
}

/// Days of service that are tried: the plain one, the ends of what is left, and the ends of dated
/// rows. More would only repeat what these show.
const DAYS_MAX: usize = 12;

/// A request on whose first line every literal is definitely answered as wanted; `None` where none
/// was found. That none was found proves nothing: see [`impossible`].
pub fn witness(ground: &Ground<'_>, literals: &[Literal]) -> Option<Request> {
    let wants = Wants::of(ground, literals).ok()?;
    days(ground, &wants).into_iter().find_map(|day| {
        let request = build::build(ground, &wants, literals, day)?;
        holds(ground, &request, literals).then_some(request)
    })
}

/// Why no request with definite answers, on a day of the period, gives these literals, where that is
/// proved: from what each fact can be, and from what one fact says of another. `None` is no promise
/// of a witness.
pub fn impossible(ground: &Ground<'_>, literals: &[Literal]) -> Option<String> {
    match Wants::of(ground, literals) {
        Err(why) => Some(why),
        Ok(wants) if is_out_of_period(ground, &wants) => Some("the policy is not in force on such a day".to_owned()),
        Ok(wants) => relations::broken(ground, &wants),
    }
}

/// Whether no day of service that is left lies in the period.
fn is_out_of_period(ground: &Ground<'_>, wants: &Wants<'_>) -> bool {
    let (low, high) = wants.span("line.service_date").unwrap_or((i64::MIN, i64::MAX));
    low.max(day_number(ground.period.from)) > high.min(ground.period.until.map_or(i64::MAX, day_number))
}

/// Whether the first line of `request` definitely answers every literal as wanted.
pub fn holds(ground: &Ground<'_>, request: &Request, literals: &[Literal]) -> bool {
    let Some(line) = request.lines.first() else { return false };
    let view = View::new(request, line, ground.sets);
    literals.iter().all(|literal| answer(ground, &view, literal) == Answer::of(literal.answer))
}

fn answer(ground: &Ground<'_>, view: &View<'_>, literal: &Literal) -> Answer {
    ground
        .book
        .get_fact(literal.fact)
        .map_or(Answer::Unknown, |fact| (fact.kind.draw)(view, &fact.arguments).answer(&literal.test))
}

/// The days of service to try, the plainest first; one `None` where the day is to be unknown.
fn days(ground: &Ground<'_>, wants: &Wants) -> Vec<Option<Date>> {
    if wants.known("line.service_date") == Some(false) {
        return vec![None];
    }
    let (low, high) = wants.span("line.service_date").unwrap_or((i64::MIN, i64::MAX));
    let low = low.max(day_number(ground.period.from));
    let high = high.min(ground.period.until.map_or(i64::MAX, day_number));
    if is_out_of_period(ground, wants) {
        return Vec::new();
    }
    let plain = day_number(plain_day()).clamp(low, high);
    let ends = [low, high].into_iter().chain(ground.codes.days().iter().map(|day| day_number(*day)));
    let mut days: Vec<i64> = vec![plain];
    for day in ends.filter(|day| (low..=high).contains(day)) {
        if !days.contains(&day) {
            days.push(day);
        }
    }
    days.into_iter().filter_map(day_of_number).map(Some).take(DAYS_MAX).collect()
}

/// A day in the midst of what the ICD-10-CM table covers. Of its month the tenth, so that months
/// before and after it have that day too.
fn plain_day() -> Date {
    let (first, last) = Icd10Cm::year();
    let middle = day_of_number((day_number(first) + day_number(last)) / 2).unwrap_or(first);
    middle.with().day(10).build().unwrap_or(middle)
}
