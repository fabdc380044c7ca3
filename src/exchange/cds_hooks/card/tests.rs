//! Cards of decisions composed here.

use proptest::prelude::*;

use super::*;
use crate::{
    exchange::cds_hooks::{Hook, read},
    verdict::{Cause, Change, Effect, Need, WouldChange},
};

fn call(orders: &[&str]) -> Call {
    let order = |id: &&str| {
        let coding = json!({"system": "http://www.ama-assn.org/go/cpt", "code": "62323"});
        json!({"resource": {"resourceType": "ServiceRequest", "id": id, "code": {"coding": [coding]}}})
    };
    let entries: Vec<Value> = orders.iter().map(order).collect();
    let context = json!({"patientId": "p", "draftOrders": {"resourceType": "Bundle", "entry": entries}});
    let body = json!({"hook": "order-sign", "hookInstance": "i-1", "context": context});
    read(Hook::OrderSign, body.to_string().as_bytes()).unwrap()
}

fn finding(text: &str) -> Finding {
    Finding {
        pack: "spine-pain".into(),
        rule: "epidural".into(),
        stage: "recommendation".into(),
        verdict: Verdict::Deny,
        reason: "epidural-recommended-against".into(),
        text: text.into(),
        text_for_patient: String::new(),
        citation: Some(Citation {
            anchor: "rec-radicular-epidural".into(),
            doi: "10.1136/bmj-2024-079970".into(),
            strength: Some("strong against".into()),
            certainty: Some("moderate".into()),
            dissent: Some("A society disagrees".into()),
        }),
        adjustment: None,
        effect: Effect::default(),
        evidence: vec![Evidence {
            fact: "line.procedure".into(),
            question: "in epidural".into(),
            answer: "yes",
            value: Some("62323".into()),
            source: "ServiceRequest.code".into(),
            within: None,
        }],
    }
}

fn decision(verdict: Verdict, text: &str) -> Decision {
    let line = LineDecision {
        number: 1,
        verdict,
        findings: if verdict == Verdict::Allow { Vec::new() } else { vec![finding(text)] },
        notes: Vec::new(),
        needs: vec![Need {
            fact: "condition.duration".into(),
            ask: "the day the pain began".into(),
            why: Cause::Absent,
            source: "Condition.onsetDateTime".into(),
            answers: vec![("≥ 3 months".into(), Some(Verdict::Deny)), ("< 3 months".into(), None)],
        }],
        would_change: vec![WouldChange {
            all: vec![Change { fact: "condition.duration".into(), when: "< 3 months".into() }],
            then: Verdict::Allow,
        }],
    };
    Decision {
        request_id: "o1".into(),
        verdict,
        requires_clinician_signoff: verdict == Verdict::Deny,
        lines: vec![line],
        packs: Vec::new(),
        remarks: Vec::new(),
    }
}

/// The answer where nothing is recorded.
fn cards(call: &Call, decisions: &[Decision], public_url: Option<&str>) -> Value {
    answer(call, decisions, None, public_url)
}

