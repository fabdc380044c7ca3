//! A difference as people read it: on a terminal, or as a page of Markdown.

use std::io::{self, Write};

use crate::{
    cli::{
        rules::witness::words as witness_words,
        screen::{Ink, Screen},
    },
    proof::{Change, Conclusion, Condition, Difference, Edit, Group, Side},
    verdict::Verdict,
};

/// Writes a difference for a terminal.
pub(super) fn human(out: &mut impl Write, screen: Screen, difference: &Difference) -> io::Result<()> {
    let (old, new) = (&difference.old, &difference.new);
    writeln!(out, "old  {} {}  {}", screen.ink(Ink::Bold, &old.name), old.version, old.digest)?;
    writeln!(out, "new  {} {}  {}\n", screen.ink(Ink::Bold, &new.name), new.version, new.digest)?;
    for edit in &difference.edits {
        screen.wrap(out, 0, 9, &format!("edited   {}", edit_words(edit)))?;
    }
    if !difference.edits.is_empty() {
        writeln!(out)?;
    }
    for (number, group) in (1u32..).zip(&difference.groups) {
        screen.wrap(out, 0, 4, &format!("{number:<3} {}", heading(group)))?;
        for (place, row) in group.rows.iter().enumerate() {
            let before = if place == 0 { "where" } else { "or" };
            write!(out, "    {before:<6}")?;
            screen.wrap(out, 10, 10, &row_words(row))?;
        }
        if group.is_cut {
            writeln!(out, "    or    in other ways, too many to tell")?;
        }
        for change in &group.changes {
            let told = other(group, change);
            let ink = match told.verdict {
                Verdict::Allow => Ink::Green,
                Verdict::Flag => Ink::Yellow,
                Verdict::Deny => Ink::Red,
            };
            let arrow = if group.side == Side::Old { "→" } else { "←" };
            writeln!(out, "      {arrow} {} {}", screen.ink(ink, &format!("{:<5}", told.verdict.name())), told.reason)?;
            write!(out, "        ")?;
            screen.wrap(out, 8, 8, &format!("e.g. {}", example(change)))?;
        }
        writeln!(out)?;
    }
    write!(out, "{}", summary(difference))
}

/// Writes a difference as Markdown.
pub(super) fn markdown(out: &mut impl Write, difference: &Difference) -> io::Result<()> {
    let (old, new) = (&difference.old, &difference.new);
    writeln!(out, "# What changes from {} {} to {} {}\n", old.name, old.version, new.name, new.version)?;
    writeln!(out, "Old: `{}`  \nNew: `{}`\n\n{}", old.digest, new.digest, summary(difference))?;
    if !difference.edits.is_empty() {
        writeln!(out, "## What was edited\n")?;
        for edit in &difference.edits {
            writeln!(out, "* {}", edit_words(edit))?;
        }
        writeln!(out)?;
    }
    for (number, group) in (1u32..).zip(&difference.groups) {
        writeln!(out, "## {number}. {}\n", heading(group))?;
        for row in &group.rows {
            writeln!(out, "* {}", row_words(row))?;
        }
        if group.is_cut {
            writeln!(out, "* in other ways, too many to tell")?;
        }
        writeln!(out, "\n| from | to | for example |\n|---|---|---|")?;
        for change in &group.changes {
            let (from, to) = (told(&change.from), told(&change.to));
            writeln!(out, "| {from} | {to} | {} |", example(change))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn summary(difference: &Difference) -> String {
    let changes = || difference.groups.iter().flat_map(|group| &group.changes);
    if difference.groups.is_empty() {
        return "Nothing changes: every line gets the same verdict for the same reason.\n".to_owned();
    }
    let verdicts = changes().filter(|change| change.from.verdict != change.to.verdict).count();
    let denials = changes().filter(|change| is_new_denial(change)).count();
    let all = changes().count();
    let classes = if all == 1 { "class of lines changes" } else { "classes of lines change" };
    let (gain, are) = if denials == 1 { ("is a new denial", "") } else { ("are new denials", "") };
    format!("{all} {classes}: {verdicts} in verdict, {} in reason alone; {denials} {gain}{are}.\n", all - verdicts)
}

fn is_new_denial(change: &Change) -> bool {
    change.to.verdict == Verdict::Deny && change.from.verdict != Verdict::Deny
}

fn heading(group: &Group) -> String {
    let every = group.rows.iter().any(Vec::is_empty);
    match (group.side, every) {
        (Side::Old, true) => format!("every line that was {} changes", told(&group.of)),
        (Side::Old, false) => format!("lines that were {}", told(&group.of)),
        (Side::New, true) => format!("every line that becomes {} was something else", told(&group.of)),
        (Side::New, false) => format!("lines that become {}", told(&group.of)),
    }
}

fn told(conclusion: &Conclusion) -> String {
    format!("{} {}", conclusion.verdict.name(), conclusion.reason)
}

/// What is not said in the heading already.
fn other<'a>(group: &Group, change: &'a Change) -> &'a Conclusion {
    match group.side {
        Side::Old => &change.to,
        Side::New => &change.from,
    }
}

fn row_words(row: &[Condition]) -> String {
    if row.is_empty() {
        return "always".to_owned();
    }
    row.iter().map(|one| format!("{} {}", one.fact, one.says)).collect::<Vec<_>>().join("; ")
}

fn edit_words(edit: &Edit) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not there".to_owned());
    match edit {
        Edit::Parameter(name, old, new) => format!("parameter {name}: {} → {}", value(old), value(new)),
        Edit::ValueSet(name, out, put) => {
            let out = out.iter().map(|row| format!("− {row}"));
            let all: Vec<String> = out.chain(put.iter().map(|row| format!("+ {row}"))).collect();
            format!("value set {name}: {}", all.join(", "))
        }
        Edit::Script(path, true, false) => format!("{path} is gone"),
        Edit::Script(path, false, _) => format!("{path} is new"),
        Edit::Script(path, true, true) => format!("{path} reads differently"),
        Edit::Reason(id) => format!("reason {id} is worded or coded differently"),
        Edit::Period(old, new) => format!("period: {old} → {new}"),
        Edit::Signature(old, new) => format!("a denial needs a signature: {old} → {new}"),
    }
}

fn example(change: &Change) -> String {
    change.witness.as_ref().map_or_else(|| "no request was found".to_owned(), witness_words)
}
