//! Random requests around the spine pack: codes of every value set, dates around every edge.

use claimgate::{
    code::{Code, Icd10Cm, Pattern, System},
    date::{Date, DateSpan, plus_months},
    money::Cents,
    pack::Pack,
    private::Private,
    request::{
        Approval, Concept, Coverage, Diagnosis, Encounter, Form, Frequency, Given, Kind, Line, LineOfBusiness,
        PainType, Patient, Pointers, Purpose, Request, Sex, Source, Sourced, Status, Verification,
    },
};
use jiff::civil::date;

pub use crate::chance::Random;

fn here() -> Source {
    Source::field("random")
}

fn given<T>(value: T) -> Given<T> {
    Given::value(value, here())
}

/// A code of a random row of the pack's value sets, of one of the systems.
fn code_of_sets(random: &mut Random, pack: &Pack, systems: &[System]) -> Code {
    loop {
        let definitions = pack.sets.definitions();
        let definition = &definitions[random.below(definitions.len())];
        if definition.entries.is_empty() {
            continue;
        }
        let entry = &definition.entries[random.below(definition.entries.len())];
        if !systems.contains(&entry.system) {
            continue;
        }
        let (Pattern::Code(text) | Pattern::Prefix(text) | Pattern::Range(text, _)) = &entry.pattern else { continue };
        let code = Code::parse(entry.system, text).unwrap();
        let children = Icd10Cm::table().billable_children(&code);
        return if children.is_empty() { code } else { children[random.below(children.len())] };
    }
}

fn diagnosis_code(random: &mut Random, pack: &Pack) -> Code {
    let text = match random.below(10) {
        0..=2 => return code_of_sets(random, pack, &[System::Icd10Cm, System::Snomed]),
        3 | 4 => random.of(&["M54.16", "M54.12", "M51.16", "M47.26"]),
        5 | 6 => random.of(&["M54.50", "M47.816", "M53.3", "M54.2", "M54.6", "M43.16"]),
        7 => random.of(&["M48.061", "M54.41", "M96.1", "M48.062", "M41.26", "M99.03", "M51.369"]),
        8 => random.of(&["G89.29", "G89.11", "S39.012A", "S33.5XXS", "R52", "G89.18", "Z00.6", "O80"]),
        _ => random.of(&["E11.9", "I10", "M54.5", "M17.11", "M79.18", "M54.81", "C61", "M46.1"]),
    };
    Code::parse(System::Icd10Cm, text).unwrap()
}

fn procedure_code(random: &mut Random, pack: &Pack) -> Code {
    if random.percent(25) {
        return code_of_sets(random, pack, &[System::Cpt, System::Hcpcs, System::Icd10Pcs]);
    }
    let text = random.of(&[
        "62323", "62321", "64483", "64493", "64490", "27096", "64635", "64625", "20552", "96372", "64999", "62324",
        "20610", "64450", "99214", "J0665", "0216T", "G0260",
    ]);
    Code::parse(System::of_procedure(text), text).unwrap()
}

fn days(random: &mut Random, around: Date, months: &[i32]) -> Date {
    let day = plus_months(around, -random.of(months));
    match random.below(3) {
        0 => day.yesterday().unwrap(),
        1 => day,
        _ => day.tomorrow().unwrap(),
    }
}

/// A random request; with `unknown`, up to a few facts are missing, partial or contradictory.
pub fn request(random: &mut Random, pack: &Pack, unknown: bool) -> Request {
    let day =
        random.of(&[date(2026, 3, 10), date(2025, 7, 1), date(2026, 2, 28), date(2025, 6, 30), date(2026, 5, 31)]);
    let diagnoses: Vec<Diagnosis> = (0..1 + random.below(4)).map(|_| diagnosis(random, pack, day, unknown)).collect();
    let kind = random.of(&[Kind::Claim, Kind::Claim, Kind::Claim, Kind::Order]);
    let lines =
        (0..1 + random.below(3)).map(|number| line(random, pack, number, day, diagnoses.len(), unknown)).collect();
    let history = (0..random.below(4)).map(|_| encounter(random, pack, day, unknown)).collect();
    let birth = days(random, day, &[12 * 17, 12 * 18, 12 * 52, 12 * 80]);
    let birth = match (unknown, random.below(6)) {
        (true, 0) => Given::Absent,
        (true, 1) => given(Private::new(DateSpan { first: birth.first_of_year(), last: birth.last_of_year() })),
        _ => given(Private::new(DateSpan::day(birth))),
    };
    let onset = match (unknown, random.below(8)) {
        (_, 0..=2) => Given::Absent,
        (true, 3) => Given::unreadable("a date", here()),
        (true, 4) => {
            let onset = days(random, day, &[2, 3, 4]);
            given(DateSpan { first: onset.first_of_month(), last: onset.last_of_month() })
        }
        _ => given(DateSpan::day(days(random, day, &[-1, 1, 2, 3, 4, 12, 30]))),
    };
    Request {
        id: "R-1".into(),
        kind,
        form: Sourced::new(random.of(&[Form::Professional, Form::Professional, Form::Institutional]), here()),
        frequency: Sourced::new(
            random.of(&[
                Frequency::Original,
                Frequency::Original,
                Frequency::Original,
                Frequency::Replacement,
                Frequency::Void,
            ]),
            here(),
        ),
        replaces: random.percent(10).then(|| "H-0".into()),
        provider: None,
        patient: Patient { member_id: None, birth_date: birth, sex: given(Sex::Female) },
        coverage: coverage(random, unknown),
        authored_on: given(DateSpan::day(day)),
        onset,
        stated_pain_type: match random.below(8) {
            0 => given(PainType::Axial),
            1 => given(PainType::Radicular),
            2 => given(PainType::Mixed),
            3 if unknown => Given::unreadable("a pain type", here()),
            _ => Given::Absent,
        },
        diagnoses,
        condition_codes: if random.percent(3) {
            vec![Sourced::new(Code::parse(System::ConditionCode, "30").unwrap(), here())]
        } else {
            Vec::new()
        },
        unread_condition_code: (unknown && random.percent(3)).then(here),
        lines,
        history,
        remarks: Vec::new(),
    }
}

