//! A chart as a picture: SVG that a browser, a printer and a screen reader can read.

use std::fmt::Write as _;

use super::{
    atlas::Atlas,
    chart::{Chart, Spot, SpotId, Subject},
    layout::{Length, Line, PIXEL, Size, lay},
    table::Table,
    text::{Escaped, anchor, wrapped},
    words::{self, Kind},
};
use crate::{script::Returned, verdict::Verdict};

/// Where and how a picture is shown.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// What the picture is of, for people.
    pub title: &'a str,
    /// Makes ids of one page differ.
    pub id: &'a str,
    /// Whether it stands within a page, which has the styles and the places it links to.
    pub is_within_page: bool,
}

/// The colours of pictures and pages, light, dark and printed.
pub(super) const COLOURS: &str = include_str!("page.css");
/// The style of a picture.
pub(super) const STYLE: &str = include_str!("picture.css");

/// Characters on a line of a box, and of the words between boxes.
const BOX_COLUMNS: usize = 30;
const LINE_COLUMNS: usize = 16;
/// Characters on a line of an end: many ends stand side by side.
const REASON_COLUMNS: usize = 16;
/// A wider picture is scrolled and not shrunk: its words could not be read.
const SHRUNK_WIDTH_MAX: Length = 1_250 * PIXEL;
/// A character of 12 pixels in a fixed-width face, and a line of them.
pub(super) const CHARACTER: Length = 725;
pub(super) const TEXT_LINE: Length = 16 * PIXEL;
/// Between words and the edge of their box.
const PAD_X: Length = 11 * PIXEL;
const PAD_Y: Length = 9 * PIXEL;

/// Spots of a picture; beyond it nobody can follow the lines, and the table says all of it.
pub const SPOTS_MAX: usize = 120;

/// A box with its words.
struct Drawn {
    words: Vec<String>,
    class: &'static str,
    shape: Shape,
    link: Option<String>,
    size: Size,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Square,
    Double,
    Round,
    Six,
    Eight,
    Slanted,
    Folded,
}

/// The picture of a chart; `None` where it has more than [`SPOTS_MAX`] spots.
pub fn of(atlas: &Atlas<'_>, chart: &Chart, table: &Table, setting: Setting<'_>) -> Option<String> {
    if chart.len() > SPOTS_MAX {
        return None;
    }
    let (boxes, lines) = boxes(atlas, chart, setting.is_within_page);
    let sizes: Vec<Size> = boxes.iter().map(|drawn| drawn.size).collect();
    let layout = lay(&sizes, &lines.iter().map(|(line, _)| *line).collect::<Vec<_>>());
    let mut out = String::new();
    open(&mut out, setting, layout.width, layout.height, &described(atlas, table));
    for (said, points) in lines.iter().map(|(_, said)| said).zip(&layout.lines) {
        draw_line(&mut out, said, points);
    }
    for (said, points) in lines.iter().map(|(_, said)| said).zip(&layout.lines) {
        draw_words(&mut out, said, points);
    }
    for (drawn, place) in boxes.iter().zip(&layout.boxes) {
        draw_box(&mut out, drawn, *place);
    }
    out.push_str("</svg>\n");
    Some(out)
}

/// What a line between two boxes says.
struct Said {
    words: Vec<String>,
    is_no: bool,
}

/// The boxes of a chart and the lines between them: shared parts once, an end at each line that
/// leads to it, for ends drawn once would pull every line across the picture.
fn boxes(atlas: &Atlas<'_>, chart: &Chart, has_links: bool) -> (Vec<Drawn>, Vec<(Line, Said)>) {
    let forks: Vec<SpotId> =
        chart.spots().rev().filter(|(_, spot)| matches!(spot, Spot::Fork(..))).map(|(id, _)| id).collect();
    let place_of = |id: SpotId| forks.iter().position(|fork| *fork == id);
    let (mut boxes, mut lines) = (Vec::new(), Vec::new());
    for id in &forks {
        if let Spot::Fork(subject, _) = chart.spot(*id) {
            boxes.push(question(atlas, subject, has_links));
        }
    }
    for (from, id) in forks.iter().enumerate() {
        let Spot::Fork(_, branches) = chart.spot(*id) else { continue };
        for (results, to) in branches {
            let to = match chart.spot(*to) {
                Spot::End(end) => {
                    boxes.push(ending(end));
                    boxes.len() - 1
                }
                Spot::Fork(..) => place_of(*to).unwrap_or(from),
            };
            let said = said(results);
            let long = said.words.iter().map(|line| line.chars().count()).max().unwrap_or(0);
            lines.push((Line { from, to, words: width(long) }, said));
        }
    }
    if let Spot::End(end) = chart.spot(chart.root()) {
        boxes.push(ending(end));
    }
    (boxes, lines)
}

