//! What a pack must hold together as a whole: rules have headers, citations resolve, nothing is
//! left over, and the patient data declared is the patient data asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Manifest, Reason, Stage, source::Anchor};
use crate::{
    code::ValueSets,
    fact::SOURCE_ATTRIBUTES,
    fault::{PackFault, PackText, did_you_mean},
    script::Scripts,
    tree::Forest,
    verdict::Outcome,
};

/// The parts of a pack, each with the text it was read from.
pub(super) struct Whole<'a> {
    pub manifest: (&'a Manifest, &'a PackText),
    pub reasons: (&'a BTreeMap<String, Reason>, &'a PackText),
    pub anchors: (&'a [Anchor], &'a PackText),
    pub sets: (&'a ValueSets, &'a [PackText]),
    /// The rules, in the order of [`Rule::script`](super::Rule::script).
    pub scripts: &'a [PackText],
    pub definitions: Option<&'a PackText>,
    /// All of them, compiled.
    pub compiled: &'a Scripts,
}

impl Whole<'_> {
    /// Every fault.
    pub(super) fn faults(&self, stages: &[Stage], forest: &Forest) -> Vec<PackFault> {
        let mut faults = self.headers(stages);
        faults.extend(self.dangling_citations());
        faults.extend(self.uncited_anchors(stages, forest));
        faults.extend(self.unused_reasons());
        faults.extend(self.source_attributes());
        faults
    }

    fn headers(&self, stages: &[Stage]) -> Vec<PackFault> {
        let mut faults = Vec::new();
        for rule in stages.iter().flat_map(|stage| &stage.rules) {
            let Some(text) = self.scripts.get(rule.script) else { continue };
            let first = text.text.lines().next().map_or(0, str::len);
            if rule.header.is_empty() {
                let fault = PackFault::new("rule::no_header", "the rule has no header")
                    .help("begin it with `//! What it finds.` and `//! cites: anchor`");
                faults.push(fault.at(text, 0, first, "a header belongs before this"));
            } else if rule.cites.is_empty() {
                let fault = PackFault::new("rule::no_citation", "the rule cites nothing")
                    .help("add `//! cites: anchor`, an anchor of SOURCE.md");
                faults.push(fault.at(text, 0, first, "to this header"));
            }
            for anchor in &rule.cites {
                faults.extend(self.unknown_anchor(anchor).map(|fault| fault.at_part(text, anchor, "cited here")));
            }
        }
        faults
    }

    fn dangling_citations(&self) -> Vec<PackFault> {
        let mut faults = Vec::new();
        let (reasons, text) = self.reasons;
        for (id, reason) in reasons {
            let fault = self.unknown_anchor(&reason.cites);
            faults
                .extend(fault.map(|fault| fault.at_part_after(text, &format!("[{id}]"), &reason.cites, "cited here")));
        }
        let (sets, texts) = self.sets;
        for set in sets.definitions() {
            let Some(fault) = self.unknown_anchor(&set.cites) else { continue };
            let title = format!("[{}]", set.name);
            faults.push(match texts.iter().find(|text| text.text.contains(&title)) {
                Some(text) => fault.at_part_after(text, &title, &set.cites, "cited here"),
                None => fault,
            });
        }
        let (manifest, text) = self.manifest;
        for anchor in manifest.citations.keys() {
            faults.extend(self.unknown_anchor(anchor).map(|fault| fault.at_part(text, anchor, "graded here")));
        }
        faults
    }

    fn uncited_anchors(&self, stages: &[Stage], forest: &Forest) -> Vec<PackFault> {
        let said = |outcome: &Outcome| match outcome {
            Outcome::Pass => None,
            Outcome::Note(said) | Outcome::Find(_, said) | Outcome::AtMost(_, said) => said.cites.clone(),
        };
        let by_outcomes: BTreeSet<String> = forest.outcomes().iter().filter_map(said).collect();
        let by_rules = stages.iter().flat_map(|stage| &stage.rules).flat_map(|rule| &rule.cites);
        let by_reasons = self.reasons.0.values().map(|reason| &reason.cites);
        let by_sets = self.sets.0.definitions().iter().map(|set| &set.cites);
        let cited: BTreeSet<&String> = by_rules.chain(by_reasons).chain(by_sets).chain(&by_outcomes).collect();
        let (anchors, text) = self.anchors;
        let left = anchors.iter().filter(|anchor| !anchor.is_informative && !cited.contains(&anchor.name));
        left.map(|anchor| {
            PackFault::new("pack::uncited_anchor", format!("nothing cites `{}` of SOURCE.md", anchor.name))
                .help("cite it from a rule, a reason or a value set, or mark it `.informative`")
                .at_part_after(text, &format!("{{#{}", anchor.name), &anchor.name, "this passage")
        })
        .collect()
    }

    /// Some reasons wait behind a parameter, so what counts is whether a script names them.
    fn unused_reasons(&self) -> Vec<PackFault> {
        let (reasons, text) = self.reasons;
        let scripts = self.scripts.iter().chain(self.definitions);
        // Between two quotes stands a text of a script, or what is between two of them: no matter.
        let named: BTreeSet<&str> = scripts.flat_map(|script| script.text.split('"').skip(1)).collect();
        let left = reasons.keys().filter(|id| !named.contains(id.as_str()));
        left.map(|id| {
            PackFault::new("pack::unused_reason", format!("no rule ever gives the reason `{id}`"))
                .help("remove it from reasons.toml, or let a rule give it")
                .at_part(text, &format!("[{id}]"), "this reason")
        })
        .collect()
    }

    fn unknown_anchor(&self, name: &str) -> Option<PackFault> {
        let (anchors, _) = self.anchors;
        if anchors.iter().any(|anchor| anchor.name == name) {
            return None;
        }
        let fault = PackFault::new("pack::unknown_anchor", format!("SOURCE.md has no anchor `{name}`"));
        Some(match did_you_mean(name, anchors.iter().map(|anchor| anchor.name.as_str())) {
            Some(close) => fault.help(format!("did you mean `{close}`?")),
            None => fault,
        })
    }

    /// The patient data declared must be the patient data that rules name, under any setting of the
    /// parameters.
    fn source_attributes(&self) -> Vec<PackFault> {
        let (manifest, text) = self.manifest;
        let declared: BTreeSet<&str> = manifest.source.uses.iter().map(String::as_str).collect();
        let mut faults = Vec::new();
        let mut asked = BTreeSet::new();
        for named in self.compiled.named_facts() {
            let Some(attribute) = named.kind.uses else { continue };
            if asked.insert(attribute) && !declared.contains(attribute) {
                let message =
                    format!("`{}` rests on `{attribute}`, which `source.uses` does not declare", named.kind.name);
                let fault = PackFault::new("pack::source_attributes", message)
                    .help(format!("declare `{attribute}` in pack.toml, or ask for something else"));
                faults.push(fault.at(&named.at.text, named.at.start, named.at.len, "asked for here"));
            }
        }
        for attribute in declared.difference(&asked) {
            let fault = if SOURCE_ATTRIBUTES.contains(attribute) {
                let message = format!("`source.uses` declares `{attribute}`, and no rule asks for it");
                PackFault::new("pack::source_attributes", message)
                    .help("leave it out: what is declared is what is used")
            } else {
                let message = format!("there is no source attribute `{attribute}`");
                let fault = PackFault::new("pack::source_attributes", message);
                match did_you_mean(attribute, SOURCE_ATTRIBUTES) {
                    Some(close) => fault.help(format!("did you mean `{close}`?")),
                    None => fault.help(format!("there are {}", SOURCE_ATTRIBUTES.join(", "))),
                }
            };
            faults.push(fault.at_part_after(text, "\nuses", &format!("\"{attribute}\""), "declared here"));
        }
        faults
    }
}
