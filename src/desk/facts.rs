//! The facts of one line, drawn when they are first asked for.

use crate::{
    fact::{Answer, Drawn, FactId, QuestionId, View},
    pack::Pack,
    request::{Line, Request},
    tree::{Allowed, Answers},
};

/// A line's facts for one pack.
pub struct LineFacts<'a> {
    pack: &'a Pack,
    view: View<'a>,
    drawn: Vec<Option<Drawn<'a>>>,
    /// The values each variable can have, 0 until it is asked for.
    masks: Vec<u64>,
}

impl<'a> LineFacts<'a> {
    /// Nothing is drawn yet.
    pub fn new(pack: &'a Pack, request: &'a Request, line: &'a Line) -> LineFacts<'a> {
        let view = View::new(request, line, &pack.sets);
        LineFacts { pack, view, drawn: vec![None; pack.book.facts().len()], masks: vec![0; pack.variables.len()] }
    }

    /// The view they are drawn from.
    pub fn view(&self) -> &View<'a> {
        &self.view
    }

    /// A fact.
    pub fn get(&mut self, fact: FactId) -> Option<&Drawn<'a>> {
        let place = self.drawn.get_mut(usize::from(fact.0))?;
        if place.is_none() {
            let asked = self.pack.book.get_fact(fact)?;
            *place = Some((asked.kind.draw)(&self.view, &asked.arguments));
        }
        place.as_ref()
    }

    /// The answer to a question.
    pub fn answer(&mut self, question: QuestionId) -> Answer {
        let Some(asked) = self.pack.book.get(question) else { return Answer::Unknown };
        self.get(asked.fact).map_or(Answer::Unknown, |drawn| drawn.answer(&asked.test))
    }

    /// The answers to every question of the pack.
    pub fn answers(&mut self) -> Answers {
        let count = self.pack.book.questions().len();
        let mut answers = Answers::none(count);
        for id in (0u16..).map(QuestionId).take(count) {
            let answer = self.answer(id);
            answers.set(id, answer);
        }
        answers
    }

    /// The values a variable of the pack's diagram can have.
    pub fn mask(&mut self, place: u16) -> u64 {
        if let Some(known) = self.masks.get(usize::from(place)).copied().filter(|mask| *mask != 0) {
            return known;
        }
        let pack = self.pack;
        let Some(variable) = pack.variables.get(place) else { return u64::MAX };
        let mask = self.get(variable.fact).map_or(u64::MAX, |drawn| variable.possible(drawn));
        if let Some(kept) = self.masks.get_mut(usize::from(place)) {
            *kept = mask;
        }
        mask
    }

    /// The values each variable can have.
    pub fn allowed(&mut self) -> Allowed {
        let count = u16::try_from(self.pack.variables.len()).unwrap_or(u16::MAX);
        Allowed::new((0..count).map(|place| self.mask(place)).collect())
    }
}
