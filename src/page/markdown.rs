//! Markdown as pack authors use it, as HTML: paragraphs, lists, tables, code, emphasis, links.
//! Everything else is text; HTML in it is text too.

use super::text::Escaped;

/// The blocks of a text.
pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        let taken = if line.trim().is_empty() {
            1
        } else if line.starts_with("```") {
            code(&mut out, rest)
        } else if line.starts_with('|') {
            table(&mut out, rest)
        } else if item(line).is_some() {
            list(&mut out, rest)
        } else {
            paragraph(&mut out, rest)
        };
        at += taken.max(1);
    }
    out
}

/// Emphasis within emphasis; nobody writes more, and what is deeper stays text.
const DEPTH_MAX: usize = 6;

/// Text within a line.
pub(super) fn inline(text: &str) -> String {
    marked(text, 0)
}

fn marked(text: &str, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return Escaped(text).to_string();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let spans = [("`", "code"), ("**", "strong"), ("*", "em")];
        let spanned = spans.iter().find_map(|(mark, tag)| {
            let (inside, after) = rest.strip_prefix(mark)?.split_once(mark)?;
            let is_span = !inside.is_empty() && !inside.starts_with(' ') && !inside.ends_with(' ');
            is_span.then_some((*tag, inside, after))
        });
        if let Some((tag, inside, after)) = spanned {
            let inside = if tag == "code" { Escaped(inside).to_string() } else { marked(inside, depth + 1) };
            out.push_str(&format!("<{tag}>{inside}</{tag}>"));
            rest = after;
        } else if let Some((words, target, after)) = link(rest) {
            // A page stands alone: links lead to the web, and no other file can be reached.
            if target.starts_with("https://") || target.starts_with("http://") {
                out.push_str(&format!("<a href=\"{}\">{}</a>", Escaped(target), marked(words, depth + 1)));
            } else {
                out.push_str(&marked(words, depth + 1));
            }
            rest = after;
        } else {
            out.push_str(&Escaped(c.encode_utf8(&mut [0; 4])).to_string());
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

fn link(rest: &str) -> Option<(&str, &str, &str)> {
    let (words, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (target, after) = after.split_once(')')?;
    (!words.contains(['[', ']'])).then_some((words, target, after))
}

fn code(out: &mut String, lines: &[&str]) -> usize {
    let inside: Vec<&str> = lines.iter().skip(1).take_while(|line| !line.starts_with("```")).copied().collect();
    out.push_str(&format!("<pre><code>{}</code></pre>\n", Escaped(&inside.join("\n"))));
    inside.len() + 2
}

fn paragraph(out: &mut String, lines: &[&str]) -> usize {
    let begins_other = |line: &&&str| {
        line.trim().is_empty() || line.starts_with("```") || line.starts_with('|') || item(line).is_some()
    };
    let own: Vec<&str> = lines
        .iter()
        .enumerate()
        .take_while(|(place, line)| *place == 0 || !begins_other(line))
        .map(|(_, line)| line.trim())
        .collect();
    // A heading within a section's text has no place in its outline.
    let first = own.first().map_or("", |first| first.trim_start_matches('#').trim());
    let words = [&[first], own.get(1..).unwrap_or_default()].concat().join(" ");
    out.push_str(&format!("<p>{}</p>\n", inline(words.trim())));
    own.len()
}

/// The text of a list item, and whether the list is numbered.
fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, text));
    }
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then_some((true, text))
}

fn list(out: &mut String, lines: &[&str]) -> usize {
    let Some((is_numbered, _)) = lines.first().and_then(|line| item(line)) else { return 1 };
    let (mut items, mut taken): (Vec<String>, usize) = (Vec::new(), 0);
    for line in lines {
        match (item(line), items.last_mut()) {
            (Some((numbered, text)), _) if numbered == is_numbered => items.push(text.to_owned()),
            (None, Some(last)) if line.starts_with(' ') && !line.trim().is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => break,
        }
        taken += 1;
    }
    let tag = if is_numbered { "ol" } else { "ul" };
    let items: String = items.iter().map(|text| format!("<li>{}</li>\n", inline(text))).collect();
    out.push_str(&format!("<{tag}>\n{items}</{tag}>\n"));
    taken
}

fn table(out: &mut String, lines: &[&str]) -> usize {
    let rows: Vec<&str> = lines.iter().take_while(|line| line.starts_with('|')).copied().collect();
    let cells = |row: &str, tag: &str| -> String {
        let inside = row.trim().trim_start_matches('|').trim_end_matches('|');
        inside.split('|').map(|cell| format!("<{tag}>{}</{tag}>", inline(cell.trim()))).collect()
    };
    let is_rule = |row: &&str| row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    out.push_str("<div class=\"wide\"><table>\n");
    let has_head = rows.get(1).is_some_and(is_rule);
    if let Some(head) = rows.first().filter(|_| has_head) {
        out.push_str(&format!("<thead><tr>{}</tr></thead>\n", cells(head, "th")));
    }
    out.push_str("<tbody>\n");
    for row in rows.iter().skip(if has_head { 2 } else { 0 }) {
        out.push_str(&format!("<tr>{}</tr>\n", cells(row, "td")));
    }
    out.push_str("</tbody></table></div>\n");
    rows.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_marked_up_and_nothing_of_them_is_markup() {
        let check = |text: &str, expected: &str| assert_eq!(inline(text), expected, "{text:?}");
        check("**strong**, *weak* and `a*b*`", "<strong>strong</strong>, <em>weak</em> and <code>a*b*</code>");
        check("2 * 3 * 4", "2 * 3 * 4");
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("[x](javascript:alert(1))", "x)");
        check("[x](https://a.b/\"c)", "<a href=\"https://a.b/&quot;c\">x</a>");
        check("[a [b](c)", "[a b");
    }

    #[test]
    fn blocks_are_told_apart() {
        let check = |text: &str, expected: &str| assert_eq!(html(text).replace('\n', ""), expected, "{text:?}");
        check("one\ntwo\n\nthree", "<p>one two</p><p>three</p>");
        check("- a\n  b\n- c", "<ul><li>a b</li><li>c</li></ul>");
        check("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>");
        check(
            "| a | b |\n|---|---|\n| 1 | |",
            "<div class=\"wide\"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td></td></tr></tbody></table></div>",
        );
        check("```\n<b>\n```", "<pre><code>&lt;b&gt;</code></pre>");
        check("```\nnever closed", "<pre><code>never closed</code></pre>");
    }
}
