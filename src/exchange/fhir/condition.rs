//! Condition → diagnosis, with its onset and how sure and how present it is.

use std::{collections::HashSet, sync::Arc};

use super::{
    concept::{diagnoses, says},
    context::{Found, Scope},
    resource::{Concept, Condition, Period, Reference},
    shape::{One, Text},
};
use crate::{
    code::Code,
    date::DateSpan,
    request::{Diagnosis, Given, Source, Status, Verification},
};

/// What is expected where a Condition is referred to.
const SENT_ALONG: &str = "a Condition that is sent along";
/// FHIR ids have at most 64 characters.
const ID_CHARS_MAX: usize = 64;

/// The diagnoses of a claim or an order, and which Conditions they came from.
#[derive(Debug, Default)]
pub(super) struct Diagnoses {
    /// In the order that pointers count.
    pub(super) list: Vec<Diagnosis>,
    /// Places of the Conditions that were referred to.
    taken: Vec<usize>,
    /// The references of supporting information, each once.
    supporting: HashSet<String>,
    /// How many of them could not be followed.
    unfollowed: usize,
}

/// References of supporting information that cannot be followed: past so many each says no more than
/// those before it.
const UNFOLLOWED_MAX: usize = 20;

impl Diagnoses {
    /// Adds what a concept says.
    pub(super) fn add_concept(&mut self, concept: &Concept<'_>, source: &Source) {
        self.list.extend(diagnoses(concept, source).into_iter().map(certain));
    }

    /// Adds what a reference to a Condition says; one that finds none is unreadable.
    pub(super) fn add_reference(&mut self, reference: &Reference<'_>, scope: &Scope<'_, '_>, source: &Source) {
        let Some(text) = reference.reference.get() else {
            if reference.display.get().is_some() || reference.identifier.get().is_some() {
                self.list.push(certain(Given::unreadable(SENT_ALONG, source.clone())));
            }
            return;
        };
        match scope.condition(text) {
            Found::Here(place, condition) => {
                self.taken.extend(place);
                let before = self.list.len();
                self.list.extend(of_condition(condition));
                if self.list.len() == before {
                    self.list.push(certain(Given::unreadable("a Condition with a code", source.clone())));
                }
            }
            Found::Broken => self.list.push(certain(Given::unreadable("a Condition that can be read", source.clone()))),
            Found::Nothing => self.list.push(certain(Given::unreadable(SENT_ALONG, source.clone()))),
        }
    }

    /// Adds what supporting information refers to, where it is a Condition or may be one. One that was not
    /// sent, or is said to be another patient's, may say anything; one that the claim contains is the
    /// claim's. What else was sent is among the patient's others.
    pub(super) fn add_supporting(
        &mut self,
        reference: &Reference<'_>,
        (patient, scope): (Option<&str>, &Scope<'_, '_>),
        source: &Source,
    ) {
        let text = reference.reference.get();
        if text.is_some_and(|text| !self.supporting.insert(text.to_owned())) {
            return;
        }
        let is_condition = match text.map_or(Found::Nothing, |text| scope.condition(text)) {
            Found::Broken => return,
            Found::Here(_, condition) if is_of(condition, patient, scope) => return,
            Found::Here(None, condition) => {
                let before = self.list.len();
                self.list.extend(of_condition(condition));
                self.list.len() == before
            }
            Found::Here(Some(_), _) => true,
            Found::Nothing => match reference.kind.get() {
                Some(kind) => super::context::tail(kind) == "Condition",
                None => text.is_some_and(|text| scope.may_mean_condition(text)),
            },
        };
        if is_condition && self.unfollowed < UNFOLLOWED_MAX {
            self.unfollowed += 1;
            self.list.push(certain(Given::unreadable(SENT_ALONG, source.clone())));
        }
    }

