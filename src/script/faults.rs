//! Rhai's errors in the author's language.

use rhai::{EvalAltResult, ParseError, Position};

use super::handles::Complaint;
use crate::fault::{PackFault, PackText};

/// A script that does not parse.
pub(super) fn of_parse(text: &PackText, error: &ParseError) -> PackFault {
    let (start, len) = span(text, error.1);
    let message = format!("the script does not parse: {}", lower(&error.0.to_string()));
    PackFault::new("rule::syntax", message).at(text, start, len, "here")
}

/// A script that went wrong on a path.
pub(super) fn of_run(rule: &PackText, definitions: Option<&PackText>, error: &EvalAltResult, path: &str) -> PackFault {
    let (mut inner, mut text) = (error, rule);
    while let EvalAltResult::ErrorInFunctionCall(_, _, cause, _) = inner {
        inner = cause;
        text = definitions.unwrap_or(rule);
    }
    let (start, len) = span(text, inner.position());
    let (code, message, help) = words(inner);
    let help = match (help, path.is_empty()) {
        (Some(help), true) => help,
        (Some(help), false) => format!("{help}\nthe answers that lead here: {path}"),
        (None, true) => "this happens whatever the answers".to_owned(),
        (None, false) => format!("the answers that lead here: {path}"),
    };
    PackFault::new(code, message).help(help).at(text, start, len, "here")
}

/// A script that ended without an outcome.
pub(super) fn no_outcome(text: &PackText, path: &str) -> PackFault {
    let last = text.text.trim_end();
    let start = last.rfind('\n').map_or(0, |newline| newline + 1);
    let help = if path.is_empty() { String::new() } else { format!("\nthe answers that lead here: {path}") };
    PackFault::new("rule::no_outcome", "the rule ends without an outcome")
        .help(format!(
            "end every path with `pass()`, `note(…)`, `allow(…)`, `flag(…)`, `deny(…)` or `at_most(…)`{help}"
        ))
        .at(text, start, last.len() - start, "the rule may end here")
}

fn words(error: &EvalAltResult) -> (&'static str, String, Option<String>) {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Complaint>() {
            Some(complaint) => (complaint.code, complaint.message.clone(), complaint.help.clone()),
            None => ("rule::thrown", "the script throws an error".to_owned(), None),
        },
        EvalAltResult::ErrorTooManyOperations(_) => (
            "rule::endless",
            "the rule does not end within the limit of operations".to_owned(),
            Some("ask each fact once, and keep the answer with `let`".to_owned()),
        ),
        EvalAltResult::ErrorStackOverflow(_) => (
            "rule::too_deep",
            "definitions call one another too deep".to_owned(),
            Some("let the rule call the inner definition itself".to_owned()),
        ),
        EvalAltResult::ErrorVariableNotFound(name, _) => ("rule::unknown_name", format!("there is no `{name}`"), None),
        EvalAltResult::ErrorFunctionNotFound(call, _) => (
            "rule::unfit",
            format!("this cannot be asked: `{}`", friendly(call)),
            Some("see rules/facts.md for what can be asked of each fact".to_owned()),
        ),
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => (
            "rule::unfit",
            format!("a {} is needed here, this is a {}", friendly(wanted), friendly(found)),
            Some("only a question has the answer yes or no".to_owned()),
        ),
        other => ("rule::failed", lower(&other.to_string()), None),
    }
}

/// Rust's names of our handles in the author's words.
pub(super) fn friendly(text: &str) -> String {
    const NAMES: [(&str, &str); 15] = [
        ("claimgate::script::handles::CodesFact", "set of codes"),
        ("claimgate::script::handles::CodeFact", "code"),
        ("claimgate::script::handles::QuantityFact", "quantity"),
        ("claimgate::script::handles::DateFact", "date"),
        ("claimgate::script::handles::ChoiceFact", "choice"),
        ("claimgate::script::handles::Parameters", "params"),
        ("claimgate::script::handles::Space", "group of facts"),
        ("claimgate::script::handles::Said", "outcome"),
        ("claimgate::script::handles::Set", "value set"),
        ("claimgate::script::handles::Day", "day"),
        ("&str | ImmutableString | String", "text"),
        ("ImmutableString", "text"),
        ("string", "text"),
        ("bool", "yes-or-no"),
        ("i64", "number"),
    ];
    NAMES.iter().fold(text.to_owned(), |text, (rust, ours)| text.replace(rust, ours))
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// `fault`, with the token at a position underlined.
pub(super) fn point(fault: PackFault, text: &PackText, position: Position, label: &str) -> PackFault {
    let (start, len) = span(text, position);
    fault.at(text, start, len, label)
}

/// The byte at a position.
pub(super) fn offset(text: &PackText, position: Position) -> usize {
    let (Some(line), column) = (position.line(), position.position().unwrap_or(1)) else { return 0 };
    let start_of_line: usize = text.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let content = text.text.lines().nth(line - 1).unwrap_or_default();
    start_of_line + content.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>()
}

/// The bytes of the token at a position; at the end of the text, its last character.
pub(super) fn span(text: &PackText, position: Position) -> (usize, usize) {
    if position.is_none() {
        return (0, 0);
    }
    let start = offset(text, position);
    let token = text.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    if text.text.get(start..).is_none_or(|rest| rest.trim().is_empty()) {
        let last = text.text.trim_end().chars().next_back().map_or(0, char::len_utf8);
        return (text.text.trim_end().len() - last, last);
    }
    let run = |of: fn(char) -> bool| token.chars().take_while(|c| of(*c)).map(char::len_utf8).sum::<usize>();
    let len = if token.starts_with('"') {
        token.char_indices().skip(1).find(|(_, c)| *c == '"').map_or(token.len(), |(end, _)| end + 1)
    } else {
        let word = run(|c| c.is_alphanumeric() || c == '_' || c == '.');
        word.max(run(|c| "=!<>&|".contains(c))).max(1)
    };
    (start, len)
}
