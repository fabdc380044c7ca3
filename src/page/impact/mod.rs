//! What a change of policy does to claims at hand, as one page: for a committee that decides, on a
//! screen, in the dark, on paper. No script, no network.
//!
//! INVARIANT: nothing on the page names a member; claims stand there by their sender's identifier.

mod bars;
mod flow;
mod months;
mod record;

use std::fmt::Write as _;

use super::{
    html::{self, counted},
    text::Escaped,
};
use crate::{
    money::Cents,
    replay::compare::{Amount, ChangedLine, Class, Comparison, Conclusion, Dimension, Transition},
    verdict::{PackStamp, Verdict},
};

/// The style of the page, beside that of all pages.
const SHEET: &str = include_str!("../impact.css");

/// Classes of the proved difference that are shown; the rest is counted.
const CLASSES: usize = 40;

/// The page; `classes` are those of the semantic difference, where there is one.
pub fn page(comparison: &Comparison, classes: Option<&[Class]>) -> String {
    let mut sections: Vec<(&str, &str, String)> = Vec::new();
    if comparison.is_changed() {
        sections.push(("flow", "What becomes of lines", flow::section(comparison)));
        sections.push(("months", "Charges by month of service", months::section(comparison)));
        for (by, id, title) in [
            (Dimension::Rule, "rules", "By rule"),
            (Dimension::Reason, "reasons", "By reason"),
            (Dimension::Procedure, "procedures", "By procedure"),
            (Dimension::Provider, "providers", "By billing provider"),
        ] {
            sections.push((id, title, bars::section(comparison, by)));
        }
        sections.extend(classes.map(|classes| ("classes", "What was proved", proved(classes))));
        sections.push(("lines", "Some of the changed lines", examples(comparison)));
    }
    sections.push(("read", "What was read", read(comparison)));
    let links = sections.iter().map(|(id, title, _)| format!("<li><a href=\"#{id}\">{title}</a></li>\n"));
    let contents = format!("<ul>\n{}</ul>\n", links.collect::<String>());
    let mut main = head(comparison);
    for (id, title, inside) in &sections {
        let _ = write!(main, "<section id=\"{id}\">\n<h2>{title}</h2>\n{inside}</section>\n");
    }
    html::page_with("What a change of policy does", &contents, &main, SHEET)
}

/// The answer in a few figures.
fn head(comparison: &Comparison) -> String {
    let mut out = String::from("<h1>What a change of policy does</h1>\n<dl>\n");
    for (side, stamps) in [("Old", &comparison.old), ("New", &comparison.new)] {
        for PackStamp { name, version, digest } in stamps {
            let _ = writeln!(
                out,
                "<dt>{side}</dt><dd>{} {} <span class=\"soft digest\">{}</span></dd>",
                Escaped(name),
                Escaped(version),
                Escaped(digest)
            );
        }
    }
    out.push_str("</dl>\n");
    let came = &comparison.tally;
    if !comparison.is_changed() {
        let _ = writeln!(
            out,
            "<p class=\"lead\">Nothing changes: {} and {} get the same verdict for the same reason.</p>",
            counted_u64(came.claims.judged(), "claim", "claims"),
            counted_u64(came.lines.judged(), "line", "lines")
        );
        return out;
    }
    let mut all = Amount::default();
    comparison.changed.values().for_each(|amount| all.add(amount));
    let (mut stricter, mut milder) = (Amount::default(), Amount::default());
    for (pair, amount) in &comparison.changed {
        match pair.from.cmp(&pair.to) {
            std::cmp::Ordering::Less => stricter.add(amount),
            std::cmp::Ordering::Greater => milder.add(amount),
            std::cmp::Ordering::Equal => {}
        }
    }
    out.push_str("<ul class=\"figures\">\n");
    let mut figure = |what: &str, number: String, beside: String| {
        let _ = writeln!(out, "<li>{what}<strong>{number}</strong><span class=\"soft\">{beside}</span></li>");
    };
    figure("Lines that change", grouped(all.lines), format!("of {}", grouped(came.lines.judged())));
    figure("Claims", grouped(comparison.changed_claims), format!("of {}", grouped(came.claims.judged())));
    figure("Members", grouped(comparison.changed_members), "different ones".to_owned());
    figure("Charged by them", dollars(all.charge), uncharged(&all));
    figure("Judged more strictly", grouped(stricter.lines), dollars(stricter.charge));
    figure("Judged more mildly", grouped(milder.lines), dollars(milder.charge));
    out.push_str("</ul>\n");
    out
}

fn uncharged(amount: &Amount) -> String {
    match amount.uncharged {
        0 => "what was billed, not what is paid".to_owned(),
        some => format!("{} without a charge", counted_u64(some, "line", "lines")),
    }
}

/// The classes of the semantic difference.
fn proved(classes: &[Class]) -> String {
    let with = classes.iter().filter(|class| class.amount.lines > 0).count();
    let mut out = format!(
        "<p>Proof over every line that there can be, not only those read: {} of lines change between these packs, and \
         {with} of them {} lines here. A class without lines can have some in the next file.</p>\n\
         <div class=\"wide\"><table class=\"bars\"><thead><tr><th scope=\"col\">What changes</th><th scope=\"col\">When</th>\
         <th scope=\"col\" class=\"amount\">Lines</th><th scope=\"col\" class=\"amount\">Charged</th></tr></thead>\n<tbody>\n",
        counted(classes.len(), "class", "classes"),
        if with == 1 { "has" } else { "have" },
    );
    for class in classes.iter().take(CLASSES) {
        let side = |side: &Conclusion| format!("{} {}", mark(side.verdict), html::breakable(&side.reason));
        let when: String = class.when.iter().map(|when| format!("<li>{}</li>", Escaped(when))).collect();
        let when = if when.is_empty() { "always".to_owned() } else { format!("<ul class=\"when\">{when}</ul>") };
        let _ = writeln!(
            out,
            "<tr><td>{}<br>→ {}</td><td>{when}</td><td class=\"amount\">{}</td><td class=\"amount\">{}</td></tr>",
            side(&class.from),
            side(&class.to),
            grouped(class.amount.lines),
            dollars(class.amount.charge)
        );
    }
    out.push_str("</tbody></table></div>\n");
    if classes.len() > CLASSES {
        let _ = writeln!(
            out,
            "<p class=\"soft\">and {} more: <code>claimgate rules diff</code></p>",
            classes.len() - CLASSES
        );
    }
    out
}

