//! A comparison as tables on a terminal.

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};

use super::super::{
    accounting::Accounting,
    screen::{Ink, Screen},
};
use crate::replay::compare::{Class, Comparison, Dimension, NotRecorded, whole};

/// Rows of a table by name; the rest is counted.
const ROWS: usize = 8;

/// Tells it.
pub(super) fn tell(
    out: &mut impl Write,
    screen: Screen,
    comparison: &Comparison,
    classes: Option<&[Class]>,
) -> io::Result<()> {
    for (side, stamps) in [("old", &comparison.old), ("new", &comparison.new)] {
        for stamp in stamps {
            let digest: String = stamp.digest.chars().take(19).collect();
            writeln!(out, "{}  {} {}  {digest}", screen.ink(Ink::Bold, side), stamp.name, stamp.version)?;
        }
    }
    writeln!(out)?;
    if comparison.tally.is_broken() {
        Accounting::from(&comparison.tally).write(out, screen)?;
        writeln!(out)?;
    }
    let (claims, lines) = (&comparison.tally.claims, &comparison.tally.lines);
    if let Some(record) = &comparison.history {
        super::super::replay::tell_record(out, record)?;
    }
    if let Some(record) = &comparison.record {
        not_recorded(out, screen, comparison, record)?;
    }
    if !comparison.is_changed() {
        return writeln!(out, "nothing changes in {} claims, {} lines", claims.judged(), lines.judged());
    }
    let mut changed = crate::replay::compare::Amount::default();
    comparison.changed.values().for_each(|amount| changed.add(amount));
    writeln!(
        out,
        "{} of {} lines change, in {} of {} claims, of {} members, {} charged\n",
        changed.lines,
        lines.judged(),
        comparison.changed_claims,
        claims.judged(),
        comparison.changed_members,
        changed.charged().dollars(),
    )?;
    verdicts(out, screen, comparison)?;
    for by in Dimension::ALL {
        by_name(out, screen, comparison, by)?;
    }
    classes.map_or(Ok(()), |classes| proved(out, screen, classes))
}

/// The accounting of recorded decisions, and what of them was not recorded.
fn not_recorded(out: &mut impl Write, screen: Screen, comparison: &Comparison, record: &NotRecorded) -> io::Result<()> {
    let claims = &comparison.tally.claims;
    writeln!(
        out,
        "{} decisions in {} {} compared + {} not comparable + {} rejected\n",
        claims.came,
        if comparison.tally.is_balanced() { "=" } else { "≠" },
        claims.judged(),
        claims.not_comparable,
        claims.rejected,
    )?;
    if claims.not_comparable > 0 {
        let mut table = table(screen, &["not comparable, for it was not recorded", "decisions"]);
        for (fact, count) in &record.facts {
            table.add_row([Cell::new(fact), right(count)]);
        }
        if record.retired > 0 {
            table.add_row([Cell::new("anything: they are retired"), right(record.retired)]);
        }
        writeln!(out, "{table}\n")?;
    }
    if record.waiting_lines > 0 {
        let facts: Vec<&str> = record.waiting.keys().map(String::as_str).collect();
        let facts = facts.join(", ");
        writeln!(out, "{} of the changed lines wait for what was not recorded: {facts}\n", record.waiting_lines)?;
    }
    Ok(())
}

fn table(screen: Screen, names: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(screen.columns).unwrap_or(u16::MAX));
    table.set_header(names.iter().enumerate().map(|(place, name)| {
        let cell = Cell::new(name);
        let cell = if place == 0 { cell } else { cell.set_alignment(CellAlignment::Right) };
        if screen.colour { cell.add_attribute(Attribute::Bold) } else { cell }
    }));
    if screen.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

fn right(text: impl ToString) -> Cell {
    Cell::new(text.to_string()).set_alignment(CellAlignment::Right)
}

fn verdicts(out: &mut impl Write, screen: Screen, comparison: &Comparison) -> io::Result<()> {
    let mut table = table(screen, &["verdict", "lines", "members", "charged"]);
    for (pair, amount) in &comparison.changed {
        let members = comparison.members.get(pair).copied().unwrap_or(0);
        let words = if pair.is_same() { format!("{}, another reason", pair.words()) } else { pair.words() };
        table.add_row([Cell::new(words), right(amount.lines), right(members), right(amount.charged().dollars())]);
    }
    writeln!(out, "{table}\n")
}

fn by_name(out: &mut impl Write, screen: Screen, comparison: &Comparison, by: Dimension) -> io::Result<()> {
    let rows = comparison.rows(by);
    let mut table = table(screen, &[by.name(), "lines", "charged", "what becomes of them"]);
    let shown = if by == Dimension::Month { rows.len() } else { ROWS };
    for (name, row) in rows.iter().take(shown) {
        let amount = whole(row);
        let words: Vec<String> = row.iter().map(|(pair, part)| format!("{} {}", part.lines, pair.words())).collect();
        table.add_row([
            Cell::new(name),
            right(amount.lines),
            right(amount.charged().dollars()),
            Cell::new(words.join(", ")),
        ]);
    }
    writeln!(out, "{table}")?;
    match rows.len().saturating_sub(shown) {
        0 => writeln!(out),
        more => writeln!(out, "and {more} more\n"),
    }
}

fn proved(out: &mut impl Write, screen: Screen, classes: &[Class]) -> io::Result<()> {
    let (seen, unseen): (Vec<&Class>, Vec<&Class>) = classes.iter().partition(|class| class.amount.lines > 0);
    let mut table = table(screen, &["class of the proved difference", "lines", "charged"]);
    for class in seen.iter().take(ROWS) {
        let side = |side: &crate::replay::compare::Conclusion| format!("{} {}", side.verdict, side.reason);
        let words = format!("{} → {}", side(&class.from), side(&class.to));
        table.add_row([Cell::new(words), right(class.amount.lines), right(class.amount.charged().dollars())]);
    }
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "{} of the {} classes that `claimgate rules diff` proves have lines here; {} have none\n",
        seen.len(),
        classes.len(),
        unseen.len()
    )
}
