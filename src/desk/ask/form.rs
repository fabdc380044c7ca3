//! The questions as people see them: in groups, with words, and with what each takes.

use super::{
    fill::{day_limits, own_diagnoses},
    paths::rank,
};
use crate::{
    code::Code,
    date::DateSpan,
    fact::{DICTIONARY, FactKind, Input, Shape},
    pack::Pack,
    questionnaire::{Clause, CodeOf, Condition, Group, Is, Item, Questionnaire, Takes},
    request::{Given, Request},
};

/// A question and the input it is for.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) input: Input,
    pub(super) part: Part,
    pub(super) link: String,
    pub(super) text: String,
    pub(super) takes: Takes,
    pub(super) when: Vec<Clause>,
}

/// An approval is asked for in two questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The question, or the first of two.
    Whole,
    /// The day of the approval.
    ApprovalDay,
}

/// The group of questions of the whole request, and of those whose answers are codes.
const REQUEST: &str = "request";
const CODES: &str = "request-codes";

/// The questions for what stands on the ways of answering, in the order of the form; `when` says
/// when one is asked, `None` for never.
pub(super) fn questions(
    packs: &[Pack],
    request: &Request,
    inputs: impl Iterator<Item = Input>,
    when: impl Fn(Input, &dyn Fn(Input) -> String) -> Option<Vec<Clause>>,
) -> Vec<Question> {
    let link = |input: Input| link(request, input);
    let mut inputs: Vec<Input> = inputs.collect();
    inputs.sort_by_key(|input| (place(*input), rank(*input)));
    inputs.dedup();
    let mut questions = Vec::new();
    for input in inputs {
        let Some(when) = when(input, &link) else { continue };
        let whole = Question {
            input,
            part: Part::Whole,
            link: link(input),
            text: text(request, input),
            takes: takes(packs, request, input),
            when,
        };
        let day = (input == Input::Approval).then(|| approval_day(&whole));
        questions.push(whole);
        questions.extend(day);
    }
    questions
}

/// The questionnaire of these questions.
pub(super) fn questionnaire(request: &Request, questions: Vec<Question>) -> Questionnaire {
    let mut groups: Vec<Group> = Vec::new();
    for question in questions {
        let (link, title) = group(request, question.input);
        let Question { link: name, text, takes, when, .. } = question;
        let item = Item { link: name, text, takes, when };
        match groups.last_mut().filter(|group| group.link == link) {
            Some(group) => group.items.push(item),
            None => groups.push(Group { link, title, items: vec![item] }),
        }
    }
    Questionnaire { request_id: request.id.clone(), groups }
}

/// The choices of an input that has some, with the fact they are of.
pub(super) fn choices_of(input: Input) -> Option<(&'static str, &'static [&'static str])> {
    let kind = kind(input)?;
    match kind.shape {
        Shape::Choice(names) => Some((kind.name, names)),
        Shape::Code | Shape::Codes | Shape::Quantity(_) | Shape::Date | Shape::YesNo => None,
    }
}

/// The place of an input's group in the form.
fn place(input: Input) -> usize {
    match (input, line_of(input)) {
        (Input::DiagnosisCode(_) | Input::ConditionCodes | Input::EarlierDay(_), _) => usize::MAX,
        (_, Some(line)) => line + 1,
        (_, None) => 0,
    }
}

fn line_of(input: Input) -> Option<usize> {
    rank(input).0.checked_sub(1)
}

fn group(request: &Request, input: Input) -> (String, String) {
    match (place(input), line_of(input)) {
        (usize::MAX, _) => (CODES.to_owned(), "Codes and days of the request".to_owned()),
        (_, Some(line)) => {
            let code = request.lines.get(line).and_then(|line| line.procedure.get());
            let code = code.map_or_else(|| "its procedure not readable".to_owned(), |code| format!("procedure {code}"));
            let number = request.lines.get(line).map_or(0, |line| line.number);
            (line_link(request, line), format!("Line {number}, {code}"))
        }
        (_, None) => (REQUEST.to_owned(), "The request".to_owned()),
    }
}

/// `line-1`; of lines with the same number `line-1.2`, with their place.
fn line_link(request: &Request, line: usize) -> String {
    let number = request.lines.get(line).map_or(0, |line| line.number);
    match request.lines.iter().filter(|other| other.number == number).count() {
        0 | 1 => format!("line-{number}"),
        _ => format!("line-{number}.{}", line + 1),
    }
}

fn link(request: &Request, input: Input) -> String {
    match (input, line_of(input)) {
        (Input::BirthDate, _) => format!("{REQUEST}/patient.birth_date"),
        (Input::Onset, _) => format!("{REQUEST}/onset_date"),
        (Input::ConditionCodes, _) => format!("{REQUEST}/condition_codes"),
        (Input::Diagnosis(place), _) => format!("{REQUEST}/diagnosis-{}.present", place + 1),
        (Input::DiagnosisCode(place), _) => format!("{REQUEST}/diagnosis-{}.code", place + 1),
        (Input::EarlierDay(place), _) => format!("{REQUEST}/history-{}.service_date", place + 1),
        (_, Some(line)) => format!("{}/{}", line_link(request, line), kind(input).map_or("", |kind| kind.name)),
        (_, None) => format!("{REQUEST}/{}", kind(input).map_or("", |kind| kind.name)),
    }
}

/// The entry of the dictionary whose question an input is.
fn kind(input: Input) -> Option<&'static FactKind> {
    let name = match input {
        Input::Approval => "coverage.approved",
        Input::BirthDate => "patient.age_years",
        Input::Sex => "patient.sex",
        Input::PainType => "stated.pain_type",
        Input::Onset => "line.months_since_onset",
        Input::LineOfBusiness => "coverage.line_of_business",
        Input::ConditionCodes => "request.condition_codes",
        Input::Concept(_) => "line.concept",
        Input::Purpose(_) => "line.purpose",
        Input::Procedure(_) => "line.procedure",
        Input::ServiceDate(_) => "line.service_date",
        Input::Narrative(_) => "line.narrative",
        Input::Modifiers(_) => "line.modifiers",
        Input::Diagnoses(_) => "line.diagnoses",
        Input::PlaceOfService(_) => "line.place_of_service",
        Input::Units(_) => "line.units_milli",
        Input::Charge(_) => "line.charge_cents",
        Input::Diagnosis(_) | Input::DiagnosisCode(_) | Input::EarlierDay(_) => return None,
    };
    DICTIONARY.iter().find(|kind| kind.name == name)
}