/// Some lines of each kind, with what both sides say.
fn examples(comparison: &Comparison) -> String {
    let mut out =
        String::from("<p>The first that came of each kind; <code>changed.ndjson</code> has all of them.</p>\n");
    for (pair, lines) in &comparison.examples {
        let all = comparison.changed.get(pair).map_or(0, |amount| amount.lines);
        let inside: String = lines.iter().map(example).collect();
        let summary = format!("{}: {} of {}", words(*pair), lines.len(), grouped(all));
        out.push_str(&html::details(&summary, &inside, !pair.is_same()));
    }
    out
}

fn example(line: &ChangedLine) -> String {
    let ChangedLine { request_id, number, procedure, service_date, charge, provider, .. } = line;
    let mut words = vec![format!("<strong>{}</strong> line {number}", Escaped(request_id))];
    words.extend(procedure.as_deref().map(|code| format!("<code>{}</code>", Escaped(code))));
    words.extend(service_date.as_deref().map(|day| Escaped(day).to_string()));
    words.extend(charge.map(|charge| dollars(charge.0)));
    words.extend(provider.as_deref().map(|provider| format!("billed by {}", Escaped(provider))));
    let side = |name: &str, verdict, said: &crate::replay::compare::Said| {
        format!(
            "<p class=\"side\"><span class=\"soft\">{name}</span><span>{}</span><span>{} <span class=\"soft\">{}</span></span></p>",
            mark(verdict),
            Escaped(&said.text),
            html::breakable(&said.reason)
        )
    };
    format!(
        "<div class=\"changed\"><p>{}</p>{}{}</div>\n",
        words.join(" · "),
        side("before", line.transition.from, &line.old),
        side("after", line.transition.to, &line.new)
    )
}

/// The accounting of what was read.
fn read(comparison: &Comparison) -> String {
    let tally = &comparison.tally;
    let is_recorded = comparison.record.is_some();
    let names = ["Came in", "Allowed before", "Flagged before", "Denied before", "Rejected"];
    let names = names.into_iter().chain(is_recorded.then_some("Not comparable"));
    let names: String = names.map(|name| format!("<th scope=\"col\" class=\"amount\">{name}</th>")).collect();
    let mut out = format!(
        "<div class=\"wide\"><table class=\"bars\"><thead><tr><th scope=\"col\"></th>{names}</tr></thead>\n<tbody>\n"
    );
    for (name, account) in [("Claims", &tally.claims), ("Lines", &tally.lines)] {
        let cells = [account.came, account.allowed, account.flagged, account.denied, account.rejected];
        let cells = cells.into_iter().chain(is_recorded.then_some(account.not_comparable));
        let cells: String = cells.map(|count| format!("<td class=\"amount\">{}</td>", grouped(count))).collect();
        let _ = writeln!(out, "<tr><th scope=\"row\">{name}</th>{cells}</tr>");
    }
    out.push_str("</tbody></table></div>\n");
    if !tally.faults.is_empty() {
        let faults: Vec<String> =
            tally.faults.iter().map(|(code, count)| format!("{} {}", grouped(*count), Escaped(code))).collect();
        let _ = writeln!(out, "<p>Faults in the input that cost no claim: {}.</p>", faults.join(", "));
    }
    if let Some(record) = &comparison.record {
        out.push_str(&record::section(record));
    }
    if let Some(history) = &comparison.history {
        let claims = counted_u64(history.claims, "claim", "claims");
        let _ = writeln!(out, "<p>{claims} of a ledger were history of these, and are not counted.</p>");
    }
    out
}

/// The colour of a pair of verdicts: the one they come to, where it is another.
fn colour(pair: Transition) -> &'static str {
    if pair.is_same() { "same" } else { pair.to.name() }
}

/// What the colours mean.
fn key() -> String {
    let after =
        [Verdict::Allow, Verdict::Flag, Verdict::Deny].map(|verdict| format!("<li>{} afterwards</li>", mark(verdict)));
    let same = "<li><span class=\"end pass\">=</span> the same verdict, another reason</li>";
    format!("<ul class=\"key\" aria-label=\"Colours\">{}{same}</ul>\n", after.concat())
}

/// A verdict with its sign.
fn mark(verdict: Verdict) -> String {
    let sign = match verdict {
        Verdict::Allow => "✓",
        Verdict::Flag => "!",
        Verdict::Deny => "✗",
    };
    format!("<span class=\"end {verdict}\"><span aria-hidden=\"true\">{sign}</span> {verdict}</span>")
}

fn words(pair: Transition) -> String {
    if pair.is_same() { format!("{}, for another reason", pair.words()) } else { pair.words() }
}

fn counted_u64(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount of money.
fn dollars(cents: i64) -> String {
    Cents(cents).dollars()
}
