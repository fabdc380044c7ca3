//! Questionnaires out, answers in: what stands where, and what is refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{items, told};
use crate::{
    code::{Code, System},
    date::{Date, DateSpan},
    exchange::{
        Item as Read,
        fhir::{is_ours, questionnaire, questionnaire_text, responses},
    },
    questionnaire::{Answer, Answers, Clause, CodeOf, Condition, Group, Is, Item, Questionnaire, Takes},
};

const NAMES: &[&str] = &["not stated", "axial", "radicular"];

fn item(link: &str, takes: Takes, when: &[&[(&str, Is)]]) -> Item {
    let condition = |(link, is): &(&str, Is)| Condition { link: (*link).to_owned(), is: *is };
    let clause = |all: &&[(&str, Is)]| Clause(all.iter().map(condition).collect::<BTreeSet<_>>());
    Item { link: link.into(), text: "Which?".into(), takes, when: when.iter().map(clause).collect() }
}

fn asked() -> Questionnaire {
    let pain = Takes::Choice { fact: "stated.pain_type", names: NAMES };
    let span = DateSpan::parse("2025-03").unwrap();
    let day = Date::constant(2025, 3, 10);
    let own = Code::parse(System::Icd10Cm, "M54.16").unwrap();
    let (axial, radicular) = (("r/pain", Is::Choice(1)), ("r/pain", Is::Choice(2)));
    let all = vec![
        item("r/yes", Takes::YesNo, &[]),
        item("r/pain", pain, &[&[("r/yes", Is::YesNo(false))]]),
        item("r/day", Takes::Day(Some(span)), &[&[axial, radicular]]),
        item("r/code", Takes::Code(CodeOf::Procedure), &[&[axial, radicular], &[("r/yes", Is::YesNo(false))]]),
        item(
            "r/codes",
            Takes::Codes { of: CodeOf::Modifier, or_none: true },
            &[&[axial, ("r/day", Is::After(day))], &[radicular, ("r/day", Is::Before(day))]],
        ),
        item("r/own", Takes::Of(vec![own]), &[]),
        item("r/text", Takes::Text, &[]),
        item("r/units", Takes::Units, &[]),
        item("r/money", Takes::Money, &[]),
    ];
    let group = Group { link: "r".into(), title: "The request".into(), items: all };
    Questionnaire { request_id: "C/1".into(), groups: vec![group] }
}

fn found<'v>(value: &'v Value, link: &str) -> &'v Value {
    let items = value["item"].as_array().into_iter().flatten();
    items
        .map(|item| if item["linkId"] == link { item } else { found(item, link) })
        .find(|item| !item.is_null())
        .unwrap_or(&Value::Null)
}

