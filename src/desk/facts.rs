//! The facts of one line, drawn when they are first asked for.

use super::Asked;
use crate::{
    code::{ClassId, Code},
    fact::{Answer, Drawn, FactId, QuestionId, Value, View},
    pack::Pack,
    request::{Line, Request},
    tree::{Allowed, Answers, ValueMask},
};

/// A line's facts for one pack, or for several together.
pub struct LineFacts<'a> {
    asked: Asked<'a>,
    view: View<'a>,
    drawn: Vec<Option<Drawn<'a>>>,
    /// The values each variable can have, 0 until it is asked for.
    masks: Vec<ValueMask>,
}

impl<'a> LineFacts<'a> {
    /// Nothing is drawn yet.
    pub fn new(pack: &'a Pack, request: &'a Request, line: &'a Line) -> LineFacts<'a> {
        LineFacts::of(Asked::by(pack), request, line)
    }

    /// The same for whatever is asked.
    pub(super) fn of(asked: Asked<'a>, request: &'a Request, line: &'a Line) -> LineFacts<'a> {
        LineFacts {
            asked,
            view: View::new(request, line, asked.sets),
            drawn: vec![None; asked.book.facts().len()],
            masks: vec![ValueMask::NONE; asked.variables.len()],
        }
    }

    /// The view they are drawn from.
    pub fn view(&self) -> &View<'a> {
        &self.view
    }

    /// A fact.
    pub fn get(&mut self, fact: FactId) -> Option<&Drawn<'a>> {
        let place = self.drawn.get_mut(usize::from(fact.0))?;
        if place.is_none() {
            let asked = self.asked.book.get_fact(fact)?;
            *place = Some((asked.kind.draw)(&self.view, &asked.arguments));
        }
        place.as_ref()
    }

    /// The codes in no value set that a fact of this name holds, as the pack asks it: `254637007
    /// (SNOMED CT)`; `None` where there is none.
    pub(super) fn unplaced(&self, name: &str) -> Option<String> {
        /// More codes than this tell a reader nothing more.
        const CODES_MAX: usize = 6;
        let mut codes: Vec<Code> = Vec::new();
        for fact in self.asked.book.facts().iter().filter(|fact| fact.kind.name == name) {
            let Value::Codes { shown, .. } = (fact.kind.draw)(&self.view, &fact.arguments).value else { continue };
            let in_no_set = shown.iter().filter(|shown| shown.class == ClassId::NO_SET);
            for code in in_no_set.filter_map(|shown| shown.code) {
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
        }
        let words = |code: &Code| match *code {
            Code::UNREAD => "a code that cannot be read".to_owned(),
            code => format!("{code} ({})", code.system().title()),
        };
        let told: Vec<String> = codes.iter().take(CODES_MAX).map(words).collect();
        let more = codes.len().saturating_sub(CODES_MAX);
        match (told.is_empty(), more) {
            (true, _) => None,
            (false, 0) => Some(told.join(", ")),
            (false, more) => Some(format!("{} and {more} more", told.join(", "))),
        }
    }

    /// The answer to a question.
    pub fn answer(&mut self, question: QuestionId) -> Answer {
        let Some(asked) = self.asked.book.get(question) else { return Answer::Unknown };
        self.get(asked.fact).map_or(Answer::Unknown, |drawn| drawn.answer(&asked.test))
    }

    /// The answers to every question of the pack.
    pub fn answers(&mut self) -> Answers {
        let count = self.asked.book.questions().len();
        let mut answers = Answers::none(count);
        for id in (0u16..).map(QuestionId).take(count) {
            let answer = self.answer(id);
            answers.set(id, answer);
        }
        answers
    }

    /// The values a variable of the pack's diagram can have.
    pub fn mask(&mut self, place: u16) -> ValueMask {
        if let Some(known) = self.masks.get(usize::from(place)).filter(|mask| !mask.is_empty()) {
            return known.clone();
        }
        let asked = self.asked;
        let Some(variable) = asked.variables.get(place) else { return ValueMask::ANY };
        let mask = self.get(variable.fact).map_or(ValueMask::ANY, |drawn| variable.possible(drawn));
        if let Some(kept) = self.masks.get_mut(usize::from(place)) {
            kept.clone_from(&mask);
        }
        mask
    }

    /// The values each variable can have.
    pub fn allowed(&mut self) -> Allowed {
        let count = u16::try_from(self.asked.variables.len()).unwrap_or(u16::MAX);
        Allowed::new((0..count).map(|place| self.mask(place)).collect())
    }
}
