//! A strict reader of markup, for what pages and pictures promise: every tag is closed where it was
//! opened, every attribute is quoted and stands once, every `&` begins a known entity.

use std::collections::BTreeSet;

/// An element as it was opened.
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

/// Elements of HTML that have no end.
const VOID: [&str; 3] = ["meta", "br", "wbr"];

/// Every element of a document, in order; panics where it is not well-formed.
pub fn elements(text: &str) -> Vec<Element> {
    assert!(text.chars().all(|c| !c.is_control() || c == '\n'), "a control character");
    let (mut open, mut found): (Vec<String>, Vec<Element>) = (Vec::new(), Vec::new());
    let mut rest = text.strip_prefix("<!DOCTYPE html>\n").unwrap_or(text);
    while let Some((before, after)) = rest.split_once('<') {
        if open.last().is_some_and(|name| name == "style") {
            assert!(after.starts_with("/style>") && !before.contains('&'), "markup within a style");
        } else {
            content(before);
        }
        let (tag, after) = after.split_once('>').unwrap_or_else(|| panic!("a tag is not closed: {after:.80}"));
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of order");
            continue;
        }
        let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "an element called {name:?}");
        if !is_closed && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
        found.push(Element { name: name.to_owned(), attributes: read_attributes(attributes) });
    }
    content(rest);
    assert!(open.is_empty(), "never closed: {open:?}");
    found
}

fn read_attributes(text: &str) -> Vec<(String, String)> {
    let (mut rest, mut found, mut names) = (text.trim(), Vec::new(), BTreeSet::new());
    while !rest.is_empty() {
        // The one attribute that is there or not.
        if let Some(after) = rest.strip_prefix("open").filter(|after| after.is_empty() || after.starts_with(' ')) {
            rest = after.trim_start();
            continue;
        }
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value: {rest:?}"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("no end: {after:?}"));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "an attribute called {name:?}");
        assert!(names.insert(name.to_owned()), "{name} stands twice");
        assert!(!value.contains(['<', '>']), "{value:?}");
        content(value);
        found.push((name.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    found
}

/// Text between tags, or of an attribute.
fn content(text: &str) {
    for part in text.split('&').skip(1) {
        let entity = part.split_once(';').map(|(entity, _)| entity);
        assert!(matches!(entity, Some("amp" | "lt" | "gt" | "quot" | "#39")), "no entity: &{part:.20}");
    }
    assert!(!text.contains('>'), "a bare `>`: {text:.200?}");
}