#[test]
fn a_questionnaire_stands_as_fhir_has_it() {
    let value = questionnaire(&asked());
    assert!(is_ours(&value) && !is_ours(&json!({"resourceType": "Questionnaire", "url": "http://example.org/q"})));
    assert_eq!((&value["url"], &value["status"]), (&json!("urn:claimgate:questionnaire:C%2F1"), &json!("active")));
    assert_eq!(value["identifier"], json!([{"system": "urn:claimgate:request", "value": "C/1"}]));
    assert_eq!(serde_json::from_str::<Value>(&questionnaire_text(&asked()).unwrap()).unwrap(), value);
    let check = |link: &str, kind: &str, when: Value, behavior: Value| {
        let item = found(&value, link);
        assert_eq!((&item["type"], &item["enableBehavior"]), (&json!(kind), &behavior), "{item}");
        assert_eq!(item["enableWhen"], when, "{item}");
    };
    let is = |code: &str| {
        let coding = json!({"system": "urn:claimgate:fact:stated.pain_type", "code": code});
        json!({"question": "r/pain", "operator": "=", "answerCoding": coding})
    };
    let no = json!({"question": "r/yes", "operator": "=", "answerBoolean": false});
    let day = |operator: &str| json!({"question": "r/day", "operator": operator, "answerDate": "2025-03-10"});
    check("r", "group", Value::Null, Value::Null);
    check("r/yes", "boolean", Value::Null, Value::Null);
    check("r/pain", "choice", json!([no]), Value::Null);
    check("r/day", "date", json!([is("axial"), is("radicular")]), json!("any"));
    // Two clauses: the one of one condition stands on a group round the question.
    check("r/code/when-1", "group", json!([no]), Value::Null);
    check("r/code", "open-choice", json!([is("axial"), is("radicular")]), json!("any"));
    check("r/codes/when-1", "group", json!([day(">"), is("axial")]), json!("any"));
    check("r/codes", "open-choice", json!([day("<"), is("radicular")]), json!("any"));
    assert_eq!(found(&value, "r/codes/when-1")["item"][0]["linkId"], "r/codes");
    assert_eq!(found(&value, "r/pain")["answerOption"][1]["valueCoding"]["display"], "axial");
    assert_eq!(found(&value, "r/codes")["answerOption"][0]["valueCoding"]["code"], "none");
    assert_eq!(found(&value, "r/own")["answerOption"][0]["valueCoding"]["code"], "M54.16");
    assert_eq!((&found(&value, "r/own")["repeats"], &found(&value, "r/day")["repeats"]), (&json!(true), &Value::Null));
    assert_eq!(found(&value, "r/day")["extension"][0]["valueDate"], "2025-03-01");
}

fn response(items: Value) -> Value {
    json!({"resourceType": "QuestionnaireResponse", "questionnaire": "urn:claimgate:questionnaire:C%2F1|1",
           "status": "completed", "item": items})
}

/// The answers of a response, or `code place` of each fault.
fn read(response: &Value) -> Result<Answers, Vec<String>> {
    let mut all = Vec::new();
    responses(response.to_string().as_bytes(), "a.json", &mut |read| all.push(read));
    let told = |fault: &crate::exchange::Fault| format!("{} {}", fault.code, fault.place);
    match <[_; 1]>::try_from(all) {
        Ok([Ok(response)]) => response.against(Some(&asked())).map_err(|faults| faults.iter().map(told).collect()),
        Ok([Err(fault)]) => Err(vec![told(&fault)]),
        Err(all) => panic!("{all:?}"),
    }
}

