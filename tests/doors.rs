//! What a door cannot read is unknown, whichever door it is: it never denies, and never allows.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, io::Cursor, path::Path, sync::LazyLock};

use claimgate::{
    desk::Desk,
    exchange::{Format, Item, read_any},
    pack::shelf,
};

static DESK: LazyLock<Desk> =
    LazyLock::new(|| Desk::new(shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|e| e.to_string()).unwrap()));

const ISA: &str =
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260310*1200*^*00501*000000001*0*T*:~";

/// `verdict reason needs` of the first line.
fn decide(format: Format, input: String) -> String {
    let mut said = Vec::new();
    read_any(Cursor::new(input.into_bytes()), "input", Some(format), &mut |item| match item {
        Item::Request(request) | Item::Answered(request, _) => {
            let decision = DESK.decide(&request);
            let line = decision.lines.first().unwrap();
            let needs: Vec<&str> = line.needs.iter().map(|need| need.fact.as_str()).collect();
            let reason = line.findings.first().map_or("", |finding| finding.reason.as_str());
            said.push(format!("{} {reason} {}", line.verdict, needs.join(" ")).trim().to_owned());
        }
        Item::Reject(reject) => said.push(format!("reject {}", reject.fault.code)),
        Item::Fault(fault) => said.push(format!("fault {}", fault.code)),
    })
    .unwrap();
    said.join("; ")
}

fn x12(filing: &str, codes: &str, service: &str) -> String {
    let body = format!(
        "HL*1**20*1~NM1*85*2*PRACTICE~HL*2*1*22*0~SBR*P*18*******{filing}~NM1*IL*1*A*B****MI*M1~DMG*D8*19730501*F~\
         CLM*C-1*100***11:B:1~DTP*431*D8*20250201~HI*{codes}~LX*1~SV1*HC:{service}*100*UN*1***1~DTP*472*D8*20260310~"
    );
    let segments = body.matches('~').count() + 2;
    let version = "005010X222A1";
    format!(
        "{ISA}GS*HC*S*R*20260310*1200*1*X*{version}~ST*837*0001*{version}~{body}SE*{segments}*0001~GE*1*1~IEA*1*000000001~"
    )
}

fn fhir(kind: (&str, &str), diagnoses: &[(&str, &str)], service: &str, modifier: &str) -> String {
    let icd = |system: &str| match system {
        "icd9" => "http://hl7.org/fhir/sid/icd-9-cm".to_owned(),
        _ => "http://hl7.org/fhir/sid/icd-10-cm".to_owned(),
    };
    let diagnoses: Vec<_> = (1..)
        .zip(diagnoses)
        .map(|(sequence, (system, code))| {
            serde_json::json!({
                "sequence": sequence,
                "diagnosisCodeableConcept": {"coding": [{"system": icd(system), "code": code}]},
            })
        })
        .collect();
    let modifiers: Vec<_> = Some(modifier)
        .filter(|modifier| !modifier.is_empty())
        .map(|modifier| serde_json::json!({"coding": [{"code": modifier}]}))
        .into_iter()
        .collect();
    serde_json::json!({
        "resourceType": "Claim", "id": "C-1", "use": "claim", "status": "active",
        "type": {"coding": [{"code": "professional"}]},
        "patient": {"reference": "#p"},
        "contained": [
            {"resourceType": "Patient", "id": "p", "birthDate": "1973-05-01"},
            {"resourceType": "Coverage", "id": "c", "type": {"coding": [{"system": kind.0, "code": kind.1}]}},
        ],
        "insurance": [{"focal": true, "coverage": {"reference": "#c"}}],
        "supportingInfo": [{"category": {"coding": [{"code": "onset"}]}, "timingDate": "2025-02-01"}],
        "diagnosis": diagnoses,
        "item": [{
            "sequence": 1, "diagnosisSequence": [1], "servicedDate": "2026-03-10", "modifier": modifiers,
            "productOrService": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": service}]},
        }],
    })
    .to_string()
}

const DENY: &str = "deny epidural-recommended-against";
const LOB: (&str, &str) = ("", "commercial");

#[test]
fn x12_never_guesses() {
    let check = |filing: &str, codes: &str, service: &str, expected: &str| {
        assert_eq!(decide(Format::X12, x12(filing, codes, service)), expected, "{filing} {codes} {service}");
    };
    check("CI", "ABK:M5416", "62323", DENY);
    check("CI", "ABK:M5416", "62323:LT", DENY);
    check("CI", "ABK:M5416", "62323:KXX", "flag missing-information line.modifiers");
    check("CI", "ABK:M5416", "62323:5", "flag missing-information line.modifiers");
    check("CI", "ABK:M5416*ABF:BACK PAIN", "62323", "flag missing-information request.diagnoses");
    check("CI", "ABK:M5416*BF:1985", "62323", "flag missing-information request.diagnoses");
    check("CI", "ABK:M5416~HI*BG:30", "62323", "allow clinical-trial");
    check("CI", "ABK:M5416~HI*BG:3", "62323", "flag missing-information request.condition_codes");
    check("CI", "ABK:M5416", "EPIDU", "flag missing-information line.procedure line.narrative");
    check("HM", "ABK:M5416", "62323", "flag missing-information coverage.line_of_business");
    check("ZZ", "ABK:M5416", "62323", "flag missing-information coverage.line_of_business");
}

#[test]
fn fhir_never_guesses() {
    let filing = "https://codesystem.x12.org/005010/1032";
    let pain = ("icd10", "M54.16");
    let check = |kind, diagnoses: &[(&str, &str)], service: &str, modifier: &str, expected: &str| {
        let said = decide(Format::Fhir, fhir(kind, diagnoses, service, modifier));
        assert_eq!(said, expected, "{kind:?} {diagnoses:?} {service} {modifier}");
    };
    check(LOB, &[pain], "62323", "", DENY);
    check(LOB, &[pain], "62323", "LT", DENY);
    check(LOB, &[pain], "62323", "KXX", "flag missing-information line.modifiers");
    check(LOB, &[pain], "62323-KX-5", "", "flag missing-information line.modifiers");
    check(LOB, &[pain], "62323-5", "", "flag missing-information line.modifiers");
    check(LOB, &[pain, ("icd10", "back pain")], "62323", "", "flag missing-information request.diagnoses");
    check(LOB, &[pain, ("icd9", "198.5")], "62323", "", "flag missing-information request.diagnoses");
    check(LOB, &[pain], "EPIDU", "", "flag missing-information line.procedure line.narrative");
    check((filing, "CI"), &[pain], "62323", "", DENY);
    check((filing, "HM"), &[pain], "62323", "", "flag missing-information coverage.line_of_business");
    check((filing, "16"), &[pain], "62323", "", "flag medicare-coverage-governs");
}
