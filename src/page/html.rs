//! Parts of pages: the frame, links, conditions and tables as HTML.

use std::fmt::Write as _;

use super::{
    atlas::Atlas,
    picture::{COLOURS, STYLE},
    table::{Row, Table},
    text::{Escaped, anchor},
    words::{self, EndWords, Piece},
};

/// The style of a page.
const SHEET: &str = include_str!("sheet.css");

/// A page: a title, the table of contents, and the content.
pub(super) fn page(title: &str, contents: &str, main: &str) -> String {
    page_with(title, contents, main, "")
}

/// A page with a style of its own beside that of all pages.
pub(super) fn page_with(title: &str, contents: &str, main: &str, sheet: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\" class=\"cg\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         <style>\n{COLOURS}{STYLE}{SHEET}{sheet}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#top\">Skip to content</a>\n<div class=\"sheet\">\n\
         <nav aria-label=\"Contents\">\n{contents}</nav>\n<main id=\"top\">\n{main}</main>\n</div>\n</body>\n</html>\n",
        Escaped(title)
    )
}

/// A link within the page.
pub(super) fn link(kind: &str, name: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", anchor(kind, name), Escaped(name))
}

/// A link within the page, to something that is written in a script.
pub(super) fn code_link(kind: &str, name: &str) -> String {
    format!("<a href=\"#{}\"><code>{}</code></a>", anchor(kind, name), breakable(name))
}

/// A name that may be broken after `_`, `.`, `(` and `-`.
pub(super) fn breakable(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let _ = write!(out, "{}", Escaped(c.encode_utf8(&mut [0; 4])));
        if matches!(c, '_' | '.' | '(' | '-') {
            out.push_str("<wbr>");
        }
    }
    out
}

/// A condition, its value sets and definitions linked.
pub(super) fn pieces(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(text) => Escaped(text).to_string(),
            Piece::Fact(name) => format!("<code class=\"fact\">{}</code>", breakable(name)),
            Piece::Call(name) => code_link("definition", name),
            Piece::Set(name) => code_link("set", name),
        })
        .collect()
}

/// An end with its mark, `✗ deny`, and the reason, linked where the page has the rule's reasons.
pub(super) fn end(end: &EndWords, reasons_of: Option<&str>) -> String {
    let mut out = format!(
        "<span class=\"end {}\"><span aria-hidden=\"true\">{}</span> {}</span>",
        end.kind.name(),
        end.kind.mark(),
        Escaped(&end.says)
    );
    if let Some(reason) = &end.reason {
        match reasons_of.map(|rule| anchor("reason", &format!("{rule}/{reason}"))) {
            Some(target) => drop(write!(out, " <a href=\"#{target}\">{}</a>", breakable(reason))),
            None => drop(write!(out, " {}", breakable(reason))),
        }
    }
    if let Some(cites) = &end.cites {
        let _ = write!(out, " <span class=\"soft\">citing {}</span>", link("source", cites));
    }
    out
}

/// A table of conditions; `reasons_of` is the rule whose reasons the page has.
pub(super) fn table(atlas: &Atlas<'_>, table: &Table, reasons_of: Option<&str>, caption: &str) -> String {
    let mut out = format!(
        "<div class=\"wide\"><table class=\"decision\">\n<caption>{}</caption>\n\
         <thead><tr><th scope=\"col\" class=\"number\">No.</th><th scope=\"col\">When</th>\
         <th scope=\"col\" class=\"then\">Then</th></tr></thead>\n<tbody>\n",
        Escaped(caption)
    );
    let mut place = 0;
    while let Some(row) = table.rows.get(place) {
        // Rows with one outcome that follow one another are one outcome for several reasons.
        let same = table.rows.iter().skip(place).take_while(|other| other.end == row.end).count();
        for (within, row) in table.rows.iter().skip(place).take(same).enumerate() {
            let _ =
                write!(out, "<tr><td class=\"number\">{}</td><td>{}</td>", place + within + 1, conditions(atlas, row));
            if within == 0 {
                let span = if same > 1 { format!(" rowspan=\"{same}\"") } else { String::new() };
                let _ = write!(out, "<td class=\"then\"{span}>{}</td>", end(&words::end(&row.end), reasons_of));
            }
            out.push_str("</tr>\n");
        }
        place += same;
    }
    out.push_str("</tbody></table></div>\n");
    out
}

fn conditions(atlas: &Atlas<'_>, row: &Row) -> String {
    let all: Vec<String> = row.conditions.iter().map(|one| pieces(&words::condition(atlas, one))).collect();
    match all.as_slice() {
        [] => "<em>otherwise</em>".to_owned(),
        [one] => one.clone(),
        all => {
            let items: String = all.iter().map(|one| format!("<li>{one}</li>")).collect();
            format!("<ul class=\"all\">{items}</ul>")
        }
    }
}

/// Something to open, or to close where it `is_open`.
pub(super) fn details(summary: &str, inside: &str, is_open: bool) -> String {
    let open = if is_open { " open" } else { "" };
    format!("<details{open}>\n<summary>{}</summary>\n{inside}</details>\n", Escaped(summary))
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
