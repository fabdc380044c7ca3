//! A rule or a pack on the terminal.

use std::io::{self, Write};

use super::super::super::screen::{Clean, Ink, Screen};
use crate::{
    pack::{Rule, Stage},
    page::{
        article::{about, row_words},
        atlas::Atlas,
        chart::Chart,
        front::value_words,
        table::Table,
        words::{self, EndWords, Kind},
    },
    verdict::Verdict,
};

/// Rows of one table on a terminal; the page has all of them.
const ROWS_MAX: usize = 40;
/// The widest column of conditions.
const WHEN_COLUMNS_MAX: usize = 78;

/// A rule: what it finds, on what it rests, its table, its definitions, its script.
pub(super) fn rule(out: &mut Vec<u8>, screen: Screen, atlas: &Atlas<'_>, stage: &Stage, rule: &Rule) -> io::Result<()> {
    let pack = atlas.pack;
    writeln!(out, "{}", screen.ink(Ink::Bold, &rule.name))?;
    screen.wrap(out, 0, 0, &rule.header)?;
    let stage_words = if stage.is_limit { "limit, which may only lower".to_owned() } else { stage.name.clone() };
    writeln!(out, "\npack   {} {}", Clean(&pack.manifest.name), Clean(&pack.manifest.version))?;
    writeln!(out, "stage  {}", Clean(&stage_words))?;
    let folder = format!("cases/{}/", rule.name);
    writeln!(out, "cases  {}", pack.cases.iter().filter(|text| text.path.starts_with(&folder)).count())?;
    if let Some(chart) = atlas.rule(rule) {
        heading(out, screen, "What it says")?;
        table(out, screen, atlas, chart)?;
        for call in atlas.calls_of(chart) {
            let Some(chart) = atlas.call(&call) else { continue };
            heading(out, screen, &call)?;
            let comment = about(pack, call.split('(').next().unwrap_or_default());
            if !comment.is_empty() {
                screen.wrap(out, 0, 0, &comment)?;
            }
            table(out, screen, atlas, chart)?;
        }
    }
    citations(out, screen, atlas, rule)?;
    if let Some(text) = pack.script_text(stage, rule) {
        heading(out, screen, &text.path)?;
        for line in text.text.lines() {
            writeln!(out, "  {}", Clean(line))?;
        }
    }
    Ok(())
}

/// A pack: what it is, its parameters, and its rules stage by stage.
pub(super) fn pack(out: &mut Vec<u8>, screen: Screen, atlas: &Atlas<'_>) -> io::Result<()> {
    let pack = atlas.pack;
    let manifest = &pack.manifest;
    writeln!(out, "{} {}", screen.ink(Ink::Bold, &manifest.name), Clean(&manifest.version))?;
    screen.wrap(out, 0, 0, &manifest.title)?;
    let until = manifest.period.until.map_or_else(|| "on".to_owned(), |until| format!("to {until}"));
    writeln!(out, "dates of service from {} {until}", manifest.period.from)?;
    if !manifest.parameters.is_empty() {
        heading(out, screen, "What a plan may set")?;
        let long = manifest.parameters.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, parameter) in &manifest.parameters {
            let value = pack.parameters.get(name).unwrap_or(&parameter.default);
            write!(out, "  {:<long$}  ", Clean(name).to_string())?;
            screen.wrap(out, long + 4, long + 4, &format!("{}: {}", value_words(value), parameter.about))?;
        }
    }
    let long = pack.rules().map(|(_, rule)| rule.name.chars().count()).max().unwrap_or(0);
    for (place, stage) in pack.stages.iter().enumerate() {
        let number = if stage.is_limit { String::new() } else { format!("{} ", place + 1) };
        heading(out, screen, &format!("{number}{}", stage.name))?;
        for rule in &stage.rules {
            let mut kinds: Vec<Kind> = atlas
                .rule(rule)
                .map(Chart::ends)
                .unwrap_or_default()
                .into_iter()
                .map(|end| words::end(end).kind)
                .collect();
            kinds.sort_unstable_by(|one, two| two.cmp(one));
            kinds.dedup();
            let marks: Vec<&str> = kinds.iter().filter(|kind| **kind != Kind::Pass).map(|kind| kind.mark()).collect();
            write!(out, "  {:<5} {:<long$}  ", marks.join(" "), Clean(&rule.name).to_string())?;
            screen.wrap(out, long + 10, long + 10, &rule.header)?;
        }
    }
    writeln!(out, "\n✗ deny  ! flag  ✓ allow  ≤ limit  ✎ note; `claimgate rules show RULE` shows a rule")
}

