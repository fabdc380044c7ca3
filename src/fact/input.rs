//! For what a fact of a line is unknown: the places of the request that an answer would fill.
//!
//! The other side of `draw`: where a fact is drawn as unknown, it is for one of these. A fact may
//! be unknown for places of other lines, and for several places at once.

use super::{Argument, Fact, View, draw, view::is_there};
use crate::{
    code::{ClassMask, Code},
    date::{DateSpan, day_number},
    fact::Answer,
    request::{Diagnosis, Encounter, Given, Pointers, Status, Verification},
};

/// A place of a request that an answer can fill. Lines, diagnoses and earlier services are told by
/// their 0-based places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Input {
    /// Whether an approval that is named was given, and when.
    Approval,
    /// The patient's birth date.
    BirthDate,
    /// The patient's sex.
    Sex,
    /// Whether a provisional or past diagnosis is there.
    Diagnosis(usize),
    /// The stated pain type.
    PainType,
    /// When the pain began.
    Onset,
    /// The plan's line of business.
    LineOfBusiness,
    /// A diagnosis code that cannot be read.
    DiagnosisCode(usize),
    /// The condition codes beside those that could be read.
    ConditionCodes,
    /// The day of an earlier service.
    EarlierDay(usize),
    /// A line's structured concept.
    Concept(usize),
    /// A line's purpose.
    Purpose(usize),
    /// A line's procedure.
    Procedure(usize),
    /// A line's day of service.
    ServiceDate(usize),
    /// A line's description.
    Narrative(usize),
    /// The modifiers beside those that could be read.
    Modifiers(usize),
    /// What a line points to.
    Diagnoses(usize),
    /// A line's place of service.
    PlaceOfService(usize),
    /// A line's units.
    Units(usize),
    /// A line's charge.
    Charge(usize),
}

/// The inputs that a fact is unknown for. Of a set of codes only those count that can bring in a
/// code of `part`.
pub fn unknown_inputs(view: &View<'_>, fact: &Fact, part: &ClassMask) -> Vec<Input> {
    let request = view.request;
    let Some(line) = request.lines.iter().position(|line| std::ptr::eq(line, view.line)) else { return Vec::new() };
    let undated = view.day().is_none().then_some(Input::ServiceDate(line));
    match fact.kind.name {
        "line.procedure" => vec![Input::Procedure(line)],
        "line.service_date" => vec![Input::ServiceDate(line)],
        "line.concept" => vec![Input::Concept(line)],
        "line.narrative" => vec![Input::Narrative(line)],
        "line.modifiers" => vec![Input::Modifiers(line)],
        "line.purpose" => vec![Input::Purpose(line)],
        "line.place_of_service" => vec![Input::PlaceOfService(line)],
        "line.units_milli" => vec![Input::Units(line)],
        "line.charge_cents" => vec![Input::Charge(line)],
        "request.condition_codes" => vec![Input::ConditionCodes],
        "coverage.approved" => vec![Input::Approval],
        "coverage.line_of_business" => vec![Input::LineOfBusiness],
        "patient.sex" => vec![Input::Sex],
        "stated.pain_type" => vec![Input::PainType],
        "patient.age_years" => undated.into_iter().chain(is_birth_unknown(view).then_some(Input::BirthDate)).collect(),
        "line.months_since_onset" => of_onset(view, fact, line, undated),
        "line.diagnoses" => of_line_diagnoses(view, line, part),
        "request.diagnoses" => codes_of(view, is_there),
        "request.unconfirmed_diagnoses" => {
            codes_of(view, |one| one.verification == Verification::Unconfirmed && one.status == Status::Active)
        }
        "request.past_diagnoses" => {
            codes_of(view, |one| one.verification != Verification::Refuted && one.status == Status::Past)
        }
        "request.untabled_diagnoses" => codes_of(view, |one| one.verification != Verification::Refuted),
        "same_day.procedures" => of_same_day(view, undated, part),
        "history.diagnoses" => {
            let counts = |earlier: &Encounter| earlier.diagnoses.iter().any(|code| part.contains(view.class_of(code)));
            undated.into_iter().chain(days_of(view, counts)).collect()
        }
        "history.untabled_diagnoses" => {
            let is_one = |code: &Code| !code.system().has_table() && part.contains(view.class_of(code));
            undated.into_iter().chain(days_of(view, |earlier| earlier.diagnoses.iter().any(is_one))).collect()
        }
        "history.months_diagnosed_twice" => {
            let mask = draw::mask_of(view, &fact.arguments);
            let counts = |earlier: &Encounter| {
                earlier.diagnoses.iter().any(|code| mask.contains(draw::class_on(view, code, earlier)))
            };
            undated.into_iter().chain(days_of(view, counts)).collect()
        }
        "history.months_since_procedure" | "history.sessions" => {
            let mask = draw::mask_of(view, &fact.arguments);
            let counts = |earlier: &Encounter| {
                earlier.procedures.iter().any(|(code, _)| mask.contains(draw::class_on(view, code, earlier)))
            };
            undated.into_iter().chain(days_of(view, counts)).collect()
        }
        // What is left is never unknown.
        _ => Vec::new(),
    }
}

