//! A decision as people read it: the verdict, why, on which passage, what is missing, what would
//! change it. A line that is allowed takes one line.
//!
//! Knows no policy: every sentence comes with the decision.

use std::{
    io::{self, Write},
    path::Path,
};

use super::screen::{Clean, Ink, Screen};
use crate::{
    exchange::{Fault, Reject},
    request::{Kind, Line, Request},
    verdict::{Citation, Decision, Evidence, Finding, LineDecision, Need, Verdict},
};

/// The column of the words that say what follows, and of what follows.
const LABEL: usize = 5;
const TEXT: usize = 19;

/// Writes the lines of a decision whose verdict is `shown`; nothing where there are none.
pub(super) fn decision(
    out: &mut impl Write,
    screen: Screen,
    request: &Request,
    decision: &Decision,
    shown: &dyn Fn(Verdict) -> bool,
) -> io::Result<()> {
    if !decision.lines.is_empty() && !decision.lines.iter().any(|line| shown(line.verdict)) {
        return Ok(());
    }
    let kind = match request.kind {
        Kind::Claim => "claim",
        Kind::Order => "order",
    };
    let id = Clean(&decision.request_id).to_string();
    writeln!(out, "{kind} {}", screen.ink(Ink::Bold, &id))?;
    for (message, source) in &decision.remarks {
        item(out, screen, "remark", &format!("{message} ({source})"))?;
    }
    let codes: Vec<String> = request.lines.iter().map(procedure).collect();
    let code_columns = codes.iter().map(|code| code.chars().count()).max().unwrap_or_default();
    for (line, code) in decision.lines.iter().zip(&codes).filter(|(line, _)| shown(line.verdict)) {
        write!(out, "{:>3}  {code:<code_columns$}  {}  ", line.number, verdict(screen, line.verdict))?;
        write_line(out, screen, code_columns + 15, line)?;
    }
    if decision.requires_clinician_signoff && shown(Verdict::Deny) {
        screen.wrap(out, 0, 0, "A clinician signs before the denial goes out.")?;
    }
    out.write_all(b"\n")
}

/// The code of what was done, with its modifiers.
fn procedure(line: &Line) -> String {
    let Some(code) = line.procedure.get() else { return "-".to_owned() };
    let mut written = code.to_string();
    for modifier in &line.modifiers {
        written.push('-');
        written.push_str(modifier.value.text());
    }
    written
}

/// A sign and a word, so that colour is not needed.
fn verdict(screen: Screen, verdict: Verdict) -> super::screen::Inked<'static> {
    match verdict {
        Verdict::Allow => screen.ink(Ink::Green, "✓ allow"),
        Verdict::Flag => screen.ink(Ink::Yellow, "! flag "),
        Verdict::Deny => screen.ink(Ink::Red, "✗ deny "),
    }
}

/// Everything behind the verdict of a line; the cursor stands in column `from`.
fn write_line(out: &mut impl Write, screen: Screen, from: usize, line: &LineDecision) -> io::Result<()> {
    let Some((main, others)) = line.findings.split_first() else { return writeln!(out) };
    if line.verdict == Verdict::Allow {
        // One line, however long: the sentence stays whole, and `grep` finds it.
        writeln!(out, "{}", Clean(&main.text))?;
    } else {
        screen.wrap(out, from, from, &main.text)?;
        why(out, screen, &main.evidence)?;
        if let Some(citation) = &main.citation {
            passage(out, screen, citation)?;
        }
        for need in &line.needs {
            missing(out, screen, need)?;
        }
        for (place, change) in line.would_change.iter().enumerate() {
            let all: Vec<String> = change.all.iter().map(|one| format!("{}: {}", one.fact, one.when)).collect();
            let words = format!("{} → {}", all.join(" and "), change.then);
            entry(out, screen, if place == 0 { "would change" } else { "" }, &words)?;
        }
        item(out, screen, "codes", &codes(main))?;
        item(out, screen, "reason", &reason(main))?;
        for other in others {
            entry(out, screen, "also", &format!("{}: {} ({})", other.verdict, other.text, reason(other)))?;
        }
    }
    for note in &line.notes {
        item(out, screen, "note", &note.text)?;
    }
    Ok(())
}

fn why(out: &mut impl Write, screen: Screen, evidence: &[Evidence]) -> io::Result<()> {
    for (place, one) in evidence.iter().enumerate() {
        let mut words = format!("{} {}: {}", one.fact, one.question, one.answer);
        match &one.value {
            Some(value) if one.source == "not given" => words.push_str(&format!(" — {value}")),
            Some(value) => words.push_str(&format!(" — {value} at {}", one.source)),
            None => words.push_str(&format!(" — {}", one.source)),
        }
        if let Some(within) = &one.within {
            words.push_str(&format!(" [{within}]"));
        }
        entry(out, screen, if place == 0 { "why" } else { "" }, &words)?;
    }
    Ok(())
}

