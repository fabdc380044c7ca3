//! Claims.

use super::{diagnoses, given, pointers, request, told};
use crate::request::{Kind, Line, Request};

const CPT: &str = r#""coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"62323"}]"#;

fn icd(code: &str) -> String {
    format!(r#"{{"coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{code}"}}]}}"#)
}

/// A claim of one line with the header elements and the item elements given.
fn claim(header: &str, item: &str) -> String {
    format!(r#"{{"resourceType":"Claim","id":"C-1",{header}"item":[{{"productOrService":{{{CPT}}}{item}}}]}}"#)
}

fn header(elements: &str, show: impl Fn(&Request) -> String, expected: &str) {
    assert_eq!(show(&request(&claim(elements, ""))), expected, "{elements}");
}

fn line(elements: &str, show: impl Fn(&Line) -> String, expected: &str) {
    assert_eq!(show(&request(&claim("", elements)).lines[0]), expected, "{elements}");
}

#[test]
fn identifiers() {
    let named = |elements: &str| told(&format!(r#"{{"resourceType":"Claim",{elements}"item":[{{}}]}}"#));
    assert_eq!(named(r#""id":"C-1","identifier":[{"value":"N-1"}],"#), ["request C-1"]);
    assert_eq!(named(r#""id":"","identifier":[{},{"value":"N-1"}],"#), ["request N-1"]);
    assert_eq!(
        named(""),
        ["reject - (1): fhir::no_id f.json: Claim.id: the claim has neither an id nor an identifier"]
    );
    let empty = told(r#"{"resourceType":"Claim","id":"C-1","item":[]}"#);
    assert_eq!(empty, ["reject C-1 (0): fhir::no_item f.json: Claim.item: the claim has no item"]);
}

#[test]
fn kinds_and_forms() {
    let kind = |request: &Request| format!("{:?} {}", request.kind, given(&request.authored_on, ToString::to_string));
    header("", kind, "Claim -");
    header(r#""use":"claim","created":"2026-03-01","#, kind, "Claim -");
    header(r#""use":"preauthorization","created":"2026-03-01","#, kind, "Order 2026-03-01 @Claim.created");
    header(r#""use":"predetermination","#, kind, "Order -");
    let other = told(&claim(r#""use":"Jane Roe","#, ""));
    assert_eq!(other, ["reject C-1 (1): fhir::unknown_use f.json: Claim.use: this is no use of a claim"]);
    let form = |request: &Request| {
        let remarks: Vec<_> = request.remarks.iter().map(|remark| remark.value.as_str()).collect();
        format!("{:?} @{} {}", request.form.value, request.form.source, remarks.join("; "))
    };
    let kind = |code: &str| format!(r#""type":{{"coding":[{{"code":"{code}"}}]}},"#);
    header("", form, "Professional @not given ");
    header(&kind("professional"), form, "Professional @Claim.type ");
    header(&kind("institutional"), form, "Institutional @Claim.type ");
    header(&kind("oral"), form, "Professional @Claim.type this type of claim is read like a professional one");
    let bill = |system: &str, code: &str| {
        format!(r#"{}"subType":{{"coding":[{{"system":"{system}","code":"{code}"}}]}},"#, kind("institutional"))
    };
    header(&bill("urn:x", "inpatient"), form, "Inpatient @Claim.subType ");
    header(&bill("https://www.nubc.org/CodeSystem/TypeOfBill", "0111"), form, "Inpatient @Claim.subType ");
    header(&bill("https://www.cms.gov/codes/billtype", "831"), form, "Institutional @Claim.type ");
    header(&bill("urn:x", "111"), form, "Institutional @Claim.type ");
}

#[test]
fn frequencies() {
    let show = |request: &Request| format!("{:?} {:?}", request.frequency.value, request.replaces);
    let related = |claim: &str, relationship: &str| {
        format!(r#""related":[{{"claim":{claim},"relationship":{{"coding":[{{"code":"{relationship}"}}]}}}}],"#)
    };
    header("", show, "Original None");
    header(r#""status":"active","#, show, "Original None");
    header(r#""status":"cancelled","#, show, "Void None");
    header(r#""status":"entered-in-error","#, show, "Void None");
    header(&related(r#"{"reference":"http://a/Claim/C-0"}"#, "prior"), show, r#"Replacement Some("C-0")"#);
    header(&related(r#"{"identifier":{"value":"N-0"}}"#, "replaces"), show, r#"Replacement Some("N-0")"#);
    header(&related("{}", "prior"), show, "Replacement None");
    header(&related(r#"{"reference":"Claim/C-0"}"#, "associated"), show, "Original None");
}

#[test]
fn insurance_onset_and_condition_codes() {
    let approval = |request: &Request| given(&request.coverage.prior_authorization, |_| "approved".into());
    header(r#""insurance":[{"preAuthRef":[]}],"#, approval, "-");
    header(r#""insurance":[{"preAuthRef":["",null,"A1"]}],"#, approval, "approved @Claim.insurance[0].preAuthRef[1]");
    header(r#""insurance":[{"preAuthRef":["A1"]},{"focal":true}],"#, approval, "-");
    let onset = |request: &Request| given(&request.onset, ToString::to_string);
    let info =
        |rest: &str| format!(r#""supportingInfo":[{{}},{{"category":{{"coding":[{{"code":"onset"}}]}}{rest}}}],"#);
    header(&info(r#","timingDate":"2025-09-01""#), onset, "2025-09-01 @Claim.supportingInfo[1].timingDate");
    let period = r#","timingPeriod":{"start":"2025-09"}"#;
    header(&info(period), onset, "2025-09 @Claim.supportingInfo[1].timingPeriod.start");
    header(&info(""), onset, "not a date of onset @Claim.supportingInfo[1].timingDate");
    let codes =
        |request: &Request| format!("{:?}", request.condition_codes.iter().map(|code| code.value).collect::<Vec<_>>());
    let nubc = r#"{"code":{"coding":[{"system":"https://www.nubc.org/CodeSystem/ConditionCodes","code":"30"}]}}"#;
    header(&format!(r#""supportingInfo":[{nubc}],"#), codes, "[condition_code:30]");
}

#[test]
fn diagnoses_by_sequence() {
    let text = format!(
        r#""diagnosis":[{{"sequence":7,"diagnosisCodeableConcept":{}}},{{"sequence":3,"diagnosisCodeableConcept":{}}},
            {{"sequence":9,"diagnosisReference":{{"reference":"Condition/gone"}}}},{{"sequence":9}}],"#,
        icd("M54.16"),
        icd("m5450"),
    );
    let check = |item: &str, expected: &str| {
        let read = request(&claim(&text, item));
        assert_eq!(pointers(&read.lines[0].pointers), expected, "{item}");
    };
    assert_eq!(
        diagnoses(&request(&claim(&text, ""))),
        [
            "M54.16 @Claim.diagnosis[0].diagnosisCodeableConcept",
            "M54.50 @Claim.diagnosis[1].diagnosisCodeableConcept",
            "not a Condition that is sent along @Claim.diagnosis[2].diagnosisReference",
        ]
    );
    check("", "unknown: -");
    check(r#","diagnosisSequence":[]"#, "unknown: -");
    check(r#","diagnosisSequence":[3,7,3]"#, "[1, 0] @Claim.item[0].diagnosisSequence");
    let wrong = "unknown: not the sequence of one diagnosis of the claim @Claim.item[0].diagnosisSequence";
    check(r#","diagnosisSequence":[3,1]"#, &format!("{wrong}[1]"));
    check(r#","diagnosisSequence":[0]"#, &format!("{wrong}[0]"));
    check(r#","diagnosisSequence":[9]"#, &format!("{wrong}[0]"));
    let institutional = format!(r#""type":{{"coding":[{{"code":"institutional"}}]}},{text}"#);
    assert_eq!(pointers(&request(&claim(&institutional, r#","diagnosisSequence":[3]"#)).lines[0].pointers), "all");
}

#[test]
fn supporting_information_that_was_not_sent_may_be_a_condition() {
    let text = |reference: &str| {
        let info = format!(r#""supportingInfo":[{{}},{{"valueReference":{{"reference":"{reference}"}}}}],"#);
        let own = format!(r#""diagnosis":[{{"sequence":1,"diagnosisCodeableConcept":{}}}],"#, icd("M54.16"));
        format!(r#""type":{{"coding":[{{"code":"institutional"}}]}},{own}{info}"#)
    };
    let own = "M54.16 @Claim.diagnosis[0].diagnosisCodeableConcept";
    let read = request(&claim(&text("Condition/gone"), ""));
    let gone = "not a Condition that is sent along @Claim.supportingInfo[1].valueReference";
    assert_eq!(diagnoses(&read), [own, gone]);
    assert_eq!(pointers(&read.lines[0].pointers), "[0] @Claim.diagnosis", "a line has the claim's own alone");
    assert_eq!(diagnoses(&request(&claim(&text("DocumentReference/gone"), ""))), [own]);
}

#[test]
fn service_dates() {
    let show = |line: &Line| given(&line.service_date, ToString::to_string);
    line("", show, "-");
    line(r#","servicedDate":"2026-03-10""#, show, "2026-03-10 @Claim.item[0].servicedDate");
    line(r#","servicedDate":"20261344""#, show, "not a date: YYYY-MM-DD, YYYY-MM or YYYY @Claim.item[0].servicedDate");
    let period = |start: &str, end: &str| format!(r#","servicedPeriod":{{"start":"{start}","end":"{end}"}}"#);
    line(&period("2026-03-10", "2026-03-12"), show, "2026-03-10 @Claim.item[0].servicedPeriod.start");
    let reversed = "not a period that does not end before it begins @Claim.item[0].servicedPeriod.start";
    line(&period("2026-03-10", "2026-03-09"), show, reversed);
    let billable = r#""billablePeriod":{"start":"2026-03-10T08:00:00-05:00"},"#;
    header(billable, |read| show(&read.lines[0]), "2026-03-10 @Claim.billablePeriod.start");
}

#[test]
fn charges_are_exact() {
    let show = |line: &Line| given(&line.charge, ToString::to_string);
    line("", show, "-");
    line(r#","net":{"value":412.50,"currency":"USD"},"unitPrice":{"value":1}"#, show, "412.50 @Claim.item[0].net");
    let price = |price: &str, quantity: &str, factor: &str| {
        format!(r#","unitPrice":{{"value":{price}}},"quantity":{{"value":{quantity}}},"factor":{factor}"#)
    };
    line(&price("0.1", "3", "null"), show, "0.30 @Claim.item[0].unitPrice");
    line(&price("12500.0", "2", "0.5"), show, "12500.00 @Claim.item[0].unitPrice");
    let inexact = "not an amount in whole cents, not below zero @Claim.item[0].unitPrice";
    line(&price("33.333", "1", "1"), show, inexact);
    line(&price("-1", "1", "1"), show, inexact);
    line(r#","net":{"value":5,"currency":"EUR"}"#, show, "not an amount in US dollars @Claim.item[0].net");
}

#[test]
fn the_rest_of_a_line() {
    let show = |line: &Line| {
        let modifiers: Vec<_> = line.modifiers.iter().map(|m| format!("{}@{}", m.value, m.source)).collect();
        let place = line.place_of_service.as_ref().map(|place| place.value.to_string()).unwrap_or_default();
        format!("{} [{}] {place} {}", line.number, modifiers.join(","), given(&line.units_milli, ToString::to_string))
    };
    line("", show, "1 []  -");
    line(r#","sequence":4,"quantity":{"value":2.5}"#, show, "4 []  2500 @Claim.item[0].quantity");
    let negative = "1 []  not units, not below zero, with at most three decimals @Claim.item[0].quantity";
    line(r#","quantity":{"value":-1}"#, show, negative);
    let modifiers = r#","modifier":[{"coding":[{"code":"50"}]},{},{"coding":[{"system":"urn:x","code":"kx"}]}]"#;
    line(modifiers, show, "1 [50@Claim.item[0].modifier[0],KX@Claim.item[0].modifier[2]]  -");
    let place =
        |system: &str| format!(r#","locationCodeableConcept":{{"coding":[{{"system":"{system}","code":"11"}}]}}"#);
    line(&place("http://terminology.hl7.org/CodeSystem/ex-serviceplace"), show, "1 [] 11 -");
    line(&place("urn:x"), show, "1 []  -");
}

#[test]
fn what_is_no_line_is_remarked() {
    let read =
        request(&claim(r#""procedure":[{"sequence":1}],"#, r#","detail":[{"sequence":1}],"modifier":[{"text":"x"}]"#));
    let remarks: Vec<_> = read.remarks.iter().map(|remark| format!("{} @{}", remark.value, remark.source)).collect();
    assert_eq!(
        remarks,
        [
            "this is no modifier; the line may have any @Claim.item[0].modifier[0]",
            "details of an item are no lines of their own @Claim.item[0].detail",
            "procedures of the claim that are no item are left aside @Claim.procedure",
        ]
    );
}

#[test]
fn free_text_stays_private() {
    let words =
        r#"{"resourceType":"Claim","id":"C-1","item":[{"productOrService":{"text":"pulsed RF of a ganglion"}}]}"#;
    let read = request(words);
    assert_eq!(read.lines[0].narrative.get().unwrap().reveal(), "pulsed RF of a ganglion");
    let shown = format!("{:?}", read.lines[0]);
    assert!(!shown.contains("ganglion"), "{shown}");
    assert_eq!(read.kind, Kind::Claim);
}
