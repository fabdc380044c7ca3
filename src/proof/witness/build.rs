//! A request built from what is wanted of each fact.
//!
//! Each part is chosen by itself where facts do not share it; diagnoses, the onset and the history
//! are shared by several facts and have files of their own. Nothing here is trusted: the caller
//! draws every fact again.

use super::{
    Ground, codes, diagnoses, history,
    left::{Left, Wants},
    onset, plain, words,
};
use crate::{
    code::{ClassMask, Code, System},
    date::{Date, DateSpan, plus_months},
    money::Cents,
    private::Private,
    proof::Literal,
    request::{
        Approval, Concept, Form, Frequency, Given, Kind, Line, LineOfBusiness, PainType, Purpose, Request, Sex, Source,
        Sourced,
    },
};

// The values of choices, in the order of the dictionary.
const KINDS: &[Kind] = &[Kind::Claim, Kind::Order];
const FORMS: &[Form] = &[Form::Professional, Form::Institutional, Form::Inpatient];
const FREQUENCIES: &[Frequency] = &[Frequency::Original, Frequency::Replacement, Frequency::Void];
const SEXES: &[Sex] = &[Sex::Female, Sex::Male, Sex::Other];
const LINES_OF_BUSINESS: &[LineOfBusiness] = &[
    LineOfBusiness::Commercial,
    LineOfBusiness::MedicareAdvantage,
    LineOfBusiness::Medicare,
    LineOfBusiness::Medicaid,
    LineOfBusiness::Other,
];
const PAIN_TYPES: &[Option<PainType>] =
    &[None, Some(PainType::Axial), Some(PainType::Radicular), Some(PainType::Mixed)];
const PURPOSES: &[Option<Purpose>] = &[None, Some(Purpose::Diagnostic), Some(Purpose::Therapeutic)];
const CONCEPTS: &[Option<Concept>] =
    &[None, Some(Concept::DrgRadiofrequency), Some(Concept::JointRadiofrequency), Some(Concept::Other)];

/// Days from an approval to the service.
const MONTHS_SINCE_APPROVAL: i32 = 1;

/// A request on whose first line what is wanted should hold; `None` where a part has no value.
pub(super) fn build(
    ground: &Ground<'_>,
    wants: &Wants<'_>,
    literals: &[Literal],
    day: Option<Date>,
) -> Option<Request> {
    let mut request = plain::request(day);
    whole(&mut request, wants, day)?;
    patient_and_coverage(&mut request, wants, day)?;
    let mut line = plain::line(0, day);
    first_line(ground, &mut line, wants, day)?;
    let is_inpatient = line.procedure.get().is_some_and(|code| code.system() == System::Icd10Pcs);
    if is_inpatient && wants.of_fact("request.form").is_none() {
        request.form = Sourced::new(Form::Inpatient, Source::field("form"));
    }
    request.lines = vec![line];
    diagnoses::choose(ground, wants, day, &mut request)?;
    onset::choose(ground, wants, day, &mut request)?;
    other_lines(ground, wants, day, &mut request)?;
    history::choose(ground, wants, literals, day, &mut request)?;
    Some(request)
}

fn whole(request: &mut Request, wants: &Wants<'_>, day: Option<Date>) -> Option<()> {
    request.kind = of_choice(wants, "request.kind", KINDS)?;
    if request.kind == Kind::Order {
        request.authored_on = dated(day, "authored_on");
    }
    let form = of_choice(wants, "request.form", FORMS)?;
    let is_told = form != Form::Professional || wants.known("request.form") == Some(true);
    request.form = Sourced::new(form, if is_told { Source::field("form") } else { Source::Absent });
    let frequency = of_choice(wants, "request.frequency", FREQUENCIES)?;
    let is_told = frequency != Frequency::Original || wants.known("request.frequency") == Some(true);
    request.frequency = Sourced::new(frequency, if is_told { Source::field("frequency") } else { Source::Absent });
    if frequency != Frequency::Original {
        request.replaces = Some("W-0".to_owned());
    }
    let pain = of_choice(wants, "stated.pain_type", PAIN_TYPES)?;
    request.stated_pain_type = given(pain, Source::member_of("stated", "pain_type"));
    Some(())
}

