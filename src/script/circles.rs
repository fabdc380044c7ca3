//! Definitions that call themselves: found before anything runs, where they are written.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, Position};

use super::faults::point;
use crate::fault::{PackFault, PackText};

/// A call within a definition.
struct Call {
    from: String,
    to: String,
    position: Position,
}

/// One fault for every definition that comes back to itself.
pub(super) fn check(text: &PackText, ast: &AST) -> Vec<PackFault> {
    let calls = calls(ast);
    let mut told = BTreeSet::new();
    let mut faults = Vec::new();
    for call in &calls {
        if !reaches(&calls, &call.to, &call.from) || !told.insert(&call.from) {
            continue;
        }
        let by_way_of = if call.to == call.from { String::new() } else { format!(" by way of `{}`", call.to) };
        let fault = PackFault::new("rule::recursion", format!("`{}` calls itself{by_way_of}", call.from))
            .help("a definition is explored to its end, so it must have one: break the circle");
        faults.push(point(fault, text, call.position, "called here"));
    }
    faults
}

fn calls(ast: &AST) -> Vec<Call> {
    let bodies: Vec<(String, Position, Position)> = ast
        .shared_lib()
        .iter_script_fn_info()
        .map(|(_, _, name, _, definition)| {
            (name.to_owned(), definition.body.start_position(), definition.body.end_position())
        })
        .collect();
    let mut calls = Vec::new();
    ast.walk(&mut |nodes: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))) = nodes.last() {
            let inside = |start: &Position, end: &Position| start <= position && position <= end;
            let from = bodies.iter().find(|(_, start, end)| inside(start, end));
            let is_defined = bodies.iter().any(|(name, ..)| name == call.name.as_str());
            if let (Some((from, ..)), true) = (from, is_defined) {
                calls.push(Call { from: from.clone(), to: call.name.to_string(), position: *position });
            }
        }
        true
    });
    calls.sort_by_key(|call| call.position);
    calls
}

fn reaches(calls: &[Call], start: &str, goal: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(at) = open.pop() {
        if at == goal {
            return true;
        }
        if seen.insert(at) {
            open.extend(calls.iter().filter(|call| call.from == at).map(|call| call.to.as_str()));
        }
    }
    false
}
