//! Comparisons of things that cannot be compared. Rhai by itself answers *no* to them, and a rule
//! that compares an age with a text would pass for ever without a word.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Position};

use super::{
    faults::friendly,
    handles::{CodeFact, CodesFact, Complaint, Day, QuantityFact, Set},
    lock,
    session::Session,
};

type Failure = Box<EvalAltResult>;

/// Answers every comparison that no fact answers: of two numbers, texts, days or truths; any other
/// is a fault.
pub(super) fn refuse(engine: &mut Engine, session: &Arc<Mutex<Session>>) {
    // Fast operators would answer between Rhai's own types before anybody is asked.
    // Then nobody answers what stands before one side, either.
    engine.set_fast_operators(false);
    engine.register_fn("!", |truth: bool| !truth);
    engine.register_fn("-", |number: i64| number.saturating_neg());
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        let session = session.clone();
        engine.register_fn(operator, move |left: Dynamic, right: Dynamic| {
            if left.tag() != 0 || right.tag() != 0 {
                lock(&session).seen.compared(&left, &right);
            }
            compare(operator, &left, &right)
        });
    }
}

fn compare(operator: &str, left: &Dynamic, right: &Dynamic) -> Result<bool, Failure> {
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        return Ok(holds(operator, &left, &right));
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Day>(), right.read_lock::<Day>()) {
        return Ok(holds(operator, &left.0, &right.0));
    }
    let is_sameness = matches!(operator, "==" | "!=");
    if let (true, Ok(left), Ok(right)) = (is_sameness, left.as_bool(), right.as_bool()) {
        return Ok(holds(operator, &left, &right));
    }
    let texts = (left.read_lock::<ImmutableString>(), right.read_lock::<ImmutableString>());
    if let (true, (Some(left), Some(right))) = (is_sameness, texts) {
        return Ok(holds(operator, &*left, &*right));
    }
    Err(unfit(operator, left, right))
}

fn holds<T: Ord>(operator: &str, left: &T, right: &T) -> bool {
    match operator {
        "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    }
}

fn unfit(operator: &str, left: &Dynamic, right: &Dynamic) -> Failure {
    let either = |is: fn(&Dynamic) -> bool| is(left) || is(right);
    let help = if either(|side| side.is::<Set>() || side.is::<CodeFact>() || side.is::<CodesFact>()) {
        "codes are asked by value sets: `line.procedure in set`, `line.diagnoses.any_in(set)`"
    } else if either(|side| side.is::<QuantityFact>()) {
        "compare it with a number, the fact first: `patient.age_years < 18`"
    } else {
        "see rules/facts.md for what can be asked of each fact"
    };
    let (left, right) = (friendly(left.type_name()), friendly(right.type_name()));
    let complaint = Complaint {
        code: "rule::unfit",
        message: format!("`{operator}` cannot compare {left} and {right}"),
        help: Some(help.to_owned()),
    };
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(complaint), Position::NONE))
}
