//! Decisions → cards: allow has none; flag and deny have one warning an order.
//!
//! Where decisions are recorded, their ids stand where CDS Hooks has room for what is a service's own:
//! in `extension` of each card, and of the answer for all orders, those without a card too.
//!
//! Every value that comes from the input or a pack is escaped; the only links are to the doi of
//! the policy and to this service.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Call,
    markdown::{escaped, one_line},
};
use crate::{
    request::{Given, Request},
    verdict::{Citation, Decision, Evidence, Finding, LineDecision, Verdict},
};

/// CDS Hooks: a summary is under 140 characters.
const SUMMARY_CHARS_MAX: usize = 139;
/// Evidence shown on a card; a clinician reads no more, and the API has all of it.
const EVIDENCE_MAX: usize = 24;

/// In a card's extension: the id of the decision it tells of, for `GET /v1/decisions/{id}`.
const DECISION_ID: &str = "claimgate.decision_id";
/// In the answer's extension: each order that was decided, with the id of its decision.
const DECISIONS: &str = "claimgate.decisions";

const TOPIC_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/cdshooks-card-type";
const OVERRIDE_SYSTEM: &str = "urn:claimgate:override-reason";
const OVERRIDES: &[(&str, &str)] = &[
    ("documented-elsewhere", "What is missing is documented elsewhere"),
    ("policy-does-not-apply", "The policy does not speak of this patient's condition"),
    ("approved-by-plan", "The plan has approved this service"),
    ("shared-decision", "Patient and clinician decided for it knowing the recommendation"),
    ("part-of-trial", "The service is part of a clinical trial"),
    ("clinical-judgement", "Clinical judgement, explained in the record"),
];

/// The answer to a call: `decisions` are those of `call.requests`, in their order, and `recorded` the
/// ids they were recorded under, where they were. With the service's own address a card links to the
/// rules it rests on.
pub fn answer(call: &Call, decisions: &[Decision], recorded: Option<&[Uuid]>, public_url: Option<&str>) -> Value {
    let several = call.requests.len() > 1;
    let (mut cards, mut ids) = (Vec::new(), Vec::new());
    for (place, ((reference, request), decision)) in call.requests.iter().zip(decisions).enumerate() {
        let id = recorded.and_then(|recorded| recorded.get(place));
        if let Some(id) = id {
            ids.push(
                json!({"reference": reference, "decision_id": id.to_string(), "verdict": decision.verdict.name()}),
            );
        }
        if decision.verdict > Verdict::Allow {
            let mut card = card(&call.hook_instance, reference, several.then_some(request), decision, public_url);
            if let Some(id) = id {
                extend(&mut card, DECISION_ID, json!(id.to_string()));
            }
            cards.push(card);
        }
    }
    let mut answer = json!({"cards": cards});
    if !ids.is_empty() {
        extend(&mut answer, DECISIONS, Value::Array(ids));
    }
    answer
}

/// Puts something of this service's own into the `extension` of an answer or a card.
pub fn extend(whole: &mut Value, name: &str, value: Value) {
    let Some(members) = whole.as_object_mut() else { return };
    let extension = members.entry("extension").or_insert_with(|| Value::Object(Map::new()));
    if let Some(extension) = extension.as_object_mut() {
        extension.insert(name.to_owned(), value);
    }
}

/// One card; `named` is the order where the card must say which it speaks of.
fn card(
    instance: &str,
    reference: &str,
    named: Option<&Request>,
    decision: &Decision,
    public_url: Option<&str>,
) -> Value {
    let findings: Vec<&Finding> = settling(decision).flat_map(|line| &line.findings).collect();
    let main = findings.iter().max_by_key(|finding| finding.verdict);
    let text = main.map_or("the verdict hangs on facts that are not known", |finding| finding.text.as_str());
    let verdict = match decision.verdict {
        Verdict::Deny => "Not payable",
        Verdict::Flag | Verdict::Allow => "Needs review",
    };
    let summary = one_line(&format!("{verdict}: {text}"), SUMMARY_CHARS_MAX);
    let mut card = Map::new();
    card.insert("uuid".into(), json!(name_of(instance, reference)));
    card.insert("summary".into(), json!(summary));
    card.insert("indicator".into(), json!("warning"));
    card.insert("detail".into(), json!(detail(named, decision)));
    card.insert("source".into(), source(main.copied()));
    let reasons =
        OVERRIDES.iter().map(|(code, display)| json!({"code": code, "system": OVERRIDE_SYSTEM, "display": display}));
    card.insert("overrideReasons".into(), reasons.collect());
    let links = links(&findings, public_url);
    if !links.is_empty() {
        card.insert("links".into(), Value::Array(links));
    }
    card.insert("extension".into(), json!({"davinci-crd.associated-resource": [{"reference": reference}]}));
    Value::Object(card)
}

/// The lines that made the decision what it is.
fn settling(decision: &Decision) -> impl Iterator<Item = &LineDecision> {
    decision.lines.iter().filter(|line| line.verdict > Verdict::Allow)
}

