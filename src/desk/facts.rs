//! The facts of one line, drawn when they are first asked for.

use super::Asked;
use crate::{
    code::{ClassId, Code},
    fact::{Answer, Drawn, FactId, QuestionId, Value, View},
    pack::Pack,
    request::{Given, Line, Request},
    tree::{Allowed, Answers, ValueMask},
};

/// A line's facts for one pack, or for several together.
pub struct LineFacts<'a> {
    asked: Asked<'a>,
    view: View<'a>,
    /// Where each fact is kept.
    places: Vec<Place>,
    /// Facts that hang on the line itself.
    of_line: Vec<Drawn<'a>>,
    /// Facts that lines of one request and one day have in common.
    of_day: Vec<Drawn<'a>>,
    /// The values each variable can have, 0 until it is asked for; empty until one is.
    masks: Vec<ValueMask>,
}

/// As many facts as are drawn of most lines, and of most requests.
const FACTS_OF_MOST: usize = 16;

/// Where a drawn fact is kept.
#[derive(Clone, Copy)]
enum Place {
    NotDrawn,
    OfLine(u16),
    OfDay(u16),
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
            places: vec![Place::NotDrawn; asked.book.facts().len()],
            of_line: Vec::with_capacity(FACTS_OF_MOST),
            of_day: Vec::with_capacity(FACTS_OF_MOST),
            masks: Vec::new(),
        }
    }

    /// What `each` makes of every line of a request, in order, with its facts.
    pub(super) fn of_lines<T>(
        pack: &'a Pack,
        request: &'a Request,
        mut each: impl FnMut(&'a Line, &mut LineFacts<'a>) -> T,
    ) -> Vec<T> {
        let Some((first, rest)) = request.lines.split_first() else { return Vec::new() };
        let mut facts = LineFacts::new(pack, request, first);
        let mut all = Vec::with_capacity(request.lines.len());
        all.push(each(first, &mut facts));
        for line in rest {
            facts.turn_to(line);
            all.push(each(line, &mut facts));
        }
        all
    }

    /// Goes on to another line of the request. What was drawn of the request is kept where the day
    /// is the same.
    pub fn turn_to(&mut self, line: &'a Line) {
        let view = View::new(self.view.request, line, self.view.sets);
        let is_same_day = match (self.view.service, view.service) {
            (Given::Value(one), Given::Value(two)) => one.value == two.value,
            // Why it is unknown, and where it was looked for, may differ.
            _ => false,
        };
        for place in &mut self.places {
            if !is_same_day || matches!(place, Place::OfLine(_)) {
                *place = Place::NotDrawn;
            }
        }
        self.of_line.clear();
        if !is_same_day {
            self.of_day.clear();
        }
        self.masks.clear();
        self.view = view;
    }

    /// The view they are drawn from.
    pub fn view(&self) -> &View<'a> {
        &self.view
    }

    /// A fact.
    pub fn get(&mut self, fact: FactId) -> Option<&Drawn<'a>> {
        let place = self.places.get_mut(usize::from(fact.0))?;
        if let Place::NotDrawn = place {
            let asked = self.asked.book.get_fact(fact)?;
            let (kept, at): (_, fn(u16) -> Place) = match asked.kind.is_of_line() {
                true => (&mut self.of_line, Place::OfLine),
                false => (&mut self.of_day, Place::OfDay),
            };
            // No pack has more facts than that.
            *place = u16::try_from(kept.len()).map_or(Place::NotDrawn, at);
            kept.push((asked.kind.draw)(&self.view, &asked.arguments));
        }
        match *place {
            Place::OfLine(at) => self.of_line.get(usize::from(at)),
            Place::OfDay(at) => self.of_day.get(usize::from(at)),
            Place::NotDrawn => None,
        }
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
        let asked = self.asked;
        if self.masks.is_empty() {
            self.masks.resize(asked.variables.len(), ValueMask::NONE);
        }
        if let Some(known) = self.masks.get(usize::from(place)).filter(|mask| !mask.is_empty()) {
            return known.clone();
        }
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
