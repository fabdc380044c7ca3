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

/// A heading of `SOURCE.md` and the text below it, up to the next heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// 1 for the title of the page, 2, 3, …
    pub level: usize,
    /// The heading, without its anchor.
    pub title: String,
    /// The anchor that rules, reasons and value sets cite.
    pub anchor: Option<String>,
    /// The text, as Markdown.
    pub text: String,
}

/// The sections of a source, in order; what stands before the first heading has none.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let (mut sections, mut is_code) = (Vec::<Section>::new(), false);
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        let hashes = line.chars().take_while(|c| *c == '#').count();
        let heading = line.get(hashes..).and_then(|rest| rest.strip_prefix(' ')).filter(|_| hashes > 0 && !is_code);
        if let Some(heading) = heading {
            let (title, anchor) = match heading.split_once("{#") {
                Some((title, rest)) => {
                    let inside = rest.split('}').next().unwrap_or_default();
                    (title, inside.split_whitespace().next().map(str::to_owned))
                }
                None => (heading, None),
            };
            sections.push(Section { level: hashes, title: title.trim().to_owned(), anchor, text: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    for section in &mut sections {
        section.text = section.text.trim().to_owned();
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_falls_into_sections() {
        let text =
            "before\n# Page\nintro\n\n### Adults {#population .informative}\n\nOne.\nTwo.\n```\n# code\n```\n## Rest\n";
        let found: Vec<(usize, String, Option<String>, String)> =
            sections(text).into_iter().map(|one| (one.level, one.title, one.anchor, one.text)).collect();
        assert_eq!(
            found,
            [
                (1, "Page".to_owned(), None, "intro".to_owned()),
                (3, "Adults".to_owned(), Some("population".to_owned()), "One.\nTwo.\n```\n# code\n```".to_owned()),
                (2, "Rest".to_owned(), None, String::new()),
            ]
        );
    }
}
