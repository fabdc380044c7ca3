//! Properties that a pack claims of itself: each is proved of all lines, or refuted by a request.

use super::{Finding, field::Field};
use crate::{
    fact::{FactId, Shape},
    fault::PackFault,
    pack::{Claim, Pack, Property},
    proof::{
        ProofError, Space,
        conclusion::{Conclusions, conclude},
        example::concluded,
    },
    request::Request,
    script::Returned,
    tree::{FALSE, Forest, Graph, Limits, NodeId, Refusal, Root, Step, TRUE, VariableKind, explore},
    verdict::{Outcome, Said, Verdict},
};

/// The conditions of a pack's properties, each explored like a rule: `None` where it could not be.
pub(super) struct Conditions {
    forest: Forest,
    roots: Vec<Option<Vec<Root>>>,
}

/// Explores the conditions of all properties, so that their questions have a place in the space.
pub(super) fn read(pack: &Pack) -> (Conditions, Vec<Finding>) {
    let (mut conditions, mut findings) = (Conditions { forest: Forest::default(), roots: Vec::new() }, Vec::new());
    for property in &pack.manifest.properties {
        let texts: Vec<&String> = match &property.claim {
            Claim::Never(_, when) => vec![when],
            Claim::Only(_, all) => all.iter().collect(),
            Claim::NeverWorse { to: fact, .. } | Claim::Rising { fact, .. } => {
                // A fact that no rule asks is asked here for the first time.
                let _ = pack.scripts.call(fact, &[]);
                Vec::new()
            }
        };
        let roots = texts.into_iter().map(|text| explored(pack, &mut conditions.forest, text));
        match roots.collect::<Result<Vec<_>, _>>() {
            Ok(roots) => conditions.roots.push(Some(roots)),
            Err((text, fault)) => {
                findings.push(Finding::of(unclear(pack, property, &text, &fault)));
                conditions.roots.push(None);
            }
        }
    }
    (conditions, findings)
}

fn explored(pack: &Pack, forest: &mut Forest, text: &str) -> Result<Root, (String, String)> {
    let run = |answers: &[bool]| {
        let call = pack.scripts.call(text, answers).map_err(|fault| fault.message)?;
        // A condition that holds is kept as a remark: a tree ends in outcomes.
        let outcome = match call.returned {
            Returned::YesNo(true) => Outcome::Note(Said { reason: "holds".to_owned(), cites: None }),
            Returned::YesNo(false) => Outcome::Pass,
            Returned::Text(_) | Returned::Outcome(_) | Returned::Other(_) => return Err("it is no question".to_owned()),
        };
        let step =
            |asked: crate::script::Asked| Step { question: asked.question, answer: asked.answer, within: asked.within };
        Ok((call.asked.into_iter().map(step).collect(), outcome))
    };
    explore(forest, Limits::default(), run).map_err(|refusal| {
        let why = match refusal {
            Refusal::Script(why) => why,
            Refusal::Paths(max) => format!("it has more than {max} paths"),
            Refusal::Steps(max) => format!("a path of it asks more than {max} questions"),
        };
        (text.to_owned(), why)
    })
}

fn unclear(pack: &Pack, property: &Property, text: &str, why: &str) -> PackFault {
    let fault = PackFault::new("proof::unclear_property", format!("`{}` cannot be proved: {why}", property.says))
        .help("write conditions as in a rule, with its facts, value sets, parameters and definitions: `patient.age_years < 18`");
    at_manifest(pack, fault, &property.says, text)
}

fn at_manifest(pack: &Pack, fault: PackFault, says: &str, part: &str) -> PackFault {
    let Some(text) = pack.texts.iter().find(|text| text.path == "pack.toml") else { return fault };
    // In TOML a quotation mark may stand behind a backslash.
    let escaped = part.replace('"', "\\\"");
    let part = if text.text.contains(part) { part } else { &escaped };
    if text.text.contains(part) {
        fault.at_part_after(text, says, part, "here")
    } else {
        fault.at_part(text, says, "this property")
    }
}

