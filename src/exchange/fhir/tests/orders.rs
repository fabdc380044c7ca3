//! Orders.

use super::{diagnoses, given, pointers, request, told};
use crate::request::{Kind, Request};

fn order(elements: &str) -> String {
    format!(r#"{{"resourceType":"ServiceRequest","id":"o1"{elements}}}"#)
}

fn check(elements: &str, show: impl Fn(&Request) -> String, expected: &str) {
    let read = request(&order(elements));
    assert_eq!((read.kind, read.lines.len()), (Kind::Order, 1));
    assert_eq!(show(&read), expected, "{elements}");
}

#[test]
fn withdrawn_orders_are_left_aside_by_name() {
    let fault = |why: &str| {
        format!("fault fhir::withdrawn_order f.json: ServiceRequest.status: order `o1` is left aside: {why}")
    };
    assert_eq!(told(&order(r#","doNotPerform":true"#)), [fault("it says that the service is not to be performed")]);
    assert_eq!(told(&order(r#","status":"revoked""#)), [fault("it was revoked")]);
    assert_eq!(told(&order(r#","status":"entered-in-error""#)), [fault("it was entered in error")]);
    assert_eq!(told(&order(r#","status":"draft","doNotPerform":false"#)), ["request o1"]);
    assert_eq!(
        told(r#"{"resourceType":"ServiceRequest"}"#),
        ["reject - (1): fhir::no_id f.json: ServiceRequest.id: the order has neither an id nor an identifier"]
    );
}

#[test]
fn codes_and_billing_options() {
    let show = |request: &Request| {
        let line = &request.lines[0];
        let modifiers: Vec<_> = line.modifiers.iter().map(|modifier| modifier.value.to_string()).collect();
        format!("{} {}", given(&line.procedure, |code| format!("{code:?}")), modifiers.join(",")).trim().to_owned()
    };
    let cpt = |code: &str| format!(r#"{{"system":"http://www.ama-assn.org/go/cpt","code":"{code}"}}"#);
    let url = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options";
    let options = |codes: &[&str]| {
        let option = |code: &&str| format!(r#"{{"url":"{url}","valueCodeableConcept":{{"coding":[{}]}}}}"#, cpt(code));
        codes.iter().map(option).collect::<Vec<_>>().join(",")
    };
    let code = |coding: &str, options: &str| format!(r#","code":{{"coding":[{coding}],"extension":[{options}]}}"#);
    let snomed = r#"{"system":"http://snomed.info/sct","code":"359962006"}"#;
    check("", show, "-");
    check(r#","code":{"coding":[{}]}"#, show, "-");
    check(&code(&cpt("64493-KX-50"), ""), show, "cpt:64493 @ServiceRequest.code KX,50");
    check(&code(snomed, ""), show, "not a CPT, HCPCS or ICD-10-PCS code @ServiceRequest.code");
    check(&code(snomed, &options(&["64493-KX"])), show, "cpt:64493 @ServiceRequest.code.extension KX");
    check(&code(snomed, &options(&["64493", "64493"])), show, "cpt:64493 @ServiceRequest.code.extension");
    let several = "not one CPT, HCPCS or ICD-10-PCS code @ServiceRequest.code.extension";
    check(&code(snomed, &options(&["64493", "64494"])), show, several);
    check(&code(&cpt("62323"), &options(&["64493"])), show, "cpt:62323 @ServiceRequest.code");
    let words = |request: &Request| request.lines[0].narrative.get().unwrap().reveal().clone();
    check(r#","code":{"text":"nerve block"}"#, words, "nerve block");
}

#[test]
fn dates_and_units() {
    let show = |request: &Request| {
        let line = &request.lines[0];
        let units = given(&line.units_milli, ToString::to_string);
        let authored = given(&request.authored_on, ToString::to_string);
        format!("{} | {authored} | {units}", given(&line.service_date, ToString::to_string))
    };
    check("", show, "- | - | -");
    check(r#","authoredOn":"2026-03-01T10:00:00Z""#, show, "- | 2026-03-01 @ServiceRequest.authoredOn | -");
    check(r#","occurrenceDateTime":"2026-03""#, show, "2026-03 @ServiceRequest.occurrenceDateTime | - | -");
    let period = r#","occurrencePeriod":{"start":"2026-03-10","end":"2026-04-10"}"#;
    check(period, show, "2026-03-10 @ServiceRequest.occurrencePeriod.start | - | -");
    let event = r#","occurrenceTiming":{"event":["2026-03-10"]}"#;
    check(event, show, "2026-03-10 @ServiceRequest.occurrenceTiming.event[0] | - | -");
    let bounds = r#","occurrenceTiming":{"repeat":{"boundsPeriod":{"start":"2026-03-10"}}}"#;
    check(bounds, show, "2026-03-10 @ServiceRequest.occurrenceTiming.repeat.boundsPeriod.start | - | -");
    check(r#","quantityQuantity":{"value":2}"#, show, "- | - | 2000 @ServiceRequest.quantityQuantity");
}

#[test]
fn details_state_purpose_and_pain_type() {
    let show = |request: &Request| {
        let purpose = given(&request.lines[0].purpose, |purpose| format!("{purpose:?}"));
        format!("{purpose} | {}", given(&request.stated_pain_type, |pain| format!("{pain:?}")))
    };
    let detail =
        |system: &str, code: &str| format!(r#"{{"coding":[{{"system":"urn:claimgate:{system}","code":"{code}"}}]}}"#);
    check(r#","orderDetail":[{},{"text":"x"}]"#, show, "- | -");
    let both = format!(r#","orderDetail":[{},{}]"#, detail("purpose", "diagnostic"), detail("pain-type", "mixed"));
    check(&both, show, "Diagnostic @ServiceRequest.orderDetail | Mixed @ServiceRequest.orderDetail");
    let wrong = format!(r#","orderDetail":[{}]"#, detail("purpose", "curious"));
    check(&wrong, show, "not diagnostic or therapeutic @ServiceRequest.orderDetail | -");
}

#[test]
fn reasons_are_the_diagnoses_and_the_line_points_to_them() {
    let icd =
        |code: &str| format!(r#"{{"coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{code}"}}]}}"#);
    let show =
        |request: &Request| format!("{} | {}", diagnoses(request).join(", "), pointers(&request.lines[0].pointers));
    check(r#","reasonCode":[]"#, show, " | unknown: -");
    check(r#","reasonCode":[{}],"reasonReference":[{}]"#, show, " | unknown: -");
    let codes = format!(r#","reasonCode":[{},{}]"#, icd("M54.16"), icd("G89.29"));
    let expected = "M54.16 @ServiceRequest.reasonCode[0], G89.29 @ServiceRequest.reasonCode[1] | [0, 1] @ServiceRequest.reasonCode";
    check(&codes, show, expected);
    let words = "not an ICD-10-CM or SNOMED CT code @ServiceRequest.reasonCode[0] | [0] @ServiceRequest.reasonCode";
    check(r#","reasonCode":[{"text":"back pain"}]"#, show, words);
    let contained = format!(
        r##","contained":[{{"resourceType":"Condition","id":"c","code":{},"onsetDateTime":"2025-09-01"}}],
            "reasonReference":[{{"reference":"#c"}},{{"reference":"Observation/1"}}]"##,
        icd("M54.16")
    );
    check(&contained, show, "M54.16 @Condition/c.code since 2025-09-01 | [0] @ServiceRequest.reasonReference");
    let gone =
        "not a Condition that is sent along @ServiceRequest.reasonReference[0] | [0] @ServiceRequest.reasonReference";
    check(r#","reasonReference":[{"reference":"Condition/gone"}]"#, show, gone);
}

#[test]
fn contained_conditions_are_evidence_whatever_refers_to_them() {
    let condition = |id: &str, code: &str, rest: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"{id}","code":{{"coding":[
            {{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{code}"}}]}}{rest}}}"#
        )
    };
    let codes = |contained: &[String]| {
        let elements = format!(
            r##","subject":{{"reference":"Patient/p"}},"reasonReference":[{{"reference":"#pain"}}],
            "supportingInfo":[{{"reference":"#c"}}],"contained":[{}]"##,
            contained.join(",")
        );
        let read = request(&order(&elements));
        let codes: Vec<String> = read.diagnoses.iter().map(|one| given(&one.code, ToString::to_string)).collect();
        (codes.join(", "), pointers(&read.lines[0].pointers))
    };
    let pain = condition("pain", "M54.16", "");
    let (told, pointed) = codes(&[pain.clone(), condition("c", "C79.51", "")]);
    assert_eq!(
        (told.as_str(), pointed.as_str()),
        ("M54.16 @Condition/pain.code, C79.51 @Condition/c.code", "[0] @ServiceRequest.reasonReference")
    );
    // What an order contains and refers to is its own; what it only contains is whose it says.
    let other = |id: &str| condition(id, "C79.51", r#","subject":{"reference":"Patient/q"}"#);
    assert_eq!(codes(&[pain.clone(), other("c")]).0, "M54.16 @Condition/pain.code, C79.51 @Condition/c.code");
    assert_eq!(
        codes(&[pain, other("d")]).0,
        "M54.16 @Condition/pain.code, not a Condition that is sent along @ServiceRequest.supportingInfo[0]"
    );
}

#[test]
fn supporting_information_that_was_not_sent_may_be_a_condition() {
    let contained = r#"{"resourceType":"Observation","id":"seen"},{"resourceType":"Condition","id":"c","code":{}}"#;
    let count = |reference: &str| {
        let read = request(&order(&format!(
            r#","reasonCode":[{{"coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M54.16"}}]}}],
            "supportingInfo":[{{"display":"a report"}},{{{reference}}}],"contained":[{contained}]"#
        )));
        let unread = "not a Condition that is sent along @ServiceRequest.supportingInfo[1]";
        assert_eq!(pointers(&read.lines[0].pointers), "[0] @ServiceRequest.reasonCode", "no line points to it");
        diagnoses(&read).iter().filter(|told| *told == unread).count()
    };
    for gone in [
        r#""reference":"Condition/gone""#,
        r#""reference":"http://a/Condition/gone/_history/2""#,
        r#""reference":"Condition?code=1""#,
        r##""reference":"#gone""##,
        r#""reference":"urn:uuid:77""#,
        r#""type":"Condition","identifier":{"value":"1"}"#,
        r#""type":"Condition","display":"cancer""#,
    ] {
        assert_eq!(count(gone), 1, "{gone}");
    }
    // Said twice it says no more.
    assert_eq!(count(r##""reference":"#gone"},{"reference":"#gone""##), 1);
    for other in [
        r##""reference":"#seen""##,
        r##""reference":"#c""##,
        r#""reference":"Observation/gone""#,
        r#""reference":"DocumentReference/Condition-1""#,
        r#""reference":"urn:uuid:77","type":"DocumentReference""#,
        r#""identifier":{"value":"1"}"#,
    ] {
        assert_eq!(count(other), 0, "{other}");
    }
}
