//! Text in GitHub Markdown that says exactly itself: no emphasis, link, picture, list or HTML.

/// `text` escaped for the middle of a line of GitHub Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.trim().chars().peekable();
    // A list mark, a heading's underline or a thematic break counts only where a line begins.
    let mut begins = true;
    let mut word = String::new();
    while let Some(char) = chars.next() {
        let escape = match char {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' | '^' => true,
            '-' | '+' | '=' => begins,
            // `1. ` and `1) ` begin a list, `www.` a link.
            '.' | ')' => {
                let ends = chars.peek().is_none_or(|next| next.is_whitespace());
                let numbers = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
                (ends && numbers && out.trim_start() == word) || word.eq_ignore_ascii_case("www")
            }
            ':' => chars.peek() == Some(&'/'),
            _ => false,
        };
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '@' => out.push_str("&#64;"),
            char if char.is_control() || is_invisible(char) => out.push(' '),
            char if escape => out.extend(['\\', char]),
            char => out.push(char),
        }
        begins &= out.trim_start().is_empty();
        if char.is_alphanumeric() { word.push(char) } else { word.clear() }
    }
    out
}

/// `text` as one plain line of at most `chars_max` UTF-16 units, cut at a word.
pub(super) fn one_line(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    let mut length = 0usize;
    let units = |text: &str| text.encode_utf16().count();
    let shown: String =
        text.chars().map(|char| if char.is_control() || is_invisible(char) { ' ' } else { char }).collect();
    let mut words = shown.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let gap = usize::from(!out.is_empty());
        // Room for the mark that says there was more.
        let spare = usize::from(words.peek().is_some());
        if length + gap + units(word) + spare > chars_max {
            if out.is_empty() {
                out.extend(word.chars().scan(1usize, |taken, char| {
                    *taken += char.len_utf16();
                    (*taken <= chars_max).then_some(char)
                }));
            }
            out.push('…');
            return out;
        }
        if gap > 0 {
            out.push(' ');
        }
        out.push_str(word);
        length += gap + units(word);
    }
    out
}

/// Marks that turn the direction of text round or cannot be seen.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_mark_is_escaped_and_codes_stay_legible() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected, "{text}");
        check("M54.16 since 2025-09-01", "M54.16 since 2025-09-01");
        check("ServiceRequest.reasonCode[0]", r"ServiceRequest.reasonCode\[0\]");
        check("condition.duration < 3 months & more", "condition.duration &lt; 3 months &amp; more");
        check("**bold** `code` _x_", r"\*\*bold\*\* \`code\` \_x\_");
        check("[x](javascript:1) ![y](z)", r"\[x\](javascript:1) \!\[y\](z)");
        check("<img src=x onerror=\"1\">", "&lt;img src=x onerror=&quot;1&quot;&gt;");
        check("see https://evil.example or www.evil.example", r"see https\://evil.example or www\.evil.example");
        check("a@b.example", "a&#64;b.example");
        check("- item", r"\- item");
        check("1. item", r"1\. item");
        check("2) item 3.5", r"2\) item 3.5");
        check("\u{1}- x", r" \- x");
        check("a\n\n# b\u{202E}c", r"a  \# b c");
    }

    #[test]
    fn lines_are_cut_at_words() {
        let check = |text: &str, max, expected: &str| assert_eq!(one_line(text, max), expected, "{text}");
        check("one two three", 13, "one two three");
        check("one two three", 12, "one two…");
        check("one two three", 8, "one two…");
        check("one two three", 7, "one…");
        check("  one\n two ", 20, "one two");
        check("abcdefgh", 5, "abcd…");
        check("😀😀😀", 5, "😀😀…");
        check("", 5, "");
    }

    proptest! {
        #[test]
        fn nothing_of_the_input_is_markup(text in ".{0,80}|[\\\\`*_\\[\\]<>&!#www.:/ -]{0,40}") {
            let out = escaped(&text);
            prop_assert!(!out.contains(['<', '>', '"', '@', '\n', '\r']));
            let entities = ["&lt;", "&gt;", "&amp;", "&quot;", "&#64;"];
            let bare = entities.iter().fold(out.clone(), |text, entity| text.replace(entity, " "));
            let mut chars = bare.chars();
            while let Some(char) = chars.next() {
                prop_assert!(!"`*_[]{}#|~!$^&".contains(char), "{out}");
                if char == '\\' {
                    chars.next();
                }
            }
        }

        #[test]
        fn a_line_never_exceeds_its_length(text in ".{0,300}", max in 2..140usize) {
            let out = one_line(&text, max);
            prop_assert!(out.encode_utf16().count() <= max, "{out}");
        }
    }
}
