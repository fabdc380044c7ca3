//! A questionnaire as a FHIR R4 `Questionnaire`.
//!
//! `enableWhen` is flat: *any* or *all* of its conditions. A question whose clauses do not fit into
//! one such list stands in groups within groups, each with a clause of its own; all of them must
//! hold. Holds no patient data but the codes and days of service that a question is about.

use serde::Serialize;
use serde_json::Value;

use crate::{
    code::Code,
    date::{Date, DateSpan},
    questionnaire::{Clause, CodeOf, Condition, Group, Is, Item, Questionnaire, Takes},
};

/// The canonical URL of a request's questionnaire, before the request's identifier.
pub(super) const URL: &str = "urn:claimgate:questionnaire:";
/// The system of the identifiers of requests.
pub(super) const REQUEST: &str = "urn:claimgate:request";
/// The system of a fact's choices, before the fact.
pub(super) const CHOICES: &str = "urn:claimgate:fact:";
/// The system and code of the answer that there is no code.
pub(super) const NONE: (&str, &str) = ("urn:claimgate:answer", "none");

const MIN_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
const MAX_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";

/// The questionnaire as a JSON value.
pub fn questionnaire(asked: &Questionnaire) -> Value {
    serde_json::to_value(out(asked)).unwrap_or_default()
}

/// The questionnaire as a text for a file, its elements in the order of FHIR.
///
/// # Errors
/// Never in practice: it holds nothing that JSON has not.
pub fn questionnaire_text(asked: &Questionnaire) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&out(asked)).map(|text| text + "\n")
}

fn out(asked: &Questionnaire) -> QuestionnaireOut<'_> {
    QuestionnaireOut {
        resource_type: "Questionnaire",
        url: canonical(&asked.request_id),
        identifier: [IdentifierOut { system: REQUEST, value: &asked.request_id }],
        name: "MissingInformation",
        title: format!("What is missing to decide {}", asked.request_id),
        status: "active",
        subject_type: ["Patient"],
        item: asked.groups.iter().map(|group| of_group(group, asked)).collect(),
    }
}

/// Whether a JSON value is a questionnaire of ours.
pub fn is_ours(value: &Value) -> bool {
    let is_questionnaire = value.get("resourceType").is_some_and(|kind| kind == "Questionnaire");
    is_questionnaire && value.get("url").and_then(Value::as_str).is_some_and(|url| url.starts_with(URL))
}

