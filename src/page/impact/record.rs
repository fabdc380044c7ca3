//! What of recorded decisions could not be compared, and what changes for want of a record.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{counted_u64, grouped};
use crate::{page::text::Escaped, replay::compare::NotRecorded};

/// What a record does not say; nothing where it says all that was asked.
pub(super) fn section(record: &NotRecorded) -> String {
    let mut out = String::from(
        "<p>These are decisions of a ledger, which keeps of each request what the packs of its day asked. Each \
         recorded decision counts, also where one claim was sent again.</p>\n",
    );
    if !record.facts.is_empty() {
        out.push_str(
            "<p>Not compared were decisions for which one of these packs asks a fact that was not recorded, and that \
             cannot be taken as unknown. One decision may lack several.</p>\n",
        );
        out.push_str(&facts(&record.facts, "decision", "decisions"));
    }
    if record.retired > 0 {
        let retired = counted_u64(record.retired, "decision is", "decisions are");
        let _ = writeln!(out, "<p>{retired} retired: nothing is left to compare.</p>");
    }
    if record.waiting_lines > 0 {
        let lines = counted_u64(record.waiting_lines, "changed line waits", "changed lines wait");
        let _ = writeln!(
            out,
            "<p>{lines} for a fact that was given and not recorded: with the claim itself the verdict may be another.</p>"
        );
        out.push_str(&facts(&record.waiting, "line", "lines"));
    }
    out
}

fn facts(counts: &BTreeMap<String, u64>, one: &str, many: &str) -> String {
    let row = |(fact, count): (&String, &u64)| {
        let name = if *count == 1 { one } else { many };
        format!("<li><code>{}</code>: {} {name}</li>\n", Escaped(fact), grouped(*count))
    };
    format!("<ul>\n{}</ul>\n", counts.iter().map(row).collect::<String>())
}
