//! Calls composed here: what is judged, what stays unknown, what is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::request::Given;

/// A call of `hook` with the members of `context` and `prefetch`.
fn body(hook: Hook, context: Value, prefetch: Value) -> String {
    json!({"hook": hook.name(), "hookInstance": "i-1", "context": context, "prefetch": prefetch, "foo": {"bar": []}})
        .to_string()
}

fn drafts(orders: &[Value]) -> Value {
    let entries: Vec<Value> = orders.iter().map(|order| json!({"resource": order})).collect();
    json!({"resourceType": "Bundle", "entry": entries})
}

fn order(id: &str) -> Value {
    let code = json!({"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]});
    json!({"resourceType": "ServiceRequest", "id": id, "status": "draft", "code": code, "reasonCode": [],
        "subject": {"reference": "http://ehr.example/fhir/Patient/p"}})
}

#[test]
fn discovery_lists_both_services() {
    let services = discovery();
    let ids: Vec<_> =
        services["services"].as_array().unwrap().iter().map(|service| service["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["claimgate-order-sign", "claimgate-order-select"]);
    assert_eq!(Hook::from_service_id("claimgate-order-select"), Some(Hook::OrderSelect));
    assert_eq!(Hook::from_service_id("other"), None);
}

#[test]
fn what_breaks_the_rules_is_refused_by_path() {
    let check = |hook: Hook, body: &str, path: Option<&str>, message: &str| {
        let error = read(hook, body.as_bytes()).unwrap_err();
        assert_eq!((error.status, error.path.as_deref(), error.message.as_str()), (400, path, message), "{body}");
    };
    use Hook::{OrderSelect, OrderSign};
    let broken = "this is not JSON: EOF while parsing an object";
    check(OrderSign, "{", Some("line 1, column 1"), broken);
    check(OrderSign, "[]", Some("request"), "expected an object, found a list");
    check(OrderSign, "{}", Some("hook"), "`hook` is missing");
    let other = body(OrderSelect, json!({}), json!(null));
    check(OrderSign, &other, Some("hook"), "this service answers `order-sign` and no other hook");
    check(OrderSign, r#"{"hook":"order-sign","hookInstance":""}"#, Some("hookInstance"), "`hookInstance` is missing");
    let with = |context: Value| body(OrderSelect, context, json!({}));
    check(OrderSelect, &with(json!(null)), Some("context"), "`context` is missing");
    check(OrderSelect, &with(json!({})), Some("context.patientId"), "`context.patientId` is missing");
    check(
        OrderSelect,
        &with(json!({"patientId": 7})),
        Some("request.context.patientId"),
        "expected a text, found another number",
    );
    check(
        OrderSelect,
        &with(json!({"patientId": "p"})),
        Some("context.draftOrders"),
        "`context.draftOrders` is missing",
    );
    let patient = json!({"patientId": "p", "draftOrders": {"resourceType": "Patient"}});
    check(OrderSelect, &with(patient), Some("context.draftOrders"), "the draft orders are no Bundle");
    let unpicked = json!({"patientId": "p", "draftOrders": drafts(&[])});
    check(OrderSelect, &with(unpicked), Some("context.selections"), "`context.selections` is missing");
}

#[test]
fn prefetch_brings_patient_coverage_and_problems() {
    let icd = |code: &str| json!({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]});
    let prefetch = json!({
        "patient": {"resourceType": "Patient", "id": "p", "birthDate": "1973-05-01", "gender": "female"},
        "coverage": drafts(&[json!({"resourceType": "Coverage", "id": "v", "type": {"text": "commercial"}})]),
        "problems": drafts(&[
            json!({"resourceType": "Condition", "id": "c", "code": icd("M54.16"), "subject": {"reference": "Patient/p"}}),
            json!({"resourceType": "Condition", "id": "d", "code": icd("C61"), "subject": {"reference": "Patient/q"}}),
        ]),
        "empty": null,
        "failed": {"resourceType": "OperationOutcome"},
        "fetched": drafts(&[order("o9")]),
    });
    let context = json!({"patientId": "p", "draftOrders": drafts(&[order("o1")])});
    let call = read(Hook::OrderSign, body(Hook::OrderSign, context, prefetch).as_bytes()).unwrap();
    let [(reference, request)] = call.requests.as_slice() else { panic!("{call:?}") };
    assert_eq!((call.hook_instance.as_str(), reference.as_str()), ("i-1", "ServiceRequest/o1"));
    assert_eq!(request.patient.birth_date.get().unwrap().reveal().to_string(), "1973-05-01");
    assert!(request.coverage.line_of_business.get().is_some());
    assert_eq!(request.diagnoses.len(), 1);
    let faults: Vec<_> = call.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(faults, ["cds_hooks::prefetch_failed"]);
}

#[test]
fn nothing_fetched_is_unknown_and_still_answered() {
    let mut bare = order("o1");
    bare.as_object_mut().unwrap().remove("subject");
    let context = json!({"patientId": "p", "draftOrders": drafts(&[bare])});
    let call = read(Hook::OrderSign, body(Hook::OrderSign, context, json!(null)).as_bytes()).unwrap();
    let request = &call.requests[0].1;
    assert_eq!(request.patient.birth_date, Given::Absent);
    assert_eq!(request.patient.member_id.as_ref().unwrap().reveal(), "p");
}

#[test]
fn problems_that_could_not_be_fetched_are_unknown() {
    let context = json!({"patientId": "p", "draftOrders": drafts(&[order("o1")])});
    let check = |prefetch: Value, unreadable: bool| {
        let call = read(Hook::OrderSign, body(Hook::OrderSign, context.clone(), prefetch).as_bytes()).unwrap();
        let (_, request) = call.requests.first().unwrap();
        let unread = |given: &Given<_>| matches!(given, Given::Unreadable(_));
        assert_eq!(request.diagnoses.iter().any(|diagnosis| unread(&diagnosis.code)), unreadable, "{call:?}");
    };
    check(json!({"problems": {"resourceType": "OperationOutcome"}}), true);
    check(json!({"coverage": {"resourceType": "OperationOutcome"}}), false);
    check(json!({"problems": null}), false);
    check(json!({}), false);
}

#[test]
fn only_what_was_picked_is_judged_on_select() {
    let entries = json!([
        {"resource": order("o1")},
        {"resource": order("o2")},
        {"fullUrl": "http://ehr.example/fhir/ServiceRequest/o3", "resource": order("o3")},
    ]);
    let drafts = json!({"resourceType": "Bundle", "entry": entries});
    let check = |selections: Value, expected: &[&str]| {
        let context = json!({"patientId": "p", "draftOrders": drafts, "selections": selections});
        let call = read(Hook::OrderSelect, body(Hook::OrderSelect, context, json!({})).as_bytes()).unwrap();
        let read: Vec<_> = call.requests.iter().map(|(reference, _)| reference.as_str()).collect();
        assert_eq!(read, expected);
    };
    check(json!(["ServiceRequest/o2", "MedicationRequest/m"]), &["ServiceRequest/o2"]);
    check(json!(["http://ehr.example/fhir/ServiceRequest/o3"]), &["ServiceRequest/o3"]);
    check(json!([]), &[]);
}

#[test]
fn other_orders_and_broken_ones_are_named() {
    let orders = [
        json!({"resourceType": "MedicationRequest", "id": "m"}),
        json!({"resourceType": "Claim", "id": "C-1", "item": [{}]}),
        json!({"resourceType": "ServiceRequest", "id": "o1", "code": "Jane Roe"}),
        json!({"resourceType": "ServiceRequest", "id": "o2", "status": "revoked"}),
        json!({"resourceType": "ServiceRequest"}),
    ];
    let context = json!({"patientId": "p", "draftOrders": drafts(&orders)});
    let call = read(Hook::OrderSign, body(Hook::OrderSign, context, json!({})).as_bytes()).unwrap();
    assert!(call.requests.is_empty());
    let faults: Vec<_> = call.faults.iter().map(|fault| format!("{} {}", fault.code, fault.place)).collect();
    assert_eq!(
        faults,
        [
            "cds_hooks::not_judged context.draftOrders.entry[0]",
            "cds_hooks::not_judged context.draftOrders.entry[1]",
            "fhir::wrong_type context.draftOrders.entry[2]: ServiceRequest.code",
            "fhir::withdrawn_order context.draftOrders.entry[3]: ServiceRequest.status",
            "fhir::no_id context.draftOrders.entry[4]: ServiceRequest.id",
        ]
    );
    assert!(!format!("{:?}", call.faults).contains("Jane"));
}

proptest! {
    #[test]
    fn no_call_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..2000usize) {
        let _ = read(Hook::OrderSign, &bytes);
        let context = json!({"patientId": "p", "draftOrders": drafts(&[order("o1")]), "selections": ["ServiceRequest/o1"]});
        let text: String = body(Hook::OrderSelect, context, json!({"patient": {}})).chars().take(cut).collect();
        let _ = read(Hook::OrderSelect, text.as_bytes());
    }
}
