//! The front of a pack's page: what the pack is, who says so, what a plan may set.

use std::fmt::Write as _;

use super::{
    html::{code_link, counted, link},
    text::{Escaped, anchor},
    words,
};
use crate::{
    pack::Pack,
    script::{ParameterValue, Returned},
};

/// Title, version, period, and how to read the page.
pub(super) fn head(pack: &Pack) -> String {
    let manifest = &pack.manifest;
    let period = match manifest.period.until {
        Some(until) => format!("dates of service from {} to {until}, both included", manifest.period.from),
        None => format!("dates of service from {} on", manifest.period.from),
    };
    let rules = pack.rules().count();
    let sign = if manifest.requires_clinician_signoff {
        "A denial is a recommendation until a clinician has signed it."
    } else {
        "A denial goes out without a clinician's signature."
    };
    format!(
        "<header>\n<p class=\"soft\">Rule pack <code>{}</code></p>\n<h1>{}</h1>\n\
         <p><strong>Version {}</strong>, for {}. {}, {}, {}. {}</p>\n\
         <p class=\"soft digest\">{}</p>\n</header>\n",
        Escaped(&manifest.name),
        Escaped(&manifest.title),
        Escaped(&manifest.version),
        Escaped(&period),
        counted(pack.stages.len(), "stage", "stages"),
        counted(rules, "rule", "rules"),
        counted(pack.cases.len(), "worked case", "worked cases"),
        sign,
        Escaped(&pack.digest)
    )
}

/// How to read the page, with the marks that stand for outcomes.
pub(super) fn legend() -> String {
    const KINDS: [(words::Kind, &str, &str); 6] = [
        (words::Kind::Find(crate::verdict::Verdict::Allow), "allow", "nothing of the policy stands against the line"),
        (words::Kind::Find(crate::verdict::Verdict::Flag), "flag", "a person must look"),
        (
            words::Kind::Find(crate::verdict::Verdict::Deny),
            "deny",
            "the policy recommends against it, every element shown",
        ),
        (words::Kind::AtMost(crate::verdict::Verdict::Flag), "at most", "a limit: no verdict above this one"),
        (words::Kind::Note, "note", "a remark that changes nothing"),
        (words::Kind::Pass, "pass", "this rule finds nothing; other rules decide"),
    ];
    let items: String = KINDS
        .iter()
        .map(|(kind, name, about)| {
            format!(
                "<li><span class=\"end {}\"><span aria-hidden=\"true\">{}</span> {name}</span> {about}</li>\n",
                kind.name(),
                kind.mark()
            )
        })
        .collect();
    format!(
        "<h2 id=\"how-to-read\">How to read this page</h2>\n<ul class=\"legend\">\n{items}</ul>\n\
         <p>In a table the first row that fits counts, and all conditions of a row must hold. In a picture a solid \
         line is <em>yes</em>, a dashed one <em>no</em>; a box with a double frame is a definition, which has a table \
         and a picture of its own. Where a fact is unknown, both answers are followed: the line is flagged only \
         where they lead to different verdicts.</p>\n"
    )
}

/// The source attributes that a payer must show.
pub(super) fn attributes(pack: &Pack) -> String {
    let source = &pack.manifest.source;
    let uses = source.uses.join(", ");
    let doi = format!("<a href=\"https://doi.org/{0}\">{0}</a>", Escaped(&source.doi));
    let rows = [
        ("Citation", Escaped(&source.citation).to_string()),
        ("DOI", doi),
        ("Developer", Escaped(&source.developer).to_string()),
        ("Funding", Escaped(&source.funding).to_string()),
        ("Released", Escaped(&source.released).to_string()),
        ("Revised", Escaped(&source.revised).to_string()),
        ("Last verified", Escaped(&source.last_verified_on).to_string()),
        ("Patient data used", Escaped(&uses).to_string()),
    ];
    let items: String = rows.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>\n")).collect();
    format!("<h2 id=\"attributes\">Where it comes from</h2>\n<dl>\n{items}</dl>\n")
}

