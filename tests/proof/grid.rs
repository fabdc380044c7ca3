//! Real requests: every combination of what the questions of a small pack can tell apart.

use claimgate::{
    code::{Code, System},
    date::{Date, DateSpan, plus_months},
    money::Cents,
    private::Private,
    request::{
        Approval, Coverage, Diagnosis, Encounter, Form, Frequency, Given, Kind, Line, LineOfBusiness, PainType,
        Patient, Pointers, Purpose, Request, Sex, Source, Sourced, Status, Verification,
    },
};
use jiff::civil::date;

use crate::{
    chance::Random,
    scripts::{DIAGNOSES, PROCEDURES},
};

fn here() -> Source {
    Source::field("grid")
}

fn given<T>(value: T) -> Given<T> {
    Given::value(value, here())
}

fn day_of(text: Date) -> Given<DateSpan> {
    given(DateSpan::day(text))
}

fn code(system: System, text: &str) -> Code {
    Code::parse(system, text).unwrap()
}

/// A choice of one coordinate, written into a request.
type Write = Box<dyn Fn(&mut Request)>;

/// The grid of the facts that `texts` name; at most `requests_max` of it, and whether that is all.
pub fn grid(texts: &str, random: &mut Random, requests_max: usize) -> (Vec<Request>, bool) {
    let axes: Vec<Vec<Write>> = axes(texts);
    let size: usize = axes.iter().map(Vec::len).product();
    let mut requests = Vec::new();
    for number in 0..size.min(requests_max) {
        let mut rest = if size <= requests_max { number } else { random.below(size) };
        let mut request = plain();
        for axis in &axes {
            axis[rest % axis.len()](&mut request);
            rest /= axis.len();
        }
        requests.push(request);
    }
    (requests, size <= requests_max)
}

fn axes(texts: &str) -> Vec<Vec<Write>> {
    let asks = |fact: &str| texts.contains(fact);
    let knows = |fact: &str| texts.contains(&format!("known({fact}"));
    let mut axes: Vec<Vec<Write>> = vec![days(knows("line.service_date")), procedures()];
    if asks(".diagnoses.") || asks("months_since_onset") || knows("line.diagnoses") || knows("request.diagnoses") {
        axes.push(diagnoses());
    }
    if knows("line.diagnoses") {
        let unknown: Write = Box::new(|request| request.lines[0].pointers = Pointers::Unknown(Given::Absent));
        axes.push(vec![Box::new(|_| {}), Box::new(|_| {}), unknown]);
    }
    if asks("history.") {
        axes.push(history());
    }
    if asks("line.months_since_onset") {
        axes.push(onsets());
    }
    if asks("patient.age_years") {
        axes.push(ages());
    }
    if asks("coverage.approved") {
        let on = |approved_on: Given<DateSpan>| -> Write {
            Box::new(move |request| {
                request.coverage.prior_authorization = given(Approval { approved_on: approved_on.clone() });
            })
        };
        axes.push(vec![Box::new(|_| {}), on(day_of(date(2025, 5, 1))), on(Given::Absent)]);
    }
    if asks("stated.pain_type") {
        let all = [Given::Absent, given(PainType::Axial), given(PainType::Radicular), given(PainType::Mixed)];
        axes.push(all.map(|pain| -> Write { Box::new(move |to| to.stated_pain_type = pain.clone()) }).into());
    }
    if asks("line.purpose") {
        let all = [Given::Absent, given(Purpose::Diagnostic), given(Purpose::Therapeutic)];
        axes.push(all.map(|purpose| -> Write { Box::new(move |to| to.lines[0].purpose = purpose.clone()) }).into());
    }
    if asks("coverage.line_of_business") {
        let all = [
            given(LineOfBusiness::Commercial),
            given(LineOfBusiness::Medicare),
            given(LineOfBusiness::Medicaid),
            Given::Absent,
        ];
        axes.push(all.map(|line| -> Write { Box::new(move |to| to.coverage.line_of_business = line.clone()) }).into());
    }
    axes
}

/// Days before the period, in it and after it. This comes first: other coordinates count from it.
fn days(or_none: bool) -> Vec<Write> {
    let mut days: Vec<Given<DateSpan>> = [(2026, 3, 10), (2025, 6, 30), (2025, 7, 1), (2025, 2, 18), (2027, 1, 1)]
        .map(|(year, month, day)| day_of(date(year, month, day)))
        .into();
    days.extend(or_none.then_some(Given::Absent));
    days.into_iter().map(|day| -> Write { Box::new(move |to| to.lines[0].service_date = day.clone()) }).collect()
}

