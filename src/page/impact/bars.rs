//! Changed lines by name, as bars beside their numbers.

use std::fmt::Write as _;

use super::{
    super::{html, text::Escaped},
    colour, dollars, grouped, words,
};
use crate::replay::compare::{Comparison, Dimension, Row, whole};

/// Rows that are shown; the rest is counted.
const ROWS: usize = 15;
/// The length of the longest bar.
const LONG: u64 = 1_000;

pub(super) fn section(comparison: &Comparison, by: Dimension) -> String {
    let rows = comparison.rows(by);
    let most = rows.iter().map(|(_, row)| whole(row).lines).max().unwrap_or(0).max(1);
    let mut out = format!(
        "<div class=\"wide\"><table class=\"bars\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">By the verdict after</th>\
         <th scope=\"col\" class=\"amount\">Lines</th><th scope=\"col\" class=\"amount\">Charged</th></tr></thead>\n<tbody>\n",
        title(by)
    );
    for (name, row) in rows.iter().take(ROWS) {
        let amount = whole(row);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"bar\">{}</td><td class=\"amount\">{}</td><td class=\"amount\">{}</td></tr>",
            named(by, name),
            bar(row, most),
            grouped(amount.lines),
            dollars(amount.charge)
        );
    }
    out.push_str("</tbody></table></div>\n");
    if rows.len() > ROWS {
        let _ = writeln!(out, "<p class=\"soft\">and {} more in <code>comparison.json</code></p>", rows.len() - ROWS);
    }
    out
}

fn title(by: Dimension) -> &'static str {
    match by {
        Dimension::Rule => "Rule that speaks, or spoke where it was more severe",
        Dimension::Reason => "Main reason before → after",
        Dimension::Procedure => "Procedure",
        Dimension::Provider => "Billing provider (NPI)",
        Dimension::Month => "Month",
    }
}

fn named(by: Dimension, name: &str) -> String {
    match by {
        Dimension::Reason => name.split(" → ").map(html::breakable).collect::<Vec<_>>().join("<br>→ "),
        Dimension::Rule => html::breakable(name),
        Dimension::Procedure | Dimension::Provider | Dimension::Month => Escaped(name).to_string(),
    }
}

/// A bar of one piece for each pair of verdicts.
fn bar(row: &Row, most: u64) -> String {
    let mut out =
        format!("<svg class=\"impact\" viewBox=\"0 0 {LONG} 14\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    let mut x = 0;
    for (pair, amount) in row {
        let long = (amount.lines * LONG / most).max(2);
        let _ = write!(
            out,
            "<rect class=\"bar {}\" x=\"{x}\" y=\"0\" width=\"{long}\" height=\"14\"><title>{}: {}</title></rect>",
            colour(*pair),
            words(*pair),
            grouped(amount.lines)
        );
        x += long;
    }
    out.push_str("</svg>");
    out
}
