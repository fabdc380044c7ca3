//! A copy of a script with a mark before every statement: which statements some path reaches.
//!
//! The copy says what the script says; a mark only notes that it was passed. What is found is told
//! in the author's text, never in the copy.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Engine, Position, Stmt, Token};

use super::faults::offset;
use crate::fault::PackText;

/// The function that notes a mark; no author writes such a name.
pub(super) const MARK: &str = "reached__";

/// A statement.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The text it stands in.
    pub text: PackText,
    /// Its first byte.
    pub start: usize,
    /// The bytes to underline: as far as it goes on its first line.
    pub len: usize,
    /// The block it stands in, told by the block's first byte; none: the script itself.
    pub block: Option<usize>,
    /// The statement whose block that is, by its place among the marks of all scripts.
    pub parent: Option<usize>,
    /// The definition it is of.
    pub function: Option<String>,
}

/// Marks the statements of a script; the first mark gets the number `first`.
pub(super) fn mark(engine: &Engine, text: &PackText, ast: &AST, first: usize) -> (String, Vec<Mark>) {
    let tokens = tokens(engine, text);
    let starts = starts(text, ast, &tokens);
    let marks = place(text, &tokens, &starts, first);
    let mut copy = String::with_capacity(text.text.len() * 2);
    let mut done = 0;
    for (number, mark) in (first..).zip(&marks) {
        copy.push_str(text.text.get(done..mark.start).unwrap_or_default());
        copy.push_str(&format!("{MARK}({number}); "));
        done = mark.start;
    }
    copy.push_str(text.text.get(done..).unwrap_or_default());
    (copy, marks)
}

/// The tokens with their first bytes, comments left aside.
fn tokens(engine: &Engine, text: &PackText) -> Vec<(Token, usize)> {
    let inputs = [text.text.as_ref()];
    let (tokens, _) = engine.lex(&inputs);
    tokens
        .take_while(|(token, _)| !matches!(token, Token::EOF))
        .map(|(token, position)| (token, offset(text, position)))
        .collect()
}

/// The places of the tokens that statements begin with.
fn starts(text: &PackText, ast: &AST, tokens: &[(Token, usize)]) -> BTreeSet<usize> {
    // A statement begins at or before the first place that anything in it names. Nested in a
    // statement come its parts, so the open statements are those of lesser depth.
    let mut firsts: Vec<Position> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        while open.last().is_some_and(|(depth, _)| *depth >= path.len()) {
            open.pop();
        }
        let position = match path.last() {
            Some(ASTNode::Stmt(Stmt::Noop(_))) | None => Position::NONE,
            Some(ASTNode::Stmt(statement)) => {
                open.push((path.len(), firsts.len()));
                firsts.push(Position::NONE);
                statement.position()
            }
            Some(ASTNode::Expr(expression)) => expression.start_position(),
            Some(_) => Position::NONE,
        };
        for (_, statement) in &open {
            if let Some(first) = firsts.get_mut(*statement)
                && !position.is_none()
                && (first.is_none() || position < *first)
            {
                *first = position;
            }
        }
        true
    });
    let named = firsts.into_iter().filter(|first| !first.is_none()).map(|first| offset(text, first));
    named.filter_map(|first| begin(tokens, first)).collect()
}

/// Goes back from a token within a statement to the token that begins it; none for the `if` of an
/// `else if`, before which nothing can stand.
fn begin(tokens: &[(Token, usize)], inside: usize) -> Option<usize> {
    let mut place = tokens.binary_search_by_key(&inside, |(_, start)| *start).ok()?;
    loop {
        let before = place.checked_sub(1).and_then(|before| tokens.get(before));
        match before {
            None | Some((Token::LeftBrace | Token::RightBrace | Token::SemiColon, _)) => return Some(place),
            Some((Token::Else, _)) => return None,
            Some(_) => place -= 1,
        }
    }
}

/// A block that is open while the tokens go by.
#[derive(Clone, Default)]
struct Block {
    start: Option<usize>,
    parent: Option<usize>,
    last: Option<usize>,
    function: Option<String>,
}

