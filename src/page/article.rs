//! What a page says of one rule, and of one definition.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    atlas::Atlas,
    chart::Chart,
    html::{self, code_link, counted, details, link},
    picture::{self, Setting},
    table::{Row, Table},
    text::{Escaped, anchor},
    words,
};
use crate::{
    pack::{Pack, Reason, Rule, Stage},
    script::Returned,
    verdict::Outcome,
};

/// What is known of rules besides their texts.
#[derive(Clone, Debug, Default)]
pub struct Proven {
    /// Which share of a rule's branches that a line can walk its worked cases walk, in whole percent.
    pub coverage_percent: BTreeMap<String, u8>,
}

/// A rule: header, citations, table, picture, reasons, script. The picture is open where the page
/// is the rule's own.
pub(super) fn rule(atlas: &Atlas<'_>, stage: &Stage, rule: &Rule, proven: &Proven, is_own_page: bool) -> String {
    let Some(chart) = atlas.rule(rule) else { return String::new() };
    let table = Table::of(atlas, chart);
    let mut out = format!(
        "<article id=\"{}\">\n<h3>{}</h3>\n<p class=\"lead\">{}</p>\n",
        anchor("rule", &rule.name),
        Escaped(&rule.name),
        Escaped(&rule.header)
    );
    let cites: Vec<String> = rule.cites.iter().map(|anchor| graded(atlas.pack, anchor)).collect();
    let _ = writeln!(out, "<ul class=\"cites\">{}</ul>", cites.concat());
    let _ = writeln!(
        out,
        "<p class=\"soft\">Stage {}. {}.</p>",
        link("stage", &stage.name),
        worked(atlas.pack, rule, proven)
    );
    if chart.is_empty() {
        out.push_str("<p>Under the parameters in force this rule finds nothing.</p>\n");
    } else {
        out.push_str(&html::table(atlas, table, Some(&rule.name), "The first row that fits counts"));
        out.push_str(&pictured(atlas, chart, table, &rule.name, &anchor("rule", &rule.name), is_own_page));
    }
    out.push_str(&reasons(atlas.pack, rule, table));
    if let Some(text) = atlas.pack.script_text(stage, rule) {
        let code = format!("<pre><code>{}</code></pre>\n", Escaped(text.text.trim_end()));
        out.push_str(&details(&format!("Script {}", text.path), &code, false));
    }
    out.push_str("</article>\n");
    out
}

/// A cited passage with what the manifest says of it.
fn graded(pack: &Pack, cited: &str) -> String {
    let mut out = format!("<li>{}", link("source", cited));
    if let Some(passage) = pack.passage(cited) {
        let parts = [("strength", &passage.strength), ("certainty", &passage.certainty), ("dissent", &passage.dissent)];
        for (name, value) in parts {
            let Some(value) = value else { continue };
            let _ = write!(out, "<br><span class=\"soft\">{name}:</span> {}", Escaped(value));
        }
    }
    out.push_str("</li>\n");
    out
}

fn worked(pack: &Pack, rule: &Rule, proven: &Proven) -> String {
    let folder = format!("cases/{}/", rule.name);
    let cases = pack.cases.iter().filter(|text| text.path.starts_with(&folder)).count();
    let cases = counted(cases, "worked case", "worked cases");
    match proven.coverage_percent.get(&rule.name) {
        Some(percent) => format!("{cases}, which walk {percent} % of its branches"),
        None => cases,
    }
}

/// The picture of a chart, to be opened; where it would be too large, why there is none.
fn pictured(atlas: &Atlas<'_>, chart: &Chart, table: &Table, title: &str, id: &str, is_open: bool) -> String {
    let id = format!("picture-{id}");
    match picture::of(atlas, chart, table, Setting { title, id: &id, is_within_page: true }) {
        Some(svg) => details("Picture", &format!("<div class=\"wide\">{svg}</div>\n"), is_open),
        None => format!(
            "<p class=\"soft\">No picture: {} could not be followed by eye; the table says all of it.</p>\n",
            counted(chart.len(), "box", "boxes")
        ),
    }
}