fn patient_and_coverage(request: &mut Request, wants: &Wants<'_>, day: Option<Date>) -> Option<()> {
    if let Some((low, high)) = wants.span("patient.age_years") {
        let age = plain::AGE_YEARS.clamp(low.min(high), high);
        if let (Given::Value(born), Some(day)) = (&mut request.patient.birth_date, day) {
            born.value = Private::new(plain::born(day, age));
        }
    }
    if wants.known("patient.age_years") == Some(false) {
        request.patient.birth_date = Given::Absent;
    }
    let sex = of_choice(wants, "patient.sex", SEXES)?;
    request.patient.sex = unless_unknown(wants, "patient.sex", sex, Source::member_of("patient", "sex"));
    let business = of_choice(wants, "coverage.line_of_business", LINES_OF_BUSINESS)?;
    let source = Source::member_of("coverage", "line_of_business");
    request.coverage.line_of_business = unless_unknown(wants, "coverage.line_of_business", business, source);
    if of_choice(wants, "coverage.approved", &[false, true])? {
        let on = day.map(|day| plus_months(day, -MONTHS_SINCE_APPROVAL)).or_else(|| Date::new(2026, 1, 10).ok())?;
        let approved_on =
            Given::value(DateSpan::day(on), Source::member_of("coverage.prior_authorization", "approved_on"));
        let source = Source::member_of("coverage", "prior_authorization");
        request.coverage.prior_authorization = Given::value(Approval { approved_on }, source);
    }
    request.condition_codes = Vec::new();
    Some(())
}

fn first_line(ground: &Ground<'_>, line: &mut Line, wants: &Wants<'_>, day: Option<Date>) -> Option<()> {
    let at = |field| Source::member("lines", 0, field);
    if wants.known("line.procedure") != Some(false) {
        let code = one_code(ground, wants, "line.procedure", codes::PROCEDURE, day)?;
        line.procedure = Given::value(code, at("procedure"));
    }
    if wants.of_fact("line.place_of_service").is_some() && wants.known("line.place_of_service") != Some(false) {
        let code = one_code(ground, wants, "line.place_of_service", &[System::PlaceOfService], day)?;
        line.place_of_service = Some(Sourced::new(code, at("place_of_service")));
    }
    let modifiers = some_codes(ground, wants, "line.modifiers", &[System::Modifier], day)?.into_iter().enumerate();
    line.modifiers =
        modifiers.map(|(part, code)| Sourced::new(code, Source::part("lines", 0, "modifiers", part))).collect();
    line.concept = given(of_choice(wants, "line.concept", CONCEPTS)?, at("concept"));
    line.purpose = given(of_choice(wants, "line.purpose", PURPOSES)?, at("purpose"));
    if wants.of_fact("line.units_milli").is_some() {
        let units = amount(wants, "line.units_milli", plain::UNITS_MILLI)?;
        line.units_milli = unless_unknown(wants, "line.units_milli", units, at("units"));
    }
    if wants.of_fact("line.charge_cents").is_some() {
        let charge = amount(wants, "line.charge_cents", plain::CHARGE_CENTS)?;
        line.charge = unless_unknown(wants, "line.charge_cents", Cents(charge), at("charge"));
    }
    if wants.of_fact("line.narrative").is_some() && wants.known("line.narrative") != Some(false) {
        let text = words::narrative(ground.sets, &wants.codes("line.narrative"))?;
        line.narrative = Given::value(Private::new(text), at("narrative"));
    }
    Some(())
}

