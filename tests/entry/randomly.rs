//! Random requests, with everything in them that doors can fill in.

use claimgate::{
    code::{Code, System},
    date::{DateSpan, plus_months},
    desk::decide,
    money::Cents,
    pack::Pack,
    private::Private,
    request::{Form, Given, Pointers, Request, Sex, Source, Sourced},
};

use crate::{
    Outcome,
    chance::Random,
    check::{MEMBER, check},
    count, packs, random, scripts,
};

pub fn spine() -> Outcome {
    let pack = packs::spine();
    try_all(&[&pack], &pack, 3, count("CLAIMGATE_ENTRY_REQUESTS", 1_500));
    Ok(())
}

pub fn others() -> Outcome {
    let (spine, small, every) = (packs::spine(), packs::small(), packs::every_fact());
    let requests = count("CLAIMGATE_ENTRY_REQUESTS", 1_500) / 3;
    try_all(&[&every], &spine, 5, requests);
    try_all(&[&small], &spine, 7, requests);
    try_all(&[&small, &spine, &every], &spine, 11, requests / 3);
    try_all::<&Pack>(&[], &spine, 13, requests / 10);
    Ok(())
}

/// Packs that ask a few facts each, other ones every time.
pub fn small_packs() -> Outcome {
    let (spine, mut random) = (packs::spine(), Random::new(17));
    for seed in 0..count("CLAIMGATE_ENTRY_REQUESTS", 1_500) / 50 {
        let pack = scripts::model(&mut random).load();
        try_all(&[&pack], &spine, 100 + seed as u64, 25);
    }
    Ok(())
}

/// What a replacement takes out is no earlier service of a line without a day either.
pub fn replaced() -> Outcome {
    let texts = packs::texts(|name| matches!(name, "history.sessions" | "history.months_since_procedure"));
    let pack = claimgate::pack::load(texts, &Default::default()).map_err(|faults| format!("{faults:?}"))?;
    let read = |history: &str| {
        let text = format!(
            r#"{{"id": "C-1", "kind": "claim", "frequency": "replacement", "replaces": "C-0",
                "lines": [{{"number": 1, "procedure": "62323"}}], "history": [{history}]}}"#
        );
        claimgate::exchange::json::request(&text).map_err(|reject| format!("{reject:?}"))
    };
    let none = read("")?;
    let own = read(r#"{"claim_id": "C-0", "service_date": "2026-01-01", "procedures": ["62323"]}"#)?;
    let other = read(r#"{"claim_id": "C-9", "service_date": "2026-01-01", "procedures": ["62323"]}"#)?;
    assert_eq!(decide(&[&pack], &own), decide(&[&pack], &none));
    assert_ne!(decide(&[&pack], &other), decide(&[&pack], &none));
    for request in [none, own, other] {
        check(&[&pack], &request);
    }
    Ok(())
}

fn try_all<P: std::borrow::Borrow<Pack>>(packs: &[P], codes: &Pack, seed: u64, requests: usize) {
    let mut random = Random::new(seed);
    for trial in 0..requests {
        let request = request(&mut random, codes, trial % 3 > 0);
        check(packs, &request);
    }
}

/// A random request with a member, narratives that say more than phrases, partial days, and all the
/// fields that packs may leave aside.
pub fn request(random: &mut Random, codes: &Pack, unknown: bool) -> Request {
    let mut request = random::request(random, codes, unknown);
    request.patient.member_id = Some(Private::new(MEMBER.to_owned()));
    request.coverage.state = Some("TX".to_owned());
    request.patient.sex = match random.below(4) {
        0 => Given::Absent,
        1 => Given::unreadable("a sex", Source::field("sex")),
        2 => Given::value(Sex::Male, Source::field("sex")),
        _ => Given::value(Sex::Female, Source::field("sex")),
    };
    if random.percent(15) {
        request.form = Sourced::new(Form::Professional, Source::Absent);
    }
    if random.percent(5) {
        request.remarks.push(Sourced::new("the total charge cannot be read".to_owned(), Source::field("total")));
    }
    if random.percent(10) {
        let born = request.patient.birth_date.get().and_then(|born| born.reveal().exact());
        if let Some(born) = born {
            let span = DateSpan { first: born, last: plus_months(born, 7) };
            request.patient.birth_date = Given::value(Private::new(span), Source::field("birth_date"));
        }
    }
    if random.percent(3) {
        // Born after the service.
        let born = DateSpan::parse("2026-12-24").unwrap();
        request.patient.birth_date = Given::value(Private::new(born), Source::field("birth_date"));
    }
    for place in 0..request.lines.len() {
        line(random, &mut request, place, unknown);
    }
    for earlier in &mut request.history {
        if random.percent(30) {
            let day = plus_months(earlier.service_date.first, -random.of(&[1, 6, 12, 48, 120]));
            earlier.service_date = DateSpan::day(day);
        }
        if random.percent(10) {
            earlier.claim_id = Some(request.id.clone());
        }
        if random.percent(10) {
            let kx = Code::parse(System::Modifier, "KX").unwrap();
            earlier.procedures.iter_mut().for_each(|(_, modifiers)| modifiers.push(kx));
        }
    }
    request
}

fn line(random: &mut Random, request: &mut Request, place: usize, unknown: bool) {
    let line = &mut request.lines[place];
    line.units_milli = match random.of(&[0, 1000, 2500, 3000]) {
        0 => Given::Absent,
        units => Given::value(units, Source::member("lines", place, "units")),
    };
    line.charge = Given::value(Cents(i64::try_from(random.below(60_000)).unwrap()), Source::field("charge"));
    if random.percent(50) {
        let code = Code::parse(System::PlaceOfService, random.of(&["11", "22"])).unwrap();
        line.place_of_service = Some(Sourced::new(code, Source::field("place")));
    }
    if random.percent(10) {
        line.pointers = Pointers::All;
    }
    if random.percent(50) {
        let words = [
            "Zebulon Quux asked for pulsed radiofrequency of the DORSAL root ganglion, left",
            "Endoscopic FACET rhizotomy for Zebulon Quux, ablated",
            "zebulon quux knee",
            "...",
            "",
        ];
        line.narrative = Given::value(Private::new(random.of(&words).to_owned()), Source::field("narrative"));
    }
    if unknown && random.percent(8) {
        let days = line.service_date.get().copied();
        line.service_date = match (random.below(3), days) {
            (0, _) | (_, None) => Given::Absent,
            (1, Some(days)) => {
                let month = DateSpan { first: days.first.first_of_month(), last: days.first.last_of_month() };
                Given::value(month, Source::field("service_date"))
            }
            (_, Some(_)) => Given::unreadable("a date", Source::field("service_date")),
        };
    }
}