fn text(request: &Request, input: Input) -> String {
    let code = |place: usize| request.diagnoses.get(place).and_then(|diagnosis| diagnosis.code.get());
    match input {
        Input::Diagnosis(place) => {
            let named = code(place).map_or_else(String::new, |code| format!(", {code}"));
            format!("Does the patient have diagnosis {}{named}, now and confirmed?", place + 1)
        }
        Input::DiagnosisCode(place) => format!("Which code has diagnosis {} of the request?", place + 1),
        Input::EarlierDay(place) => {
            let known = request.history.get(place).map_or_else(String::new, |earlier| earlier.service_date.to_string());
            format!("On which day was the earlier service that was sent as of {known}?")
        }
        Input::Modifiers(line) => beside(input, request.lines.get(line).map_or(0, |line| line.modifiers.len())),
        Input::ConditionCodes => beside(input, request.condition_codes.len()),
        _ => kind(input).map_or_else(String::new, |kind| kind.question.to_owned()),
    }
}

/// A list of which some could be read: what could not is asked for.
fn beside(input: Input, read: usize) -> String {
    let question = kind(input).map_or("", |kind| kind.question);
    match read {
        0 => question.to_owned(),
        read => format!("{question} Leave out the {read} that could be read."),
    }
}

fn takes(packs: &[Pack], request: &Request, input: Input) -> Takes {
    if let Some((fact, names)) = choices_of(input) {
        return Takes::Choice { fact, names };
    }
    match input {
        Input::Approval | Input::Diagnosis(_) => Takes::YesNo,
        // Nothing of a birth date is shown.
        Input::BirthDate => Takes::Day(None),
        Input::Onset | Input::EarlierDay(_) => Takes::Day(shown_span(request, input)),
        Input::ServiceDate(line) => {
            let given = request.lines.get(line).map(|line| &line.service_date);
            Takes::Day(given.and_then(Given::get).copied())
        }
        Input::Narrative(_) => Takes::Text,
        Input::Units(_) => Takes::Units,
        Input::Charge(_) => Takes::Money,
        Input::Modifiers(_) => Takes::Codes { of: CodeOf::Modifier, or_none: true },
        Input::ConditionCodes => Takes::Codes { of: CodeOf::Condition, or_none: true },
        Input::PlaceOfService(_) => Takes::Code(CodeOf::Place),
        Input::DiagnosisCode(_) => Takes::Code(CodeOf::Diagnosis),
        Input::Diagnoses(_) => match own_codes(packs, request) {
            own if own.is_empty() => Takes::Codes { of: CodeOf::Diagnosis, or_none: false },
            own => Takes::Of(own),
        },
        Input::Procedure(_)
        | Input::Sex
        | Input::PainType
        | Input::LineOfBusiness
        | Input::Concept(_)
        | Input::Purpose(_) => Takes::Code(CodeOf::Procedure),
    }
}

fn shown_span(request: &Request, input: Input) -> Option<DateSpan> {
    match day_limits(request, input) {
        (Some(first), Some(last)) => Some(DateSpan { first, last }),
        _ => None,
    }
}

fn own_codes(packs: &[Pack], request: &Request) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::new();
    for (_, code) in own_diagnoses(packs, request) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

fn approval_day(whole: &Question) -> Question {
    let given = Condition { link: whole.link.clone(), is: Is::YesNo(true) };
    Question {
        input: Input::Approval,
        part: Part::ApprovalDay,
        link: format!("{}.day", whole.link),
        text: "On which day was it given?".to_owned(),
        takes: Takes::Day(None),
        when: vec![Clause([given].into())],
    }
}