/// A finding for each property that does not hold, or that can be neither proved nor refuted.
pub(super) fn find(
    field: &mut Field<'_, '_>,
    space: &Space,
    conditions: &Conditions,
) -> Result<Vec<Finding>, ProofError> {
    let pack = field.pack;
    if pack.manifest.properties.is_empty() {
        return Ok(Vec::new());
    }
    let all = conclude(&mut field.graph, space, pack, &field.laid, &mut field.said)?;
    let questions = space.conditions(&mut field.graph)?;
    let mut findings = Vec::new();
    for (property, roots) in pack.manifest.properties.iter().zip(&conditions.roots) {
        let Some(roots) = roots else { continue };
        let mut holds = Vec::new();
        for root in roots {
            let end = &mut |outcome: &Outcome| u32::from(*outcome != Outcome::Pass);
            holds.push(field.graph.of_tree(&conditions.forest, *root, &questions, end)?);
        }
        let broken = match &property.claim {
            Claim::Never(verdict, _) => {
                let condition = holds.first().copied().unwrap_or(FALSE);
                never(field, all, *verdict, condition)?
            }
            Claim::Only(verdict, conditions) => only(field, all, *verdict, &holds, conditions)?,
            Claim::NeverWorse { adding, to, verdict } => match sets_of(space, pack, adding, to) {
                Ok(parts) => worse(field, space, all, &parts, *verdict, (adding, to))?,
                Err(why) => Some(Broken { how: why, region: FALSE, verdict: None }),
            },
            Claim::Rising { fact, from } => match fact_of(space, fact) {
                Some(id) if !matches!(shape(space, id), Some(Shape::Quantity(_) | Shape::Date)) => {
                    let how = format!("`{fact}` is neither a quantity nor a day");
                    Some(Broken { how, region: FALSE, verdict: None })
                }
                Some(id) => falling(field, space, all, id, *from)?,
                None => Some(Broken { how: format!("there is no fact `{fact}`"), region: FALSE, verdict: None }),
            },
        };
        let Some(broken) = broken else { continue };
        if broken.region == FALSE {
            findings.push(Finding::of(unclear(pack, property, &property.says, &broken.how)));
            continue;
        }
        let accepts = |request: &Request| {
            broken.verdict.is_none() || concluded(pack, request).map(|said| said.verdict) == broken.verdict
        };
        let witness = field.examples.find(&mut field.graph, broken.region, accepts)?;
        findings.push(finding(pack, property, &broken.how, witness));
    }
    Ok(findings)
}

/// How a property is broken, and where.
struct Broken {
    how: String,
    region: NodeId,
    /// What a request there gets.
    verdict: Option<Verdict>,
}

fn finding(pack: &Pack, property: &Property, how: &str, witness: Option<Request>) -> Finding {
    let (code, message) = if witness.is_some() {
        ("proof::broken_property", format!("`{}` does not hold: {how}", property.says))
    } else {
        (
            "proof::unproved_property",
            format!(
                "`{}` is not proved: {how}, as far as facts can be so together; no request was found that shows it",
                property.says
            ),
        )
    };
    let fault = PackFault::new(code, message).help("mend the rules, or claim what holds");
    Finding { fault: at_manifest(pack, fault, &property.says, &property.says), witness }
}

fn getting(graph: &mut Graph<'_>, said: &Conclusions, all: NodeId, verdict: Verdict) -> Result<NodeId, ProofError> {
    Ok(graph.map(all, &mut |end| u32::from(said.verdict(end) == Some(verdict)))?)
}

fn never(field: &mut Field<'_, '_>, all: NodeId, verdict: Verdict, when: NodeId) -> Result<Option<Broken>, ProofError> {
    let got = getting(&mut field.graph, &field.said, all, verdict)?;
    let region = field.graph.and(got, when)?;
    let region = field.graph.and(region, field.possible)?;
    let how = format!("a line gets {verdict} there");
    Ok((region != FALSE).then_some(Broken { how, region, verdict: Some(verdict) }))
}

fn only(
    field: &mut Field<'_, '_>,
    all: NodeId,
    verdict: Verdict,
    holds: &[NodeId],
    texts: &[String],
) -> Result<Option<Broken>, ProofError> {
    let got = getting(&mut field.graph, &field.said, all, verdict)?;
    let got = field.graph.and(got, field.possible)?;
    for (condition, text) in holds.iter().zip(texts) {
        let region = field.graph.without(got, *condition)?;
        if region != FALSE {
            let how = format!("a line gets {verdict} without `{text}`");
            return Ok(Some(Broken { how, region, verdict: Some(verdict) }));
        }
    }
    Ok(None)
}