    /// Adds the patient's other Conditions: evidence that no line points to. One that could not be
    /// read may be anybody's and may say anything: it is there, unreadable.
    pub(super) fn add_others(&mut self, patient: Option<&str>, scope: &Scope<'_, '_>) {
        let referred_to = self.list.len();
        for (place, condition) in scope.conditions() {
            if place.is_some_and(|place| self.taken.contains(&place)) {
                continue;
            }
            let Some(condition) = condition else {
                let source = Source::field("Condition");
                self.list.push(certain(Given::unreadable("a Condition that can be read", source)));
                continue;
            };
            if is_of(condition, patient, scope) {
                // A contained one that was referred to is there already.
                let mut more: Vec<Diagnosis> = of_condition(condition).collect();
                let before = self.list.get(..referred_to).unwrap_or_default();
                more.retain(|one| place.is_some() || !before.contains(one));
                self.list.append(&mut more);
            }
        }
    }
}

/// Whether a Condition is the patient's, or does not say whose it is.
fn is_of(condition: &Condition<'_>, patient: Option<&str>, scope: &Scope<'_, '_>) -> bool {
    match (condition.subject.get().and_then(|subject| subject.reference.get()), patient) {
        (None, _) => true,
        (Some(subject), Some(patient)) => scope.same_patient(subject, patient),
        (Some(_), None) => false,
    }
}

/// A date or dateTime.
pub(super) fn date(text: &Text<'_>, source: Source) -> Given<DateSpan> {
    match text.get().map(DateSpan::parse) {
        None => Given::Absent,
        Some(Ok(span)) => Given::value(span, source),
        Some(Err(_)) => Given::unreadable("a date: YYYY-MM-DD, YYYY-MM or YYYY", source),
    }
}

/// The first day of a period that does not end before it begins.
pub(super) fn start(period: &One<Period<'_>>, source: Source) -> Given<DateSpan> {
    let Some(period) = period.get() else { return Given::Absent };
    let first = date(&period.start, source.clone());
    let end = period.end.get().and_then(|end| DateSpan::parse(end).ok());
    match first.get().zip(end) {
        Some((first, end)) if end.last < first.first => {
            Given::unreadable("a period that does not end before it begins", source)
        }
        Some(_) | None => first,
    }
}

/// `Condition/c1.code`; an id that is none stays out of it.
fn source(condition: &Condition<'_>, element: &str) -> Source {
    let plain =
        |id: &&str| id.len() <= ID_CHARS_MAX && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let path = match condition.id.get().filter(plain) {
        Some(id) => format!("Condition/{id}.{element}"),
        None => format!("Condition.{element}"),
    };
    Source::Path(Arc::from(path))
}

fn of_condition(condition: &Condition<'_>) -> impl Iterator<Item = Diagnosis> {
    let concept = condition.code.get();
    let codes = concept.map(|concept| diagnoses(concept, &source(condition, "code"))).unwrap_or_default();
    let (onset, status, verification) = (onset(condition), status(condition), verification(condition));
    codes.into_iter().map(move |code| Diagnosis { code, onset: onset.clone(), status, verification })
}

fn certain(code: Given<Code>) -> Diagnosis {
    Diagnosis { code, onset: Given::Absent, status: Status::Active, verification: Verification::Confirmed }
}

fn onset(condition: &Condition<'_>) -> Given<DateSpan> {
    let other = [
        ("onsetAge", condition.onset_age.get().is_some()),
        ("onsetRange", condition.onset_range.get().is_some()),
        ("onsetString", condition.onset_string.get().is_some()),
    ];
    if condition.onset_date_time.get().is_some() {
        return date(&condition.onset_date_time, source(condition, "onsetDateTime"));
    }
    if condition.onset_period.get().is_some() {
        return start(&condition.onset_period, source(condition, "onsetPeriod.start"));
    }
    match other.iter().find(|(_, given)| *given) {
        Some((element, _)) => Given::unreadable("a date of onset", source(condition, element)),
        None => Given::Absent,
    }
}

