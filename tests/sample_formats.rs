//! The same made-up claims in five formats: read as the same requests, decided alike, line by line.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use claimgate::{
    desk::Desk,
    exchange::{FlatClaims, Item, fhir, json, read_any, table, x12},
    pack::shelf,
    request::{Request, Source},
    sample::{self, Claim},
};

const CLAIMS: usize = 2_000;

fn made(seed: u64, count: usize) -> Vec<Claim> {
    sample::claims(seed).take(count).collect()
}

fn x12_of(claims: &[Claim]) -> Vec<u8> {
    let mut writer = x12::write::Writer::new(Vec::new()).unwrap();
    claims.iter().for_each(|claim| writer.push(&claim.request).unwrap());
    writer.finish().unwrap()
}

fn csv_of(claims: &[Claim]) -> Vec<u8> {
    let mut writer = table::write::Writer::new(Vec::new()).unwrap();
    claims.iter().for_each(|claim| writer.push(&claim.request).unwrap());
    writer.finish().unwrap()
}

fn ndjson_of(claims: &[Claim]) -> Vec<u8> {
    let mut out = Vec::new();
    claims.iter().for_each(|claim| json::write_request(&claim.request, &mut out).unwrap());
    out
}

fn parquet_of(claims: &[Claim]) -> Vec<u8> {
    let mut writer = FlatClaims::new(Vec::new()).unwrap();
    claims.iter().for_each(|claim| writer.push(&claim.request).unwrap());
    writer.finish().unwrap()
}

/// The lines of `Claim.ndjson`, `Patient.ndjson` and `Coverage.ndjson`.
fn fhir_of(claims: &[Claim]) -> [Vec<u8>; 3] {
    let files = fhir::write::Files { claims: Vec::new(), patients: Vec::new(), coverages: Vec::new() };
    let mut writer = fhir::write::Writer::new(files);
    claims.iter().for_each(|claim| writer.push(&claim.request, claim.is_members_first).unwrap());
    let files = writer.finish().unwrap();
    [files.claims, files.patients, files.coverages]
}

/// Each claim in a Bundle with the patient and the coverage it refers to.
fn bundles([claims, patients, coverages]: &[Vec<u8>; 3]) -> Vec<u8> {
    let lines =
        |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let by_id = |bytes: &[u8]| -> HashMap<String, String> {
        let kinds = lines(bytes).into_iter().map(|line| {
            let value = value(&line);
            let name = format!("{}/{}", value["resourceType"].as_str().unwrap(), value["id"].as_str().unwrap());
            (name, line)
        });
        kinds.collect()
    };
    let (patients, coverages) = (by_id(patients), by_id(coverages));
    let mut out = String::new();
    for line in lines(claims) {
        let claim = value(&line);
        let patient = &patients[claim["patient"]["reference"].as_str().unwrap()];
        let coverage = &coverages[claim["insurance"][0]["coverage"]["reference"].as_str().unwrap()];
        let entries = [patient, coverage, &line].map(|text| format!(r#"{{"resource":{text}}}"#)).join(",");
        out.push_str(&format!("{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{entries}]}}\n"));
    }
    out.into_bytes()
}

fn read(format: &str, bytes: &[u8]) -> Vec<Request> {
    let mut requests = Vec::new();
    read_any(bytes, format, None, &mut |item| match item {
        Item::Request(request) => requests.push(*request),
        other => panic!("{format}: {other:?}"),
    })
    .unwrap();
    requests
}

/// The request as the native format tells it, whether or not its form and frequency were told.
fn told(request: &Request) -> String {
    let mut request = request.clone();
    request.form.source = Source::field("form");
    request.frequency.source = Source::field("frequency");
    let mut out = Vec::new();
    json::write_request(&request, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Verdict and reasons of every line.
fn decided(desk: &Desk, request: &Request) -> Vec<(u32, &'static str, Vec<String>)> {
    let decision = desk.decide(request);
    let lines = decision.lines.iter().map(|line| {
        let reasons = line.findings.iter().map(|finding| finding.reason.clone()).collect();
        (line.number, line.verdict.name(), reasons)
    });
    lines.collect()
}

#[test]
fn every_format_carries_the_same_claims_and_gets_the_same_verdicts() {
    let desk = Desk::new(shelf::open(Path::new("rules"), &BTreeMap::new()).unwrap());
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for seed in [1, 2, 3_000_000_000] {
        let claims = made(seed, CLAIMS);
        let formats = [
            ("837P", read("837P", &x12_of(&claims))),
            ("CSV", read("CSV", &csv_of(&claims))),
            ("native", read("native", &ndjson_of(&claims))),
            ("Parquet", read("Parquet", &parquet_of(&claims))),
            ("FHIR", read("FHIR", &bundles(&fhir_of(&claims)))),
        ];
        for (format, requests) in &formats {
            assert_eq!(requests.len(), CLAIMS, "{format}");
            for (claim, request) in claims.iter().zip(requests) {
                assert_eq!(told(request), told(&claim.request), "{format} of seed {seed}");
                assert!(request.remarks.is_empty(), "{format} {:?}", request.remarks);
                assert_eq!(decided(&desk, request), decided(&desk, &claim.request), "{format} {}", claim.request.id);
            }
        }
        for claim in &claims {
            for (_, verdict, reasons) in decided(&desk, &claim.request) {
                *counts.entry((verdict, reasons.first().cloned().unwrap_or_default())).or_default() += 1;
            }
        }
    }
    println!("{counts:#?}");
    let verdicts: BTreeSet<&str> = counts.keys().map(|(verdict, _)| *verdict).collect();
    assert_eq!(verdicts.len(), 3, "every verdict is among them");
    assert!(counts.len() >= 45, "{} reasons: {counts:#?}", counts.len());
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    let (one, other) = (made(5, CLAIMS), made(5, CLAIMS));
    assert!(x12_of(&one) == x12_of(&other));
    assert!(csv_of(&one) == csv_of(&other));
    assert!(ndjson_of(&one) == ndjson_of(&other));
    assert!(parquet_of(&one) == parquet_of(&other));
    assert!(fhir_of(&one) == fhir_of(&other));
    assert!(csv_of(&made(6, CLAIMS)) != csv_of(&one));
}

#[test]
fn fewer_claims_are_the_beginning_of_more() {
    let (ten, hundred) = (made(5, 10), made(5, 100));
    assert!(csv_of(&hundred).starts_with(&csv_of(&ten)));
    assert!(ndjson_of(&hundred).starts_with(&ndjson_of(&ten)));
    for (ten, hundred) in fhir_of(&ten).iter().zip(&fhir_of(&hundred)) {
        assert!(hundred.starts_with(ten));
    }
    let x12 = read("837P", &x12_of(&hundred));
    assert_eq!(
        x12[..10].iter().map(told).collect::<Vec<_>>(),
        ten.iter().map(|c| told(&c.request)).collect::<Vec<_>>()
    );
}

#[test]
fn an_interchange_of_many_sets_counts_right() {
    let claims = made(1, 10_001);
    let text = x12_of(&claims);
    assert_eq!(read("837P", &text).len(), 10_001);
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.find('~'), Some(105), "ISA is 106 characters");
    assert_eq!(text.matches("\nST*837*").count(), 3);
    assert!(text.lines().all(|segment| segment.ends_with('~')));
}
