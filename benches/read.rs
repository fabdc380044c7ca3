//! Reading each format: bytes and claims a second, beside the least that any reader must do.
//!
//! `cargo bench --bench read`: 2,000 claims of two lines in each format, made here. The 837P is
//! held against a bare scan for its terminators, the native JSON against a bare parse.
#![expect(clippy::unwrap_used, reason = "benches")]

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use claimgate::{
    desk::Desk,
    exchange::{Format, Item, read_any},
    pack::shelf,
};
use divan::{
    Bencher,
    counter::{BytesCount, ItemsCount},
};

const CLAIMS: usize = 2_000;
const PROCEDURES: [&str; 4] = ["62323", "64493", "99214", "64635"];
const DIAGNOSES: [&str; 4] = ["M54.16", "M47.816", "E11.9", "M54.50"];

fn main() {
    divan::main();
}

fn procedure(claim: usize) -> &'static str {
    PROCEDURES.iter().cycle().nth(claim % 4).unwrap()
}

fn diagnosis(claim: usize) -> &'static str {
    DIAGNOSES.iter().cycle().nth(claim % 3).unwrap()
}

fn json(claim: usize) -> String {
    format!(
        r#"{{"id":"C{claim}","kind":"claim","patient":{{"member_id":"M{claim}","birth_date":"1973-05-01","sex":"F"}},"coverage":{{"line_of_business":"commercial"}},"onset_date":"2025-09-01","diagnoses":[{{"code":"{}"}},{{"code":"G89.29"}}],"lines":[{{"number":1,"procedure":"{}","diagnosis_pointers":[1,2],"service_date":"2026-03-10","units":1,"charge":"1250.00","place_of_service":"11"}},{{"number":2,"procedure":"77003","diagnosis_pointers":[1],"service_date":"2026-03-10","units":1,"charge":"120.00","place_of_service":"11"}}]}}"#,
        diagnosis(claim),
        procedure(claim)
    )
}

fn all_json() -> String {
    (0..CLAIMS).map(|claim| json(claim) + "\n").collect()
}

fn all_csv() -> String {
    let mut text = "claim_id,line_number,member_id,birth_date,sex,plan_type,service_date,place_of_service,procedure_code,units,billed_amount,diagnosis_codes,diagnosis_pointers,onset_date\n".to_owned();
    for claim in 0..CLAIMS {
        let (code, dx) = (procedure(claim), diagnosis(claim));
        for (line, code, charge) in [(1, code, "1250.00"), (2, "77003", "120.00")] {
            writeln!(text, "C{claim},{line},M{claim},1973-05-01,F,COMMERCIAL,2026-03-10,11,{code},1,{charge},{dx}|G8929,1|2,2025-09-01").unwrap();
        }
    }
    text
}

fn all_x12() -> String {
    let mut text = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260401*1200*^*00501*000000001*0*P*:~GS*HC*S*R*20260401*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*B1*20260401*1200*CH~HL*1**20*1~NM1*85*2*CLINIC*****XX*9000000015~".to_owned();
    for claim in 0..CLAIMS {
        let (code, dx) = (procedure(claim), diagnosis(claim).replace('.', ""));
        write!(
            text,
            "HL*{}*1*22*0~SBR*P*18*G*P*****CI~NM1*IL*1*A*B****MI*M{claim}~DMG*D8*19730501*F~CLM*C{claim}*1370***11:B:1*Y*A*Y*Y~DTP*431*D8*20250901~HI*ABK:{dx}*ABF:G8929~LX*1~SV1*HC:{code}*1250*UN*1***1:2~DTP*472*D8*20260310~LX*2~SV1*HC:77003*120*UN*1***1~DTP*472*D8*20260310~",
            claim + 2
        )
        .unwrap();
    }
    let segments = 6 - 2 + CLAIMS * 13 + 1;
    write!(text, "SE*{segments}*0001~GE*1*1~IEA*1*000000001~").unwrap();
    text
}

fn all_fhir() -> String {
    let claim = |claim: usize| {
        format!(
            r##"{{"resourceType":"Claim","id":"C{claim}","status":"active","use":"claim","type":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}}]}},"contained":[{{"resourceType":"Patient","id":"p","birthDate":"1973-05-01","gender":"female"}}],"patient":{{"reference":"#p"}},"supportingInfo":[{{"sequence":1,"category":{{"coding":[{{"code":"onset"}}]}},"timingDate":"2025-09-01"}}],"diagnosis":[{{"sequence":1,"diagnosisCodeableConcept":{{"coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{}"}}]}}}}],"item":[{{"sequence":1,"diagnosisSequence":[1],"productOrService":{{"coding":[{{"system":"http://www.ama-assn.org/go/cpt","code":"{}"}}]}},"servicedDate":"2026-03-10","net":{{"value":1250.00,"currency":"USD"}}}},{{"sequence":2,"diagnosisSequence":[1],"productOrService":{{"coding":[{{"system":"http://www.ama-assn.org/go/cpt","code":"77003"}}]}},"servicedDate":"2026-03-10","net":{{"value":120.00,"currency":"USD"}}}}]}}"##,
            diagnosis(claim),
            procedure(claim)
        ) + "\n"
    };
    (0..CLAIMS).map(claim).collect()
}

fn requests(text: &str, format: Format) -> usize {
    let mut requests = 0;
    read_any(text.as_bytes(), "bench", Some(format), &mut |item| match item {
        Item::Request(_) | Item::Answered(..) => requests += 1,
        Item::Reject(_) | Item::Fault(_) => {}
    })
    .unwrap();
    requests
}

fn reading(bencher: Bencher<'_, '_>, text: &str, format: Format) {
    assert_eq!(requests(text, format), CLAIMS);
    bencher
        .counter(BytesCount::of_str(text))
        .counter(ItemsCount::new(CLAIMS))
        .bench(|| requests(divan::black_box(text), format));
}

#[divan::bench]
fn x12(bencher: Bencher<'_, '_>) {
    reading(bencher, &all_x12(), Format::X12);
}

#[divan::bench]
fn x12_bare_scan(bencher: Bencher<'_, '_>) {
    let text = all_x12();
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(CLAIMS))
        .bench(|| memchr::memchr_iter(b'~', divan::black_box(text.as_bytes())).count());
}

#[divan::bench]
fn csv(bencher: Bencher<'_, '_>) {
    reading(bencher, &all_csv(), Format::Csv);
}

#[divan::bench]
fn json_lines(bencher: Bencher<'_, '_>) {
    reading(bencher, &all_json(), Format::Json);
}

#[divan::bench]
fn json_lines_bare_parse(bencher: Bencher<'_, '_>) {
    let text = all_json();
    bencher.counter(BytesCount::of_str(&text)).counter(ItemsCount::new(CLAIMS)).bench(|| {
        let parsed = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        parsed.count()
    });
}

#[divan::bench]
fn fhir_lines(bencher: Bencher<'_, '_>) {
    reading(bencher, &all_fhir(), Format::Fhir);
}

/// Read and decide, rationale included, nothing printed.
#[divan::bench]
fn x12_decided(bencher: Bencher<'_, '_>) {
    let desk = Desk::new(shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|error| error.to_string()).unwrap());
    let text = all_x12();
    bencher.counter(BytesCount::of_str(&text)).counter(ItemsCount::new(CLAIMS)).bench(|| {
        let mut denied = 0;
        read_any(text.as_bytes(), "bench", Some(Format::X12), &mut |item| {
            if let Item::Request(request) = item {
                denied += usize::from(desk.decide(&request).verdict == claimgate::verdict::Verdict::Deny);
            }
        })
        .unwrap();
        denied
    });
}
