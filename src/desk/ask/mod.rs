//! What to ask about a request whose verdicts hang on what is missing, and the request with the
//! answers in it.
//!
//! The questions are explored like a rule: every way in which the questions with few answers can be
//! answered is filled into the request and judged again ([`paths`]), and what the desk then still
//! hangs on is asked next. So a question is asked exactly where its answer may matter, whatever the
//! pack. INVARIANT: filling in answers never overwrites what was given and could be read, unless
//! the need said that it is contradictory.

mod conditions;
mod fill;
mod form;
mod paths;
mod wanted;

use super::Desk;
use crate::{
    fact::Input,
    questionnaire::{Answer, Answers, Questionnaire, Refused, Takes},
    request::{Request, Source},
};
use fill::Filling;
use form::Question;

impl Desk {
    /// The questions that settle every verdict of a request; `None` where nothing is missing that
    /// could be asked for.
    pub fn ask(&self, request: &Request) -> Option<Questionnaire> {
        let questions = self.questions(request);
        (!questions.is_empty()).then(|| form::questionnaire(request, questions))
    }

    /// The request with the answers in it. Each value filled in has its question as its source.
    ///
    /// # Errors
    /// Every answer that cannot be taken: to a question that is not asked, or out of what is known.
    /// Then none of them is.
    pub fn answered(&self, request: &Request, answers: &Answers) -> Result<Request, Vec<Refused>> {
        let questions = self.questions(request);
        let form = form::questionnaire(request, questions.clone());
        let mut refused: Vec<Refused> =
            answers.iter().filter_map(|(link, answer)| unasked(&form, link, answer, answers)).collect();
        let mut filling = Filling::new(self, request);
        // The onset comes last: whom it stands for hangs on the other answers.
        let (onset, others): (Vec<&Question>, Vec<&Question>) = questions
            .iter()
            .filter(|question| question.part == form::Part::Whole)
            .partition(|question| question.input == Input::Onset);
        for question in others.into_iter().chain(onset) {
            let Some(answer) = self.answer_of(question, &questions, answers) else { continue };
            let source = Source::Path(format!("QuestionnaireResponse.item[{}]", question.link).into());
            if let Err((code, message, help)) = filling.fill(question.input, &answer, &source) {
                refused.push(Refused { link: question.link.clone(), code, message, help });
            }
        }
        if refused.is_empty() { Ok(filling.request) } else { Err(refused) }
    }

    fn questions(&self, request: &Request) -> Vec<Question> {
        let paths = paths::paths(self, request);
        let when = |input: Input, link: &dyn Fn(Input) -> String| conditions::conditions(&paths, input, link);
        form::questions(self.packs(), request, paths.inputs(), when)
    }

    /// The answer to a question; an approval is a *yes* with the day that is asked for beside it.
    fn answer_of(&self, question: &Question, all: &[Question], answers: &Answers) -> Option<Answer> {
        let given = |link: &str| answers.iter().find(|(known, _)| known == link).map(|(_, answer)| answer.clone());
        let answer = given(&question.link)?;
        if question.input == Input::Approval && answer == Answer::YesNo(true) {
            let day = all.iter().find(|other| other.part == form::Part::ApprovalDay)?;
            return given(&day.link);
        }
        Some(answer)
    }
}

/// Why an answer is to no question that is asked.
fn unasked(form: &Questionnaire, link: &str, answer: &Answer, answers: &Answers) -> Option<Refused> {
    let refused =
        |code, message: &str, help| Some(Refused { link: link.to_owned(), code, message: message.into(), help });
    let Some(item) = form.item(link) else {
        let help = "answer the questions of the questionnaire of this request, made with the packs of today";
        return refused("answers::not_asked", "this question is not asked of the request", help);
    };
    if !form.is_asked(item, answers) {
        let help = "leave the question out where the others are answered so";
        return refused("answers::not_enabled", "the other answers leave nothing to ask here", help);
    }
    let fits = matches!(
        (&item.takes, answer),
        (Takes::Choice { .. }, Answer::Choice(_))
            | (Takes::YesNo, Answer::YesNo(_))
            | (Takes::Day(_), Answer::Day(_))
            | (Takes::Code(_) | Takes::Codes { .. } | Takes::Of(_), Answer::Codes(_))
            | (Takes::Text, Answer::Text(_))
            | (Takes::Units | Takes::Money, Answer::Amount(_))
    );
    let help = "answer with what the question takes";
    if fits { None } else { refused("answers::wrong_type", "this is no answer of the kind that is asked for", help) }
}
