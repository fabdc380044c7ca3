//! A claim of one visit: what was done, what for, and what was left out.

use super::{
    chance::Chance,
    codes::{self, Service},
    member::Member,
    story::{Story, Twist, When},
};
use crate::{
    code::{Code, System},
    date::{Date, DateSpan},
    money::Cents,
    private::Private,
    request::{
        Approval, Coverage, Diagnosis, Form, Frequency, Given, Kind, Line, Npi, Patient, Pointers, Request, Source,
        Sourced, Status, Verification,
    },
};

/// Pointers that a line of a professional claim has room for.
const POINTERS_MAX: usize = 4;

/// What a claim is made of.
pub(super) struct Visit<'m> {
    pub(super) member: &'m Member,
    pub(super) day: Date,
    pub(super) is_first: bool,
    /// How many claims of the member were made before.
    pub(super) sequence: usize,
    pub(super) provider: Option<Npi>,
}

/// The claim of a visit.
pub(super) fn request(visit: &Visit<'_>, chance: &mut Chance) -> Request {
    let member = visit.member;
    let (codes, pointed) = diagnoses(visit, chance);
    let place = chance.weigh(&[(45, "11"), (25, "22"), (30, "24")], "11");
    let mut lines = Lines { visit, place, pointed, is_dated: true, lines: Vec::new() };
    let service = if visit.is_first && chance.is(45) { None } else { member.story.service(chance) };
    match service {
        Some(service) => procedure(&mut lines, service, chance),
        None => lines.push(chance.text(codes::OFFICE), 14_000, 1_000, chance),
    }
    let onset = member.onset.filter(|_| member.story != Story::Plain && chance.is(92));
    let approval =
        (member.twist == Twist::Approved && chance.is(70)).then_some(Approval { approved_on: Given::Absent });
    Request {
        id: id(member, visit.sequence),
        kind: Kind::Claim,
        form: Sourced::new(Form::Professional, made()),
        frequency: Sourced::new(Frequency::Original, made()),
        replaces: None,
        provider: visit.provider,
        patient: patient(member),
        coverage: Coverage { line_of_business: given(member.plan), state: None, prior_authorization: given(approval) },
        authored_on: Given::Absent,
        onset: given(onset.map(DateSpan::day)),
        stated_pain_type: Given::Absent,
        diagnoses: codes.into_iter().filter_map(diagnosis).collect(),
        condition_codes: Vec::new(),
        unread_condition_code: None,
        lines: lines.lines,
        history: Vec::new(),
        remarks: Vec::new(),
    }
}

/// The claim that takes another back, or takes its place with one code more.
pub(super) fn follower(original: &Request, frequency: Frequency, sequence: usize, member: &Member) -> Request {
    let mut request = original.clone();
    request.id = id(member, sequence);
    request.replaces = Some(original.id.clone());
    request.frequency.value = frequency;
    let chronic = codes::CHRONIC.first().and_then(|code| diagnosis(code));
    let is_there = chronic.as_ref().is_some_and(|chronic| request.diagnoses.iter().any(|own| own.code == chronic.code));
    if frequency == Frequency::Replacement && !is_there {
        request.diagnoses.extend(chronic);
        let place = request.diagnoses.len().saturating_sub(1);
        for line in &mut request.lines {
            match &mut line.pointers {
                Pointers::To(places, _) if places.len() < POINTERS_MAX => places.push(place),
                _ => {}
            }
        }
    }
    request
}

/// The codes of the claim, and the places that its lines point to, if they point.
fn diagnoses(visit: &Visit<'_>, chance: &mut Chance) -> (Vec<&'static str>, Option<Vec<usize>>) {
    let member = visit.member;
    let mut codes: Vec<&'static str> = Vec::new();
    let mut pointed = Vec::new();
    let mut add = |code: &'static str, is_pointed: bool| {
        if !codes.contains(&code) {
            codes.push(code);
            if is_pointed && pointed.len() < POINTERS_MAX {
                pointed.push(codes.len() - 1);
            }
        }
    };
    if chance.is(1) {
        return (Vec::new(), None);
    }
    add(if chance.is(80) { member.code } else { chance.text(member.story.codes()) }, true);
    if member.story != Story::Plain {
        if chance.is(18) {
            add(chance.text(codes::CHRONIC), true);
        }
        match chance.below(100) {
            0..14 => add(chance.text(member.story.codes()), true),
            14..20 => add(chance.text(codes::RADICULAR), true),
            20..26 => add(chance.text(codes::AXIAL), true),
            26..30 => add(chance.text(codes::SPRAIN), true),
            30..32 => add(chance.text(codes::NOT_BILLABLE), true),
            32..42 => add(chance.text(codes::BESIDE), false),
            _ => {}
        }
    }
    match member.twist {
        Twist::Beside(list, when) if when == When::Always || visit.is_first => add(chance.text(list), chance.is(40)),
        Twist::Trial if chance.is(50) => add(codes::TRIAL, chance.is(80)),
        Twist::Beside(..) | Twist::Trial | Twist::Approved | Twist::Nothing => {}
    }
    let is_pointing = !chance.is(3);
    (codes, Some(pointed).filter(|_| is_pointing))
}