fn heading(out: &mut Vec<u8>, screen: Screen, words: &str) -> io::Result<()> {
    writeln!(out, "\n{}", screen.ink(Ink::Bold, &Clean(words).to_string()))
}

/// The rows of a chart's table, conditions below one another.
fn table(out: &mut Vec<u8>, screen: Screen, atlas: &Atlas<'_>, chart: &Chart) -> io::Result<()> {
    let table = Table::of(atlas, chart);
    let ends: Vec<EndWords> = table.rows.iter().map(|row| words::end(&row.end)).collect();
    let of_end = |end: &EndWords| {
        let reason = end.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
        let cites = end.cites.as_ref().map(|cites| format!(" (citing {cites})")).unwrap_or_default();
        format!("{} {}{reason}{cites}", end.kind.mark(), end.says)
    };
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row_words(atlas, row)).collect();
    let widest = rows.iter().flatten().map(|line| line.chars().count() + 4).max().unwrap_or(0);
    let when = widest.clamp(10, WHEN_COLUMNS_MAX.min(screen.columns * 3 / 5));
    for (place, (conditions, end)) in rows.iter().zip(&ends).enumerate().take(ROWS_MAX) {
        let mut lines: Vec<String> = Vec::new();
        for (within, condition) in conditions.iter().enumerate() {
            let lead = if within == 0 { "" } else { "and " };
            lines.extend(broken(&format!("{lead}{condition}"), when, if within == 0 { 2 } else { 6 }));
        }
        if conditions.is_empty() {
            lines.push("otherwise".to_owned());
        }
        for (within, line) in lines.iter().enumerate() {
            let number = if within == 0 { (place + 1).to_string() } else { String::new() };
            write!(out, "{number:>3}  {:<when$}  ", Clean(line).to_string())?;
            if within == 0 {
                writeln!(out, "{}", screen.ink(ink(end.kind), &Clean(&of_end(end)).to_string()))?;
            } else {
                writeln!(out)?;
            }
        }
    }
    let more = rows.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        writeln!(out, "     {more} further rows: `--format html` has the whole table")?;
    }
    Ok(())
}

/// Lines of at most so many columns, broken at blanks, further lines indented.
fn broken(words: &str, columns: usize, hang: usize) -> Vec<String> {
    let (mut lines, mut line, mut long) = (Vec::new(), String::new(), 0usize);
    for word in words.split(' ') {
        let more = word.chars().count();
        if long > 0 && long + 1 + more > columns {
            lines.push(std::mem::replace(&mut line, " ".repeat(hang)));
            long = hang;
        } else if long > 0 {
            line.push(' ');
            long += 1;
        }
        line.push_str(word);
        long += more;
    }
    lines.push(line);
    lines
}

fn ink(kind: Kind) -> Ink {
    match kind {
        Kind::Find(Verdict::Allow) => Ink::Green,
        Kind::Find(Verdict::Flag) | Kind::AtMost(_) => Ink::Yellow,
        Kind::Find(Verdict::Deny) => Ink::Red,
        Kind::Pass | Kind::Note | Kind::Result => Ink::Dim,
    }
}

/// What the rule cites: how strong, how certain, who dissents, and the passage.
fn citations(out: &mut Vec<u8>, screen: Screen, atlas: &Atlas<'_>, rule: &Rule) -> io::Result<()> {
    let sections = atlas.pack.sections();
    for cited in &rule.cites {
        let section = sections.iter().find(|section| section.anchor.as_ref() == Some(cited));
        let title = section.map_or("", |section| section.title.as_str());
        heading(out, screen, &format!("{title} ({cited})"))?;
        if let Some(passage) = atlas.pack.passage(cited) {
            let parts =
                [("strength", &passage.strength), ("certainty", &passage.certainty), ("dissent", &passage.dissent)];
            for (name, value) in parts {
                let Some(value) = value else { continue };
                write!(out, "  {name:<10} ")?;
                screen.wrap(out, 13, 13, value)?;
            }
        }
        for paragraph in section.map_or("", |section| section.text.as_str()).split("\n\n") {
            write!(out, "  ")?;
            screen.wrap(out, 2, 2, paragraph)?;
        }
    }
    Ok(())
}
