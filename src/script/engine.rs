//! The Rhai engine of a pack: every word of the vocabulary, every limit set.

use std::{
    any::TypeId,
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use rhai::{
    AST, Array, CallFnOptions, Dynamic, Engine, EvalAltResult, ImmutableString, OptimizationLevel, Position, Scope,
};

use super::{
    ParameterValue, Vocabulary,
    handles::{ChoiceFact, CodeFact, CodesFact, Complaint, DateFact, Day, Parameters, QuantityFact, Said, Set, Space},
    lock, mismatch,
    session::Session,
    told,
};
use crate::{
    code::ClassMask,
    date::day_number,
    fact::{Argument, DICTIONARY, Fact, FactId, FactKind, ParameterKind, Shape, Test, namespaces},
    fault::did_you_mean,
    verdict::{Outcome, Said as Because, Verdict},
};

type Shared = Arc<Mutex<Session>>;
type Failure = Box<EvalAltResult>;

/// Rhai operations in one run of one rule; the longest rule of the first pack takes under 2,000.
pub(super) const OPERATIONS_MAX: u64 = 200_000;
/// Calls within calls: a definition may use definitions, but never recurse deeply.
const CALL_LEVELS_MAX: usize = 16;
/// Nesting of an expression, outside and inside functions.
const EXPRESSION_DEPTH_MAX: usize = 64;
/// Characters of a string: names and reasons only.
const STRING_CHARS_MAX: usize = 512;
/// Members of an array: lists of choices only.
const ARRAY_MEMBERS_MAX: usize = 64;
/// Functions of one file.
const FUNCTIONS_MAX: usize = 128;
/// Variables in scope.
const VARIABLES_MAX: usize = 64;

/// An engine that knows `vocabulary` and puts every question to `session`.
pub(super) fn new(session: &Shared, vocabulary: &Vocabulary) -> Engine {
    let mut engine = Engine::new_raw();
    // The defaults differ between debug and release: set every one.
    engine
        .set_max_operations(OPERATIONS_MAX)
        .set_max_call_levels(CALL_LEVELS_MAX)
        .set_max_expr_depths(EXPRESSION_DEPTH_MAX, EXPRESSION_DEPTH_MAX)
        .set_max_string_size(STRING_CHARS_MAX)
        .set_max_array_size(ARRAY_MEMBERS_MAX)
        .set_max_map_size(0)
        .set_max_functions(FUNCTIONS_MAX)
        .set_max_variables(VARIABLES_MAX)
        .set_optimization_level(OptimizationLevel::None)
        .disable_symbol("eval")
        .disable_symbol("print")
        .disable_symbol("debug");
    words(&mut engine, session, vocabulary);
    facts(&mut engine, session);
    codes(&mut engine, session);
    amounts(&mut engine, session);
    choices(&mut engine, session);
    knowing(&mut engine, session);
    outcomes(&mut engine);
    mismatch::refuse(&mut engine, session);
    engine
}

/// The functions every script may call, for "did you mean".
pub(super) fn functions() -> BTreeSet<String> {
    let ours = [
        "any_in",
        "any_outside",
        "any_in_no_set",
        "known",
        "pass",
        "note",
        "allow",
        "flag",
        "deny",
        "at_most",
        "contains",
    ];
    let facts = DICTIONARY.iter().filter(|kind| !kind.parameters.is_empty()).map(|kind| short(kind.name));
    ours.into_iter().chain(facts).map(str::to_owned).collect()
}

/// Makes every function of the pack's definitions callable, and its name known to the rationale.
pub(super) fn define(engine: &mut Engine, session: &Shared, ast: &Arc<AST>) {
    let all: Vec<(String, usize)> =
        ast.iter_functions().map(|function| (function.name.to_owned(), function.params.len())).collect();
    for (name, arity) in all {
        let (whole, session, called) = (ast.clone(), session.clone(), name.clone());
        // Alone it calls the others through here, and they leave their names.
        // (`clone_functions_only_filtered` of Rhai 1.27 leaves them all in.)
        let mut alone = ast.as_ref().clone();
        alone.retain_functions(|_, _, function, _| function == called);
        engine.register_raw_fn(name, vec![TypeId::of::<Dynamic>(); arity], move |context, arguments| {
            let arguments: Vec<Dynamic> = arguments.iter_mut().map(|argument| argument.take()).collect();
            if lock(&session).is_exploring() {
                let shown: Vec<String> = arguments.iter().map(|argument| shown(argument, &session)).collect();
                lock(&session).enter(format!("{called}({})", shown.join(", ")));
            }
            let options = CallFnOptions::new().eval_ast(false);
            let ast = if lock(&session).is_by_itself() { &alone } else { whole.as_ref() };
            let result =
                context.engine().call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, &called, arguments);
            let is_exploring = lock(&session).is_exploring();
            let returned = result.as_ref().ok().filter(|_| is_exploring).map(|value| told::returned(value, &session));
            lock(&session).leave(returned);
            result
        });
    }
}

