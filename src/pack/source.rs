//! `SOURCE.md`: the anchors that rules, sets and reasons cite.

use crate::fault::PackText;

/// An anchor: `### Title {#anchor}`; `{#anchor .informative}` where nothing needs to cite it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub name: String,
    pub is_informative: bool,
}

/// The anchors of a source, in order.
pub(super) fn anchors(text: &PackText) -> Vec<Anchor> {
    text.text
        .lines()
        .filter(|line| line.starts_with('#'))
        .filter_map(|line| line.split_once("{#"))
        .filter_map(|(_, rest)| rest.split_once('}'))
        .map(|(inside, _)| {
            let mut parts = inside.split_whitespace();
            let name = parts.next().unwrap_or_default().to_owned();
            Anchor { name, is_informative: parts.any(|part| part == ".informative") }
        })
        .collect()
}
