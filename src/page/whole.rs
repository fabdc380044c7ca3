//! Whole pages: of a pack, and of one rule with all that it rests on.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use super::{
    article::{self, Proven},
    atlas::Atlas,
    flow, front, html, markdown,
    picture::Setting,
    table::Table,
    text::{Escaped, anchor},
    words::{self, Piece},
};
use crate::pack::{Pack, Rule, Section, Stage};

/// The page of a pack.
pub fn pack(atlas: &Atlas<'_>, proven: &Proven) -> String {
    let pack = atlas.pack;
    let calls = calls(atlas, pack.rules().map(|(_, rule)| rule));
    let mut main = front::head(pack);
    main.push_str(&front::legend());
    main.push_str("<h2 id=\"stages\">From stage to stage</h2>\n");
    main.push_str(
        "<p>The rules of a stage are asked together. The first stage with a finding settles the line, the most severe \
         finding first; later stages are not asked. Limits come last and may only lower.</p>\n",
    );
    let title = format!("The stages of {}", pack.manifest.name);
    let setting = Setting { title: &title, id: "picture-stages", is_within_page: true };
    let _ = writeln!(main, "<div class=\"wide flow\">{}</div>", flow::of(atlas, setting));
    main.push_str(&front::attributes(pack));
    main.push_str(&front::parameters(pack));
    for (place, stage) in pack.stages.iter().enumerate() {
        main.push_str(&stage_head(place, stage));
        for rule in &stage.rules {
            main.push_str(&article::rule(atlas, stage, rule, proven, false));
        }
    }
    main.push_str(&definitions(atlas, &calls));
    main.push_str(&front::value_sets(pack, |_| true));
    main.push_str(&source(pack, None));
    if let Some(text) = pack.texts.iter().find(|text| text.path == "CHANGELOG.md") {
        let _ = writeln!(main, "<h2 id=\"changes\">Changes</h2>\n{}", changelog(&text.text));
    }
    html::page(&format!("{} {}", pack.manifest.name, pack.manifest.version), &contents(atlas, &calls), &main)
}

/// The page of a rule: with the definitions and value sets it names and the passages it cites.
pub fn rule(atlas: &Atlas<'_>, stage: &Stage, rule: &Rule, proven: &Proven) -> String {
    let pack = atlas.pack;
    let calls = calls(atlas, std::iter::once(rule));
    let (sets, cited) = (sets_of(atlas, rule, &calls), cited_by(atlas, rule));
    let head = format!(
        "<header>\n<p class=\"soft\">{}, version {}, stage {}</p>\n<h1>{}</h1>\n</header>\n",
        Escaped(&pack.manifest.title),
        Escaped(&pack.manifest.version),
        Escaped(&stage.name),
        Escaped(&rule.name)
    );
    let mut main = head;
    let _ = write!(
        main,
        "<h2 id=\"{}\">The rule</h2>\n{}",
        anchor("stage", &stage.name),
        article::rule(atlas, stage, rule, proven, true)
    );
    main.push_str(&definitions(atlas, &calls));
    // A set's citation leads to its passage too.
    let of_sets = pack.sets.definitions().iter().filter(|set| sets.contains(&set.name)).map(|set| set.cites.clone());
    let cited: BTreeSet<String> = cited.into_iter().chain(of_sets).collect();
    if !sets.is_empty() {
        main.push_str(&front::value_sets(pack, |name| sets.contains(name)));
    }
    main.push_str(&source(pack, Some(&cited)));
    main.push_str(&front::legend());
    let mut list = format!("<ul>\n<li><a href=\"#{}\">The rule</a></li>\n", anchor("stage", &stage.name));
    list.push_str(&definition_entries(&calls));
    if !sets.is_empty() {
        list.push_str("<li><a href=\"#value-sets\">Value sets</a></li>\n");
    }
    list.push_str("<li><a href=\"#source\">The source</a></li>\n<li><a href=\"#how-to-read\">How to read this page</a></li>\n</ul>\n");
    html::page(&format!("{}: {}", rule.name, pack.manifest.name), &list, &main)
}

/// The definitions that some rules call, each once; a definition stands before those it calls.
fn calls<'r>(atlas: &Atlas<'_>, rules: impl Iterator<Item = &'r Rule>) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for rule in rules {
        for call in atlas.rule(rule).map(|chart| atlas.calls_of(chart)).unwrap_or_default() {
            if !found.contains(&call) {
                found.push(call);
            }
        }
    }
    found
}

