//! Charges of changed lines by month: above the line what is judged more strictly, below it what is
//! judged more mildly, in the colour of the verdict they come to.

use std::fmt::Write as _;

use super::{dollars, grouped};
use crate::{
    replay::compare::{Comparison, Dimension, NOT_GIVEN, OTHER, Row, whole},
    verdict::Verdict,
};

/// Pixels.
const WIDTH: u64 = 760;
const LEFT: u64 = 92;
const TOP: u64 = 16;
/// Of each side of the axis, where both are as long.
const TALL: u64 = 130;
/// Below the axis, for months.
const LABELS: u64 = 24;
/// A bar is no wider, however few months there are.
const BAR_MAX: u64 = 46;
/// A side as long as this has room for the words beside it.
const WORDS_MIN: u64 = 32;
/// Months are written so far apart at least.
const LABEL_MIN: u64 = 62;

pub(super) fn section(comparison: &Comparison) -> String {
    let rows = comparison.rows(Dimension::Month);
    let (months, others): (Vec<_>, Vec<_>) = rows.iter().partition(|(name, _)| ![NOT_GIVEN, OTHER].contains(name));
    let mut out = picture(&months);
    out.push_str(
        "<p class=\"soft\">Above the months what is judged more strictly, below them what is judged more mildly.</p>\n",
    );
    for (name, row) in others {
        let amount = whole(row);
        let _ = writeln!(
            out,
            "<p class=\"soft\">Month {name}: {} lines, {}.</p>",
            grouped(amount.lines),
            dollars(amount.charge)
        );
    }
    let mut inside = String::from(
        "<div class=\"wide\"><table class=\"bars\"><thead><tr><th scope=\"col\">Month</th><th scope=\"col\" class=\"amount\">Lines</th>\
         <th scope=\"col\" class=\"amount\">More strictly</th><th scope=\"col\" class=\"amount\">More mildly</th></tr></thead>\n<tbody>\n",
    );
    for (name, row) in &months {
        let _ = writeln!(
            inside,
            "<tr><th scope=\"row\">{name}</th><td class=\"amount\">{}</td><td class=\"amount\">{}</td><td class=\"amount\">{}</td></tr>",
            grouped(whole(row).lines),
            dollars(charge(row, true)),
            dollars(charge(row, false))
        );
    }
    inside.push_str("</tbody></table></div>\n");
    out.push_str(&super::html::details("The months as a table", &inside, false));
    out
}

/// Charges of the lines of a row that are judged more strictly, or more mildly.
fn charge(row: &Row, is_stricter: bool) -> i64 {
    parts(row, is_stricter).map(|(_, charge)| charge).sum()
}

/// The same by the verdict they come to; the nearest to the axis first.
fn parts(row: &Row, is_stricter: bool) -> impl Iterator<Item = (Verdict, i64)> + '_ {
    let counts = move |from: Verdict, to: Verdict| if is_stricter { to > from } else { to < from };
    [Verdict::Allow, Verdict::Flag, Verdict::Deny].into_iter().filter_map(move |to| {
        let of = row.iter().filter(|(pair, _)| pair.to == to && counts(pair.from, to));
        let sum: i64 = of.map(|(_, amount)| amount.charge.max(0)).sum();
        (sum > 0).then_some((to, sum))
    })
}

fn picture(months: &[&(&str, &Row)]) -> String {
    let most = |is_stricter| months.iter().map(|(_, row)| charge(row, is_stricter)).max().unwrap_or(0);
    let (up, down) = (most(true), most(false));
    let scale = u64::try_from(up.max(down)).unwrap_or(0).max(1);
    let long = |cents: i64| u64::try_from(cents).unwrap_or(0).saturating_mul(TALL) / scale;
    let axis = TOP + long(up);
    let height = axis + LABELS + long(down) + TOP;
    let step = (WIDTH - LEFT) / u64::try_from(months.len()).unwrap_or(1).max(1);
    let bar = (step * 4 / 5).clamp(1, BAR_MAX);
    let mut out = format!(
        "<svg class=\"impact\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Charges of changed lines by month; the table below has the amounts\">\n"
    );
    for (y, cents) in [(TOP, up), (axis + LABELS + long(down), down)] {
        // A side that is too short for its words has none.
        if long(cents) >= WORDS_MIN {
            let _ = writeln!(
                out,
                "<line class=\"rule\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/>\
                 <text class=\"soft\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                LEFT - 8,
                y + 4,
                round(cents)
            );
        }
    }
    let every = (LABEL_MIN.div_ceil(step.max(1))).max(1);
    for (place, (name, row)) in (0u64..).zip(months) {
        let x = LEFT + place * step + (step - bar) / 2;
        for is_stricter in [true, false] {
            let mut y = if is_stricter { axis } else { axis + LABELS };
            for (verdict, cents) in parts(row, is_stricter) {
                let tall = long(cents).max(1);
                if is_stricter {
                    y -= tall.min(y);
                }
                let side = if is_stricter { "more strictly" } else { "more mildly" };
                let _ = writeln!(
                    out,
                    "<rect class=\"bar {verdict}\" x=\"{x}\" y=\"{y}\" width=\"{bar}\" height=\"{tall}\">\
                     <title>{name}, {side}, now {verdict}: {}</title></rect>",
                    dollars(cents)
                );
                if !is_stricter {
                    y += tall;
                }
            }
        }
        if place % every == 0 {
            let middle = LEFT + place * step + step / 2;
            let _ = writeln!(
                out,
                "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
                axis + LABELS / 2 + 5
            );
        }
    }
    let _ = writeln!(out, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{axis}\" y2=\"{axis}\"/>");
    if down > 0 {
        let y = axis + LABELS;
        let _ = writeln!(out, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/>");
    }
    let side = |out: &mut String, words: &str, y: u64| {
        let _ = writeln!(out, "<text class=\"soft\" x=\"{}\" y=\"{y}\" text-anchor=\"end\">{words}</text>", LEFT - 8);
    };
    if up > 0 {
        side(&mut out, "stricter", axis.saturating_sub(4));
    }
    if down > 0 {
        side(&mut out, "milder", axis + LABELS + 12);
    }
    out.push_str("</svg>\n");
    out
}

/// An amount without its cents.
fn round(cents: i64) -> String {
    format!("${}", grouped(u64::try_from(cents / 100).unwrap_or(0)))
}
