//! A rule or a pack for programs.

use serde_json::{Value, json};

use crate::{
    pack::{Rule, Stage},
    page::{
        article::{about, row_words},
        atlas::Atlas,
        chart::Chart,
        front::value_words,
        table::Table,
        words,
    },
};

/// A rule with the definitions it asks.
pub(super) fn rule(atlas: &Atlas<'_>, stage: &Stage, rule: &Rule) -> Vec<u8> {
    let mut shown = of_rule(atlas, stage, rule);
    let calls = atlas.rule(rule).map(|chart| atlas.calls_of(chart)).unwrap_or_default();
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("pack".to_owned(), stamp(atlas));
        shown.insert("definitions".to_owned(), calls.iter().map(|call| definition(atlas, call)).collect());
    }
    bytes(&shown)
}

/// A pack with all its rules and definitions.
pub(super) fn pack(atlas: &Atlas<'_>) -> Vec<u8> {
    let pack = atlas.pack;
    let manifest = &pack.manifest;
    let mut calls = Vec::new();
    for (_, rule) in pack.rules() {
        for call in atlas.rule(rule).map(|chart| atlas.calls_of(chart)).unwrap_or_default() {
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
    }
    let parameters: Vec<Value> = manifest
        .parameters
        .iter()
        .map(|(name, parameter)| {
            let value = pack.parameters.get(name).unwrap_or(&parameter.default);
            json!({"name": name, "value": value_words(value), "default": value_words(&parameter.default),
                   "about": parameter.about, "takes": parameter.takes.words()})
        })
        .collect();
    let stages: Vec<Value> = pack
        .stages
        .iter()
        .map(|stage| {
            let rules: Vec<Value> = stage.rules.iter().map(|rule| of_rule(atlas, stage, rule)).collect();
            json!({"name": stage.name, "is_limit": stage.is_limit, "rules": rules})
        })
        .collect();
    bytes(&json!({
        "pack": stamp(atlas),
        "title": manifest.title,
        "period": {"from": manifest.period.from.to_string(), "until": manifest.period.until.map(|until| until.to_string())},
        "parameters": parameters,
        "stages": stages,
        "definitions": calls.iter().map(|call| definition(atlas, call)).collect::<Vec<_>>(),
    }))
}

fn stamp(atlas: &Atlas<'_>) -> Value {
    let stamp = atlas.pack.stamp();
    json!({"name": stamp.name, "version": stamp.version, "digest": stamp.digest})
}

fn of_rule(atlas: &Atlas<'_>, stage: &Stage, rule: &Rule) -> Value {
    let pack = atlas.pack;
    let cites: Vec<Value> = rule
        .cites
        .iter()
        .map(|anchor| {
            let passage = pack.passage(anchor);
            json!({
                "anchor": anchor,
                "strength": passage.and_then(|passage| passage.strength.clone()),
                "certainty": passage.and_then(|passage| passage.certainty.clone()),
                "dissent": passage.and_then(|passage| passage.dissent.clone()),
            })
        })
        .collect();
    let folder = format!("cases/{}/", rule.name);
    json!({
        "rule": rule.name,
        "stage": stage.name,
        "header": rule.header,
        "cites": cites,
        "cases": pack.cases.iter().filter(|text| text.path.starts_with(&folder)).count(),
        "paths": pack.forest.paths(rule.root),
        "table": atlas.rule(rule).map(|chart| table(atlas, chart)),
        "script": pack.script_text(stage, rule).map(|text| text.text.to_string()),
    })
}

fn definition(atlas: &Atlas<'_>, call: &str) -> Value {
    let function = call.split('(').next().unwrap_or_default();
    json!({
        "definition": call,
        "about": about(atlas.pack, function),
        "table": atlas.call(call).map(|chart| table(atlas, chart)),
    })
}

/// Rows, the first that fits counts; conditions as sentences.
fn table(atlas: &Atlas<'_>, chart: &Chart) -> Value {
    let table = Table::of(atlas, chart);
    let rows: Vec<Value> = table
        .rows
        .iter()
        .map(|row| {
            let end = words::end(&row.end);
            json!({"when": row_words(atlas, row), "then": end.says, "kind": end.kind.name(), "reason": end.reason,
                   "cites": end.cites})
        })
        .collect();
    json!({ "rows": rows })
}

fn bytes(value: &Value) -> Vec<u8> {
    // A value that was built here can be written.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
