//! What becomes of changed lines, as a picture: verdicts before on the left, after on the right, and
//! a ribbon for each pair, as wide as its lines are many.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{colour, counted_u64, dollars, grouped, key, mark, words};
use crate::{
    replay::compare::{Amount, Comparison, Transition},
    verdict::Verdict,
};

/// Pixels.
const WIDTH: u64 = 760;
const NODE: u64 = 18;
const LEFT: u64 = 170;
const RIGHT: u64 = WIDTH - LEFT - NODE;
const TOP: u64 = 14;
/// Of all ribbons together.
const TALL: u64 = 280;
/// Between two verdicts, so that their words do not touch.
const GAP: u64 = 34;
/// The least that can be seen.
const RIBBON_MIN: u64 = 2;

const VERDICTS: [Verdict; 3] = [Verdict::Allow, Verdict::Flag, Verdict::Deny];

/// A verdict on one side.
struct Node {
    verdict: Verdict,
    top: u64,
    tall: u64,
    amount: Amount,
}

pub(super) fn section(comparison: &Comparison) -> String {
    format!("{}{}{}", picture(comparison), key(), table(comparison))
}

fn picture(comparison: &Comparison) -> String {
    let all: u64 = comparison.changed.values().map(|amount| amount.lines).sum();
    let tall: BTreeMap<Transition, u64> = comparison
        .changed
        .iter()
        .map(|(pair, amount)| (*pair, (amount.lines * TALL / all.max(1)).max(RIBBON_MIN)))
        .collect();
    let (before, after) = (nodes(comparison, &tall, |pair| pair.from), nodes(comparison, &tall, |pair| pair.to));
    let bottom = |nodes: &[Node]| nodes.last().map_or(0, |node| node.top + node.tall.max(GAP));
    let height = bottom(&before).max(bottom(&after)) + TOP;
    let told: Vec<String> = comparison.changed.iter().map(|(pair, amount)| told(*pair, amount)).collect();
    let mut out = format!(
        "<svg class=\"impact\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n",
        told.join("; ")
    );
    ribbons(&mut out, comparison, &tall, &before, &after);
    for (nodes, x, words_at, anchor) in [(&before, LEFT, LEFT - 10, "end"), (&after, RIGHT, RIGHT + NODE + 10, "start")]
    {
        for node in nodes {
            let middle = node.top + node.tall / 2;
            let _ = writeln!(
                out,
                "<rect class=\"{0}\" x=\"{x}\" y=\"{1}\" width=\"{NODE}\" height=\"{2}\"/>\n\
                 <text class=\"strong\" x=\"{words_at}\" y=\"{3}\" text-anchor=\"{anchor}\">{0}</text>\n\
                 <text class=\"soft\" x=\"{words_at}\" y=\"{4}\" text-anchor=\"{anchor}\">{5}</text>",
                node.verdict,
                node.top,
                node.tall,
                middle.saturating_sub(1),
                middle + 15,
                counted_u64(node.amount.lines, "line", "lines"),
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

fn nodes(comparison: &Comparison, tall: &BTreeMap<Transition, u64>, of: fn(&Transition) -> Verdict) -> Vec<Node> {
    let mut top = TOP;
    let mut nodes = Vec::new();
    for verdict in VERDICTS {
        let mut node = Node { verdict, top, tall: 0, amount: Amount::default() };
        for (pair, amount) in comparison.changed.iter().filter(|(pair, _)| of(pair) == verdict) {
            node.amount.add(amount);
            node.tall += tall.get(pair).copied().unwrap_or(0);
        }
        if node.tall > 0 {
            top += node.tall.max(GAP) + GAP / 2;
            nodes.push(node);
        }
    }
    nodes
}

fn ribbons(
    out: &mut String,
    comparison: &Comparison,
    tall: &BTreeMap<Transition, u64>,
    before: &[Node],
    after: &[Node],
) {
    let begin = |nodes: &[Node]| nodes.iter().map(|node| (node.verdict, node.top)).collect::<Vec<_>>();
    let (mut left, mut right) = (begin(before), begin(after));
    let take = |at: &mut Vec<(Verdict, u64)>, verdict: Verdict, tall: u64| {
        let place = at.iter_mut().find(|(other, _)| *other == verdict);
        place.map_or(0, |(_, top)| std::mem::replace(top, *top + tall))
    };
    let (from, to, middle) = (LEFT + NODE, RIGHT, (LEFT + NODE + RIGHT) / 2);
    for (pair, amount) in &comparison.changed {
        let tall = tall.get(pair).copied().unwrap_or(0);
        let (y, z) = (take(&mut left, pair.from, tall), take(&mut right, pair.to, tall));
        let (y_end, z_end) = (y + tall, z + tall);
        let _ = writeln!(
            out,
            "<path class=\"ribbon {}\" d=\"M{from},{y} C{middle},{y} {middle},{z} {to},{z} L{to},{z_end} \
             C{middle},{z_end} {middle},{y_end} {from},{y_end} Z\"><title>{}</title></path>",
            colour(*pair),
            told(*pair, amount)
        );
    }
}

fn told(pair: Transition, amount: &Amount) -> String {
    format!("{}: {}, {}", words(pair), counted_u64(amount.lines, "line", "lines"), dollars(amount.charge))
}

fn table(comparison: &Comparison) -> String {
    let mut out = String::from(
        "<div class=\"wide\"><table class=\"bars\"><thead><tr><th scope=\"col\">Before</th><th scope=\"col\">After</th>\
         <th scope=\"col\" class=\"amount\">Lines</th><th scope=\"col\" class=\"amount\">Members</th>\
         <th scope=\"col\" class=\"amount\">Charged</th></tr></thead>\n<tbody>\n",
    );
    for (pair, amount) in &comparison.changed {
        let after = if pair.is_same() { "the same, for another reason".to_owned() } else { mark(pair.to) };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{after}</td><td class=\"amount\">{}</td><td class=\"amount\">{}</td><td class=\"amount\">{}</td></tr>",
            mark(pair.from),
            grouped(amount.lines),
            grouped(comparison.members.get(pair).copied().unwrap_or(0)),
            dollars(amount.charge)
        );
    }
    out.push_str("</tbody></table></div>\n");
    if comparison.without_member > 0 {
        let claims = counted_u64(comparison.without_member, "claim names", "claims name");
        let _ = writeln!(out, "<p class=\"soft\">{claims} no member and is counted with none.</p>");
    }
    out
}