/// The parameters: the value in force, what it takes, what it decides, and which rules ask it.
pub(super) fn parameters(pack: &Pack) -> String {
    let mut out = "<h2 id=\"parameters\">What a plan may set</h2>\n".to_owned();
    if pack.manifest.parameters.is_empty() {
        out.push_str("<p>Nothing.</p>\n");
        return out;
    }
    out.push_str(
        "<p>This page shows the rules as they are under the values in force.</p>\n<div class=\"wide\"><table>\n\
         <thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">In force</th><th scope=\"col\">Decides</th>\
         <th scope=\"col\">Asked by</th></tr></thead>\n<tbody>\n",
    );
    for (name, parameter) in &pack.manifest.parameters {
        let value = pack.parameters.get(name).unwrap_or(&parameter.default);
        let default = if *value == parameter.default {
            String::new()
        } else {
            format!(" <span class=\"soft\">(default {})</span>", Escaped(&value_words(&parameter.default)))
        };
        let _ = writeln!(
            out,
            "<tr id=\"{}\"><th scope=\"row\"><code>{}</code></th><td>{}{default}</td><td>{}<br><span class=\"soft\">{}</span></td><td>{}</td></tr>",
            anchor("parameter", name),
            super::html::breakable(name),
            Escaped(&value_words(value)),
            Escaped(&parameter.about),
            Escaped(&parameter.takes.words()),
            askers(pack, name)
        );
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// The rules whose scripts name a parameter, and whether definitions do.
fn askers(pack: &Pack, parameter: &str) -> String {
    let names = |text: &str| {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(&format!("params.{parameter}")) {
            if !after.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                return true;
            }
            rest = after;
        }
        false
    };
    let text_of = |name: &str| pack.texts.iter().find(|text| text.path == name).map(|text| text.text.as_ref());
    let rules =
        pack.rules().filter(|(stage, rule)| pack.script_text(stage, rule).is_some_and(|text| names(&text.text)));
    let mut askers: Vec<String> = rules.map(|(_, rule)| link("rule", &rule.name)).collect();
    if text_of("definitions.rhai").is_some_and(names) {
        askers.push("<a href=\"#definitions\">definitions</a>".to_owned());
    }
    if askers.is_empty() { "nobody".to_owned() } else { askers.join(", ") }
}

/// A parameter's value in words.
pub fn value_words(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Choice(choice) => choice.clone(),
        ParameterValue::Flag(flag) => words::result(&Returned::YesNo(*flag)),
        ParameterValue::Number(number) => number.to_string(),
        ParameterValue::Day(day) => day.to_string(),
        ParameterValue::Choices(all) if all.is_empty() => "none".to_owned(),
        ParameterValue::Choices(all) => all.join(", "),
    }
}

/// The value sets of some names: what they mean, what they cite, how many codes, and which.
pub(super) fn value_sets(pack: &Pack, wanted: impl Fn(&str) -> bool) -> String {
    let mut out = String::from(
        "<h2 id=\"value-sets\">Value sets</h2>\n\
         <p>Numbers only: the titles of codes belong to those who publish them. A prefix stands for every code that \
         begins so; within an axis the longest match wins.</p>\n",
    );
    for set in pack.sets.definitions().iter().filter(|set| wanted(&set.name)) {
        let cites = link("source", &set.cites);
        let axis = if set.axis.is_empty() { "a union".to_owned() } else { format!("axis {}", set.axis) };
        let _ = write!(
            out,
            "<section class=\"set\" id=\"{}\">\n<h3><code>{}</code></h3>\n<p>{} <span class=\"soft\">({}; {cites})</span></p>\n",
            anchor("set", &set.name),
            Escaped(&set.name),
            Escaped(&set.title),
            Escaped(&axis)
        );
        if set.union_of.is_empty() {
            out.push_str(&super::codes::listed(&set.entries));
        } else {
            let parts: Vec<String> = set.union_of.iter().map(|part| code_link("set", part)).collect();
            let _ = writeln!(out, "<p>All of {}.</p>", parts.join(", "));
        }
        out.push_str("</section>\n");
    }
    out
}
