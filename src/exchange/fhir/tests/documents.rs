//! Documents, Bundles and NDJSON; and that nothing panics.

use proptest::prelude::*;

use super::{diagnoses, given, items, pointers, request, tell, told};
use crate::{
    exchange::{
        Item,
        fhir::{LINE_BYTES_MAX, read, read_lines},
    },
    request::Request,
};

const CLAIM: &str = r#"{"resourceType":"Claim","id":"C-1","patient":{"reference":"Patient/p"},"item":[{}]}"#;

fn bundle(resources: &[&str]) -> String {
    let entries: Vec<String> = resources.iter().map(|resource| format!(r#"{{"resource":{resource}}}"#)).collect();
    format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","))
}

fn condition(id: &str, code: &str, rest: &str) -> String {
    let coding = format!(r#"{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{code}"}}"#);
    format!(r#"{{"resourceType":"Condition","id":"{id}","code":{{"coding":[{coding}]}}{rest}}}"#)
}

#[test]
fn a_bundle_brings_patient_coverage_and_conditions() {
    let claim = r#"{"resourceType":"Claim","id":"C-1","patient":{"reference":"Patient/p"},
        "insurance":[{"coverage":{"reference":"Coverage/v"}}],
        "diagnosis":[{"sequence":1,"diagnosisReference":{"reference":"Condition/c1"}}],
        "item":[{"diagnosisSequence":[1]}]}"#;
    let patient = r#"{"resourceType":"Patient","id":"p","birthDate":"1973-05","gender":"female"}"#;
    let coverage =
        r#"{"resourceType":"Coverage","id":"v","type":{"coding":[{"code":"commercial"}]},"subscriberId":"S1"}"#;
    let pain = condition("c1", "M54.16", r#","onsetDateTime":"2025-09-01","subject":{"reference":"Patient/p"}"#);
    let ours = condition("c2", "C61", r#","subject":{"reference":"Patient/p"}"#);
    let anyones = condition("c3", "M45.6", "");
    let theirs = condition("c4", "C34.10", r#","subject":{"reference":"Patient/q"}"#);
    let read = request(&bundle(&[&theirs, &ours, claim, patient, coverage, &pain, &anyones]));
    let birth = |request: &Request| given(&request.patient.birth_date, |date| date.reveal().to_string());
    assert_eq!(birth(&read), "1973-05 @Patient.birthDate");
    assert_eq!(given(&read.patient.sex, |sex| format!("{sex:?}")), "Female @Patient.gender");
    assert_eq!(read.patient.member_id.as_ref().unwrap().reveal(), "S1");
    assert_eq!(given(&read.coverage.line_of_business, |lob| format!("{lob:?}")), "Commercial @Coverage.type");
    assert_eq!(
        diagnoses(&read),
        ["M54.16 @Condition/c1.code since 2025-09-01", "C61 @Condition/c2.code", "M45.6 @Condition/c3.code"]
    );
    assert_eq!(pointers(&read.lines[0].pointers), "[0] @Claim.item[0].diagnosisSequence");
    let institutional = claim.replace(r#""id":"C-1","#, r#""id":"C-1","type":{"coding":[{"code":"institutional"}]},"#);
    let read = request(&bundle(&[&institutional, &pain, &ours]));
    assert_eq!(pointers(&read.lines[0].pointers), "[0] @Claim.diagnosis");
}

#[test]
fn contained_resources_and_full_urls() {
    let claim = r##"{"resourceType":"Claim","id":"C-1","patient":{"reference":"#p"},"item":[{}],
        "contained":[null,{"resourceType":"Patient","id":"p","birthDate":"1973-05-01"}]}"##;
    let birth = |request: &Request| given(&request.patient.birth_date, |date| date.reveal().to_string());
    assert_eq!(birth(&request(claim)), "1973-05-01 @Patient.birthDate");
    let text = r#"{"resourceType":"Bundle","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","birthDate":"1980"}},
        {"fullUrl":"urn:uuid:2","resource":{"resourceType":"ServiceRequest","subject":{"reference":"urn:uuid:1"}}}]}"#;
    let read = request(text);
    assert_eq!((read.id.as_str(), birth(&read).as_str()), ("2", "1980 @Patient.birthDate"));
}

#[test]
fn the_only_coverage_counts_where_none_is_named() {
    let show =
        |resources: &[&str]| given(&request(&bundle(resources)).coverage.line_of_business, |lob| format!("{lob:?}"));
    let coverage = |rest: &str| format!(r#"{{"resourceType":"Coverage","type":{{"text":"medicaid"}}{rest}}}"#);
    let of = |who: &str| coverage(&format!(r#","beneficiary":{{"reference":"Patient/{who}"}}"#));
    assert_eq!(show(&[CLAIM, &of("p")]), "Medicaid @Coverage.type");
    assert_eq!(show(&[CLAIM, &of("q")]), "-");
    assert_eq!(show(&[CLAIM, &of("p"), &of("p")]), "-");
    assert_eq!(show(&[CLAIM, &coverage(r#","status":"cancelled""#)]), "-");
    let named = CLAIM.replace(r#""item""#, r#""insurance":[{"coverage":{"reference":"Coverage/9"}}],"item""#);
    assert_eq!(show(&[&named, &of("p")]), "-");
}

#[test]
fn broken_context_is_unreadable_and_costs_no_claim() {
    let text = bundle(&[
        CLAIM,
        r#"{"resourceType":"Patient","id":"p","birthDate":5}"#,
        r#"{"resourceType":"Condition","code":7}"#,
    ]);
    let read = items(&text);
    let told: Vec<_> = read.iter().map(tell).collect();
    assert_eq!(
        told,
        [
            "fault fhir::wrong_type f.json: Bundle.entry[1]: Patient.birthDate: expected a text, found another number",
            "fault fhir::wrong_type f.json: Bundle.entry[2]: Condition.code: expected an object, found another number",
            "request C-1",
        ]
    );
    let Item::Request(read) = &read[2] else { panic!("{read:?}") };
    assert_eq!(given(&read.patient.birth_date, |_| String::new()), "not a Patient that can be read @Patient.birthDate");
    assert_eq!(diagnoses(read), ["not a Condition that can be read @Condition"]);
}

#[test]
fn every_claim_and_order_is_accounted_for() {
    let bad = r#"{"resourceType":"Claim","id":"C-2","item":[{"sequence":"one"},{}]}"#;
    let order = r#"{"resourceType":"ServiceRequest","id":"o1"}"#;
    let inner = bundle(&[order, r#"{"resourceType":"Organization"}"#, r#"{"id":"x"}"#]);
    assert_eq!(
        told(&bundle(&[CLAIM, bad, &inner, r#"{"resourceType":"ExplanationOfBenefit"}"#])),
        [
            "fault fhir::no_resource f.json: Bundle.entry[2]: resource: this entry holds no FHIR resource",
            "request C-1",
            "reject C-2 (2): fhir::wrong_type f.json: Bundle.entry[1]: Claim.item[0].sequence: \
             expected a whole number, not below zero, found a text",
            "request o1",
            "fault fhir::left_aside f.json: Bundle.entry[3]: \
             a `ExplanationOfBenefit` is neither a claim nor an order and is left aside",
        ]
    );
    let nobody = "fault fhir::no_claim f.json: Bundle.entry: the Bundle holds neither a Claim nor a ServiceRequest";
    assert_eq!(told(&bundle(&[])), [nobody]);
    assert_eq!(told(r#"{"entry":null,"resourceType":"Bundle"}"#), [nobody]);
    let deep = (0..6).fold(bundle(&[CLAIM]), |inner, _| bundle(&[&inner]));
    assert_eq!(
        told(&deep),
        ["reject - (0): fhir::nested_bundles f.json: Bundle.entry[0]: resource: Bundles are nested deeper than 4"]
    );
}

#[test]
fn what_is_no_document() {
    let check = |text: &str, expected: &str| assert_eq!(told(text), [expected], "{text}");
    let no_type = "reject - (0): fhir::no_resource f.json: resourceType: this is no FHIR resource: it names no type";
    check("{}", no_type);
    check("[]", no_type);
    check("null", no_type);
    check(r#"["Claim"]"#, no_type);
    check(r#"{"resourceType":5}"#, no_type);
    check("", "reject - (0): fhir::broken_json f.json: line 1, column 0: this is not JSON: EOF while parsing a value");
    let broken =
        "reject - (0): fhir::broken_json f.json: line 1, column 32: this is not JSON: EOF while parsing a list";
    check(r#"{"resourceType":"Claim","item":["#, broken);
    let aside = "fault fhir::left_aside f.json: a `Patient` is neither a claim nor an order and is left aside";
    check(r#"{"resourceType":"Patient"}"#, aside);
    let mut bytes = Vec::new();
    read(b"\xEF\xBB\xBF{\"resourceType\":\"Claim\",\"id\":\"\xFF\"}", "", &mut |item| bytes.push(tell(&item)));
    assert_eq!(bytes, ["reject - (0): fhir::not_utf8 : byte 33 is not UTF-8"]);
    let two = told(&format!("{CLAIM}\n{CLAIM}"));
    assert_eq!(
        two,
        ["reject - (0): fhir::broken_json f.json: line 2, column 1: this is not JSON: trailing characters"]
    );
}

#[test]
fn lines_stand_each_by_itself() {
    let patient = r#"{"resourceType":"Patient","id":"p"}"#;
    let text = format!("\u{FEFF}{CLAIM}\r\n\n{{\n{patient}\n{patient}\n{}\n{CLAIM}", " ".repeat(LINE_BYTES_MAX + 1));
    let mut told = Vec::new();
    let small = std::io::BufReader::with_capacity(7, text.as_bytes());
    read_lines(small, "f.ndjson", &mut |item| told.push(tell(&item))).unwrap();
    assert_eq!(
        told,
        [
            "request C-1",
            "reject - (0): fhir::broken_json f.ndjson: line 3: line 1, column 1: this is not JSON: EOF while parsing an object",
            "reject - (0): fhir::line_too_long f.ndjson: line 6: the line has more than 16777216 bytes",
            "request C-1",
            "fault fhir::left_aside f.ndjson: line 4: 2 `Patient` resources are neither claims nor orders and are left aside",
        ]
    );
}

/// Words that mean something at one place or another, and some that never do.
const WORDS: &[&str] =
    &["", "-", "2026-03-10", "2026-13", "1973", "62323-50-\u{e4}", "#p", "\u{1F600}", "/_history/", "urn:"];
const MORE_WORDS: &str = "Claim ServiceRequest Bundle Patient Coverage Condition M54.16 Patient/p institutional onset prior \
    onset/ urn:uuid:1 http://www.ama-assn.org/go/cpt http://hl7.org/fhir/sid/icd-10-cm";
const MEMBERS: &str = "resourceType id entry resource fullUrl item diagnosis sequence diagnosisSequence coding system code \
    text productOrService diagnosisCodeableConcept diagnosisReference reference patient subject contained insurance \
    coverage servicedDate billablePeriod start end quantity value net unitPrice factor modifier type supportingInfo \
    category timingDate reasonCode reasonReference orderDetail related relationship claim birthDate onsetDateTime \
    extension url";

/// JSON of FHIR's own words in every wrong and right place.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let words: Vec<&str> = WORDS.iter().copied().chain(MORE_WORDS.split_whitespace()).collect();
    let word = prop::sample::select(words);
    let member = prop::sample::select(MEMBERS.split_whitespace().collect::<Vec<_>>());
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        word.prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 96, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(member.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes, "f", &mut |_| {});
        read_lines(&*bytes, "f", &mut |_| {}).unwrap();
    }

    #[test]
    fn no_resource_panics_and_each_is_answered(value in anything(), kind in 0..3usize, cut in 0..4000usize) {
        let kind = ["Claim", "ServiceRequest", "Bundle"][kind];
        let mut value = if value.is_object() { value } else { serde_json::json!({"item": value}) };
        value["resourceType"] = kind.into();
        let text = value.to_string();
        prop_assert!(!items(&text).is_empty());
        let cut: String = text.chars().take(cut).collect();
        prop_assert!(!items(&cut).is_empty());
    }
}
