//! What a written claim must be, so that every format of the field can carry it whole.
//!
//! The native JSON carries more; the other writers refuse what they would have to leave out, for a
//! fact that is lost on the way may turn a verdict.

use std::io;

use crate::{
    date::Date,
    request::{Form, Given, Kind, Pointers, Request, Status, Verification},
};

/// Whether `request` can be written as 837P, FHIR, CSV and Parquet.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`], with the first thing that cannot be carried.
pub(crate) fn check(request: &Request) -> io::Result<()> {
    match obstacle(request) {
        None => Ok(()),
        Some(what) => {
            let message = format!("claim `{}` cannot be written in this format: it has {what}", request.id);
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
    }
}

fn obstacle(request: &Request) -> Option<&'static str> {
    let approval = request.coverage.prior_authorization.get();
    let diagnosed = request.diagnoses.iter();
    let lines = || request.lines.iter();
    let unread = |given: bool, what| given.then_some(what);
    None.or(unread(request.kind != Kind::Claim, "the kind of an order"))
        .or(unread(request.form.value != Form::Professional, "a form that is not professional"))
        .or(unread(!request.history.is_empty(), "earlier services of its own"))
        .or(unread(!request.stated_pain_type.is_absent(), "a stated pain type"))
        .or(unread(!request.authored_on.is_absent(), "a day on which it was ordered"))
        .or(unread(request.coverage.state.is_some(), "a state of the plan"))
        .or(unread(!request.condition_codes.is_empty() || request.unread_condition_code.is_some(), "condition codes"))
        .or(unread(approval.is_some_and(|approval| !approval.approved_on.is_absent()), "a day of approval"))
        .or(unread(request.patient.member_id.is_none(), "no member"))
        .or(unread(is_unreadable(request), "a value that could not be read"))
        .or(unread(
            diagnosed.clone().any(|one| !one.onset.is_absent() || one.status != Status::Active),
            "a diagnosis with an onset or a status of its own",
        ))
        .or(unread(
            diagnosed.clone().any(|one| one.verification != Verification::Confirmed),
            "an unconfirmed diagnosis",
        ))
        .or(unread(lines().any(|line| !line.concept.is_absent()), "a structured concept"))
        .or(unread(lines().any(|line| !line.purpose.is_absent()), "a stated purpose"))
        .or(unread(lines().any(|line| line.modifiers.len() > MODIFIERS_MAX), "more than four modifiers on a line"))
        .or(unread(diagnosed.count() > DIAGNOSES_MAX, "more than twelve diagnoses"))
        .or(unread(lines().any(|line| points(&line.pointers) > POINTERS_MAX), "more than four pointers on a line"))
        .or(unread(request.lines.len() > LINES_MAX, "more than fifty lines"))
        .or(unread(request.id.len() > ID_BYTES_MAX, "an identifier of more than 38 characters"))
        .or(unread(!days(request), "a date that is no day"))
}

/// What an 837P has room for.
const MODIFIERS_MAX: usize = 4;
const POINTERS_MAX: usize = 4;
const DIAGNOSES_MAX: usize = 12;
const LINES_MAX: usize = 50;
const ID_BYTES_MAX: usize = 38;

fn points(pointers: &Pointers) -> usize {
    match pointers {
        Pointers::To(places, _) => places.len(),
        Pointers::All | Pointers::Unknown(_) => 0,
    }
}

fn is_unreadable(request: &Request) -> bool {
    fn no<T>(given: &Given<T>) -> bool {
        matches!(given, Given::Unreadable(_))
    }
    no(&request.onset)
        || no(&request.patient.birth_date)
        || no(&request.patient.sex)
        || no(&request.coverage.line_of_business)
        || no(&request.coverage.prior_authorization)
        || request.diagnoses.iter().any(|diagnosis| diagnosis.code.get().is_none())
        || request.lines.iter().any(|line| {
            let pointers = match &line.pointers {
                Pointers::Unknown(given) => !given.is_absent(),
                Pointers::All => true,
                Pointers::To(..) => false,
            };
            let values = no(&line.service_date) || no(&line.units_milli) || no(&line.charge) || no(&line.narrative);
            pointers || values || line.procedure.get().is_none() || line.unread_modifier.is_some()
        })
}

fn days(request: &Request) -> bool {
    let is_day = |span: Option<Date>, given: bool| span.is_some() || !given;
    let birth = request.patient.birth_date.get();
    is_day(birth.and_then(|born| born.reveal().exact()), birth.is_some())
        && is_day(request.onset.get().and_then(|onset| onset.exact()), request.onset.get().is_some())
        && request.lines.iter().all(|line| {
            let day = line.service_date.get();
            is_day(day.and_then(|day| day.exact()), day.is_some())
        })
}

/// Thousandths as the shortest decimal: `1`, `1.5`.
pub(crate) fn units_text(milli: i64) -> String {
    if milli % 1000 == 0 {
        return (milli / 1000).to_string();
    }
    let text = format!("{}.{:03}", milli / 1000, milli % 1000);
    text.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::json;

    #[test]
    fn what_cannot_be_carried_is_named() {
        let check = |from: &str, to: &str, expected: Option<&str>| {
            let text = r#"{"id": "C-1", "patient": {"member_id": "M1"}, "coverage": {}, "diagnoses": [{"code": "M54.16"}],
                           "lines": [{"procedure": "62323", "diagnosis_pointers": [1], "service_date": "2026-03-10"}]}"#;
            assert!(text.contains(from), "{from}");
            let request = json::request(&text.replace(from, to)).unwrap();
            assert_eq!(obstacle(&request), expected, "{to}");
        };
        check("C-1", "C-2", None);
        check(r#""C-1","#, r#""C-1", "kind": "order","#, Some("the kind of an order"));
        check(r#""C-1","#, r#""C-1", "form": "inpatient","#, Some("a form that is not professional"));
        check(r#""C-1","#, r#""C-1", "stated": {"pain_type": "axial"},"#, Some("a stated pain type"));
        check(r#""C-1","#, r#""C-1", "onset_date": "2025-09","#, Some("a date that is no day"));
        check(r#""coverage": {}"#, r#""coverage": {"state": "TX"}"#, Some("a state of the plan"));
        check(r#"{"member_id": "M1"}"#, "{}", Some("no member"));
        let dated = r#""coverage": {"prior_authorization": {"number": "A", "approved_on": "2026-03-01"}}"#;
        check(r#""coverage": {}"#, dated, Some("a day of approval"));
        let past = r#""M54.16", "status": "resolved""#;
        check(r#""M54.16""#, past, Some("a diagnosis with an onset or a status of its own"));
        check("62323", "back injection", Some("a value that could not be read"));
        check("[1]", "[2]", Some("a value that could not be read"));
        check("[1]", "[]", None);
        check(r#""C-1""#, &format!("\"{}\"", "C".repeat(39)), Some("an identifier of more than 38 characters"));
    }

    #[test]
    fn units_are_the_shortest_decimal() {
        let check = |milli: i64, expected: &str| assert_eq!(units_text(milli), expected);
        check(1_000, "1");
        check(1_500, "1.5");
        check(25, "0.025");
        check(0, "0");
    }
}
