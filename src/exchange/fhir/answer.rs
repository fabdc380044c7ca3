//! One answer as it was sent → what its question takes.

use super::{
    questionnaire::{CHOICES, NONE},
    resource::ResponseAnswer,
};
use crate::{
    code::{Code, System},
    date::DateSpan,
    exchange::{codes, units::units_milli},
    money::Cents,
    private::Private,
    questionnaire::{Answer, CodeOf, Item, Takes},
};

/// An answer as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Coding {
        system: Option<String>,
        code: String,
    },
    Text(String),
    YesNo(bool),
    Day(String),
    /// A number as it was written.
    Number(String),
    /// An answer of a type that no question takes.
    Other,
}

/// Why an answer cannot be read: code, and what is wrong.
pub(super) type Unread = (&'static str, String);

impl Raw {
    /// What an answer says; `None` where it says nothing and only holds further items.
    pub(super) fn of(answer: &ResponseAnswer<'_>) -> Option<Raw> {
        let number = answer.value_decimal.or(answer.value_integer);
        if let Some(coding) = answer.value_coding.get() {
            let system = coding.system.get().map(str::to_owned);
            return coding.code.get().map(|code| Raw::Coding { system, code: code.to_owned() }).or(Some(Raw::Other));
        }
        if let Some(yes) = answer.value_boolean {
            return Some(Raw::YesNo(yes));
        }
        if let Some(number) = number {
            return Some(Raw::Number(number.as_str().to_owned()));
        }
        if let Some(day) = answer.value_date.get() {
            return Some(Raw::Day(day.to_owned()));
        }
        if let Some(text) = answer.value_string.get() {
            return Some(Raw::Text(text.to_owned()));
        }
        let other = [
            answer.value_date_time.get().is_some(),
            answer.value_time.get().is_some(),
            answer.value_uri.get().is_some(),
            answer.value_quantity.get().is_some(),
            answer.value_reference.get().is_some(),
            answer.value_attachment.get().is_some(),
        ];
        other.contains(&true).then_some(Raw::Other)
    }
}

/// The answers to a question, read as what it takes.
///
/// # Errors
/// What is wrong with them; no value is repeated.
pub(super) fn answer(item: &Item, given: &[Private<Raw>]) -> Result<Answer, Unread> {
    let given: Vec<&Raw> = given.iter().map(Private::reveal).collect();
    let unread = |expected: &str| ("answers::unreadable", format!("this is not {expected}"));
    let one = || match given.as_slice() {
        [one] => Ok(*one),
        _ => Err(("answers::several", "this question takes one answer".to_owned())),
    };
    match &item.takes {
        Takes::Choice { fact, names } => {
            let Raw::Coding { system, code } = one()? else { return Err(unread("one of the choices")) };
            let is_ours = system.as_ref().is_none_or(|system| system.strip_prefix(CHOICES) == Some(fact));
            let place = names.iter().position(|name| name == code).filter(|_| is_ours);
            place.map(Answer::Choice).ok_or_else(|| unread("one of the choices"))
        }
        Takes::YesNo => match one()? {
            Raw::YesNo(yes) => Ok(Answer::YesNo(*yes)),
            _ => Err(unread("yes or no (`valueBoolean`)")),
        },
        Takes::Day(_) => match one()? {
            Raw::Day(text) => {
                let day = DateSpan::parse(text).ok().and_then(|span| span.exact()).filter(|_| !text.contains('T'));
                day.map(|day| Answer::Day(Private::new(day))).ok_or_else(|| unread("a whole date: YYYY-MM-DD"))
            }
            _ => Err(unread("a date (`valueDate`)")),
        },
        Takes::Code(of) => Ok(Answer::Codes(vec![code(*of, one()?).ok_or_else(|| unread(expected(*of)))?])),
        Takes::Codes { of, or_none } => {
            let is_none = |raw: &&Raw| matches!(raw, Raw::Coding { system: Some(system), code } if (system.as_str(), code.as_str()) == NONE);
            if *or_none && given.iter().any(is_none) {
                return match given.len() {
                    1 => Ok(Answer::Codes(Vec::new())),
                    _ => Err(unread("either codes or none")),
                };
            }
            let codes: Option<Vec<Code>> = given.iter().map(|raw| code(*of, raw)).collect();
            codes.map(Answer::Codes).ok_or_else(|| unread(expected(*of)))
        }
        Takes::Of(offered) => {
            let find = |raw: &&Raw| code(CodeOf::Diagnosis, raw).filter(|code| offered.contains(code));
            let codes: Option<Vec<Code>> = given.iter().map(find).collect();
            codes.map(Answer::Codes).ok_or_else(|| unread("one of the codes that are offered"))
        }
        Takes::Text => match one()? {
            Raw::Text(text) => Ok(Answer::Text(Private::new(text.clone()))),
            _ => Err(unread("a text (`valueString`)")),
        },
        Takes::Units => match one()? {
            Raw::Number(text) => {
                units_milli(text).map(Answer::Amount).ok_or_else(|| unread(crate::exchange::units::UNITS))
            }
            _ => Err(unread("a number (`valueDecimal`)")),
        },
        Takes::Money => match one()? {
            Raw::Number(text) => Cents::parse(text)
                .map(|cents| Answer::Amount(cents.0))
                .map_err(|_| unread("an amount in dollars and cents")),
            _ => Err(unread("a number (`valueDecimal`)")),
        },
    }
}

/// A code as a Coding, or as the words of an open choice.
fn code(of: CodeOf, raw: &Raw) -> Option<Code> {
    let (system, text) = match raw {
        Raw::Coding { system, code } => (system.as_deref().map(System::from_uri), code.as_str()),
        Raw::Text(text) => (None, text.as_str()),
        Raw::YesNo(_) | Raw::Day(_) | Raw::Number(_) | Raw::Other => return None,
    };
    match (of, system) {
        (CodeOf::Procedure, system) => codes::procedure(system, text),
        (CodeOf::Diagnosis, None) => codes::diagnosis(System::Icd10Cm, text),
        (CodeOf::Diagnosis, Some(system)) => codes::diagnosis(system, text),
        // Many senders name these two systems otherwise: any system will do, the shape must be theirs.
        (CodeOf::Modifier, _) => codes::modifier(text),
        (CodeOf::Condition, _) => codes::condition_code(text),
        (CodeOf::Place, _) => codes::place_of_service(text),
    }
}

fn expected(of: CodeOf) -> &'static str {
    match of {
        CodeOf::Procedure => codes::PROCEDURE,
        CodeOf::Diagnosis => codes::DIAGNOSIS,
        CodeOf::Modifier => "a modifier of two characters",
        CodeOf::Condition => "a condition code of two characters",
        CodeOf::Place => "a place of service of two characters",
    }
}