fn shown(argument: &Dynamic, session: &Shared) -> String {
    if let Some(set) = argument.read_lock::<Set>() {
        return lock(session).sets.name(set.0).to_owned();
    }
    argument.read_lock::<ImmutableString>().map_or_else(|| argument.to_string(), |text| format!("\"{}\"", *text))
}

#[expect(deprecated, reason = "`on_var` is not deprecated but marked volatile; there is no other way to name facts")]
fn words(engine: &mut Engine, session: &Shared, vocabulary: &Vocabulary) {
    let sets = vocabulary.sets.clone();
    let spaces = namespaces();
    engine.on_var(move |name, index, _| {
        if index > 0 {
            return Ok(None);
        }
        if name == "params" {
            return Ok(Some(Dynamic::from(Parameters)));
        }
        if let Some(space) = spaces.iter().find(|space| **space == name) {
            return Ok(Some(Dynamic::from(Space(space))));
        }
        Ok(sets.find(name).map(|set| Dynamic::from(Set(set))))
    });
    let (parameters, session) = (vocabulary.parameters.clone(), session.clone());
    engine.register_indexer_get(move |_: &mut Parameters, name: ImmutableString| -> Result<Dynamic, Failure> {
        let chosen = lock(&session).parameter(&name);
        let Some(value) = chosen.as_ref().or_else(|| parameters.get(name.as_str())) else {
            return Err(complain(
                "rule::unknown_parameter",
                format!("the pack has no parameter `{name}`"),
                did_you_mean(&name, parameters.keys().map(String::as_str)),
            ));
        };
        let place = parameters.keys().position(|known| known.as_str() == name.as_str());
        Ok(marked(value_of(value), place))
    });
}

fn value_of(value: &ParameterValue) -> Dynamic {
    match value {
        ParameterValue::Choice(choice) => choice.clone().into(),
        ParameterValue::Flag(flag) => (*flag).into(),
        ParameterValue::Number(number) => (*number).into(),
        ParameterValue::Day(day) => Dynamic::from(Day(day_number(*day))),
        ParameterValue::Choices(all) => Dynamic::from_array(all.iter().map(|choice| choice.clone().into()).collect()),
    }
}

/// A value that remembers which parameter it is of: its place, from 1.
fn marked(mut value: Dynamic, parameter: Option<usize>) -> Dynamic {
    value.set_tag(parameter.and_then(|place| i32::try_from(place + 1).ok()).unwrap_or(0));
    value
}

fn facts(engine: &mut Engine, session: &Shared) {
    let of_space = session.clone();
    engine.register_indexer_get(move |space: &mut Space, name: ImmutableString| -> Result<Dynamic, Failure> {
        handle(&of_space, space.0, &name, Vec::new())
    });
    let mut done = BTreeSet::new();
    for kind in DICTIONARY.iter().filter(|kind| !kind.parameters.is_empty()) {
        let name = short(kind.name);
        if !done.insert((name, kind.parameters.len())) {
            continue;
        }
        let mut types = vec![TypeId::of::<Space>()];
        types.extend(kind.parameters.iter().map(|parameter| match parameter {
            ParameterKind::Set => TypeId::of::<Set>(),
            ParameterKind::Months => TypeId::of::<i64>(),
        }));
        let session = session.clone();
        engine.register_raw_fn(name, types, move |_, given| {
            let arguments = given.iter().skip(1).filter_map(|argument| argument_of(argument)).collect();
            let space = given.first().and_then(|space| space.read_lock::<Space>().map(|space| *space));
            handle(&session, space.map_or("", |space| space.0), name, arguments)
        });
    }
}

fn argument_of(argument: &Dynamic) -> Option<Argument> {
    if let Some(set) = argument.read_lock::<Set>() {
        return Some(Argument::Set(set.0));
    }
    argument.as_int().ok().map(Argument::Months)
}

