//! Rules of one stage of which one allows a line and another denies it. The denial wins; whether
//! that is meant, the pack must say.

use super::{
    Finding,
    field::{Field, of_rule},
};
use crate::{
    fault::PackFault,
    pack::{Rule, Stage},
    proof::ProofError,
    tree::{FALSE, NodeId},
    verdict::Verdict,
};

/// A finding for each pair that is not declared, and for each declaration that no line needs.
pub(super) fn find(field: &mut Field<'_, '_>) -> Result<Vec<Finding>, ProofError> {
    let pack = field.pack;
    let (mut findings, mut needed) = (Vec::new(), Vec::new());
    for (place, stage) in pack.stages.iter().enumerate().filter(|(_, stage)| !stage.is_limit) {
        let allows = saying(field, place, stage, Verdict::Allow)?;
        let denies = saying(field, place, stage, Verdict::Deny)?;
        for (allow, allowed) in &allows {
            for (deny, denied) in &denies {
                let both = field.graph.and(*allowed, *denied)?;
                if both == FALSE {
                    continue;
                }
                let is_declared = |one: &&crate::pack::Disagreement| one.allow == allow.name && one.deny == deny.name;
                if let Some(declared) = pack.manifest.disagreements.iter().find(is_declared) {
                    needed.push(declared);
                    continue;
                }
                let witness = field.examples.find(&mut field.graph, both, |_| true)?;
                let shown = if witness.is_some() { "" } else { "; no request was found that shows it" };
                let message = format!("`{}` allows what `{}` of the same stage denies{shown}", allow.name, deny.name);
                let fault = PackFault::new("proof::disagreement", message).help(
                    "the denial wins: put one of them into another stage, or say in pack.toml under [[disagreements]] why it is meant",
                );
                let fault = of_rule(fault, field.text(stage, allow), "this one allows");
                findings.push(Finding { fault, witness });
            }
        }
    }
    let text = pack.texts.iter().find(|text| text.path == "pack.toml");
    for declared in pack.manifest.disagreements.iter().filter(|declared| !needed.contains(declared)) {
        let message = format!("`{}` and `{}` never disagree", declared.allow, declared.deny);
        let fault =
            PackFault::new("proof::idle_disagreement", message).help("remove the declaration, or mend the names");
        findings.push(Finding::of(match text {
            Some(text) => fault.at_part(text, &declared.why, "declared here"),
            None => fault,
        }));
    }
    Ok(findings)
}

/// The rules of a stage that can say a verdict, with where they are asked and say it.
fn saying<'a>(
    field: &mut Field<'_, '_>,
    place: usize,
    stage: &'a Stage,
    verdict: Verdict,
) -> Result<Vec<(&'a Rule, NodeId)>, ProofError> {
    let asked = field.asked.get(place).copied().unwrap_or(FALSE);
    let nodes = field.laid.rules.get(place).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for (rule, node) in stage.rules.iter().zip(nodes) {
        let said = &field.said;
        let says = field.graph.map(node, &mut |end| u32::from(said.verdict(end) == Some(verdict)))?;
        let says = field.graph.and(says, asked)?;
        if says != FALSE {
            found.push((rule, says));
        }
    }
    Ok(found)
}