/// The canonical URL of the questionnaire of a request: everything but letters, digits, `-`, `.`
/// and `_` of its identifier is percent-encoded.
pub(super) fn canonical(request_id: &str) -> String {
    let mut url = URL.to_owned();
    for byte in request_id.bytes() {
        match byte {
            b'-' | b'.' | b'_' => url.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuestionnaireOut<'a> {
    resource_type: &'static str,
    url: String,
    identifier: [IdentifierOut<'a>; 1],
    /// A name for programs, as FHIR wants one.
    name: &'static str,
    title: String,
    status: &'static str,
    subject_type: [&'static str; 1],
    item: Vec<ItemOut<'a>>,
}

#[derive(Serialize)]
struct IdentifierOut<'a> {
    system: &'static str,
    value: &'a str,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemOut<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extension: Vec<ExtensionOut>,
    link_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enable_when: Vec<EnableWhenOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_behavior: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answer_option: Vec<OptionOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    item: Vec<ItemOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExtensionOut {
    url: &'static str,
    value_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionOut {
    value_coding: CodingOut,
}

#[derive(Serialize)]
struct CodingOut {
    system: String,
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EnableWhenOut<'a> {
    question: &'a str,
    operator: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_boolean: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_coding: Option<CodingOut>,
}

fn of_group<'a>(group: &'a Group, asked: &'a Questionnaire) -> ItemOut<'a> {
    ItemOut {
        link_id: group.link.clone(),
        text: Some(group.title.clone()),
        kind: "group",
        item: group.items.iter().map(|item| of_item(item, asked)).collect(),
        ..ItemOut::default()
    }
}

fn of_item<'a>(item: &'a Item, asked: &'a Questionnaire) -> ItemOut<'a> {
    let mut layers = layers(&item.when).into_iter().rev();
    let mut out = question(item);
    if let Some(layer) = layers.next() {
        out.enable(layer, asked);
    }
    for (number, layer) in layers.enumerate() {
        let mut group = ItemOut {
            link_id: format!("{}/when-{}", item.link, number + 1),
            kind: "group",
            item: vec![out],
            ..ItemOut::default()
        };
        group.enable(layer, asked);
        out = group;
    }
    out
}

/// Conditions of which any, or all, must hold.
struct Layer<'a> {
    any: bool,
    conditions: Vec<&'a Condition>,
}

/// As few lists as say the same: clauses of one condition go into one *all*.
fn layers(when: &[Clause]) -> Vec<Layer<'_>> {
    let (single, several): (Vec<&Clause>, Vec<&Clause>) = when.iter().partition(|clause| clause.0.len() == 1);
    let all: Vec<&Condition> = single.into_iter().flat_map(|clause| &clause.0).collect();
    let any = several.into_iter().map(|clause| Layer { any: true, conditions: clause.0.iter().collect() });
    let all = Some(Layer { any: false, conditions: all }).filter(|layer| !layer.conditions.is_empty());
    all.into_iter().chain(any).collect()
}

impl<'a> ItemOut<'a> {
    fn enable(&mut self, layer: Layer<'a>, asked: &Questionnaire) {
        if layer.conditions.len() > 1 {
            self.enable_behavior = Some(if layer.any { "any" } else { "all" });
        }
        self.enable_when = layer.conditions.into_iter().map(|condition| of_condition(condition, asked)).collect();
    }
}

fn of_condition<'a>(condition: &'a Condition, asked: &Questionnaire) -> EnableWhenOut<'a> {
    let mut out = EnableWhenOut {
        question: &condition.link,
        operator: "=",
        answer_boolean: None,
        answer_date: None,
        answer_coding: None,
    };
    match condition.is {
        Is::Choice(place) => {
            let takes = asked.item(&condition.link).map(|item| &item.takes);
            out.answer_coding = match takes {
                Some(Takes::Choice { fact, names }) => {
                    names.get(place).map(|name| CodingOut { display: None, ..choice(fact, name) })
                }
                _ => None,
            };
        }
        Is::YesNo(yes) => out.answer_boolean = Some(yes),
        Is::Before(day) => (out.operator, out.answer_date) = ("<", Some(day.to_string())),
        Is::After(day) => (out.operator, out.answer_date) = (">", Some(day.to_string())),
    }
    out
}

fn question(item: &Item) -> ItemOut<'_> {
    let (kind, repeats, options) = match &item.takes {
        Takes::Choice { fact, names } => ("choice", None, names.iter().map(|name| choice(fact, name)).collect()),
        Takes::YesNo => ("boolean", None, Vec::new()),
        Takes::Day(_) => ("date", None, Vec::new()),
        Takes::Code(_) => ("open-choice", None, Vec::new()),
        Takes::Codes { or_none, .. } => ("open-choice", Some(true), or_none.then(none).into_iter().collect()),
        Takes::Of(codes) => ("choice", Some(true), codes.iter().map(coding).collect()),
        Takes::Text => ("text", None, Vec::new()),
        Takes::Units | Takes::Money => ("decimal", None, Vec::new()),
    };
    ItemOut {
        extension: bounds(&item.takes),
        link_id: item.link.clone(),
        text: Some(match codes_of(&item.takes) {
            Some(codes) => format!("{} ({codes})", item.text),
            None => item.text.clone(),
        }),
        kind,
        required: Some(true),
        repeats,
        answer_option: options.into_iter().map(|value_coding| OptionOut { value_coding }).collect(),
        ..ItemOut::default()
    }
}

fn codes_of(takes: &Takes) -> Option<&'static str> {
    match takes {
        Takes::Code(of) | Takes::Codes { of, .. } => Some(match of {
            CodeOf::Procedure => "CPT, HCPCS or ICD-10-PCS",
            CodeOf::Diagnosis => "ICD-10-CM",
            CodeOf::Modifier => "CPT or HCPCS modifiers",
            CodeOf::Condition => "NUBC condition codes",
            CodeOf::Place => "CMS place of service",
        }),
        Takes::Choice { .. } | Takes::YesNo | Takes::Day(_) | Takes::Of(_) | Takes::Text => None,
        Takes::Units | Takes::Money => None,
    }
}

fn bounds(takes: &Takes) -> Vec<ExtensionOut> {
    let bound = |url, day: &Date| ExtensionOut { url, value_date: day.to_string() };
    match takes {
        Takes::Day(Some(DateSpan { first, last })) => vec![bound(MIN_VALUE, first), bound(MAX_VALUE, last)],
        _ => Vec::new(),
    }
}

fn choice(fact: &str, name: &str) -> CodingOut {
    let display = Some(name.replace('_', " "));
    CodingOut { system: format!("{CHOICES}{fact}"), code: name.to_owned(), display }
}

fn coding(code: &Code) -> CodingOut {
    CodingOut { system: code.system().uri().to_owned(), code: code.to_string(), display: None }
}

fn none() -> CodingOut {
    let (system, code) = NONE;
    CodingOut { system: system.to_owned(), code: code.to_owned(), display: Some("none".to_owned()) }
}
