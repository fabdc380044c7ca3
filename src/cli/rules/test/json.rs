//! What came of the cases, for programs.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::{Args, Covered, Report, drafts::outcome_words};
use crate::proof::coverage::{Gap, GapKind, RuleCoverage, Sought, Tally};

/// Tells all packs' reports as one object. Every gap and every draft is in it, whatever the limit.
pub(super) fn tell(reports: &[Report], args: &Args) -> io::Result<()> {
    let packs: Vec<Value> = reports.iter().map(|report| pack(report, args)).collect();
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &json!({ "packs": packs }))?;
    out.write_all(b"\n")
}

fn pack(report: &Report, args: &Args) -> Value {
    let failures = report
        .failed
        .iter()
        .map(|(path, differences)| json!({ "path": path, "differences": differences.lines().collect::<Vec<_>>() }));
    let mut pack = json!({
        "name": report.manifest.name,
        "version": report.manifest.version,
        "cases": {
            "passed": report.passed, "failed": report.failed.len(), "drafts": report.drafts.len(),
        },
        "failures": failures.collect::<Vec<_>>(),
        "drafts": report.drafts,
    });
    if let (Some(covered), Some(pack)) = (&report.coverage, pack.as_object_mut()) {
        pack.insert("coverage".to_owned(), coverage(covered, args));
    }
    pack
}

fn coverage(covered: &Covered, args: &Args) -> Value {
    let rules: Vec<Value> =
        covered.coverage.rules.iter().enumerate().map(|(place, one)| rule(covered, place, one)).collect();
    let whole = |of| tally(covered.coverage.whole(of));
    json!({
        "branches": whole(|rule| rule.branches),
        "outcomes": whole(|rule| rule.outcomes),
        "paths": whole(|rule| rule.paths),
        "min_branches_permille": args.min_branches,
        "rules": rules,
        "drafts": covered.sheets.iter().map(|sheet| json!({ "path": sheet.path, "case": sheet.text })).collect::<Vec<_>>(),
    })
}

fn rule(covered: &Covered, place: usize, rule: &RuleCoverage) -> Value {
    let gaps: Vec<Value> =
        rule.gaps.iter().enumerate().map(|(number, one)| gap(covered, (place, number), one)).collect();
    json!({
        "stage": rule.stage,
        "rule": rule.rule,
        "parameters": covered.settings.get(rule.setting),
        "branches": tally(rule.branches),
        "outcomes": tally(rule.outcomes),
        "paths": tally(rule.paths),
        "gaps": gaps,
    })
}

fn gap(covered: &Covered, place: (usize, usize), gap: &Gap) -> Value {
    let conditions: Vec<Value> = gap
        .conditions
        .iter()
        .map(|one| json!({ "question": one.question, "answer": if one.answer { "yes" } else { "no" }, "within": one.within }))
        .collect();
    let (state, why) = match &gap.sought {
        Sought::Found(_) => ("witness", None),
        Sought::Impossible(why) => ("impossible", Some(why)),
        Sought::NotFound => ("not_found", None),
    };
    let draft = covered.sheets.iter().find(|sheet| sheet.fills.contains(&place)).map(|sheet| &sheet.path);
    json!({
        "kind": match gap.kind {
            GapKind::Outcome => "outcome",
            GapKind::Branch => "branch",
            GapKind::Path => "path",
        },
        "conditions": conditions,
        "branch": gap.branch,
        "outcome": outcome_words(&gap.outcome),
        "state": state,
        "why": why,
        "draft": draft,
    })
}

fn tally(tally: Tally) -> Value {
    json!({
        "all": tally.all, "walked": tally.walked, "impossible": tally.impossible, "permille": tally.permille(),
    })
}
