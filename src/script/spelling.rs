//! What can be seen in a script without running it: unknown names, code literals, loops.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::{Vocabulary, faults::point};
use crate::{
    fact::{DICTIONARY, Shape, namespaces},
    fault::{PackFault, PackText, did_you_mean},
};

/// Every fault of spelling in one script.
pub(super) fn check(text: &PackText, ast: &AST, words: &Vocabulary, functions: &BTreeSet<String>) -> Vec<PackFault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let own = ast.iter_functions().map(|function| function.name.to_owned());
    let functions: &BTreeSet<String> = &functions.iter().cloned().chain(own).collect();
    ast.walk(&mut |nodes: &[ASTNode]| {
        let fault = match nodes.last() {
            Some(ASTNode::Expr(expr)) => of_expression(text, expr, words, functions),
            Some(ASTNode::Stmt(stmt)) => of_statement(text, stmt),
            _ => Vec::new(),
        };
        for fault in fault {
            if seen.insert((fault.location(), fault.message.clone())) {
                faults.push(fault);
            }
        }
        true
    });
    faults.sort_by_key(PackFault::location);
    faults
}

/// A rule defines nothing: a fault for every function it has.
pub(super) fn own_functions(text: &PackText, ast: &AST) -> Vec<PackFault> {
    let of_one = |name: &str| {
        PackFault::new("rule::function", format!("the rule defines a function of its own, `{name}`"))
            .help("move it to definitions.rhai: there its name is shown in the rationale")
            .at_part(text, &format!("fn {name}"), "defined here")
    };
    ast.iter_functions().map(|function| of_one(function.name)).collect()
}

fn of_statement(text: &PackText, stmt: &Stmt) -> Vec<PackFault> {
    let fault = PackFault::new;
    let (fault, position, label) = match stmt {
        Stmt::While(_, position) | Stmt::Do(_, _, position) | Stmt::For(_, position) => (
            fault("rule::loop", "a rule has no loops")
                .help("ask each fact once; several sets of codes are one set with `union = [...]`"),
            position,
            "this loop",
        ),
        // On a fact it takes the default branch without asking.
        Stmt::Switch(_, position) => {
            (fault("rule::switch", "a rule has no `switch`").help("ask with `if`"), position, "this switch")
        }
        // It would catch the faults of the rule itself.
        Stmt::TryCatch(_, position) => (
            fault("rule::try", "a rule has no `try`").help("a rule cannot fail once it is loaded: leave `try` out"),
            position,
            "this try",
        ),
        _ => return Vec::new(),
    };
    vec![point(fault, text, *position, label)]
}

fn of_expression(text: &PackText, expr: &Expr, words: &Vocabulary, functions: &BTreeSet<String>) -> Vec<PackFault> {
    match expr {
        Expr::Variable(variable, short, position) if variable.0.is_none() && short.is_none() => {
            let name = variable.1.as_str();
            let spaces = namespaces();
            if name == "params" || spaces.contains(&name) || words.sets.find(name).is_some() {
                return Vec::new();
            }
            let sets = words.sets.definitions().iter().map(|set| set.name.as_str());
            let close = did_you_mean(name, sets.chain(spaces.iter().copied()).chain(["params"]));
            let fault =
                PackFault::new("rule::unknown_value_set", format!("there is no value set `{name}` in this pack"));
            vec![point(helped(fault, close), text, *position, "asked for here")]
        }
        Expr::StringConstant(literal, position) => code_literal(text, literal, *position),
        Expr::FnCall(call, position) | Expr::MethodCall(call, position) => {
            let mut faults = of_call(text, call.name.as_str(), &call.args, words);
            if matches!(call.name.as_str(), "==" | "!=") {
                faults.extend(of_comparison(text, &call.args, words));
            }
            let operator = call.op_token.is_some() || !call.name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !operator && !functions.contains(call.name.as_str()) {
                let close = did_you_mean(&call.name, functions.iter().map(String::as_str));
                let fault = PackFault::new("rule::unknown_function", format!("there is no function `{}`", call.name));
                faults.push(point(helped(fault, close), text, *position, "called here"));
            }
            faults
        }
        Expr::Dot(pair, ..) => of_dot(text, &pair.lhs, &pair.rhs, words),
        _ => Vec::new(),
    }
}

