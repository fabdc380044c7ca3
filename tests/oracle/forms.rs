//! A FHIR form filler, as small as the specification allows: which questions of a Questionnaire are
//! enabled, and the QuestionnaireResponse that comes of answering them. Knows nothing of ours.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Value, json};

/// Answers by `linkId`, each the FHIR values that were given: `{"valueDate": "2026-03-10"}`.
pub type Filled = BTreeMap<String, Vec<Value>>;

/// The questions that are enabled: they and every group round them.
pub fn enabled(questionnaire: &Value, filled: &Filled) -> BTreeSet<String> {
    // An answer to what is itself disabled does not count: gone round until nothing changes.
    let mut known: BTreeSet<String> = BTreeSet::new();
    loop {
        let mut found = BTreeSet::new();
        walk(&questionnaire["item"], filled, &known, &mut found);
        if found == known {
            return found;
        }
        known = found;
    }
}

fn walk(items: &Value, filled: &Filled, known: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    for item in items.as_array().into_iter().flatten().filter(|item| is_enabled(item, filled, known)) {
        if item["type"] != "group" {
            found.insert(item["linkId"].as_str().unwrap().to_owned());
        }
        walk(&item["item"], filled, known, found);
    }
}

fn is_enabled(item: &Value, filled: &Filled, known: &BTreeSet<String>) -> bool {
    let Some(conditions) = item.get("enableWhen").and_then(Value::as_array) else { return true };
    let mut held = conditions.iter().map(|condition| holds(condition, filled, known));
    match (conditions.len(), item.get("enableBehavior").and_then(Value::as_str)) {
        (1, _) | (_, Some("all")) => held.all(|holds| holds),
        (_, Some("any")) => held.any(|holds| holds),
        (_, other) => panic!("enableBehavior {other:?} of {item}"),
    }
}

fn holds(condition: &Value, filled: &Filled, known: &BTreeSet<String>) -> bool {
    let question = condition["question"].as_str().unwrap();
    if !known.contains(question) {
        return false;
    }
    let wanted = ["answerBoolean", "answerDate", "answerCoding"].iter().find_map(|name| condition.get(*name)).unwrap();
    let given = filled.get(question).into_iter().flatten().flat_map(|answer| answer.as_object().unwrap().values());
    given.into_iter().any(|given| {
        let order = match (given.as_str(), wanted.as_str()) {
            (Some(given), Some(wanted)) => given.cmp(wanted),
            _ if given["code"] == wanted["code"] && given["system"] == wanted["system"] && given.is_object() => {
                Ordering::Equal
            }
            _ if given == wanted => Ordering::Equal,
            _ => return false,
        };
        match condition["operator"].as_str() {
            Some("=") => order == Ordering::Equal,
            Some("<") => order == Ordering::Less,
            Some(">") => order == Ordering::Greater,
            other => panic!("operator {other:?}"),
        }
    })
}

/// The response: items stand where the questionnaire's stand.
pub fn response(questionnaire: &Value, filled: &Filled) -> Value {
    json!({
        "resourceType": "QuestionnaireResponse",
        "questionnaire": questionnaire["url"],
        "status": "completed",
        "item": items(&questionnaire["item"], filled),
    })
}

fn items(of: &Value, filled: &Filled) -> Vec<Value> {
    let mut all = Vec::new();
    for item in of.as_array().into_iter().flatten() {
        let within = items(&item["item"], filled);
        match filled.get(item["linkId"].as_str().unwrap()) {
            Some(answers) => all.push(json!({"linkId": item["linkId"], "answer": answers})),
            None if !within.is_empty() => all.push(json!({"linkId": item["linkId"], "item": within})),
            None => {}
        }
    }
    all
}
