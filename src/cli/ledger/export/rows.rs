//! Entries as rows of a Parquet table: columns named as the members of the lines of JSON, and three
//! more that are easier to ask.

use std::io::{self, Write};

use serde_json::Value;

use crate::{
    exchange::{Cell, ColumnType, FlatWriter},
    ledger::{Stored, hex},
};

/// The columns. Lists are text: `packs` and `findings` as JSON, `pack_names`, `rules` and `reasons`
/// with each name once, parted by `;`.
const COLUMNS: [(&str, ColumnType); 21] = [
    ("place", ColumnType::Whole),
    ("decision_id", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("request_id", ColumnType::Text),
    ("retired_under_mark", ColumnType::Whole),
    ("received_at", ColumnType::Moment),
    ("decided_at", ColumnType::Moment),
    ("expedited", ColumnType::Truth),
    ("verdict", ColumnType::Text),
    ("pack_names", ColumnType::Text),
    ("rules", ColumnType::Text),
    ("reasons", ColumnType::Text),
    ("packs", ColumnType::Text),
    ("findings", ColumnType::Text),
    ("member", ColumnType::Text),
    ("body", ColumnType::Text),
    ("body_hex", ColumnType::Text),
    ("previous", ColumnType::Text),
    ("index_leaf", ColumnType::Text),
    ("body_leaf", ColumnType::Text),
    ("hash", ColumnType::Text),
];

/// A table that is being written.
pub(super) struct Table<W: Write + Send>(FlatWriter<W>);

impl<W: Write + Send> Table<W> {
    /// A table on `out`.
    ///
    /// # Errors
    /// When `out` fails.
    pub(super) fn new(out: W) -> io::Result<Table<W>> {
        FlatWriter::of(out, &COLUMNS).map(Table)
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// When the output fails.
    pub(super) fn push(&mut self, entry: &Stored) -> io::Result<()> {
        let (row, value) = (&entry.row, entry.value());
        let told = |name: &str| value.get(name);
        let id = row.id.to_string();
        let packs = once_each(row.packs.iter().map(|pack| pack.name.as_str()));
        let rules = once_each(row.findings.iter().map(|found| found.rule.as_str()));
        let reasons = once_each(row.findings.iter().map(|found| found.reason.as_str()));
        let [all_packs, findings] =
            ["packs", "findings"].map(|name| told(name).map(Value::to_string).unwrap_or_default());
        let member = row.member.map(|member| hex(&member));
        let text = entry.body.as_deref().map(std::str::from_utf8);
        // A body that is no text is told in digits, so that nothing is lost.
        let digits = text.is_some_and(|text| text.is_err()).then(|| entry.body.as_deref().map(hex)).flatten();
        let [previous, index_leaf, body_leaf, hash] =
            [&entry.previous, &entry.index_leaf, &entry.body_leaf, &entry.hash].map(|digest| hex(digest));
        let is_retired = entry.retired != 0;
        self.0.push(&[
            Cell::Whole(entry.seq),
            Cell::Text(&id),
            optional(told("kind").and_then(Value::as_str)),
            optional((!is_retired).then_some(&row.request_id)),
            if is_retired { Cell::Whole(entry.retired) } else { Cell::Blank },
            Cell::Moment(row.received_ms),
            Cell::Moment(row.decided_ms),
            Cell::Truth(row.expedited),
            Cell::Text(row.verdict.name()),
            Cell::Text(&packs),
            Cell::Text(&rules),
            Cell::Text(&reasons),
            Cell::Text(&all_packs),
            Cell::Text(&findings),
            optional(member.as_deref()),
            optional(text.and_then(Result::ok)),
            optional(digits.as_deref()),
            Cell::Text(&previous),
            Cell::Text(&index_leaf),
            Cell::Text(&body_leaf),
            Cell::Text(&hash),
        ])
    }

    /// Writes what is left and the footer, and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub(super) fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

fn optional<'c>(text: Option<&'c (impl AsRef<str> + ?Sized)>) -> Cell<'c> {
    text.map_or(Cell::Blank, |text| Cell::Text(text.as_ref()))
}

/// Names, each once, in order; the engine itself has none.
fn once_each<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.join(";")
}