fn status(condition: &Condition<'_>) -> Status {
    let past = ["inactive", "remission", "resolved"];
    let says_past = past.iter().any(|word| says(condition.clinical_status.get(), word));
    if says_past { Status::Past } else { Status::Active }
}

/// Absent is confirmed; a word that FHIR does not have confirms nothing.
fn verification(condition: &Condition<'_>) -> Verification {
    let Some(concept) = condition.verification_status.get() else { return Verification::Confirmed };
    let says = |word: &str| says(Some(concept), word);
    if says("refuted") || says("entered-in-error") {
        Verification::Refuted
    } else if says("confirmed") || concept.coding.iter().all(|coding| coding.code.get().is_none()) {
        Verification::Confirmed
    } else {
        Verification::Unconfirmed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let condition: Condition<'_> = serde_json::from_str(json).unwrap();
        let read: Vec<String> = of_condition(&condition)
            .map(|diagnosis| {
                let onset = diagnosis.onset.get().map_or("-".into(), DateSpan::to_string);
                let code = diagnosis.code.get().map_or("-".into(), Code::to_string);
                format!(
                    "{code} {onset} {:?} {:?} ({})",
                    diagnosis.status,
                    diagnosis.verification,
                    diagnosis.onset.source()
                )
            })
            .collect();
        assert_eq!(read.join("; "), expected, "{json}");
    }

    fn condition(rest: &str) -> String {
        let code = r#""code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M54.16"}]}"#;
        format!(r#"{{"id":"c1",{code}{rest}}}"#)
    }

    #[test]
    fn onset_in_every_form() {
        check(&condition(""), "M54.16 - Active Confirmed (not given)");
        let with = |onset: &str, expected: &str| check(&condition(onset), &format!("M54.16 {expected}"));
        with(r#","onsetDateTime":"2025-09-01T08:00:00Z""#, "2025-09-01 Active Confirmed (Condition/c1.onsetDateTime)");
        with(r#","onsetDateTime":"2025-09""#, "2025-09 Active Confirmed (Condition/c1.onsetDateTime)");
        with(r#","onsetDateTime":"last fall""#, "- Active Confirmed (Condition/c1.onsetDateTime)");
        with(r#","onsetPeriod":{"start":"2025"}"#, "2025 Active Confirmed (Condition/c1.onsetPeriod.start)");
        let reversed = r#","onsetPeriod":{"start":"2025-05","end":"2025-04-30"}"#;
        with(reversed, "- Active Confirmed (Condition/c1.onsetPeriod.start)");
        with(r#","onsetAge":{"value":52}"#, "- Active Confirmed (Condition/c1.onsetAge)");
        check(&condition("").replace("\"c1\"", "\"Jane Roe\""), "M54.16 - Active Confirmed (not given)");
    }

    #[test]
    fn status_and_verification() {
        let with = |status: &str, verification: &str, expected: &str| {
            let coded = |word: &str| format!(r#"{{"coding":[{{"code":"{word}"}}]}}"#);
            let (status, verification) = (coded(status), coded(verification));
            let rest = format!(r#","clinicalStatus":{status},"verificationStatus":{verification}"#);
            check(&condition(&rest), &format!("M54.16 - {expected} (not given)"));
        };
        with("active", "confirmed", "Active Confirmed");
        with("recurrence", "provisional", "Active Unconfirmed");
        with("relapse", "differential", "Active Unconfirmed");
        with("inactive", "unconfirmed", "Past Unconfirmed");
        with("remission", "refuted", "Past Refuted");
        with("resolved", "entered-in-error", "Past Refuted");
        with("", "", "Active Confirmed");
        with("active", "likely", "Active Unconfirmed");
    }

    #[test]
    fn a_condition_without_a_code_says_nothing() {
        check(r#"{"id":"c1","code":{"coding":[{}]}}"#, "");
    }
}