fn width(characters: usize) -> Length {
    i64::try_from(characters).unwrap_or(0) * CHARACTER
}

fn said(results: &[Returned]) -> Said {
    let names: Vec<String> = results.iter().map(words::result).collect();
    let is_no = results == [Returned::YesNo(false)];
    Said { words: wrapped(&words::listed(&names, "or"), LINE_COLUMNS), is_no }
}

fn question(atlas: &Atlas<'_>, subject: &Subject, has_links: bool) -> Drawn {
    let words = wrapped(&words::plain(&words::subject(atlas, subject)), BOX_COLUMNS);
    match subject {
        Subject::Question(_) => boxed(words, "", Shape::Square, None),
        Subject::Call(call) => boxed(words, "call", Shape::Double, has_links.then(|| anchor("definition", call))),
    }
}

fn ending(end: &Returned) -> Drawn {
    let said = words::end(end);
    let mut words = wrapped(&format!("{} {}", said.kind.mark(), said.says), BOX_COLUMNS);
    if let Some(reason) = said.reason {
        words.extend(wrapped(&reason, REASON_COLUMNS));
    }
    if let Some(cites) = said.cites {
        words.extend(wrapped(&format!("§ {cites}"), REASON_COLUMNS));
    }
    let shape = match said.kind {
        Kind::Find(Verdict::Allow) | Kind::Pass | Kind::Result => Shape::Round,
        Kind::Find(Verdict::Flag) => Shape::Six,
        Kind::Find(Verdict::Deny) => Shape::Eight,
        Kind::AtMost(_) => Shape::Slanted,
        Kind::Note => Shape::Folded,
    };
    let mut drawn = boxed(words, said.kind.name(), shape, None);
    drawn.size.is_end = true;
    drawn
}

fn boxed(words: Vec<String>, class: &'static str, shape: Shape, link: Option<String>) -> Drawn {
    let long = words.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let lines = i64::try_from(words.len()).unwrap_or(1);
    let size = Size { width: width(long) + 2 * PAD_X, height: lines * TEXT_LINE + 2 * PAD_Y, is_end: false };
    Drawn { words, class, shape, link, size }
}

/// The head of a picture, with what it shows in words.
pub(super) fn open(out: &mut String, setting: Setting<'_>, width: Length, height: Length, described: &str) {
    let (w, h) = (pixels(width), pixels(height));
    let id = Escaped(setting.id);
    let large = if width > SHRUNK_WIDTH_MAX { " large" } else { "" };
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cg cg-picture{large}\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {w} {h}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        Escaped(setting.title),
        Escaped(described)
    );
    if !setting.is_within_page {
        let _ = writeln!(out, "<style>\n{COLOURS}{STYLE}</style>");
        let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" style=\"fill: var(--ground)\"/>");
    }
}

/// The picture in words: its table.
fn described(atlas: &Atlas<'_>, table: &Table) -> String {
    let row = |row: &super::table::Row| {
        let conditions: Vec<String> =
            row.conditions.iter().map(|one| words::plain(&words::condition(atlas, one))).collect();
        let when =
            if conditions.is_empty() { "otherwise".to_owned() } else { format!("if {}", conditions.join(" and ")) };
        let end = words::end(&row.end);
        let reason = end.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
        format!("{when}: {}{reason}", end.says)
    };
    let rows: Vec<String> = table.rows.iter().map(row).collect();
    format!("The first that fits counts. {}.", rows.join("; "))
}

