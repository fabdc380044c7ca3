//! What came of the cases, for people.

use std::io::{self, Write};

use super::{
    Args, Covered, Report,
    drafts::{Sheet, condition_words, outcome_words},
};
use crate::{
    cli::screen::{Clean, Ink, Screen},
    proof::coverage::{Gap, GapKind, RuleCoverage, Sought, Tally},
};

/// Columns of one tally: `123 of 123  100.0 %`.
const TALLY_COLUMNS: usize = 22;

/// A rule with its setting that is longer has a line of its own.
const NAME_COLUMNS_MAX: usize = 32;

/// Tells one pack's report.
pub(super) fn tell(report: &Report, args: &Args) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let screen = Screen::of(&out, args.color);
    let manifest = &report.manifest;
    writeln!(out, "{} {}", screen.ink(Ink::Bold, &manifest.name), manifest.version)?;
    for (path, differences) in &report.failed {
        writeln!(out, "  {} {}", screen.ink(Ink::Red, "fails"), Clean(path))?;
        for line in differences.lines() {
            write!(out, "      ")?;
            screen.wrap(&mut out, 6, 8, line)?;
        }
    }
    for path in &report.drafts {
        writeln!(out, "  {} {}", screen.ink(Ink::Yellow, "draft"), Clean(path))?;
    }
    let (failed, drafts) = (report.failed.len(), report.drafts.len());
    writeln!(
        out,
        "  {} cases: {} pass, {failed} fail{}",
        report.passed + failed + drafts,
        report.passed,
        if drafts == 0 { String::new() } else { format!(", {drafts} drafts that nobody has confirmed") }
    )?;
    match &report.coverage {
        Some(covered) => tell_coverage(&mut out, screen, covered, args),
        None => Ok(()),
    }
}

fn tell_coverage(out: &mut impl Write, screen: Screen, covered: &Covered, args: &Args) -> io::Result<()> {
    let rules = &covered.coverage.rules;
    let names: Vec<String> = rules.iter().map(|rule| name(covered, rule)).collect();
    let wide = names.iter().map(|name| name.chars().count()).filter(|wide| *wide <= NAME_COLUMNS_MAX).max();
    let wide = wide.unwrap_or(0).max("covered".len());
    writeln!(
        out,
        "\n  {:<wide$}  {:<TALLY_COLUMNS$}{:<TALLY_COLUMNS$}{:<TALLY_COLUMNS$}",
        "covered", "branches", "outcomes", "paths"
    )?;
    for (rule, name) in rules.iter().zip(&names) {
        row(out, screen, name, wide, [rule.branches, rule.outcomes, rule.paths])?;
    }
    let whole = [
        covered.coverage.whole(|rule| rule.branches),
        covered.coverage.whole(|rule| rule.outcomes),
        covered.coverage.whole(|rule| rule.paths),
    ];
    row(out, screen, "all", wide, whole)?;
    let branches = covered.coverage.whole(|rule| rule.branches).permille();
    if let Some(least) = args.min_branches.filter(|least| branches < *least) {
        let words = format!("{} of branches are covered, {} are asked for", percent(branches), percent(least));
        writeln!(out, "  {}", screen.ink(Ink::Red, &words))?;
    }
    tell_closed(out, screen, covered, args)?;
    tell_sheets(out, screen, covered, args)
}

/// What has no witness: not found, or proved to have none.
fn tell_closed(out: &mut impl Write, screen: Screen, covered: &Covered, args: &Args) -> io::Result<()> {
    let is_open = |sought: &Sought| *sought == Sought::NotFound;
    let title = screen.ink(Ink::Yellow, "no witness found, nor a proof that there is none").to_string();
    tell_group(out, screen, (&title, is_open), covered, args)?;
    let is_closed = |sought: &Sought| matches!(sought, Sought::Impossible(_));
    let title = screen.ink(Ink::Bold, "no line can walk these; they do not count").to_string();
    tell_group(out, screen, (&title, is_closed), covered, args)
}