fn place(text: &PackText, tokens: &[(Token, usize)], starts: &BTreeSet<usize>, first: usize) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let (mut blocks, mut block, mut defined) = (Vec::new(), Block::default(), None);
    for (at, (token, start)) in tokens.iter().enumerate() {
        if starts.contains(&at) {
            block.last = Some(first + marks.len());
            marks.push(Mark {
                text: text.clone(),
                start: *start,
                len: len_of(text, tokens, at, starts),
                block: block.start,
                parent: block.parent,
                function: block.function.clone(),
            });
        }
        match (token, tokens.get(at + 1)) {
            (Token::Fn, Some((Token::Identifier(name), _))) => defined = Some(name.to_string()),
            (Token::LeftBrace, _) => {
                let inner = match defined.take() {
                    Some(name) => Block { function: Some(name), ..Block::default() },
                    None => Block { parent: block.last, function: block.function.clone(), ..Block::default() },
                };
                blocks.push(std::mem::replace(&mut block, Block { start: Some(*start), ..inner }));
            }
            (Token::RightBrace, _) => block = blocks.pop().unwrap_or_default(),
            _ => {}
        }
    }
    marks
}

/// How far a statement goes, on its first line.
fn len_of(text: &PackText, tokens: &[(Token, usize)], at: usize, starts: &BTreeSet<usize>) -> usize {
    let start = tokens.get(at).map_or(0, |(_, start)| *start);
    let mut depth = 0usize;
    let mut end = text.text.len();
    for (next, (token, place)) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::SemiColon if depth == 0 => end = place + 1,
            Token::RightBrace if depth == 0 => end = *place,
            _ if depth == 0 && next > at && starts.contains(&next) => end = *place,
            Token::LeftBrace => {
                depth += 1;
                continue;
            }
            Token::RightBrace => {
                depth -= 1;
                continue;
            }
            _ => continue,
        }
        break;
    }
    let whole = text.text.get(start..end).unwrap_or_default();
    let line = whole.lines().next().unwrap_or_default();
    let line = line.split("//").next().unwrap_or_default();
    line.trim_end().len().max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn check(script: &str, expected: &str) {
        let mut engine = Engine::new_raw();
        engine.set_optimization_level(rhai::OptimizationLevel::None);
        let text = PackText { path: "1-trial/trial.rhai".into(), text: Arc::from(script) };
        let ast = engine.compile(script).unwrap();
        let (copy, marks) = mark(&engine, &text, &ast, 0);
        assert!(engine.compile(&copy).is_ok(), "{copy}");
        // Shown as the number of the mark, and of the statement it stands within.
        let shown = (0..marks.len()).rev().fold(copy, |shown, number| {
            let parent = marks.get(number).and_then(|mark| mark.parent);
            let parent = parent.map(|parent| format!("<{parent}")).unwrap_or_default();
            shown.replace(&format!("{MARK}({number}); "), &format!("[{number}{parent}]"))
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn every_statement_has_a_mark_before_it() {
        check("pass()", "[0]pass()");
        check("//! Title\n\n(a || b) && !c;\nlet d = 1; d", "//! Title\n\n[0](a || b) && !c;\n[1]let d = 1; [2]d");
        check("if a { return b(); }\nc()", "[0]if a { [1<0]return b(); }\n[2]c()");
        check(
            "if a == 1 { b } else if c { d; e } else { f }",
            "[0]if a == 1 { [1<0]b } else if c { [2<0]d; [3<0]e } else { [4<0]f }",
        );
        check("let a = if b { c } else { d };", "[0]let a = if b { [1<0]c } else { [2<0]d };");
        check(
            "if line.codes.any_in(a) { -1 } else { x = 2; }",
            "[0]if line.codes.any_in(a) { [1<0]-1 } else { [2<0]x = 2; }",
        );
        check("/* ; */ \"{\" == a; { b; { c } }", "/* ; */ [0]\"{\" == a; [1]{ [2<1]b; [3<1]{ [4<3]c } }");
        check(
            "fn a(x) { if x { 1 } else { 2 } }\nfn b() { !(a(1)) }",
            "fn a(x) { [0]if x { [1<0]1 } else { [2<0]2 } }\nfn b() { [3]!(a(1)) }",
        );
        check("\"é\" == a;\nif b == \"𝛼\" { \"ü\" } c", "[0]\"é\" == a;\n[1]if b == \"𝛼\" { [2<1]\"ü\" } [3]c");
    }
}