fn passage(out: &mut impl Write, screen: Screen, citation: &Citation) -> io::Result<()> {
    let Citation { anchor, doi, strength, certainty, dissent } = citation;
    let mut words = anchor.clone();
    if let Some(strength) = strength {
        words.push_str(&format!(" · {strength}"));
    }
    if let Some(certainty) = certainty {
        words.push_str(&format!(" · certainty {certainty}"));
    }
    if !doi.is_empty() {
        words.push_str(&format!(" · doi {doi}"));
    }
    item(out, screen, "passage", &words)?;
    dissent.as_ref().map_or(Ok(()), |dissent| item(out, screen, "dissent", dissent))
}

fn missing(out: &mut impl Write, screen: Screen, need: &Need) -> io::Result<()> {
    let words = format!("{} ({} is {}: {})", need.ask, need.fact, need.why.name(), need.source);
    entry(out, screen, "missing", &words)?;
    let settled = need.answers.iter().filter_map(|(when, then)| then.map(|then| (when, then)));
    for (when, then) in settled.clone() {
        entry(out, screen, "", &format!("{when} → {then}"))?;
    }
    match (settled.count(), need.answers.len()) {
        (0, _) => Ok(()),
        (settled, all) if settled == all => Ok(()),
        _ => entry(out, screen, "", "otherwise it hangs on what else is missing"),
    }
}

/// Remittance, prior authorization and order-time codes.
fn codes(finding: &Finding) -> String {
    let mut codes = Vec::new();
    if let Some(adjustment) = &finding.adjustment {
        codes.push(format!("CARC {}-{}", adjustment.group, adjustment.carc));
        codes.extend(adjustment.rarc.as_ref().map(|rarc| format!("RARC {rarc}")));
    }
    codes.extend(finding.effect.pas.as_ref().map(|pas| format!("PAS {pas}")));
    codes.extend(finding.effect.crd.as_ref().map(|crd| format!("CRD {crd}")));
    codes.join(" · ")
}

fn reason(finding: &Finding) -> String {
    match finding.rule.as_str() {
        "" => finding.reason.clone(),
        rule => format!("{} · rule {}/{rule} of {}", finding.reason, finding.stage, finding.pack),
    }
}

/// A claim that could not be read.
pub(super) fn reject(out: &mut impl Write, screen: Screen, reject: &Reject) -> io::Result<()> {
    let name = reject.request_id.as_deref().unwrap_or("without an identifier");
    let name = Clean(name).to_string();
    writeln!(out, "claim {}", screen.ink(Ink::Bold, &name))?;
    write!(out, "     {}  ", screen.ink(Ink::Red, "✗ rejected"))?;
    told(out, screen, TEXT - 2, &reject.fault)
}

/// A fault that cost no claim.
pub(super) fn fault(out: &mut impl Write, screen: Screen, fault: &Fault) -> io::Result<()> {
    write!(out, "{}  ", screen.ink(Ink::Yellow, "! fault"))?;
    told(out, screen, 9, fault)
}

fn told(out: &mut impl Write, screen: Screen, from: usize, fault: &Fault) -> io::Result<()> {
    screen.wrap(out, from, from, &fault.message)?;
    item(out, screen, "place", &fault.place)?;
    if let Some(help) = &fault.help {
        item(out, screen, "help", help)?;
    }
    item(out, screen, "code", fault.code)?;
    out.write_all(b"\n")
}

/// The file whose claims follow.
pub(super) fn file(out: &mut impl Write, screen: Screen, file: &Path) -> io::Result<()> {
    let name = Clean(&file.to_string_lossy()).to_string();
    writeln!(out, "{}\n", screen.ink(Ink::Dim, &name))
}

/// A named paragraph of the rationale.
fn item(out: &mut impl Write, screen: Screen, label: &str, words: &str) -> io::Result<()> {
    named(out, screen, label, TEXT, words)
}

/// One of several of a kind: its further lines stand back.
fn entry(out: &mut impl Write, screen: Screen, label: &str, words: &str) -> io::Result<()> {
    named(out, screen, label, TEXT + 2, words)
}

fn named(out: &mut impl Write, screen: Screen, label: &str, hang: usize, words: &str) -> io::Result<()> {
    write!(out, "{:LABEL$}{:<width$}", "", screen.ink(Ink::Dim, label), width = TEXT - LABEL)?;
    screen.wrap(out, TEXT, hang, words)
}