/// The condition codes, and a line of the same day for each other procedure.
fn other_lines(ground: &Ground<'_>, wants: &Wants<'_>, day: Option<Date>, request: &mut Request) -> Option<()> {
    let codes = some_codes(ground, wants, "request.condition_codes", &[System::ConditionCode], day)?;
    request.condition_codes = codes
        .into_iter()
        .enumerate()
        .map(|(place, code)| {
            let part = u32::try_from(place).ok();
            Sourced::new(code, Source::Field { list: "", index: None, field: "condition_codes", part })
        })
        .collect();
    for code in some_codes(ground, wants, "same_day.procedures", codes::PROCEDURE, day)? {
        let place = request.lines.len();
        let mut line = plain::line(place, day);
        line.procedure = Given::value(code, Source::member("lines", place, "procedure"));
        line.pointers = request.lines.first().map_or(line.pointers, |first| first.pointers.clone());
        request.lines.push(line);
    }
    Some(())
}

/// The plainest code of what is left of a fact of one code.
fn one_code(
    ground: &Ground<'_>,
    wants: &Wants<'_>,
    name: &'static str,
    systems: &[System],
    day: Option<Date>,
) -> Option<Code> {
    let all = ground.sets.all();
    let left = match wants.of_fact(name).map(|want| &want.left) {
        Some(Left::Code(left)) => left,
        Some(Left::Codes { .. } | Left::Span(..) | Left::Choice(_)) | None => &all,
    };
    ground.codes.of(ground.sets, systems, left, day).first().map(|(_, code)| *code)
}

/// The fewest codes that a set of codes needs; none where it needs none.
fn some_codes(
    ground: &Ground<'_>,
    wants: &Wants<'_>,
    name: &'static str,
    systems: &[System],
    day: Option<Date>,
) -> Option<Vec<Code>> {
    let (absent, some) = wants.codes(name);
    if some.is_empty() {
        return Some(Vec::new());
    }
    let offered = ground.codes.of(ground.sets, systems, &ground.sets.all().without(&absent), day);
    let chosen = cover(&offered, &some.iter().collect::<Vec<_>>())?;
    Some(chosen.into_iter().map(|(_, code)| code).collect())
}

/// Of `offered`, as few as it takes to have one of each of `some`: each time the one that serves
/// most, the first of equals. `None` where one of `some` has none.
pub(super) fn cover<T: Copy>(
    offered: &[(crate::code::ClassId, T)],
    some: &[&ClassMask],
) -> Option<Vec<(crate::code::ClassId, T)>> {
    let (mut open, mut chosen) = (some.to_vec(), Vec::new());
    while !open.is_empty() {
        let serves = |class| open.iter().filter(|mask| mask.contains(class)).count();
        let mut best: Option<(usize, (crate::code::ClassId, T))> = None;
        for one in offered {
            let count = serves(one.0);
            if count > best.map_or(0, |(most, _)| most) {
                best = Some((count, *one));
            }
        }
        let (_, one) = best?;
        open.retain(|mask| !mask.contains(one.0));
        chosen.push(one);
    }
    Some(chosen)
}

/// The first value whose bit is left; the first of all where the fact is not asked.
fn of_choice<T: Copy>(wants: &Wants<'_>, name: &'static str, values: &[T]) -> Option<T> {
    let bits = wants.choice(name).unwrap_or(u32::MAX);
    values.iter().enumerate().find(|(place, _)| bits >> place & 1 == 1).map(|(_, value)| *value)
}

/// The plain amount, or the nearest that is left; amounts of service are not below zero.
fn amount(wants: &Wants<'_>, name: &'static str, plain: i64) -> Option<i64> {
    let (low, high) = wants.span(name).unwrap_or((0, i64::MAX));
    let low = low.max(0);
    (low <= high).then(|| plain.clamp(low, high))
}

fn given<T>(value: Option<T>, source: Source) -> Given<T> {
    value.map_or(Given::Absent, |value| Given::value(value, source))
}

fn unless_unknown<T>(wants: &Wants<'_>, name: &'static str, value: T, source: Source) -> Given<T> {
    if wants.known(name) == Some(false) { Given::Absent } else { Given::value(value, source) }
}

fn dated(day: Option<Date>, field: &'static str) -> Given<DateSpan> {
    day.map_or(Given::Absent, |day| Given::value(DateSpan::day(day), Source::field(field)))
}
