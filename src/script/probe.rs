//! Running rules under every setting of the parameters at once, each statement marked.
//!
//! A parameter is chosen when a path first reads it, so that a path that reads none is run once and
//! not once for each setting.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};

use rhai::{AST, Dynamic, Engine, Scope};

use super::{
    Mark, ParameterValue, Scripts, engine,
    handles::{Day, Said},
    lock, marks,
    session::{Mode, Session},
};
use crate::{
    code::SetId,
    date::{day_number, day_of_number},
    fact::Book,
    fault::{PackFault, PackText},
    verdict::Outcome,
};

/// The values of each parameter that a probe tries, the one in force first.
pub type Values = BTreeMap<String, Vec<ParameterValue>>;

/// The parameters that a path has read, with their values.
pub type Setting = BTreeMap<String, ParameterValue>;

/// A pack's rules, ready to be run under every setting.
pub struct Probe {
    engine: Engine,
    session: Arc<Mutex<Session>>,
    rules: Vec<AST>,
    marks: Vec<Mark>,
}

/// One run of a rule.
#[derive(Debug)]
pub struct Probed {
    /// The answers to the open questions, and the choices of parameters between them.
    pub answers: Vec<bool>,
    /// The answers to the open questions alone.
    pub asked: Vec<bool>,
    /// The parameters that were read.
    pub setting: Setting,
    /// What the rule said; none where it went wrong.
    pub outcome: Option<Outcome>,
}

impl Scripts {
    /// The rules with every statement marked, under `values` of the parameters.
    ///
    /// # Errors
    /// The text whose marked copy does not compile.
    pub fn probe(&self, values: Values) -> Result<Probe, PackText> {
        let session = Arc::new(Mutex::new(Session::new(self.vocabulary.sets.clone())));
        let mut engine = engine::new(&session, &self.vocabulary);
        engine.set_max_operations(OPERATIONS_MAX);
        let noted = session.clone();
        engine.register_fn(marks::MARK, move |mark: i64| lock(&noted).seen.reach(mark));
        let mut marks = Vec::new();
        let mut copy = |engine: &Engine, text: &PackText, ast: &AST| {
            let (copy, more) = marks::mark(&self.engine, text, ast, marks.len());
            marks.extend(more);
            engine.compile(copy).map_err(|_| text.clone())
        };
        if let Some((text, ast)) = &self.definitions {
            let ast = Arc::new(copy(&engine, text, ast)?);
            engine::define(&mut engine, &session, &ast);
        }
        let rules = self.rules.iter().map(|(text, ast)| copy(&engine, text, ast)).collect::<Result<Vec<_>, _>>()?;
        lock(&session).seen.open(values, &self.vocabulary.parameters);
        Ok(Probe { engine, session, rules, marks })
    }

    /// The same scripts under other values of parameters.
    ///
    /// # Errors
    /// None where these scripts compiled.
    pub fn under(&self, setting: &Setting) -> Result<Scripts, Vec<PackFault>> {
        let mut vocabulary = self.vocabulary.clone();
        vocabulary.parameters.extend(setting.iter().map(|(name, value)| (name.clone(), value.clone())));
        let texts = self.rules.iter().map(|(text, _)| text.clone()).collect();
        Scripts::compile(texts, self.definitions.as_ref().map(|(text, _)| text.clone()), vocabulary)
    }
}

/// A mark takes a few operations, and before each statement stands one: more than a rule may take.
const OPERATIONS_MAX: u64 = 4 * engine::OPERATIONS_MAX;

impl Probe {
    /// Runs a rule: the n-th open question or choice gets the n-th of `answers`, and *no* past their
    /// end. To a choice *no* says: this value.
    pub fn walk(&self, rule: usize, answers: &[bool]) -> Option<Probed> {
        let ast = self.rules.get(rule)?;
        self.session().begin(Mode::Probed { answers: answers.to_vec() }, 0);
        let result = self.engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), ast);
        let outcome = result.ok().and_then(|value| value.try_cast::<Said>()).map(|said| said.0);
        let mut session = self.session();
        let asked = session.asked.iter().map(|asked| asked.answer).collect();
        Some(Probed {
            answers: std::mem::take(&mut session.seen.taken),
            asked,
            setting: session.seen.setting(),
            outcome,
        })
    }

    /// Adds the values round which rules have compared parameters since this was last called, where
    /// they were not tried; whether there are any.
    pub fn widen(&self) -> bool {
        self.session().seen.widen()
    }

    /// The statements of all scripts, definitions first, each with whether some run reached it.
    pub fn marks(&self) -> Vec<(Mark, bool)> {
        let session = self.session();
        let is_reached = |number: usize| session.seen.reached.contains(&number);
        self.marks.iter().enumerate().map(|(number, mark)| (mark.clone(), is_reached(number))).collect()
    }

    /// The value sets that were asked for.
    pub fn sets(&self) -> BTreeSet<SetId> {
        self.session().seen.sets.clone()
    }

    /// The facts and questions that were asked.
    pub fn book(&self) -> Book {
        self.session().book.clone()
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        lock(&self.session)
    }
}

