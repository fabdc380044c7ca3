//! One line of a request, as facts are drawn from it.

use super::{Answer, Drawn, Shown, Value};
use crate::{
    code::{ClassId, Code, Icd10Cm, ValueSets},
    date::{Date, DateSpan},
    request::{Diagnosis, Given, Line, Pointers, Request, Source, Sourced, Status, Verification},
    verdict::Cause,
};

/// A line, its request, and the value sets of the pack that asks.
pub struct View<'a> {
    /// The request.
    pub request: &'a Request,
    /// The line.
    pub line: &'a Line,
    /// The pack's value sets.
    pub sets: &'a ValueSets,
    /// The days the line can have been served on.
    pub service: &'a Given<DateSpan>,
}

/// What absence of a source points to.
pub(super) static NOWHERE: Source = Source::Absent;

impl<'a> View<'a> {
    /// A view of `line`, which stands in `request`.
    pub fn new(request: &'a Request, line: &'a Line, sets: &'a ValueSets) -> View<'a> {
        View { request, line, sets, service: request.service_span(line) }
    }

    /// The one day of service, where there is only one.
    pub fn day(&self) -> Option<Date> {
        self.service.get().and_then(DateSpan::exact)
    }

    /// Whether another line of the request was served on this line's day.
    pub fn is_same_day(&self, other: &Line) -> Answer {
        match (self.service.get(), self.request.service_span(other).get()) {
            (Some(one), Some(two)) if one.last < two.first || two.last < one.first => Answer::No,
            (Some(one), Some(two)) if one.exact().is_some() && one == two => Answer::Yes,
            (_, _) => Answer::Unknown,
        }
    }

    /// The class of a code on the line's day, the first of several it may mean.
    pub fn class_of(&self, code: &Code) -> ClassId {
        self.sets.class_of(code, self.service.get().map(|days| days.first))
    }

    /// A diagnosis code that can be read. One of a system in which the pack has no set may be
    /// anything: old ICD-9-CM codes, for one.
    pub(super) fn read(&self, code: &'a Given<Code>) -> Option<&'a Sourced<Code>> {
        match code {
            Given::Value(sourced) if self.sets.speaks(sourced.value.system()) => Some(sourced),
            Given::Value(_) | Given::Absent | Given::Unreadable(_) => None,
        }
    }

    pub(super) fn shown(&self, code: &Code, source: &'a Source) -> Shown<'a> {
        Shown { class: self.class_of(code), code: Some(*code), source }
    }

    /// The diagnoses the line points to, without refuted ones; `None` where unknown, as when
    /// every one of them was refuted.
    pub(super) fn pointed(&self) -> Option<Vec<&'a Diagnosis>> {
        self.request.pointed(self.line).filter(|pointed| !pointed.is_empty())
    }

    /// A fact that the line's unknown day of service makes unknown.
    pub(super) fn undated(&self, value: Value<'a>, known: Answer) -> Drawn<'a> {
        Drawn {
            value,
            known,
            cause: Some(cause_of(self.service)),
            source: Some(self.service.source()),
            root: Some("line.service_date"),
        }
    }

    /// Whether the line's pointers are unknown.
    pub(super) fn pointers_unknown(&self) -> bool {
        matches!(self.line.pointers, Pointers::Unknown(_))
    }

    /// The codes that may not be billed on the line's day, each with what may be billed instead.
    pub fn invalid_diagnoses(&self) -> String {
        let table = Icd10Cm::table();
        let codes: Vec<String> = self
            .pointed()
            .unwrap_or_default()
            .iter()
            .filter_map(|diagnosis| diagnosis.code.get())
            .filter(|code| self.is_invalid(code))
            .map(|code| {
                let children = table.billable_children(code);
                let shown: Vec<String> = children.iter().take(6).map(Code::to_string).collect();
                match (shown.is_empty(), children.len() > shown.len()) {
                    (true, _) => format!("{code} (not in the table)"),
                    (false, true) => format!(
                        "{code} (a heading; billable below it: {} and {} more)",
                        shown.join(", "),
                        children.len() - shown.len()
                    ),
                    (false, false) => format!("{code} (a heading; billable below it: {})", shown.join(", ")),
                }
            })
            .collect();
        codes.join("; ")
    }

    pub(super) fn is_invalid(&self, code: &Code) -> bool {
        code.system() == crate::code::System::Icd10Cm
            && Icd10Cm::table().standing(code, self.day()) != crate::code::Standing::Billable
    }
}

/// Why something that was given so is unknown.
pub(super) fn cause_of<T>(given: &Given<T>) -> Cause {
    if given.is_absent() { Cause::Absent } else { Cause::Unreadable }
}

/// Whether a diagnosis is certainly there: confirmed, and not of the past.
pub(super) fn is_there(diagnosis: &Diagnosis) -> bool {
    diagnosis.verification == Verification::Confirmed && diagnosis.status == Status::Active
}
