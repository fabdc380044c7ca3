//! The request of an ordinary adult: what a witness is where nothing is asked for.

use crate::{
    date::{Date, DateSpan, plus_months},
    private::Private,
    request::{
        Coverage, Form, Frequency, Given, Kind, Line, LineOfBusiness, Patient, Pointers, Request, Sex, Source, Sourced,
    },
};

/// The age of an ordinary adult.
pub(super) const AGE_YEARS: i64 = 52;
/// A birthday lies this many months before the day of service: near none of the ends of an age.
const MONTHS_SINCE_BIRTHDAY: i32 = 5;
/// What an ordinary line costs, where that is asked.
pub(super) const CHARGE_CENTS: i64 = 25_000;
/// How many units an ordinary line has, where that is asked.
pub(super) const UNITS_MILLI: i64 = 1_000;

/// A claim with one line, without diagnoses and without a procedure.
pub(super) fn request(day: Option<Date>) -> Request {
    Request {
        id: "W-1".to_owned(),
        kind: Kind::Claim,
        form: Sourced::new(Form::Professional, Source::Absent),
        frequency: Sourced::new(Frequency::Original, Source::Absent),
        replaces: None,
        provider: None,
        patient: Patient {
            member_id: None,
            birth_date: day.map_or(Given::Absent, |day| {
                Given::value(Private::new(born(day, AGE_YEARS)), Source::member_of("patient", "birth_date"))
            }),
            sex: Given::value(Sex::Female, Source::member_of("patient", "sex")),
        },
        coverage: Coverage {
            line_of_business: Given::value(
                LineOfBusiness::Commercial,
                Source::member_of("coverage", "line_of_business"),
            ),
            state: None,
            prior_authorization: Given::Absent,
        },
        authored_on: Given::Absent,
        onset: Given::Absent,
        stated_pain_type: Given::Absent,
        diagnoses: Vec::new(),
        condition_codes: Vec::new(),
        unread_condition_code: None,
        lines: vec![line(0, day)],
        history: Vec::new(),
        remarks: Vec::new(),
    }
}

/// A claim with one line that gives nothing.
pub(in crate::proof) fn nothing() -> Request {
    let mut request = request(None);
    (request.patient.sex, request.coverage.line_of_business) = (Given::Absent, Given::Absent);
    request
}

/// A line at a place of the request.
pub(super) fn line(place: usize, day: Option<Date>) -> Line {
    let at = |field| Source::member("lines", place, field);
    Line {
        number: u32::try_from(place).map_or(u32::MAX, |place| place.saturating_add(1)),
        procedure: Given::Absent,
        concept: Given::Absent,
        modifiers: Vec::new(),
        unread_modifier: None,
        pointers: Pointers::Unknown(Given::Absent),
        service_date: day.map_or(Given::Absent, |day| Given::value(DateSpan::day(day), at("service_date"))),
        units_milli: Given::Absent,
        charge: Given::Absent,
        place_of_service: None,
        purpose: Given::Absent,
        narrative: Given::Absent,
    }
}

/// The birth date of somebody of an age on a day.
pub(super) fn born(day: Date, age_years: i64) -> DateSpan {
    let years = i32::try_from(age_years).unwrap_or(i32::MAX);
    DateSpan::day(plus_months(day, -years.saturating_mul(12).saturating_add(MONTHS_SINCE_BIRTHDAY)))
}