/// What a probe sees; of one run, and of all.
#[derive(Default)]
pub(super) struct Seen {
    /// The answers and choices of this run.
    pub(super) taken: Vec<bool>,
    /// The value of each parameter that was read in this run.
    chosen: BTreeMap<String, usize>,
    /// The sets that were asked for, in all runs.
    pub(super) sets: BTreeSet<SetId>,
    /// The marks that were reached, in all runs.
    reached: BTreeSet<usize>,
    values: Values,
    names: Vec<String>,
    /// Amounts that parameters were compared with.
    compared: BTreeSet<(usize, i64)>,
}

impl Seen {
    pub(super) fn begin(&mut self) {
        self.taken.clear();
        self.chosen.clear();
    }

    fn open(&mut self, values: Values, parameters: &BTreeMap<String, ParameterValue>) {
        self.values = values;
        self.names = parameters.keys().cloned().collect();
    }

    fn reach(&mut self, mark: i64) {
        if let Ok(mark) = usize::try_from(mark) {
            self.reached.insert(mark);
        }
    }

    /// The value of a parameter on this path; the answers choose it where it is first read.
    pub(super) fn choose(&mut self, name: &str, answers: &[bool]) -> Option<ParameterValue> {
        let values = self.values.get(name)?;
        let place = match self.chosen.get(name) {
            Some(place) => *place,
            None => {
                let mut place = 0;
                while place + 1 < values.len() {
                    let is_another = answers.get(self.taken.len()).copied().unwrap_or(false);
                    self.taken.push(is_another);
                    if !is_another {
                        break;
                    }
                    place += 1;
                }
                self.chosen.insert(name.to_owned(), place);
                place
            }
        };
        values.get(place).cloned()
    }

    fn setting(&self) -> Setting {
        let value =
            |(name, place): (&String, &usize)| Some((name.clone(), self.values.get(name)?.get(*place)?.clone()));
        self.chosen.iter().filter_map(value).collect()
    }

    /// A parameter is compared with an amount: on either side of it the rule may say something else.
    /// With the amount of another parameter only where that is the one in force, so that this ends.
    pub(super) fn compared(&mut self, left: &Dynamic, right: &Dynamic) {
        for (parameter, other) in [(left, right), (right, left)] {
            let Some(amount) = amount_of(other) else { continue };
            let place_of = |value: &Dynamic| usize::try_from(value.tag()).ok()?.checked_sub(1);
            let in_force = |place: usize| {
                let values = self.names.get(place).and_then(|name| self.values.get(name));
                values.and_then(|values| values.first()).is_some_and(|value| amount_of_parameter(value) == Some(amount))
            };
            if let Some(place) = place_of(parameter)
                && place_of(other).is_none_or(in_force)
            {
                self.compared.insert((place, amount));
            }
        }
    }

    fn widen(&mut self) -> bool {
        let mut is_wider = false;
        for (place, amount) in std::mem::take(&mut self.compared) {
            let Some(values) = self.names.get(place).and_then(|name| self.values.get_mut(name)) else { continue };
            for near in [amount.saturating_sub(1), amount, amount.saturating_add(1)] {
                let value = match values.first() {
                    Some(ParameterValue::Number(_)) => Some(ParameterValue::Number(near)),
                    Some(ParameterValue::Day(_)) => day_of_number(near).map(ParameterValue::Day),
                    Some(ParameterValue::Choice(_) | ParameterValue::Flag(_) | ParameterValue::Choices(_)) | None => {
                        None
                    }
                };
                if let Some(value) = value.filter(|value| !values.contains(value)) {
                    values.push(value);
                    is_wider = true;
                }
            }
        }
        is_wider
    }
}

fn amount_of(value: &Dynamic) -> Option<i64> {
    value.as_int().ok().or_else(|| value.read_lock::<Day>().map(|day| day.0))
}

fn amount_of_parameter(value: &ParameterValue) -> Option<i64> {
    match value {
        ParameterValue::Number(number) => Some(*number),
        ParameterValue::Day(day) => Some(day_number(*day)),
        ParameterValue::Choice(_) | ParameterValue::Flag(_) | ParameterValue::Choices(_) => None,
    }
}