/// Whether something in it is empty where CDS Hooks has nothing empty.
fn has_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty() || list.iter().any(has_empty),
        Value::Object(map) => map.is_empty() || map.values().any(has_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[test]
fn allow_has_no_card() {
    assert_eq!(cards(&call(&["o1"]), &[decision(Verdict::Allow, "")], None), json!({"cards": []}));
    assert_eq!(cards(&call(&[]), &[], None), json!({"cards": []}));
}

#[test]
fn a_card_says_why_from_what_and_what_would_change_it() {
    let answer = cards(
        &call(&["o1"]),
        &[decision(Verdict::Deny, "An epidural is *recommended against*")],
        Some("https://cg.example/"),
    );
    let card = &answer["cards"][0];
    assert!(!has_empty(&answer), "{answer:#}");
    assert_eq!(card["summary"], "Not payable: An epidural is *recommended against*");
    assert_eq!(card["indicator"], "warning");
    assert_eq!(card["source"]["url"], "https://doi.org/10.1136/bmj-2024-079970");
    assert_eq!(card["source"]["topic"]["code"], "guideline");
    assert_eq!(card["links"][0]["url"], "https://cg.example/v1/packs/spine-pain");
    assert_eq!(card["extension"]["davinci-crd.associated-resource"][0]["reference"], "ServiceRequest/o1");
    assert!(card["overrideReasons"].as_array().unwrap().len() >= 4);
    let expected = r"**Deny**

**Why**

- An epidural is \*recommended against\*

**Evidence**

- line.procedure in epidural: yes (62323, ServiceRequest.code)

**What is missing**

- the day the pain began (absent, Condition.onsetDateTime). ≥ 3 months: deny; &lt; 3 months: depends on what else is missing

**What would change it**

- condition.duration &lt; 3 months: allow

**Policy**

- [10.1136/bmj-2024-079970](https://doi.org/10.1136/bmj-2024-079970), rec-radicular-epidural, strong against, certainty of evidence: moderate
- Dissent: A society disagrees";
    assert_eq!(card["detail"].as_str().unwrap(), expected);
}

#[test]
fn several_orders_are_told_apart() {
    let decisions = [decision(Verdict::Deny, "x"), decision(Verdict::Allow, ""), decision(Verdict::Flag, "y")];
    let answer = cards(&call(&["o1", "o2", "o3"]), &decisions, None);
    let list = answer["cards"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert!(list[0]["detail"].as_str().unwrap().starts_with("**Deny** – order o1: procedure 62323\n"));
    assert!(list[1]["detail"].as_str().unwrap().starts_with("**Flag** – order o3: procedure 62323\n"));
    assert_eq!(list[1]["summary"], "Needs review: y");
    assert_ne!(list[0]["uuid"], list[1]["uuid"]);
    assert_eq!(answer, cards(&call(&["o1", "o2", "o3"]), &decisions, None), "the same call gets the same cards");
    assert_eq!(list[0].get("links"), None);
}

#[test]
fn what_is_recorded_is_named_by_its_id() {
    let decisions = [decision(Verdict::Deny, "x"), decision(Verdict::Allow, "")];
    let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let orders = call(&["o1", "o2"]);
    let mut answer = answer(&orders, &decisions, Some(&ids), None);
    extend(&mut answer, "claimgate.faults", json!(["one"]));
    let [first, second] = ids.map(|id| id.to_string());
    let expected = json!({"claimgate.faults": ["one"], "claimgate.decisions": [
        {"reference": "ServiceRequest/o1", "decision_id": first, "verdict": "deny"},
        {"reference": "ServiceRequest/o2", "decision_id": second, "verdict": "allow"}]});
    assert_eq!(answer["extension"], expected);
    let card = &answer["cards"][0];
    assert_eq!(card["extension"]["claimgate.decision_id"], first);
    assert_eq!(card["extension"]["davinci-crd.associated-resource"][0]["reference"], "ServiceRequest/o1");
    assert!(!has_empty(&answer), "{answer:#}");
    // Beside that it is the answer that it was.
    answer["cards"][0]["extension"].as_object_mut().unwrap().remove("claimgate.decision_id");
    answer.as_object_mut().unwrap().remove("extension");
    assert_eq!(answer, cards(&orders, &decisions, None));
}

#[test]
fn a_flag_without_a_finding_still_has_a_whole_card() {
    let mut flag = decision(Verdict::Flag, "x");
    flag.lines[0].findings.clear();
    let answer = cards(&call(&["o1"]), &[flag], Some("https://cg.example"));
    assert!(!has_empty(&answer), "{answer:#}");
    assert_eq!(answer["cards"][0]["source"]["label"], "claimgate");
}

#[test]
fn only_dois_become_links() {
    let check = |doi: &str, expected: Option<&str>| assert_eq!(doi_link(doi).as_deref(), expected, "{doi}");
    check("10.1136/bmj-2024-079970", Some("https://doi.org/10.1136/bmj-2024-079970"));
    check("10.1/a)b c", Some("https://doi.org/10.1/a%29b%20c"));
    check("javascript:1", None);
    check("", None);
}

proptest! {
    #[test]
    fn whatever_the_words_the_card_is_whole(text in ".{0,400}", value in ".{0,40}") {
        let mut deny = decision(Verdict::Deny, &text);
        deny.lines[0].findings[0].evidence[0].value = Some(value.clone());
        deny.lines[0].needs[0].ask = value.clone();
        deny.lines[0].findings[0].pack = value;
        let answer = cards(&call(&["o1"]), &[deny], Some("https://cg.example"));
        prop_assert!(!has_empty(&answer), "{answer:#}");
        let card = &answer["cards"][0];
        prop_assert!(card["summary"].as_str().unwrap().encode_utf16().count() < 140);
        prop_assert!(!card["detail"].as_str().unwrap().contains(['<', '"']));
    }
}