/// The handle of a fact; a yes-or-no fact is asked at once.
fn handle(session: &Shared, space: &str, name: &str, arguments: Vec<Argument>) -> Result<Dynamic, Failure> {
    let full = format!("{space}.{name}");
    let Some(kind) = DICTIONARY.iter().find(|kind| kind.name == full) else {
        let close = did_you_mean(&full, DICTIONARY.iter().map(|kind| kind.name));
        return Err(complain("rule::unknown_fact", format!("there is no fact `{full}`"), close));
    };
    if kind.parameters.len() != arguments.len() {
        let message = format!("`{full}` takes {} arguments, not {}", kind.parameters.len(), arguments.len());
        return Err(complain("rule::fact_arguments", message, None));
    }
    let fact = lock(session).fact(Fact { kind, arguments });
    Ok(match kind.shape {
        Shape::Code => Dynamic::from(CodeFact(fact)),
        Shape::Codes => Dynamic::from(CodesFact(fact)),
        Shape::Quantity(_) => Dynamic::from(QuantityFact(fact)),
        Shape::Date => Dynamic::from(DateFact(fact)),
        Shape::Choice(_) => Dynamic::from(ChoiceFact(fact)),
        Shape::YesNo => ask(session, fact, Test::Is(1), || "is so".to_owned())?.into(),
    })
}

fn codes(engine: &mut Engine, session: &Shared) {
    let one = session.clone();
    engine.register_fn("contains", move |set: Set, fact: CodeFact| -> Result<bool, Failure> {
        any_in(&one, fact.0, set)
    });
    let some = session.clone();
    engine.register_fn("any_in", move |fact: CodesFact, set: Set| -> Result<bool, Failure> {
        any_in(&some, fact.0, set)
    });
    let outside = session.clone();
    engine.register_fn("any_outside", move |fact: CodesFact, set: Set| -> Result<bool, Failure> {
        let mut session = lock(&outside);
        session.seen.sets.insert(set.0);
        let sets = session.sets.clone();
        let mask = sets.all().without(sets.mask(set.0));
        answered(session.ask(fact.0, Test::In(mask), || format!("outside {}", sets.name(set.0))))
    });
    let nowhere = session.clone();
    engine.register_fn("any_in_no_set", move |fact: CodesFact| -> Result<bool, Failure> {
        let kind = lock(&nowhere).book.get_fact(fact.0).map(|fact| fact.kind);
        if let Some(kind) = kind.filter(|kind| kind.is_of_phrases()) {
            let message =
                format!("`{}.any_in_no_set()` can never be yes: of words only the phrases of sets are seen", kind.name);
            let help = Some(format!("ask for phrases: `{}.any_in(set)`", kind.name));
            return Err(thrown(Complaint { code: "rule::unfit", message, help }));
        }
        ask(&nowhere, fact.0, Test::In(ClassMask::of_no_set()), || "in no value set".to_owned())
    });
}

fn any_in(session: &Shared, fact: FactId, set: Set) -> Result<bool, Failure> {
    let mut session = lock(session);
    session.seen.sets.insert(set.0);
    let sets = session.sets.clone();
    answered(session.ask(fact, Test::In(sets.mask(set.0).clone()), || format!("in {}", sets.name(set.0))))
}

fn amounts(engine: &mut Engine, session: &Shared) {
    // Every comparison is a question of the one form "at least": `x < 3` is not (x ≥ 3).
    type Compare = fn(&dyn Fn(i64) -> Result<bool, Failure>, i64) -> Result<bool, Failure>;
    const COMPARISONS: [(&str, Compare); 6] = [
        (">=", |at_least, n| at_least(n)),
        ("<", |at_least, n| at_least(n).map(|yes| !yes)),
        (">", |at_least, n| at_least(n.saturating_add(1))),
        ("<=", |at_least, n| at_least(n.saturating_add(1)).map(|yes| !yes)),
        ("==", |at_least, n| Ok(at_least(n)? && !at_least(n.saturating_add(1))?)),
        ("!=", |at_least, n| Ok(!at_least(n)? || at_least(n.saturating_add(1))?)),
    ];
    for (operator, compare) in COMPARISONS {
        let of_number = session.clone();
        engine.register_fn(operator, move |fact: QuantityFact, number: i64| -> Result<bool, Failure> {
            compare(&|least| at_least(&of_number, fact.0, least), number)
        });
        let of_day = session.clone();
        engine.register_fn(operator, move |fact: DateFact, day: Day| -> Result<bool, Failure> {
            compare(&|least| at_least(&of_day, fact.0, least), day.0)
        });
    }
}

fn at_least(session: &Shared, fact: FactId, least: i64) -> Result<bool, Failure> {
    let shape = shape(session, fact);
    let amount = move || shape.map_or_else(|| least.to_string(), |shape| crate::fact::amount_words(shape, least));
    let before = if shape == Some(Shape::Date) { "on or after " } else { "≥ " };
    ask(session, fact, Test::AtLeast(least), || format!("{before}{}", amount()))
}

