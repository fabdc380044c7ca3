//! A pack: one policy, for a period, explored and ready to decide.
//!
//! Loading is pure: texts in, a [`Pack`] or every fault at once out. Only [`shelf`] reads a disk.
//! INVARIANT: a pack that loads cannot fail at run time; every feasible path of every rule was run.

mod claims;
mod limits;
mod load;
mod manifest;
mod reasons;
pub mod shelf;
mod source;
mod values;
mod whole;

use std::{collections::BTreeMap, sync::Arc};

/// What a source must show of the patient data it uses.
pub use crate::fact::SOURCE_ATTRIBUTES;
pub use claims::{Claim, Disagreement, Property};
pub use load::{NODES_MAX, digest_of, is_digested, load};
pub use manifest::{Companions, Manifest, Parameter, ParameterType, Passage, Period, SourceAttributes};
pub use reasons::Reason;
pub use source::Section;
pub use values::at_row;

use crate::{
    code::{ClassId, SetId, ValueSets},
    date::DateSpan,
    fact::{Answer, Book, Fact, FactKind},
    script::{ParameterValue, Scripts},
    tree::{Diagram, Forest, Memos, Root, Variables, Words},
    verdict::PackStamp,
};

/// A policy that is ready to decide.
pub struct Pack {
    /// `pack.toml`.
    pub manifest: Manifest,
    /// The parameters in force: defaults, overridden by the plan.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The value sets.
    pub sets: Arc<ValueSets>,
    /// The reasons, by id.
    pub reasons: BTreeMap<String, Reason>,
    /// The stages, in order; limits last.
    pub stages: Vec<Stage>,
    /// The facts and questions the rules ask.
    pub book: Book,
    /// The kinds of facts that can show in a decision, in the dictionary's order: rules ask them or
    /// reasons' sentences tell their values.
    pub asked: Vec<&'static FactKind>,
    /// The trees of all rules.
    pub forest: Forest,
    /// The variables of the diagram.
    pub variables: Variables,
    /// Facts and values in words.
    pub words: Words,
    /// What was worked out of lines before.
    pub memos: Memos,
    /// The verdict diagram of all stages together.
    pub diagram: Diagram,
    /// The value sets that companion lines and lines apart are in.
    pub companions: Option<(SetId, SetId)>,
    /// `sha256:` over everything that can change a verdict or a sentence, parameters included.
    pub digest: String,
    /// The worked cases: path and text. Parsed by whoever runs them.
    pub cases: Vec<crate::fault::PackText>,
    /// Every text it was read from, by path: what findings underline.
    pub texts: Vec<crate::fault::PackText>,
    /// The compiled scripts: the oracle, not used to decide.
    pub scripts: Scripts,
}

/// A folder of rules that are asked together.
#[derive(Debug)]
pub struct Stage {
    /// The folder's name without its number.
    pub name: String,
    /// Whether its rules may only lower (`limit`).
    pub is_limit: bool,
    /// Its rules, by name.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// The file's stem: what the rule finds.
    pub name: String,
    /// The header: what it is, in the analyst's words.
    pub header: String,
    /// The anchors it cites.
    pub cites: Vec<String>,
    /// Its tree.
    pub root: Root,
    /// Where its tree goes on once the procedure's class is known, a place a class; empty where it
    /// does not ask for the procedure first.
    pub(crate) beyond_procedure: Vec<Root>,
    /// Its place among the pack's scripts.
    pub script: usize,
}

impl Rule {
    /// Where its tree is to be walked from for a procedure of this class; the whole tree for one
    /// that is not known.
    pub fn from(&self, procedure: Option<ClassId>) -> Root {
        let beyond = procedure.and_then(|class| self.beyond_procedure.get(usize::from(class.0)));
        beyond.copied().unwrap_or(self.root)
    }
}

impl Pack {
    /// Whether the pack is in force on a day; of days that lie on both sides of an end of its
    /// period, and where none is known, that is unknown.
    pub fn is_in_force(&self, days: Option<&DateSpan>) -> Answer {
        let period = &self.manifest.period;
        let Some(days) = days else { return Answer::Unknown };
        let out = days.last < period.from || period.until.is_some_and(|until| until < days.first);
        let within = period.from <= days.first && period.until.is_none_or(|until| days.last <= until);
        match (out, within) {
            (true, _) => Answer::No,
            (false, true) => Answer::Yes,
            (false, false) => Answer::Unknown,
        }
    }

    /// How many calendar months its rules look back over earlier services; `None` where they ask for none.
    pub fn months_back(&self) -> Option<i64> {
        self.book.facts().iter().filter_map(Fact::months_back).max()
    }

    /// Name, version and digest.
    pub fn stamp(&self) -> PackStamp {
        PackStamp {
            name: self.manifest.name.clone(),
            version: self.manifest.version.clone(),
            digest: self.digest.clone(),
        }
    }

    /// Every rule with its stage, in order.
    pub fn rules(&self) -> impl Iterator<Item = (&Stage, &Rule)> {
        self.stages.iter().flat_map(|stage| stage.rules.iter().map(move |rule| (stage, rule)))
    }

    /// The file of a rule.
    pub fn script_text(&self, stage: &Stage, rule: &Rule) -> Option<&crate::fault::PackText> {
        let is_of = |path: &str| {
            let (folder, file) = path.split_once('/')?;
            let numbered = folder.split_once('-').filter(|(number, _)| number.parse::<u32>().is_ok());
            let name = numbered.map_or(folder, |(_, name)| name);
            Some(name == stage.name && file.strip_suffix(".rhai") == Some(&rule.name))
        };
        self.texts.iter().find(|text| is_of(&text.path) == Some(true))
    }

    /// The sections of `SOURCE.md`, in order.
    pub fn sections(&self) -> Vec<Section> {
        let text = self.texts.iter().find(|text| text.path == "SOURCE.md");
        text.map(|text| source::sections(&text.text)).unwrap_or_default()
    }

    /// The passage of an anchor, as far as the manifest grades it.
    pub fn passage(&self, anchor: &str) -> Option<&Passage> {
        self.manifest.citations.get(anchor)
    }
}
