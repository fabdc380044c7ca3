//! Packs kept in a ledger, and entries held against packs that are not theirs.

use std::{collections::BTreeMap, path::Path};

use claimgate::{
    desk::decide,
    ledger::entry::{ArchiveFault, Differs, Entry, again, archive, unarchive},
    pack::{Pack, load, shelf},
};

use crate::{Outcome, chance::Random, check, packs, random, scripts};

pub fn packs_come_back() -> Outcome {
    let mut random = Random::new(23);
    let strict = BTreeMap::from([("strict".to_owned(), "true".to_owned())]);
    let mut all = vec![packs::spine(), packs::small(), packs::every_fact()];
    all.push(shelf::take(Path::new("tests/packs/small"), &strict).map_err(|error| error.to_string())?);
    all.extend((0..20).map(|_| scripts::model(&mut random).load()));
    let spine = packs::spine();
    for pack in &all {
        let bytes = archive(pack);
        let read = unarchive(&bytes)?;
        assert_eq!(read.stamp(), pack.stamp());
        assert_eq!(read.parameters, pack.parameters);
        assert!(read.cases.is_empty(), "cases decide nothing");
        assert_eq!(archive(&read), bytes);
        for _ in 0..10 {
            let request = random::request(&mut random, &spine, true);
            assert_eq!(decide(&[&read], &request), decide(&[pack], &request));
        }
    }
    assert_ne!(archive(&all[1]), archive(&all[3]), "settings are kept");
    Ok(())
}

pub fn damaged() -> Outcome {
    let small = packs::small();
    let bytes = archive(&small);
    for end in 0..bytes.len() {
        assert!(matches!(unarchive(&bytes[..end]), Err(ArchiveFault::Broken(..))), "cut at {end}");
    }
    let text = check::text(&bytes);
    let said = |from: &str, to: &str| {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text);
        let fault = unarchive(other.as_bytes()).map(|pack: Pack| pack.digest).unwrap_err();
        format!("{}: {fault}", fault.code())
    };
    assert_eq!(
        said("\"format\":1", "\"format\":2"),
        "archive::format: the archived pack has format 2; this engine reads format 1"
    );
    let digest = &small.digest;
    let changed = said("Radicular pain is not treated so.", "Radicular pain is treated so.");
    assert!(changed.starts_with(&format!("archive::digest: `small 1.0.0` was stored as {digest}, and loads as ")));
    let broken = said("in(cancer)", "in(cancers)");
    assert!(
        broken.starts_with(&format!(
            "archive::faults: `small 1.0.0` ({digest}) does not load under this engine: 1 faults"
        )),
        "{broken}"
    );
    let setting = said("\"strict\":\"false\"", "\"strict\":\"perhaps\"");
    assert!(setting.starts_with("archive::faults: `small 1.0.0`"), "{setting}");
    Ok(())
}

pub fn other_packs() -> Outcome {
    let (spine, small) = (packs::spine(), packs::small());
    let request = claimgate::exchange::json::request(
        r#"{"id": "C-1", "kind": "claim", "patient": {"birth_date": "1973-05-01"}, "coverage": {"line_of_business": "commercial"}, "diagnoses": [{"code": "M54.16"}],
            "lines": [{"number": 1, "procedure": "62323", "diagnosis_pointers": [1], "service_date": "2026-03-10"}]}"#,
    )
    .map_err(|reject| format!("{reject:?}"))?;
    let (_, entry) = check::entry(&[&small], &request);
    again(&entry, &[&small])?;
    let other = again(&entry, &[&spine]).unwrap_err();
    assert_eq!(other.code(), "entry::other_packs");
    assert!(matches!(again(&entry, &[&small, &spine]), Err(Differs::Packs { .. })));
    let none: [&Pack; 0] = [];
    assert!(again(&entry, &none).unwrap_err().to_string().ends_with("decided again with no pack"));

    // What was recorded is not what the packs say: somebody wrote another verdict.
    let text = check::text(&entry.encode());
    let forged = text.replace(r#""verdict":"deny""#, r#""verdict":"flag""#);
    assert_ne!(forged, text);
    let forged = Entry::decode(forged.as_bytes())?;
    let differs = again(&forged, &[&small]).unwrap_err();
    assert_eq!(differs.code(), "entry::differs");
    assert_eq!(differs.to_string(), r#"`/lines/0/findings/0/verdict` was "flag", and is "deny" when decided again"#);
    // Another engine's entry is decided again under its own version.
    let older = Entry::decode(text.replace(env!("CARGO_PKG_VERSION"), "0.0.1").as_bytes())?;
    assert_eq!(older.engine, "0.0.1");
    again(&older, &[&small])?;
    assert!(load(Vec::new(), &BTreeMap::new()).is_err());
    Ok(())
}