fn draw_line(out: &mut String, said: &Said, points: &[(Length, Length)]) {
    let mut path = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        let (px, py) = (pixels(*x), pixels(*y));
        match place.checked_sub(1).and_then(|before| points.get(before)) {
            None => path.push_str(&format!("M{px} {py}")),
            // A stretch straight down through a layer.
            Some((x0, _)) if x0 == x => path.push_str(&format!("V{py}")),
            Some((x0, y0)) => {
                let half = (y - y0) / 2;
                path.push_str(&format!("C{} {} {px} {} {px} {py}", pixels(*x0), pixels(y0 + half), pixels(y - half)));
            }
        }
    }
    let class = if said.is_no { "line no" } else { "line" };
    let _ = writeln!(out, "<path class=\"{class}\" d=\"{path}\"/>");
    if let Some((x, y)) = points.last() {
        let (x, y, side, up) = (*x, *y, 4 * PIXEL, 8 * PIXEL);
        let _ = writeln!(
            out,
            "<path class=\"head\" d=\"M{} {}L{} {}L{} {}Z\"/>",
            pixels(x),
            pixels(y),
            pixels(x - side),
            pixels(y - up),
            pixels(x + side),
            pixels(y - up)
        );
    }
}

/// The words stand where the line reaches the next layer: there lines are furthest apart.
fn draw_words(out: &mut String, said: &Said, points: &[(Length, Length)]) {
    let Some((x, y)) = points.get(2) else { return };
    let count = i64::try_from(said.words.len()).unwrap_or(1);
    for (line, words) in (0i64..).zip(&said.words) {
        let y = y - 13 * PIXEL - (count - 1 - line) * TEXT_LINE;
        let _ = writeln!(
            out,
            "<text class=\"words\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
            pixels(*x),
            pixels(y),
            Escaped(words)
        );
    }
}

fn draw_box(out: &mut String, drawn: &Drawn, (left, top): (Length, Length)) {
    let (width, height) = (drawn.size.width, drawn.size.height);
    if let Some(link) = &drawn.link {
        let _ = write!(out, "<a href=\"#{}\">", Escaped(link));
    }
    let class = format!("box {}", drawn.class);
    outline(out, class.trim(), drawn.shape, (left, top), (width, height));
    for (line, words) in (1i64..).zip(&drawn.words) {
        let y = top + PAD_Y + line * TEXT_LINE - 4 * PIXEL;
        let bold = if line == 1 && drawn.size.is_end { " class=\"title\"" } else { "" };
        let _ = writeln!(
            out,
            "<text{bold} text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
            pixels(left + width / 2),
            pixels(y),
            Escaped(words)
        );
    }
    if drawn.link.is_some() {
        out.push_str("</a>\n");
    }
}

fn outline(out: &mut String, class: &str, shape: Shape, (x, y): (Length, Length), (w, h): (Length, Length)) {
    let rect = |out: &mut String, inset: Length, round: Length| {
        let _ = writeln!(
            out,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            pixels(x + inset),
            pixels(y + inset),
            pixels(w - 2 * inset),
            pixels(h - 2 * inset),
            pixels(round)
        );
    };
    let cut = 9 * PIXEL;
    let corners: Vec<(Length, Length)> = match shape {
        Shape::Square => return rect(out, 0, 3 * PIXEL),
        Shape::Round => return rect(out, 0, h.min(36 * PIXEL) / 2),
        Shape::Double => {
            rect(out, 0, 3 * PIXEL);
            return rect(out, 4 * PIXEL, 2 * PIXEL);
        }
        Shape::Six => vec![(cut, 0), (w - cut, 0), (w, h / 2), (w - cut, h), (cut, h), (0, h / 2)],
        Shape::Eight => {
            vec![(cut, 0), (w - cut, 0), (w, cut), (w, h - cut), (w - cut, h), (cut, h), (0, h - cut), (0, cut)]
        }
        Shape::Slanted => vec![(cut, 0), (w, 0), (w - cut, h), (0, h)],
        Shape::Folded => vec![(0, 0), (w - cut, 0), (w, cut), (w, h), (0, h)],
    };
    let points: Vec<String> = corners.iter().map(|(dx, dy)| format!("{},{}", pixels(x + dx), pixels(y + dy))).collect();
    let _ = writeln!(out, "<polygon class=\"{class}\" points=\"{}\"/>", points.join(" "));
}

/// A length in pixels: `12`, `12.5`, `-0.25`.
pub(super) fn pixels(length: Length) -> String {
    let (sign, length) = if length < 0 { ("-", -length) } else { ("", length) };
    let (whole, part) = (length / PIXEL, length % PIXEL);
    match part {
        0 => format!("{sign}{whole}"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        part => format!("{sign}{whole}.{part:02}"),
    }
}
