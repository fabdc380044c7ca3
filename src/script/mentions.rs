//! What scripts name: facts, and the definitions they call. What is named may be asked under some
//! setting of the parameters, so this hangs on no setting.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::faults::span;
use crate::{
    fact::{DICTIONARY, FactKind},
    fault::PackText,
};

/// A fact, named in a script.
#[derive(Clone, Debug)]
pub struct NamedFact {
    /// Its entry of the dictionary.
    pub kind: &'static FactKind,
    /// Where it stands.
    pub at: Place,
}

/// A place in a text of a pack.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text.
    pub text: PackText,
    /// Its first byte.
    pub start: usize,
    /// Its bytes.
    pub len: usize,
}

/// A definition, and where it is called; by none: by no rule and no definition that a rule reaches.
#[derive(Clone, Debug)]
pub struct Defined {
    /// Its name.
    pub name: String,
    /// Where it is defined: `fn name`.
    pub at: Place,
    /// The calls, in rules and in definitions that rules reach.
    pub calls: Vec<Place>,
}

/// What rules and the definitions they reach name.
pub(super) struct Mentions {
    pub facts: Vec<NamedFact>,
    pub definitions: Vec<Defined>,
}

/// Reads the rules, and of the definitions those that they reach.
pub(super) fn read(rules: &[(PackText, AST)], definitions: Option<(&PackText, &AST)>) -> Mentions {
    let bodies = definitions.map(|(text, ast)| bodies(text, ast)).unwrap_or_default();
    let names: BTreeSet<&str> = bodies.iter().map(|body| body.name.as_str()).collect();
    let mut named: Vec<Named> = rules.iter().flat_map(|(text, ast)| of(text, ast, &names)).collect();
    let inner = definitions.map(|(text, ast)| of(text, ast, &names)).unwrap_or_default();
    let mut open: Vec<String> = called(&named);
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(body) = bodies.iter().find(|body| body.name == name) else { continue };
        if reached.insert(name) {
            let more: Vec<Named> = inner.iter().filter(|named| body.holds(named.position)).cloned().collect();
            open.extend(called(&more));
            named.extend(more);
        }
    }
    let mut calls: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut facts = Vec::new();
    for named in named {
        match named.what {
            What::Fact(kind) => facts.push(NamedFact { kind, at: named.at }),
            What::Call(name) => calls.entry(name).or_default().push(named.at),
        }
    }
    let defined =
        |body: Body| Defined { calls: calls.remove(&body.name).unwrap_or_default(), name: body.name, at: body.at };
    Mentions { facts, definitions: bodies.into_iter().map(defined).collect() }
}

#[derive(Clone)]
struct Named {
    what: What,
    position: Position,
    at: Place,
}

#[derive(Clone)]
enum What {
    Fact(&'static FactKind),
    Call(String),
}

struct Body {
    name: String,
    at: Place,
    from: Position,
    to: Position,
}

impl Body {
    fn holds(&self, position: Position) -> bool {
        self.from <= position && position <= self.to
    }
}

fn called(named: &[Named]) -> Vec<String> {
    let call = |named: &Named| match &named.what {
        What::Call(name) => Some(name.clone()),
        What::Fact(_) => None,
    };
    named.iter().filter_map(call).collect()
}

fn bodies(text: &PackText, ast: &AST) -> Vec<Body> {
    let mut bodies: Vec<Body> = ast
        .shared_lib()
        .iter_script_fn_info()
        .map(|(_, _, name, _, definition)| {
            let written = format!("fn {name}");
            let start = text.text.find(&written).unwrap_or(0);
            Body {
                name: name.to_owned(),
                at: Place { text: text.clone(), start, len: written.len() },
                from: definition.body.start_position(),
                to: definition.body.end_position(),
            }
        })
        .collect();
    bodies.sort_by_key(|body| body.from);
    bodies
}

fn of(text: &PackText, ast: &AST, names: &BTreeSet<&str>) -> Vec<Named> {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        let named = match path.last() {
            Some(ASTNode::Expr(Expr::Dot(pair, ..))) => dotted(&pair.lhs, &pair.rhs),
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                let known = names.contains(call.name.as_str());
                match (call.name.as_str(), call.args.first()) {
                    // `known("patient.sex")`
                    ("known", Some(Expr::StringConstant(fact, at))) => {
                        DICTIONARY.iter().find(|kind| kind.name == fact.as_str()).map(|kind| (What::Fact(kind), *at))
                    }
                    (name, _) => known.then(|| (What::Call(name.to_owned()), *position)),
                }
            }
            _ => None,
        };
        if let Some((what, position)) = named {
            let (start, len) = span(text, position);
            found.push(Named { what, position, at: Place { text: text.clone(), start, len } });
        }
        true
    });
    found
}

/// `line.procedure`, `history.sessions(…)`.
fn dotted(left: &Expr, right: &Expr) -> Option<(What, Position)> {
    let Expr::Variable(variable, _, position) = left else { return None };
    let name = match right {
        Expr::Property(property, _) => property.2.as_str(),
        Expr::MethodCall(call, _) => call.name.as_str(),
        // `line.diagnoses.any_in(set)` is `line.(diagnoses.any_in(set))`.
        Expr::Dot(pair, ..) => return dotted_within(variable.1.as_str(), *position, &pair.lhs),
        _ => return None,
    };
    fact(variable.1.as_str(), name, *position)
}

fn dotted_within(space: &str, position: Position, first: &Expr) -> Option<(What, Position)> {
    match first {
        Expr::Property(property, _) => fact(space, property.2.as_str(), position),
        Expr::MethodCall(call, _) => fact(space, call.name.as_str(), position),
        _ => None,
    }
}

fn fact(space: &str, name: &str, position: Position) -> Option<(What, Position)> {
    let full = format!("{space}.{name}");
    DICTIONARY.iter().find(|kind| kind.name == full).map(|kind| (What::Fact(kind), position))
}
