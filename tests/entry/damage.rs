//! Bytes that are no entry.

use std::sync::Arc;

use claimgate::{
    date::DateSpan,
    ledger::entry::{Entry, EntryFault},
    money::Cents,
    pack::Pack,
    private::Private,
    request::{
        Concept, Form, Frequency, Given, Kind, LineOfBusiness, PainType, Pointers, Purpose, Request, Sex, Source,
        Sourced, Status, Verification,
    },
};

use crate::{Outcome, chance::Random, check, count, packs, randomly};

/// What was changed is no entry, or another one that is written so.
fn look(bytes: &[u8]) -> bool {
    match Entry::decode(bytes) {
        Ok(entry) => entry.encode() == bytes,
        Err(fault) => fault.code().starts_with("entry::") && !fault.help().is_empty(),
    }
}

pub fn flipped_and_cut() -> Outcome {
    let (spine, mut random) = (packs::spine(), Random::new(29));
    for _ in 0..count("CLAIMGATE_ENTRY_REQUESTS", 1_500) / 150 {
        let bytes = check::check(&[&spine], &randomly::request(&mut random, &spine, true));
        for _ in 0..150 {
            let end = random.below(bytes.len());
            assert!(matches!(Entry::decode(&bytes[..end]), Err(EntryFault::Broken(_))), "cut at {end}");
            let mut other = bytes.clone();
            for _ in 0..1 + random.below(3) {
                let place = random.below(other.len());
                other[place] ^= 1 << random.below(8);
            }
            assert!(look(&other), "{}", check::text(&other));
            let (from, to) = (random.below(bytes.len()), random.below(bytes.len()));
            let mut other = bytes.clone();
            other.splice(from.min(to)..from.max(to), bytes[..random.below(40)].to_vec());
            assert!(look(&other), "{}", check::text(&other));
        }
    }
    for bytes in
        [&b""[..], b"{}", b"null", b"[", b"\xff\xfe", &b"[".repeat(100_000), &b"{\"format\":1,\"id\":".repeat(1000)]
    {
        assert!(Entry::decode(bytes).is_err());
    }
    Ok(())
}

pub fn said() -> Outcome {
    let small = packs::small();
    let request = claimgate::exchange::json::request(
        r#"{"id": "C-1", "kind": "claim", "patient": {"member_id": "M1", "birth_date": "1973-05-01"},
            "coverage": {"line_of_business": "commercial"}, "diagnoses": [{"code": "M54.16"}], "history": [{"service_date": "2026-01-01", "procedures": ["62323"]}],
            "lines": [{"number": 1, "procedure": "62323", "diagnosis_pointers": [1], "service_date": "2026-03-10"}]}"#,
    )
    .map_err(|reject| format!("{reject:?}"))?;
    let text = check::text(&check::check(&[&small], &request));
    let check = |from: &str, to: &str, expected: &str| {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text, "{from} is there");
        let fault = Entry::decode(other.as_bytes()).unwrap_err();
        assert_eq!(format!("{}: {fault}", fault.code()), expected);
    };
    let value = |field: &str| format!("entry::value: `{field}` of the entry holds something that it cannot hold");
    check("\"format\":1", "\"format\":2", "entry::format: the entry has format 2; this engine reads format 1");
    check("{\"format\"", "{ \"format\"", "entry::form: the entry is not written as entries are");
    check("\"expedited\":false", "\"expedited\": false", "entry::form: the entry is not written as entries are");
    check("\"expedited\":false", "\"expedited\":0", "entry::broken: the entry breaks at byte 123");
    check("cpt:62323", "cpt:62-323", "entry::form: the entry is not written as entries are");
    check("cpt:62323", "opt:62323", &value("line.procedure"));
    check("icd10cm:M5416", "icd10cm:M54:16", &value("diagnosis.code"));
    check("\"is\":\"2026-03-10\"", "\"is\":\"2026-13-10\"", &value("line.service_date"));
    check("\"is\":\"professional\"", "\"is\":\"odd\"", &value("request.form"));
    check("\"kind\":\"claim\"", "\"kind\":\"claims\"", &value("request.kind"));
    check("\"left_out\":[", "\"left_out\":[\"line.colour\",", &value("left_out"));
    check("\"request_digest\":\"05", "\"request_digest\":\"0x", &value("request_digest"));
    check("\"member\":\"", "\"member\":\"0", &value("member"));
    check("\"decision_id\":\"0", "\"decision_id\":\"1", &value("decision"));
    check("\"request_id\":\"C-1\"", "\"request_id\":\"C-2\"", &value("request.id"));
    check("\"verdict\":\"deny\"", "\"verdict\":\"perhaps\"", &value("decision"));
    Ok(())
}

