//! The stages of a pack as a picture: from stage to stage, each rule with what it can say.

use std::fmt::Write as _;

use super::{
    atlas::Atlas,
    chart::Chart,
    layout::{Length, PIXEL},
    picture::{CHARACTER, Setting, TEXT_LINE, open, pixels},
    text::{Escaped, anchor},
    words::{self, Kind},
};
use crate::pack::Stage;

const WIDTH: Length = 900 * PIXEL;
const MARGIN: Length = 12 * PIXEL;
/// Where the rules of a stage begin: before it stands the stage's name.
const RULES: Length = 190 * PIXEL;
const CHIP_HEIGHT: Length = 28 * PIXEL;
const CHIP_GAP: Length = 8 * PIXEL;
const BAND_PAD: Length = 12 * PIXEL;
const BAND_GAP: Length = 26 * PIXEL;

/// A rule with the kinds of what it can say.
struct Chip {
    name: String,
    marks: String,
    class: &'static str,
    left: Length,
    line: i64,
    width: Length,
}

/// The picture of the pack's stages.
pub fn of(atlas: &Atlas<'_>, setting: Setting<'_>) -> String {
    let bands: Vec<(&Stage, Vec<Chip>)> = atlas.pack.stages.iter().map(|stage| (stage, chips(atlas, stage))).collect();
    let (mut top, mut tops) = (MARGIN, Vec::new());
    for (_, chips) in &bands {
        tops.push(top);
        top += height(chips) + BAND_GAP;
    }
    let mut out = String::new();
    open(&mut out, setting, WIDTH, top + TEXT_LINE, &described(&bands));
    for (place, ((stage, chips), top)) in bands.iter().zip(&tops).enumerate() {
        band(&mut out, place, stage, chips, *top, setting.is_within_page);
        if let Some(next) = tops.get(place + 1) {
            let is_to_limit = bands.get(place + 1).is_some_and(|(stage, _)| stage.is_limit);
            arrow(
                &mut out,
                top + height(chips),
                *next,
                if is_to_limit { "a flag or a deny of any stage may be lowered" } else { "nothing found" },
            );
        }
    }
    let _ = writeln!(
        out,
        "<text class=\"soft\" x=\"{}\" y=\"{}\">no finding in any stage: {} allow</text>",
        pixels(MARGIN),
        pixels(top),
        Kind::Find(crate::verdict::Verdict::Allow).mark()
    );
    out.push_str("</svg>\n");
    out
}

fn height(chips: &[Chip]) -> Length {
    let lines = chips.iter().map(|chip| chip.line + 1).max().unwrap_or(1);
    lines * CHIP_HEIGHT + (lines - 1) * CHIP_GAP + 2 * BAND_PAD
}

/// The rules of a stage, side by side as far as they fit.
fn chips(atlas: &Atlas<'_>, stage: &Stage) -> Vec<Chip> {
    let (mut chips, mut left, mut line) = (Vec::new(), RULES, 0);
    for rule in &stage.rules {
        let kinds = atlas.rule(rule).map(kinds).unwrap_or_default();
        let worst = kinds.iter().max().copied().unwrap_or(Kind::Pass);
        let marks: String = kinds.iter().rev().map(|kind| kind.mark()).collect::<Vec<_>>().join(" ");
        let characters = i64::try_from(rule.name.chars().count() + marks.chars().count() + 1).unwrap_or(0);
        let width = characters * CHARACTER + 20 * PIXEL;
        if left > RULES && left + width > WIDTH - MARGIN - BAND_PAD {
            left = RULES;
            line += 1;
        }
        chips.push(Chip { name: rule.name.clone(), marks, class: worst.name(), left, line, width });
        left += width + CHIP_GAP;
    }
    chips
}

/// What a rule can say besides `pass`, the mildest first; `pass` where it says nothing else.
fn kinds(chart: &Chart) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = chart.ends().into_iter().map(|end| words::end(end).kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() > 1 {
        kinds.retain(|kind| *kind != Kind::Pass);
    }
    kinds
}

fn band(out: &mut String, place: usize, stage: &Stage, chips: &[Chip], top: Length, has_links: bool) {
    let _ = writeln!(
        out,
        "<rect class=\"box band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
        pixels(MARGIN),
        pixels(top),
        pixels(WIDTH - 2 * MARGIN),
        pixels(height(chips))
    );
    let name = if stage.is_limit { stage.name.clone() } else { format!("{}  {}", place + 1, stage.name) };
    let x = pixels(MARGIN + BAND_PAD);
    let y = pixels(top + BAND_PAD + 18 * PIXEL);
    let _ = writeln!(out, "<text class=\"title\" x=\"{x}\" y=\"{y}\">{}</text>", Escaped(&name));
    for chip in chips {
        let y = top + BAND_PAD + chip.line * (CHIP_HEIGHT + CHIP_GAP);
        if has_links {
            let _ = write!(out, "<a href=\"#{}\">", anchor("rule", &chip.name));
        }
        let _ = writeln!(
            out,
            "<rect class=\"box {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/>\
             <text text-anchor=\"middle\" x=\"{}\" y=\"{}\">{} {}</text>",
            chip.class,
            pixels(chip.left),
            pixels(y),
            pixels(chip.width),
            pixels(CHIP_HEIGHT),
            pixels(chip.left + chip.width / 2),
            pixels(y + 18 * PIXEL),
            Escaped(&chip.marks),
            Escaped(&chip.name)
        );
        if has_links {
            out.push_str("</a>\n");
        }
    }
}

fn arrow(out: &mut String, from: Length, to: Length, words: &str) {
    let x = MARGIN + 60 * PIXEL;
    let (side, up) = (4 * PIXEL, 8 * PIXEL);
    let _ = writeln!(
        out,
        "<path class=\"line\" d=\"M{0} {1}V{2}\"/><path class=\"head\" d=\"M{0} {2}L{3} {4}L{5} {4}Z\"/>\
         <text class=\"soft\" x=\"{6}\" y=\"{7}\">{8}</text>",
        pixels(x),
        pixels(from),
        pixels(to),
        pixels(x - side),
        pixels(to - up),
        pixels(x + side),
        pixels(x + 12 * PIXEL),
        pixels((from + to) / 2 + 4 * PIXEL),
        Escaped(words)
    );
}

fn described(bands: &[(&Stage, Vec<Chip>)]) -> String {
    let one = |(stage, chips): &(&Stage, Vec<Chip>)| {
        let rules: Vec<&str> = chips.iter().map(|chip| chip.name.as_str()).collect();
        format!("{}: {}", stage.name, rules.join(", "))
    };
    let stages: Vec<String> = bands.iter().map(one).collect();
    format!("The first stage with a finding settles the line; limits come last. {}.", stages.join("; "))
}
