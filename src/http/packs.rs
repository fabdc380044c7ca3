//! `GET /v1/packs`: which policies are held against requests, and all that there is to know of one.
//!
//! Everything a payer must show of a decision support intervention (45 CFR 170.315(b)(11)) is in
//! the answer, the patient data it uses included.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde_json::{Map, Value, json};

use super::{
    House, media,
    problem::{Kind, Problem},
};
use crate::{
    code::{Entry, Pattern, SetDefinition},
    fault::did_you_mean,
    pack::{Pack, Parameter, Reason, Rule, SOURCE_ATTRIBUTES, SourceAttributes, Stage},
    script::ParameterValue,
};

/// `GET /v1/packs`.
pub(super) async fn list(house: Data<House>) -> HttpResponse {
    let desk = house.desk.load();
    let packs: Vec<Value> = desk.packs().iter().map(|pack| Value::Object(summary(pack))).collect();
    media::answer(&json!({"packs": packs}))
}

/// `GET /v1/packs/{name}`.
pub(super) async fn one(request: HttpRequest, house: Data<House>) -> HttpResponse {
    let name = request.match_info().get("name").unwrap_or_default();
    let desk = house.desk.load();
    let packs = desk.packs();
    match packs.iter().find(|pack| pack.manifest.name == name) {
        Some(pack) => media::answer(&whole(pack)),
        None => {
            let names = || packs.iter().map(|pack| pack.manifest.name.as_str());
            let help = match did_you_mean(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "GET /v1/packs lists those there are".to_owned(),
            };
            Problem::new(Kind::NotFound, format!("there is no pack of this name; {help}")).answer(&request)
        }
    }
}

fn summary(pack: &Pack) -> Map<String, Value> {
    let manifest = &pack.manifest;
    let mut period = Map::new();
    period.insert("from".to_owned(), json!(manifest.period.from.to_string()));
    optional(&mut period, "until", manifest.period.until.map(|until| until.to_string()));
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(manifest.name));
    out.insert("version".to_owned(), json!(manifest.version));
    out.insert("digest".to_owned(), json!(pack.digest));
    out.insert("title".to_owned(), json!(manifest.title));
    out.insert("period".to_owned(), Value::Object(period));
    out.insert("requires_clinician_signoff".to_owned(), json!(manifest.requires_clinician_signoff));
    out
}

fn whole(pack: &Pack) -> Value {
    let mut out = summary(pack);
    let manifest = &pack.manifest;
    out.insert("source".to_owned(), source(&manifest.source));
    let passages = manifest.citations.iter().map(|(anchor, passage)| {
        let mut graded = Map::new();
        optional(&mut graded, "strength", passage.strength.clone());
        optional(&mut graded, "certainty", passage.certainty.clone());
        optional(&mut graded, "dissent", passage.dissent.clone());
        (anchor.clone(), Value::Object(graded))
    });
    out.insert("citations".to_owned(), Value::Object(passages.collect()));
    let parameters = manifest.parameters.iter().map(|(name, parameter)| parameter_of(pack, name, parameter));
    out.insert("parameters".to_owned(), parameters.collect());
    out.insert("stages".to_owned(), pack.stages.iter().map(|stage| stage_of(pack, stage)).collect());
    out.insert("value_sets".to_owned(), pack.sets.definitions().iter().map(value_set).collect());
    out.insert("reasons".to_owned(), pack.reasons.iter().map(|(id, reason)| reason_of(id, reason)).collect());
    Value::Object(out)
}

fn source(source: &SourceAttributes) -> Value {
    let uses = SOURCE_ATTRIBUTES.iter().copied().chain(source.uses.iter().map(String::as_str));
    let uses: Map<String, Value> =
        uses.map(|data| (data.to_owned(), json!(source.uses.iter().any(|used| used == data)))).collect();
    json!({
        "citation": source.citation,
        "doi": source.doi,
        "developer": source.developer,
        "funding": source.funding,
        "released": source.released,
        "revised": source.revised,
        "last_verified_on": source.last_verified_on,
        "uses": uses,
    })
}

fn parameter_of(pack: &Pack, name: &str, parameter: &Parameter) -> Value {
    json!({
        "name": name,
        "about": parameter.about,
        "takes": parameter.takes.words(),
        "default": parameter_value(&parameter.default),
        "value": parameter_value(pack.parameters.get(name).unwrap_or(&parameter.default)),
    })
}

fn parameter_value(value: &ParameterValue) -> Value {
    match value {
        ParameterValue::Choice(choice) => json!(choice),
        ParameterValue::Choices(choices) => json!(choices),
        ParameterValue::Flag(flag) => json!(flag),
        ParameterValue::Number(number) => json!(number),
        ParameterValue::Day(day) => json!(day.to_string()),
    }
}

fn stage_of(pack: &Pack, stage: &Stage) -> Value {
    let rule = |rule: &Rule| {
        json!({
            "name": rule.name,
            "about": rule.header,
            "cites": rule.cites,
            "paths": pack.forest.paths(rule.root),
        })
    };
    json!({"name": stage.name, "is_limit": stage.is_limit, "rules": stage.rules.iter().map(rule).collect::<Value>()})
}

fn value_set(set: &SetDefinition) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(set.name));
    out.insert("title".to_owned(), json!(set.title));
    out.insert("cites".to_owned(), json!(set.cites));
    if set.union_of.is_empty() {
        out.insert("axis".to_owned(), json!(set.axis));
        out.insert("rows".to_owned(), set.entries.iter().map(row).collect());
    } else {
        out.insert("union_of".to_owned(), json!(set.union_of));
    }
    Value::Object(out)
}

fn row(entry: &Entry) -> Value {
    let mut out = Map::new();
    let (kind, value) = match &entry.pattern {
        Pattern::Code(code) => ("code", json!(code)),
        Pattern::Prefix(prefix) => ("prefix", json!(prefix)),
        Pattern::Range(from, to) => ("range", json!([from, to])),
        Pattern::Phrase(phrase) => ("phrase", json!(phrase)),
    };
    if kind != "phrase" {
        out.insert("system".to_owned(), json!(entry.system.name()));
    }
    out.insert(kind.to_owned(), value);
    optional(&mut out, "seventh", entry.seventh.clone());
    optional(&mut out, "from", entry.period.0.map(|day| day.to_string()));
    optional(&mut out, "until", entry.period.1.map(|day| day.to_string()));
    if entry.excluded {
        out.insert("excluded".to_owned(), json!(true));
    }
    Value::Object(out)
}

fn reason_of(id: &str, reason: &Reason) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(id));
    out.insert("provider".to_owned(), json!(reason.provider));
    out.insert("patient".to_owned(), json!(reason.patient));
    out.insert("cites".to_owned(), json!(reason.cites));
    for (name, code) in [
        ("group", &reason.group),
        ("carc", &reason.carc),
        ("rarc", &reason.rarc),
        ("pas", &reason.pas),
        ("crd", &reason.crd),
    ] {
        optional(&mut out, name, code.clone());
    }
    Value::Object(out)
}

fn optional(out: &mut Map<String, Value>, name: &str, value: Option<String>) {
    out.extend(value.map(|value| (name.to_owned(), Value::String(value))));
}
