//! From texts to a pack: read, check, explore, build the diagram.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{
    Manifest, Pack, Parameter, ParameterType, Reason, Rule, Stage, limits, reasons, shelf::Settings, source, values,
    whole::Whole,
};
use crate::{
    code::{ClassId, SetId, ValueSets},
    fact::{Book, DICTIONARY, FactKind, Question, Test},
    fault::{PackFault, PackText},
    script::{ParameterValue, Scripts, Vocabulary},
    tree::{Diagram, Forest, Limits, Memos, Refusal, Root, StageTrees, Step, Variables, Words, explore},
    verdict::Outcome,
};

/// Nodes of a pack's verdict diagram; the first pack has a few ten thousand while it is built.
pub const NODES_MAX: usize = 4_000_000;

/// Places that are kept of rules by classes of procedures: past this each line walks whole trees.
const PROCEDURE_PLACES_MAX: usize = 4_000_000;

/// Loads a pack from its texts, under a plan's settings (those of other packs are left aside).
///
/// # Errors
/// Every fault that can be found, at once.
pub fn load(texts: Vec<PackText>, settings: &Settings) -> Result<Pack, Vec<PackFault>> {
    let find = |name: &str| find(&texts, name);
    let manifest_text = find("pack.toml")?;
    let manifest = Manifest::read(manifest_text)?;
    let own: Settings = settings
        .iter()
        .filter(|(name, _)| manifest.parameters.contains_key(*name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    let mut faults = Vec::new();
    let parameters = manifest.settle(&own).unwrap_or_else(|more| {
        faults.extend(more);
        // The defaults stand in, so that the scripts are still checked.
        manifest.settle(&Settings::new()).unwrap_or_default()
    });
    let value_texts: Vec<PackText> = texts.iter().filter(|text| text.path.starts_with("values/")).cloned().collect();
    let (sets, reason_list) = match (values::read(&value_texts), reasons::read(find("reasons.toml")?)) {
        (Ok(sets), Ok(reasons)) => (Arc::new(sets), reasons),
        (sets, reasons) => {
            faults.extend(sets.err().into_iter().flatten().chain(reasons.err().into_iter().flatten()));
            return Err(faults);
        }
    };
    let source_text = find("SOURCE.md")?;
    let anchors = source::anchors(source_text);
    let scripts_of = Layout::of(&texts);
    let vocabulary = Vocabulary {
        sets: sets.clone(),
        parameters: parameters.clone(),
        choices: choices(&manifest),
        reasons: reason_list.keys().cloned().collect(),
        anchors: anchors.iter().map(|anchor| anchor.name.clone()).collect(),
    };
    let scripts = match Scripts::compile(scripts_of.texts.clone(), scripts_of.definitions.clone(), vocabulary) {
        Ok(scripts) => scripts,
        Err(more) => {
            faults.extend(more);
            return Err(faults);
        }
    };
    let (forest, mut stages) = match plant(&scripts, &scripts_of) {
        Ok(planted) => planted,
        Err(more) => {
            faults.extend(more);
            return Err(faults);
        }
    };
    let book = scripts.book();
    // Past these the numbers below would mean something else.
    if let Some(fault) = limits::passed(&sets, &book, &forest) {
        faults.push(fault);
        return Err(faults);
    }
    let companions = companions(&manifest, &sets, manifest_text, &mut faults);
    let whole = Whole {
        manifest: (&manifest, manifest_text),
        reasons: (&reason_list, find("reasons.toml")?),
        anchors: (&anchors, source_text),
        sets: (&sets, &value_texts),
        scripts: &scripts_of.texts,
        definitions: scripts_of.definitions.as_ref(),
        compiled: &scripts,
    };
    faults.extend(whole.faults(&stages, &forest));
    if !faults.is_empty() {
        return Err(faults);
    }
    settle_procedures(&mut stages, &forest, &book, sets.class_count());
    let (variables, diagram) = diagram(&forest, &stages, &book, &sets).map_err(|fault| vec![fault])?;
    let digest = digest(&texts, &parameters);
    let cases =
        texts.iter().filter(|text| text.path.starts_with("cases/") && text.path.ends_with(".toml")).cloned().collect();
    Ok(Pack {
        manifest,
        parameters,
        words: Words::of(&book, &sets, &variables),
        memos: Memos::default(),
        sets,
        asked: asked(&book, &reason_list),
        reasons: reason_list,
        stages,
        book,
        forest,
        variables,
        diagram,
        companions,
        digest,
        cases,
        texts,
        scripts,
    })
}

/// The kinds of facts that rules ask or sentences tell.
fn asked(book: &Book, reasons: &BTreeMap<String, Reason>) -> Vec<&'static FactKind> {
    let sentences = reasons.values().flat_map(|reason| [&reason.provider, &reason.patient]);
    let told: BTreeSet<String> = sentences.flat_map(|sentence| reasons::placeholders(sentence)).collect();
    let is_asked = |kind: &&FactKind| book.facts().iter().any(|fact| fact.kind == *kind) || told.contains(kind.name);
    DICTIONARY.iter().filter(is_asked).collect()
}

/// The choices of each parameter that takes some.
fn choices(manifest: &Manifest) -> BTreeMap<String, Vec<String>> {
    let of_one = |(name, parameter): (&String, &Parameter)| match &parameter.takes {
        ParameterType::Choice(all) | ParameterType::Choices(all) => Some((name.clone(), all.clone())),
        ParameterType::Flag | ParameterType::Number { .. } | ParameterType::Day => None,
    };
    manifest.parameters.iter().filter_map(of_one).collect()
}

/// Which script is which rule of which stage.
struct Layout {
    texts: Vec<PackText>,
    stages: Vec<(String, bool, Vec<usize>)>,
    definitions: Option<PackText>,
}

impl Layout {
    /// Stages are folders `1-name`, in order of their numbers; `limit` stands last.
    fn of(texts: &[PackText]) -> Layout {
        let mut folders: BTreeMap<(u32, String), Vec<PackText>> = BTreeMap::new();
        for text in texts.iter().filter(|text| text.path.ends_with(".rhai")) {
            let Some((folder, _)) = text.path.split_once('/') else { continue };
            let (number, name) = folder.split_once('-').unwrap_or(("", folder));
            let (number, name) = number.parse().map_or((u32::MAX, folder), |number| (number, name));
            folders.entry((number, name.to_owned())).or_default().push(text.clone());
        }
        let definitions = texts.iter().find(|text| text.path == "definitions.rhai").cloned();
        let mut layout = Layout { texts: Vec::new(), stages: Vec::new(), definitions };
        for ((_, name), rules) in folders {
            let first = layout.texts.len();
            layout.texts.extend(rules);
            let is_limit = name == "limit";
            layout.stages.push((name, is_limit, (first..layout.texts.len()).collect()));
        }
        layout
    }
}

/// Explores every rule.
fn plant(scripts: &Scripts, layout: &Layout) -> Result<(Forest, Vec<Stage>), Vec<PackFault>> {
    let (mut forest, mut stages, mut faults) = (Forest::default(), Vec::new(), Vec::new());
    forest_starts_with_pass(&mut forest);
    for (name, is_limit, places) in &layout.stages {
        let mut rules = Vec::new();
        for place in places {
            let Some(text) = layout.texts.get(*place) else { continue };
            let run = |answers: &[bool]| {
                let walk = scripts.walk(*place, answers)?;
                let step = |asked: crate::script::Asked| Step {
                    question: asked.question,
                    answer: asked.answer,
                    within: asked.within,
                };
                Ok((walk.asked.into_iter().map(step).collect(), walk.outcome))
            };
            match explore(&mut forest, Limits::default(), run) {
                Ok(root) => {
                    let (header, cites) = header(text);
                    let stem = text.path.rsplit('/').next().and_then(|file| file.strip_suffix(".rhai"));
                    rules.push(Rule {
                        name: stem.unwrap_or(&text.path).to_owned(),
                        header,
                        cites,
                        root,
                        beyond_procedure: Vec::new(),
                        script: *place,
                    });
                }
                Err(Refusal::Script(fault)) => faults.push(fault),
                Err(Refusal::Paths(max)) => faults.push(too_much(text, format!("the rule has more than {max} paths"))),
                Err(Refusal::Steps(max)) => {
                    faults.push(too_much(text, format!("a path of the rule asks more than {max} questions")))
                }
            }
        }
        stages.push(Stage { name: name.clone(), is_limit: *is_limit, rules });
    }
    if faults.is_empty() { Ok((forest, stages)) } else { Err(faults) }
}

/// Finds where each rule goes on once the class of the procedure is known: most rules ask for it
/// first, and most procedures are of no interest to them.
fn settle_procedures(stages: &mut [Stage], forest: &Forest, book: &Book, classes: u16) {
    let rules = stages.iter().map(|stage| stage.rules.len()).sum::<usize>();
    if rules * usize::from(classes) > PROCEDURE_PLACES_MAX {
        return;
    }
    let is_procedure = |fact| book.get_fact(fact).is_some_and(|fact| fact.kind.name == "line.procedure");
    let answer = |question, class: ClassId| match book.get(question) {
        Some(Question { fact, test: Test::In(mask), .. }) if is_procedure(*fact) => Some(mask.contains(class)),
        _ => None,
    };
    for rule in stages.iter_mut().flat_map(|stage| &mut stage.rules) {
        let beyond = |class| forest.beyond(rule.root, |question| answer(question, class));
        let places: Vec<Root> = (0..classes).map(|class| beyond(ClassId(class))).collect();
        if places.iter().any(|place| *place != rule.root) {
            rule.beyond_procedure = places;
        }
    }
}

fn forest_starts_with_pass(forest: &mut Forest) {
    let nothing = |_: &[bool]| Ok::<_, ()>((Vec::new(), Outcome::Pass));
    let _ = explore(forest, Limits::default(), nothing);
}

fn too_much(text: &PackText, message: String) -> PackFault {
    PackFault::new("rule::too_large", message)
        .help("split it into rules of one finding each, or ask for a union of value sets instead of each set")
        .at(text, 0, text.text.lines().next().map_or(0, str::len), "this rule")
}

/// The `//!` lines at the top; `//! cites: a, b` names the anchors.
fn header(text: &PackText) -> (String, Vec<String>) {
    let lines: Vec<&str> = text.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let cites = lines.iter().filter_map(|line| line.strip_prefix("cites:")).flat_map(|list| list.split(','));
    let cites = cites.map(|anchor| anchor.trim().to_owned()).filter(|anchor| !anchor.is_empty()).collect();
    let words: Vec<&str> = lines.into_iter().filter(|line| !line.starts_with("cites:")).collect();
    (words.join(" ").trim().to_owned(), cites)
}

fn companions(
    manifest: &Manifest,
    sets: &ValueSets,
    text: &PackText,
    faults: &mut Vec<PackFault>,
) -> Option<(SetId, SetId)> {
    let companions = manifest.companions.as_ref()?;
    let mut find = |name: &str| {
        let found = sets.find(name);
        if found.is_none() {
            faults.push(
                PackFault::new("pack::unknown_value_set", format!("there is no value set `{name}`"))
                    .at_part(text, name, "here"),
            );
        }
        found
    };
    let (followers, apart) = (find(&companions.followers), find(&companions.apart));
    followers.zip(apart)
}

fn diagram(
    forest: &Forest,
    stages: &[Stage],
    book: &Book,
    sets: &ValueSets,
) -> Result<(Variables, Diagram), PackFault> {
    let variables = Variables::new(book, sets).map_err(|crowded| limits::of_variables(crowded, book, sets))?;
    let trees: Vec<StageTrees> = stages
        .iter()
        .map(|stage| StageTrees { roots: stage.rules.iter().map(|rule| rule.root).collect(), is_limit: stage.is_limit })
        .collect();
    let diagram = Diagram::build(forest, &trees, book, &variables, NODES_MAX).map_err(|max| {
        PackFault::new("pack::too_large", format!("the pack's verdict diagram has more than {max} nodes"))
            .help("split the pack, or let rules ask for unions of value sets instead of each set")
    })?;
    Ok((variables, diagram))
}

/// Whether the digest is over a text: over all but cases and changelog, which decide nothing.
pub fn is_digested(text: &PackText) -> bool {
    !text.path.starts_with("cases/") && text.path != "CHANGELOG.md"
}

/// The digest that texts have under settings if they load: nothing is explored.
///
/// # Errors
/// A manifest that cannot be read, or settings that it does not take.
pub fn digest_of(texts: &[PackText], settings: &Settings) -> Result<String, Vec<PackFault>> {
    let manifest = Manifest::read(find(texts, "pack.toml")?)?;
    Ok(digest(texts, &manifest.settle(settings)?))
}

/// A text that every pack has.
fn find<'t>(texts: &'t [PackText], name: &str) -> Result<&'t PackText, Vec<PackFault>> {
    texts.iter().find(|text| text.path == name).ok_or_else(|| {
        let fault = PackFault::new("pack::missing_file", format!("the pack has no {name}"));
        vec![fault.help("see rules/README.md for what a pack holds")]
    })
}

/// The digest over everything that can change a verdict or a sentence.
fn digest(texts: &[PackText], parameters: &BTreeMap<String, ParameterValue>) -> String {
    let mut hash = Sha256::new();
    for text in texts.iter().filter(|text| is_digested(text)) {
        hash.update(text.path.as_bytes());
        hash.update([0]);
        hash.update((text.text.len() as u64).to_be_bytes());
        hash.update(text.text.as_bytes());
    }
    hash.update(format!("{parameters:?}").as_bytes());
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