fn choices(engine: &mut Engine, session: &Shared) {
    let is = session.clone();
    engine.register_fn("==", move |fact: ChoiceFact, choice: ImmutableString| is_choice(&is, fact.0, &choice));
    let is_not = session.clone();
    engine.register_fn("!=", move |fact: ChoiceFact, choice: ImmutableString| {
        is_choice(&is_not, fact.0, &choice).map(|yes| !yes)
    });
    let one_of = session.clone();
    engine.register_fn("contains", move |list: Array, fact: ChoiceFact| -> Result<bool, Failure> {
        for choice in list {
            if is_choice(&one_of, fact.0, &choice.to_string())? {
                return Ok(true);
            }
        }
        Ok(false)
    });
}

fn is_choice(session: &Shared, fact: FactId, choice: &str) -> Result<bool, Failure> {
    let Some(Shape::Choice(all)) = shape(session, fact) else { return Ok(false) };
    let Some(place) = all.iter().position(|known| *known == choice).and_then(|place| u8::try_from(place).ok()) else {
        let message = format!("`{choice}` is none of {}", all.join(", "));
        return Err(complain("rule::unknown_choice", message, did_you_mean(choice, all.iter().copied())));
    };
    ask(session, fact, Test::Is(place), || format!("is {choice}"))
}

fn knowing(engine: &mut Engine, session: &Shared) {
    macro_rules! known {
        ($($handle:ident),*) => {$({
            let session = session.clone();
            engine.register_fn("known", move |fact: $handle| ask(&session, fact.0, Test::Known, || "known".to_owned()));
        })*};
    }
    known!(CodeFact, CodesFact, QuantityFact, DateFact, ChoiceFact);
    let session = session.clone();
    engine.register_fn("known", move |name: ImmutableString| -> Result<bool, Failure> {
        let kind: Option<&'static FactKind> = DICTIONARY.iter().find(|kind| kind.name == name.as_str());
        let Some(kind) = kind.filter(|kind| kind.parameters.is_empty()) else {
            let close = did_you_mean(&name, DICTIONARY.iter().map(|kind| kind.name));
            return Err(complain("rule::unknown_fact", format!("there is no fact `{name}` without arguments"), close));
        };
        let fact = lock(&session).fact(Fact { kind, arguments: Vec::new() });
        ask(&session, fact, Test::Known, || "known".to_owned())
    });
}

fn outcomes(engine: &mut Engine) {
    fn because(reason: &str, cites: Option<&str>) -> Because {
        Because { reason: reason.to_owned(), cites: cites.map(str::to_owned) }
    }
    engine.register_fn("pass", || Said(Outcome::Pass));
    engine.register_fn("note", |reason: ImmutableString| Said(Outcome::Note(because(&reason, None))));
    for verdict in [Verdict::Allow, Verdict::Flag, Verdict::Deny] {
        engine.register_fn(verdict.name(), move |reason: ImmutableString| {
            Said(Outcome::Find(verdict, because(&reason, None)))
        });
        engine.register_fn(verdict.name(), move |reason: ImmutableString, cites: ImmutableString| {
            Said(Outcome::Find(verdict, because(&reason, Some(&cites))))
        });
    }
    engine.register_fn("at_most", |verdict: ImmutableString, reason: ImmutableString| -> Result<Said, Failure> {
        match Verdict::from_name(&verdict) {
            Some(verdict) => Ok(Said(Outcome::AtMost(verdict, because(&reason, None)))),
            None => Err(complain("rule::unknown_verdict", format!("`{verdict}` is none of allow, flag, deny"), None)),
        }
    });
}

fn shape(session: &Shared, fact: FactId) -> Option<Shape> {
    lock(session).book.get_fact(fact).map(|fact| fact.kind.shape)
}

fn ask(session: &Shared, fact: FactId, test: Test, words: impl FnOnce() -> String) -> Result<bool, Failure> {
    answered(lock(session).ask(fact, test, words))
}

fn answered(answer: Option<bool>) -> Result<bool, Failure> {
    answer.ok_or_else(|| complain("rule::no_answer", "no answer was given".into(), None))
}

fn complain(code: &'static str, message: String, close: Option<&str>) -> Failure {
    let help = close.map(|name| format!("did you mean `{name}`?"));
    thrown(Complaint { code, message, help })
}

fn thrown(complaint: Complaint) -> Failure {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(complaint), Position::NONE))
}

fn short(name: &'static str) -> &'static str {
    name.split_once('.').map_or(name, |(_, short)| short)
}