#[test]
fn answers_are_read_as_what_their_question_takes() {
    let good = |link: &str, answer: Value, expected: Answer| {
        let item = json!([{"linkId": "r", "item": [{"linkId": link, "answer": [answer]}]}]);
        assert_eq!(read(&response(item)), Ok(vec![(link.to_owned(), expected)]), "{link} {answer}");
    };
    let code = |system, text: &str| Answer::Codes(vec![Code::parse(system, text).unwrap()]);
    good("r/yes", json!({"valueBoolean": true}), Answer::YesNo(true));
    good("r/pain", json!({"valueCoding": {"code": "axial"}}), Answer::Choice(1));
    good(
        "r/day",
        json!({"valueDate": "2025-03-10"}),
        Answer::Day(crate::private::Private::new(Date::constant(2025, 3, 10))),
    );
    good("r/code", json!({"valueString": "62323"}), code(System::Cpt, "62323"));
    good(
        "r/code",
        json!({"valueCoding": {"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}}),
        code(System::Cpt, "62323"),
    );
    good("r/own", json!({"valueCoding": {"code": "m54.16"}}), code(System::Icd10Cm, "M54.16"));
    good("r/codes", json!({"valueCoding": {"system": "urn:claimgate:answer", "code": "none"}}), Answer::Codes(vec![]));
    good("r/units", json!({"valueDecimal": 1.5}), Answer::Amount(1500));
    good("r/money", json!({"valueDecimal": 12.34}), Answer::Amount(1234));
    good("r/text", json!({"valueString": "words"}), Answer::Text(crate::private::Private::new("words".into())));
    let bad = |link: &str, answers: Value, code: &str| {
        let read = read(&response(json!([{"linkId": link, "answer": answers}])));
        assert_eq!(read, Err(vec![format!("{code} a.json: QuestionnaireResponse.item[{link}]")]), "{answers}");
    };
    bad("r/yes", json!([{"valueString": "yes"}]), "answers::unreadable");
    bad("r/yes", json!([{"valueBoolean": true}, {"valueBoolean": false}]), "answers::several");
    bad("r/pain", json!([{"valueCoding": {"code": "sore"}}]), "answers::unreadable");
    bad("r/pain", json!([{"valueCoding": {"system": "http://example.org", "code": "axial"}}]), "answers::unreadable");
    bad("r/day", json!([{"valueDate": "2025-03"}]), "answers::unreadable");
    bad("r/day", json!([{"valueDate": "2025-02-30"}]), "answers::unreadable");
    bad("r/day", json!([{"valueDateTime": "2025-03-10T08:00:00Z"}]), "answers::unreadable");
    bad("r/code", json!([{"valueString": "an injection"}]), "answers::unreadable");
    bad("r/own", json!([{"valueCoding": {"code": "M54.50"}}]), "answers::unreadable");
    bad(
        "r/codes",
        json!([{"valueCoding": {"system": "urn:claimgate:answer", "code": "none"}}, {"valueString": "50"}]),
        "answers::unreadable",
    );
    bad("r/money", json!([{"valueDecimal": -1}]), "answers::unreadable");
    bad("r/other", json!([{"valueBoolean": true}]), "answers::not_asked");
    // Names that are none of ours are not repeated.
    let named = read(&response(json!([{"linkId": "Jane Roe", "answer": [{"valueBoolean": true}]}])));
    assert_eq!(named, Err(vec!["answers::not_asked a.json: QuestionnaireResponse.item[…]".to_owned()]));
}

#[test]
fn responses_that_are_not_finished_or_not_ours() {
    let check = |change: &dyn Fn(&mut Value), expected: &str| {
        let mut sent = response(json!([{"linkId": "r/yes", "answer": [{"valueBoolean": true}]}]));
        change(&mut sent);
        assert_eq!(read(&sent), Err(vec![expected.to_owned()]), "{sent}");
    };
    let at = "a.json: QuestionnaireResponse";
    check(&|sent| sent["status"] = json!("in-progress"), &format!("answers::not_completed {at}.status"));
    check(&|sent| sent["questionnaire"] = json!("http://example.org/q"), &format!("answers::none {at}.questionnaire"));
    let other = json!({"system": "urn:claimgate:request", "value": "C-2"});
    check(&|sent| sent["identifier"] = other.clone(), &format!("answers::two_requests {at}.identifier"));
    check(&|sent| sent["item"] = json!("x"), &format!("fhir::wrong_type {at}.item"));
    check(&|sent| sent["resourceType"] = json!("Claim"), "answers::none a.json");
}

#[test]
fn answers_go_with_their_claim() {
    let claim = |id: &str| json!({"resource": {"resourceType": "Claim", "id": id, "item": [{"sequence": 1}]}});
    let entry = |resource: Value| json!({"resource": resource});
    let ours = response(json!([]));
    let mut strange = ours.clone();
    strange["questionnaire"] = json!("http://example.org/q");
    let bundle = |entries: &[Value]| json!({"resourceType": "Bundle", "entry": entries}).to_string();
    let read = items(&bundle(&[claim("C/1"), entry(ours.clone()), claim("C-2"), entry(strange)]));
    let answered: Vec<(String, usize)> = read
        .iter()
        .map(|item| match item {
            Read::Request(request) => (request.id.clone(), 0),
            Read::Answered(request, responses) => (request.id.clone(), responses.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(answered, [("C/1".to_owned(), 1), ("C-2".to_owned(), 0)]);
    let unmatched = told(&bundle(&[claim("C-2"), entry(ours)]));
    assert_eq!(
        unmatched.last().unwrap(),
        "fault answers::no_request f.json: Bundle.entry[1]: QuestionnaireResponse: there is no request here that these answers are for"
    );
}