/// The diagnoses whose onset counts for a line, beside the onset of the claim.
pub fn onset_diagnoses(view: &View<'_>, arguments: &[Argument]) -> Vec<usize> {
    let mask = draw::mask_of(view, arguments);
    let pointed = |place: usize| match &view.line.pointers {
        Pointers::To(places, _) => places.contains(&place),
        Pointers::All | Pointers::Unknown(_) => true,
    };
    let counts = |diagnosis: &Diagnosis| {
        diagnosis.verification != Verification::Refuted
            && !diagnosis.onset.is_absent()
            && diagnosis.code.get().is_some_and(|code| mask.contains(view.class_of(code)))
    };
    let all = view.request.diagnoses.iter().enumerate();
    all.filter(|(place, diagnosis)| pointed(*place) && counts(diagnosis)).map(|(place, _)| place).collect()
}

/// Whether a diagnosis that a line points to counts for it without any doubt.
pub fn is_certain(diagnosis: &Diagnosis) -> bool {
    is_there(diagnosis)
}

fn is_birth_unknown(view: &View<'_>) -> bool {
    let Some(born) = view.request.patient.birth_date.get().map(|born| *born.reveal()) else { return true };
    let is_after_service = view.service.get().is_some_and(|days| day_number(born.first) > day_number(days.last));
    born.exact().is_none() || is_after_service
}

fn of_onset(view: &View<'_>, fact: &Fact, line: usize, undated: Option<Input>) -> Vec<Input> {
    let dated = onset_diagnoses(view, &fact.arguments);
    if view.pointers_unknown() && !dated.is_empty() {
        return [Input::Diagnoses(line), Input::Onset].into_iter().chain(undated).collect();
    }
    let diagnoses: Vec<&Diagnosis> = dated.iter().filter_map(|place| view.request.diagnoses.get(*place)).collect();
    let own = Some(&view.request.onset).filter(|onset| !onset.is_absent());
    let all: Vec<&Given<DateSpan>> = own.into_iter().chain(diagnoses.iter().map(|one| &one.onset)).collect();
    let is_sure = own.is_some() || diagnoses.iter().any(|one| is_there(one));
    let days: Vec<Option<DateSpan>> = all.iter().map(|onset| onset.get().copied()).collect();
    let is_one = days.iter().all(|day| day.is_some_and(|day| day.exact().is_some()) && Some(day) == days.first());
    let is_unknown = !(is_sure && is_one);
    undated.into_iter().chain(is_unknown.then_some(Input::Onset)).collect()
}

fn of_line_diagnoses(view: &View<'_>, line: usize, part: &ClassMask) -> Vec<Input> {
    if view.pointed().is_none() {
        return vec![Input::Diagnoses(line)];
    }
    let places: Vec<usize> = match &view.line.pointers {
        Pointers::To(places, _) => places.clone(),
        Pointers::All | Pointers::Unknown(_) => (0..view.request.diagnoses.len()).collect(),
    };
    let mut inputs = Vec::new();
    for place in places {
        let Some(diagnosis) = view.request.diagnoses.get(place) else { continue };
        if diagnosis.verification == Verification::Refuted {
            continue;
        }
        let read = view.read(&diagnosis.code);
        if read.is_none() {
            inputs.push(Input::DiagnosisCode(place));
        }
        if !is_there(diagnosis) && read.is_none_or(|code| part.contains(view.class_of(&code.value))) {
            inputs.push(Input::Diagnosis(place));
        }
    }
    inputs
}

fn codes_of(view: &View<'_>, counts: impl Fn(&Diagnosis) -> bool) -> Vec<Input> {
    let unread = |diagnosis: &Diagnosis| counts(diagnosis) && view.read(&diagnosis.code).is_none();
    let all = view.request.diagnoses.iter().enumerate();
    all.filter(|(_, diagnosis)| unread(diagnosis)).map(|(place, _)| Input::DiagnosisCode(place)).collect()
}

fn of_same_day(view: &View<'_>, undated: Option<Input>, part: &ClassMask) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for (place, other) in view.request.lines.iter().enumerate() {
        let same_day = view.is_same_day(other);
        if std::ptr::eq(other, view.line) || same_day == Answer::No {
            continue;
        }
        let procedure = other.procedure.get();
        if procedure.is_none() {
            inputs.push(Input::Procedure(place));
        }
        if same_day == Answer::Unknown && procedure.is_none_or(|code| part.contains(view.class_of(code))) {
            inputs.extend(undated);
            let is_exact = view.request.service_day(other).is_some();
            inputs.extend((!is_exact).then_some(Input::ServiceDate(place)));
        }
    }
    inputs
}

fn days_of(view: &View<'_>, counts: impl Fn(&Encounter) -> bool) -> Vec<Input> {
    let earlier: Vec<&Encounter> = view.request.earlier().collect();
    let inexact = |one: &Encounter| one.service_date.exact().is_none() && counts(one);
    let all = view.request.history.iter().enumerate();
    all.filter(|(_, one)| inexact(one) && earlier.iter().any(|counted| std::ptr::eq(*counted, *one)))
        .map(|(place, _)| Input::EarlierDay(place))
        .collect()
}
