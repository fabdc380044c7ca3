//! How each fact of the dictionary is drawn from a request.

mod history;
mod onset;

pub use history::may_reach;
pub(super) use history::{
    class_on, history_diagnoses, months_diagnosed_twice, months_since_procedure, sessions, untabled_history,
};
pub(super) use onset::months_since_onset;

use super::{Answer, Argument, Drawn, Shown, Value, View, view};
use crate::{
    code::{ClassMask, Code},
    date::{day_number, years_between},
    request::{
        Concept, Diagnosis, Form, Frequency, Given, Kind, LineOfBusiness, PainType, Pointers, Purpose, Sex, Source,
        Sourced, Status, Verification,
    },
    verdict::Cause,
};
use view::{NOWHERE, cause_of, is_there};

const ANY: Value<'static> = Value::Span(i64::MIN, i64::MAX);
const NO: u32 = 0b01;
const YES: u32 = 0b10;

fn certain<'a>(value: Value<'a>, source: &'a Source) -> Drawn<'a> {
    Drawn { value, known: Answer::of(*source != Source::Absent), cause: None, source: Some(source), root: None }
}

fn unknown<'a, T>(value: Value<'a>, given: &'a Given<T>) -> Drawn<'a> {
    let known = if given.is_absent() { Answer::No } else { Answer::Unknown };
    Drawn { value, known, cause: Some(cause_of(given)), source: Some(given.source()), root: None }
}

/// A choice: absent is the first (`not stated`), unreadable is any of `count`.
fn choice_or_first<'a, T: Copy>(given: &'a Given<T>, count: u32, place: impl Fn(T) -> u32) -> Drawn<'a> {
    match given {
        Given::Value(sourced) => certain(Value::Choice(1 << place(sourced.value)), &sourced.source),
        Given::Absent => certain(Value::Choice(1), &NOWHERE),
        Given::Unreadable(_) => unknown(Value::Choice((1 << count) - 1), given),
    }
}

/// A choice: absent and unreadable are any of `count`.
fn choice_or_any<'a, T: Copy>(given: &'a Given<T>, count: u32, place: impl Fn(T) -> u32) -> Drawn<'a> {
    match given {
        Given::Value(sourced) => certain(Value::Choice(1 << place(sourced.value)), &sourced.source),
        Given::Absent | Given::Unreadable(_) => unknown(Value::Choice((1 << count) - 1), given),
    }
}

fn code<'a>(view: &View<'a>, given: &'a Given<Code>) -> Drawn<'a> {
    match given {
        Given::Value(sourced) => {
            certain(Value::Code(Some(view.shown(&sourced.value, &sourced.source))), &sourced.source)
        }
        Given::Absent | Given::Unreadable(_) => unknown(Value::Code(None), given),
    }
}

/// The codes of a list, and any other where something was `unread` among them.
fn codes<'a>(view: &View<'a>, list: &'a [Sourced<Code>], unread: Option<&'a Source>) -> Drawn<'a> {
    let shown = list.iter().map(|sourced| view.shown(&sourced.value, &sourced.source)).collect();
    let source = unread.or(list.first().map(|sourced| &sourced.source)).unwrap_or(&NOWHERE);
    let mut drawn = certain(Value::Codes { shown, maybe: Vec::new(), open: unread.is_some() }, source);
    drawn.cause = unread.map(|_| Cause::Unreadable);
    drawn
}

fn span<'a>(given: &'a Given<i64>) -> Drawn<'a> {
    match given {
        Given::Value(sourced) => certain(Value::Span(sourced.value, sourced.value), &sourced.source),
        Given::Absent | Given::Unreadable(_) => unknown(ANY, given),
    }
}

pub(super) fn frequency<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let place = match view.request.frequency.value {
        Frequency::Original => 0,
        Frequency::Replacement => 1,
        Frequency::Void => 2,
    };
    certain(Value::Choice(1 << place), &view.request.frequency.source)
}

pub(super) fn kind<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let place = match view.request.kind {
        Kind::Claim => 0,
        Kind::Order => 1,
    };
    // It has no place of its own, and is never absent.
    Drawn { known: Answer::Yes, ..certain(Value::Choice(1 << place), &NOWHERE) }
}

pub(super) fn form<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let place = match view.request.form.value {
        Form::Professional => 0,
        Form::Institutional => 1,
        Form::Inpatient => 2,
    };
    certain(Value::Choice(1 << place), &view.request.form.source)
}

pub(super) fn procedure<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    code(view, &view.line.procedure)
}

pub(super) fn service_date<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    match view.service {
        Given::Value(sourced) => {
            let days = sourced.value;
            let mut drawn = certain(Value::Span(day_number(days.first), day_number(days.last)), &sourced.source);
            drawn.cause = days.exact().is_none().then_some(Cause::Unreadable);
            drawn
        }
        given => unknown(ANY, given),
    }
}