/// The value sets that the tables of a rule and its definitions name, and the parts of unions.
fn sets_of(atlas: &Atlas<'_>, rule: &Rule, calls: &[Arc<str>]) -> BTreeSet<String> {
    let charts = atlas.rule(rule).into_iter().chain(calls.iter().filter_map(|call| atlas.call(call)));
    let mut names = BTreeSet::new();
    for chart in charts {
        let table = Table::of(atlas, chart);
        let pieces = table.rows.iter().flat_map(|row| &row.conditions).flat_map(|one| words::condition(atlas, one));
        names.extend(pieces.filter_map(|piece| if let Piece::Set(name) = piece { Some(name) } else { None }));
    }
    loop {
        let definitions = atlas.pack.sets.definitions().iter();
        let parts = definitions.filter(|set| names.contains(&set.name)).flat_map(|set| set.union_of.iter().cloned());
        let before = names.len();
        names.extend(parts.collect::<Vec<_>>());
        if names.len() == before {
            return names;
        }
    }
}

/// The anchors that a rule, its reasons and its outcomes cite.
fn cited_by(atlas: &Atlas<'_>, rule: &Rule) -> BTreeSet<String> {
    let mut cited: BTreeSet<String> = rule.cites.iter().cloned().collect();
    for end in atlas.rule(rule).map(|chart| chart.ends()).unwrap_or_default() {
        let end = words::end(end);
        cited.extend(end.cites);
        let reason = end.reason.and_then(|reason| atlas.pack.reasons.get(&reason));
        cited.extend(reason.map(|reason| reason.cites.clone()));
    }
    cited
}

fn stage_head(place: usize, stage: &Stage) -> String {
    let number = if stage.is_limit { "Last".to_owned() } else { format!("Stage {}", place + 1) };
    let about = if stage.is_limit {
        "<p>Each of these may only lower a verdict, and speaks only where it does.</p>\n"
    } else {
        ""
    };
    format!("<h2 id=\"{}\">{number}: {}</h2>\n{about}", anchor("stage", &stage.name), Escaped(&stage.name))
}

fn definitions(atlas: &Atlas<'_>, calls: &[Arc<str>]) -> String {
    if calls.is_empty() {
        return String::new();
    }
    format!(
        "<h2 id=\"definitions\">Definitions</h2>\n<p>What several rules mean by a word.</p>\n{}",
        article::definitions(atlas, calls)
    )
}

/// The source; where only some passages are `cited`, only those.
fn source(pack: &Pack, cited: Option<&BTreeSet<String>>) -> String {
    let mut out = "<h2 id=\"source\">The source, in our words</h2>\n".to_owned();
    for section in pack.sections() {
        let text = format!("{}{}", heading(&section), markdown::html(&section.text));
        match &section.anchor {
            Some(name) if cited.is_none_or(|cited| cited.contains(name)) => {
                let id = anchor("source", name);
                let _ = write!(out, "<section class=\"passage\" id=\"{id}\">\n{text}</section>\n");
            }
            None if cited.is_none() => out.push_str(&text),
            Some(_) | None => {}
        }
    }
    out
}

fn heading(section: &Section) -> String {
    let level = if section.anchor.is_some() { 4 } else { 3 };
    format!("<h{level}>{}</h{level}>\n", markdown::inline(&section.title))
}

/// A changelog, its headings below the page's own.
fn changelog(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split("\n## ").enumerate() {
        let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
        if place > 0 {
            let _ = writeln!(out, "<h3>{}</h3>", markdown::inline(title));
        }
        out.push_str(&markdown::html(rest));
    }
    out
}

fn contents(atlas: &Atlas<'_>, calls: &[Arc<str>]) -> String {
    let pack = atlas.pack;
    let mut out = String::from(
        "<ul>\n<li><a href=\"#how-to-read\">How to read this page</a></li>\n\
         <li><a href=\"#stages\">From stage to stage</a></li>\n<li><a href=\"#attributes\">Where it comes from</a></li>\n\
         <li><a href=\"#parameters\">What a plan may set</a></li>\n",
    );
    for (place, stage) in pack.stages.iter().enumerate() {
        let number = if stage.is_limit { String::new() } else { format!("{} ", place + 1) };
        let _ = writeln!(
            out,
            "<li><a href=\"#{}\">{number}{}</a>\n<ul>",
            anchor("stage", &stage.name),
            Escaped(&stage.name)
        );
        for rule in &stage.rules {
            let _ = writeln!(out, "<li>{}</li>", html::link("rule", &rule.name));
        }
        out.push_str("</ul></li>\n");
    }
    out.push_str(&definition_entries(calls));
    out.push_str("<li><a href=\"#value-sets\">Value sets</a></li>\n<li><a href=\"#source\">The source</a></li>\n");
    if pack.texts.iter().any(|text| text.path == "CHANGELOG.md") {
        out.push_str("<li><a href=\"#changes\">Changes</a></li>\n");
    }
    out.push_str("</ul>\n");
    out
}

fn definition_entries(calls: &[Arc<str>]) -> String {
    if calls.is_empty() {
        return String::new();
    }
    let mut out = "<li><a href=\"#definitions\">Definitions</a>\n<ul>\n".to_owned();
    for call in calls {
        let _ = writeln!(out, "<li>{}</li>", html::link("definition", call));
    }
    out.push_str("</ul></li>\n");
    out
}