fn procedures() -> Vec<Write> {
    let write =
        |text: &'static str| -> Write { Box::new(move |to| to.lines[0].procedure = given(code(System::Cpt, text))) };
    PROCEDURES.iter().copied().chain(["99213"]).map(write).collect()
}

/// Each code of the pool is not there, on the request, or pointed to. A code in no set is always
/// there, and pointed to where nothing else is.
fn diagnoses() -> Vec<Write> {
    let write = |number: usize| -> Write {
        Box::new(move |to| {
            let (mut pointed, mut rest) = (Vec::new(), number);
            for text in DIAGNOSES {
                if rest % 3 > 0 {
                    to.diagnoses.push(diagnosis(text));
                }
                if rest % 3 == 2 {
                    pointed.push(to.diagnoses.len() - 1);
                }
                rest /= 3;
            }
            if !pointed.is_empty() {
                to.lines[0].pointers = Pointers::To(pointed, here());
            }
        })
    };
    (0..81).map(write).collect()
}

fn diagnosis(text: &str) -> Diagnosis {
    Diagnosis {
        code: given(code(System::Icd10Cm, text)),
        onset: Given::Absent,
        status: Status::Active,
        verification: Verification::Confirmed,
    }
}

fn day(request: &Request) -> Date {
    request.lines[0].service_date.get().and_then(DateSpan::exact).unwrap_or(date(2026, 3, 10))
}

fn history() -> Vec<Write> {
    let write = |visits: Vec<(i32, usize, usize)>| -> Write {
        Box::new(move |to| {
            let day = day(to);
            let visit = |(months, procedure, diagnosis): &(i32, usize, usize)| Encounter {
                claim_id: None,
                service_date: DateSpan::day(plus_months(day, -months)),
                procedures: vec![(code(System::Cpt, PROCEDURES[*procedure]), Vec::new())],
                diagnoses: vec![code(System::Icd10Cm, DIAGNOSES[*diagnosis])],
                source: here(),
            };
            to.history = visits.iter().map(visit).collect();
        })
    };
    let mut all = vec![Vec::new(), vec![(13, 0, 0)], vec![(5, 0, 1), (6, 2, 3)], vec![(5, 0, 0), (11, 0, 2)]];
    all.extend((0..4).map(|diagnosis| vec![(11, 5 - diagnosis, diagnosis)]));
    all.into_iter().map(write).collect()
}

/// Onset of the claim, none, or of the first diagnosis.
fn onsets() -> Vec<Write> {
    let before = |months: i32| -> Write { Box::new(move |to| to.onset = day_of(plus_months(day(to), -months))) };
    let mut all: Vec<Write> = [-1, 0, 2, 3, 6].map(before).into();
    all.push(Box::new(|_| {}));
    all.push(Box::new(|to| {
        let onset = day_of(plus_months(day(to), -4));
        to.diagnoses.iter_mut().for_each(|diagnosis| diagnosis.onset = onset.clone());
    }));
    all
}

fn ages() -> Vec<Write> {
    let born = |years: i32| -> Write {
        Box::new(move |to| {
            to.patient.birth_date = given(Private::new(DateSpan::day(plus_months(day(to), -12 * years))));
        })
    };
    let mut all: Vec<Write> = [17, 18, 19, 64, 65, 66].map(born).into();
    all.push(Box::new(|to| to.patient.birth_date = Given::Absent));
    all
}

fn plain() -> Request {
    Request {
        id: "G-1".into(),
        kind: Kind::Claim,
        form: Sourced::new(Form::Professional, here()),
        frequency: Sourced::new(Frequency::Original, here()),
        replaces: None,
        provider: None,
        patient: Patient {
            member_id: None,
            birth_date: given(Private::new(DateSpan::day(date(1970, 1, 1)))),
            sex: given(Sex::Female),
        },
        coverage: Coverage {
            line_of_business: given(LineOfBusiness::Commercial),
            state: None,
            prior_authorization: Given::Absent,
        },
        authored_on: Given::Absent,
        onset: Given::Absent,
        stated_pain_type: Given::Absent,
        diagnoses: vec![diagnosis("I10")],
        condition_codes: Vec::new(),
        unread_condition_code: None,
        lines: vec![Line {
            number: 1,
            procedure: given(code(System::Cpt, "62323")),
            concept: Given::Absent,
            modifiers: Vec::new(),
            unread_modifier: None,
            pointers: Pointers::To(vec![0], here()),
            service_date: day_of(date(2026, 3, 10)),
            units_milli: given(1000),
            charge: given(Cents(10_000)),
            place_of_service: None,
            purpose: Given::Absent,
            narrative: Given::Absent,
        }],
        history: Vec::new(),
        remarks: Vec::new(),
    }
}