/// The reasons a table can give, each once: sentences and codes.
fn reasons(pack: &Pack, rule: &Rule, table: &Table) -> String {
    let mut items = String::new();
    let mut seen: Vec<&str> = Vec::new();
    for Row { end, .. } in &table.rows {
        let Returned::Outcome(Outcome::Note(said) | Outcome::Find(_, said) | Outcome::AtMost(_, said)) = end else {
            continue;
        };
        if seen.contains(&said.reason.as_str()) {
            continue;
        }
        seen.push(&said.reason);
        let Some(reason) = pack.reasons.get(&said.reason) else { continue };
        let _ = writeln!(
            items,
            "<dt id=\"{}\">{}</dt>\n<dd><p><span class=\"soft\">To the provider:</span> {}</p>\n\
             <p><span class=\"soft\">To the patient:</span> {}</p>\n<p class=\"soft\">{}</p></dd>",
            anchor("reason", &format!("{}/{}", rule.name, said.reason)),
            Escaped(&said.reason),
            sentence(&reason.provider),
            sentence(&reason.patient),
            codes(reason)
        );
    }
    if items.is_empty() {
        return String::new();
    }
    format!("<h4>What it says</h4>\n<dl class=\"reasons\">\n{items}</dl>\n")
}

/// A sentence, with the facts that are filled in marked.
fn sentence(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((fact, after)) = after.split_once('}') else { break };
        let _ = write!(out, "{}<code class=\"fact\">{}</code>", Escaped(before), Escaped(fact));
        rest = after;
    }
    let _ = write!(out, "{}", Escaped(rest));
    out
}

/// The citation and the codes of a reason, numbers only.
fn codes(reason: &Reason) -> String {
    let mut parts = vec![format!("cites {}", link("source", &reason.cites))];
    let group = reason.group.as_deref().unwrap_or("CO");
    parts.extend(reason.carc.as_ref().map(|carc| format!("CARC {}-{}", Escaped(group), Escaped(carc))));
    parts.extend(reason.rarc.as_ref().map(|rarc| format!("RARC {}", Escaped(rarc))));
    parts.extend(reason.pas.as_ref().map(|pas| format!("PAS 306 {}", Escaped(pas))));
    parts.extend(reason.crd.as_ref().map(|crd| format!("CRD {}", Escaped(crd))));
    parts.join(" · ")
}

/// The definitions of some calls, those of one function together.
pub(super) fn definitions(atlas: &Atlas<'_>, calls: &[std::sync::Arc<str>]) -> String {
    let mut out = String::new();
    let function = |call: &str| call.split('(').next().unwrap_or_default().to_owned();
    let mut functions: Vec<String> = Vec::new();
    for call in calls {
        let name = function(call);
        if !functions.contains(&name) {
            functions.push(name);
        }
    }
    for name in functions {
        let own: Vec<&str> = calls.iter().map(AsRef::as_ref).filter(|call| function(call) == name).collect();
        // One without arguments is called in one way only, and needs no heading of its own.
        let is_alone = own.iter().all(|call| call.ends_with("()"));
        let title = if is_alone { format!("{name}()") } else { name.clone() };
        let _ = writeln!(
            out,
            "<article>\n<h3><code>{}</code></h3>\n<p class=\"lead\">{}</p>",
            html::breakable(&title),
            Escaped(&about(atlas.pack, &name))
        );
        for call in own {
            out.push_str(&definition(atlas, call, !is_alone));
        }
        out.push_str("</article>\n");
    }
    out
}

fn definition(atlas: &Atlas<'_>, call: &str, has_heading: bool) -> String {
    let Some(chart) = atlas.call(call) else { return String::new() };
    let table = Table::of(atlas, chart);
    let id = anchor("definition", call);
    let mut out = format!("<div class=\"definition\" id=\"{id}\">\n");
    if has_heading {
        let _ = writeln!(out, "<h4><code>{}</code></h4>", html::breakable(call));
    }
    out.push_str(&html::table(atlas, table, None, "The first row that fits counts"));
    let below: Vec<String> = chart.calls().iter().map(|call| code_link("definition", call)).collect();
    if !below.is_empty() {
        let _ = writeln!(out, "<p class=\"soft\">It asks {}.</p>", below.join(", "));
    }
    if !chart.is_empty() {
        out.push_str(&pictured(atlas, chart, table, call, &id, false));
    }
    out.push_str("</div>\n");
    out
}

/// The comment above a function of `definitions.rhai`.
pub fn about(pack: &Pack, function: &str) -> String {
    let Some(text) = pack.texts.iter().find(|text| text.path == "definitions.rhai") else { return String::new() };
    let mut comment: Vec<&str> = Vec::new();
    for line in text.text.lines() {
        match line.strip_prefix("///") {
            Some(words) => comment.push(words.trim()),
            None if line.starts_with(&format!("fn {function}(")) => return comment.join(" "),
            None => comment.clear(),
        }
    }
    String::new()
}

/// What a row says, as plain text.
pub fn row_words(atlas: &Atlas<'_>, row: &Row) -> Vec<String> {
    row.conditions.iter().map(|one| words::plain(&words::condition(atlas, one))).collect()
}