fn coverage(random: &mut Random, unknown: bool) -> Coverage {
    let line = random.of(&[
        LineOfBusiness::Commercial,
        LineOfBusiness::Commercial,
        LineOfBusiness::Commercial,
        LineOfBusiness::MedicareAdvantage,
        LineOfBusiness::Medicaid,
    ]);
    Coverage {
        line_of_business: if unknown && random.percent(20) { Given::Absent } else { given(line) },
        state: None,
        prior_authorization: match random.below(20) {
            0 => given(Approval { approved_on: given(DateSpan::day(date(2025, 5, 1))) }),
            1 | 2 if unknown => given(Approval { approved_on: Given::Absent }),
            _ => Given::Absent,
        },
    }
}

fn diagnosis(random: &mut Random, pack: &Pack, day: Date, unknown: bool) -> Diagnosis {
    Diagnosis {
        code: if unknown && random.percent(4) {
            Given::unreadable("a code", here())
        } else {
            given(diagnosis_code(random, pack))
        },
        onset: if random.percent(15) { given(DateSpan::day(days(random, day, &[1, 3, 8]))) } else { Given::Absent },
        status: if unknown && random.percent(6) { Status::Past } else { Status::Active },
        verification: match random.below(30) {
            0 => Verification::Refuted,
            1 | 2 if unknown => Verification::Unconfirmed,
            _ => Verification::Confirmed,
        },
    }
}

fn line(random: &mut Random, pack: &Pack, number: usize, day: Date, diagnoses: usize, unknown: bool) -> Line {
    let modifiers = ["KX", "Q1", "52", "LT", "50"];
    let words = [
        "pulsed radiofrequency of dorsal root ganglion",
        "endoscopic facet denervation",
        "DRG stimulator trial",
        "cyst rupture",
    ];
    let pointers: Vec<usize> = (0..diagnoses).filter(|place| *place == 0 || random.percent(60)).collect();
    Line {
        number: u32::try_from(number).unwrap() + 1,
        procedure: if unknown && random.percent(6) { Given::Absent } else { given(procedure_code(random, pack)) },
        concept: match random.below(20) {
            3 if unknown => Given::unreadable("a concept", here()),
            0 => given(Concept::DrgRadiofrequency),
            1 => given(Concept::JointRadiofrequency),
            2 => given(Concept::Other),
            _ => Given::Absent,
        },
        modifiers: if random.percent(20) {
            vec![Sourced::new(Code::parse(System::Modifier, random.of(&modifiers)).unwrap(), here())]
        } else {
            Vec::new()
        },
        unread_modifier: (unknown && random.percent(5)).then(here),
        pointers: if unknown && random.percent(5) {
            Pointers::Unknown(Given::Absent)
        } else {
            Pointers::To(pointers, here())
        },
        service_date: match random.below(20) {
            0 if number > 0 => given(DateSpan::day(day.tomorrow().unwrap())),
            1 if number > 0 && unknown => Given::Absent,
            _ => given(DateSpan::day(day)),
        },
        units_milli: given(1000),
        charge: given(Cents(10_000)),
        place_of_service: None,
        purpose: match random.below(12) {
            0 => given(Purpose::Diagnostic),
            1 => given(Purpose::Therapeutic),
            2 if unknown => Given::unreadable("a purpose", here()),
            _ => Given::Absent,
        },
        narrative: if unknown && random.percent(10) {
            Given::Absent
        } else {
            given(Private::new(random.of(&words).to_owned()))
        },
    }
}

fn encounter(random: &mut Random, pack: &Pack, day: Date, unknown: bool) -> Encounter {
    let on = days(random, day, &[1, 2, 3, 5, 11, 12, 13]);
    let span = if unknown && random.percent(10) {
        DateSpan { first: on.first_of_month(), last: on.last_of_month() }
    } else {
        DateSpan::day(on)
    };
    Encounter {
        claim_id: Some(random.of(&["H-0", "H-1"]).into()),
        service_date: span,
        procedures: vec![(procedure_code(random, pack), Vec::new())],
        diagnoses: vec![diagnosis_code(random, pack)],
        source: here(),
    }
}