/// `line.procedur`, `params.m46`: names after a dot.
fn of_dot(text: &PackText, left: &Expr, right: &Expr, words: &Vocabulary) -> Vec<PackFault> {
    let (Expr::Variable(variable, ..), Expr::Property(property, position)) = (left, right) else { return Vec::new() };
    let (space, name) = (variable.1.as_str(), property.2.as_str());
    if space == "params" {
        if words.parameters.contains_key(name) {
            return Vec::new();
        }
        let close = did_you_mean(name, words.parameters.keys().map(String::as_str));
        let fault = PackFault::new("rule::unknown_parameter", format!("the pack has no parameter `{name}`"));
        return vec![point(helped(fault, close), text, *position, "asked for here")];
    }
    let full = format!("{space}.{name}");
    if !namespaces().contains(&space) || DICTIONARY.iter().any(|kind| kind.name == full) {
        return Vec::new();
    }
    let close = did_you_mean(&full, DICTIONARY.iter().map(|kind| kind.name));
    let fault = PackFault::new("rule::unknown_fact", format!("there is no fact `{full}`"));
    vec![point(helped(fault, close), text, *position, "asked for here")]
}

/// `request.frequency == "voided"`, `params.m46_1 == "exemt"`: words that are no choice.
fn of_comparison(text: &PackText, sides: &[Expr], words: &Vocabulary) -> Option<PackFault> {
    let (asked, choice, position) = match sides {
        [asked, Expr::StringConstant(choice, position)] | [Expr::StringConstant(choice, position), asked] => {
            (asked, choice.as_str(), *position)
        }
        _ => return None,
    };
    let Expr::Dot(pair, ..) = asked else { return None };
    let (Expr::Variable(variable, ..), Expr::Property(property, _)) = (&pair.lhs, &pair.rhs) else { return None };
    let (space, name) = (variable.1.as_str(), property.2.as_str());
    let fact = || DICTIONARY.iter().find(|kind| kind.name == format!("{space}.{name}")).map(|kind| kind.shape);
    let choices: Vec<&str> = match (words.choices.get(name).filter(|_| space == "params"), fact()) {
        (Some(choices), _) => choices.iter().map(String::as_str).collect(),
        (None, Some(Shape::Choice(choices))) => choices.to_vec(),
        _ => return None,
    };
    if choices.contains(&choice) {
        return None;
    }
    let message = format!("`{choice}` is none of {}", choices.join(", "));
    let close = did_you_mean(choice, choices.iter().copied());
    Some(point(helped(PackFault::new("rule::unknown_choice", message), close), text, position, "compared with here"))
}

/// Reasons and anchors named in outcomes.
fn of_call(text: &PackText, name: &str, arguments: &[Expr], words: &Vocabulary) -> Vec<PackFault> {
    let (reason, anchor) = match name {
        "note" | "allow" | "flag" | "deny" => (arguments.first(), arguments.get(1)),
        "at_most" => (arguments.get(1), None),
        _ => return Vec::new(),
    };
    let mut faults = Vec::new();
    if let Some(Expr::StringConstant(reason, position)) = reason
        && !words.reasons.contains(reason.as_str())
    {
        let close = did_you_mean(reason, words.reasons.iter().map(String::as_str));
        let fault = PackFault::new("rule::unknown_reason", format!("there is no reason `{reason}` in reasons.toml"));
        faults.push(point(helped(fault, close), text, *position, "given here"));
    }
    if let Some(Expr::StringConstant(anchor, position)) = anchor
        && !words.anchors.contains(anchor.as_str())
    {
        let close = did_you_mean(anchor, words.anchors.iter().map(String::as_str));
        let fault = PackFault::new("rule::unknown_anchor", format!("SOURCE.md has no anchor `{anchor}`"));
        faults.push(point(helped(fault, close), text, *position, "cited here"));
    }
    faults
}

/// Codes belong into value sets, where they are dated and cited.
fn code_literal(text: &PackText, literal: &str, position: Position) -> Vec<PackFault> {
    let bytes = literal.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let procedure = bytes.len() == 5
        && (digits(0) >= 4 || (digits(1) == 4 && literal.starts_with(|c: char| c.is_ascii_uppercase())));
    let diagnosis = (3..=8).contains(&bytes.len())
        && literal.starts_with(|c: char| c.is_ascii_uppercase())
        && bytes.get(1).is_some_and(u8::is_ascii_digit)
        && bytes.get(2).is_some_and(u8::is_ascii_alphanumeric);
    if !procedure && !diagnosis {
        return Vec::new();
    }
    let fault = PackFault::new("rule::code_literal", format!("`{literal}` looks like a code; scripts hold no codes"))
        .help("put it into a value set under values/, with its citation, and ask for the set");
    vec![point(fault, text, position, "this code")]
}

fn helped(fault: PackFault, close: Option<&str>) -> PackFault {
    match close {
        Some(name) => fault.help(format!("did you mean `{name}`?")),
        None => fault,
    }
}