/// The lines of a procedure and of what goes with it.
fn procedure(lines: &mut Lines<'_, '_>, service: Service, chance: &mut Chance) {
    lines.is_dated = !chance.is(1);
    for (level, code) in service.lines.iter().enumerate() {
        lines.push(code, service.cents, 1_000, chance);
        lines.modify(modifiers(lines.visit, level, chance));
    }
    if service == codes::UNLISTED {
        let narrative = match chance.below(100) {
            0..45 => Some(chance.text(codes::GANGLION)),
            45..65 => Some(chance.text(codes::JOINT_DENERVATION)),
            65..88 => Some(chance.text(codes::SOMETHING_ELSE)),
            _ => None,
        };
        lines.narrate(narrative);
    }
    if service.is_injection {
        drugs(lines, chance);
        if chance.is(45) {
            lines.push(chance.text(codes::IMAGING), 14_500, 1_000, chance);
        }
    }
    if chance.is(if service.is_injection { 8 } else { 20 }) {
        codes::SEDATION.iter().for_each(|code| lines.push(code, 9_000, 1_000, chance));
    }
    if chance.is(20) {
        lines.push(chance.text(codes::OFFICE), 14_000, 1_000, chance);
        lines.modify(vec!["25"]);
    }
}

fn drugs(lines: &mut Lines<'_, '_>, chance: &mut Chance) {
    let mut drug = |list: &'static [&'static str], chance: &mut Chance| {
        let units = if chance.is(1) { 500 } else { i64::from(chance.between(1, 8)) * 1_000 };
        lines.push(chance.text(list), 1_200, units, chance);
    };
    match chance.below(100) {
        0..3 => drug(codes::OTHER_DRUGS, chance),
        3..6 => drug(codes::CONTRAST, chance),
        _ => {
            if chance.is(60) {
                drug(codes::STEROIDS, chance);
            }
            if chance.is(45) {
                drug(codes::ANAESTHETICS, chance);
            }
            if chance.is(15) {
                drug(codes::CONTRAST, chance);
            }
        }
    }
}

fn modifiers(visit: &Visit<'_>, level: usize, chance: &mut Chance) -> Vec<&'static str> {
    let mut modifiers = Vec::new();
    match chance.below(100) {
        0..10 => modifiers.push("50"),
        10..25 => modifiers.push("LT"),
        25..40 => modifiers.push("RT"),
        _ => {}
    }
    if level > 0 && chance.is(10) {
        modifiers.push("59");
    }
    match chance.below(100) {
        0..6 => modifiers.push("KX"),
        6..8 => modifiers.push("52"),
        8 => modifiers.push("53"),
        _ => {}
    }
    if visit.member.twist == Twist::Trial && chance.is(50) {
        modifiers.push(chance.text(&["Q0", "Q1"]));
    }
    modifiers
}

/// The lines of a claim as they are added.
struct Lines<'v, 'm> {
    visit: &'v Visit<'m>,
    place: &'static str,
    pointed: Option<Vec<usize>>,
    is_dated: bool,
    lines: Vec<Line>,
}

impl Lines<'_, '_> {
    /// Adds a line of about so many cents a unit.
    fn push(&mut self, code: &str, cents: i32, units_milli: i64, chance: &mut Chance) {
        let cents = i64::from(cents) * i64::from(chance.between(80, 120)) / 100 * units_milli / 1_000;
        let procedure = Code::parse(System::of_procedure(code), code).ok();
        let day = Some(DateSpan::day(self.visit.day)).filter(|_| self.is_dated);
        self.lines.push(Line {
            number: u32::try_from(self.lines.len()).unwrap_or(u32::MAX).saturating_add(1),
            procedure: given(procedure),
            concept: Given::Absent,
            modifiers: Vec::new(),
            unread_modifier: None,
            pointers: match &self.pointed {
                Some(places) => Pointers::To(places.clone(), made()),
                None => Pointers::Unknown(Given::Absent),
            },
            service_date: given(day),
            units_milli: given(Some(units_milli)),
            charge: given(Some(Cents(cents))),
            place_of_service: code_of(System::PlaceOfService, self.place),
            purpose: Given::Absent,
            narrative: Given::Absent,
        });
    }

    /// Puts modifiers to the line that was added last.
    fn modify(&mut self, modifiers: Vec<&str>) {
        if let Some(line) = self.lines.last_mut() {
            line.modifiers = modifiers.into_iter().filter_map(|code| code_of(System::Modifier, code)).collect();
        }
    }

    /// Describes the line that was added last.
    fn narrate(&mut self, words: Option<&str>) {
        if let Some(line) = self.lines.last_mut() {
            line.narrative = given(words.map(|words| Private::new(words.to_owned())));
        }
    }
}

fn id(member: &Member, sequence: usize) -> String {
    format!("S{:08}{:02}", member.number, sequence + 1)
}

fn patient(member: &Member) -> Patient {
    Patient {
        member_id: Some(Private::new(format!("SM{:08}", member.number))),
        birth_date: given(member.birth_date.map(|day| Private::new(DateSpan::day(day)))),
        sex: given(Some(member.sex)),
    }
}

fn diagnosis(code: &str) -> Option<Diagnosis> {
    let code = Code::parse(System::Icd10Cm, code).ok()?;
    Some(Diagnosis {
        code: given(Some(code)),
        onset: Given::Absent,
        status: Status::Active,
        verification: Verification::Confirmed,
    })
}

fn code_of(system: System, code: &str) -> Option<Sourced<Code>> {
    Code::parse(system, code).ok().map(|code| Sourced::new(code, made()))
}

fn given<T>(value: Option<T>) -> Given<T> {
    value.map_or(Given::Absent, |value| Given::value(value, made()))
}

/// Where a made-up value stood: nowhere, but it was given.
fn made() -> Source {
    Source::field("sample")
}
