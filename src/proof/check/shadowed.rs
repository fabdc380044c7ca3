//! Rules that never come to speak: wherever they would, an earlier stage has settled the line, or
//! no request can be so, or there is nothing to lower.

use super::{
    Finding,
    field::{Field, of_rule},
};
use crate::{
    fault::PackFault,
    pack::Rule,
    proof::ProofError,
    tree::{FALSE, NodeId},
    verdict::{Outcome, Verdict},
};

/// A finding for each such rule. One that says nothing at all under the parameters in force is left
/// to those that look at all settings.
pub(super) fn find(field: &mut Field<'_, '_>) -> Result<Vec<Finding>, ProofError> {
    let pack = field.pack;
    let mut findings = Vec::new();
    for (stage_place, stage) in pack.stages.iter().enumerate() {
        for (place, rule) in stage.rules.iter().enumerate() {
            let speaks = field.speaks.get(stage_place).and_then(|rules| rules.get(place)).copied().unwrap_or(FALSE);
            if speaks == FALSE {
                continue;
            }
            let fault = if stage.is_limit {
                limit(field, rule, stage_place, place, speaks)?
            } else {
                stage_fault(field, rule, stage_place, speaks)?
            };
            let text = field.text(stage, rule);
            findings.extend(fault.map(|fault| Finding::of(of_rule(fault, text, "this rule never speaks"))));
        }
    }
    Ok(findings)
}

fn stage_fault(
    field: &mut Field<'_, '_>,
    rule: &Rule,
    stage: usize,
    speaks: NodeId,
) -> Result<Option<PackFault>, ProofError> {
    let asked = field.asked.get(stage).copied().unwrap_or(FALSE);
    if !field.graph.are_apart(speaks, asked) {
        return Ok(None);
    }
    if field.graph.are_apart(speaks, field.possible) {
        return Ok(Some(unreachable(rule)));
    }
    // The first stage after which nothing of it is left, and the rules up to there that take it.
    let mut takers = Vec::new();
    let mut left = field.graph.and(speaks, field.asked.first().copied().unwrap_or(FALSE))?;
    for (place, earlier) in field.pack.stages.iter().enumerate().take(stage) {
        for (other, finds) in earlier.rules.iter().zip(field.laid.rules.get(place).into_iter().flatten()) {
            let finds = field.graph.map(*finds, &mut |end| u32::from(end != 0))?;
            if !field.graph.are_apart(finds, left) {
                takers.push(format!("{}/{}", earlier.name, other.name));
                left = field.graph.without(left, finds)?;
            }
        }
        if left == FALSE {
            break;
        }
    }
    let message = format!("`{}` never speaks: an earlier stage has settled every line it is for", rule.name);
    let help = if takers.is_empty() {
        "companion lines and lines outside the pack's period do not come to it either: move it to an earlier stage, or remove it".to_owned()
    } else {
        format!("they are taken by {}: move it to an earlier stage, or remove it", takers.join(", "))
    };
    Ok(Some(PackFault::new("proof::shadowed_rule", message).help(help)))
}

/// A limit that has nothing to lower.
fn limit(
    field: &mut Field<'_, '_>,
    rule: &Rule,
    stage: usize,
    place: usize,
    speaks: NodeId,
) -> Result<Option<PackFault>, ProofError> {
    let caps = field.laid.rules.get(stage).and_then(|rules| rules.get(place)).copied().unwrap_or(FALSE);
    let is_note = |outcome: &&Outcome| matches!(outcome, Outcome::Note(_));
    if field.pack.forest.outcomes_of(rule.root).iter().any(is_note) {
        return Ok(None);
    }
    if field.graph.are_apart(speaks, field.possible) {
        return Ok(Some(unreachable(rule)));
    }
    let said = &field.said;
    let lowered = field.graph.apply(field.found, caps, &mut |graph, one, two| {
        let (found, cap) = (graph.ending(one), graph.ending(two));
        Ok(match (found, cap) {
            (_, Some(0)) | (Some(0), _) => Some(FALSE),
            (Some(found), Some(cap)) => {
                let lowers = said.verdict(cap) < said.verdict(found) && said.verdict(found) > Some(Verdict::Allow);
                Some(if lowers { crate::tree::TRUE } else { FALSE })
            }
            (_, _) => None,
        })
    })?;
    let in_force = field.asked.first().copied().unwrap_or(FALSE);
    if !field.graph.are_apart(lowered, in_force) {
        return Ok(None);
    }
    let message = format!("`{}` never lowers a verdict: no line it is for has one above its limit", rule.name);
    Ok(Some(PackFault::new("proof::shadowed_rule", message).help("remove it, or look why those lines are settled so")))
}

fn unreachable(rule: &Rule) -> PackFault {
    let message = format!("`{}` never speaks: no request can give the answers that lead there", rule.name);
    PackFault::new("proof::unreachable_rule", message)
        .help("what it asks contradicts itself: a diagnosis that a line points to stands on the request too, for one")
}
