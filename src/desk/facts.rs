//! The facts of one line, drawn when they are first asked for.

use crate::{
    fact::{Answer, Drawn, FactId, QuestionId, View},
    pack::Pack,
    request::{Line, Request},
    tree::{Allowed, Answers, ValueMask},
};

/// A line's facts for one pack.
pub struct LineFacts<'a> {
    pack: &'a Pack,
    view: View<'a>,
    drawn: Vec<Option<Drawn<'a>>>,
}

impl<'a> LineFacts<'a> {
    /// Nothing is drawn yet.
    pub fn new(pack: &'a Pack, request: &'a Request, line: &'a Line) -> LineFacts<'a> {
        LineFacts { pack, view: View::new(request, line, &pack.sets), drawn: vec![None; pack.book.facts().len()] }
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

    /// The values each variable of the pack's diagram can have.
    pub fn allowed(&mut self) -> Allowed {
        let pack = self.pack;
        let masks = pack
            .variables
            .iter()
            .map(|(_, variable)| self.get(variable.fact).map_or(ValueMask::ANY, |drawn| variable.possible(drawn)))
            .collect();
        Allowed::new(masks)
    }
}
