//! A small pack as a model: what can be changed in it, and the texts it is written as.

use std::{collections::BTreeSet, sync::Arc};

use claimgate::{
    fact::DICTIONARY,
    fault::PackText,
    pack::{Pack, load, shelf::Settings},
};

/// A small pack.
#[derive(Clone, Debug)]
pub struct Model {
    /// Value sets of procedures, then of diagnoses by two axes.
    pub sets: Vec<Set>,
    /// Definitions: `is_0`, `is_1`, …
    pub definitions: Vec<Condition>,
    /// Stages in order; their rules by name.
    pub stages: Vec<Stage>,
    /// The rules that may only lower.
    pub limits: Vec<Rule>,
    /// The default of each parameter.
    pub mode: &'static str,
    pub strict: bool,
    pub months: i64,
    pub effective: &'static str,
    /// The last day of the period.
    pub until: Option<&'static str>,
    /// The set of companions, and the stage that judges them too.
    pub companions: Option<(String, Option<String>)>,
    /// What every sentence begins with.
    pub words: &'static str,
}

#[derive(Clone, Debug)]
pub struct Set {
    pub name: String,
    pub axis: &'static str,
    pub codes: Vec<&'static str>,
    pub union: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Stage {
    pub name: String,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub body: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub enum Statement {
    If(Condition, Vec<Statement>, Option<Vec<Statement>>),
    Return(Outcome),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `pass`, `note`, `allow`, `flag`, `deny`; of a limit `at_most flag`, …
    pub verb: &'static str,
    pub reason: &'static str,
}

#[derive(Clone, Debug)]
pub enum Condition {
    /// A question as it is written.
    Ask(String),
    /// An amount and a bound.
    Compare(String, &'static str, String),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Defined(usize),
}

impl Model {
    /// The pack.
    pub fn load(&self) -> Pack {
        load(self.texts(), &Settings::new()).unwrap_or_else(|faults| panic!("{faults:#?}\n{}", self.written()))
    }

    /// Every text, for people.
    pub fn written(&self) -> String {
        self.texts().iter().map(|text| format!("--- {}\n{}\n", text.path, text.text)).collect()
    }

    /// Every text.
    pub fn texts(&self) -> Vec<PackText> {
        let mut texts = Vec::new();
        let mut scripts = String::new();
        let stages = self.stages.iter().enumerate();
        let stages = stages.flat_map(|(place, stage)| {
            stage.rules.iter().map(move |rule| (format!("{}-{}/{}.rhai", place + 1, stage.name, rule.name), rule))
        });
        let limits = self.limits.iter().map(|rule| (format!("limit/{}.rhai", rule.name), rule));
        for (path, rule) in stages.chain(limits) {
            let text = format!("//! {} it finds.\n//! cites: text\n\n{}", self.words, written(&rule.body, 0));
            scripts.push_str(&text);
            texts.push((path, text));
        }
        let mut definitions = String::new();
        for (place, condition) in self.definitions.iter().enumerate() {
            // What nobody calls asks for nothing that the manifest would declare.
            let is_called = scripts.contains(&format!("is_{place}()"));
            let body = if is_called { condition.written() } else { "true".to_owned() };
            definitions.push_str(&format!("fn is_{place}() {{\n    {body}\n}}\n"));
        }
        scripts.push_str(&definitions);
        texts.push(("definitions.rhai".to_owned(), definitions));
        for axis in ["procedures", "pain", "other"] {
            let sets = self.sets.iter().filter(|set| set.axis == axis);
            let sets: String = sets.map(Set::written).collect();
            texts.push((format!("values/{axis}.toml"), format!("axis = \"{axis}\"\n\n{sets}")));
        }
        texts.push(("pack.toml".to_owned(), self.manifest(&scripts)));
        texts.push(("reasons.toml".to_owned(), self.reasons(&scripts)));
        texts.push(("SOURCE.md".to_owned(), "### Text {#text}\n\nWords.\n".to_owned()));
        let mut texts: Vec<PackText> =
            texts.into_iter().map(|(path, text)| PackText { path, text: Arc::from(text) }).collect();
        texts.sort_by(|one, two| one.path.cmp(&two.path));
        texts
    }

    fn reasons(&self, scripts: &str) -> String {
        let named: BTreeSet<&str> = scripts.split('"').filter(|word| word.starts_with("r-")).collect();
        let one =
            |id: &&str| format!("[{id}]\nprovider = \"{0} {id}.\"\npatient = \"{0}.\"\ncites = \"text\"\n", self.words);
        named.iter().map(one).collect()
    }

