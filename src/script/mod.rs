//! The only room that knows Rhai: runs a rule under given answers.
//!
//! A script sees handles, never values. Every question goes through the [`Session`], which
//! answers it as the caller of [`Scripts::walk`] or [`Scripts::run`] wants. After a pack is
//! loaded nothing here runs again, except in tests, where the script is the oracle.

mod circles;
mod engine;
mod faults;
mod handles;
mod marks;
mod mentions;
mod mismatch;
mod probe;
mod session;
mod spelling;
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rhai::{AST, Engine, Scope};

pub use marks::Mark;
pub use mentions::{Defined, NamedFact, Place};
pub use probe::{Probe, Probed, Setting, Values};
pub use session::Asked;
use session::{Mode, Session};
pub use told::{Returned, Told};

use crate::{
    code::ValueSets,
    date::Date,
    fact::{Book, QuestionId},
    fault::{PackFault, PackText},
    verdict::Outcome,
};

/// The words a pack's scripts may use besides the facts.
#[derive(Clone)]
pub struct Vocabulary {
    /// The value sets.
    pub sets: Arc<ValueSets>,
    /// The parameters with the values in force.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The choices of each parameter that takes one or several.
    pub choices: BTreeMap<String, Vec<String>>,
    /// The ids of the reasons.
    pub reasons: BTreeSet<String>,
    /// The anchors of the source.
    pub anchors: BTreeSet<String>,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    /// One of the parameter's choices.
    Choice(String),
    /// True or false.
    Flag(bool),
    /// A number of calendar months or another whole number.
    Number(i64),
    /// A day.
    Day(Date),
    /// Several of the parameter's choices.
    Choices(Vec<String>),
}

/// A pack's rules, compiled, with what they have asked so far.
pub struct Scripts {
    engine: Engine,
    session: Arc<Mutex<Session>>,
    rules: Vec<(PackText, AST)>,
    definitions: Option<(PackText, Arc<AST>)>,
    vocabulary: Vocabulary,
}

/// One run of a rule while a pack is explored.
#[derive(Debug)]
pub struct Walk {
    /// The questions that were open when they were asked, with the answers given.
    pub asked: Vec<Asked>,
    /// What the rule was told at its own level, a definition under its name.
    pub told: Vec<Told>,
    /// What the rule said.
    pub outcome: Outcome,
}

/// One run of a definition by itself.
#[derive(Debug)]
pub struct Call {
    /// The questions that were open when they were asked, with the answers given.
    pub asked: Vec<Asked>,
    /// What it was told at its own level.
    pub told: Vec<Told>,
    /// What it came to.
    pub returned: Returned,
}