pub(super) fn concept<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    choice_or_first(&view.line.concept, 4, |concept| match concept {
        Concept::DrgRadiofrequency => 1,
        Concept::JointRadiofrequency => 2,
        Concept::Other => 3,
    })
}

pub(super) fn narrative<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let any = Value::Codes { shown: Vec::new(), maybe: Vec::new(), open: true };
    match &view.line.narrative {
        Given::Value(sourced) => {
            let source = &sourced.source;
            let Some(classes) = view.sets.classes_of_text(sourced.value.reveal()) else {
                return unknown(any, &Given::<()>::Absent);
            };
            let shown = classes.into_iter().map(|class| Shown { class, code: None, source }).collect();
            certain(Value::Codes { shown, maybe: Vec::new(), open: false }, source)
        }
        given => unknown(any, given),
    }
}

pub(super) fn same_day_procedures<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let (mut shown, mut maybe, mut open) = (Vec::new(), Vec::new(), false);
    for other in view.request.lines.iter().filter(|other| !std::ptr::eq(*other, view.line)) {
        let list = match view.is_same_day(other) {
            Answer::No => continue,
            Answer::Yes => &mut shown,
            Answer::Unknown => &mut maybe,
        };
        match &other.procedure {
            Given::Value(sourced) => list.push(view.shown(&sourced.value, &sourced.source)),
            Given::Absent | Given::Unreadable(_) => open = true,
        }
    }
    let cause = (open || !maybe.is_empty()).then_some(Cause::Unreadable);
    let undated = (!maybe.is_empty() && view.day().is_none()).then_some("line.service_date");
    Drawn { value: Value::Codes { shown, maybe, open }, known: Answer::Yes, cause, source: None, root: undated }
}

pub(super) fn modifiers<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    codes(view, &view.line.modifiers, view.line.unread_modifier.as_ref())
}

pub(super) fn condition_codes<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    codes(view, &view.request.condition_codes, view.request.unread_condition_code.as_ref())
}

pub(super) fn approved<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    match &view.request.coverage.prior_authorization {
        Given::Absent => certain(Value::Choice(NO), &NOWHERE),
        Given::Value(sourced) => match &sourced.value.approved_on {
            Given::Value(on) => certain(Value::Choice(YES), &on.source),
            given => {
                let mut drawn = unknown(Value::Choice(NO | YES), given);
                drawn.source = Some(&sourced.source);
                drawn
            }
        },
        given => unknown(Value::Choice(NO | YES), given),
    }
}

pub(super) fn age_years<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let birth = &view.request.patient.birth_date;
    let (Given::Value(born), Some(days)) = (birth, view.service.get()) else {
        return if birth.get().is_some() { view.undated(ANY, Answer::Yes) } else { unknown(ANY, birth) };
    };
    let (source, born) = (&born.source, born.value.reveal());
    let low = i64::from(years_between(born.last, days.first));
    let high = i64::from(years_between(born.first, days.last));
    let mut drawn = certain(Value::Span(low, high), source);
    if high < 0 {
        (drawn.value, drawn.cause) = (ANY, Some(Cause::Contradictory));
    } else if low != high {
        drawn.cause = Some(Cause::Unreadable);
    }
    drawn
}

pub(super) fn sex<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    choice_or_any(&view.request.patient.sex, 3, |sex| match sex {
        Sex::Female => 0,
        Sex::Male => 1,
        Sex::Other => 2,
    })
}

/// The diagnoses of the request that `counts`; an unreadable code may be any.
fn diagnoses_where<'a>(view: &View<'a>, counts: impl Fn(&Diagnosis) -> bool) -> Drawn<'a> {
    let (mut shown, mut unreadable) = (Vec::new(), None);
    for diagnosis in view.request.diagnoses.iter().filter(|diagnosis| counts(diagnosis)) {
        match view.read(&diagnosis.code) {
            Some(sourced) => shown.push(view.shown(&sourced.value, &sourced.source)),
            None => unreadable = Some(diagnosis.code.source()),
        }
    }
    let open = unreadable.is_some();
    let cause = open.then_some(Cause::Unreadable);
    Drawn {
        value: Value::Codes { shown, maybe: Vec::new(), open },
        known: Answer::Yes,
        cause,
        source: unreadable,
        root: None,
    }
}

pub(super) fn request_diagnoses<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    diagnoses_where(view, is_there)
}

pub(super) fn unconfirmed_diagnoses<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    diagnoses_where(view, |diagnosis| {
        diagnosis.verification == Verification::Unconfirmed && diagnosis.status == Status::Active
    })
}

pub(super) fn past_diagnoses<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    diagnoses_where(view, |diagnosis| {
        diagnosis.verification != Verification::Refuted && diagnosis.status == Status::Past
    })
}