/// Every value of every choice, and every kind of source, there and back.
pub fn every_choice() -> Outcome {
    let (spine, every) = (packs::spine(), packs::every_fact());
    let mut random = Random::new(31);
    let sources = [
        Source::Absent,
        Source::field("a"),
        Source::part("lines", 3, "modifiers", 1),
        Source::Segment { form: "837P", loop_id: "2400", element: "SV101-2", segment: 41, byte: 1203 },
        Source::Cell { file: Arc::from("a \"b\".csv"), line: 12, column: "code" },
        Source::Path(Arc::from("not given")),
        Source::Path(Arc::from("")),
    ];
    for trial in 0..400 {
        let mut request = randomly::request(&mut random, &spine, true);
        let at = || sources[trial % sources.len()].clone();
        request.kind = [Kind::Claim, Kind::Order][trial % 2];
        request.form = Sourced::new([Form::Professional, Form::Institutional, Form::Inpatient][trial % 3], at());
        request.frequency =
            Sourced::new([Frequency::Original, Frequency::Replacement, Frequency::Void][trial % 3], at());
        request.patient.sex = Given::value([Sex::Female, Sex::Male, Sex::Other][trial % 3], at());
        request.patient.birth_date = [Given::Absent, Given::unreadable("a date", at())][trial % 2].clone();
        let plans = [
            LineOfBusiness::Commercial,
            LineOfBusiness::MedicareAdvantage,
            LineOfBusiness::Medicare,
            LineOfBusiness::Medicaid,
            LineOfBusiness::Other,
        ];
        request.coverage.line_of_business = Given::value(plans[trial % 5], at());
        request.stated_pain_type =
            Given::value([PainType::Axial, PainType::Radicular, PainType::Mixed][trial % 3], at());
        request.authored_on =
            Given::value(DateSpan::parse(["2026", "2026-02", "2026-02-03"][trial % 3]).unwrap(), at());
        request.onset = Given::value(DateSpan::parse(["2025", "2025-02", "2025-02-03"][trial % 3]).unwrap(), at());
        request.unread_condition_code = trial.is_multiple_of(4).then(at);
        for diagnosis in &mut request.diagnoses {
            diagnosis.status = [Status::Active, Status::Past][trial % 2];
            diagnosis.verification =
                [Verification::Confirmed, Verification::Unconfirmed, Verification::Refuted][trial % 3];
        }
        fill_lines(&mut request, trial, &at);
        check::check(&[&every], &request);
        check::check(&[&every, &spine], &request);
        check::check::<Pack>(&[], &request);
    }
    Ok(())
}

fn fill_lines(request: &mut Request, trial: usize, at: &dyn Fn() -> Source) {
    for line in &mut request.lines {
        let concepts = [Concept::DrgRadiofrequency, Concept::JointRadiofrequency, Concept::Other];
        line.concept = Given::value(concepts[trial % 3], at());
        line.purpose = Given::value([Purpose::Diagnostic, Purpose::Therapeutic][trial % 2], at());
        line.unread_modifier = trial.is_multiple_of(3).then(at);
        line.charge = [Given::Absent, Given::unreadable("an amount", at()), Given::value(Cents(i64::MAX), at())]
            [trial % 3]
            .clone();
        line.units_milli = Given::value([i64::MIN, 1, i64::MAX][trial % 3], at());
        line.narrative = Given::value(Private::new("\u{7} \"Root\\ganglion\"\n".to_owned()), at());
        line.pointers = match trial % 5 {
            0 => Pointers::All,
            1 => Pointers::To(vec![0, 7], at()),
            2 => Pointers::Unknown(Given::Absent),
            3 => Pointers::Unknown(Given::unreadable("a pointer", at())),
            _ => Pointers::Unknown(Given::value((), at())),
        };
    }
}
