//! Text on a page: escaped, so that what an author wrote is never markup, and wrapped to a width.

use std::fmt;

/// Text that is safe within HTML and SVG, as content and between double quotes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_str(c.encode_utf8(&mut [0; 4]))?,
                // XML has no such characters, and those that turn the reading direction hide text.
                c if is_unfit(c) => f.write_str("\u{fffd}")?,
                c => f.write_str(c.encode_utf8(&mut [0; 4]))?,
            }
        }
        Ok(())
    }
}

fn is_unfit(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

/// A name as an anchor: letters, digits, hyphens and single underscores stay, anything else is spelt
/// out between underscores, so that two names never share one.
pub(super) fn anchor(kind: &str, name: &str) -> String {
    let mut anchor = format!("{kind}-");
    let mut before = None;
    for c in name.chars() {
        let stays = c.is_ascii_alphanumeric() || c == '-' || (c == '_' && before != Some('_'));
        if stays {
            anchor.push(c);
        } else {
            anchor.push_str(&format!("__{:x}_", u32::from(c)));
        }
        before = Some(c);
    }
    anchor
}

/// Lines of at most `columns` characters, broken at blanks, in long names after `_`, `.`, `-`, `(`
/// and `,`, and within a name only where it has none of these.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    let mut long = 0usize;
    for word in text.split_whitespace() {
        for (place, part) in parts(word, columns).into_iter().enumerate() {
            let more = part.chars().count();
            let blank = usize::from(place == 0 && long > 0);
            if long > 0 && long + blank + more > columns {
                lines.push(std::mem::take(&mut line));
                long = 0;
            } else if blank > 0 {
                line.push(' ');
                long += 1;
            }
            line.push_str(&part);
            long += more;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The parts a word may be broken into; a word that fits is one part.
fn parts(word: &str, columns: usize) -> Vec<String> {
    if word.chars().count() <= columns {
        return vec![word.to_owned()];
    }
    let (mut parts, mut part) = (Vec::new(), String::new());
    for c in word.chars() {
        part.push(c);
        if matches!(c, '_' | '.' | '-' | '(' | ',' | ')') || part.chars().count() >= columns {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_an_author_writes_is_markup() {
        assert_eq!(Escaped("<a href='x'>&\"").to_string(), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
        assert_eq!(Escaped("a\u{0}\u{1b}[2J\u{202e}b").to_string(), "a��[2J�b");
    }

    #[test]
    fn anchors_of_different_names_differ() {
        let names = ["a b", "a_b", "a__b", "a-b", "a.b", "a(b)", "a_20_b", "a__20_b", "(_5f_", "(__", "a_(", "a("];
        let anchors: std::collections::BTreeSet<String> = names.iter().map(|name| anchor("x", name)).collect();
        assert_eq!(anchors.len(), names.len(), "{anchors:?}");
        assert!(anchors.iter().all(|anchor| anchor.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))));
    }

    #[test]
    fn words_are_wrapped() {
        let check =
            |text: &str, columns: usize, expected: &[&str]| assert_eq!(wrapped(text, columns), expected, "{text:?}");
        check("", 5, &[""]);
        check("in a or b", 6, &["in a", "or b"]);
        check(
            "history.months_diagnosed_twice(axial_any, 12)",
            16,
            &["history.months_", "diagnosed_twice(", "axial_any, 12)"],
        );
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("≥ 3 ≥ 4", 3, &["≥ 3", "≥ 4"]);
    }
}