/// Codes of systems without a table. What cannot be read may be one of them too, and is asked for as
/// the diagnosis that it is.
pub(super) fn untabled_diagnoses<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let is_tabled = |diagnosis: &Diagnosis| diagnosis.code.get().is_some_and(|code| code.system().has_table());
    let mut drawn =
        diagnoses_where(view, |diagnosis| diagnosis.verification != Verification::Refuted && !is_tabled(diagnosis));
    let is_unread = |diagnosis: &&Diagnosis| {
        diagnosis.verification != Verification::Refuted && view.read(&diagnosis.code).is_none()
    };
    let unread = view.request.diagnoses.iter().find(is_unread);
    drawn.root = unread.map(|diagnosis| match (diagnosis.status, diagnosis.verification) {
        (Status::Past, _) => "request.past_diagnoses",
        (Status::Active, Verification::Confirmed) => "request.diagnoses",
        (Status::Active, _) => "request.unconfirmed_diagnoses",
    });
    drawn
}

pub(super) fn invalid_diagnosis<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let pointed = view.pointed().unwrap_or_default();
    let mut invalid = pointed.iter().filter_map(|diagnosis| match &diagnosis.code {
        Given::Value(sourced) if view.is_invalid(&sourced.value) => Some(&sourced.source),
        _ => None,
    });
    match invalid.next() {
        Some(source) => certain(Value::Choice(YES), source),
        None => certain(Value::Choice(NO), &NOWHERE),
    }
}

pub(super) fn line_diagnoses<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    let (mut shown, mut maybe, mut open) = (Vec::new(), Vec::new(), false);
    let mut cause = None;
    let mut source: Option<&'a Source> = None;
    match view.pointed() {
        Some(pointed) => {
            for diagnosis in pointed {
                match view.read(&diagnosis.code) {
                    Some(sourced) if is_there(diagnosis) => {
                        shown.push(view.shown(&sourced.value, &sourced.source));
                    }
                    Some(sourced) => {
                        cause = cause.or(Some(Cause::Contradictory));
                        // Why it is unknown is told first of what cannot be read.
                        source = source.filter(|_| open).or(Some(&sourced.source));
                        maybe.push(view.shown(&sourced.value, &sourced.source));
                    }
                    None => {
                        (open, cause) = (true, Some(Cause::Unreadable));
                        source = Some(diagnosis.code.source());
                    }
                }
            }
        }
        None => {
            open = true;
            (cause, source) = match &view.line.pointers {
                Pointers::Unknown(given) => (Some(cause_of(given)), Some(given.source())),
                Pointers::To(_, source) => (Some(Cause::Absent), Some(source)),
                Pointers::All => (Some(Cause::Absent), None),
            };
        }
    }
    let known = if cause == Some(Cause::Absent) { Answer::No } else { Answer::Yes };
    Drawn { value: Value::Codes { shown, maybe, open }, known, cause, source, root: None }
}

pub(super) fn stated_pain_type<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    choice_or_first(&view.request.stated_pain_type, 4, |pain| match pain {
        PainType::Axial => 1,
        PainType::Radicular => 2,
        PainType::Mixed => 3,
    })
}

pub(super) fn purpose<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    choice_or_first(&view.line.purpose, 3, |purpose| match purpose {
        Purpose::Diagnostic => 1,
        Purpose::Therapeutic => 2,
    })
}

pub(super) fn place_of_service<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    match &view.line.place_of_service {
        Some(sourced) => certain(Value::Code(Some(view.shown(&sourced.value, &sourced.source))), &sourced.source),
        None => Drawn {
            value: Value::Code(None),
            known: Answer::No,
            cause: Some(Cause::Absent),
            source: Some(&NOWHERE),
            root: None,
        },
    }
}

pub(super) fn units_milli<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    span(&view.line.units_milli)
}

pub(super) fn charge_cents<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    match &view.line.charge {
        Given::Value(sourced) => certain(Value::Span(sourced.value.0, sourced.value.0), &sourced.source),
        given => unknown(ANY, given),
    }
}

pub(super) fn line_of_business<'a>(view: &View<'a>, _: &[Argument]) -> Drawn<'a> {
    choice_or_any(&view.request.coverage.line_of_business, 5, |line| match line {
        LineOfBusiness::Commercial => 0,
        LineOfBusiness::MedicareAdvantage => 1,
        LineOfBusiness::Medicare => 2,
        LineOfBusiness::Medicaid => 3,
        LineOfBusiness::Other => 4,
    })
}

fn months_of(arguments: &[Argument]) -> i32 {
    super::months_of(arguments).and_then(|months| i32::try_from(months).ok()).unwrap_or(0)
}

pub(super) fn mask_of<'a>(view: &View<'a>, arguments: &[Argument]) -> &'a ClassMask {
    static NONE: std::sync::LazyLock<ClassMask> = std::sync::LazyLock::new(ClassMask::default);
    let set = arguments.iter().find_map(|argument| match argument {
        Argument::Set(set) => Some(*set),
        Argument::Months(_) => None,
    });
    set.map_or(&NONE, |set| view.sets.mask(set))
}