fn tell_group(
    out: &mut impl Write,
    screen: Screen,
    (title, is_of): (&str, fn(&Sought) -> bool),
    covered: &Covered,
    args: &Args,
) -> io::Result<()> {
    let gaps = covered.coverage.rules.iter().flat_map(|rule| rule.gaps.iter().map(move |gap| (rule, gap)));
    let group: Vec<(&RuleCoverage, &Gap)> = gaps.filter(|(_, gap)| is_of(&gap.sought)).collect();
    if group.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {title}")?;
    for (rule, gap) in group.iter().take(args.limit) {
        write!(out, "    ")?;
        let why = if let Sought::Impossible(why) = &gap.sought { format!(" ({why})") } else { String::new() };
        screen.wrap(out, 4, 6, &format!("{}: {}{why}", name(covered, rule), what(gap)))?;
    }
    more(out, group.len(), args.limit, "--limit N shows more")
}

fn tell_sheets(out: &mut impl Write, screen: Screen, covered: &Covered, args: &Args) -> io::Result<()> {
    if covered.sheets.is_empty() {
        return Ok(());
    }
    let fills: usize = covered.sheets.iter().map(|sheet| sheet.fills.len()).sum();
    let title = format!("{fills} not covered by any case; {} drafts would cover them", covered.sheets.len());
    writeln!(out, "\n  {}", screen.ink(Ink::Bold, &title))?;
    for sheet in covered.sheets.iter().take(args.limit) {
        tell_sheet(out, screen, covered, sheet)?;
    }
    let help = if args.write { "all of them are saved" } else { "--limit N shows more, --write saves all" };
    more(out, covered.sheets.len(), args.limit, help)
}

fn tell_sheet(out: &mut impl Write, screen: Screen, covered: &Covered, sheet: &Sheet) -> io::Result<()> {
    writeln!(out, "\n  {}", screen.ink(Ink::Bold, &sheet.path))?;
    for (place, number) in &sheet.fills {
        let Some(rule) = covered.coverage.rules.get(*place) else { continue };
        let Some(gap) = rule.gaps.get(*number) else { continue };
        write!(out, "    ")?;
        screen.wrap(out, 4, 6, &format!("{}: {}", name(covered, rule), what(gap)))?;
    }
    for line in sheet.text.lines() {
        writeln!(out, "    {} {}", screen.ink(Ink::Dim, "|"), Clean(line))?;
    }
    Ok(())
}

/// A gap in one sentence: conditions → outcome.
fn what(gap: &Gap) -> String {
    let all = || (0..gap.conditions.len()).map(|place| condition_words(gap, place)).collect::<Vec<_>>().join(", ");
    match (gap.kind, gap.branch) {
        (GapKind::Branch, Some(place)) => {
            let before: Vec<String> = (0..place).map(|place| condition_words(gap, place)).collect();
            let after = if before.is_empty() { String::new() } else { format!(" after {}", before.join(", ")) };
            let on = if place + 1 < gap.conditions.len() { " → …" } else { "" };
            format!("{}{after}{on} → {}", condition_words(gap, place), outcome_words(&gap.outcome))
        }
        _ => format!("{} → {}", all(), outcome_words(&gap.outcome)),
    }
}

/// A rule, and the setting where it is not the plan's own.
fn name(covered: &Covered, rule: &RuleCoverage) -> String {
    let settings = covered.settings.get(rule.setting).into_iter().flatten();
    let settings: Vec<String> = settings.map(|(name, value)| format!("{name}={value}")).collect();
    if settings.is_empty() { rule.rule.clone() } else { format!("{} [{}]", rule.rule, settings.join(" ")) }
}

fn row(out: &mut impl Write, screen: Screen, name: &str, wide: usize, tallies: [Tally; 3]) -> io::Result<()> {
    if name.chars().count() > wide {
        write!(out, "  {name}\n  {:wide$}  ", "")?;
    } else {
        write!(out, "  {name:<wide$}  ")?;
    }
    for tally in tallies {
        let ink = if tally.permille() == 1_000 { Ink::Green } else { Ink::Yellow };
        let possible = tally.all.saturating_sub(tally.impossible);
        let counts = format!("{} of {possible}", tally.walked);
        let words = if possible == 0 { String::new() } else { format!("{counts:<12}{:>7}", percent(tally.permille())) };
        write!(out, "{}", screen.ink(ink, &format!("{words:<TALLY_COLUMNS$}")))?;
    }
    writeln!(out)
}

fn percent(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

fn more(out: &mut impl Write, all: usize, shown: usize, help: &str) -> io::Result<()> {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        rest => writeln!(out, "\n    and {rest} more: {help}"),
    }
}