    fn manifest(&self, scripts: &str) -> String {
        let named = DICTIONARY.iter().filter(|kind| scripts.contains(kind.name));
        let uses: BTreeSet<&str> = named.filter_map(|kind| kind.uses).collect();
        let uses: Vec<&str> = uses.into_iter().collect();
        let until = self.until.map(|day| format!("until = \"{day}\"\n")).unwrap_or_default();
        let companions = self.companions.as_ref().map(|(set, after)| {
            let after = after.as_ref().map(|stage| format!("after_stage = \"{stage}\"\n")).unwrap_or_default();
            format!("[companions]\nfollowers = \"{set}\"\napart = \"{set}\"\n{after}\n")
        });
        format!(
            "name = \"small\"\nversion = \"1.0.0\"\ntitle = \"{}\"\n\n[period]\nfrom = \"2025-02-19\"\n{until}\n\
             [source]\ncitation = \"none\"\ndoi = \"none\"\ndeveloper = \"none\"\nfunding = \"none\"\n\
             released = \"2025-02-19\"\nrevised = \"2026-11-22\"\nlast_verified_on = \"2026-11-22\"\nuses = {uses:?}\n\n{}\
             [parameters.mode]\ntakes = \"choice\"\nvalues = [\"a\", \"b\"]\ndefault = \"{}\"\nabout = \"mode\"\n\
             [parameters.strict]\ntakes = \"flag\"\ndefault = {}\nabout = \"strict\"\n\
             [parameters.months]\ntakes = \"number\"\ndefault = {}\nabout = \"months\"\n\
             [parameters.effective]\ntakes = \"day\"\ndefault = \"{}\"\nabout = \"day\"\n",
            self.words,
            companions.unwrap_or_default(),
            self.mode,
            self.strict,
            self.months,
            self.effective,
        )
    }

    /// Every rule, of limits too.
    pub fn rules_mut(&mut self) -> impl Iterator<Item = &mut Rule> {
        self.stages.iter_mut().flat_map(|stage| &mut stage.rules).chain(&mut self.limits)
    }

    /// Hands every condition to `each`, outer ones first.
    pub fn conditions_mut(&mut self, each: &mut dyn FnMut(&mut Condition)) {
        for condition in &mut self.definitions {
            condition.walk(each);
        }
        for rule in self.stages.iter_mut().flat_map(|stage| &mut stage.rules).chain(&mut self.limits) {
            for statement in &mut rule.body {
                statement.walk(each);
            }
        }
    }

    /// Hands every block to `each`, outer ones first.
    pub fn blocks_mut(&mut self, each: &mut dyn FnMut(&mut Vec<Statement>)) {
        fn walk(block: &mut Vec<Statement>, each: &mut dyn FnMut(&mut Vec<Statement>)) {
            each(block);
            for statement in block {
                if let Statement::If(_, yes, no) = statement {
                    walk(yes, each);
                    no.iter_mut().for_each(|no| walk(no, each));
                }
            }
        }
        self.rules_mut().for_each(|rule| walk(&mut rule.body, each));
    }
}

impl Set {
    fn written(&self) -> String {
        let head = format!("[{}]\ntitle = \"a\"\ncites = \"text\"\n", self.name);
        if !self.union.is_empty() {
            return format!("{head}union = {:?}\n\n", self.union);
        }
        let system = if self.axis == "procedures" { "cpt" } else { "icd10cm" };
        let mut codes = self.codes.clone();
        codes.sort_unstable();
        format!("{head}codes = [{{ system = \"{system}\", code = {codes:?} }}]\n\n")
    }
}

impl Statement {
    fn walk(&mut self, each: &mut dyn FnMut(&mut Condition)) {
        if let Statement::If(condition, yes, no) = self {
            condition.walk(each);
            yes.iter_mut().chain(no.iter_mut().flatten()).for_each(|statement| statement.walk(each));
        }
    }
}

impl Condition {
    pub fn not(condition: Condition) -> Condition {
        Condition::Not(Box::new(condition))
    }

    fn walk(&mut self, each: &mut dyn FnMut(&mut Condition)) {
        each(self);
        match self {
            Condition::Ask(_) | Condition::Compare(..) | Condition::Defined(_) => {}
            Condition::Not(one) => one.walk(each),
            Condition::And(one, two) | Condition::Or(one, two) => {
                one.walk(each);
                two.walk(each);
            }
        }
    }

    fn written(&self) -> String {
        match self {
            Condition::Ask(text) => text.clone(),
            Condition::Compare(fact, op, bound) => format!("{fact} {op} {bound}"),
            Condition::Not(one) => format!("!({})", one.written()),
            Condition::And(one, two) => format!("({} && {})", one.written(), two.written()),
            Condition::Or(one, two) => format!("({} || {})", one.written(), two.written()),
            Condition::Defined(place) => format!("is_{place}()"),
        }
    }
}

fn written(body: &[Statement], depth: usize) -> String {
    let indent = "    ".repeat(depth);
    let one = |statement: &Statement| match statement {
        Statement::If(condition, yes, no) => {
            let no = no.as_ref().map(|no| format!(" else {{\n{}{indent}}}", written(no, depth + 1)));
            let yes = written(yes, depth + 1);
            format!("{indent}if {} {{\n{yes}{indent}}}{}\n", condition.written(), no.unwrap_or_default())
        }
        Statement::Return(Outcome { verb: "pass", .. }) => format!("{indent}return pass();\n"),
        Statement::Return(Outcome { verb, reason }) => match verb.strip_prefix("at_most ") {
            Some(cap) => format!("{indent}return at_most(\"{cap}\", \"{reason}\");\n"),
            None => format!("{indent}return {verb}(\"{reason}\");\n"),
        },
    };
    let end = if depth == 0 { "pass()\n" } else { "" };
    body.iter().map(one).collect::<String>() + end
}