fn detail(named: Option<&Request>, decision: &Decision) -> String {
    let mut out = String::new();
    let verdict = match decision.verdict {
        Verdict::Deny => "**Deny**",
        Verdict::Flag | Verdict::Allow => "**Flag**",
    };
    out.push_str(verdict);
    if let Some(request) = named {
        let code = request.lines.first().map(|line| match &line.procedure {
            Given::Value(sourced) => format!("procedure {}", escaped(&sourced.value.to_string())),
            Given::Absent | Given::Unreadable(_) => "a procedure without a readable code".into(),
        });
        let _ = write!(out, " – order {}: {}", escaped(&request.id), code.unwrap_or_default());
    }
    let lines: Vec<&LineDecision> = settling(decision).collect();
    let findings = || lines.iter().flat_map(|line| &line.findings);
    section(&mut out, "Why", findings().map(|finding| escaped(&finding.text)));
    let evidence = findings().flat_map(|finding| &finding.evidence).map(evidence);
    section(&mut out, "Evidence", once_each(evidence).into_iter().take(EVIDENCE_MAX));
    let needs = lines.iter().flat_map(|line| &line.needs).map(|need| {
        let answers = need.answers.iter().map(|(answer, then)| match then {
            Some(then) => format!("{}: {then}", escaped(answer)),
            None => format!("{}: depends on what else is missing", escaped(answer)),
        });
        let answers = answers.collect::<Vec<_>>().join("; ");
        let answers = if answers.is_empty() { answers } else { format!(". {answers}") };
        format!("{} ({}, {}){answers}", escaped(&need.ask), need.why.name(), escaped(&need.source))
    });
    section(&mut out, "What is missing", once_each(needs).into_iter());
    let changes = lines.iter().flat_map(|line| &line.would_change);
    let changes = changes.map(|change| {
        let all = change.all.iter().map(|one| format!("{} {}", escaped(&one.fact), escaped(&one.when)));
        format!("{}: {}", all.collect::<Vec<_>>().join(" and "), change.then)
    });
    section(&mut out, "What would change it", once_each(changes).into_iter());
    let citations = findings().filter_map(|finding| finding.citation.as_ref()).flat_map(citation);
    section(&mut out, "Policy", once_each(citations).into_iter());
    out
}

fn section(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    if !items.is_empty() {
        let _ = write!(out, "\n\n**{title}**\n\n- {}", items.join("\n- "));
    }
}

fn once_each(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

fn evidence(evidence: &Evidence) -> String {
    let value = evidence.value.iter().map(String::as_str);
    let shown: Vec<String> =
        value.chain([evidence.source.as_str()]).map(escaped).filter(|text| !text.is_empty()).collect();
    let within = if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) };
    format!("{} {}: {}{within}", escaped(&evidence.fact), escaped(&evidence.question), escaped(evidence.answer))
}

fn citation(citation: &Citation) -> impl Iterator<Item = String> {
    let link = doi_link(&citation.doi).map(|url| format!("[{}]({url})", escaped(&citation.doi)));
    let graded = [&citation.strength, &citation.certainty];
    let graded = graded.into_iter().zip(["", "certainty of evidence: "]);
    let graded = graded.filter_map(|(text, label)| Some(format!("{label}{}", escaped(text.as_deref()?))));
    let named: Vec<String> = link.into_iter().chain([escaped(&citation.anchor)]).chain(graded).collect();
    let named: Vec<String> = named.into_iter().filter(|part| !part.is_empty()).collect();
    let dissent = citation.dissent.iter().map(|dissent| format!("Dissent: {}", escaped(dissent)));
    [named.join(", ")].into_iter().chain(dissent.collect::<Vec<_>>())
}

fn source(main: Option<&Finding>) -> Value {
    let label = main.map(|finding| one_line(&finding.pack, SUMMARY_CHARS_MAX)).filter(|pack| !pack.is_empty());
    let mut source = Map::new();
    source.insert("label".into(), json!(label.as_deref().unwrap_or("claimgate")));
    if let Some(url) = main.and_then(|finding| finding.citation.as_ref()).and_then(|citation| doi_link(&citation.doi)) {
        source.insert("url".into(), json!(url));
    }
    source.insert("topic".into(), json!({"system": TOPIC_SYSTEM, "code": "guideline", "display": "Guideline"}));
    Value::Object(source)
}

fn links(findings: &[&Finding], public_url: Option<&str>) -> Vec<Value> {
    let Some(base) = public_url.map(|url| url.trim_end_matches('/')) else { return Vec::new() };
    let packs = once_each(findings.iter().map(|finding| finding.pack.clone()));
    let plain =
        |pack: &String| !pack.is_empty() && pack.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let link = |pack: String| json!({"label": format!("Rules of {pack}"), "url": format!("{base}/v1/packs/{pack}"), "type": "absolute"});
    packs.into_iter().filter(plain).map(link).collect()
}

/// The resolver's address of a doi; `None` for what is none. Characters that end a link or an
/// address are percent-encoded.
fn doi_link(doi: &str) -> Option<String> {
    if !doi.starts_with("10.") || !doi.contains('/') {
        return None;
    }
    let mut url = String::from("https://doi.org/");
    for byte in doi.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._/".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    Some(url)
}

/// A card's name: the same for the same order in the same call, so that feedback finds it.
fn name_of(instance: &str, reference: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["claimgate card", instance, reference] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0u8; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests;