/// The parts of a fact's codes that a code of the set can be in.
fn sets_of(space: &Space, pack: &Pack, adding: &str, to: &str) -> Result<Vec<u16>, String> {
    let set = pack.sets.find(adding).ok_or_else(|| format!("there is no value set `{adding}`"))?;
    let fact = fact_of(space, to).ok_or_else(|| format!("there is no fact `{to}`"))?;
    if shape(space, fact) != Some(Shape::Codes) {
        return Err(format!("`{to}` is no set of codes"));
    }
    let of_fact = space.variables.iter().filter(|(_, variable)| variable.fact == fact);
    Ok(of_fact
        .filter(|(_, variable)| match &variable.kind {
            VariableKind::Part(part) => !part.and(pack.sets.mask(set)).is_empty(),
            _ => false,
        })
        .map(|(place, _)| place)
        .collect())
}

fn shape(space: &Space, fact: FactId) -> Option<Shape> {
    space.book.get_fact(fact).map(|fact| fact.kind.shape)
}

fn fact_of(space: &Space, words: &str) -> Option<FactId> {
    let facts = (0u16..).map(FactId).take(space.book.facts().len());
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    facts.into_iter().find(|fact| plain(&space.book.fact_words(*fact, &space.sets)) == plain(words))
}

fn worse(
    field: &mut Field<'_, '_>,
    space: &Space,
    all: NodeId,
    parts: &[u16],
    brings: Option<Verdict>,
    (adding, to): (&str, &str),
) -> Result<Option<Broken>, ProofError> {
    for part in parts {
        let ends = [0, 1].map(|value| field.graph.fixed(all, *part, value));
        let [before, after] = ends;
        let can = [0, 1].map(|value| field.graph.fixed(field.possible, *part, value));
        let [could, can] = can;
        let can = field.graph.and(could?, can?)?;
        let there = field.graph.one_of(*part, &[1])?;
        let can = field.graph.and(can, there)?;
        let region = more_severe(field, before?, after?, brings)?;
        let region = field.graph.and(region, can)?;
        if region != FALSE {
            let code = space.variables.get(*part).and_then(|variable| match &variable.kind {
                VariableKind::Part(part) => Some(super::super::clause::part_words(space, part)),
                _ => None,
            });
            let how = format!("one code of {} more in {to} makes a verdict worse ({adding})", code.unwrap_or_default());
            return Ok(Some(Broken { how, region, verdict: brings }));
        }
    }
    Ok(None)
}

fn falling(
    field: &mut Field<'_, '_>,
    space: &Space,
    all: NodeId,
    fact: FactId,
    from: Option<i64>,
) -> Result<Option<Broken>, ProofError> {
    let of_fact = || space.variables.iter().filter(|(_, variable)| variable.fact == fact);
    let mut all = all;
    if let Some((known, _)) = of_fact().find(|(_, variable)| matches!(variable.kind, VariableKind::Known)) {
        all = field.graph.fixed(all, known, 1)?;
    }
    let spans = of_fact().find_map(|(place, variable)| match &variable.kind {
        VariableKind::Cuts(cuts) => Some((place, cuts)),
        _ => None,
    });
    let Some((place, cuts)) = spans else { return Ok(None) };
    // The n-th cut stands between the n-th span and the next; one at or below the least amount
    // compares with amounts of which nothing is claimed.
    for (value, cut) in cuts.iter().enumerate().filter(|(_, cut)| from.is_none_or(|from| **cut > from)) {
        let (lower, higher) = (field.graph.fixed(all, place, value)?, field.graph.fixed(all, place, value + 1)?);
        let region = more_severe(field, higher, lower, None)?;
        let below = field.graph.one_of(place, &[value])?;
        let region = field.graph.and(region, below)?;
        let region = field.graph.and(region, field.possible)?;
        if region != FALSE {
            let how = format!("below {cut} a verdict is more severe than from {cut} on");
            return Ok(Some(Broken { how, region, verdict: None }));
        }
    }
    Ok(None)
}

/// Where the second conclusion is more severe than the first, and `brings` where that is named.
fn more_severe(
    field: &mut Field<'_, '_>,
    one: NodeId,
    two: NodeId,
    brings: Option<Verdict>,
) -> Result<NodeId, ProofError> {
    let said = &field.said;
    Ok(field.graph.apply(one, two, &mut |graph, one, two| match (graph.ending(one), graph.ending(two)) {
        (Some(one), Some(two)) => {
            let is_worse = said.verdict(two) > said.verdict(one);
            let is_meant = brings.is_none() || said.verdict(two) == brings;
            Ok(Some(if is_worse && is_meant { TRUE } else { FALSE }))
        }
        (_, _) => Ok((one == two).then_some(FALSE)),
    })?)
}