impl Scripts {
    /// Compiles a pack's rules and its definitions.
    ///
    /// # Errors
    /// Every fault of every file that can be seen without running it.
    pub fn compile(
        rules: Vec<PackText>,
        definitions: Option<PackText>,
        vocabulary: Vocabulary,
    ) -> Result<Scripts, Vec<PackFault>> {
        let session = Arc::new(Mutex::new(Session::new(vocabulary.sets.clone())));
        let mut engine = engine::new(&session, &vocabulary);
        let mut faults = Vec::new();
        let mut known_functions = engine::functions();
        let mut defined = None;
        if let Some(text) = definitions {
            match engine.compile(text.text.as_ref()) {
                Ok(ast) => {
                    known_functions.extend(ast.iter_functions().map(|function| function.name.to_owned()));
                    faults.extend(spelling::check(&text, &ast, &vocabulary, &known_functions));
                    faults.extend(circles::check(&text, &ast));
                    let ast = Arc::new(ast);
                    engine::define(&mut engine, &session, &ast);
                    defined = Some((text, ast));
                }
                Err(error) => faults.push(faults::of_parse(&text, &error)),
            }
        }
        let mut compiled = Vec::new();
        for text in rules {
            match engine.compile(text.text.as_ref()) {
                Ok(ast) => {
                    faults.extend(spelling::own_functions(&text, &ast));
                    faults.extend(spelling::check(&text, &ast, &vocabulary, &known_functions));
                    compiled.push((text, ast));
                }
                Err(error) => faults.push(faults::of_parse(&text, &error)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Scripts { engine, session, rules: compiled, definitions: defined, vocabulary })
    }

    /// The text of a rule.
    pub fn text(&self, rule: usize) -> Option<&PackText> {
        self.rules.get(rule).map(|(text, _)| text)
    }

    /// The facts that rules name, and the definitions they reach; under whatever setting.
    pub fn named_facts(&self) -> Vec<NamedFact> {
        mentions::read(&self.rules, self.defined()).facts
    }

    /// Every definition, and where it is called.
    pub fn definitions(&self) -> Vec<Defined> {
        mentions::read(&self.rules, self.defined()).definitions
    }

    fn defined(&self) -> Option<(&PackText, &AST)> {
        self.definitions.as_ref().map(|(text, ast)| (text, ast.as_ref()))
    }

    /// Runs a rule: the n-th open question gets the n-th of `answers`, and *no* past their end. A
    /// question that earlier answers have settled is answered so and not listed.
    ///
    /// # Errors
    /// What the script did wrong on this path, underlined, with the answers that lead there.
    pub fn walk(&self, rule: usize, answers: &[bool]) -> Result<Walk, PackFault> {
        let outcome = self.evaluate(rule, Mode::Forced { answers: answers.to_vec() })?;
        let mut session = self.session();
        Ok(Walk { asked: std::mem::take(&mut session.asked), told: std::mem::take(&mut session.told), outcome })
    }

    /// Runs a definition by itself, `call` as a rule called it, as [`Scripts::walk`] runs a rule.
    ///
    /// # Errors
    /// What it did wrong on this path: by itself it may meet answers that no rule ever calls it on.
    pub fn call(&self, call: &str, answers: &[bool]) -> Result<Call, PackFault> {
        let text = PackText { path: "definitions.rhai".to_owned(), text: Arc::from(call) };
        let ast = self.engine.compile(call).map_err(|error| faults::of_parse(&text, &error))?;
        self.session().begin(Mode::Forced { answers: answers.to_vec() }, 1);
        let result = self.engine.eval_ast_with_scope::<rhai::Dynamic>(&mut Scope::new(), &ast);
        let path = self.session().path_words();
        let value =
            result.map_err(|error| faults::of_run(&text, self.defined().map(|(text, _)| text), &error, &path))?;
        let returned = told::returned(&value, &self.session);
        let mut session = self.session();
        Ok(Call { asked: std::mem::take(&mut session.asked), told: std::mem::take(&mut session.told), returned })
    }

    /// Runs a rule as the oracle: `answer` answers every question.
    ///
    /// # Errors
    /// What the script did wrong, or that `answer` had none.
    pub fn run(
        &self,
        rule: usize,
        answer: impl Fn(QuestionId) -> Option<bool> + Send + 'static,
    ) -> Result<Outcome, PackFault> {
        self.evaluate(rule, Mode::Real(Box::new(answer)))
    }

    /// The facts and questions asked so far.
    pub fn book(&self) -> Book {
        self.session().book.clone()
    }

    fn evaluate(&self, rule: usize, mode: Mode) -> Result<Outcome, PackFault> {
        let Some((text, ast)) = self.rules.get(rule) else {
            return Err(PackFault::new("rule::missing", "there is no such rule"));
        };
        self.session().begin(mode, 0);
        let result = self.engine.eval_ast_with_scope::<rhai::Dynamic>(&mut Scope::new(), ast);
        let path = self.session().path_words();
        match result.map(|value| value.try_cast::<handles::Said>()) {
            Ok(Some(said)) => Ok(said.0),
            Ok(None) => Err(faults::no_outcome(text, &path)),
            Err(error) => Err(faults::of_run(text, self.defined().map(|(text, _)| text), &error, &path)),
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        lock(&self.session)
    }
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}
