//! What is found on the diagram of all lines: rules that never come to speak, rules of a stage that
//! disagree, properties that do not hold.
//!
//! All of it under the parameters in force.

use super::{Finding, Grounds, disagreement, property, shadowed};
use crate::{
    desk::judged_before_parents,
    fault::{PackFault, PackText},
    pack::{Pack, Rule, Stage},
    proof::{
        Conclusions, ProofError, Space,
        conclusion::{Laid, first_of, lay, of_stage},
        example::Examples,
        together,
        witness::Codes,
    },
    tree::{FALSE, Graph, NodeId},
    verdict::Outcome,
};

/// Nodes of all proofs of a pack together.
const NODES_MAX: usize = 8_000_000;

/// The rules of a pack on the diagram of all lines.
pub(super) struct Field<'a, 'g> {
    pub pack: &'a Pack,
    pub graph: Graph<'g>,
    pub said: Conclusions,
    pub laid: Laid,
    /// What a request can be.
    pub possible: NodeId,
    /// Where each stage is asked: no earlier one has found anything.
    pub asked: Vec<NodeId>,
    /// Where each rule says anything at all, notes included.
    pub speaks: Vec<Vec<NodeId>>,
    /// What all stages but the limits find together.
    pub found: NodeId,
    pub examples: Examples<'a>,
}

/// Everything that is found on the diagram.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    match proven(grounds.pack) {
        Ok(findings) => findings,
        Err(error) => {
            let fault = PackFault::new("proof::too_large", error.to_string())
                .help("until then nothing is said of shadowed rules, disagreements and properties");
            vec![Finding::of(fault)]
        }
    }
}

fn proven(pack: &Pack) -> Result<Vec<Finding>, ProofError> {
    // Conditions first: what they ask has its place in the space.
    let (conditions, mut findings) = property::read(pack);
    let space = Space::of(pack)?;
    let codes = Codes::new(&space.sets, std::iter::empty());
    let mut graph = Graph::new(&space.variables, NODES_MAX);
    let mut said = Conclusions::default();
    let laid = lay(&mut graph, &space, 0, pack, &mut said)?;
    let possible = together::possible(&mut graph, &space, &codes)?;
    let examples = Examples::new(&space, &codes, pack, None);
    let mut field =
        Field { pack, graph, said, laid, possible, asked: Vec::new(), speaks: Vec::new(), found: FALSE, examples };
    field.ask()?;
    findings.extend(shadowed::find(&mut field)?);
    findings.extend(disagreement::find(&mut field)?);
    findings.extend(property::find(&mut field, &space, &conditions)?);
    Ok(findings)
}

impl Field<'_, '_> {
    /// Fills in where stages are asked and where rules speak.
    fn ask(&mut self) -> Result<(), ProofError> {
        let (pack, graph) = (self.pack, &mut self.graph);
        let asked: Vec<NodeId> =
            pack.book.questions().iter().map(|one| graph.of_question(one)).collect::<Result<_, _>>()?;
        let mut open = graph.and(self.possible, self.laid.in_force)?;
        // Companions wait for their parents after the last stage that judges them too.
        let of_companions = judged_before_parents(pack).len();
        for (place, (stage, rules)) in pack.stages.iter().zip(&self.laid.rules).enumerate() {
            if place == of_companions {
                open = graph.without(open, self.laid.follower)?;
            }
            self.asked.push(open);
            let speaks = stage.rules.iter().map(|rule| {
                graph.of_tree(&pack.forest, rule.root, &asked, &mut |outcome| u32::from(*outcome != Outcome::Pass))
            });
            self.speaks.push(speaks.collect::<Result<_, _>>()?);
            if stage.is_limit {
                continue;
            }
            let here = of_stage(graph, rules, &self.said)?;
            let anything = graph.map(here, &mut |end| u32::from(end != 0))?;
            open = graph.without(open, anything)?;
            self.found = first_of(graph, self.found, here)?;
        }
        Ok(())
    }

    /// The text of a rule.
    pub(super) fn text(&self, stage: &Stage, rule: &Rule) -> Option<&PackText> {
        self.pack.script_text(stage, rule)
    }
}

/// A finding of a whole rule: its first line of script is underlined.
pub(super) fn of_rule(fault: PackFault, text: Option<&PackText>, label: &str) -> PackFault {
    let Some(text) = text else { return fault };
    let mut start = 0;
    for line in text.text.split_inclusive('\n') {
        if !line.starts_with("//") && !line.trim().is_empty() {
            return fault.at(text, start, line.trim_end().len(), label);
        }
        start += line.len();
    }
    fault.at(text, 0, 0, label)
}
